#include "engine/base/decimal.h"

#include <algorithm>
#include <array>
#include <limits>

namespace caveat {
namespace {

using I128 = __int128;
using U128 = unsigned __int128;

constexpr std::array<U128, 39> powers_of_ten() {
  std::array<U128, 39> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<U128, 39> kTen = powers_of_ten();
constexpr U128 kLargest = kTen[36] - 1;

U128 magnitude(I128 value) { return value < 0 ? U128{0} - static_cast<U128>(value) : static_cast<U128>(value); }
I128 with_sign(U128 value, bool negative) { return negative ? -static_cast<I128>(value) : static_cast<I128>(value); }

// 256 bits: the product of two coefficients and the dividend of a quotient need up to 240.
struct U256 {
  U128 high = 0;
  U128 low = 0;
};

U256 multiply(U128 a, U128 b) {
  const U128 mask = (U128{1} << 64) - 1;
  const U128 a0 = a & mask, a1 = a >> 64, b0 = b & mask, b1 = b >> 64;
  const U128 low = a0 * b0;
  const U128 middle1 = a1 * b0 + (low >> 64);  // cannot overflow: (2^64−1)² + 2^64−1 < 2^128
  const U128 middle2 = a0 * b1 + (middle1 & mask);
  return {a1 * b1 + (middle1 >> 64) + (middle2 >> 64), (middle2 << 64) | (low & mask)};
}

U256 add(U256 value, unsigned small) {
  value.low += small;
  if (value.low < small) ++value.high;
  return value;
}

// Divides by ten in place and returns the remainder.
unsigned divide_by_ten(U256& value) {
  std::uint64_t limbs[4] = {static_cast<std::uint64_t>(value.high >> 64), static_cast<std::uint64_t>(value.high),
                            static_cast<std::uint64_t>(value.low >> 64), static_cast<std::uint64_t>(value.low)};
  U128 rest = 0;
  for (std::uint64_t& limb : limbs) {
    const U128 part = (rest << 64) | limb;
    limb = static_cast<std::uint64_t>(part / 10);
    rest = part % 10;
  }
  value.high = (static_cast<U128>(limbs[0]) << 64) | limbs[1];
  value.low = (static_cast<U128>(limbs[2]) << 64) | limbs[3];
  return static_cast<unsigned>(rest);
}

// Quotient of 256 by 120 bits, long-hand; the remainder is left in `rest`. The caller knows that the quotient may be
// wide.
U256 divide(const U256& dividend, U128 divisor, U128& rest) {
  U256 quotient;
  rest = 0;
  if (dividend.high == 0) {
    rest = dividend.low % divisor;
    return {0, dividend.low / divisor};
  }
  for (int bit = 255; bit >= 0; --bit) {
    const U128 part = bit >= 128 ? dividend.high >> (bit - 128) : dividend.low >> bit;
    rest = (rest << 1) | (part & 1);
    if (rest >= divisor) {
      rest -= divisor;
      if (bit >= 128) {
        quotient.high |= U128{1} << (bit - 128);
      } else {
        quotient.low |= U128{1} << bit;
      }
    }
  }
  return quotient;
}

// Takes trailing zeros off until the scale is the least.
void trim(U128& value, int& scale) {
  if (value == 0) {
    scale = 0;
    return;
  }
  while (scale > 0 && value > std::numeric_limits<std::uint64_t>::max() && value % 10 == 0) {
    value /= 10;
    --scale;
  }
  if (value <= std::numeric_limits<std::uint64_t>::max()) {
    auto narrow = static_cast<std::uint64_t>(value);
    while (scale > 0 && narrow % 10 == 0) {
      narrow /= 10;
      --scale;
    }
    value = narrow;
  }
}

// quotient + 1 if the rest is above one half, or just that and the quotient odd.
bool rounds_up(U128 rest, U128 divisor, bool odd) {
  const U128 other = divisor - rest;
  return rest > other || (rest == other && odd);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The parts of a number in RFC 8259's spelling, or nothing.
struct Spelling {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  bool exponent_negative = false;
  std::string_view exponent;
};

std::optional<Spelling> spell(std::string_view text) {
  Spelling parts;
  std::size_t at = 0;
  const auto run = [&] {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return text.substr(begin, at - begin);
  };
  if (at < text.size() && text[at] == '-') {
    parts.negative = true;
    ++at;
  }
  parts.whole = run();
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole[0] == '0')) return {};
  if (at < text.size() && text[at] == '.') {
    ++at;
    parts.fraction = run();
    if (parts.fraction.empty()) return {};
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) parts.exponent_negative = text[at++] == '-';
    parts.exponent = run();
    if (parts.exponent.empty()) return {};
  }
  if (at != text.size()) return {};
  return parts;
}

}  // namespace

bool Decimal::is_number(std::string_view text) { return spell(text).has_value(); }

std::optional<Decimal> Decimal::make(__int128 coefficient, int scale) {
  U128 value = magnitude(coefficient);
  Decimal result;
  if (value == 0) return result;
  if (scale < 0) {
    if (scale < -36 || value > kLargest / kTen[-scale]) return {};
    value *= kTen[-scale];
    scale = 0;
  }
  trim(value, scale);
  if (value > kLargest || scale > kMaxScale) return {};
  result.coefficient_ = with_sign(value, coefficient < 0);
  result.scale_ = static_cast<std::uint8_t>(scale);
  return result;
}

std::optional<Decimal> Decimal::parse(std::string_view text, bool* rounded) {
  if (rounded != nullptr) *rounded = false;
  // Most numbers of a turn are a few digits.
  const bool minus = !text.empty() && text[0] == '-';
  const std::size_t from = minus ? 1 : 0;
  if (text.size() > from && text.size() - from <= 18 && (text[from] != '0' || text.size() - from == 1)) {
    std::int64_t whole = 0;
    std::size_t at = from;
    for (; at < text.size() && is_digit(text[at]); ++at) whole = whole * 10 + (text[at] - '0');
    if (at == text.size()) return Decimal(minus ? -whole : whole);
  }
  const std::optional<Spelling> parts = spell(text);
  if (!parts) return {};
  // The digits as one run, without zeros at either end, and the power of ten of the last of them.
  const std::size_t wholes = parts->whole.size();
  const std::size_t all = wholes + parts->fraction.size();
  const auto digit = [&](std::size_t i) { return (i < wholes ? parts->whole[i] : parts->fraction[i - wholes]) - '0'; };
  std::size_t first = 0;
  while (first < all && digit(first) == 0) ++first;
  if (first == all) return Decimal{};
  std::size_t end = all;
  while (digit(end - 1) == 0) --end;
  // An exponent beyond ± the bytes of any request is as good as infinite.
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  std::int64_t exponent = 0;
  for (const char c : parts->exponent) exponent = std::min(kFar, exponent * 10 + (c - '0'));
  if (parts->exponent_negative) exponent = -exponent;
  const std::int64_t last_power = exponent + static_cast<std::int64_t>(wholes) - static_cast<std::int64_t>(end);
  const auto digits = static_cast<std::int64_t>(end - first);
  const std::int64_t dropped = last_power < -kMaxScale ? -kMaxScale - last_power : 0;
  const std::int64_t kept = digits - dropped;
  const std::int64_t zeros = std::max<std::int64_t>(last_power, 0);
  // Up to 54 digits may come down to 36: those that rounding leaves as zeros at the end.
  if (kept > (dropped > 0 ? 36 + kMaxScale : 36) || kept + zeros > 36 + kMaxScale) return {};
  U256 value;
  for (std::int64_t i = 0; i < kept + zeros; ++i) {
    const int next = i < kept ? digit(first + static_cast<std::size_t>(i)) : 0;
    U256 tenfold = multiply(value.low, 10);
    tenfold.high += value.high * 10;
    value = add(tenfold, static_cast<unsigned>(next));
  }
  if (dropped > 0) {
    if (rounded != nullptr) *rounded = true;
    if (kept >= 0) {
      const int next = digit(first + static_cast<std::size_t>(kept));
      const bool more = dropped > 1;  // the last digit is not zero, so what follows `next` is something
      if (next > 5 || (next == 5 && (more || (value.low & 1) == 1))) value = add(value, 1);
    }
  }
  std::int64_t places = std::min<std::int64_t>(kMaxScale, std::max<std::int64_t>(-last_power, 0));
  while (value.high != 0 || value.low > kLargest) {
    if (places == 0 || divide_by_ten(value) != 0) return {};
    --places;
  }
  return make(with_sign(value.low, parts->negative), static_cast<int>(places));
}

std::optional<std::int64_t> Decimal::as_int64() const {
  if (scale_ != 0 || coefficient_ < std::numeric_limits<std::int64_t>::min() ||
      coefficient_ > std::numeric_limits<std::int64_t>::max()) {
    return {};
  }
  return static_cast<std::int64_t>(coefficient_);
}

std::optional<__int128> Decimal::scaled(int scale) const {
  if (coefficient_ == 0) return I128{0};
  if (scale < scale_ || scale - scale_ > 36) return {};
  const U128 factor = kTen[static_cast<std::size_t>(scale - scale_)];
  if (magnitude(coefficient_) > kLargest / factor) return {};
  return coefficient_ * static_cast<I128>(factor);
}

void Decimal::append_to(std::string& out) const {
  U128 value = magnitude(coefficient_);
  char reversed[48];
  std::size_t count = 0;
  int places = scale_;
  do {
    reversed[count++] = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
    if (--places == 0) {
      reversed[count++] = '.';
      if (value == 0) reversed[count++] = '0';
    }
  } while (value != 0 || places > 0);
  if (coefficient_ < 0) reversed[count++] = '-';
  out.append(std::make_reverse_iterator(reversed + count), std::make_reverse_iterator(reversed));
}

std::string Decimal::to_string() const {
  std::string out;
  append_to(out);
  return out;
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  if (scale_ == other.scale_) return make(coefficient_ + other.coefficient_, scale_);
  // The last digit of the finer one is not zero and stays, so the sum has the finer scale and nothing can be trimmed:
  // where the coarser one, brought to that scale, is above twice the largest coefficient, the sum overflows too.
  const Decimal& coarse = scale_ < other.scale_ ? *this : other;
  const Decimal& fine = scale_ < other.scale_ ? other : *this;
  const U128 factor = kTen[static_cast<std::size_t>(fine.scale_ - coarse.scale_)];
  if (magnitude(coarse.coefficient_) > 2 * kLargest / factor) return {};
  return make(coarse.coefficient_ * static_cast<I128>(factor) + fine.coefficient_, fine.scale_);
}

std::optional<Decimal> Decimal::minus(const Decimal& other) const { return plus(other.negated()); }

std::optional<Decimal> Decimal::times(const Decimal& other) const {
  if (coefficient_ == 0 || other.coefficient_ == 0) return Decimal{};
  U256 product = multiply(magnitude(coefficient_), magnitude(other.coefficient_));
  int scale = scale_ + other.scale_;
  // Only zeros may go: what is not exact is nothing.
  while (product.high != 0 || product.low > kLargest || scale > kMaxScale) {
    if (scale == 0 || divide_by_ten(product) != 0) return {};
    --scale;
  }
  return make(with_sign(product.low, (coefficient_ < 0) != (other.coefficient_ < 0)), scale);
}

std::optional<Decimal> Decimal::divided_by(const Decimal& other) const {
  if (other.coefficient_ == 0) return {};
  const U128 divisor = magnitude(other.coefficient_);
  const auto shift = static_cast<std::size_t>(kMaxScale - scale_ + other.scale_);  // 0..36
  U128 rest = 0;
  U256 quotient = divide(multiply(magnitude(coefficient_), kTen[shift]), divisor, rest);
  if (rounds_up(rest, divisor, (quotient.low & 1) != 0)) quotient = add(quotient, 1);
  int scale = kMaxScale;
  while (quotient.high != 0 || quotient.low > kLargest) {  // 18 places of it do not fit, unless the last are zeros
    if (scale == 0 || divide_by_ten(quotient) != 0) return {};
    --scale;
  }
  return make(with_sign(quotient.low, (coefficient_ < 0) != (other.coefficient_ < 0)), scale);
}

Decimal Decimal::rounded_to(int digits) const {
  digits = std::max(digits, 0);
  if (digits >= scale_) return *this;
  const U128 divisor = kTen[static_cast<std::size_t>(scale_ - digits)];
  const U128 value = magnitude(coefficient_);
  U128 quotient = value / divisor;
  if (rounds_up(value % divisor, divisor, (quotient & 1) != 0)) ++quotient;
  // It fits, since at least one digit went.
  return *make(with_sign(quotient, coefficient_ < 0), digits);
}

Decimal Decimal::negated() const {
  Decimal result = *this;
  result.coefficient_ = -coefficient_;
  return result;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.scale_ == b.scale_) return a.coefficient_ <=> b.coefficient_;
  // Whole parts first, then the fractions at 18 places: neither can overflow.
  const auto unit_a = static_cast<I128>(kTen[a.scale_]);
  const auto unit_b = static_cast<I128>(kTen[b.scale_]);
  const I128 whole_a = a.coefficient_ / unit_a;
  const I128 whole_b = b.coefficient_ / unit_b;
  if (whole_a != whole_b) return whole_a <=> whole_b;
  const I128 fraction_a =
      a.coefficient_ % unit_a * static_cast<I128>(kTen[static_cast<std::size_t>(Decimal::kMaxScale - a.scale_)]);
  const I128 fraction_b =
      b.coefficient_ % unit_b * static_cast<I128>(kTen[static_cast<std::size_t>(Decimal::kMaxScale - b.scale_)]);
  return fraction_a <=> fraction_b;
}

}  // namespace caveat
