// Readers: what people read of a decision who judge it later: more is hidden from them than from the customer whose turn it was.
//
//   Hidden hidden;
//   const Decision shown = for_readers(program, request, decision, hidden);
//
// Promises   a value that its class hides stands in none of the turn's texts, nor in what was said to the customer, whether a rule read it or
//            not; a text of others makes no line among lines of ours
// Cost       linear in the turn's facts, and where its class hides one in its texts: for records and explanations, not for each decision
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/decide/decision.h"
#include "engine/decide/request.h"
#include "engine/program/program.h"

namespace caveat::decide {

struct Hidden {  // what the decision that is read points into
  std::vector<Redacted> masked, untold;
  std::string say;
};
Decision for_readers(const program::Program& program, const Request& request, const Decision& decision, Hidden& hidden);

// A text of others to stand behind a label: behind whatever ends a line in it (LF, VT, FF, CR, NEL, LS, PS) it goes on deeper than any of
// our lines, so that no part of it reads as one.
std::string as_one(std::string_view text);

}  // namespace caveat::decide
