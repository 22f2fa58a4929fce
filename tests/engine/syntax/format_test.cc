// The printer: a file wholly in one language, and nothing lost on the way.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/syntax/format.h"
#include "engine/syntax/parse.h"
#include "tests/engine/syntax/dump.h"

namespace fs = std::filesystem;
using namespace caveat;
using namespace caveat::syntax;

namespace {

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

std::vector<std::string> same(const Path& path, Language) {
  std::vector<std::string> parts;
  for (const auto& part : path.parts) parts.push_back(part.text);
  return parts;
}

std::vector<std::string> by_dictionary(const Path& path, Language language) {
  static const std::vector<std::pair<std::string, std::string>> kWords = {
      {"product", "产品"},  {"customer", "客户"},    {"risk_level", "风险等级"},   {"risk_tolerance", "风险承受能力"},
      {"age", "年龄"},      {"answer", "回答"},      {"assessed_on", "评估日期"},  {"stale_assessment", "评估过期"},
      {"person", "自然人"}, {"institution", "机构"}, {"SUITABILITY", "适当性办法"}};
  std::vector<std::string> parts;
  for (const auto& part : path.parts) {
    std::string text = part.text;
    for (const auto& [en, zh] : kWords) {
      if (text == en || text == zh) text = language == Language::zh ? zh : en;
    }
    parts.push_back(text);
  }
  return parts;
}

struct Printed {
  std::string text;
  std::string tree;
};

Printed print(const std::string& bytes, Language language, const NameIn& names) {
  Sources sources;
  sources.emplace_back("x.cav", bytes);
  const auto parsed = parse(sources, 0, Limits{});
  for (const auto& d : parsed.diagnostics) {
    if (d.code->name != "not_yet") BOOST_ERROR(render(d, sources) << "in\n" << bytes);
  }
  return {format(parsed.file, bytes, language, names), testing::dump(parsed.file)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(printing_in_either_language_keeps_the_tree_and_twice_is_once) {
  for (const auto& entry : fs::directory_iterator(fs::path(CAVEAT_SOURCE_DIR) / "tests/conformance/parse")) {
    BOOST_TEST_CONTEXT(entry.path().filename().string()) {
      const std::string bytes = read(entry.path());
      for (const Language language : {Language::en, Language::zh}) {
        const Printed first = print(bytes, language, same);
        const Printed second = print(first.text, language, same);
        BOOST_TEST(first.text == second.text);
        BOOST_TEST(first.tree == second.tree);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(english_to_chinese_to_english_prints_the_same_bytes) {
  for (const auto& entry : fs::directory_iterator(fs::path(CAVEAT_SOURCE_DIR) / "tests/conformance/parse")) {
    BOOST_TEST_CONTEXT(entry.path().filename().string()) {
      const std::string english = print(read(entry.path()), Language::en, by_dictionary).text;
      const std::string chinese = print(english, Language::zh, by_dictionary).text;
      BOOST_TEST(print(chinese, Language::en, by_dictionary).text == english);
      BOOST_TEST(print(print(chinese, Language::en, by_dictionary).text, Language::zh, by_dictionary).text == chinese);
    }
  }
}

// What one phrasing needs no brackets for may need them in the other.
BOOST_AUTO_TEST_CASE(reckoning_keeps_its_tree_in_either_language) {
  for (const std::string text : {"定义 d 为 a 修约至 2位 的 20% 为 1",
                                 "定义 d 为 a 修约至 2位 的 4倍 为 1",
                                 "定义 d 为 a 的 4倍 修约至 2位 为 1",
                                 "定义 d 为 a 的 4倍 的 2倍 为 1",
                                 "定义 d 为 a * b 的 4倍 为 1",
                                 "定义 d 为 a 占 b 的比例 的 20% 为 1",
                                 "定义 d 为 -a 的 20% 为 1",
                                 "定义 d 为 5 的 20% 为 1",
                                 "定义 d 为 a + （（b * c） 修约至 2位） 为 1",
                                 "定义 d 为 （a + 1天） 至今满年数 为 1",
                                 "定义 d 为 2020-01-01 至今满年数 为 1",
                                 "定义 d 为 c 的 （a + 1%） 为 1",
                                 "define d as -20 % of a is 1",
                                 "define d as a as percent of 20 % of b is 1",
                                 "define d as 20 % of a rounded to 2 digits is 1",
                                 "define d as (a * b) rounded to 2 digits is 1",
                                 "define d as a * (b rounded to 2 digits) is 1",
                                 "define d as b rounded to 2 digits * a is 1",
                                 "define d as (a + 1 %) of b is 1",
                                 "define d as full years since (a + 1 days) is 1",
                                 "define d as full years since a rounded to 2 digits is 1",
                                 "define d as a - (b - c) / (d * e) is 1"}) {
    BOOST_TEST_CONTEXT(text) {
      const std::string english = print(text, Language::en, same).text, tree = print(text, Language::en, same).tree;
      const Printed chinese = print(english, Language::zh, same);
      BOOST_TEST(chinese.tree == tree, english);
      const Printed again = print(chinese.text, Language::en, same);
      BOOST_TEST(again.tree == tree, chinese.text);
      BOOST_TEST(again.text == english);
    }
  }
}

// Nobody calls a date higher than another.
BOOST_AUTO_TEST_CASE(times_are_before_and_after_one_another) {
  for (const auto& [english, chinese] : std::vector<std::pair<std::string, std::string>>{
           {"a is before 2026-02-01", "a 早于 2026-02-01"},
           {"a is after today", "a 晚于 今日"},
           {"a is not before 2026-02-01T10:00", "a 不早于 2026-02-01T10:00"},
           {"a + 3 days is not after now", "a + 3天 不晚于 此刻"},
           {"a is above 5", "a 高于 5"}}) {
    BOOST_TEST(print("define d as " + english + "\n", Language::zh, same).text == "定义 d 为 " + chinese + "\n");
    BOOST_TEST(print("定义 d 为 " + chinese + "\n", Language::en, same).text == "define d as " + english + "\n");
  }
  BOOST_TEST(print("define d as a is below 2026-02-01\n", Language::en, same).text ==
             "define d as a is before 2026-02-01\n");
}
