// Deliveries: what a caller says it sent, held against what it was told to send.
//
// Promises   `same`: the very text; `changed`: another; `late`: a person had the conversation, or was awaited, when it was sent,
//            whether the hand-off is open still or closed by now; `unknown`: there is no such decision of this caller's. A repeat is
//            matched again and recorded once. Of a caller that confirms, `same` uses up what the text told that counts once
// Source     decision.md "Delivery", contracts.md 22, semantics.md 38
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/gate/body.h"
#include "adapters/gate/caller.h"
#include "adapters/gate/floor.h"
#include "adapters/gate/past.h"
#include "adapters/gate/told_to_wait.h"
#include "audit/log/log.h"
#include "audit/log/reader.h"

namespace caveat::gate {

inline constexpr std::size_t kMostDeliveries = 1'000;

struct Delivery {
  std::string decision, channel, part;
  Digest text{};
  Microseconds at = 0;
};

std::optional<Problem> read_deliveries(std::vector<Body>& bodies, Microseconds now, std::vector<Delivery>& out);

// Holds that have ended, of conversations and customers: each is looked for in the log once.
class PastHolds {
 public:
  PastHolds(audit::Log& log, const audit::LogReader& reader) : log_(log), reader_(reader) {}
  // Was the conversation or its customer held at that time by a hand-off that was closed after the decision?
  bool held(const PastDecision& past, const std::string& customer, Microseconds at);

 private:
  struct Hold {
    std::uint64_t closed;  // the record of its end
    Microseconds from, to;
  };
  const std::vector<Hold>& of(audit::TagKind kind, const std::string& whose);

  audit::Log& log_;
  const audit::LogReader& reader_;
  std::map<std::pair<audit::TagKind, std::string>, std::vector<Hold>> known_;
};

struct Confirmed {
  std::string_view match;
  audit::StateKey key = {};  // under which the state keeps it
  std::optional<audit::RecordContent> record =
      {};  // nothing: a repeat, or nothing that is known. Its first change is the key's
};
std::string_view match_of(std::string_view kept);  // as the state keeps it; empty: none of them
Confirmed match(const program::Program* program, audit::Log& log, const audit::LogReader& reader, Floor& floor,
                PastHolds& holds, const ToldToWait& told_to_wait, const Caller& caller, const Delivery& delivery);

}  // namespace caveat::gate
