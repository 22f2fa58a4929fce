// Tally: the counts of a day, by kind, verdict and rule, as its closing record has them.
// Kept by the log while it writes; reckoned again by verify from what the records say.
//
// Promises   a decision counts once for each of its rules, whatever state; what cannot be read is counted as such
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/record/events.h"
#include "audit/record/record.h"
#include "audit/record/sections.h"

namespace caveat::audit {

struct Tally {
  Counts kinds, verdicts, rules;
  std::uint64_t unread = 0;  // decisions

  void add(Kind kind, const std::string* verdict_section);  // null: not opened
  // Null: not opened, or not to be read. So many records of the same.
  void count(Kind kind, const VerdictSection* verdict, std::uint64_t times = 1);
  Tally& operator+=(const Tally& other);
};

std::string day_of_record(Microseconds time_us);  // "2026-11-25": days of the log are those of UTC
// The closing record of the day of these records, and what it should say.
Closing close_day(std::string day, IndexRange records, const Tally& tally);
// What a closing record says otherwise than these counts; empty: nothing. Where decisions could not be read (theirs are sealed
// here), verdicts and rules may be fewer here, never more.
std::string differs(const Closing& said, const Tally& counted);

}  // namespace caveat::audit
