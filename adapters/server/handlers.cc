// What each route does, once it is known who asks: a row of the route table names its handler, and `run` calls it.
#include <algorithm>
#include <charconv>
#include <exception>

#include "adapters/server/codes.h"
#include "adapters/server/openapi.h"
#include "adapters/server/router_inside.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/turn.h"
#include "engine/base/digest.h"
#include "engine/base/escape.h"

namespace caveat::server {

namespace {

constexpr std::size_t kUsualHeaders = 8;          // of a response
constexpr std::size_t kUsualTiming = 96;          // bytes
constexpr std::uint64_t kShyNs = 10'000'000'000;  // not ready for so long after a commit that failed

gate::Query query_of(gate::Query::Kind kind, std::string target = {}) {
  gate::Query query;
  query.kind = kind;
  query.target = std::move(target);
  return query;
}

}  // namespace

void Router::Inside::run(const CallPtr& call, std::string_view body, const Done& done) {
  const Route& route = *call->route;
  if (call->too_often && route.roles != 0) {
    if (route.turn) read_turn(*call, body);
    return done(problem_response(*call, wire::codes::kCallerRate, rate()));
  }
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

Response Router::Inside::json(std::string body) {
  Response response;
  response.body = std::move(body);
  response.headers.reserve(kUsualHeaders);
  return response;
}

Response Router::Inside::text(std::string_view type, std::string body) {
  Response response = json(std::move(body));
  response.content_type = type;
  return response;
}

void Router::Inside::decide(const CallPtr& call, std::string_view body, const Done& done) {
  if (waiting_.load(std::memory_order_relaxed) >= static_cast<std::int64_t>(options_.caps.turns_waiting)) {
    read_turn(*call, body);
    return done(problem_response(*call, wire::codes::kOverloaded,
                                 item("", "at most " + std::to_string(options_.caps.turns_waiting) + " turns that wait",
                                      "as many and this one")));
  }
  const gate::TakeOptions how{.deadline_ns = call->began_ns + static_cast<std::uint64_t>(call->deadline_ms) * 1'000'000,
                              .header_id = call->idempotency_key,
                              .amiss = call->amiss ? &*call->amiss : nullptr,
                              .language = call->language,
                              .here = true};
  gate::Done answered = [this, call](gate::Reply&& reply) {
    leave();
    const std::uint64_t now = count(*call, reply, call->began_ns);
    const Done told = std::exchange(call->done, nullptr);
    told(turn_response(*call, std::move(reply), now));
  };
  call->taken = true;
  take(body, *call, how, std::move(answered));
}

// What changes something and is recorded.
void Router::Inside::perform(const CallPtr& call, gate::Command::Kind kind, std::string_view body, const Done& done) {
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
void Router::Inside::look(const CallPtr& call, gate::Query query, const Done& done) {
  query.language = call->language;
  query.purpose = call->target.parameter("reason");
  auto work = [this, call, query = std::move(query), done] {
    done(gate_response(*call, options_.gate->look(query, *call->caller)));
  };
  if (call->route->handler == Handler::conversation) return work();
  elsewhere(Aside::looks, call, done, std::move(work));
}

void Router::Inside::explanation(const CallPtr& call, const Done& done) {
  gate::Query query;
  query.kind = gate::Query::Kind::explanation;
  query.target = call->values[0];
  const std::string_view reader = call->target.parameter("for"), language = call->target.parameter("language");
  const bool bot_only = !call->caller->has("agent") && !call->caller->has("auditor");
  query.reader = reader.empty() ? (bot_only ? "bot" : "officer") : std::string(reader);
  call->language = wire::language_of(language, call->language);
  look(call, std::move(query), done);
}

void Router::Inside::handoffs(const CallPtr& call, const Done& done) {
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

Response Router::Inside::gate_response(const Call& call, const gate::Reply& reply) {
  Response response = json(reply.body);
  if (reply.problem != nullptr) {
    response.status = reply.problem->http_status;
    response.content_type = "application/problem+json";
    response.code = reply.problem->name;
    add_instance(response.body, call);
    return response;
  }
  if (call.route->gives == "text/plain") response.content_type = "text/plain; charset=utf-8";
  if (call.route->handler == Handler::decision) {
    response.verdict = decide::name(reply.verdict);
    response.headers.emplace_back("Caveat-Decision", reply.decision_id);
    response.headers.emplace_back("Caveat-Verdict", response.verdict);
  }
  if (reply.created) response.status = 201;
  if (reply.pending) {
    response.status = 202;
    response.headers.emplace_back("Retry-After", "1");
  }
  if (!reply.version.empty()) response.headers.emplace_back("ETag", "\"" + reply.version + "\"");
  if (!reply.next.empty()) response.headers.emplace_back("Link", "<" + next_page(call, reply.next) + ">; rel=\"next\"");
  return response;
}

// The same list from the cursor on.
std::string Router::Inside::next_page(const Call& call, std::string_view cursor) {
  std::string out = call.target.path + "?cursor=" + encoded(cursor);
  for (const auto& [name, value] : call.target.query)
    if (name != "cursor") out += "&" + encoded(name) + "=" + encoded(value);
  return out;
}

std::string Router::Inside::encoded(std::string_view text) {
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
void Router::Inside::add_instance(std::string& body, const Call& call) {
  if (const std::size_t at = body.find(",\"code\":\""); at != std::string::npos)
    body.insert(at, ",\"instance\":\"" + call.request_id + "\"");
}

Response Router::Inside::turn_response(const Call& call, gate::Reply&& reply, std::uint64_t now) {
  Response response = json(std::move(reply.body));
  response.verdict = decide::name(reply.verdict);
  if (reply.problem != nullptr) {
    response.status = reply.problem->http_status;
    response.content_type = "application/problem+json";
    response.code = reply.problem->name;
    add_instance(response.body, call);
  } else {
    response.headers.emplace_back("Caveat-Decision", std::move(reply.decision_id));
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

// Counts a turn that was answered, now.
std::uint64_t Router::Inside::count(const Call& call, const gate::Reply& reply, std::uint64_t began) {
  const std::uint64_t now = options_.clock->steady_ns();
  options_.metrics->decided(decide::name(reply.verdict),
                            reply.problem != nullptr ? reply.problem->name
                            : reply.replayed         ? "repeat"
                                                     : "rule",
                            now - began);
  if (reply.problem != nullptr) note_refused(call, reply.problem->name);
  if (was_sealed(reply))
    options_.metrics->staged(reply.decided_ns - reply.begun_ns, reply.sealed_ns - reply.decided_ns);
  note_commit(reply, [now] { return now; });
  return now;
}

// Of a batch its end tells how many lines were refused by which code: each is no exchange of its own.
void Router::Inside::note_refused(const Call& call, std::string_view code) {
  options_.metrics->problem_told(caller_of(call), code);
  if (call.refused == nullptr) return;
  const std::lock_guard lock(call.refused->mutex);
  ++call.refused->by_code[code];
}

void Router::Inside::figures(const Done& done) {
  std::string out = options_.metrics->render();
  const gate::Reply queues = options_.gate->look(query_of(gate::Query::Kind::queues), gate::Caller::local());
  if (queues.problem == nullptr) Metrics::queues(out, queues.body, options_.clock->wall_us());
  done(text("text/plain; version=0.0.4; charset=utf-8", out + options_.services.figures()));
}

void Router::Inside::of_the_log(const CallPtr& call, const std::function<std::string()>& service, const Done& done) {
  std::string body = service ? service() : std::string();
  if (body.empty())
    return done(problem_response(*call, wire::codes::kNotFound, item("", "a log with a record in it", "none yet")));
  done(text("text/plain; charset=utf-8", std::move(body)));
}

void Router::Inside::schema(const CallPtr& call, const Done& done) {
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

void Router::Inside::ready(const CallPtr& call, const Done& done) {
  std::vector<Check> checks = options_.services.checks(call->language);
  // A balancer that takes us out sends nothing that could show that it is over, so after a while the door is opened again.
  const std::uint64_t failed = commit_failed_ns_.load(std::memory_order_relaxed);
  if (failed != 0 && options_.clock->steady_ns() - failed < kShyNs)
    for (Check& check : checks)
      if (check.name == "log" && check.ok) {
        check.ok = false;
        check.say = call->language == Language::zh ? "最近一条记录未能写入" : "the last record could not be committed";
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
void Router::Inside::at_length(const CallPtr& call, const std::function<Served(const Asked&)>& service,
                               std::string body, const Done& done) {
  if (draining())
    return done(
        problem_response(*call, wire::codes::kDraining, item("", "a server that stays", "one that is shutting down")));
  if (at_length_.fetch_add(1) >= options_.caps.reports) {
    at_length_.fetch_sub(1);
    Response response =
        problem_response(*call, wire::codes::kOverloaded,
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

void Router::Inside::aside(Aside kind, const CallPtr& call, const std::function<Served(const Asked&)>& service,
                           std::string body, const Done& done) {
  elsewhere(kind, call, done, [this, call, service, body = std::move(body), done]() mutable {
    Served served = service(
        {.body = std::move(body),
         .caller = *call->caller,
         .language = call->language,
         .amiss = call->amiss,
         .hidden = [this, &call](const gate::PastDecision& past) { return options_.gate->hidden(past, *call->caller); },
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

}  // namespace caveat::server
