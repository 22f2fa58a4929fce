// Texts: what is said to people, cut at its {path} references.
#pragma once

#include "engine/model/checks/work.h"

namespace caveat::model {

// Cuts each text; false after a report. The pieces are noted in the references too, for the canonical form.
bool cut_texts(Work& work, const Item& item, const syntax::Texts& texts, Templates& out);

// A text that asks for something: as it is written, and cut. Nothing has been found where it is said, so {match} is reported.
bool asked_text(Work& work, const Item& item, const syntax::Texts& texts, Text& plain, Templates& pieces);

// Reports {match} in a text that is said where nothing has been found: by `whom`, “this rule”, “a queue”.
void refuse_match(Work& work, const Item& item, Span span, const Templates& templates, std::string whom);

// Does any of them hold {match}, or a fact?
bool holds_match(const Templates& templates);
std::vector<Index> facts_in(const Templates& templates);

}  // namespace caveat::model
