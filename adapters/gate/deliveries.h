// Deliveries: what a caller says it sent, held against what it was told to send.
//
// Promises   `same`: the very text; `changed`: another; `late`: a person had the conversation, or was awaited, when it was sent,
//            whether the hand-off is open still or closed by now; `unknown`: there is no such decision of this caller's. A repeat is
//            matched again and recorded once. Of a caller that confirms, `same` uses up what the text told that counts once
// Source     decision.md "Delivery", contracts.md 22, semantics.md 38
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gate/body.h"
#include "adapters/gate/caller.h"
#include "adapters/gate/floor.h"
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

struct Confirmed {
  std::string_view match;
  std::optional<audit::RecordContent>
      record;  // nothing: a repeat, or nothing that is known. Its first change is the delivery's
};
Confirmed match(audit::Log& log, const audit::LogReader& reader, Floor& floor, const Caller& caller,
                const Delivery& delivery);

}  // namespace caveat::gate
