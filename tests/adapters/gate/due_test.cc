// When a hand-off falls due: in its queue's open hours, by its calendar and its zone; by the wall clock where the queue overflows; and
// what happens at that moment, not before.
#include <boost/test/unit_test.hpp>
#include <string>

#include "audit/record/events.h"
#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;

namespace {

std::shared_ptr<const decide::Ruleset> hours() {
  static const std::shared_ptr<const decide::Ruleset> loaded = [] {
    Result<load::Loaded> read = load::load_rules({CAVEAT_SOURCE_DIR "/tests/adapters/gate/hours"}, Limits{});
    BOOST_REQUIRE(read);
    for (const Diagnostic& diagnostic : read->diagnostics) BOOST_TEST_MESSAGE(render(diagnostic, read->sources));
    BOOST_REQUIRE(read->rules);
    return read->rules;
  }();
  return loaded;
}

struct Hours : Desk {
  Hours() { snapshot.put(hours()); }

  // The clock is put forward to this instant.
  void until(const std::string& instant) { clock.pass(parse_instant(instant).value() - clock.wall_us()); }
  json::value asks_for(const std::string& words) {
    return turn(R"("message":{"text":")" + words + R"("},"answer":{"text":"hm"})");
  }
};

// When a hand-off that these words bring at `at` falls due, to the second, as UTC: the reply says what the ticket has.
std::string due(const std::string& at, const std::string& words) {
  Hours desk;
  desk.until(at);
  const json::value reply = desk.asks_for(words);
  const std::string told = str(reply.at("handoff").at("due"));
  gate::Caller agent = Desk::agent();
  agent.any_queue = true;
  const gate::Reply ticket = desk.gate->look({.kind = gate::Query::Kind::handoff, .target = handoff_of(reply)}, agent);
  BOOST_TEST(str(json::parse(ticket.body).at("due")) == told);
  return told.substr(0, 19);
}

}  // namespace

BOOST_AUTO_TEST_CASE(within_a_day_what_is_left_of_its_hours_counts_and_the_rest_runs_on_the_next_open_day) {
  BOOST_TEST(due("2026-11-25T10:00:00+08:00", "counter") == "2026-11-25T03:00:00");  // a Wednesday
  BOOST_TEST(due("2026-11-25T16:30:00+08:00", "counter") == "2026-11-25T09:30:00");  // to the minute at which it closes
  BOOST_TEST(due("2026-11-25T17:00:00+08:00", "counter") == "2026-11-26T01:30:00");
  BOOST_TEST(due("2026-11-25T20:00:00+08:00", "counter") == "2026-11-26T02:00:00");
  BOOST_TEST(due("2026-11-26T05:00:00+08:00", "counter") == "2026-11-26T02:00:00");
  BOOST_TEST(due("2026-11-20T17:00:00+08:00", "counter") == "2026-11-21T01:30:00");  // Friday to Saturday
}

BOOST_AUTO_TEST_CASE(a_holiday_has_no_hours_and_the_sunday_that_makes_up_for_it_has_those_of_a_working_day) {
  BOOST_TEST(due("2026-11-21T11:30:00+08:00", "counter") == "2026-11-22T01:30:00");
  BOOST_TEST(due("2026-11-22T17:00:00+08:00", "counter") == "2026-11-24T01:30:00");
  BOOST_TEST(due("2026-11-23T10:00:00+08:00", "counter") == "2026-11-24T02:00:00");
  BOOST_TEST(due("2026-11-28T11:30:00+08:00", "counter") == "2026-11-30T01:30:00");  // the Sunday after is none
}

BOOST_AUTO_TEST_CASE(what_a_rule_says_and_what_overflows_runs_by_the_wall_clock) {
  BOOST_TEST(due("2026-11-25T17:15:00+08:00", "counter, hurry") == "2026-11-25T09:45:00");
  BOOST_TEST(due("2026-11-25T17:15:00+08:00", "an expert") == "2026-11-25T10:15:00");
}

BOOST_AUTO_TEST_CASE(a_deadline_in_working_days_is_counted_by_the_calendar_of_its_queue) {
  // Friday to Wednesday: Sunday the 22nd is worked, Monday the 23rd is off.
  BOOST_TEST(due("2026-11-20T10:00:00+08:00", "at leisure") == "2026-11-25T02:00:00");
  BOOST_TEST(due("2026-11-25T20:00:00+08:00", "at leisure") == "2026-11-30T12:00:00");
}

BOOST_AUTO_TEST_CASE(hours_that_pass_midnight_are_counted_through) {
  BOOST_TEST(due("2026-11-25T23:00:00+08:00", "the night desk") == "2026-11-25T17:00:00");
  BOOST_TEST(due("2026-11-25T05:00:00+08:00", "the night desk") == "2026-11-25T15:00:00");
  BOOST_TEST(due("2026-11-25T12:00:00+08:00", "the night desk") == "2026-11-25T16:00:00");
}

BOOST_AUTO_TEST_CASE(
    when_the_clocks_of_the_zone_change_hours_are_those_of_the_wall_and_what_runs_in_them_is_time_that_passes) {
  BOOST_TEST(due("2027-03-12T16:00:00-05:00", "the office") == "2027-03-15T14:00:00");  // 10:00 by summer time
  BOOST_TEST(due("2027-11-05T16:00:00-04:00", "the office") == "2027-11-08T15:00:00");  // 10:00 by winter time
  // Five hours of that night, whatever the clock on the wall shows: it leaves out the hour from two to three …
  BOOST_TEST(due("2027-03-13T23:00:00-05:00", "the late desk") == "2027-03-14T09:00:00");
  BOOST_TEST(due("2027-03-14T00:30:00-05:00", "the late desk") ==
             "2027-03-15T02:30:00");  // 4.5 h till 6, half of one from 22
  // … and has that from one to two twice.
  BOOST_TEST(due("2027-11-06T23:00:00-04:00", "the late desk") == "2027-11-07T08:00:00");
}

BOOST_AUTO_TEST_CASE(a_ticket_escalates_when_it_is_due_by_the_hours_of_its_queue_and_not_before) {
  Hours desk;
  desk.until("2026-11-25T17:00:00+08:00");
  desk.asks_for("counter");
  desk.until("2026-11-25T23:00:00+08:00");
  BOOST_TEST(desk.gate->tick() == 0u);
  BOOST_TEST(said(desk.hello()) == "The counter is closed.");
  desk.until("2026-11-26T09:29:59+08:00");
  BOOST_TEST(desk.gate->tick() == 0u);
  BOOST_TEST(said(desk.hello()) == "The counter will be with you.");
  desk.until("2026-11-26T09:30:01+08:00");
  BOOST_TEST(desk.gate->tick() == 1u);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(where_a_queue_overflows_the_due_time_of_the_one_above_runs_in_that_ones_hours) {
  Hours desk;
  desk.until("2026-11-25T17:15:00+08:00");
  const std::string id = handoff_of(desk.asks_for("an expert"));
  desk.until("2026-11-25T18:15:01+08:00");  // nobody is there any more, and yet it does not wait for the morning
  BOOST_TEST(desk.gate->tick() == 1u);
  gate::Caller agent = Desk::agent();
  agent.any_queue = true;
  const auto ticket = [&] {
    return json::parse(desk.gate->look({.kind = gate::Query::Kind::handoff, .target = id}, agent).body);
  };
  BOOST_TEST(str(ticket().at("queue")) == "counter");
  BOOST_TEST(str(ticket().at("due")).substr(0, 19) == "2026-11-26T02:00:00");
  desk.until("2026-11-26T09:59:59+08:00");
  BOOST_TEST(desk.gate->tick() == 0u);
  // Whoever passes it on starts the hours of the other queue, and so does whoever asks for a person.
  const gate::Reply passed =
      desk.command(gate::Command::Kind::pass_handoff, id, R"({"queue":"night","note":"n"})", agent);
  BOOST_TEST(str(json::parse(passed.body).at("due")).substr(0, 19) == "2026-11-26T16:00:00");
  const gate::Reply opened = desk.command(gate::Command::Kind::open_handoff, {},
                                          R"({"conversation":"c-9","queue":"night","reason":"r"})", agent);
  BOOST_TEST(str(json::parse(opened.body).at("due")).substr(0, 19) == "2026-11-26T16:00:00");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_queue_without_one_above_escalates_to_the_default_queue_of_the_operator) {
  Hours desk;
  desk.gate = desk.Bench::gate(gate::GateOptions{.threads = 2, .default_queue = "night"});
  desk.until("2026-11-25T16:00:00+08:00");
  const std::string id = handoff_of(desk.asks_for("counter"));
  desk.until("2026-11-25T17:00:01+08:00");
  BOOST_TEST(desk.gate->tick() == 1u);
  gate::Caller agent = Desk::agent();
  agent.any_queue = true;
  const json::value now = json::parse(desk.gate->look({.kind = gate::Query::Kind::handoff, .target = id}, agent).body);
  BOOST_TEST(str(now.at("queue")) == "night");
  BOOST_TEST(str(now.at("due")).substr(0, 19) == "2026-11-25T16:00:00");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_due_time_beyond_the_last_year_is_the_last_moment_of_it) {
  Desk desk;
  gate::Caller replayer = Desk::bot();
  replayer.any_time = true;
  const json::value reply =
      desk.turn(R"("at":"9999-12-31T23:59:30Z","message":{"text":"an agent please"},"answer":{"text":"no"})", "c-1",
                "k-1", replayer);
  BOOST_REQUIRE(str(reply.at("verdict")) == "handoff");
  BOOST_TEST(str(reply.at("handoff").at("due")) == "9999-12-31T23:59:59Z");
  const std::string id = handoff_of(reply);
  BOOST_TEST(str(desk.ticket(id).at("due")) == "9999-12-31T23:59:59Z");
  desk.restart();
  BOOST_TEST(str(desk.ticket(id).at("due")) == "9999-12-31T23:59:59Z");
  BOOST_TEST(desk.gate->tick() == 0u);
  bool told = false;  // the record says what the reply says
  const auto reader = audit::LogReader::open((desk.folder / "log.db").string());
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    const Result<audit::OpenedRecord> record = reader->open_body(desk.log->keys(), index);
    if (!record || record->header.context.kind != audit::Kind::handoff_opened) continue;
    const audit::SectionBytes* section = record->find(audit::Section::event);
    BOOST_REQUIRE(section != nullptr);
    const Result<audit::Event> event = audit::decode_event(audit::Kind::handoff_opened, section->encoded);
    BOOST_REQUIRE(event);
    const Microseconds due = std::get<audit::HandOffMoved>(*event).due.value();
    BOOST_TEST(format_instant(due, 0) == "9999-12-31T23:59:59Z");
    told = true;
  }
  BOOST_TEST(told);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(whatever_reply_tells_of_a_hand_off_tells_its_due_time_as_the_ticket_has_it) {
  Desk desk;
  desk.clock.pass(171'713);
  const auto same = [&](const json::value& reply) {
    const json::value ticket = desk.ticket(handoff_of(reply));
    for (const char* member : {"due", "queue", "priority"})
      BOOST_TEST(str(reply.at("handoff").at(member)) == str(ticket.at(member)), member);
  };
  const json::value opened = desk.asks_for_a_person();
  const std::string due = str(opened.at("handoff").at("due"));
  BOOST_TEST(due.size() > std::string("2026-11-25T10:00:00Z").size());  // to the microsecond
  same(opened);
  for (int time = 0; time < 3; ++time) {
    const json::value held = desk.hello();
    BOOST_TEST(str(held.at("handoff").at("due")) == due);
    same(held);
  }
  desk.clock.pass(61 * kSecond);
  BOOST_TEST(desk.gate->tick() == 1u);  // there is nobody above: it stays overdue, and says since when
  BOOST_TEST(str(desk.hello().at("handoff").at("due")) == due);
  same(desk.hello());
  BOOST_TEST(desk.take(handoff_of(opened)) == "");
  same(desk.hello());
  // One for a turn that joins the one of the turn before.
  const json::value asked = desk.unknown_turn("c-2", "k-2");
  desk.clock.pass(10 * kSecond);
  const json::value again = desk.unknown_turn("c-2", "k-2");
  BOOST_TEST(handoff_of(again) == handoff_of(asked));
  BOOST_TEST(str(again.at("handoff").at("due")) == str(asked.at("handoff").at("due")));
  same(again);
  BOOST_TEST(Desk::code(desk.command(gate::Command::Kind::throw_switch, {},
                                     R"({"on":true,"reason":"r","queue":"advisers"})", Desk::agent("boss"))) == "");
  same(desk.unknown_turn("c-2", "k-2"));
}
