// What a pack says of the unknown holds for its rules that say nothing of their own (semantics 16).
#include <boost/test/unit_test.hpp>

#include "engine/trial/run_examples.h"
#include "tests/support/packs.h"

using namespace caveat;

namespace {

const std::string kFacts =
    "queue desk\nsource LAW is \"Act\" article 1\nfacts customer\n  age integer 0..150\n  vip yes/no\n";
const std::string kRules =
    "rule r\n  cites LAW\n  applies to answer\n  when customer.age is below 18\n  then hand off to desk\n"
    "rule s\n  cites LAW\n  applies to answer\n  when customer.vip is yes\n  then hand off to desk\n  if unknown pass\n"
    "rule person\n  cites LAW\n  applies to message\n  when message contains \"person\"\n  then hand off to desk\n";

test::Checked checked(const std::string& line, const std::string& rest) {
  return test::check_texts(
      {{"pack.cav", "pack a\n  version \"1\"\n  default queue desk\n" + line}, {"rest.cav", rest}});
}

std::string expects(const std::string& line, const std::string& expected) {
  const test::Checked packs = checked(
      line, kFacts + kRules + "example \"e\"\n  given answer at 2026-03-01T10:00Z\n    answer.text \"x\"\n  expect " +
                expected + "\n");
  BOOST_REQUIRE_MESSAGE(packs.result.model, packs.rendered());
  std::string said;
  for (const Diagnostic& one : trial::run_examples(*packs.result.model, packs.sources, {}).diagnostics)
    said += one.message;
  return said;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(default_of_a_pack)

BOOST_AUTO_TEST_CASE(a_rule_that_says_nothing_takes_the_default_and_one_that_speaks_does_not) {
  BOOST_TEST(expects("", "handoff by r") == "");
  BOOST_TEST(expects("  default if unknown block\n", "block by r") == "");
  BOOST_TEST(expects("  default if unknown pass\n", "allow") == "");
}

BOOST_AUTO_TEST_CASE(the_default_is_part_of_what_is_approved_and_the_same_in_both_phrasings) {
  const auto digest = [](const test::Checked& packs) {
    BOOST_REQUIRE_MESSAGE(packs.result.model, packs.rendered());
    return hex(packs.result.model->packs[0].digest);
  };
  const std::string block = digest(checked("  default if unknown block\n", kFacts + kRules));
  BOOST_TEST(block != digest(checked("", kFacts + kRules)));
  BOOST_TEST(block != digest(checked("  default if unknown pass\n", kFacts + kRules)));
  BOOST_TEST(block == digest(checked("  默认 若不明 拦截\n", kFacts + kRules)));
}

BOOST_AUTO_TEST_SUITE_END()
