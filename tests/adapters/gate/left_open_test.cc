// What was asked and nobody came back to: it stays, and does what it did, however late somebody comes (docs/conversations.md).
#include <boost/json.hpp>

#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;

namespace {

constexpr Microseconds kYear = 366LL * 24 * 3'600 * kSecond;

struct LeftOpen : Desk {
  std::size_t rows(audit::StateKind kind) {
    log->flush();
    return log->state().all(kind).size();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_that_nobody_continued_is_told_from_none_a_year_later_and_goes_with_the_turn_that_does) {
  for (const std::string conversation : {"", "c-1"}) {
    LeftOpen desk;
    const std::string share = R"("answer":{"text":"shared"},"actions":[{"name":"share"}])";
    const json::value asked = desk.turn(share, conversation, "k-1");
    BOOST_TEST(str(asked.at("verdict")) == "require");
    const auto again = [&] {
      return desk.turn(share + R"(,"continues":")" + str(asked.at("decision")) + R"(")", conversation, "k-1");
    };
    BOOST_TEST(desk.rows(audit::StateKind::requirement) == 1u);
    desk.clock.pass(kYear);
    desk.restart();
    BOOST_TEST(str(desk.turn(R"("answer":{"text":"hello"})", conversation, "k-1").at("verdict")) == "allow");
    BOOST_TEST(desk.rows(audit::StateKind::requirement) == 1u);
    BOOST_TEST(str(again().at("verdict")) == "handoff");
    BOOST_TEST(desk.rows(audit::StateKind::requirement) == 0u);
    BOOST_TEST(str(again().at("code")) == "bad_continuation");
    desk.verify();
  }
}

BOOST_AUTO_TEST_CASE(a_question_that_nobody_answered_is_open_a_year_later_one_a_conversation_and_goes_with_its_answer) {
  LeftOpen desk;
  desk.loads_beside(R"(rule no_claims en "No claims" zh "不得宣称"
  cites HOUSE
  applies to answer
  when answer claims any of "guaranteed"
  then block
    say en "Returns are as they come." zh "收益以实际为准。"
)");
  const std::shared_ptr<const decide::Ruleset> rules = desk.snapshot.get();
  const auto verdict = [&](const std::string& rest) { return str(desk.turn(rest, "c-1", "").at("verdict")); };
  for (const char* text : {"Is it guaranteed?", "Is it open on Monday?", "So is it guaranteed?"}) {
    BOOST_TEST(verdict(R"("message":{"text":")" + std::string(text) + R"("})") == "allow");
    BOOST_TEST(desk.rows(audit::StateKind::conversation) == 1u);
  }
  desk.clock.pass(kYear);
  desk.restart();
  desk.snapshot.put(rules);
  BOOST_TEST(verdict(R"("answer":{"text":"Yes."})") == "block");
  BOOST_TEST(desk.rows(audit::StateKind::conversation) == 1u);
  BOOST_TEST(verdict(R"("answer":{"text":"No, it is not."})") == "allow");
  BOOST_TEST(desk.rows(audit::StateKind::conversation) == 0u);
  desk.verify();
}
