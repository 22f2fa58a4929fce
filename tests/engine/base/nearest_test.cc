#include "engine/base/nearest.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
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

BOOST_AUTO_TEST_CASE(another_number_is_another_thing) {
  const std::vector<std::string_view> known = {"广告法第二十五条", "适当性办法第19条", "rule_12", "任一", "address2"};
  BOOST_TEST(nearest("广告法第四十三条", known) == "");
  BOOST_TEST(nearest("广告法第二十六条", known) == "");
  BOOST_TEST(nearest("适当性办法第18条", known) == "");
  BOOST_TEST(nearest("rule_13", known) == "");
  BOOST_TEST(nearest("rul_12", known) == "rule_12");
  BOOST_TEST(nearest("广告发第二十五条", known) == "广告法第二十五条");
  BOOST_TEST(nearest("任意", known) == "任一");
  BOOST_TEST(nearest("address", known) == "address2");
}

BOOST_AUTO_TEST_CASE(of_equals_the_first_in_byte_order_wins_whatever_the_order) {
  std::vector<std::string> known = {"limit_b", "limit_a", "limit_c"};
  BOOST_TEST(nearest("limit_x", known) == "limit_a");
  std::swap(known[0], known[1]);
  BOOST_TEST(nearest("limit_x", known) == "limit_a");
}

BOOST_AUTO_TEST_CASE(two_names_are_as_near_as_the_whole_table_of_their_letters_says) {
  // The distance of the book, every cell of it.
  const auto slips = [](const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
      for (std::size_t j = 0; j <= b.size(); ++j) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
          d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
    return d[a.size()][b.size()];
  };
  std::mt19937 random(7);
  std::size_t near = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string a;
    for (std::size_t i = 6 + random() % 6; i > 0; --i) a += static_cast<char>('a' + random() % 3);
    std::string b = a;
    for (std::size_t changes = random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % b.size();
      switch (random() % 4) {
        case 0:
          b.erase(at, 1);
          break;
        case 1:
          b.insert(at, 1, static_cast<char>('a' + random() % 3));
          break;
        case 2:
          b[at] = static_cast<char>('a' + random() % 3);
          break;
        default:
          if (at > 0) std::swap(b[at], b[at - 1]);
      }
    }
    const std::vector<std::string> known = {b};
    const bool found = !nearest(a, known).empty();
    near += found ? 1 : 0;
    BOOST_REQUIRE_MESSAGE(found == (slips(a, b) <= 2), a << " " << b);
  }
  BOOST_TEST(near > 10'000u);
  BOOST_TEST(near < 19'000u);
}

BOOST_AUTO_TEST_SUITE_END()
