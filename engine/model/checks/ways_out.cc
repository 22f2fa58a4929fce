// A refusal that leaves no way to a person does not compile (decision.md, Forced hand-off).
//
// A rule that blocks what the customer is told, offered or asks for leaves a way if it hands off, or says what he can
// do instead, or if some rule gives him to a person when he asks for one. A queue leaves one if it is always open, or
// for its closed hours has a text, a call-back or a queue that it overflows to.
#include <algorithm>

#include "engine/model/checks/work.h"

namespace caveat::model {
namespace {

bool hands_off(const Rule& rule) {
  return std::any_of(rule.then.begin(), rule.then.end(),
                     [](const Effect& effect) { return effect.kind == EffectKind::handoff; });
}

bool on(const Rule& rule, Subject subject) {
  return std::find(rule.applies_to.begin(), rule.applies_to.end(), subject) != rule.applies_to.end();
}

}  // namespace

void check_ways_out(Work& work) {
  const Model& model = work.model;
  const bool asked = std::any_of(model.rules.begin(), model.rules.end(),
                                 [](const Rule& rule) { return on(rule, Subject::message) && hands_off(rule); });
  const std::vector<Item> rules = work.all<syntax::RuleDecl>();
  for (std::size_t i = 0; i < rules.size() && !asked; ++i) {
    const Rule& rule = model.rules[i];
    const bool to_a_customer = on(rule, Subject::answer) || on(rule, Subject::message) ||
                               on(rule, Subject::recommendation) || on(rule, Subject::action);
    const auto& decl = rules[i].as<syntax::RuleDecl>();
    const bool meant_to = std::any_of(decl.then.begin(), decl.then.end(), [](const syntax::Effect& effect) {
      return effect.kind == syntax::EffectKind::handoff;
    });
    const bool blocks = std::any_of(rule.then.begin(), rule.then.end(),
                                    [](const Effect& effect) { return effect.kind == EffectKind::block; });
    if (!blocks || !to_a_customer || meant_to || !decl.say.empty() || !rules[i].decl->lost.empty()) continue;
    work.report(
        codes::kNoWayToAPerson, rules[i], decl.names.first.span,
        {Work::say(rules[i], "Rule ", "规则 ") + rule.names.first},
        Work::say(rules[i],
                  "Add `and hand off to …`, or `say` with what the customer can do instead, or a rule that hands "
                  "off when a message asks for a person.",
                  "请加“并 转人工 至 …”，或用“提示”写明客户可以怎样做，或另写一条客户要求人工时转人工的规则。"));
  }
  std::set<Index> used;
  for (const Pack& pack : model.packs) used.insert(pack.default_queue);
  for (const Rule& rule : model.rules) {
    for (const std::vector<Effect>* effects : {&rule.then, &rule.unknown_effects}) {
      for (const Effect& effect : *effects) used.insert(effect.queue);
    }
  }
  const std::vector<Item> queues = work.all<syntax::QueueDecl>();
  for (Index i = 0; i < queues.size(); ++i) {
    const Queue& queue = model.queues[i];
    const auto& decl = queues[i].as<syntax::QueueDecl>();
    if (!queues[i].decl->lost.empty() || used.count(i) == 0 || queue.always || queue.call_back || decl.overflow_to ||
        !queue.when_closed_say.empty())
      continue;
    work.report(codes::kNoWayToAPerson, queues[i], decl.names.first.span,
                {Work::say(queues[i], "Outside of its hours queue ", "休息时间的队列 ") + queue.names.first},
                Work::say(queues[i], "Add `overflow to …`, `when closed say \"…\"` or `call back`.",
                          "请加“溢出至 …”、“休息时提示 “…””或“可回拨”。"));
  }
}

}  // namespace caveat::model
