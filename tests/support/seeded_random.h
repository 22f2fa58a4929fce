// Randomness that is the same in every run, for tests with threads.
#pragma once

#include <cstdint>
#include <mutex>
#include <random>
#include <span>

#include "engine/base/random.h"

namespace caveat::test {

class SeededRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    const std::lock_guard lock(mutex_);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator_());
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 generator_{20261123};
};

}  // namespace caveat::test
