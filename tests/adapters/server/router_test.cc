// Requests to responses without a socket: who may what, what every answer carries, what is refused and how.
#include "adapters/server/router.h"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <mutex>

#include "adapters/server/openapi.h"
#include "adapters/wire/codes.h"
#include "tests/support/seeded_random.h"

using namespace caveat;
using namespace caveat::server;
namespace json = boost::json;

namespace {

class HandClock final : public Clock {
 public:
  Microseconds wall_us() override { return 1'795'000'000LL * 1'000'000; }
  std::uint64_t steady_ns() override { return ns.fetch_add(1'000); }
  std::atomic<std::uint64_t> ns{1};
};

class Lines final : public OperationLog {
 public:
  void write(Level level, std::string_view event, std::initializer_list<LogField> fields) override {
    std::string line = std::string(level_name(level)) + " " + std::string(event);
    for (const LogField& field : fields) {
      line += " " + std::string(field.name) + "=";
      if (const auto* words = std::get_if<std::string_view>(&field.value)) line += *words;
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) line += std::to_string(*number);
    }
    const std::lock_guard lock(mutex_);
    text += line + "\n";
  }
  Level level() const override { return Level::debug; }
  void set_level(Level) override {}
  void reopen() override {}
  std::string text;

 private:
  std::mutex mutex_;
};

// A server without rules: what is refused before a decision shows the same.
struct Desk {
  HandClock clock;
  test::SeededRandom random;
  Metrics metrics;
  Lines log;
  gate::Snapshot snapshot;
  gate::Gate gate{
      {.snapshot = &snapshot, .log = nullptr, .clock = &clock, .random = &random, .limits = {}, .outcomes = false}};
  std::map<std::string, std::string> keys;  // by role
  std::unique_ptr<Router> router;

  explicit Desk(Caps caps = {}) {
    RouterOptions options;
    options.gate = &gate;
    options.clock = &clock;
    options.random = &random;
    options.metrics = &metrics;
    options.log = &log;
    options.caps = caps;
    options.services.schema = [](Language) { return std::string("{\"type\":\"object\"}"); };
    options.services.packs = [] { return std::string("{\"active\":[]}"); };
    options.services.figures = [] { return std::string("caveat_pack_info 1\n"); };
    options.services.checks = [this](Language) { return checks; };
    const auto served = [](const Asked& asked) -> server::Served {
      if (asked.body == "wrong")
        return tl::unexpected(
            Refusal{wire::problem(wire::codes::kDiagnostics,
                                  {.path = "", .expected = "rules", .found = "none", .nearest = {}, .hint = {}}),
                    "\"diagnostics\":[1]"});
      if (asked.body == "throws") throw std::runtime_error("a disk of ours");
      Response response;
      response.body = "{\"by\":\"" + asked.caller.id + "\"}";
      return response;
    };
    options.services.reload = options.services.search = options.services.report = served;
    router = std::make_unique<Router>(std::move(options));
    std::vector<CallerEntry> entries;
    for (const std::string_view name : role_names()) {
      const NewKey key = make_key(name, random);
      keys[std::string(name)] = key.text;
      CallerEntry entry;
      entry.id = name;
      entry.roles = *role_of(name);
      entry.key_digest = key.digest;
      entries.push_back(entry);
    }
    router->set_callers(std::make_shared<const Callers>(std::move(entries)));
  }

  Head head(const std::string& method, const std::string& target, const std::string& role = {}) const {
    Head out;
    out.method = method;
    out.target = target;
    if (!role.empty()) out.headers.emplace_back("authorization", "Bearer " + keys.at(role));
    return out;
  }

  Response ask(const Head& head, const std::string& body = {}) {
    const CallPtr call = router->begin(head);
    Response response;
    if (call->refusal) {
      response = *call->refusal;
    } else {
      std::promise<Response> answered;
      router->finish(call, body, [&](Response one) { answered.set_value(std::move(one)); });
      response = answered.get_future().get();
    }
    router->dress(*call, response);
    return response;
  }

  std::vector<Check> checks{{.name = "log", .ok = true, .say = "it can be written"}};
};

std::string header(const Response& response, std::string_view name) {
  for (const Header& one : response.headers)
    if (one.first == name) return one.second;
  return {};
}

json::object body_of(const Response& response) { return json::parse(response.body).as_object(); }

}  // namespace

BOOST_AUTO_TEST_CASE(each_role_may_call_what_the_table_gives_it_and_nothing_else) {
  Desk desk;
  std::size_t allowed = 0, refused = 0;
  for (const Route& route : routes()) {
    std::string target(route.path);
    for (std::size_t at; (at = target.find('{')) != std::string::npos;)
      target.replace(at, target.find('}') - at + 1, "x-1");
    const auto call_as = [&](const std::string& role) {
      Head head = desk.head(std::string(route.method), target, role);
      head.headers.emplace_back("content-type", route.takes.find('/') != std::string_view::npos
                                                    ? std::string(route.takes)
                                                    : "application/json");
      return desk.router->begin(head);
    };
    BOOST_TEST_CONTEXT(route.method << " " << route.path) {
      const CallPtr nobody = call_as("");
      BOOST_TEST(nobody->refusal.has_value() == (route.roles != 0));
      if (nobody->refusal) BOOST_TEST(nobody->refusal->code == "no_key");
      for (const std::string_view name : role_names()) {
        const CallPtr call = call_as(std::string(name));
        const bool may = route.roles == 0 || (route.roles & *role_of(name)) != 0;
        BOOST_TEST(!call->refusal.has_value() == may, name);
        if (call->refusal) BOOST_TEST(call->refusal->code == "role", name);
        ++(may ? allowed : refused);
      }
    }
  }
  BOOST_TEST(allowed > 40u);
  BOOST_TEST(refused > 10u);
}

BOOST_AUTO_TEST_CASE(who_runs_the_server_may_read_and_reload_over_its_socket_but_never_speak_as_bot_or_agent) {
  Desk desk;
  Head head = desk.head("POST", "/v1/reload");
  head.own_user = true;
  BOOST_TEST(desk.ask(head).body == "{\"by\":\"local\"}");
  head.target = "/v1/decisions";
  BOOST_TEST(desk.ask(head).code == "role");
  head.headers.emplace_back("authorization", "Bearer " + desk.keys.at("bot"));  // a key counts before the socket
  BOOST_TEST(desk.ask(head, "{}").code != "role");
}

BOOST_AUTO_TEST_CASE(a_turn_that_is_refused_is_a_problem_with_a_verdict_and_every_answer_carries_its_ids) {
  Desk desk;
  Head head = desk.head("POST", "/v1/decisions", "bot");
  head.headers.emplace_back("accept-language", "zh");
  head.headers.emplace_back("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  head.headers.emplace_back("tracestate", "bank=1");
  const Response response =
      desk.ask(head, R"({"id":"t-1","answer":{"text":"canary-7731"},"customer":{"id":"canary-k"}})");
  BOOST_TEST(response.status == 503);
  BOOST_TEST(response.content_type == "application/problem+json");
  const json::object body = body_of(response);
  BOOST_TEST(body.at("code") == "no_pack");
  BOOST_TEST(body.at("verdict") == "handoff");
  BOOST_TEST(body.at("id") == "t-1");
  BOOST_TEST(body.at("say").as_object().at("text").is_string());
  BOOST_TEST(body.at("handoff").as_object().at("hold") == false);
  BOOST_TEST(std::string(body.at("instance").as_string()) == header(response, "Caveat-Request"));
  BOOST_TEST(header(response, "Caveat-Verdict") == "handoff");
  BOOST_TEST(header(response, "Retry-After") == "1");
  BOOST_TEST(header(response, "Cache-Control") == "no-store");
  BOOST_TEST(header(response, "traceparent").starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
  BOOST_TEST(header(response, "traceparent").ends_with("-01"));
  BOOST_TEST(header(response, "traceparent").find("00f067aa0ba902b7") == std::string::npos);  // a span of our own
  BOOST_TEST(header(response, "tracestate") == "bank=1");
  BOOST_TEST(header(response, "Server-Timing").starts_with("total;dur="));
  // The log has our id, the trace and the caller; no text, no customer, no id of a turn.
  BOOST_TEST(desk.log.text.find(header(response, "Caveat-Request")) != std::string::npos);
  BOOST_TEST(desk.log.text.find("trace=4bf92f3577b34da6a3ce929d0e0e4736") != std::string::npos);
  BOOST_TEST(desk.log.text.find("caller=bot") != std::string::npos);
  BOOST_TEST(desk.log.text.find("code=no_pack") != std::string::npos);
  BOOST_TEST(desk.log.text.find("canary") == std::string::npos);
  BOOST_TEST(desk.log.text.find("t-1") == std::string::npos);
  BOOST_TEST(desk.metrics.render().find("caveat_decisions_total{verdict=\"handoff\",cause=\"no_pack\"} 1") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_trace_that_is_not_well_formed_is_dropped_and_the_request_goes_on) {
  Desk desk;
  Head head = desk.head("GET", "/healthz");
  head.headers.emplace_back("traceparent", "00-xyz");
  const Response response = desk.ask(head);
  BOOST_TEST(response.status == 200);
  BOOST_TEST(header(response, "traceparent").size() == 55u);
}

BOOST_AUTO_TEST_CASE(keys_methods_and_paths_that_are_not_ours_are_told_apart) {
  Desk desk;
  Head head = desk.head("POST", "/v1/decisions");
  const Response no_key = desk.ask(head);
  BOOST_TEST(no_key.status == 401);
  BOOST_TEST(no_key.code == "no_key");
  BOOST_TEST(header(no_key, "WWW-Authenticate") == "Bearer realm=\"caveat\"");
  BOOST_TEST(body_of(no_key).at("verdict") == "handoff");
  for (const char* wrong : {"Bearer cav_bot_0", "Basic x", "Bearer", "cav_bot_0"}) {
    head.headers = {{"authorization", wrong}};
    BOOST_TEST(desk.ask(head).code == "bad_key", wrong);
  }
  const Response method = desk.ask(desk.head("GET", "/v1/decisions"));
  BOOST_TEST(method.status == 405);
  BOOST_TEST(header(method, "Allow") == "POST");
  BOOST_TEST(desk.ask(desk.head("GET", "/v1/nothing")).code == "not_found");
  BOOST_TEST(desk.ask(desk.head("GET", "/a%2")).code == "bad_http");
}

BOOST_AUTO_TEST_CASE(the_header_idempotency_key_must_be_the_id_of_the_body) {
  Desk desk;
  Head head = desk.head("POST", "/v1/decisions", "bot");
  head.headers.emplace_back("idempotency-key", "t-2");
  const Response response = desk.ask(head, R"({"id":"t-1","answer":{"text":"a"}})");
  BOOST_TEST(response.status == 400);
  BOOST_TEST(response.code == "id_mismatch");
  BOOST_TEST(body_of(response).at("id") == "t-1");
  BOOST_TEST(desk.ask(head, R"({"id":"t-2","answer":{"text":"a"}})").code == "no_pack");
}

BOOST_AUTO_TEST_CASE(a_deadline_may_be_shortened_and_never_lengthened) {
  Desk desk;
  const auto deadline = [&](const char* asked) {
    Head head = desk.head("POST", "/v1/decisions", "bot");
    head.headers.emplace_back("caveat-deadline-ms", asked);
    const CallPtr call = desk.router->begin(head);
    return call->refusal ? std::int64_t{-call->refusal->status} : call->deadline_ms;
  };
  BOOST_TEST(deadline("250") == 250);
  BOOST_TEST(deadline("99999") == 2'000);
  for (const char* wrong : {"0", "-1", "1.5", "soon", " 5"}) BOOST_TEST(deadline(wrong) == -422, wrong);
  const CallPtr call = desk.router->begin(desk.head("POST", "/v1/decisions", "bot"));
  BOOST_TEST(call->deadline_ms == 2'000);
  const Response late = desk.router->refuse(*call, wire::codes::kDeadline,
                                            {.path = "", .expected = "a", .found = "b", .nearest = {}, .hint = {}},
                                            R"({"id":"t-9","language":"zh"})");
  BOOST_TEST(late.status == 504);
  BOOST_TEST(body_of(late).at("id") == "t-9");
  BOOST_TEST(std::string(body_of(late).at("say").as_object().at("text").as_string()).starts_with("很抱歉"));
}

BOOST_AUTO_TEST_CASE(a_body_beyond_the_limit_is_refused_before_it_is_read) {
  Desk desk;
  Head head = desk.head("POST", "/v1/decisions", "bot");
  head.content_length = (1u << 20) + 1;
  BOOST_TEST(desk.router->begin(head)->refusal->code == "too_large");
  head.content_length = 1u << 20;
  BOOST_TEST(!desk.router->begin(head)->refusal.has_value());
}

BOOST_AUTO_TEST_CASE(a_batch_is_taken_as_json_lines_and_as_nothing_else) {
  Desk desk;
  Head head = desk.head("POST", "/v1/decisions/batch", "bot");
  head.headers.emplace_back("content-type", "application/json");
  BOOST_TEST(desk.ask(head).status == 415);
  head.headers.back().second = "application/x-ndjson; charset=utf-8";
  head.headers.emplace_back("accept-language", "zh");
  const CallPtr call = desk.router->begin(head);
  BOOST_TEST(!call->refusal.has_value());
  std::promise<std::string> line;
  desk.router->batch_line(call, R"({"id":"t-1","answer":{"text":"a"}})",
                          [&](std::string one) { line.set_value(std::move(one)); });
  const json::object problem = json::parse(line.get_future().get()).as_object();
  BOOST_TEST(problem.at("code") == "no_pack");
  BOOST_TEST(std::string(problem.at("title").as_string()) == wire::codes::kNoPack.zh);
}

BOOST_AUTO_TEST_CASE(more_turns_than_may_wait_are_shed_with_a_verdict) {
  Desk desk({.turns_waiting = 0});
  const Response response =
      desk.ask(desk.head("POST", "/v1/decisions", "bot"), R"({"id":"t-1","answer":{"text":"a"}})");
  BOOST_TEST(response.status == 503);
  BOOST_TEST(response.code == "overloaded");
  BOOST_TEST(header(response, "Retry-After") == "1");
  BOOST_TEST(body_of(response).at("id") == "t-1");
  BOOST_TEST(body_of(response).at("verdict") == "handoff");
}

BOOST_AUTO_TEST_CASE(a_server_that_drains_says_so_to_turns_and_to_who_asks_whether_it_is_ready) {
  Desk desk;
  BOOST_TEST(desk.ask(desk.head("GET", "/readyz")).status == 200);
  desk.router->drain();
  const Response ready = desk.ask(desk.head("GET", "/readyz"));
  BOOST_TEST(ready.status == 503);
  BOOST_TEST(body_of(ready).at("draining") == true);
  const Response turn = desk.ask(desk.head("POST", "/v1/decisions", "bot"), "{}");
  BOOST_TEST(turn.code == "draining");
  BOOST_TEST(header(turn, "Retry-After") == "5");
  BOOST_TEST(desk.ask(desk.head("GET", "/healthz")).status == 200);
}

BOOST_AUTO_TEST_CASE(who_cannot_record_is_not_ready_and_says_which_part) {
  Desk desk;
  desk.checks.push_back({.name = "disk", .ok = false, .say = "full"});
  const Response response = desk.ask(desk.head("GET", "/readyz"));
  BOOST_TEST(response.status == 503);
  BOOST_TEST(body_of(response).at("checks").as_array().at(1).as_object().at("name") == "disk");
}

BOOST_AUTO_TEST_CASE(what_lies_behind_the_router_answers_refuses_and_may_break_without_taking_it_along) {
  Desk desk;
  const Head head = desk.head("POST", "/v1/reload", "activator");
  BOOST_TEST(desk.ask(head, "{}").body == "{\"by\":\"activator\"}");
  const Response refused = desk.ask(head, "wrong");
  BOOST_TEST(refused.status == 422);
  BOOST_TEST(body_of(refused).at("diagnostics").as_array().size() == 1u);
  const Response broken = desk.ask(head, "throws");
  BOOST_TEST(broken.status == 500);
  BOOST_TEST(broken.body.find("a disk of ours") == std::string::npos);  // for the operator's log alone
  BOOST_TEST(desk.log.text.find("why=a disk of ours") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_schema_that_is_known_already_is_not_sent_again) {
  Desk desk;
  Head head = desk.head("GET", "/v1/schema");
  const Response first = desk.ask(head);
  BOOST_TEST(first.status == 200);
  const std::string tag = header(first, "ETag");
  BOOST_TEST(!tag.empty());
  head.headers.emplace_back("if-none-match", tag);
  const Response again = desk.ask(head);
  BOOST_TEST(again.status == 304);
  BOOST_TEST(again.body.empty());
}

BOOST_AUTO_TEST_CASE(health_and_figures_are_on_the_second_listener_alone_where_there_is_one) {
  Desk desk;
  Head head = desk.head("GET", "/metrics");
  head.admin = false;
  BOOST_TEST(desk.ask(head).status == 404);
  head.target = "/v1/packs";
  BOOST_TEST(desk.ask(head).status == 200);
  head.admin = true;
  head.traffic = false;
  BOOST_TEST(desk.ask(head).status == 404);
  head.target = "/metrics";
  BOOST_TEST(desk.ask(head).body.find("caveat_pack_info 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_description_is_made_of_the_table_and_names_only_schemas_that_it_has) {
  const json::object document = json::parse(openapi_json("{\"type\":\"object\"}", Language::en)).as_object();
  BOOST_TEST(document.at("openapi") == "3.1.0");
  const json::object& paths = document.at("paths").as_object();
  std::size_t operations = 0;
  for (const auto& path : paths) operations += path.value().as_object().size();
  BOOST_TEST(operations == routes().size());
  const json::object& schemas = document.at("components").as_object().at("schemas").as_object();
  const std::string text = json::serialize(document);
  const std::string_view mark = "\"$ref\":\"#/components/schemas/";
  std::size_t references = 0;
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1), ++references) {
    const std::string name = text.substr(at + mark.size(), text.find('"', at + mark.size()) - at - mark.size());
    BOOST_TEST(schemas.contains(name), name);
  }
  BOOST_TEST(references > 20u);
  for (const Language language : {Language::en, Language::zh}) {
    const std::string page = reference_page(language), problems = problems_page(language);
    for (const Route& route : routes()) BOOST_TEST(page.find(route.path) != std::string::npos, route.path);
    for (const Code* code : wire::all_codes())
      BOOST_TEST(problems.find("id=\"" + std::string(code->name) + "\"") != std::string::npos, code->name);
    BOOST_TEST(page.find("src=") == std::string::npos);  // it fetches nothing
  }
}
