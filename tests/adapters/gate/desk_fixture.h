// A bot, its customers and a desk over a gate with a real log: turns and commands in few words.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audit/log/verify.h"
#include "tests/adapters/gate/fixture.h"

namespace caveat::test {

namespace json = boost::json;

inline constexpr Microseconds kSecond = 1'000'000;

struct Desk : Bench {
  std::unique_ptr<gate::Gate> gate = Bench::gate();
  int turns = 0;

  void restart() {
    gate.reset();
    reopen();
    gate = Bench::gate();
  }

  // Of another pack in place of ours: it declares no actions, products or topics.
  static std::shared_ptr<const decide::Ruleset> other_rules() {
    Result<load::Loaded> read = load::load_rules({CAVEAT_SOURCE_DIR "/tests/adapters/gate/other_pack"}, Limits{});
    BOOST_REQUIRE(read);
    BOOST_REQUIRE(read->rules);
    return read->rules;
  }

  // A second pack of these declarations beside ours; it uses ours, unless it is one that knows nothing of it.
  void loads_beside(const std::string& declarations, const std::string& uses = "\nuse test.gate\n") {
    const std::filesystem::path pack = folder / "second";
    std::filesystem::create_directory(pack);
    std::ofstream(pack / "pack.cav") << R"(pack test.second
  title en "Second" zh "其二"
  time zone "Asia/Shanghai"
  version "1"
)" << uses << R"(
source HOUSE is policy "House rules"

)" << declarations;
    Result<load::Loaded> read =
        load::load_rules({CAVEAT_SOURCE_DIR "/tests/adapters/gate/pack", pack.string()}, Limits{});
    BOOST_REQUIRE(read);
    for (const Diagnostic& diagnostic : read->diagnostics) BOOST_TEST_MESSAGE(render(diagnostic, read->sources));
    BOOST_REQUIRE(read->rules);
    snapshot.put(read->rules);
  }

  static gate::Caller bot() {
    gate::Caller caller;
    caller.id = "bot-1";
    caller.roles = {"bot"};
    caller.any_source = true;
    return caller;
  }
  static gate::Caller agent(const std::string& id = "li", std::vector<std::string> queues = {"desk", "advisers"}) {
    gate::Caller caller;
    caller.id = id;
    caller.roles = {"agent"};
    caller.queues = std::move(queues);
    caller.any_source = true;
    caller.audience = decide::Audience::officer;
    return caller;
  }

  static std::string body(const std::string& id, const std::string& rest, const std::string& conversation = "c-1",
                          const std::string& customer = "k-1") {
    std::string out = R"({"id":")" + id + R"(","language":"en",)";
    if (!conversation.empty()) out += R"("conversation":{"id":")" + conversation + R"("},)";
    if (!customer.empty()) out += R"("customer":{"id":")" + customer + R"("},)";
    return out + rest + "}";
  }
  json::value turn(const std::string& rest, const std::string& conversation = "c-1",
                   const std::string& customer = "k-1", const gate::Caller& caller = bot()) {
    const gate::Reply reply = gate->decide(body("t-" + std::to_string(++turns), rest, conversation, customer), caller);
    return json::parse(reply.body);
  }
  json::value hello(const std::string& conversation = "c-1", const std::string& customer = "k-1") {
    return turn(R"("answer":{"text":"hello"})", conversation, customer);
  }
  json::value asks_for_a_person(const std::string& conversation = "c-1", const std::string& customer = "k-1") {
    return turn(R"("message":{"text":"an agent please"},"answer":{"text":"no need"})", conversation, customer);
  }
  json::value unknown_turn(const std::string& conversation = "c-1", const std::string& customer = "k-1") {
    return turn(R"("answer":{"text":"done"},"actions":[{"name":"transfer"}])", conversation, customer);
  }

  gate::Reply perform(gate::Command command, const gate::Caller& caller) {
    std::promise<gate::Reply> answered;
    gate->perform(command, caller, [&](const gate::Reply& reply) { answered.set_value(reply); });
    return answered.get_future().get();
  }
  gate::Reply command(gate::Command::Kind kind, const std::string& target, const std::string& body = {},
                      const gate::Caller& caller = agent(), const std::string& version = "*") {
    return perform({.kind = kind, .target = target, .if_match = version, .body = body}, caller);
  }
  std::string take(const std::string& id, const gate::Caller& caller = agent()) {
    return code(command(gate::Command::Kind::take_handoff, id, {}, caller));
  }
  std::string close(const std::string& id, const gate::Caller& caller = agent()) {
    return code(command(gate::Command::Kind::close_handoff, id,
                        R"({"outcome":"resolved","note":"done","customer_agreed":true})", caller));
  }
  static std::string code(const gate::Reply& reply) {
    return reply.problem == nullptr ? std::string() : std::string(reply.problem->name);
  }
  std::string state(const std::string& conversation = "c-1") {
    const gate::Reply reply = gate->look({.kind = gate::Query::Kind::conversation, .target = conversation}, bot());
    return std::string(json::parse(reply.body).at("state").as_string());
  }
  json::value ticket(const std::string& id) {
    const gate::Reply reply = gate->look({.kind = gate::Query::Kind::handoff, .target = id}, agent());
    BOOST_REQUIRE_MESSAGE(reply.problem == nullptr, reply.body);
    return json::parse(reply.body);
  }
  // A section of the record that a reply is of, as it was written.
  std::string recorded(const boost::json::value& reply, audit::Section section) {
    const auto reader = audit::LogReader::open((folder / "log.db").string());
    const auto opened = reader->open_body(log->keys(), reply.at("receipt").at("index").to_number<std::uint64_t>());
    BOOST_REQUIRE(opened.has_value());
    return std::string(opened->find(section)->encoded);
  }
  void verify() {
    gate.reset();
    log->close();
    audit::VerifyOptions options;
    const auto keys = audit::KeyStore::open((folder / "log.keys").string(), {});
    options.keys = keys.get();
    const auto reader = audit::LogReader::open((folder / "log.db").string());
    const audit::VerifyReport report = audit::verify_log(*reader, options);
    for (const auto& finding : report.findings) BOOST_ERROR(finding.table << " " << finding.row << " " << finding.what);
  }
};

inline std::string str(const json::value& value) { return std::string(value.as_string()); }
inline std::string said(const json::value& reply) { return str(reply.at("say").at("text")); }
inline std::string handoff_of(const json::value& reply) { return str(reply.at("handoff").at("id")); }

}  // namespace caveat::test
