#include "audit/record/sections.h"

#include <boost/test/unit_test.hpp>

#include "engine/base/cbor.h"

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
}

BOOST_AUTO_TEST_SUITE_END()
