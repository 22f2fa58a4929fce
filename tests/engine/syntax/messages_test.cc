// Every message of syntax, whole: tests/conformance/messages/syntax/NAME.cav is the broken text, NAME.txt all that is said of
// it. A first line `# limits name=number …` sets caps. With CAVEAT_UPDATE_MESSAGES set the texts are written anew, for review.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/syntax/codes.h"
#include "engine/syntax/parse.h"

namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

caveat::Limits limits_of(const std::string& text) {
  caveat::Limits limits;
  constexpr std::string_view kHead = "# limits ";
  if (text.rfind(kHead, 0) != 0) return limits;
  std::stringstream line(text.substr(kHead.size(), text.find('\n') - kHead.size()));
  for (std::string item; line >> item;) {
    const auto equals = item.find('=');
    const auto name = item.substr(0, equals);
    const auto value = static_cast<std::size_t>(std::stoul(item.substr(equals + 1)));
    if (name == "source_bytes") limits.source_bytes = value;
    if (name == "text_bytes") limits.text_bytes = value;
    if (name == "chain_terms") limits.chain_terms = value;
  }
  return limits;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_code_is_raised_by_a_case_that_holds_its_whole_text) {
  std::set<const caveat::Code*> raised;
  const fs::path folder = fs::path(CAVEAT_SOURCE_DIR) / "tests/conformance/messages/syntax";
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".cav") continue;
    const std::string text = read(entry.path());
    caveat::Sources sources;
    sources.emplace_back(entry.path().filename().string(), text);
    const auto parsed = caveat::syntax::parse(sources, 0, limits_of(text));
    std::string said;
    for (const auto& d : parsed.diagnostics) {
      raised.insert(d.code);
      said += caveat::render(d, sources);
    }
    fs::path expected = entry.path();
    expected.replace_extension(".txt");
    if (std::getenv("CAVEAT_UPDATE_MESSAGES") != nullptr) std::ofstream(expected, std::ios::binary) << said;
    BOOST_TEST_CONTEXT(entry.path().filename().string()) {
      BOOST_TEST(fs::exists(expected));
      BOOST_TEST(read(expected) == said);
    }
  }
  for (const auto* code : caveat::syntax::codes::all()) {
    BOOST_TEST(raised.count(code) == 1u, "no case raises " << code->name);
  }
}

// Whoever takes one thing that is offered has one mistake less. Marks are offered in pairs.
BOOST_AUTO_TEST_CASE(what_is_offered_mends_what_it_is_offered_for) {
  const fs::path folder = fs::path(CAVEAT_SOURCE_DIR) / "tests/conformance/messages/syntax";
  std::size_t tried = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".cav") continue;
    const std::string text = read(entry.path());
    const auto parse = [&](const std::string& of, caveat::Sources& sources) {
      sources.emplace_back(entry.path().filename().string(), of);
      return caveat::syntax::parse(sources, 0, limits_of(text)).diagnostics;
    };
    const auto apply = [](const caveat::Fix& fix, std::string& to) {
      to.replace(fix.span.begin, fix.span.end - fix.span.begin, fix.replacement);
    };
    caveat::Sources sources;
    const auto before = parse(text, sources);
    for (const auto& d : before) {
      for (const auto& fix : d.fixes) {
        std::string mended = text;
        if (fix.replacement == "\"" || fix.replacement == "“" || fix.replacement == "”") {
          for (auto other = before.rbegin(); other != before.rend(); ++other)
            if (other->code == d.code && !other->fixes.empty()) apply(other->fixes.front(), mended);
        } else {
          apply(fix, mended);
        }
        caveat::Sources again;
        const auto after = parse(mended, again);
        BOOST_TEST(after.size() < before.size(), caveat::render(d, sources));
        ++tried;
      }
    }
  }
  BOOST_TEST(tried >= 100u);
}
