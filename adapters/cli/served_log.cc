// What the server does with the log besides deciding: searches, reports, feedback; each is recorded before it is shown.
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "adapters/cli/log_file.h"
#include "adapters/cli/log_records.h"
#include "adapters/cli/period.h"
#include "adapters/cli/report_making.h"
#include "adapters/cli/served.h"
#include "adapters/gate/past.h"
#include "adapters/gate/record.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/turn.h"
#include "audit/error.h"
#include "audit/record/base64.h"
#include "engine/base/digest.h"
#include "engine/base/escape.h"
#include "engine/base/nearest.h"
#include "engine/base/units.h"

namespace caveat::cli {

namespace json = boost::json;
namespace codes = wire::codes;

namespace {

constexpr std::size_t kMostItems = 1'000;

// The members of a body: texts all but one; every mistake at once.
class Body {
 public:
  Body(const std::string& text, std::vector<std::string_view> known, std::vector<std::string_view> needed) {
    const std::string_view bytes = text.empty() ? std::string_view("{}") : text;
    decide::Fields fields;
    if (const Result<void> parsed = wire::parse_body(bytes, fields, Limits{}); !parsed) {  // no member twice, and so on
      problem_ = parsed.error();
      return;
    }
    json::error_code error;
    const json::value value = json::parse(bytes, error);
    if (error) {
      wrong(codes::kNotJson, "", "JSON as of RFC 8259", error.message());
      return;
    }
    if (!value.is_object()) {
      wrong(codes::kWrongType, "", "one JSON object", "another value");
      return;
    }
    members_ = value.as_object();
    for (const auto& member : members_) {
      const std::string_view name = member.key();
      const std::string path = "/" + std::string(name);
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        wrong(codes::kUnknownMember, path, "a member of this request", "one that nobody knows",
              std::string(nearest(name, std::span<const std::string_view>(known))));
      } else if (name == "limit") {
        if (!member.value().is_int64() || member.value().as_int64() < 1 ||
            member.value().as_int64() > static_cast<std::int64_t>(kMostItems))
          wrong(codes::kOutOfRange, path, "a whole number from 1 to 1000", shortened(json::serialize(member.value())));
      } else if (!member.value().is_string()) {
        wrong(codes::kWrongType, path, "a text", "another value");
      }
    }
    for (const std::string_view name : needed)
      if (!members_.contains(name)) wrong(codes::kWrongType, "/" + std::string(name), "a text", "nothing");
  }

  std::string text(std::string_view name) const {
    const json::value* value = members_.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
  }
  bool has(std::string_view name) const { return members_.contains(name); }
  std::size_t limit() const {
    const json::value* value = members_.if_contains("limit");
    return value != nullptr ? static_cast<std::size_t>(value->as_int64()) : 100;
  }

  void wrong(const Code& code, std::string path, std::string expected, std::string found, std::string meant = {}) {
    if (problem_.code == nullptr) problem_.code = &code;
    problem_.items.push_back({.path = std::move(path),
                              .expected = std::move(expected),
                              .found = std::move(found),
                              .nearest = std::move(meant),
                              .hint = {}});
  }
  void period(Period& out) {
    for (const auto& [name, end] : {std::pair{"from", false}, std::pair{"to", true}})
      if (!read_time(text(name), end, end ? out.to : out.from))
        wrong(codes::kOutOfRange, "/" + std::string(name), "a day or an instant, RFC 3339", shortened(text(name)));
  }
  std::optional<std::uint8_t> verdict() {
    if (!has("verdict")) return std::nullopt;
    const std::optional<std::uint8_t> verdict = verdict_of(text("verdict"));
    if (!verdict)
      wrong(codes::kOutOfRange, "/verdict", "allow, revise, require, block or handoff", shortened(text("verdict")));
    return verdict;
  }
  bool good() const { return problem_.code == nullptr; }
  tl::unexpected<server::Refusal> refusal() const { return tl::unexpected(server::Refusal{problem_, {}}); }

 private:
  json::object members_;
  Problem problem_;
};

tl::unexpected<server::Refusal> refused(const Code& code, std::string path, std::string expected, std::string found) {
  return tl::unexpected(server::Refusal{wire::problem(code, {.path = std::move(path),
                                                             .expected = std::move(expected),
                                                             .found = std::move(found),
                                                             .nearest = {},
                                                             .hint = {}}),
                                        {}});
}

// A caller is not told paths of this machine.
tl::unexpected<server::Refusal> failed(const Error& error) {
  return refused(error.code().name.starts_with("key") ? codes::kKeys : codes::kStorage, "",
                 "a log that can be read and written", std::string(error.code().name));
}

std::string roles_of(const gate::Caller& caller) {
  std::string out;
  for (const std::string& role : caller.roles) out += (out.empty() ? "" : " ") + role;
  return out;
}

}  // namespace

server::Served Served::search(const server::Asked& asked) const {
  Body body(asked.body,
            {"customer", "conversation", "rule", "verdict", "day", "request", "decision", "from", "to", "reason",
             "cursor", "limit"},
            {});
  Sought sought;
  body.period(sought.period);
  const std::optional<std::uint8_t> verdict = body.verdict();
  std::uint64_t after = 0;
  if (const std::string cursor = body.text("cursor"); !cursor.empty()) {
    const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), after);
    if (error != std::errc() || end != cursor.data() + cursor.size())
      body.wrong(codes::kOutOfRange, "/cursor", "the `next` of the page before", shortened(cursor));
  }
  if (body.has("day") && !parse_date(body.text("day")))
    body.wrong(codes::kOutOfRange, "/day", "a day (2026-11-23)", shortened(body.text("day")));
  struct Key {
    const char* member;
    audit::TagKind kind;
  };
  constexpr Key kKeys[] = {{"customer", audit::TagKind::customer}, {"conversation", audit::TagKind::conversation},
                           {"rule", audit::TagKind::rule},         {"verdict", audit::TagKind::verdict},
                           {"day", audit::TagKind::day},           {"request", audit::TagKind::request},
                           {"decision", audit::TagKind::decision}};
  std::string query;
  for (const Key& key : kKeys) {
    if (!body.has(key.member)) continue;
    sought.tags.push_back({key.kind, key.kind == audit::TagKind::verdict && verdict
                                         ? std::string(audit::verdict_name(*verdict))
                                         : body.text(key.member)});
    query += (query.empty() ? "" : " ") + std::string("--") + key.member + " " + body.text(key.member);
  }
  for (const char* bound : {"from", "to"})
    if (body.has(bound)) query += (query.empty() ? "" : " ") + std::string("--") + bound + " " + body.text(bound);
  if (body.good() && query.empty())
    body.wrong(codes::kNothingToJudge, "", "something to look for: customer, rule, verdict, day, from …", "nothing");
  if (!body.good()) return body.refusal();

  try {
    const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(options_.log->path());
    std::vector<std::uint64_t> found =
        find_records(*reader, options_.log->keys(), sought, [](std::uint64_t, std::uint64_t) {});
    const std::size_t in_all = found.size();
    found.erase(found.begin(), std::lower_bound(found.begin(), found.end(), after));
    const bool more = found.size() > body.limit();
    if (more) found.resize(body.limit());
    // Under the key of the customer who was asked for: what names him must go when he is erased.
    audit::Viewed event{.by = asked.caller.id,
                        .role = roles_of(asked.caller),
                        .records = ranges_of(found),
                        .reason = {},
                        .query = query};
    if (body.has("reason")) event.reason = body.text("reason");
    std::vector<std::string> subjects;
    if (body.has("customer")) subjects.push_back(body.text("customer"));
    record(*options_.log, audit::Kind::viewed, event, std::move(subjects));
    std::string items;
    for (const std::uint64_t index : found) {
      const std::optional<std::string> leaf = reader->header(index);
      if (leaf) items += (items.empty() ? "" : ",") + record_json(look(*reader, &options_.log->keys(), index, *leaf));
    }
    server::Response response;
    response.body = "{\"items\":[" + items + "],\"found\":" + std::to_string(in_all);
    if (more) response.body += ",\"next\":\"" + std::to_string(found.back() + 1) + "\"";
    response.body += "}";
    return response;
  } catch (const Error& error) {
    return failed(error);
  }
}

server::Served Served::report(const server::Asked& asked) const {
  Body body(asked.body,
            {"format", "language", "customer", "rule", "verdict", "from", "to", "seed", "checkpoint", "requested_by",
             "purpose"},
            {"format"});
  const std::string format = body.text("format"), language = body.text("language");
  if (body.good() && format != "html" && format != "csv" && format != "jsonl" && format != "zip")
    body.wrong(codes::kOutOfRange, "/format", "html, csv, jsonl or zip", shortened(format));
  if (!language.empty() && language != "en" && language != "zh")
    body.wrong(codes::kOutOfRange, "/language", "en or zh", shortened(language));
  Period period;
  body.period(period);
  ReportAsked report;
  report.query.verdict = body.verdict();
  if (!body.good()) return body.refusal();
  report.form = format;
  report.by = asked.caller.id;
  report.role = roles_of(asked.caller);
  report.query.language = language == "zh" ? Language::zh : language == "en" ? Language::en : asked.language;
  report.query.seed = body.text("seed");
  report.query.rule = body.text("rule");
  report.query.customer = body.text("customer");
  report.query.requested_by = body.text("requested_by");
  report.query.purpose = body.text("purpose");
  report.query.keep_rows = format == "csv" || format == "jsonl";
  report.query.from = period.from;
  report.query.to = period.to;
  try {
    const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(options_.log->path());
    audit::KeyStore& keys = options_.log->keys();
    if (!report.query.customer.empty()) report.query.subjects = keys.keys_of(report.query.customer);
    if (body.has("checkpoint")) {
      Result<std::string> kept = kept_checkpoint(*reader, body.text("checkpoint"));
      if (!kept) return tl::unexpected(server::Refusal{kept.error(), {}});
      report.checkpoint = *kept;
    }
    const ReportProgress silent = [](std::uint64_t, std::uint64_t) {};
    const ReportMade made =
        make_report(*reader, &keys, [&] { return options_.log; }, std::move(report), silent, silent);
    if (!made.findings.empty())
      return refused(codes::kStorage, "", "a log that is whole",
                     std::to_string(made.findings.size()) + " findings: `caveat log verify` shows them");
    server::Response response;
    response.content_type = format == "html"  ? "text/html; charset=utf-8"
                            : format == "csv" ? "text/csv; charset=utf-8"
                            : format == "zip" ? "application/zip"
                                              : "application/x-ndjson";
    response.headers.emplace_back("Content-Digest", "sha-256=:" + audit::base64(view(sha256(made.bytes))) + ":");
    response.headers.emplace_back("Caveat-Decisions", std::to_string(made.population));
    response.headers.emplace_back("Caveat-Records", std::to_string(made.records));
    response.headers.emplace_back("Caveat-Log-Size", std::to_string(made.log_size));
    if (made.recorded) response.headers.emplace_back("Caveat-Export-Index", std::to_string(made.recorded->index));
    if (!made.receipt.empty()) response.headers.emplace_back("Caveat-Receipt", audit::base64(made.receipt));
    response.body = made.bytes;
    return response;
  } catch (const Error& error) {
    return failed(error);
  }
}

server::Served Served::feedback(const server::Asked& asked) const {
  Body body(asked.body, {"decision", "kind", "note"}, {"decision", "kind"});
  const bool well = body.good();  // texts they are
  for (const auto& [name, most] : {std::pair{"decision", 64u}, std::pair{"kind", 64u}, std::pair{"note", 4'000u}})
    if (well && (body.text(name).size() > most ||
                 (body.has(name) && body.text(name).empty() && std::string_view(name) != "note")))
      body.wrong(codes::kOutOfRange, "/" + std::string(name), "a text of 1 to " + std::to_string(most) + " bytes",
                 std::to_string(body.text(name).size()) + " bytes");
  if (!body.good()) return body.refusal();
  try {
    // Of a decision that there is: what is said of nothing would be said of anybody later. A bot is not told that another's exists.
    const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(options_.log->path());
    const std::string id = body.text("decision");
    const std::optional<gate::PastDecision> past = gate::past_decision(*options_.log, *reader, id);
    if (!past || (asked.caller.audience == decide::Audience::bot && past->caller != asked.caller.id))
      return refused(codes::kNotFound, "/decision", "a decision of this log", "another");
    audit::Feedback event{.decision = id, .kind = body.text("kind"), .by = asked.caller.id, .words = {}};
    if (body.has("note")) event.words = body.text("note");
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
      return refused(codes::kStorage, "", "a record that is on disk before it is answered",
                     std::string(failure->code->name));
    return noted(std::get<audit::Committed>(appended).index, 201);
  } catch (const Error& error) {
    return failed(error);
  }
}

}  // namespace caveat::cli
