#include "adapters/cli/rules.h"

#include <ostream>

#include "adapters/cli/messages.h"
#include "adapters/load/ruleset.h"

namespace caveat::cli {

std::shared_ptr<const decide::Ruleset> rules_of(const Invocation& invocation, Terminal& terminal, int& exit) {
  const Limits limits;
  Result<load::Loaded> loaded = load::load_rules({invocation.get("--rules")}, limits);
  if (!loaded) {
    exit = refuse(terminal, loaded.error());
    return nullptr;
  }
  if (loaded->rules) return loaded->rules;
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

}  // namespace caveat::cli
