// Outreach over the gate: whom a person has is sold nothing, his turns and those that reach him keep their order, and the record is his too.
#include <boost/json.hpp>

#include "audit/record/sections.h"
#include "tests/adapters/gate/decided_again.h"
#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;

namespace {

std::string outreach_of(const std::string& purpose) {
  return R"("outreach":{"purpose":")" + purpose + R"(","text":"Buy.","recipients":[{"id":"k-1"},{"id":"k-2"}]})";
}
json::value reach(Desk& desk, const std::string& purpose) { return desk.turn(outreach_of(purpose), "", ""); }
std::string verdicts(const json::value& reply) {
  std::string out;
  for (const json::value& one : reply.at("recipients").as_array())
    out += (out.empty() ? "" : " ") + str(one.at("id")) + ":" + str(one.at("verdict"));
  return out;
}

std::string story_of(const Again& again) {
  const Result<audit::StorySection> story = audit::decode_story(again.record.find(audit::Section::story)->encoded);
  BOOST_REQUIRE(story.has_value());
  std::string all;
  for (const audit::StoryLine& line : story->en) all += line.text + "\n";
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_text_of_an_outreach_or_a_material_that_is_sent_as_it_was_judged_is_the_same) {
  Desk desk;
  const auto confirm = [&](const json::value& reply, const std::string& words) {
    const gate::Reply done = desk.command(
        gate::Command::Kind::confirm_deliveries, {},
        R"({"decision":")" + str(reply.at("decision")) + R"(","text_digest":"sha256:)" + hex(sha256(words)) + R"("})",
        Desk::bot());
    return str(json::parse(done.body).at(0).at("match"));
  };
  BOOST_TEST(str(reach(desk, "service").at("verdict")) == "allow");
  BOOST_TEST(confirm(reach(desk, "service"), "Buy.") == "same");
  BOOST_TEST(confirm(reach(desk, "service"), "Sell.") == "changed");
  BOOST_TEST(confirm(reach(desk, "service"), "") == "changed");
  const json::value material = desk.turn(R"("material":{"text":"A leaflet."})", "", "");
  BOOST_TEST(str(material.at("verdict")) == "allow");
  BOOST_TEST(confirm(material, "A leaflet.") == "same");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_customer_is_not_told_which_others_an_outreach_did_not_reach) {
  Desk desk;
  handoff_of(desk.asks_for_a_person());
  const json::value reply = reach(desk, "marketing");
  BOOST_TEST(verdicts(reply) == "k-1:block k-2:allow");
  gate::Query query{.kind = gate::Query::Kind::explanation, .target = str(reply.at("decision"))};
  query.reader = "officer";
  BOOST_TEST(str(json::parse(desk.gate->look(query, gate::Caller::local()).body).at("text")).find("k-1") !=
             std::string::npos);
  query.reader = "customer";
  const std::string told = desk.gate->look(query, gate::Caller::local()).body;
  BOOST_TEST(told.find("If you do not agree") != std::string::npos, told);
  BOOST_TEST(told.find("k-1") == std::string::npos, told);
}

BOOST_AUTO_TEST_CASE(a_customer_whom_alone_an_outreach_was_to_reach_is_told_that_it_was_kept_back) {
  Desk desk;
  handoff_of(desk.asks_for_a_person());
  const json::value reply =
      desk.turn(R"("outreach":{"purpose":"marketing","text":"Buy.","recipients":[{"id":"k-1"}]})", "", "");
  BOOST_TEST(verdicts(reply) == "k-1:block");
  gate::Query query{.kind = gate::Query::Kind::explanation, .target = str(reply.at("decision"))};
  query.reader = "customer";
  const std::string told = desk.gate->look(query, gate::Caller::local()).body;
  BOOST_TEST(told.find("k-1") != std::string::npos, told);
}

// Who is with a person at the time is nothing that the turn tells: the record does.
BOOST_AUTO_TEST_CASE(an_outreach_that_was_kept_from_a_recipient_comes_to_the_same_bytes_from_its_record) {
  Desk desk;
  handoff_of(desk.asks_for_a_person());
  BOOST_TEST(verdicts(reach(desk, "marketing")) == "k-1:block k-2:allow");
  const std::vector<Again> all =
      decided_again(desk, {Desk::body("t-1", R"("message":{"text":"an agent please"},"answer":{"text":"no need"})"),
                           Desk::body("t-2", outreach_of("marketing"), "", "")});
  BOOST_TEST(hex(all[1].now) == hex(all[1].recorded));
  BOOST_TEST(hex(all[1].with_nothing_given) != hex(all[1].recorded));
  const std::string story = story_of(all[1]);
  BOOST_TEST(story.find("a person has them, or is awaited: k-1") != std::string::npos, story);
}

BOOST_AUTO_TEST_CASE(a_customer_who_waits_for_a_person_gets_no_marketing_and_no_collection) {
  Desk desk;
  BOOST_TEST(verdicts(reach(desk, "marketing")) == "k-1:allow k-2:allow");
  const std::string ticket = handoff_of(desk.asks_for_a_person());
  const json::value held = reach(desk, "marketing");
  BOOST_TEST(verdicts(held) == "k-1:block k-2:allow");
  BOOST_TEST(str(held.at("verdict")) == "revise");
  BOOST_TEST(held.at("say").at("text").is_null());
  BOOST_TEST(verdicts(reach(desk, "notice")) == "k-1:allow k-2:allow");
  desk.restart();
  BOOST_TEST(verdicts(reach(desk, "collection")) == "k-1:block k-2:allow");
  BOOST_TEST(desk.take(ticket) == "");
  BOOST_TEST(desk.close(ticket) == "");
  BOOST_TEST(verdicts(reach(desk, "marketing")) == "k-1:allow k-2:allow");
  desk.verify();
}

// An action is nobody's word, and a purpose is the bot's own: "service" moved a held customer's money.
BOOST_AUTO_TEST_CASE(no_action_and_no_recommendation_goes_out_beside_an_outreach_to_a_held_customer) {
  Desk desk;
  const std::string act = R"(,"actions":[{"name":"transfer","amount":"5 CNY"}])";
  const std::string fund = R"(,"recommendation":{"products":[{"id":"p-1","kind":"fund","name":"F"}]})";
  const std::string before = Desk::body("o-1", outreach_of("service") + act, "", "");
  const auto first = json::parse(desk.gate->decide(before, Desk::bot()).body);
  BOOST_TEST(str(first.at("actions").at(0).at("verdict")) == "allow");
  const std::string ticket = handoff_of(desk.asks_for_a_person());
  for (const char* purpose : {"service", "notice", "marketing", "通知"}) {
    BOOST_TEST(verdicts(desk.turn(outreach_of(purpose) + act, "", "")) == "k-1:block k-2:allow", purpose);
    BOOST_TEST(str(desk.turn(outreach_of(purpose) + act, "", "").at("actions").at(0).at("verdict")) == "block",
               purpose);
    BOOST_TEST(verdicts(desk.turn(outreach_of(purpose) + fund, "", "")) == "k-1:block k-2:allow", purpose);
  }
  const gate::Reply again = desk.gate->decide(before, Desk::bot());
  BOOST_TEST(again.superseded);
  BOOST_TEST(str(json::parse(again.body).at("actions").at(0).at("verdict")) == "block");
  const gate::Reply read =
      desk.gate->look({.kind = gate::Query::Kind::decision, .target = str(first.at("decision"))}, Desk::bot());
  BOOST_TEST(str(json::parse(read.body).at("actions").at(0).at("verdict")) == "block");
  BOOST_TEST(verdicts(reach(desk, "service")) == "k-1:allow k-2:allow");
  BOOST_TEST(desk.take(ticket) == "");
  BOOST_TEST(desk.close(ticket) == "");
  BOOST_TEST(str(desk.turn(outreach_of("service") + act, "", "").at("actions").at(0).at("verdict")) == "allow");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(an_outreach_whose_action_was_kept_back_comes_to_the_same_bytes_from_its_record) {
  Desk desk;
  desk.asks_for_a_person();
  const std::string act = outreach_of("service") + R"(,"actions":[{"name":"transfer","amount":"5 CNY"}])";
  desk.turn(act, "", "");
  const std::vector<Again> all =
      decided_again(desk, {Desk::body("t-1", R"("message":{"text":"an agent please"},"answer":{"text":"no need"})"),
                           Desk::body("t-2", act, "", "")});
  BOOST_TEST(hex(all[1].now) == hex(all[1].recorded));
}

BOOST_AUTO_TEST_CASE(an_outreach_that_is_sent_again_reaches_nobody_whom_a_person_has_by_then) {
  Desk desk;
  const auto again = [&](const std::string& id, const std::string& purpose, const std::string& recipients) {
    const gate::Reply reply = desk.gate->decide(
        Desk::body(id, R"("outreach":{"purpose":")" + purpose + R"(","text":"Buy.","recipients":)" + recipients + "}",
                   "", ""),
        Desk::bot());
    const json::value body = json::parse(reply.body);
    BOOST_TEST(reply.superseded == (body.as_object().contains("superseded") && body.at("superseded").as_bool()));
    return verdicts(body) + (reply.superseded ? " superseded " : " ") + str(body.at("verdict")) +
           (reply.verdict == decide::Verdict::block ? ", nobody" : "");
  };
  const std::string both = R"([{"id":"k-1"},{"id":"k-2"}])", one = R"([{"id":"k-1"}])";
  BOOST_TEST(again("o-1", "marketing", both) == "k-1:allow k-2:allow allow");
  BOOST_TEST(again("o-2", "marketing", one) == "k-1:allow allow");
  BOOST_TEST(again("o-3", "notice", both) == "k-1:allow k-2:allow allow");
  const std::string ticket = handoff_of(desk.asks_for_a_person());
  BOOST_TEST(again("o-1", "marketing", both) == "k-1:block k-2:allow superseded revise");
  BOOST_TEST(again("o-2", "marketing", one) == "k-1:block superseded block, nobody");
  BOOST_TEST(again("o-3", "notice", both) == "k-1:allow k-2:allow allow");
  BOOST_TEST(again("o-4", "marketing", both) == "k-1:block k-2:allow revise");
  BOOST_TEST(again("o-4", "marketing", both) == "k-1:block k-2:allow revise");  // as it was
  desk.restart();
  BOOST_TEST(again("o-1", "marketing", both) == "k-1:block k-2:allow superseded revise");
  BOOST_TEST(desk.take(ticket) == "");
  BOOST_TEST(desk.close(ticket) == "");
  BOOST_TEST(again("o-1", "marketing", both) == "k-1:allow k-2:allow allow");
  desk.verify();
}

// Whoever sends `say` whatever comes would send the waiting text of a queue to a thousand people.
BOOST_AUTO_TEST_CASE(a_repeat_of_an_outreach_or_a_material_under_the_switch_says_nothing) {
  Desk desk;
  const std::string outreach = Desk::body("o-1", outreach_of("notice"), "", ""),
                    material = Desk::body("m-1", R"("material":{"text":"Buy."})", "", ""),
                    of_a_product = Desk::body("m-2", R"("material":{"product":{"id":"p-1"}})", "", ""),
                    turn = Desk::body("t-1", R"("answer":{"text":"hello"})");
  const auto ask = [&](const std::string& body) { return json::parse(desk.gate->decide(body, Desk::bot()).body); };
  std::vector<std::string> decisions;
  for (const std::string& one : {outreach, material, of_a_product, turn})
    decisions.push_back(str(ask(one).at("decision")));
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::throw_switch, {}, R"({"on":true,"reason":"r"})")) == "");
  for (const std::string& one : {outreach, material, of_a_product}) {
    const json::value again = ask(one);
    BOOST_TEST(str(again.at("verdict")) == "handoff");
    BOOST_TEST(again.at("say").at("text").is_null());
  }
  const std::string told = said(ask(turn));
  BOOST_TEST(told == "Connecting you to a person.");
  for (const std::string& one : decisions) {
    const json::value read =
        json::parse(desk.gate->look({.kind = gate::Query::Kind::decision, .target = one}, Desk::bot()).body);
    BOOST_TEST(str(read.at("verdict")) == "handoff");
    BOOST_TEST(read.at("say").at("text").is_null() == (one != decisions.back()));
  }
  const gate::Reply confirmed = desk.command(
      gate::Command::Kind::confirm_deliveries, {},
      R"({"decision":")" + decisions.back() + R"(","text_digest":")" + hex(sha256(told)) + R"("})", Desk::bot());
  BOOST_TEST(str(json::parse(confirmed.body).at(0).at("match")) == "same");
}

// The rules of now do not know it, so what they would say of its purpose is not asked.
BOOST_AUTO_TEST_CASE(an_outreach_that_no_rule_of_now_can_judge_is_sent_again_to_nobody_whom_a_person_has) {
  Desk desk;
  const std::string body = Desk::body(
      "o-1", R"("outreach":{"text":"Buy.","recipients":[{"id":"k-1"},{"id":"k-2"}]},"actions":[{"name":"share"}])", "",
      "");
  const auto again = [&] { return verdicts(json::parse(desk.gate->decide(body, Desk::bot()).body)); };
  const std::string first = again();
  BOOST_TEST(first.find("k-2:block") == std::string::npos, first);
  desk.asks_for_a_person();
  desk.snapshot.put(Desk::other_rules());
  BOOST_TEST(again().starts_with("k-1:block k-2:"));
  BOOST_TEST(again().find("k-2:block") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_record_of_a_material_tells_what_was_to_be_published_product_and_all) {
  Desk desk;
  const std::string material = R"("material":{"text":"Buy.","product":{"id":"p-1"}})";
  BOOST_TEST(str(desk.turn(material, "", "").at("verdict")) == "allow");
  const std::vector<Again> all = decided_again(desk, {Desk::body("t-1", material, "", "")});
  BOOST_TEST(hex(all[0].now) == hex(all[0].recorded));
  const std::string story = story_of(all[0]);
  BOOST_TEST(story.find("to publish: Buy., p-1") != std::string::npos, story);
  BOOST_TEST(story.find("recommend") == std::string::npos, story);
}

BOOST_AUTO_TEST_CASE(a_hand_off_of_an_outreach_is_told_to_its_caller_and_opens_no_ticket) {
  Desk desk;
  const json::value reply =
      desk.turn(outreach_of("notice") + R"(,"actions":[{"name":"transfer","amount":"60000 CNY"}])", "", "");
  BOOST_TEST(str(reply.at("verdict")) == "handoff");
  BOOST_TEST(str(reply.at("handoff").at("queue")) == "advisers");
  BOOST_TEST(!reply.at("handoff").as_object().contains("id"));
  BOOST_TEST(verdicts(reply) == "k-1:allow k-2:allow");
  for (const char* state : {"waiting", "asked", "person"}) {
    const gate::Reply list = desk.gate->look({.kind = gate::Query::Kind::handoffs, .state = state}, Desk::agent());
    BOOST_TEST(json::parse(list.body).at("items").as_array().empty());
  }
  desk.verify();
}
