// The names of a set's products: which of them a text says, and where.
#include "engine/decide/product_names.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

namespace caveat::decide {
namespace {

ProductNames names(const std::vector<std::pair<std::string, std::string>>& of) {
  ProductNames all;
  for (const auto& [id, name] : of) BOOST_TEST((all.name(all.add(id), name) == NameFault::none), name);
  all.close();
  return all;
}

// "p-1 稳健成长, p-2 …": which products the text says, and the words that say them first.
std::string said(const ProductNames& names, const std::string& text, std::size_t hits = 64) {
  const text::NormalText normal = text::normalise(text);
  text::ScanScratch scratch(hits);
  std::vector<ProductNames::Said> all;
  if (!names.find(normal.text(), scratch, all)) return "too many";
  std::string told;
  for (const ProductNames::Said& one : all) {
    const text::Range there = normal.original(one.normal);
    told += (told.empty() ? "" : ", ") + std::string(names.id(one.product)) + " " +
            text.substr(there.begin, there.end - there.begin);
  }
  return told;
}

BOOST_AUTO_TEST_CASE(a_name_within_a_longer_one_is_not_said) {
  const ProductNames all = names({{"p-1", "稳健成长"}, {"p-2", "稳健成长2号"}, {"p-3", "成长2"}});
  BOOST_TEST(said(all, "您可以买稳健成长2号。") == "p-2 稳健成长2号");
  BOOST_TEST(said(all, "您可以买稳健成长。") == "p-1 稳健成长");
  BOOST_TEST(said(all, "稳健成长2号比稳健成长稳") == "p-2 稳健成长2号, p-1 稳健成长");
  BOOST_TEST(said(all, "稳健成长20号") == "p-1 稳健成长");
  BOOST_TEST(said(all, "没有产品") == "");
}

// Whoever drops one of two names that overlap lets a product pass; a bank that does not want both gives one a longer name.
BOOST_AUTO_TEST_CASE(names_that_overlap_are_both_said) {
  const ProductNames all = names({{"p-1", "安心稳健"}, {"p-2", "稳健成长"}});
  BOOST_TEST(said(all, "安心稳健成长") == "p-1 安心稳健, p-2 稳健成长");
}

BOOST_AUTO_TEST_CASE(one_name_of_two_products_says_both_and_two_names_of_one_say_it_once) {
  ProductNames all;
  const std::uint32_t first = all.add("p-1"), second = all.add("p-2");
  for (const char* name : {"Growth Plus", "GP"}) BOOST_TEST((all.name(first, name) == NameFault::none));
  BOOST_TEST((all.name(second, "growth plus") == NameFault::none));
  all.close();
  BOOST_TEST(said(all, "Take GP, that is Growth Plus.") == "p-1 GP, p-2 Growth Plus");
  BOOST_TEST(said(all, "GROWTH  plus") == "p-1 GROWTH  plus, p-2 GROWTH  plus");
}

BOOST_AUTO_TEST_CASE(latin_names_and_figures_stand_on_word_bounds_and_forms_fold) {
  const ProductNames all = names({{"p-1", "Growth 2"}, {"p-2", "Art"}, {"p-3", "甲…乙"}});
  BOOST_TEST(said(all, "Ｇｒｏｗｔｈ　２ it is") == "p-1 Ｇｒｏｗｔｈ　２");
  BOOST_TEST(said(all, "Growth 20, smart, art's") == "p-2 art");
  BOOST_TEST(said(all, "甲和乙") == "");  // what is a gap in a lexicon is a sign of a name
  BOOST_TEST(said(all, "甲…乙") == "p-3 甲…乙");
}

BOOST_AUTO_TEST_CASE(what_is_blank_or_one_character_is_not_looked_for) {
  ProductNames all;
  const std::uint32_t product = all.add("p-1");
  for (const char* blank : {"", "  ", "\u200B", "\n"}) BOOST_TEST((all.name(product, blank) == NameFault::blank));
  for (const char* one : {"稳", "A", " 稳 "}) BOOST_TEST((all.name(product, one) == NameFault::one_character));
  all.close();
  BOOST_TEST(all.empty());
  BOOST_TEST(said(all, "稳 A") == "");
}

BOOST_AUTO_TEST_CASE(more_than_the_scratch_holds_is_told) {
  const ProductNames all = names({{"p-1", "甲乙"}});
  BOOST_TEST(said(all, "甲乙甲乙", 2) == "p-1 甲乙");
  BOOST_TEST(said(all, "甲乙甲乙甲乙", 2) == "too many");
}

// A large bank has some ten thousand. What they take is told: --run_test=*/a_hundred_thousand* --log_level=message.
BOOST_AUTO_TEST_CASE(a_hundred_thousand_names_are_held_in_some_dozen_megabytes_and_each_is_found) {
  const std::vector<std::string> words = {"稳健", "成长", "安心", "添利", "聚宝",
                                          "月月", "丰盈", "优选", "恒久", "进取"};
  ProductNames all;
  std::vector<std::string> names;
  for (const std::string& first : words) {
    for (const std::string& second : words) {
      for (int number = 1; number <= 1'000; ++number) names.push_back(first + second + std::to_string(number) + "号");
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    BOOST_REQUIRE((all.name(all.add("p-" + std::to_string(i)), names[i]) == NameFault::none));
  all.close();
  BOOST_TEST_MESSAGE(names.size() << " names: " << all.bytes() / 1'000 << " kB");
  BOOST_TEST(all.bytes() < 64'000'000u);
  for (std::size_t i = 0; i < names.size(); i += 997)
    BOOST_TEST(said(all, "您可以买" + names[i] + "。") == "p-" + std::to_string(i) + " " + names[i]);
}

}  // namespace
}  // namespace caveat::decide
