#include "adapters/cli/rules.h"

#include <ostream>

#include "adapters/cli/loading.h"
#include "adapters/cli/messages.h"

namespace caveat::cli {

std::unique_ptr<const load::Loaded> loaded_rules(const Invocation& invocation, Terminal& terminal, int& exit) {
  const Limits limits;
  LoadingLine progress(terminal);
  Result<load::Loaded> loaded = load::load_rules({invocation.get("--rules")}, limits, progress.follow());
  progress.clear();
  if (!loaded) {
    exit = refuse(terminal, loaded.error());
    return nullptr;
  }
  if (loaded->rules) return std::make_unique<const load::Loaded>(std::move(*loaded));
  print_diagnostics(terminal.err, terminal, loaded->diagnostics, loaded->sources, 20);
  terminal.err << "caveat: "
               << fill(terminal.say(
                           {"the rules in {0} have {1}; nothing was decided. `caveat check {0}` shows them all.",
                            "{0} 中的规则有 {1}；未作任何决定。`caveat check {0}` 可列出全部错误。"}),
                       {invocation.get("--rules"), counted(loaded->errors(), terminal, "error", "errors", "处错误")})
               << '\n';
  exit = kRefused;
  return nullptr;
}

std::shared_ptr<const decide::Ruleset> rules_of(const Invocation& invocation, Terminal& terminal, int& exit) {
  const std::unique_ptr<const load::Loaded> loaded = loaded_rules(invocation, terminal, exit);
  return loaded ? loaded->rules : nullptr;
}

std::string told(const program::Program& program, const decide::OutOfForce& rule, Language language) {
  const bool zh = language == Language::zh;
  const std::string day = format_date(rule.ended ? *rule.ended : *rule.begins);
  std::string out(program.text(program.rules()[rule.rule].names, language));
  if (zh) return out + "（" + day + (rule.ended ? " 止" : " 起") + "）";
  return out + (rule.ended ? " (until " : " (from ") + day + ")";
}

std::string told_openly(const program::Program& program, const std::vector<decide::OutOfForce>& rules, std::size_t most,
                        Language language) {
  const bool zh = language == Language::zh;
  std::string out;
  const auto add = [&](const std::string& item) { out += (out.empty() ? "" : zh ? "、" : ", ") + item; };
  std::size_t shown = 0, hidden = 0;
  for (const decide::OutOfForce& rule : rules) {
    if (program.rule_is_confidential(rule.rule))
      ++hidden;
    else if (shown++ < most)
      add(told(program, rule, language));
  }
  if (hidden > 0) add(zh ? "保密规则 " + std::to_string(hidden) + " 条" : std::to_string(hidden) + " confidential");
  if (shown > most) out += zh ? "等" : ", …";
  return out;
}

}  // namespace caveat::cli
