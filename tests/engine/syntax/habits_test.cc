// The table of habits: what it names exists, and it never shadows a keyword.
#include "engine/syntax/habits.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "engine/syntax/keywords.h"

namespace caveat::syntax {
namespace {

bool is_spelling(std::string_view text) {
  for (const Spelling& spelling : all_spellings())
    if (spelling.text == text) return true;
  return false;
}

BOOST_AUTO_TEST_CASE(every_meaning_is_a_spelling_of_a_keyword) {
  for (const Habit& habit : habits())
    for (const std::string_view meant : habit.meant) BOOST_TEST(is_spelling(meant), habit.written << " → " << meant);
}

BOOST_AUTO_TEST_CASE(a_habit_that_is_itself_a_keyword_means_one_of_another_kind) {
  std::set<std::string_view> seen;
  for (const Habit& habit : habits()) {
    BOOST_TEST(seen.insert(habit.written).second, habit.written << " stands twice");
    for (const Spelling& itself : all_spellings()) {
      if (itself.text == habit.written) BOOST_TEST(!means_a(itself.kind, habit.written), habit.written);
    }
  }
}

// What holds where a condition is false is not what holds where a fact is missing: `else allow` is no `if unknown allow`.
BOOST_AUTO_TEST_CASE(no_habit_stands_for_if_unknown) {
  for (const Habit& habit : habits())
    for (const std::string_view meant : habit.meant)
      BOOST_TEST((meant != "if unknown" && meant != "若不明"), habit.written);
}

BOOST_AUTO_TEST_CASE(a_word_of_no_habit_means_nothing) {
  BOOST_TEST(meant_by("风险").empty());
  BOOST_TEST(meant_by("大于等于").front() == "不低于");
  BOOST_TEST(meant_by("number").size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_unit_that_is_meant_is_one_and_what_was_written_is_none) {
  for (const std::string_view written : {"mins", "hrs", "secs", "yr", "分", "时", "钟头", "月", "礼拜", "块钱"}) {
    const std::string_view meant = unit_meant_by(written);
    bool unit = false, itself = false;
    for (const Spelling& spelling : units_and_tails()) {
      unit = unit || (spelling.kind == KeywordKind::unit && spelling.text == meant);
      itself = itself || spelling.text == written;
    }
    BOOST_TEST(unit, written);
    BOOST_TEST(!itself, written);
  }
  BOOST_TEST(unit_meant_by("minutes").empty());
}

}  // namespace
}  // namespace caveat::syntax
