// Every sample of the language's pages parses: nothing is wrong with it but what the compiler cannot do yet.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/syntax/codes.h"
#include "engine/syntax/parse.h"

namespace fs = std::filesystem;

BOOST_AUTO_TEST_CASE(every_sample_of_the_pages_parses) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(CAVEAT_SOURCE_DIR) / "tests/conformance/parse")) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    caveat::Sources sources;
    sources.emplace_back(entry.path().filename().string(), bytes.str());
    const auto parsed = caveat::syntax::parse(sources, 0, caveat::Limits{});
    for (const auto& d : parsed.diagnostics) {
      if (d.code == &caveat::syntax::codes::kNotYet) continue;
      BOOST_ERROR(caveat::render(d, sources));
    }
    BOOST_TEST(parsed.file.declarations.size() + parsed.diagnostics.size() > 0u);
    BOOST_TEST_MESSAGE(entry.path().filename().string() << ": " << parsed.file.declarations.size() << " declarations");
    ++files;
  }
  BOOST_TEST(files >= 6u);
}
