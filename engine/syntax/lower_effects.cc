#include <CaveatGrammar.h>

#include <algorithm>

#include "engine/syntax/codes.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/lower.h"

namespace caveat::syntax {

using P = CaveatGrammar;

namespace {

std::optional<Priority> priority_named(std::string_view canonical) {
  if (canonical == "urgent") return Priority::urgent;
  if (canonical == "high") return Priority::high;
  if (canonical == "normal") return Priority::normal;
  if (canonical == "low") return Priority::low;
  return std::nullopt;
}

}  // namespace

void Lowering::wording_or_texts(Node node, Texts& into, std::optional<Path>& wording) {
  if (const Node t = node.child(P::RuleTexts)) {
    into = texts(t);
  } else {
    wording = path(node.child(P::RulePath));
  }
}

std::vector<Effect> Lowering::effects(Node node) {
  std::vector<Effect> result;
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is(P::RuleEffect)) result.push_back(effect(n));
  }
  check_chain(result.size(), node.span());
  return result;
}

Effect Lowering::effect(Node node) {
  Effect e;
  e.span = node.span();
  if (const Node name = node.child(P::RulePath)) e.name = path(name);
  switch (node.type()) {
    case P::ALLOW:
      e.kind = EffectKind::allow;
      break;
    case P::BLOCK:
      e.kind = EffectKind::block;
      break;
    case P::PASS:
      e.kind = EffectKind::pass;
      break;
    case P::REQUIRE:
      e.kind = EffectKind::require;
      break;
    case P::FLAG:
      e.kind = EffectKind::flag;
      break;
    case P::ALERT:
      e.kind = EffectKind::alert;
      break;
    case P::DISCLOSE:
      e.kind = EffectKind::disclose;
      e.at_start = node.has(P::AT_START);
      if (node.has(P::ONCE_PER_CONVERSATION)) e.once = Effect::Once::conversation;
      if (node.has(P::ONCE_PER_DAY)) e.once = Effect::Once::day;
      break;
    case P::REPLACE_ANSWER:
    case P::REPLACE_MATCH:
      e.kind = node.type() == P::REPLACE_ANSWER ? EffectKind::replace_answer : EffectKind::replace_match;
      wording_or_texts(node.child(P::RuleTexts_or_wording), e.with, e.with_wording);
      break;
    case P::HAND_OFF: {
      e.kind = EffectKind::handoff;
      std::optional<Span> priority_said, within_said;
      for (Node n = node.first(); n; n = n.next()) {
        if (!n.is(P::RuleHandoff_part)) continue;
        if (const Node priority = n.child(P::RuleName)) {  // 优先级 内: a fact of that name is a time
          if (once(priority_said, n)) e.priority = priority_named(closed_word(priority, "priority"));
        } else if (once(within_said, n)) {
          e.within = duration_or_path(n.child(P::RuleDuration_slot));
        }
      }
      break;
    }
    case P::REDACT: {
      e.kind = EffectKind::redact;
      const Node what = node.child(P::RuleRedacted);
      if (const Node name = what.child(P::RuleName)) {  // class C3, C3 类信息
        e.redaction.what = Redaction::What::data_class;
        e.redaction.name.parts.push_back(word(name));
        e.redaction.name.span = name.span();
      } else {
        e.redaction.name = path(what.child(P::RulePath));
        const auto& parts = e.redaction.name.parts;
        const bool match = parts.size() == 1 && (parts.front().text == "match" || parts.front().text == "命中" ||
                                                 parts.front().text == "命中处");
        e.redaction.what = match ? Redaction::What::match : Redaction::What::detector;
        if (match) e.redaction.name = {};
      }
      const Node keep = node.child(P::RuleKeep);
      if (!keep) break;
      if (keep.has(P::LABEL)) e.redaction.mode = Redaction::Mode::label;
      int* into = nullptr;
      for (Node n = keep.first(); n; n = n.next()) {
        if (n.type() == P::KEEP_FIRST) into = &e.redaction.keep_first;
        if (n.type() == P::KEEP_LAST || n.type() == P::AND_LAST) into = &e.redaction.keep_last;
        if (n.type() == P::NUMBER && into != nullptr) {
          e.redaction.mode = Redaction::Mode::keep;
          const auto count = decimal(n).as_int64();
          if (!count || *count > 1'000) {
            complain(codes::kWrongUnit, n.span(),
                     {written(n), Both{"a whole number up to 1000", "不超过 1000 的整数"}});
          } else {
            *into = static_cast<int>(*count);
          }
        }
      }
      break;
    }
    default:
      break;
  }
  return e;
}

}  // namespace caveat::syntax
