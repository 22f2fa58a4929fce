// Randomness that is the same in every run, for tests with threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <random>
#include <span>
#include <stdexcept>

#include "engine/base/random.h"

namespace caveat::test {

class SeededRandom final : public Random {
 public:
  std::atomic<int> fails_at{0};  // the next calls' number of the one that throws; 0: none

  void fill(std::span<std::uint8_t> bytes) override {
    const std::lock_guard lock(mutex_);
    if (fails_at > 0 && --fails_at == 0) throw std::runtime_error("no randomness");
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator_());
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 generator_{20261123};
};

}  // namespace caveat::test
