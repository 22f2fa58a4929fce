#include "engine/syntax/periods.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <tuple>
#include <utility>

#include "engine/base/months.h"

namespace caveat::syntax {
namespace {

constexpr int kMonthsOfYear = 12;

enum class Edge : std::uint8_t { both, first, last };

// A text from its front, in small letters where it is English.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    for (char& each : text_) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  }

  std::size_t at() const { return at_; }
  void back_to(std::size_t at) { at_ = at; }

  bool eat(std::string_view word) {
    if (!std::string_view(text_).substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  // A whole word of English, with the blanks behind it.
  bool word(std::string_view one) {
    const std::size_t begin = at_;
    if (!eat(one)) return false;
    if (at_ < text_.size() && std::isalnum(static_cast<unsigned char>(text_[at_])) != 0) return at_ = begin, false;
    blanks();
    return true;
  }
  // -1: there is no number of up to that many digits.
  int number(std::size_t most) {
    std::size_t end = at_;
    int value = 0;
    for (; end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end])) != 0; ++end)
      if (end - at_ < most) value = 10 * value + (text_[end] - '0');
    if (end == at_ || end - at_ > most) return -1;
    at_ = end;
    return value;
  }
  int year() {
    const std::size_t begin = at_;
    constexpr int kFrom = 1900, kTo = 2199;
    const int year = number(4);
    if (year >= kFrom && year <= kTo) return year;
    return at_ = begin, -1;
  }
  // Which of them stands here, from 1; 0: none.
  template <std::size_t N>
  int one_of(const std::array<std::string_view, N>& words, bool whole) {
    for (std::size_t i = 0; i < N; ++i)
      if (whole ? word(words[i]) : eat(words[i])) return static_cast<int>(i) + 1;
    return 0;
  }
  // March, mar, Sept.; 0: none.
  int month_by_name() {
    std::size_t end = at_;
    while (end < text_.size() && std::isalpha(static_cast<unsigned char>(text_[end])) != 0) ++end;
    const std::string_view name = std::string_view(text_).substr(at_, end - at_);
    const auto* const month = std::find_if(kMonths.begin(), kMonths.end(), [&](std::string_view each) {
      return name.size() >= 3 && each.starts_with(name);
    });
    if (month == kMonths.end()) return 0;
    at_ = end;
    eat(".");
    blanks();
    return static_cast<int>(month - kMonths.begin()) + 1;
  }
  void ordinal() {
    for (const std::string_view behind : {"st", "nd", "rd", "th"})
      if (eat(behind)) break;
    blanks();
  }
  void blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

Days first_of(int year, int month) {
  const std::string two = (month < 10 ? "0" : "") + std::to_string(month);
  return parse_date(std::to_string(year) + "-" + two + "-01").value_or(0);
}

// `many` months from that one.
Period months_from(int year, int month, int many, Edge edge, std::size_t length) {
  const Days first = first_of(year, month), last = add_months(first, many) - 1;
  if (edge == Edge::first) return {first, first, length};
  if (edge == Edge::last) return {last, last, length};
  return {first, last, length};
}

Edge edge_behind(Reader& reader) {
  if (reader.eat("初")) return Edge::first;
  return reader.eat("底") || reader.eat("末") ? Edge::last : Edge::both;
}

// 一季度, 第3季度, 四季
int quarter(Reader& reader) {
  constexpr std::array<std::string_view, 4> kHan = {"一", "二", "三", "四"}, kDigits = {"1", "2", "3", "4"};
  const std::size_t begin = reader.at();
  if (reader.eat("q")) return reader.one_of(kDigits, true);
  reader.eat("第");
  int which = reader.one_of(kHan, false);
  if (which == 0) which = reader.one_of(kDigits, false);
  if (which != 0 && (reader.eat("季度") || reader.eat("季"))) return which;
  return reader.back_to(begin), 0;
}

std::optional<Period> in_chinese(Reader reader, bool whole_year) {
  const int year = reader.year();
  if (year < 0 || !reader.eat("年")) return std::nullopt;
  const std::size_t behind_year = reader.at();
  if (const int month = reader.number(2); month >= 1 && month <= kMonthsOfYear && reader.eat("月")) {
    constexpr std::array<std::string_view, 3> kTenDays = {"上旬", "中旬", "下旬"};
    if (const int third = reader.one_of(kTenDays, false); third > 0) {
      Period whole = months_from(year, month, 1, Edge::both, reader.at());
      whole.first += 10 * (third - 1);
      if (third < 3) whole.last = whole.first + 9;
      return whole;
    }
    reader.eat("份");
    const Edge edge = edge_behind(reader);
    return months_from(year, month, 1, edge, reader.at());
  }
  reader.back_to(behind_year);
  if (const int which = quarter(reader); which > 0) {
    const Edge edge = edge_behind(reader);
    return months_from(year, 3 * which - 2, 3, edge, reader.at());
  }
  reader.back_to(behind_year);
  for (const auto& [half, month] : {std::pair<std::string_view, int>{"上半年", 1}, {"下半年", 7}}) {
    if (reader.eat(half)) return months_from(year, month, 6, Edge::both, reader.at());
  }
  reader.eat("年");
  const Edge edge = edge_behind(reader);
  if (edge == Edge::both && !whole_year) return std::nullopt;
  return months_from(year, 1, kMonthsOfYear, edge, edge == Edge::both ? behind_year : reader.at());
}

Edge edge_before(Reader& reader) {
  const std::size_t begin = reader.at();
  reader.word("the");
  for (const auto& [word, edge] :
       {std::pair<std::string_view, Edge>{"end", Edge::last}, {"beginning", Edge::first}, {"start", Edge::first}}) {
    if (!reader.word(word)) continue;
    reader.word("of");
    return edge;
  }
  return reader.back_to(begin), Edge::both;
}

// A quarter or a half of a year: its first month and how many it has; of months 0: none.
std::pair<int, int> part_of_year(Reader& reader) {
  constexpr std::array<std::string_view, 4> kOrdinals = {"first", "second", "third", "fourth"},
                                            kShort = {"1st", "2nd", "3rd", "4th"}, kQuarters = {"q1", "q2", "q3", "q4"};
  constexpr std::array<std::string_view, 2> kHalves = {"h1", "h2"};
  const std::size_t begin = reader.at();
  if (const int which = reader.one_of(kQuarters, true); which > 0) return {3 * which - 2, 3};
  if (const int which = reader.one_of(kHalves, true); which > 0) return {6 * which - 5, 6};
  reader.word("the");
  int which = reader.one_of(kOrdinals, true);
  if (which == 0) which = reader.one_of(kShort, true);
  if (which > 0 && reader.word("quarter")) return {3 * which - 2, 3};
  if (which > 0 && which < 3 && reader.word("half")) return {6 * which - 5, 6};
  return reader.back_to(begin), std::pair{0, 0};
}

std::optional<Period> in_english(Reader reader, bool whole_year) {
  const Edge edge = edge_before(reader);
  const std::size_t begin = reader.at();
  int month = reader.month_by_name(), many = 1;
  if (month == 0) std::tie(month, many) = part_of_year(reader);
  if (month > 0) {
    if (reader.eat(",")) reader.blanks();
    reader.word("of");
    if (const int year = reader.year(); year > 0) return months_from(year, month, many, edge, reader.at());
    return std::nullopt;
  }
  reader.back_to(begin);
  const int year = reader.year();
  if (year < 0) return std::nullopt;
  const std::size_t behind_year = reader.at();
  reader.eat("-");
  if (const int number = reader.number(2); number >= 1 && number <= kMonthsOfYear && reader.at() == behind_year + 3)
    return months_from(year, number, 1, edge, reader.at());  // 2008-03
  reader.back_to(behind_year);
  reader.blanks();
  if (std::tie(month, many) = part_of_year(reader); month > 0)
    return months_from(year, month, many, edge, reader.at());  // 2008 Q1
  if (edge == Edge::both && !whole_year) return std::nullopt;
  return months_from(year, 1, kMonthsOfYear, edge, behind_year);
}

// 31 March, 31st of March, March the 31st; of the day 0: neither.
std::pair<int, int> month_and_day(Reader& reader) {
  int day = reader.number(2);
  if (day > 0) {
    reader.ordinal();
    reader.word("of");
  }
  const int month = reader.month_by_name();
  if (day < 0 && month > 0) {
    reader.word("the");
    day = reader.number(2);
    reader.ordinal();
  }
  return month > 0 && day > 0 ? std::pair{month, day} : std::pair{0, 0};
}

// Empty: that month has no such day.
std::string day_of(int year, int month, int day) {
  const Days first = first_of(year, month);
  return first + day <= add_months(first, 1) ? format_date(first + day - 1) : std::string();
}

}  // namespace

std::vector<std::string> Period::days() const {
  if (first == last) return {format_date(first)};
  return {format_date(first), format_date(last)};
}

Both Period::help() const {
  if (first == last) return {"a date has its day: " + format_date(first), "日期须写到日：" + format_date(first)};
  return {"a date has its day: it begins on " + format_date(first) + " and ends on " + format_date(last),
          "日期须写到日：首日为 " + format_date(first) + "，末日为 " + format_date(last)};
}

std::optional<Period> period_at(std::string_view text, bool whole_year) {
  if (const auto period = in_chinese(Reader(text), whole_year)) return period;
  return in_english(Reader(text), whole_year);
}

std::optional<Period> period_behind(std::string_view text, std::size_t length) {
  constexpr std::string_view kYear = "年";
  for (const std::string_view joint : {"至", "到", "-"}) {
    if (!text.substr(length).starts_with(joint)) continue;
    const std::string_view year = text.substr(0, text.find(kYear) + kYear.size());
    auto period = period_at(std::string(year) + std::string(text.substr(length + joint.size())));
    if (!period || period->length <= year.size()) return std::nullopt;
    period->length += length + joint.size() - year.size();
    return period;
  }
  return std::nullopt;
}

std::optional<Period> whole_period(std::string_view text) {
  auto period = period_at(text);
  if (!period) return std::nullopt;
  if (const auto until = period_behind(text, period->length))
    period->last = until->last, period->length = until->length;
  return period->length == text.size() ? period : std::nullopt;
}

std::string month_without_year(std::string_view text) {
  constexpr int kAnyYear = 2026;
  Reader reader(text);
  Edge edge = Edge::both;
  int month = reader.number(2);
  if (month > 0 && month <= kMonthsOfYear && reader.eat("月")) {
    reader.eat("份");
    edge = edge_behind(reader);
  } else {
    reader.back_to(0);
    if (const auto [number, day] = month_and_day(reader); day > 0)
      return reader.at() == text.size() ? day_of(kAnyYear, number, day) : std::string();
    reader.back_to(0);
    edge = edge_before(reader);
    month = reader.month_by_name();
    if (month == 0) return {};
  }
  if (reader.at() != text.size()) return {};
  return format_date(months_from(kAnyYear, month, 1, edge, 0).first);
}

std::string day_by_name(std::string_view text) {
  Reader reader(text);
  const auto [month, day] = month_and_day(reader);
  if (day == 0) return {};
  if (reader.eat(",")) reader.blanks();
  reader.word("of");
  const int year = reader.year();
  return year > 0 && reader.at() == text.size() ? day_of(year, month, day) : std::string();
}

}  // namespace caveat::syntax
