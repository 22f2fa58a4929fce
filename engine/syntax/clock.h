// Clock: times of day as people say them, and how the time of day is asked.
//
//   time_of_day_in_words("下午三点半")   // 15:30; 12:00 of noon; empty of what is none
//   asked_of_the_clock(true, false, "21:00", Language::en)   // now is between 21:00 and 24:00
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/diagnostic.h"

namespace caveat::syntax {

std::string on_the_clock(int hour, std::string_view minutes);

// The hour of the day that is meant by one of a part of the day: 晚上9点 is 21. Nothing of 晚上2点, 上午15点, and of other words.
std::optional<int> hour_of(std::string_view part_of_the_day, int hour);

std::string time_of_day_in_words(std::string_view word);

// 现在, 当前时间: now is meant.
bool means_now(std::string_view word);
// These, and time, clock, 时间: what a time of day may be asked of by.
bool names_the_clock(std::string_view word);

struct Asked {
  std::string sentence;
  bool same = true;  // as what was written; else only its like: after midnight it is until some hour
};

// What is later or earlier than that time, or neither of the two; of a zone, as it is written, where one is named.
Asked asked_of_the_clock(bool later, bool earlier, const std::string& time, Language language,
                         const std::string& zone = {});

}  // namespace caveat::syntax
