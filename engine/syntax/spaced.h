// Spaced: the reading of a Chinese word that an author most likely meant with blanks in it (keywords.md, "How words are told
// apart"). Nothing is ever split by itself; this is for messages about words that no declaration knows.
//
//   if (auto meant = spaced_reading("当产品")) …   // "当 产品"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/syntax/keywords.h"

namespace caveat::syntax {

// Nothing: the word neither begins nor ends with a keyword, or a name would be left empty.
std::optional<std::string> spaced_reading(std::string_view word);

// 当前, 当日, 若干, 负责人: words of their own that begin as that keyword does; `rest` is what stands behind it.
bool begins_a_word_of_its_own(const Spelling& keyword, std::string_view rest);

// A word that a digit follows, cut at the keywords that it ends with: 距今超过 is 距今 and 超过, 年龄大于等于 is 年龄 and 不低于.
// Empty where it ends with none.
struct Segment {
  std::string text;                   // the keyword that is meant, or the name before it
  std::size_t at = 0;                 // in the word
  const Spelling* keyword = nullptr;  // of a name none
};
std::vector<Segment> segments_before_a_number(std::string_view word);

}  // namespace caveat::syntax
