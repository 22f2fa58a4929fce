#include <array>

#include "engine/decide/decision.h"
#include "engine/decide/request.h"

namespace caveat::decide {

std::string_view name(Verdict verdict) {
  constexpr std::array<std::string_view, 5> kNames = {"allow", "revise", "require", "block", "handoff"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string_view name(Cause cause) {
  constexpr std::array<std::string_view, 22> kNames = {
      "none",      "missing",      "stale",    "undated",    "inferred",         "future",         "overflow",
      "limit",     "unsupported",  "conflict", "final_text", "internal",         "storage",        "no_pack",
      "uncovered", "unknown_zone", "switch",   "not_listed", "division_by_zero", "two_currencies", "two_spans",
      "empty_text"};
  return kNames[static_cast<std::size_t>(cause)];
}

std::string_view name(Quality quality) {
  constexpr std::array<std::string_view, 3> kNames = {"assessed", "stated", "inferred"};
  return kNames[static_cast<std::size_t>(quality)];
}

}  // namespace caveat::decide
