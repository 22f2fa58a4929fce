// Rules in the order of (pack, first name) by bytes: their position is their rank (semantics.md 19).
#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "engine/program/codes.h"
#include "engine/program/passes/draft.h"

namespace caveat::program {
namespace {

Range effects(Draft& draft, const std::vector<model::Effect>& effects) {
  Image& image = draft.image;
  std::vector<EffectRow> rows;
  for (const model::Effect& effect : effects) {
    EffectRow row;
    row.kind = static_cast<std::uint8_t>(effect.kind);
    if (effect.priority) row.priority = static_cast<std::uint8_t>(*effect.priority);
    row.redact_what = effect.redact_what;
    row.redact_mode = effect.redact_mode;
    row.at_start = effect.at_start ? 1 : 0;
    row.once = effect.once;
    row.keep_first = effect.keep_first;
    row.keep_last = effect.keep_last;
    row.queue = effect.queue;
    row.wording = effect.wording;
    row.requirement = effect.requirement;
    row.slot = effect.fact;
    if (effect.within) row.has_within = 1, row.within = Image::span(*effect.within);
    row.name = image.str(effect.name);
    row.redact_name = image.str(effect.redact_name);
    row.with = pieces(image, effect.with_pieces);
    rows.push_back(row);
  }
  std::string bytes(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(EffectRow));
  const Range range{static_cast<std::uint32_t>(image.effects.size()), static_cast<std::uint32_t>(rows.size())};
  const auto [at, fresh] = draft.effect_lists.try_emplace(std::move(bytes), range);
  if (fresh) image.effects.insert(image.effects.end(), rows.begin(), rows.end());
  return at->second;
}

void refuse_what_is_not_yet(Draft& draft, const model::Rule& rule) {
  if (rule.exception_to != model::kNone) draft.not_yet(rule.span, "`exception to`", "“豁免”");
  for (const auto* list : {&rule.then, &rule.unknown_effects}) {
    for (const model::Effect& effect : *list) {
      if (effect.kind == model::EffectKind::redact && effect.redact_what != 0) {
        draft.not_yet(rule.span, "`redact` of a detector or a data class", "按检测项或数据类别脱敏");
      }
    }
  }
}

bool reads_part(const model::Model& model, const std::vector<model::Index>& facts, model::Part part) {
  return std::any_of(facts.begin(), facts.end(), [&](model::Index fact) { return model.facts[fact].part == part; });
}

// The facts that a rule's texts say.
void said(const model::Templates& templates, std::vector<model::Index>& facts) {
  for (const model::Template* one : {&templates.en, &templates.zh, &templates.any}) {
    for (const model::TemplatePiece& piece : *one) {
      if (piece.fact != model::kNone && piece.fact != model::kMatch) facts.push_back(piece.fact);
    }
  }
}

// Whoever a rule asks after or tells something is one customer: its conditions, its texts, its time limit.
bool reads_customer(const model::Model& model, const model::Rule& rule, std::vector<model::Index> facts) {
  said(rule.because, facts);
  for (const model::Say& say : rule.say) said(say.texts, facts);
  for (const auto* list : {&rule.then, &rule.unknown_effects}) {
    for (const model::Effect& effect : *list) {
      said(effect.with_pieces, facts);
      if (effect.wording != model::kNone) said(model.wordings[effect.wording].pieces, facts);
      if (effect.requirement != model::kNone) said(model.requirements[effect.requirement].ask_pieces, facts);
      if (effect.fact != model::kNone) facts.push_back(effect.fact);
    }
  }
  return reads_part(model, facts, model::Part::customer);
}

}  // namespace

namespace passes {

void rules(Draft& draft) {
  const model::Model& model = draft.model;
  Image& image = draft.image;
  std::vector<std::size_t> order(model.rules.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank = [&](std::size_t rule) {
    return std::tuple<std::string_view, std::string_view>(model.packs[model.rules[rule].pack].names.first,
                                                          model.rules[rule].names.first);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });

  for (std::size_t at : order) {
    const model::Rule& rule = model.rules[at];
    refuse_what_is_not_yet(draft, rule);
    RuleRow row;
    row.id = image.str(rule.id);
    row.name = image.str(rule.names.first);
    row.names = names(image, rule.names);
    row.title = texts(image, rule.title);
    row.pack = rule.pack;
    for (model::Subject subject : rule.applies_to)
      row.subjects |= static_cast<std::uint8_t>(1u << static_cast<unsigned>(subject));
    row.from = rule.from.value_or(std::numeric_limits<std::int32_t>::min());
    row.until = rule.until.value_or(std::numeric_limits<std::int32_t>::max());

    row.when = condition(draft, *rule.when, rule.id);
    const auto facts_of = [&](const model::Expr& expr) {  // what is refused is not walked for each rule
      const bool refused = least_nodes(expr) > draft.limits.condition_nodes;
      return refused ? std::vector<model::Index>() : model::facts_read(expr);
    };
    std::vector<model::Index> facts = facts_of(*rule.when);
    if (rule.unless) {
      row.flags |= kHasUnless;
      row.unless = condition(draft, *rule.unless, rule.id);
      for (model::Index fact : facts_of(*rule.unless)) facts.push_back(fact);
    }
    std::sort(facts.begin(), facts.end());
    facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
    row.facts = image.list({facts.begin(), facts.end()});
    if (rule.as_a_whole) row.flags |= kAsAWhole;
    if (rule.confidential) row.flags |= kConfidential;
    if (rule.trust_inferred) row.flags |= kTrustInferred;
    if (reads_part(model, facts, model::Part::product)) row.flags |= kReadsProduct;
    if (reads_part(model, facts, model::Part::action)) row.flags |= kReadsAction;
    if (reads_customer(model, rule, facts)) row.reads |= kReadsCustomer;
    if (reads_part(model, facts, model::Part::outreach)) row.reads |= kReadsOutreach;
    const model::Index answer_text = model.find_fact({"answer", "text"});
    if (std::binary_search(facts.begin(), facts.end(), answer_text)) row.flags |= kReadsAnswerText;

    row.effects = effects(draft, rule.then);
    row.if_unknown = static_cast<std::uint8_t>(rule.if_unknown);
    row.unknown_effects = effects(draft, rule.unknown_effects);
    std::vector<SayRow> says;
    for (const model::Say& say : rule.say) says.push_back({image.str(say.channel), pieces(image, say.texts)});
    row.says = {static_cast<std::uint32_t>(image.says.size()), static_cast<std::uint32_t>(says.size())};
    image.says.insert(image.says.end(), says.begin(), says.end());
    row.because = pieces(image, rule.because);
    row.cites = image.list({rule.cites.begin(), rule.cites.end()});
    row.owners = image.strs(rule.owner);
    row.visible_to = image.strs(rule.visible_to);
    image.rules.push_back(row);
  }
}

void topics(Draft& draft) {
  const model::Model& model = draft.model;
  for (const model::Topic& topic : model.topics) {
    TopicRow row;
    row.name = draft.image.str(topic.names.first);
    row.pack = topic.pack;
    std::vector<std::string> all = {topic.names.first};
    for (const std::string& name : topic.names.all)
      if (name != topic.names.first) all.push_back(name);
    row.names = draft.image.strs(all);
    row.when = condition(draft, *topic.condition, topic.names.first);
    const std::vector<model::Index> facts = model::facts_read(*topic.condition);
    if (reads_part(model, facts, model::Part::product)) row.flags |= kReadsProduct;
    if (reads_part(model, facts, model::Part::action)) row.flags |= kReadsAction;
    draft.image.topics.push_back(row);
  }
}

void data(Draft& draft) {
  for (const model::DataSet& set : draft.model.data) {
    DataRow row;
    row.name = draft.image.str(set.names.first);
    row.pack = set.pack;
    row.key = set.key;
    if (set.review_by) row.review_by = *set.review_by, row.has_review = 1;
    std::vector<std::uint32_t> named_by(set.named_by.begin(), set.named_by.end());
    std::sort(named_by.begin(), named_by.end());
    row.named_by = draft.image.list(named_by);
    draft.image.data.push_back(row);
  }
}

void check_limits(Draft& draft) {
  const Limits& limits = draft.limits;
  const Image& image = draft.image;
  const auto say = [](std::size_t number) { return std::to_string(number); };
  std::size_t bytes = 0;
  each_section(image, [&](const auto& rows) { bytes += rows.size() * sizeof(rows[0]); });
  if (bytes > limits.program_bytes) draft.report(codes::kProgramTooLarge, {}, {say(bytes), say(limits.program_bytes)});
}

}  // namespace passes
}  // namespace caveat::program
