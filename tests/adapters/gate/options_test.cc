// What the operator may choose of a gate: whether answers wait for the disk, and where goes what nothing sends elsewhere.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <string>

#include "adapters/gate/record.h"
#include "engine/base/cbor.h"
#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;

namespace {

struct Loose : Desk {
  explicit Loose(std::size_t threads = 2) {
    Desk::gate = Bench::gate(gate::GateOptions{.threads = threads, .durable = false});
  }
  ~Loose() { go(); }
  void stop() { control.stopped = true; }
  void go() {
    control.stopped = false;
    control.stopped.notify_all();
  }
  gate::Reply say(const std::string& id, const std::string& conversation = "c-1", const std::string& customer = "k-1") {
    return Desk::gate->decide(body(id, R"("answer":{"text":"hello"})", conversation, customer), bot());
  }
  // Does the record of this decision say that its answer went out before?
  bool says_early(const std::string& decision) {
    const auto reader = audit::LogReader::open((folder / "log.db").string());
    for (const std::uint64_t index : reader->search(log->keys(), {audit::TagKind::decision, decision})) {
      const Result<audit::OpenedRecord> record = reader->open_body(log->keys(), index);
      BOOST_REQUIRE(record);
      const Result<cbor::Value> result = cbor::decode(record->find(audit::Section::result)->encoded);
      BOOST_REQUIRE(result);
      const cbor::Value* early = result->find(gate::kEarlyKey);
      return early != nullptr && early->number != 0;
    }
    BOOST_ERROR("no record of " << decision);
    return false;
  }
};

bool has_receipt(const gate::Reply& reply) { return json::parse(reply.body).at("receipt").is_object(); }

}  // namespace

BOOST_AUTO_TEST_CASE(
    where_the_operator_chose_so_an_answer_that_changes_nothing_does_not_wait_for_the_disk_and_its_record_says_so) {
  Loose desk;
  const gate::Reply first = desk.say("t-1");  // from it on the conversation is known to be k-1's
  BOOST_TEST(first.recorded);
  desk.stop();
  const gate::Reply second = desk.say("t-2");
  BOOST_TEST((second.verdict == decide::Verdict::allow));
  BOOST_TEST(!second.recorded);
  BOOST_TEST(!has_receipt(second));
  desk.go();
  desk.gate->drain();
  BOOST_TEST(!desk.says_early(first.decision_id));
  BOOST_TEST(desk.says_early(second.decision_id));
  const gate::Reply again = desk.say("t-2");
  BOOST_TEST(again.replayed);
  BOOST_TEST(has_receipt(again));
  BOOST_TEST(again.decision_id == second.decision_id);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(hand_offs_and_what_is_required_wait_for_the_disk_whatever_was_chosen) {
  Loose desk;
  for (const char* number : {"1", "2", "3"})
    desk.say(std::string("t-") + number, std::string("c-") + number, std::string("k-") + number);
  desk.stop();
  std::atomic<int> answered{0};
  std::promise<void> all;
  const auto done = [&](const gate::Reply& reply) {
    BOOST_TEST(has_receipt(reply));
    if (++answered == 2) all.set_value();
  };
  desk.gate->take(Desk::body("h-1", R"("message":{"text":"an agent please"},"answer":{"text":"no"})", "c-1", "k-1"),
                  Desk::bot(), done);
  desk.gate->take(Desk::body("r-1", R"("answer":{"text":"shared"},"actions":[{"name":"share"}])", "c-2", "k-2"),
                  Desk::bot(), done);
  BOOST_TEST(!desk.say("t-4", "c-3", "k-3").recorded);
  BOOST_TEST(answered == 0);
  desk.go();
  all.get_future().get();
  desk.verify();
}

BOOST_AUTO_TEST_CASE(after_a_record_that_could_not_be_written_every_answer_waits_until_one_can) {
  Loose desk;
  desk.say("t-1");
  desk.stop();
  desk.control.failing = 1;
  BOOST_TEST(!desk.say("t-2").recorded);  // nobody knows yet
  desk.go();
  desk.gate->drain();
  BOOST_TEST(desk.say("t-3").recorded);
  BOOST_TEST(!desk.say("t-4").recorded);
  desk.gate->drain();
  BOOST_TEST(desk.decisions() == 3u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(an_answer_that_stands_on_a_hand_off_or_a_switch_whose_change_is_not_on_disk_waits_for_it) {
  using Kind = gate::Command::Kind;
  Loose desk(1);  // one thread: what comes first is done first
  desk.say("s-1");
  desk.say("s-2", "c-2", "k-2");
  const std::string ticket = handoff_of(desk.asks_for_a_person());
  BOOST_TEST(desk.take(ticket) == "");
  const auto between = [&](const gate::Command& command, const gate::Caller& caller, const std::string& id,
                           const std::string& conversation, const std::string& customer) {
    desk.stop();
    desk.control.failing = 1;
    std::promise<gate::Reply> changed, answered;
    desk.gate->perform(command, caller, [&](const gate::Reply& reply) { changed.set_value(reply); });
    desk.gate->take(Desk::body(id, R"("answer":{"text":"hello"})", conversation, customer), Desk::bot(),
                    [&](const gate::Reply& reply) { answered.set_value(reply); });
    BOOST_TEST(!desk.say(id + "-other", "c-2", "k-2").recorded);  // stands on none of it
    desk.go();
    BOOST_TEST(Desk::code(changed.get_future().get()) == "storage");
    desk.gate->drain();
    BOOST_TEST(desk.say(id + "-again", "c-2", "k-2").recorded);  // and the log takes records again
    return answered.get_future().get();
  };
  // The person has the conversation still, for that it was given back is lost: nothing of the bot's may have gone out.
  const gate::Command close{.kind = Kind::close_handoff,
                            .target = ticket,
                            .if_match = "*",
                            .body = R"({"outcome":"resolved","customer_agreed":true})"};
  BOOST_TEST(Desk::code(between(close, Desk::agent(), "s-3", "c-1", "k-1")) == "storage");
  BOOST_TEST(desk.state() == "person");
  BOOST_TEST(Desk::code(between(close, Desk::agent(), "s-4", "", "k-1")) == "storage");  // nor to him elsewhere
  BOOST_TEST(desk.close(ticket) == "");
  BOOST_TEST(!desk.say("s-5").recorded);  // it is on disk
  desk.gate->drain();
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_nothing_sends_elsewhere_goes_to_the_queue_that_the_operator_named) {
  Desk desk;
  desk.gate = desk.Bench::gate(gate::GateOptions{.threads = 2, .default_queue = "advisers"});
  using Kind = gate::Command::Kind;
  BOOST_TEST(str(desk.unknown_turn("c-1", "k-1").at("handoff").at("queue")) == "desk");  // its pack's own
  const json::value opened =
      json::parse(desk.command(Kind::open_handoff, {}, R"({"conversation":"c-2","reason":"r"})").body);
  BOOST_TEST(str(opened.at("queue")) == "advisers");

  const std::string id = handoff_of(desk.asks_for_a_person("c-3", "k-3"));
  json::value passed;
  for (int pass = 0; pass < 3; ++pass)
    passed = json::parse(desk.command(Kind::pass_handoff, id, R"({"queue":"desk","note":"n"})").body);
  BOOST_TEST(str(passed.at("queue")) == "advisers");

  BOOST_TEST(Desk::code(desk.command(Kind::throw_switch, {}, R"({"on":true,"reason":"drill"})", Desk::agent("boss"))) ==
             "");
  const json::value switched = desk.hello("c-5", "k-5");
  BOOST_TEST(str(switched.at("handoff").at("queue")) == "advisers");
  BOOST_TEST(said(switched) == "An adviser will be with you.");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_ticket_does_not_go_round_between_the_default_queue_and_the_one_that_it_overflows_to) {
  Desk desk;
  desk.gate =
      desk.Bench::gate(gate::GateOptions{.threads = 2, .default_queue = "advisers"});  // it overflows to the desk
  const std::string id =
      handoff_of(desk.turn(R"("answer":{"text":"done"},"actions":[{"name":"transfer","amount":"60000 CNY"}])"));
  BOOST_TEST(str(desk.ticket(id).at("queue")) == "advisers");
  for (const std::size_t escalated : {1u, 1u, 0u, 0u}) {
    desk.clock.pass(400 * kSecond);
    BOOST_TEST(desk.gate->tick() == escalated);
    BOOST_TEST(str(desk.ticket(id).at("queue")) == "desk");
  }
  desk.verify();
}
