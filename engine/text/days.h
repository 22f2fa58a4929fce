// Days: the days that a text names with their year, in whatever way people write one.
//
//   each_day("born on 3/9/1971", [](Range place, Days day) { … });  // twice: 9 March and 3 September
//
// Promises   the year first, or last behind day and month in either order; parted by / . - _ — · 。 or a blank, by 年月日, by the name of a
//            month, with an apostrophe before the year ('71); figures with or without their zeros, Han numerals digit by digit or as
//            read (十二, 廿三); ordinals (9th). Where it may be several days each is visited: both orders, and of a year of two digits
//            that of 1900 and of 2000. The place takes 日, 号 or 年 along. A day without its year (3月9日) is none
// Cost       linear in the text
// Source     ISO 8601, GB/T 7408
#pragma once

#include <functional>
#include <string_view>

#include "engine/base/units.h"
#include "engine/text/normalise.h"

namespace caveat::text {

// `normal`: a text in normal form, with plain numerals (numerals.h).
void each_day(std::string_view normal, const std::function<void(Range, Days)>& visit);

}  // namespace caveat::text
