#include "engine/text/offsets.h"

#include <boost/test/unit_test.hpp>

#include "engine/text/clause.h"

using namespace caveat::text;

BOOST_AUTO_TEST_SUITE(offsets)

BOOST_AUTO_TEST_CASE(one_place_counts_differently_in_bytes_code_points_and_utf16) {
  const std::string_view text = "a保😀b";
  BOOST_TEST(from_bytes(text, 8, OffsetUnit::bytes) == 8U);
  BOOST_TEST(from_bytes(text, 8, OffsetUnit::code_points) == 3U);
  BOOST_TEST(from_bytes(text, 8, OffsetUnit::utf16) == 4U);
  BOOST_TEST(from_bytes(text, 6, OffsetUnit::utf16) == 2U);  // inside the emoji: its begin
  BOOST_TEST(from_bytes(text, 99, OffsetUnit::utf16) == 5U);
}

BOOST_AUTO_TEST_CASE(offsets_convert_back_and_halves_of_characters_are_none) {
  const std::string_view text = "a保😀b";
  for (const OffsetUnit unit : {OffsetUnit::bytes, OffsetUnit::code_points, OffsetUnit::utf16}) {
    for (const std::size_t byte : {0U, 1U, 4U, 8U, 9U})
      BOOST_TEST(to_bytes(text, from_bytes(text, byte, unit), unit).value() == byte);
  }
  BOOST_TEST(!to_bytes(text, 3, OffsetUnit::utf16).has_value());
  BOOST_TEST(!to_bytes(text, 2, OffsetUnit::bytes).has_value());
  BOOST_TEST(!to_bytes(text, 5, OffsetUnit::code_points).has_value());
}

BOOST_AUTO_TEST_CASE(clauses_end_at_bounds_but_not_inside_figures_or_names) {
  const auto clause = [](std::string_view normal, std::string_view part) {
    const auto at = static_cast<std::uint32_t>(normal.find(part));
    const Range range = clause_around(normal, {at, at + static_cast<std::uint32_t>(part.size())});
    return std::string(normal.substr(range.begin, range.end - range.begin));
  };
  BOOST_TEST(clause("你好。收益1,000.5元,保本吗?好", "收益") == "收益1,000.5元");
  BOOST_TEST(clause("你好。收益1,000.5元,保本吗?好", "保本") == "保本吗");
  BOOST_TEST(clause("see a.b.com now. it is safe; yes", "b.com") == "see a.b.com now");
  BOOST_TEST(clause("see a.b.com now. it is safe; yes", "safe") == " it is safe");
  BOOST_TEST(clause("一\n二", "二") == "二");
  BOOST_TEST(clause("保本", "保本") == "保本");
}

BOOST_AUTO_TEST_SUITE_END()
