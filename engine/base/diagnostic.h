// Diagnostic: one mistake in an author's rule text: place, what was found, what was expected, the nearest name, how to
// mend it. Made by syntax, model and trial; shown by `caveat check`, the language server and `POST /v1/reload`.
//
// Promises   a run reports all of them, sorted by place, none twice, none that follows from another
#pragma once

#include <string>
#include <vector>

#include "engine/base/code.h"
#include "engine/base/language.h"
#include "engine/base/source.h"

namespace caveat {

enum class Severity : std::uint8_t { error, warning, note };

struct Fix {  // one edit that would mend it
  Span span;
  std::string replacement;
};

struct Related {  // another place that the message speaks of ("first declared here")
  Span span;
  std::string message;
};

struct Diagnostic {
  const Code* code = nullptr;
  Severity severity = Severity::error;
  Span span;
  Language language = Language::en;  // of the file
  std::string message;               // the code's wording, filled; in the file's language
  std::string help;                  // what to do, may be empty
  std::vector<Fix> fixes;
  std::vector<Related> related;
};

// Fills {0}, {1} … of the code's wording in `language`.
std::string fill(std::string_view wording, const std::vector<std::string>& arguments);
Diagnostic diagnose(const Code& code, Span span, Language language, const std::vector<std::string>& arguments,
                    std::string help = {});

// By place, then code; equal ones once.
void sort_and_unify(std::vector<Diagnostic>& diagnostics);

// As printed: file:line:column: error[code]: message, the source line, a caret line under it (wide characters take two
// columns), help.
std::string render(const Diagnostic& diagnostic, const Sources& sources);

}  // namespace caveat
