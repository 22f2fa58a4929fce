#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <thread>

#include "adapters/cli/aside.h"
#include "adapters/cli/id_random.h"
#include "adapters/cli/loading.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/log_records.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/own_place.h"
#include "adapters/cli/serve_commands.h"
#include "adapters/cli/served.h"
#include "adapters/cli/settings.h"
#include "adapters/cli/start.h"
#include "adapters/cli/system_clock.h"
#include "adapters/cli/write_file.h"
#include "adapters/gate/gate.h"
#include "adapters/load/machine_zones.h"
#include "adapters/server/listener.h"
#include "adapters/server/router.h"
#include "audit/seal/system_random.h"
#include "engine/base/diagnostic.h"
#include "engine/base/version.h"

namespace caveat::cli {

namespace {

// The signals that a server lives by, taken out of every thread before there is a second one. They stay so until the process ends: one
// that comes twice was heard once, as timeout(1) and shells send it to the process and to its group, and the second must not kill what
// is ending well.
class Signals {
 public:
  Signals() {
    ::sigemptyset(&all_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) ::sigaddset(&all_, signal);
    ::pthread_sigmask(SIG_BLOCK, &all_, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int wait_a_second() {  // 0: none came
    const timespec second{.tv_sec = 1, .tv_nsec = 0};
    const int signal = ::sigtimedwait(&all_, nullptr, &second);
    return signal > 0 ? signal : 0;
  }

 private:
  sigset_t all_{};
};

server::Level level_of(const std::string& name) {
  for (const server::Level level :
       {server::Level::debug, server::Level::info, server::Level::warn, server::Level::error})
    if (server::level_name(level) == name) return level;
  return server::Level::off;
}

// The line is of the level itself, so that it is there whichever way it went.
void set_level(server::OperationLog& operation, int level) {
  const server::Level before = operation.level(), now = static_cast<server::Level>(level);
  if (now == server::Level::off) operation.write(before, "level", {{"now", server::level_name(now)}});
  operation.set_level(now);
  if (now != server::Level::off) operation.write(now, "level", {{"now", server::level_name(now)}});
}

// Null: its file cannot be opened, and the terminal has been told.
std::unique_ptr<server::OperationLog> open_operation_log(Terminal& terminal, const config::Configuration& configuration,
                                                         Clock& clock) {
  try {
    return server::OperationLog::open(configuration.log_file, level_of(configuration.log_level), clock);
  } catch (const std::exception& error) {
    terminal.err << "caveat: "
                 << fill(cannot_open_operation_log(terminal.language), {configuration.log_file, error.what()}) << '\n';
    return nullptr;
  }
}

// A file of one line that this user alone may read; kDone, or the terminal has been told.
int write_secret(Terminal& terminal, const std::string& path, const std::string& text) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);  // write_file keeps the mode of what it replaces
  return write_file(terminal, path, text + "\n");
}

// Nobody may call yet: the sample start makes a key for a bot of its own, so that the first request needs no reading.
int make_first_caller(Terminal& terminal, const config::Configuration& configuration, Random& random) {
  const server::NewKey key = server::make_key("bot", random);
  config::CallerSettings caller;
  caller.id = "bot";
  caller.roles = {"bot"};
  caller.sources = {"*"};
  caller.any_time = true;  // the example turns carry the time of their day
  caller.key_digest = hex(key.digest);
  const std::string secret = (std::filesystem::path(configuration.log_path).parent_path() / "bot.key").string();
  if (const int written = write_secret(terminal, secret, key.text); written != kDone) return written;
  if (const int written = write_file(terminal, configuration.callers_file, config::written_caller(caller).substr(1));
      written != kDone)
    return written;
  terminal.err << fill(
      terminal.say(
          {"caveat: nobody could call yet, so a key for a bot was made: {0} (mode 0600), its digest in {1}.\n"
           "  It may state every fact and any time: for trying, not for a bank. `caveat keys caller` makes others.\n",
           "caveat：尚无调用方，已生成一个机器人密钥：{0}（权限 0600），其摘要记于 {1}。\n"
           "  它可以陈述任何事实与任何时间：仅供试用。`caveat keys caller` 可生成其他密钥。\n"}),
      {secret, configuration.callers_file});
  return kDone;
}

void say_where(Terminal& terminal, const std::string& url, const config::Configuration& configuration,
               const std::string& bot_key) {
  terminal.out << url << std::endl;  // what a script waits for
  terminal.err << fill(terminal.say({"caveat: serving on {0} and on the Unix socket {1}; the log is {2}.\n"
                                     "  Ctrl-C or SIGTERM drains and ends, SIGHUP reads the packs again.\n",
                                     "caveat：正在 {0} 与 Unix 套接字 {1} 上提供服务；日志为 {2}。\n"
                                     "  Ctrl-C 或 SIGTERM 处理完后退出，SIGHUP 重新读取规则包。\n"}),
                       {url, configuration.socket, configuration.log_path});
  if (bot_key.empty()) return;
  terminal.err << terminal.say({"\nTry it:\n", "\n试一试：\n"}) << "  curl -s " << url
               << "/v1/decisions -H \"Authorization: Bearer $(cat " << bot_key
               << ")\" -d '{\"id\":\"try-1\",\"language\":\"zh\",\"answer\":{\"text\":\"这款产品保本保息。\"}}'\n"
               << "  curl -s " << url << "/readyz\n"
               << terminal.say({"and the reference is ", "接口参考："}) << url << "/docs\n";
}

}  // namespace

int run_serve(const Invocation& invocation, Terminal& terminal) {
  Signals signals;
  Result<Settings> settings = read_settings(invocation);
  if (!settings) return refuse(terminal, settings.error(), invocation.get("--config"));
  config::Configuration& configuration = settings->configuration;
  const auto address = config::address_and_port(configuration.listen);
  if (!address)
    return wrong_use(terminal,
                     {"--listen is ADDRESS:PORT, like 127.0.0.1:8650 or [::1]:8650, not “{0}”.",
                      "--listen 应为 地址:端口，如 127.0.0.1:8650 或 [::1]:8650，而不是“{0}”。"},
                     {configuration.listen}, "serve");
  // Before anything is made: a start that cannot come to anything leaves nothing behind.
  const std::vector<Hindrance> in_the_way = hindrances(*settings, terminal.language, false);
  if (!in_the_way.empty()) {
    const Hindrance& first = in_the_way.front();
    terminal.err << "caveat: " << first.says << (first.says.ends_with('\n') ? "" : "\n");
    return first.exit_code;
  }
  const auto admin = config::address_and_port(configuration.admin_listen);  // none: it is not apart
  const std::filesystem::path folder = std::filesystem::path(configuration.log_path).parent_path();
  std::error_code ignored;
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);  // what cannot be made is told by the log

  // Rules first: without them nothing else is worth making.
  const Limits limits;
  LoadingLine progress(terminal);
  Result<load::Loaded> loaded =
      load::load_rules(configuration.pack_folders, limits, progress.follow(), configuration.data_folders);
  progress.clear();
  if (!loaded) return refuse(terminal, loaded.error());
  if (!loaded->rules) {
    print_diagnostics(terminal.err, terminal, loaded->diagnostics, loaded->sources, 20);
    const Faulty where = faulty(*loaded, configuration);
    terminal.err << "caveat: "
                 << fill(terminal.say(
                             {"the rules in {0} have {1}; nothing is served. `caveat check {2}` shows them all.",
                              "{0} 中的规则有 {1}；未提供服务。`caveat check {2}` 可列出全部错误。"}),
                         {where.folders, counted(loaded->errors(), terminal, "error", "errors", "处错误"), where.all})
                 << '\n';
    return kRefused;
  }

  if (const std::optional<Problem> unknown =
          unknown_queue(*loaded->rules->program, configuration.default_queue, configuration.default_queue_place))
    return refuse(terminal, *unknown, settings->file);

  SystemClock clock;
  const std::unique_ptr<server::OperationLog> operation = open_operation_log(terminal, configuration, clock);
  if (operation == nullptr) return kEnvironment;
  audit::SystemRandom random;
  IdRandom ids(random);
  const std::unique_ptr<audit::Log> log = open_log(terminal, configuration.log_path, keys_dir(configuration), clock,
                                                   random, configuration.high_water, true);

  Result<std::vector<server::CallerEntry>> callers = all_callers(configuration);
  if (!callers) return refuse(terminal, callers.error(), configuration.callers_file);
  std::string bot_key;
  if (settings->file.empty()) bot_key = (folder / "bot.key").string();
  if (callers->empty() && settings->file.empty()) {
    if (const int made = make_first_caller(terminal, configuration, random); made != kDone) return made;
    callers = all_callers(configuration);
    if (!callers) return refuse(terminal, callers.error(), configuration.callers_file);
  }
  if (!std::filesystem::exists(bot_key, ignored)) bot_key.clear();

  server::Metrics metrics;
  gate::Snapshot snapshot;
  std::unique_ptr<server::Router> router;
  Served served({.snapshot = &snapshot,
                 .log = log.get(),
                 .clock = &clock,
                 .metrics = &metrics,
                 .operation = operation.get(),
                 .zone = load::machine_zones().find(configuration.log_zone).value_or(std::vector<model::Transition>()),
                 .high_water = configuration.high_water,
                 .default_queue = configuration.default_queue,
                 .default_queue_place = configuration.default_queue_place,
                 .again = [&]() -> Result<Again> {
                   Result<Settings> read = read_settings(invocation);
                   if (!read) return tl::unexpected(read.error());
                   config::Configuration& now = read->configuration;
                   // The log that is served stays, and what is named after it.
                   for (const auto& [path, ending] :
                        {std::pair{&now.socket, ".sock"}, std::pair{&now.callers_file, ".callers.toml"}})
                     if (*path == beside_log(now.log_path, ending)) *path = beside_log(configuration.log_path, ending);
                   if (std::optional<Problem> one = shared_problem(*read, &configuration))
                     return tl::unexpected(*std::move(one));
                   Result<std::vector<server::CallerEntry>> who = all_callers(now);
                   if (!who) return tl::unexpected(who.error());
                   router->set_callers(std::make_shared<const server::Callers>(*who));
                   operation->set_level(level_of(now.log_level));
                   std::vector<std::string> later = config::count_after_a_restart(configuration, now);
                   return Again{.folders = std::move(now.pack_folders),
                                .data_folders = std::move(now.data_folders),
                                .callers = std::move(*who),
                                .after_restart = std::move(later),
                                .default_queue = std::move(now.default_queue),
                                .default_queue_place = std::move(now.default_queue_place)};
                 }});
  const std::vector<Unseen> unknown = unseen(*loaded->rules->program, *callers);
  for (const Unseen& one : unknown)
    terminal.err << terminal.say({"caveat: note: ", "caveat：注意："}) << told(one, terminal.language) << '\n';
  served.write_down(unknown);
  const std::vector<Orphan> held = orphans(log->state(), *callers);
  for (const Orphan& one : held)
    terminal.err << terminal.say({"caveat: note: ", "caveat：注意："}) << told(one, terminal.language) << '\n';
  served.write_down(held);
  served.activate(*loaded, user_name());
  loaded = tl::unexpected(Problem{});  // trees and models are not needed any more

  const Language language = invocation.has("--language") || settings->file.empty() ? terminal.language
                            : configuration.language == "zh"                       ? Language::zh
                                                                                   : Language::en;
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  gate::Gate gate(
      {.snapshot = &snapshot,
       .log = log.get(),
       .clock = &clock,
       .random = &ids,
       .threads = configuration.gate_threads != 0 ? configuration.gate_threads : cores,
       .limits = limits,
       .clock_skew = configuration.clock_skew_ms * 1'000,
       .language = language,
       .default_queue = configuration.default_queue,
       .durable = configuration.durable,
       .outcomes = false,
       .stages = true,
       .committed = [&metrics](std::uint64_t ns) { metrics.committed(ns); },
       .unknown = [&metrics](std::string_view fact) { metrics.unknown(fact); },
       .waiting = 2 * configuration.turns_waiting,  // the router sheds first; batches and commands come on top
       .is_agent =
           [&](std::string_view id) {
             const std::shared_ptr<const server::Callers> now = router->callers();
             return now == nullptr || now->has(id, server::kAgent);
           },
       .disk = [&log] { return fuller_disk(*log); },
       .waiting_a_key = configuration.turns_waiting_a_key});
  std::optional<Aside> looks(std::in_place, 2), reloads(std::in_place, 1),
      at_length(std::in_place, configuration.reports);  // one for each that the router lets in: none waits
  server::RouterOptions options;
  options.gate = &gate;
  options.clock = &clock;
  options.random = &ids;
  options.metrics = &metrics;
  options.log = operation.get();
  options.services = served.services();
  options.caps = {.header_bytes = configuration.header_bytes,
                  .body_bytes = configuration.body_bytes,
                  .batch_lines = configuration.batch_lines,
                  .batches = configuration.batches,
                  .reports = configuration.reports,
                  .connections = configuration.connections,
                  .turns_waiting = configuration.turns_waiting,
                  .caller_rate = configuration.caller_rate,
                  .header_wait_ms = configuration.header_wait_ms,
                  .body_wait_ms = configuration.body_wait_ms,
                  .idle_ms = configuration.idle_ms,
                  .deadline_ms = configuration.deadline_ms};
  options.language = language;
  options.local_name = user_name();
  options.aside = [&](server::Aside kind, std::function<void()> job) {
    std::optional<Aside>& where = kind == server::Aside::looks    ? looks
                                  : kind == server::Aside::reload ? reloads
                                                                  : at_length;
    (*where)(std::move(job));
  };
  router = std::make_unique<server::Router>(std::move(options));
  router->set_callers(std::make_shared<const server::Callers>(std::move(*callers)));

  server::Listener listener(
      *router, configuration.http_threads != 0 ? configuration.http_threads : server::usual_threads(cores));
  const Result<std::uint16_t> port =
      listener.listen(address->first, address->second, {.traffic = true, .admin = !admin});
  if (!port) return refuse(terminal, port.error(), configuration.listen);
  if (admin) {
    const Result<std::uint16_t> bound = listener.listen(admin->first, admin->second, {.traffic = false, .admin = true});
    if (!bound) return refuse(terminal, bound.error(), configuration.admin_listen);
  }
  if (const Result<void> bound = listener.listen_unix(configuration.socket); !bound)
    return refuse(terminal, bound.error(), configuration.socket);
  listener.start();
  const std::string host = address->first.find(':') != std::string::npos ? "[" + address->first + "]" : address->first;
  say_where(terminal, "http://" + host + ":" + std::to_string(*port), configuration, bot_key);
  operation->write(server::Level::info, "started",
                   {{"version", std::string(version())}, {"port", std::int64_t{*port}}});

  bool failing = false, behind = false;
  for (bool on = true; on;) {
    const int signal = signals.wait_a_second();
    gate.tick();  // due times, and turns whose time is up
    if (std::optional<std::string> why = log->failing();
        why.has_value() != failing) {  // once a change: callers come by hundreds
      failing = why.has_value();
      if (failing)
        operation->write(server::Level::error, "commits_fail", {{"why", *why}});
      else
        operation->write(server::Level::info, "commits_again", {});
    }
    const Microseconds now = clock.wall_us();
    if (const bool is = ahead_of_clock(log->newest_us(), now, Language::en).has_value(); is != behind) {
      behind = is;
      operation->write(is ? server::Level::warn : server::Level::info, is ? "clock_behind_log" : "clock_caught_up",
                       {{"clock", format_instant(now, 0)}, {"newest", format_instant(log->newest_us(), 0)}});
    }
    switch (signal) {
      case SIGTERM:
      case SIGINT:
        on = false;
        break;
      case SIGHUP:
        (*reloads)(
            [&served] { (void)served.reload("SIGHUP"); });  // how it ended is in the operational log and in /metrics
        break;
      case SIGUSR1:
        if (operation->level() > server::Level::debug) set_level(*operation, static_cast<int>(operation->level()) - 1);
        break;
      case SIGUSR2:
        if (operation->level() < server::Level::off) set_level(*operation, static_cast<int>(operation->level()) + 1);
        break;
      default:
        break;
    }
  }
  operation->write(server::Level::info, "draining", {});
  const bool all_ended = listener.drain(configuration.drain_ms);
  gate.drain();
  for (std::optional<Aside>* where : {&looks, &reloads, &at_length})
    where->reset();  // what they were at may still answer
  log->close();
  operation->write(server::Level::info, "ended", {{"cut", !all_ended}});
  return kDone;
}

}  // namespace caveat::cli
