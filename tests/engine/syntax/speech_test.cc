#include "engine/syntax/speech.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string_view>
#include <utility>

using namespace caveat::syntax;

BOOST_AUTO_TEST_SUITE(speech)

BOOST_AUTO_TEST_CASE(a_number_in_english_is_read_as_it_is_said) {
  for (const auto& [words, number] : {std::pair<std::string_view, std::uint64_t>{"zero", 0},
                                      {"seven", 7},
                                      {"eighteen", 18},
                                      {"sixty-five", 65},
                                      {"one hundred", 100},
                                      {"one hundred and five", 105},
                                      {"two hundred twenty-two", 222},
                                      {"one hundred and fifty thousand", 150'000},
                                      {"two million three hundred thousand and one", 2'300'001}}) {
    BOOST_TEST_REQUIRE(number_in_english(words).has_value(), words);
    BOOST_TEST(*number_in_english(words) == number, words);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_number_in_english_is_none) {
  for (const std::string_view words :
       {"", "and", "hundred", "thousand", "one two", "sixty fifteen", "five sixty", "twenty-zero", "one and two",
        "one hundred and", "one thousand million", "someone", "Ten"})
    BOOST_TEST(!number_in_english(words).has_value(), words);
}

BOOST_AUTO_TEST_CASE(a_length_in_english_is_told_as_the_language_writes_it) {
  BOOST_TEST(length_in_english("half a year") == "6 months");
  BOOST_TEST(length_in_english("a fortnight") == "14 days");
  BOOST_TEST(length_in_english("one quarter") == "3 months");
  BOOST_TEST(length_in_english("a quarter of an hour") == "15 minutes");
  BOOST_TEST(length_in_english("one year") == "1 year");
  BOOST_TEST(length_in_english("a while") == "");
  BOOST_TEST(length_in_english("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
