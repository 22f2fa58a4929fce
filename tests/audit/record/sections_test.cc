#include "audit/record/sections.h"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "engine/base/cbor.h"
#include "tests/audit/support/random_windows.h"

using namespace caveat;
using namespace caveat::audit;

BOOST_AUTO_TEST_SUITE(sections)

namespace {

VerdictSection verdict() {
  VerdictSection section;
  section.verdict = 4;
  section.rules = {{"cn.wealth/a", RuleOutcome::State::fired, 3, 1},
                   {"cn.wealth/b", RuleOutcome::State::unknown_by_default, 4, -1}};
  section.handoff = HandOffOutcome{"wealth_advisors", 1, 300, true, "none"};
  return section;
}

// Every proper beginning of an encoding, and every single changed byte, is refused or reads as something else.
template <class Decode>
void check_damage(const std::string& bytes, Decode decode) {
  for (std::size_t length = 0; length < bytes.size(); ++length)
    BOOST_TEST(!decode(std::string_view(bytes).substr(0, length)).has_value());
  BOOST_TEST(!decode(bytes + '\0').has_value());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_verdict_is_read_back_as_it_was) {
  const std::string bytes = encode_verdict(verdict());
  const Result<VerdictSection> back = decode_verdict(bytes);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(encode_verdict(*back) == bytes);
  BOOST_TEST(back->rules.size() == 2u);
  BOOST_TEST(back->rules[0].item == 1);
  BOOST_TEST(back->rules[1].item == -1);
  BOOST_TEST(back->handoff->queue == "wealth_advisors");
  BOOST_TEST(back->handoff->hold);
  check_damage(bytes, [](std::string_view cut) { return decode_verdict(cut); });
}

BOOST_AUTO_TEST_CASE(a_verdict_that_is_read_in_its_order_is_the_one_that_the_tree_takes_and_no_other_is_read) {
  const auto same = [](const std::string& bytes) {
    const Result<VerdictSection> read = decode_verdict(bytes), tree = decode_verdict_by_tree(bytes);
    BOOST_REQUIRE(read.has_value() == tree.has_value());
    if (!read) return;
    BOOST_TEST(encode_verdict(*read) == bytes);
    BOOST_TEST(encode_verdict(*tree) == bytes);
  };
  const std::string bytes = encode_verdict(verdict());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      same(changed);
    }
    same(bytes.substr(0, at));
    same(bytes.substr(0, at) + bytes.substr(at + 1));
    same(bytes.substr(0, at) + bytes[at] + bytes.substr(at));
  }
}

BOOST_AUTO_TEST_CASE(a_verdict_beyond_handoff_is_refused) {
  VerdictSection section = verdict();
  section.verdict = 5;
  BOOST_TEST(!decode_verdict(encode_verdict(section)).has_value());
}

BOOST_AUTO_TEST_CASE(digests_rules_and_story_are_read_back_as_they_were) {
  DigestsSection digests;
  digests.program = sha256("program");
  digests.packs = {{"cn.common", "2026.1", sha256("a")}, {"cn.wealth", "2026.2", sha256("b")}};
  const Result<DigestsSection> back = decode_digests(encode_digests(digests));
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(encode_digests(*back) == encode_digests(digests));
  BOOST_TEST((back->packs[1].digest == sha256("b")));
  check_damage(encode_digests(digests), [](std::string_view cut) { return decode_digests(cut); });

  const RulesSection rules{{{"cn.wealth/a", "Title", "标题", {"Law art. 1"}, {"法 第1条"}, {"compliance"}}}};
  const Result<RulesSection> rules_back = decode_rules(encode_rules(rules));
  BOOST_REQUIRE(rules_back.has_value());
  BOOST_TEST(encode_rules(*rules_back) == encode_rules(rules));
  BOOST_TEST(rules_back->rules[0].title_zh == "标题");
  check_damage(encode_rules(rules), [](std::string_view cut) { return decode_rules(cut); });

  const StorySection story{{{StoryLine::Kind::customer_said, "hello"}}, {{StoryLine::Kind::told, "您好"}}};
  const Result<StorySection> story_back = decode_story(encode_story(story));
  BOOST_REQUIRE(story_back.has_value());
  BOOST_TEST(encode_story(*story_back) == encode_story(story));
  BOOST_TEST((story_back->zh[0].kind == StoryLine::Kind::told));
  check_damage(encode_story(story), [](std::string_view cut) { return decode_story(cut); });
}

BOOST_AUTO_TEST_CASE(a_member_that_no_encoder_writes_is_refused_in_every_section) {
  cbor::Encoder verdict;  // allow, no rules, and a key 4
  verdict.map(3);
  for (const int key : {1, 2, 4}) {
    verdict.integer(key);
    key == 2 ? verdict.array(0) : verdict.integer(0);
  }
  BOOST_TEST(!decode_verdict(verdict.view()).has_value());

  const std::string digest(32, 'd');
  cbor::Encoder digests;
  digests.map(4);
  digests.integer(1);
  digests.bytes(digest);
  for (const int key : {2, 3, 4}) {
    digests.integer(key);
    digests.array(0);
  }
  BOOST_TEST(!decode_digests(digests.view()).has_value());

  cbor::Encoder rules;
  rules.array(1);
  rules.map(7);
  for (const int key : {1, 2, 3}) {
    rules.integer(key);
    rules.text("cn.wealth/a");
  }
  for (const int key : {4, 5, 6, 7}) {
    rules.integer(key);
    rules.array(0);
  }
  BOOST_TEST(!decode_rules(rules.view()).has_value());

  cbor::Encoder story;
  story.map(3);
  for (const int key : {1, 2, 3}) {
    story.integer(key);
    story.array(0);
  }
  BOOST_TEST(!decode_story(story.view()).has_value());

  std::mt19937_64 random(7);
  WindowsSection one{{testing::random_count(random)}};
  one.counts[0].recipient.reset();
  std::string windows = encode_windows(one);
  BOOST_REQUIRE(decode_windows(windows).has_value());
  windows[1] = static_cast<char>(windows[1] + 1);  // one pair more in its map, and a key 15
  BOOST_TEST(!decode_windows(windows + "\x0f\x01").has_value());
}

BOOST_AUTO_TEST_CASE(the_counts_of_windows_are_read_back_as_they_were) {
  std::mt19937_64 random(20261128);
  std::size_t left_out = 0, there = 0, unbounded = 0;
  for (int i = 0; i < 2'000; ++i) {
    const WindowsSection section = testing::random_windows(random);
    const std::string bytes = encode_windows(section);
    const Result<WindowsSection> back = decode_windows(bytes);
    BOOST_REQUIRE(back.has_value());
    BOOST_REQUIRE(back->counts.size() == section.counts.size());
    for (std::size_t at = 0; at < section.counts.size(); ++at) {
      const WindowCount &was = section.counts[at], &is = back->counts[at];
      const auto all = [](const WindowCount& one) {
        return std::tie(one.rules, one.counted, one.whose, one.within, one.day, one.condition, one.begin, one.sure,
                        one.possible, one.known_since, one.cause, one.product, one.action, one.recipient);
      };
      BOOST_REQUIRE((all(was) == all(is)));
      was.condition ? ++there : ++left_out;
      unbounded += was.possible ? 0 : 1;
    }
    BOOST_REQUIRE(encode_windows(*back) == bytes);
  }
  BOOST_TEST((left_out > 1'000u && there > 1'000u && unbounded > 1'000u));
  check_damage(encode_windows(testing::random_windows(random)),
               [](std::string_view cut) { return decode_windows(cut); });
}

BOOST_AUTO_TEST_CASE(a_changed_byte_of_windows_is_refused_or_is_another_section_of_its_own) {
  std::mt19937_64 random(20261129);
  const std::string bytes = encode_windows(testing::random_windows(random));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      const Result<WindowsSection> read = decode_windows(changed);
      refused += read ? 0 : 1;
      if (read) BOOST_REQUIRE(encode_windows(*read) == changed);
    }
  BOOST_TEST(refused > bytes.size() * 64);
}

BOOST_AUTO_TEST_CASE(counts_that_contradict_themselves_are_refused_with_what_was_expected) {
  WindowCount good;
  good.rules = {"cn.wealth/a", "cn.wealth/b"};
  good.counted = "answer";
  good.whose = WindowCount::Whose::customer;
  good.within = Duration{.months = 0, .seconds = 600, .working_days = 0};
  good.begin = 2'000;
  good.sure = 3;
  good.possible = 4;
  good.known_since = 1'000;
  const auto read = [](const WindowCount& count) { return decode_windows(encode_windows({{count}})); };
  BOOST_REQUIRE(read(good).has_value());
  const auto said = [&](const std::function<void(WindowCount&)>& change) -> std::string {
    WindowCount count = good;
    change(count);
    const Result<WindowsSection> back = read(count);
    return back ? "taken" : back.error().items.front().expected;
  };
  const std::string rules = "the rules that read it, ascending, each once";
  BOOST_TEST(said([](WindowCount& count) { count.rules.clear(); }) == rules);
  BOOST_TEST(said([](WindowCount& count) { std::swap(count.rules[0], count.rules[1]); }) == rules);
  BOOST_TEST(said([](WindowCount& count) { count.rules[1] = count.rules[0]; }) == rules);
  BOOST_TEST(said([](WindowCount& count) { count.counted.clear(); }) == "what is counted");
  BOOST_TEST(said([](WindowCount& count) { count.day = 20'000; }) == "a duration or a day, not both");
  BOOST_TEST(said([](WindowCount& count) { count.within.reset(); }) ==
             "a duration or a day of what is counted beyond one conversation");
  BOOST_TEST(said([](WindowCount& count) { count.within->months = 1; }) ==
             "a duration of months, of seconds or of working days");
  BOOST_TEST(said([](WindowCount& count) { count.within->seconds = 0; }) ==
             "a duration of months, of seconds or of working days");
  BOOST_TEST(said([](WindowCount& count) { count.begin.reset(); }) ==
             "when the window begins, or why that is not known");
  const std::string bound = "no upper bound where the window is not known from its beginning, else one";
  BOOST_TEST(said([](WindowCount& count) { count.possible.reset(); }) == bound);
  BOOST_TEST(said([](WindowCount& count) { count.cause = 12; }) == bound);
  BOOST_TEST(said([](WindowCount& count) { count.known_since = 2'001; }) == bound);
  BOOST_TEST(said([](WindowCount& count) { count.possible = 2; }) == "not fewer possible than sure ones");
  BOOST_TEST(said([](WindowCount& count) { count.cause = 22; }).starts_with("rules, what is counted"));
  BOOST_TEST(said([](WindowCount& count) {
               count.cause = 12;
               count.possible.reset();
               count.begin.reset();
             }) == "taken");

  WindowCount other = good;
  other.whose = WindowCount::Whose::everyone;
  BOOST_TEST(decode_windows(encode_windows({{good, other}})).has_value());
  const std::string order = "each window once, in their order";
  BOOST_TEST(decode_windows(encode_windows({{other, good}})).error().items.front().expected == order);
  WindowCount again = good;  // the same window with another count
  again.sure = 2;
  BOOST_TEST(decode_windows(encode_windows({{good, again}})).error().items.front().expected == order);
  BOOST_TEST(!decode_windows(encode_windows({})).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
