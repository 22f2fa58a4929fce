// doctor: what a node needs, looked at one by one; what is wrong comes with the command that cures it.
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <ostream>
#include <regex>

#include "adapters/cli/log_file.h"
#include "adapters/cli/log_records.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/serve_commands.h"
#include "adapters/cli/served.h"
#include "adapters/cli/settings.h"
#include "adapters/cli/start.h"
#include "adapters/cli/system_clock.h"
#include "adapters/config/codes.h"
#include "adapters/load/rule_files.h"
#include "adapters/load/ruleset.h"
#include "adapters/server/listener.h"
#include "adapters/wire/problem_json.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/high_water.h"
#include "audit/log/older_keys.h"
#include "audit/log/reader.h"
#include "audit/record/decode.h"
#include "audit/seal/keystore.h"
#include "audit/seal/suite.h"
#include "audit/state/sqlite_state.h"
#include "engine/base/diagnostic.h"
#include "engine/base/escape.h"

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
    const bool running = server::answers(configuration.socket);
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

  void callers(const config::Configuration& configuration, const Result<std::vector<server::CallerEntry>>& all) {
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
           {"`caveat keys caller bank-app --role bot {0}`", "`caveat keys caller bank-app --role bot {0}`"},
           {of_start_});
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
  static bool others_may_write(const std::string& path) {
    struct stat status{};
    return !path.empty() && ::stat(path.c_str(), &status) == 0 && (status.st_mode & 022) != 0;
  }

  // Where a key of the configuration is the cure: the command that writes it there.
  void set_key(std::string_view name, std::string says, std::string_view key, const std::string& value,
               const Phrase& without, const std::vector<std::string>& of_without) {
    const bool by_option = (key == "path" && invocation_.has("--log")) || (key == "keys" && invocation_.has("--keys"));
    if (file_.empty() || by_option) return bad(name, std::move(says), without, of_without);
    const std::string section(section_of(key)), file = shell_word(file_),
                                                line = std::string(key) + " = " + quote_json(value);
    const Result<std::string> text = load::read_file(file_, 1u << 20);
    const auto has_line = [&](const std::string& wanted) {
      return text && std::regex_search(*text, std::regex("(^|\n) *" + wanted));
    };
    const auto cure = [&](const std::string& command) { bad(name, std::move(says), {"`{0}`", "`{0}`"}, {command}); };
    if (has_line(std::string(key) + " *= *[^\\[ ]"))  // `callers = […]` is another thing
      return cure("sed -i 's|^ *" + std::string(key) + " *= *[^[ ].*|" + line + "|' " + file);
    if (has_line("\\[" + section + "\\]")) return cure("sed -i '/^ *\\[" + section + "\\]/a " + line + "' " + file);
    cure("printf '%s\\n' '' '[" + section + "]' '" + line + "' >> " + file);
  }
  // The same of the keys, which a variable or an option may name as well.
  void keys_elsewhere(const config::Configuration& configuration, const std::string& says) {
    if (keys_by_variable(configuration))
      return bad("keys", says,
                 {"`unset CAVEAT_KEYS`, for the server as well: the keys then lie beside the log. Or set it to a "
                  "folder of their own",
                  "`unset CAVEAT_KEYS`，服务端亦须如此：密钥即在日志旁；或将其设为单独的目录"},
                 {});
    const Phrase other{"name a folder of their own with --keys, or none: then they lie beside the log",
                       "请用 --keys 指明单独的目录，或不指明：密钥即在日志旁"};
    set_key("keys", says, "keys", "", other, {});
  }
  static std::string_view section_of(std::string_view key) {
    if (key == "path" || key == "keys" || key == "high_water") return "log";
    if (key == "file") return "logging";
    return key == "default_queue" ? "gate" : "http";
  }

  // Where the socket may be, where it cannot be where it is: beside the log, unless that is what fails.
  std::string other_socket(const config::Configuration& configuration) const {
    const auto fits = [&](const std::string& path) {
      std::error_code ignored;
      const std::filesystem::path folder = std::filesystem::absolute(path, ignored).parent_path();
      return path != configuration.socket && server::may_listen_unix(path) && !server::answers(path) &&
             (::access(folder.c_str(), W_OK | X_OK) == 0);
    };
    if (fits(beside_log(configuration.log_path, ".sock"))) return {};
    const std::filesystem::path own = std::filesystem::path(file_).parent_path();
    if (fits((own / "caveat.sock").string())) return "caveat.sock";  // reckoned from the configuration's folder
    const std::string user = std::to_string(::geteuid());
    for (const std::string& path : {"/run/user/" + user + "/caveat.sock", "/tmp/caveat-" + user + ".sock"})
      if (fits(path)) return path;
    return {};
  }
  // One that is free now and stays the server's: a port of the system's choice would be another at each start.
  static std::uint16_t free_port(const std::string& address, std::uint16_t from) {
    for (std::uint32_t port = std::max<std::uint32_t>(from, 1'024); port < from + 100U && port <= 65'535; ++port)
      if (server::is_free(address, static_cast<std::uint16_t>(port))) return static_cast<std::uint16_t>(port);
    return 0;
  }

  // A log that was kept is not to be left behind for an empty one: what it holds, and whose turn it is, would be forgotten.
  void log_in_the_way(const config::Configuration& configuration, const Hindrance& one, const Phrase& other_log) {
    const std::string& path = configuration.log_path;
    std::error_code ignored;
    const bool kept = std::filesystem::is_regular_file(path, ignored) ||
                      (audit::KeyStore::exists(keys_dir(configuration)) &&
                       std::filesystem::is_directory(std::filesystem::absolute(path, ignored).parent_path(), ignored));
    if (one.anothers || !kept) return set_key("log", one.says, "path", "log.db", other_log, {});
    if (one.linked) return two_names("log", one.says, path);
    to_be_written("log", one.says, path);
  }
  void two_names(std::string_view name, const std::string& says, const std::string& path) {
    bad(name, says,
        {"`cp {0} {0}.one && mv {0}.one {0}` gives it a file of its own, with nothing that writes it running; a second "
         "name for a back-up is made by `cp`, not by `ln`",
         "在没有程序写入时，`cp {0} {0}.one && mv {0}.one {0}` 使其成为独立的文件；备份请用 `cp`，不要用 `ln`"},
        {shell_word(path)});
  }
  // Who owns what is in the way decides: one's own is made writable, another's is his to run or to hand over.
  void to_be_written(std::string_view name, const std::string& says, const std::string& path) {
    std::error_code ignored;
    const std::filesystem::path folder = std::filesystem::absolute(path, ignored).parent_path();
    for (const std::string& each : {folder.string(), path, path + "-wal", path + "-shm", path + "-writer"}) {
      const bool is_folder = std::filesystem::is_directory(each, ignored);
      if (is_folder && each != folder) {
        bad(name, says,
            {"`mv {0} {0}.aside`: a folder lies where a file is meant", "`mv {0} {0}.aside`：该处应为文件，却是目录"},
            {shell_word(each)});
        return;
      }
      if (!std::filesystem::exists(each, ignored) || ::access(each.c_str(), is_folder ? W_OK | X_OK : R_OK | W_OK) == 0)
        continue;
      struct stat status{};
      if (::stat(each.c_str(), &status) != 0) continue;
      if (status.st_uid == ::geteuid() && (status.st_mode & (is_folder ? 0300 : 0600)) != (is_folder ? 0300 : 0600))
        return bad(name, says,
                   is_folder ? Phrase{"`chmod u+rwx {0}`", "`chmod u+rwx {0}`"}
                             : Phrase{"`chmod u+rw {0}`", "`chmod u+rw {0}`"},
                   {shell_word(each)});
      if (status.st_uid == ::geteuid()) break;
      bad(name, says,
          {"it belongs to {1}: run this and the server as that user (`sudo -u {1} caveat doctor`); where {2} is to run "
           "it, hand it over: `sudo chown {2} {0}`",
           "它属于 {1}：请以该用户运行本命令与服务（`sudo -u {1} caveat doctor`）；若应由 {2} 运行，请移交：`sudo "
           "chown "
           "{2} {0}`"},
          {shell_word(each), shell_word(owner_of(each)), user_for_chown()});
      return;
    }
    bad(name, says,
        {"the file system must take writes: `findmnt -T {0}` shows how it is mounted, `lsattr {0}` whether it is "
         "locked. "
         "Leave the log where it is: another would be empty",
         "文件系统须可写：`findmnt -T {0}` 查看挂载方式，`lsattr {0}` 查看是否被锁定。请勿更换日志位置：新日志是空的"},
        {shell_word(path)});
  }

  // What serve looks at before it makes anything.
  void in_the_way(const config::Configuration& configuration, const std::vector<Hindrance>& found, bool running) {
    const Phrase other_log{"`caveat serve --log log.db`, or another in a folder that this user may write",
                           "`caveat serve --log log.db`，或当前用户可写目录中的其他文件"};
    bool listens = true;
    for (const Hindrance& one : found) {
      const bool admin = one.of == Hindrance::Of::admin_listen;
      switch (one.of) {
        case Hindrance::Of::listen:
        case Hindrance::Of::admin_listen: {
          listens = false;
          const auto parts = config::address_and_port(admin ? configuration.admin_listen : configuration.listen);
          const std::string port =
              !parts ? "0"
                     : std::to_string(one.taken ? free_port("127.0.0.1", static_cast<std::uint16_t>(parts->second))
                                                : parts->second);
          const bool same = admin && configuration.admin_listen == configuration.listen;
          set_key("listen", one.says, admin ? "admin_listen" : "listen", same ? "" : "127.0.0.1:" + port,
                  {"`caveat serve --listen 127.0.0.1:0` takes a port that is free",
                   "`caveat serve --listen 127.0.0.1:0` 选用空闲端口"},
                  {});
          break;
        }
        case Hindrance::Of::socket:
          listens = false;
          if (std::error_code ignored;
              !running && std::filesystem::is_socket(configuration.socket, ignored) && !one.anothers) {
            bad("socket", one.says, {"nobody answers there any more: `rm {0}`", "该处已无服务应答：`rm {0}`"},
                {shell_word(configuration.socket)});
            break;
          }
          set_key("socket", one.says, "socket", other_socket(configuration), other_log, {});
          break;
        case Hindrance::Of::log:
          log_cannot_be_ = true;
          log_in_the_way(configuration, one, other_log);
          break;
        case Hindrance::Of::keys: {
          log_cannot_be_ = true;
          const std::string dir = keys_dir(configuration);
          std::error_code ignored;
          const std::string parent = std::filesystem::path(dir).parent_path().string();
          if (::access(dir.c_str(), R_OK | X_OK) != 0 && audit::KeyStore::exists(dir))
            break;  // they are somebody else's: said where they are opened
          if (one.linked)
            two_names("keys", one.says, dir + "/data.db");
          else if (audit::KeyStore::exists(dir) && !one.anothers)
            to_be_written("keys", one.says, dir + "/data.db");
          else if (one.anothers)
            keys_elsewhere(configuration, one.says);
          else if (std::filesystem::exists(dir, ignored) && !audit::KeyStore::exists(dir))
            bad("keys", one.says,
                {"`mv {0} {0}.aside` where it is empty or holds something else; where keys were in it, put them back "
                 "from "
                 "their back-up",
                 "若为空或存放其他内容，`mv {0} {0}.aside`；若曾存放密钥，请从备份恢复"},
                {shell_word(dir)});
          else if (!std::filesystem::exists(dir, ignored) && !parent.empty() &&
                   !std::filesystem::exists(parent, ignored))
            bad("keys", one.says, {"`mkdir -p {0}`", "`mkdir -p {0}`"}, {shell_word(parent)});
          else
            keys_elsewhere(configuration, one.says);
          break;
        }
        case Hindrance::Of::high_water:
          log_cannot_be_ = true;
          set_key("log", one.says, "high_water", "", other_log, {});
          break;
        case Hindrance::Of::callers:
          set_key("callers", one.says, "callers", "", other_log, {});
          break;
        case Hindrance::Of::logging:
          set_key("logging", one.says, "file", "", other_log, {});
          break;
      }
    }
    if (listens)
      good("listen",
           running ? Phrase{"{0}, and a server answers", "{0}，服务正在运行"} : Phrase{"{0} is free", "{0} 空闲"},
           {configuration.listen});
  }

  // The folders cannot be read, or there is nothing in them.
  void no_packs(const Problem& problem, const config::Configuration& configuration) {
    const std::string folder = problem.items.empty() ? configuration.pack_folders.front() : problem.items.front().path;
    std::error_code ignored;
    const bool there = std::filesystem::exists(folder, ignored);
    const std::vector<std::string>& data = configuration.data_folders;
    if (!there && std::find(data.begin(), data.end(), folder) != data.end())
      return bad("data", wire::problem_text(problem, terminal_.language, folder),
                 {"`mkdir -p {0}`, or take it out of [data] folders", "`mkdir -p {0}`，或从 [data] folders 中删去"},
                 {shell_word(folder)});
    // Never as a command that would do: the bank's gate would decide by two rules to try.
    bad("packs", wire::problem_text(problem, terminal_.language, folder),
        there
            ? Phrase{"put the bank's packs into {0}, or name the folder that holds them in [packs] folders; a pack to "
                     "try "
                     "the gate with is written by `caveat new FOLDER`",
                     "请将本行规则包放入 {0}，或在 [packs] folders 中指明其目录；`caveat new 目录` "
                     "可生成供试用的规则包"}
            : Phrase{"name the folder that holds the bank's packs in [packs] folders, or put {0} back; a pack to try "
                     "the "
                     "gate with is written by `caveat new FOLDER`",
                     "请在 [packs] folders 中指明本行规则包的目录，或恢复 {0}；`caveat new 目录` 可生成供试用的规则包"},
        {shell_word(folder)});
  }

  void packs(const config::Configuration& configuration, const Result<std::vector<server::CallerEntry>>& who) {
    const Result<load::Loaded> loaded =
        load::load_rules(configuration.pack_folders, Limits{}, {}, configuration.data_folders);
    if (!loaded) return no_packs(loaded.error(), configuration);
    if (!loaded->rules) {
      const Faulty where = faulty(*loaded, configuration);
      return bad("packs",
                 told({"{0} in {1}", "{1} 中有 {0}"},
                      {counted(loaded->errors(), terminal_, "mistake", "mistakes", "处错误"), where.folders}),
                 {"`caveat check {0}` shows each with its place", "`caveat check {0}` 逐条列出"}, {where.all});
    }
    const program::Program& program = *loaded->rules->program;
    if (const std::optional<Problem> unknown =
            unknown_queue(program, configuration.default_queue, configuration.default_queue_place))
      set_key("packs", wire::problem_text(*unknown, terminal_.language, file_), "default_queue",
              unknown->items.front().nearest, {"name a queue of the packs, or none", "请指明规则包的队列，或留空"}, {});
    else
      good("packs", {"{0}, {1} examples hold", "{0} 个规则包，{1} 个示例全部通过"},
           {terminal_.language == Language::zh ? std::to_string(loaded->packs.size())
                                               : counted(loaded->packs.size(), terminal_, "pack", "packs", ""),
            std::to_string(loaded->examples_held)});
    data(*loaded);
    if (!who) return;
    const auto list = [](std::string& all, std::string_view one) {
      all += (all.empty() ? "" : ", ") + std::string(one);
    };
    std::string queues, jurisdictions;
    for (std::uint32_t i = 0; i < program.queues().size(); ++i) list(queues, program.queue_name(i));
    for (const std::string_view one : program.jurisdictions()) list(jurisdictions, one);
    for (const Unseen& one : unseen(program, *who))
      if (one.key == "jurisdictions" && jurisdictions.empty())
        note("callers", {"{0}", "{0}"}, {caveat::cli::told(one, terminal_.language)},
             {"take it out of its jurisdictions, or bring in the pack that is of it; then reload",
              "请从其 jurisdictions 中删去，或加入属于该法域的规则包；然后重载"});
      else
        note("callers", {"{0}", "{0}"}, {caveat::cli::told(one, terminal_.language)},
             {"name one of {0} in its {1}, or bring in the pack that has it; then reload",
              "请在其 {1} 中写明以下之一：{0}，或加入相应的规则包；然后重载"},
             {one.key == "queues" ? queues : jurisdictions, std::string(one.key)});
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

  void keys_and_log(const config::Configuration& configuration, const Result<std::vector<server::CallerEntry>>& who) {
    const std::string& path = configuration.log_path;
    const std::string dir = keys_dir(configuration);
    std::error_code ignored;
    const bool log_there = std::filesystem::exists(path, ignored);
    std::unique_ptr<audit::KeyStore> keys;
    if (!audit::KeyStore::exists(dir)) {
      if (log_cannot_be_) return;
      if (log_there && !is_anothers(path, nullptr))
        bad("keys", told({"the keys of {0} are not in {1}", "{0} 的密钥不在 {1}"}, {path, dir}),
            {"`cp -a BACKUP/. {0}/` puts the key set back", "`cp -a BACKUP/. {0}/` 恢复密钥"}, {shell_word(dir)});
      else if (!std::filesystem::exists(dir, ignored))
        note("keys", {"none yet: made with the log", "尚无：将随日志生成"}, {},
             {"`caveat keys new --origin bank.example/caveat/gate-1 {0}` gives the log a name of your own",
              "`caveat keys new --origin bank.example/caveat/gate-1 {0}` 可自定日志名称"},
             {shell_word(dir)});
    } else {
      try {
        audit::KeyStore::must_not_lie_rescued(dir);
        keys = audit::KeyStore::open(dir, {});
        if (others_may_write(dir))
          note("keys",
               {"{0} can be written by others, who can so exchange what lies in it",
                "{0} 可被他人写入，他人可借此替换其中的内容"},
               {dir}, {"`chmod 700 {0}`", "`chmod 700 {0}`"}, {shell_word(dir)});
        if (keys->protected_by_passphrase())
          good("keys", {"{0}, protected by a passphrase", "{0}，有口令保护"}, {dir});
        else
          note("keys", {"{0}, readable to this user alone, without a passphrase", "{0}，仅当前用户可读，没有口令"},
               {dir},
               {"`CAVEAT_PASSPHRASE_FILE=FILE caveat keys protect {0}`",
                "`CAVEAT_PASSPHRASE_FILE=FILE caveat keys protect {0}`"},
               {shell_word(dir)});
      } catch (const Error& error) {
        bad("keys", error.message(terminal_.language), cure_of_keys(error.code()),
            {shell_word(dir), shell_word(owner_of(dir)), user_for_chown()});
      }
    }
    if (log_cannot_be_) return;
    // Looked for behind the keys, which take a second to open with a passphrase: a server that starts makes the log meanwhile.
    const bool log_is_there = log_there || std::filesystem::exists(path, ignored);
    if (!log_is_there && keys != nullptr && keys->bound_log()) {
      const std::string says =
          told({"{0} is not there, and its keys know that it was", "{0} 不存在，而其密钥记得它曾经存在"}, {path});
      const std::string journal = journal_beside(path);
      if (journal.empty())
        bad("log", says, {"`cp -a BACKUP {0}` puts back the newest copy", "`cp -a BACKUP {0}` 恢复最新的副本"},
            {shell_word(path)});
      else
        bad("log", says,
            {"if it was only moved, move it back to where{1} lies and do no more: its last records are in there. If "
             "it "
             "is lost, `mkdir {0}.bad && mv{1} {0}.bad`, since a copy does not go with that, and then `cp -a BACKUP "
             "{0}` puts back the newest copy",
             "若只是被移走，请移回{1} 所在之处，此外不作改动：最后的记录在其中。若已丢失，先 `mkdir {0}.bad && mv{1} "
             "{0}.bad`（副本与之不相配），再 `cp -a BACKUP {0}` 恢复最新的副本"},
            {shell_word(path), journal});
      return;
    }
    if (!log_is_there) {
      note("log", {"{0} is not there yet: the first start makes it", "{0} 尚不存在：首次启动时生成"}, {path},
           {"`caveat serve {0}`", "`caveat serve {0}`"}, {of_start_});
      return;
    }
    // What the cure of an old copy needs besides the log's name.
    const std::string where =
        (configuration.high_water.empty() ? std::string() : " --high-water " + shell_word(configuration.high_water)) +
        (dir == audit::default_keys_dir(path) ? std::string() : " --keys " + shell_word(dir));
    log(path, keys.get(), configuration.high_water, where);
    if (who && keys != nullptr && lines_.back().mark != Mark::bad) desk(path, *keys, *who);
  }

  void desk(const std::string& path, const audit::KeyStore& keys, const std::vector<server::CallerEntry>& callers) {
    try {
      audit::SqliteState state(path, {}, keys);
      for (const Orphan& one : orphans(state, callers))
        note("handoffs", {"{0}", "{0}"}, {caveat::cli::told(one, terminal_.language)},
             {"let an agent of that queue take it; where nobody serves it, `caveat keys caller ID --role agent --queue "
              "{0} {1}`, then reload",
              "请由该队列的坐席受理；若无人负责该队列，执行 `caveat keys caller ID --role agent --queue {0} "
              "{1}`，然后重载"},
             {shell_word(one.queue), of_start_});
    } catch (const Error& error) {
      bad("handoffs", error.message(terminal_.language), cure_of_log(error.code()),
          {shell_word(path), shell_word(keys.dir() + "/high-water"), shell_word(keys.dir()), journal_beside(path)});
    }
  }

  // Something that is no log and never was this one, so nothing to be moved or to have keys: its name was put there by mistake. Where
  // keys know of a log, a file without a sign of it is that one, spoiled.
  static bool is_anothers(const std::string& path, const audit::KeyStore* keys) {
    std::error_code ignored;
    if (keys != nullptr && keys->bound_log() && std::filesystem::is_regular_file(path, ignored)) return false;
    try {
      audit::LogReader::open(path);
    } catch (const audit::Error& error) {
      return &error.code() == &audit::codes::kLogForeign;
    } catch (const Error&) {  // told where it is looked into
    }
    return false;
  }

  // For a log that cannot be where it is: one that is not taken, beside the configuration.
  std::string free_log() const {
    const std::filesystem::path own = std::filesystem::path(file_).parent_path();
    std::error_code ignored;
    for (const std::string_view name : {"log.db", "caveat.db"})
      if (!std::filesystem::exists(own / name, ignored)) return std::string(name);
    for (int number = 2;; ++number)
      if (std::string name = "log-" + std::to_string(number) + ".db"; !std::filesystem::exists(own / name, ignored))
        return name;
  }

  // What lies beside a log, and stays where that itself was taken away, as words of a command, each behind a blank.
  static std::string journal_beside(const std::string& path) {
    std::string all;
    std::error_code ignored;
    for (const std::string_view end : {"-wal", "-shm", "-journal"})
      if (const std::string one = path + std::string(end); std::filesystem::exists(one, ignored))
        all += " " + shell_word(one);
    return all;
  }

  // As chown takes him: one without a name by his bare number.
  static std::string user_for_chown() {
    const struct passwd* entry = ::getpwuid(::geteuid());
    return shell_word(entry != nullptr && *entry->pw_name != '\0' ? entry->pw_name : std::to_string(::geteuid()));
  }
  static std::string owner_of(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return "OWNER";
    const struct passwd* entry = ::getpwuid(status.st_uid);
    return entry != nullptr && *entry->pw_name != '\0' ? entry->pw_name : "#" + std::to_string(status.st_uid);
  }

  static Phrase cure_of_keys(const Code& code) {
    if (&code == &audit::codes::kKeysUnreadable)
      return {
          "they belong to {1}: run this and the server as that user (`sudo -u {1} caveat doctor`); where {2} is to run "
          "it, hand them over: `sudo chown -R {2} {0}`",
          "密钥属于 {1}：请以该用户运行本命令与服务（`sudo -u {1} caveat doctor`）；若应由 {2} 运行，请移交："
          "`sudo chown -R {2} {0}`"};
    if (&code == &audit::codes::kKeyMode) return {"`chmod 600 {0}/*.key*`", "`chmod 600 {0}/*.key*`"};
    if (&code == &audit::codes::kKeyPassphrase || &code == &audit::codes::kPassphraseFile)
      return {"`export CAVEAT_PASSPHRASE_FILE=FILE`, for the server as well",
              "`export CAVEAT_PASSPHRASE_FILE=FILE`，服务端亦须设置"};
    if (&code == &audit::codes::kKeysRescued)
      return {"`cd {0} && rm -f data.db-wal data.db-shm && mv data.db.rescued data.db`",
              "`cd {0} && rm -f data.db-wal data.db-shm && mv data.db.rescued data.db`"};
    return {"`cp -a BACKUP/. {0}/` puts the key set back from its back-up", "`cp -a BACKUP/. {0}/` 从备份恢复密钥"};
  }

  // What is in the way of a copy goes aside with what belongs to it: a journal over another file would spoil that too.
  static Phrase cure_of_log(const Code& code) {
    if (&code == &audit::codes::kHighWater)
      return {"`cp -a BACKUP/high-water {1}` puts its mark back; `caveat log verify {0}` shows whether all is there",
              "`cp -a BACKUP/high-water {1}` 恢复其标记；`caveat log verify {0}` 检查是否完整"};
    if (&code == &audit::codes::kKeysMissing)
      return {"leave the log as it is; `mv {2} {2}.older` and `cp -a BACKUP {2}` put back the newest key set",
              "请勿改动日志；先 `mv {2} {2}.older`，再 `cp -a BACKUP {2}` 恢复最新的密钥"};
    if (&code == &audit::codes::kKeysOtherLog)
      return {
          "name the set that belongs to it in [log] keys, or put it back: `mv {2} {2}.other` and `cp -a BACKUP {2}`",
          "请在 [log] keys 中指明与之相配的密钥，或恢复：先 `mv {2} {2}.other`，再 `cp -a BACKUP {2}`"};
    return {
        "`mkdir {0}.bad && mv {0}{3} {0}.bad` and then `cp -a BACKUP {0}` put back the newest copy; `caveat log verify "
        "{0}` shows what is wrong with one",
        "先 `mkdir {0}.bad && mv {0}{3} {0}.bad`，再 `cp -a BACKUP {0}` 恢复最新的副本；`caveat log verify {0}` "
        "可列出问题"};
  }

  // A set whose signer was changed since it was read: log and keys were looked at on both sides of that.
  static std::unique_ptr<audit::KeyStore> changed_since(const audit::KeyStore& keys) {
    try {
      std::unique_ptr<audit::KeyStore> now = audit::KeyStore::open(keys.dir(), {});
      const bool same = now->signers() == keys.signers() && now->prepared_key() == keys.prepared_key();
      return same ? nullptr : std::move(now);
    } catch (const Error&) {  // what is wrong with them is told where they are looked at
      return nullptr;
    }
  }

  void log(const std::string& path, const audit::KeyStore* keys, const std::string& high_water,
           const std::string& where, int looks = 5) {
    try {
      const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(path);
      if (keys != nullptr) {
        if (keys->origin() != reader->origin())
          throw audit::Error(audit::codes::kKeysOtherLog, keys->dir(), {keys->dir(), keys->origin(), reader->origin()});
        const std::vector<audit::VerifierKey> signers = keys->signers();
        const std::string own = keys->dir() + "/high-water";
        std::error_code ignored;
        if (!high_water.empty() && !std::filesystem::exists(high_water, ignored)) {
          bad("log",
              told({"its mark {0} is not there, so nobody could tell whether an old copy was put back",
                    "其高水位标记 {0} 不存在，无法判断是否放回了旧副本"},
                   {high_water}),
              {"attach its disk; where the mark was never there, `cp {0} {1}`",
               "请挂载其磁盘；若从未建立，执行 `cp {0} {1}`"},
              {shell_word(own), shell_word(high_water)});
          return;
        }
        const audit::Mark mark =
            audit::read_high_water(high_water.empty() ? own : high_water, keys->signers().back().name);
        reader->renew();  // a server may have moved both meanwhile, the log first
        if (reader->size() < mark.size) {
          bad("log",
              told({"{0} has the size {1}, its keys remember {2}: an old copy was put back",
                    "{0} 只有 {1} 条记录，而其密钥记得 {2} 条：放回的是旧副本"},
                   {path, std::to_string(reader->size()), std::to_string(mark.size)}),
              {"put back the newest copy; if it is lost, `caveat log restore {0}{1} --reason TEXT` begins a new epoch",
               "请恢复最新的副本；若已丢失，`caveat log restore {0}{1} --reason TEXT` 开始新世代"},
              {shell_word(path), where});
          return;
        }
        const auto changed = keys->prepared_key()  // the start ends a change that was cut off
                                 ? std::nullopt
                                 : audit::changed_behind(reader->store(), signers, &audit::verify_signature);
        if (changed)
          throw audit::Error(audit::codes::kKeysMissing, keys->dir(), {keys->dir(), audit::of_before(*changed)});
        if (const auto note = reader->checkpoint();
            note && !audit::open_checkpoint(*note, signers, &audit::verify_signature))
          throw audit::Error(audit::codes::kLogBroken, path,
                             {path, "its newest checkpoint is by no key of the set beside it"});
        if (!keys->prepared_key() && !audit::by_the_key_of_now(reader->store(), signers, &audit::verify_signature))
          throw audit::Error(audit::codes::kLogBroken, path,
                             {path, "its newest checkpoint is signed by a key that was retired before"});
        if (mark.size > 0 && reader->root(mark.size) != mark.root)
          throw audit::Error(audit::codes::kLogDiverged, path, {path, std::to_string(mark.size)});
      }
      good("log", {"{0}, {1}", "{0}，{1}"},
           {path, counted(static_cast<std::size_t>(reader->size()), terminal_, "record", "records", "条记录")});
      clock(*reader);
    } catch (const Error& error) {
      if (keys != nullptr && looks > 1)
        if (const auto now = changed_since(*keys)) return log(path, now.get(), high_water, where, looks - 1);
      if (is_anothers(path, keys))
        return set_key("log", error.message(terminal_.language), "path", free_log(),
                       {"`caveat serve --log FILE`, with a FILE that is not there yet or is the log",
                        "`caveat serve --log FILE`，FILE 为尚不存在的文件或原有日志"},
                       {});
      const std::string mark = !high_water.empty() || keys == nullptr ? high_water : keys->dir() + "/high-water";
      bad("log", error.message(terminal_.language), cure_of_log(error.code()),
          {shell_word(path), shell_word(mark), shell_word(keys == nullptr ? "" : keys->dir()), journal_beside(path)});
    }
  }

  void clock(const audit::LogReader& reader) {
    if (reader.size() == 0) return;
    const Result<audit::Header> newest = audit::decode_header(reader.header(reader.size() - 1).value_or(""));
    if (!newest) return;
    SystemClock clock;
    const Microseconds now = clock.wall_us();
    if (std::optional<std::string> ahead = ahead_of_clock(newest->time_us, now, terminal_.language))
      bad("clock", *std::move(ahead),
          {"if the clock is wrong, set it: `timedatectl set-ntp true`. If it is right, it was ahead once: nothing is "
           "lost and the order of records "
           "holds; wait until it has come so far, or keep this log and its keys as they are and begin another (another "
           "[log] path), whose times are right at once",
           "若时钟有误，请校准：`timedatectl set-ntp "
           "true`"
           "。若时钟正确，则它曾经超前：记录没有丢失，顺序不变；请等到时钟到达该时刻，或原样保留此日志及其密钥，另开新"
           "日志（更换 [log] path），新日志的时刻立即正确"},
          {});
    else
      good("clock", {"it shows {0}, not before the newest record", "时钟显示 {0}，不早于最新记录"},
           {format_instant(now, 0)});
  }

  void disk(const config::Configuration& configuration) {
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

  const Invocation& invocation_;
  Terminal& terminal_;
  std::string file_;            // the configuration's; empty: none was named
  std::string of_start_;        // what a start, and who makes a key for it, is told it by
  bool log_cannot_be_ = false;  // where it, its keys or its mark are said to be: nothing is told of what lies there
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
