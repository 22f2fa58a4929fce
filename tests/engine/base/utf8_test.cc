#include "engine/base/utf8.h"

#include <boost/test/unit_test.hpp>

#include "engine/base/width.h"

using namespace caveat;

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(every_scalar_value_is_written_and_read_again) {
  std::size_t wrong = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const CodePoint point = decode_utf8(text, 0);
    if (point.value != c || point.length != text.size() || !is_valid_utf8(text) || count_code_points(text) != 1)
      ++wrong;
  }
  BOOST_TEST(wrong == 0U);
}

// Every sequence of three bytes against the definition: it is UTF-8 if and only if writing what was read gives the same
// bytes.
BOOST_AUTO_TEST_CASE(only_the_shortest_form_of_a_scalar_value_is_valid) {
  std::size_t wrong = 0;
  std::size_t valid = 0;
  for (unsigned a = 0x80; a < 0x100; ++a) {
    for (unsigned b = 0; b < 0x100; b += (b == 0x3F ? 0x20 : 1)) {
      for (unsigned c = 0x60; c < 0xE0; ++c) {
        const std::string text{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
        const CodePoint point = decode_utf8(text, 0);
        if (!point) continue;
        ++valid;
        std::string again;
        append_utf8(again, point.value);
        if (again != text.substr(0, point.length)) ++wrong;
      }
    }
  }
  BOOST_TEST(wrong == 0U);
  BOOST_TEST(valid > 60'000U);
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_is_named_by_its_first_byte) {
  const auto at = [](std::string_view text) { return first_invalid_utf8(text); };
  BOOST_TEST(at("0123456789\xC0\x80") == 10U);  // overlong
  BOOST_TEST(at("a\xE0\x80\x80") == 1U);        // overlong
  BOOST_TEST(at("\xED\xA0\x80") == 0U);         // a surrogate
  BOOST_TEST(at("\xED\xBF\xBF") == 0U);
  BOOST_TEST(at("\xF4\x90\x80\x80") == 0U);  // above U+10FFFF
  BOOST_TEST(at("\xF0\x80\x80\x80") == 0U);
  BOOST_TEST(at("\xF8\x88\x80\x80\x80") == 0U);
  BOOST_TEST(at("保本\xE4\xBF") == 6U);  // cut off
  BOOST_TEST(at("保本\x80") == 6U);      // a tail alone
  BOOST_TEST(at("保本 guaranteed 零风险") == std::string_view::npos);
  BOOST_TEST(at(std::string_view("\0\0", 2)) == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(a_surrogate_or_more_is_written_as_the_replacement_character) {
  std::string text;
  append_utf8(text, 0xD800);
  append_utf8(text, 0x110000);
  BOOST_TEST(text == "\uFFFD\uFFFD");
}

BOOST_AUTO_TEST_CASE(noncharacters_are_the_66_of_unicode) {
  int count = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) count += is_noncharacter(c) ? 1 : 0;
  BOOST_TEST(count == 66);
}

BOOST_AUTO_TEST_CASE(chinese_takes_two_columns_and_marks_take_none) {
  BOOST_TEST(columns("abc") == 3U);
  BOOST_TEST(columns("保本，“x”") == 9U);
  BOOST_TEST(columns("ａ") == 2U);
  BOOST_TEST(columns("e\u0301") == 1U);
  BOOST_TEST(columns("保\u200B本") == 4U);
  BOOST_TEST(columns("𠮷") == 2U);
  BOOST_TEST(columns("한글") == 4U);
  BOOST_TEST(columns("\xFF\xFE") == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
