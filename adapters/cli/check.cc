#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/diagnostic_json.h"
#include "adapters/cli/loading.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/rules.h"
#include "adapters/cli/system_clock.h"
#include "adapters/load/ruleset.h"
#include "engine/base/width.h"
#include "engine/model/references.h"
#include "engine/trial/coverage.h"
#include "engine/trial/fixed_texts.h"

namespace caveat::cli {

namespace {

// Does a rule that nothing could settle still let the turn through, whole or changed?
bool lets_through(const model::Rule& rule) {
  using Kind = model::EffectKind;
  return rule.if_unknown == model::Rule::Unknown::pass ||
         (rule.if_unknown == model::Rule::Unknown::effects &&
          std::none_of(rule.unknown_effects.begin(), rule.unknown_effects.end(), [](const model::Effect& effect) {
            return effect.kind == Kind::block || effect.kind == Kind::require || effect.kind == Kind::handoff;
          }));
}

namespace json = boost::json;

// What an officer asks of rules that compile, worked out only then.
struct Findings {
  std::vector<std::vector<model::Index>> hands_off;  // by Model::rules: facts whose absence hands off
  std::optional<trial::CoverageResult> coverage;     // only with --coverage
  std::vector<trial::OneLanguage> one_language;      // the same
  std::size_t facts_read = 0;
  program::Index::Cost cost;
};

Findings find_out(const load::Loaded& loaded, bool coverage, const Limits& limits) {
  Findings out;
  out.hands_off = trial::facts_that_hand_off(*loaded.model);
  if (coverage) out.coverage = trial::coverage(*loaded.model, loaded.run, limits);
  if (coverage) out.one_language = trial::in_one_language(*loaded.model);
  for (const program::Slot& slot : loaded.rules->program->schema().slots) out.facts_read += slot.read_by_a_rule ? 1 : 0;
  out.cost = loaded.rules->program->index().cost();
  return out;
}

bool is_overdue(const load::Loaded& loaded, const decide::Data::Set& set) {
  return decide::is_overdue(*loaded.rules->program, set, SystemClock().wall_us(), 0);
}

std::vector<decide::OutOfForce> out_of_force_today(const load::Loaded& loaded) {
  return decide::out_of_force(*loaded.rules->program, SystemClock().wall_us(), 0);
}

void print_json(const load::Loaded& loaded, const std::optional<Findings>& findings, const Limits& limits,
                Terminal& terminal) {
  json::object out;
  out["ok"] = loaded.rules != nullptr;
  json::array packs;
  if (loaded.model) {
    for (const model::Pack& pack : loaded.model->packs)
      packs.push_back(json::object{{"name", pack.names.first},
                                   {"version", pack.version},
                                   {"digest", "sha256:" + hex(pack.digest)},
                                   {"examples_digest", "sha256:" + hex(pack.examples_digest)}});
    out["rules"] = loaded.model->rules.size();
  }
  out["packs"] = std::move(packs);
  if (loaded.rules && !loaded.rules->data.sets.empty()) {
    json::array data;
    for (const decide::Data::Set& set : loaded.rules->data.sets)
      data.push_back(json::object{{"name", set.name},
                                  {"version", set.version},
                                  {"digest", "sha256:" + hex(set.digest)},
                                  {"rows", set.by_key.size()},
                                  {"overdue", is_overdue(loaded, set)}});
    out["data"] = std::move(data);
  }
  out["files"] = loaded.sources.size();
  out["examples"] = json::object{{"run", loaded.examples}, {"held", loaded.examples_held}};
  if (findings) {
    json::object hands_off;
    for (std::size_t i = 0; i < findings->hands_off.size(); ++i) {
      json::array facts;
      for (const model::Index fact : findings->hands_off[i])
        facts.push_back(json::string(model::path_in(loaded.model->facts[fact].path_names, Language::en)));
      if (!facts.empty()) hands_off[loaded.model->rules[i].id] = std::move(facts);
    }
    out["handed_off_without"] = std::move(hands_off);
    json::array passes;
    for (const model::Rule& rule : loaded.model->rules) {
      if (lets_through(rule)) passes.push_back(json::string(rule.id));
    }
    out["let_through_when_unknown"] = std::move(passes);
    const program::Program& program = *loaded.rules->program;
    json::array not_in_force;
    for (const decide::OutOfForce& one : out_of_force_today(loaded)) {
      json::object entry{{"rule", program.text(program.rules()[one.rule].id)}};
      if (one.ended) entry["ended"] = format_date(*one.ended);
      if (one.begins) entry["begins"] = format_date(*one.begins);
      not_in_force.push_back(std::move(entry));
    }
    out["not_in_force_today"] = std::move(not_in_force);
    out["cost"] = json::object{{"rules", loaded.model->rules.size()},
                               {"facts", findings->facts_read},
                               {"words", findings->cost.words},
                               {"words_with_no_fact_known", findings->cost.words_unknown}};
    if (findings->coverage) {
      json::object covered;
      for (std::size_t i = 0; i < findings->coverage->rules.size(); ++i) {
        const trial::RuleCoverage& rule = findings->coverage->rules[i];
        covered[loaded.model->rules[i].id] =
            json::object{{"fired", rule.fired}, {"near", rule.near}, {"unknown", rule.unknown}};
      }
      out["coverage"] = std::move(covered);
      json::array notes;
      for (const Diagnostic& note : findings->coverage->notes)
        notes.push_back(json::parse(diagnostic_json(note, loaded.sources)));
      out["coverage_notes"] = std::move(notes);
      json::array texts;
      for (const trial::OneLanguage& one : findings->one_language) {
        const Source& source = loaded.sources[one.span.source];
        texts.push_back(json::object{{"file", source.name()},
                                     {"line", source.position(one.span.begin).line},
                                     {"language", one.language == Language::zh ? "zh" : "en"}});
      }
      out["texts_in_one_language"] = std::move(texts);
    }
  }
  json::array diagnostics;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostics.size() == limits.diagnostics) {
      out["not_shown"] = loaded.diagnostics.size() - limits.diagnostics;
      break;
    }
    diagnostics.push_back(json::parse(diagnostic_json(diagnostic, loaded.sources)));
  }
  out["diagnostics"] = std::move(diagnostics);
  terminal.out << json::serialize(out) << '\n';
}

constexpr std::size_t kRulesShown = 30;  // of one list; a longer one is for --json

// Rules that wait for the same facts stand together: what an officer looks for is which fact the bot has to send.
void print_hand_offs(const load::Loaded& loaded, const Findings& findings, Terminal& terminal) {
  std::map<std::vector<model::Index>, std::vector<std::size_t>> by_facts;
  for (std::size_t i = 0; i < findings.hands_off.size(); ++i) {
    if (!findings.hands_off[i].empty()) by_facts[findings.hands_off[i]].push_back(i);
  }
  if (by_facts.empty()) return;
  const bool of_items = std::any_of(by_facts.begin(), by_facts.end(), [&](const auto& one) {
    return std::any_of(one.first.begin(), one.first.end(), [&](model::Index fact) {
      const model::Part part = loaded.model->facts[fact].part;
      return part == model::Part::product || part == model::Part::action;
    });
  });
  terminal.out
      << (of_items ? terminal.say(
                         {"A turn without one of these facts goes to a person (one of a product or an action: where "
                          "the turn has it):",
                          "缺少以下任一事实的轮次将转人工（产品、操作的事实：以本轮有产品、操作为限）："})
                   : terminal.say(
                         {"A turn without one of these facts goes to a person:", "缺少以下任一事实的轮次将转人工："}))
      << '\n';
  const std::string_view comma = terminal.language == Language::zh ? "、" : ", ";
  std::size_t shown = 0;
  for (const auto& [facts, rules] : by_facts) {
    if (shown == kRulesShown) {
      terminal.out << "  "
                   << fill(terminal.say({"… and {0} more; --json lists them all", "……另有 {0} 组；--json 可全部列出"}),
                           {std::to_string(by_facts.size() - shown)})
                   << '\n';
      break;
    }
    ++shown;
    std::string line;
    for (const model::Index fact : facts)
      line += (line.empty() ? "" : std::string(comma)) +
              model::path_in(loaded.model->facts[fact].path_names, terminal.language);
    line += terminal.say({"  (", "（"});
    for (std::size_t i = 0; i < rules.size() && i < 4; ++i)
      line +=
          (i == 0 ? "" : std::string(comma)) + std::string(loaded.model->rules[rules[i]].names.in(terminal.language));
    if (rules.size() > 4)
      line += fill(terminal.say({", {0} more", "等 {1} 条规则"}),
                   {std::to_string(rules.size() - 4), std::to_string(rules.size())});
    terminal.out << "  " << line << terminal.say({")", "）"}) << '\n';
  }
  terminal.out << '\n';
}

// What a reviewer signs with open eyes.
void print_passes(const load::Loaded& loaded, Terminal& terminal) {
  std::string names;
  for (const model::Rule& rule : loaded.model->rules) {
    if (!lets_through(rule)) continue;
    names += names.empty() ? "" : terminal.language == Language::zh ? "、" : ", ";
    names += rule.names.in(terminal.language);
  }
  if (names.empty()) return;
  terminal.out << terminal.say({"Let through, whole or changed, when nothing can settle it (`if unknown`):\n  ",
                                "无法判明时放行（原样或修改后，见“若不明”）：\n  "})
               << names << "\n\n";
}

// Their examples hold, since each has a day of its own: a law that has ended, or a wrong year, shows nowhere else.
void print_out_of_force(const load::Loaded& loaded, Terminal& terminal) {
  const std::vector<decide::OutOfForce> all = out_of_force_today(loaded);
  if (all.empty()) return;
  const program::Program& program = *loaded.rules->program;
  terminal.out << terminal.say({"Not in force today, so that no turn is judged by them:",
                                "以下规则今日不在施行期内，不对任何轮次起作用："})
               << '\n';
  for (std::size_t i = 0; i < all.size() && i < kRulesShown; ++i)
    terminal.out << "  " << told(program, all[i], terminal.language) << '\n';
  if (all.size() > kRulesShown)
    terminal.out << "  "
                 << fill(terminal.say({"… and {0} more; --json lists them all", "……另有 {0} 条；--json 可全部列出"}),
                         {std::to_string(all.size() - kRulesShown)})
                 << '\n';
  terminal.out << '\n';
}

void print_coverage(const load::Loaded& loaded, const trial::CoverageResult& coverage, Terminal& terminal) {
  terminal.out << terminal.say({"Examples that fire a rule, that miss it by one condition, that leave it unknown:",
                                "各规则的示例数：触发、仅差一个条件、不明："})
               << '\n';
  std::size_t width = 0;
  for (const model::Rule& rule : loaded.model->rules)
    width = std::max(width, columns(rule.names.in(terminal.language)));
  width = std::min<std::size_t>(width, 40);
  std::size_t whole = 0;
  for (std::size_t i = 0; i < coverage.rules.size(); ++i) {
    const trial::RuleCoverage& rule = coverage.rules[i];
    whole += rule.fired > 0 && rule.near > 0 ? 1 : 0;
    const std::string_view name = loaded.model->rules[i].names.in(terminal.language);
    std::string line = "  " + std::string(name);
    for (std::size_t at = columns(name); at < width; ++at) line += ' ';
    for (const std::size_t count : {rule.fired, rule.near, rule.unknown}) {
      const std::string number = std::to_string(count);
      line += std::string(number.size() < 5 ? 5 - number.size() : 1, ' ') + number;
    }
    if (rule.fired == 0)
      line += terminal.say({"   no example fires it", "   没有示例触发它"});
    else if (rule.near == 0)
      line += terminal.say({"   no example comes near and does not fire it", "   没有示例接近而不触发它"});
    terminal.out << line << '\n';
  }
  terminal.out << fill(terminal.say({"{0} of {1} are tried from both sides.", "{1}中有 {0} 条正反两面都有示例。"}),
                       {std::to_string(whole), counted(coverage.rules.size(), terminal, "rule", "rules", "条规则")})
               << "\n\n";
}

void print_one_language(const load::Loaded& loaded, const std::vector<trial::OneLanguage>& texts, Terminal& terminal) {
  if (texts.empty()) return;
  terminal.out << terminal.say({"Said to customers in one language only; who reads the other gets them as they are:",
                                "仅有一种语言的客户文字，使用另一语言的客户看到的是原文："})
               << '\n';
  for (std::size_t i = 0; i < texts.size() && i < kRulesShown; ++i) {
    const Source& source = loaded.sources[texts[i].span.source];
    terminal.out << "  " << source.name() << ':' << source.position(texts[i].span.begin).line << "  "
                 << source.text(texts[i].span) << '\n';
  }
  if (texts.size() > kRulesShown)
    terminal.out << "  "
                 << fill(terminal.say({"… and {0} more; --json lists them all", "……另有 {0} 段；--json 可全部列出"}),
                         {std::to_string(texts.size() - kRulesShown)})
                 << '\n';
  terminal.out << '\n';
}

void print_people(const load::Loaded& loaded, const std::optional<Findings>& findings, const Limits& limits,
                  Terminal& terminal) {
  print_diagnostics(terminal.out, terminal, loaded.diagnostics, loaded.sources, limits.diagnostics);
  const auto count = [&](Severity severity, std::string_view one, std::string_view more, std::string_view zh) {
    const auto all = std::count_if(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                                   [&](const Diagnostic& diagnostic) { return diagnostic.severity == severity; });
    return std::pair(all, counted(static_cast<std::size_t>(all), terminal, one, more, zh));
  };
  std::string noted = count(Severity::warning, "warning", "warnings", "条警告").second;
  if (const auto [notes, words] = count(Severity::note, "note", "notes", "条提示"); notes > 0)
    noted += std::string(terminal.say({", ", "，"})) + words;
  if (!loaded.rules) {
    terminal.out << fill(terminal.say({"{0} in {1}.", "{1}中有 {0}。"}),
                         {counted(loaded.errors(), terminal, "error", "errors", "处错误"),
                          counted(loaded.sources.size(), terminal, "file", "files", "个文件")});
    if (loaded.examples > 0)
      terminal.out << fill(
          terminal.say({" {0} of {1} hold.", "{1}中有 {0} 个通过。"}),
          {std::to_string(loaded.examples_held), counted(loaded.examples, terminal, "example", "examples", "个示例")});
    terminal.out << '\n';
    return;
  }
  if (findings->coverage) print_coverage(loaded, *findings->coverage, terminal);
  print_one_language(loaded, findings->one_language, terminal);
  print_hand_offs(loaded, *findings, terminal);
  print_passes(loaded, terminal);
  print_out_of_force(loaded, terminal);
  for (const model::Pack& pack : loaded.model->packs)
    terminal.out << pack.names.first << ' ' << pack.version << "  sha256:" << hex(pack.digest) << '\n';
  for (const decide::Data::Set& set : loaded.rules->data.sets) {
    terminal.out << set.name << (set.version.empty() ? "" : " ") << set.version << "  sha256:" << hex(set.digest)
                 << "  " << counted(set.by_key.size(), terminal, "row", "rows", "行");
    if (is_overdue(loaded, set))
      terminal.out << terminal.say({", should have been reviewed by ", "，复核期限已过："})
                   << format_date(loaded.rules->program->data()[set.declared].review_by);
    terminal.out << '\n';
  }
  terminal.out << fill(terminal.say({"A decision looks at {0} that may read {1}.", "每次决定涉及 {0}、{1}。"}),
                       {counted(loaded.model->rules.size(), terminal, "rule", "rules", "条规则"),
                        counted(findings->facts_read, terminal, "fact", "facts", "个事实")})
               << '\n';
  if (loaded.examples == 0 && !loaded.model->rules.empty())
    terminal.out
        << terminal.say(
               {"There is no example: nothing shows that these rules do what is meant. `caveat new DIR` writes "
                "rules with examples to look at.",
                "没有任何示例：无从表明这些规则符合本意。`caveat new 目录` 可生成带示例的规则供参照。"})
        << '\n';
  terminal.out << fill(terminal.say({"{0}, {1}, {2}: no error, {3}; {4} of {5} hold.",
                                     "{0}，{1}，{2}：无错误，{3}；{5}中有 {4} 个通过。"}),
                       {counted(loaded.model->packs.size(), terminal, "pack", "packs", "个规则包"),
                        counted(loaded.model->rules.size(), terminal, "rule", "rules", "条规则"),
                        counted(loaded.sources.size(), terminal, "file", "files", "个文件"), noted,
                        std::to_string(loaded.examples_held),
                        counted(loaded.examples, terminal, "example", "examples", "个示例")})
               << '\n';
}

}  // namespace

int run_check(const Invocation& invocation, Terminal& terminal) {
  const Limits limits;
  LoadingLine progress(terminal);
  Result<load::Loaded> loaded = load::load_rules(invocation.arguments, limits, progress.follow());
  std::optional<Findings> findings;
  if (loaded && loaded->rules) {
    // Here alone: it takes texts times rules, and is for who writes them.
    std::vector<Diagnostic> refused = trial::judge_fixed_texts(*loaded->model, limits);
    std::move(refused.begin(), refused.end(), std::back_inserter(loaded->diagnostics));
    sort_and_unify(loaded->diagnostics);
    const bool coverage = invocation.has("--coverage");
    if (coverage) progress.show({"working out what the examples try", "统计示例覆盖"}, 0, 0);
    findings = find_out(*loaded, coverage, limits);
  }
  progress.clear();
  if (!loaded) return refuse(terminal, loaded.error());
  if (terminal.json)
    print_json(*loaded, findings, limits, terminal);
  else
    print_people(*loaded, findings, limits, terminal);
  return loaded->rules ? kDone : kNo;
}

}  // namespace caveat::cli
