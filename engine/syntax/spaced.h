// Spaced: the reading of a Chinese word that an author most likely meant with blanks in it (keywords.md, "How words are told
// apart"). Nothing is ever split by itself; this is for messages about words that no declaration knows.
//
//   if (auto meant = spaced_reading("当产品")) …   // "当 产品"
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace caveat::syntax {

// Nothing: the word neither begins nor ends with a keyword, or a name would be left empty.
std::optional<std::string> spaced_reading(std::string_view word);

}  // namespace caveat::syntax
