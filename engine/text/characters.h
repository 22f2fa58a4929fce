// Characters: what the rooms of text must know about a code point, from one table that is made once from ICU's data.
//
// Promises   fixed by kTextVersion; the table is the same in every process with the same ICU
// Threads    all calls may run together; the first one builds the table (some milliseconds)
// Cost       two loads for a code point of the BMP
// Source     Unicode 15, NFKC_Casefold (DerivedNormalizationProps), UAX 24 (scripts)
#pragma once

#include <cstdint>
#include <string_view>

namespace caveat::text {

struct Character {
  enum class Kind : std::uint8_t {
    same,     // its normal form is itself
    one,      // another code point of the BMP: `value`
    many,     // several: `expansion(value)`
    drop,     // nothing: NUL, controls, noncharacters, invisible format characters
    blank,    // a space of any width, or a tab
    line,     // ends a line
    other,    // beyond the BMP, and changed: ask ICU
    joining,  // may join what stands before it (combining marks, conjoining jamo)
  };
  std::uint16_t value = 0;
  Kind kind = Kind::same;
  std::uint8_t flags = 0;
};

// Of the code point itself.
constexpr std::uint8_t kWord = 1;   // letter, digit, mark or _ of a script that parts words by blanks
constexpr std::uint8_t kDigit = 2;  // decimal digit
constexpr std::uint8_t kHan = 4;    // Han script
// Of its normal form.
constexpr std::uint8_t kBeginsHan = 8;
constexpr std::uint8_t kEndsHan = 16;

Character character(char32_t code_point);
// The apostrophe and the hyphen that keyboards and writing programs put typographic signs for (can’t, risk‑free), which are no
// compatibility forms of theirs; any other sign is itself.
constexpr char32_t plain(char32_t c) {
  if (c == 0x2018 || c == 0x2019 || c == 0x201B || c == 0x02BC || c == 0x2032) return U'\'';
  return (c >= 0x2010 && c <= 0x2013) || c == 0x2212 ? U'-' : c;
}
std::string_view expansion(std::uint16_t value);

inline bool is_word(char32_t c) { return (character(c).flags & kWord) != 0; }
inline bool is_han(char32_t c) { return (character(c).flags & kHan) != 0; }
inline bool is_digit(char32_t c) { return (character(c).flags & kDigit) != 0; }

}  // namespace caveat::text
