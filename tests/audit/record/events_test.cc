#include "audit/record/events.h"

#include <boost/test/unit_test.hpp>

#include "audit/record/sections.h"
#include "audit/record/tally.h"

using namespace caveat;
using namespace caveat::audit;

namespace {

KeyId key_id(std::uint8_t byte) {
  KeyId id{};
  id.fill(byte);
  return id;
}

// One event a kind, with every field that may be left out, and the same without them.
std::vector<std::pair<Kind, Event>> every_event() {
  const RulesMoved moved{.name = "cn.wealth",
                         .version = "2026.2",
                         .digest = sha256("pack"),
                         .by = "li",
                         .words = "复核",
                         .in_force_from = 1'795'600'000'000'000,
                         .examples = sha256("examples"),
                         .signature = std::string("\0\xff", 2)};
  const HandOffMoved handoff{.handoff = "h-1",
                             .decision = "d-1",
                             .queue = "desk",
                             .priority = 0,
                             .due = 1'795'600'000'000'000,
                             .by = "li",
                             .outcome = "told",
                             .customer_agreed = true,
                             .note = "he will call back"};
  std::vector<std::pair<Kind, Event>> all = {
      {Kind::delivery_missed, DeliveryMissed{.decision = "d-1"}},
      {Kind::delivery_confirmed, DeliveryConfirmed{.decision = "d-1", .text = sha256("text"), .late = true}},
      {Kind::feedback, Feedback{.decision = "d-1", .kind = "wrong", .by = "li", .words = "why"}},
      {Kind::feedback, Feedback{.decision = "d-1", .kind = "right", .by = "li", .words = {}}},
      {Kind::event, DeclaredEvent{.name = "complaint_filed", .fields = {{"amount", "12.50 CNY"}, {"by", "li"}}}},
      {Kind::configuration_changed,
       ConfigurationChanged{.setting = "sqlite", .before = "3.40.1", .after = "3.51.3", .by = "caveat"}},
      {Kind::configuration_changed,
       ConfigurationChanged{.setting = "sqlite", .before = {}, .after = {}, .by = "caveat"}},
      {Kind::key_created, KeyMade{.verifier_key = "a+1+b", .before = {}, .note = {}, .by = {}}},
      {Kind::key_rotated, KeyMade{.verifier_key = "a+1+b", .before = "a+2+c", .note = "note\n", .by = "li"}},
      {Kind::erasure,
       Erasure{.subjects = {key_id(1), key_id(2)}, .by = "li", .ground = "request", .bucket = 7, .epoch = 2}},
      {Kind::legal_hold,
       LegalHold{.subjects = {key_id(1)}, .by = "court", .ground = "case 12", .until = 5, .lifted = false}},
      {Kind::viewed,
       Viewed{.by = "li", .role = "officer", .records = {{0, 3}, {7, 8}}, .reason = "case", .query = "q"}},
      {Kind::viewed, Viewed{.by = "li", .role = "officer", .records = {}, .reason = {}, .query = {}}},
      {Kind::exported, Exported{.by = "li",
                                .role = "officer",
                                .query = "every decision",
                                .checkpoint = "note\n",
                                .content = sha256("manifest"),
                                .seed = "s",
                                .form = "zip",
                                .recipient = "supervisor",
                                .purpose = "audit"}},
      {Kind::signed_in, SignedIn{.by = "li", .method = "password", .from = "10.0.0.1"}},
      {Kind::switch_thrown, SwitchThrown{.topic = "loans", .on = true, .by = "li", .reason = "prices"}},
      {Kind::switch_thrown, SwitchThrown{.topic = {}, .on = false, .by = "li", .reason = {}}},
      {Kind::gap, Gap{.since = 1, .until = 2, .lost = 3, .code = "storage", .words = "the disk is full"}},
      {Kind::clock_stepped, ClockStepped{.newest = 9, .clock = 4}},
      {Kind::closing, Closing{.day = "2026-11-25",
                              .records = {0, 12},
                              .kinds = {{"decision", 11}, {"viewed", 1}},
                              .verdicts = {{"allow", 10}, {"block", 1}},
                              .rules = {{"a/long_name", 1}, {"b/x", 1}},
                              .unread = 0}},
      {Kind::time_stamp, TimeStamp{.token = std::string("\x30\x00", 2), .checkpoint = "note\n"}},
      {Kind::epoch, Epoch{.checkpoint = "note\n",
                          .by = "li",
                          .reason = "disk lost",
                          .lost = 4,
                          .root = sha256("root"),
                          .verifier_key = "a+1+b",
                          .note = "note\n"}},
  };
  for (const Kind kind : {Kind::handoff_opened, Kind::handoff_taken, Kind::handoff_passed, Kind::handoff_returned,
                          Kind::handoff_escalated, Kind::handoff_closed})
    all.emplace_back(kind, handoff);
  for (const Kind kind :
       {Kind::pack_drafted, Kind::pack_reviewed, Kind::pack_approved, Kind::pack_activated, Kind::pack_withdrawn,
        Kind::data_drafted, Kind::data_reviewed, Kind::data_approved, Kind::data_activated, Kind::data_withdrawn})
    all.emplace_back(kind, moved);
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(every_kind_but_a_decision_has_an_event_that_comes_back_as_the_same_bytes) {
  std::map<Kind, int> seen;
  for (const auto& [kind, event] : every_event()) {
    ++seen[kind];
    BOOST_TEST(fits(kind, event), name(kind));
    const std::string bytes = encode_event(event);
    const Result<Event> back = decode_event(kind, bytes);
    BOOST_REQUIRE_MESSAGE(back.has_value(), name(kind));
    BOOST_TEST(encode_event(*back) == bytes, name(kind));
    for (const Language language : {Language::en, Language::zh}) {
      BOOST_TEST(!told(*back, language).empty(), name(kind));
      BOOST_TEST(!title(kind, language).empty(), name(kind));
    }
  }
  for (std::uint64_t number = 0; number < 256; ++number) {
    const std::optional<Kind> kind = kind_of(number);
    if (kind && *kind != Kind::decision) BOOST_TEST(seen.contains(*kind), name(*kind));
  }
  BOOST_TEST(!decode_event(Kind::decision, encode_event(Gap{})).has_value());
}

BOOST_AUTO_TEST_CASE(the_priority_of_a_hand_off_is_told_by_its_word_as_everywhere) {
  const auto priority = [](std::optional<std::uint64_t> of, Language language) {
    std::string all;
    for (const auto& [label, value] : told(HandOffMoved{.handoff = "h-1",
                                                        .decision = "d-1",
                                                        .queue = {},
                                                        .priority = of,
                                                        .due = {},
                                                        .by = {},
                                                        .outcome = {},
                                                        .customer_agreed = {},
                                                        .note = {}},
                                           language))
      if (label == "priority" || label == "优先级") all += label + " " + value;
    return all;
  };
  const char* const words[4][2] = {{"urgent", "紧急"}, {"high", "高"}, {"normal", "普通"}, {"low", "低"}};
  for (std::uint64_t of = 0; of < 4; ++of) {
    BOOST_TEST(priority(of, Language::en) == std::string("priority ") + words[of][0]);
    BOOST_TEST(priority(of, Language::zh) == std::string("优先级 ") + words[of][1]);
  }
  BOOST_TEST(priority({}, Language::en) == "");
  BOOST_TEST(priority(4, Language::en) ==
             "priority 4");  // as a record of others may say: it is told as it stands there
}

BOOST_AUTO_TEST_CASE(an_event_that_the_writer_would_not_write_is_refused_with_its_kind) {
  for (const auto& [kind, event] : every_event()) {
    const std::string bytes = encode_event(event);
    for (std::size_t length = 0; length < bytes.size(); ++length)
      BOOST_TEST(!decode_event(kind, bytes.substr(0, length)).has_value());
    BOOST_TEST(!decode_event(kind, bytes + '\0').has_value());
    std::string more = bytes;  // one pair more, of a key that no kind has
    more[0] = static_cast<char>(more[0] + 1);
    more += "\x18\x63\x00";
    const Result<Event> refused = decode_event(kind, more.substr(0, more.size()));
    BOOST_TEST(!refused.has_value(), name(kind));
  }
  const Result<Event> wrong = decode_event(Kind::gap, encode_event(ClockStepped{}));
  BOOST_REQUIRE(!wrong.has_value());
  BOOST_TEST(wrong.error().items.front().path == "gap");
  BOOST_TEST(wrong.error().items.front().expected == "field 3 as docs/formats.md gives it");
}

BOOST_AUTO_TEST_CASE(a_tally_counts_a_decision_once_for_each_of_its_rules_and_says_what_differs) {
  VerdictSection verdict;
  verdict.verdict = 3;
  verdict.rules = {{"p/a", RuleOutcome::State::fired, 3, 0},
                   {"p/a", RuleOutcome::State::fired, 3, 1},
                   {"p/b", RuleOutcome::State::unknown, 4, -1}};
  const std::string section = encode_verdict(verdict);
  Tally tally;
  tally.add(Kind::decision, &section);
  tally.add(Kind::decision, nullptr);
  tally.add(Kind::viewed, nullptr);
  BOOST_TEST(tally.kinds.at("decision") == 2u);
  BOOST_TEST(tally.verdicts.at("block") == 1u);
  BOOST_TEST(tally.rules.at("p/a") == 1u);
  BOOST_TEST(tally.rules.at("p/b") == 1u);
  BOOST_TEST(tally.unread == 1u);
  Closing closing = close_day("2026-11-25", {0, 3}, tally);
  BOOST_TEST(differs(closing, tally) == "");
  closing.kinds["viewed"] = 2;
  BOOST_TEST(differs(closing, tally) == "kind viewed: 2 / 1");
  closing = close_day("2026-11-25", {0, 3}, tally);
  closing.verdicts["block"] = 0;
  BOOST_TEST(differs(closing, tally) == "verdict block: 0 / 1");
  // What is sealed here may be fewer than it was, never more.
  Tally sealed;
  sealed.add(Kind::decision, nullptr);
  sealed.add(Kind::decision, nullptr);
  sealed.add(Kind::viewed, nullptr);
  BOOST_TEST(differs(close_day("2026-11-25", {0, 3}, tally), sealed) == "");
  BOOST_TEST(differs(close_day("2026-11-25", {0, 3}, sealed), tally) == "verdict block: 0 / 1");
}

BOOST_AUTO_TEST_SUITE_END()
