// doctor: what a node needs, looked at one by one; what is wrong comes with the command that cures it.
#include <sys/stat.h>

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/serve_commands.h"
#include "adapters/cli/served.h"
#include "adapters/cli/settings.h"
#include "adapters/cli/system_clock.h"
#include "adapters/load/ruleset.h"
#include "adapters/wire/problem_json.h"
#include "audit/error.h"
#include "audit/log/high_water.h"
#include "audit/log/reader.h"
#include "audit/record/decode.h"
#include "audit/seal/keystore.h"
#include "engine/base/diagnostic.h"

namespace caveat::cli {

namespace {

enum class Mark : std::uint8_t { good, note, bad };

struct Line {
  Mark mark;
  std::string name, says, cure;
};

class Doctor {
 public:
  Doctor(const Invocation& invocation, Terminal& terminal) : invocation_(invocation), terminal_(terminal) {}

  const std::vector<Line>& look() {
    const Result<Settings> settings = read_settings(invocation_);
    if (!settings) {
      bad("configuration", wire::problem_text(settings.error(), terminal_.language, invocation_.get("--config")),
          {"mend the lines named, or `caveat new --config FILE` writes one anew",
           "按所列行修改，或用 `caveat new --config FILE` 重新生成"},
          {});
      return lines_;
    }
    const config::Configuration& configuration = settings->configuration;
    if (settings->file.empty())
      note("configuration", {"none: every key has its default", "未指定：各项均取缺省值"}, {},
           {"`caveat new --config caveat.toml` writes one that explains itself",
            "`caveat new --config caveat.toml` 可生成带说明的配置"});
    else
      good("configuration", {"{0} holds together", "{0} 无误"}, {settings->file});
    callers(configuration);
    packs(configuration);
    keys_and_log(configuration);
    disk(configuration);
    return lines_;
  }

 private:
  std::string told(const Phrase& phrase, const std::vector<std::string>& arguments) const {
    return fill(terminal_.say(phrase), arguments);
  }
  void good(std::string_view name, const Phrase& phrase, const std::vector<std::string>& arguments) {
    lines_.push_back({Mark::good, std::string(name), told(phrase, arguments), {}});
  }
  void note(std::string_view name, const Phrase& phrase, const std::vector<std::string>& arguments, const Phrase& cure,
            const std::vector<std::string>& of_cure = {}) {
    lines_.push_back({Mark::note, std::string(name), told(phrase, arguments), told(cure, of_cure)});
  }
  void bad(std::string_view name, std::string says, const Phrase& cure, const std::vector<std::string>& of_cure) {
    while (says.ends_with('\n')) says.pop_back();
    lines_.push_back({Mark::bad, std::string(name), std::move(says), told(cure, of_cure)});
  }

  void callers(const config::Configuration& configuration) {
    const Result<std::vector<server::CallerEntry>> all = all_callers(configuration);
    if (!all)
      bad("callers", wire::problem_text(all.error(), terminal_.language, configuration.callers_file),
          {"mend the lines named in {0}", "请修改 {0} 中所列的行"}, {configuration.callers_file});
    else if (all->empty())
      note("callers", {"nobody may call yet", "尚无调用方"}, {},
           {"`caveat keys caller bank-app --role bot --log {0}`", "`caveat keys caller bank-app --role bot --log {0}`"},
           {configuration.log_path});
    else
      good("callers", {"{0} may call", "{0} 个调用方"}, {std::to_string(all->size())});
  }

  void packs(const config::Configuration& configuration) {
    const Result<load::Loaded> loaded =
        load::load_rules(configuration.pack_folders, Limits{}, {}, configuration.data_folders);
    const std::string& folder = configuration.pack_folders.front();
    if (!loaded)
      bad("packs", wire::problem_text(loaded.error(), terminal_.language, folder),
          {"name a folder with packs in [packs] folders, or `caveat new {0}` writes a first one",
           "在 [packs] folders 中指明规则包目录，或用 `caveat new {0}` 生成第一个"},
          {folder});
    else if (!loaded->rules)
      bad("packs",
          told({"{0} in {1}", "{1} 中有 {0}"},
               {counted(loaded->errors(), terminal_, "mistake", "mistakes", "处错误"), folder}),
          {"`caveat check {0}` shows each with its place", "`caveat check {0}` 逐条列出"}, {folder});
    else if (const std::optional<Problem> unknown = unknown_queue(*loaded->rules->program, configuration.default_queue))
      bad("packs", wire::problem_text(*unknown, terminal_.language, invocation_.get("--config")),
          {"name a queue of the packs in [gate] default_queue, or none",
           "请在 [gate] default_queue 中指明规则包的队列，或留空"},
          {});
    else
      good("packs", {"{0}, {1} examples hold", "{0} 个规则包，{1} 个示例全部通过"},
           {terminal_.language == Language::zh ? std::to_string(loaded->packs.size())
                                               : counted(loaded->packs.size(), terminal_, "pack", "packs", ""),
            std::to_string(loaded->examples_held)});
    if (loaded && loaded->rules) data(*loaded);
  }

  // Each set that a pack declares: what is not there, and what somebody should look at.
  void data(const load::Loaded& loaded) {
    const decide::Ruleset& rules = *loaded.rules;
    for (const model::DataSet& declared : loaded.model->data) {
      const std::string& name = declared.names.first;
      const decide::Data::Set* set = rules.data.find(name);
      if (set == nullptr)
        note("data", {"{0}: no file; callers state its facts", "{0}：没有文件；其事实由调用方陈述"}, {name},
             {"put {0}.data.csv beside the packs or into a folder of [data] folders, then reload",
              "将 {0}.data.csv 放在规则包旁或 [data] folders 所列的目录中，然后重载"},
             {name});
      else if (decide::is_overdue(*rules.program, *set, SystemClock().wall_us(), 0))
        note("data", {"{0}: should have been reviewed by {1}", "{0}：应于 {1} 前复核"},
             {name, format_date(*declared.review_by)},
             {"let its owner look at it, then write the next “review by” into the pack",
              "请其负责人复核，再在规则包中写明下一个“复核期限”"});
      else
        good("data", {"{0}, {1}", "{0}，{1}"},
             {name + (set->version.empty() ? "" : " " + set->version),
              counted(set->by_key.size(), terminal_, "row", "rows", "行")});
    }
  }

  void keys_and_log(const config::Configuration& configuration) {
    const std::string& path = configuration.log_path;
    Invocation asked = invocation_;
    if (!configuration.log_keys.empty()) asked.options["--keys"] = configuration.log_keys;
    const std::string dir = keys_dir(asked, path);
    std::error_code ignored;
    const bool log_there = std::filesystem::exists(path, ignored);
    std::unique_ptr<audit::KeyStore> keys;
    if (!audit::KeyStore::exists(dir)) {
      if (log_there)
        bad("keys", told({"the keys of {0} are not in {1}", "{0} 的密钥不在 {1}"}, {path, dir}),
            {"put the key set back from its back-up into {0}", "从备份将密钥放回 {0}"}, {dir});
      else
        note("keys", {"none yet: made with the log", "尚无：将随日志生成"}, {},
             {"`caveat keys new --origin bank.example/caveat/gate-1 {0}` gives the log a name of your own",
              "`caveat keys new --origin bank.example/caveat/gate-1 {0}` 可自定日志名称"},
             {dir});
    } else {
      try {
        keys = audit::KeyStore::open(dir, {});
        if (keys->protected_by_passphrase())
          good("keys", {"{0}, protected by a passphrase", "{0}，有口令保护"}, {dir});
        else
          note("keys", {"{0}, readable to this user alone, without a passphrase", "{0}，仅当前用户可读，没有口令"},
               {dir},
               {"`CAVEAT_PASSPHRASE_FILE=FILE caveat keys protect {0}`",
                "`CAVEAT_PASSPHRASE_FILE=FILE caveat keys protect {0}`"},
               {dir});
      } catch (const Error& error) {
        bad("keys", error.message(terminal_.language),
            {"`caveat keys list {0}` once it is mended", "修复后执行 `caveat keys list {0}`"}, {dir});
      }
    }
    if (!log_there && keys != nullptr && keys->bound_log()) {
      bad("log",
          told({"{0} is not there, and its keys know that it was", "{0} 不存在，而其密钥记得它曾经存在"}, {path}),
          {"put back the newest copy", "请恢复最新的副本"}, {});
      return;
    }
    if (!log_there) {
      note("log", {"{0} is not there yet: the first start makes it", "{0} 尚不存在：首次启动时生成"}, {path},
           {"`caveat serve --log {0}`", "`caveat serve --log {0}`"}, {path});
      return;
    }
    // What the cure of an old copy needs besides the log's name.
    const std::string where =
        (configuration.high_water.empty() ? std::string() : " --high-water " + configuration.high_water) +
        (dir == audit::default_keys_dir(path) ? std::string() : " --keys " + dir);
    log(path, keys.get(), configuration.high_water, where);
  }

  void log(const std::string& path, const audit::KeyStore* keys, const std::string& high_water,
           const std::string& where) {
    try {
      const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(path);
      if (keys != nullptr) {
        const std::string own = keys->dir() + "/high-water";
        std::error_code ignored;
        if (!high_water.empty() && !std::filesystem::exists(high_water, ignored)) {
          bad("log",
              told({"its mark {0} is not there, so nobody could tell whether an old copy was put back",
                    "其高水位标记 {0} 不存在，无法判断是否放回了旧副本"},
                   {high_water}),
              {"attach its disk; where the mark was never there, `cp {0} {1}`",
               "请挂载其磁盘；若从未建立，执行 `cp {0} {1}`"},
              {own, high_water});
          return;
        }
        const audit::Mark mark =
            audit::read_high_water(high_water.empty() ? own : high_water, keys->signers().back().name);
        if (reader->size() < mark.size) {
          bad("log",
              told({"{0} holds {1} records, its keys remember {2}: an old copy was put back",
                    "{0} 只有 {1} 条记录，而其密钥记得 {2} 条：放回的是旧副本"},
                   {path, std::to_string(reader->size()), std::to_string(mark.size)}),
              {"put back the newest copy; if it is lost, `caveat log restore {0}{1} --reason TEXT` begins a new epoch",
               "请恢复最新的副本；若已丢失，`caveat log restore {0}{1} --reason TEXT` 开始新世代"},
              {path, where});
          return;
        }
      }
      good("log", {"{0}, {1}", "{0}，{1}"},
           {path, counted(static_cast<std::size_t>(reader->size()), terminal_, "record", "records", "条记录")});
      clock(*reader);
    } catch (const Error& error) {
      bad("log", error.message(terminal_.language),
          {"`caveat log verify {0}` shows all that is wrong", "`caveat log verify {0}` 列出全部问题"}, {path});
    }
  }

  void clock(const audit::LogReader& reader) {
    if (reader.size() == 0) return;
    const Result<audit::Header> newest = audit::decode_header(reader.header(reader.size() - 1).value_or(""));
    if (!newest) return;
    SystemClock clock;
    const Microseconds now = clock.wall_us();
    if (newest->time_us > now + 60'000'000)
      bad("clock",
          told({"it shows {0}, and the newest record is of {1}", "时钟显示 {0}，而最新记录的时刻为 {1}"},
               {format_instant(now, 0), format_instant(newest->time_us, 0)}),
          {"set the clock: `timedatectl set-ntp true`", "校准时钟：`timedatectl set-ntp true`"}, {});
    else
      good("clock", {"it shows {0}, not before the newest record", "时钟显示 {0}，不早于最新记录"},
           {format_instant(now, 0)});
  }

  void disk(const config::Configuration& configuration) {
    const std::optional<DiskRoom> room = disk_room(configuration.log_path);
    if (!room) return;  // a folder that is not there yet: said of the log
    const std::string mebibytes = std::to_string(room->free_bytes >> 20);
    const std::string cure = std::filesystem::path(configuration.log_path).parent_path().string();
    if (room->free_bytes < kLeastFreeBytes)
      bad("disk", told({"{0} MiB are free", "可用空间 {0} MiB"}, {mebibytes}),
          {"make room: `du -sh {0}/*` shows what is there", "请腾出空间：`du -sh {0}/*` 可查看占用"},
          {cure.empty() ? "." : cure});
    else if (room->free_percent < 5)
      note("disk", {"{0} MiB are free, {1} % of it", "可用空间 {0} MiB，占 {1} %"},
           {mebibytes, std::to_string(room->free_percent)},
           {"a log grows by about 2 KiB a decision: `du -sh {0}/*`", "每个决定约占 2 KiB：`du -sh {0}/*`"},
           {cure.empty() ? "." : cure});
    else
      good("disk", {"{0} MiB are free", "可用空间 {0} MiB"}, {mebibytes});
  }

  const Invocation& invocation_;
  Terminal& terminal_;
  std::vector<Line> lines_;
};

}  // namespace

int run_doctor(const Invocation& invocation, Terminal& terminal) {
  Doctor doctor(invocation, terminal);
  const std::vector<Line>& lines = doctor.look();
  bool all = true;
  boost::json::array list;
  for (const Line& line : lines) {
    all = all && line.mark != Mark::bad;
    if (terminal.json) {
      boost::json::object entry{{"name", line.name},
                                {"ok", line.mark != Mark::bad},
                                {"level", line.mark == Mark::good   ? "good"
                                          : line.mark == Mark::note ? "note"
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
