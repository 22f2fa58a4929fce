#include "engine/trial/run_examples.h"

#include <algorithm>
#include <set>

#include "engine/base/units.h"
#include "engine/decide/explain.h"
#include "engine/decide/wording.h"
#include "engine/program/build.h"
#include "engine/trial/codes.h"
#include "engine/trial/example_turn.h"
#include "engine/trial/why_not.h"

namespace caveat::trial {
namespace {

using decide::Verdict;

std::string verdict_word(std::string_view verdict, Language language) {
  if (language != Language::zh) return std::string(verdict);
  if (verdict == "allow") return "放行";
  if (verdict == "revise") return "修改";
  if (verdict == "require") return "要求";
  if (verdict == "block") return "拦截";
  return "转人工";
}

// A text of rules ends on its line, so a line break in what is said is written as a blank.
std::string in_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == '\n' || c == ' ';
    if (!blank || (!out.empty() && out.back() != ' ')) out += blank ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// The rules of a pack and of what it uses; everything else stays, so that indices keep their meaning.
model::Model only_what_it_uses(const model::Model& model, model::Index pack) {
  std::set<model::Index> reached{pack};
  std::vector<model::Index> open{pack};
  while (!open.empty()) {
    const model::Index at = open.back();
    open.pop_back();
    for (const model::Index used : model.packs[at].uses) {
      if (reached.insert(used).second) open.push_back(used);
    }
  }
  model::Model part = model;
  std::erase_if(part.rules, [&](const model::Rule& rule) { return reached.count(rule.pack) == 0; });
  return part;
}

class Run {
 public:
  using Progress = std::function<void(std::size_t, std::size_t)>;
  Run(const model::Model& model, const Sources& sources, const Limits& limits, const Progress& progress)
      : model_(model), sources_(sources), limits_(limits), progress_(progress), scratch_(limits) {
    out_.outcomes.resize(model.examples.size());
  }

  // One pack's examples, by the rules of that pack and of those that it uses.
  void pack(model::Index pack) {
    std::vector<model::Index> examples;
    for (model::Index i = 0; i < model_.examples.size(); ++i) {
      if (model_.examples[i].pack == pack) examples.push_back(i);
    }
    if (examples.empty()) return;
    const model::Model part = only_what_it_uses(model_, pack);
    ruleset_.program = program::build(part, limits_).program;
    if (!ruleset_.program) return;  // the build of the whole says what is wrong
    by_rank_.clear();
    for (const model::Index example : examples) {
      out_.outcomes[example] = one(model_.examples[example]);
      ++out_.run;
      if (out_.outcomes[example].held) ++out_.held;
      if (progress_) progress_(out_.run, model_.examples.size());
    }
  }

  RunResult run() {
    for (model::Index i = 0; i < model_.packs.size(); ++i) pack(i);
    sort_and_unify(out_.diagnostics);
    return std::move(out_);
  }

 private:
  Language language_of(const model::Example& example) const {
    return example.span.source < model_.source_languages.size() ? model_.source_languages[example.span.source]
                                                                : Language::en;
  }

  std::string rules_text(const std::vector<model::Index>& rules, Language language) const {
    std::string out;
    for (const model::Index rule : rules) {
      out += out.empty() ? "" : language == Language::zh ? "、" : ", ";
      out += model_.rules[rule].names.in(language);
    }
    return out;
  }

  std::string outcome_text(std::string_view verdict, const std::vector<model::Index>& rules, Language language) const {
    std::string out = verdict_word(verdict, language);
    if (!rules.empty()) out += (language == Language::zh ? " 因 " : " by ") + rules_text(rules, language);
    return out;
  }

  Diagnostic& fails(const Code& code, const model::Example& example, std::vector<std::string> arguments,
                    std::string help = {}) {
    if (!example.given.at) {
      const bool zh = language_of(example) == Language::zh;
      const std::int32_t offset = example_offset(*ruleset_.program, example);
      const std::string at = format_instant(example_now(model_, example, offset), offset);
      help += (help.empty() ? "" : "\n") +
              (zh ? "示例未写明时点，按 " + at + " 判断；可用“于”写明：给定 回答 于 2026-03-01T10:00"
                  : "the example states no time and was judged at " + at +
                        "; `at` states one: given answer at 2026-03-01T10:00");
    }
    out_.diagnostics.push_back(diagnose(code, example.span, language_of(example), arguments, std::move(help)));
    return out_.diagnostics.back();
  }

  ExampleOutcome one(const model::Example& example) {
    ExampleOutcome outcome;
    const Language language = language_of(example);
    const std::int32_t offset = example_offset(*ruleset_.program, example);
    const Language reader = !example.final_text.zh.empty() && example.final_text.en.empty()   ? Language::zh
                            : !example.final_text.en.empty() && example.final_text.zh.empty() ? Language::en
                                                                                              : Language::none;
    const decide::Fields fields =
        example_turn(model_, example.given, reader, example_now(model_, example, offset), offset);
    const decide::BindOptions options = example_options(limits_);
    const Result<decide::Request> request = decide::bind(*ruleset_.program, fields, options);
    if (!request) {
      outcome.refused = true;
      const ProblemItem item = request.error().items.empty() ? ProblemItem{} : request.error().items.front();
      fails(codes::kExampleRefused, example,
            {std::string(request.error().code->name) + " " + item.path + ": " +
             (language == Language::zh ? "应为 " : "expected ") + decide::in(language, item.expected) +
             (language == Language::zh ? "，却是 " : ", found ") + decide::in(language, item.found)},
            decide::in(language, item.hint));
      return outcome;
    }
    const decide::Decision& decision = decide::decide(ruleset_, *request, decide::StateView{}, scratch_);
    outcome.verdict = decision.verdict;
    const std::set<model::Index> wanted(example.by.begin(), example.by.end());
    std::set<model::Index> fired, unknown, all;
    for (const decide::Reason& reason : decision.reasons) {
      const model::Index rule = rule_of(reason.rule);
      (reason.unknown ? unknown : fired).insert(rule);
      all.insert(rule);
    }
    outcome.fired.assign(fired.begin(), fired.end());
    outcome.unknown.assign(unknown.begin(), unknown.end());
    const bool verdict_holds = decide::name(decision.verdict) == example.verdict;
    const bool rules_hold = wanted.empty() || wanted == all;
    if (!verdict_holds || !rules_hold) {
      std::string help;
      for (const decide::ReasonTold& told :
           decide::reasons(*ruleset_.program, *request, decision, language, decide::Audience::confidential)) {
        const std::uint32_t number = ruleset_.program->find_rule(told.rule);
        if (number == program::kNone) continue;
        if (told.because.empty()) continue;
        help += (help.empty() ? "" : "\n") + std::string(model_.rules[rule_of(number)].names.in(language)) + ": " +
                told.because;
      }
      for (const model::Index rule : wanted) {
        if (all.count(rule) != 0) continue;
        for (const std::string& line :
             trial::told(why_not(model_, rule, fields, options, limits_), model_, rule, sources_, language)) {
          help += (help.empty() ? "" : "\n") + line;
        }
      }
      if (std::any_of(unknown.begin(), unknown.end(), [&](model::Index rule) { return wanted.count(rule) == 0; })) {
        help += language == Language::zh ? "\n请在“给定”中补上未提供的事实，或在“期望”的“因”之后写上该规则"
                                         : "\ngive the facts that are missing, or name that rule after “by”";
      }
      fails(codes::kExampleFails, example,
            {outcome_text(example.verdict, {wanted.begin(), wanted.end()}, language),
             outcome_text(decide::name(decision.verdict), {all.begin(), all.end()}, language)},
            std::move(help));
      return outcome;
    }
    outcome.held = final_text_holds(example, decision, language) && left_holds(example, *request, decision, language);
    return outcome;
  }

  // A rule of the program by its number there; the model's order is the same, by (pack, first name).
  model::Index rule_of(std::uint32_t rule) {
    if (by_rank_.empty()) {
      for (model::Index i = 0; i < model_.rules.size(); ++i) {
        const std::uint32_t number = ruleset_.program->find_rule(model_.rules[i].id);
        if (number == program::kNone) continue;
        if (by_rank_.size() <= number) by_rank_.resize(number + 1, 0);
        by_rank_[number] = i;
      }
    }
    return by_rank_[rule];
  }

  bool final_text_holds(const model::Example& example, const decide::Decision& decision, Language language) {
    if (!example.says_final_text) return true;
    const auto differs = [&](std::string_view expected, const decide::Decision& made) {
      const std::string found = in_one_line(made.has_say ? made.say : std::string_view());
      if (found == in_one_line(expected)) return false;
      fails(codes::kExampleText, example, {std::string(expected), found});
      return true;
    };
    const model::Text& text = example.final_text;
    if (text.en.empty() || text.zh.empty()) return !differs(text.in(language), decision);
    // Both are written: each reader's is decided.
    bool good = true;
    for (const Language reader : {Language::en, Language::zh}) {
      const std::int32_t offset = example_offset(*ruleset_.program, example);
      const decide::Fields again =
          example_turn(model_, example.given, reader, example_now(model_, example, offset), offset);
      const Result<decide::Request> request = decide::bind(*ruleset_.program, again, example_options(limits_));
      if (!request) continue;
      good = !differs(text.in(reader), decide::decide(ruleset_, *request, decide::StateView{}, scratch_)) && good;
    }
    return good;
  }

  bool left_holds(const model::Example& example, const decide::Request& request, const decide::Decision& decision,
                  Language language) {
    if (example.left.empty()) return true;
    std::set<std::string> left, expected(example.left.begin(), example.left.end());
    expected.erase("");  // `left ""`: none
    const model::Index name = model_.find_fact({"product", "name"});
    for (const decide::ItemVerdict& item : decision.items) {
      if (item.action || item.recipient || item.verdict >= Verdict::block) continue;
      std::string shown(item.id);
      if (name != model::kNone) {
        const std::string value = request.value(name, static_cast<std::int32_t>(item.index));
        if (!value.empty() && std::find(example.left.begin(), example.left.end(), shown) == example.left.end())
          shown = value;
      }
      left.insert(shown);
    }
    if (left == expected) return true;
    const auto listed = [&](const auto& names) {
      std::string out;
      for (const std::string& each : names) out += (out.empty() ? "" : language == Language::zh ? "、" : ", ") + each;
      return out.empty() ? std::string(language == Language::zh ? "无" : "none") : out;
    };
    fails(codes::kExampleLeft, example, {listed(expected), listed(left)});
    return false;
  }

  const model::Model& model_;
  const Sources& sources_;
  const Limits& limits_;
  const Progress& progress_;
  decide::Ruleset ruleset_;
  decide::Scratch scratch_;
  std::vector<model::Index> by_rank_;
  RunResult out_;
};

}  // namespace

RunResult run_examples(const model::Model& model, const Sources& sources, const Limits& limits,
                       const std::function<void(std::size_t, std::size_t)>& progress) {
  return Run(model, sources, limits, progress).run();
}

}  // namespace caveat::trial
