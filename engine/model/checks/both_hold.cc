// Days on which a rule that ends and one that begins hold together (semantics.md 44): a note for the reviewer.
//
// Two rules of a pack are taken for an old and a new text of one rule if they are on the same subjects and one of the
// instruments that they cite is the same; told where the later one begins before the earlier one has ended.
#include <algorithm>

#include "engine/base/units.h"
#include "engine/model/checks/work.h"

namespace caveat::model {

void check_both_hold(Work& work) {
  const Model& model = work.model;
  const std::vector<Item> items = work.all<syntax::RuleDecl>();
  std::vector<std::size_t> ending, beginning;  // by their own dates: sources' dates are the law's doing
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].as<syntax::RuleDecl>().until) ending.push_back(i);
    if (items[i].as<syntax::RuleDecl>().from) beginning.push_back(i);
  }
  for (const std::size_t a : ending) {
    const Rule& old_rule = model.rules[a];
    for (const std::size_t b : beginning) {
      const Rule& new_rule = model.rules[b];
      if (a == b || old_rule.pack != new_rule.pack || old_rule.applies_to != new_rule.applies_to) continue;
      const bool same_law = std::any_of(old_rule.cites.begin(), old_rule.cites.end(), [&](Index x) {
        return std::any_of(new_rule.cites.begin(), new_rule.cites.end(),
                           [&](Index y) { return model.sources[x].instrument == model.sources[y].instrument; });
      });
      if (!same_law || !old_rule.until || !new_rule.from || *old_rule.until < *new_rule.from) continue;
      if (old_rule.from && *new_rule.from < *old_rule.from) continue;  // it is not the later one
      // Begun on one day and both with an end, either is the later one: a pair is told once.
      const bool either = old_rule.from && *old_rule.from == *new_rule.from && items[a].as<syntax::RuleDecl>().from &&
                          items[b].as<syntax::RuleDecl>().until;
      if (either && b < a) continue;
      const Days until = new_rule.until ? std::min(*old_rule.until, *new_rule.until) : *old_rule.until;
      work.report(codes::kBothHold, items[b], items[b].as<syntax::RuleDecl>().names.first.span,
                  {old_rule.names.first, new_rule.names.first, format_date(*new_rule.from), format_date(until)}, {},
                  Severity::note);
    }
  }
}

}  // namespace caveat::model
