// why_not: of a rule that did not fire, which of its conditions failed: where the author wrote it, and with what values.
// Used by `caveat explain --why-not`, failing examples, the console.
//
//   trial::WhyNot why = trial::why_not(model, rule, fields, options, limits);
//   for (const std::string& line : trial::told(why, model, rule, sources, Language::zh)) …
//
// The conditions are judged by the engine itself: each part of the rule is made a rule of its own and decided.
//
// Cost       one build of a program with the parts of one rule, one decision
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/kleene.h"
#include "engine/base/source.h"
#include "engine/decide/decide.h"
#include "engine/decide/request.h"
#include "engine/model/model.h"

namespace caveat::trial {

struct Judged {                       // one part of a condition
  const model::Expr* expr = nullptr;  // of the Model
  std::size_t depth = 0;              // below the whole condition
  bool excuse = false;                // it is part of `unless`
  Kleene value = Kleene::no;
  struct Read {  // a fact that it reads
    model::Index fact = 0;
    std::string value;                          // as a person reads it; a list of records: how many
    bool known = false, absent = false;         // absent: the part that it belongs to is not in the turn
    decide::Cause cause = decide::Cause::none;  // why it is unknown
  };
  std::vector<Read> facts;
};

struct JudgedFor {             // what a rule was judged for: the turn, or one of its products, actions, recipients
  std::string item;            // its id or name; empty: the turn, or the only one there is
  bool fired = false;          // it did, for this one
  std::vector<Judged> judged;  // `when` and then `unless`, outer parts before inner ones
};

enum class Lacks : std::uint8_t {  // why a rule does not apply
  subject,                         // nothing that it is on
  product,                         // it reads one, and is judged once for each
  action,
  outreach
};

struct WhyNot {
  bool refused = false;           // the turn could not be bound
  bool in_force = true;           // on the turn's day
  bool applies = true;            // the turn has what the rule applies to and reads
  Lacks lacks = Lacks::subject;   // where it does not apply
  bool fired = false;             // it did after all, for one at least
  std::vector<JudgedFor> judged;  // in the turn's order; empty if it does not apply
};

// With a `reader` values are as that reader sees them, those of protected data classes masked, in texts too, as is `untold` (of the
// turn's Decision); without one (an author's own examples) they stand as they were given.
WhyNot why_not(const model::Model& model, model::Index rule, const decide::Fields& fields,
               const decide::BindOptions& options, const Limits& limits, Language reader = Language::none,
               std::span<const decide::Redacted> untold = {});

// As sentences: the innermost parts that decided it, each with its text, line and values.
std::vector<std::string> told(const WhyNot& why, const model::Model& model, model::Index rule, const Sources& sources,
                              Language language);

}  // namespace caveat::trial
