// The grammar has one reading for every file, and SLL prediction finds it: run with full LL prediction, the parser never asks
// for the full context and never sees two ways.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/syntax/door.h"
#include "engine/syntax/tokens.h"

namespace fs = std::filesystem;
using namespace caveat;
using namespace caveat::syntax;

BOOST_AUTO_TEST_CASE(no_sample_needs_more_than_sll_prediction_or_has_two_readings) {
  std::size_t declarations = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(CAVEAT_SOURCE_DIR) / "tests/conformance/parse")) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream stream;
    stream << in.rdbuf();
    const std::string bytes = stream.str();
    std::vector<Complaint> complaints;
    const Tokenised tokenised = tokenise(0, bytes, Limits{}, complaints);
    Door door;
    door.watch_predictions();
    for (const auto& stretch : tokenised.declarations) {
      Tree tree;
      Mistake mistake;
      const std::size_t before = Door::surprises();
      door.read(tokenised.tokens.data() + stretch.begin, stretch.end - stretch.begin, 0, tree, mistake);
      const auto& opener = tokenised.tokens[stretch.begin];
      BOOST_TEST(Door::surprises() == before, entry.path().filename().string()
                                                  << ": " << bytes.substr(opener.begin, 160));
      ++declarations;
    }
  }
  BOOST_TEST(declarations > 80u);
}
