#include "engine/trial/fixed_texts.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "engine/decide/decide.h"
#include "engine/program/build.h"
#include "engine/trial/codes.h"
#include "engine/trial/example_turn.h"

namespace caveat::trial {
namespace {

using model::EffectKind;
using model::Index;
using model::kNone;

constexpr std::size_t kWordsShown = 3;

bool refuses(const model::Rule& rule) {
  return std::any_of(rule.then.begin(), rule.then.end(), [](const model::Effect& effect) {
    return effect.kind == EffectKind::block || effect.kind == EffectKind::require || effect.kind == EffectKind::handoff;
  });
}

// The clock and what was counted are facts of the turn too.
bool reads_the_clock(const model::Expr& expr) {
  bool reads = false;
  model::each_part(expr, [&](const model::Expr& part) {
    reads = part.op == model::Op::now || part.op == model::Op::today || part.op == model::Op::clock ||
            part.op == model::Op::window;
    return !reads;
  });
  return reads;
}

bool looks_at_the_answer_alone(const model::Rule& rule, Index answer) {
  if (!rule.when || model::facts_read(*rule.when) != std::vector<Index>{answer}) return false;
  if (reads_the_clock(*rule.when)) return false;
  if (!rule.unless) return true;
  const std::vector<Index> excused = model::facts_read(*rule.unless);
  return !reads_the_clock(*rule.unless) && (excused.empty() || excused == std::vector<Index>{answer});
}

// The rules that judge, each made to say only that it is true, on any day: when it holds is looked at text by text.
std::vector<model::Rule> judges_of(const model::Model& all, Index answer) {
  std::vector<model::Rule> out;
  for (const model::Rule& rule : all.rules) {
    const bool on_answer =
        std::find(rule.applies_to.begin(), rule.applies_to.end(), model::Subject::answer) != rule.applies_to.end();
    if (!on_answer || !refuses(rule) || rule.exception_to != kNone || !looks_at_the_answer_alone(rule, answer))
      continue;
    model::Rule& judge = out.emplace_back();
    judge.names.first = rule.names.first;
    judge.id = rule.id;
    judge.pack = rule.pack;
    judge.applies_to = rule.applies_to;
    judge.as_a_whole = rule.as_a_whole;
    judge.when = rule.when;
    judge.unless = rule.unless;
    judge.span = rule.span;
    judge.trust_inferred = rule.trust_inferred;
    model::Effect flag;
    flag.kind = EffectKind::flag;
    flag.name = "text";
    judge.then = {flag};
    judge.if_unknown = model::Rule::Unknown::pass;
  }
  return out;
}

// The model without all that no condition reads: what a program of these rules alone is built from.
model::Model what_conditions_read(const model::Model& all) {
  model::Model out;
  out.packs = all.packs;
  out.facts = all.facts;
  out.scales = all.scales;
  out.choice_sets = all.choice_sets;
  out.lexicons = all.lexicons;
  out.queues = all.queues;  // one of which takes what nothing settles
  out.calendars = all.calendars;
  out.zones = all.zones;
  out.source_languages = all.source_languages;
  return out;
}

bool hold_together(const model::Rule& a, const model::Rule& b) {
  constexpr Days kFirst = std::numeric_limits<Days>::min(), kLast = std::numeric_limits<Days>::max();
  return a.from.value_or(kFirst) <= b.until.value_or(kLast) && b.from.value_or(kFirst) <= a.until.value_or(kLast);
}

// Nothing is found across a line end, so none across what is left out.
std::string literals(const model::Template& pieces) {
  std::string out;
  for (const model::TemplatePiece& piece : pieces) {
    out += piece.literal;
    if (piece.fact != kNone) out += '\n';
  }
  return out;
}

decide::Fields answer_of(std::string_view text) {
  using decide::Fields;
  Fields out;
  const std::uint32_t root = out.add(Fields::kEnd, {}, Fields::Kind::object);
  out.set_text(out.add(root, "id", Fields::Kind::text), "text");
  out.set_text(out.add(root, "at", Fields::Kind::text), "2026-01-01T12:00:00Z");
  const std::uint32_t answer = out.add(root, "answer", Fields::Kind::object);
  out.set_text(out.add(answer, "text", Fields::Kind::text), text);
  return out;
}

// What a text holds that rules refuse: rule by rule, by judges, the words.
using Finding = std::map<Index, std::vector<std::string>>;

// Judges texts by a program of these rules alone.
class Court {
 public:
  Court(const model::Model& model, const std::vector<model::Rule>& judges, const Limits& limits) : limits_(limits) {
    limits_.reasons = std::max(limits.reasons, judges.size());
    model::Model part = what_conditions_read(model);
    part.rules = judges;
    ruleset_.program = program::build(part, limits).program;  // null: the build of the whole says what is wrong
    scratch_ = decide::Scratch(limits_);
    for (Index at = 0; at < judges.size(); ++at) by_id_[judges[at].id] = at;
  }

  Finding judge(std::string_view said) {
    Finding out;
    if (!ruleset_.program) return out;
    const Result<decide::Request> request = decide::bind(*ruleset_.program, answer_of(said), example_options(limits_));
    if (!request) return out;
    for (const decide::Reason& reason : decide::decide(ruleset_, *request, decide::StateView{}, scratch_).reasons) {
      // What is missed in it may stand in the rest of the answer.
      if (reason.unknown || reason.matches.empty()) continue;
      std::vector<std::string>& words = out[by_id_.at(ruleset_.program->rule_id(reason.rule))];
      for (const decide::Match& match : reason.matches) {
        std::string word(said.substr(match.begin, match.end - match.begin));
        if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
      }
    }
    return out;
  }

 private:
  Limits limits_;
  decide::Ruleset ruleset_;
  decide::Scratch scratch_;
  std::map<std::string_view, Index> by_id_;
};

}  // namespace

std::vector<FixedText> fixed_texts(const model::Model& model) {
  std::vector<FixedText> out;
  const auto add = [&](const model::Templates& said, Index rule = kNone) {
    if (!said.empty()) out.push_back({&said, rule});
  };
  for (Index i = 0; i < model.rules.size(); ++i) {
    const model::Rule& rule = model.rules[i];
    for (const model::Say& say : rule.say) add(say.texts, i);
    for (const auto* effects : {&rule.then, &rule.unknown_effects}) {
      for (const model::Effect& effect : *effects) {
        add(effect.with_pieces, i);
        if (effect.kind == EffectKind::disclose && effect.wording != kNone)
          add(model.wordings[effect.wording].pieces, i);
      }
    }
  }
  for (const model::Queue& queue : model.queues) {
    add(queue.say_pieces);
    add(queue.when_closed_pieces);
  }
  for (const model::Requirement& requirement : model.requirements) add(requirement.ask_pieces);
  for (const model::Fact& fact : model.facts) add(fact.ask_pieces);
  return out;
}

std::vector<OneLanguage> in_one_language(const model::Model& model) {
  std::map<std::pair<SourceId, std::uint32_t>, OneLanguage> out;  // a wording is said by many
  for (const FixedText& text : fixed_texts(model)) {
    const model::Templates& said = *text.said;
    if (!said.any.empty() || said.en.empty() == said.zh.empty()) continue;
    const Language language = said.zh.empty() ? Language::en : Language::zh;
    const Span span = said.zh.empty() ? said.en_span : said.zh_span;
    out[{span.source, span.begin}] = {span, language};
  }
  std::vector<OneLanguage> all;
  for (const auto& [place, one] : out) all.push_back(one);
  return all;
}

std::vector<Diagnostic> judge_fixed_texts(const model::Model& model, const Limits& limits) {
  std::vector<Diagnostic> out;
  const Index answer = model.find_fact({"answer", "text"});
  if (answer == kNone) return out;
  const std::vector<model::Rule> judges = judges_of(model, answer);
  if (judges.empty()) return out;
  Court court(model, judges, limits);
  std::map<std::string, Finding> findings;  // by text: many rules say the same
  for (const FixedText& text : fixed_texts(model)) {
    for (const model::Template* said : {&text.said->en, &text.said->zh, &text.said->any}) {
      if (said->empty()) continue;
      const auto [entry, fresh] = findings.try_emplace(literals(*said));
      if (fresh) entry->second = court.judge(entry->first);
    }
  }

  std::map<std::string_view, const model::Rule*> by_id;
  for (const model::Rule& rule : model.rules) by_id[rule.id] = &rule;
  const auto tell = [&](const FixedText& text, const model::Template& pieces, Span place) {
    if (pieces.empty()) return;
    const Language language =
        place.source < model.source_languages.size() ? model.source_languages[place.source] : Language::en;
    const bool zh = language == Language::zh;
    for (const auto& [judge, words] : findings.at(literals(pieces))) {
      const model::Rule& rule = *by_id.at(judges[judge].id);
      if (text.rule != kNone && !hold_together(rule, model.rules[text.rule])) continue;
      std::string shown;
      for (std::size_t i = 0; i < words.size() && i < kWordsShown; ++i)
        shown += std::string(i == 0 ? "“" : zh ? "、“" : ", “") + words[i] + "”";
      if (words.size() > kWordsShown) shown += zh ? "等" : " …";
      Diagnostic warning = diagnose(
          codes::kTextRefused, place, language, {std::string(rule.names.in(language)), shown},
          zh ? "请改写这段文字；若它并无不妥，请让规则放过：词表用“但不含”写明这一说法，或规则用“除非 回答 包含 …”"
             : "say it otherwise; if nothing is wrong with it, let the rule pass it: `but not` in its lexicon, "
               "or `unless answer contains …`");
      warning.severity = Severity::warning;
      warning.related.push_back({rule.span, zh ? "规则在此" : "the rule is here"});
      out.push_back(std::move(warning));
    }
  };
  for (const FixedText& text : fixed_texts(model)) {
    tell(text, text.said->en, text.said->en_span);
    tell(text, text.said->zh, text.said->zh_span);
    tell(text, text.said->any, text.said->any_span);
  }
  sort_and_unify(out);
  return out;
}

}  // namespace caveat::trial
