// Requests to responses without a socket: who may what, what every answer carries, what is refused and how.
#include "adapters/server/router.h"

#include "tests/adapters/server/desk.h"

using namespace caveat;
using namespace caveat::server;
using namespace caveat::server::test_desk;

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

BOOST_AUTO_TEST_CASE(who_is_known_on_a_connection_is_known_by_his_whole_key_and_until_the_callers_are_read_anew) {
  Desk desk;
  Known known;
  Head head = desk.head("POST", "/v1/reload", "activator");
  head.known = &known;
  BOOST_TEST(desk.ask(head).status == 200);
  BOOST_TEST(known.entry != nullptr);
  BOOST_TEST(desk.ask(head).status == 200);
  std::string& line = head.headers.back().second;
  const std::string right = line;
  line.back() = line.back() == 'a' ? 'b' : 'a';
  BOOST_TEST(desk.ask(head).code == "bad_key");
  line = right.substr(0, right.size() - 1);
  BOOST_TEST(desk.ask(head).code == "bad_key");
  line = "Bearer " + desk.keys.at("bot");  // somebody else, on the same connection
  BOOST_TEST(desk.ask(head).code == "role");
  line = right;
  BOOST_TEST(desk.ask(head).body == "{\"by\":\"activator\"}");
  desk.router->set_callers(std::make_shared<const Callers>());
  BOOST_TEST(desk.ask(head).code == "bad_key");
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
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER ", "bEaReR   "}) {
    head.headers = {{"authorization", scheme + desk.keys.at("bot")}};
    BOOST_TEST(desk.ask(head).code != "bad_key", scheme);
  }
  for (const char* wrong : {"Bearer cav_bot_0", "Basic x", "Bearer", "Bearer  ", "Bearer\tx", "cav_bot_0"}) {
    head.headers = {{"authorization", wrong}};
    BOOST_TEST(desk.ask(head).code == "bad_key", wrong);
  }
  // What is wrong is the way in which it is sent, and that is what is told.
  for (const auto& [sent, says] : {std::pair<std::string, std::string>{desk.keys.at("bot"), "without Bearer before it"},
                                   {"Basic " + desk.keys.at("bot"), "another scheme than Bearer"},
                                   {"Bearer ", "no key behind it"},
                                   {"Bearer cav_bot_0", "a key that this server knows"}}) {
    head.headers = {{"authorization", sent}};
    const Response refused = desk.ask(head);
    BOOST_TEST(refused.body.find(says) != std::string::npos, refused.body);
    BOOST_TEST(refused.body.find(desk.keys.at("bot")) == std::string::npos);
  }
  const Response method = desk.ask(desk.head("GET", "/v1/decisions"));
  BOOST_TEST(method.status == 405);
  BOOST_TEST(header(method, "Allow") == "POST");
  BOOST_TEST(desk.ask(desk.head("GET", "/v1/nothing")).code == "not_found");
  BOOST_TEST(desk.ask(desk.head("GET", "/a%2")).code == "bad_http");
}

BOOST_AUTO_TEST_CASE(what_is_asked_of_no_path_or_of_another_host_is_told_as_that) {
  Desk desk;
  const Response options = desk.ask(desk.head("OPTIONS", "*"));
  BOOST_TEST(options.status == 405);
  BOOST_TEST(header(options, "Allow") == "POST, GET, PUT");
  BOOST_TEST(desk.ask(desk.head("GET", "*")).code == "bad_http");
  Head head = desk.head("GET", "http://other/healthz");
  head.headers.emplace_back("host", "gate");
  const json::value what = body_of(desk.ask(head)).at("errors").at(0);
  BOOST_TEST(what.at("expected") == "a path, or http:// or https:// with the host of the header Host before it");
  BOOST_TEST(what.at("found") == "\"http://other/healthz\"");
}

BOOST_AUTO_TEST_CASE(two_headers_of_languages_are_one_list) {
  Desk desk;
  Head head = desk.head("GET", "/v1/nothing");
  head.headers.emplace_back("accept-language", "en;q=0.1");
  head.headers.emplace_back("accept-language", "zh");
  BOOST_TEST(body_of(desk.ask(head)).at("errors").at(0).at("expected") == "本接口的路径（见 /docs）");
}

BOOST_AUTO_TEST_CASE(a_second_key_is_refused_whichever_of_the_two_would_have_opened) {
  Desk desk;
  Head head = desk.head("POST", "/v1/reload", "activator");
  for (const std::string& second : {head.headers[0].second, std::string("Bearer cav_x_0"), std::string()}) {
    head.headers.resize(1);
    head.headers.emplace_back("authorization", second);
    const Response both = desk.ask(head);
    BOOST_TEST(both.status == 400);
    BOOST_TEST(both.code == "bad_http");
    BOOST_TEST(both.body.find("the header authorization once") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_query_with_more_parameters_than_any_path_takes_is_refused_as_a_whole) {
  Desk desk;
  const auto with = [&](int many) {
    std::string target = "/v1/handoffs?";
    for (int i = 0; i < many; ++i) target += "x" + std::to_string(i) + "=1&";
    target.pop_back();
    return desk.ask(desk.head("GET", target, "agent"));
  };
  const Response each = with(32);
  BOOST_TEST(each.code == "unknown_member");
  BOOST_TEST(body_of(each).at("errors").as_array().size() == 32u);
  const Response all = with(33);
  BOOST_TEST(all.code == "too_many");
  BOOST_TEST(body_of(all).at("errors").as_array().size() == 1u);
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

BOOST_AUTO_TEST_CASE(what_is_wrong_with_address_headers_and_body_is_told_at_once) {
  test::Bench bench;
  Desk desk({}, &bench);
  const auto told = [&](const Head& head, const std::string& body) {
    const Response response = desk.ask(head, body);
    std::string out(response.code);
    const json::object problem = body_of(response);
    for (const json::value& error : problem.at("errors").as_array())
      out += " [" + std::string(error.at("path").as_string()) + "] " + std::string(error.at("found").as_string());
    return out;
  };
  Head turn = desk.head("POST", "/v1/decisions?x=1", "bot");
  turn.headers.emplace_back("idempotency-key", "t-2");
  turn.headers.emplace_back("caveat-deadline-ms", "soon");
  BOOST_TEST(told(turn, R"({"id":"t-1","language":"en","actions":[{"name":"transfer","amount":5}]})") ==
             "id_mismatch [/id] \"t-1\" [] “x” [] soon [/actions/0/amount] 5");
  const Response fine_but_for_that = desk.ask(turn, R"({"id":"t-2","answer":{"text":"a"}})");
  BOOST_TEST(fine_but_for_that.status == 422);
  BOOST_TEST(fine_but_for_that.verdict == "handoff");
  BOOST_TEST(told(desk.head("POST", "/v1/handoffs/h-1/close?x=1", "agent"), R"({"outcom":"y"})") ==
             "unknown_member [] “x” [/outcome] none [/outcom] \"outcom\" [] ");
  BOOST_TEST(told(desk.head("GET", "/v1/handoffs?queue=desk&cursor=junk&x=1&state=open", "agent"), {}) ==
             "role [/queue] desk [] “x” [] “open” [/cursor] junk");
  for (const auto& [path, role] : {std::pair{"/v1/reload?x=1", "activator"}, std::pair{"/v1/log/search?x=1", "auditor"},
                                   std::pair{"/v1/reports?x=1", "auditor"}, std::pair{"/v1/feedback?x=1", "bot"}}) {
    BOOST_TEST(told(desk.head("POST", path, role), R"({"y":1})") == "unknown_member [] “x” [/y] \"y\"", path);
    BOOST_TEST(told(desk.head("POST", path, role), "{}") == "unknown_member [] “x”", path);
  }
  Head batch = desk.head("POST", "/v1/decisions/batch?x=1", "bot");
  BOOST_TEST(told(batch, {}) == "media_type []  [] “x”");
  turn.content_length = 2u << 20;
  BOOST_TEST(desk.ask(turn).code == "too_large");
}

BOOST_AUTO_TEST_CASE(a_deadline_may_be_shortened_and_never_lengthened) {
  Desk desk;
  const auto deadline = [&](const char* asked) {
    Head head = desk.head("POST", "/v1/decisions", "bot");
    head.headers.emplace_back("caveat-deadline-ms", asked);
    const CallPtr call = desk.router->begin(head);
    if (!call->amiss) return call->deadline_ms;
    BOOST_TEST(!call->refusal);  // its body is read: what is wrong there is told with it
    return std::int64_t{-call->amiss->code->http_status};
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

BOOST_AUTO_TEST_CASE(a_caller_who_asks_too_often_is_told_so_and_keeps_nobody_else_waiting) {
  Desk desk({.caller_rate = 2});
  const auto ask = [&](const char* role) {
    return desk.ask(desk.head("POST", "/v1/decisions", role), R"({"id":"t-1","answer":{"text":"a"}})");
  };
  BOOST_TEST(ask("bot").code == "no_pack");
  BOOST_TEST(ask("bot").code == "no_pack");
  const Response refused = ask("bot");
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(refused.code == "caller_rate");
  BOOST_TEST(header(refused, "Retry-After") == "1");
  BOOST_TEST(body_of(refused).at("id") == "t-1");
  BOOST_TEST(body_of(refused).at("verdict") == "handoff");
  BOOST_TEST(desk.ask(desk.head("GET", "/v1/switch", "bot")).status == 429);
  BOOST_TEST(desk.ask(desk.head("GET", "/v1/switch", "agent")).status == 200);
  BOOST_TEST(desk.ask(desk.head("GET", "/healthz")).status == 200);
  desk.clock.ns += 500'000'000;
  BOOST_TEST(ask("bot").code == "no_pack");
  BOOST_TEST(ask("bot").status == 429);
}

BOOST_AUTO_TEST_CASE(whatever_a_caller_asks_counts_against_its_rate_and_a_batch_is_one_request) {
  Desk desk({.caller_rate = 2});
  const auto ask = [&](const std::string& method, const std::string& target, const std::string& type = {}) {
    Head head = desk.head(method, target, "bot");
    if (!type.empty()) head.headers.emplace_back("content-type", type);
    if (!type.empty()) head.has_body = true;
    const CallPtr call = desk.router->begin(head);
    return call->refusal ? call->refusal->code : std::string();
  };
  const std::string lines = "application/x-ndjson";
  const auto next_second = [&] { desk.clock.ns += 1'000'000'000; };
  BOOST_TEST(desk.ask(desk.head("GET", "/v1/switch?x=1", "bot")).code == "unknown_member");
  BOOST_TEST(desk.ask(desk.head("PUT", "/v1/switch", "bot"), "{}").code == "role");
  BOOST_TEST(desk.ask(desk.head("GET", "/v1/switch", "bot")).code == "caller_rate");
  next_second();
  // A path that there is not, a method that it does not take, one that is not well formed, a page for anybody: each has cost one.
  for (const auto& [method, target] :
       {std::pair("GET", "/v1/nothing"), std::pair("DELETE", "/v1/switch"), std::pair("GET", "v1"),
        std::pair("OPTIONS", "*"), std::pair("GET", "/healthz")}) {
    desk.ask(desk.head(method, target, "bot"));
    desk.ask(desk.head(method, target, "bot"));
    BOOST_TEST(desk.ask(desk.head("GET", "/v1/switch", "bot")).code == "caller_rate", target);
    BOOST_TEST(desk.ask(desk.head("GET", "/healthz", "bot")).status == 200);
    BOOST_TEST(desk.ask(desk.head("GET", "/v1/switch", "agent")).status == 200);
    next_second();
  }
  next_second();
  BOOST_TEST(ask("POST", "/v1/decisions/batch", lines).empty());
  BOOST_TEST(ask("POST", "/v1/decisions/batch", lines).empty());
  BOOST_TEST(ask("POST", "/v1/decisions/batch", lines) == "caller_rate");
  next_second();
  const CallPtr batch = desk.router->begin([&] {
    Head head = desk.head("POST", "/v1/decisions/batch", "bot");
    head.headers.emplace_back("content-type", lines);
    return head;
  }());
  BOOST_REQUIRE(!batch->refusal);
  desk.router->begin_batch(batch);
  for (int line = 0; line < 10; ++line) {
    std::promise<std::string> answered;
    desk.router->batch_line(batch, R"({"id":"t-1","answer":{"text":"a"}})",
                            [&](std::string reply) { answered.set_value(std::move(reply)); });
    BOOST_TEST(json::parse(answered.get_future().get()).at("code") == "no_pack");
  }
  BOOST_TEST(desk.ask(desk.head("GET", "/v1/switch", "bot")).status == 200);
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

BOOST_AUTO_TEST_CASE(a_turn_says_how_long_each_of_its_stages_took_and_a_repeat_only_the_whole) {
  test::Bench bench;
  Desk desk({}, &bench);
  const Head head = desk.head("POST", "/v1/decisions", "bot");
  const std::string turn = R"({"id":"t-1","answer":{"text":"a"}})";
  const Response first = desk.ask(head, turn);
  BOOST_TEST(first.status == 200);
  for (const char* stage : {"decide;dur=0.", "seal;dur=0.", "commit;dur=0.", "total;dur=0."})
    BOOST_TEST(header(first, "Server-Timing").find(stage) != std::string::npos, header(first, "Server-Timing"));
  const Response again = desk.ask(head, turn);
  BOOST_TEST(header(again, "Server-Timing").starts_with("total;dur="));
  BOOST_TEST(header(again, "Caveat-Replayed") == "?1");
  const std::string figures = desk.metrics.render();
  BOOST_TEST(figures.find("caveat_commit_duration_seconds_count 1\n") != std::string::npos);
  BOOST_TEST(figures.find("caveat_commit_failures_total 0\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_could_not_commit_is_not_ready_until_a_record_goes_through_or_a_while_has_passed) {
  test::Bench bench;
  Desk desk({}, &bench);
  const Head head = desk.head("POST", "/v1/decisions", "bot"), ready = desk.head("GET", "/readyz");
  int number = 0;
  const auto decide = [&] {
    return desk.ask(head, R"({"id":"t-)" + std::to_string(++number) + R"(","answer":{"text":"a"}})").status;
  };
  BOOST_TEST(decide() == 200);
  BOOST_TEST(desk.ask(ready).status == 200);
  bench.control.failing = 1;
  BOOST_TEST(decide() == 503);
  const Response refused = desk.ask(ready);
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.body.find("the last record could not be committed") != std::string::npos);
  BOOST_TEST(decide() == 200);
  BOOST_TEST(desk.ask(ready).status == 200);
  bench.control.failing = 1;
  BOOST_TEST(decide() == 503);
  desk.clock.ns += 10'000'000'000;  // nobody sends anything to who is not ready, so it cannot stay so for ever
  BOOST_TEST(desk.ask(ready).status == 200);
  BOOST_TEST(desk.metrics.render().find("caveat_commit_failures_total 2\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_query_that_the_path_does_not_know_is_refused_with_every_mistake_and_the_name_that_was_meant) {
  Desk desk;
  const Response response =
      desk.ask(desk.head("GET", "/v1/handoffs?custmer=k&state=person&state=person&limit=0", "agent"));
  BOOST_TEST(response.status == 422);
  const json::array errors = body_of(response).at("errors").as_array();
  BOOST_REQUIRE(errors.size() == 3u);
  BOOST_TEST(errors[0].as_object().at("nearest") == "customer");
  BOOST_TEST(errors[1].as_object().at("expected") == "state once");
  BOOST_TEST(errors[2].as_object().at("expected") == "limit: a whole number from 1 to 200");
  BOOST_TEST(desk.ask(desk.head("GET", "/v1/decisions/x/explanation?for=boss", "auditor")).status == 422);
  for (const char* empty : {"customer=", "customer", "queue=&limit=5", "state="})  // it would be everybody's
    BOOST_TEST(desk.ask(desk.head("GET", "/v1/handoffs?" + std::string(empty), "agent")).status == 422, empty);
  BOOST_TEST(desk.ask(desk.head("GET", "/healthz?probe=1")).status == 200);  // a page of everybody's
}

BOOST_AUTO_TEST_CASE(whatever_bytes_are_shown_again_a_problem_is_json) {
  Desk desk;
  std::string long_chinese;
  for (int i = 0; i < 15; ++i) long_chinese += "险";  // the 40th byte is within a character
  for (const std::string& target : {"/v1/handoffs?state=" + long_chinese, "/v1/handoffs?" + long_chinese + "=1",
                                    std::string("/v1/handoffs?state=%FF%E9%99"), std::string("/v1/handoffs?%FF=1")}) {
    const Response response = desk.ask(desk.head("GET", target, "agent"));
    BOOST_TEST(response.status == (target.find('%') == std::string::npos ? 422 : 400));
    json::error_code error;
    (void)json::parse(response.body, error);  // strict: what is not UTF-8 is no JSON
    BOOST_TEST(!error, target);
  }
}

// An id goes on into records and replies; of one that is not UTF-8 neither could be made.
BOOST_AUTO_TEST_CASE(an_id_that_is_not_utf_8_is_refused_on_every_path_that_takes_one_and_reaches_nothing) {
  Desk desk;
  std::size_t paths = 0;
  for (const Route& route : routes()) {
    const std::string path(route.path);
    const std::size_t open = path.find('{');
    if (open == std::string::npos) continue;
    ++paths;
    for (const char* bytes : {"%ff", "a%C3", "%ED%A0%80", "%c0%af", "\xff", "%F4%90%80%80"}) {
      const std::string target = path.substr(0, open) + bytes + path.substr(path.find('}') + 1);
      BOOST_TEST_CONTEXT(route.method << " " << target) {
        for (const std::string_view role : role_names()) {
          const Response response = desk.ask(desk.head(std::string(route.method), target, std::string(role)), "{}");
          BOOST_TEST(response.status == 400);
          BOOST_TEST(response.code == "bad_utf8");
          json::error_code error;
          (void)json::parse(response.body, error);
          BOOST_TEST(!error);
        }
      }
    }
  }
  BOOST_TEST(paths >= 10u);
  // what stands in a header and is shown again
  for (const char* name : {"if-match", "idempotency-key"}) {
    Head head = desk.head("POST", "/v1/handoffs/x/take", "agent");
    head.headers.emplace_back(name, "\"\xff\"");
    BOOST_TEST(desk.ask(head, "{}").code == "bad_utf8", name);
  }
}

BOOST_AUTO_TEST_CASE(a_path_that_is_written_out_is_meant_before_one_with_a_place_for_an_id) {
  Desk desk;
  const Response response = desk.ask(desk.head("GET", "/v1/decisions/batch", "bot"));
  BOOST_TEST(response.status == 405);
  BOOST_TEST(header(response, "Allow") == "POST");
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
    const Code more{"of_a_service", "A disk of ours.", "我们的磁盘。"};
    const Code* const others[] = {&more};
    const std::string page = reference_page(language), problems = problems_page(language, others);
    BOOST_TEST(problems.find("id=\"of_a_service\"") != std::string::npos);
    for (const Route& route : routes()) BOOST_TEST(page.find(route.path) != std::string::npos, route.path);
    for (const Code* code : wire::all_codes())
      BOOST_TEST(problems.find("id=\"" + std::string(code->name) + "\"") != std::string::npos, code->name);
    BOOST_TEST(page.find("src=") == std::string::npos);  // it fetches nothing
  }
}

BOOST_AUTO_TEST_CASE(a_key_that_was_taken_away_stops_at_the_next_line_of_a_batch_that_is_open) {
  test::Bench bench;
  Desk desk({}, &bench);
  Head head = desk.head("POST", "/v1/decisions/batch", "bot");
  head.headers.emplace_back("content-type", "application/x-ndjson");
  const CallPtr call = desk.router->begin(head);
  BOOST_TEST(!call->refusal.has_value());
  int number = 0;
  const auto line = [&] {
    std::promise<std::string> answered;
    desk.router->batch_line(call, R"({"id":"l-)" + std::to_string(++number) + R"(","answer":{"text":"a"}})",
                            [&](std::string one) { answered.set_value(std::move(one)); });
    return json::parse(answered.get_future().get()).as_object();
  };
  BOOST_TEST(line().at("verdict") == "allow");
  const std::string key = desk.keys.at("bot");
  CallerEntry entry{.id = "bot", .roles = kBot, .sources = {}, .queues = {}, .jurisdictions = {}};
  entry.key_digest = sha256(key.substr(key.rfind('_') + 1));
  desk.router->set_callers(std::make_shared<const Callers>(std::vector<CallerEntry>{entry}));
  BOOST_TEST(line().at("verdict") == "allow");  // he is there still
  entry.roles = kAgent;
  desk.router->set_callers(std::make_shared<const Callers>(std::vector<CallerEntry>{entry}));
  const json::object no_role = line();
  BOOST_TEST(no_role.at("code") == "role");
  BOOST_TEST(no_role.at("id") == "l-3");
  BOOST_TEST(no_role.at("errors").at(0).at("found") == "one whose role was taken away meanwhile");
  desk.router->set_callers(std::make_shared<const Callers>(std::vector<CallerEntry>{}));
  const json::object refused = line();
  BOOST_TEST(refused.at("code") == "bad_key");
  BOOST_TEST(refused.at("id") == "l-4");
  BOOST_TEST(refused.at("errors").at(0).at("found") == "one whose key was taken away meanwhile");
  BOOST_TEST(refused.at("verdict") == "handoff");
  desk.gate->drain();
  BOOST_TEST(bench.decisions() == 2u);
}

BOOST_AUTO_TEST_CASE(a_turn_that_is_refused_before_it_is_decided_counts_as_the_hand_off_that_it_is) {
  const auto count = [](Desk& desk, const std::string& cause, int times) {
    const std::string line =
        "caveat_decisions_total{verdict=\"handoff\",cause=\"" + cause + "\"} " + std::to_string(times) + "\n";
    BOOST_TEST(desk.metrics.render().find(line) != std::string::npos, desk.metrics.render());
  };
  const std::string turn = R"({"id":"t-1","answer":{"text":"a"}})";
  Desk full({.turns_waiting = 0});
  for (int i = 0; i < 2; ++i) full.ask(full.head("POST", "/v1/decisions", "bot"), turn);
  count(full, "overloaded", 2);
  Desk desk;
  desk.ask(desk.head("POST", "/v1/decisions"), turn);
  count(desk, "no_key", 1);
  desk.ask(desk.head("POST", "/v1/decisions", "auditor"), turn);
  count(desk, "role", 1);
  Head large = desk.head("POST", "/v1/decisions", "bot");
  large.content_length = 2u << 20;
  desk.ask(large);
  count(desk, "too_large", 1);
  desk.ask(desk.head("POST", "/v1/decisions", "bot"), turn);  // the gate's, and counted once
  count(desk, "no_pack", 1);
}

BOOST_AUTO_TEST_CASE(a_commit_counts_in_the_figures_though_its_deadline_was_over) {
  test::Bench bench;
  Desk desk({}, &bench);
  bench.control.stopped = true;
  const CallPtr call = desk.router->begin(desk.head("POST", "/v1/decisions", "bot"));
  std::promise<Response> answered;
  desk.router->finish(call, R"({"id":"t-1","answer":{"text":"a"}})",
                      [&](Response one) { answered.set_value(std::move(one)); });
  while (desk.gate->tick() == 0) desk.clock.ns += 1'000'000'000;
  BOOST_TEST(answered.get_future().get().status == 504);
  bench.control.stopped = false;
  bench.control.stopped.notify_all();
  desk.gate->drain();
  BOOST_TEST(desk.metrics.render().find("caveat_commit_duration_seconds_count 1\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_compressed_is_refused_as_that) {
  Desk desk;
  for (const char* path : {"/v1/decisions", "/v1/decisions/batch", "/v1/deliveries"}) {
    Head head = desk.head("POST", path, "bot");
    head.headers.emplace_back("content-type", "application/x-ndjson");
    head.headers.emplace_back("content-encoding", "gzip");
    head.has_body = true;
    const Response response = desk.ask(head, "\x1f\x8b");
    BOOST_TEST(response.status == 415, path);
    BOOST_TEST(response.code == "media_type");
    BOOST_TEST(header(response, "Accept-Encoding") == "identity");
    BOOST_TEST(response.body.find("Content-Encoding") != std::string::npos, response.body);
    head.headers.back().second = "identity";
    BOOST_TEST(desk.router->begin(head)->refusal.has_value() == false, path);
  }
}

BOOST_AUTO_TEST_CASE(the_description_names_what_a_client_sends_and_shows_an_example_of_each_body) {
  const json::object document = json::parse(openapi_json("{\"type\":\"object\"}", Language::en)).as_object();
  for (const auto& path : document.at("paths").as_object())
    for (const auto& [method, operation] : path.value().as_object()) {
      std::string headers;
      for (const json::value& one : operation.at("parameters").as_array())
        if (one.at("in") == "header") headers += std::string(one.at("name").as_string()) + " ";
      for (const char* name : {"traceparent ", "tracestate ", "Accept-Language "})
        BOOST_TEST(headers.find(name) != std::string::npos, std::string(path.key()) + name);
      const json::value* body = operation.as_object().if_contains("requestBody");
      if (body == nullptr) continue;
      for (const auto& kind : body->at("content").as_object())
        if (kind.key() == "application/json")
          BOOST_TEST(kind.value().as_object().contains("example"), std::string(path.key()));
    }
}
