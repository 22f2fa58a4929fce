// IdRandom: unpredictable bytes for ids, of which every turn needs several: fetched ahead, since each fetch is a call of the system.
// Not for keys: what was fetched ahead lies in memory until it is used.
//
// Threads    all calls may run together: each thread has its own bytes
// Lifetime   its source outlives it
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "engine/base/random.h"

namespace caveat::cli {

class IdRandom final : public Random {
 public:
  explicit IdRandom(Random& source) : source_(source) {}

  void fill(std::span<std::uint8_t> bytes) override {
    struct Ahead {
      std::array<std::uint8_t, 1024> bytes{};
      std::size_t left = 0;
    };
    thread_local Ahead ahead;
    if (bytes.size() > ahead.bytes.size()) return source_.fill(bytes);
    if (ahead.left < bytes.size()) {
      source_.fill(ahead.bytes);
      ahead.left = ahead.bytes.size();
    }
    ahead.left -= bytes.size();
    std::copy_n(ahead.bytes.begin() + static_cast<std::ptrdiff_t>(ahead.left), bytes.size(), bytes.begin());
  }

 private:
  Random& source_;
};

}  // namespace caveat::cli
