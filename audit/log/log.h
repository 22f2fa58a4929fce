// Log: the one writer of a log: records in sequence order, one commit for all that wait, one signature a commit.
//
//   auto log = Log::open({.path = "decisions.db", .create = true, .clock = &clock, .random = &random});
//   std::uint64_t place = log->reserve();                          // in the gate's serial part
//   log->fulfil(place, log->seal(content), [](const Appended& a) { … });  // on any thread
//
// Promises   records stand in the order of their sequence numbers; `done` is called once for each, on the committer's
// thread,
//            never inside fulfil, never before record, state changes, tags and checkpoint are durable together and the
//            high-water mark is written. A commit that failed is an unknown state: all that wait, and all reserved
//            until then, fail; the log is closed, opened again, compared, and goes on with a gap record
// Threads    all calls may run together; `done` must not call close
// Errors     opening throws audit::Error, in words (codes.h); appending answers AppendFailed
// Lifetime   clock and random outlive the log; close (or the destructor) waits for what was fulfilled, and fails what was only
//            reserved and what stands behind it, for it may have read what is lost
// Cost       fulfil: a lock; the committer: one fdatasync a batch
// Source     audit/README.md: the life of a decision in numbered steps
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "audit/error.h"
#include "audit/log/checkpoint.h"
#include "audit/seal/keystore.h"
#include "audit/seal/sealer.h"
#include "audit/state/state_store.h"
#include "audit/store/store.h"
#include "engine/base/clock.h"
#include "engine/base/random.h"

namespace caveat::audit {

// The way on with a log that was put back from an old copy, or whose mark was lost: a new epoch, under a name and a key of its own,
// whose record names the newest checkpoint that is there and what is known to be missing.
struct NewEpoch {
  std::string by, reason;
};

struct LogOptions {
  std::string path = {};        // FILE.db
  std::string keys_dir = {};    // empty: FILE.keys beside it
  std::string high_water = {};  // empty: `high-water` in the key set; another is made with the log
  std::string origin = {};      // of a key set made with the log; empty: caveat.local/ and eight hex digits
  bool create = false;          // make log and keys where neither is there
  std::uint64_t semantics = 1;  // of the engine, for the records that the log writes itself
  Clock* clock = nullptr;
  Random* random = nullptr;
  std::optional<NewEpoch> new_epoch = std::nullopt;  // only where the log is refused without it
  std::string sqlite = {};                           // tests: the version that writes; empty: the library's own
  std::string vfs = {};                              // tests: a SQLite VFS below the log
  std::size_t recent_tag_rows = StoreOptions{}.recent_tag_rows;  // records whose search tags wait unsorted
  std::int64_t wal_pages = StoreOptions{}.wal_pages;             // of the WAL, before they are moved into the file
  bool served = false;  // by a process that stays: its first commits wait no longer than later ones
  std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)> wrap_store = {};  // tests: a store that fails
};

struct Committed {
  std::uint64_t index = 0;
  Digest leaf{};
  std::int64_t time_us = 0;
  std::uint64_t size = 0;  // of the checkpoint that covers it
  Digest root{};
  std::shared_ptr<const std::string> checkpoint;  // the signed note
};
struct AppendFailed {
  caveat::Error why;
};
using Appended = std::variant<Committed, AppendFailed>;
using AppendDone = std::function<void(const Appended&)>;
using SettledDone = std::function<void(const std::optional<AppendFailed>&)>;  // nothing: it is durable

class Log {
 public:
  static std::unique_ptr<Log> open(LogOptions options);
  virtual ~Log() = default;

  virtual std::uint64_t reserve() = 0;
  virtual void fulfil(std::uint64_t sequence, SealedRecord record, AppendDone done) = 0;
  virtual void abandon(std::uint64_t sequence) = 0;  // nothing will come under this number
  // For an answer that records nothing and yet tells what others have appended: `done` is called once, on the committer's thread,
  // when all that was reserved before this call is durable or abandoned. It fails where one of those failed or was given up by
  // `close`, and where the ground is no longer the one given, which the caller took before he read. On a closed log it fails at once,
  // on the caller's thread, as `fulfil` does.
  virtual void when_settled(std::uint64_t ground, SettledDone done) = 0;
  virtual SealedRecord seal(RecordContent content) = 0;
  virtual Appended append(RecordContent content) = 0;  // reserve, seal, fulfil, wait: for commands
  virtual Appended rotate(const std::string& by) = 0;  // another signing key: a record signed by both, then the change

  // Why the last commit failed, until one goes through again.
  virtual std::optional<std::string> failing() const { return std::nullopt; }
  // Time of the newest record, in µs; 0: there is none. Where the clock is behind it, records carry it until the clock has come so far.
  virtual std::int64_t newest_us() const { return 0; }
  // How long the oldest sealed record that is not durable has waited; 0: none waits.
  virtual std::uint64_t lag_ns() const { return 0; }
  virtual void flush() = 0;  // waits until all that was fulfilled is answered
  virtual void close() = 0;  // flush, sync the high-water mark, let go; as Lifetime says

  virtual StateStore& state() = 0;  // what is durable; the gate lays its overlay over it
  // Moves when a commit failed: whoever keeps something in memory of what he appended reads it again from `state`. A number that
  // was reserved before the move he sees is not committed.
  virtual std::uint64_t ground() const = 0;
  // Every number below it is on disk, or nothing came under it, or the ground has moved.
  virtual std::uint64_t settled() const = 0;
  // What is reserved and not yet taken to be committed fails, and the ground moves: for whoever has let others build on something
  // that he cannot record after all.
  virtual void forsake() = 0;
  virtual KeyStore& keys() = 0;
  virtual bool made_keys() const = 0;             // with the log, by this opening
  virtual const std::string& origin() const = 0;  // as checkpoints and receipts name it: of the epoch of now
  virtual const std::string& path() const = 0;
  virtual std::uint64_t size() const = 0;                     // durable records
  virtual std::optional<std::string> checkpoint() const = 0;  // the newest signed note
};

// decisions.db → decisions.keys
std::string default_keys_dir(const std::string& log_path);

// Of a log that is not there, by keys that know of one. Only those that lie under its own name know that it was this one.
Error log_gone(const std::string& path, const std::string& keys_dir);

}  // namespace caveat::audit
