// The grammar has one reading for every file, and SLL prediction finds it: run with full LL prediction, the parser never asks
// for the full context and never sees two ways.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/syntax/door.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/tokens.h"

namespace fs = std::filesystem;
using namespace caveat;
using namespace caveat::syntax;

BOOST_AUTO_TEST_CASE(no_rule_file_of_the_repository_needs_more_than_sll_prediction_or_has_two_readings) {
  std::size_t declarations = 0, files = 0;
  for (const char* folder : {"tests/conformance", "rules", "examples", "tests/fuzz/seeds"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(CAVEAT_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".cav") continue;
      ++files;
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream stream;
      stream << in.rdbuf();
      const std::string bytes = stream.str();
      if (first_bad_byte(bytes) != std::string::npos) continue;  // the parser is not shown it either
      std::vector<Complaint> complaints;
      const Tokenised tokenised = tokenise(0, bytes, Limits{}, complaints);
      Door door;
      door.watch_predictions();
      for (const auto& stretch : tokenised.declarations) {
        if (stretch.hopeless) continue;
        Tree tree;
        Mistake mistake;
        const std::size_t before = Door::surprises();
        door.read(tokenised.tokens.data() + stretch.begin, stretch.end - stretch.begin, 0, tree, mistake);
        const auto& opener = tokenised.tokens[stretch.begin];
        BOOST_TEST(Door::surprises() == before, entry.path().string() << ": " << bytes.substr(opener.begin, 160));
        ++declarations;
      }
    }
  }
  BOOST_TEST(files > 100u);
  BOOST_TEST(declarations > 500u);
}
