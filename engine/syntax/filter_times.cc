// Days and times of day as people write them: told once, with how they are written here.
#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <initializer_list>

#include "engine/base/units.h"
#include "engine/syntax/clock.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/filter.h"
#include "engine/syntax/periods.h"

namespace caveat::syntax {

using L = CaveatGrammar;

// 此刻 晚于 9时, now is after 21h. `behind`: tokens up to the number, and with it.
bool Filter::holds_the_clock(std::size_t behind) const {
  if (behind < start_ + 3) return false;
  const Token &word = result_.tokens[behind - 2], &of = result_.tokens[behind - 3];
  if (word.type != L::GT && word.type != L::GE && word.type != L::LT && word.type != L::LE) return false;
  const std::string_view subject = slice(of.begin, of.end);
  const bool named = of.type == L::WORD && names_the_clock(subject) && result_.tokens[behind - 4].type != L::DOT;
  return named || subject == "now" || subject == "此刻";
}

// Of a time of day that is written in another way: the time, or, where it is held against the clock (now is after 9pm), the sentence that
// asks so. Its token is the last.
void Filter::tell_time(const Code& code, std::uint32_t begin, std::uint32_t end, const std::string& time, bool sure) {
  const std::size_t count = result_.tokens.size();
  const Token& value = result_.tokens.back();
  std::string written(slice(begin, end));
  if (holds_the_clock(count)) {
    const int word = result_.tokens[count - 2].type;
    const std::uint32_t of = result_.tokens[count - 3].begin;
    const Language language = is_ascii(slice(of, result_.tokens[count - 3].end)) ? Language::en : Language::zh;
    const Asked asked =
        asked_of_the_clock(word == L::GT || word == L::GE, word == L::LT || word == L::LE, time, language);
    std::vector<Fix> fixes;
    if (asked.same) fixes.push_back({span(of, value.end), asked.sentence});
    return complain(code, begin, end, {std::move(written)}, "the time of day is asked so: " + asked.sentence,
                    "钟点这样写：" + asked.sentence, std::move(fixes));
  }
  std::vector<Fix> fixes;
  if (sure) fixes.push_back({span(value.begin, value.end), time});
  complain(code, begin, end, {std::move(written)},
           "a time of day is written " + time + (sure ? "" : "; a share 5% or 0.05 percentage points"),
           "钟点写作 " + time + (sure ? "" : "；比率写作 5% 或 0.05个百分点"), std::move(fixes));
}

// 2026年2月1日
std::optional<std::size_t> Filter::date_in_words(std::size_t at, std::size_t end) const {
  static const std::array<std::string_view, 5> kShape = {"", "年", "", "月", ""};
  if (at + 5 >= end) return std::nullopt;
  for (std::size_t i = 0; i < 5; ++i) {
    const Raw& raw = raws_[at + i];
    if (i > 0 && !raw.glued) return std::nullopt;
    if (kShape[i].empty() ? raw.type != L::NUMBER : slice(raw.begin, raw.end) != kShape[i]) return std::nullopt;
  }
  const Raw& last = raws_[at + 5];
  return last.glued && last.type == L::WORD && slice(last.begin, last.end).starts_with("日") ? std::optional(at + 5)
                                                                                             : std::nullopt;
}

// 2008年3月, 2008年3月底以前, 2008年第一季度, 12月底: a day is meant, and which is not said. What stands behind it is read on.
bool Filter::told_of_period(std::size_t& at, std::size_t end) {
  const Raw& number = raws_[at];
  std::size_t next = at + 1;
  constexpr std::size_t kMost = 6;
  while (next < end && next < at + kMost && raws_[next].glued && !raws_[next].first) ++next;
  if (next == at + 1) return false;
  const std::string text = nfkc(slice(number.begin, raws_[next - 1].end));
  if (text.size() != raws_[next - 1].end - number.begin) return false;  // places in it are places in the file
  std::uint32_t last = raws_[next - 1].end, behind = 0;
  const std::string_view before = result_.tokens.size() > start_
                                      ? slice(result_.tokens.back().begin, result_.tokens.back().end)
                                      : std::string_view();
  const auto period = period_at(text);
  const auto is_date = [](const Token& token) { return token.type == L::DATE || token.type == L::DATE_WORDS; };
  const bool behind_a_date =
      result_.tokens.size() > start_ + 1 && is_date(result_.tokens.rbegin()[1]);  // between … and
  const bool by_year = period && text.find("年") < period->length;
  std::size_t of_month = by_year ? period->length : text.size();
  int of_days = 0;
  for (; of_month < text.size() && text[of_month] >= '0' && text[of_month] <= '9'; ++of_month)
    of_days = std::min(10 * of_days + (text[of_month] - '0'), 99);
  if (of_days > 0) {  // 2008年3月1号, 2008年3月1
    constexpr std::string_view kOfSpeech = "号";
    if (std::string_view(text).substr(of_month).starts_with(kOfSpeech)) of_month += kOfSpeech.size();
    last = number.begin + static_cast<std::uint32_t>(of_month);
    const Days meant = period->first + of_days - 1;
    const std::string help = meant <= period->last ? format_date(meant) : std::string();
    complain(codes::kNoSuchDate, number.begin, last, {std::string(slice(number.begin, last))},
             help.empty() ? help : "a date is written " + help, help.empty() ? help : "日期写作 " + help,
             help.empty() ? std::vector<Fix>() : std::vector<Fix>{{span(number.begin, last), help}});
  } else if (by_year || (period && period->length == text.size() && raws_[at + 1].type == L::WORD)) {  // 2008Q1
    std::size_t length = period->length;
    bool several = false;  // 2026年1月至3月
    std::vector<std::string> days = period->days();
    Both help = period->help();
    if (const auto until = by_year ? period_behind(text, length) : std::nullopt; until && days.size() == 2) {
      length = until->length;
      several = true;
      days = {days.front(), until->days().back()};
      help = {"a period is held against its first and its last day", "期间按首日与末日书写"};
    }
    last = number.begin + static_cast<std::uint32_t>(length);
    constexpr std::string_view kEnd = "之间";
    const std::size_t blanks = bytes_.find_first_not_of(' ', last);
    const std::uint32_t ended = blanks != bytes_.npos && bytes_.substr(blanks).starts_with(kEnd)
                                    ? static_cast<std::uint32_t>(blanks + kEnd.size())
                                    : 0;
    std::vector<Fix> fixes;
    const bool within = before == "为" || before == "是" || before == "属于" || before == "在";
    if (within && by_year && days.size() == 2 && last == raws_[next - 1].end) {
      fixes.push_back({span(result_.tokens.back().begin, last), "介于 " + days[0] + " 与 " + days[1] + " 之间"});
    } else if (before == "介于" && by_year && days.size() == 2 && ended > 0) {  // 介于 2026年1月至3月 之间
      Token& between = result_.tokens.back();
      between.type = L::IS;  // the days that it holds against are one token
      fixes.push_back({span(between.begin, ended), "介于 " + days[0] + " 与 " + days[1] + " 之间"});
      behind = ended;
    } else if (several) {
      fixes.push_back({span(number.begin, last), days[0] + " 至 " + days[1]});
    } else {
      for (std::string& day : days) fixes.push_back({span(number.begin, last), std::move(day)});
    }
    complain(codes::kNoSuchDate, number.begin, last, {std::string(slice(number.begin, last))}, help.en, help.zh,
             std::move(fixes));
  } else {
    // of 3月 months may be meant
    const bool a_day = before.ends_with("早于") || before.ends_with("晚于") || behind_a_date || !text.ends_with("月");
    const bool month = a_day && slice(raws_[at + 1].begin, raws_[at + 1].end).starts_with("月");
    const std::string edge = month ? month_without_year(text) : "";
    if (edge.empty()) return false;
    complain(codes::kNoSuchDate, number.begin, last, {std::string(slice(number.begin, last))},
             "a date has its year and its day, such as " + edge, "日期须写明年份和日，如 " + edge);
  }
  emit(L::DATE_WORDS, number.begin, last);
  behind = std::max(behind, last);
  for (++at; at < end && raws_[at].end <= behind; ++at) {
  }
  if (at < end) raws_[at].begin = std::max(raws_[at].begin, behind);
  return true;
}

// 2026年1月1日至1月3日, 2026年1月1日至3日: the second has the year of the first. Its token has been emitted.
void Filter::told_of_day_behind_a_day(std::size_t& at, std::size_t end) {
  const auto is = [&](std::size_t i, std::initializer_list<std::string_view> words) {
    const std::string_view said = i < end && raws_[i].glued ? slice(raws_[i].begin, raws_[i].end) : std::string_view();
    return std::find(words.begin(), words.end(), said) != words.end();
  };
  const auto starts = [&](std::size_t i, std::string_view with) {
    return i < end && raws_[i].glued && slice(raws_[i].begin, raws_[i].end).starts_with(with);
  };
  const auto number = [&](std::size_t i) { return i < end && raws_[i].glued && raws_[i].type == L::NUMBER; };
  if (!is(at, {"至", "到", "-", "~", "—", "－"}) || !number(at + 1)) return;
  constexpr std::string_view kDay = "日";
  const bool month = is(at + 2, {"月"}) && number(at + 3) && starts(at + 4, kDay);
  if (!month && !starts(at + 2, kDay)) return;
  Raw& tail = raws_[at + (month ? 4 : 2)];
  const Token first = result_.tokens.back();
  const std::uint32_t last = tail.begin + static_cast<std::uint32_t>(kDay.size());
  const std::string begins(slice(first.begin, first.end)), ends(slice(raws_[at + 1].begin, last));
  constexpr std::string_view kYear = "年", kMonth = "月";
  const std::string_view of = month ? kYear : kMonth;
  const std::string meant = begins + " 至 " + begins.substr(0, begins.find(of) + of.size()) + ends;
  complain(codes::kNoSuchDate, raws_[at + 1].begin, last, {ends}, "each day has its year: " + meant,
           "每个日期都须写明年份：" + meant, {{span(first.begin, last), meant}});
  emit(L::RANGE, raws_[at].begin, raws_[at].end);
  emit(L::DATE_WORDS, raws_[at + 1].begin, last);
  tail.begin = last;
  at += month ? 4 : 2;
  if (tail.begin == tail.end) ++at;
}

// 31st of March 2008, March 31st, 2008, 31st March
bool Filter::told_of_ordinal_day(std::size_t& at, std::size_t end) {
  const std::string_view behind = slice(raws_[at].begin, raws_[at].end);
  if (behind != "st" && behind != "nd" && behind != "rd" && behind != "th") return false;
  const std::size_t count = result_.tokens.size();
  const bool word = count >= start_ + 2 && result_.tokens[count - 2].type == L::WORD;
  for (const std::uint32_t begin :
       {word ? result_.tokens[count - 2].begin : raws_[at - 1].begin, raws_[at - 1].begin}) {
    constexpr std::size_t kMost = 4;
    for (std::size_t next = std::min(at + kMost, end); next-- > at;) {
      const std::string_view written = slice(begin, raws_[next].end);
      const std::string with_year = day_by_name(written),
                        day = with_year.empty() ? month_without_year(written) : with_year;
      if (day.empty()) continue;
      std::vector<Fix> fixes;
      if (!with_year.empty()) fixes.push_back({span(begin, raws_[next].end), day});
      complain(codes::kUnitLeftover, raws_[at].begin, raws_[at].end, {std::string(behind)},
               (with_year.empty() ? "a date has its year and its day, such as " : "a date is written ") + day,
               (with_year.empty() ? "日期须写明年份和日，如 " : "日期写作 ") + day, std::move(fixes));
      if (begin != raws_[at - 1].begin) result_.tokens.pop_back();
      result_.tokens.back() = {L::DATE_WORDS, begin, raws_[next].end};
      at = next + 1;
      return true;
    }
  }
  return false;
}

// 01/02/2026, 2026/02/01, 2026-2-1: nobody divides or takes away so; the reading of dates tells how one is written.
bool Filter::slashed_date(std::size_t at, std::size_t end) const {
  if (at + 4 >= end) return false;
  const auto mark = raws_[at + 1].type == L::MINUS ? L::MINUS : L::SLASH;
  for (std::size_t i = at; i <= at + 4; ++i) {
    const bool number = (i - at) % 2 == 0;
    if (raws_[i].type != (number ? L::NUMBER : mark) || (i > at && !raws_[i].glued)) return false;
    if (number && slice(raws_[i].begin, raws_[i].end).find_first_not_of("0123456789") != std::string_view::npos)
      return false;
  }
  const auto digits = [&](std::size_t i) { return raws_[i].end - raws_[i].begin; };
  return digits(at + 2) <= 2 && ((digits(at) == 4 && digits(at + 4) <= 2) || (digits(at) <= 2 && digits(at + 4) == 4));
}

// 上午9点到下午5点: from one time of day to another. The word's token has been emitted.
bool Filter::told_of_hours_of_the_day(std::size_t& at, std::size_t end) {
  if (at + 4 >= end || raws_[at + 3].type != L::NUMBER || !raws_[at + 3].glued || !raws_[at + 4].glued) return false;
  const std::string digits(slice(raws_[at + 1].begin, raws_[at + 1].end)),
      until(slice(raws_[at + 3].begin, raws_[at + 3].end));
  std::string_view middle = slice(raws_[at + 2].begin, raws_[at + 2].end);
  const std::string_view behind = slice(raws_[at + 4].begin, raws_[at + 4].end);
  constexpr std::string_view kOClock = "点", kTail = "之间";
  if (!middle.starts_with("点到") && !middle.starts_with("点至")) return false;
  if (until.size() > 2 || until.find('.') != until.npos) return false;
  if (behind != kOClock && behind != "点钟" && behind != "点整" && behind != "点之间") return false;
  middle.remove_prefix(std::string_view("点到").size());
  const std::optional<int> from = hour_of(slice(raws_[at].begin, raws_[at].end), std::atoi(digits.c_str()));
  const int last_hour = std::atoi(until.c_str());
  const std::optional<int> to = middle.empty() ? std::optional(last_hour) : hour_of(middle, last_hour);
  if (!from || !to || *to > 24) return false;
  const std::uint32_t begin = raws_[at].begin;
  std::uint32_t last = raws_[at + 4].end;
  const std::size_t count = result_.tokens.size();
  const Token before = count > start_ + 1 ? result_.tokens[count - 2] : Token{};
  const std::string_view word = slice(before.begin, before.end);
  const std::string first = on_the_clock(*from, "00"), second = on_the_clock(*to, "00");
  std::string meant = first + " 至 " + second;
  std::uint32_t fixed = begin;
  if (before.type == L::BETWEEN || word == "在" || word == "为" || word == "此刻") {
    const bool closed = at + 5 < end && slice(raws_[at + 5].begin, raws_[at + 5].end) == kTail;
    if (closed) last = raws_[at + 5].end;
    meant = "介于 " + first + " 与 " + second + " 之间";
    if (word == "此刻") meant.insert(0, "此刻 ");
    fixed = before.begin;
  }
  const std::uint32_t unit = raws_[at + 2].begin, unit_end = raws_[at + 4].end;
  complain(codes::kUnitLeftover, unit, unit_end, {std::string(slice(unit, unit_end))},
           "times of day are written so: " + meant, "钟点这样写：" + meant, {{span(fixed, last), meant}});
  result_.tokens.back() = {L::TIME, begin, last};
  at += last == unit_end ? 5 : 6;
  return true;
}

// 晚上10点, 早上8点半, 下午3点30分: a time of day. The word's token has been emitted.
bool Filter::told_of_part_of_the_day(std::size_t& at, std::size_t end) {
  const Raw& number = raws_[at + 1];
  const std::string_view text = slice(raws_[at].begin, raws_[at].end);
  if (at + 2 >= end || !raws_[at + 2].glued) return false;
  const std::string digits(slice(number.begin, number.end)), unit(slice(raws_[at + 2].begin, raws_[at + 2].end));
  if (digits.size() > 2 || digits.find('.') != digits.npos) return false;
  if (told_of_hours_of_the_day(at, end)) return true;
  if (unit != "点" && unit != "点整" && unit != "点钟" && unit != "点半") return false;
  std::string minutes = unit == "点半" ? "30" : "00";
  std::size_t next = at + 3;
  if (unit == "点" && next < end && raws_[next].glued && raws_[next].type == L::NUMBER) {
    minutes = slice(raws_[next].begin, raws_[next].end);
    if (minutes.size() != 2 || minutes[0] > '5' || minutes[0] < '0' || minutes[1] < '0') return false;
    ++next;
    if (next < end && raws_[next].glued && word(raws_[next]) == "分") ++next;
  }
  const std::optional<int> hour = hour_of(text, std::atoi(digits.c_str()));
  if (!hour || (*hour == 24 && minutes != "00")) return false;
  result_.tokens.back() = {L::TIME, raws_[at].begin, raws_[next - 1].end};
  tell_time(codes::kUnitLeftover, raws_[at + 2].begin, raws_[at + 2].end, on_the_clock(*hour, minutes), true);
  at = next;
  return true;
}

// 9pm, 9 PM, 9:30 p.m., 9 o'clock
bool Filter::told_of_half_day(std::size_t& at, std::size_t end) {
  const Raw &number = raws_[at - 1], &raw = raws_[at];
  if (raw.first || (number.type != L::NUMBER && number.type != L::TIME)) return false;
  const auto lower = [&](std::size_t i) {
    std::string text(slice(raws_[i].begin, raws_[i].end));
    for (char& each : text) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    return text;
  };
  const auto then = [&](std::size_t i, std::string_view text) { return i < end && raws_[i].glued && lower(i) == text; };
  const std::string half = lower(at);
  std::size_t next = at + 1;
  if ((half == "a" || half == "p") && then(next, ".") && then(next + 1, "m")) {
    next += 2;
    if (then(next, ".") && (next + 1 >= end || !raws_[next + 1].glued)) ++next;
  } else if (half == "o" && (then(next, "'") || then(next, "’")) && then(next + 1, "clock")) {
    next += 2;
  } else if (half != "am" && half != "pm") {
    return false;
  }
  const std::string digits(slice(number.begin, number.end));
  const std::size_t parted = std::min(digits.find_first_of(":."), digits.size());
  const std::string minutes = parted == digits.size() ? "00" : digits.substr(parted + 1);
  int hour = std::atoi(digits.c_str());
  if (parted > 2 || hour > 23 || minutes.size() != 2 || minutes > "59") return false;
  if (half[0] == 'p' && hour < 12) hour += 12;
  if (half[0] == 'a' && hour == 12) hour = 0;
  const std::uint32_t last = raws_[next - 1].end;
  result_.tokens.back() = {L::TIME, number.begin, last};
  tell_time(codes::kUnitLeftover, raw.begin, last, on_the_clock(hour, minutes), true);
  at = next;
  return true;
}

// 2026-03-01 10:00, given answer at 2026-03-01, 9:30
bool Filter::told_of_a_day_before_a_time(std::size_t& at) {
  const Raw& time = raws_[at];
  const auto& tokens = result_.tokens;
  const std::size_t count = tokens.size();
  std::size_t back = 1;  // to the day
  if (last() == L::COMMA && count >= start_ + 3 && tokens[count - 3].type == L::AT) back = 2;
  if (time.first || count < start_ + back || tokens[count - back].type != L::DATE) return false;
  const std::uint32_t begin = tokens[count - back].begin;
  const std::string day(slice(begin, tokens[count - back].end)), clock(slice(time.begin, time.end));
  const std::string meant = nfkc(day) + (clock.size() < 5 ? "T0" : "T") + nfkc(clock);
  complain(codes::kNoSuchDate, begin, time.end, {std::string(slice(begin, time.end))}, "a moment is written " + meant,
           "时刻写作 " + meant, {{span(begin, time.end), meant}});
  result_.tokens.resize(count - back);
  emit(L::INSTANT, begin, time.end);
  ++at;
  return true;
}

// 晚上 9:00
bool Filter::told_of_part_before_a_time(std::size_t& at) {
  const Raw& time = raws_[at];
  const std::size_t count = result_.tokens.size();
  if (last() != L::WORD || (count >= 2 && result_.tokens[count - 2].type == L::DOT)) return false;  // 网点.早 9:00
  const Token before = result_.tokens.back();
  const std::string digits(slice(time.begin, time.end));
  const std::size_t colon = std::min(digits.find(':'), digits.size());
  const std::string part(slice(before.begin, before.end));
  const std::optional<int> hour = hour_of(part, std::atoi(digits.c_str()));
  if (!hour || colon == digits.size()) return false;
  result_.tokens.back() = {L::TIME, before.begin, time.end};
  tell_time(codes::kStraySign, before.begin, before.end,
            on_the_clock(*hour, std::string_view(digits).substr(colon + 1)), true);
  ++at;
  return true;
}

}  // namespace caveat::syntax
