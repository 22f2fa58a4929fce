#include "adapters/cli/help.h"

#include <algorithm>
#include <ostream>

#include "adapters/cli/messages.h"
#include "engine/base/width.h"

namespace caveat::cli {

namespace {

constexpr Phrase kAudiences[] = {{"for authors", "规则作者"},
                                 {"for bots", "机器人接入"},
                                 {"for operators", "运维"},
                                 {"for auditors", "审计"},
                                 {"and", "其他"}};

void pad(std::ostream& out, std::string_view text, std::size_t width) {
  out << text;
  for (std::size_t i = columns(text); i < width; ++i) out << ' ';
  if (columns(text) >= width) out << ' ';
}

std::string synopsis(const Command& command) {
  std::string out = "caveat " + std::string(command.name);
  for (const Option& option : command.options) {
    std::string part(option.name);
    if (!option.value.empty()) part += " " + std::string(option.value);
    out += option.needed ? " " + part : " [" + part + "]";
  }
  if (!command.arguments.empty()) out += " " + std::string(command.arguments);
  return out;
}

}  // namespace

void print_table(std::ostream& out, const Terminal& terminal) {
  out << terminal.say(
      {"caveat: rules and compliance for what a bot may say and do; every decision sealed, every verdict provable\n",
       "caveat：为机器人的言行设立规则与合规关口；每次决定都封存，每个裁决都可证明\n"});
  out << terminal.say({"usage: caveat COMMAND …\n", "用法：caveat 命令 …\n"});
  for (std::size_t audience = 0; audience < std::size(kAudiences); ++audience) {
    out << '\n' << terminal.say(kAudiences[audience]) << '\n';
    for (const Command& command : commands()) {
      if (command.audience != audience || command.run == nullptr) continue;
      out << "  ";
      pad(out, command.name, 16);
      out << terminal.say(command.says) << '\n';
    }
    std::string later;
    for (const Command& command : commands())
      if (command.audience == audience && command.run == nullptr)
        later += (later.empty() ? "" : ", ") + std::string(command.name);
    if (!later.empty()) out << "  " << terminal.say({"not there yet: ", "尚未实现："}) << later << '\n';
  }
  out << '\n'
      << terminal.say({"`caveat help COMMAND` shows options, exit codes and examples.\n",
                       "`caveat help 命令` 显示选项、退出码与示例。\n"});
}

void print_help(std::ostream& out, const Terminal& terminal, const Command& command) {
  out << "caveat " << command.name << ": " << terminal.say(command.says) << "\n\n";
  if (command.run == nullptr) {
    out << terminal.say({"Planned, and not there yet.\n", "已列入计划，尚未实现。\n"});
    return;
  }
  out << terminal.say({"usage\n  ", "用法\n  "}) << synopsis(command) << "\n\n"
      << terminal.say({"options\n", "选项\n"});
  const auto print_option = [&](const Option& option) {
    std::string left(option.name);
    if (!option.value.empty()) left += " " + std::string(option.value);
    out << "  ";
    pad(out, left, 30);
    out << terminal.say(option.says);
    if (option.needed)
      out << terminal.say({" (needed)", "（必需）"});
    else if (const std::string_view otherwise = terminal.say(option.otherwise); !otherwise.empty())
      out << terminal.say({" (default: ", "（默认："}) << otherwise << terminal.say({")", "）"});
    out << '\n';
  };
  for (const Option& option : command.options) print_option(option);
  for (const Option& option : common_options()) print_option(option);
  out << '\n' << terminal.say({"exit codes\n", "退出码\n"});
  for (const ExitCode& exit : command.exits)
    out << "  " << static_cast<int>(exit.code) << "  " << terminal.say(exit.says) << '\n';
  out << '\n' << terminal.say({"examples\n", "示例\n"});
  for (const Example& example : command.examples)
    out << "  # " << terminal.say(example.says) << "\n  " << example.line << '\n';
}

int run_help(const Invocation& invocation, Terminal& terminal) {
  if (invocation.arguments.empty()) {
    print_table(terminal.out, terminal);
    return kDone;
  }
  std::string name = invocation.arguments[0];
  if (invocation.arguments.size() > 1) name += " " + invocation.arguments[1];
  if (const Command* command = find_command(name)) {
    print_help(terminal.out, terminal, *command);
    return kDone;
  }
  // `caveat help log` shows every command that begins so
  bool any = false;
  for (const Command& command : commands()) {
    if (!command.name.starts_with(name + " ")) continue;
    if (any) terminal.out << '\n';
    print_help(terminal.out, terminal, command);
    any = true;
  }
  if (any) return kDone;
  return run({name}, terminal);  // says what is nearest
}

}  // namespace caveat::cli
