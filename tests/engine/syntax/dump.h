// dump: a tree as text for comparison, without places and spellings: what both phrasings of a construct must have in common.
// It shares nothing with the printer on purpose.
#pragma once

#include <string>

#include "engine/syntax/ast.h"

namespace caveat::syntax::testing {

std::string dump(const Decl& decl);
std::string dump(const File& file);
std::string dump(const Expr& e);

}  // namespace caveat::syntax::testing
