#include "engine/syntax/periods.h"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace caveat;
using namespace caveat::syntax;

namespace {

// "2008-03-01 2008-03-31 of 2008年3月"; empty: none.
std::string period_of(std::string_view text, bool whole_year = false) {
  const auto period = period_at(text, whole_year);
  if (!period) return {};
  std::string out;
  for (const std::string& day : period->days()) out += day + " ";
  return out + "of " + std::string(text.substr(0, period->length));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(periods)

BOOST_AUTO_TEST_CASE(a_period_has_its_first_day_and_its_last) {
  BOOST_TEST(period_of("2008年2月") == "2008-02-01 2008-02-29 of 2008年2月");
  BOOST_TEST(period_of("2008年3月以前") == "2008-03-01 2008-03-31 of 2008年3月");
  BOOST_TEST(period_of("2008年12月份") == "2008-12-01 2008-12-31 of 2008年12月份");
  BOOST_TEST(period_of("2008年4月下旬") == "2008-04-21 2008-04-30 of 2008年4月下旬");
  BOOST_TEST(period_of("2008年第四季度") == "2008-10-01 2008-12-31 of 2008年第四季度");
  BOOST_TEST(period_of("2008年下半年") == "2008-07-01 2008-12-31 of 2008年下半年");
  BOOST_TEST(period_of("March 2008") == "2008-03-01 2008-03-31 of March 2008");
  BOOST_TEST(period_of("SEPT. of 2008") == "2008-09-01 2008-09-30 of SEPT. of 2008");
  BOOST_TEST(period_of("Q4 2008") == "2008-10-01 2008-12-31 of Q4 2008");
  BOOST_TEST(period_of("2008 q4") == "2008-10-01 2008-12-31 of 2008 q4");
  BOOST_TEST(period_of("the 1st half of 2008") == "2008-01-01 2008-06-30 of the 1st half of 2008");
  BOOST_TEST(period_of("2008-02") == "2008-02-01 2008-02-29 of 2008-02");
}

BOOST_AUTO_TEST_CASE(an_edge_of_a_period_is_one_day) {
  BOOST_TEST(period_of("2008年2月底") == "2008-02-29 of 2008年2月底");
  BOOST_TEST(period_of("2008年1季度初") == "2008-01-01 of 2008年1季度初");
  BOOST_TEST(period_of("2008年年底") == "2008-12-31 of 2008年年底");
  BOOST_TEST(period_of("the end of February 2009") == "2009-02-28 of the end of February 2009");
  BOOST_TEST(period_of("start of 2008") == "2008-01-01 of start of 2008");
}

BOOST_AUTO_TEST_CASE(what_may_be_another_thing_is_no_period) {
  BOOST_TEST(period_of("2008年") == "");
  BOOST_TEST(period_of("2008年", true) == "2008-01-01 2008-12-31 of 2008年");
  BOOST_TEST(period_of("2008") == "");
  BOOST_TEST(period_of("2008", true) == "2008-01-01 2008-12-31 of 2008");
  for (const std::string_view text :
       {"20年3月", "2008年13月", "2008年零月", "March", "marches 2008", "Q5 2008", "2008-13", "9000-01", ""})
    BOOST_TEST(period_of(text) == "", text);
}

BOOST_AUTO_TEST_CASE(a_day_by_the_name_of_its_month) {
  for (const std::string_view text : {"31 March 2008", "31st of March, 2008", "March 31st, 2008", "Mar. the 31st 2008"})
    BOOST_TEST(day_by_name(text) == "2008-03-31", text);
  BOOST_TEST(day_by_name("31 June 2008") == "");
  BOOST_TEST(day_by_name("March 2008") == "");
  BOOST_TEST(month_without_year("31st of March") == "2026-03-31");
  BOOST_TEST(month_without_year("the end of February") == "2026-02-28");
  BOOST_TEST(month_without_year("3月底") == "2026-03-31");
  BOOST_TEST(month_without_year("March 2008") == "");
  BOOST_TEST(month_without_year("13月") == "");
}

BOOST_AUTO_TEST_CASE(a_text_that_is_a_period_as_a_whole) {
  const auto days = [](std::string_view text) {
    const auto period = caveat::syntax::whole_period(text);
    return period ? caveat::format_date(period->first) + " " + caveat::format_date(period->last) : std::string();
  };
  BOOST_TEST(days("2026年1月") == "2026-01-01 2026-01-31");
  BOOST_TEST(days("2026年1月至3月") == "2026-01-01 2026-03-31");
  BOOST_TEST(days("2026年1月到3月底") == "2026-01-01 2026-03-31");
  BOOST_TEST(days("2026年一季度") == "2026-01-01 2026-03-31");
  BOOST_TEST(days("2026年1月之前") == "");
  BOOST_TEST(days("2026-01-01") == "");
}

BOOST_AUTO_TEST_SUITE_END()
