#include "engine/trial/why_not.h"

#include <algorithm>
#include <map>
#include <optional>

#include "engine/base/units.h"
#include "engine/decide/explain.h"
#include "engine/decide/join.h"
#include "engine/decide/sentences.h"
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

// The innermost parts that made part `at` what it is. `is not`, `lacks`, `is none of` are one part as they are written: the plain form
// below has their span, and its value is the other one.
struct Deciding {
  std::size_t at;
  Kleene value;
  const Judged* negated = nullptr;  // the `not` of several that it stands in
};
void deciding(const std::vector<Judged>& judged, std::size_t at, const Judged* negated, std::vector<Deciding>& out) {
  const Judged& part = judged[at];
  if (!has_parts(part.expr->op)) {
    out.push_back({at, part.value, negated});
    return;
  }
  if (part.expr->op == Op::not_ && at + 1 < judged.size() && judged[at + 1].depth == part.depth + 1 &&
      judged[at + 1].expr->span == part.expr->span && !has_parts(judged[at + 1].expr->op)) {
    out.push_back({at + 1, part.value, negated});
    return;
  }
  const std::size_t found = out.size();
  if (part.expr->op == Op::not_) negated = &part;
  for (std::size_t i = at + 1; i < judged.size() && judged[i].depth > part.depth; ++i) {
    if (judged[i].depth != part.depth + 1) continue;
    const Kleene wanted = part.expr->op == Op::not_ ? !part.value : part.value;
    if (part.expr->op == Op::at_least || judged[i].value == wanted) deciding(judged, i, negated, out);
  }
  if (out.size() == found)
    out.push_back({at, part.value, negated});  // of what is not there, neither it nor its `not` holds
}

// What the turn says of a fact that a part reads.
std::string seen_of(const Judged::Read& read, const model::Fact& fact, Language language) {
  const bool zh = language == Language::zh;
  if (read.absent) {
    const std::string part = path_of(fact, language).substr(0, path_of(fact, language).find('.'));
    return zh ? "本轮没有" + part : "the turn has no " + part;
  }
  const std::string path = path_of(fact, language);
  if (!read.known) {
    const bool stated = read.cause != decide::Cause::none && read.cause != decide::Cause::missing;
    return path + (zh ? " " : " is ") +
           (stated ? std::string(decide::told(read.cause, language)) : std::string(zh ? "缺失" : "missing"));
  }
  const bool list = fact.type.kind == model::TypeKind::list;
  const bool of_records = list && fact.type.element && fact.type.element->kind == model::TypeKind::record;
  if (list && (read.value.empty() || (of_records && read.value == "0"))) return path + (zh ? " 为空" : " is empty");
  if (of_records)
    return path +
           (zh ? " 有 " + read.value + " 项" : " has " + read.value + (read.value == "1" ? " element" : " elements"));
  if (read.value.empty()) return path + (zh ? " 为空文本" : " is an empty text");
  return path + (zh ? " 为 " : " is ") + read.value;
}

// Each of the innermost parts that decided it.
void tell(const std::vector<Judged>& judged, const std::string& of, const model::Model& model, const Sources& sources,
          Language language, std::vector<std::string>& out) {
  const bool zh = language == Language::zh;
  std::vector<Deciding> parts;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const Judged& part = judged[i];
    if (part.depth != 0) continue;
    if (!part.excuse && part.value != Kleene::yes) deciding(judged, i, nullptr, parts);
    if (part.excuse && part.value == Kleene::yes) deciding(judged, i, nullptr, parts);
  }
  const std::size_t first = out.size();
  for (const auto& [at, came_to, negated] : parts) {
    const Judged& part = judged[at];
    const Span span = part.expr->span;
    const Source& source = sources[span.source];
    const std::string line = source.name() + ":" + std::to_string(source.position(span.begin).line);
    std::string sentence = of + line + ": ";
    if (part.excuse) sentence += zh ? "除非：" : "unless: ";
    sentence += "“" + std::string(source.text(span)) + "”";
    sentence += came_to == Kleene::yes  ? (zh ? "成立" : " is true")
                : came_to == Kleene::no ? (zh ? "不成立" : " is false")
                                        : (zh ? "不明" : " is unknown");
    if (negated != nullptr && negated->value != Kleene::unknown) {
      const std::string whole(source.text(negated->expr->span));
      const bool asks = negated->value == Kleene::yes;
      sentence += zh ? (asks ? "，符合“" : "，不符合“") + whole + "”"
                     : (asks ? ", as “" : ", against “") + whole + (asks ? "” asks" : "”");
    }
    std::string facts;
    for (const Judged::Read& read : part.facts) {
      constexpr std::size_t kShown = 60;
      if (read.value.size() > kShown) continue;  // an answer's text stands before the reader anyway
      const std::string seen = seen_of(read, model.facts[read.fact], language);
      if (facts.find(seen) != std::string::npos) continue;  // two facts of a part that is not there
      facts += (facts.empty() ? "" : zh ? "，" : ", ") + seen;
    }
    if (!facts.empty()) sentence += (zh ? "：" : ": ") + facts;
    sentence += zh ? "。" : ".";
    // What is compiled to two comparisons, as `differs from`, is one as it is written.
    if (std::find(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), sentence) == out.end())
      out.push_back(std::move(sentence));
  }
}

std::string name_of(const Probe::Item& item, const decide::Request& request) {
  const auto [product, action, recipient] = item;
  std::string name;
  const auto add = [&](std::string_view one) { name += (name.empty() ? "" : ", ") + std::string(one); };
  if (product >= 0) add(request.product_id(static_cast<std::size_t>(product)));
  if (action >= 0) add(request.action_name(static_cast<std::size_t>(action)));
  if (recipient >= 0) add(request.recipient_id(static_cast<std::size_t>(recipient)));
  return name;
}

// Where `fact` is looked at; nothing: the turn has no such item.
std::optional<std::int32_t> item_of(const model::Fact& fact, const Probe::Item& item, const decide::Request& request) {
  const auto [product, action, recipient] = item;
  switch (fact.part) {
    case model::Part::product:
      return request.all_products() == 0 ? std::nullopt : std::optional(std::max(product, 0));
    case model::Part::action:
      return request.actions() == 0 ? std::nullopt : std::optional(std::max(action, 0));
    case model::Part::customer:
      return request.recipients() > 0 ? std::max(recipient, 0) : -1;
    default:
      return -1;
  }
}

// With what the decision does not tell, what the classes of the rule's own facts hide: it is in none of the decision's reasons.
std::vector<decide::Redacted> untold_of(const std::vector<Part>& parts, const Probe::Item& item,
                                        const model::Model& model, const program::Program& program,
                                        const decide::Request& request, std::span<const decide::Redacted> untold) {
  std::vector<decide::FactUsed> read;
  for (const Part& part : parts) {
    if (part.depth != 0) continue;
    for (const model::Index fact : model::facts_read(*part.expr)) {
      const std::optional<std::int32_t> of = item_of(model.facts[fact], item, request);
      if (of) read.push_back({fact, request.fact(fact, *of).known, decide::Cause::none, *of});
    }
  }
  std::vector<decide::Redacted> all(untold.begin(), untold.end());
  const std::vector<decide::Spelling> values = decide::protected_values(program, request, read);
  text::NormalText normal;
  using decide::TextPart;
  const bool marked = request.answer_format() != text::Format::plain;
  text::Shown shown;
  if (marked && !values.empty()) text::show(request.answer_text(), request.answer_format(), Limits(), shown);
  for (const TextPart part : {TextPart::answer, TextPart::message, TextPart::outreach, TextPart::material})
    decide::find_values(all, part, decide::text_of(request, part), values, normal,
                        marked && part == TextPart::answer ? &shown : nullptr);
  decide::join(all);
  return all;
}

JudgedFor judged_for(const Probe::Item& item, const Probe::Values& values, const std::vector<Part>& parts,
                     const model::Model& model, const program::Program& program, const decide::Request& request,
                     Language reader, std::span<const decide::Redacted> untold) {
  JudgedFor out;
  Kleene when = Kleene::yes, unless = Kleene::no;
  for (const Part& part : parts) {
    Judged judged;
    judged.expr = part.expr.get();
    judged.depth = part.depth;
    judged.excuse = part.excuse;
    judged.value = values[part.probe];
    if (part.depth == 0) (part.excuse ? unless : when) = judged.value;
    for (const model::Index fact : model::facts_read(*part.expr)) {
      const std::optional<std::int32_t> of = item_of(model.facts[fact], item, request);
      if (!of) continue;
      const decide::Fact known = request.fact(fact, *of);
      Judged::Read read{fact, {}, known.known, known.absent, known.cause};
      if (known.known && reader == Language::none) read.value = request.value(fact, *of);
      if (known.known && reader != Language::none)
        decide::append_told(read.value, program, request, untold, fact, *of, reader);
      judged.facts.push_back(std::move(read));
    }
    out.judged.push_back(std::move(judged));
  }
  out.fired = caveat::unless(when, unless) == Kleene::yes;
  return out;
}

}  // namespace

namespace {

// Of a rule that was judged for nothing at all: the first thing that would have to be there.
Lacks what_it_lacks(const model::Model& model, const model::Rule& rule, const decide::Request& request) {
  const bool on_one = std::any_of(rule.applies_to.begin(), rule.applies_to.end(), [&](model::Subject subject) {
    switch (subject) {
      case model::Subject::answer:
        return request.has_answer();
      case model::Subject::message:
        return request.has_message();
      case model::Subject::recommendation:
        return request.has_recommendation() && (rule.as_a_whole || request.products() > 0);
      case model::Subject::action:
        return request.actions() > 0;
      case model::Subject::outreach:
        return request.has_outreach();
      case model::Subject::material:
        return request.has_material();
    }
    return false;
  });
  if (!on_one) return Lacks::subject;
  const auto reads = [&](model::Part part) {
    for (const model::ExprPtr& expr : {rule.when, rule.unless}) {
      if (!expr) continue;
      for (const model::Index fact : model::facts_read(*expr))
        if (model.facts[fact].part == part) return true;
    }
    return false;
  };
  if (reads(model::Part::product) && request.all_products() == 0) return Lacks::product;
  if (reads(model::Part::action) && request.actions() == 0) return Lacks::action;
  if (reads(model::Part::outreach) && !request.has_outreach()) return Lacks::outreach;
  return Lacks::subject;
}

std::string subjects_of(const model::Rule& rule, Language language) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"answer", "回答"},  {"recommendation", "推荐"}, {"action", "操作"},
      {"message", "消息"}, {"outreach", "触达"},       {"material", "素材"}};
  std::string all;
  for (const model::Subject subject : rule.applies_to) {
    const auto& [en, zh] = kNames[static_cast<std::size_t>(subject)];
    all += all.empty() ? "" : language == Language::zh ? "、" : ", ";
    all += language == Language::zh ? zh : en;
  }
  return all;
}

std::string told(Lacks lacks, const model::Rule& rule, const std::string& name, Language language) {
  const bool zh = language == Language::zh;
  std::string of = zh ? "规则“" + name + "”不适用：" : "Rule “" + name + "” does not apply: ";
  const auto reads = [&](std::string_view en, std::string_view chinese) {
    return zh ? of + "它读取" + std::string(chinese) + "，按每个" + std::string(chinese) + "判断，而本轮没有" +
                    std::string(chinese) + "。"
              : of + "it reads a fact of the " + std::string(en) + " and is judged for each, and the turn has none.";
  };
  switch (lacks) {
    case Lacks::product:
      return reads("product", "产品");
    case Lacks::action:
      return reads("action", "操作");
    case Lacks::outreach:
      return reads("outreach", "触达");
    case Lacks::subject:
      break;
  }
  return zh ? of + "它判断的是" + subjects_of(rule, language) + "，而本轮没有。"
            : of + "it judges " + subjects_of(rule, language) + ", and the turn has none.";
}

}  // namespace

WhyNot why_not(const model::Model& model, model::Index index, const decide::Fields& fields,
               const decide::BindOptions& options, const Limits& limits, Language reader,
               std::span<const decide::Redacted> untold) {
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
  std::map<Probe::Item, Probe::Values> all = probe.judge_each(fields, options);
  if (all.empty()) {
    out.refused = true;
    return out;
  }
  const Result<decide::Request> request = decide::bind(*probe.program(), fields, options);
  std::erase_if(all, [&](const auto& one) { return one.second[applies] != Kleene::yes; });
  out.applies = !all.empty();
  if (!out.applies) {
    out.lacks = what_it_lacks(model, rule, *request);
    return out;
  }
  out.in_force =
      std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.second[always] == Kleene::yes; });
  for (const auto& [item, values] : all) {
    const std::vector<decide::Redacted> hidden =
        reader == Language::none ? std::vector<decide::Redacted>()
                                 : untold_of(parts, item, model, *probe.program(), *request, untold);
    JudgedFor judged = judged_for(item, values, parts, model, *probe.program(), *request, reader, hidden);
    if (all.size() > 1) judged.item = name_of(item, *request);
    judged.fired = judged.fired && out.in_force;
    out.fired = out.fired || judged.fired;
    out.judged.push_back(std::move(judged));
  }
  return out;
}
std::vector<std::string> told(const WhyNot& why, const model::Model& model, model::Index index, const Sources& sources,
                              Language language) {
  const bool zh = language == Language::zh;
  const model::Rule& rule = model.rules[index];
  const std::string name(rule.names.in(language));
  if (why.refused) return {zh ? "此轮次会被拒收。" : "The turn would be refused."};
  if (!why.applies) {
    return {told(why.lacks, rule, name, language)};
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
  for (const JudgedFor& one : why.judged) {
    const std::string of = one.item.empty() ? "" : one.item + (zh ? "：" : ": ");
    if (one.fired) {
      out.push_back(of + (zh ? "规则“" + name + "”生效了。" : "Rule “" + name + "” did fire."));
      continue;
    }
    tell(one.judged, of, model, sources, language, out);
  }
  return out;
}

}  // namespace caveat::trial
