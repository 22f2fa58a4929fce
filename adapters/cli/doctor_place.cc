// What a start would meet before it makes anything: addresses, the socket, files that cannot be made or are another's.
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "adapters/cli/doctor.h"
#include "adapters/cli/served.h"
#include "adapters/load/rule_files.h"
#include "adapters/server/listener.h"
#include "audit/seal/keystore.h"
#include "engine/base/escape.h"

namespace caveat::cli {

// Where a key of the configuration is the cure: the command that writes it there.
void Doctor::set_key(std::string_view name, std::string says, std::string_view key, const std::string& value,
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
void Doctor::keys_elsewhere(const config::Configuration& configuration, const std::string& says) {
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

std::string_view Doctor::section_of(std::string_view key) {
  if (key == "path" || key == "keys" || key == "high_water") return "log";
  if (key == "file") return "logging";
  return key == "default_queue" ? "gate" : "http";
}

// Where the socket may be, where it cannot be where it is: beside the log, unless that is what fails.
std::string Doctor::other_socket(const config::Configuration& configuration) const {
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
std::uint16_t Doctor::free_port(const std::string& address, std::uint16_t from) {
  for (std::uint32_t port = std::max<std::uint32_t>(from, 1'024); port < from + 100U && port <= 65'535; ++port)
    if (server::is_free(address, static_cast<std::uint16_t>(port))) return static_cast<std::uint16_t>(port);
  return 0;
}

// A log that was kept is not to be left behind for an empty one: what it holds, and whose turn it is, would be forgotten.
void Doctor::log_in_the_way(const config::Configuration& configuration, const Hindrance& one, const Phrase& other_log) {
  const std::string& path = configuration.log_path;
  std::error_code ignored;
  const bool kept = std::filesystem::is_regular_file(path, ignored) ||
                    (audit::KeyStore::exists(keys_dir(configuration)) &&
                     std::filesystem::is_directory(std::filesystem::absolute(path, ignored).parent_path(), ignored));
  if (one.anothers || !kept) return set_key("log", one.says, "path", "log.db", other_log, {});
  if (one.linked) return two_names("log", one.says, path);
  to_be_written("log", one.says, path);
}

// Nor is the mark of one: without it nobody could tell whether an old copy was put back.
void Doctor::mark_in_the_way(const config::Configuration& configuration, const Hindrance& one,
                             const Phrase& other_log) {
  const std::string &mark = configuration.high_water, own = keys_dir(configuration) + "/high-water";
  std::error_code ignored;
  if (one.anothers || !std::filesystem::is_regular_file(configuration.log_path, ignored))
    return set_key("log", one.says, "high_water", "", other_log, {});
  const std::filesystem::path folder = std::filesystem::absolute(mark, ignored).parent_path();
  if (std::filesystem::is_directory(folder, ignored)) return to_be_written("log", one.says, mark);
  bad("log", one.says,
      {"attach the disk of the mark; where the mark was never there, `mkdir -p {0} && cp {1} {2}`",
       "请挂载存放该标记的磁盘；若从未建立，执行 `mkdir -p {0} && cp {1} {2}`"},
      {shell_word(folder.string()), shell_word(own), shell_word(mark)});
}

void Doctor::two_names(std::string_view name, const std::string& says, const std::string& path) {
  bad(name, says,
      {"`cp -p {0} {0}.one && mv {0}.one {0}` gives it a file of its own, with nothing that writes it running; a "
       "second "
       "name for a back-up is made by `cp`, not by `ln`",
       "在没有程序写入时，`cp -p {0} {0}.one && mv {0}.one {0}` 使其成为独立的文件；备份请用 `cp`，不要用 `ln`"},
      {shell_word(path)});
}

// Who owns what is in the way decides: one's own is made writable, another's is his to run or to hand over.
void Doctor::to_be_written(std::string_view name, const std::string& says, const std::string& path) {
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
      return bad(
          name, says,
          is_folder ? Phrase{"`chmod u+rwx {0}`", "`chmod u+rwx {0}`"} : Phrase{"`chmod u+rw {0}`", "`chmod u+rw {0}`"},
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
void Doctor::in_the_way(const config::Configuration& configuration, const std::vector<Hindrance>& found, bool running) {
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
        else if (!std::filesystem::exists(dir, ignored) && !parent.empty() && !std::filesystem::exists(parent, ignored))
          bad("keys", one.says, {"`mkdir -p {0}`", "`mkdir -p {0}`"}, {shell_word(parent)});
        else
          keys_elsewhere(configuration, one.says);
        break;
      }
      case Hindrance::Of::high_water:
        log_cannot_be_ = true;
        mark_in_the_way(configuration, one, other_log);
        break;
      case Hindrance::Of::callers:
        set_key("callers", one.says, "callers", "", other_log, {});
        break;
      case Hindrance::Of::logging:
        set_key("logging", one.says, "file", "", other_log, {});
        break;
    }
  }
  if (!listens) return;
  const auto at = config::address_and_port(configuration.listen);
  if (running && at && at->second != 0 && server::is_free(at->first, static_cast<std::uint16_t>(at->second)))
    note("listen",
         {"{0} is free: the server of this log answers, and was started with another address",
          "{0} 空闲：该日志的服务正在运行，但启动时用的是另一个地址"},
         {configuration.listen}, {"it counts once the server is started again", "服务重新启动后生效"});
  else
    good("listen",
         running ? Phrase{"{0}, and a server answers", "{0}，服务正在运行"} : Phrase{"{0} is free", "{0} 空闲"},
         {configuration.listen});
}

// For a log that cannot be where it is: one that is not taken, beside the configuration.
std::string Doctor::free_log() const {
  const std::filesystem::path own = std::filesystem::path(file_).parent_path();
  std::error_code ignored;
  for (const std::string_view name : {"log.db", "caveat.db"})
    if (!std::filesystem::exists(own / name, ignored)) return std::string(name);
  for (int number = 2;; ++number)
    if (std::string name = "log-" + std::to_string(number) + ".db"; !std::filesystem::exists(own / name, ignored))
      return name;
}

// As chown takes him: one without a name by his bare number.
std::string Doctor::user_for_chown() {
  const struct passwd* entry = ::getpwuid(::geteuid());
  return shell_word(entry != nullptr && *entry->pw_name != '\0' ? entry->pw_name : std::to_string(::geteuid()));
}

std::string Doctor::owner_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return "OWNER";
  const struct passwd* entry = ::getpwuid(status.st_uid);
  return entry != nullptr && *entry->pw_name != '\0' ? entry->pw_name : "#" + std::to_string(status.st_uid);
}

}  // namespace caveat::cli
