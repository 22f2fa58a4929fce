// Hand-offs from end to end over a real log: each cell of docs/conversations.md by what callers see of it, and what hangs on it.
#include <boost/json.hpp>
#include <fstream>
#include <functional>
#include <future>
#include <set>
#include <thread>

#include "adapters/gate/body.h"
#include "adapters/gate/errands.h"
#include "adapters/gate/record.h"
#include "adapters/gate/requirements.h"
#include "adapters/gate/ticket_json.h"
#include "adapters/wire/codes.h"
#include "audit/record/events.h"
#include "engine/base/cbor.h"
#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;
namespace json = boost::json;

BOOST_AUTO_TEST_CASE(from_a_hand_off_that_holds_the_bot_is_silent_until_a_person_closes_it) {
  Desk desk;
  BOOST_TEST(said(desk.hello()) == "hello");
  BOOST_TEST(desk.state() == "bot");
  const json::value opened = desk.asks_for_a_person();
  BOOST_TEST(str(opened.at("verdict")) == "handoff");
  BOOST_TEST(opened.at("handoff").at("hold").as_bool());
  const std::string id = handoff_of(opened);
  BOOST_TEST(desk.state() == "waiting");

  const json::value held = desk.hello();
  BOOST_TEST(str(held.at("verdict")) == "handoff");
  BOOST_TEST(said(held) == "Connecting you to a person.");
  BOOST_TEST(handoff_of(held) == id);
  BOOST_TEST(str(held.at("handoff").at("state")) == "waiting");
  BOOST_TEST(desk.take(id) == "");
  BOOST_TEST(desk.state() == "person");
  BOOST_TEST(said(desk.hello()) == "Connecting you to a person.");
  BOOST_TEST(desk.close(id) == "");
  BOOST_TEST(desk.state() == "bot");
  BOOST_TEST(said(desk.hello()) == "hello");
  BOOST_TEST(str(desk.ticket(id).at("state")) == "closed");
  BOOST_TEST(desk.records(audit::Kind::handoff_opened) == 1u);
  BOOST_TEST(desk.records(audit::Kind::handoff_taken) == 1u);
  BOOST_TEST(desk.records(audit::Kind::handoff_closed) == 1u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_hold_survives_a_restart_and_reaches_the_customers_other_and_new_conversations) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  desk.restart();
  BOOST_TEST(desk.state() == "waiting");
  BOOST_TEST(handoff_of(desk.hello()) == id);
  BOOST_TEST(handoff_of(desk.hello("c-new")) == id);      // a new chat of the same customer
  BOOST_TEST(handoff_of(desk.hello("c-new", "")) == id);  // leaving his id out does not help
  BOOST_TEST(handoff_of(desk.hello("", "k-1")) == id);    // nor leaving out the conversation
  BOOST_TEST(said(desk.hello("c-2", "k-2")) == "hello");  // somebody else
  BOOST_TEST(desk.records(audit::Kind::handoff_opened) == 1u);
}

BOOST_AUTO_TEST_CASE(a_hold_that_opened_before_the_customer_was_known_becomes_his) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person("c-1", ""));
  BOOST_TEST(said(desk.hello("c-2", "k-1")) == "hello");
  BOOST_TEST(handoff_of(desk.hello("c-1", "k-1")) == id);
  BOOST_TEST(handoff_of(desk.hello("c-2", "k-1")) == id);
  desk.restart();
  BOOST_TEST(handoff_of(desk.hello("c-2", "k-1")) == id);
  BOOST_TEST(str(desk.hello("c-1", "k-2").at("code")) == "conflict");
  BOOST_TEST(said(desk.hello("c-9", "k-2")) == "hello");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_hold_becomes_his_too_when_who_asks_for_a_person_names_the_customer) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person("c-1", ""));
  BOOST_TEST(said(desk.hello("c-2", "k-1")) == "hello");
  const gate::Reply joined = desk.command(gate::Command::Kind::open_handoff, {},
                                          R"({"conversation":"c-1","customer":"k-1","reason":"it is he"})");
  BOOST_REQUIRE_MESSAGE(joined.problem == nullptr, joined.body);
  BOOST_TEST(str(json::parse(joined.body).at("id")) == id);
  BOOST_TEST(said(desk.hello("c-2", "k-1")) == "Connecting you to a person.");
  desk.restart();
  BOOST_TEST(said(desk.hello("c-3", "k-1")) == "Connecting you to a person.");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_hand_off_of_one_turn_opens_one_ticket_and_the_next_answer_closes_it) {
  Desk desk;
  const json::value unknown = desk.unknown_turn();
  BOOST_TEST(str(unknown.at("verdict")) == "handoff");
  BOOST_TEST(!unknown.at("handoff").at("hold").as_bool());
  const std::string id = handoff_of(unknown);
  BOOST_TEST(desk.state() == "bot");
  BOOST_TEST(handoff_of(desk.unknown_turn()) == id);
  BOOST_TEST(str(desk.ticket(id).at("state")) == "asked");
  BOOST_TEST(said(desk.hello()) == "hello");
  const json::value closed = desk.ticket(id);
  BOOST_TEST(str(closed.at("state")) == "closed");
  BOOST_TEST(str(closed.at("outcome")) == "answered");
  BOOST_TEST(desk.records(audit::Kind::handoff_opened) == 1u);
  BOOST_TEST(handoff_of(desk.unknown_turn()) != id);
  BOOST_TEST(desk.take(handoff_of(desk.unknown_turn())) == "");  // a person may take it: then it holds
  BOOST_TEST(desk.state() == "person");
  BOOST_TEST(said(desk.hello()) == "Connecting you to a person.");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(an_answer_closes_what_was_asked_in_its_conversation_and_what_the_customer_asked_outside_of_any) {
  Desk desk;
  const auto open = [&](const std::string& id) { return str(desk.ticket(id).at("state")) == "asked"; };
  const std::string nowhere = handoff_of(desk.unknown_turn("", "k-1"));
  BOOST_TEST(said(desk.hello("", "k-2")) == "hello");
  BOOST_TEST(open(nowhere));  // another customer's answer
  BOOST_TEST(said(desk.hello("c-1", "k-1")) == "hello");
  BOOST_TEST(str(desk.ticket(nowhere).at("outcome")) == "answered");
  // What was asked in one conversation is not answered by what is said in another.
  const std::string here = handoff_of(desk.unknown_turn("c-1", "k-1"));
  BOOST_TEST(said(desk.hello("c-2", "k-1")) == "hello");
  BOOST_TEST(said(desk.hello("", "k-1")) == "hello");
  BOOST_TEST(open(here));
  // Both at once: each is recorded.
  const std::string again = handoff_of(desk.unknown_turn("", "k-1"));
  BOOST_TEST(again != here);
  const std::size_t before = desk.records(audit::Kind::handoff_closed);
  BOOST_TEST(said(desk.hello("c-1", "k-1")) == "hello");
  BOOST_TEST(str(desk.ticket(here).at("outcome")) == "answered");
  BOOST_TEST(str(desk.ticket(again).at("outcome")) == "answered");
  BOOST_TEST(desk.records(audit::Kind::handoff_closed) == before + 2);
  // Whoever is awaited is not answered by the bot, whatever else he asked.
  const std::string third = handoff_of(desk.unknown_turn("", "k-1"));
  const std::string waits = handoff_of(desk.asks_for_a_person("c-3", "k-1"));
  BOOST_TEST(said(desk.hello("c-1", "k-1")) == "Connecting you to a person.");
  BOOST_TEST(waits != third);
  BOOST_TEST(open(third));
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_ticket_for_one_turn_holds_from_the_moment_at_which_a_rule_asks_for_a_person) {
  Desk desk;
  const std::string id = handoff_of(desk.unknown_turn());
  BOOST_TEST(handoff_of(desk.asks_for_a_person()) == id);
  BOOST_TEST(desk.state() == "waiting");
  BOOST_TEST(desk.records(audit::Kind::handoff_opened) == 1u);
}

BOOST_AUTO_TEST_CASE(taking_is_atomic_and_only_who_has_it_may_end_it) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  BOOST_TEST(desk.close(id) == "wrong_state");
  BOOST_TEST(desk.take(id) == "");
  BOOST_TEST(desk.take(id) == "");  // a repeat
  BOOST_TEST(desk.take(id, Desk::agent("wang")) == "taken_by_other");
  BOOST_TEST(desk.close(id, Desk::agent("wang")) == "taken_by_other");
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::pass_handoff, id, R"({"queue":"desk","note":"n"})",
                                     Desk::agent("wang"))) == "taken_by_other");
  BOOST_TEST(desk.take("h-none") == "not_found");
  BOOST_TEST(desk.take(id, Desk::agent("chen", {"other"})) == "role");
  BOOST_TEST(desk.close(id) == "");
  BOOST_TEST(desk.close(id) == "wrong_state");
  BOOST_TEST(desk.records(audit::Kind::handoff_taken) == 1u);
}

BOOST_AUTO_TEST_CASE(the_version_that_was_read_must_be_named_and_be_the_one_of_now) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  const auto take = [&](const std::string& version) {
    return Desk::code(desk.command(gate::Command::Kind::take_handoff, id, {}, Desk::agent(), version));
  };
  BOOST_TEST(take("") == "version_needed");
  BOOST_TEST(take("\"7\"") == "stale_version");
  BOOST_TEST(take(" , ") == "version_needed");
  BOOST_TEST(take("\"7\", \"8\"") == "stale_version");
  const gate::Reply seen = desk.gate->look({.kind = gate::Query::Kind::handoff, .target = id}, Desk::agent());
  BOOST_TEST(take("\"7\" ,\"" + seen.version + "\"") == "");  // a list, of which one has to match
  BOOST_TEST(take(seen.version) == "stale_version");
}

BOOST_AUTO_TEST_CASE(return_and_close_need_the_customers_consent) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  desk.take(id);
  using Kind = gate::Command::Kind;
  BOOST_TEST(Desk::code(desk.command(Kind::return_handoff, id, "{}")) == "consent");
  BOOST_TEST(Desk::code(desk.command(Kind::close_handoff, id, R"({"outcome":"resolved","customer_agreed":false})")) ==
             "consent");
  BOOST_TEST(desk.state() == "person");
  BOOST_TEST(Desk::code(desk.command(Kind::return_handoff, id, R"({"customer_agreed":true})")) == "");
  BOOST_TEST(desk.state() == "bot");
  BOOST_TEST(desk.records(audit::Kind::handoff_returned) == 1u);
}

BOOST_AUTO_TEST_CASE(after_a_pass_it_waits_again_and_the_third_pass_escalates) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  const auto pass = [&](const std::string& queue) {
    return desk.command(gate::Command::Kind::pass_handoff, id, R"({"queue":")" + queue + R"(","note":"n"})");
  };
  desk.take(id);
  BOOST_TEST(Desk::code(pass("advisers")) == "");
  BOOST_TEST(desk.state() == "waiting");
  BOOST_TEST(said(desk.hello()) == "An adviser will be with you.");
  BOOST_TEST(Desk::code(pass("nobody")) == "out_of_range");
  pass("advisers");
  const json::value third = json::parse(pass("advisers").body);  // not there, but where its queue overflows to
  BOOST_TEST(str(third.at("queue")) == "desk");
  BOOST_TEST(third.at("passes").to_number<int>() == 3);
  BOOST_TEST(desk.records(audit::Kind::handoff_passed) == 2u);
  BOOST_TEST(desk.records(audit::Kind::handoff_escalated) == 1u);
}

BOOST_AUTO_TEST_CASE(a_person_takes_over_unasked_and_an_answer_in_flight_gives_way) {
  Desk desk;
  desk.hello();
  const gate::Reply taken =
      desk.command(gate::Command::Kind::open_handoff, {},
                   R"({"conversation":"c-1","queue":"desk","reason":"listening in","take":true})");
  BOOST_TEST(Desk::code(taken) == "");
  BOOST_TEST(taken.created);
  BOOST_TEST(desk.state() == "person");
  BOOST_TEST(said(desk.hello()) == "Connecting you to a person.");
  BOOST_TEST(said(desk.hello("c-2")) == "Connecting you to a person.");  // the conversation was known to be k-1's
  const gate::Reply other =
      desk.command(gate::Command::Kind::open_handoff, {}, R"({"conversation":"c-1","reason":"me too","take":true})",
                   Desk::agent("wang"));
  BOOST_TEST(Desk::code(other) == "taken_by_other");
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {},
                                     R"({"conversation":"c-5","reason":"r","take":true})", Desk::bot())) == "role");
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::take_handoff, str(json::parse(taken.body).at("id")), {},
                                     Desk::bot())) == "role");
}

BOOST_AUTO_TEST_CASE(a_bot_may_open_a_hand_off_and_cannot_end_it) {
  Desk desk;
  const gate::Reply opened = desk.command(gate::Command::Kind::open_handoff, {},
                                          R"({"conversation":"c-1","reason":"it is lost"})", Desk::bot());
  BOOST_TEST(Desk::code(opened) == "");
  const std::string id = str(json::parse(opened.body).at("id"));
  BOOST_TEST(desk.state() == "waiting");
  const gate::Reply joined =
      desk.command(gate::Command::Kind::open_handoff, {}, R"({"conversation":"c-1","reason":"again"})", Desk::bot());
  BOOST_TEST(!joined.created);
  BOOST_TEST(str(json::parse(joined.body).at("id")) == id);
  BOOST_TEST(desk.close(id, Desk::bot()) == "role");
  const gate::Reply wrong =
      desk.command(gate::Command::Kind::open_handoff, {}, R"({"queue":"dask","reson":"x"})", Desk::bot());
  const json::value errors = json::parse(wrong.body).at("errors");
  BOOST_TEST(errors.as_array().size() == 4u);  // all at once: reason, whose, queue, reson
}

BOOST_AUTO_TEST_CASE(a_more_urgent_reason_moves_a_ticket_that_waits_and_alerts_who_has_it) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  const json::value urgent = desk.turn(R"("message":{"text":"my card was stolen"},"answer":{"text":"oh"})");
  BOOST_TEST(handoff_of(urgent) == id);
  BOOST_TEST(said(urgent) == "An adviser will be with you.");
  json::value now = desk.ticket(id);
  BOOST_TEST(str(now.at("queue")) == "advisers");
  BOOST_TEST(str(now.at("priority")) == "urgent");
  BOOST_TEST(now.at("passes").to_number<int>() == 0);

  const std::string other = handoff_of(desk.asks_for_a_person("c-2", "k-2"));
  desk.take(other);
  desk.turn(R"("message":{"text":"my card was stolen"},"answer":{"text":"oh"})", "c-2", "k-2");
  now = desk.ticket(other);
  BOOST_TEST(str(now.at("queue")) == "desk");
  BOOST_TEST(str(now.at("priority")) == "urgent");
  BOOST_TEST(now.at("alerts").to_number<int>() == 1);
  BOOST_TEST(str(now.at("state")) == "person");
  // The same reason again is no news, whenever the customer writes.
  const std::string third = handoff_of(
      desk.turn(R"("answer":{"text":"done"},"actions":[{"name":"transfer","amount":"60000 CNY"}])", "c-3", "k-3"));
  desk.take(third);
  for (int time = 0; time < 2; ++time) {
    desk.turn(R"("message":{"text":"my card was stolen"},"answer":{"text":"oh"})", "c-3", "k-3");
    desk.clock.pass(kSecond);
  }
  BOOST_TEST(desk.ticket(third).at("alerts").to_number<int>() == 1);
}

BOOST_AUTO_TEST_CASE(what_a_bot_says_with_its_wish_leaves_the_version_that_an_agent_acts_on) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  const auto version = [&] { return std::to_string(desk.ticket(id).at("version").to_number<int>()); };
  const auto asks = [&](const std::string& reason) {
    BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {},
                                       R"({"conversation":"c-1","reason":")" + reason + R"("})", Desk::bot())) == "");
  };
  std::string read = version();
  asks("he is angry");
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::take_handoff, id, {}, Desk::agent(), read)) == "");
  read = version();
  asks("and now he shouts");
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::close_handoff, id,
                                     R"({"outcome":"resolved","customer_agreed":true})", Desk::agent(), read)) == "");
  BOOST_TEST(desk.ticket(id).at("joined").as_array().size() == 2u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(an_overdue_ticket_escalates_once_a_queue) {
  Desk desk;
  const json::value opened =
      desk.turn(R"("answer":{"text":"done"},"actions":[{"name":"transfer","amount":"60000 CNY"}])");
  const std::string id = handoff_of(opened);
  BOOST_TEST(desk.gate->tick() == 0u);
  desk.clock.pass(301 * kSecond);
  BOOST_TEST(desk.gate->tick() == 1u);
  json::value now = desk.ticket(id);
  BOOST_TEST(str(now.at("queue")) == "desk");
  BOOST_TEST(str(now.at("priority")) == "urgent");
  BOOST_TEST(desk.gate->tick() == 0u);
  desk.clock.pass(61 * kSecond);
  BOOST_TEST(desk.gate->tick() == 1u);
  desk.clock.pass(3'600 * kSecond);
  BOOST_TEST(desk.gate->tick() == 0u);  // there is nobody above
  desk.log->flush();
  BOOST_TEST(desk.records(audit::Kind::handoff_escalated) == 2u);
  BOOST_TEST(desk.state() == "waiting");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_resent_turn_puts_no_bot_text_into_a_hold) {
  Desk desk;
  const std::string first = Desk::body("t-first", R"("answer":{"text":"hello"})");
  const gate::Reply then = desk.gate->decide(first, Desk::bot());
  const std::size_t before = desk.decisions();
  desk.asks_for_a_person();
  const gate::Reply again = desk.gate->decide(first, Desk::bot());
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.superseded);
  const json::value body = json::parse(again.body);
  BOOST_TEST(said(body) == "Connecting you to a person.");
  BOOST_TEST(body.at("superseded").as_bool());
  BOOST_TEST(str(body.at("decision")) == then.decision_id);
  BOOST_TEST(str(body.at("verdict")) == "handoff");  // who reads only verdict and say is right
  BOOST_TEST((again.verdict == decide::Verdict::handoff));
  BOOST_TEST(str(body.at("handoff").at("state")) == "waiting");
  BOOST_TEST(desk.decisions() == before + 1);
  desk.restart();
  BOOST_TEST(said(json::parse(desk.gate->decide(first, Desk::bot()).body)) == "Connecting you to a person.");
}

BOOST_AUTO_TEST_CASE(who_sees_every_queue_is_no_person_for_that_and_has_no_conversation_for_that) {
  Desk desk;
  const std::string words = R"("answer":{"text":"it is guaranteed","author":"person"})";
  gate::Caller bot = Desk::bot(), supervisor = Desk::agent("wang");
  bot.any_queue = supervisor.any_queue = true;
  BOOST_TEST(str(desk.turn(words, "c-1", "k-1", bot).at("code")) == "role");
  BOOST_TEST(str(desk.turn(words, "c-1", "k-1", supervisor).at("code")) == "wrong_state");
  const std::string take = R"({"conversation":"c-1","reason":"mine","take":true})";
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {}, take, bot)) == "role");
  const std::string id = handoff_of(desk.asks_for_a_person());
  desk.take(id);
  BOOST_TEST(str(desk.turn(words, "c-1", "k-1", supervisor).at("code")) == "role");
  BOOST_TEST(str(desk.turn(words, "c-1", "k-1", Desk::agent()).at("verdict")) == "allow");
}

BOOST_AUTO_TEST_CASE(a_resent_turn_asks_for_nothing_in_a_hold) {
  Desk desk;
  const std::string share = Desk::body("t-share", R"("answer":{"text":"shared"},"actions":[{"name":"share"}])");
  const std::string question = "May we pass this on?";
  BOOST_TEST(desk.gate->decide(share, Desk::bot()).body.find(question) != std::string::npos);
  desk.asks_for_a_person();
  const gate::Reply again = desk.gate->decide(share, Desk::bot());
  BOOST_TEST(again.superseded);
  BOOST_TEST(again.body.find(question) == std::string::npos);
  BOOST_TEST(json::parse(again.body).at("requires").as_array().empty());
  BOOST_TEST(str(json::parse(again.body).at("verdict")) == "handoff");
}

BOOST_AUTO_TEST_CASE(a_hand_off_whose_queue_no_pack_has_any_more_is_that_of_the_default_queue) {
  Desk desk;
  const std::string id = handoff_of(desk.turn(R"("message":{"text":"my card was stolen"})"));
  const gate::Caller clerk = Desk::agent("zhao", {"desk"});
  const auto seen = [&] {
    return json::parse(desk.gate->look({.kind = gate::Query::Kind::handoffs, .queue = "desk"}, clerk).body)
        .at("items")
        .as_array()
        .size();
  };
  BOOST_TEST(seen() == 0u);
  BOOST_TEST(Desk::code(desk.gate->look({.kind = gate::Query::Kind::handoff, .target = id}, clerk)) == "role");
  desk.snapshot.put(Desk::other_rules());  // without advisers
  BOOST_TEST(seen() == 1u);
  BOOST_TEST(Desk::code(desk.gate->look({.kind = gate::Query::Kind::handoff, .target = id}, clerk)) == "");
  BOOST_TEST(desk.take(id, clerk) == "");
  BOOST_TEST(desk.state() == "person");
}

BOOST_AUTO_TEST_CASE(a_handoff_asked_for_under_an_id_that_is_refused_is_not_told_that_it_names_none) {
  Desk desk;
  for (const std::string& id : {"\"" + std::string(129, 'c') + "\"", std::string("5")}) {
    const gate::Reply refused = desk.command(gate::Command::Kind::open_handoff, {},
                                             R"({"reason":"help","conversation":)" + id + "}", Desk::bot());
    BOOST_TEST(refused.body.find("neither") == std::string::npos, refused.body);
    BOOST_TEST(refused.problem != nullptr);
  }
  const gate::Reply none = desk.command(gate::Command::Kind::open_handoff, {}, R"({"reason":"help"})", Desk::bot());
  BOOST_TEST(none.body.find("neither") != std::string::npos, none.body);
}

BOOST_AUTO_TEST_CASE(a_resent_turn_does_nothing_in_a_hold_and_neither_does_a_look_at_its_decision) {
  Desk desk;
  const std::string act =
      Desk::body("t-act", R"("answer":{"text":"sent"},"actions":[{"name":"transfer","amount":"100 CNY"}])");
  const gate::Reply then = desk.gate->decide(act, Desk::bot());
  const auto verdicts = [](const std::string& body) {
    const json::value value = json::parse(body);
    return str(value.at("verdict")) + " " + str(value.at("actions").as_array().at(0).at("verdict"));
  };
  BOOST_TEST(verdicts(then.body) == "allow allow");
  const gate::Query look{.kind = gate::Query::Kind::decision, .target = then.decision_id};
  BOOST_TEST(verdicts(desk.gate->look(look, Desk::bot()).body) == "allow allow");
  const std::string id = handoff_of(desk.asks_for_a_person());
  BOOST_TEST(verdicts(desk.gate->decide(act, Desk::bot()).body) == "handoff block");
  const gate::Reply seen = desk.gate->look(look, Desk::bot());
  BOOST_TEST(verdicts(seen.body) == "handoff block");
  BOOST_TEST(seen.superseded);
  BOOST_TEST(said(json::parse(seen.body)) != "sent");
  BOOST_TEST(str(json::parse(seen.body).at("decision")) == then.decision_id);
  desk.take(id);
  BOOST_TEST(verdicts(desk.gate->look(look, Desk::agent()).body) == "allow allow");  // a person reads what was decided
}

BOOST_AUTO_TEST_CASE(who_threw_the_switch_when_why_and_for_what_is_told_of_its_last_changes_also_after_a_restart) {
  Desk desk;
  const auto throw_it = [&](bool on, const std::string& reason, const std::string& rest = {}) {
    desk.clock.pass(kSecond);
    const gate::Reply reply =
        desk.command(gate::Command::Kind::throw_switch, {},
                     std::string(R"({"on":)") + (on ? "true" : "false") + R"(,"reason":")" + reason + "\"" + rest + "}",
                     Desk::agent("boss"));
    BOOST_REQUIRE_MESSAGE(reply.problem == nullptr, reply.body);
    return json::parse(reply.body).at("history").as_array();
  };
  const auto told = [&] {
    std::string all;
    const gate::Reply reply = desk.gate->look({.kind = gate::Query::Kind::switch_, .target = {}}, Desk::bot());
    const json::value body = json::parse(reply.body);
    for (const json::value& one : body.at("history").as_array())
      all += (all.empty() ? "" : "; ") + str(one.at("by")) + (one.at("on").as_bool() ? " on " : " off ") +
             (one.at("topic").is_null() ? "all" : str(one.at("topic"))) + ": " + str(one.at("reason"));
    return all;
  };
  BOOST_TEST(told() == "");
  throw_it(true, "a bad model", R"(,"topic":"large")");
  throw_it(true, "worse");
  const json::array last = throw_it(false, "mended", R"(,"queue":"advisers")");
  BOOST_TEST(str(last.at(0).at("at")).substr(0, 19) == format_instant(desk.clock.wall_us(), 0).substr(0, 19));
  BOOST_TEST(str(last.at(0).at("queue")) == "advisers");
  BOOST_TEST(told() == "boss off all: mended; boss on all: worse; boss on large: a bad model");
  desk.restart();
  BOOST_TEST(told() == "boss off all: mended; boss on all: worse; boss on large: a bad model");
  for (int i = 0; i < 60; ++i) throw_it(i % 2 == 0, std::to_string(i));
  const json::array many = throw_it(true, "60");
  BOOST_TEST(many.size() == gate::kThrownKept);
  BOOST_TEST(str(many.back().at("reason")) == "11");
  for (int i = 0; i < 12; ++i) throw_it(false, std::string(4'000, 'x'));  // texts at most, but always the last one
  BOOST_TEST(throw_it(true, "short").size() == 1 + gate::kThrownBytes / 4'004);
  BOOST_TEST(desk.records(audit::Kind::switch_thrown) == 3u + 61u + 13u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(of_a_switch_of_before_its_history_was_kept_the_last_change_of_each_is_told) {
  Desk desk;
  cbor::Encoder out;
  const auto lever = [&out](bool on, const std::string& reason, Microseconds since) {
    out.integer(1);
    out.boolean(on);
    out.integer(2);
    out.text("boss");
    out.integer(3);
    out.text(reason);
    out.integer(4);
    out.text("");
    out.integer(5);
    out.integer(since);
  };
  out.map(7);
  lever(false, "over", 2 * kSecond);
  out.integer(6);
  out.unsigned_integer(3);
  out.integer(7);
  out.array(1);
  out.map(6);
  lever(true, "a bad model", 3 * kSecond);
  out.integer(6);
  out.text("large");
  audit::RecordContent content = gate::event_record(
      audit::Kind::switch_thrown,
      audit::SwitchThrown{.topic = "large", .on = true, .by = "boss", .reason = "a bad model"}, {},
      {{.key = {.kind = audit::StateKind::setting, .subject = "switch", .discriminator = {}}, .value = out.take()}});
  BOOST_REQUIRE((std::holds_alternative<audit::Committed>(desk.log->append(std::move(content)))));
  desk.restart();
  const gate::Reply reply = desk.gate->look({.kind = gate::Query::Kind::switch_, .target = {}}, Desk::bot());
  const json::array history = json::parse(reply.body).at("history").as_array();
  BOOST_REQUIRE(history.size() == 2u);
  BOOST_TEST(str(history[0].at("reason")) == "a bad model");
  BOOST_TEST(str(history[1].at("reason")) == "over");
  desk.verify();
}

// It is thrown since what the bot says or does is bad: what was decided before it is no leave either.
BOOST_AUTO_TEST_CASE(
    a_resent_turn_says_and_does_nothing_while_the_switch_is_thrown_and_neither_does_a_look_at_its_decision) {
  Desk desk;
  const auto throw_it = [&](bool on, const std::string& rest) {
    return desk.command(gate::Command::Kind::throw_switch, {},
                        std::string(R"({"on":)") + (on ? "true" : "false") + R"(,"reason":"a bad model")" + rest + "}",
                        Desk::agent("boss"));
  };
  const std::string loan = Desk::body("t-loan",
                                      R"("answer":{"text":"sent"},"actions":[{"name":"share","amount":"10000 CNY"}])"),
                    other = Desk::body("t-act",
                                       R"("answer":{"text":"sent"},"actions":[{"name":"transfer","amount":"100 CNY"}])",
                                       "c-2", "k-2");
  const std::string sms = Desk::body(
      "t-sms",
      R"("outreach":{"channel":"sms","purpose":"notice","text":"Your card is ready.","recipients":[{"id":"k-9"}]})", "",
      "");
  const gate::Reply of_loan = desk.gate->decide(loan, Desk::bot()), of_other = desk.gate->decide(other, Desk::bot()),
                    of_sms = desk.gate->decide(sms, Desk::bot());
  BOOST_REQUIRE((of_sms.problem == nullptr));
  const auto read = [&](const gate::Reply& then) {
    return desk.gate->look({.kind = gate::Query::Kind::decision, .target = then.decision_id}, Desk::bot());
  };
  const std::size_t before = desk.decisions();

  BOOST_TEST(Desk::code(throw_it(true, R"(,"topic":"large","queue":"advisers")")) == "");
  const gate::Reply again = desk.gate->decide(loan, Desk::bot());
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.superseded);
  BOOST_TEST((again.verdict == decide::Verdict::handoff));
  const json::value body = json::parse(again.body);
  BOOST_TEST(str(body.at("verdict")) == "handoff");
  BOOST_TEST(str(body.at("actions").at(0).at("verdict")) == "block");
  BOOST_TEST(body.at("requires").as_array().empty());
  BOOST_TEST(said(body) == "An adviser will be with you.");
  BOOST_TEST(body.at("superseded").as_bool());
  BOOST_TEST(str(body.at("handoff").at("cause")) == "switch");
  BOOST_TEST(str(body.at("handoff").at("queue")) == "advisers");
  BOOST_TEST(!body.at("handoff").at("hold").as_bool());
  BOOST_TEST(!body.at("handoff").as_object().contains("id"));  // nothing was opened: whoever comes next opens it
  BOOST_TEST(desk.gate->decide(other, Desk::bot()).body == of_other.body);  // not of the topic
  // Of what is only read nobody can tell any more whether it was of the topic.
  BOOST_TEST(str(json::parse(read(of_other).body).at("verdict")) == "handoff");
  BOOST_TEST(Desk::code(throw_it(false, R"(,"topic":"large")")) == "");

  BOOST_TEST(Desk::code(throw_it(true, "")) == "");
  desk.restart();
  for (const auto& [bytes, then] :
       {std::pair{&loan, &of_loan}, std::pair{&other, &of_other}, std::pair{&sms, &of_sms}}) {
    const gate::Reply now = desk.gate->decide(*bytes, Desk::bot()), seen = read(*then);
    for (const gate::Reply* one : {&now, &seen}) {
      BOOST_TEST(one->superseded);
      BOOST_TEST(str(json::parse(one->body).at("verdict")) == "handoff");
      BOOST_TEST(str(json::parse(one->body).at("decision")) == then->decision_id);
      BOOST_TEST(one->body.find(R"("sent")") == std::string::npos);
      BOOST_TEST(one->body.find(R"("verdict":"allow")") == std::string::npos);
    }
  }
  BOOST_TEST(Desk::code(throw_it(false, "")) == "");
  BOOST_TEST(desk.gate->decide(other, Desk::bot()).body == of_other.body);  // it was only for as long as it was thrown
  BOOST_TEST(str(json::parse(read(of_other).body).at("verdict")) == "allow");
  BOOST_TEST(desk.decisions() == before);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_a_turn_of_another_year_holds_is_held_now) {
  Desk desk;
  gate::Caller replayer = Desk::bot();
  replayer.any_time = true;
  const std::string id =
      handoff_of(desk.turn(R"("at":"2024-03-01T10:00:00Z","message":{"text":"an agent please"},"answer":{"text":"no"})",
                           "c-old", "k-1", replayer));
  BOOST_TEST(str(desk.ticket(id).at("state")) == "waiting");
  BOOST_TEST(str(desk.hello().at("verdict")) == "handoff");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_persons_answer_is_advised_on_and_nobody_elses) {
  Desk desk;
  const std::string words = R"("answer":{"text":"it is guaranteed","author":"person"})";
  BOOST_TEST(str(desk.turn(words, "c-1", "k-1", Desk::bot()).at("code")) == "role");
  BOOST_TEST(str(desk.turn(words, "c-1", "k-1", Desk::agent()).at("code")) == "wrong_state");
  const std::string id = handoff_of(desk.asks_for_a_person());
  BOOST_TEST(str(desk.turn(words, "c-1", "k-1", Desk::agent()).at("code")) == "wrong_state");
  desk.take(id);
  BOOST_TEST(str(desk.turn(words, "c-1", "k-1", Desk::agent("wang")).at("code")) == "role");
  const json::value advised = desk.turn(words, "c-1", "k-1", Desk::agent());
  BOOST_TEST(str(advised.at("verdict")) == "allow");
  BOOST_TEST(said(advised) == "it is guaranteed");
  BOOST_TEST(str(advised.at("advice").at("verdict")) == "block");
  BOOST_TEST(str(advised.at("advice").at("reasons").at(0).at("rule")) == "test.gate/no_promises");
  BOOST_TEST(desk.state() == "person");
}

BOOST_AUTO_TEST_CASE(the_switch_hands_every_turn_over_and_frees_who_was_not_taken) {
  Desk desk;
  using Kind = gate::Command::Kind;
  const auto throw_it = [&](bool on, const std::string& version) {
    return desk.command(Kind::throw_switch, {},
                        std::string(R"({"on":)") + (on ? "true" : "false") + R"(,"reason":"a bad model"})",
                        Desk::agent("boss"), version);
  };
  BOOST_TEST(Desk::code(throw_it(true, "")) == "version_needed");
  BOOST_TEST(Desk::code(throw_it(true, "3")) == "stale_version");
  BOOST_TEST(Desk::code(throw_it(true, "0")) == "");
  const json::value turned = desk.hello();
  BOOST_TEST(str(turned.at("verdict")) == "handoff");
  BOOST_TEST(said(turned) == "Connecting you to a person.");
  BOOST_TEST(!turned.at("handoff").at("hold").as_bool());
  BOOST_TEST(str(turned.at("handoff").at("cause")) == "switch");
  const std::string taken = handoff_of(desk.hello("c-2", "k-2"));
  desk.take(taken);
  desk.restart();
  BOOST_TEST(str(desk.hello().at("verdict")) == "handoff");
  BOOST_TEST(Desk::code(throw_it(false, "1")) == "");
  BOOST_TEST(said(desk.hello()) == "hello");
  BOOST_TEST(str(desk.hello("c-2", "k-2").at("verdict")) == "handoff");  // a person has it
  BOOST_TEST(str(desk.ticket(handoff_of(turned)).at("outcome")) == "answered");
  BOOST_TEST(desk.records(audit::Kind::switch_thrown) == 2u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(the_ticket_of_a_turn_that_the_switch_took_lies_in_the_queue_that_its_reply_names) {
  Desk desk;
  int turn = 0;
  for (const std::string& queue : std::vector<std::string>{"desk", "advisers"}) {
    BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::throw_switch, {},
                                       R"({"on":true,"reason":"r","queue":")" + queue + "\"}", Desk::agent("boss"))) ==
               "");
    const std::string who = std::to_string(++turn);
    const json::value reply =
        desk.unknown_turn("c-" + who, "k-" + who);  // the rules hand it off as well, to a queue of theirs
    BOOST_TEST(str(reply.at("handoff").at("cause")) == "switch");
    BOOST_TEST(str(reply.at("handoff").at("queue")) == queue);
    const json::value ticket = desk.ticket(handoff_of(reply));
    BOOST_TEST(str(ticket.at("queue")) == queue);
    BOOST_TEST(str(ticket.at("cause")) == "switch");
  }
  desk.verify();
}

BOOST_AUTO_TEST_CASE(the_switch_for_a_topic_takes_the_turns_that_are_of_it_or_may_be) {
  Desk desk;
  const auto throw_it = [&](bool on, const std::string& topic, const std::string& rest = {}) {
    return desk.command(gate::Command::Kind::throw_switch, {},
                        std::string(R"({"on":)") + (on ? "true" : "false") + R"(,"topic":")" + topic +
                            R"(","reason":"a bad model")" + rest + "}",
                        Desk::agent("boss"));
  };
  const auto product = [&](const std::string& kind) {
    return desk.turn(R"("answer":{"text":"hello"},"recommendation":{"products":[{"id":"p-1","name":"P")" +
                     (kind.empty() ? std::string() : R"(,"kind":")" + kind + "\"") + "}]}");
  };
  const gate::Reply unknown = throw_it(true, "loan");
  BOOST_TEST(Desk::code(unknown) == "out_of_range");
  BOOST_TEST(str(json::parse(unknown.body).at("errors").at(0).at("nearest")) == "loans");
  BOOST_TEST(Desk::code(throw_it(true, "贷款", R"(,"queue":"advisers")")) == "");  // by its other name

  const json::value loan = product("loan");
  BOOST_TEST(str(loan.at("verdict")) == "handoff");
  BOOST_TEST(str(loan.at("handoff").at("cause")) == "switch");
  BOOST_TEST(str(loan.at("handoff").at("queue")) == "advisers");
  BOOST_TEST(!loan.at("handoff").at("hold").as_bool());
  BOOST_TEST(said(loan) == "An adviser will be with you.");
  BOOST_TEST(str(product("").at("handoff").at("cause")) == "switch");  // it may be one
  BOOST_TEST(said(desk.hello()) == "hello");                           // no product: not of it
  BOOST_TEST(str(product("fund").at("verdict")) != "handoff");
  BOOST_TEST(Desk::code(throw_it(true, "large")) == "");
  desk.restart();
  BOOST_TEST(str(product("loan").at("verdict")) == "handoff");
  BOOST_TEST(
      str(desk.turn(R"("answer":{"text":"x"},"actions":[{"name":"share","amount":"10000 CNY"}])").at("verdict")) ==
      "handoff");
  BOOST_TEST(
      str(desk.turn(R"("answer":{"text":"x"},"actions":[{"name":"share","amount":"9999 CNY"}])").at("verdict")) ==
      "require");
  const json::value shown =
      json::parse(desk.gate->look({.kind = gate::Query::Kind::switch_}, Desk::agent("boss")).body);
  BOOST_TEST(!shown.at("on").as_bool());
  BOOST_TEST(shown.at("version").to_number<int>() == 2);
  BOOST_TEST(str(shown.at("topics").at(1).at("topic")) == "loans");
  BOOST_TEST(shown.at("topics").at(1).at("on").as_bool());
  BOOST_TEST(str(shown.at("topics").at(1).at("by")) == "boss");

  // The packs that are loaded next know no such topic: which turns were meant cannot be told, so all are handed over.
  desk.snapshot.put(Desk::other_rules());
  BOOST_TEST(str(desk.hello().at("verdict")) == "handoff");
  BOOST_TEST(Desk::code(throw_it(true, "loans")) == "out_of_range");
  BOOST_TEST(Desk::code(throw_it(false, "loans")) == "");
  BOOST_TEST(Desk::code(throw_it(false, "large")) == "");
  BOOST_TEST(said(desk.hello()) == "hello");
  BOOST_TEST(desk.records(audit::Kind::switch_thrown) == 4u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_record_names_the_topic_only_where_its_switch_took_the_turn) {
  Desk desk;
  const std::string loan =
      R"("answer":{"text":"hello"},"recommendation":{"products":[{"id":"p-1","name":"P","kind":"loan"}]})";
  const std::string id = handoff_of(desk.asks_for_a_person("c-2", "k-2"));
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::throw_switch, {},
                                     R"({"on":true,"topic":"loans","reason":"r"})", Desk::agent("boss"))) == "");
  const auto topic_of = [&](const json::value& reply) {
    const std::string result = desk.recorded(reply, audit::Section::result);
    const Result<cbor::Value> read = cbor::decode(result);
    const cbor::Value* topic = read.value().find(9);
    return topic == nullptr ? std::string() : std::string(topic->string);
  };
  BOOST_TEST(topic_of(desk.turn(loan)) == "loans");
  BOOST_TEST(topic_of(desk.turn(loan, "c-2", "k-2")) == "");  // held by the hand-off
  BOOST_TEST(topic_of(desk.hello()) == "");
  BOOST_TEST(desk.take(id) == "");
  BOOST_TEST(topic_of(desk.turn(R"("answer":{"text":"a loan","author":"person"},"recommendation":{"products":[)"
                                R"({"id":"p-1","name":"P","kind":"loan"}]})",
                                "c-2", "k-2", Desk::agent())) == "");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_topic_that_got_another_first_name_takes_its_turns_and_can_be_thrown_back) {
  Desk desk;
  const auto throw_it = [&](bool on, const std::string& topic) {
    return Desk::code(desk.command(
        gate::Command::Kind::throw_switch, {},
        std::string(R"({"on":)") + (on ? "true" : "false") + R"(,"topic":")" + topic + R"(","reason":"a bad model"})",
        Desk::agent("boss")));
  };
  BOOST_TEST(throw_it(true, "loans") == "");
  const std::filesystem::path pack = desk.folder / "pack";
  std::filesystem::copy(CAVEAT_SOURCE_DIR "/tests/adapters/gate/other_pack", pack);
  std::ofstream(pack / "pack.cav", std::ios::app) << "\nfacts product\n  kind one of (fund, loan)\n\n"
                                                     "topic credit also loans as product.kind is loan\n";
  Result<load::Loaded> read = load::load_rules({pack.string()}, Limits{});
  BOOST_REQUIRE(read);
  for (const Diagnostic& diagnostic : read->diagnostics) BOOST_TEST_MESSAGE(render(diagnostic, read->sources));
  BOOST_REQUIRE(read->rules);
  desk.snapshot.put(read->rules);

  const std::string loan = R"("answer":{"text":"hello"},"recommendation":{"products":[{"id":"p-1","kind":"loan"}]})";
  BOOST_TEST(said(desk.hello()) == "hello");
  BOOST_TEST(str(desk.turn(loan).at("verdict")) == "handoff");
  const json::value shown =
      json::parse(desk.gate->look({.kind = gate::Query::Kind::switch_}, Desk::agent("boss")).body);
  BOOST_TEST(str(shown.at("topics").at(1).at("topic")) == "loans");
  BOOST_TEST(shown.at("topics").at(1).at("declared").as_bool());
  BOOST_TEST(throw_it(false, "loans") == "");
  BOOST_TEST(said(desk.turn(loan)) == "hello");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_proof_serves_for_as_long_as_the_requirement_says_from_its_own_time) {
  Desk desk;
  const std::string publish = R"("answer":{"text":"done"},"actions":[{"name":"publish"}])";
  int conversation = 0;
  const auto with = [&](const std::string& at, const std::string& evidence, const std::string& more = {}) {
    const std::string where = "c-" + std::to_string(++conversation);
    const json::value asked = desk.turn(publish, where);
    BOOST_TEST(str(asked.at("verdict")) == "require");
    return str(desk.turn(publish + R"(,"continues":")" + str(asked.at("decision")) +
                             R"(","satisfied":[{"name":"lasting_consent","kind":"consent","by":"app","at":")" + at +
                             R"(","evidence":")" + evidence + "\"" + more + "}]",
                         where)
                   .at("verdict"));
  };
  const Microseconds hour = 3'600 * kSecond;
  const std::string given = format_instant(desk.clock.wall_us() - hour, 0);
  BOOST_TEST(with(given, "doc-1") == "allow");
  desk.clock.pass(20 * hour);
  BOOST_TEST(with(given, "doc-1") == "allow");  // the same purpose, within 24 hours of the proof
  desk.clock.pass(4 * hour);
  BOOST_TEST(with(given, "doc-1") == "require");
  BOOST_TEST(with(given, "doc-2") == "require");  // never used, and as old
  const std::string now = format_instant(desk.clock.wall_us() - kSecond, 0);
  const std::string soon = format_instant(desk.clock.wall_us() + hour, 0);
  BOOST_TEST(with(now, "doc-3", R"(,"expires":")" + soon + "\"") == "allow");
  desk.clock.pass(2 * hour);
  BOOST_TEST(with(now, "doc-3", R"(,"expires":")" + soon + "\"") == "require");  // it says itself that it is over
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_a_proof_has_served_for_it_serves_again_for_and_nothing_else) {
  // Of the table of requirements itself: one that lasts, for a purpose.
  const decide::Ruleset& rules = *Bench::rules();
  const gate::Asked asked{.caller = "bot-1",
                          .conversation = "c-1",
                          .customer = "k-1",
                          .rounds = 0,
                          .until = gate::kAskedFor,
                          .names = {"lasting_consent"},
                          .matter = {},
                          .since = 0,
                          .met = {}};
  const gate::Continuation next{.decision = "d-1",
                                .proofs = {{.name = "lasting_consent",
                                            .kind = "consent",
                                            .by = "app",
                                            .evidence = "doc-1",
                                            .at = 0,
                                            .expires = std::nullopt}}};
  const auto met = [&](const std::string& before) {
    std::optional<Problem> problem;
    const gate::Met found = gate::check(
        *rules.program, asked, next, Desk::bot(), {}, kSecond, 0,
        [&](const audit::StateKey&) { return before.empty() ? std::nullopt : std::optional(before); }, problem);
    BOOST_TEST(!problem.has_value());
    return found.requirements.size();
  };
  BOOST_TEST(met("") == 1u);
  BOOST_TEST(met("c-9\nk-1\nlasting_consent\np-9") == 1u);  // the same customer and requirement
  BOOST_TEST(met("c-9\nk-1\nconsent\np-1") == 0u);
  BOOST_TEST(met("c-9\nk-2\nlasting_consent\np-1") == 0u);
  BOOST_TEST(met("c-1\nk-1") == 0u);  // as an older log has it: what it served for is not known
}

BOOST_AUTO_TEST_CASE(a_proof_holds_for_what_was_asked_about) {
  Desk desk;
  desk.loads_beside(R"(requirement of_product
  ask en "Have you read what it costs?" zh "您看过费用说明了吗？"
  proof consent
  from app
  valid for product

requirement of_answer
  ask en "Do you take this contract?" zh "您接受这份合同吗？"
  proof consent
  from app
  valid for answer, 24 hours

facts order
  amount money CNY
  to list of record
    name text
    part money CNY
facts answer
  quoted money CNY

rule costs_first
    en "What it costs comes first" zh "先告知费用"
  cites HOUSE
  applies to recommendation
  when product.kind is loan
  then require of_product
    because en "it is a loan" zh "该产品为贷款"

rule contract_first
    en "A contract is taken" zh "合同须经接受"
  cites HOUSE
  applies to answer
  when answer contains "contract"
  then require of_answer
    because en "it is a contract" zh "涉及合同"
)");

  int number = 0;
  // What a turn that was asked about as `first` comes to as `second`, with a proof of a moment from then.
  const auto after = [&](const std::string& name, const std::string& first, const std::string& second,
                         Microseconds from_then = 0, const std::string& more = {}) {
    const std::string at = format_instant(desk.clock.wall_us() + from_then, 0);
    const std::string where = "c-" + std::to_string(++number);
    const json::value asked = desk.turn(first, where);
    BOOST_TEST(str(asked.at("verdict")) == "require");
    return str(desk.turn(second + R"(,"continues":")" + str(asked.at("decision")) + R"(","satisfied":[{"name":")" +
                             name + R"(","kind":"consent","by":"app","at":")" + at + R"(","evidence":"doc-)" +
                             std::to_string(number) + "\"" + more + "}]",
                         where)
                   .at("verdict"));
  };
  const auto loan = [](const std::string& id, const std::string& text = "as you like") {
    return R"("answer":{"text":")" + text + R"("},"recommendation":{"products":[{"id":")" + id +
           R"(","name":"P","kind":"loan"}]})";
  };
  const auto share = [](const std::string& amount, const std::string& rest = {}) {
    return R"("answer":{"text":"shared"},"actions":[{"name":"share")" +
           (amount.empty() ? std::string() : R"(,"amount":")" + amount + " CNY\"") + "}" + rest + "]";
  };
  const auto contract = [](const std::string& cost) {
    return R"("answer":{"text":"the contract costs )" + cost + R"("})";
  };
  // For a product: another text, not another product.
  BOOST_TEST(after("of_product", loan("p-1"), loan("p-1", "here it is")) == "allow");
  BOOST_TEST(after("of_product", loan("p-1"), loan("p-2")) == "require");
  // For the answer, said so or not said otherwise: nothing else may change.
  BOOST_TEST(after("of_answer", contract("5"), contract("5")) == "allow");
  BOOST_TEST(after("of_answer", contract("5"), contract("50000")) == "require");
  BOOST_TEST(after("consent", share("5"), share("5")) == "allow");
  BOOST_TEST(after("consent", share("5"), share("9999999")) == "require");
  BOOST_TEST(after("consent", share("5"), share("")) == "require");
  BOOST_TEST(after("consent", share(""), share("5")) == "require");  // nobody consented to an amount
  BOOST_TEST(after("consent", share("5"), share("5", R"(,{"name":"share"})")) == "require");
  BOOST_TEST(after("consent", share("5"), share("5") + R"(,"message":{"text":"yes"})") == "allow");
  // What stands in no product and no action is part of it too, members of lists and all that no rule reads.
  const std::string hello =
      R"("answer":{"text":"shared","quoted":"QQ CNY"},"order":{"amount":"AA CNY","to":TT},"actions":[{"name":"share"}])";
  const auto order = [&](std::string quoted, std::string amount, std::string to) {
    std::string body = hello;
    body.replace(body.find("QQ"), 2, quoted);
    body.replace(body.find("AA"), 2, amount);
    body.replace(body.find("TT"), 2, to);
    return body;
  };
  const std::string ann = R"([{"name":"Ann","part":"5 CNY"}])", mallory = R"([{"name":"Mallory","part":"5 CNY"}])";
  BOOST_TEST(after("consent", order("5", "5", ann), order("5", "5", ann)) == "allow");
  BOOST_TEST(after("consent", order("5", "5", ann), order("500000", "5", ann)) == "require");
  BOOST_TEST(after("consent", order("5", "5", ann), order("5", "500000", ann)) == "require");
  BOOST_TEST(after("consent", order("5", "5", ann), order("5", "5", mallory)) == "require");
  const auto weighed = [](const std::string& weight) {
    return R"("answer":{"text":"as you like"},"actions":[{"name":"share"}],"recommendation":{"products":[{"id":"p-1","name":"P",)"
           R"("kind":"fund","weight":")" +
           weight + R"( %"}]})";
  };
  BOOST_TEST(after("consent", weighed("5"), weighed("90")) == "require");
  // Given before anybody asked, it is no answer to that; one that holds for a time may be.
  const Microseconds hour = 3'600 * kSecond;
  BOOST_TEST(after("consent", share("5"), share("5"), -hour) == "require");
  BOOST_TEST(after("consent", share("5"), share("5"), -hour,
                   R"(,"expires":")" + format_instant(desk.clock.wall_us() + hour, 0) + "\"") == "require");
  BOOST_TEST(after("of_answer", contract("5"), contract("5"), -hour) == "allow");
  BOOST_TEST(after("of_answer", contract("5"), contract("5"), -25 * hour) == "require");
  BOOST_TEST(after("of_product", loan("p-1"), loan("p-1"), -hour) == "require");
  BOOST_TEST(after("of_product", loan("p-1"), loan("p-1"), -hour,
                   R"(,"expires":")" + format_instant(desk.clock.wall_us() + hour, 0) + "\"") == "allow");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_a_chain_of_continuations_has_met_stays_met_in_it) {
  Desk desk;
  const std::string both = R"("answer":{"text":"done"},"actions":[{"name":"share"},{"name":"publish"}])";
  const auto proof = [&](const std::string& name, const std::string& evidence, const std::string& at) {
    return R"({"name":")" + name + R"(","kind":"consent","by":"app","at":")" + at + R"(","evidence":")" + evidence +
           R"("})";
  };
  const auto continued = [&](const json::value& before, const std::string& body, const std::string& proofs) {
    return desk.turn(body + R"(,"continues":")" + str(before.at("decision")) + R"(","satisfied":[)" + proofs + "]");
  };
  const auto wanted = [](const json::value& reply) {
    std::string names;
    for (const json::value& one : reply.at("requires").as_array()) names += str(one.at("name")) + " ";
    return names;
  };
  const json::value asked = desk.turn(both);
  BOOST_TEST(wanted(asked) == "consent lasting_consent ");
  const std::string then = format_instant(desk.clock.wall_us(), 0);
  const json::value first = continued(asked, both, proof("consent", "doc-1", then));
  BOOST_TEST(wanted(first) == "lasting_consent ");
  // The customer said so long ago, when it was first asked for; what was met is not asked for again, and may be brought again.
  desk.clock.pass(3'600 * kSecond);
  const json::value second = continued(first, both, "");
  BOOST_TEST(wanted(second) == "lasting_consent ");
  const json::value third =
      continued(second, both, proof("consent", "doc-1", then) + "," + proof("lasting_consent", "doc-2", then));
  BOOST_TEST(str(third.at("verdict")) == "allow");

  // A proof that was brought for other words is none for these a round later, nor is another one of that moment.
  const std::string small = R"("answer":{"text":"ok"},"actions":[{"name":"share","amount":"5 CNY"}])";
  const std::string large = R"("answer":{"text":"ok"},"actions":[{"name":"share","amount":"9999999 CNY"}])";
  const json::value five = desk.turn(small);
  const std::string of_five = format_instant(desk.clock.wall_us(), 0);
  desk.clock.pass(3'600 * kSecond);  // more than clocks may differ by
  const json::value more = continued(five, large, proof("consent", "doc-6", of_five));
  BOOST_TEST(wanted(more) == "consent ");
  const json::value still = continued(more, large, proof("consent", "doc-6", of_five));
  BOOST_TEST(wanted(still) == "consent ");
  BOOST_TEST(str(continued(desk.turn(large), large, proof("consent", "doc-6", format_instant(desk.clock.wall_us(), 0)))
                     .at("verdict")) == "require");
  const json::value later = continued(desk.turn(small), large, "");
  BOOST_TEST(wanted(continued(later, large, proof("consent", "doc-7", of_five))) == "consent ");

  // What was met for other words is not met for these.
  const json::value again =
      continued(desk.turn(both), both, proof("consent", "doc-3", format_instant(desk.clock.wall_us(), 0)));
  BOOST_TEST(wanted(again) == "lasting_consent ");
  std::string other = both;
  other.replace(other.find("done"), 4, "sold");
  const json::value changed =
      continued(again, other, proof("lasting_consent", "doc-4", format_instant(desk.clock.wall_us(), 0)));
  BOOST_TEST(wanted(changed) == "consent ");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(where_packs_share_the_name_of_a_requirement_a_proof_says_whose_it_is_for) {
  Desk desk;
  desk.loads_beside(R"(requirement consent
  ask en "Would you show who you are?" zh "请出示身份证件。"
  proof consent, identity
  from app

rule who_first
    en "Who it is comes first" zh "须先核实身份"
  cites HOUSE
  applies to action
  when action.name is share
  then require consent
    because en "it goes to somebody else" zh "将提供给他人"
)",
                    R"(  default queue second_desk

queue second_desk
  say en "One moment." zh "请稍候。"

facts action
  name one of (transfer, share, publish)
  amount money CNY
)");

  const std::string share = R"("answer":{"text":"shared"},"actions":[{"name":"share"}])";
  const auto proof = [&](const std::string& name, const std::string& evidence) {
    return R"({"name":")" + name + R"(","kind":"consent","by":"app","at":")" + format_instant(desk.clock.wall_us(), 0) +
           R"(","evidence":")" + evidence + R"("})";
  };
  json::value asked = desk.turn(share);
  const auto again = [&](const std::string& proofs) {
    return desk.turn(share + R"(,"continues":")" + str(asked.at("decision")) + R"(","satisfied":[)" + proofs + "]");
  };
  std::vector<std::string> names;
  for (const json::value& one : asked.at("requires").as_array()) names.push_back(str(one.at("name")));
  std::sort(names.begin(), names.end());
  BOOST_TEST(names == (std::vector<std::string>{"test.gate/consent", "test.second/consent"}),
             boost::test_tools::per_element());
  // One proof would have met both: the customer's yes to the one is none to the other.
  const json::value which = again(proof("consent", "doc-1"));
  BOOST_TEST(str(which.at("code")) == "bad_continuation");
  BOOST_TEST(str(which.at("errors").at(0).at("expected")) ==
             "its name with its pack, since packs share it: test.gate/consent or test.second/consent");
  asked = again(proof("test.gate/consent", "doc-1"));
  BOOST_TEST(str(asked.at("verdict")) == "require");
  BOOST_TEST(asked.at("requires").as_array().size() == 1u);
  BOOST_TEST(str(asked.at("requires").at(0).at("name")) == "test.second/consent");
  // What was met stays met; of what is still asked for one has the name now.
  asked = again(proof("test.gate/consent", "doc-2"));
  BOOST_TEST(str(asked.at("requires").at(0).at("name")) == "test.second/consent");
  BOOST_TEST(str(again(proof("consent", "doc-2")).at("verdict")) == "allow");
  asked = desk.turn(share);
  BOOST_TEST(
      str(again(proof("test.gate/consent", "doc-3") + "," + proof("test.second/consent", "doc-4")).at("verdict")) ==
      "allow");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_proof_may_be_of_a_moment_from_now_as_far_as_clocks_may_differ) {
  Desk desk;
  const std::string share = R"("answer":{"text":"shared"},"actions":[{"name":"share"}])";
  const auto with = [&](Microseconds ahead, const std::string& evidence) {
    const json::value asked = desk.turn(share);
    return desk.turn(share + R"(,"continues":")" + str(asked.at("decision")) +
                     R"(","satisfied":[{"name":"consent","kind":"consent","by":"app","at":")" +
                     format_instant(desk.clock.wall_us() + ahead, 0) + R"(","evidence":")" + evidence + "\"}]");
  };
  BOOST_TEST(str(with(299 * kSecond, "doc-1").at("verdict")) == "allow");
  const json::value early = with(301 * kSecond, "doc-2");
  BOOST_TEST(str(early.at("code")) == "bad_continuation");
  BOOST_TEST(str(early.at("errors").at(0).at("path")) == "/satisfied/0/at");
}

BOOST_AUTO_TEST_CASE(closed_hand_offs_are_listed_the_newest_end_first) {
  Desk desk;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    const std::string name = std::to_string(i);
    ids.push_back(handoff_of(desk.asks_for_a_person("c-" + name, "k-" + name)));
    desk.take(ids.back());
    desk.close(ids.back());
  }
  const std::string open = handoff_of(desk.asks_for_a_person("c-9", "k-9"));
  const auto list = [&](gate::Query query, const gate::Caller& caller = Desk::agent()) {
    query.kind = gate::Query::Kind::handoffs;
    query.state = "closed";
    return json::parse(desk.gate->look(query, caller).body);
  };
  desk.restart();
  const json::value first = list({.limit = 2});
  BOOST_REQUIRE(first.at("items").as_array().size() == 2u);
  BOOST_TEST(str(first.at("items").at(0).at("id")) == ids[4]);
  BOOST_TEST(str(first.at("items").at(1).at("id")) == ids[3]);
  BOOST_TEST(str(first.at("items").at(0).at("state")) == "closed");
  BOOST_TEST(str(first.at("items").at(0).at("outcome")) == "resolved");
  std::vector<std::string> rest;
  for (std::string cursor = str(first.at("next")); !cursor.empty();) {
    const json::value page = list({.cursor = cursor, .limit = 2});
    for (const json::value& item : page.at("items").as_array()) rest.push_back(str(item.at("id")));
    cursor = page.as_object().contains("next") ? str(page.at("next")) : std::string();
  }
  BOOST_TEST(rest == (std::vector<std::string>{ids[2], ids[1], ids[0]}), boost::test_tools::per_element());
  const json::value his = list({.customer = "k-2"});
  BOOST_REQUIRE(his.at("items").as_array().size() == 1u);
  BOOST_TEST(str(his.at("items").at(0).at("id")) == ids[2]);
  BOOST_TEST(list({}, Desk::agent("chen", {"other"})).at("items").as_array().empty());
  BOOST_TEST(Desk::code(desk.gate->look({.kind = gate::Query::Kind::handoffs, .state = "closed", .cursor = "x"},
                                        Desk::agent())) == "out_of_range");
}

BOOST_AUTO_TEST_CASE(a_note_that_the_customer_withdrew_stands_on_the_ticket_and_he_is_held_all_the_same) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  const auto note = [&](const gate::Caller& caller, const std::string& version = "*") {
    return desk.command(gate::Command::Kind::note_handoff, id,
                        R"({"note":"he would rather go on alone","customer_withdrew":true})", caller, version);
  };
  BOOST_TEST(Desk::code(note(Desk::bot())) == "role");
  BOOST_TEST(Desk::code(note(Desk::agent("chen", {"other"}))) == "role");
  BOOST_TEST(Desk::code(note(Desk::agent(), "7")) == "stale_version");
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::note_handoff, id, "{}")) != "");
  BOOST_TEST(Desk::code(note(Desk::agent())) == "");
  desk.restart();
  const json::value ticket = desk.ticket(id);
  BOOST_TEST(ticket.at("customer_withdrew").as_bool());
  BOOST_TEST(str(ticket.at("note")) == "he would rather go on alone");
  BOOST_TEST(desk.state() == "waiting");
  BOOST_TEST(said(desk.hello()) == "Connecting you to a person.");
  BOOST_TEST(desk.records(audit::Kind::feedback) == 1u);
  desk.take(id);
  desk.close(id);
  BOOST_TEST(Desk::code(note(Desk::agent())) == "wrong_state");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(the_wait_to_expect_is_the_middle_of_the_last_ones_or_is_not_told) {
  Desk desk;
  const auto waits = [&](const std::string& who, int seconds) {
    const std::string id = handoff_of(desk.asks_for_a_person("c-" + who, "k-" + who));
    desk.clock.pass(seconds * kSecond);
    BOOST_TEST(desk.take(id) == "");
  };
  const json::value first = desk.asks_for_a_person("c-0", "k-0");
  BOOST_TEST(!first.at("handoff").as_object().contains("expected_wait"));
  waits("1", 30);
  waits("2", 110);
  waits("3", 900);
  BOOST_TEST(str(desk.asks_for_a_person("c-4", "k-4").at("handoff").at("expected_wait")) == "PT2M");
  const auto queues = [&] {
    return json::parse(desk.gate->look({.kind = gate::Query::Kind::queues}, Desk::bot()).body).at("items");
  };
  BOOST_TEST(str(queues().at(1).at("name")) == "desk");
  BOOST_TEST(str(queues().at(1).at("expected_wait")) == "PT2M");
  BOOST_TEST(!queues().at(0).as_object().contains("expected_wait"));  // nobody was taken there
  desk.clock.pass(3'601 * kSecond);
  BOOST_TEST(!desk.asks_for_a_person("c-5", "k-5").at("handoff").as_object().contains("expected_wait"));
}

BOOST_AUTO_TEST_CASE(what_changes_nothing_is_told_only_when_what_it_stands_on_is_on_disk) {
  for (int round = 0; round < 20; ++round) {
    Desk desk;
    const std::string id = handoff_of(desk.asks_for_a_person());
    desk.control.failing = 1;
    std::promise<gate::Reply> first, second;
    const gate::Command take{.kind = gate::Command::Kind::take_handoff, .target = id, .if_match = "*"};
    desk.gate->perform(take, Desk::agent(), [&](const gate::Reply& reply) { first.set_value(reply); });
    desk.gate->perform(take, Desk::agent(), [&](const gate::Reply& reply) { second.set_value(reply); });
    const gate::Reply one = first.get_future().get(), two = second.get_future().get();
    const bool told = one.problem == nullptr || two.problem == nullptr;
    desk.control.failing = 0;
    desk.restart();
    BOOST_TEST(desk.state() == (told ? "person" : "waiting"));
  }
}

BOOST_AUTO_TEST_CASE(deliveries_are_held_against_what_was_to_be_said) {
  Desk desk;
  const json::value allowed = desk.hello();
  const auto confirm = [&](const json::value& reply, const std::string& words, const gate::Caller& caller) {
    const std::string body =
        R"({"decision":")" + str(reply.at("decision")) + R"(","text_digest":"sha256:)" + hex(sha256(words)) + R"("})";
    const gate::Reply done = desk.command(gate::Command::Kind::confirm_deliveries, {}, body, caller);
    BOOST_REQUIRE_MESSAGE(done.problem == nullptr, done.body);
    return str(json::parse(done.body).at(0).at("match"));
  };
  BOOST_TEST(confirm(allowed, "hello", Desk::bot()) == "same");
  BOOST_TEST(confirm(allowed, "hello", Desk::bot()) == "same");
  BOOST_TEST(desk.records(audit::Kind::delivery_confirmed) == 1u);
  BOOST_TEST(confirm(allowed, "hello!", Desk::bot()) == "changed");
  gate::Caller other = Desk::bot();
  other.id = "bot-2";
  BOOST_TEST(confirm(allowed, "hello", other) == "unknown");
  // Twice in one list.
  const std::string twice = R"({"decision":")" + str(desk.hello("c-5", "k-5").at("decision")) +
                            R"(","text_digest":"sha256:)" + hex(sha256(std::string("hello"))) + R"("})";
  const gate::Reply both =
      desk.command(gate::Command::Kind::confirm_deliveries, {}, "[" + twice + "," + twice + "]", Desk::bot());
  for (int i = 0; i < 2; ++i) BOOST_TEST(str(json::parse(both.body).at(i).at("match")) == "same");
  BOOST_TEST(desk.records(audit::Kind::delivery_confirmed) == 3u);
  const json::value second = desk.hello(), unsent = desk.hello();
  const json::value opened = desk.asks_for_a_person();
  desk.clock.pass(kSecond);
  BOOST_TEST(confirm(second, "hello", Desk::bot()) == "late");
  BOOST_TEST(confirm(opened, "Connecting you to a person.", Desk::bot()) == "same");
  BOOST_TEST(desk.records(audit::Kind::delivery_confirmed) == 5u);
  // Sent while a person was awaited, confirmed after one had taken it.
  const std::string sent = format_instant(desk.clock.wall_us(), 0);
  desk.clock.pass(10 * kSecond);
  BOOST_TEST(desk.take(handoff_of(opened)) == "");
  const gate::Reply late =
      desk.command(gate::Command::Kind::confirm_deliveries, {},
                   R"({"decision":")" + str(unsent.at("decision")) + R"(","text_digest":"sha256:)" +
                       hex(sha256(std::string("hello"))) + R"(","at":")" + sent + R"("})",
                   Desk::bot());
  BOOST_TEST(str(json::parse(late.body).at(0).at("match")) == "late");
  // And after it has been closed: it was sent while it held.
  const json::value third = desk.hello("c-7", "k-7"), later = desk.hello("c-7", "k-7");
  const std::string again = handoff_of(desk.asks_for_a_person("c-7", "k-7"));
  desk.clock.pass(10 * kSecond);
  const std::string within = format_instant(desk.clock.wall_us(), 0);
  desk.clock.pass(10 * kSecond);
  desk.take(again);
  desk.close(again);
  desk.clock.pass(10 * kSecond);
  const auto confirm_at = [&](const json::value& reply, const std::string& at) {
    const gate::Reply done =
        desk.command(gate::Command::Kind::confirm_deliveries, {},
                     R"({"decision":")" + str(reply.at("decision")) + R"(","text_digest":"sha256:)" +
                         hex(sha256(std::string("hello"))) + R"(","at":")" + at + R"("})",
                     Desk::bot());
    return str(json::parse(done.body).at(0).at("match"));
  };
  BOOST_TEST(confirm_at(third, within) == "late");
  BOOST_TEST(confirm_at(later, format_instant(desk.clock.wall_us(), 0)) == "same");
  const gate::Reply bad = desk.command(gate::Command::Kind::confirm_deliveries, {},
                                       R"([{"decision":"d"},{"text_digest":"x"}])", Desk::bot());
  BOOST_TEST(json::parse(bad.body).at("errors").as_array().size() == 3u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_delivery_that_is_confirmed_many_times_at_once_is_recorded_once) {
  Desk desk;
  for (int round = 0; round < 10; ++round) {
    const json::value reply = desk.hello("c-" + std::to_string(round), "k-" + std::to_string(round));
    const std::string body = R"({"decision":")" + str(reply.at("decision")) + R"(","text_digest":")" +
                             hex(sha256(std::string("hello"))) + "\"}";
    std::vector<std::promise<gate::Reply>> replies(8);
    for (std::promise<gate::Reply>& one : replies)
      desk.gate->perform({.kind = gate::Command::Kind::confirm_deliveries, .body = body}, Desk::bot(),
                         [&](const gate::Reply& told) { one.set_value(told); });
    for (std::promise<gate::Reply>& one : replies) {
      const json::value told = json::parse(one.get_future().get().body);
      BOOST_TEST(str(told.at(0).at("match")) == "same");
    }
  }
  BOOST_TEST(desk.records(audit::Kind::delivery_confirmed) == 10u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_list_of_hand_offs_shows_nothing_that_was_said_and_is_no_look_at_what_is_sealed) {
  Desk desk;
  const std::string id =
      handoff_of(desk.turn(R"("message":{"text":"an agent please, canary-asked"},"answer":{"text":"canary-said"})"));
  const gate::Reply asked =
      desk.command(gate::Command::Kind::open_handoff, {}, R"({"conversation":"c-2","reason":"canary-reason"})");
  for (const std::string& one : {id, str(json::parse(asked.body).at("id"))}) {
    desk.take(one);
    BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::close_handoff, one,
                                       R"({"outcome":"resolved","note":"canary-note","customer_agreed":true})")) == "");
  }
  handoff_of(desk.turn(R"("message":{"text":"an agent please, canary-asked"},"answer":{"text":"canary-said"})"));
  for (const char* state : {"closed", "waiting"}) {
    const gate::Reply list = desk.gate->look({.kind = gate::Query::Kind::handoffs, .state = state}, Desk::agent());
    BOOST_TEST(!json::parse(list.body).at("items").as_array().empty(), state);
    BOOST_TEST(list.body.find("canary") == std::string::npos, state);
  }
  BOOST_TEST(desk.records(audit::Kind::viewed) == 0u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(the_body_of_a_command_is_read_as_strictly_as_a_turn) {
  Desk desk;
  using Kind = gate::Command::Kind;
  const auto problem = [&](Kind kind, const std::string& body) {
    const gate::Reply reply = desk.command(kind, {}, body, Desk::agent("boss"));
    BOOST_REQUIRE(reply.problem != nullptr);
    const json::value told = json::parse(reply.body).at("errors").at(0);
    return Desk::code(reply) + " " + str(told.at("path"));
  };
  BOOST_TEST(problem(Kind::throw_switch, R"({"on":true,"reason":"r","on":false})") == "repeated_key /on");
  BOOST_TEST(problem(Kind::throw_switch, R"({"on":true,"\u006fn":false,"reason":"r"})") == "repeated_key /on");
  BOOST_TEST(problem(Kind::throw_switch, R"({"on":1,"reason":"r"})") == "wrong_type /on");
  const auto paths = [&](Kind kind, const std::string& body) {
    const gate::Reply reply = desk.command(kind, {}, body, Desk::agent("boss"));
    BOOST_REQUIRE(reply.problem != nullptr);
    std::string out = Desk::code(reply);
    const json::value told = json::parse(reply.body);
    for (const json::value& error : told.at("errors").as_array()) out += " " + str(error.at("path"));
    return out;
  };
  // What is wrong with the bytes hides nothing beside it, where the rest of them can be read.
  BOOST_TEST(paths(Kind::throw_switch, R"({"on":1,"on":2,"reason":7,"x":01,"y":1})") ==
             "repeated_key /on /x /reason /y");
  BOOST_TEST(paths(Kind::throw_switch, R"({"on":1,"reason":7} {})") == "trailing_bytes  /on /reason");
  BOOST_TEST(paths(Kind::throw_switch, R"({"on":1,"reason":7,"x":tru})") == "not_json /x");
  BOOST_TEST(paths(Kind::confirm_deliveries, R"([{"decision":"d","decision":"e","text_digest":7},{"x":1}])") ==
             "repeated_key /0/decision /0/text_digest /1/decision /1/text_digest /1/x");
  BOOST_TEST(problem(Kind::throw_switch, R"({"on":true,"reason":null})") == "wrong_type /reason");
  BOOST_TEST(problem(Kind::throw_switch, R"({"on":true,"reason":"r","topics":"x"})") == "unknown_member /topics");
  BOOST_TEST(problem(Kind::throw_switch, R"({"on":true,"reason":"\ud800"})") == "bad_utf8 /reason");
  BOOST_TEST(problem(Kind::throw_switch, R"({"on":true,"reason":")" + std::string(4'001, 'a') + "\"}") ==
             "out_of_range /reason");
  BOOST_TEST(problem(Kind::throw_switch, "") == "wrong_type /on");
  for (const char* body : {"{", "[", "{} {}", "\xff"})
    BOOST_TEST(desk.command(Kind::throw_switch, {}, body).problem->http_status == 400);
  BOOST_TEST(problem(Kind::throw_switch, "[]") == "wrong_type ");
  BOOST_TEST(problem(Kind::open_handoff, "7") == "wrong_type ");
  // An id that no turn can carry would hold nobody.
  BOOST_TEST(problem(Kind::open_handoff, R"({"conversation":"c-1 ","reason":"r"})") == "out_of_range /conversation");
  BOOST_TEST(problem(Kind::open_handoff, R"({"customer":"k\u200b1","reason":"r"})") == "out_of_range /customer");
  BOOST_TEST(problem(Kind::confirm_deliveries, R"([{"decision":"d","text_digest":"x","decision":"e"}])") ==
             "repeated_key /0/decision");
  BOOST_TEST(problem(Kind::confirm_deliveries, "[7]") == "wrong_type /0");
  BOOST_TEST(problem(Kind::confirm_deliveries, "[{}] [{}]") == "trailing_bytes ");
  std::string many = "[{}";
  for (int i = 0; i < 1'000; ++i) many += ",{}";
  BOOST_TEST(problem(Kind::confirm_deliveries, many + "]") == "too_many ");
  std::string strange = "{";
  for (int i = 0; i < 200; ++i) strange += "\"x" + std::to_string(i) + "\":1,";
  strange.back() = '}';
  const json::value told = json::parse(desk.command(Kind::throw_switch, {}, strange).body);
  BOOST_TEST(told.at("errors").as_array().size() ==
             gate::Body::kMostMistakes);  // not one for each few bytes of a stranger's
  BOOST_TEST(desk.records(audit::Kind::switch_thrown) == 0u);
}

BOOST_AUTO_TEST_CASE(a_failed_commit_drops_what_it_would_have_changed) {
  Desk desk;
  desk.hello();
  desk.control.failing = 1;
  BOOST_TEST(str(desk.asks_for_a_person().at("code")) == "storage");
  BOOST_TEST(desk.state() == "bot");
  BOOST_TEST(said(desk.hello()) == "hello");
  const std::string id = handoff_of(desk.asks_for_a_person());
  desk.control.failing = 1;
  BOOST_TEST(desk.take(id) == "storage");
  BOOST_TEST(desk.state() == "waiting");
  BOOST_TEST(desk.take(id) == "");
  desk.control.failing = 1;
  BOOST_TEST(desk.close(id) == "storage");
  BOOST_TEST(desk.state() == "person");
  BOOST_TEST(str(desk.hello().at("verdict")) == "handoff");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_as_one_with_the_room_that_is_wanted) {
  Desk desk;
  std::uint64_t free = 3u << 20;
  desk.gate = desk.Bench::gate(
      {.threads = 2, .disk = [&free] { return gate::DiskRoom{.free_bytes = free, .free_percent = 1}; }});
  const auto is_full = [](const json::value& told) {
    BOOST_TEST(str(told.at("code")) == "storage");
    const json::value& what = told.at("errors").at(0);
    BOOST_TEST(str(what.at("expected")) == "at least 64 MiB free on the disks of the log and its keys");
    BOOST_TEST(str(what.at("found")) == "a full disk: 3 MiB are free");
    BOOST_TEST(str(what.at("hint")) == "make room there, then send this again: the log goes on by itself");
  };
  const json::value decided = desk.hello();
  const std::string id = handoff_of(desk.asks_for_a_person("c-2", "k-2"));
  const gate::Command commands[] = {
      {.kind = gate::Command::Kind::open_handoff, .body = R"({"conversation":"c-3","reason":"r"})"},
      {.kind = gate::Command::Kind::take_handoff, .target = id, .if_match = "*"},
      {.kind = gate::Command::Kind::throw_switch, .if_match = "*", .body = R"({"on":true,"reason":"r"})"},
      {.kind = gate::Command::Kind::confirm_deliveries,
       .body = R"({"decision":")" + str(decided.at("decision")) + R"(","text_digest":"sha256:)" + std::string(64, '0') +
               "\"}"}};
  for (const gate::Command& command : commands) {
    desk.control.failing = 1;
    const bool by_bot = command.kind == gate::Command::Kind::confirm_deliveries;
    is_full(json::parse(desk.perform(command, by_bot ? Desk::bot() : Desk::agent()).body));
    BOOST_TEST(desk.control.failing == 0);
  }
  desk.control.failing = 1;
  is_full(desk.hello());
  desk.control.failing = 1;
  is_full(json::parse(
      desk.gate->look({.kind = gate::Query::Kind::handoff, .target = id, .language = Language::en}, Desk::agent())
          .body));
  free = 64u << 20;
  desk.control.failing = 1;
  const json::value other = desk.hello();
  BOOST_TEST(str(other.at("errors").at(0).at("expected")) == "a decision that is on disk before it is answered");
  BOOST_TEST(str(other.at("errors").at(0).at("hint")) ==
             "nothing keeps it meanwhile: send it again; GET /readyz says what the server lacks");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(wherever_an_error_stops_a_step_the_desk_says_what_the_log_says) {
  using Step = std::function<void(Desk&)>;
  const auto waiting = [](Desk& desk) { desk.asks_for_a_person("c-1", ""); };
  const auto person = [](Desk& desk) { desk.take(handoff_of(desk.asks_for_a_person())); };
  const auto its_id = [](Desk& desk) {
    const gate::Reply reply = desk.gate->look({.kind = gate::Query::Kind::conversation, .target = "c-1"}, Desk::bot());
    return str(json::parse(reply.body).at("handoffs").at(0));
  };
  const std::pair<Step, Step> steps[] = {
      {[](Desk&) {}, [](Desk& desk) { desk.asks_for_a_person(); }},
      {waiting, [](Desk& desk) { desk.hello(); }},  // says whose conversation it is
      {waiting, [](Desk& desk) { desk.turn(R"("message":{"text":"my card was stolen, agent"})"); }},
      {waiting, [&](Desk& desk) { desk.take(its_id(desk)); }},
      {person, [&](Desk& desk) { desk.close(its_id(desk)); }},
      {[](Desk& desk) { desk.unknown_turn(); }, [](Desk& desk) { desk.hello(); }},  // closes the ticket of one turn
  };
  for (const auto& [before, step] : steps) {
    bool reached = true;
    for (int call = 1; reached; ++call) {
      Desk desk;
      before(desk);
      desk.random.fails_at = call;
      step(desk);
      reached = desk.random.fails_at == 0;
      desk.random.fails_at = 0;
      int tries = 0;  // until what was forsaken is gone
      while (desk.turn(R"("message":{"text":"hm"})", "c-9", "k-9").as_object().contains("code") && tries < 1'000)
        ++tries;
      BOOST_TEST(tries < 1'000);
      const std::string state = desk.state(), hello = said(desk.hello("c-2", "k-1"));
      desk.restart();
      BOOST_TEST(desk.state() == state);
      BOOST_TEST(said(desk.hello("c-3", "k-1")) == hello);
      desk.verify();
    }
  }
}

BOOST_AUTO_TEST_CASE(hand_offs_are_listed_most_urgent_first_by_pages_and_by_the_queues_of_the_agent) {
  Desk desk;
  desk.asks_for_a_person("c-1", "k-1");
  desk.clock.pass(kSecond);
  desk.asks_for_a_person("c-2", "k-2");
  const std::string urgent =
      handoff_of(desk.turn(R"("message":{"text":"my card was stolen"},"answer":{"text":"oh"})", "c-3", "k-3"));
  gate::Query query{.kind = gate::Query::Kind::handoffs};
  query.limit = 2;
  const gate::Reply first = desk.gate->look(query, Desk::agent());
  const json::array items = json::parse(first.body).at("items").as_array();
  BOOST_REQUIRE(items.size() == 2u);
  BOOST_TEST(str(items[0].at("id")) == urgent);
  BOOST_TEST(str(items[1].at("conversation")) == "c-1");
  query.cursor = first.next;
  const gate::Reply second = desk.gate->look(query, Desk::agent());
  BOOST_TEST(json::parse(second.body).at("items").as_array().size() == 1u);
  BOOST_TEST(second.next == "");
  BOOST_TEST(json::parse(desk.gate->look({.kind = gate::Query::Kind::handoffs}, Desk::agent("chen", {"advisers"})).body)
                 .at("items")
                 .as_array()
                 .size() == 1u);
  gate::Query foreign{.kind = gate::Query::Kind::handoffs};
  foreign.queue = "desk";
  BOOST_TEST(Desk::code(desk.gate->look(foreign, Desk::agent("chen", {"advisers"}))) == "role");
}

BOOST_AUTO_TEST_CASE(a_cursor_that_no_list_gave_is_refused_and_not_taken_for_the_end) {
  Desk desk;
  desk.asks_for_a_person("c-1", "k-1");
  desk.asks_for_a_person("c-2", "k-2");
  gate::Query query{.kind = gate::Query::Kind::handoffs, .limit = 1};
  const std::string real = desk.gate->look(query, Desk::agent()).next;
  for (const std::string& cursor : {std::string("junk"), std::string("~"), std::string("5"), real.substr(2),
                                    real.substr(0, 20), "x" + real, real.substr(0, 44)}) {
    query.cursor = cursor;
    const gate::Reply reply = desk.gate->look(query, Desk::agent());
    BOOST_TEST(Desk::code(reply) == "out_of_range", cursor);
    BOOST_TEST(str(json::parse(reply.body).at("errors").at(0).at("path")) == "/cursor");
  }
  query.cursor = real;
  BOOST_TEST(json::parse(desk.gate->look(query, Desk::agent()).body).at("items").as_array().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_refused_move_tells_what_was_found_and_the_second_person_who_has_it) {
  Desk desk;
  using Kind = gate::Command::Kind;
  const std::string id = handoff_of(desk.asks_for_a_person());
  const auto told = [&](Kind kind, const std::string& body, const gate::Caller& caller) {
    const gate::Reply reply = desk.command(kind, id, body, caller);
    BOOST_REQUIRE(reply.problem != nullptr);
    return json::parse(reply.body).at("errors").at(0);
  };
  for (const auto& [kind, body] : std::vector<std::pair<Kind, std::string>>{
           {Kind::close_handoff, R"({"outcome":"resolved"})"}, {Kind::return_handoff, "{}"}}) {
    const json::value waits = told(kind, body, Desk::agent());
    BOOST_TEST(str(waits.at("found")) == "waiting");
    BOOST_TEST(str(waits.at("hint")) == "take it first: POST /v1/handoffs/" + id + "/take");
  }
  desk.take(id);
  const gate::Caller wang = Desk::agent("wang");
  for (const auto& [kind, body] : std::vector<std::pair<Kind, std::string>>{
           {Kind::take_handoff, ""}, {Kind::open_handoff, R"({"conversation":"c-1","reason":"r","take":true})"}}) {
    const json::value taken = told(kind, body, wang);
    BOOST_TEST(str(taken.at("found")).starts_with("li has had it since 2026-"), taken);
    BOOST_TEST(!str(taken.at("hint")).empty());
  }
  BOOST_TEST(str(told(Kind::return_handoff, "{}", Desk::agent()).at("found")) == "none");
  const json::value no = told(Kind::return_handoff, R"({"customer_agreed":false})", Desk::agent());
  BOOST_TEST(str(no.at("found")) == "false");
  BOOST_TEST(str(no.at("path")) == "/customer_agreed");
  desk.close(id);
  const json::value closed = told(Kind::take_handoff, "", Desk::agent());
  BOOST_TEST(str(closed.at("found")) == "closed");
  BOOST_TEST(!closed.as_object().contains("hint"));
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_with_a_command_is_told_at_once) {
  Desk desk;
  using Kind = gate::Command::Kind;
  const auto told = [](const gate::Reply& reply) {
    std::string out = Desk::code(reply);
    const json::value problem = json::parse(reply.body);
    for (const json::value& error : problem.at("errors").as_array()) out += " " + str(error.at("path"));
    return out;
  };
  const std::string id = handoff_of(desk.asks_for_a_person());
  BOOST_TEST(told(desk.command(Kind::close_handoff, id, R"({"outcom":"resolved"})", Desk::agent(), "")) ==
             "wrong_type /outcome /outcom ");  // and the version
  BOOST_TEST(told(desk.command(Kind::throw_switch, {}, R"({"on":1,"reason":"r"})", Desk::agent("boss"), "")) ==
             "wrong_type /on ");
  BOOST_TEST(told(desk.command(Kind::open_handoff, {}, R"({"conversation":"c-5","queue":"advisers","take":true})",
                               Desk::agent("chen", {"desk"}))) == "role /queue /reason");
  BOOST_TEST(told(desk.command(Kind::open_handoff, {}, R"({"conversation":"c-5","queue":"dask","take":true})",
                               Desk::agent("chen", {}))) == "wrong_type /reason /queue");
  BOOST_TEST(told(desk.command(Kind::open_handoff, {}, R"({"conversation":"c-5","take":true})", Desk::bot())) ==
             "role /take /reason");
  gate::Query query{.kind = gate::Query::Kind::handoffs};
  query.queue = "advisers";
  query.cursor = "junk";
  query.state = "open";
  BOOST_TEST(told(desk.gate->look(query, Desk::agent("chen", {"desk"}))) == "role /queue /state /cursor");
  BOOST_TEST(desk.records(audit::Kind::handoff_opened) == 1u);
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_with_a_turn_is_told_at_once_and_the_lowest_status_names_it) {
  Desk desk;
  const std::string action = R"("actions":[{"name":"transfer","amount":5}])";
  const auto told = [&](const std::string& rest, const gate::Caller& caller = Desk::bot(), gate::TakeOptions how = {}) {
    std::promise<gate::Reply> answered;
    desk.gate->take(R"({"id":"e-1","language":"en",)" + rest + "}", caller, how,
                    [&](const gate::Reply& reply) { answered.set_value(reply); });
    const gate::Reply reply = answered.get_future().get();
    std::string out = Desk::code(reply);
    const json::value problem = json::parse(reply.body);
    for (const json::value& error : problem.at("errors").as_array()) out += " " + str(error.at("path"));
    return out;
  };
  const Problem sent_badly{&wire::codes::kOutOfRange,
                           {{.path = "", .expected = "a", .found = "b", .nearest = {}, .hint = {}}}};
  const std::string old = R"(,"at":"2020-01-01T00:00:00Z")", early = R"(,"at":"2036-01-01T00:00:00Z")";
  BOOST_TEST(told(action + old) == "time_not_allowed /at /actions/0/amount");
  BOOST_TEST(told(action + early) == "unit_missing /actions/0/amount /at");
  BOOST_TEST(told(action + R"(,"xy":1,"satisfied":[])") == "unknown_member /xy /actions/0/amount /satisfied");
  BOOST_TEST(told(action + R"(,"continues":7,"answer":{"text":"x","author":"person"})" + old) ==
             "time_not_allowed /at /answer/author /actions/0/amount /continues");
  BOOST_TEST(told(action, Desk::agent()) == "role /answer/author /actions/0/amount");
  BOOST_TEST(told(action + old, Desk::bot(), {.header_id = "e-2", .amiss = &sent_badly}) ==
             "id_mismatch /id /at  /actions/0/amount");
  BOOST_TEST(told(R"("answer":{"text":"x"})", Desk::bot(), {.amiss = &sent_badly}) == "out_of_range ");
  BOOST_TEST(told(R"("answer":{"text":"x"},"answer":{"text":"y"})", Desk::bot(), {.header_id = "e-2"}) ==
             "repeated_key /answer /id");
  // What is wrong with the bytes hides nothing beside it, where the rest of them can be read.
  BOOST_TEST(told(R"("answer":{"text":"x"},"answer":{"text":7},"customer":{"x":1},"z":02)") ==
             "repeated_key /answer /z /customer/x");
  BOOST_TEST(told(action + R"(,"continues":01,"xy":1,"answer":{"text":7})") ==
             "bad_number /continues /xy /answer/text /actions/0/amount");
  BOOST_TEST(told(R"("message":01)") == "bad_number /message");  // and not: nothing to judge
  BOOST_TEST(told(R"("answer":{"text":"x"},"customer":{"x":1},"y":tru)") ==
             "not_json /y");                                                   // behind it nobody can tell
  BOOST_TEST(told(R"("customer":{"x":1})") == "unknown_member /customer/x ");  // and nothing to judge
  // What was sent under a wrong name is not missing besides.
  BOOST_TEST(told(R"("answr":{"text":"x"})") == "unknown_member /answr");
  BOOST_TEST(told(R"("answr":{"text":"x"})", Desk::agent()) == "unknown_member /answr");
  BOOST_TEST(told(R"("answer":{"text":"x","autor":"person"})", Desk::agent()) == "unknown_member /answer/autor");
  BOOST_TEST(told(R"("answer":"x")", Desk::agent()) == "wrong_type /answer");
  BOOST_TEST(desk.decisions() == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_not_looked_up_is_left_out_of_a_reply_and_not_told_as_none) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  for (const auto& [kind, body] : std::vector<std::pair<gate::Command::Kind, std::string>>{
           {gate::Command::Kind::take_handoff, "{}"},
           {gate::Command::Kind::note_handoff, R"({"note":"n"})"},
           {gate::Command::Kind::pass_handoff, R"({"queue":"advisers","note":"n"})"}}) {
    const json::object told = json::parse(desk.command(kind, id, body).body).as_object();
    BOOST_TEST(told.contains("note"));
    for (const char* member : {"story", "turns", "earlier"}) BOOST_TEST(!told.contains(member), member);
  }
  const json::object looked = desk.ticket(id).as_object();
  BOOST_TEST(looked.at("turns").as_array().size() == 1u);
  BOOST_TEST(looked.at("earlier").as_array().empty());
}

BOOST_AUTO_TEST_CASE(a_ticket_tells_who_passed_it_from_where_and_what_each_wrote) {
  Desk desk;
  using Kind = gate::Command::Kind;
  const std::string id = handoff_of(desk.asks_for_a_person());
  const auto note = [&](const std::string& text) {
    BOOST_TEST(Desk::code(desk.command(Kind::note_handoff, id, R"({"note":")" + text + R"("})")) == "");
  };
  const auto pass = [&](const std::string& to, const std::string& by, const std::string& text) {
    BOOST_TEST(Desk::code(desk.command(Kind::pass_handoff, id, R"({"queue":")" + to + R"(","note":")" + text + R"("})",
                                       Desk::agent(by))) == "");
  };
  const auto told = [&] {
    std::string all;
    const json::value ticket = desk.ticket(id);
    for (const json::value& value : ticket.at("notes").as_array()) {
      const json::object& one = value.as_object();
      BOOST_TEST(str(one.at("at")).starts_with("2026-"));
      all += str(one.at("by")) + ": " + str(one.at("note"));
      if (one.contains("to")) all += " (" + str(one.at("from")) + " to " + str(one.at("to")) + ")";
      all += "\n";
    }
    return all;
  };
  BOOST_TEST(told() == "");
  pass("advisers", "li", "please look at his loan");
  note("he called again");
  pass("desk", "wang", "not ours");
  const std::string all =
      "li: please look at his loan (desk to advisers)\nli: he called again\nwang: not ours (advisers to desk)\n";
  BOOST_TEST(told() == all);
  desk.restart();
  BOOST_TEST(told() == all);
  desk.take(id);
  BOOST_TEST(desk.close(id) == "");
  BOOST_TEST(told() == all + "li: done\n");
  const json::value next = desk.ticket(handoff_of(desk.asks_for_a_person()));
  BOOST_TEST(str(next.at("earlier").at(0).at("note")) == "done");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(no_number_of_notes_pushes_a_pass_off_a_ticket) {
  gate::Ticket ticket;
  ticket.add_note({.by = "li", .text = "first", .at = 0, .from = {}, .to = {}});
  ticket.add_note({.by = "li", .text = "he wants a loan", .at = 1, .from = "desk", .to = "advisers"});
  for (int i = 0; i < 40; ++i)
    ticket.add_note(
        {.by = "wang", .text = std::string(3'000, 'a') + std::to_string(i), .at = 2 + i, .from = {}, .to = {}});
  BOOST_TEST(ticket.notes.size() <= gate::kNotesKept + 1);
  BOOST_TEST(ticket.notes[0].text == "first");
  BOOST_TEST(ticket.notes[1].text == "he wants a loan");
  BOOST_TEST(ticket.notes.back().text.ends_with("39"));
  for (int i = 0; i < 40; ++i)
    ticket.add_note({.by = "li", .text = std::to_string(i), .at = 50 + i, .from = "advisers", .to = "desk"});
  const auto passes =
      std::count_if(ticket.notes.begin(), ticket.notes.end(), [](const auto& one) { return !one.to.empty(); });
  BOOST_TEST(passes == static_cast<std::ptrdiff_t>(gate::kNotesKept));
  BOOST_TEST(ticket.notes[1].text == "he wants a loan");
  BOOST_TEST(ticket.notes.back().text == "39");
  BOOST_TEST(std::is_sorted(ticket.notes.begin(), ticket.notes.end(),
                            [](const auto& a, const auto& b) { return a.at < b.at; }));
}

BOOST_AUTO_TEST_CASE(a_ticket_keeps_the_newest_notes_and_is_read_as_it_was_written_before_there_were_any) {
  gate::Ticket ticket;
  ticket.id = "h-1";
  ticket.note = "of before";
  const std::optional<gate::Ticket> old = gate::decode_ticket(gate::encode(ticket));
  BOOST_REQUIRE(old);
  BOOST_TEST(old->notes.empty());
  BOOST_TEST(old->note == "of before");
  for (int i = 0; i < 20; ++i) ticket.add_note({.by = "li", .text = std::to_string(i), .at = i, .from = {}, .to = {}});
  BOOST_TEST(ticket.notes.size() == gate::kNotesKept);
  BOOST_TEST(ticket.notes.front().text == "0");
  BOOST_TEST(ticket.notes[1].text == "5");
  BOOST_TEST(ticket.notes.back().text == "19");
  ticket.add_note({.by = "li", .text = std::string(gate::kNoteBytes - 2, 'x'), .at = 21, .from = {}, .to = {}});
  BOOST_TEST(ticket.notes.size() == 2u);
  ticket.add_note({.by = "li", .text = std::string(gate::kNoteBytes + 1, 'x'), .at = 22, .from = {}, .to = {}});
  BOOST_TEST(ticket.notes.size() == 2u);  // the first, and the last whatever it takes
  BOOST_TEST(ticket.notes.front().text == "0");
  const std::optional<gate::Ticket> again = gate::decode_ticket(gate::encode(ticket));
  BOOST_REQUIRE(again);
  BOOST_TEST(gate::encode(*again) == gate::encode(ticket));
}

BOOST_AUTO_TEST_CASE(what_a_queue_can_do_is_told_with_the_queues_and_on_its_tickets) {
  Desk desk;
  desk.loads_beside(R"(
queue lenders
  skills loans, 房贷
  languages zh, en
  call back
  say en "A lender will be with you." zh "贷款经理马上就来。"
)");
  const json::value opened = json::parse(desk.command(gate::Command::Kind::open_handoff, {},
                                                      R"({"conversation":"c-1","queue":"lenders","reason":"r"})",
                                                      Desk::agent("li", {"desk", "lenders"}))
                                             .body);
  const std::string all = R"({"skills":["loans","房贷"],"languages":["zh","en"],"call_back":true})";
  BOOST_TEST(json::serialize(opened.at("queue_offers")) == all);
  const json::value queues = json::parse(desk.gate->look({.kind = gate::Query::Kind::queues}, Desk::bot()).body);
  bool found = false;
  for (const json::value& one : queues.at("items").as_array()) {
    const bool lenders = str(one.at("name")) == "lenders";
    found = found || lenders;
    BOOST_TEST(one.at("skills").as_array().size() == (lenders ? 2u : 0u));
    BOOST_TEST(one.at("languages").as_array().size() == (lenders ? 2u : 0u));
    BOOST_TEST(one.at("call_back").as_bool() == lenders);
  }
  BOOST_TEST(found);
  desk.snapshot.put(Desk::other_rules());  // which has no such queue
  const json::value later = desk.ticket(str(opened.at("id")));
  BOOST_TEST(!later.as_object().contains("queue_offers"));
}

BOOST_AUTO_TEST_CASE(a_ticket_is_closed_with_an_outcome_that_can_be_counted) {
  Desk desk;
  for (const std::string_view outcome : gate::kOutcomes) {
    const std::string id = handoff_of(desk.asks_for_a_person());
    desk.take(id);
    const auto close = [&](const std::string& word) {
      return desk.command(gate::Command::Kind::close_handoff, id,
                          R"({"outcome":")" + word + R"(","customer_agreed":true})");
    };
    const gate::Reply other = close("false-alarm");
    BOOST_TEST(Desk::code(other) == "out_of_range");
    const json::value error = json::parse(other.body).at("errors").at(0);
    BOOST_TEST(str(error.at("path")) == "/outcome");
    BOOST_TEST(str(error.at("nearest")) == "false_alarm");
    BOOST_TEST(str(error.at("expected")).find(std::string(outcome)) != std::string::npos);
    BOOST_TEST(str(json::parse(close(std::string(outcome)).body).at("outcome")) == outcome);
  }
}

BOOST_AUTO_TEST_CASE(texts_of_a_command_are_counted_in_characters_as_their_schema_says) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  const auto note = [&](std::size_t count) {
    std::string text;
    while (count-- > 0) text += "话";
    return Desk::code(desk.command(gate::Command::Kind::note_handoff, id, R"({"note":")" + text + R"("})"));
  };
  BOOST_TEST(note(4'000) == "");
  BOOST_TEST(note(4'001) == "out_of_range");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_look_at_a_ticket_or_decision_is_recorded_before_it_is_shown) {
  Desk desk;
  const json::value opened = desk.asks_for_a_person();
  const json::value ticket = desk.ticket(handoff_of(opened));
  BOOST_TEST(str(ticket.at("decision")) == str(opened.at("decision")));
  BOOST_TEST(ticket.at("story").as_array().size() > 3u);
  BOOST_TEST(ticket.at("turns").as_array().size() == 1u);
  BOOST_TEST(desk.records(audit::Kind::viewed) == 1u);
  gate::Query query{.kind = gate::Query::Kind::decision, .target = str(opened.at("decision"))};
  BOOST_TEST(Desk::code(desk.gate->look(query, Desk::bot())) == "");
  BOOST_TEST(desk.records(audit::Kind::viewed) == 2u);
  gate::Caller other = Desk::bot();
  other.id = "bot-2";
  BOOST_TEST(Desk::code(desk.gate->look(query, other)) == "not_found");
  query.kind = gate::Query::Kind::proof;
  BOOST_TEST(desk.gate->look(query, Desk::bot()).body.starts_with("c2sp.org/tlog-proof@v1"));
  query.kind = gate::Query::Kind::explanation;
  query.reader = "customer";
  gate::Caller officer = Desk::agent();
  const json::value told = json::parse(desk.gate->look(query, officer).body);
  BOOST_TEST(str(told.at("text")).find("Connecting you to a person.") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_deadline_is_kept_and_the_same_id_brings_what_was_decided) {
  Desk desk;
  std::promise<gate::Reply> answered;
  const std::string body = Desk::body("t-late", R"("answer":{"text":"hello"})");
  desk.gate->take(body, Desk::bot(), {.deadline_ns = 1}, [&](const gate::Reply& reply) { answered.set_value(reply); });
  const gate::Reply late = answered.get_future().get();
  BOOST_TEST(Desk::code(late) == "deadline");
  BOOST_TEST(str(json::parse(late.body).at("verdict")) == "handoff");
  BOOST_TEST(said(json::parse(desk.gate->decide(body, Desk::bot()).body)) == "hello");
  std::promise<gate::Reply> mismatched;
  desk.gate->take(body, Desk::bot(), {.header_id = "another"},
                  [&](const gate::Reply& reply) { mismatched.set_value(reply); });
  BOOST_TEST(Desk::code(mismatched.get_future().get()) == "id_mismatch");
}

BOOST_AUTO_TEST_CASE(what_is_required_is_brought_by_the_turn_that_continues_and_a_proof_serves_once) {
  Desk desk;
  const std::string share = R"("answer":{"text":"shared"},"actions":[{"name":"share"}])";
  const auto proof = [&](const std::string& evidence, const std::string& kind = "consent",
                         const std::string& by = "app") {
    return R"([{"name":"consent","kind":")" + kind + R"(","by":")" + by + R"(","at":")" +
           format_instant(desk.clock.wall_us(), 0) + R"(","evidence":")" + evidence + R"("}])";
  };
  const auto again = [&](const json::value& before, const std::string& satisfied,
                         const std::string& conversation = "c-1", const std::string& customer = "k-1") {
    return desk.turn(share + R"(,"continues":")" + str(before.at("decision")) + R"(","satisfied":)" + satisfied,
                     conversation, customer);
  };
  const json::value asked = desk.turn(share);
  BOOST_TEST(str(asked.at("verdict")) == "require");
  BOOST_TEST(said(asked) == "May we pass this on?");
  // What the proof must say of itself is told, by the reply and by the problem of one that says other things.
  BOOST_TEST(json::serialize(asked.at("requires").at(0).at("proof")) == R"(["consent"])");
  BOOST_TEST(json::serialize(asked.at("requires").at(0).at("from")) == R"(["app"])");
  const json::value wrong_kind = again(asked, proof("doc-1", "requirement")),
                    wrong_source = again(asked, proof("doc-1", "consent", "apps"));
  BOOST_TEST(str(wrong_kind.at("errors").at(0).at("expected")) == "a proof that the requirement takes: consent");
  BOOST_TEST(str(wrong_source.at("errors").at(0).at("expected")) == "a source that the requirement takes: app");
  BOOST_TEST(str(wrong_source.at("errors").at(0).at("nearest")) == "app");
  BOOST_TEST(str(again(asked, proof("doc-1"), "c-2", "k-2").at("code")) == "bad_continuation");
  BOOST_TEST(str(again(asked, proof("doc-1", "identity")).at("code")) == "bad_continuation");
  BOOST_TEST(str(again(asked, proof("doc-1", "consent", "branch")).at("code")) == "fact_source");
  BOOST_TEST(str(desk.turn(share + R"(,"satisfied":)" + proof("doc-1")).at("code")) == "bad_continuation");
  const json::value met = again(asked, proof("doc-1"));
  BOOST_TEST(str(met.at("verdict")) == "allow");
  BOOST_TEST(said(met) == "shared");
  BOOST_TEST(str(again(asked, proof("doc-2")).at("code")) == "bad_continuation");  // it was continued
  const json::value next = desk.turn(share);
  desk.restart();
  const json::value used = again(next, proof("doc-1"));
  BOOST_TEST(str(used.at("verdict")) == "require");  // the proof has served
  BOOST_TEST(str(again(used, proof("doc-3")).at("verdict")) == "allow");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_proof_that_two_turns_bring_at_once_serves_one_of_them) {
  Desk desk;
  const std::string share = R"("answer":{"text":"shared"},"actions":[{"name":"share"}])";
  for (int round = 0; round < 20; ++round) {
    const std::string number = std::to_string(round);
    const std::string proof = R"([{"name":"consent","kind":"consent","by":"app","at":")" +
                              format_instant(desk.clock.wall_us() + kSecond, 0) + R"(","evidence":"doc-)" + number +
                              R"("}])";
    std::vector<std::string> bodies;
    for (const char* who : {"a", "b"}) {
      const std::string name = who + number;
      const json::value asked = desk.turn(share, "c-" + name, "k-" + name);
      bodies.push_back(Desk::body("again-" + name,
                                  share + R"(,"continues":")" + str(asked.at("decision")) + R"(","satisfied":)" + proof,
                                  "c-" + name, "k-" + name));
    }
    std::vector<std::promise<gate::Reply>> replies(bodies.size());
    for (std::size_t i = 0; i < bodies.size(); ++i)
      desk.gate->take(bodies[i], Desk::bot(), [&, i](const gate::Reply& reply) { replies[i].set_value(reply); });
    int allowed = 0, required = 0;
    for (std::promise<gate::Reply>& reply : replies) {
      const std::string verdict = str(json::parse(reply.get_future().get().body).at("verdict"));
      ++(verdict == "allow" ? allowed : required);
    }
    BOOST_TEST(allowed == 1);
    BOOST_TEST(required == 1);
  }
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_proof_serves_one_requirement_of_a_turn) {
  Desk desk;
  const program::Program& program = *desk.snapshot.get()->program;
  const auto met = [&](const std::string& second_evidence) {
    gate::Continuation next{.decision = "d-1", .proofs = {}};
    for (const std::string& evidence : {std::string("doc-1"), second_evidence})
      next.proofs.push_back({.name = next.proofs.empty() ? "consent" : "notice",
                             .kind = "consent",
                             .by = "app",
                             .evidence = evidence,
                             .at = 0,
                             .expires = std::nullopt});
    std::optional<Problem> problem;
    const gate::Asked asked{.caller = "bot-1",
                            .conversation = "c-1",
                            .customer = "k-1",
                            .rounds = 0,
                            .until = gate::kAskedFor,
                            .names = {"consent", "notice"},
                            .matter = {.products = {}, .content = "the same"},
                            .since = 0,
                            .met = {}};
    const gate::Met found = gate::check(
        program, asked, next, Desk::bot(), asked.matter, kSecond, 0,
        [](const audit::StateKey&) { return std::nullopt; }, problem);
    BOOST_TEST(!problem.has_value());
    return found.requirements.size();
  };
  BOOST_TEST(met("doc-2") == 2u);
  BOOST_TEST(met("doc-1") == 1u);
}

BOOST_AUTO_TEST_CASE(three_unmet_rounds_or_a_day_hand_the_turn_over) {
  Desk desk;
  const std::string share = R"("answer":{"text":"shared"},"actions":[{"name":"share"}])";
  const auto again = [&](const json::value& before) {
    return desk.turn(share + R"(,"continues":")" + str(before.at("decision")) + R"(")");
  };
  // Which of the two it was is said to whoever reads the story.
  const std::vector<std::string> of_rounds = {"was not brought in three rounds: a person",
                                              "所需条件三次均未满足：本轮转人工"},
                                 of_time = {"was not brought within 24 hours: a person",
                                            "所需条件未在 24 小时内满足：本轮转人工"};
  const auto says = [&](const json::value& of, const std::vector<std::string>& words) {
    const std::string story = desk.recorded(of, audit::Section::story);
    return std::all_of(words.begin(), words.end(),
                       [&](const std::string& one) { return story.find(one) != std::string::npos; });
  };
  json::value reply = desk.turn(share);
  for (int round = 1; round <= 2; ++round) {
    reply = again(reply);
    BOOST_TEST(str(reply.at("verdict")) == "require");
  }
  reply = again(reply);
  BOOST_TEST(str(reply.at("verdict")) == "handoff");
  BOOST_TEST(str(reply.at("handoff").at("cause")) == "missing");
  BOOST_TEST(!reply.at("handoff").at("hold").as_bool());
  BOOST_TEST((says(reply, of_rounds) && !says(reply, of_time)));
  BOOST_TEST(desk.state() == "bot");
  BOOST_TEST(str(desk.ticket(handoff_of(reply)).at("state")) == "asked");
  reply = desk.turn(share);
  desk.clock.pass(25 * 3'600 * kSecond);
  const json::value too_late = again(reply);
  BOOST_TEST(str(too_late.at("verdict")) == "handoff");
  BOOST_TEST((says(too_late, of_time) && !says(too_late, of_rounds)));
  // Also where all of it is brought then: it came too late, and serves in a chain of its own.
  const std::string proof = R"("satisfied":[{"name":"consent","kind":"consent","by":"app","at":")" +
                            format_instant(desk.clock.wall_us(), 0) + R"(","evidence":"doc-1"}])";
  const auto with_proof = [&](const json::value& before) {
    return desk.turn(share + R"(,"continues":")" + str(before.at("decision")) + R"(",)" + proof);
  };
  const json::value late = with_proof(reply);
  BOOST_TEST(str(late.at("code")) == "bad_continuation");  // it was continued
  reply = desk.turn(share);
  BOOST_TEST(str(with_proof(reply).at("verdict")) == "allow");
  reply = desk.turn(share);
  desk.clock.pass(25 * 3'600 * kSecond);
  BOOST_TEST(str(desk.turn(share + R"(,"continues":")" + str(reply.at("decision")) +
                           R"(","satisfied":[{"name":"consent","kind":"consent","by":"app","at":")" +
                           format_instant(desk.clock.wall_us(), 0) + R"(","evidence":"doc-2"}])")
                     .at("verdict")) == "handoff");
  const std::string second = R"("satisfied":[{"name":"consent","kind":"consent","by":"app","at":")" +
                             format_instant(desk.clock.wall_us(), 0) + R"(","evidence":"doc-2"}])";
  BOOST_TEST(str(desk.turn(share + R"(,"continues":")" + str(desk.turn(share).at("decision")) + R"(",)" + second)
                     .at("verdict")) == "allow");
}

BOOST_AUTO_TEST_CASE(whose_conversation_it_is_counts_from_the_hand_off_that_says_it) {
  Desk desk;
  const auto open = [&](const std::string& conversation, const std::string& customer) {
    return desk.command(gate::Command::Kind::open_handoff, {},
                        R"({"conversation":")" + conversation + R"(","customer":")" + customer + R"(","reason":"r"})");
  };
  BOOST_TEST(Desk::code(open("n-1", "kn-1")) == "");
  BOOST_TEST(str(desk.hello("n-1", "other").at("code")) == "conflict");
  BOOST_TEST(str(desk.hello("n-1", "kn-1").at("verdict")) == "handoff");
  BOOST_TEST(Desk::code(open("n-1", "other")) == "conflict");
  // One that joins what holds the customer already tells it as well.
  BOOST_TEST(Desk::code(open("n-2", "kn-1")) == "");
  BOOST_TEST(str(desk.hello("n-2", "other").at("code")) == "conflict");
  // What is refused has said nothing.
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {},
                                     R"({"conversation":"n-3","customer":"kn-1","reason":"r","take":true})",
                                     Desk::agent("chen", {"desk"}))) == "");
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {},
                                     R"({"conversation":"n-4","customer":"kn-1","reason":"r","take":true})")) ==
             "taken_by_other");
  BOOST_TEST(str(desk.hello("n-4", "other").at("verdict")) == "allow");
  desk.restart();
  BOOST_TEST(str(desk.hello("n-1", "other").at("code")) == "conflict");
  BOOST_TEST(str(desk.hello("n-2", "other").at("code")) == "conflict");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_hand_off_whose_holder_is_no_agent_any_more_is_taken_by_another_of_its_queue) {
  Desk desk;
  std::set<std::string, std::less<>> agents{"li", "chen", "other"};
  desk.gate.reset();
  desk.gate = desk.Bench::gate(gate::GateOptions{.is_agent = [&](std::string_view id) { return agents.contains(id); }});
  const std::string id = handoff_of(desk.asks_for_a_person()), id2 = handoff_of(desk.asks_for_a_person("c-2", "k-2"));
  BOOST_TEST(desk.take(id) == "");
  BOOST_TEST(desk.take(id2) == "");
  const gate::Caller chen = Desk::agent("chen", {"desk"}), other = Desk::agent("other", {"advisers"});
  BOOST_TEST(desk.take(id, chen) == "taken_by_other");
  agents.erase("li");
  BOOST_TEST(desk.take(id, other) == "role");
  BOOST_TEST(desk.close(id, chen) == "taken_by_other");  // nobody ends it who has not taken it
  BOOST_TEST(said(desk.hello()) == "Connecting you to a person.");
  BOOST_TEST(desk.take(id, chen) == "");
  BOOST_TEST(str(desk.ticket(id).at("holder")) == "chen");
  BOOST_TEST(desk.state() == "person");
  BOOST_TEST(desk.close(id, chen) == "");
  BOOST_TEST(desk.state() == "bot");
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {},
                                     R"({"conversation":"c-2","reason":"r","take":true})", chen)) == "");
  BOOST_TEST(str(desk.ticket(id2).at("holder")) == "chen");
  BOOST_TEST(desk.records(audit::Kind::handoff_taken) == 4u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_was_answered_is_answered_again_though_its_time_is_past_or_its_members_are_known_no_more) {
  Desk desk;
  const Microseconds now = desk.clock.wall_us();
  const std::string timed = R"("at":")" + format_instant(now, 0) + R"(","answer":{"text":"hello"})",
                    action = R"("answer":{"text":"done"},"actions":[{"name":"transfer","amount":"1 CNY"}])";
  const auto again = [&](const std::string& id, const std::string& rest, const std::string& conversation) {
    return desk.gate->decide(Desk::body(id, rest, conversation, "k-" + conversation), Desk::bot());
  };
  const gate::Reply first = again("at-1", timed, "c-1"), second = again("action-1", action, "c-2");
  BOOST_TEST(Desk::code(first) + Desk::code(second) == "");
  const auto are_repeats = [&] {
    const gate::Reply one = again("at-1", timed, "c-1"), two = again("action-1", action, "c-2");
    BOOST_TEST(one.replayed);
    BOOST_TEST(one.body == first.body);
    BOOST_TEST(two.replayed);
    BOOST_TEST(two.body == second.body);
  };
  desk.clock.pass(6 * 60 * kSecond);
  desk.snapshot.put(Desk::other_rules());
  are_repeats();
  desk.restart();
  are_repeats();
  // Another request is refused for what is wrong with it, under an id that was used before as under a new one.
  BOOST_TEST(Desk::code(again("at-2", timed, "c-1")) == "time_not_allowed");
  BOOST_TEST(Desk::code(again("at-1", timed + R"(,"message":{"text":"x"})", "c-1")) == "time_not_allowed");
  BOOST_TEST(Desk::code(again("action-2", action, "c-2")) == "unknown_member");
  gate::Caller stranger = Desk::bot();
  stranger.id = "bot-2";
  BOOST_TEST(Desk::code(desk.gate->decide(Desk::body("at-1", timed, "c-1", "k-c-1"), stranger)) == "time_not_allowed");
  // No bot's text goes out while a person is awaited.
  desk.asks_for_a_person("c-1", "k-c-1");
  desk.asks_for_a_person("c-3", "k-c-2");  // of his other conversation
  for (const gate::Reply& held : {again("at-1", timed, "c-1"), again("action-1", action, "c-2")}) {
    BOOST_TEST(held.superseded);
    BOOST_TEST(said(json::parse(held.body)) == "Connecting you to a person.");
  }
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_hold_for_a_confidential_rule_looks_like_any_other) {
  Desk desk;
  const json::value opened = desk.turn(R"("message":{"text":"all of it in cash"},"answer":{"text":"fine"})");
  BOOST_TEST(said(opened) == "Connecting you to a person.");
  BOOST_TEST(str(opened.at("handoff").at("queue")) == "desk");  // the default queue, not the rule's own
  BOOST_TEST(opened.at("reasons").as_array().empty());
  BOOST_TEST(opened.at("flags").as_array().empty());
  const gate::Reply ticket =
      desk.gate->look({.kind = gate::Query::Kind::handoff, .target = handoff_of(opened)}, Desk::agent());
  for (const char* word : {"suspicion", "structuring"}) {
    BOOST_TEST(json::serialize(opened).find(word) == std::string::npos);
    BOOST_TEST(ticket.body.find(word) == std::string::npos);
  }
  BOOST_TEST(json::parse(ticket.body).at("rules").as_array().empty());
  BOOST_TEST(desk.state() == "waiting");
}

// A ticket outlives the packs that opened it: what was hidden then is not told by the packs of now.
BOOST_AUTO_TEST_CASE(a_rule_that_was_confidential_when_it_opened_a_ticket_stays_hidden_on_it) {
  Desk desk;
  const std::string id =
      handoff_of(desk.turn(R"("message":{"text":"an agent, all of it in cash"},"answer":{"text":"fine"})"));
  const auto shown = [&] { return json::serialize(desk.ticket(id).at("rules")); };
  BOOST_TEST(shown() == R"(["test.gate/wants_a_person"])");
  const std::filesystem::path pack = desk.folder / "open";
  std::filesystem::create_directory(pack);
  std::ifstream file(CAVEAT_SOURCE_DIR "/tests/adapters/gate/pack/pack.cav");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  text.erase(text.find("  confidential\n"), std::string("  confidential\n").size());
  std::ofstream(pack / "pack.cav") << text;
  const Result<load::Loaded> open = load::load_rules({pack.string()}, Limits{});
  BOOST_REQUIRE((open && open->rules));
  desk.snapshot.put(open->rules);
  BOOST_TEST(shown() == R"(["test.gate/wants_a_person"])");
  desk.restart();
  BOOST_TEST(shown() == R"(["test.gate/wants_a_person"])");
  // Of a ticket that was written before it was kept which of its rules were: none.
  gate::Ticket old;
  old.id = "h-1";
  old.rules = {"test.gate/a_suspicion", "test.gate/wants_a_person"};
  old.confidential = true;
  const std::optional<gate::Ticket> read = gate::decode_ticket(gate::encode(old));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(gate::ticket_json(*read, {.program = open->rules->program.get()}).find(R"("rules":[])") !=
             std::string::npos);
}

// To nobody else than the roles that it names, wherever a caller reads of reasons.
BOOST_AUTO_TEST_CASE(a_confidential_rule_shows_to_callers_with_a_role_that_it_names) {
  Desk desk;
  desk.loads_beside(R"(rule for_auditors
    en "Seen by auditors" zh "审计可见"
  cites HOUSE
  confidential
  visible to auditor
  applies to message
  when message contains "gold bars"
  then hand off to desk
    because en "it says {match}" zh "提到{match}"

rule for_agents
    en "Seen by agents" zh "坐席可见"
  cites HOUSE
  confidential
  visible to agent
  applies to message
  when message contains "gold bars"
  then hand off to desk

rule for_nobody
    en "Seen by nobody" zh "无人可见"
  cites HOUSE
  confidential
  applies to message
  when message contains "gold bars"
  then hand off to desk
)");
  const json::value reply = desk.turn(R"("message":{"text":"gold bars"},"answer":{"text":"hello"})");
  BOOST_TEST(json::serialize(reply).find("Seen by") == std::string::npos);
  gate::Caller auditor = Desk::agent("wu");
  auditor.roles = {"auditor"};
  gate::Query query{.kind = gate::Query::Kind::decision, .target = str(reply.at("decision"))};
  const auto shows = [&](const gate::Caller& who) {
    const std::string body = desk.gate->look(query, who).body;
    BOOST_TEST(body.find("nobody") == std::string::npos);
    return std::string(body.find("Seen by auditors") == std::string::npos ? "" : "auditors ") +
           (body.find("it says gold bars") == std::string::npos ? "" : "why ") +
           (body.find("Seen by agents") == std::string::npos ? "" : "agents ");
  };
  for (const bool explained : {false, true}) {
    query.kind = explained ? gate::Query::Kind::explanation : gate::Query::Kind::decision;
    query.reader = "officer";
    BOOST_TEST(shows(auditor) == "auditors why ");
    BOOST_TEST(shows(Desk::agent()) == "agents ");
    BOOST_TEST(shows(gate::Caller::local()) == "");
    BOOST_TEST(shows(Desk::bot()) == "");
    query.reader = "customer";
    if (explained) BOOST_TEST(shows(auditor) == "");
  }
  const json::value ticket = desk.ticket(handoff_of(reply));
  const auto rules = [&] { return json::serialize(desk.ticket(handoff_of(reply)).at("rules")); };
  BOOST_TEST(rules() == R"(["test.second/for_agents"])");
  const std::string all = json::serialize(ticket);
  BOOST_TEST(all.find("Seen by agents") != std::string::npos, all);
  BOOST_TEST(all.find("Seen by auditors") == std::string::npos, all);
  desk.restart();
  BOOST_TEST(rules() == R"(["test.second/for_agents"])");
  // Whom it named when it opened the ticket counts beside whom it names now.
  std::filesystem::remove_all(desk.folder / "second");
  desk.loads_beside(R"(rule for_agents
    en "Seen by agents" zh "坐席可见"
  cites HOUSE
  confidential
  visible to auditor
  applies to message
  when message contains "gold bars"
  then hand off to desk

rule for_auditors
    en "Seen by auditors" zh "审计可见"
  cites HOUSE
  confidential
  visible to agent
  applies to message
  when message contains "gold bars"
  then hand off to desk
)");
  BOOST_TEST(rules() == "[]");
  desk.verify();
}

// What the record says of it and what the packs say now must both let it show, wherever it is read.
BOOST_AUTO_TEST_CASE(a_rule_whose_showing_was_taken_back_shows_nowhere) {
  Desk desk;
  const auto loads = [&](const std::string& clause) {
    std::filesystem::remove_all(desk.folder / "second");
    desk.loads_beside("rule of_silver\n    en \"Seen silver\" zh \"提到白银\"\n  cites HOUSE\n" + clause +
                      "  applies to message\n  when message contains \"silver\"\n  then hand off to desk\n"
                      "    because en \"it says {match}\" zh \"提到{match}\"\n"
                      "rule of_words\n    en \"Seen words\" zh \"提到文字\"\n  cites HOUSE\n"
                      "  applies to message\n  when message contains \"silver words\"\n  then hand off to desk\n");
  };
  const std::string open, agents = "  confidential\n  visible to agent\n", nobody = "  confidential\n",
                          auditors = "  confidential\n  visible to auditor\n";
  gate::Caller auditor = Desk::agent("wu");
  auditor.roles = {"auditor"};
  int number = 0;
  for (const auto& [then, now, agent_sees, auditor_sees] : {std::tuple(agents, agents, true, false),
                                                            {agents, nobody, false, false},
                                                            {agents, auditors, false, false},
                                                            {agents, open, true, false},
                                                            {open, open, true, true},
                                                            {open, nobody, false, false},
                                                            {open, auditors, false, true},
                                                            {nobody, agents, false, false},
                                                            {auditors, open, false, true}}) {
    loads(then);
    const std::string who = std::to_string(++number);
    const json::value reply =
        desk.turn(R"("message":{"text":"silver words"},"answer":{"text":"hello"})", "c-" + who, "k-" + who);
    loads(now);
    const auto told = [&](const std::string& body, bool sees) {
      BOOST_TEST((body.find("Seen silver") != std::string::npos) == sees, number << body);
      BOOST_TEST((body.find("it says silver") != std::string::npos) == sees, number << body);
      BOOST_TEST(body.find("Seen words") != std::string::npos, number << body);
    };
    gate::Query query{.kind = gate::Query::Kind::decision, .target = str(reply.at("decision"))};
    query.language = Language::en;
    for (const bool explained : {false, true}) {
      query.kind = explained ? gate::Query::Kind::explanation : gate::Query::Kind::decision;
      query.reader = "officer";
      told(desk.gate->look(query, Desk::agent()).body, agent_sees);
      told(desk.gate->look(query, auditor).body, auditor_sees);
    }
    const std::string ticket = json::serialize(desk.ticket(handoff_of(reply)));
    told(ticket, agent_sees);
    BOOST_TEST((ticket.find("test.second/of_silver") != std::string::npos) == agent_sees, number << ticket);
  }
  desk.verify();
}

BOOST_AUTO_TEST_CASE(the_story_of_a_turn_without_an_answer_says_what_is_disclosed) {
  Desk desk;
  desk.loads_beside(R"(wording FUNDS en "Funds may fall." zh "基金可能下跌。"
wording FEE en "A fee applies." zh "收取手续费。"

rule of_funds
    en "Funds" zh "基金"
  cites HOUSE
  applies to recommendation
  when product.id is "F"
  then disclose FUNDS at end

rule of_fees
    en "Fees" zh "手续费"
  cites HOUSE
  applies to action
  when action.name is transfer
  then disclose FEE at end
)");
  const json::value reply = desk.turn(
      R"("recommendation":{"products":[{"id":"F","kind":"loan"}]},"actions":[{"name":"transfer","amount":"5 CNY"}])");
  gate::Caller auditor = Desk::agent("wu");
  auditor.roles = {"auditor"};
  gate::Query query{.kind = gate::Query::Kind::explanation, .target = str(reply.at("decision"))};
  query.reader = "officer";
  query.language = Language::en;
  const std::string told = desk.gate->look(query, auditor).body;
  BOOST_TEST(told.find("F: Funds may fall.") != std::string::npos, told << json::serialize(reply));
  BOOST_TEST(told.find("A fee applies.") != std::string::npos, told << json::serialize(reply));
}

BOOST_AUTO_TEST_CASE(why_a_confidential_rule_could_not_be_settled_is_on_no_ticket) {
  Desk desk;
  desk.loads_beside(R"(facts customer
  watch yes/no

rule watched
    en "Watched" zh "关注"
  cites HOUSE
  confidential
  applies to answer
  when customer.watch is yes
  then flag watched
  if unknown hand off to desk
)");
  std::vector<std::string> missing;
  desk.gate = desk.Bench::gate(
      gate::GateOptions{.threads = 1, .unknown = [&](std::string_view fact) { missing.emplace_back(fact); }});
  const json::value reply = desk.hello();
  BOOST_TEST(str(reply.at("verdict")) == "handoff");
  BOOST_TEST(missing.empty());  // figures are for everybody
  BOOST_TEST(reply.at("handoff").as_object().find("cause") == reply.at("handoff").as_object().end());
  const json::value ticket = desk.ticket(handoff_of(reply));
  BOOST_TEST(ticket.at("rules").as_array().empty());
  BOOST_TEST(ticket.as_object().find("cause") == ticket.as_object().end(), json::serialize(ticket));
  desk.clock.pass(kSecond);
  const json::value open = desk.unknown_turn("c-2", "k-2");  // of a rule that anybody may know of
  BOOST_TEST(json::serialize(desk.ticket(handoff_of(open))).find(R"("cause":"missing")") != std::string::npos);
  BOOST_TEST(missing.size() == 1U);
}

BOOST_AUTO_TEST_CASE(under_sixty_four_threads_no_bot_is_heard_after_a_take_over_is_answered) {
  Desk desk;
  desk.gate = desk.Bench::gate(4);
  std::atomic<bool> taken{false};
  std::atomic<int> heard_after{0}, wrong{0}, answered{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 64; ++thread) {
    threads.emplace_back([&, thread] {
      for (int number = 0; number < 6; ++number) {
        // half of them about one customer, each in a conversation of its own, half about others
        const std::string name = std::to_string(thread), customer = thread % 2 == 0 ? "k-1" : "k-other-" + name;
        const bool after = taken;
        const gate::Reply reply = desk.gate->decide(
            Desk::body("t-" + name + "-" + std::to_string(number), R"("answer":{"text":"BOT"})", "c-" + name, customer),
            Desk::bot());
        ++answered;
        if (reply.problem != nullptr) {
          ++wrong;
          continue;
        }
        const bool spoke = reply.body.find("\"text\":\"BOT\"") != std::string::npos;
        if (thread % 2 == 0 ? after && spoke : !spoke) ++heard_after;
        if (thread == 1 && number == 2) {
          const gate::Reply over =
              desk.command(gate::Command::Kind::open_handoff, {}, R"({"customer":"k-1","reason":"now","take":true})");
          if (over.problem != nullptr) ++wrong;
          taken = true;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(answered == 64 * 6);
  BOOST_TEST(wrong == 0);
  BOOST_TEST(heard_after == 0);
  BOOST_TEST(desk.decisions() == 64u * 6u);
  BOOST_TEST(desk.records(audit::Kind::handoff_opened) == 1u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_bot_moves_no_hand_off_that_holds_to_a_queue_of_its_choice) {
  Desk desk;
  gate::Caller other = Desk::bot();
  other.id = "bot-2";
  const auto asks = [&](const std::string& conversation) {
    return json::parse(desk.command(gate::Command::Kind::open_handoff, {},
                                    R"({"conversation":")" + conversation +
                                        R"(","queue":"advisers","priority":"urgent","reason":"x"})",
                                    other)
                           .body);
  };
  const std::string id = handoff_of(desk.asks_for_a_person());  // in desk
  const std::string due = str(desk.ticket(id).at("due"));
  desk.clock.pass(kSecond);
  BOOST_TEST(str(asks("c-1").at("queue")) == "desk");
  json::value now = desk.ticket(id);
  BOOST_TEST(str(now.at("queue")) == "desk");
  BOOST_TEST(str(now.at("priority")) == "urgent");  // that much its word counts
  BOOST_TEST(str(now.at("due")) == due);            // and nobody waits longer for it
  // Out of the default queue, where nobody can tell what it is about, a confidential one is not taken either.
  const std::string hidden =
      handoff_of(desk.turn(R"("message":{"text":"all of it in cash"},"answer":{"text":"fine"})", "c-2", "k-2"));
  asks("c-2");
  BOOST_TEST(str(desk.ticket(hidden).at("queue")) == "desk");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_is_said_with_a_wish_for_a_person_that_joins_another_stands_on_the_ticket_and_in_the_log) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  const auto ask = [&](const std::string& reason, const std::string& priority, const gate::Caller& who) {
    const gate::Reply reply =
        desk.command(gate::Command::Kind::open_handoff, {},
                     R"({"conversation":"c-1","priority":")" + priority + R"(","reason":")" + reason + R"("})", who);
    BOOST_TEST(Desk::code(reply) == "");
    BOOST_TEST(!reply.created);
  };
  ask("he wants to die", "normal", Desk::bot());
  ask("he wants to die", "normal", Desk::bot());  // nothing new
  ask("I know him", "low", Desk::agent());
  ask("now, please", "urgent", Desk::bot());
  const json::value ticket = desk.ticket(id);
  std::string joined;
  for (const json::value& one : ticket.at("joined").as_array())
    joined += str(one.at("by")) + ": " + str(one.at("reason")) + "\n";
  BOOST_TEST(joined == "bot-1: he wants to die\nli: I know him\nbot-1: now, please\n");
  BOOST_TEST(str(ticket.at("priority")) == "urgent");
  BOOST_TEST(desk.records(audit::Kind::feedback) == 2u);
  BOOST_TEST(desk.records(audit::Kind::handoff_escalated) == 1u);
  desk.restart();
  BOOST_TEST(desk.ticket(id).at("joined").as_array().size() == 3u);
  // And of who takes over what waited.
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {},
                                     R"({"conversation":"c-1","reason":"mine","take":true})")) == "");
  BOOST_TEST(str(desk.ticket(id).at("joined").as_array().back().at("reason")) == "mine");
  desk.gate->drain();
  desk.log->flush();
  const auto reader = audit::LogReader::open((desk.folder / "log.db").string());
  std::string words;
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    const auto record = reader->open_body(desk.log->keys(), index);
    BOOST_REQUIRE(record.has_value());
    if (const audit::SectionBytes* event = record->find(audit::Section::event)) words += event->encoded;
  }
  for (const char* reason : {"he wants to die", "I know him", "now, please", "mine"})
    BOOST_TEST(words.find(reason) != std::string::npos, reason);
  desk.verify();
}

// A turn that began before anybody knew whose conversation it is: once the hand-off that tells it is in the log, no text of the bot's
// may go out behind it.
BOOST_AUTO_TEST_CASE(no_text_goes_out_behind_a_hand_off_that_tells_whose_conversation_it_is) {
  for (int reading = 1; reading <= 12; ++reading) {
    Desk desk;
    BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {}, R"({"customer":"k-1","reason":"r"})")) ==
               "");
    std::promise<gate::Reply> joined;
    std::future<gate::Reply> done = joined.get_future();
    desk.clock.at(reading, [&] {
      desk.gate->perform({.kind = gate::Command::Kind::open_handoff,
                          .body = R"({"conversation":"c-1","customer":"k-1","reason":"it is he"})"},
                         Desk::bot(), [&](const gate::Reply& reply) { joined.set_value(reply); });
      done.wait_for(std::chrono::milliseconds(100));  // in vain where the turn has what the hand-off waits for
    });
    const json::value reply =
        json::parse(desk.gate->decide(Desk::body("t-1", R"("answer":{"text":"hello"})", "c-1", ""), Desk::bot()).body);
    if (!desk.clock.was_at()) break;
    desk.gate->drain();
    desk.log->flush();
    if (str(reply.at("verdict")) == "handoff") continue;
    std::size_t before = 0;
    const auto reader = audit::LogReader::open((desk.folder / "log.db").string());
    reader->each_header(0, reply.at("receipt").at("index").to_number<std::uint64_t>(),
                        [&](std::uint64_t, std::string_view leaf) {
                          const Result<audit::Header> header = audit::decode_header(leaf);
                          before += header && (header->context.kind == audit::Kind::handoff_escalated ||
                                               header->context.kind == audit::Kind::feedback);
                        });
    BOOST_TEST(before == 0u, "at reading " << reading);
  }
}

BOOST_AUTO_TEST_CASE(a_bot_that_sends_what_a_resent_turn_told_it_is_not_recorded_as_late) {
  Desk desk;
  const std::string first = Desk::body("t-first", R"("answer":{"text":"hello"})");
  const std::string decision = str(json::parse(desk.gate->decide(first, Desk::bot()).body).at("decision"));
  const auto confirm = [&](const std::string& words) {
    return str(
        json::parse(desk.command(gate::Command::Kind::confirm_deliveries, {},
                                 R"({"decision":")" + decision + R"(","text_digest":")" + hex(sha256(words)) + R"("})",
                                 Desk::bot())
                        .body)
            .at(0)
            .at("match"));
  };
  BOOST_TEST(confirm("Connecting you to a person.") == "changed");  // nobody had been called
  desk.asks_for_a_person();
  desk.clock.pass(kSecond);
  const std::string told = said(json::parse(desk.gate->decide(first, Desk::bot()).body));
  BOOST_TEST(told == "Connecting you to a person.");
  const gate::Reply read = desk.gate->look({.kind = gate::Query::Kind::decision, .target = decision}, Desk::bot());
  BOOST_TEST(said(json::parse(read.body)) == told);  // the same, whichever way it asks
  const gate::Reply explained =
      desk.gate->look({.kind = gate::Query::Kind::explanation, .target = decision, .reader = "bot"}, Desk::bot());
  BOOST_TEST(str(json::parse(explained.body).at("verdict")) == "handoff");
  BOOST_TEST(confirm("hello") == "late");
  BOOST_TEST(confirm("您好") == "late");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(the_waiting_text_that_a_resent_turn_told_is_the_same_when_it_is_confirmed) {
  Desk desk;
  const std::string first = Desk::body("t-first", R"("answer":{"text":"hello"})");
  const std::string decision = str(json::parse(desk.gate->decide(first, Desk::bot()).body).at("decision"));
  desk.asks_for_a_person();
  desk.clock.pass(kSecond);
  const std::string told = said(json::parse(desk.gate->decide(first, Desk::bot()).body));
  const gate::Reply confirmed =
      desk.command(gate::Command::Kind::confirm_deliveries, {},
                   R"({"decision":")" + decision + R"(","text_digest":")" + hex(sha256(told)) + R"("})", Desk::bot());
  BOOST_TEST(str(json::parse(confirmed.body).at(0).at("match")) == "same");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(who_waits_at_a_closed_queue_that_has_no_words_for_it_is_promised_nobody) {
  Desk desk;
  desk.loads_beside(R"(queue branch
  hours Monday .. Sunday 03:00 .. 03:01
  due 60 seconds
  call back
  say en "Somebody will be with you at once." zh "马上就来。"
)");
  const std::string turn =
      R"({"id":"t-1","language":"en","conversation":{"id":"c-1"},"customer":{"id":"k-1"},"answer":{"text":"hello"}})";
  const std::string decision = str(json::parse(desk.gate->decide(turn, Desk::bot()).body).at("decision"));
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {},
                                     R"({"conversation":"c-1","queue":"branch","reason":"lost"})", Desk::bot())) == "");
  const std::string told = said(json::parse(desk.gate->decide(turn, Desk::bot()).body));
  BOOST_TEST(told == "Our staff are away at the moment. Your question is with them, and they will get back to you.");
  desk.clock.pass(kSecond);
  desk.restart();  // by then it is known by its words alone
  const gate::Reply confirmed =
      desk.command(gate::Command::Kind::confirm_deliveries, {},
                   R"({"decision":")" + decision + R"(","text_digest":")" + hex(sha256(told)) + R"("})", Desk::bot());
  BOOST_TEST(str(json::parse(confirmed.body).at(0).at("match")) == "same");
  desk.verify();
}

// Whatever it tells and whatever the queue is called by then; after a restart nobody knows what was told.
BOOST_AUTO_TEST_CASE(a_waiting_text_that_tells_a_fact_or_is_of_a_queue_that_is_gone_is_the_same_when_it_is_confirmed) {
  Desk desk;
  desk.loads_beside(R"(facts customer
  nickname text

queue personal
  due 60 seconds
  say en "One moment, {customer.nickname}." zh "请稍候，{customer.nickname}。"

rule by_name
    en "Who may read it is not said" zh "未说明读者"
  cites HOUSE
  applies to message
  when message contains "you know me" and customer.nickname is "nobody"
  then block
    say en "No." zh "不。"
    because en "nobody asks" zh "无人询问"
)");
  const auto of = [](const std::string& number, const std::string& name) {
    return R"({"id":"t-)" + number + R"(","language":"en","conversation":{"id":"c-)" + number +
           R"("},"customer":{"id":"k-)" + number + R"(","nickname":")" + name + R"("},"answer":{"text":"hello"}})";
  };
  const auto confirm = [&](const std::string& decision, const std::string& text, const std::string& part) {
    const gate::Reply confirmed = desk.command(
        gate::Command::Kind::confirm_deliveries, {},
        R"({"decision":")" + decision + R"(","text_digest":")" + hex(sha256(text)) + R"(","part":")" + part + R"("})",
        Desk::bot());
    return str(json::parse(confirmed.body).at(0).at("match"));
  };
  std::vector<std::pair<std::string, std::string>> told;  // decisions, and what their repeats told
  for (const auto& [number, name, queue] : {std::tuple("1", "Li", "personal"), std::tuple("2", "Wu", "advisers")}) {
    const std::string turn = of(number, name);
    const std::string decision = str(json::parse(desk.gate->decide(turn, Desk::bot()).body).at("decision"));
    BOOST_TEST(Desk::code(desk.command(
                   gate::Command::Kind::open_handoff, {},
                   std::string(R"({"conversation":"c-)") + number + R"(","queue":")" + queue + R"(","reason":"lost"})",
                   Desk::bot())) == "");
    told.emplace_back(decision, said(json::parse(desk.gate->decide(turn, Desk::bot()).body)));
  }
  desk.clock.pass(kSecond);
  BOOST_TEST(told[0].second == "One moment, Li.");
  BOOST_TEST(told[1].second == "An adviser will be with you.");
  BOOST_TEST(confirm(told[0].first, told[0].second, "1") == "same");
  BOOST_TEST(confirm(told[0].first, "One moment, Wu.", "1") == "late");
  BOOST_TEST(confirm(told[1].first, told[0].second, "1") == "late");  // it was told of another decision
  desk.snapshot.put(Desk::other_rules());
  for (const auto& [decision, text] : told) BOOST_TEST(confirm(decision, text, "2") == "same");
  desk.restart();
  for (const auto& [decision, text] : told) BOOST_TEST(confirm(decision, text, "3") == "late");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(one_minute_and_one_second_are_told_as_one) {
  Desk desk;
  desk.loads_beside(R"(queue minute
  due 60 seconds
  say en "One moment." zh "请稍候。"

queue second
  due 1 second
  say en "At once." zh "马上。"

rule to_minute
    en "Minute" zh "分钟"
  cites HOUSE
  applies to message
  when message contains "in a minute"
  then hand off to minute

rule to_second
    en "Second" zh "秒"
  cites HOUSE
  applies to message
  when message contains "in a second"
  then hand off to second
)");
  for (const auto& [unit, due] : {std::pair("minute", "within 1 minute\""), std::pair("second", "within 1 second\"")}) {
    const std::string who = unit;
    const json::value reply =
        desk.turn(R"("message":{"text":"in a )" + who + R"("},"answer":{"text":"hello"})", "c-" + who, "k-" + who);
    const gate::Query query{.kind = gate::Query::Kind::decision, .target = str(reply.at("decision"))};
    gate::Caller auditor = Desk::agent("wu");
    auditor.roles = {"auditor"};
    const std::string body = desk.gate->look(query, auditor).body;
    BOOST_TEST(body.find(due) != std::string::npos, body);
  }
}

// What a rule takes out of the message is in no sentence, that of the queue among them; of a repeat nobody looks again.
BOOST_AUTO_TEST_CASE(a_waiting_text_tells_no_more_of_the_message_than_may_be_told) {
  Desk desk;
  desk.loads_beside(R"(queue echo
  due 60 seconds
  say en "You wrote {message.text}." zh "您说{message.text}。"

rule card
    en "A card is masked" zh "卡号脱敏"
  cites HOUSE
  applies to message
  when message matches /[0-9]{16}/
  then redact match, full
)");
  const auto said_to = [&](const std::string& id) {
    return said(json::parse(
        desk.gate
            ->decide(R"({"id":")" + id + R"(","language":"en","conversation":{"id":"c-1"},"customer":{"id":"k-1"},)" +
                         R"("message":{"text":"card 6222021234567890"},"answer":{"text":"hello"}})",
                     Desk::bot())
            .body));
  };
  BOOST_TEST(said_to("t-1") == "hello");
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::open_handoff, {},
                                     R"({"conversation":"c-1","queue":"echo","reason":"lost"})", Desk::bot())) == "");
  BOOST_TEST(said_to("t-2") == "You wrote card ***.");
  BOOST_TEST(said_to("t-1") == "You wrote ***.");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(the_waiting_text_that_the_switch_told_is_the_same_after_it_was_thrown_back_too) {
  Desk desk;
  const auto throw_it = [&](bool on) {
    BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::throw_switch, {},
                                       std::string(R"({"on":)") + (on ? "true" : "false") + R"(,"reason":"a test"})",
                                       Desk::agent("boss"))) == "");
    desk.clock.pass(kSecond);
  };
  const std::string first = Desk::body("t-first", R"("answer":{"text":"hello"})");
  const std::string decision = str(json::parse(desk.gate->decide(first, Desk::bot()).body).at("decision"));
  throw_it(true);
  const std::string told = said(json::parse(desk.gate->decide(first, Desk::bot()).body));
  BOOST_TEST(told != "hello");
  const std::string sent = format_instant(desk.clock.wall_us(), 0);
  desk.clock.pass(kSecond);
  throw_it(false);
  const auto confirm = [&](const std::string& part, const std::string& at) {
    const gate::Reply confirmed =
        desk.command(gate::Command::Kind::confirm_deliveries, {},
                     R"({"decision":")" + decision + R"(","text_digest":")" + hex(sha256(told)) + R"(","part":")" +
                         part + R"(","at":")" + at + R"("})",
                     Desk::bot());
    return str(json::parse(confirmed.body).at(0).at("match"));
  };
  BOOST_TEST(confirm("1", sent) == "same");
  BOOST_TEST(confirm("2", format_instant(desk.clock.wall_us(), 0)) == "changed");  // the bot was free again
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_was_closed_a_moment_ago_is_told_as_closed_before_it_is_on_disk) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  BOOST_TEST(desk.take(id) == "");
  desk.control.stopped = true;
  std::promise<gate::Reply> closed;
  desk.gate->perform({.kind = gate::Command::Kind::close_handoff,
                      .target = id,
                      .if_match = "*",
                      .body = R"({"outcome":"resolved","customer_agreed":true})"},
                     Desk::agent(), [&](const gate::Reply& reply) { closed.set_value(reply); });
  std::string second;
  for (int i = 0; i < 200 && (second.empty() || second == "taken_by_other"); ++i)  // until the close has been looked at
    second = desk.take(id, Desk::agent("wang"));
  desk.control.stopped = false;
  desk.control.stopped.notify_all();
  BOOST_TEST(Desk::code(closed.get_future().get()) == "");
  BOOST_TEST(second == "wrong_state");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(every_third_pass_escalates_and_those_between_go_where_they_are_sent) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  std::string queues;
  for (int i = 0; i < 6; ++i) {
    const gate::Reply passed =
        desk.command(gate::Command::Kind::pass_handoff, id, R"({"queue":"advisers","note":"n"})");
    BOOST_REQUIRE_MESSAGE(passed.problem == nullptr, passed.body);
    queues += str(json::parse(passed.body).at("queue")) + " ";
  }
  BOOST_TEST(queues == "advisers advisers desk advisers advisers desk ");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_proof_that_came_with_a_turn_which_was_held_back_serves_afterwards) {
  Desk desk;
  const std::string share = R"("answer":{"text":"done"},"actions":[{"name":"share"}])";
  const json::value asked = desk.turn(share);
  BOOST_TEST(str(asked.at("verdict")) == "require");
  desk.clock.pass(kSecond);
  const std::string proof = share + R"(,"continues":")" + str(asked.at("decision")) +
                            R"(","satisfied":[{"name":"consent","kind":"consent","by":"app","evidence":"e-1","at":")" +
                            format_instant(desk.clock.wall_us(), 0) + R"("}])";
  const std::string id = handoff_of(desk.asks_for_a_person("c-2"));
  desk.clock.pass(kSecond);
  const json::value held = desk.turn(proof);
  BOOST_TEST(str(held.at("verdict")) == "handoff");
  BOOST_TEST(desk.take(id) == "");
  BOOST_TEST(desk.close(id) == "");
  const json::value again = desk.turn(proof);
  BOOST_TEST(str(again.at("verdict")) == "allow");
  BOOST_TEST(str(desk.turn(proof).at("code")) == "bad_continuation");  // and serves once
  desk.verify();
}
