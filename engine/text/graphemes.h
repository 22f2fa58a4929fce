// Graphemes: what a reader takes for one character; nothing is ever cut inside one.
//
// Threads    all calls may run together
// Cost       a few characters round the range; the first call in a thread loads ICU's rules (milliseconds)
// Source     UAX 29, extended grapheme clusters
#pragma once

#include <string_view>

#include "engine/text/normalise.h"

namespace caveat::text {

// The smallest range of whole clusters that holds `range`. An empty range stays empty, at a bound.
Range whole_graphemes(std::string_view utf8, Range range);

}  // namespace caveat::text
