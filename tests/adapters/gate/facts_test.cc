#include "adapters/gate/facts.h"

#include <boost/test/unit_test.hpp>

#include "tests/adapters/gate/desk_fixture.h"

namespace caveat::test {
namespace {

constexpr const char* kTransfer = R"("answer":{"text":"done"},"actions":[{"name":"transfer","amount":"60000 CNY"}])";

gate::Caller auditor(std::vector<std::string> roles = {"auditor"}) {
  gate::Caller caller;
  caller.id = "an-auditor";
  caller.roles = std::move(roles);
  caller.audience = decide::Audience::officer;
  return caller;
}

struct Facts : Desk {
  json::object look(gate::Query::Kind kind, const std::string& target, const gate::Caller& caller,
                    Language language = Language::en) {
    gate::Query query{.kind = kind, .target = target};
    query.language = language;
    if (kind == gate::Query::Kind::explanation) query.reader = "officer";
    const gate::Reply reply = gate->look(query, caller);
    BOOST_REQUIRE_MESSAGE(reply.problem == nullptr, reply.body);
    return json::parse(reply.body).as_object();
  }
  json::object decision(const json::value& reply, const gate::Caller& caller, Language language = Language::en) {
    return look(gate::Query::Kind::decision, str(reply.at("decision")), caller, language);
  }
};

std::string told(const json::value& shown) {
  std::string all;
  for (const json::value& one : shown.at("facts").as_array()) {
    const json::object& fact = one.as_object();
    all += str(fact.at("path"));
    if (fact.contains("of")) all += " of " + str(fact.at("of"));
    all += fact.at("value").is_null() ? fact.contains("hidden") ? " ***" : " unknown " + str(fact.at("cause"))
                                      : " " + str(fact.at("value"));
    if (fact.contains("rules"))
      for (const json::value& rule : fact.at("rules").as_array()) all += " <- " + str(rule);
    all += "\n";
  }
  return all;
}

constexpr const char* kOfTransfer =
    "action.amount of transfer 60000 CNY <- test.gate/large_transfer\n"
    "action.name of transfer transfer <- test.gate/large_transfer\n";

}  // namespace

BOOST_AUTO_TEST_CASE(the_facts_on_which_a_hand_off_stands_are_on_its_ticket_and_in_its_decision) {
  Facts desk;
  const json::value opened = desk.turn(kTransfer);
  const json::value ticket = desk.ticket(handoff_of(opened));
  BOOST_TEST(told(ticket) == kOfTransfer);
  BOOST_TEST(told(ticket.at("turns").at(0)) == kOfTransfer);
  BOOST_TEST(told(desk.decision(opened, Desk::agent())) == kOfTransfer);
  BOOST_TEST(told(desk.decision(opened, auditor())) == kOfTransfer);
  BOOST_TEST(!desk.decision(opened, Desk::bot()).contains("facts"));
  const json::object officer =
      desk.look(gate::Query::Kind::explanation, str(opened.at("decision")), auditor(), Language::zh);
  BOOST_TEST(told(officer) == kOfTransfer);
  BOOST_TEST(str(officer.at("text")).find("依据的事实：操作.amount（transfer）：60000 CNY") != std::string::npos,
             str(officer.at("text")));
  const json::object by_bot = desk.look(gate::Query::Kind::explanation, str(opened.at("decision")), Desk::bot());
  BOOST_TEST(!by_bot.contains("facts"));
  desk.verify();
}

BOOST_AUTO_TEST_CASE(of_an_allowed_turn_the_facts_that_rules_read_are_told_and_of_an_unknown_one_what_is_missing) {
  Facts desk;
  const json::value allowed =
      desk.turn(R"("answer":{"text":"done"},"actions":[{"name":"transfer","amount":"60 CNY"}])");
  BOOST_TEST(str(allowed.at("verdict")) == "allow");
  BOOST_TEST(told(desk.decision(allowed, auditor())) ==
             "action.amount of transfer 60 CNY\naction.name of transfer transfer\n");
  const json::value unknown = desk.unknown_turn();
  BOOST_TEST(told(desk.decision(unknown, auditor())) ==
             "action.name of transfer transfer <- test.gate/large_transfer\n"
             "action.amount of transfer unknown missing <- test.gate/large_transfer\n");
}

BOOST_AUTO_TEST_CASE(what_a_class_hides_is_hidden_and_what_only_a_confidential_rule_reads_is_told_to_whom_it_names) {
  Facts desk;
  desk.loads_beside(R"(
facts customer
  nick text
  wealth money CNY, data class C3
  income money CNY, data class C2
  watched yes/no

rule rich
    en "Rich" zh "富裕"
  cites HOUSE
  applies to answer
  when customer.wealth is more than 5 CNY and customer.income is more than 5 CNY
  then hand off to advisers
    because en "rich" zh "富裕"

rule suspected
    en "Suspected" zh "可疑"
  cites HOUSE
  applies to answer
  confidential
  visible to aml
  when customer.watched
  then hand off to advisers
    because en "watched" zh "受关注"

rule by_name
    en "By name" zh "按名"
  cites HOUSE
  applies to answer
  when customer.nick is "nobody"
  then block
    because en "nobody" zh "无名"
)");
  const auto turn = [&](const char* watched, const char* conversation) {
    return desk.gate->decide(
        std::string(R"({"id":")") + conversation + R"(","language":"en","conversation":{"id":")" + conversation +
            R"("},"answer":{"text":"x"},"customer":{"wealth":"777 CNY","income":"9 CNY","nick":"bob","watched":)" +
            watched + "}}",
        Desk::bot());
  };
  const json::value clear = json::parse(turn("false", "c-7").body), watched = json::parse(turn("true", "c-8").body);
  const std::string rich = " <- test.second/rich\n";
  const std::string both = "customer.income ***" + rich + "customer.wealth ***" + rich;
  for (const json::value& one : {clear, watched}) {
    BOOST_TEST(told(desk.decision(one, Desk::agent())) == both);
    BOOST_TEST(told(desk.decision(one, auditor())) == both + "customer.nick bob\n");
  }
  BOOST_TEST(told(desk.decision(clear, auditor({"auditor", "aml"}))) ==
             both + "customer.nick bob\ncustomer.watched no\n");
  BOOST_TEST(told(desk.decision(watched, auditor({"auditor", "aml"}))) ==
             "customer.income ***" + rich + "customer.watched yes <- test.second/suspected\ncustomer.wealth ***" +
                 rich + "customer.nick bob\n");
  // Once the rule is confidential no longer it is so to others as it was then.
  desk.snapshot.put(Desk::other_rules());
  BOOST_TEST(told(desk.decision(watched, auditor())) == both);
}

}  // namespace caveat::test
