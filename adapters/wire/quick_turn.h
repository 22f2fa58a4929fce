// quick_turn: reads the turns that callers send all day: plain JSON without escapes, and leaves every other to parse_turn.
// Part of parse_turn; nothing else calls it.
//
// Promises   true: the Fields are what parse_turn's own reader would have made, no problem hidden; false: not read, and
//            nothing is said about why: the full reader finds that out
// Threads    calls may run together
// Cost       one pass; allocates nothing once the Fields are warm
#pragma once

#include <string_view>

#include "engine/base/limits.h"
#include "engine/decide/request.h"

namespace caveat::wire {

bool read_quickly(std::string_view json, decide::Fields& fields, const Limits& limits);

}  // namespace caveat::wire
