// Recover: a declaration in which the parser stopped is read on, clause by clause or line by line, so that one mistake hides no
// other; what could be read is kept, and what could not is named.
//
// How        the tokens are cut where a clause begins (rule, guarantee) or a line does (the others); each piece is parsed for
//            itself under a head that fits it. A slip whose mend is sure (a misspelt keyword, a missing blank) is mended in the
//            tokens, so that the rest of its piece is read too; of a condition or a list of effects that stays broken the other
//            members are read.
// Promises   what follows from a mistake that was told is not told: a mistake right behind a mend is dropped with its piece
// Cost       linear in the tokens
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/syntax/complaint.h"
#include "engine/syntax/door.h"
#include "engine/syntax/tokens.h"

namespace caveat::syntax {

struct Recovered {
  std::vector<Token> kept;  // the declaration without its broken pieces; empty: its head is broken
  std::vector<Span> lost;   // the broken pieces
};

// `told`: the mistake at which the whole declaration stopped, which has been told already; null: it was broken as tokens, by
// those complaints. Beyond `most_shown` mistakes are counted and not worked out.
Recovered recover(Door& door, const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                  const Mistake* told, std::size_t first_complaint, std::size_t last_complaint, std::size_t most_shown,
                  std::vector<Complaint>& complaints);

// Does this complaint of the filter leave tokens that cannot be parsed where it stands?
bool blocks_parsing(const Complaint& complaint);

}  // namespace caveat::syntax
