// What the server does with the log besides deciding: searches, reports, feedback; each is recorded before it is shown.
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <functional>

#include "adapters/cli/log_file.h"
#include "adapters/cli/log_records.h"
#include "adapters/cli/period.h"
#include "adapters/cli/report_making.h"
#include "adapters/cli/served.h"
#include "adapters/gate/body.h"
#include "adapters/gate/past.h"
#include "adapters/gate/record.h"
#include "adapters/gate/unstored.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/turn.h"
#include "audit/error.h"
#include "audit/record/base64.h"
#include "audit/record/from_decision.h"
#include "audit/report/codes.h"
#include "engine/base/digest.h"
#include "engine/base/escape.h"
#include "engine/base/units.h"
#include "engine/model/zones.h"
#include "engine/program/program.h"

namespace caveat::cli {

namespace json = boost::json;
namespace codes = wire::codes;

namespace {

constexpr std::int64_t kMostItems = 1'000, kUsualItems = 100;  // of a page
constexpr std::size_t kMostCheckpoint = 60u << 10;             // bytes of a signed note
constexpr std::uint64_t kKeepFree = 256u << 20;                // bytes of the log's disk that no report takes

using gate::Body;

// `written`: as they stand in the body, for the record of the look; null: nobody asks.
Period read_period(Body& body, const std::vector<model::Transition>& zone,
                   const std::function<void(const char* name, const std::string& bound)>& written) {
  Period period;
  for (const char* name : {"from", "to"}) {
    const bool end = std::string_view(name) == "to";
    const std::optional<std::string> bound = body.filled(name);
    if (!bound) continue;
    if (!read_time(*bound, end, end ? period.to : period.from, zone))
      body.wrong(codes::kOutOfRange, name, "a day or an instant, RFC 3339", shortened(*bound));
    if (written) written(name, *bound);
  }
  if (period.none())
    body.wrong(codes::kOutOfRange, "to", "an end behind `from`", shortened(body.filled("to").value_or("")));
  return period;
}

std::optional<std::uint8_t> read_verdict(Body& body) {
  const std::optional<std::string> word = body.filled("verdict");
  const std::optional<std::uint8_t> verdict = word ? verdict_of(*word) : std::nullopt;
  if (word && !verdict)
    body.wrong(codes::kOutOfRange, "verdict", "allow, revise, require, block or handoff", shortened(*word));
  return verdict;
}

// A rule stands in records with its pack: of a name without one "none" would be read, and is not so.
std::optional<std::string> read_rule(Body& body) {
  std::optional<std::string> rule = body.filled("rule");
  if (rule && rule->find('/') == std::string::npos)
    body.wrong(codes::kOutOfRange, "rule", "a rule with its pack, as replies name it (cn.wealth/no_guarantee)",
               shortened(*rule));
  return rule;
}

tl::unexpected<server::Refusal> refused(Problem problem) {
  return tl::unexpected(server::Refusal{std::move(problem), {}});
}
tl::unexpected<server::Refusal> refused(const Code& code, std::string path, std::string expected, std::string found) {
  return refused(wire::problem(code, {.path = std::move(path),
                                      .expected = std::move(expected),
                                      .found = std::move(found),
                                      .nearest = {},
                                      .hint = {}}));
}

tl::unexpected<server::Refusal> cut_off() {
  return refused(codes::kDraining, "", "a server that stays", "one that is shutting down");
}

// A caller is not told paths of this machine.
tl::unexpected<server::Refusal> not_stored(audit::Log& log, const Code& cause, std::string expected) {
  return refused(wire::problem(cause.name.starts_with("key") ? codes::kKeys : codes::kStorage,
                               gate::unstored(cause, [&log] { return fuller_disk(log); }, std::move(expected))));
}
tl::unexpected<server::Refusal> failed(audit::Log& log, const Error& error) {
  if (&error.code() == &audit::codes::kPackageTooLarge)
    return refused(codes::kTooLarge, "/from", "a shorter period: a package that can be verified is smaller",
                   error.arguments(Language::en).front());
  if (&error.code() == &audit::codes::kReportWrite)
    return refused(codes::kStorage, "", "room for the report on the log's disk beyond the 256 MiB that stay the log's",
                   std::string(error.code().name) + ": " + error.arguments(Language::en).back());
  return not_stored(log, error.code(), "a log that can be read and written");
}

std::string roles_of(const gate::Caller& caller) {
  std::string out;
  for (const std::string& role : caller.roles) out += (out.empty() ? "" : " ") + role;
  return out;
}

// As GET /v1/decisions/{id} tells it: what is confidential now does not show in records of when it was not either.
void keep_back(const program::Program* now, const gate::Caller& caller, Shown& shown) {
  if (shown.verdict)
    std::erase_if(shown.verdict->rules,
                  [&](const audit::RuleOutcome& one) { return gate::keeps_back(now, one.id, caller.roles); });
  if (auto* closing = shown.event ? std::get_if<audit::Closing>(&*shown.event) : nullptr)
    std::erase_if(closing->rules, [&](const auto& one) { return gate::keeps_back(now, one.first, caller.roles); });
}

}  // namespace

// Nobody who asks over HTTP learns by a guess what a confidential rule is called. By its name asks whoever holds the keys, or whom the rule
// names now and in each record that would be found: of others he reads in no decision that it was this rule.
tl::expected<RuleNames, server::Refusal> Served::as_recorded(const audit::LogReader& reader, const gate::Caller& caller,
                                                             const std::string& rule, const Period& period,
                                                             std::optional<std::uint64_t> end) const {
  const audit::KeyStore& keys = options_.log->keys();
  if (caller.has_keys) return rule_as_recorded(reader, keys, rule, end);
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  const std::uint32_t index = rules ? rules->program->find_rule(rule) : program::kNone;
  if (index == program::kNone || !rules->program->rule_is_confidential(index) ||
      gate::keeps_back(rules->program.get(), rule, caller.roles))
    return RuleNames{rule, {}};
  const auto names_him = [&](const audit::Reserved& one) {
    return one.rule == rule &&
           std::any_of(one.roles.begin(), one.roles.end(), [&](const std::string& role) { return caller.has(role); });
  };
  const std::string alias = audit::alias_of(rule, [&keys](std::string_view bytes) { return keys.keyed_digest(bytes); });
  const std::vector<std::uint64_t> all = reader.search(keys, {audit::TagKind::rule, alias});
  for (auto at = all.rbegin(); at != all.rend(); ++at) {  // the newest first: behind it he may ask
    if (end && *at >= *end) continue;
    const Result<audit::Header> header = audit::decode_header(reader.header(*at).value_or(""));
    if (!header || !period.holds(header->time_us)) continue;
    const Result<audit::OpenedRecord> record = reader.open_body(keys, *at);
    if (!record) continue;  // its customer was erased: nobody reads anything of it
    const std::vector<audit::Reserved> reserved = gate::reserved_in(*record);
    if (std::none_of(reserved.begin(), reserved.end(), names_him))
      return refused(codes::kOutOfRange, "/from",
                     "an instant since which the rule is visible to the caller: " +
                         format_instant(header->time_us + 1, 0) + " or later; records of before have its alias",
                     "records in which it is not visible to the caller");
  }
  return rule_as_recorded(reader, keys, rule, end);
}

server::Served Served::search(const server::Asked& asked) const {
  Body body(asked.body);
  Sought sought;
  std::uint64_t after = 0;
  if (const std::optional<std::string> cursor = body.filled("cursor")) {
    const auto [end, error] = std::from_chars(cursor->data(), cursor->data() + cursor->size(), after);
    if (error != std::errc() || end != cursor->data() + cursor->size())
      body.wrong(codes::kOutOfRange, "cursor", "the `next` of the page before", shortened(*cursor));
  }
  const auto limit = static_cast<std::size_t>(body.whole_number("limit", 1, kMostItems).value_or(kUsualItems));
  const std::optional<std::string> reason = body.filled("reason"), customer = body.filled("customer"),
                                   day = body.filled("day");
  if (day && !parse_date(*day)) body.wrong(codes::kOutOfRange, "day", "a day (2026-11-23)", shortened(*day));
  std::string query;
  const auto by = [&](const char* member, const std::string& value) {
    query += (query.empty() ? "" : " ") + std::string("--") + member + " " + value;
  };
  const auto sought_by = [&](const char* member, audit::TagKind kind, const std::optional<std::string>& value) {
    if (!value) return;
    sought.tags.push_back({{kind, *value}});
    by(member, *value);
  };
  sought_by("customer", audit::TagKind::customer, customer);
  sought_by("conversation", audit::TagKind::conversation, body.filled("conversation"));
  const std::optional<std::string> rule = read_rule(body);
  if (const std::optional<std::uint8_t> verdict = read_verdict(body))
    sought_by("verdict", audit::TagKind::verdict, std::string(audit::verdict_name(*verdict)));
  sought_by("day", audit::TagKind::day, day);
  sought_by("request", audit::TagKind::request, body.filled("request"));
  sought_by("decision", audit::TagKind::decision, body.filled("decision"));
  sought.period = read_period(body, options_.zone, by);
  std::optional<Problem> problem = body.finish();
  if (!problem && query.empty() && !rule)
    problem = wire::problem(codes::kNothingToJudge,
                            {.path = "",
                             .expected = "something to look for: customer, rule, verdict, day, from …",
                             .found = "nothing",
                             .nearest = {},
                             .hint = {}});
  problem = wire::both_of(asked.amiss, std::move(problem));
  if (problem) return refused(*std::move(problem));

  try {
    const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(options_.log->path());
    reader->store().cut_when(asked.cut);
    const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
    const program::Program* program = rules ? rules->program.get() : nullptr;
    if (rule) {
      const auto names = as_recorded(*reader, asked.caller, *rule, sought.period);
      if (!names) return tl::unexpected(names.error());
      const bool kept = !asked.caller.has_keys && gate::keeps_back(program, *rule, asked.caller.roles);
      sought.tags.push_back(kept ? std::vector<audit::Tag>{} : names->tags());  // by none of its names: nothing
      by("rule", names->in_words());
    }
    std::vector<std::uint64_t> found =
        find_records(*reader, options_.log->keys(), sought, [](std::uint64_t, std::uint64_t) {});
    const std::size_t in_all = found.size();
    found.erase(found.begin(), std::lower_bound(found.begin(), found.end(), after));
    const bool more = found.size() > limit;
    if (more) found.resize(limit);
    // Under the key of the customer who was asked for: what names him must go when he is erased.
    audit::Viewed event{.by = asked.caller.id,
                        .role = roles_of(asked.caller),
                        .records = ranges_of(found),
                        .reason = {},
                        .query = query};
    if (reason) event.reason = *reason;
    std::vector<std::string> subjects;
    if (customer) subjects.push_back(*customer);
    record(*options_.log, audit::Kind::viewed, event, std::move(subjects));
    std::string items;
    for (const std::uint64_t index : found) {
      const std::optional<std::string> leaf = reader->header(index);
      if (!leaf) continue;
      Shown shown = look(*reader, &options_.log->keys(), index, *leaf);
      if (!asked.caller.has_keys) keep_back(program, asked.caller, shown);
      items += (items.empty() ? "" : ",") + record_json(shown, model::offset_at(options_.zone, shown.header.time_us));
    }
    server::Response response;
    response.body = "{\"items\":[" + items + "],\"found\":" + std::to_string(in_all);
    if (more) response.body += ",\"next\":\"" + std::to_string(found.back() + 1) + "\"";
    response.body += "}";
    return response;
  } catch (const audit::Interrupted&) {
    return cut_off();
  } catch (const Error& error) {
    return failed(*options_.log, error);
  }
}

server::Served Served::report(const server::Asked& asked) const {
  Body body(asked.body);
  const std::string format = body.text("format", Body::needed);
  if (!format.empty() && format != "html" && format != "csv" && format != "jsonl" && format != "zip")
    body.wrong(codes::kOutOfRange, "format", "html, csv, jsonl or zip", shortened(format));
  const std::string language = body.filled("language").value_or("");
  if (!language.empty() && language != "en" && language != "zh")
    body.wrong(codes::kOutOfRange, "language", "en or zh", shortened(language));
  const Period period = read_period(body, options_.zone, nullptr);
  ReportAsked report;
  report.query.verdict = read_verdict(body);
  for (const auto& [member, to] :
       {std::pair{"seed", &report.query.seed}, std::pair{"customer", &report.query.customer},
        std::pair{"requested_by", &report.query.requested_by}, std::pair{"purpose", &report.query.purpose}})
    *to = body.filled(member).value_or("");
  report.query.rule = read_rule(body).value_or("");
  const std::optional<std::string> checkpoint = body.filled("checkpoint", kMostCheckpoint);
  if (body.yes_no("packs", Body::optional).value_or(false)) {
    if (format != "zip")
      body.wrong(codes::kOutOfRange, "packs", "`format` zip, which has room for them", shortened(format));
    const std::lock_guard lock(mutex_);
    report.packs = finder(texts_);
  }
  if (std::optional<Problem> problem = wire::both_of(asked.amiss, body.finish())) return refused(std::move(*problem));
  report.form = format;
  report.by = asked.caller.id;
  report.role = roles_of(asked.caller);
  report.high_water = options_.high_water;
  report.spool = {.folder = folder_of(options_.log->path()), .keep_free = kKeepFree, .look = [&] {
                    if (asked.cut && asked.cut()) throw audit::Interrupted();
                  }};
  report.query.language = language == "zh" ? Language::zh : language == "en" ? Language::en : asked.language;
  report.query.from = period.from;
  report.query.to = period.to;
  // One offset for a whole report: that of its end.
  report.query.offset_minutes = model::offset_at(options_.zone, period.to.value_or(options_.clock->wall_us()));
  try {
    const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(options_.log->path());
    reader->store().cut_when(asked.cut);
    audit::KeyStore& keys = options_.log->keys();
    if (!report.query.customer.empty()) report.query.subjects = keys.keys_of(report.query.customer);
    if (checkpoint) {
      Result<std::string> kept = kept_checkpoint(*reader, *checkpoint);
      if (!kept) return refused(codes::kOutOfRange, "/checkpoint", "a checkpoint of this log", shortened(*checkpoint));
      report.checkpoint = *kept;
    }
    if (!report.query.rule.empty()) {
      auto names = as_recorded(*reader, asked.caller, report.query.rule, period, size_of(report.checkpoint));
      if (!names) return tl::unexpected(std::move(names.error()));
      report.query.rule = std::move(names->rule);
      report.query.alias = std::move(names->alias);
    }
    const ReportProgress silent = [](std::uint64_t, std::uint64_t) {};
    const ReportMade made =
        make_report(*reader, &keys, {.records = [] { return true; }, .log = [&] { return options_.log; }},
                    std::move(report), silent, silent);
    if (!made.findings.empty())
      return refused(codes::kStorage, "", "a log that is whole",
                     std::to_string(made.findings.size()) + " findings: `caveat log verify` shows them");
    server::Response response;
    response.content_type = format == "html"  ? "text/html; charset=utf-8"
                            : format == "csv" ? "text/csv; charset=utf-8"
                            : format == "zip" ? "application/zip"
                                              : "application/x-ndjson";
    response.headers.emplace_back("Content-Digest", "sha-256=:" + audit::base64(view(made.digest)) + ":");
    response.headers.emplace_back("Caveat-Decisions", std::to_string(made.population));
    response.headers.emplace_back("Caveat-Sealed", std::to_string(made.sealed));
    response.headers.emplace_back("Caveat-Records", std::to_string(made.records));
    response.headers.emplace_back("Caveat-Log-Size", std::to_string(made.log_size));
    if (made.recorded) response.headers.emplace_back("Caveat-Export-Index", std::to_string(made.recorded->index));
    if (!made.receipt.empty()) response.headers.emplace_back("Caveat-Receipt", audit::base64(made.receipt));
    response.stored = {.size = made.file->size(),
                       .read = [file = made.file](std::uint64_t at, std::span<char> to) { file->read(at, to); }};
    return response;
  } catch (const audit::Interrupted&) {
    return cut_off();
  } catch (const Error& error) {
    return failed(*options_.log, error);
  }
}

server::Served Served::feedback(const server::Asked& asked) const {
  Body body(asked.body);
  const std::string id = body.text("decision", Body::needed, 64), kind = body.text("kind", Body::needed, 64),
                    note = body.text("note", Body::optional);
  if (std::optional<Problem> problem = wire::both_of(asked.amiss, body.finish())) return refused(std::move(*problem));
  try {
    // Of a decision that there is, and that he may read: what is said of nothing would be said of anybody later.
    const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(options_.log->path());
    const std::optional<gate::PastDecision> past = gate::past_decision(*options_.log, *reader, id);
    if (const Code* hidden = past ? asked.hidden(*past) : &codes::kNotFound)
      return refused(*hidden, "/decision", "a decision of this log that the caller may read", "another");
    audit::Feedback event{.decision = id, .kind = kind, .by = asked.caller.id, .words = {}};
    if (!note.empty()) event.words = note;
    const auto noted = [&](std::uint64_t index, int status) {
      server::Response response;
      response.status = status;
      response.body = json::serialize(json::object{{"decision", id}, {"index", index}});
      return response;
    };
    const std::lock_guard lock(noting_);
    for (const std::uint64_t index : reader->search(options_.log->keys(), {audit::TagKind::decision, id})) {
      const Result<audit::OpenedRecord> record = reader->open_body(options_.log->keys(), index);
      if (!record || record->header.context.kind != audit::Kind::feedback) continue;
      const audit::SectionBytes* section = record->find(audit::Section::event);
      const Result<audit::Event> there = audit::decode_event(
          audit::Kind::feedback, section == nullptr ? std::string_view() : std::string_view(section->encoded));
      if (!there) continue;
      const auto& before = std::get<audit::Feedback>(*there);
      if (before.by == event.by && before.kind == event.kind && before.words == event.words) return noted(index, 200);
    }
    // Under the key of the customer whose decision it was: what is said of him must go when he is erased.
    audit::RecordContent content = gate::event_record(
        audit::Kind::feedback, event,
        {.customer = past->customer, .conversation = past->conversation, .handoff = {}, .decision = id});
    content.tags.push_back({audit::TagKind::decision, id});  // by which it is found again
    std::sort(content.tags.begin(), content.tags.end());
    const audit::Appended appended = options_.log->append(std::move(content));
    if (const auto* failure = std::get_if<audit::AppendFailed>(&appended))
      return not_stored(*options_.log, failure->why.code(), "a record that is on disk before it is answered");
    return noted(std::get<audit::Committed>(appended).index, 201);
  } catch (const Error& error) {
    return failed(*options_.log, error);
  }
}

}  // namespace caveat::cli
