// Those of the forty rules that are in scope decide as their law says, whichever phrasing they are written in.
#include <boost/test/unit_test.hpp>

#include "engine/trial/run_examples.h"
#include "tests/support/packs.h"

using namespace caveat;

BOOST_AUTO_TEST_CASE(the_forty_rules_in_scope_decide_as_their_law_says_in_both_phrasings) {
  const std::string folder = std::string(CAVEAT_SOURCE_DIR) + "/tests/engine/model/forty/";
  for (const std::string language : {"en.cav", "zh.cav"}) {
    const test::Checked checked = test::check_texts({{"pack.cav", test::read_file(folder + "pack.cav")},
                                                     {language, test::read_file(folder + language)},
                                                     {"examples.cav", test::read_file(folder + "examples.cav")}});
    BOOST_TEST(checked.rendered() == "");
    BOOST_REQUIRE(checked.result.model);
    const trial::RunResult run = trial::run_examples(*checked.result.model, checked.sources, {});
    for (const Diagnostic& each : run.diagnostics) BOOST_TEST_MESSAGE(render(each, checked.sources));
    BOOST_TEST(run.run == 21u);
    BOOST_TEST(run.held == run.run);
  }
}
