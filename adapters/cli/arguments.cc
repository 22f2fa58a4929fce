#include "adapters/cli/arguments.h"

#include <algorithm>

#include "adapters/cli/help.h"
#include "adapters/cli/messages.h"
#include "engine/base/escape.h"
#include "engine/base/nearest.h"
#include "engine/base/utf8.h"

namespace caveat::cli {

namespace {

const Option* find_option(const Command& command, std::string_view name) {
  for (const Option& option : command.options)
    if (option.name == name) return &option;
  for (const Option& option : common_options())
    if (option.name == name) return &option;
  return nullptr;
}

int unknown_command(Terminal& terminal, const std::string& typed) {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) names.push_back(command.name);
  const std::string_view meant = nearest(typed, names);
  if (meant.empty()) return wrong_use(terminal, {"there is no command “{0}”.", "没有命令“{0}”。"}, {typed});
  return wrong_use(
      terminal, {"there is no command “{0}”. Did you mean `caveat {1}`?", "没有命令“{0}”。是否想输入 `caveat {1}`？"},
      {typed, std::string(meant)});
}

int unknown_option(Terminal& terminal, const Command& command, const std::string& typed) {
  std::vector<std::string_view> names;
  for (const Option& option : command.options) names.push_back(option.name);
  for (const Option& option : common_options()) names.push_back(option.name);
  const std::string_view meant = nearest(typed, names);
  if (meant.empty())
    return wrong_use(terminal, {"`caveat {0}` has no option {1}.", "`caveat {0}` 没有选项 {1}。"},
                     {std::string(command.name), typed}, command.name);
  return wrong_use(terminal,
                   {"`caveat {0}` has no option {1}. Did you mean {2}?", "`caveat {0}` 没有选项 {1}。是否想输入 {2}？"},
                   {std::string(command.name), typed, std::string(meant)}, command.name);
}

// "log verify" before "log"; the words that belong to the name are taken away.
const Command* take_command(std::vector<std::string>& words) {
  if (words.size() >= 2) {
    if (const Command* command = find_command(words[0] + " " + words[1])) {
      words.erase(words.begin(), words.begin() + 2);
      return command;
    }
  }
  if (const Command* command = find_command(words[0])) {
    words.erase(words.begin());
    return command;
  }
  return nullptr;
}

bool is_group(const std::string& word) {
  return std::any_of(commands().begin(), commands().end(),
                     [&](const Command& command) { return command.name.starts_with(word + " "); });
}

// `--language` counts from the first word on, so that the complaint about the rest is in the reader's language.
void look_for_language(const std::vector<std::string>& arguments, Terminal& terminal) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string value;
    if (arguments[i] == "--language" && i + 1 < arguments.size()) value = arguments[i + 1];
    if (arguments[i].starts_with("--language=")) value = arguments[i].substr(11);
    if (value == "zh") terminal.language = Language::zh;
    if (value == "en") terminal.language = Language::en;
  }
}

}  // namespace

bool read_arguments(const std::vector<std::string>& arguments, Terminal& terminal, Invocation& invocation, int& exit) {
  look_for_language(arguments, terminal);
  std::vector<std::string> words = arguments;
  if (words.empty()) {
    print_table(terminal.err, terminal);
    exit = kUsage;
    return false;
  }
  if (words[0] == "--help" || words[0] == "-h") words[0] = "help";
  if (words[0] == "--version") words[0] = "version";
  if (words[0].starts_with("--language")) {  // `caveat --language zh` is the table in Chinese
    words.erase(words.begin(), words.begin() + (words[0].find('=') == std::string::npos && words.size() > 1 ? 2 : 1));
    if (words.empty()) words.push_back("help");
  }
  const Command* command = take_command(words);
  if (command == nullptr) {
    if (is_group(words[0])) {
      const bool more = words.size() > 1 && !words[1].starts_with("-");
      if (!more) {
        exit = wrong_use(terminal, {"`caveat {0}` needs to know what to do.", "`caveat {0}` 之后还需指明操作。"},
                         {words[0]});
        return false;
      }
      exit = unknown_command(terminal, words[0] + " " + words[1]);
      return false;
    }
    exit = unknown_command(terminal, words[0]);
    return false;
  }
  invocation.command = command;
  // What is not there yet says so, whatever its options are going to be.
  const bool asks_help = std::find(words.begin(), words.end(), "--help") != words.end();
  if (command->run == nullptr && !asks_help) {
    exit = not_yet(terminal, command->name);
    return false;
  }

  bool options_end = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (options_end || word == "-" || !word.starts_with("-")) {
      invocation.arguments.push_back(word);
      continue;
    }
    if (word == "--") {
      options_end = true;
      continue;
    }
    const std::size_t equals = word.find('=');
    std::string name = word.substr(0, equals);
    if (name == "-h") name = "--help";
    const Option* option = find_option(*command, name);
    if (option == nullptr) {
      exit = unknown_option(terminal, *command, name);
      return false;
    }
    const bool again = invocation.has(name);
    if (again && !option->many) {
      exit = wrong_use(terminal, {"{0} is given twice.", "{0} 给出了两次。"}, {name}, command->name);
      return false;
    }
    if (option->value.empty()) {
      if (equals != std::string::npos) {
        exit = wrong_use(terminal, {"{0} takes no value.", "{0} 不带值。"}, {name}, command->name);
        return false;
      }
      invocation.options[name] = "1";
    } else if (equals != std::string::npos || i + 1 < words.size()) {
      std::string value = equals != std::string::npos ? word.substr(equals + 1) : words[++i];
      // A variable of a script that was not set: everything would be taken for what it was to select.
      if (value.empty()) {
        exit = wrong_use(terminal,
                         {"{0} needs a value: {1}. What was given is empty.", "{0} 需要一个值：{1}；给出的是空值。"},
                         {name, std::string(option->value)}, command->name);
        return false;
      }
      // The names of files are whatever the system has; all else is compared, recorded and shown as text.
      const bool path = option->value.starts_with("FILE") || option->value.starts_with("DIR");
      if (!path && !is_valid_utf8(value)) {
        exit = wrong_use(terminal, {"{0} is text in UTF-8, and “{1}” is not.", "{0} 应为 UTF-8 文本，而“{1}”不是。"},
                         {name, shortened(value)}, command->name);
        return false;
      }
      if (again)
        invocation.more[name].push_back(std::move(value));
      else
        invocation.options[name] = std::move(value);
    } else {
      exit = wrong_use(terminal, {"{0} needs a value: {1}.", "{0} 需要一个值：{1}。"},
                       {name, std::string(option->value)}, command->name);
      return false;
    }
  }
  if (invocation.has("--help")) {
    print_help(terminal.out, terminal, *command);
    exit = kDone;
    return false;
  }
  const std::string language = invocation.get("--language");
  if (!language.empty() && language != "en" && language != "zh") {
    exit = wrong_use(terminal, {"--language is en or zh, not “{0}”.", "--language 应为 en 或 zh，而不是“{0}”。"},
                     {language}, command->name);
    return false;
  }
  terminal.json = invocation.has("--json");
  for (const Option& option : command->options) {
    if (option.needed && !invocation.has(option.name)) {
      exit = wrong_use(terminal, {"`caveat {0}` needs {1} {2}: {3}.", "`caveat {0}` 需要 {1} {2}：{3}。"},
                       {std::string(command->name), std::string(option.name), std::string(option.value),
                        std::string(terminal.say(option.says))},
                       command->name);
      return false;
    }
  }
  if (invocation.arguments.size() < command->least) {
    exit = wrong_use(terminal, {"`caveat {0}` needs {1}.", "`caveat {0}` 需要 {1}。"},
                     {std::string(command->name), std::string(command->arguments)}, command->name);
    return false;
  }
  if (invocation.arguments.size() > command->most) {
    exit =
        wrong_use(terminal, {"`caveat {0}` does not know what to do with “{1}”.", "`caveat {0}` 不接受多余的“{1}”。"},
                  {std::string(command->name), invocation.arguments[command->most]}, command->name);
    return false;
  }
  return true;
}

}  // namespace caveat::cli
