#include "engine/base/nearest.h"

#include <boost/test/unit_test.hpp>
#include <vector>

using caveat::nearest;

BOOST_AUTO_TEST_SUITE(nearest_)

BOOST_AUTO_TEST_CASE(one_or_two_slips_are_seen_through) {
  const std::vector<std::string_view> known = {
      "customer.age", "customer.risk_tolerance", "product.kind", "风险承受能力", "年龄", "评估日期", "id"};
  BOOST_TEST(nearest("customer.agee", known) == "customer.age");
  BOOST_TEST(nearest("custmoer.age", known) == "customer.age");
  BOOST_TEST(nearest("Customer.Age", known) == "customer.age");
  BOOST_TEST(nearest("product.kid", known) == "product.kind");
  BOOST_TEST(nearest("prodct.knd", known) == "product.kind");
  BOOST_TEST(nearest("风险承受能利", known) == "风险承受能力");
  BOOST_TEST(nearest("年令", known) == "年龄");
}

BOOST_AUTO_TEST_CASE(what_is_far_is_not_offered) {
  const std::vector<std::string_view> known = {"customer.age", "年龄", "id", "ab"};
  BOOST_TEST(nearest("channel", known) == "");
  BOOST_TEST(nearest("is", known) == "");    // a third of two letters is none
  BOOST_TEST(nearest("性别", known) == "");  // nothing in common
  BOOST_TEST(nearest("x", known) == "");
  BOOST_TEST(nearest("", known) == "");
  BOOST_TEST(nearest("prdct.knd", std::vector<std::string_view>{"product.kind"}) == "");  // three slips
  BOOST_TEST(nearest("customer.age", std::vector<std::string_view>{}) == "");
}

BOOST_AUTO_TEST_CASE(of_equals_the_first_in_byte_order_wins_whatever_the_order) {
  std::vector<std::string> known = {"limit_b", "limit_a", "limit_c"};
  BOOST_TEST(nearest("limit_x", known) == "limit_a");
  std::swap(known[0], known[1]);
  BOOST_TEST(nearest("limit_x", known) == "limit_a");
}

BOOST_AUTO_TEST_SUITE_END()
