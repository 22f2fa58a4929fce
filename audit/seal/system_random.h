// System random: unpredictable bytes of the operating system, for everything that is not a test.
//
// Promises   all bytes, or the process ends: there is no safe way on without them
// Threads    all calls may run together
#pragma once

#include "engine/base/random.h"

namespace caveat::audit {

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace caveat::audit
