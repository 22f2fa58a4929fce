// How short names are looked up: one hash of length, first and last bytes, one comparison by words.
// For tables of names that packs declare (members, levels, choices); a stranger's name only ever asks.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace caveat::program {

template <class Word>
inline Word word_at(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

inline std::uint64_t name_hash(std::string_view name, std::uint64_t seed) {
  const std::size_t n = name.size();
  const char* at = name.data();
  std::uint64_t a = 0, b = 0;
  if (n >= 8) {
    a = word_at<std::uint64_t>(at);
    b = word_at<std::uint64_t>(at + n - 8);
  } else if (n >= 4) {
    a = word_at<std::uint32_t>(at);
    b = word_at<std::uint32_t>(at + n - 4);
  } else if (n > 0) {
    a = static_cast<unsigned char>(at[0]) | static_cast<std::uint64_t>(static_cast<unsigned char>(at[n / 2])) << 8 |
        static_cast<std::uint64_t>(static_cast<unsigned char>(at[n - 1])) << 16;
  }
  std::uint64_t value = (a ^ seed * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;
  value = (value ^ (value >> 32) ^ b ^ n << 56) * 0xc4ceb9fe1a85ec53u;
  return value ^ (value >> 29);
}

inline bool same_name(std::string_view a, std::string_view b) {
  const std::size_t n = a.size();
  if (n != b.size()) return false;
  const char *x = a.data(), *y = b.data();
  if (n > 16) return std::memcmp(x, y, n) == 0;
  if (n >= 8) {
    return ((word_at<std::uint64_t>(x) ^ word_at<std::uint64_t>(y)) |
            (word_at<std::uint64_t>(x + n - 8) ^ word_at<std::uint64_t>(y + n - 8))) == 0;
  }
  if (n >= 4) {
    return ((word_at<std::uint32_t>(x) ^ word_at<std::uint32_t>(y)) |
            (word_at<std::uint32_t>(x + n - 4) ^ word_at<std::uint32_t>(y + n - 4))) == 0;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (x[i] != y[i]) return false;
  }
  return true;
}

}  // namespace caveat::program
