// Who asks, whether he may, and what is wrong with the query and the headers that he asks with: before anything of the body is read.
#include <algorithm>
#include <charconv>
#include <mutex>

#include "adapters/server/codes.h"
#include "adapters/server/router_inside.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "engine/base/escape.h"
#include "engine/base/nearest.h"
#include "engine/base/utf8.h"

namespace caveat::server {

namespace {

constexpr std::size_t kMostParameters =
    32;  // of a query: more than any path takes, and few enough to tell each mistake

// RFC 9110, 11.1 and 11.4: a scheme in whatever case, blanks, the rest. Empty: another scheme, or nothing behind it.
std::string_view bearer_key(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != kScheme[i]) return {};
  }
  const std::size_t begin = authorization.find_first_not_of(' ', kScheme.size());
  return begin == std::string_view::npos ? std::string_view() : authorization.substr(begin);
}

// A key that is right, sent in a way that is not, is told by that way.
std::string what_is_no_key(std::string_view authorization) {
  const std::size_t end = authorization.find_first_of(" \t");
  const std::string_view scheme = authorization.substr(0, end);
  constexpr std::string_view kScheme = "bearer";
  const bool bearer =
      scheme.size() == kScheme.size() && std::equal(scheme.begin(), scheme.end(), kScheme.begin(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
      });
  if (bearer) return "Bearer and no key behind it";
  return scheme.starts_with("cav_") ? "a key without Bearer before it" : "another scheme than Bearer";
}

}  // namespace

Router::Inside::Asker Router::Inside::recognise(const Head& head) const {
  Asker asker;
  const std::string_view key = bearer_key(head.header("authorization"));
  if (key.empty()) return asker;
  asker.among = callers();
  if (asker.among) asker.entry = find(asker.among, key, head.known);
  return asker;
}

// Who asks, and may he: false and refused if not.
bool Router::Inside::admit(const Head& head, const Asker& asker, Call& call) {
  if (call.route->roles == 0) return true;
  std::uint8_t roles = 0;
  std::string_view authorization = head.header("authorization");
  if (authorization.empty() && head.own_user) {
    // Whoever runs the server holds its log and keys; but his own bot must not close its hand-offs, so neither of
    // those two roles is his for the asking.
    roles = kAuditor | kOperator | kActivator;
    gate::Caller local =
        gate_caller({.id = options_.local_name, .roles = roles, .sources = {}, .queues = {}, .jurisdictions = {}});
    local.has_keys = true;
    call.caller = std::make_shared<const gate::Caller>(std::move(local));
  } else if (authorization.empty()) {
    refuse_now(call, wire::codes::kNoKey,
               item("", "the header Authorization: Bearer cav_ID_SECRET", "none",
                    "`caveat keys caller ID --role ROLE` makes a key"));
    call.refusal->headers.emplace_back("WWW-Authenticate", "Bearer realm=\"caveat\"");
    return false;
  } else {
    if (asker.entry == nullptr) {
      refuse_now(call, wire::codes::kBadKey,
                 bearer_key(authorization).empty()
                     ? item("", "the header Authorization: Bearer cav_ID_SECRET", what_is_no_key(authorization))
                     : item("", "a key that this server knows", "another"));
      call.refusal->headers.emplace_back("WWW-Authenticate", "Bearer realm=\"caveat\", error=\"invalid_token\"");
      return false;
    }
    roles = asker.entry->roles;
    call.caller = asker.entry->caller;
    call.among = asker.among;
    call.key = asker.entry->key_digest;
  }
  if ((roles & call.route->roles) != 0) return true;
  std::string needed, has;
  for (const std::string_view name : role_names()) {
    const std::uint8_t role = *role_of(name);
    if ((call.route->roles & role) != 0) needed += (needed.empty() ? "" : " or ") + std::string(name);
    if ((roles & role) != 0) has += (has.empty() ? "" : ", ") + std::string(name);
  }
  refuse_now(call, wire::codes::kRole, item("", needed, has.empty() ? "no role" : has));
  return false;
}

// Of each caller so many requests a second, and as many at once: a cell each, and who is a second ahead waits.
bool Router::Inside::too_often(const CallerEntry& caller) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  if (options_.caps.caller_rate == 0) return false;
  const std::uint64_t now = options_.clock->steady_ns(), each = kSecond / options_.caps.caller_rate;
  const std::lock_guard lock(pace_mutex_);
  std::uint64_t& paid = paid_up_ns_[caller.id];
  const std::uint64_t from = std::max(paid, now);
  if (from + each > now + kSecond) return true;
  paid = from + each;
  return false;
}

ProblemItem Router::Inside::rate() const {
  return item("", "at most " + std::to_string(options_.caps.caller_rate) + " requests a second of one caller",
              "more of them");
}

// A batch may last, and callers change meanwhile: each line is of who may call now. Null: he may.
const Code* Router::Inside::lost_leave(Call& call) const {
  if (!call.among) return nullptr;
  const std::shared_ptr<const Callers> now = callers();
  if (now == call.among) return nullptr;
  const CallerEntry* entry = now ? now->find(call.caller->id, call.key) : nullptr;
  if (entry == nullptr) return &wire::codes::kBadKey;
  if ((entry->roles & call.route->roles) == 0) return &wire::codes::kRole;
  call.caller = entry->caller;
  call.among = now;
  return nullptr;
}

// What the table does not have would be asked for in vain: a list by a misspelt `customer` would be everybody's. Pages that
// anybody may read take no harm from it.
void Router::Inside::look_at_query(const Call& call, std::vector<Problem>& all) const {
  if (call.route->roles == 0) return;
  if (const std::size_t given = call.target.query.size(); given > kMostParameters)
    return all.push_back(
        wire::problem(wire::codes::kTooMany,
                      item("", "at most " + std::to_string(kMostParameters) + " parameters", std::to_string(given))));
  Problem problem;
  const auto wrong = [&](const Code& code, std::string expected, std::string found, std::string_view meant = {}) {
    if (problem.code == nullptr) problem.code = &code;
    problem.items.push_back({.path = {},
                             .expected = std::move(expected),
                             .found = std::move(found),
                             .nearest = std::string(meant),
                             .hint = {}});
  };
  std::vector<std::string_view> known, seen;
  for (const Parameter& parameter : call.route->query) known.push_back(parameter.name);
  for (const auto& [name, value] : call.target.query) {
    const auto parameter = std::ranges::find(call.route->query, std::string_view(name), &Parameter::name);
    if (parameter == call.route->query.end()) {
      wrong(wire::codes::kUnknownMember, "a parameter that this path knows", "“" + shortened(name) + "”",
            nearest(name, std::span<const std::string_view>(known)));
    } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      wrong(wire::codes::kRepeatedKey, name + " once", "twice");
    } else if (!parameter->choices.empty()) {
      std::string choices;
      for (const std::string_view choice : parameter->choices)
        choices += (choices.empty() ? "" : ", ") + std::string(choice);
      if (std::find(parameter->choices.begin(), parameter->choices.end(), value) == parameter->choices.end())
        wrong(wire::codes::kOutOfRange, name + ": " + choices, "“" + shortened(value) + "”",
              nearest(value, std::span<const std::string_view>(parameter->choices)));
    } else if (parameter->most > 0) {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error != std::errc() || end != value.data() + value.size() || number < parameter->least ||
          number > parameter->most)
        wrong(wire::codes::kOutOfRange,
              name + ": a whole number from " + std::to_string(parameter->least) + " to " +
                  std::to_string(parameter->most),
              "“" + shortened(value) + "”");
    } else if (value.empty()) {  // `customer=` would be everybody's too
      wrong(wire::codes::kOutOfRange, name + ": a text", "nothing");
    }
    seen.push_back(name);
  }
  if (problem.code != nullptr) all.push_back(std::move(problem));
}

void Router::Inside::look_at_headers(const Head& head, Call& call, std::vector<Problem>& all) const {
  const Route& route = *call.route;
  call.body_limit = std::min(route.body, options_.caps.body_bytes);
  call.idempotency_key = head.header("idempotency-key");
  call.if_match = head.list("if-match");
  call.if_none_match = head.list("if-none-match");
  // What is wrong with these two is told with what they say: so they say nothing from here on.
  if (!is_valid_utf8(call.idempotency_key) || !is_valid_utf8(call.if_match)) {
    all.push_back(
        wire::problem(wire::codes::kBadUtf8, item("", "Idempotency-Key and If-Match in UTF-8", "other bytes")));
    call.idempotency_key.clear();
    call.if_match = "*";
  }
  if (const std::string_view coding = head.header("content-encoding");
      head.has_body && route.body > 0 && !coding.empty() && coding != "identity")
    all.push_back(wire::problem(wire::codes::kMediaType, item("", "a body without Content-Encoding", shortened(coding),
                                                              "requests are not compressed")));
  if (route.handler == Handler::batch) {
    const std::string_view type = head.header("content-type");
    if (type.substr(0, type.find(';')) != "application/x-ndjson")
      all.push_back(
          wire::problem(wire::codes::kMediaType, item("", "Content-Type: application/x-ndjson", shortened(type))));
    return;
  }
  if (route.body > 0 && head.content_length && *head.content_length > route.body)
    all.push_back(wire::problem(wire::codes::kTooLarge, too_large(route.body, *head.content_length)));
  if (!route.turn) return;
  call.deadline_ms = options_.caps.deadline_ms;
  if (head.has("caveat-deadline-ms")) {
    const std::string_view asked = head.header("caveat-deadline-ms");
    std::int64_t wanted = 0;
    const auto [end, error] = std::from_chars(asked.data(), asked.data() + asked.size(), wanted);
    if (error != std::errc() || end != asked.data() + asked.size() || wanted < 1)
      all.push_back(
          wire::problem(wire::codes::kOutOfRange,
                        item("", "Caveat-Deadline-Ms: a whole number of milliseconds above 0", shortened(asked))));
    else
      call.deadline_ms = std::min(call.deadline_ms, wanted);
  }
}

ProblemItem Router::Inside::too_large(std::size_t limit, std::uint64_t found) {
  return item("", "a body of at most " + std::to_string(limit) + " bytes", std::to_string(found) + " bytes");
}

void Router::Inside::refuse_method(const CallPtr& call, std::span<const std::string_view> methods,
                                   std::string_view found) {
  std::string allowed;
  for (const std::string_view method : methods) allowed += (allowed.empty() ? "" : ", ") + std::string(method);
  refuse_now(call, wire::codes::kMethod, item("", allowed, shortened(found)));
  call->refusal->headers.emplace_back("Allow", allowed);
}

void Router::Inside::refuse_now(Call& call, const Code& code, ProblemItem what) {
  call.refusal = problem_response(call, code, std::move(what));
}

}  // namespace caveat::server
