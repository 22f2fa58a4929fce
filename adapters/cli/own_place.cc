#include "adapters/cli/own_place.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "adapters/cli/write_file.h"
#include "adapters/config/codes.h"
#include "adapters/load/rule_files.h"
#include "audit/seal/keystore.h"

namespace caveat::cli {

namespace fs = std::filesystem;

namespace {

using Of = Hindrance::Of;
using Number = std::pair<::dev_t, ::ino_t>;  // of a file, by whatever name

// /dev/null, a terminal, a pipe
bool is_shared_by_many(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  return type == fs::file_type::character || type == fs::file_type::fifo;
}

// Nothing: it is not there, or any number of things may share it.
std::optional<Number> number_of(const fs::path& path) {
  struct ::stat status{};
  if (::stat(path.c_str(), &status) != 0 || is_shared_by_many(path)) return std::nullopt;
  return Number{status.st_dev, status.st_ino};
}

// Where it lies or would be made, also through a link to what is not there yet.
fs::path real(const std::string& named) {
  std::error_code error;
  const fs::path path = fs::absolute(behind_links(named), error);
  const fs::path whole = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal() : whole;
}

bool same(const fs::path& a, const fs::path& b) {
  if (a == b) return !is_shared_by_many(a);
  const std::optional<Number> one = number_of(a), other = number_of(b);
  if (one || other) return one == other;
  if (a.filename() != b.filename()) return false;
  const std::optional<Number> folder = number_of(a.parent_path());
  return folder && folder == number_of(b.parent_path());
}

bool within(const fs::path& path, const fs::path& folder) {
  for (fs::path at = path;; at = at.parent_path()) {
    if (same(at, folder)) return true;
    if (!at.has_relative_path()) return false;
  }
}

// What SQLite, the one writer and the rescue of a log that was taken away put beside it.
bool is_of_log(const fs::path& path, const fs::path& log) {
  for (const std::string_view end : {"", "-wal", "-shm", "-journal", "-writer", "-wal.stray", ".rescued"})
    if (same(path, log.string() + std::string(end))) return true;
  return false;
}

bool is_of_keys(const fs::path& path, const fs::path& folder) {
  if (within(path, folder)) return true;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (same(path, at->path())) return true;
  return false;
}

// The files that packs and reference sets are read from, and those that the next load would take for one.
class Rules {
 public:
  explicit Rules(const config::Configuration& configuration) {
    for (const std::string& one : configuration.pack_folders) folders_.push_back(real(one));
    for (const std::string& one : configuration.data_folders) folders_.push_back(real(one));
    const Result<load::RuleFiles> files =
        load::read_rule_files(configuration.pack_folders, Limits{}, configuration.data_folders);
    if (!files) return;  // told where they are loaded
    for (std::size_t i = 0; i < files->sources.size(); ++i)
      if (const std::optional<Number> number = number_of(files->sources[static_cast<SourceId>(i)].name()))
        read_.push_back(*number);
  }

  bool has(const fs::path& path) const {
    if (const std::optional<Number> number = number_of(path))
      if (std::find(read_.begin(), read_.end(), *number) != read_.end()) return true;
    const std::string name = path.filename().string();
    return (name.ends_with(".cav") || name.ends_with(".data.csv")) &&
           std::any_of(folders_.begin(), folders_.end(), [&](const fs::path& folder) { return within(path, folder); });
  }

 private:
  std::vector<fs::path> folders_;
  std::vector<Number> read_;
};

// Something that has its place: what is looked at later may not be there.
struct Held {
  std::string_view what;  // of a `found`: {} is the path
  std::function<bool(const fs::path&)> is_at;
  std::optional<Of> in_force = {};  // it is this one's place until the next start, and may stay it
};

std::vector<Held> in_use(const config::Configuration& configuration) {
  std::vector<Held> all;
  const fs::path keys = real(keys_dir(configuration));
  all.push_back({", which is of the audit log in use",
                 [at = real(configuration.log_path)](const fs::path& path) { return is_of_log(path, at); }, Of::log});
  all.push_back(
      {", which is of the keys in use", [keys](const fs::path& path) { return is_of_keys(path, keys); }, Of::keys});
  const auto file = [&](Of of, std::string_view what, const std::string& named) {
    if (!named.empty()) all.push_back({what, [at = real(named)](const fs::path& path) { return same(path, at); }, of});
  };
  file(Of::high_water, ", which is the high-water mark in use", configuration.high_water);
  file(Of::socket, ", which is the socket in use", configuration.socket);
  file(Of::logging, ", which is the operational log in use", configuration.log_file);
  return all;
}

}  // namespace

std::vector<Shared> shared(const Settings& settings, const config::Configuration* in_force) {
  const config::Configuration& configuration = settings.configuration;
  const std::string keys = keys_dir(configuration);
  std::vector<Shared> out;
  std::vector<Held> held;
  const std::vector<Held> open = in_force == nullptr ? std::vector<Held>() : in_use(*in_force);
  const auto holds = [&](std::string_view what, const std::string& path) {
    if (!path.empty()) held.push_back({what, [at = real(path)](const fs::path& other) { return same(other, at); }});
  };
  const auto tell = [&](Of of, std::string_view key, const std::string& path, std::string_view what) {
    std::string place = (settings.file.empty() ? "" : settings.file + " ") + std::string(key);
    if (of == Of::keys && keys_by_variable(configuration)) place = "CAVEAT_KEYS";
    if (of == Of::keys && settings.keys_by_option) place = "--keys";
    if (of == Of::log && settings.log_by_option) place = "--log";
    out.push_back({of,
                   {.path = std::move(place),
                    .expected = "a file of its own",
                    .found = path + std::string(what),
                    .nearest = {},
                    .hint = {}}});
  };
  const auto look = [&](Of of, std::string_view key, const std::string& path, std::string_view but = {}) {
    if (path.empty()) return;
    const fs::path at = real(path);
    for (const Held& one : held)
      if (one.what != but && one.is_at(at)) return tell(of, key, path, one.what);
    for (const Held& one : open) {
      // The mark's usual place is among the keys.
      const bool usual =
          of == Of::high_water && one.in_force == Of::keys && same(at, real(keys_dir(*in_force)) / "high-water");
      if (one.in_force != of && !usual && one.is_at(at)) return tell(of, key, path, one.what);
    }
  };

  constexpr std::string_view kOfKeys = ", which is of the keys", kOfLog = ", which is of the audit log";
  holds(", which is the configuration", settings.file);
  const auto rules = std::make_shared<const Rules>(configuration);
  held.push_back({", which is of the rules", [rules](const fs::path& path) { return rules->has(path); }, {}});
  const char* passphrase = std::getenv("CAVEAT_PASSPHRASE_FILE");
  if (passphrase != nullptr) holds(", which holds the passphrase", passphrase);
  if (settings.file.empty())  // a start without one writes it
    holds(", which is the key of the first caller",
          (fs::path(configuration.log_path).parent_path() / "bot.key").string());

  held.push_back({kOfLog, [at = real(configuration.log_path)](const fs::path& path) { return is_of_log(path, at); }});
  look(Of::keys, "log.keys", keys);
  // A folder that holds none yet and has the log in it was named as that of the keys by mistake.
  if (out.empty() && !audit::KeyStore::exists(keys) && within(real(configuration.log_path), real(keys)))
    tell(Of::keys, "log.keys", keys, ", which holds the audit log");
  if (out.empty()) {  // else they will lie elsewhere
    held.push_back({kOfKeys, [at = real(keys)](const fs::path& path) { return is_of_keys(path, at); }});
    look(Of::log, "log.path", configuration.log_path, kOfLog);
  }
  // Its usual place among the keys may be named as well.
  const bool usual =
      !configuration.high_water.empty() && same(real(configuration.high_water), real(keys) / "high-water");
  look(Of::high_water, "log.high_water", configuration.high_water, usual ? kOfKeys : std::string_view());
  holds(", which is the high-water mark", configuration.high_water);
  look(Of::callers, "http.callers", configuration.callers_file);
  holds(", which holds the callers", configuration.callers_file);
  look(Of::socket, "http.socket", configuration.socket);
  holds(", which is the socket", configuration.socket);
  look(Of::logging, "logging.file", configuration.log_file);
  return out;
}

std::optional<Problem> shared_problem(const Settings& settings, const config::Configuration* in_force) {
  std::vector<Shared> all = shared(settings, in_force);
  if (all.empty()) return std::nullopt;
  Problem problem{&config::codes::kConfiguration, {}};
  for (Shared& one : all) problem.items.push_back(std::move(one.item));
  return problem;
}

}  // namespace caveat::cli
