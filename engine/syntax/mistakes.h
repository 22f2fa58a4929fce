// Mistakes: where the parser stopped, told in the author's words: what was found, what was expected, the nearest keyword, how
// to mend it. Never a token's name.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/syntax/door.h"
#include "engine/syntax/tokens.h"

namespace caveat::syntax {

Complaint explain_mistake(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                          const Mistake& mistake);

// The same in few words, for mistakes that are counted and not shown (Limits::diagnostics).
Complaint brief_mistake(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                        const Mistake& mistake);

}  // namespace caveat::syntax
