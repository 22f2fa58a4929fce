#include "engine/decide/opening_hours.h"

#include <algorithm>
#include <optional>

#include "engine/decide/working_days.h"
#include "engine/program/image.h"

namespace caveat::decide {

using program::HoursRow;
using program::QueueRow;

namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr Microseconds kSecond = 1'000'000;
constexpr Days kFarthest = 400;  // days: a queue that is closed for longer is due when the sum of its hours would be

class Hours {
 public:
  Hours(const program::Program& program, const QueueRow& queue, std::int32_t given_offset)
      : p_(program), queue_(queue), given_(given_offset), calendar_(program, queue.calendar) {}

  struct Wall {
    Days day;
    std::int64_t second;
  };
  Wall wall(Microseconds at) const {
    const std::int32_t offset = p_.offset_minutes(queue_.pack, at, given_);
    const Days day = days_of(at, offset);
    return {day, at / kSecond + std::int64_t{offset} * 60 - std::int64_t{day} * kDaySeconds};
  }
  std::int32_t offset(Microseconds at) const { return p_.offset_minutes(queue_.pack, at, given_); }
  const WorkingDays& calendar() const { return calendar_; }

  // Whose hours a day has, 1 Monday … 7 Sunday; 0: nobody's.
  int hours_of(Days day) const {
    const int weekday = weekday_of(day);
    const std::optional<WorkingDays::Day> kind = calendar_.day(day);
    if (kind == WorkingDays::Day::closed) return 0;
    if (kind == WorkingDays::Day::opened && !has_hours(weekday)) return calendar_.first_of_week();
    return weekday;
  }
  // From, to: seconds of the day, ascending. Hours that pass midnight are those of the day on which they begin.
  template <class Visit>
  void each(Days day, Visit visit) const {
    const auto rows = p_.rows<HoursRow>(program::Section::hours, queue_.hours);
    const int before = hours_of(day - 1), weekday = hours_of(day);
    for (const HoursRow& hours : rows) {
      if (hours.day == before && hours.to > kDaySeconds) visit(0, static_cast<std::int32_t>(hours.to - kDaySeconds));
    }
    for (const HoursRow& hours : rows) {
      if (hours.day == weekday)
        visit(hours.from, static_cast<std::int32_t>(std::min<std::int64_t>(hours.to, kDaySeconds)));
    }
  }

 private:
  const program::Program& p_;
  const QueueRow& queue_;
  std::int32_t given_;
  WorkingDays calendar_;

  bool has_hours(int weekday) const {
    const auto rows = p_.rows<HoursRow>(program::Section::hours, queue_.hours);
    return std::any_of(rows.begin(), rows.end(), [&](const HoursRow& hours) { return hours.day == weekday; });
  }
};

}  // namespace

bool is_open(const program::Program& program, const QueueRow& queue, Microseconds at, std::int32_t given_offset) {
  if (queue.always) return true;
  const Hours hours(program, queue, given_offset);
  const Hours::Wall wall = hours.wall(at);
  bool open = false;
  hours.each(wall.day, [&](std::int32_t from, std::int32_t to) { open |= from <= wall.second && wall.second < to; });
  return open;
}

std::int64_t seconds_of(const program::Program& program, const QueueRow& queue, const Duration& deadline,
                        Microseconds at, std::int32_t given_offset) {
  const Hours hours(program, queue, given_offset);
  const Days start = hours.wall(at).day;
  const auto plain = [&](Days day) { return (std::int64_t{day} - start) * kDaySeconds; };
  std::int64_t seconds = deadline.seconds;
  if (deadline.months != 0) seconds += plain(add_months(start, deadline.months));
  if (deadline.working_days == 0) return seconds;
  const std::optional<Days> day = hours.calendar().moved(start, deadline.working_days);
  return seconds + (day ? plain(*day) : std::int64_t{deadline.working_days} * kDaySeconds);
}

std::int64_t due_after(const program::Program& program, const QueueRow& queue, Microseconds at,
                       std::int32_t given_offset) {
  const Hours hours(program, queue, given_offset);
  const Hours::Wall start = hours.wall(at);
  std::int64_t seconds = seconds_of(program, queue, caveat::program::duration(queue.due), at, given_offset);
  if (queue.due.working_days != 0) return seconds;
  if (queue.always || queue.overflow_to != program::kNone) return seconds;

  // Open seconds are counted off day by day, as they pass: a night in which the clocks change has more or fewer of them than its wall
  // clock shows. Hours that overlap count once.
  const auto passed = [&](Days day,
                          std::int64_t second) {  // since 1970, when the wall shows this; a time left out: right after
    const std::int64_t shown = std::int64_t{day} * kDaySeconds + second;
    const auto by_offset_of = [&](std::int64_t then) {
      return shown - std::int64_t{hours.offset(then * kSecond)} * 60;
    };
    const std::int64_t near = by_offset_of(shown - std::int64_t{hours.offset(at)} * 60);
    return std::max(near, by_offset_of(near));
  };
  const std::int64_t began = at / kSecond;
  std::int64_t left = seconds, done = began;
  std::optional<std::int64_t> over;
  for (Days ahead = 0; ahead <= kFarthest && !over; ++ahead) {
    const Days day = start.day + ahead;
    hours.each(day, [&](std::int64_t from, std::int64_t to) {
      const std::int64_t begins = std::max(passed(day, from), done), ends = passed(day, to);
      if (over || ends <= begins) return;
      if (left <= ends - begins) {
        over = begins + left;
        return;
      }
      left -= ends - begins;
      done = ends;
    });
  }
  if (over) return *over - began;
  return seconds;
}

}  // namespace caveat::decide
