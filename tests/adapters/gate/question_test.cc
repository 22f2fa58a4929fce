// A question that is asked in one turn and answered in a later one: a bare yes claims what it asks (semantics.md 40).
#include <boost/json.hpp>
#include <future>

#include "tests/adapters/gate/decided_again.h"
#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;

namespace {

const std::string kEnglish = R"(rule no_claims en "No claims" zh "不得宣称"
  cites HOUSE
  applies to answer
  when answer claims any of "guaranteed", "保本"
  then block
    say en "Returns are as they come." zh "收益以实际为准。"
)";
const std::string kChinese = R"(规则 no_claims 英文 “No claims” 中文 “不得宣称”
  依据 HOUSE
  适用于 回答
  当 回答 宣称任一 “guaranteed”、“保本”
  则 拦截
    提示 英文 “Returns are as they come.” 中文 “收益以实际为准。”
)";

std::string message(const std::string& text) { return R"("message":{"text":")" + text + R"("})"; }
std::string answer(const std::string& text) { return R"("answer":{"text":")" + text + R"("})"; }

struct Asked {
  std::string question, yes, no, hello, other;
};
const Asked kInEnglish = {"So tell me. Is it guaranteed?", "Yes.", "No, it is not.", "quick please",
                          "Is it open on Monday?"};
const Asked kInChinese = {"我想买。这款保本吗？", "是的。", "不是的。", "快点", "周一营业吗？"};

}  // namespace

BOOST_AUTO_TEST_CASE(a_question_of_an_earlier_turn_is_answered_by_a_bare_yes) {
  for (const std::string& rules : {kEnglish, kChinese}) {
    for (const Asked& asked : {kInEnglish, kInChinese}) {
      Desk desk;
      desk.loads_beside(rules);
      const auto verdict = [&](const std::string& rest, const std::string& conversation) {
        return str(desk.turn(rest, conversation, "").at("verdict"));
      };
      BOOST_TEST(verdict(message(asked.question), "c-1") == "allow");
      BOOST_TEST(verdict(answer(asked.yes), "c-2") == "allow");  // nobody asked there
      BOOST_TEST(verdict(answer(asked.yes), "") == "allow");
      BOOST_TEST(verdict(answer(asked.yes), "c-1") == "block");
      BOOST_TEST(verdict(answer(asked.yes), "c-1") == "block");  // what was withheld answered nothing
      desk.restart();
      desk.loads_beside(rules);
      BOOST_TEST(verdict(message(asked.hello), "c-1") == "allow");
      BOOST_TEST(verdict(answer(asked.yes), "c-1") == "block");
      BOOST_TEST(verdict(message(asked.hello) + "," + answer(asked.yes), "c-1") == "block");
      BOOST_TEST(verdict(message(asked.other) + "," + answer(asked.yes), "c-1") == "allow");  // which is the last one
      BOOST_TEST(verdict(answer(asked.yes), "c-1") == "allow");                               // and is answered
      BOOST_TEST(verdict(message(asked.question), "c-3") == "allow");
      BOOST_TEST(verdict(answer(asked.no), "c-3") == "allow");
      BOOST_TEST(verdict(answer(asked.yes), "c-3") == "allow");
      BOOST_TEST(verdict(message(asked.question) + "," + answer(asked.no), "c-4") == "allow");
      BOOST_TEST(verdict(answer(asked.yes), "c-4") == "allow");
      BOOST_TEST(verdict(message(asked.question), "c-5") == "allow");
      BOOST_TEST(verdict(message(asked.other), "c-5") == "allow");
      BOOST_TEST(verdict(answer(asked.yes), "c-5") == "allow");
      desk.verify();
    }
  }
}

// What the customer asked while a person had him, or before, was the person's to answer.
BOOST_AUTO_TEST_CASE(when_a_person_ends_a_hand_off_no_question_of_before_is_open) {
  for (const bool before : {false, true}) {
    for (const bool again : {false, true}) {
      Desk desk;
      desk.loads_beside(kEnglish);
      if (before) desk.turn(message(kInEnglish.question));
      const std::string ticket = handoff_of(desk.asks_for_a_person());
      BOOST_TEST(desk.take(ticket) == "");
      if (!before) desk.turn(message(kInEnglish.question));
      if (again) {
        desk.restart();
        desk.loads_beside(kEnglish);
      }
      BOOST_TEST(desk.close(ticket) == "");
      if (again) {
        desk.restart();
        desk.loads_beside(kEnglish);
      }
      BOOST_TEST(str(desk.turn(answer(kInEnglish.yes)).at("verdict")) == "allow");
      desk.verify();
    }
  }
}

BOOST_AUTO_TEST_CASE(a_question_that_asks_by_its_mark_alone_is_kept_with_it_however_it_is_written) {
  Desk desk;
  desk.loads_beside(kChinese);
  for (const std::string question :
       {"这款保本？", "这款保本\u200b？", "guaranteed\u2060?", "这款保本﹖", "这款保本⁇"}) {
    BOOST_TEST(str(desk.turn(message(question), "c-1", "").at("verdict")) == "allow");
    BOOST_TEST(str(desk.turn(answer("是的。"), "c-1", "").at("verdict")) == "block");
    BOOST_TEST(str(desk.turn(answer("不是的。"), "c-1", "").at("verdict")) == "allow");
  }
}

BOOST_AUTO_TEST_CASE(a_record_says_which_question_an_answer_was_read_with_and_brings_the_same_decision_about) {
  Desk desk;
  desk.loads_beside(kEnglish);
  const std::vector<std::string> turns = {Desk::body("t-asks", message(kInEnglish.question)),
                                          Desk::body("t-yes", answer("Yes."))};
  for (const std::string& turn : turns) desk.gate->decide(turn, Desk::bot());
  const std::vector<Again> all = decided_again(desk, turns);
  BOOST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[1].given.question == "Is it guaranteed?");
  BOOST_TEST((all[1].now == all[1].recorded));
  BOOST_TEST((all[1].with_nothing_given != all[1].recorded));
}

// An answer whose deadline was over before its record was on disk went to nobody: what it answered is open, also after a restart.
BOOST_AUTO_TEST_CASE(what_was_answered_for_want_of_time_answers_no_question) {
  for (const bool another : {false, true}) {
    Desk desk;
    desk.loads_beside(kEnglish);
    desk.turn(message(kInEnglish.question));
    std::promise<gate::Reply> answered;
    desk.control.stopped = true;
    desk.gate->take(Desk::body("t-late", answer(kInEnglish.no)), Desk::bot(),
                    {.deadline_ns = desk.clock.steady_ns() + kSecond * 1'000, .here = true},
                    [&](const gate::Reply& reply) { answered.set_value(reply); });
    if (another)  // a question that is newer stays
      desk.gate->take(Desk::body("t-other", message(kInEnglish.other)), Desk::bot(), {.here = true},
                      [](const gate::Reply&) {});
    desk.clock.pass(2 * kSecond);
    if (!another) desk.gate->tick();
    desk.control.stopped = false;
    desk.control.stopped.notify_all();
    BOOST_TEST(Desk::code(answered.get_future().get()) == "deadline");
    desk.log->flush();
    desk.restart();
    desk.loads_beside(kEnglish);
    BOOST_TEST(desk.records(audit::Kind::delivery_missed) == (another ? 0u : 1u));
    BOOST_TEST(str(desk.turn(answer(kInEnglish.yes)).at("verdict")) == (another ? "allow" : "block"));
    desk.verify();
  }
}
