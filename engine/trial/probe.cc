#include "engine/trial/probe.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

#include "engine/program/build.h"

namespace caveat::trial {

namespace {

model::ExprPtr leaf(model::Op op, Span span) {
  auto made = std::make_shared<model::Expr>();
  made->op = op;
  made->span = span;
  return made;
}

void facts_outside_lists(const model::Expr& expr, std::set<model::Index>& facts) {
  model::each_part(expr, [&](const model::Expr& part) {
    if (part.op == model::Op::fact) facts.insert(part.fact);
    return true;
  });
}

}  // namespace

std::size_t Probe::add(const model::Rule& rule, model::ExprPtr part) {
  model::Rule made;
  char name[24];
  std::snprintf(name, sizeof name, "probe_%010zu", rules_.size());
  made.names.first = name;
  made.names.all = {name};
  made.pack = rule.pack;
  made.id = model_.packs[rule.pack].names.first + "/" + name;
  made.applies_to = rule.applies_to;
  made.as_a_whole = rule.as_a_whole;
  made.item_level = rule.item_level;
  made.item = rule.item;
  made.from = rule.from;
  made.until = rule.until;
  made.trust_inferred = rule.trust_inferred;
  // Judged for whatever the rule is judged for: the part reads what the rule reads, without a say in the matter.
  auto anyway = std::make_shared<model::Expr>();
  anyway->op = model::Op::or_;
  anyway->span = rule.span;
  anyway->args.push_back(leaf(model::Op::always, rule.span));
  std::set<model::Index> facts;
  for (const model::ExprPtr& expr : {rule.when, rule.unless}) {
    if (expr) facts_outside_lists(*expr, facts);
  }
  for (const model::Index fact : facts) {
    auto read = std::make_shared<model::Expr>();
    read->op = model::Op::fact;
    read->fact = fact;
    read->type = model_.facts[fact].type;
    read->span = rule.span;
    auto known = std::make_shared<model::Expr>();
    known->op = model::Op::known;
    known->span = rule.span;
    known->args.push_back(std::move(read));
    anyway->args.push_back(std::move(known));
  }
  auto both = std::make_shared<model::Expr>();
  both->op = model::Op::and_;
  both->span = rule.span;
  both->args = {std::move(part), std::move(anyway)};
  made.when = std::move(both);
  model::Effect flag;
  flag.kind = model::EffectKind::flag;
  flag.name = "probe";
  made.then.push_back(flag);
  made.if_unknown = model::Rule::Unknown::effects;
  made.unknown_effects.push_back(flag);
  rules_.push_back(std::move(made));
  return rules_.size() - 1;
}

std::size_t Probe::add_always(const model::Rule& rule) { return add(rule, leaf(model::Op::always, rule.span)); }

bool Probe::build(const Limits& limits) {
  if (model_.packs.empty()) return false;
  model::Model model = model_;
  model.rules = rules_;
  model.examples.clear();
  Limits roomy = limits;
  roomy.rules = std::max(roomy.rules, rules_.size());
  roomy.reasons = std::max(roomy.reasons, 4 * rules_.size());
  roomy.scratch_bytes = std::max(roomy.scratch_bytes, std::size_t{1} << 28);
  ruleset_.program = program::build(model, roomy).program;
  scratch_ = std::make_unique<decide::Scratch>(roomy);
  return ruleset_.program != nullptr;
}

Probe::Values Probe::judge(const decide::Fields& fields, const decide::BindOptions& options) {
  Values highest;
  for (const auto& [item, values] : judge_each(fields, options)) {
    highest.resize(values.size(), Kleene::no);
    for (std::size_t i = 0; i < values.size(); ++i) highest[i] = highest[i] | values[i];
  }
  return highest;
}

std::map<Probe::Item, Probe::Values> Probe::judge_each(const decide::Fields& fields,
                                                       const decide::BindOptions& options) {
  Result<decide::Request> request = decide::bind(*ruleset_.program, fields, options);
  if (!request) return {};
  const Values none(rules_.size(), Kleene::no);
  std::map<Item, Values> all{{{-1, -1, -1}, none}};
  const decide::Decision& decision = decide::decide(ruleset_, *request, decide::StateView{}, *scratch_);
  for (const decide::Reason& reason : decision.reasons) {
    const std::string_view id = ruleset_.program->rule_id(reason.rule);
    std::size_t number = none.size();
    std::from_chars(id.data() + id.rfind('_') + 1, id.data() + id.size(), number);
    if (number >= none.size()) continue;
    Kleene& value = all.try_emplace({reason.product, reason.action, reason.recipient}, none).first->second[number];
    value = value | (reason.unknown ? Kleene::unknown : Kleene::yes);
  }
  return all;
}

}  // namespace caveat::trial
