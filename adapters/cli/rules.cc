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

}  // namespace caveat::cli
