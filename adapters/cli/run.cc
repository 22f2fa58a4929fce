#include <exception>
#include <ostream>

#include "adapters/cli/arguments.h"
#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "audit/error.h"

namespace caveat::cli {

int run(const std::vector<std::string>& arguments, Terminal& terminal) {
  Invocation invocation;
  int exit = kUsage;
  if (!read_arguments(arguments, terminal, invocation, exit)) return exit;
  try {
    return invocation.command->run(invocation, terminal);
  } catch (const Error& error) {
    terminal.err << "caveat: " << error.message(terminal.language) << " [" << error.code().name << "]\n";
    return error.code().exit_code;
  } catch (const std::exception& error) {
    terminal.err << "caveat: "
                 << terminal.say({"something went wrong inside Caveat; please report this with what you typed: ",
                                  "Caveat 内部出错，请连同所输入的命令一并报告："})
                 << error.what() << '\n';
    return kEnvironment;
  }
}

}  // namespace caveat::cli
