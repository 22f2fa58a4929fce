#include <algorithm>
#include <boost/json.hpp>
#include <istream>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/rules.h"
#include "adapters/cli/system_clock.h"
#include "adapters/gate/gate.h"
#include "adapters/gate/requirements.h"
#include "adapters/load/rule_files.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/reply.h"
#include "adapters/wire/turn.h"
#include "engine/base/nearest.h"
#include "engine/decide/decide.h"
#include "engine/decide/explain.h"
#include "engine/decide/satisfied.h"
#include "engine/model/references.h"
#include "engine/trial/why_not.h"

namespace caveat::cli {

namespace {

namespace json = boost::json;

std::string read_turn(std::istream& in, std::size_t most) {
  std::string bytes(most + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

json::object told_json(const decide::Explanation& told, const decide::Request& request,
                       const decide::Decision& decision) {
  json::object out{{"id", request.id()}, {"verdict", decide::name(decision.verdict)}};
  json::array reasons;
  for (const decide::ReasonTold& reason : told.reasons) {
    json::object entry{{"rule", reason.rule},
                       {"title", reason.title},
                       {"verdict", decide::name(reason.verdict)},
                       {"unknown", reason.unknown},
                       {"because", reason.because}};
    json::array cites, matched;
    for (const std::string& cite : reason.cites) cites.push_back(json::string(cite));
    for (const std::string& match : reason.matched) matched.push_back(json::string(match));
    json::object facts;
    for (const auto& [path, value] : reason.facts) facts[path] = value;
    entry["cites"] = std::move(cites);
    entry["facts"] = std::move(facts);
    entry["matched"] = std::move(matched);
    if (!reason.item_id.empty()) entry["item"] = reason.item_id;
    reasons.push_back(std::move(entry));
  }
  out["reasons"] = std::move(reasons);
  out["story"] = told.story;
  return out;
}

// Which rules a reader may know of: a confidential one is there for the roles that it names only (semantics.md 13).
bool may_see(const model::Rule& rule, const std::string& role) {
  return !rule.confidential ||
         (!role.empty() && std::find(rule.visible_to.begin(), rule.visible_to.end(), role) != rule.visible_to.end());
}

// What is said of a name that no rule has: the rules that it may mean, by their whole names.
void no_rule(const std::string& name, const std::vector<const model::Rule*>& rules, const model::Model& model,
             Terminal& terminal) {
  constexpr std::size_t kShown = 8;
  const bool zh = terminal.language == Language::zh;
  const std::string_view between = zh ? "、" : ", ";
  const auto joined = [&](const std::vector<std::string>& all, std::string_view last) {
    std::string out;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0) out += i + 1 == all.size() ? last : between;
      out += all[i];
    }
    return out;
  };
  const std::size_t slash = name.rfind('/');
  const std::string last = slash == name.npos ? name : name.substr(slash + 1);
  const auto called = [&](const auto& fits) {
    std::vector<std::string> out;
    for (const model::Rule* rule : rules)
      if (std::any_of(rule->names.all.begin(), rule->names.all.end(), fits)) out.push_back(rule->id);
    return out;
  };
  // The nearest whole name, those that have the nearest name without its pack, those in whose names it stands.
  std::vector<std::string_view> whole, alone;
  for (const model::Rule* rule : rules) {
    whole.push_back(rule->id);
    alone.insert(alone.end(), rule->names.all.begin(), rule->names.all.end());
  }
  std::vector<std::string> meant;
  if (const std::string_view near = nearest(name, whole); !near.empty()) meant.emplace_back(near);
  const auto same = std::find(alone.begin(), alone.end(), last);
  const std::string_view near = same != alone.end() ? *same : nearest(last, alone);
  if (meant.empty() && !near.empty()) meant = called([&](const std::string& each) { return each == near; });
  if (meant.empty() && !last.empty())
    meant = called([&](const std::string& each) { return each.find(last) != each.npos; });
  if (!meant.empty() && meant.size() <= kShown) {
    wrong_use(terminal,
              {"no loaded pack has a rule “{0}”. Did you mean {1}?", "已加载的规则包中没有规则“{0}”。是否想写 {1}？"},
              {name, joined(meant, zh ? " 或 " : " or ")}, "explain");
    return;
  }
  // All of the pack that was named, or all that there are; of many, the packs.
  const auto of_pack = [&](std::string_view pack) {
    std::vector<std::string> out;
    for (const model::Rule* rule : rules)
      if (rule->id.starts_with(std::string(pack) + "/")) out.push_back(rule->id);
    return out;
  };
  std::vector<std::string> known = slash == name.npos ? std::vector<std::string>() : of_pack(name.substr(0, slash));
  if (known.empty() && rules.size() > kShown) {
    std::vector<std::string> packs;
    for (const model::Pack& pack : model.packs)
      if (const std::size_t count = of_pack(pack.names.first).size(); count != 0)
        packs.push_back(pack.names.first + (zh ? "（" : " (") + std::to_string(count) + (zh ? "）" : ")"));
    wrong_use(terminal,
              {"no loaded pack has a rule “{0}”; there are rules in {1}. A pack's name and / shows its rules.",
               "已加载的规则包中没有规则“{0}”；有规则的规则包：{1}。写规则包名称和 / 可列出它的规则。"},
              {name, joined(packs, between)}, "explain");
    return;
  }
  if (known.empty()) known.assign(whole.begin(), whole.end());
  if (known.empty()) known = {zh ? "无" : "none"};
  constexpr std::size_t kMost = 100;
  if (known.size() > kMost) {
    known.resize(kMost);
    known.emplace_back("…");
  }
  wrong_use(terminal, {"no loaded pack has a rule “{0}”; there are {1}.", "已加载的规则包中没有规则“{0}”；已有 {1}。"},
            {name, joined(known, between)}, "explain");
}

// The rule that was named, by its id or by any of its names where only one rule has it; null: the terminal has been told.
const model::Rule* named_rule(const std::string& name, const std::string& role, const model::Model& model,
                              Terminal& terminal) {
  std::vector<const model::Rule*> found, seen;
  for (const model::Rule& rule : model.rules) {
    if (!may_see(rule, role)) continue;
    if (rule.id == name) return &rule;
    seen.push_back(&rule);
    const bool short_name = std::find(rule.names.all.begin(), rule.names.all.end(), name) != rule.names.all.end();
    if (short_name) found.push_back(&rule);
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    wrong_use(terminal,
              {"more than one rule is named “{0}”. Write {1} or {2}.", "不止一条规则名为“{0}”。请写 {1} 或 {2}。"},
              {name, found[0]->id, found[1]->id}, "explain");
    return nullptr;
  }
  no_rule(name, seen, model, terminal);
  return nullptr;
}

json::object why_not_json(const trial::WhyNot& why, const model::Rule& rule, const load::Loaded& loaded,
                          const std::vector<std::string>& lines) {
  static constexpr std::string_view kValues[] = {"false", "unknown", "true"};
  json::object out{{"rule", rule.id}, {"applies", why.applies}, {"in_force", why.in_force}, {"fired", why.fired}};
  const auto conditions = [&](const std::vector<trial::Judged>& judged) {
    json::array parts;
    for (const trial::Judged& part : judged) {
      const Source& source = loaded.sources[part.expr->span.source];
      const Position place = source.position(part.expr->span.begin);
      json::object facts;
      for (const trial::Judged::Read& read : part.facts)
        facts[model::path_in(loaded.model->facts[read.fact].path_names, Language::en)] =
            read.known ? json::value(read.value) : json::value(nullptr);
      parts.push_back(json::object{{"file", source.name()},
                                   {"line", place.line},
                                   {"column", place.column},
                                   {"text", source.text(part.expr->span)},
                                   {"clause", part.excuse ? "unless" : "when"},
                                   {"depth", part.depth},
                                   {"value", kValues[static_cast<std::size_t>(part.value)]},
                                   {"facts", std::move(facts)}});
    }
    return parts;
  };
  if (!why.judged.empty()) out["conditions"] = conditions(why.judged.front().judged);
  if (why.judged.size() > 1) {
    json::array items;
    for (const trial::JudgedFor& one : why.judged)
      items.push_back(json::object{{"item", one.item}, {"fired", one.fired}, {"conditions", conditions(one.judged)}});
    out["items"] = std::move(items);
  }
  json::array told;
  for (const std::string& line : lines) told.push_back(json::string(line));
  out["told"] = std::move(told);
  return out;
}

// What the turn's proofs meet, as the gate would find it if nothing of them had served before: what a decision asked for, and
// what has served, stands in the log, which explain does not open.
std::vector<std::uint32_t> met_by_proofs(const program::Program& program, const decide::Fields& fields,
                                         const decide::Request& request, Microseconds now,
                                         std::optional<Problem>& problem) {
  const gate::Continuation next = gate::read_continuation(fields, problem);
  if (problem || next.decision.empty()) return {};
  gate::Asked asked;
  asked.conversation = request.conversation_id();
  asked.customer = request.customer_id();
  asked.until = gate::kAskedFor;
  asked.matter = {.products = gate::products_of(request), .content = "as it was asked about"};
  for (std::uint32_t i = 0; i < program.requirements().size(); ++i)
    asked.names.emplace_back(program.requirement_name(i));
  return gate::check(
             program, asked, next, gate::Caller::local(), asked.matter, now, gate::GateOptions().clock_skew,
             [](const audit::StateKey&) { return std::optional<std::string>(); }, problem)
      .requirements;
}

}  // namespace

int run_explain(const Invocation& invocation, Terminal& terminal) {
  const std::string whom = invocation.get("--for", "officer");
  decide::Audience audience = decide::Audience::officer;
  if (whom == "bot")
    audience = decide::Audience::bot;
  else if (whom == "customer")
    audience = decide::Audience::customer;
  else if (whom != "officer")
    return wrong_use(
        terminal,
        {"--for is bot, customer or officer, not “{0}”.", "--for 应为 bot、customer 或 officer，而不是“{0}”。"}, {whom},
        "explain");

  const std::string role = invocation.get("--role");
  if (invocation.has("--why-not") && audience != decide::Audience::officer)
    return wrong_use(terminal,
                     {"--why-not shows the rules as they are written: it goes with --for officer only.",
                      "--why-not 会显示规则原文，只能与 --for officer 同用。"},
                     {}, "explain");

  const Limits limits;
  std::string bytes;
  if (invocation.arguments[0] == "-") {
    bytes = read_turn(terminal.in, limits.request_bytes);
  } else {
    Result<std::string> read = load::read_file(invocation.arguments[0], limits.request_bytes);
    if (!read) return refuse(terminal, read.error());
    bytes = std::move(*read);
  }
  int exit = kDone;
  const std::unique_ptr<const load::Loaded> loaded = loaded_rules(invocation, terminal, exit);
  if (!loaded) return exit;
  const decide::Ruleset& rules = *loaded->rules;
  const model::Rule* asked = nullptr;
  if (invocation.has("--why-not")) {
    asked = named_rule(invocation.get("--why-not"), role, *loaded->model, terminal);
    if (asked == nullptr) return kUsage;
  }

  decide::Fields fields;
  bool read_through = false;
  const Result<void> parsed = wire::parse_turn(bytes, fields, limits, &read_through);
  if (!parsed && !read_through) return refuse(terminal, parsed.error());
  SystemClock clock;
  decide::BindOptions options;
  options.now = clock.wall_us();
  options.data = &rules.data;
  const Result<decide::Request> request = decide::bind(*rules.program, fields, options);
  std::vector<Problem> wrong;
  if (!request) wrong.push_back(request.error());
  if (!parsed) {
    wire::keep_beside(parsed.error(), wrong, 0);
    wrong.insert(wrong.begin(), parsed.error());
  }
  if (!wrong.empty()) return refuse(terminal, wire::all_of(std::move(wrong)));
  if (const Result<void> judged = wire::something_to_judge(*request); !judged) return refuse(terminal, judged.error());
  std::optional<Problem> unfit;
  const std::vector<std::uint32_t> met = met_by_proofs(*rules.program, fields, *request, options.now, unfit);
  if (unfit) return refuse(terminal, *unfit);
  decide::Scratch scratch(limits);
  const decide::Decision& decision = decide::decide(rules, *request, {}, met, scratch);
  // A role sees the confidential rules that name it; flags and causes are of all of them, and are told where it sees all.
  if (!role.empty() && audience == decide::Audience::officer) {
    const bool all = std::all_of(decision.reasons.begin(), decision.reasons.end(), [&](const decide::Reason& reason) {
      if (!rules.program->rule_is_confidential(reason.rule)) return true;
      const std::vector<std::string_view> roles = rules.program->rule_visible_to(reason.rule);
      return std::find(roles.begin(), roles.end(), role) != roles.end();
    });
    if (all) audience = decide::Audience::confidential;
  }
  const decide::Explanation told =
      decide::explain(*rules.program, *request, decision, terminal.language, audience, role);
  json::object out;
  if (terminal.json) {
    out = told_json(told, *request, decision);
  } else {
    terminal.out << plain(told.story, "") << (told.story.ends_with('\n') ? "" : "\n");
  }
  if (asked != nullptr) {
    const auto index = static_cast<model::Index>(asked - loaded->model->rules.data());
    const trial::WhyNot why =
        trial::why_not(*loaded->model, index, fields, options, limits, terminal.language, decision.untold);
    const std::vector<std::string> lines = trial::told(why, *loaded->model, index, loaded->sources, terminal.language);
    if (terminal.json) {
      out["why_not"] = why_not_json(why, *asked, *loaded, lines);
    } else {
      terminal.out << '\n';
      if (!why.fired && why.applies && why.in_force)
        terminal.out << fill(terminal.say({"Why {0} did not fire:", "{0} 为何没有生效："}), {asked->id}) << '\n';
      for (const std::string& line : lines) terminal.out << "  " << line << '\n';
    }
  }
  if (terminal.json) terminal.out << json::serialize(out) << '\n';
  return kDone;
}

}  // namespace caveat::cli
