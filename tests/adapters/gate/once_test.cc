// Disclosures that count once: what uses them up, what does not, and that a record brings the same decision about again.
#include "adapters/gate/once.h"

#include <boost/json.hpp>
#include <functional>
#include <future>
#include <memory>

#include "tests/adapters/gate/decided_again.h"
#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;

namespace {

const std::string kFund = R"("answer":{"text":"A fund."})", kGold = R"("answer":{"text":"Some gold."})";
const std::string kFundTold = "A fund.\nNote the risk.", kGoldTold = "Some gold.\nGold may fall.";

std::string products(const std::vector<std::string>& names) {
  std::string out = R"("answer":{"text":"Look."},"recommendation":{"products":[)";
  for (const std::string& name : names)
    out += std::string(out.back() == '[' ? "" : ",") + R"({"id":")" + name + R"(","name":")" + name +
           R"(","kind":"fund"})";
  return out + "]}";
}

}  // namespace

BOOST_AUTO_TEST_CASE(once_per_conversation_is_told_by_the_first_reply_of_each) {
  Desk desk;
  const json::value first = desk.turn(kFund);
  BOOST_TEST(said(first) == kFundTold);
  BOOST_TEST(str(first.at("verdict")) == "revise");
  const json::value second = desk.turn(kFund);
  BOOST_TEST(said(second) == "A fund.");
  BOOST_TEST(str(second.at("verdict")) == "allow");
  BOOST_TEST(second.at("disclosures").as_array().empty());
  desk.restart();
  BOOST_TEST(said(desk.turn(kFund)) == "A fund.");
  BOOST_TEST(said(desk.turn(kFund, "c-2")) == kFundTold);
  BOOST_TEST(said(desk.turn(kFund, "")) == kFundTold);  // of no conversation: nothing to remember it by
  BOOST_TEST(said(desk.turn(kFund, "")) == kFundTold);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_was_told_is_not_said_to_be_added_to_a_turn_that_goes_nowhere) {
  Desk desk;
  BOOST_TEST(said(desk.turn(kFund)) == kFundTold);
  const std::string message = R"("message":{"text":"an agent please"},)", share = R"(,"actions":[{"name":"share"}])";
  for (const std::string& turn : {std::string(R"("answer":{"text":"A guaranteed fund."})"), kFund + share,
                                  message + kFund, kFund /* held by now */}) {
    const json::value reply = desk.turn(turn, "c-1", "k-1", gate::Caller::local());
    BOOST_TEST(str(reply.at("verdict")) != "allow", turn);
    BOOST_TEST(reply.at("disclosures").as_array().empty(), json::serialize(reply));
    for (const json::value& reason : reply.at("reasons").as_array())
      BOOST_TEST((str(reason.at("rule")) != "test.gate/risk_once" || str(reason.at("verdict")) == "allow"),
                 json::serialize(reply));
  }
  desk.verify();
}

BOOST_AUTO_TEST_CASE(once_per_day_is_the_customers_day_in_the_zone_of_the_rules_pack) {
  Desk desk;  // 19:06 in Shanghai
  BOOST_TEST(said(desk.turn(kGold)) == kGoldTold);
  BOOST_TEST(said(desk.turn(kGold, "c-2")) == "Some gold.");
  BOOST_TEST(said(desk.turn(kGold, "c-2", "k-2")) != "Some gold.");
  BOOST_TEST(said(desk.turn(kGold, "c-9", "")) == kGoldTold);  // nobody knows whose it is: by its conversation
  BOOST_TEST(said(desk.turn(kGold, "c-9", "")) == "Some gold.");
  desk.clock.pass(4 * 3'600 * kSecond);
  BOOST_TEST(said(desk.turn(kGold, "c-3")) == "Some gold.");
  desk.clock.pass(3'600 * kSecond);  // past midnight there, not in UTC
  BOOST_TEST(said(desk.turn(kGold, "c-3")) == kGoldTold);
  BOOST_TEST(said(desk.turn(kGold, "c-3")) == "Some gold.");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(between_the_midnights_of_two_zones_each_day_is_remembered_for_itself) {
  gate::ToldOnce one{.wording = "t/gold", .per = decide::kPerDay, .position = -1, .product = {}, .day = 27}, next = one;
  next.day = 28;
  const gate::Whose whose{.conversation = "c", .customer = "k"};
  const std::vector<audit::StateChange> both = gate::told_changes({one, next}, whose, 1);
  BOOST_TEST((both.at(0).key != both.at(1).key));
  BOOST_TEST((gate::told_changes({next}, whose, 2).front().key == both.at(1).key));
  next.day += 4;  // what is kept of a customer does not grow with the days
  BOOST_TEST((gate::told_changes({next}, whose, 3).front().key == both.at(1).key));
}

BOOST_AUTO_TEST_CASE(where_the_caller_confirms_only_the_delivery_of_that_very_text_uses_it_up) {
  Desk desk;
  gate::Caller caller = Desk::bot();
  caller.confirms = true;
  const auto confirm = [&](const json::value& reply, const std::string& words) {
    const gate::Reply done = desk.command(
        gate::Command::Kind::confirm_deliveries, {},
        R"({"decision":")" + str(reply.at("decision")) + R"(","text_digest":"sha256:)" + hex(sha256(words)) + R"("})",
        caller);
    return str(json::parse(done.body).at(0).at("match"));
  };
  const json::value first = desk.turn(kFund, "c-1", "k-1", caller), second = desk.turn(kFund, "c-1", "k-1", caller);
  BOOST_TEST(said(first) == kFundTold);
  BOOST_TEST(said(second) == kFundTold);  // nothing was sent yet
  BOOST_TEST(confirm(first, "A fund.") == "changed");
  BOOST_TEST(said(desk.turn(kFund, "c-1", "k-1", caller)) == kFundTold);
  BOOST_TEST(confirm(second, kFundTold) == "same");
  BOOST_TEST(said(desk.turn(kFund, "c-1", "k-1", caller)) == "A fund.");
  desk.restart();
  BOOST_TEST(said(desk.turn(kFund, "c-1", "k-1", caller)) == "A fund.");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_was_sent_before_a_person_had_him_is_not_used_up_by_a_confirmation_that_comes_after) {
  Desk desk;
  gate::Caller caller = Desk::bot();
  caller.confirms = true;
  const json::value first = desk.turn(kFund, "c-1", "k-1", caller);
  BOOST_TEST(said(first) == kFundTold);
  desk.clock.pass(kSecond);
  const std::string sent = format_instant(desk.clock.wall_us(), 0);
  desk.clock.pass(2 * kSecond);
  const std::string id = handoff_of(desk.asks_for_a_person());
  desk.take(id);
  desk.close(id);
  desk.clock.pass(kSecond);
  const gate::Reply confirmed =
      desk.command(gate::Command::Kind::confirm_deliveries, {},
                   R"({"decision":")" + str(first.at("decision")) + R"(","text_digest":"sha256:)" +
                       hex(sha256(kFundTold)) + R"(","at":")" + sent + R"("})",
                   caller);
  BOOST_TEST(str(json::parse(confirmed.body).at(0).at("match")) == "same");
  BOOST_TEST(said(desk.turn(kFund, "c-1", "k-1", caller)) == kFundTold);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_confirmation_of_yesterdays_does_not_take_back_todays) {
  Desk desk;
  gate::Caller caller = Desk::bot();
  caller.confirms = true;
  const auto confirm = [&](const json::value& reply) {
    const gate::Reply done = desk.command(gate::Command::Kind::confirm_deliveries, {},
                                          R"({"decision":")" + str(reply.at("decision")) +
                                              R"(","text_digest":"sha256:)" + hex(sha256(kGoldTold)) + R"("})",
                                          caller);
    return str(json::parse(done.body).at(0).at("match"));
  };
  const json::value yesterday = desk.turn(kGold, "c-1", "k-1", caller);
  desk.clock.pass(6 * 3'600 * kSecond);
  const json::value today = desk.turn(kGold, "c-1", "k-1", caller);
  BOOST_TEST(said(today) == kGoldTold);
  BOOST_TEST(confirm(today) == "same");
  BOOST_TEST(confirm(yesterday) == "same");
  BOOST_TEST(said(desk.turn(kGold, "c-1", "k-1", caller)) == "Some gold.");
  desk.verify();
}

constexpr const char* kLate = "t-late";

// A turn on the fund whose deadline is over while the log's commits stand still: they do from here on.
std::future<gate::Reply> too_late(Desk& desk, std::function<void()> before_it_is_told = [] {}) {
  const auto answered = std::make_shared<std::promise<gate::Reply>>();
  desk.control.stopped = true;
  desk.gate->take(Desk::body(kLate, kFund), Desk::bot(),
                  {.deadline_ns = desk.clock.steady_ns() + kSecond * 1'000, .here = true},
                  [answered, before = std::move(before_it_is_told)](const gate::Reply& reply) {
                    before();
                    answered->set_value(reply);
                  });
  desk.clock.pass(2 * kSecond);
  return answered->get_future();
}

BOOST_AUTO_TEST_CASE(what_was_answered_for_want_of_time_told_nothing) {
  for (const bool ticked : {true, false}) {  // or the commit comes before the next tick
    Desk desk;
    std::future<gate::Reply> answered = too_late(desk);
    if (ticked) desk.gate->tick();
    desk.control.stopped = false;
    desk.control.stopped.notify_all();
    desk.log->flush();
    BOOST_TEST(Desk::code(answered.get()) == "deadline");
    BOOST_TEST(said(json::parse(desk.gate->decide(Desk::body(kLate, kFund), Desk::bot()).body)) ==
               kFundTold);  // it was decided and recorded
    BOOST_TEST(said(desk.turn(kFund)) == kFundTold);
    BOOST_TEST(said(desk.turn(kFund)) == "A fund.");
    desk.verify();
  }
}

// A restart, and a commit that fails, forget what is in memory alone.
BOOST_AUTO_TEST_CASE(what_was_answered_for_want_of_time_told_nothing_after_a_restart_either) {
  for (const bool fails : {false, true}) {
    Desk desk;
    std::future<gate::Reply> answered = too_late(desk);
    desk.control.stopped = false;
    desk.control.stopped.notify_all();
    if (fails) {
      desk.log->flush();
      desk.control.failing = 1;
    }
    BOOST_TEST(Desk::code(answered.get()) == "deadline");
    desk.log->flush();
    if (fails) {
      BOOST_TEST(str(desk.turn(kFund, "c-2", "k-2").at("code")) == "storage");
      desk.gate->tick();
      desk.log->flush();
    }
    desk.restart();
    BOOST_TEST(desk.records(audit::Kind::delivery_missed) == 1u);
    BOOST_TEST(said(desk.turn(kFund)) == kFundTold);
    BOOST_TEST(said(desk.turn(kFund)) == "A fund.");
    desk.verify();
  }
}

// Later turns have told what it was to tell: nothing takes that back.
BOOST_AUTO_TEST_CASE(a_decision_that_the_log_does_not_have_is_not_told_again) {
  Desk desk;
  std::future<gate::Reply> answered = too_late(desk);
  desk.gate->tick();
  BOOST_TEST(Desk::code(answered.get()) == "deadline");
  desk.control.failing = 1;
  desk.control.stopped = false;
  desk.control.stopped.notify_all();
  desk.log->flush();
  BOOST_TEST(said(desk.turn(kFund)) == kFundTold);
  desk.gate->tick();
  desk.log->flush();
  BOOST_TEST(desk.records(audit::Kind::delivery_missed) == 0u);
  BOOST_TEST(said(desk.turn(kFund)) == "A fund.");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_a_stop_finds_untold_is_written_before_the_log_is_closed) {
  Desk desk;
  std::future<gate::Reply> answered = too_late(desk, [&] { desk.control.failing = 1; });  // the commit after its own
  desk.control.stopped = false;
  desk.control.stopped.notify_all();
  BOOST_TEST(Desk::code(answered.get()) == "deadline");
  desk.log->flush();
  BOOST_TEST(desk.control.failing == 0);
  BOOST_TEST(desk.records(audit::Kind::delivery_missed) == 0u);
  desk.gate->drain();
  desk.restart();
  BOOST_TEST(desk.records(audit::Kind::delivery_missed) == 1u);
  BOOST_TEST(said(desk.turn(kFund)) == kFundTold);
  BOOST_TEST(said(desk.turn(kFund)) == "A fund.");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_wording_that_speaks_of_a_product_counts_for_each_product) {
  Desk desk;
  const json::value first = desk.turn(products({"A", "B"}));
  BOOST_TEST(said(first) == "Look.\nA may fall.\nB may fall.");
  const json::value second = desk.turn(products({"C", "A"}));
  BOOST_TEST(said(second) == "Look.\nC may fall.");
  BOOST_TEST(second.at("products").at(0).at("disclosures").as_array().size() == 1u);
  BOOST_TEST(second.at("products").at(1).at("disclosures").as_array().empty());
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_did_not_go_out_is_not_used_up) {
  Desk desk;
  desk.control.failing = 1;
  BOOST_TEST(str(desk.turn(kFund).at("code")) == "storage");
  BOOST_TEST(said(desk.turn(kFund)) == kFundTold);
  BOOST_TEST(str(desk.turn(R"("answer":{"text":"guaranteed fund"})", "c-2").at("verdict")) == "block");
  BOOST_TEST(said(desk.turn(kFund, "c-2")) == kFundTold);

  const std::string id = handoff_of(desk.asks_for_a_person("c-4", "k-4"));
  BOOST_TEST(said(desk.turn(kFund, "c-4", "k-4")) == "Connecting you to a person.");
  desk.take(id);
  desk.close(id);
  BOOST_TEST(said(desk.turn(kFund, "c-4", "k-4")) == kFundTold);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(who_comes_back_from_a_person_starts_anew) {
  Desk desk;
  BOOST_TEST(said(desk.turn(kFund)) == kFundTold);
  BOOST_TEST(said(desk.turn(kGold)) == kGoldTold);
  const std::string id = handoff_of(desk.asks_for_a_person());
  desk.take(id);
  desk.clock.pass(kSecond);
  desk.close(id);
  desk.restart();
  desk.clock.pass(kSecond);
  BOOST_TEST(said(desk.turn(kFund)) == kFundTold);
  BOOST_TEST(said(desk.turn(kGold)) == kGoldTold);
  BOOST_TEST(said(desk.turn(kFund)) == "A fund.");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(decided_again_with_what_its_record_says_it_was_given_a_turn_comes_to_the_same_bytes) {
  Desk desk;
  std::vector<std::string> rest = {kFund, kFund, kGold, kGold, products({"A", "B"}), products({"B", "C"})};
  for (const std::string& one : rest) desk.turn(one);
  const std::string share = R"("answer":{"text":"shared"},"actions":[{"name":"share"}])";
  rest.push_back(share);
  const json::value asked_for = desk.turn(share);
  const std::string at_hand = format_instant(desk.clock.wall_us() - kSecond, 0);
  rest.push_back(share + R"(,"continues":")" + str(asked_for.at("decision")) +
                 R"(","satisfied":[{"name":"consent","kind":"consent","by":"app","at":")" + at_hand +
                 R"(","evidence":"doc-1"}])");
  BOOST_TEST(str(desk.turn(rest.back()).at("verdict")) == "allow");
  std::vector<std::string> turns;
  for (const std::string& one : rest) turns.push_back(Desk::body("t-" + std::to_string(turns.size() + 1), one));
  std::size_t left_out = 0, met = 0, differ = 0;
  for (const Again& again : decided_again(desk, turns)) {
    left_out += again.given.used.size();
    met += again.given.satisfied.size();
    BOOST_TEST(hex(again.now) == hex(again.recorded));
    differ += again.with_nothing_given != again.recorded ? 1 : 0;
  }
  BOOST_TEST(left_out == 3u);
  BOOST_TEST(met == 1u);
  BOOST_TEST(differ == 4u);  // or the comparison above would show nothing
}
