#include "engine/trial/fixed_texts.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/decide/decide.h"
#include "engine/program/build.h"
#include "engine/text/lexicon.h"
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

// The model without all that no condition reads: what a program of a few of its rules is built from.
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

// What the rules look for in a text: each text is held only against those that can find something in it, one or two of thousands.
class Sought {
 public:
  Sought(const model::Model& model, const std::vector<model::Rule>& judges, const Limits& limits) {
    std::map<std::pair<Index, std::vector<std::string>>, Index> known;  // by lexicon or phrases
    std::vector<text::Lexicon> lists;
    for (Index at = 0; at < judges.size(); ++at) {
      bool by_words_alone = true;
      std::set<Index> words;
      model::each_part(*judges[at].when, [&](const model::Expr& part) {
        const bool text = part.op == Op::text_has || part.op == Op::text_has_all || part.op == Op::claims;
        if (part.op == Op::matches || part.op == Op::mentions || (text && part.args.size() > 1)) by_words_alone = false;
        if (!text || part.args.size() > 1) return true;
        std::vector<std::string> phrases = part.phrases;
        for (const model::Constant& constant : part.set) phrases.push_back(constant.text);
        const auto [list, fresh] = known.try_emplace({part.lexicon, phrases}, static_cast<Index>(lists.size()));
        if (fresh) {
          if (part.lexicon != kNone)
            phrases.insert(phrases.end(), model.lexicons[part.lexicon].terms.begin(),
                           model.lexicons[part.lexicon].terms.end());
          lists.push_back({.terms = std::move(phrases)});
          rules_.emplace_back();
        }
        words.insert(list->second);
        return true;
      });
      if (!by_words_alone) {
        others_.push_back(at);
        continue;
      }
      if (!words.empty()) all_.push_back(at);
      for (const Index list : words) rules_[list].push_back(at);
    }
    std::vector<text::LexiconFault> faults;  // the compiler has refused them
    lexicons_ = text::Lexicons(lists, faults);
    scratch_.emplace(lexicons_, limits.hits);
  }

  // Rules by whose words alone something may be found, ascending. What their lexicons let pass is theirs to judge.
  std::vector<Index> in(std::string_view text) {
    text::normalise(text, normal_);
    lexicons_.match(normal_, *scratch_);
    if (scratch_->over_limit()) return all_;
    std::set<Index> found;
    for (const text::Match& one : scratch_->matches())
      found.insert(rules_[one.lexicon].begin(), rules_[one.lexicon].end());
    return {found.begin(), found.end()};
  }
  const std::vector<Index>& others() const { return others_; }  // that look for what no word tells: patterns

 private:
  using Op = model::Op;
  text::Lexicons lexicons_;
  std::optional<text::MatchScratch> scratch_;
  text::NormalText normal_;
  std::vector<std::vector<Index>> rules_;  // by list
  std::vector<Index> all_, others_;
};

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

// Judges texts by small programs, each of the rules that can find something in the texts at hand.
class Court {
 public:
  Court(const model::Model& model, const std::vector<model::Rule>& judges, const Limits& limits)
      : judges_(judges),
        limits_(limits),
        part_(what_conditions_read(model)),
        sought_(model, judges, limits),
        scratch_(limits) {
    for (Index at = 0; at < judges.size(); ++at) by_id_[judges[at].id] = at;
  }

  void judge(std::map<std::string, Finding>& findings) {
    std::vector<Entry*> held;
    if (!sought_.others().empty()) {
      for (Entry& one : findings) held.push_back(&one);
      judge(held, {sought_.others().begin(), sought_.others().end()});
      held.clear();
    }
    std::set<Index> rules;
    for (Entry& one : findings) {
      const std::vector<Index> by_words = sought_.in(one.first);
      if (by_words.empty()) continue;
      held.push_back(&one);
      rules.insert(by_words.begin(), by_words.end());
      if (rules.size() < kTogether) continue;
      judge(held, rules);
      held.clear(), rules.clear();
    }
    judge(held, rules);
  }

 private:
  using Entry = std::pair<const std::string, Finding>;
  // Fewer, and more programs are built; more, and each text is held against more rules that find nothing in it.
  static constexpr std::size_t kTogether = 64;

  void judge(const std::vector<Entry*>& texts, const std::set<Index>& rules) {
    if (texts.empty()) return;
    part_.rules.clear();
    for (const Index rule : rules) part_.rules.push_back(judges_[rule]);
    decide::Ruleset ruleset;
    ruleset.program = program::build(part_, limits_).program;
    if (!ruleset.program) return;  // the build of the whole says what is wrong
    for (Entry* one : texts) judge(*one, ruleset);
  }

  void judge(Entry& one, const decide::Ruleset& ruleset) {
    const std::string& said = one.first;
    const Result<decide::Request> request = decide::bind(*ruleset.program, answer_of(said), example_options(limits_));
    if (!request) return;
    for (const decide::Reason& reason : decide::decide(ruleset, *request, decide::StateView{}, scratch_).reasons) {
      // What is missed in it may stand in the rest of the answer.
      if (reason.unknown || reason.matches.empty()) continue;
      std::vector<std::string>& words = one.second[by_id_.at(ruleset.program->rule_id(reason.rule))];
      for (const decide::Match& match : reason.matches) {
        std::string word = said.substr(match.begin, match.end - match.begin);
        if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
      }
    }
  }

  const std::vector<model::Rule>& judges_;
  const Limits& limits_;
  model::Model part_;
  Sought sought_;
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
  std::map<std::string, Finding> findings;  // by text: many rules say the same
  for (const FixedText& text : fixed_texts(model)) {
    for (const model::Template* said : {&text.said->en, &text.said->zh, &text.said->any}) {
      if (!said->empty()) findings.try_emplace(literals(*said));
    }
  }
  Court(model, judges, limits).judge(findings);

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
