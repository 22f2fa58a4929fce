// The machine's clock, for the process that is `caveat`.
#pragma once

#include <chrono>

#include "engine/base/clock.h"

namespace caveat::cli {

class SystemClock final : public Clock {
 public:
  Microseconds wall_us() override {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  std::uint64_t steady_ns() override {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count());
  }
};

}  // namespace caveat::cli
