// Habits: words that authors bring along from statutes, spreadsheets and programs, and the keywords that say the same here.
//
//   for (std::string_view keyword : meant_by("大于等于")) …    // 不低于
//
// Promises   each keyword named is a spelling of one; a written word that is a keyword itself means one of another kind
//            (tests/engine/syntax/habits_test.cc). A keyword never means the opposite of the word, nor something laxer: “else” and
//            “otherwise” are not here, since no keyword says that
// Threads    all calls may run together
#pragma once

#include <span>
#include <string_view>

#include "engine/syntax/keywords.h"

namespace caveat::syntax {

// Empty for a word that is no habit. Several where the word is wider than any keyword (数字: 整数 or 小数).
std::span<const std::string_view> meant_by(std::string_view written);

// Of a word after a number that is no unit, the unit that is meant (mins: minutes); empty where none is.
std::string_view unit_meant_by(std::string_view written);
// The same where a tail stands behind it: 分内 is 分钟 and 内. No unit where none is meant.
struct MeantUnit {
  std::string_view unit;
  const Spelling* tail = nullptr;
};
MeantUnit unit_and_tail_meant_by(std::string_view written);

// Whether one of its meanings is a keyword of that kind.
bool means_a(KeywordKind kind, std::string_view written);

struct Habit {
  std::string_view written;  // words parted by one blank
  std::span<const std::string_view> meant;
};

std::span<const Habit> habits();

// Does an example say by this word what comes of it: then, 结果?
bool means_expect(std::string_view written);

// What is judged, by another word: of reply, answer; of 短信, 触达. Empty where none is meant.
std::string_view subject_meant_by(std::string_view written);

// What is said of a number beside it, and says nothing here: 年化, 约, about.
bool is_remark(std::string_view written);

}  // namespace caveat::syntax
