#include "engine/trial/examples.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "engine/decide/decide.h"
#include "engine/decide/request.h"
#include "engine/program/build.h"
#include "engine/trial/example_turn.h"

namespace caveat::trial {
namespace {

using model::Example;
using model::Index;
using model::kNone;
using model::Model;

constexpr Microseconds kMinute = 60'000'000;

// The rules of a pack and of what it uses; everything else of the model stays, so that indices keep their meaning.
Model only_what_it_uses(const Model& model, Index pack) {
  std::set<Index> reached = {pack};
  std::vector<Index> open = {pack};
  while (!open.empty()) {
    const Index at = open.back();
    open.pop_back();
    for (const Index used : model.packs[at].uses) {
      if (reached.insert(used).second) open.push_back(used);
    }
  }
  Model part = model;
  std::vector<Index> place(model.rules.size(), kNone);
  part.rules.clear();
  for (Index i = 0; i < model.rules.size(); ++i) {
    if (reached.count(model.rules[i].pack) == 0) continue;
    place[i] = static_cast<Index>(part.rules.size());
    part.rules.push_back(model.rules[i]);
  }
  for (model::Rule& rule : part.rules) {
    if (rule.exception_to != kNone) rule.exception_to = place[rule.exception_to];
  }
  return part;
}

// The moment of a turn; wall time is read in the zone of the example's pack.
Microseconds moment(const program::Program& program, Index pack, const model::ExampleTurn& turn,
                    std::int32_t& offset_minutes) {
  offset_minutes = 0;
  const Microseconds written = turn.at.value_or(0);
  if (!turn.at_is_local) return written;
  offset_minutes = program.offset_minutes(pack, written, 0);
  offset_minutes = program.offset_minutes(pack, written - offset_minutes * kMinute, 0);
  return written - offset_minutes * kMinute;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : std::string(between)) + word;
  return out;
}

struct Came {  // what is expected, or what came
  std::string verdict;
  std::vector<std::string> rules;
};

std::string told(const Came& came, Language language) {
  const bool zh = language == Language::zh;
  std::string out;
  if (zh) {
    static const std::map<std::string, std::string> kVerdicts = {
        {"allow", "放行"}, {"revise", "修改"}, {"require", "要求"}, {"block", "拦截"}, {"handoff", "转人工"}};
    const auto name = kVerdicts.find(came.verdict);
    out = name == kVerdicts.end() ? came.verdict : name->second;
  } else {
    out = came.verdict;
  }
  if (!came.rules.empty()) out += (zh ? " 因 " : " by ") + joined(came.rules, zh ? "、" : ", ");
  return out;
}

class Runner {
 public:
  Runner(const Model& model, const Limits& limits) : model_(model), limits_(limits), scratch_(limits) {}

  ExampleRun run(Index number) {
    ExampleRun out;
    out.example = number;
    const Example& example = model_.examples[number];
    const decide::Ruleset& rules = rules_of(example.pack);
    if (!rules.program) {
      out.found_en = "its pack does not build";
      out.found_zh = "其规则包未能生成程序";
      return out;
    }
    std::int32_t offset = 0;
    const Microseconds at = moment(*rules.program, example.pack, example.given, offset);
    decide::Fields fields;
    write_turn(model_, example.given, format_instant(at, offset), fields);
    decide::BindOptions options;
    options.now = at;
    options.facts_are_fresh = true;
    options.limits = limits_;
    const auto request = decide::bind(*rules.program, fields, options);
    if (!request) {
      refused(request.error(), out);
      return out;
    }
    const decide::Decision& decision = decide::decide(rules, *request, decide::StateView{}, scratch_);
    compare(*rules.program, *request, example, decision, out);
    return out;
  }

 private:
  const decide::Ruleset& rules_of(Index pack) {
    const auto [at, fresh] = rulesets_.try_emplace(pack);
    if (fresh) at->second.program = program::build(only_what_it_uses(model_, pack), limits_).program;
    return at->second;
  }

  static void refused(const Problem& problem, ExampleRun& out) {
    std::string items;
    for (const ProblemItem& item : problem.items) {
      items +=
          " " + (item.path.empty() ? std::string("/") : item.path) + " (" + item.expected + ", " + item.found + ")";
    }
    out.found_en = "the turn is refused: " + std::string(problem.code->name) + items;
    out.found_zh = "该轮次被拒绝：" + std::string(problem.code->name) + items;
  }

  std::string rule_name(const Example& example, std::string_view id, Language language) const {
    for (const model::Rule& rule : model_.rules) {
      if (rule.id != id) continue;
      return rule.pack == example.pack ? std::string(rule.names.in(language)) : std::string(id);
    }
    return std::string(id);
  }

  // What stays is named as the example names it: by product.name where it gives one, else by id.
  std::string product_name(const Example& example, std::string_view id) const {
    static const std::vector<std::string> kName = {"product", "name"};
    for (const model::GivenValue& given : example.given.facts) {
      if (given.path == kName) return given.value.text;
    }
    return std::string(id);
  }

  void compare(const program::Program& program, const decide::Request& request, const Example& example,
               const decide::Decision& decision, ExampleRun& out) const {
    std::set<std::string> expected, spoke;
    for (const Index rule : example.by) expected.insert(model_.rules[rule].id);
    for (const decide::Reason& reason : decision.reasons) spoke.insert(std::string(program.rule_id(reason.rule)));
    const std::string_view verdict = decide::name(decision.verdict);
    const bool rules_hold = example.by.empty() || expected == spoke;
    if (verdict != example.verdict || !rules_hold) {
      for (const Language language : {Language::en, Language::zh}) {
        Came wanted{example.verdict, {}}, came{std::string(verdict), {}};
        for (const std::string& id : expected) wanted.rules.push_back(rule_name(example, id, language));
        for (const std::string& id : spoke) came.rules.push_back(rule_name(example, id, language));
        const bool zh = language == Language::zh;
        (zh ? out.found_zh : out.found_en) = (zh ? "期望 " : "expected ") + told(wanted, language) +
                                             (zh ? "，结果 " : ", found ") + told(came, language);
      }
      return;
    }
    if (!example.final_text.empty()) {
      const std::string_view wanted = example.final_text.in(request.language());
      if (decision.say != wanted) {
        out.found_en = "the final text is “" + std::string(decision.say) + "”";
        out.found_zh = "终稿为“" + std::string(decision.say) + "”";
        return;
      }
    }
    if (!example.left.empty()) {
      std::vector<std::string> left;
      for (const decide::ItemVerdict& item : decision.items) {
        if (!item.action && item.verdict < decide::Verdict::block) left.push_back(product_name(example, item.id));
      }
      std::vector<std::string> wanted = example.left;
      std::sort(left.begin(), left.end());
      std::sort(wanted.begin(), wanted.end());
      if (left != wanted) {
        out.found_en = "left are: " + joined(left, ", ");
        out.found_zh = "剩余的是：" + joined(left, "、");
        return;
      }
    }
    out.held = true;
  }

  const Model& model_;
  const Limits& limits_;
  decide::Scratch scratch_;
  std::map<Index, decide::Ruleset> rulesets_;
};

}  // namespace

std::vector<ExampleRun> run_examples(const Model& model, const Limits& limits) {
  Runner runner(model, limits);
  std::vector<ExampleRun> out;
  out.reserve(model.examples.size());
  for (Index i = 0; i < model.examples.size(); ++i) out.push_back(runner.run(i));
  return out;
}

}  // namespace caveat::trial
