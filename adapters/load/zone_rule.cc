#include "adapters/load/zone_rule.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace caveat::load {
namespace {

struct Change {  // the nth such weekday of a month (5: the last), at so many seconds of its wall clock
  unsigned month = 1, week = 1, weekday = 0;
  std::int64_t second = 7'200;
};

class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}

  bool take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

  bool name() {
    const bool quoted = take('<');
    const std::size_t end = quoted ? rest_.find('>') : std::min(rest_.find_first_of("+-0123456789,"), rest_.size());
    if (end == 0 || end == std::string_view::npos) return false;
    rest_.remove_prefix(end);
    if (quoted) take('>');
    return true;
  }
  std::optional<unsigned> number(unsigned most) {
    std::size_t digits = 0;
    unsigned value = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9' && digits < 4; ++digits)
      value = value * 10 + static_cast<unsigned>(rest_[digits] - '0');
    rest_.remove_prefix(digits);
    if (digits == 0 || value > most) return std::nullopt;
    return value;
  }
  // [+-]hours[:minutes[:seconds]], in seconds
  std::optional<std::int64_t> time() {
    const bool minus = take('-');
    if (!minus) take('+');
    std::int64_t seconds = 0, unit = 3'600;
    for (const unsigned most : {167U, 59U, 59U}) {
      if (unit < 3'600 && !take(':')) break;
      const std::optional<unsigned> part = number(most);
      if (!part) return std::nullopt;
      seconds += std::int64_t{*part} * unit;
      unit /= 60;
    }
    return minus ? -seconds : seconds;
  }
  bool starts_time() const { return !rest_.empty() && rest_[0] != ','; }
  std::optional<Change> change() {
    Change change;
    if (!take(',') || !take('M')) return std::nullopt;
    const std::optional<unsigned> month = number(12);
    const std::optional<unsigned> week = take('.') ? number(5) : std::nullopt;
    const std::optional<unsigned> weekday = take('.') ? number(6) : std::nullopt;
    if (!month || !week || !weekday || *month == 0 || *week == 0) return std::nullopt;
    change.month = *month, change.week = *week, change.weekday = *weekday;
    if (take('/')) {
      const std::optional<std::int64_t> second = time();
      if (!second) return std::nullopt;
      change.second = *second;
    }
    return change;
  }

 private:
  std::string_view rest_;
};

// When it happens: by the wall clock that holds until then, which is `offset` seconds east.
Microseconds instant(const Change& change, int year, std::int64_t offset) {
  namespace c = std::chrono;
  const c::year_month month = c::year(year) / static_cast<int>(change.month);
  const c::weekday weekday(change.weekday);
  const c::sys_days day =
      change.week == 5 ? c::sys_days(month / weekday[c::last]) : c::sys_days(month / weekday[change.week]);
  return (std::int64_t{day.time_since_epoch().count()} * 86'400 + change.second - offset) * 1'000'000;
}

}  // namespace

std::vector<model::Transition> zone_rule_transitions(std::string_view text, int first_year, int last_year) {
  Line line(text);
  if (!line.name()) return {};
  const std::optional<std::int64_t> west = line.time();  // POSIX counts to the west
  if (!west || line.at_end() || !line.name()) return {};
  const std::int64_t standard = -*west;
  std::int64_t summer = standard + 3'600;
  if (line.starts_time()) {
    const std::optional<std::int64_t> own = line.time();
    if (!own) return {};
    summer = -*own;
  }
  const std::optional<Change> begins = line.change();
  const std::optional<Change> ends = begins ? line.change() : std::nullopt;
  if (!ends || !line.at_end()) return {};
  std::vector<model::Transition> all;
  for (int year = first_year; year <= last_year; ++year) {
    all.push_back({instant(*begins, year, standard), static_cast<std::int32_t>(summer / 60)});
    all.push_back({instant(*ends, year, summer), static_cast<std::int32_t>(standard / 60)});
  }
  std::sort(all.begin(), all.end(),
            [](const model::Transition& a, const model::Transition& b) { return a.from < b.from; });
  return all;
}

std::string_view zone_rule_line(std::string_view file) {
  if (!file.ends_with('\n')) return {};
  file.remove_suffix(1);
  const std::size_t begin = file.rfind('\n');
  return begin == std::string_view::npos ? std::string_view() : file.substr(begin + 1);
}

}  // namespace caveat::load
