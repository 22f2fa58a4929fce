#include <CaveatGrammar.h>

#include "engine/syntax/codes.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/lower.h"
#include "engine/syntax/mistakes.h"

namespace caveat::syntax {

using P = CaveatGrammar;

ExprPtr Lowering::given_value(Node node) {
  if (node.has(P::UNKNOWN) || node.has(P::IS_UNKNOWN)) return make(Op::is_unknown, node.span());
  if (const Node value = node.child(P::RuleSum)) return sum(value);
  auto list = make(Op::list, node.span());
  for (Node item = node.first(); item; item = item.next()) {
    if (!item.is(P::RuleGiven_item)) continue;
    if (const Node value = item.child(P::RuleSum)) {
      list->args.push_back(sum(value));
      continue;
    }
    auto row = make(Op::row, item.span());
    for (Node pair = item.first(); pair; pair = pair.next()) {
      if (!pair.is(P::RuleRow_pair)) continue;
      row->names.push_back(word(pair.child(P::RuleName)));
      row->args.push_back(given_value(pair.child(P::RuleGiven_value)));
    }
    list->args.push_back(std::move(row));
  }
  check_chain(list->args.size(), node.span());
  return list;
}

ExampleTurn Lowering::turn(Node node) {
  ExampleTurn t;
  const std::string subject = closed_word(node.child(P::RuleName), "subject");
  if (subject == "recommendation") t.subject = Subject::recommendation;
  if (subject == "action") t.subject = Subject::action;
  if (subject == "message") t.subject = Subject::message;
  if (subject == "outreach") t.subject = Subject::outreach;
  if (subject == "material") t.subject = Subject::material;
  if (const Node at = node.child(P::RuleMoment)) t.at = moment(at);
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is(P::RulePair)) t.facts.push_back({path(n.child(P::RulePath)), given_value(n.child(P::RuleGiven_value))});
  }
  return t;
}

ExampleDecl Lowering::example(Node node) {
  ExampleDecl e;
  e.title = texts(node.child(P::RuleTexts));
  std::optional<Span> given;
  int opener = 0;
  Node opener_node;
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is_token()) {
      opener = n.type();
      opener_node = n;
    } else if (n.is(P::RuleTurn)) {
      if (opener == P::GIVEN) {
        if (once(given, opener_node)) e.given = turn(n);
      } else {
        e.after.push_back(turn(n));
      }
    } else if (n.is(P::RuleExpectation)) {
      e.expect.span = n.span();
      e.expect.verdict = closed_word(n.child(P::RuleName), "verdict");
      if (const Node by = n.child(P::RulePaths)) {
        for (Node p = by.first(); p; p = p.next()) {
          if (p.is(P::RulePath)) e.expect.by.push_back(path(p));
        }
      }
      if (const Node final_text = n.child(P::RuleTexts)) e.expect.final_text = texts(final_text);
      for (Node t = n.first(); t; t = t.next()) {
        if (t.is(P::RuleLocal_text)) e.expect.left.push_back(local_text(t));
      }
    }
  }
  if (!given && !partly_) {
    const Both how = clause_as_written("example", "given");
    complain(
        codes::kClauseMissing, node.first().span(),
        {Both{"example", "示例"}, e.title.empty() ? std::string() : e.title.front().value, Both{"“given”", "“给定”"}},
        how.en, how.zh);
  }
  return e;
}

}  // namespace caveat::syntax
