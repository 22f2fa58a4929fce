// Problem in JSON: what is wrong with a request, and a verdict that the caller can act on all the same.
//
//   out << problem_json(problem, {.id = id, .language = Language::zh}) << '\n';
//
// Promises   members in one order; a client that reads only `verdict` and `say` is right
// Source     RFC 9457; decision.md "Errors"
#pragma once

#include <string>
#include <string_view>

#include "engine/base/language.h"
#include "engine/base/problem.h"

namespace caveat::wire {

struct ProblemFrame {
  std::string_view id;               // of the request, as far as it could be read
  std::string_view instance;         // our own id of this exchange, as it stands in the log lines
  Language language = Language::en;  // of `title`, `detail` and `say`
  bool with_verdict = true;          // to a turn: verdict, say and handoff stand beside
};

std::string problem_json(const Problem& problem, const ProblemFrame& frame);

// The same in lines for a terminal: what, where, expected, found, what to do. `file`: what the problem is about where it is no request.
std::string problem_text(const Problem& problem, Language language, std::string_view file = {});

// The language that a request or a header names: "zh", "zh-Hans-CN", "en-GB"; `otherwise` for any other.
Language language_of(std::string_view tag, Language otherwise);

// What a customer is told when no verdict could be reached and no ticket was opened: it promises nobody.
std::string_view sorry(Language language);

}  // namespace caveat::wire
