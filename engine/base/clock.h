// Clock: time, handed to gate and log so that tests move it by hand; the engine sees only a request's `at`
// (contracts.md 6).
//
// Threads    all calls may run together
#pragma once

#include <cstdint>

#include "engine/base/units.h"

namespace caveat {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Microseconds wall_us() = 0;     // civil time, UTC; may jump
  virtual std::uint64_t steady_ns() = 0;  // for waits and durations; never goes back
};

}  // namespace caveat
