// parse: the only door to the generated parser. Bytes of one file in, its tree and every mistake out.
//
//   ParseResult parsed = parse(sources, id, limits);
//
// Promises   never throws, never hangs: length, UTF-8, NUL, nesting and chain length are checked before the parser sees
// a
//            token; after a mistake it goes on at the next left margin, so one broken declaration hides no other;
//            `file` holds every declaration that parsed, also when there are diagnostics
// Threads    calls may run together
// Cost       linear in the bytes; SLL prediction only
#pragma once

#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/syntax/ast.h"

namespace caveat::syntax {

struct ParseResult {
  File file;
  std::vector<Diagnostic> diagnostics;
};

ParseResult parse(const Sources& sources, SourceId id, const Limits& limits);

}  // namespace caveat::syntax
