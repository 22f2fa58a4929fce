#include <ostream>

#include "adapters/cli/command.h"
#include "engine/base/version.h"
#include "engine/program/program.h"

namespace caveat::cli {

int run_version(const Invocation&, Terminal& terminal) {
  if (terminal.json)
    terminal.out << "{\"name\":\"caveat\",\"version\":\"" << version()
                 << "\",\"semantics\":" << program::kSemanticsVersion << "}\n";
  else
    terminal.out << "caveat " << version() << terminal.say({" (semantics ", "（语义版本 "})
                 << program::kSemanticsVersion << terminal.say({")\n", "）\n"});
  return kDone;
}

}  // namespace caveat::cli
