#include "adapters/cli/doctor.h"

#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <ostream>

#include "adapters/cli/serve_commands.h"
#include "adapters/cli/served.h"
#include "adapters/config/codes.h"
#include "adapters/server/listener.h"
#include "adapters/wire/problem_json.h"
#include "audit/store/writer_lock.h"

namespace caveat::cli {

const std::vector<Doctor::Line>& Doctor::look() {
  const Result<Settings> settings = read_settings(invocation_);
  if (!settings) {
    const std::string file = invocation_.get("--config");
    const bool there = settings.error().code == &config::codes::kConfiguration;
    bad("configuration", wire::problem_text(settings.error(), terminal_.language, file),
        there ? Phrase{"mend the lines named; `caveat new --config {0}.new` writes one with every key explained, to "
                       "hold "
                       "it against",
                       "按所列行修改；`caveat new --config {0}.new` 可生成各项均有说明的一份，供对照"}
              : Phrase{"`caveat new --config {0}` writes one that explains itself",
                       "`caveat new --config {0}` 可生成带说明的配置"},
        {shell_word(file)});
    return lines_;
  }
  const config::Configuration& configuration = settings->configuration;
  if (settings->file.empty())
    note("configuration", {"none: every key has its default", "未指定：各项均取缺省值"}, {},
         {"`caveat new --config caveat.toml` writes one that explains itself",
          "`caveat new --config caveat.toml` 可生成带说明的配置"});
  else
    good("configuration", {"{0} holds together", "{0} 无误"}, {settings->file});
  file_ = settings->file;
  of_start_ = file_.empty() ? "--log " + shell_word(configuration.log_path) : "--config " + shell_word(file_);
  const Result<std::vector<server::CallerEntry>> who = all_callers(configuration);
  const bool running = server::answers(configuration.socket) && audit::has_writer(configuration.log_path);
  const std::vector<Hindrance> hindered = hindrances(*settings, terminal_.language, running);
  // What is no file of callers is not to be mended or moved as one.
  if (std::none_of(hindered.begin(), hindered.end(),
                   [](const Hindrance& one) { return one.of == Hindrance::Of::callers; }))
    callers(configuration, who);
  packs(configuration, who);
  in_the_way(configuration, hindered, running);
  keys_and_log(configuration, who);
  disk(configuration);
  return lines_;
}

std::string Doctor::told(const Phrase& phrase, const std::vector<std::string>& arguments) const {
  return fill(terminal_.say(phrase), arguments);
}

void Doctor::good(std::string_view name, const Phrase& phrase, const std::vector<std::string>& arguments) {
  lines_.push_back({Mark::good, std::string(name), told(phrase, arguments), {}});
}

void Doctor::note(std::string_view name, const Phrase& phrase, const std::vector<std::string>& arguments,
                  const Phrase& cure, const std::vector<std::string>& of_cure) {
  lines_.push_back({Mark::note, std::string(name), told(phrase, arguments), told(cure, of_cure)});
}

void Doctor::bad(std::string_view name, std::string says, const Phrase& cure, const std::vector<std::string>& of_cure) {
  while (says.ends_with('\n')) says.pop_back();
  lines_.push_back({Mark::bad, std::string(name), std::move(says), told(cure, of_cure)});
}

void Doctor::callers(const config::Configuration& configuration, const Result<std::vector<server::CallerEntry>>& all) {
  const std::string file = shell_word(configuration.callers_file);
  if (!all)
    bad("callers", wire::problem_text(all.error(), terminal_.language, configuration.callers_file),
        {"mend the lines named in {0}; where that cannot be done `mv {0} {0}.bad` and `caveat keys caller ID --role "
         "ROLE {1}` for each make them anew",
         "请修改 {0} 中所列的行；无法修改时，先 `mv {0} {0}.bad`，再逐个执行 `caveat keys caller ID --role ROLE "
         "{1}` 重新生成"},
        {file, of_start_});
  else if (all->empty())
    note("callers", {"nobody may call yet", "尚无调用方"}, {},
         {"`caveat keys caller bank-app --role bot {0}`", "`caveat keys caller bank-app --role bot {0}`"}, {of_start_});
  else
    good("callers", {"{0} may call", "{0} 个调用方"}, {std::to_string(all->size())});
  // decisions/0009: whoever can write either file can make himself a caller.
  for (const std::string& one : {file_, configuration.callers_file})
    if (others_may_write(one))
      note("callers",
           {"{0} can be written by others, who can so make themselves callers",
            "{0} 可被他人写入，他人可借此成为调用方"},
           {one}, {"`chmod go-w {0}`", "`chmod go-w {0}`"}, {shell_word(one)});
}

bool Doctor::others_may_write(const std::string& path) {
  struct stat status{};
  return !path.empty() && ::stat(path.c_str(), &status) == 0 && (status.st_mode & 022) != 0;
}

void Doctor::disk(const config::Configuration& configuration) {
  const std::optional<DiskRoom> room = disk_room(configuration.log_path);
  if (!room) return;  // a folder that is not there yet: said of the log
  const std::string mebibytes = std::to_string(room->free_bytes >> 20);
  const std::string folder = std::filesystem::path(configuration.log_path).parent_path().string();
  const std::string cure = folder.empty() ? "." : shell_word(folder);
  if (room->free_bytes < kLeastFreeBytes)
    bad("disk", told({"{0} MiB are free", "可用空间 {0} MiB"}, {mebibytes}),
        {"make room: `du -sh {0}/*` shows what is there", "请腾出空间：`du -sh {0}/*` 可查看占用"}, {cure});
  else if (room->free_percent < 5)
    note("disk", {"{0} MiB are free, {1} % of it", "可用空间 {0} MiB，占 {1} %"},
         {mebibytes, std::to_string(room->free_percent)},
         {"a log grows by about 2 KiB a decision: `du -sh {0}/*`", "每个决定约占 2 KiB：`du -sh {0}/*`"}, {cure});
  else
    good("disk", {"{0} MiB are free", "可用空间 {0} MiB"}, {mebibytes});
}

int run_doctor(const Invocation& invocation, Terminal& terminal) {
  Doctor doctor(invocation, terminal);
  const std::vector<Doctor::Line>& lines = doctor.look();
  bool all = true;
  boost::json::array list;
  for (const Doctor::Line& line : lines) {
    all = all && line.mark != Doctor::Mark::bad;
    if (terminal.json) {
      boost::json::object entry{{"name", line.name},
                                {"ok", line.mark != Doctor::Mark::bad},
                                {"level", line.mark == Doctor::Mark::good   ? "good"
                                          : line.mark == Doctor::Mark::note ? "note"
                                                                            : "bad"},
                                {"say", line.says}};
      if (!line.cure.empty()) entry["cure"] = line.cure;
      list.push_back(std::move(entry));
      continue;
    }
    static constexpr std::string_view kMarks[] = {"[✓] ", "[!] ", "[✗] "};
    static constexpr std::string_view kColours[] = {"\x1b[32m", "\x1b[33m", "\x1b[31m"};
    const auto which = static_cast<std::size_t>(line.mark);
    terminal.out << (terminal.colour ? kColours[which] : "") << kMarks[which] << (terminal.colour ? "\x1b[0m" : "")
                 << line.name << terminal.say({": ", "："});
    for (const char c : line.says) {
      terminal.out << c;
      if (c == '\n') terminal.out << "    ";
    }
    terminal.out << '\n';
    if (!line.cure.empty()) terminal.out << "    → " << line.cure << '\n';
  }
  if (terminal.json)
    terminal.out << boost::json::serialize(boost::json::object{{"ok", all}, {"checks", std::move(list)}}) << '\n';
  return all ? kDone : kNo;
}

}  // namespace caveat::cli
