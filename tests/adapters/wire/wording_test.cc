// What a Problem says was expected and found is told in Chinese to a Chinese reader: no phrase of bind, of the reader or of the
// gate is left in English.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "adapters/wire/wording.h"

using namespace caveat;

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool known(const std::string& piece) {
  for (const auto table : {wire::phrases(), decide::phrases()}) {
    for (const decide::Phrase& phrase : table) {
      if (phrase.en.find(piece) != std::string_view::npos) return true;
    }
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_phrase_is_told_with_what_it_holds) {
  BOOST_TEST(wire::in(Language::zh, "an integer 0..150") == "整数 0..150");
  BOOST_TEST(wire::in(Language::zh, "money: \"60000 CNY\"") == "款项：\"60000 CNY\"");
  BOOST_TEST(wire::in(Language::zh, "money 0..5: \"60000 CNY\"") == "款项 0..5：\"60000 CNY\"");
  BOOST_TEST(wire::in(Language::zh, "one of R1, R2") == "以下之一：R1, R2");
  BOOST_TEST(wire::in(Language::zh, "1 to 128 characters") == "1 至 128 个字符");
  BOOST_TEST(wire::in(Language::zh, "a time within 5 s of 2026-03-01T10:00:00Z") ==
             "与 2026-03-01T10:00:00Z 相差不超过 5 秒的时间");
  BOOST_TEST(wire::in(Language::en, "an integer 0..150") == "an integer 0..150");
  // whole, not only what begins them
  for (const char* whole :
       {"the packs of before go on deciding; callers count as they stand now",
        "a time zone of this machine, like \"Asia/Shanghai\"", "nothing yet (not_yet): agents ask for /v1/handoffs",
        "a key whose place is kept", "rules and callers that can be read", "a log with a record in it"})
    BOOST_TEST(wire::in(Language::zh, whole) != whole);
}

BOOST_AUTO_TEST_CASE(a_value_as_it_was_sent_is_no_phrase) {
  BOOST_TEST(wire::in(Language::zh, "\"none\"") == "\"none\"");
  BOOST_TEST(wire::in(Language::zh, "\"x at byte 3\"") == "\"x at byte 3\"");
  BOOST_TEST(wire::in(Language::zh, "17") == "17");
}

BOOST_AUTO_TEST_CASE(no_phrase_of_bind_of_the_reader_or_of_the_gates_commands_is_without_its_chinese) {
  std::vector<std::filesystem::path> files;
  for (const char* file :
       {"adapters/wire/turn.cc", "adapters/gate/body.cc", "adapters/gate/deliveries.cc", "adapters/gate/errands.cc",
        "adapters/gate/looks.cc", "adapters/gate/requirements.cc", "adapters/gate/unstored.cc"})
    files.push_back(std::filesystem::path(CAVEAT_SOURCE_DIR) / file);
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(CAVEAT_SOURCE_DIR) / "engine/decide")) {
    if (entry.path().extension() == ".cc" && read(entry.path()).find("report(codes::k") != std::string::npos)
      files.push_back(entry.path());
  }
  BOOST_TEST(files.size() >= 7u);
  std::size_t pieces = 0;
  const std::regex literal(R"re("((?:[^"\\\n]|\\.)*)")re");
  for (const auto& path : files) {
    std::string text = read(path);
    text = std::regex_replace(text, std::regex(R"(//[^\n]*|#include[^\n]*)"), "");
    for (auto at = std::sregex_iterator(text.begin(), text.end(), literal); at != std::sregex_iterator(); ++at) {
      std::string piece = (*at)[1];
      piece = std::regex_replace(piece, std::regex(R"(\\(["\\]))"), "$1");
      // Two words at least: a single one is a member's name or a sign.
      if (!std::regex_search(piece, std::regex("[a-z]{2,}[ :][a-z{]|^[a-z]+ $|^ [a-z]+$"))) continue;
      const std::size_t colon = piece.find(": \"");  // an example of a value is its own
      if (colon != std::string::npos) piece = piece.substr(0, colon);
      const std::size_t first = piece.find_first_not_of(' '), last = piece.find_last_not_of(' ');
      piece = piece.substr(first, last - first + 1);
      while (!piece.empty() && (piece.front() == '`' || piece.front() == ' ')) piece.erase(0, 1);
      piece = piece.substr(0, piece.find_first_of("\"`\\["));
      while (!piece.empty() && piece.back() == ' ') piece.pop_back();
      ++pieces;
      BOOST_TEST(known(piece), path.filename().string() << ": “" << piece << "” has no Chinese in a wording.cc");
    }
  }
  BOOST_TEST(pieces > 40u);
}
