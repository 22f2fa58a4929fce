// UTF-8, strictly: overlong forms, surrogates, code points above U+10FFFF and cut sequences are refused.
// The one validator of the product: rule files, requests, CBOR texts and terminals all lean on it.
//
// Cost       linear, no allocation but `append_utf8`
// Source     RFC 3629 §3, §4; Unicode table 3-7
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace caveat {

struct CodePoint {
  char32_t value = 0;
  std::uint8_t length = 0;  // bytes taken; 0: no well-formed sequence stands there (or the end)
  explicit operator bool() const { return length != 0; }
};

// The code point that begins at byte `at`; `at` may be the end.
CodePoint decode_utf8(std::string_view bytes, std::size_t at);

// The byte offset at which `bytes` stops being UTF-8, or npos.
std::size_t first_invalid_utf8(std::string_view bytes);
inline bool is_valid_utf8(std::string_view bytes) { return first_invalid_utf8(bytes) == std::string_view::npos; }

// Code points of `bytes`; a byte that belongs to no well-formed sequence counts as one.
std::size_t count_code_points(std::string_view bytes);

// Appends a scalar value; anything else (a surrogate, above U+10FFFF) is written as U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

// U+FDD0..U+FDEF and the last two of each plane: never a character, refused in names and ids, dropped by the normal
// form.
constexpr bool is_noncharacter(char32_t c) { return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE; }

}  // namespace caveat
