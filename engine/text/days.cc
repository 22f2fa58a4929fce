#include "engine/text/days.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "engine/base/months.h"
#include "engine/base/numerals.h"
#include "engine/base/utf8.h"

namespace caveat::text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

struct Part {
  Range place;
  int value = 0, digits = 0;
  bool month = false;  // by its name
};

constexpr int kMostDigits = 4;

// 1 of january, jan and, without a blank before it, bornjanuary; 0 of any other word.
int month_of(std::string_view word) {
  if (word == "sept") return 9;
  const auto* const found = std::find_if(kMonths.begin(), kMonths.end(), [&](std::string_view month) {
    return word.ends_with(month) || word == month.substr(0, 3);
  });
  return found == kMonths.end() ? 0 : static_cast<int>(found - kMonths.begin()) + 1;
}

// The run of figures, letters or numerals at `at`, which is then behind it; nothing: it is no part of a day.
std::optional<Part> read_part(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  const auto place = [&] { return Range{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at)}; };
  const auto run = [&](auto is_one) {
    const std::size_t from = at;
    while (at < text.size() && is_one(text[at])) ++at;
    return text.substr(from, at - from);
  };
  if (is_letter(text[at])) {
    const std::string_view word = run(is_letter);
    const int month = month_of(word);
    if (month == 0) return std::nullopt;
    const std::size_t name = std::min(word.size(), kMonths[static_cast<std::size_t>(month) - 1].size());
    return Part{{static_cast<std::uint32_t>(at - name), static_cast<std::uint32_t>(at)}, month, 0, true};
  }
  if (is_digit(text[at])) {
    const std::string_view figures = run(is_digit);
    if (figures.size() > kMostDigits) return std::nullopt;
    Part part;
    for (const char c : figures) part.value = 10 * part.value + (c - '0');
    part.digits = static_cast<int>(figures.size());
    const std::size_t end = at;
    const std::string_view word = run(is_letter);
    if (word != "st" && word != "nd" && word != "rd" && word != "th") at = end;
    part.place = place();
    return part;
  }
  int signs = 0, value = 0, last = 0;
  bool as_read = false;
  while (at < text.size()) {
    const CodePoint point = decode_utf8(text, at);
    const int one = numeral_value(point.value);
    if (one < 0) break;
    at += point.length;
    constexpr int kTen = 10;
    if (++signs > kMostDigits) continue;
    as_read = as_read || one >= kTen;
    value = one > kTen    ? one
            : one == kTen ? kTen * (signs == 1 ? 1 : last)
            : as_read     ? value + one
                          : kTen * value + one;
    last = one;
  }
  if (signs == 0) at += std::max<std::size_t>(decode_utf8(text, at).length, 1);
  if (signs == 0 || signs > kMostDigits) return std::nullopt;
  return Part{place(), value, as_read ? 2 : signs, false};
}

// What may stand between two of a day's parts.
bool is_between(std::string_view gap, bool named) {
  constexpr std::size_t kLongest = 12;  // bytes, with its blanks
  constexpr auto kGaps = std::to_array<std::string_view>({"—",  "·",  "。", "/",  ".",  "-",    "_",    "\\", ",",
                                                          "'",  "年", "月", "日", "号", "of",   "the",  ".,", ",'",
                                                          ".-", "/'", "-'", ".'", "—'", "年的", "dayof"});
  if (gap.empty()) return named;
  if (gap.size() > kLongest) return false;
  std::string sign(gap);
  std::erase(sign, ' ');
  return sign.empty() || std::find(kGaps.begin(), kGaps.end(), sign) != kGaps.end();
}

class Reader {
 public:
  Reader(std::string_view text, const std::function<void(Range, Days)>& visit) : text_(text), visit_(visit) {}

  void add(const Part& part) {
    const bool goes_on = held_ > 0 && is_between(text_.substr(parts_[held_ - 1].place.end,
                                                              part.place.begin - parts_[held_ - 1].place.end),
                                                 part.month != parts_[held_ - 1].month);
    if (!goes_on) held_ = 0;
    if (held_ == parts_.size()) {
      std::move(parts_.begin() + 1, parts_.end(), parts_.begin());
      --held_;
    }
    parts_[held_++] = part;
    if (held_ < parts_.size()) return;
    const auto& [a, b, c] = parts_;
    read(a, b, c);
    read(c, b, a);
    if (!b.month) read(c, a, b);
  }

 private:
  void read(const Part& year, const Part& month, const Part& day) {
    const bool is_year = !year.month && (year.digits == 2 || year.digits == kMostDigits);
    if (!is_year || (!month.month && month.digits > 2) || day.month || day.digits > 2) return;
    if (year.digits == kMostDigits) return tell(year.value, month.value, day.value);
    for (const int century : {1900, 2000}) tell(century + year.value, month.value, day.value);
  }

  void tell(int year, int month, int day) {
    std::string written = "0000-00-00";
    const auto set = [&](std::size_t last, int value) {
      for (; value > 0; value /= 10) written[last--] = static_cast<char>('0' + value % 10);
    };
    set(3, year), set(6, month), set(9, day);
    const std::optional<Days> days = parse_date(written);
    if (days) visit_({parts_[0].place.begin, end()}, *days);
  }

  std::uint32_t end() const {
    const std::size_t end = parts_[2].place.end;
    std::size_t at = end;
    while (at < text_.size() && text_[at] == ' ') ++at;
    for (const std::string_view sign : {"日", "号", "年"}) {
      if (text_.substr(at).starts_with(sign)) return static_cast<std::uint32_t>(at + sign.size());
    }
    return static_cast<std::uint32_t>(end);
  }

  std::string_view text_;
  const std::function<void(Range, Days)>& visit_;
  std::array<Part, 3> parts_{};
  std::size_t held_ = 0;
};

}  // namespace

void each_day(std::string_view normal, const std::function<void(Range, Days)>& visit) {
  Reader reader(normal, visit);
  for (std::size_t at = 0; at < normal.size();) {
    if (const std::optional<Part> part = read_part(normal, at)) reader.add(*part);
  }
}

}  // namespace caveat::text
