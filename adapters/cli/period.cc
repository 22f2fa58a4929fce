#include "adapters/cli/period.h"

#include <algorithm>

#include "adapters/cli/messages.h"
#include "audit/record/layout.h"
#include "audit/record/sections.h"
#include "audit/report/words.h"

namespace caveat::cli {

namespace {

constexpr Microseconds kDay = 86'400LL * 1'000'000;

}  // namespace

bool read_time(const std::string& text, bool end, std::optional<Microseconds>& out,
               const std::vector<model::Transition>& zone) {
  if (text.empty()) return true;
  if (const std::optional<Days> day = parse_date(text)) {
    const Microseconds midnight = (static_cast<Microseconds>(*day) + (end ? 1 : 0)) * kDay;
    out = std::min(model::instant_of(zone, midnight), audit::kTimeEnd - 1);  // no record is later, no instant written
    return true;
  }
  out = parse_instant(text);
  return out.has_value();
}

int read_period(const Invocation& invocation, Terminal& terminal, std::string_view command, Period& out) {
  for (const char* option : {"--from", "--to"}) {
    const bool end = std::string_view(option) == "--to";
    if (!read_time(invocation.get(option), end, end ? out.to : out.from))
      return wrong_use(terminal,
                       {"{0} is a day (2026-11-23) or an instant (2026-11-23T10:00:00+08:00), not “{1}”.",
                        "{0} 应为日期（2026-11-23）或时刻（2026-11-23T10:00:00+08:00），而不是“{1}”。"},
                       {option, invocation.get(option)}, command);
  }
  if (out.none())
    return wrong_use(terminal,
                     {"--from {0} is not before the end of --to {1}: no record lies between.",
                      "--from {0} 不早于 --to {1} 的结束：其间没有任何记录。"},
                     {invocation.get("--from"), invocation.get("--to")}, command);
  return kDone;
}

std::vector<std::pair<std::string, std::string>> Period::instants() const {
  std::vector<std::pair<std::string, std::string>> all;
  if (from) all.emplace_back("from", format_instant(*from, 0));
  if (to) all.emplace_back("to", format_instant(*to, 0));
  return all;
}

std::optional<std::uint8_t> verdict_of(std::string_view word) {
  for (std::uint8_t verdict = 0; verdict < 5; ++verdict)
    if (word == audit::verdict_name(verdict) || word == audit::verdict_word(verdict, Language::zh)) return verdict;
  return std::nullopt;
}

bool names_a_pack(std::string_view rule) { return rule.find('/') != std::string_view::npos; }

int read_rule(const Invocation& invocation, Terminal& terminal, std::string_view command) {
  const std::string rule = invocation.get("--rule");
  if (!invocation.has("--rule") || names_a_pack(rule)) return kDone;
  return wrong_use(terminal,
                   {"--rule is a rule with its pack, as replies name it (cn.wealth/no_guarantee), not “{0}”.",
                    "--rule 应为带规则包名的规则，与回复中的写法相同（cn.wealth/no_guarantee），而不是“{0}”。"},
                   {rule}, command);
}

void say_no_record_names(Terminal& terminal, const std::string& rule) {
  terminal.err << fill(terminal.say({"caveat: no record of this log names the rule {0}; is it spelled as replies spell "
                                     "it?\n",
                                     "caveat：该日志中没有任何记录提到规则 {0}；请核对其写法是否与回复中的一致。\n"}),
                       {rule});
}

int wrong_verdict(Terminal& terminal, const std::string& word, std::string_view command) {
  return wrong_use(terminal,
                   {"--verdict is allow, revise, require, block or handoff, not “{0}”.",
                    "--verdict 应为 allow（放行）、revise（修改）、require（要求）、block（拦截）或 "
                    "handoff（转人工），而不是“{0}”。"},
                   {word}, command);
}

}  // namespace caveat::cli
