// Two lanes: the same work on many things, part of it on a second thread; all of it is done when the call returns.
//
//   two_lanes(bundles.size(), [&](std::size_t lane, std::size_t i) { check(bundles[i], memory[lane]); });
//
// Promises   each i once, begun in ascending order; lane is 0 or 1, and what belongs to one lane is used by one thread at a time
// Errors     what the work throws, when both lanes have ended; what was not begun by then is left out
// Cost       a thread; where the machine has none to give, the caller's own does all of it
#pragma once

#include <cstddef>
#include <functional>

namespace caveat::audit {

void two_lanes(std::size_t count, const std::function<void(std::size_t lane, std::size_t i)>& work);

}  // namespace caveat::audit
