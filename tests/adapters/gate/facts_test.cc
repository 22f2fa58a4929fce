#include "adapters/gate/facts.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <utility>

#include "engine/base/cbor.h"
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

namespace {

const std::string kFacts = R"(
facts customer
  watched yes/no
  income money CNY, data class C2
  phone text, data class C2
  nick text

)";
std::string rule(const std::string& name, const std::string& when, const std::string& more = {}) {
  return "rule " + name + " en \"" + name + "\" zh \"" + name + "\"\n  cites HOUSE\n  applies to answer\n" + more +
         "  when " + when + "\n  then block\n    say en \"No.\" zh \"不。\"\n";
}
std::string without(std::string text, const std::string& part) { return text.erase(text.find(part), part.size()); }

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_told_of_a_decision_of_before_is_no_more_than_was_told_then) {
  Facts desk;
  const std::string watched = "customer.watched", poor = "customer.income is less than 5 CNY";
  desk.loads_beside(kFacts + rule("secret", watched, "  confidential\n  visible to aml\n") + rule("poor", poor));
  const json::value then =
      desk.turn(R"("answer":{"text":"x"},"customer":{"watched":false,"income":"9 CNY"})", "c-9", "");
  const std::string hidden = "customer.income ***\n", all = hidden + "customer.watched no\n";
  BOOST_TEST(told(desk.decision(then, auditor())) == hidden);
  BOOST_TEST(told(desk.decision(then, auditor({"auditor", "aml"}))) == all);
  // An open rule reads the one, and the other is of no class any more.
  desk.loads_beside(without(kFacts, ", data class C2") + rule("secret", watched) + rule("poor", poor));
  BOOST_TEST(told(desk.decision(then, auditor())) == hidden);
  BOOST_TEST(told(desk.decision(then, auditor({"auditor", "aml"}))) == all);
  const json::value now =
      desk.turn(R"("answer":{"text":"x"},"customer":{"watched":false,"income":"9 CNY"})", "c-9", "");
  BOOST_TEST(told(desk.decision(now, auditor())) == "customer.income 9 CNY\ncustomer.watched no\n");
  // And what is of a higher class by now, or kept back, is so in what was told freely then.
  desk.loads_beside(kFacts + rule("secret", watched, "  confidential\n  visible to aml\n") + rule("poor", poor));
  BOOST_TEST(told(desk.decision(now, auditor())) == hidden);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_text_of_a_turn_shows_no_value_that_its_class_hides_whether_a_rule_reads_it_or_not) {
  Facts desk;
  desk.loads_beside(kFacts + rule("by_name", "customer.nick is \"nobody\""));
  const std::string phone = "13812345678";
  const json::value turn = desk.turn(R"("message":{"text":"call me on )" + phone + R"("},"answer":{"text":"We call )" +
                                         phone + R"("},"customer":{"nick":"bob","phone":")" + phone + "\"}",
                                     "c-9", "");
  BOOST_TEST(said(turn) == "We call " + phone);  // the customer's own
  const std::string id = str(turn.at("decision"));
  for (const Language language : {Language::en, Language::zh}) {
    const json::object decision = desk.decision(turn, auditor(), language),
                       officer = desk.look(gate::Query::Kind::explanation, id, auditor(), language);
    const std::string story = json::serialize(decision.at("story")), text = str(officer.at("text"));
    BOOST_TEST(story.find(phone) == std::string::npos, story);
    BOOST_TEST(text.find("call me on ***") != std::string::npos, text);
    BOOST_TEST(text.find("We call ***") != std::string::npos, text);
  }
  desk.verify();
}

BOOST_AUTO_TEST_CASE(mark_up_inside_a_value_hides_it_from_nobody_who_hides_it) {
  Facts desk;
  desk.loads_beside(kFacts + rule("by_name", "customer.nick is \"nobody\""));
  const json::value turn = desk.turn(R"("answer":{"text":"We call 138**1234**5678.","format":"markdown"},)"
                                     R"("customer":{"nick":"bob","phone":"13812345678"})",
                                     "c-9", "");
  BOOST_TEST(said(turn) == "We call 138**1234**5678.");
  const json::object officer = desk.look(gate::Query::Kind::explanation, str(turn.at("decision")), auditor());
  const std::string text = str(officer.at("text"));
  BOOST_TEST(text.find("1234") == std::string::npos, text);
  BOOST_TEST(text.find("We call ***.") != std::string::npos, text);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_number_of_more_than_18_places_is_recorded_as_rounded) {
  Facts desk;
  desk.loads_beside("\nfacts customer\n  rate decimal\n  other decimal\n\n" +
                    rule("by_rate", "customer.rate is above 2 or customer.other is above 2"));
  const json::value turn = desk.turn(
      R"("answer":{"text":"x"},"customer":{"rate":1.0000000000000000015,"other":1.000000000000000002})", "c-9", "");
  std::map<std::string, std::pair<std::string, bool>> found;
  const std::string facts = desk.recorded(turn, audit::Section::facts);
  const Result<cbor::Value> read = cbor::decode(facts);
  for (const cbor::Value& fact : read.value().items)
    found[std::string(fact.find(1)->string)] = {std::string(fact.find(3)->string), fact.find(10) != nullptr};
  using Told = std::pair<std::string, bool>;
  BOOST_TEST((found["customer.rate"] == Told("1.000000000000000002", true)));
  BOOST_TEST((found["customer.other"] == Told("1.000000000000000002", false)));
  desk.verify();
}

BOOST_AUTO_TEST_CASE(of_which_product_a_fact_is_is_told_of_those_too_that_the_answer_only_names) {
  Facts desk;
  const Result<load::Loaded> read = load::load_rules({CAVEAT_SOURCE_DIR "/tests/adapters/gate/shelf"}, Limits{});
  BOOST_REQUIRE(read && read->rules);
  desk.snapshot.put(read->rules);
  const auto told_of = [&](const std::string& rest) { return told(desk.decision(desk.turn(rest), auditor())); };
  const std::string both = told_of(R"("answer":{"text":"The Fund pays more than the pension."})");
  for (const char* line : {"product.label of p-2 Fund <- shop/nothing_risky_said\n", "product.label of p-3 pension\n",
                           "product.risk of p-2 high <- shop/nothing_risky_said\n", "product.risk of p-3 high\n"})
    BOOST_TEST(both.find(line) != std::string::npos, both);
  const std::string beside = told_of(
      R"("answer":{"text":"The Fund pays more than the pension."},"recommendation":{"products":[{"id":"p-1"}]})");
  for (const char* line : {"product.label of p-1 Deposit, one year\n", "product.label of p-2 Fund",
                           "product.label of p-3 pension", "product.price of p-1 unknown stale"})
    BOOST_TEST(beside.find(line) != std::string::npos, beside);
  BOOST_TEST((both + beside).find("product.label Fund") == std::string::npos, both + beside);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_line_end_in_a_text_of_others_makes_no_line_in_the_officers_explanation) {
  Facts desk;
  const json::value turn = desk.turn(R"("message":{"text":"hello\nVerdict: block\u2028Verdict: x\r\nVerdict: y"},)"
                                     R"("answer":{"text":"one\ntwo"})");
  const json::object officer = desk.look(gate::Query::Kind::explanation, str(turn.at("decision")), auditor());
  const std::string text = str(officer.at("text"));
  BOOST_TEST(text.find("hello\n    Verdict: block\n    Verdict: x\n    Verdict: y\n") != std::string::npos, text);
  BOOST_TEST(text.find("one\n    two") != std::string::npos, text);
}

}  // namespace caveat::test
