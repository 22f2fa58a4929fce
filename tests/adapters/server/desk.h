// A router without sockets for tests: every role has a key, every answer is held against the description, what is logged is kept.
#pragma once

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <map>
#include <mutex>

#include "adapters/gate/body.h"
#include "adapters/server/openapi.h"
#include "adapters/server/router.h"
#include "adapters/wire/codes.h"
#include "tests/adapters/gate/fixture.h"
#include "tests/support/seeded_random.h"

namespace caveat::server::test_desk {

namespace json = boost::json;

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

inline std::string header(const Response& response, std::string_view name) {
  for (const auto& one : response.headers)
    if (one.first == name) return one.second;
  return {};
}

// The status, the kind of body and each header that is promised, as the description has them.
inline void as_described(const Route& route, const Response& response) {
  static const json::object document = json::parse(openapi_json("{\"type\":\"object\"}", Language::en)).as_object();
  std::string method(route.method);
  for (char& c : method) c = static_cast<char>(c + 32);
  const json::object& operation = document.at("paths").as_object().at(route.path).as_object().at(method).as_object();
  const json::value* described = operation.at("responses").as_object().if_contains(std::to_string(response.status));
  BOOST_TEST_CONTEXT(route.method << " " << route.path << " " << response.status) {
    BOOST_REQUIRE(described != nullptr);
    const std::string_view kind = response.content_type.substr(0, response.content_type.find(';'));
    if (const json::value* content = described->as_object().if_contains("content"))
      BOOST_TEST(content->as_object().contains(kind), kind);
    for (const auto& one : described->as_object().at("headers").as_object())
      if (one.value().as_object().at("required").as_bool()) BOOST_TEST(!header(response, one.key()).empty(), one.key());
  }
}

// A server without rules: what is refused before a decision shows the same. With a bench it decides and records.
struct Desk {
  HandClock clock;
  test::SeededRandom random;
  Metrics metrics;
  Lines log;
  gate::Snapshot snapshot;
  std::map<std::string, std::string> keys;  // by role
  std::unique_ptr<Router> router;
  std::unique_ptr<gate::Gate> gate;  // goes first: what it still answers goes through the router

  explicit Desk(Caps caps = {}, test::Bench* bench = nullptr) {
    gate = std::make_unique<gate::Gate>(
        gate::GateOptions{.snapshot = bench != nullptr ? &bench->snapshot : &snapshot,
                          .log = bench != nullptr ? bench->log.get() : nullptr,
                          .clock = &clock,
                          .random = &random,
                          .limits = {},
                          .outcomes = false,
                          .stages = true,
                          .committed = [this](std::uint64_t ns) { metrics.committed(ns); }});
    RouterOptions options;
    options.gate = gate.get();
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
      gate::Body body(asked.body);
      if (std::optional<Problem> problem = wire::both_of(asked.amiss, body.finish()))
        return tl::unexpected(Refusal{*std::move(problem), {}});
      Response response;
      response.body = "{\"by\":\"" + asked.caller.id + "\"}";
      return response;
    };
    options.services.reload = options.services.search = options.services.report = options.services.feedback = served;
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
    const bool given = call->route != nullptr && call->route->path == "/v1/reports";  // what it answers is made up here
    if (call->route != nullptr && !given) as_described(*call->route, response);
    return response;
  }

  std::vector<Check> checks{{.name = "log", .ok = true, .say = "it can be written"}};
};

inline json::object body_of(const Response& response) { return json::parse(response.body).as_object(); }

}  // namespace caveat::server::test_desk
