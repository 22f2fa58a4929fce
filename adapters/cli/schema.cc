#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/rules.h"
#include "adapters/wire/schema_json.h"

namespace caveat::cli {

int run_schema(const Invocation& invocation, Terminal& terminal) {
  int exit = kDone;
  const std::shared_ptr<const decide::Ruleset> rules = rules_of(invocation, terminal, exit);
  if (!rules) return exit;
  terminal.out << wire::schema_json(*rules->program, terminal.language) << '\n';
  return kDone;
}

}  // namespace caveat::cli
