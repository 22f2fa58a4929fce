// Every problem that reading can raise, raised by a turn, its whole text in both languages: tests/conformance/messages/wire_CODE.txt.
// The table of all codes stands in wire_codes.txt. CAVEAT_UPDATE=1 writes what is said now: read the difference before keeping it.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/turn.h"

using namespace caveat;

namespace {

const std::string kFolder = CAVEAT_SOURCE_DIR "/tests/conformance/messages/";

std::string file_text(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void stands_as_kept(const std::string& name, const std::string& said) {
  if (std::getenv("CAVEAT_UPDATE") != nullptr) std::ofstream(kFolder + name, std::ios::binary) << said;
  BOOST_TEST(file_text(name) == said, name << " says otherwise now:\n" << said);
}

// How the bytes are shown in the file: what no editor shows as <FF>.
std::string visible(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "<%02X>", byte);
      out += buffer;
    } else {
      out += c;
    }
  }
  return out;
}

std::string said_of(const std::string& turn) {
  decide::Fields fields;
  const Result<void> read = wire::parse_turn(turn, fields, Limits{});
  BOOST_REQUIRE(!read);
  const std::string_view id = wire::root_text(fields, "id");
  return "turn\n" + visible(turn.substr(0, 200)) +
         (turn.size() > 200 ? "… " + std::to_string(turn.size()) + " bytes" : std::string()) + "\n\nreply, en\n" +
         wire::problem_json(read.error(), {.id = id, .instance = {}, .language = Language::en, .with_verdict = true}) +
         "\n\nreply, zh\n" +
         wire::problem_json(read.error(), {.id = id, .instance = {}, .language = Language::zh, .with_verdict = true}) +
         "\n\nterminal, en\n" + wire::problem_text(read.error(), Language::en) + "\nterminal, zh\n" +
         wire::problem_text(read.error(), Language::zh);
}

std::string deep() {
  std::string turn = R"({"id":"t-1","x":)";
  for (int i = 0; i < 64; ++i) turn += '[';
  turn += '1';
  for (int i = 0; i < 64; ++i) turn += ']';
  return turn + '}';
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_problem_of_the_bytes_is_told_whole_in_both_languages) {
  const std::pair<const char*, std::string> cases[] = {
      {"wire_not_json", R"({"id":"t-1","customer":{"age":tru}})"},
      {"wire_not_json_cut_short", R"({"id":"t-1","answer":{"text":"您放心")"},
      {"wire_repeated_key", R"({"id":"t-1","customer":{"age":66,"\u0061ge":67}})"},
      {"wire_trailing_bytes", R"({"id":"t-1","answer":{"text":"ok"}},)"},
      {"wire_bad_utf8", "{\"id\":\"t-1\",\"answer\":{\"text\":\"\xC0\xAF\"}}"},
      {"wire_bad_utf8_surrogate", R"({"id":"t-1","answer":{"text":"\ud83d"}})"},
      {"wire_bad_number", R"({"id":"t-1","customer":{"age":067}})"},
      {"wire_wrong_type", R"([{"id":"t-1"}])"},
      {"wire_too_large", R"({"id":"t-1","answer":{"text":")" + std::string(1u << 20, 'a') + R"("}})"},
      {"wire_too_large_depth", deep()},
  };
  for (const auto& [name, turn] : cases) stands_as_kept(std::string(name) + ".txt", said_of(turn));
}

BOOST_AUTO_TEST_CASE(the_table_of_codes_is_kept_whole) {
  std::string said;
  for (const Code* code : wire::all_codes()) {
    said += std::to_string(code->http_status) + " " + std::string(code->name) + " · exit " +
            std::to_string(code->exit_code) + (code->retryable ? " · may be sent again\n" : "\n");
    said += "  " + std::string(code->en) + "\n  " + std::string(code->zh) + "\n";
    BOOST_TEST(wire::find_code(code->name) == code);  // so no name stands twice
  }
  stands_as_kept("wire_codes.txt", said);
}

BOOST_AUTO_TEST_CASE(a_language_tag_is_read_by_its_first_part) {
  using wire::language_of;
  BOOST_TEST((language_of("zh-Hans-CN", Language::en) == Language::zh));
  BOOST_TEST((language_of("zh_CN.UTF-8", Language::en) == Language::zh));
  BOOST_TEST((language_of("EN-gb", Language::zh) == Language::en));
  BOOST_TEST((language_of("zho", Language::en) == Language::en));
  BOOST_TEST((language_of("", Language::zh) == Language::zh));
}
