#include "engine/base/escape.h"

#include <boost/test/unit_test.hpp>

using namespace caveat;

BOOST_AUTO_TEST_SUITE(escape)

BOOST_AUTO_TEST_CASE(markup_in_a_text_stays_text_in_an_element_and_in_an_attribute) {
  BOOST_TEST(escape_markup("<a href='x' title=\"y\">风险 & return</a>") ==
             "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;风险 &amp; return&lt;/a&gt;");
  BOOST_TEST(escape_markup("") == "");
}

BOOST_AUTO_TEST_CASE(a_quoted_text_is_one_string_on_one_line) {
  BOOST_TEST(quote_json("") == "\"\"");
  BOOST_TEST(quote_json("a\"b\\c\n\x7f风险") == "\"a\\\"b\\\\c\\n\\u007f风险\"");
  BOOST_TEST(quote_json(std::string_view("\0\x1f", 2)) == "\"\\u0000\\u001f\"");
}

BOOST_AUTO_TEST_CASE(each_byte_is_escaped_or_kept_wherever_it_stands_in_a_long_text) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string alone = quote_json(std::string_view(&c, 1)), told = alone.substr(1, alone.size() - 2);
    BOOST_TEST((told.size() > 1) == (byte < 0x20 || byte == 0x7f || c == '"' || c == '\\'));
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'a'), wanted = text;
      text[at] = c;
      wanted.replace(at, 1, told);
      BOOST_TEST(is_plain_json(text) == (text == wanted));
      BOOST_TEST(quote_json(text) == "\"" + wanted + "\"");
    }
  }
}

BOOST_AUTO_TEST_CASE(what_was_sent_is_shown_by_whole_characters_and_as_utf_8_whatever_came) {
  std::string forty;
  for (int i = 0; i < 40; ++i) forty += "险";
  BOOST_TEST(shortened("") == "");
  BOOST_TEST(shortened(forty) == forty);
  BOOST_TEST(shortened(forty + "x") == forty + "…");
  BOOST_TEST(shortened("a\xff\xe9\x99z") == "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
}

BOOST_AUTO_TEST_SUITE_END()
