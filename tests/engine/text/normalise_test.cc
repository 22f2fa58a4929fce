#include "engine/text/normalise.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <boost/test/unit_test.hpp>

#include "engine/base/utf8.h"
#include "engine/text/characters.h"
#include "tests/engine/text/random_text.h"

using namespace caveat;
using namespace caveat::text;
using caveat::text::testing::random_text;

namespace {

std::string form(std::string_view text) { return std::string(normalise(text).text()); }

// The original bytes of the first `needle` in the normal form.
std::string source_of(std::string_view text, std::string_view needle) {
  NormalText normal;
  normalise(text, normal);
  const std::size_t at = normal.text().find(needle);
  if (at == std::string_view::npos) return "not found in " + std::string(normal.text());
  const Range range = normal.original(static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + needle.size()));
  return std::string(text.substr(range.begin, range.end - range.begin));
}

std::string icu_casefold(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(error);
  std::string out;
  normalizer
      ->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size()))), error)
      .toUTF8String(out);
  return out;
}

bool starts_character(std::string_view text, std::size_t at) {
  return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

}  // namespace

namespace {
std::string expected_of(const std::string& text) {
  const std::string folded = icu_casefold(text);
  std::string out;
  for (std::size_t at = 0; at < folded.size();) {
    const CodePoint point = decode_utf8(folded, at);
    append_utf8(out, plain(point.value));
    at += point.length;
  }
  return out;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(normalising)

BOOST_AUTO_TEST_CASE(width_case_and_compatibility_forms_fold) {
  BOOST_TEST(form("ＡＢＣ　ａｂｃ１２３％") == "abc abc123%");
  BOOST_TEST(form("Guaranteed RETURN") == "guaranteed return");
  BOOST_TEST(form("年化４．８％") == "年化4.8%");
  BOOST_TEST(form("①㎏ﬁ℃") == "1kgfi°c");
  BOOST_TEST(form("Straße ẞ") == "strasse ss");
  BOOST_TEST(form("cafe\u0301") == "café");
  BOOST_TEST(form("ｶﾞ") == "ガ");
  BOOST_TEST(form("\u1112\u1161\u11AB") == "한");
  BOOST_TEST(form("保本……") == "保本......");
}

BOOST_AUTO_TEST_CASE(what_is_invisible_is_dropped) {
  BOOST_TEST(form("保\u200B本") == "保本");
  BOOST_TEST(form(std::string_view("保\0本", 7)) == "保本");
  BOOST_TEST(form("保\uFEFF\u2060\u00AD\u200D本\uFE0F") == "保本");
  BOOST_TEST(form("保\uFDD0\uFFFF\x01\x7F\u202E本") == "保本");
  BOOST_TEST(form("\u200B").empty());
  BOOST_TEST(form("").empty());
}

BOOST_AUTO_TEST_CASE(blanks_run_together_and_go_between_han_but_bounds_and_line_ends_stay) {
  BOOST_TEST(form("risk \t　 free") == "risk free");
  BOOST_TEST(form("保 本") == "保本");
  BOOST_TEST(form("保　\u200B 本") == "保本");
  BOOST_TEST(form("年化 4.8 %") == "年化 4.8 %");
  BOOST_TEST(form("保 x 本") == "保 x 本");
  BOOST_TEST(form("担保，本") == "担保,本");
  BOOST_TEST(form("保\n本") == "保\n本");
  BOOST_TEST(form("保 \r\n \u2028 本") == "保\n本");
  BOOST_TEST(form("保。 本") == "保。 本");
  BOOST_TEST(normal_form(" 保本 \n") == "保本");
}

BOOST_AUTO_TEST_CASE(the_way_back_is_exact) {
  BOOST_TEST(source_of("它保\u200B本！", "保本") == "保\u200B本");
  BOOST_TEST(source_of("担保：保  本。", "保本") == "保  本");
  BOOST_TEST(source_of("ＡＢＣ保本", "保本") == "保本");
  BOOST_TEST(source_of("x ＲＩＳＫ-free y", "risk-free") == "ＲＩＳＫ-free");
  BOOST_TEST(source_of("重㎏", "k") == "㎏");  // what folds together stands for all of it
  BOOST_TEST(source_of("cafe\u0301!", "café") == "cafe\u0301");
  BOOST_TEST(source_of("a\u200Bb", "a") == "a");
  BOOST_TEST(source_of("𠮷保本𠮷", "保本") == "保本");
  const NormalText normal = normalise("\u200B保");
  BOOST_TEST((normal.original(0, 0) == Range{3, 3}));
  BOOST_TEST((normal.original(0, 99) == Range{3, 6}));
  BOOST_TEST((normalise("").original(0, 5) == Range{0, 0}));
}

BOOST_AUTO_TEST_CASE(spans_can_be_widened_to_what_a_reader_takes_for_one_character) {
  const std::string_view family = "爱\U0001F468\u200D\U0001F469\u200D\U0001F467!";
  const NormalText normal = normalise(family);
  const auto at = static_cast<std::uint32_t>(normal.text().find("\U0001F469"));
  BOOST_TEST((normal.original_graphemes({at, at + 4}) == Range{3, static_cast<std::uint32_t>(family.size() - 1)}));
  const NormalText accent = normalise("xe\u0301\u0316y");
  BOOST_TEST((accent.original_graphemes({1, 2}) == Range{1, 6}));
}

BOOST_AUTO_TEST_CASE(plain_ranges_differ_in_width_and_case_only) {
  const auto plain = [](std::string_view text) {
    const NormalText normal = normalise(text);
    return normal.is_plain({0, static_cast<std::uint32_t>(normal.text().size())});
  };
  BOOST_TEST(plain("人工智能"));
  BOOST_TEST(plain("ＡＩ智能 X"));
  BOOST_TEST(!plain("人工 智能"));
  BOOST_TEST(!plain("人工\u200B智能"));
  BOOST_TEST(!plain("artificial  intelligence"));
  BOOST_TEST(!plain("e\u200B\u0301"));
}

BOOST_AUTO_TEST_CASE(every_character_of_unicode_folds_as_icu_has_it_but_for_apostrophes_and_hyphens) {
  std::size_t wrong = 0;
  for (char32_t c = 0x21; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const Character::Kind kind = character(c).kind;
    if (kind == Character::Kind::blank || kind == Character::Kind::line || kind == Character::Kind::drop) continue;
    std::string text;
    append_utf8(text, c);
    if (form(text) != expected_of(text)) {
      if (++wrong < 5) BOOST_TEST_MESSAGE("U+" << std::hex << static_cast<std::uint32_t>(c));
    }
  }
  BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_CASE(random_texts_without_blanks_fold_as_icu_has_it_but_for_apostrophes_and_hyphens) {
  std::mt19937 random(7);
  std::size_t compared = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const std::string raw = random_text(random, 12);
    for (std::size_t at = 0; at < raw.size();) {
      const CodePoint point = decode_utf8(raw, at);
      const Character::Kind kind = character(point.value).kind;
      // ICU keeps what we drop besides the ignorable, and does not run blanks together (what folds into a blank among them).
      if (kind != Character::Kind::blank && kind != Character::Kind::line && kind != Character::Kind::drop) {
        text += raw.substr(at, point.length);
      }
      at += point.length;
    }
    const std::string expected = expected_of(text);
    if (expected.find(' ') != std::string::npos) continue;
    ++compared;
    BOOST_REQUIRE_EQUAL(form(text), expected);
  }
  BOOST_TEST(compared > 10'000U);
}

BOOST_AUTO_TEST_CASE(normalising_twice_is_normalising_once) {
  std::mt19937 random(11);
  for (int i = 0; i < 30'000; ++i) {
    const std::string text = random_text(random, 1 + i % 40);
    const std::string once = form(text);
    BOOST_REQUIRE(is_valid_utf8(once));
    BOOST_REQUIRE_EQUAL(form(once), once);
  }
}

BOOST_AUTO_TEST_CASE(the_map_back_is_monotone_lands_on_characters_and_folds_to_what_it_came_from) {
  std::mt19937 random(13);
  NormalText normal;  // reused, as a scratch is
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random, 1 + i % 30);
    normalise(text, normal);
    const auto size = static_cast<std::uint32_t>(normal.text().size());
    Range last{0, 0};
    for (std::uint32_t at = 0; at < size;) {
      const std::uint32_t next = at + decode_utf8(normal.text(), at).length;
      const Range range = normal.original(at, next);
      BOOST_REQUIRE(range.begin < range.end && range.end <= text.size());
      BOOST_REQUIRE(starts_character(text, range.begin) && starts_character(text, range.end));
      BOOST_REQUIRE(range.begin >= last.begin && range.end >= last.end);
      BOOST_REQUIRE(range == last || range.begin >= last.end);
      // The piece of the original folds to something that holds this character, alone as in its place.
      const std::string piece = form(std::string_view(text).substr(range.begin, range.end - range.begin));
      BOOST_REQUIRE(piece.find(normal.text().substr(at, next - at)) != std::string::npos);
      last = range;
      at = next;
    }
    const Range all = normal.original(0, size);
    if (size > 0) BOOST_REQUIRE(form(std::string_view(text).substr(all.begin, all.end - all.begin)) == normal.text());
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_stand_as_replacement_characters) {
  BOOST_TEST(form("a\xFF保\xE4\xBF") == "a\uFFFD保\uFFFD\uFFFD");
  BOOST_TEST(source_of("a\xFF保", "保") == "保");
}

BOOST_AUTO_TEST_CASE(a_page_of_marks_costs_no_more_than_a_page) {
  std::string text = "x";
  // The square of a million does not end within the time that CTest gives.
  for (int i = 0; i < 1'000'000; ++i) append_utf8(text, i % 2 == 0 ? 0x301 : 0x316);
  const std::string once = form(text);
  BOOST_TEST(count_code_points(once) == 31U);
  BOOST_TEST(form(once) == once);
}

BOOST_AUTO_TEST_SUITE_END()
