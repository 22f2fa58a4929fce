#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>
#include <utility>

#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/write_file.h"
#include "adapters/load/ruleset.h"
#include "engine/model/name_in.h"
#include "engine/syntax/format.h"
#include "engine/syntax/parse.h"

namespace caveat::cli {

namespace fs = std::filesystem;

namespace {

// A pack is read as a whole, whatever of it was named; only what was named is written.
class Named {
 public:
  explicit Named(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) paths_.push_back(whole(path));
  }
  bool holds(const std::string& file) const {
    const fs::path path = whole(file);
    return std::any_of(paths_.begin(), paths_.end(), [&](const fs::path& named) {
      return std::mismatch(named.begin(), named.end(), path.begin(), path.end()).first == named.end();
    });
  }

 private:
  std::vector<fs::path> paths_;
  static fs::path whole(const fs::path& path) {
    std::error_code error;
    fs::path all = fs::absolute(path, error).lexically_normal();
    return all.has_filename() ? all : all.parent_path();
  }
};

}  // namespace

int run_fmt(const Invocation& invocation, Terminal& terminal) {
  const Limits limits;
  Result<load::Loaded> loaded = load::load_rules(invocation.arguments, limits);
  if (!loaded) return refuse(terminal, loaded.error());
  const Named named(invocation.arguments);
  const bool only_check = invocation.has("--check");
  // The reader's language is not the file's: without --language each file stays in the one it is mostly written in.
  Language wanted = Language::none;
  if (invocation.has("--language")) wanted = terminal.language;
  const syntax::NameIn name_in = model::name_in(*loaded->references);

  int exit = kDone;
  std::map<SourceId, std::string> printed;
  for (const syntax::File& file : loaded->files) {
    const Source& source = loaded->sources[file.source];
    if (!named.holds(source.name())) continue;
    const std::vector<Diagnostic> mistakes = syntax::parse(loaded->sources, file.source, limits).diagnostics;
    if (!mistakes.empty()) {
      print_diagnostics(terminal.err, terminal, mistakes, loaded->sources, 3);
      terminal.err << fill(terminal.say({"caveat: {0} is left as it is: a file with syntax errors cannot be formatted.",
                                         "caveat：{0} 未作改动：有语法错误的文件无法格式化。"}),
                           {source.name()})
                   << '\n';
      exit = kRefused;
      continue;
    }
    std::string text = syntax::format(
        file, source.bytes(), wanted == Language::none ? file.language : wanted, name_in,
        loaded->references->yuan_stands_for_cny(file.source) ? syntax::Renminbi::yuan : syntax::Renminbi::code);
    if (text != source.bytes()) printed.emplace(file.source, std::move(text));
  }
  // A print that says another thing, or nothing, never takes the place of what was written.
  const load::Reread again = load::reread(*loaded, printed, limits);
  const auto left = [&](const std::vector<SourceId>& files, const Phrase& why) {
    for (const SourceId id : files) {
      terminal.err << fill(terminal.say(why), {loaded->sources[id].name()}) << '\n';
      printed.erase(id);
      exit = kRefused;
    }
  };
  left(again.unreadable, {"caveat: {0} is left as it is: its print could not be read again. This is a fault of caveat; "
                          "please report it with the file.",
                          "caveat：{0} 未作改动：格式化后的文本无法再次读取。这是 caveat 的缺陷，请附该文件报告。"});
  left(again.changed, {"caveat: {0} is left as it is: the print of its pack would mean something else. This is a fault "
                       "of caveat; please report it with the pack.",
                       "caveat：{0} 未作改动：所在规则包格式化后含义会改变。这是 caveat 的缺陷，请附该规则包报告。"});
  for (const auto& [id, text] : printed) {
    const std::string& name = loaded->sources[id].name();
    terminal.out << name << '\n';
    if (only_check) continue;
    if (const int written = write_file(terminal, name, text); written != kDone) return written;
  }
  if (exit != kDone) return exit;
  return only_check && !printed.empty() ? kNo : kDone;
}

}  // namespace caveat::cli
