// Those of the forty rules that are in scope decide as their law says, whichever phrasing they are written in.
#include <boost/test/unit_test.hpp>

#include "engine/trial/coverage.h"
#include "engine/trial/run_examples.h"
#include "tests/support/packs.h"

using namespace caveat;

namespace {

struct Phrasing {
  std::string file, rule, when, then, never, end;
};
const std::vector<Phrasing> kPhrasings = {
    {"en.cav", "rule ", "when", "then", " today is before 2000-01-01 and (", ") "},
    {"zh.cav", "规则 ", "当", "则", " 今日 早于 2000-01-01 且（", "） "}};

std::string read(const std::string& name) {
  return test::read_file(std::string(CAVEAT_SOURCE_DIR) + "/tests/engine/model/forty/" + name);
}
test::Checked checked(const Phrasing& phrasing, const std::string& rules) {
  return test::check_texts(
      {{"pack.cav", read("pack.cav")}, {phrasing.file, rules}, {"examples.cav", read("examples.cav")}});
}

// Where a clause word stands.
std::size_t clause(const std::string& text, const std::string& word, std::size_t from) {
  return text.find(" " + word, from) + 1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_forty_rules_in_scope_decide_as_their_law_says_in_both_phrasings) {
  for (const Phrasing& phrasing : kPhrasings) {
    const test::Checked all = checked(phrasing, read(phrasing.file));
    BOOST_TEST(all.rendered() == "");
    BOOST_REQUIRE(all.result.model);
    const trial::RunResult run = trial::run_examples(*all.result.model, all.sources, {});
    for (const Diagnostic& each : run.diagnostics) BOOST_TEST_MESSAGE(render(each, all.sources));
    BOOST_TEST(run.run == 66u);
    BOOST_TEST(run.held == run.run);
    // each rule has an example that fires it and one that misses it by one condition
    const trial::CoverageResult coverage = trial::coverage(*all.result.model, run, {});
    BOOST_TEST(coverage.rules.size() == 25u);
    for (const Diagnostic& each : coverage.notes) BOOST_TEST_ERROR(render(each, all.sources));
  }
}

BOOST_AUTO_TEST_CASE(none_of_the_forty_rules_can_be_turned_off_without_an_example_that_fails) {
  for (const Phrasing& phrasing : kPhrasings) {
    const std::string text = read(phrasing.file);
    std::size_t rules = 0;
    for (std::size_t at = text.find(phrasing.rule); at != std::string::npos;
         at = text.find("\n" + phrasing.rule, at + 1)) {
      const std::size_t head = text[at] == '\n' ? at + 1 + phrasing.rule.size() : at + phrasing.rule.size();
      const std::string name = text.substr(head, text.find(' ', head) - head);
      const std::size_t when = clause(text, phrasing.when, head) + phrasing.when.size();
      std::string off = text;
      off.insert(clause(text, phrasing.then, when), phrasing.end).insert(when, phrasing.never);
      const test::Checked without = checked(phrasing, off);
      BOOST_TEST_CONTEXT(phrasing.file << ": " << name) {
        BOOST_TEST(without.rendered() == "");
        BOOST_REQUIRE(without.result.model);
        const trial::RunResult run = trial::run_examples(*without.result.model, without.sources, {});
        BOOST_TEST(run.held < run.run);
      }
      ++rules;
    }
    BOOST_TEST(rules == 25u);
  }
}
