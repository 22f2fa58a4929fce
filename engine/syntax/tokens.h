// Tokens: the words of a file as the grammar knows them. Between the lexer, which knows shapes only, and the parser this one
// filter cuts units off numbers (5分钟内), joins English phrases (is at least), makes words keywords where they stand as
// keywords, joins names where every word is a name, and says where lines and members end (semantics.md 2, 31–36).
//
// Promises   one pass; what it reports stops its declaration only
// Lifetime   tokens refer to the source by byte offsets
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/syntax/ast.h"
#include "engine/syntax/complaint.h"

namespace caveat::syntax {

struct Token {
  int type = 0;
  std::uint32_t begin = 0, end = 0;  // bytes
};

struct Stretch {                                        // the tokens of one declaration
  std::size_t begin = 0, end = 0;                       // in Tokenised::tokens
  Language language = Language::en;                     // of the keyword that opens it
  std::size_t first_complaint = 0, last_complaint = 0;  // what was said of its tokens, end excluded
  bool hopeless = false;                                // reported already: not to be parsed at all
};

struct Tokenised {
  std::vector<Token> tokens;
  std::vector<Stretch> declarations;
  std::vector<Comment> comments;
  Language language = Language::en;  // of most keywords
};

// `bytes` must be valid UTF-8 without NUL.
Tokenised tokenise(SourceId source, std::string_view bytes, const Limits& limits, std::vector<Complaint>& complaints);

// 第四项, 第十二条
bool is_ordinal_word(std::string_view word);

}  // namespace caveat::syntax
