// Mistakes: where the parser stopped, told in the author's words: what was found, what was expected, the nearest keyword, how
// to mend it. Never a token's name.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/syntax/door.h"
#include "engine/syntax/tokens.h"

namespace caveat::syntax {

Complaint explain_mistake(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                          const Mistake& mistake);

// The same in few words, for mistakes that are counted and not shown (Limits::diagnostics).
Complaint brief_mistake(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                        const Mistake& mistake);

// What is kept of how things are written, to be shown where nothing better is known. A declaration and a clause of it by the first
// spelling of their keywords; without a clause, its head or, where `list`, what may stand in it.
struct Sample {
  std::string_view declaration, clause, en, zh;
  bool list;
};
std::vector<Sample> samples();
// "it is written so: …"; empty where nothing is kept of it.
Both clause_as_written(std::string_view declaration, std::string_view clause);

}  // namespace caveat::syntax
