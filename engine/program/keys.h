// Keys: a fact's value as one 64-bit integer whose order and equality against the program's constants are exact.
// A number becomes 2·floor(value·10^scale), plus one if that was not exact: every constant of the slot has at most `scale`
// places, so its key is even and a value that lies between two of them has the odd key between. A slot of whole numbers
// and whole constants is its own key.
//
// Promises   key(a) < key(c) exactly if a < c, for every constant c of the slot; beyond ±kFarthest values are cut off,
//            and no constant lies there
#pragma once

#include <cstdint>

#include "engine/base/decimal.h"

namespace caveat::program {

inline constexpr std::int64_t kFarthest = (std::int64_t{1} << 61) - 1;  // odd: never a constant's key
inline constexpr int kMaxKeyScale = 9;

std::int64_t key_of(const Decimal& value, int scale, bool doubled);
// Whether a constant can be a key of that scale at all.
bool fits_key(const Decimal& constant, int scale, bool doubled);
// Two values with this key are equal for certain only if it is exact.
constexpr bool exact_key(std::int64_t key, bool doubled) {
  return key > -kFarthest && key < kFarthest && (!doubled || (key & 1) == 0);
}

}  // namespace caveat::program
