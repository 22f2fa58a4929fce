#include "engine/syntax/clock.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

using namespace caveat;
using namespace caveat::syntax;

BOOST_AUTO_TEST_SUITE(clock_of_speech)

BOOST_AUTO_TEST_CASE(a_time_of_day_is_read_as_it_is_said) {
  for (const auto& [word, time] : {std::pair<std::string_view, std::string_view>{"晚上九点", "21:00"},
                                   {"下午三点半", "15:30"},
                                   {"上午十点一刻", "10:15"},
                                   {"早上八点二十分", "08:20"},
                                   {"九点零五分", "09:05"},
                                   {"晚上十二点", "24:00"},
                                   {"凌晨两点", "02:00"},
                                   {"下午三點鐘", "15:00"},
                                   {"零点", "00:00"},
                                   {"noon", "12:00"},
                                   {"午夜", "00:00"}})
    BOOST_TEST(time_of_day_in_words(word) == time, word);
  for (const std::string_view word :
       {"", "五点建议", "上午十五点", "晚上两点", "三十点", "九点七十分", "要点", "点", "晚上"})
    BOOST_TEST(time_of_day_in_words(word) == "", word);
}

BOOST_AUTO_TEST_CASE(the_clock_is_asked_between_two_times) {
  const auto asked = [](bool later, bool earlier, const std::string& time) {
    const Asked one = asked_of_the_clock(later, earlier, time, Language::en);
    return one.sentence + (one.same ? "" : ", its like");
  };
  BOOST_TEST(asked(true, false, "21:00") == "now is between 21:00 and 24:00");
  BOOST_TEST(asked(false, true, "9:00") == "now is between 00:00 and 9:00");
  BOOST_TEST(asked(false, false, "9:00") == "now is between 22:00 and 24:00, its like");
  BOOST_TEST(asked(true, false, "00:00") == "now is between 00:00 and 06:00, its like");
  BOOST_TEST(asked(false, true, "24:00") == "now is between 22:00 and 24:00, its like");
}

BOOST_AUTO_TEST_SUITE_END()
