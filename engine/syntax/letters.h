// Letters: what each code point of a rule file is to the lexer, which is shown one ASCII sign for each (grammar/CaveatLexer.g4).
//
// Promises   one stand-in a code point, so that the lexer's positions are code points and `offsets` gives the bytes
// Source     UAX #44 general categories; NFKC for words and numbers outside of quotes (keywords.md)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace caveat::syntax {

struct StandIns {
  std::string shown;                   // one byte a code point
  std::vector<std::uint32_t> offsets;  // byte offset of each code point, and one more: the end
};

// `bytes` must be valid UTF-8.
StandIns stand_ins(std::string_view bytes);

// Offset of the first byte that is no valid UTF-8, or npos.
std::size_t first_bad_byte(std::string_view bytes);

bool is_ascii(std::string_view bytes);
bool is_plain(
    std::string_view word);  // ASCII and common Chinese characters only: its own normal form, as nearly every word is
std::string nfkc(std::string_view word);

// A number without the commas of either width that group its digits: 200,000.
std::string without_commas(std::string_view number);

// Traditional characters in their simplified form (規則: 规则), byte for byte as long; for messages, names are never folded so.
std::string simplified(std::string_view word);

bool ends_in_chinese(std::string_view word);

}  // namespace caveat::syntax
