#include "engine/trial/coverage.h"

#include <algorithm>
#include <set>

#include "engine/trial/codes.h"
#include "engine/trial/example_turn.h"
#include "engine/trial/probe.h"

namespace caveat::trial {
namespace {

using model::Op;

struct Parts {  // of one rule, as numbers of the probe
  std::size_t always = 0;
  std::vector<std::size_t> wanted;  // the conditions joined by `and`
  std::size_t unless = 0;
  bool has_unless = false;
  bool of_text_alone = false;  // one condition, which reads no fact but texts of the turn
};

void conjuncts(const model::ExprPtr& expr, std::vector<model::ExprPtr>& out) {
  if (expr->op != Op::and_) {
    out.push_back(expr);
    return;
  }
  for (const model::ExprPtr& arg : expr->args) conjuncts(arg, out);
}

// What a condition may come to in a turn that lacks one fact, whatever the others are: `is known and below 18` is false without it.
struct May {
  bool yes = false, no = false, unknown = false;
};
May without(const model::Expr& expr, model::Index fact) {
  const auto reads = [&](const auto& self, const model::Expr& of) -> bool {
    return (of.op == Op::fact && of.fact == fact) ||
           std::any_of(of.args.begin(), of.args.end(), [&](const model::ExprPtr& arg) { return self(self, *arg); });
  };
  switch (expr.op) {
    case Op::known:
      return reads(reads, expr) ? May{.no = true} : May{.yes = true, .no = true};
    case Op::unknown:
      return reads(reads, expr) ? May{.yes = true} : May{.yes = true, .no = true};
    case Op::not_: {
      const May one = without(*expr.args[0], fact);
      return {.yes = one.no, .no = one.yes, .unknown = one.unknown};
    }
    case Op::and_:
    case Op::or_: {
      const bool all = expr.op == Op::and_;
      May made{.yes = all, .no = !all};
      for (const model::ExprPtr& arg : expr.args) {
        const May one = without(*arg, fact), before = made;
        made = all ? May{.yes = before.yes && one.yes,
                         .no = before.no || one.no,
                         .unknown = (before.unknown && (one.unknown || one.yes)) || (one.unknown && before.yes)}
                   : May{.yes = before.yes || one.yes,
                         .no = before.no && one.no,
                         .unknown = (before.unknown && (one.unknown || one.no)) || (one.unknown && before.no)};
      }
      return made;
    }
    default:
      return reads(reads, expr) ? May{.yes = true, .no = true, .unknown = true} : May{.yes = true, .no = true};
  }
}

bool is_text_of_a_part(const model::Fact& fact) { return fact.built_in && fact.path.back() == "text"; }

// Facts whose value a condition needs: not those that are only asked whether they are known.
void needed(const model::Expr& expr, std::set<model::Index>& facts) {
  if (expr.op == Op::known || expr.op == Op::unknown) return;
  if (expr.op == Op::fact) facts.insert(expr.fact);
  for (const model::ExprPtr& arg : expr.args) needed(*arg, facts);
}

}  // namespace

CoverageResult coverage(const model::Model& model, const RunResult& run, const Limits& limits) {
  CoverageResult out;
  out.rules.resize(model.rules.size());
  Probe probe(model);
  std::vector<Parts> parts(model.rules.size());
  for (std::size_t i = 0; i < model.rules.size(); ++i) {
    const model::Rule& rule = model.rules[i];
    parts[i].always = probe.add_always(rule);
    std::vector<model::ExprPtr> list;
    if (rule.when) conjuncts(rule.when, list);
    for (const model::ExprPtr& each : list) parts[i].wanted.push_back(probe.add(rule, each));
    parts[i].has_unless = rule.unless != nullptr;
    if (rule.unless) parts[i].unless = probe.add(rule, rule.unless);
    std::set<model::Index> facts;
    if (rule.when) needed(*rule.when, facts);
    parts[i].of_text_alone = list.size() == 1 && !rule.unless && !facts.empty() &&
                             std::all_of(facts.begin(), facts.end(),
                                         [&](model::Index fact) { return is_text_of_a_part(model.facts[fact]); });
  }
  const bool built = probe.build(limits);
  for (std::size_t e = 0; e < model.examples.size() && e < run.outcomes.size(); ++e) {
    const ExampleOutcome& outcome = run.outcomes[e];
    for (const model::Index rule : outcome.fired) ++out.rules[rule].fired;
    for (const model::Index rule : outcome.unknown) ++out.rules[rule].unknown;
    if (!built || outcome.refused) continue;
    const model::Example& example = model.examples[e];
    const std::int32_t offset = example_offset(*probe.program(), example);
    const std::vector<Kleene> values =
        probe.judge(example_turn(model, example.given, Language::none, example_now(model, example, offset), offset),
                    example_options(limits));
    if (values.empty()) continue;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto has = [&](const std::vector<model::Index>& list) {
        return std::find(list.begin(), list.end(), i) != list.end();
      };
      if (values[parts[i].always] != Kleene::yes || has(outcome.fired) || has(outcome.unknown)) continue;
      std::size_t missed = 0;
      for (const std::size_t each : parts[i].wanted) missed += values[each] == Kleene::no ? 1 : 0;
      if (parts[i].has_unless && values[parts[i].unless] == Kleene::yes) ++missed;
      // One condition on a text is missed by every other text: those that another rule takes are none of its own.
      if (parts[i].of_text_alone && !(outcome.fired.empty() && outcome.unknown.empty())) continue;
      if (missed == 1) ++out.rules[i].near;
    }
  }
  for (std::size_t i = 0; i < model.rules.size(); ++i) {
    const model::Rule& rule = model.rules[i];
    const Language language =
        rule.span.source < model.source_languages.size() ? model.source_languages[rule.span.source] : Language::en;
    const auto note = [&](const Code& code) {
      Diagnostic diagnostic = diagnose(code, rule.span, language, {std::string(rule.names.in(language))});
      diagnostic.severity = Severity::note;
      out.notes.push_back(std::move(diagnostic));
    };
    if (out.rules[i].fired == 0) {
      note(codes::kNeverFires);
    } else if (out.rules[i].near == 0) {
      note(codes::kNeverNear);
    }
  }
  sort_and_unify(out.notes);
  return out;
}

std::vector<std::vector<model::Index>> facts_that_hand_off(const model::Model& model) {
  std::vector<std::vector<model::Index>> out(model.rules.size());
  for (std::size_t i = 0; i < model.rules.size(); ++i) {
    const model::Rule& rule = model.rules[i];
    if (rule.if_unknown == model::Rule::Unknown::pass || !rule.when) continue;
    const bool own = rule.if_unknown == model::Rule::Unknown::effects;
    const bool hands_off =
        std::any_of(rule.unknown_effects.begin(), rule.unknown_effects.end(),
                    [](const model::Effect& effect) { return effect.kind == model::EffectKind::handoff; });
    if (own && !hands_off) continue;
    std::set<model::Index> facts;
    needed(*rule.when, facts);
    for (const model::Index fact : facts) {
      const model::Fact& known = model.facts[fact];
      if (is_text_of_a_part(known) || (!own && !known.ask.empty())) continue;  // it is there, or it is asked for first
      if (!without(*rule.when, fact).unknown) continue;  // the condition itself says what is to be without it
      out[i].push_back(fact);
    }
  }
  return out;
}

}  // namespace caveat::trial
