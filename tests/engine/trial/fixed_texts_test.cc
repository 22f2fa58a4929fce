// What packs say themselves, judged by their own rules on answers.
#include "engine/trial/fixed_texts.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "tests/support/packs.h"

using namespace caveat;

namespace {

const std::string kHead = R"(pack t
  time zone "Asia/Shanghai"
  version "1"
  default queue desk
queue desk also 坐席
  say en "Wait." zh "请稍候。"
source LAW is "某办法" article 1 in force from 2020-01-01
facts customer
  vip yes/no
facts product
  name text
lexicon promises is "保本" but not "不保本"
rule a_person_is_there
  cites LAW
  applies to message
  when message contains "give me a person"
  then hand off to desk
rule no_promises
  cites LAW
  applies to answer
  when answer claims any of promises
  then block
)";

std::string without_language(std::string_view text) { return std::string(text.substr(text.find('"'))); }

// The text and the rule of each finding.
std::string found(const std::string& more, const std::string& head = kHead) {
  const test::Checked checked = test::check_texts({{"pack.cav", head}, {"more.cav", more}});
  BOOST_REQUIRE_MESSAGE(checked.result.model, checked.rendered());
  std::string out;
  for (const Diagnostic& one : trial::judge_fixed_texts(*checked.result.model, Limits{})) {
    BOOST_TEST((one.severity == Severity::warning));
    BOOST_TEST(!one.help.empty());
    const Source& source = checked.sources[one.span.source];
    out += (out.empty() ? "" : " | ") + without_language(source.text(one.span)) + " by " +
           std::string(checked.sources[one.related.front().span.source].text(one.related.front().span));
  }
  return out;
}

std::string rule(const std::string& when, const std::string& then) {
  return "rule r\n  cites LAW\n  applies to answer\n  when " + when + "\n  then " + then + "\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fixed_texts)

BOOST_AUTO_TEST_CASE(each_text_that_a_customer_may_read_is_judged) {
  BOOST_TEST(found(rule("customer.vip is yes", "block\n    say zh \"产品保本。\"")) == "\"产品保本。\" by no_promises");
  BOOST_TEST(found(rule("customer.vip is yes", "replace answer with zh \"保本。\"")) == "\"保本。\" by no_promises");
  BOOST_TEST(found("wording W zh \"保本。\"\n" + rule("customer.vip is yes", "disclose W at end")) ==
             "\"保本。\" by no_promises");
  BOOST_TEST(found("wording W zh \"保本。\"\n") == "", "no rule says it");
  BOOST_TEST(found("queue other\n  say zh \"保本。\"\n  when closed say en \"Closed.\" zh \"保本！\"\n") ==
             "\"保本。\" by no_promises | \"保本！\" by no_promises");
  BOOST_TEST(found("requirement consent\n  ask zh \"买保本产品？我们保本。\"\n  proof consent\n  from app\n  valid for "
                   "answer\n") == "\"买保本产品？我们保本。\" by no_promises");
  BOOST_TEST(found("facts account\n  kind text, ask zh \"保本。您的账户？\"\n") ==
             "\"保本。您的账户？\" by no_promises");
  BOOST_TEST(found(rule("customer.vip is yes", "block\n    because zh \"保本。\"")) == "",
             "no customer reads a reason");
}

BOOST_AUTO_TEST_CASE(what_the_rule_lets_pass_is_no_finding) {
  BOOST_TEST(found(rule("customer.vip is yes", "block\n    say zh \"产品不保本。保本吗？\"")) == "");
  BOOST_TEST(found(rule("customer.vip is yes", "block\n    say zh \"产品保{product.name}本。\"")) == "",
             "it leaves out what is put in");
}

BOOST_AUTO_TEST_CASE(only_rules_that_refuse_an_answer_for_its_text_alone_judge) {
  const std::string say = rule("customer.vip is yes", "block\n    say zh \"基金。\"");
  const auto judged = [&](const std::string& when, const std::string& then, const std::string& subject = "answer") {
    return found(say + "rule judge\n  cites LAW\n  applies to " + subject + "\n  when " + when + "\n  then " + then +
                 "\n");
  };
  for (const std::string then : {"block", "hand off to desk", "block and flag f"})
    BOOST_TEST(judged("answer contains \"基金\"", then) == "\"基金。\" by judge");
  for (const std::string then : {"flag f", "redact match, full", "replace match with \"x\""})
    BOOST_TEST(judged("answer contains \"基金\"", then) == "");
  BOOST_TEST(judged("answer contains \"基金\" and customer.vip is yes", "block") == "");
  BOOST_TEST(judged("answer lacks \"风险\"", "block") == "", "the rest of the answer may have it");
  BOOST_TEST(judged("message contains \"基金\"", "block", "message") == "");
}

BOOST_AUTO_TEST_CASE(of_two_rules_that_never_hold_together_neither_judges_the_other) {
  const std::string say =
      "rule r\n  cites LAW\n  applies to answer\n  from 2026-06-01\n  when customer.vip is yes\n  then block\n    say "
      "zh \"基金。\"\n";
  const std::string old =
      "rule old\n  cites LAW\n  applies to answer\n  until 2026-05-31\n  when answer contains \"基金\"\n  then block\n";
  BOOST_TEST(found(say + old) == "");
}

BOOST_AUTO_TEST_CASE(of_many_rules_each_text_is_judged_by_all_that_find_something_in_it) {
  constexpr int kRules = 200;  // more than are judged by together
  const auto word = [](int number) { return "word" + std::to_string(number % kRules); };
  std::string rules, expected;
  for (int i = 0; i < kRules; ++i) {
    const std::string name = "r" + std::to_string(1000 + i);
    const std::string when = i % 3 == 0   ? "answer contains \"" + word(i) + "\""
                             : i % 3 == 1 ? "answer contains all of \"" + word(i) + "\", \"we\""
                                          : "answer claims any of L" + std::to_string(i);
    if (i % 3 == 2) rules += "lexicon L" + std::to_string(i) + " is \"" + word(i) + "\"\n";
    rules += "rule " + name + "\n  cites LAW\n  applies to answer\n  when " + when + "\n  then block\n";
    const std::string say = "\"we say " + word(i + 1) + " and " + word(i + 120) + (i == 7 ? ", code 42\"" : "\"");
    rules += "    say en " + say + "\n";
    std::set<std::string> by{"r" + std::to_string(1000 + (i + 1) % kRules),
                             "r" + std::to_string(1000 + (i + 120) % kRules)};
    if (i == 7) by.insert("by_pattern");
    for (const std::string& one : by) expected += (expected.empty() ? "" : " | ") + say + " by " + one;
  }
  rules += "rule by_pattern\n  cites LAW\n  applies to answer\n  when answer matches /code \\d+/\n  then block\n";
  rules +=
      "rule by_words_or_pattern\n  cites LAW\n  applies to answer\n  when answer contains \"nothing\" or answer "
      "matches /no \\d+/\n  then block\n    say en \"No 1. No 2.\"\n";
  expected += " | \"No 1. No 2.\" by by_words_or_pattern";
  BOOST_TEST(found(rules) == expected);
}

BOOST_AUTO_TEST_CASE(a_text_that_many_say_is_told_of_at_each_place) {
  const auto say = [](const std::string& name, const std::string& text) {
    return "rule " + name +
           "\n  cites LAW\n  applies to message\n  when message contains \"x\"\n  then block\n    say zh \"" + text +
           "\"\n";
  };
  BOOST_TEST(found(say("a", "保本。") + say("b", "保本。") + say("c", "行。") + say("d", "行。")) ==
             "\"保本。\" by no_promises | \"保本。\" by no_promises");
}

BOOST_AUTO_TEST_CASE(texts_in_one_language_are_listed_once_by_place) {
  const std::string more =
      "wording W zh \"注意。\"\nwording UNSAID zh \"无人。\"\n" +
      rule("customer.vip is yes", "block and disclose W at end\n    say en \"No.\"\n    because zh \"因。\"") +
      "rule s\n  cites LAW\n  applies to answer\n  when customer.vip is yes\n  then block and disclose W at start\n    "
      "say \"OK\"\n";
  const test::Checked checked = test::check_texts({{"pack.cav", kHead}, {"more.cav", more}});
  BOOST_REQUIRE_MESSAGE(checked.result.model, checked.rendered());
  std::string out;
  for (const trial::OneLanguage& one : trial::in_one_language(*checked.result.model))
    out += without_language(checked.sources[one.span.source].text(one.span)) +
           (one.language == Language::zh ? " zh " : " en ");
  BOOST_TEST(out == "\"注意。\" zh \"No.\" en ");
}

BOOST_AUTO_TEST_SUITE_END()
