// Numerals: numbers that an author wrote in Chinese characters, in the digits that the language reads (keywords.md: a word is
// cut nowhere, so 五百万元 is one name). Only messages ask; nothing is read so by itself.
//
//   in_digits("五百万元")      // 500万元
//   in_digits("百分之五十")    // 百分之50
//   in_digits("三方")          // nothing: no unit, no number
//
// Promises   the whole of the word is a number, its unit and what may stand behind it (三次以上), or nothing comes of it; what
//            is read in two ways (一百五, 三万五) is nothing
// Threads    all calls may run together
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace caveat::syntax {

// 二十八 is 28, 二〇二六 is 2026; digits may stand among them (1亿五千万).
std::optional<std::uint64_t> number_in_words(std::string_view characters);

std::optional<std::string> in_digits(std::string_view word);

// The same behind a keyword: 超过五十万元 is 超过50万元, 保留后四位 is 保留后4位.
std::optional<std::string> in_digits_behind_a_keyword(std::string_view word);

}  // namespace caveat::syntax
