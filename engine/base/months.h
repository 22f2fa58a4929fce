// Months: their English names, January first, in small letters.
//
// Source     Unicode CLDR, en, months, wide
#pragma once

#include <array>
#include <string_view>

namespace caveat {

inline constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                             "may",       "june",     "july",     "august",
                                                             "september", "october",  "november", "december"};

}  // namespace caveat
