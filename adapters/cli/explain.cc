#include <boost/json.hpp>
#include <istream>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/rules.h"
#include "adapters/cli/system_clock.h"
#include "adapters/load/rule_files.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/reply.h"
#include "adapters/wire/turn.h"
#include "engine/base/nearest.h"
#include "engine/decide/decide.h"
#include "engine/decide/explain.h"

namespace caveat::cli {

namespace {

namespace json = boost::json;

std::string read_turn(std::istream& in, std::size_t most) {
  std::string bytes(most + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

void print_json(Terminal& terminal, const decide::Explanation& told, const decide::Request& request,
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
  terminal.out << json::serialize(out) << '\n';
}

// Why a rule did not fire, as far as the decision itself shows it.
int why_not(const Invocation& invocation, Terminal& terminal, const program::Program& program,
            const decide::Explanation& told) {
  const std::string rule = invocation.get("--why-not");
  if (program.find_rule(rule) == program::kNone) {
    std::vector<std::string_view> ids;
    for (std::uint32_t i = 0; i < program.rule_count(); ++i) ids.push_back(program.rule_id(i));
    const std::string_view meant = nearest(rule, ids);
    if (meant.empty())
      return wrong_use(terminal,
                       {"no loaded pack has a rule “{0}”; a rule is named pack/rule.",
                        "已加载的规则包中没有规则“{0}”；规则写作 包名/规则名。"},
                       {rule}, "explain");
    return wrong_use(
        terminal,
        {"no loaded pack has a rule “{0}”. Did you mean {1}?", "已加载的规则包中没有规则“{0}”。是否想写 {1}？"},
        {rule, std::string(meant)}, "explain");
  }
  for (const decide::ReasonTold& reason : told.reasons) {
    if (reason.rule != rule) continue;
    terminal.out << '\n'
                 << fill(terminal.say({"{0} did speak: {1}", "{0} 起了作用：{1}"}), {rule, reason.because}) << '\n';
    return kDone;
  }
  return not_yet(terminal, "explain --why-not");
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
  const std::shared_ptr<const decide::Ruleset> rules = rules_of(invocation, terminal, exit);
  if (!rules) return exit;

  decide::Fields fields;
  if (const Result<void> parsed = wire::parse_turn(bytes, fields, limits); !parsed)
    return refuse(terminal, parsed.error());
  SystemClock clock;
  decide::BindOptions options;
  options.now = clock.wall_us();
  const Result<decide::Request> request = decide::bind(*rules->program, fields, options);
  if (!request) return refuse(terminal, request.error());
  if (const Result<void> judged = wire::something_to_judge(*request); !judged) return refuse(terminal, judged.error());
  decide::Scratch scratch(limits);
  const decide::Decision& decision = decide::decide(*rules, *request, {}, scratch);
  const decide::Explanation told = decide::explain(*rules->program, *request, decision, terminal.language, audience);
  if (terminal.json)
    print_json(terminal, told, *request, decision);
  else
    terminal.out << told.story << (told.story.ends_with('\n') ? "" : "\n");
  if (invocation.has("--why-not")) return why_not(invocation, terminal, *rules->program, told);
  return kDone;
}

}  // namespace caveat::cli
