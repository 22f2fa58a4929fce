#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <ostream>

#include "adapters/cli/messages.h"
#include "adapters/cli/own_place.h"
#include "adapters/cli/serve_commands.h"
#include "adapters/cli/settings.h"
#include "adapters/cli/write_file.h"
#include "adapters/load/rule_files.h"
#include "audit/seal/system_random.h"
#include "engine/base/diagnostic.h"
#include "engine/base/nearest.h"

namespace caveat::cli {

namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

// The folder's lock, for as long as it lasts; a file of its own would stay behind. Where it cannot be had the writing tells why.
class Locked {
 public:
  explicit Locked(const std::string& folder) : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (folder_ >= 0 && ::flock(folder_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~Locked() {
    if (folder_ >= 0) ::close(folder_);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  const int folder_;
};

}  // namespace

int run_keys_caller(const Invocation& invocation, Terminal& terminal) {
  config::CallerSettings caller;
  caller.id = invocation.arguments[0];
  if (!server::is_caller_id(caller.id))
    return wrong_use(terminal,
                     {"ID is 1 to 64 of a–z A–Z 0–9 . -, and “{0}” is not.",
                      "ID 应为 1 至 64 个 a–z A–Z 0–9 . - 字符，而“{0}”不是。"},
                     {caller.id}, "keys caller");
  if (caller.id == config::kLocal)
    return wrong_use(terminal,
                     {"records name the command line, and the user of the socket, {0}: choose another id.",
                      "记录中以 {0} 指命令行与套接字的用户：请另选 id。"},
                     {caller.id}, "keys caller");
  caller.roles = split(invocation.get("--role"));
  const std::vector<std::string_view> known = server::role_names();
  if (caller.roles.empty()) caller.roles.emplace_back();
  for (const std::string& role : caller.roles) {
    if (server::role_of(role)) continue;
    const std::string_view meant = nearest(role, std::span<const std::string_view>(known));
    return wrong_use(terminal,
                     meant.empty()
                         ? Phrase{"--role is bot, agent, auditor, operator, activator or privacy, not “{0}”.",
                                  "--role 应为 bot、agent、auditor、operator、activator 或 privacy，而不是“{0}”。"}
                         : Phrase{"--role is bot, agent, auditor, operator, activator or privacy, not “{0}”. "
                                  "Did you mean {1}?",
                                  "--role 应为 bot、agent、auditor、operator、activator 或 privacy，而不是“{0}”。"
                                  "是否想输入 {1}？"},
                     {role, std::string(meant)}, "keys caller");
  }
  const auto has = [&](std::string_view role) {
    return std::find(caller.roles.begin(), caller.roles.end(), role) != caller.roles.end();
  };
  if (has("bot") && has("agent"))
    return wrong_use(
        terminal,
        {"one key is not both bot and agent: a bot would end its own hand-offs and speak as a person. Make "
         "two keys, one with --role bot and one with --role agent.",
         "同一密钥不得既为 bot 又为 agent：否则机器人可自行结束转人工单，并以人员身份答复。请分别以 --role "
         "bot 和 --role agent 生成两把密钥。"},
        {}, "keys caller");
  caller.sources = split(invocation.get("--source"));
  caller.queues = split(invocation.get("--queue"));
  caller.jurisdictions = split(invocation.get("--jurisdiction"));
  caller.any_time = invocation.has("--any-time");
  caller.confirms = invocation.has("--confirms");

  // What would be without effect is a mistake about who it is.
  if (!caller.queues.empty() && !has("agent"))
    return wrong_use(terminal,
                     {"--queue says which hand-offs an agent sees, and {0} is none: add --role agent, or leave it out.",
                      "--queue 指明坐席可见的转接，而 {0} 不是坐席：请加 --role agent，或去掉该选项。"},
                     {caller.id}, "keys caller");
  if (caller.confirms && !has("bot"))
    return wrong_use(
        terminal,
        {"--confirms says that a bot confirms what it sent, and {0} is none: add --role bot, or leave it out.",
         "--confirms 表示机器人确认所发送的内容，而 {0} 不是机器人：请加 --role bot，或去掉该选项。"},
        {caller.id}, "keys caller");

  const bool in_configuration = invocation.has("--config");
  std::optional<Locked> locked;
  Result<Settings> settings = read_settings(invocation);
  if (!settings) return refuse(terminal, settings.error(), invocation.get("--config"));
  const std::string file =
      behind_links(in_configuration ? invocation.get("--config") : settings->configuration.callers_file);
  std::error_code ignored;
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (!folder.empty() && !in_configuration) std::filesystem::create_directories(folder, ignored);
  // From here on it is read again and written by one at a time: of two at once the later would write the earlier's key away.
  locked.emplace(folder.empty() ? std::string(".") : folder.string());
  settings = read_settings(invocation);
  if (!settings) return refuse(terminal, settings.error(), invocation.get("--config"));
  if (const std::optional<Problem> one = shared_problem(*settings)) return refuse(terminal, *one, settings->file);
  const Result<std::vector<server::CallerEntry>> there = all_callers(settings->configuration);
  if (!there) return refuse(terminal, there.error(), settings->configuration.callers_file);
  if (std::any_of(there->begin(), there->end(), [&](const auto& entry) { return entry.id == caller.id; }))
    return wrong_use(
        terminal,
        {"there is a caller {0} already. Take its [[callers]] table out of the file first, or choose another id.",
         "已有调用方 {0}。请先从文件中删去其 [[callers]] 一段，或另选 id。"},
        {caller.id}, "keys caller");

  audit::SystemRandom random;
  const server::NewKey key = server::make_key(caller.id, random);
  caller.key_digest = hex(key.digest);
  std::string text;
  if (std::filesystem::exists(file, ignored)) {
    Result<std::string> before = load::read_file(file, 1u << 20);
    if (!before) return refuse(terminal, before.error());
    text = std::move(*before);
  }
  if (!text.empty() && text.back() != '\n') text += '\n';
  const std::string table = config::written_caller(caller);
  text += text.empty() ? table.substr(1) : table;
  if (const Result<void> read = would_be_read(text, file, in_configuration); !read)
    return refuse(terminal, read.error(), file);
  if (const int written = write_file(terminal, file, text); written != kDone) return written;
  if (terminal.json) {
    terminal.out << boost::json::serialize(boost::json::object{{"id", caller.id}, {"key", key.text}, {"file", file}})
                 << '\n';
    return kDone;
  }
  terminal.out << key.text << '\n';
  terminal.err << fill(
      terminal.say({"caveat: this is the only time that the key is shown; {0} holds its digest. A server that runs "
                    "reads it on SIGHUP.\n",
                    "caveat：密钥仅显示这一次；{0} 中只保存其摘要。运行中的服务在收到 SIGHUP 后读取。\n"}),
      {file});
  if (caller.any_time)
    terminal.err << terminal.say(
        {"caveat: note: what its turns of another day come to counts today: a hand-off that holds, holds the customer "
         "who is "
         "with the bot now.\n  Replay against a log of its own, not against the one that serves customers.\n",
         "caveat：注意：其往日轮次的结果即刻生效：持续有效的转人工会扣住当下正与机器人对话的客户。\n"
         "  请在单独的日志上回放，不要用正在服务客户的日志。\n"});
  return kDone;
}

}  // namespace caveat::cli
