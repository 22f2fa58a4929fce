// Fixed texts: what packs themselves say to customers, judged by their own rules before it is ever said (semantics.md 22).
// Called by load once the examples have run.
#pragma once

#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/model/model.h"

namespace caveat::trial {

// A text that a customer may read, as `said` has it, in each language that it is written in.
struct FixedText {
  const model::Templates* said = nullptr;
  model::Index rule = model::kNone;  // that says it; kNone: a queue's, or of what is asked for
};
// Of say and replace, of wordings that a rule discloses, of queues, of what is asked for; each once, by place.
std::vector<FixedText> fixed_texts(const model::Model& model);

// A warning for each text in which a rule on the answer that looks at nothing but its text finds what it blocks, hands off or
// requires something for. What stands in {…} is left out.
std::vector<Diagnostic> judge_fixed_texts(const model::Model& model, const Limits& limits);

// Texts that are written in one language alone: a reader of the other gets them as they are (semantics.md 7). By place.
struct OneLanguage {
  Span span;
  Language language = Language::none;
};
std::vector<OneLanguage> in_one_language(const model::Model& model);

}  // namespace caveat::trial
