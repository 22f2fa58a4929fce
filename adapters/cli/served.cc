#include "adapters/cli/served.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "adapters/cli/diagnostic_json.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/rules.h"
#include "adapters/config/codes.h"
#include "adapters/gate/body.h"
#include "adapters/load/codes.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/schema_json.h"
#include "audit/error.h"
#include "audit/record/from_decision.h"
#include "engine/base/diagnostic.h"
#include "engine/base/escape.h"
#include "engine/base/nearest.h"
#include "engine/base/units.h"

namespace caveat::cli {

namespace json = boost::json;

std::optional<DiskRoom> disk_room(const std::string& path) {
  struct ::statvfs room{};
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (::statvfs(folder.empty() ? "." : folder.c_str(), &room) != 0 || room.f_blocks == 0) return std::nullopt;
  return DiskRoom{.free_bytes = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize,
                  .free_percent = static_cast<std::uint64_t>(room.f_bavail) * 100 / room.f_blocks};
}

std::optional<DiskRoom> fuller_disk(audit::Log& log) {
  std::optional<DiskRoom> fuller;
  for (const std::string& path : {log.path(), log.keys().dir() + "/"}) {
    const std::optional<DiskRoom> room = disk_room(path);
    if (room && (!fuller || room->free_bytes < fuller->free_bytes)) fuller = room;
  }
  return fuller;
}

namespace {

// Those of before that are not there any more; what stays keeps the time since when it counts.
template <class Pack>
std::vector<Pack> left_behind(const std::vector<Pack>& before, std::vector<Pack>& now) {
  std::vector<Pack> gone;
  for (const Pack& old : before) {
    const auto stays = std::find_if(now.begin(), now.end(),
                                    [&](const Pack& one) { return one.name == old.name && one.digest == old.digest; });
    if (stays == now.end())
      gone.push_back(old);
    else
      stays->since = old.since;
  }
  return gone;
}

std::string notes_json(const Reloaded& done, Language language) {
  json::array notes;
  for (const std::string& key : done.after_restart) {
    const std::size_t dot = key.find('.');
    const std::vector<std::string> parts{key.substr(0, dot), key.substr(dot + 1)};
    notes.push_back(
        json::object{{"about", key},
                     {"say", fill(language == Language::zh ? "[{0}] {1} 已改动：重启后生效"
                                                           : "[{0}] {1} was changed: it counts after a restart",
                                  parts)}});
  }
  for (const Unseen& one : done.unseen)
    notes.push_back(json::object{{"about", "callers." + std::string(one.key)}, {"say", told(one, language)}});
  for (const Orphan& one : done.orphans)
    notes.push_back(json::object{{"about", "handoffs/" + one.handoff}, {"say", told(one, language)}});
  return json::serialize(notes);
}

}  // namespace

std::optional<Problem> unknown_queue(const program::Program& program, const std::string& name,
                                     const std::string& place) {
  if (name.empty() || program.find_queue(name) != program::kNone) return std::nullopt;
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < program.queues().size(); ++i) names.push_back(program.queue_name(i));
  return Problem{&config::codes::kConfiguration,
                 {{.path = place + (place.empty() ? "" : " ") + "gate.default_queue",
                   .expected = "a queue of the loaded packs",
                   .found = quote_json(name),
                   .nearest = std::string(nearest(name, names)),
                   .hint = {}}}};
}

// The record before the change: nothing is decided by what the log has not heard of.
void Served::moved(audit::Kind kind, const Pack& what, const std::string& by) {
  if (options_.log == nullptr) return;
  Digest digest{};
  const std::string bytes = from_hex(what.digest).value_or(std::string(32, '\0'));
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  record(*options_.log, kind,
         audit::RulesMoved{.name = what.name,
                           .version = what.version,
                           .digest = digest,
                           .by = by,
                           .words = {},
                           .in_force_from = {},
                           .examples = {},
                           .signature = {}});
}

void Served::activate(const load::Loaded& loaded, const std::string& by) {
  const std::string since = format_instant(options_.clock->wall_us(), 0);
  std::vector<Pack> fresh, data;
  for (const program::Program::PackName& pack : loaded.rules->program->packs())
    fresh.push_back({.name = std::string(pack.name),
                     .version = std::string(pack.version),
                     .digest = hex(pack.digest),
                     .since = since});
  const audit::KeyedDigest keyed = [this](std::string_view bytes) { return options_.log->keys().keyed_digest(bytes); };
  for (const decide::Data::Set& set : loaded.rules->data.sets) {
    const Digest digest = options_.log == nullptr ? set.digest : audit::digest_recorded(set, keyed);
    data.push_back({.name = set.name, .version = set.version, .digest = hex(digest), .since = since});
  }
  std::vector<Pack> gone, data_gone;
  {
    const std::lock_guard lock(mutex_);
    gone = left_behind(active_, fresh);
    data_gone = left_behind(data_, data);
  }
  for (const Pack& pack : fresh)
    if (pack.since == since) moved(audit::Kind::pack_activated, pack, by);
  for (const Pack& set : data)
    if (set.since == since) moved(audit::Kind::data_activated, set, by);
  const auto withdraw = [&](audit::Kind kind, const std::vector<Pack>& left, const std::vector<Pack>& now) {
    for (const Pack& one : left) {
      const bool follows = std::any_of(now.begin(), now.end(), [&](const Pack& next) { return next.name == one.name; });
      if (!follows) moved(kind, one, by);
    }
  };
  withdraw(audit::Kind::pack_withdrawn, gone, fresh);
  withdraw(audit::Kind::data_withdrawn, data_gone, data);
  const auto texts = std::make_shared<PacksAtHand>();
  add_to(*texts, loaded);
  options_.snapshot->put(loaded.rules);
  write_down(decide::out_of_force(*loaded.rules->program, options_.clock->wall_us(), 0), *loaded.rules->program);
  const std::lock_guard lock(mutex_);
  active_ = std::move(fresh);
  data_ = std::move(data);
  if (!gone.empty()) previous_ = std::move(gone);
  program_ = hex(loaded.rules->program->digest());
  texts_ = texts;
}

void Served::write_down(const std::vector<decide::OutOfForce>& all, const program::Program& program) {
  if (all.empty()) return;
  constexpr std::size_t kShown = 20;
  options_.operation->write(
      server::Level::warn, "not_in_force",
      {{"rules", static_cast<std::int64_t>(all.size())}, {"names", told_openly(program, all, kShown, Language::en)}});
}

void Served::write_down(const std::vector<Unseen>& all) {
  for (const Unseen& one : all)
    options_.operation->write(
        server::Level::warn, "caller_unseen",
        {{"caller", one.caller}, {"key", std::string(one.key)}, {"name", one.name}, {"nearest", one.nearest}});
}

void Served::write_down(const std::vector<Orphan>& all) {
  for (const Orphan& one : all)
    options_.operation->write(server::Level::warn, "handoff_orphaned",
                              {{"handoff", one.handoff}, {"queue", one.queue}, {"holder", one.holder}});
}

tl::expected<Reloaded, server::Refusal> Served::reload(const std::string& by) {
  const std::lock_guard turn(reloading_);
  // After a signal nobody reads an answer: the line alone tells where to look.
  const auto refused = [&](Problem problem, std::string members = {}, std::string place = {},
                           std::size_t mistakes = 0) {
    if (mistakes == 0) mistakes = problem.items.size();
    if (place.empty() && !problem.items.empty()) place = problem.items.front().path;
    options_.metrics->reloaded(false);
    options_.operation->write(server::Level::error, "reload_refused",
                              {{"code", problem.code->name},
                               {"by", by},
                               {"mistakes", static_cast<std::int64_t>(mistakes)},
                               {"first", place}});
    return tl::unexpected(server::Refusal{std::move(problem), std::move(members)});
  };
  // First, since what is said of this reload must stand where the log lines are from now on, however it ends.
  options_.operation->reopen();
  Reloaded out;
  try {
    // Before the rules are looked at: a key that was taken away must not count on since they are broken.
    Result<Again> again = options_.again();
    if (!again) return refused(again.error());
    out.after_restart = std::move(again->after_restart);
    if (options_.log != nullptr) out.orphans = orphans(options_.log->state(), again->callers);
    write_down(out.orphans);
    for (const std::string& key : out.after_restart)
      options_.operation->write(server::Level::warn, "restart_needed", {{"key", key}});
    Result<load::Loaded> loaded = load::load_rules(again->folders, Limits{}, {}, again->data_folders);
    if (!loaded) return refused(loaded.error());
    if (!loaded->rules) {
      std::string list, place;
      std::size_t shown = 0;
      for (const Diagnostic& diagnostic : loaded->diagnostics) {
        if (place.empty() && diagnostic.severity == Severity::error &&
            diagnostic.span.source < loaded->sources.size()) {
          const Source& source = loaded->sources[diagnostic.span.source];
          place = source.name() + ":" + std::to_string(source.position(diagnostic.span.begin).line);
        }
        if (shown++ < Limits{}.diagnostics)
          list += (list.empty() ? "" : ",") + diagnostic_json(diagnostic, loaded->sources);
      }
      return refused(wire::problem(wire::codes::kDiagnostics, {.path = "",
                                                               .expected = "rules without mistakes",
                                                               .found = std::to_string(loaded->errors()) + " mistakes",
                                                               .nearest = {},
                                                               .hint = "the packs of before go on deciding; callers "
                                                                       "count as they stand now"}),
                     "\"diagnostics\":[" + list + "]", std::move(place), loaded->errors());
    }
    // That which counts, and that with which the next start has to come up.
    for (const auto& [queue, place] :
         {std::pair{&options_.default_queue, &options_.default_queue_place},
          std::pair{&std::as_const(again->default_queue), &std::as_const(again->default_queue_place)}})
      if (std::optional<Problem> problem = unknown_queue(*loaded->rules->program, *queue, *place))
        return refused(std::move(*problem));
    out.unseen = caveat::cli::unseen(*loaded->rules->program, again->callers);
    activate(*loaded, by);
  } catch (const Error& error) {
    return refused(wire::problem(wire::codes::kStorage, {.path = "",
                                                         .expected = "a log that takes the record of it",
                                                         .found = std::string(error.code().name),
                                                         .nearest = {},
                                                         .hint = "the packs of before go on deciding"}));
  } catch (const std::exception&) {  // a signal asked, and nobody above it would catch
    return refused(wire::problem(wire::codes::kInternal, {.path = "",
                                                          .expected = "rules and callers that can be read",
                                                          .found = "an error of ours",
                                                          .nearest = {},
                                                          .hint = "the packs of before go on deciding"}));
  }
  options_.metrics->reloaded(true);
  options_.operation->write(server::Level::info, "reloaded", {{"by", by}, {"program", program_}});
  write_down(out.unseen);
  return out;
}

std::string Served::packs_json() const {
  const std::lock_guard lock(mutex_);
  const auto list = [](const std::vector<Pack>& packs) {
    json::array out;
    for (const Pack& pack : packs)
      out.push_back(json::object{
          {"name", pack.name}, {"version", pack.version}, {"digest", "sha256:" + pack.digest}, {"since", pack.since}});
    return out;
  };
  json::array data = list(data_);
  if (const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get(); rules != nullptr) {
    for (json::value& one : data) {
      const std::string_view name = one.as_object()["name"].as_string();
      const decide::Data::Set* set = rules->data.find(name);
      if (set != nullptr && !set->closed.empty()) one.as_object().erase("digest");
      if (set != nullptr && decide::is_overdue(*rules->program, *set, options_.clock->wall_us(), 0))
        one.as_object()["overdue"] = true;
    }
  }
  return json::serialize(json::object{{"active", list(active_)},
                                      {"staged", json::array{}},
                                      {"previous", list(previous_)},
                                      {"data", std::move(data)},
                                      {"program", "sha256:" + program_}});
}

std::string Served::schema(Language language) const {
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  return rules && rules->program ? wire::schema_json(*rules->program, language) : std::string();
}

std::vector<server::Check> Served::checks(Language language) const {
  const bool zh = language == Language::zh;
  std::vector<server::Check> out;
  const auto add = [&](std::string_view name, bool ok, std::string_view en, std::string_view chinese) {
    out.push_back({.name = std::string(name), .ok = ok, .say = std::string(zh ? chinese : en)});
  };
  std::error_code ignored;
  const bool log_there = options_.log != nullptr && ::access(options_.log->path().c_str(), R_OK | W_OK) == 0;
  add("log", log_there, log_there ? "it can be written" : "it cannot be written", log_there ? "可写" : "无法写入");
  bool any_pack = false;
  {
    const std::lock_guard lock(mutex_);
    any_pack = !active_.empty();
  }
  add("packs", any_pack, any_pack ? "rules are loaded" : "no rules are loaded", any_pack ? "已加载规则" : "没有规则");
  const bool keys = options_.log != nullptr && std::filesystem::exists(options_.log->keys().dir(), ignored);
  // They may lie on a disk of their own, and a new customer's key is written before his first record.
  const std::optional<DiskRoom> keys_room = keys ? disk_room(options_.log->keys().dir() + "/") : std::nullopt;
  const bool full = keys_room && keys_room->free_bytes < kLeastFreeBytes;
  add("keys", keys && !full,
      !keys  ? "their folder is gone"
      : full ? "less than 64 MiB are free where they lie"
             : "they are at hand",
      !keys  ? "密钥目录不存在"
      : full ? "密钥所在磁盘的可用空间不足 64 MiB"
             : "可用");
  const bool clock =
      options_.clock->wall_us() > 1'700'000'000'000'000;  // before this program was written: a dead battery
  // Ahead of it the log goes on, and so does the gate: it is told, and is no reason to send callers elsewhere.
  const auto ahead = clock && options_.log != nullptr
                         ? ahead_of_clock(options_.log->newest_us(), options_.clock->wall_us(), language)
                         : std::nullopt;
  if (ahead)
    add("clock", true, *ahead, *ahead);
  else
    add("clock", clock, clock ? "it runs" : "it is years behind", clock ? "正常" : "落后多年");
  const std::optional<DiskRoom> room = options_.log != nullptr ? disk_room(options_.log->path()) : std::nullopt;
  const bool disk = room && room->free_bytes >= kLeastFreeBytes;
  add("disk", disk, disk ? "there is room" : "less than 64 MiB are free", disk ? "空间充足" : "可用空间不足 64 MiB");
  return out;
}

std::string Served::figures() const {
  std::string out;
  server::Metrics::head(out, "caveat_pack_info", "gauge", "The rule packs that decide now.");
  {
    const std::lock_guard lock(mutex_);
    for (const Pack& pack : active_)
      server::Metrics::line(out, "caveat_pack_info",
                            {{"name", pack.name}, {"version", pack.version}, {"digest", pack.digest}}, "1");
  }
  if (options_.log != nullptr) {
    server::Metrics::head(out, "caveat_log_records", "gauge", "Records of the audit log that are durable.");
    server::Metrics::line(out, "caveat_log_records", {}, std::to_string(options_.log->size()));
    server::Metrics::head(out, "caveat_log_lag_seconds", "gauge",
                          "How long the oldest sealed record that is not durable has waited.");
    server::Metrics::line(out, "caveat_log_lag_seconds", {},
                          std::to_string(static_cast<double>(options_.log->lag_ns()) / 1e9));
    if (const std::optional<DiskRoom> room = disk_room(options_.log->path())) {
      server::Metrics::head(out, "caveat_log_disk_free_bytes", "gauge", "Room on the disk of the audit log.");
      server::Metrics::line(out, "caveat_log_disk_free_bytes", {}, std::to_string(room->free_bytes));
    }
  }
  std::ifstream memory("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  if (memory >> total >> resident) {
    server::Metrics::head(out, "process_resident_memory_bytes", "gauge", "Memory that is in use.");
    server::Metrics::line(out, "process_resident_memory_bytes", {},
                          std::to_string(resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))));
  }
  return out;
}

server::Services Served::services() {
  server::Services services;
  services.schema = [this](Language language) { return schema(language); };
  services.packs = [this] { return packs_json(); };
  services.checks = [this](Language language) { return checks(language); };
  services.figures = [this] { return figures(); };
  services.checkpoint = [this] { return options_.log->checkpoint().value_or(""); };
  services.log_key = [this] { return audit::format_verifier_key(options_.log->keys().verifier()) + "\n"; };
  services.reload = [this](const server::Asked& asked) -> server::Served {
    gate::Body body(asked.body);
    if (std::optional<Problem> problem = wire::both_of(asked.amiss, body.finish()))
      return tl::unexpected(server::Refusal{std::move(*problem), {}});
    const tl::expected<Reloaded, server::Refusal> done = reload(asked.caller.id);
    if (!done) return tl::unexpected(done.error());
    server::Response response;
    response.body = packs_json();
    response.body.pop_back();
    response.body += ",\"notes\":" + notes_json(*done, asked.language) + "}";
    return response;
  };
  services.search = [this](const server::Asked& asked) { return search(asked); };
  services.report = [this](const server::Asked& asked) { return report(asked); };
  services.feedback = [this](const server::Asked& asked) { return feedback(asked); };
  services.codes = {&config::codes::kConfiguration, &load::codes::kFileMissing, &load::codes::kFileUnreadable,
                    &load::codes::kNoFile,          &load::codes::kFileName,    &load::codes::kNoPacks};
  return services;
}

}  // namespace caveat::cli
