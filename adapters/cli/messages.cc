#include "adapters/cli/messages.h"

#include <cstdio>
#include <ostream>

#include "adapters/wire/problem_json.h"
#include "engine/base/utf8.h"
#include "engine/base/width.h"

namespace caveat::cli {

int wrong_use(Terminal& terminal, const Phrase& wording, const std::vector<std::string>& arguments,
              std::string_view command) {
  terminal.err << "caveat: " << fill(terminal.say(wording), arguments) << '\n';
  const std::string help = command.empty() ? "caveat help" : "caveat help " + std::string(command);
  terminal.err << fill(terminal.say({"`{0}` shows how it is used.", "用法见 `{0}`。"}), {help}) << '\n';
  return kUsage;
}

int refuse(Terminal& terminal, const Problem& problem, std::string_view file) {
  terminal.err << "caveat: " << wire::problem_text(problem, terminal.language, file);
  return problem.code->exit_code;
}

void print_diagnostics(std::ostream& to, const Terminal& terminal, const std::vector<Diagnostic>& diagnostics,
                       const Sources& sources, std::size_t most) {
  std::size_t shown = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (shown++ == most) {
      to << fill(terminal.say({"… and {0} more.", "……另有 {0} 条未显示。"}),
                 {std::to_string(diagnostics.size() - most)})
         << '\n';
      return;
    }
    std::string text = render(diagnostic, sources);
    if (!text.ends_with('\n')) text += '\n';
    to << text << '\n';
  }
}

int not_yet(Terminal& terminal, std::string_view command) {
  terminal.err << "caveat: "
               << fill(
                      terminal.say(
                          {"not_yet: `caveat {0}` is planned and not there yet. Nothing was done. `caveat help` lists "
                           "what is there.",
                           "not_yet：`caveat {0}` 已列入计划，尚未实现；未执行任何操作。`caveat help` 列出现有命令。"}),
                      {std::string(command)})
               << '\n';
  return kUsage;
}

std::string plain(std::string_view text, std::string_view indent) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    const std::size_t length = point ? point.length : 1;
    if (point && point.value == U'\n') {
      out += '\n';
      if (at + 1 < text.size() && text[at + 1] != '\n') out += indent;
    } else if (!point || (is_unprintable(point.value) && point.value != U'\t')) {
      char number[16];
      std::snprintf(number, sizeof number, "\\u{%x}", static_cast<unsigned>(point ? point.value : 0xfffd));
      out += number;
    } else {
      out += text.substr(at, length);
    }
    at += length;
  }
  return out;
}

std::string counted(std::size_t count, const Terminal& terminal, std::string_view one, std::string_view many,
                    std::string_view zh) {
  const std::string number = std::to_string(count);
  if (terminal.language == Language::zh) return number + " " + std::string(zh);
  return number + " " + std::string(count == 1 ? one : many);
}

}  // namespace caveat::cli
