#include "adapters/cli/settings.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "adapters/cli/log_file.h"
#include "adapters/config/codes.h"
#include "adapters/load/machine_zones.h"
#include "adapters/load/rule_files.h"
#include "engine/base/digest.h"

namespace caveat::cli {

namespace {

constexpr std::size_t kMostBytes = 1u << 20;  // of a configuration

server::CallerEntry entry_of(const config::CallerSettings& settings) {
  server::CallerEntry entry;
  entry.id = settings.id;
  for (const std::string& role : settings.roles) entry.roles |= server::role_of(role).value_or(server::Role{});
  entry.sources = settings.sources;
  entry.jurisdictions = settings.jurisdictions;
  entry.queues = settings.queues;
  const std::string digest = from_hex(settings.key_digest).value_or(std::string(32, '\0'));
  std::copy(digest.begin(), digest.end(), entry.key_digest.begin());
  entry.confirms = settings.confirms;
  entry.any_time = settings.any_time;
  return entry;
}

std::vector<std::string> zones() {
  std::vector<std::string> names = load::machine_zones().names();
  if (!std::binary_search(names.begin(), names.end(), std::string_view("UTC"))) names.emplace_back("UTC");
  return names;
}

config::Known known() {
  static const std::vector<std::string_view> roles = server::role_names();
  return {.roles = roles, .is_id = &server::is_caller_id, .zones = &zones};
}

}  // namespace

std::string beside_log(const std::string& log_path, const std::string& ending) {
  return (log_path.ends_with(".db") ? log_path.substr(0, log_path.size() - 3) : log_path) + ending;
}

Result<Settings> read_settings(const Invocation& invocation) {
  Settings settings;
  settings.file = invocation.get("--config");
  config::Configuration& read = settings.configuration;
  if (settings.file.empty()) {
    read = config::defaults();
  } else {
    Result<std::string> text = load::read_file(settings.file, kMostBytes);
    if (!text) return tl::unexpected(text.error());
    Result<config::Configuration> parsed = config::read_configuration(*text, settings.file, known());
    if (!parsed) return tl::unexpected(parsed.error());
    read = std::move(*parsed);
    // What is relative is meant from where the file lies, wherever the process was started.
    const std::filesystem::path folder = std::filesystem::path(settings.file).parent_path();
    const auto whole = [&](std::string& path) {
      if (!path.empty() && std::filesystem::path(path).is_relative() && !folder.empty())
        path = (folder / path).string();
    };
    for (std::string* path :
         {&read.log_path, &read.log_keys, &read.high_water, &read.socket, &read.callers_file, &read.log_file})
      whole(*path);
    for (std::string& path : read.pack_folders) whole(path);
    for (std::string& path : read.data_folders) whole(path);
  }
  settings.log_by_option = invocation.has("--log");
  settings.keys_by_option = invocation.has("--keys");
  if (settings.log_by_option) read.log_path = invocation.get("--log");
  if (settings.keys_by_option) read.log_keys = invocation.get("--keys");
  if (invocation.has("--rules")) read.pack_folders = {invocation.get("--rules")};
  if (invocation.has("--listen")) read.listen = invocation.get("--listen");
  if (read.socket.empty()) read.socket = beside_log(read.log_path, ".sock");
  if (read.callers_file.empty()) read.callers_file = beside_log(read.log_path, ".callers.toml");
  return settings;
}

std::string keys_dir(const config::Configuration& configuration) {
  return configuration.log_keys.empty() ? keys_dir(Invocation(), configuration.log_path) : configuration.log_keys;
}

bool keys_by_variable(const config::Configuration& configuration) {
  return configuration.log_keys.empty() && !keys_variable().empty();
}

Result<std::vector<server::CallerEntry>> all_callers(const config::Configuration& configuration) {
  std::vector<server::CallerEntry> entries;
  std::set<std::string> ids;
  std::map<std::string, std::string> digests;  // whose
  for (const config::CallerSettings& caller : configuration.callers) {
    entries.push_back(entry_of(caller));
    ids.insert(caller.id);
    digests.emplace(caller.key_digest, caller.id);
  }
  std::error_code ignored;
  if (!std::filesystem::exists(configuration.callers_file, ignored)) return entries;
  Result<std::string> text = load::read_file(configuration.callers_file, kMostBytes);
  if (!text) return tl::unexpected(text.error());
  Result<std::vector<config::CallerSettings>> more = config::read_callers(*text, configuration.callers_file, known());
  if (!more) return tl::unexpected(more.error());
  Problem twice{&config::codes::kConfiguration, {}};
  for (const config::CallerSettings& caller : *more) {
    if (!ids.insert(caller.id).second)
      twice.items.push_back({.path = caller.place + " callers.id",
                             .expected = "an id that the configuration does not have too",
                             .found = caller.id,
                             .nearest = {},
                             .hint = {}});
    if (const auto [first, is_new] = digests.emplace(caller.key_digest, caller.id);
        !is_new && first->second != caller.id)
      twice.items.push_back({.path = caller.place + " callers.key_digest",
                             .expected = "a key of its own: `caveat keys caller` makes one",
                             .found = "the one of " + first->second,
                             .nearest = {},
                             .hint = {}});
    entries.push_back(entry_of(caller));
  }
  if (!twice.items.empty()) return tl::unexpected(std::move(twice));
  return entries;
}

Result<void> would_be_read(const std::string& text, const std::string& file, bool is_configuration) {
  const auto refused = [&](std::string expected, std::string found) {
    return tl::unexpected(Problem{&config::codes::kConfiguration,
                                  {{.path = file + " callers",
                                    .expected = std::move(expected),
                                    .found = std::move(found),
                                    .nearest = {},
                                    .hint = {}}}});
  };
  if (text.size() > kMostBytes)
    return refused("a file of at most 1 MiB", std::to_string(text.size()) + " bytes with the new caller");
  // The table itself is well formed: what it cannot stand beside is a list of them in brackets.
  if (is_configuration ? config::read_configuration(text, file, known()).has_value()
                       : config::read_callers(text, file, known()).has_value())
    return {};
  return refused("tables headed [[callers]]", "a list in brackets, to which no table can be added");
}

}  // namespace caveat::cli
