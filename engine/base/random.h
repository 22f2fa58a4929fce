// Random: unpredictable bytes, handed in so that replay and tests can fix them (contracts.md 6).
//
// Threads    all calls may run together
#pragma once

#include <cstdint>
#include <span>

namespace caveat {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;  // all of them, or it does not return
};

}  // namespace caveat
