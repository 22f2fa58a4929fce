#include "engine/trial/why_not.h"

#include <algorithm>

#include "engine/base/units.h"
#include "engine/decide/explain.h"
#include "engine/trial/probe.h"

namespace caveat::trial {
namespace {

using model::Op;

bool has_parts(Op op) { return op == Op::and_ || op == Op::or_ || op == Op::not_ || op == Op::at_least; }

struct Part {
  model::ExprPtr expr;
  std::size_t depth = 0, probe = 0;
  bool excuse = false;
};

void cut(const model::ExprPtr& expr, std::size_t depth, bool excuse, std::vector<Part>& parts) {
  constexpr std::size_t kMost = 1000;  // parts of one rule that are worth a reader's while
  parts.push_back({expr, depth, 0, excuse});
  if (!has_parts(expr->op) || parts.size() > kMost) return;
  for (const model::ExprPtr& arg : expr->args) cut(arg, depth + 1, excuse, parts);
}

std::string path_of(const model::Fact& fact, Language language) {
  std::string out;
  for (const std::vector<std::string>& step : fact.path_names) {
    model::Names names;
    names.first = step.front();
    names.all = step;
    out += (out.empty() ? "" : ".") + std::string(names.in(language));
  }
  return out;
}

// The innermost parts that made part `at` what it is.
void deciding(const std::vector<Judged>& judged, std::size_t at, std::vector<std::size_t>& out) {
  const Judged& part = judged[at];
  if (!has_parts(part.expr->op)) {
    out.push_back(at);
    return;
  }
  for (std::size_t i = at + 1; i < judged.size() && judged[i].depth > part.depth; ++i) {
    if (judged[i].depth != part.depth + 1) continue;
    const Kleene wanted = part.expr->op == Op::not_ ? !part.value : part.value;
    if (part.expr->op == Op::at_least || judged[i].value == wanted) deciding(judged, i, out);
  }
}

}  // namespace

WhyNot why_not(const model::Model& model, model::Index index, const decide::Fields& fields,
               const decide::BindOptions& options, const Limits& limits, Language reader) {
  WhyNot out;
  const model::Rule& rule = model.rules[index];
  Probe probe(model);
  std::vector<Part> parts;
  if (rule.when) cut(rule.when, 0, false, parts);
  if (rule.unless) cut(rule.unless, 0, true, parts);
  const std::size_t always = probe.add_always(rule);
  model::Rule ageless = rule;
  ageless.from = ageless.until = std::nullopt;
  const std::size_t applies = probe.add_always(ageless);
  for (Part& part : parts) part.probe = probe.add(ageless, part.expr);
  if (!probe.build(limits)) {
    out.refused = true;
    return out;
  }
  const std::vector<Kleene> values = probe.judge(fields, options);
  if (values.empty()) {
    out.refused = true;
    return out;
  }
  out.applies = values[applies] == Kleene::yes;
  out.in_force = values[always] == Kleene::yes || !out.applies;
  if (!out.applies) return out;
  const Result<decide::Request> request = decide::bind(*probe.program(), fields, options);
  Kleene when = Kleene::yes, unless = Kleene::no;
  for (const Part& part : parts) {
    Judged judged;
    judged.expr = part.expr.get();
    judged.depth = part.depth;
    judged.excuse = part.excuse;
    judged.value = values[part.probe];
    if (part.depth == 0) (part.excuse ? unless : when) = judged.value;
    for (const model::Index fact : model::facts_read(*part.expr)) {
      const model::Part of = model.facts[fact].part;
      const bool item = of == model::Part::product || of == model::Part::action;
      const std::size_t items = of == model::Part::product ? request->products() : request->actions();
      if (item && items == 0) continue;
      const bool his = of == model::Part::customer && request->recipients() > 0;
      const std::int32_t of_item = item || his ? 0 : -1;
      std::string value;
      if (request->fact(fact, of_item).known) {
        value = reader == Language::none ? request->value(fact, of_item)
                                         : decide::shown(*probe.program(), *request, fact, of_item, reader);
      }
      judged.facts.emplace_back(fact, std::move(value));
      judged.causes.push_back(request->fact(fact, of_item).cause);
    }
    out.judged.push_back(std::move(judged));
  }
  out.fired = out.in_force && caveat::unless(when, unless) == Kleene::yes;
  return out;
}

std::vector<std::string> told(const WhyNot& why, const model::Model& model, model::Index index, const Sources& sources,
                              Language language) {
  const bool zh = language == Language::zh;
  const model::Rule& rule = model.rules[index];
  const std::string name(rule.names.in(language));
  if (why.refused) return {zh ? "此轮次会被拒收。" : "The turn would be refused."};
  if (!why.applies) {
    return {zh ? "规则“" + name + "”不适用：此轮次没有它所判断的部分。"
               : "Rule “" + name + "” does not apply: the turn has nothing that it judges."};
  }
  std::vector<std::string> out;
  if (!why.in_force) {
    std::string dates;
    if (rule.from) dates += (zh ? "自 " : "from ") + format_date(*rule.from) + (zh ? " 起" : "");
    if (rule.until)
      dates += (dates.empty() ? ""
                : zh          ? "，"
                              : " ") +
               std::string(zh ? "至 " : "until ") + format_date(*rule.until) + (zh ? " 止" : "");
    out.push_back(zh ? "规则“" + name + "”当日不在施行期内（" + dates + "）。"
                     : "Rule “" + name + "” is not in force on that day (" + dates + ").");
    return out;
  }
  if (why.fired) return {zh ? "规则“" + name + "”生效了。" : "Rule “" + name + "” did fire."};
  std::vector<std::size_t> parts;
  for (std::size_t i = 0; i < why.judged.size(); ++i) {
    const Judged& part = why.judged[i];
    if (part.depth != 0) continue;
    if (!part.excuse && part.value != Kleene::yes) deciding(why.judged, i, parts);
    if (part.excuse && part.value == Kleene::yes) deciding(why.judged, i, parts);
  }
  for (const std::size_t at : parts) {
    const Judged& part = why.judged[at];
    const Span span = part.expr->span;
    const Source& source = sources[span.source];
    const std::string line = source.name() + ":" + std::to_string(source.position(span.begin).line);
    std::string sentence = line + ": ";
    if (part.excuse) sentence += zh ? "除非：" : "unless: ";
    sentence += "“" + std::string(source.text(span)) + "”";
    sentence += part.value == Kleene::yes  ? (zh ? "成立" : " is true")
                : part.value == Kleene::no ? (zh ? "不成立" : " is false")
                                           : (zh ? "不明" : " is unknown");
    std::string facts;
    for (std::size_t i = 0; i < part.facts.size(); ++i) {
      const auto& [fact, value] = part.facts[i];
      constexpr std::size_t kShown = 60;
      if (value.size() > kShown) continue;  // an answer's text stands before the reader anyway
      const std::string path = path_of(model.facts[fact], language);
      facts += facts.empty() ? "" : zh ? "，" : ", ";
      if (value.empty()) {
        const decide::Cause cause = part.causes[i];
        const bool stated = cause != decide::Cause::none && cause != decide::Cause::missing;
        facts += path + (zh ? " " : " is ") +
                 (stated ? std::string(decide::told(cause, language)) : std::string(zh ? "缺失" : "missing"));
      } else {
        facts += path + (zh ? " 为 " : " is ") + value;
      }
    }
    if (!facts.empty()) sentence += (zh ? "：" : ": ") + facts;
    out.push_back(sentence + (zh ? "。" : "."));
  }
  return out;
}

}  // namespace caveat::trial
