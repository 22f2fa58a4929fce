#include "engine/program/keys.h"

namespace caveat::program {
namespace {

__int128 power(int exponent) {
  __int128 value = 1;
  for (; exponent > 0; --exponent) value *= 10;
  return value;
}

}  // namespace

std::int64_t key_of(const Decimal& value, int scale, bool doubled) {
  const __int128 farthest = kFarthest;
  __int128 whole = value.coefficient();
  bool exact = true;
  if (value.scale() > scale) {
    const __int128 unit = power(value.scale() - scale);
    const __int128 rest = whole % unit;
    whole /= unit;
    exact = rest == 0;
    if (rest < 0) --whole;  // towards minus infinity
  } else if (value.scale() < scale) {
    const __int128 unit = power(scale - value.scale());
    if (whole > farthest / unit) return kFarthest;
    if (whole < -farthest / unit) return -kFarthest;
    whole *= unit;
  }
  if (doubled) {
    if (whole > farthest / 2 || whole < -farthest / 2) return whole < 0 ? -kFarthest : kFarthest;
    whole = 2 * whole + (exact ? 0 : 1);
  }
  if (whole >= farthest) return kFarthest;
  if (whole <= -farthest) return -kFarthest;
  return static_cast<std::int64_t>(whole);
}

bool fits_key(const Decimal& constant, int scale, bool doubled) {
  return constant.scale() <= scale && exact_key(key_of(constant, scale, doubled), doubled);
}

}  // namespace caveat::program
