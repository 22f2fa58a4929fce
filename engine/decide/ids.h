// Ids: what the id of a turn, conversation, customer or product may look like, wherever it comes in.
//
//   if (const std::optional<IdFault> fault = fault_of_id("c 77", limits)) …       // "no blanks, …", "one at byte 1"
//
// Threads    all calls may run together
// Cost       linear; visible ASCII is known at a glance
// Source     contracts.md 11
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/limits.h"

namespace caveat::decide {

struct IdFault {
  std::string expected, found;
};
std::optional<IdFault> fault_of_id(std::string_view id, const Limits& limits);

}  // namespace caveat::decide
