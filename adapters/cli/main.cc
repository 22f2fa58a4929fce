#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "adapters/cli/command.h"
#include "adapters/wire/problem_json.h"

namespace {

caveat::Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return caveat::wire::language_of(value, caveat::Language::en);
  }
  return caveat::Language::en;
}

}  // namespace

int main(int count, char** values) {
  std::ios::sync_with_stdio(false);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is a failed write, not a death in the middle of one
  caveat::cli::Terminal terminal(std::cin, std::cout, std::cerr);
  terminal.language = language_of_environment();
  const char* no_colour = std::getenv("NO_COLOR");
  terminal.colour = isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
  terminal.progress = isatty(STDERR_FILENO) != 0;
  const int exit = caveat::cli::run(std::vector<std::string>(values + 1, values + count), terminal);
  std::cout.flush();
  if (!std::cout && exit == caveat::cli::kDone) {
    std::cerr << "caveat: " << terminal.say({"standard output could not be written.", "标准输出写入失败。"}) << '\n';
    return caveat::cli::kEnvironment;
  }
  return exit;
}
