#include "adapters/server/router.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <charconv>
#include <exception>
#include <mutex>
#include <span>

#include "adapters/server/codes.h"
#include "adapters/server/openapi.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/turn.h"
#include "engine/base/digest.h"
#include "engine/base/escape.h"
#include "engine/base/limits.h"
#include "engine/base/nearest.h"
#include "engine/base/utf8.h"
#include "engine/base/uuid.h"

namespace caveat::server {

namespace {

void append_random_hex(std::string& out, Random& random, std::size_t bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::array<std::uint8_t, 16> buffer{};
  random.fill(std::span(buffer).first(bytes));
  buffer[0] |= 1;  // all zeros would be no id
  for (const std::uint8_t byte : std::span(buffer).first(bytes)) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

gate::Query query_of(gate::Query::Kind kind, std::string target = {}) {
  gate::Query query;
  query.kind = kind;
  query.target = std::move(target);
  return query;
}

std::string_view verdict_name(decide::Verdict verdict) {
  switch (verdict) {
    case decide::Verdict::allow:
      return "allow";
    case decide::Verdict::revise:
      return "revise";
    case decide::Verdict::require:
      return "require";
    case decide::Verdict::block:
      return "block";
    case decide::Verdict::handoff:
      break;
  }
  return "handoff";
}

constexpr std::size_t kLongestId = 128;                      // characters
constexpr std::size_t kUsualHeaders = 8;                     // of a response
constexpr std::size_t kTraceparent = 55, kUsualTiming = 96;  // bytes
constexpr std::size_t kMostParameters =
    32;  // of a query: more than any path takes, and few enough to tell each mistake
constexpr std::uint64_t kShyNs = 10'000'000'000;  // not ready for so long after a commit that failed

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

// "NAME;dur=1.234" as Server-Timing has it.
void append_stage(std::string& out, std::string_view name, std::uint64_t ns) {
  char digits[24];
  out += out.empty() ? "" : ", ";
  out += name;
  out += ";dur=";
  out.append(digits, std::to_chars(digits, digits + sizeof digits, ns / 1'000'000).ptr);
  const auto us = static_cast<unsigned>(ns / 1'000 % 1'000);
  const char fraction[] = {'.', static_cast<char>('0' + us / 100), static_cast<char>('0' + us / 10 % 10),
                           static_cast<char>('0' + us % 10)};
  out.append(fraction, sizeof fraction);
}

#ifndef NDEBUG
bool is_declared(const Route& route, int status) {
  const std::vector<int> all = statuses_of(route);
  return std::binary_search(all.begin(), all.end(), status);
}

// It stands on /docs/problems, where every problem points, and its text can be told as it is.
bool is_described(const Code& code, std::span<const Code* const> more) {
  if (code.en.find("{0}") != std::string_view::npos) return false;
  return &code == &codes::kBadHttp || std::ranges::find(wire::all_codes(), &code) != wire::all_codes().end() ||
         std::ranges::find(more, &code) != more.end();
}
#endif

ProblemItem item(std::string path, std::string expected, std::string found, std::string hint = {}) {
  return {.path = std::move(path),
          .expected = std::move(expected),
          .found = std::move(found),
          .nearest = {},
          .hint = std::move(hint)};
}

}  // namespace

class Router::Inside {
 public:
  explicit Inside(RouterOptions options) : options_(std::move(options)) {}

  // ---- before the body

  CallPtr begin(const Head& head) {
    const CallPtr call = new_call();
    call->language = accepted_language(head.list("accept-language"), options_.language);
    trace(head, *call);
    if (head.target == "*" && head.method == "OPTIONS") {  // RFC 9110, 9.3.7: of the server as a whole
      refuse_method(call, methods(), head.method);
      return call;
    }
    const std::string_view asked = path_and_query(head);
    call->target = parse_target(asked);
    if (call->target.not_utf8) {
      refuse_now(call, wire::codes::kBadUtf8, item("", "a path and a query in UTF-8", "other bytes"));
      return call;
    }
    if (call->target.path.empty()) {
      const bool absolute = asked.empty() && head.target.find("://") != std::string::npos;
      refuse_now(call, codes::kBadHttp,
                 absolute ? item("", "a path, or http:// or https:// with the host of the header Host before it",
                                 "\"" + shortened(head.target) + "\"")
                          : item("", "a path", "one that is not well formed"));
      return call;
    }
    Matched found = match(head.method, call->target.path);
    call->route = found.route;
    call->values = std::move(found.values);
    if (found.route == nullptr && !found.methods.empty()) {
      refuse_method(call, found.methods, head.method);
      return call;
    }
    if (found.route == nullptr || (found.route->admin ? !head.admin : !head.traffic)) {
      call->route = nullptr;
      refuse_now(call, wire::codes::kNotFound, item("", "a path of this interface: /docs lists them", "another"));
      return call;
    }
    if (const std::string_view name = head.repeated(); !name.empty()) {
      refuse_now(call, codes::kBadHttp, item("", "the header " + std::string(name) + " once", "more than one"));
      return call;
    }
    if (!admit(head, *call)) return call;
    for (const std::string& value : call->values)
      if (count_code_points(value) > kLongestId) {  // nothing is called so
        refuse_now(
            call, wire::codes::kNotFound,
            item("", "an id of at most 128 characters", std::to_string(count_code_points(value)) + " characters"));
        return call;
      }
    if (draining() && call->route->turn) {
      refuse_now(call, wire::codes::kDraining, item("", "a server that stays", "one that is shutting down"));
      return call;
    }
    std::vector<Problem> wrong;
    look_at_query(*call, wrong);
    look_at_headers(head, *call, wrong);
    if (wrong.empty()) return call;
    Problem all = wire::all_of(std::move(wrong));
    // What is wrong with the body is told with it: so it is wanted all the same, but for a batch, which is read line by line.
    const bool told_with_body =
        call->route->handler == Handler::handoffs || (call->route->body > 0 && call->route->handler != Handler::batch);
    if (all.code != &wire::codes::kTooLarge && all.code != &wire::codes::kMediaType && told_with_body) {
      call->amiss = std::move(all);
      return call;
    }
    call->refusal = problem_response(*call, all);
    if (all.code == &wire::codes::kMediaType) call->refusal->headers.emplace_back("Accept-Encoding", "identity");
    return call;
  }

  // ---- with it

  void finish(const CallPtr& call, std::string_view body, Done done) {
    try {
      run(call, body, done);
    } catch (const std::exception& error) {
      broken(call, done, error.what());
    }
  }

  Response refuse(Call& call, const Code& code, ProblemItem what, std::string_view body) {
    if (!body.empty()) read_turn(call, body);
    return problem_response(call, code, std::move(what));
  }

  CallPtr unread() {
    const CallPtr call = new_call();
    call->language = options_.language;
    trace(Head{}, *call);
    return call;
  }

  // What every response carries.
  void dress(const Call& call, Response& response) {
    assert(call.route == nullptr || is_declared(*call.route, response.status));
    const std::uint64_t took_ns = options_.clock->steady_ns() - call.began_ns;
    decorate(call, response, took_ns);
    if (response.status == 429 || response.status == 503) {
      if (!has(response, "Retry-After"))
        response.headers.emplace_back("Retry-After", response.code == "draining" ? "5" : "1");
    }
    options_.metrics->answered(call.route != nullptr ? call.route->method : "other",
                               call.route != nullptr ? call.route->path : "other", response.status);
    if (call.route != nullptr && call.route->turn && !call.taken && !response.verdict.empty())
      options_.metrics->refused(response.verdict, response.code);
    write_exchange(call, response, took_ns, -1);
  }

  // ---- batches

  Response begin_batch(const CallPtr& call) {
    Response response{
        .status = 200, .content_type = "application/x-ndjson", .body = {}, .headers = {}, .code = {}, .verdict = {}};
    decorate(*call, response, options_.clock->steady_ns() - call->began_ns);
    return response;
  }

  void take(std::string_view bytes, const Call& call, const gate::TakeOptions& how, gate::Done answered) {
    enter();
    try {
      options_.gate->take(bytes, call.caller, how, std::move(answered));
    } catch (...) {
      leave();
      throw;
    }
  }

  void batch_line(const CallPtr& call, std::string_view line, Line done) {
    const std::uint64_t began = options_.clock->steady_ns();
    if (draining()) {
      done(batch_problem(call, wire::codes::kDraining, item("", "a server that stays", "one that is shutting down"),
                         line));
      return;
    }
    if (const Code* code = lost_leave(*call)) {
      done(batch_problem(call, *code,
                         item("", "a caller who may still call",
                              code == &wire::codes::kRole ? "one whose role was taken away meanwhile"
                                                          : "one whose key was taken away meanwhile"),
                         line));
      return;
    }
    const gate::TakeOptions how{.language = call->language, .of_batch = true};
    gate::Done answered = [this, call, began, done = std::move(done)](const gate::Reply& reply) {
      leave();
      count(reply, began);
      done(reply.body);
    };
    take(line, *call, how, std::move(answered));
  }

  // `line`: as far as its id and its language can be read they are told.
  std::string batch_problem(const CallPtr& call, const Code& code, ProblemItem what, std::string_view line = {}) {
    options_.metrics->refused("handoff", code.name);
    if (!line.empty()) read_turn(*call, line);
    const Language of_line = line.empty() ? Language::none : call->turn_language;
    return wire::problem_json(wire::problem(code, std::move(what)),
                              {.id = line.empty() ? std::string_view() : call->turn_id,
                               .instance = call->request_id,
                               .language = of_line == Language::none ? call->language : of_line,
                               .with_verdict = true});
  }

  void end_batch(const CallPtr& call, std::size_t lines) {
    options_.metrics->answered(call->route->method, call->route->path, 200);
    write_exchange(*call, Response{}, options_.clock->steady_ns() - call->began_ns, static_cast<std::int64_t>(lines));
  }

  void set_callers(std::shared_ptr<const Callers> callers) {
    const std::lock_guard lock(mutex_);
    callers_ = std::move(callers);
  }

  std::shared_ptr<const Callers> callers() const {
    const std::lock_guard lock(mutex_);
    return callers_;
  }

  void drain() { draining_.store(true); }
  void cut() { cut_.store(true); }
  bool draining() const { return draining_.load(std::memory_order_relaxed); }
  const Caps& caps() const { return options_.caps; }
  Metrics& metrics() { return *options_.metrics; }
  OperationLog& log() { return *options_.log; }

 private:
  CallPtr new_call() {
    static const auto nobody = [] {
      gate::Caller caller;
      caller.id.clear();
      return std::make_shared<const gate::Caller>(std::move(caller));
    }();
    auto call = std::make_shared<Call>();
    call->caller = nobody;
    call->began_ns = options_.clock->steady_ns();
    call->request_id = Uuid::make(*options_.clock, *options_.random).to_string();
    return call;
  }

  void trace(const Head& head, Call& call) {
    const std::optional<Trace> parent = parse_traceparent(head.header("traceparent"));
    std::string& out = call.traceparent;
    out.reserve(kTraceparent);
    out = "00-";
    if (parent)
      out += parent->id;
    else
      append_random_hex(out, *options_.random, 16);
    out += '-';
    append_random_hex(out, *options_.random, 8);
    out += '-';
    out += parent ? std::string_view(parent->flags) : "00";
    if (!parent) return;
    const std::string_view state = head.header("tracestate");
    if (state.size() <= 512) call.tracestate = state;
  }

  // Who asks, and may he: false and refused if not.
  bool admit(const Head& head, Call& call) {
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
      std::shared_ptr<const Callers> callers;
      {
        const std::lock_guard lock(mutex_);
        callers = callers_;
      }
      const std::string_view key = bearer_key(authorization);
      const CallerEntry* entry = !key.empty() && callers ? find(callers, key, head.known) : nullptr;
      if (entry == nullptr) {
        refuse_now(call, wire::codes::kBadKey, item("", "a key that this server knows", "another"));
        call.refusal->headers.emplace_back("WWW-Authenticate", "Bearer realm=\"caveat\", error=\"invalid_token\"");
        return false;
      }
      roles = entry->roles;
      call.caller = entry->caller;
      call.among = callers;
      call.key = entry->key_digest;
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

  // A batch may last, and callers change meanwhile: each line is of who may call now. Null: he may.
  const Code* lost_leave(Call& call) const {
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
  void look_at_query(const Call& call, std::vector<Problem>& all) const {
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

  void look_at_headers(const Head& head, Call& call, std::vector<Problem>& all) const {
    const Route& route = *call.route;
    call.body_limit = route.body;
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
      all.push_back(wire::problem(wire::codes::kMediaType, item("", "a body without Content-Encoding",
                                                                shortened(coding), "requests are not compressed")));
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

  static ProblemItem too_large(std::size_t limit, std::uint64_t found) {
    return item("", "a body of at most " + std::to_string(limit) + " bytes", std::to_string(found) + " bytes");
  }

  void refuse_method(const CallPtr& call, std::span<const std::string_view> methods, std::string_view found) {
    std::string allowed;
    for (const std::string_view method : methods) allowed += (allowed.empty() ? "" : ", ") + std::string(method);
    refuse_now(call, wire::codes::kMethod, item("", allowed, shortened(found)));
    call->refusal->headers.emplace_back("Allow", allowed);
  }

  void refuse_now(Call& call, const Code& code, ProblemItem what) {
    call.refusal = problem_response(call, code, std::move(what));
  }
  void refuse_now(const CallPtr& call, const Code& code, ProblemItem what) { refuse_now(*call, code, std::move(what)); }

  // ---- what each route does

  void run(const CallPtr& call, std::string_view body, const Done& done) {
    const Route& route = *call->route;
    if (route.body > 0 && body.size() > route.body)
      return done(problem_response(*call, wire::codes::kTooLarge, too_large(route.body, body.size())));
    switch (route.handler) {
      case Handler::decide:
        return decide(call, body, done);
      case Handler::batch:
        return;  // the listener feeds it line by line
      case Handler::decision:
        return look(call, query_of(gate::Query::Kind::decision, call->values[0]), done);
      case Handler::explanation:
        return explanation(call, done);
      case Handler::proof:
        return look(call, query_of(gate::Query::Kind::proof, call->values[0]), done);
      case Handler::deliveries:
        return perform(call, gate::Command::Kind::confirm_deliveries, body, done);
      case Handler::feedback:
        return aside(Aside::looks, call, options_.services.feedback, std::string(body), done);
      case Handler::conversation:
        return look(call, query_of(gate::Query::Kind::conversation, call->values[0]), done);
      case Handler::handoffs:
        return handoffs(call, done);
      case Handler::handoff:
        return look(call, query_of(gate::Query::Kind::handoff, call->values[0]), done);
      case Handler::open_handoff:
        return perform(call, gate::Command::Kind::open_handoff, body, done);
      case Handler::take_handoff:
        return perform(call, gate::Command::Kind::take_handoff, body, done);
      case Handler::pass_handoff:
        return perform(call, gate::Command::Kind::pass_handoff, body, done);
      case Handler::return_handoff:
        return perform(call, gate::Command::Kind::return_handoff, body, done);
      case Handler::note_handoff:
        return perform(call, gate::Command::Kind::note_handoff, body, done);
      case Handler::close_handoff:
        return perform(call, gate::Command::Kind::close_handoff, body, done);
      case Handler::queues:
        return look(call, query_of(gate::Query::Kind::queues), done);
      case Handler::switch_state:
        return look(call, query_of(gate::Query::Kind::switch_), done);
      case Handler::throw_switch:
        return perform(call, gate::Command::Kind::throw_switch, body, done);
      case Handler::schema:
        return schema(call, done);
      case Handler::packs:
        return done(json(options_.services.packs()));
      case Handler::reload:
        return aside(Aside::reload, call, options_.services.reload, std::string(body), done);
      case Handler::search:
        return at_length(call, options_.services.search, std::string(body), done);
      case Handler::report:
        return at_length(call, options_.services.report, std::string(body), done);
      case Handler::checkpoint:
        return of_the_log(call, options_.services.checkpoint, done);
      case Handler::log_key:
        return of_the_log(call, options_.services.log_key, done);
      case Handler::health:
        return done(json("{\"alive\":true}"));
      case Handler::ready:
        return ready(call, done);
      case Handler::metrics:
        return figures(done);
      case Handler::openapi:
        return done(json(openapi_json(options_.services.schema(call->language), call->language)));
      case Handler::docs:
        return done(text("text/html; charset=utf-8", reference_page(call->language)));
      case Handler::problems:
        return done(text("text/html; charset=utf-8", problems_page(call->language, options_.services.codes)));
    }
  }

  static Response json(std::string body) {
    Response response;
    response.body = std::move(body);
    response.headers.reserve(kUsualHeaders);
    return response;
  }
  static Response text(std::string_view type, std::string body) {
    Response response = json(std::move(body));
    response.content_type = type;
    return response;
  }

  void decide(const CallPtr& call, std::string_view body, const Done& done) {
    if (waiting_.load(std::memory_order_relaxed) >= static_cast<std::int64_t>(options_.caps.turns_waiting)) {
      read_turn(*call, body);
      return done(
          problem_response(*call, wire::codes::kOverloaded,
                           item("", "at most " + std::to_string(options_.caps.turns_waiting) + " turns that wait",
                                "as many and this one")));
    }
    const gate::TakeOptions how{
        .deadline_ns = call->began_ns + static_cast<std::uint64_t>(call->deadline_ms) * 1'000'000,
        .header_id = call->idempotency_key,
        .amiss = call->amiss ? &*call->amiss : nullptr,
        .language = call->language,
        .here = true};
    gate::Done answered = [this, call, done](const gate::Reply& reply) {
      leave();
      const std::uint64_t now = count(reply, call->began_ns);
      done(turn_response(*call, reply, now));
    };
    call->taken = true;
    take(body, *call, how, std::move(answered));
  }

  // What changes something and is recorded.
  void perform(const CallPtr& call, gate::Command::Kind kind, std::string_view body, const Done& done) {
    gate::Command command;
    command.kind = kind;
    if (!call->values.empty()) command.target = call->values[0];
    command.if_match = call->if_match;
    command.body = body;
    command.language = call->language;
    command.amiss = call->amiss;
    options_.gate->perform(command, *call->caller, [this, call, done](const gate::Reply& reply) {
      note_commit(reply, [this] { return options_.clock->steady_ns(); });
      done(gate_response(*call, reply));
    });
  }

  // What is only read; where the look itself is recorded it waits for the disk, so it is done aside.
  void look(const CallPtr& call, gate::Query query, const Done& done) {
    query.language = call->language;
    auto work = [this, call, query = std::move(query), done] {
      done(gate_response(*call, options_.gate->look(query, *call->caller)));
    };
    if (call->route->handler == Handler::conversation) return work();
    elsewhere(Aside::looks, call, done, std::move(work));
  }

  // Where it may block; what is thrown there is answered too.
  template <class Work>
  void elsewhere(Aside kind, const CallPtr& call, const Done& done, Work work) {
    auto guarded = [this, call, done, work = std::move(work)]() mutable {
      try {
        work();
      } catch (const std::exception& error) {
        broken(call, done, error.what());
      }
    };
    if (options_.aside)
      options_.aside(kind, std::move(guarded));
    else
      guarded();
  }

  void explanation(const CallPtr& call, const Done& done) {
    gate::Query query;
    query.kind = gate::Query::Kind::explanation;
    query.target = call->values[0];
    const std::string_view reader = call->target.parameter("for"), language = call->target.parameter("language");
    const bool bot_only = !call->caller->has("agent") && !call->caller->has("auditor");
    query.reader = reader.empty() ? (bot_only ? "bot" : "officer") : std::string(reader);
    call->language = wire::language_of(language, call->language);
    look(call, std::move(query), done);
  }

  void handoffs(const CallPtr& call, const Done& done) {
    gate::Query query;
    query.kind = gate::Query::Kind::handoffs;
    query.amiss = call->amiss;
    query.queue = call->target.parameter("queue");
    query.state = call->target.parameter("state");
    query.customer = call->target.parameter("customer");
    query.cursor = call->target.parameter("cursor");
    if (const std::string_view limit = call->target.parameter("limit"); !limit.empty())
      std::from_chars(limit.data(), limit.data() + limit.size(), query.limit);  // it fits: look_at_query
    look(call, std::move(query), done);
  }

  static Response gate_response(const Call& call, const gate::Reply& reply) {
    Response response = json(reply.body);
    if (reply.problem != nullptr) {
      response.status = reply.problem->http_status;
      response.content_type = "application/problem+json";
      response.code = reply.problem->name;
      add_instance(response, call);
      return response;
    }
    if (call.route->gives == "text/plain") response.content_type = "text/plain; charset=utf-8";
    if (call.route->handler == Handler::decision) {
      response.verdict = verdict_name(reply.verdict);
      response.headers.emplace_back("Caveat-Decision", reply.decision_id);
      response.headers.emplace_back("Caveat-Verdict", response.verdict);
    }
    if (reply.created) response.status = 201;
    if (reply.pending) {
      response.status = 202;
      response.headers.emplace_back("Retry-After", "1");
    }
    if (!reply.version.empty()) response.headers.emplace_back("ETag", "\"" + reply.version + "\"");
    if (!reply.next.empty())
      response.headers.emplace_back("Link", "<" + next_page(call, reply.next) + ">; rel=\"next\"");
    return response;
  }

  // The same list from the cursor on.
  static std::string next_page(const Call& call, std::string_view cursor) {
    std::string out = call.target.path + "?cursor=" + encoded(cursor);
    for (const auto& [name, value] : call.target.query)
      if (name != "cursor") out += "&" + encoded(name) + "=" + encoded(value);
    return out;
  }

  static std::string encoded(std::string_view text) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                         c == '.' || c == '_' || c == '~';
      if (plain) {
        out += c;
      } else {
        out += '%';
        out += kDigits[static_cast<unsigned char>(c) >> 4];
        out += kDigits[c & 15];
      }
    }
    return out;
  }

  // The gate does not know the exchange. No string of JSON holds a bare quote, so this is the member itself.
  static void add_instance(Response& response, const Call& call) {
    if (const std::size_t at = response.body.find(",\"code\":\""); at != std::string::npos)
      response.body.insert(at, ",\"instance\":\"" + call.request_id + "\"");
  }

  static Response turn_response(const Call& call, const gate::Reply& reply, std::uint64_t now) {
    Response response = json(reply.body);
    response.verdict = verdict_name(reply.verdict);
    if (reply.problem != nullptr) {
      response.status = reply.problem->http_status;
      response.content_type = "application/problem+json";
      response.code = reply.problem->name;
      add_instance(response, call);
    } else {
      response.headers.emplace_back("Caveat-Decision", reply.decision_id);
      if (reply.replayed) response.headers.emplace_back("Caveat-Replayed", "?1");
    }
    response.headers.emplace_back("Caveat-Verdict", response.verdict);
    if (was_decided(reply)) {
      response.timing.reserve(kUsualTiming);
      append_stage(response.timing, "decide", reply.decided_ns - reply.begun_ns);
      if (was_sealed(reply)) {
        append_stage(response.timing, "seal", reply.sealed_ns - reply.decided_ns);
        append_stage(response.timing, "commit", now - reply.sealed_ns);
      }
    }
    return response;
  }

  // A repeat carries the stages of the first, which are not its own.
  static bool was_decided(const gate::Reply& reply) { return reply.decided_ns != 0 && !reply.replayed; }
  static bool was_sealed(const gate::Reply& reply) { return was_decided(reply) && reply.sealed_ns != 0; }

  // Counts a turn that was answered, now.
  std::uint64_t count(const gate::Reply& reply, std::uint64_t began) {
    const std::uint64_t now = options_.clock->steady_ns();
    options_.metrics->decided(verdict_name(reply.verdict),
                              reply.problem != nullptr ? reply.problem->name
                              : reply.replayed         ? "repeat"
                                                       : "rule",
                              now - began);
    note_commit(reply, [now] { return now; });
    return now;
  }

  // Whether the log takes records, as the last answer that hung on it had it.
  template <class Now>
  void note_commit(const gate::Reply& reply, const Now& now) {
    if (reply.problem == &wire::codes::kStorage || reply.problem == &wire::codes::kKeys) {
      options_.metrics->commit_failed();
      commit_failed_ns_.store(std::max<std::uint64_t>(1, now()), std::memory_order_relaxed);
    } else if (reply.recorded && !reply.replayed && commit_failed_ns_.load(std::memory_order_relaxed) != 0) {
      commit_failed_ns_.store(0, std::memory_order_relaxed);
    }
  }

  void enter() { options_.metrics->set_waiting(waiting_.fetch_add(1, std::memory_order_relaxed) + 1); }
  void leave() { options_.metrics->set_waiting(waiting_.fetch_sub(1, std::memory_order_relaxed) - 1); }

  void figures(const Done& done) {
    std::string out = options_.metrics->render();
    const gate::Reply queues = options_.gate->look(query_of(gate::Query::Kind::queues), gate::Caller::local());
    if (queues.problem == nullptr) Metrics::queues(out, queues.body);
    done(text("text/plain; version=0.0.4; charset=utf-8", out + options_.services.figures()));
  }

  void of_the_log(const CallPtr& call, const std::function<std::string()>& service, const Done& done) {
    std::string body = service ? service() : std::string();
    if (body.empty())
      return done(problem_response(*call, wire::codes::kNotFound, item("", "a log with a record in it", "none yet")));
    done(text("text/plain; charset=utf-8", std::move(body)));
  }

  void schema(const CallPtr& call, const Done& done) {
    std::string body = options_.services.schema(call->language);
    if (body.empty()) return done(problem_response(*call, wire::codes::kNoPack, item("", "rules", "none")));
    const std::string tag = "\"" + hex(sha256(body)).substr(0, 32) + "\"";
    Response response = json(std::move(body));
    if (names_tag(call->if_none_match, tag)) {
      response = Response{};
      response.status = 304;
      response.content_type = {};
    }
    response.headers.emplace_back("ETag", tag);
    response.headers.emplace_back("Cache-Control", "no-cache");
    done(std::move(response));
  }

  void ready(const CallPtr& call, const Done& done) {
    std::vector<Check> checks = options_.services.checks(call->language);
    // A balancer that takes us out sends nothing that could show that it is over, so after a while the door is opened again.
    const std::uint64_t failed = commit_failed_ns_.load(std::memory_order_relaxed);
    if (failed != 0 && options_.clock->steady_ns() - failed < kShyNs)
      for (Check& check : checks)
        if (check.name == "log" && check.ok) {
          check.ok = false;
          check.say =
              call->language == Language::zh ? "最近一条记录未能写入" : "the last record could not be committed";
        }
    bool all = !draining();
    std::string list;
    for (const Check& check : checks) {
      all = all && check.ok;
      list += (list.empty() ? "" : ",") + ("{\"name\":" + quote_json(check.name)) +
              ",\"ok\":" + (check.ok ? "true" : "false") + ",\"say\":" + quote_json(check.say) + "}";
    }
    Response response = json(std::string("{\"ready\":") + (all ? "true" : "false") +
                             ",\"draining\":" + (draining() ? "true" : "false") + ",\"checks\":[" + list + "]}");
    if (!all) {
      response.status = 503;
      response.headers.emplace_back("Retry-After", "1");
    }
    done(std::move(response));
  }

  // Reports and searches read as much of the log as there is: so many at once, and no more wait.
  void at_length(const CallPtr& call, const std::function<Served(const Asked&)>& service, std::string body,
                 const Done& done) {
    if (draining())
      return done(problem_response(*call, wire::codes::kDraining,
                                   item("", "a server that stays", "one that is shutting down")));
    if (at_length_.fetch_add(1) >= options_.caps.reports) {
      at_length_.fetch_sub(1);
      Response response = problem_response(
          *call, wire::codes::kOverloaded,
          item("", "at most " + std::to_string(options_.caps.reports) + " reports and searches at once",
               "as many and this one"));
      response.headers.emplace_back("Retry-After", "5");
      return done(std::move(response));
    }
    aside(Aside::at_length, call, service, std::move(body), [this, done](Response response) {
      at_length_.fetch_sub(1);  // whoever is answered may ask again
      done(std::move(response));
    });
  }

  void aside(Aside kind, const CallPtr& call, const std::function<Served(const Asked&)>& service, std::string body,
             const Done& done) {
    elsewhere(kind, call, done, [this, call, service, body = std::move(body), done]() mutable {
      Served served =
          service({.body = std::move(body),
                   .caller = *call->caller,
                   .language = call->language,
                   .amiss = call->amiss,
                   .hidden = [this, &call](
                                 const gate::PastDecision& past) { return options_.gate->hidden(past, *call->caller); },
                   .cut =
                       [this, &call] {
                         return cut_.load(std::memory_order_relaxed) || call->gone.load(std::memory_order_relaxed);
                       }});
      if (served) return done(std::move(*served));
      Response response = problem_response(*call, served.error().problem);
      if (!served.error().members.empty()) {
        response.body.pop_back();
        response.body += "," + served.error().members + "}";
      }
      done(std::move(response));
    });
  }

  // ---- problems

  void read_turn(Call& call, std::string_view body) const {
    thread_local decide::Fields fields;
    (void)wire::parse_turn(body, fields, Limits{});  // as far as it goes: what is wrong with it is told elsewhere
    call.turn_id = wire::root_text(fields, "id");
    call.turn_language = wire::language_of(wire::root_text(fields, "language"), Language::none);
  }

  Response problem_response(const Call& call, const Code& code, ProblemItem what) const {
    return problem_response(call, wire::problem(code, std::move(what)));
  }

  Response problem_response(const Call& call, const Problem& problem) const {
    // Of what could not be read at all nobody knows that it was no turn.
    const bool turn = call.route != nullptr ? call.route->turn : call.target.path.empty();
    assert(is_described(*problem.code, options_.services.codes));
    Response response;
    response.status = problem.code->http_status;
    response.content_type = "application/problem+json";
    response.body = wire::problem_json(
        problem, {.id = call.turn_id,
                  .instance = call.request_id,
                  .language = call.turn_language != Language::none ? call.turn_language : call.language,
                  .with_verdict = turn});
    if (turn) {
      response.headers.emplace_back("Caveat-Verdict", "handoff");
      response.verdict = "handoff";
    }
    response.code = problem.code->name;
    return response;
  }

  // ---- ends

  static bool has(const Response& response, std::string_view name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [&](const auto& header) { return header.first == name; });
  }

  static void decorate(const Call& call, Response& response, std::uint64_t took_ns) {
    if (!has(response, "Cache-Control")) response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("Caveat-Request", call.request_id);
    response.headers.emplace_back("traceparent", call.traceparent);
    if (!call.tracestate.empty()) response.headers.emplace_back("tracestate", call.tracestate);
    if (call.route == nullptr || !call.route->turn) return;
    append_stage(response.timing, "total", took_ns);
    response.headers.emplace_back("Server-Timing", std::move(response.timing));
  }

  void write_exchange(const Call& call, const Response& response, std::uint64_t took_ns, std::int64_t lines) const {
    const Level level = response.status >= 500 ? Level::warn : Level::info;
    const auto us = static_cast<std::int64_t>(took_ns / 1'000);
    const std::string_view method = call.route != nullptr ? call.route->method : "other";
    const std::string_view path = call.route != nullptr ? call.route->path : "other";
    const std::string_view caller =
        call.route != nullptr && call.route->roles != 0 ? std::string_view(call.caller->id) : "";
    if (lines >= 0)
      options_.log->write(level, "batch",
                          {{"request", call.request_id},
                           {"trace", call.trace_id()},
                           {"span", call.span()},
                           {"caller", caller},
                           {"path", path},
                           {"lines", lines},
                           {"us", us}});
    else
      options_.log->write_soon(level, "exchange",
                               {{"request", call.request_id},
                                {"trace", call.trace_id()},
                                {"span", call.span()},
                                {"caller", caller},
                                {"method", method},
                                {"path", path},
                                {"status", static_cast<std::int64_t>(response.status)},
                                {"code", response.code},
                                {"verdict", response.verdict},
                                {"us", us}});
  }

  void broken(const CallPtr& call, const Done& done, std::string_view why) const {
    options_.log->write(Level::error, "internal", {{"request", call->request_id}, {"why", why}});
    done(problem_response(*call, wire::codes::kInternal, item("", "an answer", "an error of ours")));
  }

  const RouterOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Callers> callers_;
  std::atomic<bool> draining_{false}, cut_{false};
  std::atomic<std::size_t> at_length_{0};
  std::atomic<std::int64_t> waiting_{0};
  std::atomic<std::uint64_t> commit_failed_ns_{0};  // 0: the last one went well
};

Router::Router(RouterOptions options) : inside_(std::make_unique<Inside>(std::move(options))) {}
Router::~Router() = default;

CallPtr Router::begin(const Head& head) { return inside_->begin(head); }
void Router::finish(const CallPtr& call, std::string_view body, Done done) {
  inside_->finish(call, body, std::move(done));
}
Response Router::refuse(Call& call, const Code& code, ProblemItem what, std::string_view body) {
  return inside_->refuse(call, code, std::move(what), body);
}
bool Router::log_waits() const { return inside_->log().waits(); }
void Router::flush_log() { inside_->log().flush(); }
CallPtr Router::unread() { return inside_->unread(); }
void Router::dress(const Call& call, Response& response) { inside_->dress(call, response); }
Response Router::begin_batch(const CallPtr& call) { return inside_->begin_batch(call); }
void Router::batch_line(const CallPtr& call, std::string_view line, Line done) {
  inside_->batch_line(call, line, std::move(done));
}
std::string Router::batch_problem(const CallPtr& call, const Code& code, ProblemItem what) {
  return inside_->batch_problem(call, code, std::move(what));
}
void Router::end_batch(const CallPtr& call, std::size_t lines) { inside_->end_batch(call, lines); }
void Router::set_callers(std::shared_ptr<const Callers> callers) { inside_->set_callers(std::move(callers)); }
std::shared_ptr<const Callers> Router::callers() const { return inside_->callers(); }
void Router::drain() { inside_->drain(); }
void Router::cut() { inside_->cut(); }
bool Router::draining() const { return inside_->draining(); }
const Caps& Router::caps() const { return inside_->caps(); }
Metrics& Router::metrics() { return inside_->metrics(); }

}  // namespace caveat::server
