// The packs of this repository, as they stand.
#include <boost/test/unit_test.hpp>

#include "tests/support/packs.h"

using namespace caveat;

BOOST_AUTO_TEST_SUITE(rules_folder)

BOOST_AUTO_TEST_CASE(our_own_packs_have_no_mistake) {
  const test::Checked checked = test::check_texts(test::read_folder(std::string(CAVEAT_SOURCE_DIR) + "/rules"));
  BOOST_TEST(checked.rendered() == "");
  BOOST_REQUIRE(checked.result.model);
  const model::Model& model = *checked.result.model;
  BOOST_TEST(model.packs.size() >= 3u);
  BOOST_TEST(model.rules.size() >= 8u);
  for (const model::Rule& rule : model.rules) {
    BOOST_TEST_CONTEXT(rule.id) {
      BOOST_TEST(!rule.cites.empty());
      BOOST_TEST(static_cast<bool>(rule.when));
      BOOST_TEST(!rule.then.empty());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
