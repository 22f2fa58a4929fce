// Days and hours as people write them: opening hours, dates with the month's name, lengths in two units.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>

#include "engine/base/months.h"
#include "engine/base/units.h"
#include "engine/syntax/clock.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/periods.h"
#include "engine/syntax/speech.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
// Of a name or its first three letters or more, in whatever case, which of `names` it is; their number for none.
template <std::size_t N>
std::size_t which(const std::array<std::string_view, N>& names, std::string_view written) {
  const std::string letters = in_lower_case(std::string(written));
  for (std::size_t i = 0; i < N; ++i) {
    if (letters.size() >= 3 && in_lower_case(std::string(names[i])).starts_with(letters)) return i;
  }
  return N;
}

bool is_weekday(std::string_view word) {
  return std::any_of(all_spellings().begin(), all_spellings().end(),
                     [&](const Spelling& s) { return s.token == P::WEEKDAY && s.text == word; });
}

// A word in a line of opening hours, as it is written here; empty: none that belongs there.
std::string of_hours(const std::string& word, bool english) {
  struct Row {
    std::string_view written, meant;
  };
  constexpr auto kRows = std::to_array<Row>({{"to", ".."},
                                             {"through", ".."},
                                             {"until", ".."},
                                             {"till", ".."},
                                             {"-", ".."},
                                             {"weekdays", "Monday .. Friday"},
                                             {"workdays", "Monday .. Friday"},
                                             {"weekends", "Saturday .. Sunday"},
                                             {"daily", "Monday .. Sunday"}});
  constexpr auto kRowsZh = std::to_array<Row>({{"到", "至"},
                                               {"-", "至"},
                                               {"~", "至"},
                                               {"工作日", "周一 至 周五"},
                                               {"每天", "周一 至 周日"},
                                               {"每日", "周一 至 周日"}});
  const auto find = [&](const auto& rows) -> std::string {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& each) { return each.written == word; });
    return row == rows.end() ? std::string() : std::string(row->meant);
  };
  if (english) {
    if (const std::size_t day = which(kDays, word); day < kDays.size()) return std::string(kDays[day]);
    return find(kRows);
  }
  for (const std::string_view joint : {"至", "到"}) {  // 周一至周五
    const std::size_t at = word.find(joint);
    if (at == std::string::npos || at == 0) continue;
    const std::string first = word.substr(0, at), last = word.substr(at + joint.size());
    if (is_weekday(first) && is_weekday(last)) return first + " 至 " + last;
  }
  return find(kRowsZh);
}

}  // namespace

// hours Mon-Fri 9:00-17:30, hours weekdays 9:00 to 17:30, 服务时间 周一到周五 9:00到17:30: all of the line at once.
std::optional<Complaint> Explainer::hours_of_speech() {
  if (type(0) != P::QUEUE || at_ == 0) return std::nullopt;
  std::size_t begin = std::min(at_, count_ - 1);
  if (type(begin) == P::LINE) --begin;
  while (begin > 0 && type(begin) != P::HOURS && type(begin) != P::LINE) --begin;
  if (type(begin) != P::HOURS) return std::nullopt;
  const bool english = is_ascii(text(begin));
  std::string meant;
  bool other = false, time = false;
  std::size_t end = begin + 1;
  for (; end < count_ && type(end) != P::LINE; ++end) {
    std::string word = text(end);
    if (type(end) != P::WEEKDAY && type(end) != P::TIME && type(end) != P::RANGE && type(end) != P::UP_TO &&
        type(end) != P::COMMA) {
      word = of_hours(word, english);
      if (word.empty()) return std::nullopt;
      other = true;
    }
    time |= type(end) == P::TIME;
    if (!meant.empty() && type(end) != P::COMMA) meant += ' ';
    meant += word;
  }
  if (!other || !time) return std::nullopt;
  return offering(begin + 1, end - 1, {meant});
}

// always open, open 24 hours, 24/7, 全天开放
std::optional<Complaint> Explainer::always_open() {
  if (type(0) != P::QUEUE || at_ >= count_ || type(at_) == P::LINE) return std::nullopt;
  std::size_t begin = at_, end = at_ + 1;
  while (begin > 1 && type(begin - 1) != P::LINE) --begin;
  while (end < count_ && type(end) != P::LINE) ++end;
  if (begin < 2) return std::nullopt;
  constexpr auto kWritten = std::to_array<std::string_view>(
      {"always open", "open always", "open all day", "open 24 hours", "open 24/7", "24/7", "24 hours", "24 hours a day",
       "全天开放", "全天服务", "全天候", "全天", "24小时"});
  const std::string line = text(begin, end - 1);
  if (std::find(kWritten.begin(), kWritten.end(), line) == kWritten.end()) return std::nullopt;
  return offering(begin, end - 1, {is_ascii(line) ? "hours always" : "服务时间 全天"});
}

// 1 March 2026, March 1, 2026, March 2008, is in Q1 2008, between January 2008 and the end of March 2008, end of March: a day is meant, and which is not said.
std::optional<Complaint> Explainer::date_of_speech() {
  constexpr std::size_t kBefore = 3, kWords = 7;  // the end of the | first quarter of 2008
  const auto longest = [&](std::size_t first, std::size_t behind) -> std::pair<std::optional<Period>, std::size_t> {
    for (std::size_t last = std::min(first + kWords, count_); last-- > behind;) {
      const std::string written = text(first, last);
      auto period = is_ascii(written) ? period_at(written) : std::nullopt;
      if (period && period->length == written.size()) return {std::move(period), last};
    }
    return {std::nullopt, first};
  };
  const std::size_t furthest = at_ < count_ && text(at_) == "in" ? at_ + 1 : at_;
  for (std::size_t first = at_ - std::min(at_, kBefore); first <= furthest && at_ < count_; ++first) {
    if (first > 0 && type(first - 1) == P::NUMBER) continue;  // 31 June 2008
    const auto [period, last] = longest(first, std::max(at_, first + 1));
    if (period) {
      const std::vector<std::string> days = period->days();
      const std::size_t is = first > 0 && text(first - 1) == "in" ? first - 2 : first - 1;
      Complaint c = offering(first, last, days);
      if (first > 1 && type(is) == P::IS && days.size() == 2) {
        c = offering(is, last, {"is between " + days[0] + " and " + days[1]});
      } else if (first > 0 && type(first - 1) == P::BETWEEN && type(last + 1) == P::AND) {
        if (const auto [until, end] = longest(last + 2, last + 3); until)
          c = offering(first, end, {days.front() + " and " + until->days().back()});
      }
      c.help = period->help();
      return c;
    }
    for (std::size_t end = std::min(first + kWords, count_); end-- > std::max(at_, first + 1);) {
      const std::string written = text(first, end);
      if (!is_ascii(written)) continue;
      if (const std::string day = day_by_name(written); !day.empty()) return offering(first, end, {day});
      const std::string day = month_without_year(written);
      if (day.empty()) continue;
      return Complaint{&codes::kUnexpected,
                       span(first, end),
                       {"“" + written + "”", Both{"a date with its year", "写明年份的日期"}},
                       Both{"a date has its year and its day, such as " + day, "日期须写明年份和日，如 " + day}};
    }
  }
  return std::nullopt;
}

// the end of this year, last month: days that move with the calendar have no words.
std::optional<Complaint> Explainer::moving_period() {
  const auto is_one = [&](std::size_t at, std::initializer_list<std::string_view> words) {
    return at < count_ && std::find(words.begin(), words.end(), text(at)) != words.end();
  };
  constexpr std::size_t kAhead = 3;
  for (std::size_t at = at_ - std::min<std::size_t>(at_, 1); at <= at_ + kAhead && at_ < count_; ++at) {
    if (!is_one(at, {"this", "last", "next"}) || !is_one(at + 1, {"month", "year", "quarter", "week"})) continue;
    std::size_t first = at;
    while (first > 0 && is_one(first - 1, {"the", "end", "start", "beginning", "of"})) --first;
    if (first == 0 || first > at_ || type(first - 1) == P::IS) return std::nullopt;
    Complaint c{&codes::kUnexpected, span(first, at + 1), {"“" + text(first, at + 1) + "”", Both{"a date", "日期"}}};
    c.help = Both{"write the day, such as 2026-12-31, or how long ago it was: is within the last 1 month",
                  "请写明日期，如 2026-12-31；或写距今多久：is within the last 1 month"};
    return c;
  }
  return std::nullopt;
}

// 1 hour 30 minutes, 1小时30分钟, half an hour
std::optional<Complaint> Explainer::length_in_parts() {
  constexpr std::size_t kBefore = 2, kWords = 5;  // a | quarter of an hour
  for (std::size_t first = at_ - std::min(at_, kBefore); first <= at_ && at_ < count_; ++first) {
    for (std::size_t last = std::min(first + kWords, count_); last-- > std::max(at_, first + 1);) {
      const std::string_view meant = length_in_english(text(first, last));
      if (!meant.empty()) return offering(first, last, {std::string(meant)});
    }
  }
  if (at_ > 0 && at_ < count_ && type(at_ - 1) == P::NUMBER && text(at_) == "quarters") {
    const auto many = text(at_ - 1);
    if (many.size() <= 3 && many.find('.') == std::string::npos)
      return offering(at_ - 1, at_, {std::to_string(3 * std::atoi(many.c_str())) + " months"});
  }
  if (at_ < 2 || type(at_) != P::NUMBER || type(at_ + 1) != P::TIME_UNIT || type(at_ - 1) != P::TIME_UNIT ||
      type(at_ - 2) != P::NUMBER)
    return std::nullopt;
  const auto whole = [&](std::size_t at) {
    const std::string digits = text(at);
    return digits.size() <= 4 && digits.find_first_not_of("0123456789") == std::string::npos ? std::atoi(digits.c_str())
                                                                                             : -1;
  };
  const int hours = whole(at_ - 2), minutes = whole(at_);
  const std::string longer = text(at_ - 1), shorter = text(at_ + 1);
  if (hours < 0 || minutes < 0) return std::nullopt;
  if ((longer == "hour" || longer == "hours") && (shorter == "minutes" || shorter == "minute"))
    return offering(at_ - 2, at_ + 1, {std::to_string(hours * 60 + minutes) + " minutes"});
  if (longer == "小时" && shorter == "分钟")
    return offering(at_ - 2, at_ + 1, {std::to_string(hours * 60 + minutes) + "分钟"});
  if ((longer == "year" || longer == "years") && (shorter == "months" || shorter == "month"))
    return offering(at_ - 2, at_ + 1, {std::to_string(hours * 12 + minutes) + " months"});
  if (longer == "年" && (shorter == "个月" || shorter == "月"))
    return offering(at_ - 2, at_ + 1, {std::to_string(hours * 12 + minutes) + "个月"});
  return std::nullopt;
}

// is a weekday, is not a business day, is a bank holiday
std::optional<Complaint> Explainer::day_that_works() {
  if (at_ > 0 && at_ + 1 < count_ && text(at_ + 1) == "工作日" && (text(at_) == "不是" || text(at_) == "并非"))
    return offering(at_, at_ + 1, {"不为 工作日"});
  constexpr std::size_t kAhead = 3;
  const auto says = [&](std::size_t at, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text(at)) != words.end();
  };
  for (std::size_t day = at_; day < count_ && day <= at_ + kAhead; ++day) {  // is on a bank holiday, falls on a holiday
    if (!says(day, {"holiday", "holidays"}) && !(day > 0 && text(day) == "off" && text(day - 1) == "day")) continue;
    std::size_t verb = text(day) == "off" ? day - 1 : day;
    while (verb > 0 && says(verb - 1, {"a", "the", "on", "in", "during", "bank", "public", "national"})) --verb;
    if (verb-- < 2 || !says(verb, {"is", "is not", "falls"})) return std::nullopt;
    Complaint c = offering(verb, day, {text(verb) == "is not" ? "is a working day" : "is not a working day"});
    c.help = Both{"a day off, of the week too, is one on which nobody works", "休息日（含周末）即非工作日"};
    return c;
  }
  if (at_ < 2 || at_ >= count_ || text(at_ - 1) != "a") return std::nullopt;
  const std::string word = text(at_), is = text(at_ - 2);
  if (is != "is" && is != "is not") return std::nullopt;
  if (word == "non" && at_ + 3 < count_ && type(at_ + 1) == P::MINUS && text(at_ + 3) == "day")  // is a non-working day
    return offering(at_ - 2, at_ + 3, {is == "is" ? "is not a working day" : "is a working day"});
  const bool two = word == "business" || word == "banking" || word == "trading" || word == "work";
  if (word != "weekday" && word != "workday" && !(two && at_ + 1 < count_ && text(at_ + 1) == "day"))
    return std::nullopt;
  std::vector<std::string> instead = {is + " a working day"};
  if (word == "weekday" && is == "is") instead.emplace_back("is between Monday and Friday");
  return offering(at_ - 2, two ? at_ + 1 : at_, instead);
}

// 15 business days, 15个 工作日
std::optional<Complaint> Explainer::working_days_of_speech() {
  if (at_ == 0 || at_ >= count_) return std::nullopt;
  if (text(at_) == "工作日" && type(at_ - 1) == P::COUNT_UNIT)
    return offering(at_ - 1, at_, {text(at_ - 1) + text(at_)});
  const std::string word = text(at_), unit = text_of(at_ + 1);
  const bool works = word == "business" || word == "banking" || word == "trading" || word == "work";
  if (type(at_ - 1) != P::NUMBER || !works || (unit != "days" && unit != "day")) return std::nullopt;
  return offering(at_, at_ + 1, {unit == "day" ? "working day" : "working days"});
}

// is above ten percent, is at least three times, one hundred thousand CNY; 10 per cent
std::optional<Complaint> Explainer::number_in_english_here() {
  if (at_ == 0 || at_ >= count_) return std::nullopt;
  if (type(at_ - 1) == P::NUMBER && text(at_) == "per" && at_ + 1 < count_ && text(at_ + 1) == "cent")
    return offering(at_, at_ + 1, {"%"});
  if (type(at_ - 1) == P::NUMBER && text(at_) == "pct") return offering(at_, at_, {"%"});
  const auto counts = [&](std::size_t at) {
    return is_ascii(text(at)) &&
           (number_in_english(text(at)) || text(at) == "hundred" || text(at) == "thousand" || text(at) == "million");
  };
  if (!counts(at_ - 1)) return std::nullopt;
  std::size_t first = at_ - 1, last = at_ - 1;
  while (first > 0 && counts(first - 1)) --first;
  while (last + 1 < count_ && (counts(last + 1) || (text(last + 1) == "and" && last + 2 < count_ && counts(last + 2))))
    ++last;
  if (first < 2 || type(first - 1) == P::ALSO || type(first - 1) == P::DOT) return std::nullopt;  // rule two: its name
  const std::string written = text(first, last);
  const auto number = number_in_english(written);
  if (!number) return std::nullopt;
  const std::string meant = std::to_string(*number);
  Complaint c = offering(first, last, {meant});
  c.help = Both{"numbers are written in digits", "数用数字书写"};
  return c;
}

// today is a weekend, today is on Monday
std::optional<Complaint> Explainer::before_a_weekday() {
  for (std::size_t word = at_ - std::min<std::size_t>(at_, 1); word <= at_ && word + 1 < count_; ++word) {
    const std::string written = text(word);
    if (word == 0 || type(word - 1) != P::IS || type(word + 1) != P::WEEKDAY ||
        (written != "a" && written != "on" && written != "the"))
      continue;
    Complaint c{
        &codes::kUnexpected, span(word, word + 1), {"“" + text(word, word + 1) + "”", "“" + text(word + 1) + "”"}};
    c.fixes.push_back({{source_, tokens_[word].begin, tokens_[word + 1].begin}, ""});
    return c;
  }
  return std::nullopt;
}

// lexicon L is ⏎ "guaranteed" ⏎ "risk-free"
std::optional<Complaint> Explainer::terms_unparted() {
  if (type(0) != P::LEXICON || type(at_) != P::TEXT || !begins_line(at_)) return std::nullopt;
  std::size_t before = at_;
  while (before > 0 && type(before - 1) == P::LINE) --before;
  if (before == 0 || type(before - 1) != P::TEXT) return std::nullopt;
  const bool english = is_ascii(text(0));
  Complaint c{&codes::kUnexpected, span(at_, at_), {text(at_), Both{"a comma before it", "“、”"}}};
  c.help = Both{"a comma stands behind each term but the last", "各词语之间以“、”隔开，写在前一个词语之后"};
  c.fixes.push_back({{source_, tokens_[before - 1].end, tokens_[before - 1].end}, english ? "," : "、"});
  return c;
}

// now is after 20:00 in customer.zone, now in "Europe/London" is between 9:00 and 17:00: in which zone stands behind the two times.
std::optional<Complaint> Explainer::zone_of_the_clock() {
  std::size_t first = at_ < count_ ? at_ : 0;
  for (std::size_t back = 0; back < 5 && first > 0 && text(first) != "now"; ++back) --first;
  if (text_of(first) != "now") return std::nullopt;
  const auto behind_zone = [&](std::size_t at) {  // of a path or a text; `at` itself: there is none
    if (type(at) == P::TEXT) return at + 1;
    std::size_t end = at;
    while (type(end) == P::WORD) {
      ++end;
      if ((type(end) != P::DOT && type(end) != P::SLASH) || type(end + 1) != P::WORD) break;  // Europe/Berlin
      ++end;
    }
    return end;
  };
  const auto in_quotes = [](const std::string& zone) {
    return zone.find('/') != zone.npos && !zone.starts_with('"') ? "\"" + zone + "\"" : zone;
  };
  const auto named = [&](std::size_t in) {
    const std::size_t end = text_of(in) == "in" ? behind_zone(in + 1) : in;
    return end > in + 1 ? end : in;
  };
  const std::size_t verb = named(first + 1);
  const bool before = verb > first + 1;  // now in …
  const int word = type(verb);
  const bool later = word == P::GT || word == P::GE, earlier = word == P::LT || word == P::LE;
  if (before && word == P::BETWEEN && type(verb + 1) == P::TIME && type(verb + 2) == P::AND &&
      type(verb + 3) == P::TIME)
    return offering(first, verb + 3, {"now " + text(verb, verb + 3) + " in " + in_quotes(text(first + 2, verb - 1))});
  if ((!later && !earlier) || type(verb + 1) != P::TIME) return std::nullopt;
  const std::size_t end = before ? verb + 2 : named(verb + 2);
  if (!before && end == verb + 2) return std::nullopt;
  const std::string zone = in_quotes(before ? text(first + 2, verb - 1) : text(verb + 3, end - 1));
  const Asked asked = asked_of_the_clock(later, earlier, text(verb + 1), Language::en, zone);
  if (!asked.same) return std::nullopt;
  return offering(first, end - 1, {asked.sentence});
}

}  // namespace caveat::syntax
