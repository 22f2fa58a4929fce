#include "engine/base/decimal.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <sstream>

using caveat::Decimal;

namespace {

Decimal number(std::string_view text) {
  const auto value = Decimal::parse(text);
  BOOST_REQUIRE_MESSAGE(value.has_value(), text << " is a number of ours");
  return *value;
}

std::string shown(const std::optional<Decimal>& value) { return value ? value->to_string() : "none"; }

constexpr std::string_view kLargest = "999999999999999999999999999999999999";

}  // namespace

BOOST_AUTO_TEST_SUITE(decimal)

BOOST_AUTO_TEST_CASE(every_operation_agrees_with_pythons_decimal_module) {
  std::ifstream file(CAVEAT_SOURCE_DIR "/tests/engine/base/decimal_vectors.txt");
  BOOST_REQUIRE(file);
  std::map<std::string, int> seen;
  std::map<std::string, int> nothing;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string operation, a, b, expected, mark;
    words >> operation >> a >> b >> expected >> mark;
    std::string found;
    if (operation == "parse") {
      bool rounded = false;
      const auto value = Decimal::parse(a, &rounded);
      found = shown(value) + (value && rounded ? " rounded" : "");
      if (!mark.empty()) expected += " " + mark;
    } else if (operation == "round") {
      found = shown(number(a).rounded_to(std::stoi(b)));
    } else if (operation == "compare") {
      const auto order = number(a) <=> number(b);
      found = order < 0 ? "<" : order > 0 ? ">" : "=";
      BOOST_TEST((number(a) == number(b)) == (expected == "="));
    } else {
      const Decimal x = number(a);
      const Decimal y = number(b);
      found = shown(operation == "plus"    ? x.plus(y)
                    : operation == "minus" ? x.minus(y)
                    : operation == "times" ? x.times(y)
                                           : x.divided_by(y));
    }
    if (expected == "none") ++nothing[operation];
    ++seen[operation];
    BOOST_TEST(found == expected, line << " gave " << found);
  }
  for (const char* operation : {"plus", "minus", "times", "over", "compare", "round", "parse"})
    BOOST_TEST(seen[operation] >= 900);
  for (const char* operation : {"plus", "minus", "times", "over", "parse"}) BOOST_TEST(nothing[operation] >= 20);
}

BOOST_AUTO_TEST_CASE(the_value_counts_and_not_its_spelling) {
  BOOST_TEST(number("1E2").to_string() == "100");
  BOOST_TEST(number("40.0").is_integer());
  BOOST_TEST((number("-0") == number("0")));
  BOOST_TEST((number("-0.00e5") == Decimal(0)));
  BOOST_TEST((number("0.50") == number("5e-1")));
  BOOST_TEST(number("0.50").scale() == 1);
  BOOST_TEST(number("0E999999999999999999999").to_string() == "0");
}

BOOST_AUTO_TEST_CASE(only_the_spelling_of_rfc_8259_is_read) {
  for (const char* bad : {"",   "-",  "+1",   "01",    "-01", "1.",       ".5", "1.e5",  "1e",  "1e+",   "1x",
                          " 1", "1 ", "0x10", "1_000", "NaN", "Infinity", "１", "1,000", "--1", "1.5.5", "1e5.0"}) {
    BOOST_TEST(!Decimal::parse(bad).has_value(), bad);
    BOOST_TEST(!Decimal::is_number(bad), bad);
  }
  BOOST_TEST(Decimal::is_number("1e400"));
  BOOST_TEST(!Decimal::parse("1e400").has_value());
}

BOOST_AUTO_TEST_CASE(the_largest_number_holds_and_one_beyond_is_nothing) {
  const Decimal largest = number(kLargest);
  BOOST_TEST(largest.to_string() == kLargest);
  BOOST_TEST(!Decimal::parse("1" + std::string(36, '0')).has_value());
  BOOST_TEST(!largest.plus(1).has_value());
  BOOST_TEST(!largest.negated().minus(1).has_value());
  BOOST_TEST(shown(largest.minus(largest)) == "0");
  BOOST_TEST(shown(largest.divided_by(largest)) == "1");
  BOOST_TEST(shown(largest.divided_by(1)) == kLargest);
  BOOST_TEST(!Decimal::parse(std::string(kLargest) + ".5").has_value());
  BOOST_TEST(!Decimal(1).divided_by(0).has_value());
}

BOOST_AUTO_TEST_CASE(halves_go_to_the_even_neighbour) {
  BOOST_TEST(number("0.125").rounded_to(2).to_string() == "0.12");
  BOOST_TEST(number("0.135").rounded_to(2).to_string() == "0.14");
  BOOST_TEST(number("-2.5").rounded_to(0).to_string() == "-2");
  BOOST_TEST(number("-3.5").rounded_to(0).to_string() == "-4");
  BOOST_TEST(shown(Decimal(1).divided_by(3)) == "0.333333333333333333");
  BOOST_TEST(shown(Decimal(2).divided_by(3)) == "0.666666666666666667");
  bool rounded = false;
  BOOST_TEST(shown(Decimal::parse("0.0000000000000000005", &rounded)) == "0");
  BOOST_TEST(rounded);
  BOOST_TEST(shown(Decimal::parse("0.0000000000000000015", &rounded)) == "0.000000000000000002");
  BOOST_TEST(shown(Decimal::parse("0.000000000000000000", &rounded)) == "0");
  BOOST_TEST(!rounded);
}

BOOST_AUTO_TEST_CASE(whole_numbers_and_scales_come_out_only_when_they_fit) {
  BOOST_TEST(number("9223372036854775807").as_int64().value() == std::numeric_limits<std::int64_t>::max());
  BOOST_TEST(number("-9223372036854775808").as_int64().value() == std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(!number("9223372036854775808").as_int64().has_value());
  BOOST_TEST(!number("0.5").as_int64().has_value());
  BOOST_TEST((number("4.8").scaled(6) == __int128{4'800'000}));
  BOOST_TEST((!number("4.8").scaled(0).has_value()));
  BOOST_TEST((!number(kLargest).scaled(1).has_value()));
  BOOST_TEST((Decimal::make(1200, 4) == Decimal::make(12, 2)));
  BOOST_TEST(!Decimal::make(1, 19).has_value());
  BOOST_TEST(shown(Decimal::make(10, 19)) == "0.000000000000000001");
  BOOST_TEST(shown(Decimal::make(7, -3)) == "7000");
}

BOOST_AUTO_TEST_SUITE_END()
