// Numbers in Chinese characters: what is read as one, and what is not.
#include "engine/syntax/numerals.h"

#include <boost/test/unit_test.hpp>

namespace caveat::syntax {
namespace {

BOOST_AUTO_TEST_CASE(a_number_in_words_is_read_as_a_reader_reads_it) {
  const std::pair<std::string_view, std::uint64_t> cases[] = {{"一", 1},
                                                              {"十", 10},
                                                              {"十八", 18},
                                                              {"二十", 20},
                                                              {"二十八", 28},
                                                              {"一百", 100},
                                                              {"一百零五", 105},
                                                              {"一百一十二", 112},
                                                              {"三千零二十", 3'020},
                                                              {"两千", 2'000},
                                                              {"五万", 50'000},
                                                              {"五十万", 500'000},
                                                              {"一百二十万", 1'200'000},
                                                              {"五百万", 5'000'000},
                                                              {"一亿", 100'000'000},
                                                              {"一亿五千万", 150'000'000},
                                                              {"一万亿", 1'000'000'000'000},
                                                              {"1亿五千万", 150'000'000},
                                                              {"3万5千", 35'000},
                                                              {"十万零五", 100'005},
                                                              {"二〇二六", 2026},
                                                              {"二零二六", 2026},
                                                              {"零", 0}};
  for (const auto& [words, number] : cases) {
    BOOST_TEST_CONTEXT(words) {
      const auto read = number_in_words(words);
      BOOST_REQUIRE(read.has_value());
      BOOST_TEST(*read == number);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_read_in_two_ways_or_in_none_is_no_number) {
  for (const std::string_view words : {"", "三方", "一百五", "三万五", "百", "万", "亿", "十十", "百千", "二六百",
                                       "一二百", "五万万", "百万", "千万", "一十百", "年", "12a"})
    BOOST_TEST(!number_in_words(words).has_value(), words);
}

BOOST_AUTO_TEST_CASE(a_number_with_its_unit_is_told_in_digits) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"五百万元", "500万元"},
                                                                 {"五十万", "50万"},
                                                                 {"两千元", "2000元"},
                                                                 {"一亿五千万元", "15000万元"},
                                                                 {"三亿元", "3亿元"},
                                                                 {"半个月", "15天"},
                                                                 {"一年半", "18个月"},
                                                                 {"三个季度以上", "9个月以上"},
                                                                 {"两个半小时", "150分钟"},
                                                                 {"三成五", "35%"},
                                                                 {"2成", "20%"},
                                                                 {"一点五亿元", "1.5亿元"},
                                                                 {"十八周岁", "18周岁"},
                                                                 {"六十岁以上", "60岁以上"},
                                                                 {"三次以上", "3次以上"},
                                                                 {"百分之五十", "百分之50"},
                                                                 {"百分之五点五", "百分之5.5"},
                                                                 {"百分之百", "百分之100"},
                                                                 {"千分之五", "千分之5"},
                                                                 {"万分之十二点五", "万分之12.5"},
                                                                 {"五个百分点", "5个百分点"},
                                                                 {"十二个月", "12个月"},
                                                                 {"三十分钟内", "30分钟内"},
                                                                 {"五分内", "5分钟内"},
                                                                 {"半年", "6个月"},
                                                                 {"一半", "50%"},
                                                                 {"四倍", "4倍"},
                                                                 {"五萬元", "5万元"},
                                                                 {"六十歲", "60岁"},
                                                                 {"二〇二六年三月一日", "2026年3月1日"},
                                                                 {"二〇二六年三月一日起施行", "2026年3月1日起施行"}};
  for (const auto& [words, digits] : cases) {
    BOOST_TEST_CONTEXT(words) { BOOST_TEST(in_digits(words).value_or("nothing") == digits); }
  }
}

BOOST_AUTO_TEST_CASE(a_name_is_no_number) {
  for (const std::string_view name :
       {"三方", "一般", "一次性", "千万别", "两地", "百分之", "五点", "一类", "年龄", "R4", "十全"})
    BOOST_TEST(!in_digits(name).has_value(), name);
}

BOOST_AUTO_TEST_CASE(a_keyword_stands_before_a_number_in_words) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"超过五十万元", "超过50万元"},
      {"不满十八岁", "不满18岁"},
      {"保留后四位", "保留后4位"},
      {"的百分之五十", "的 百分之50"},
      {"自二〇二六年三月一日起施行", "自2026年3月1日起施行"}};
  for (const auto& [words, digits] : cases) {
    BOOST_TEST_CONTEXT(words) { BOOST_TEST(in_digits_behind_a_keyword(words).value_or("nothing") == digits); }
  }
  for (const std::string_view name : {"超过三方", "不满", "自有资金", "五十万元"})
    BOOST_TEST(!in_digits_behind_a_keyword(name).has_value(), name);
}

}  // namespace
}  // namespace caveat::syntax
