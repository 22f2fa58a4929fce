// Texts: what is said to people, cut at its {path} references.
#pragma once

#include "engine/model/checks/work.h"

namespace caveat::model {

// Cuts each text; false after a report. The pieces are noted in the references too, for the canonical form.
bool cut_texts(Work& work, const Item& item, const syntax::Texts& texts, Templates& out);

// Does any of them hold {match}, or a fact?
bool holds_match(const Templates& templates);
std::vector<Index> facts_in(const Templates& templates);

}  // namespace caveat::model
