#include "adapters/cli/start.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "adapters/cli/own_place.h"
#include "adapters/cli/settings.h"
#include "adapters/config/codes.h"
#include "adapters/gate/ticket.h"
#include "adapters/server/codes.h"
#include "adapters/server/listener.h"
#include "adapters/wire/problem_json.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/seal/keystore.h"
#include "audit/store/writer_lock.h"
#include "engine/base/diagnostic.h"
#include "engine/base/escape.h"
#include "engine/base/nearest.h"

namespace caveat::cli {

namespace fs = std::filesystem;

namespace {

std::string system_words() { return std::error_code(errno, std::generic_category()).message(); }

fs::path folder_of(const std::string& path) {
  std::error_code ignored;
  return fs::absolute(path, ignored).lexically_normal().parent_path();
}

enum class Beside : std::uint8_t { nothing, others };  // does a file that is there need others beside it?

// Why a file could not be written at this path; nothing: it could. `made`: the folder that would be made on the way.
std::optional<std::string> unwritable(const std::string& path, const fs::path& made, Beside beside) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return "a folder lies in its place";
  if (fs::exists(path, ignored)) {
    if (::access(path.c_str(), W_OK) != 0) return system_words();
    if (beside == Beside::nothing) return std::nullopt;  // /dev/stderr, a file that was mounted
  }
  fs::path folder = folder_of(path);
  if (!fs::exists(folder, ignored) && folder != made) return "there is no folder " + folder.string();
  while (!fs::exists(folder, ignored) && folder.has_relative_path()) folder = folder.parent_path();
  if (!fs::is_directory(folder, ignored)) return folder.string() + " is no folder";
  std::string probe = (folder / ".caveat-XXXXXX").string();
  if (::mkdtemp(probe.data()) == nullptr) return folder.string() + ": " + system_words();
  ::rmdir(probe.c_str());
  return std::nullopt;
}

class Looks {
 public:
  Looks(const config::Configuration& configuration, Language language)
      : configuration_(configuration), language_(language) {}

  void addresses(bool running) {
    const auto first = address(Hindrance::Of::listen, configuration_.listen, running);
    if (configuration_.admin_listen.empty()) return;
    const auto second = address(Hindrance::Of::admin_listen, configuration_.admin_listen, running);
    if (first && second && *first == *second && first->second != 0)
      found(Hindrance::Of::admin_listen,
            because(server::codes::kListen, configuration_.admin_listen, "the address of [http] listen"),
            configuration_.admin_listen);
  }

  void socket(const fs::path& made) {
    const std::string& path = configuration_.socket;
    if (const Result<void> may = server::may_listen_unix(path); !may)
      return found(Hindrance::Of::socket, may.error(), path);
    // The server of this log is told of by the log, which it holds.
    if (server::answers(path) && !audit::has_writer(configuration_.log_path)) {
      found(Hindrance::Of::socket,
            because(server::codes::kSocketPath, path, "a server of another log, which answers there"), path);
      all.back().anothers = true;
      return;
    }
    if (const auto why = unwritable(path, made, Beside::others))
      found(Hindrance::Of::socket, because(server::codes::kSocketPath, path, *why), path);
  }

  void file(Hindrance::Of of, const std::string& path, const fs::path& made) {
    if (path.empty() && of == Hindrance::Of::log) return cannot_be_written(of, "\"\"", "it names no file");
    if (path.empty()) return;
    const Beside beside = of == Hindrance::Of::high_water ? Beside::nothing : Beside::others;
    if (const auto why = unwritable(path, made, beside)) return cannot_be_written(of, path, *why);
    if (of != Hindrance::Of::log && of != Hindrance::Of::keys) return;
    std::error_code ignored;
    if (fs::hard_link_count(path, ignored) > 1 && !ignored) {
      const audit::Error error(audit::codes::kLogLinked, path, {path});
      all.push_back({of, error.message(language_), error.code().exit_code});
      all.back().linked = true;
    }
    if (of != Hindrance::Of::log) return;
    const std::string lock = path + "-writer";
    if (const auto why = unwritable(lock, made, Beside::nothing)) cannot_be_written(of, lock, *why);
  }

  void keys(const std::string& dir, const fs::path& made) {
    std::error_code ignored;
    if (audit::KeyStore::exists(dir)) return file(Hindrance::Of::keys, dir + "/data.db", made);
    if (!fs::exists(dir, ignored)) return file(Hindrance::Of::keys, dir, made);
    const audit::Error error(audit::codes::kKeysMissing, dir,
                             {dir, fs::is_directory(dir, ignored) ? Words("the folder is there and holds none")
                                                                  : Words("a file lies in its place")});
    all.push_back({Hindrance::Of::keys, error.message(language_), error.code().exit_code});
  }

  void logging(const fs::path& made) {
    const std::string& path = configuration_.log_file;
    if (path.empty()) return;
    if (const auto why = unwritable(path, made, Beside::nothing))
      all.push_back({Hindrance::Of::logging, fill(cannot_open_operation_log(language_), {path, *why}), 4});
  }

  // Two things in one file. What has been told of one that cannot be where it is is not told again.
  void places(const std::vector<Shared>& shared, const std::string& file) {
    for (const Shared& one : shared) {
      if (std::any_of(all.begin(), all.end(), [&](const Hindrance& before) { return before.of == one.of; })) continue;
      found(one.of, {&config::codes::kConfiguration, {one.item}}, file);
      all.back().anothers = true;
    }
  }

  std::vector<Hindrance> all;

 private:
  using Address = std::pair<std::string, std::uint16_t>;

  std::optional<Address> address(Hindrance::Of of, const std::string& text, bool running) {
    std::optional<Address> parts = config::address_and_port(text);
    if (!parts) {
      found(of, because(server::codes::kListen, text, "no ADDRESS:PORT"), text);
    } else if (const Result<void> may = server::may_listen(parts->first); !may) {
      found(of, may.error(), text);
    } else if (const Result<void> free = running ? Result<void>() : server::is_free(parts->first, parts->second);
               !free) {
      found(of, free.error(), text);
      all.back().taken = true;
    }
    return parts;
  }

  static Problem because(const Code& code, const std::string& subject, std::string why) {
    return {&code, {{.path = subject, .expected = {}, .found = std::move(why), .nearest = {}, .hint = {}}}};
  }

  void found(Hindrance::Of of, const Problem& problem, const std::string& subject) {
    all.push_back({of, wire::problem_text(problem, language_, subject), problem.code->exit_code});
  }

  void cannot_be_written(Hindrance::Of of, const std::string& path, const std::string& why) {
    const audit::Error error(audit::codes::kLogReadOnly, path, {path, why});
    all.push_back({of, error.message(language_), error.code().exit_code});
  }

  const config::Configuration& configuration_;
  const Language language_;
};

}  // namespace

std::vector<Hindrance> hindrances(const Settings& settings, Language language, bool running) {
  const config::Configuration& configuration = settings.configuration;
  Looks look(configuration, language);
  look.addresses(running);
  const fs::path folder = folder_of(configuration.log_path);  // serve makes it
  look.socket(folder);
  look.file(Hindrance::Of::log, configuration.log_path, folder);
  const std::vector<Shared> places = shared(settings);
  // What is another's is not looked at as a folder of keys: it would be told to be moved out of the way.
  if (std::none_of(places.begin(), places.end(), [](const Shared& one) { return one.of == Hindrance::Of::keys; }))
    look.keys(keys_dir(configuration), folder);
  look.file(Hindrance::Of::high_water, configuration.high_water, folder);
  look.logging(configuration.log_file.empty() ? folder : folder_of(configuration.log_file));
  look.places(places, settings.file);
  return std::move(look.all);
}

std::string_view cannot_open_operation_log(Language language) {
  return language == Language::zh ? "[logging] 的文件 {0} 无法写入：{1}。请改用其他文件，或留空以写到标准错误。"
                                  : "the file of [logging], {0}, cannot be written: {1}. Name another, or none: then "
                                    "standard error takes the "
                                    "lines.";
}

Faulty faulty(const load::Loaded& loaded, const config::Configuration& configuration) {
  std::vector<std::string> folders = configuration.pack_folders;
  folders.insert(folders.end(), configuration.data_folders.begin(), configuration.data_folders.end());
  std::vector<bool> at_fault(folders.size());
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity != Severity::error || diagnostic.span.source >= loaded.sources.size()) continue;
    const std::string file = fs::path(loaded.sources[diagnostic.span.source].name()).lexically_normal().string();
    std::size_t nearest = folders.size(), longest = 0;
    for (std::size_t i = 0; i < folders.size(); ++i) {
      std::string prefix = (fs::path(folders[i]) / "").lexically_normal().string();
      if (prefix == "./") prefix.clear();
      if (!file.starts_with(prefix) || (nearest < folders.size() && prefix.size() <= longest)) continue;
      nearest = i;
      longest = prefix.size();
    }
    if (nearest < folders.size()) at_fault[nearest] = true;
  }
  const bool known = std::find(at_fault.begin(), at_fault.end(), true) != at_fault.end();
  Faulty out;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (!known || at_fault[i]) out.folders += (out.folders.empty() ? "" : ", ") + folders[i];
    out.all += (out.all.empty() ? "" : " ") + shell_word(folders[i]);
  }
  return out;
}

std::vector<Unseen> unseen(const program::Program& program, const std::vector<server::CallerEntry>& callers) {
  std::vector<std::string_view> queues;
  for (std::uint32_t i = 0; i < program.queues().size(); ++i) queues.push_back(program.queue_name(i));
  const std::span<const std::string_view> jurisdictions = program.jurisdictions();
  std::vector<Unseen> out;
  for (const server::CallerEntry& caller : callers) {
    if ((caller.roles & server::kAgent) != 0 && caller.queues.empty()) out.push_back({caller.id, "queues", {}, {}});
    for (const std::string& queue : caller.queues)
      if (queue != "*" && program.find_queue(queue) == program::kNone)
        out.push_back({caller.id, "queues", queue, std::string(nearest(queue, queues))});
    for (const std::string& one : caller.jurisdictions)
      if (!std::binary_search(jurisdictions.begin(), jurisdictions.end(), one))
        out.push_back({caller.id, "jurisdictions", one, std::string(nearest(one, jurisdictions))});
  }
  return out;
}

std::string told(const Unseen& one, Language language) {
  const bool zh = language == Language::zh;
  std::string out =
      one.key == "queues"
          ? fill(one.name.empty()
                     ? (zh ? "坐席 {0} 没有可见的队列，因此看不到任何等待中的转接"
                           : "{0} is an agent with no queue: no hand-off that waits is shown to it")
                     : (zh ? "调用方 {0} 可见队列 {1}，而规则包中没有该队列，因此不会有新的转接；已在其中的仍可见"
                           : "{0} is to see the queue {1}, which no pack has: no new hand-off comes there; those that "
                             "lie in it are shown"),
                 {one.caller, quote_json(one.name)})
          : fill(zh ? "调用方 {0} 属于法域 "
                      "{1}，而没有规则包属于该法域，因此对其轮次适用全部规则包"
                    : "{0} is of jurisdiction {1}, which no pack is of: the packs of all apply to its turns",
                 {one.caller, quote_json(one.name)});
  if (!one.nearest.empty()) out += fill(zh ? "；是否想写 {0}？" : "; did you mean {0}?", {one.nearest});
  return out;
}

std::vector<Orphan> orphans(audit::StateStore& state, const std::vector<server::CallerEntry>& callers) {
  const server::Callers now(callers);
  std::vector<Orphan> out;
  for (const audit::StateEntry& entry : state.all(audit::StateKind::ticket)) {
    const std::optional<gate::Ticket> ticket = gate::decode_ticket(entry.value);
    if (ticket && ticket->standing == gate::Standing::person && !now.has(ticket->holder, server::kAgent))
      out.push_back({ticket->id, ticket->queue, ticket->holder});
  }
  return out;
}

std::string told(const Orphan& one, Language language) {
  return fill(language == Language::zh
                  ? "转人工单 {0} 由 {2} 受理，而 {2} 已不是坐席：队列 {1} 的任一坐席均可受理"
                  : "the hand-off {0} is held by {2}, who is no agent any more: any agent of the queue {1} may take it",
              {one.handoff, one.queue, one.holder});
}

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+:@%").find(c) != std::string_view::npos || (c & 0x80) != 0;
  });
  if (plain) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace caveat::cli
