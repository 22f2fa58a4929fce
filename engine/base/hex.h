// hex: bytes as hexadecimal digits in lower case, where text is made of many parts.
//
//   at = put_hex(at, bytes);   // two digits a byte; returns where they end
//
// Promises   writes 2 × bytes.size() characters and nothing behind them
// Threads    no state
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace caveat {

inline char* put_hex(char* at, std::string_view bytes) {
  static constexpr auto kPairs = [] {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<char, 512> pairs{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
      pairs[2 * byte] = kDigits[byte >> 4];
      pairs[2 * byte + 1] = kDigits[byte & 15];
    }
    return pairs;
  }();
  for (const char byte : bytes) {
    std::memcpy(at, &kPairs[2 * std::size_t{static_cast<unsigned char>(byte)}], 2);
    at += 2;
  }
  return at;
}

}  // namespace caveat
