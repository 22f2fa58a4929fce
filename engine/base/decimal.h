// Decimal: an exact decimal number, coefficient ±(10^36−1), scale 0..18 (semantics.md 26).
//
// Promises   + − × are exact or nothing (overflow: the caller makes it unknown); / to 18 places, half even; comparison never
//            overflows; values that are equal are one value: the scale is the least that holds them; no floating point anywhere
// Errors     an empty optional is overflow or division by zero
// Cost       no allocation but of the string in `to_string`
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace caveat {

class Decimal {
 public:
  static constexpr int kMaxScale = 18;

  constexpr Decimal() = default;
  constexpr Decimal(std::int64_t whole) : coefficient_(whole) {}  // NOLINT: a whole number is a decimal
  static std::optional<Decimal> make(__int128 coefficient, int scale);

  static bool is_number(
      std::string_view text);  // RFC 8259 spelling, whatever its size: tells bad spelling from overflow

  // Reads RFC 8259 number spelling, exponent included ("1E2" is 100, "-0" is 0). More than 18 places are rounded half even
  // and said so in `rounded`.
  static std::optional<Decimal> parse(std::string_view text, bool* rounded = nullptr);

  __int128 coefficient() const { return coefficient_; }
  int scale() const { return scale_; }
  bool is_integer() const { return scale_ == 0; }
  std::optional<std::int64_t> as_int64() const;     // if whole and in range
  std::optional<__int128> scaled(int scale) const;  // coefficient at `scale`, if exact and in range
  std::string to_string() const;                    // shortest: "0.042", "-7"
  void append_to(std::string& out) const;           // the same

  std::optional<Decimal> plus(const Decimal& other) const;
  std::optional<Decimal> minus(const Decimal& other) const;
  std::optional<Decimal> times(const Decimal& other) const;
  std::optional<Decimal> divided_by(const Decimal& other) const;
  Decimal rounded_to(int digits) const;  // half even
  Decimal negated() const;

  friend bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  __int128 coefficient_ = 0;
  std::uint8_t scale_ = 0;
};

}  // namespace caveat
