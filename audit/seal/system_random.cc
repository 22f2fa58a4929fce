#include "audit/seal/system_random.h"

#include <sodium.h>

#include <cstdlib>

namespace caveat::audit {

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  static const int ready = sodium_init();
  if (ready < 0) std::abort();
  randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace caveat::audit
