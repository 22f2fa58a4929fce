// Configuration: one TOML file as a struct; the same table of keys reads it and writes the file that explains itself.
//
//   Result<Configuration> read = read_configuration(text, "caveat.toml", {.roles = names, .is_id = &server::is_caller_id});
//   std::string starter = written_configuration(Language::zh);
//
// Promises   an unknown key is refused with the nearest known one, a key whose place is kept for later as `not_yet`; every mistake
//            is told at once, with line and column; what the starter says is what holds where a key is missing
// Errors     a Problem `configuration`: one item a mistake, its path FILE:LINE:COLUMN and the key
// Source     TOML 1.0; contracts.md 34
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/language.h"
#include "engine/base/result.h"

namespace caveat::config {

inline constexpr std::string_view kLocal = "local";  // in records: the command line, and the user over the socket

struct CallerSettings {
  std::string id;
  std::vector<std::string> roles, sources, jurisdictions, queues;
  std::string key_digest;  // 64 hex digits: SHA-256 of the secret
  bool confirms = false, any_time = false;
  std::string place;  // FILE:LINE:COLUMN
};

// What other rooms know and this one does not.
struct Known {
  std::span<const std::string_view> roles;        // the names that a role may have
  bool (*is_id)(std::string_view) = nullptr;      // may a caller be called so?
  std::vector<std::string> (*zones)() = nullptr;  // the time zones of this machine; null: not looked at
};

struct Configuration {
  std::string log_path, log_keys, high_water, log_zone;
  std::vector<std::string> pack_folders, data_folders;
  std::int64_t deadline_ms = 0, clock_skew_ms = 0;
  std::string default_queue, default_queue_place;  // FILE:LINE:COLUMN; empty: it is not named
  bool durable = true;
  std::size_t gate_threads = 0, http_threads = 0;
  std::string listen, admin_listen, socket, callers_file;
  std::size_t header_bytes = 0, body_bytes = 0, connections = 0, turns_waiting = 0, turns_waiting_a_key = 0,
              batch_lines = 0, batches = 0, reports = 0, caller_rate = 0;
  std::int64_t header_wait_ms = 0, body_wait_ms = 0, idle_ms = 0, drain_ms = 0;
  std::string log_level, log_file, language;
  std::vector<CallerSettings> callers;
};

Configuration defaults();

Result<Configuration> read_configuration(std::string_view text, const std::string& file, const Known& known);
// A file that holds [[callers]] and nothing else.
Result<std::vector<CallerSettings>> read_callers(std::string_view text, const std::string& file, const Known& known);

// "127.0.0.1:8650" and "[::1]:8650", as the configuration and --listen name them. "::1:8650" is neither: it may be ::1, or one address.
std::optional<std::pair<std::string, std::uint16_t>> address_and_port(std::string_view text);

// "http.listen": the keys that differ and that a server reads at its start alone.
std::vector<std::string> count_after_a_restart(const Configuration& before, const Configuration& now);

std::string written_configuration(Language language);
std::string written_caller(const CallerSettings& caller);  // one [[callers]] table

}  // namespace caveat::config
