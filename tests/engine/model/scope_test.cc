// The samples that messages show are the language that they teach.
#include "engine/model/scope.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "engine/syntax/parse.h"

namespace caveat::model {
namespace {

BOOST_AUTO_TEST_CASE(every_sample_of_a_declaration_parses_in_its_language) {
  std::size_t shown = 0;
  for (int kind = 0; kind <= static_cast<int>(Kind::data_class); ++kind) {
    for (const Language language : {Language::en, Language::zh}) {
      const std::string_view sample = sample_of(static_cast<Kind>(kind), language);
      if (sample.empty()) continue;
      Sources sources;
      sources.emplace_back("sample.cav", std::string(sample) + "\n");
      const auto parsed = syntax::parse(sources, 0, Limits{});
      for (const Diagnostic& d : parsed.diagnostics) BOOST_ERROR(render(d, sources));
      BOOST_TEST(parsed.file.declarations.size() == 1u, sample);
      ++shown;
    }
  }
  BOOST_TEST(shown == 18u);
}

}  // namespace
}  // namespace caveat::model
