// Periods: months, quarters, halves and years as people write them where a day is to stand.
//
//   period_at("2008年3月底以前")     // its last day is 2008-03-31; 13 bytes of it
//   period_at("March 2008")          // 2008-03-01 to 2008-03-31
//
// Promises   of the longest at the beginning of the text; 初 and the beginning of name the first day, 底, 末 and the end of the last alone. A
//            year by itself (2008年, which may be a length of time) is one only where `whole_year`
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/units.h"
#include "engine/syntax/complaint.h"

namespace caveat::syntax {

struct Period {
  Days first = 0, last = 0;  // one and the same where only that day is meant
  std::size_t length = 0;    // bytes of the text

  std::vector<std::string> days() const;  // as they are to be written
  Both help() const;
};

// `text` in normal form.
std::optional<Period> period_at(std::string_view text, bool whole_year = false);

// Of 2026年1月至3月, whose first `length` bytes are a period, the one up to which it goes; its length is that of the whole.
std::optional<Period> period_behind(std::string_view text, std::size_t length);
// Of a text that is one as a whole, of several months too.
std::optional<Period> whole_period(std::string_view text);

// A month without its year: 3月底, end of March, March 31. A day of it as it would be written this way: 2026-03-31; empty: it is none.
std::string month_without_year(std::string_view text);
// 2008-03-31 of 31 March 2008, March 31st, 2008 and 31st of March, 2008; empty: of others.
std::string day_by_name(std::string_view text);

}  // namespace caveat::syntax
