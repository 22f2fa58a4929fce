#include "adapters/server/router.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <exception>
#include <span>

#include "adapters/server/codes.h"
#include "adapters/server/router_inside.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/turn.h"
#include "engine/base/escape.h"
#include "engine/base/hex.h"
#include "engine/base/limits.h"
#include "engine/base/utf8.h"
#include "engine/base/uuid.h"

namespace caveat::server {

namespace {

constexpr std::size_t kLongestId = 128;   // characters
constexpr std::size_t kTraceparent = 55;  // bytes

void append_random_hex(std::string& out, Random& random, std::size_t bytes) {
  std::array<char, 16> buffer{};
  const std::span<std::uint8_t> filled(reinterpret_cast<std::uint8_t*>(buffer.data()), bytes);
  random.fill(filled);
  filled[0] |= 1;  // all zeros would be no id
  const std::size_t size = out.size();
  out.resize(size + 2 * bytes);
  put_hex(out.data() + size, {buffer.data(), bytes});
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

}  // namespace

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

CallPtr Router::Inside::begin(const Head& head) {
  const CallPtr call = new_call();
  call->language = accepted_language(head.list("accept-language"), options_.language);
  trace(head, *call);
  const Asker asker = recognise(head);
  // Whatever comes of it, a path that there is not too: what is refused has cost its caller one as well.
  if (asker.entry != nullptr) call->too_often = too_often(*asker.entry);
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
  if (!admit(head, asker, *call)) return call;
  for (const std::string& value : call->values)
    if (count_code_points(value) > kLongestId) {  // nothing is called so
      refuse_now(call, wire::codes::kNotFound,
                 item("", "an id of at most 128 characters", std::to_string(count_code_points(value)) + " characters"));
      return call;
    }
  if (call->too_often && call->route->handler == Handler::batch) {  // one request; its lines wait for each other
    refuse_now(*call, wire::codes::kCallerRate, rate());
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

void Router::Inside::finish(const CallPtr& call, std::string_view body, Done done) {
  call->done = std::move(done);
  try {
    run(call, body, call->done);
  } catch (const std::exception& error) {
    if (call->done) broken(call, call->done, error.what());
  }
}

Response Router::Inside::refuse(Call& call, const Code& code, ProblemItem what, std::string_view body) {
  if (!body.empty()) read_turn(call, body);
  return problem_response(call, code, std::move(what));
}

CallPtr Router::Inside::unread(const Head& head) {
  const CallPtr call = new_call();
  call->language = accepted_language(head.list("accept-language"), options_.language);
  trace(head, *call);
  return call;
}

// What every response carries.
void Router::Inside::dress(const Call& call, Response& response) {
  assert(call.route == nullptr || is_declared(*call.route, response.status));
  const std::uint64_t took_ns = options_.clock->steady_ns() - call.began_ns;
  decorate(call, response, took_ns);
  if (response.status == 429 || response.status == 503) {
    if (!has(response, "Retry-After"))
      response.headers.emplace_back("Retry-After", response.code == "draining" ? "5" : "1");
  }
  options_.metrics->answered(call.route != nullptr ? call.route->method : "other",
                             call.route != nullptr ? call.route->path : "other", response.status);
  if (call.route != nullptr && call.route->turn && !call.taken && !response.verdict.empty()) {
    options_.metrics->refused(response.verdict, response.code);
    note_refused(call, response.code);
  }
  write_exchange(call, response, took_ns, -1);
}

Response Router::Inside::begin_batch(const CallPtr& call) {
  Response response{
      .status = 200, .content_type = "application/x-ndjson", .body = {}, .headers = {}, .code = {}, .verdict = {}};
  call->refused = std::make_unique<RefusedLines>();
  decorate(*call, response, options_.clock->steady_ns() - call->began_ns);
  return response;
}

void Router::Inside::take(std::string_view bytes, const Call& call, const gate::TakeOptions& how, gate::Done answered) {
  enter();
  try {
    options_.gate->take(bytes, call.caller, how, std::move(answered));
  } catch (...) {
    leave();
    throw;
  }
}

void Router::Inside::batch_line(const CallPtr& call, std::string_view line, Line done) {
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
  gate::Done answered = [this, call, began, done = std::move(done)](gate::Reply&& reply) {
    leave();
    count(*call, reply, began);
    if (reply.problem != nullptr) add_instance(reply.body, *call);
    done(std::move(reply.body));
  };
  take(line, *call, how, std::move(answered));
}

// `line`: as far as its id and its language can be read they are told.
std::string Router::Inside::batch_problem(const CallPtr& call, const Code& code, ProblemItem what,
                                          std::string_view line) {
  options_.metrics->refused("handoff", code.name);
  note_refused(*call, code.name);
  if (!line.empty()) read_turn(*call, line);
  const Language of_line = line.empty() ? Language::none : call->turn_language;
  return wire::problem_json(wire::problem(code, std::move(what)),
                            {.id = line.empty() ? std::string_view() : call->turn_id,
                             .instance = call->request_id,
                             .language = of_line == Language::none ? call->language : of_line,
                             .with_verdict = true});
}

void Router::Inside::end_batch(const CallPtr& call, std::size_t lines) {
  options_.metrics->answered(call->route->method, call->route->path, 200);
  write_exchange(*call, Response{}, options_.clock->steady_ns() - call->began_ns, static_cast<std::int64_t>(lines));
  const std::lock_guard lock(call->refused->mutex);
  for (const auto& [code, refused] : call->refused->by_code)
    options_.log->write(
        Level::info, "lines_refused",
        {{"request", call->request_id}, {"caller", caller_of(*call)}, {"code", code}, {"lines", refused}});
}

void Router::Inside::set_callers(std::shared_ptr<const Callers> callers) {
  const std::lock_guard lock(mutex_);
  callers_ = std::move(callers);
}

std::shared_ptr<const Callers> Router::Inside::callers() const {
  const std::lock_guard lock(mutex_);
  return callers_;
}

CallPtr Router::Inside::new_call() {
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

void Router::Inside::trace(const Head& head, Call& call) {
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

void Router::Inside::read_turn(Call& call, std::string_view body) const {
  thread_local decide::Fields fields;
  (void)wire::parse_turn(body, fields, Limits{});  // as far as it goes: what is wrong with it is told elsewhere
  call.turn_id = wire::root_text(fields, "id");
  call.turn_language = wire::language_of(wire::root_text(fields, "language"), Language::none);
}

Response Router::Inside::problem_response(const Call& call, const Code& code, ProblemItem what) const {
  return problem_response(call, wire::problem(code, std::move(what)));
}

Response Router::Inside::problem_response(const Call& call, const Problem& problem) const {
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

bool Router::Inside::has(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return header.first == name; });
}

void Router::Inside::decorate(const Call& call, Response& response, std::uint64_t took_ns) {
  if (!has(response, "Cache-Control")) response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Caveat-Request", call.request_id);
  response.headers.emplace_back("traceparent", call.traceparent);
  if (!call.tracestate.empty()) response.headers.emplace_back("tracestate", call.tracestate);
  if (call.route == nullptr || !call.route->turn) return;
  append_stage(response.timing, "total", took_ns);
  response.headers.emplace_back("Server-Timing", std::move(response.timing));
}

void Router::Inside::write_exchange(const Call& call, const Response& response, std::uint64_t took_ns,
                                    std::int64_t lines) const {
  const Level level = response.status >= 500 ? Level::warn : Level::info;
  const auto us = static_cast<std::int64_t>(took_ns / 1'000);
  const std::string_view method = call.route != nullptr ? call.route->method : "other";
  const std::string_view path = call.route != nullptr ? call.route->path : "other";
  const std::string_view caller = caller_of(call);
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

void Router::Inside::broken(const CallPtr& call, const Done& done, std::string_view why) const {
  options_.log->write(Level::error, "internal", {{"request", call->request_id}, {"why", why}});
  done(problem_response(*call, wire::codes::kInternal, item("", "an answer", "an error of ours")));
}

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
CallPtr Router::unread(const Head& head) { return inside_->unread(head); }
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
