// Served: what `caveat serve` hands to the server: the rules as they are loaded and swapped, what they are called, and how the
// node is. The only writer of the snapshot that the gate decides with.
//
//   Served served(options);
//   served.activate(*loaded, "who started it");
//   server::Services services = served.services();
//
// Promises   a reload that meets a mistake in the rules leaves the rules of before, and callers still count as they stand now: a
//            key can be taken away while rules are broken; one in the configuration or the callers file leaves all as it was;
//            rules that come into force are in the log first; whatever is thrown on the way is a refusal
// Threads    all calls may run together; reloads take turns
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/cli/log_records.h"
#include "adapters/cli/report_making.h"
#include "adapters/cli/start.h"
#include "adapters/gate/snapshot.h"
#include "adapters/gate/unstored.h"
#include "adapters/load/ruleset.h"
#include "adapters/server/metrics.h"
#include "adapters/server/oplog.h"
#include "adapters/server/services.h"
#include "audit/log/log.h"
#include "audit/log/reader.h"
#include "engine/base/clock.h"
#include "engine/decide/in_force.h"
#include "engine/model/zones.h"

namespace caveat::cli {

// What the configuration says now.
struct Again {
  std::vector<std::string> folders, data_folders;
  std::vector<server::CallerEntry> callers;
  std::vector<std::string> after_restart;                    // "http.listen": what has changed and does not count yet
  std::string default_queue = {}, default_queue_place = {};  // of the next start
};

// What an operator should hear of a reload that was done.
struct Reloaded {
  std::vector<std::string> after_restart;
  std::vector<Unseen> unseen;
  std::vector<Orphan> orphans;
};

struct ServedOptions {
  gate::Snapshot* snapshot = nullptr;
  audit::Log* log = nullptr;
  Clock* clock = nullptr;
  server::Metrics* metrics = nullptr;
  server::OperationLog* operation = nullptr;
  std::vector<model::Transition> zone = {};   // of what is told of the log; none: UTC
  std::string high_water = {};                // the log's mark; empty: among its keys
  std::string default_queue = {};             // that the packs must have; empty: whichever they name
  std::string default_queue_place = {};       // in the configuration
  std::function<Result<Again>()> again = {};  // on a reload; puts callers and levels in force. A Problem refuses it
};

class Served {
 public:
  explicit Served(ServedOptions options) : options_(std::move(options)) {}

  // Puts rules in force that were loaded well. Throws audit::Error where that cannot be recorded.
  void activate(const load::Loaded& loaded, const std::string& by);
  tl::expected<Reloaded, server::Refusal> reload(const std::string& by);
  // Into the operational log.
  void write_down(const std::vector<Unseen>& all);
  void write_down(const std::vector<Orphan>& all);
  void write_down(const std::vector<decide::OutOfForce>& all, const program::Program& program);
  server::Services services();

 private:
  struct Pack {  // or a reference set
    std::string name, version, digest, since;
  };
  void moved(audit::Kind kind, const Pack& what, const std::string& by);
  std::string packs_json() const;
  std::string schema(Language language) const;
  std::vector<server::Check> checks(Language language) const;
  std::string figures() const;
  tl::expected<RuleNames, server::Refusal> as_recorded(const audit::LogReader& reader, const gate::Caller& caller,
                                                       const std::string& rule, const Period& period,
                                                       std::optional<std::uint64_t> end = std::nullopt) const;
  server::Served search(const server::Asked& asked) const;
  server::Served report(const server::Asked& asked) const;
  server::Served feedback(const server::Asked& asked) const;

  const ServedOptions options_;
  std::mutex reloading_;
  mutable std::mutex noting_;  // feedback: one at a time finds what is there already
  mutable std::mutex mutex_;   // of what follows
  std::vector<Pack> active_, previous_, data_;
  std::string program_;
  std::shared_ptr<const PacksAtHand> texts_;  // of the active ones
};

// `[gate] default_queue` has to be a queue of the packs.
std::optional<Problem> unknown_queue(const program::Program& program, const std::string& name,
                                     const std::string& place);

// One sentence on each thing that can keep a node from deciding and recording; doctor says the same.
using gate::DiskRoom;
using gate::kLeastFreeBytes;
std::optional<DiskRoom> disk_room(const std::string& path);
std::optional<DiskRoom> fuller_disk(audit::Log& log);  // of its own and its keys'

}  // namespace caveat::cli
