#include "engine/decide/working_days.h"

namespace caveat::decide {

using program::CalendarRow;

WorkingDays::WorkingDays(const program::Program& program, std::uint32_t calendar) : p_(program) {
  const std::span<const CalendarRow> all = program.all<CalendarRow>(program::Section::calendars);
  if (calendar < all.size()) row_ = &all[calendar];
}

std::optional<WorkingDays::Day> WorkingDays::day(Days day) const {
  if (!row_ || day < row_->from || day > row_->to) return std::nullopt;
  const auto at = static_cast<std::uint32_t>(day - row_->from);
  const std::uint32_t word = p_.indices(row_->days)[at / program::kDaysAWord];
  return static_cast<Day>(word >> (2 * (at % program::kDaysAWord)) & 3u);
}

std::optional<bool> WorkingDays::is(Days wanted) const {
  const std::optional<Day> kind = day(wanted);
  if (!kind) return std::nullopt;
  return *kind == Day::working || *kind == Day::opened;
}

std::optional<std::int64_t> WorkingDays::between(Days after, Days through) const {
  if (after >= through) return 0;
  if (!row_ || after + 1 < row_->from || through > row_->to) return std::nullopt;
  std::int64_t count = 0;
  for (Days at = after + 1; at <= through; ++at) count += *is(at) ? 1 : 0;
  return count;
}

std::optional<Days> WorkingDays::moved(Days from, std::int32_t n) const {
  const Days step = n < 0 ? -1 : 1;
  for (Days at = from; n != 0;) {
    at += step;
    const std::optional<bool> working = is(at);
    if (!working) return std::nullopt;
    if (*working) n -= step;
    if (n == 0) return at;
  }
  return from;
}

}  // namespace caveat::decide
