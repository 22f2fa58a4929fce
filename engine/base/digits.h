// A few digits as a number, read in one step whatever their length: a branch on each digit is guessed wrongly.
//
//   std::int64_t value = 0;
//   if (small_whole(text, value)) use(value);
//
// Promises   true: `text` is a JSON number (RFC 8259) of one to eight digits, with or without a minus, and `value` what it
//            says; false: it is something else or longer, and `value` is untouched
// Needs      sixteen bytes can be read from where `text` begins, and it is not empty
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace caveat {

inline bool small_whole(std::string_view text, std::int64_t& value) {
  static_assert(std::endian::native == std::endian::little);  // the first digit is the lowest byte
  const std::size_t sign = text[0] == '-' ? 1 : 0, digits = text.size() - sign;
  if (digits - 1 >= 8) return false;
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + sign, 8);
  if ((word & 0xff) == '0' && digits > 1) return false;
  const unsigned before = static_cast<unsigned>(8 * (8 - digits));
  word = word << before | (0x3030303030303030u & ((std::uint64_t{1} << before) - 1));  // zeros before the first
  const std::uint64_t beyond_nine = (word + 0x0606060606060606u) & 0xf0f0f0f0f0f0f0f0u;
  if (((word & 0xf0f0f0f0f0f0f0f0u) | beyond_nine >> 4) != 0x3333333333333333u) return false;
  word = (word & 0x0f0f0f0f0f0f0f0fu) * ((10 << 8) + 1) >> 8;
  word = (word & 0x00ff00ff00ff00ffu) * ((100 << 16) + 1) >> 16;
  word = (word & 0x0000ffff0000ffffu) * ((std::uint64_t{10'000} << 32) + 1) >> 32;
  value = sign != 0 ? -static_cast<std::int64_t>(word) : static_cast<std::int64_t>(word);
  return true;
}

}  // namespace caveat
