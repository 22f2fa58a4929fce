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

// Those of the forty rules that this build decides, in both phrasings (tests/engine/model/forty).
BOOST_AUTO_TEST_CASE(the_forty_rules_in_scope_compile_in_both_phrasings_to_one_digest) {
  const std::string folder = std::string(CAVEAT_SOURCE_DIR) + "/tests/engine/model/forty/";
  const std::string pack = test::read_file(folder + "pack.cav");
  const test::Checked en = test::check_texts({{"pack.cav", pack}, {"en.cav", test::read_file(folder + "en.cav")}});
  const test::Checked zh = test::check_texts({{"pack.cav", pack}, {"zh.cav", test::read_file(folder + "zh.cav")}});
  BOOST_TEST(en.rendered() == "");
  BOOST_TEST(zh.rendered() == "");
  BOOST_REQUIRE(en.result.model && zh.result.model);
  BOOST_TEST(en.result.model->rules.size() == 25u);
  BOOST_TEST((en.result.canonical[0].declarations == zh.result.canonical[0].declarations));
  BOOST_TEST((en.result.model->packs[0].digest == zh.result.model->packs[0].digest));
}

BOOST_AUTO_TEST_SUITE_END()
