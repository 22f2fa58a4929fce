// Cause: why something is unknown, or why a hand-off is not by a rule's own will.
#pragma once

#include <cstdint>
#include <string_view>

namespace caveat::decide {

enum class Cause : std::uint8_t {
  none,
  missing,
  stale,
  undated,
  inferred,
  future,
  overflow,
  limit,
  unsupported,
  conflict,
  final_text,
  internal,
  storage,
  no_pack,
  uncovered,     // a day that the calendar does not cover
  unknown_zone,  // the turn names a time zone that there is not
  switched,      // the emergency switch is on
  not_listed,    // the reference set that would say it does not have it
  division,      // by zero
  currencies,    // two of them, which do not compare
  spans,         // months beside days, hours of a date: no length that both are measured by
  empty_text     // looked for in another, where it would stand everywhere
};
std::string_view name(Cause cause);

}  // namespace caveat::decide
