// Numerals: the Han signs for numbers, of which there are several for some: 〇 and 零, 两 and 二, 萬 and 万, those of cheques (壹贰叁);
// and the English words for them.
//
//   plain_numerals(text);                       // 贰零贰陆年 → 二零二六年, in place
//   numeral_value(U'廿');                       // 20
//
// Promises   the plain sign is as long as the other, so that places in the text stay
// Cost       linear
// Source     GB/T 15835; the Payment and Settlement Measures (1997), annex 1, on how a cheque is filled in
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace caveat {

// `text` in normal form.
void plain_numerals(std::string& text);
// 0 to 10, 20, 30 or 40 of one plain sign; -1: it is none of these.
int numeral_value(char32_t sign);

// English, in small letters: 0 to 19, and 20, 30 … 90.
inline constexpr std::array<std::string_view, 20> kEnglishNumbers = {
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
inline constexpr std::array<std::string_view, 8> kEnglishTens = {"twenty", "thirty",  "forty",  "fifty",
                                                                 "sixty",  "seventy", "eighty", "ninety"};

}  // namespace caveat
