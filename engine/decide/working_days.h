// WorkingDays: a calendar of the program as decisions ask it. What it does not cover it does not know.
// Part of decide; nothing outside the room needs it.
//
// Source     semantics.md 4: the first day is not counted
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/units.h"
#include "engine/program/program.h"

namespace caveat::decide {

class WorkingDays {
 public:
  enum class Day : std::uint8_t { off, working, closed, opened };  // model::DayKind

  // Calendar kNone covers nothing.
  WorkingDays(const program::Program& program, std::uint32_t calendar);

  std::optional<Day> day(Days day) const;  // nothing: not covered
  std::optional<bool> is(Days day) const;
  // How many there are in (after, through]; nothing: a day between is not covered.
  std::optional<std::int64_t> between(Days after, Days through) const;
  // The nth after `from` (before it, if n is negative); `from` itself for 0.
  std::optional<Days> moved(Days from, std::int32_t n) const;
  int first_of_week() const { return row_ ? static_cast<int>(row_->first_working_day) : 1; }

 private:
  const program::Program& p_;
  const program::CalendarRow* row_ = nullptr;
};

}  // namespace caveat::decide
