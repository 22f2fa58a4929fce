#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "engine/base/nearest.h"
#include "engine/base/units.h"
#include "engine/syntax/clock.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/filter.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/numerals.h"
#include "engine/syntax/periods.h"
#include "engine/syntax/spaced.h"

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
  std::uint32_t last = raws_[next - 1].end;
  const std::string_view before = result_.tokens.size() > start_
                                      ? slice(result_.tokens.back().begin, result_.tokens.back().end)
                                      : std::string_view();
  const auto period = period_at(text);
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
    last = number.begin + static_cast<std::uint32_t>(period->length);
    std::vector<std::string> days = period->days();
    std::vector<Fix> fixes;
    const bool within = before == "为" || before == "是" || before == "属于" || before == "在";
    if (within && by_year && days.size() == 2 && last == raws_[next - 1].end) {
      fixes.push_back({span(result_.tokens.back().begin, last), "介于 " + days[0] + " 与 " + days[1] + " 之间"});
    } else {
      for (std::string& day : days) fixes.push_back({span(number.begin, last), std::move(day)});
    }
    const Both help = period->help();
    complain(codes::kNoSuchDate, number.begin, last, {std::string(slice(number.begin, last))}, help.en, help.zh,
             std::move(fixes));
  } else {
    // of 3月 months may be meant
    const bool a_day = before.ends_with("早于") || before.ends_with("晚于") || !text.ends_with("月");
    const bool month = a_day && slice(raws_[at + 1].begin, raws_[at + 1].end).starts_with("月");
    const std::string edge = month ? month_without_year(text) : "";
    if (edge.empty()) return false;
    complain(codes::kNoSuchDate, number.begin, last, {std::string(slice(number.begin, last))},
             "a date has its year and its day, such as " + edge, "日期须写明年份和日，如 " + edge);
  }
  emit(L::DATE_WORDS, number.begin, last);
  for (++at; at < next && raws_[at].end <= last; ++at) {
  }
  if (at < next) raws_[at].begin = std::max(raws_[at].begin, last);
  return true;
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

// 5百元, 50k, 10pm, 5万元人民币: what is meant is written in another way. `pieces` is what the reading goes on with.
bool Filter::told_of_leftover(const Raw& number, std::uint32_t rest_begin, const Raw& raw, std::vector<Token>& pieces) {
  const std::string rest(slice(rest_begin, raw.end));
  const std::string digits(slice(number.begin, number.end));
  const bool whole = digits.find('.') == std::string::npos;
  if (rest == "人民币" && !pieces.empty() && pieces.back().type == L::CURRENCY) {
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "the unit before it says so", "前面的单位已写明币种",
             {{span(rest_begin, raw.end), ""}});
    return true;
  }
  const auto& tokens = result_.tokens;
  if (rest == "人民币" && !pieces.empty() && pieces.back().type == L::MAGNITUDE) {  // 500万人民币
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "did you mean “元”?", "是否想写“元”？",
             {{span(rest_begin, raw.end), "元"}});
    pieces.push_back({L::CURRENCY, rest_begin, raw.end});
    return true;
  }
  const bool goes_on = number_in_words(std::string_view(rest).substr(0, 3)).has_value() && !rest.starts_with("百");
  if (const auto all = in_digits(slice(number.begin, raw.end)); goes_on && all) {  // 1亿五千万元
    complain(codes::kNumberInWords, number.begin, raw.end, {std::string(slice(number.begin, raw.end))},
             "write it in digits: " + *all, "请用数字书写：" + *all, {{span(number.begin, raw.end), *all}});
    constexpr std::string_view kYuan = "元";
    if (rest.ends_with(kYuan))
      pieces.push_back({L::CURRENCY, static_cast<std::uint32_t>(raw.end - kYuan.size()), raw.end});
    return true;
  }
  const std::string behind(slice(raw.begin, raw.end));
  for (const std::string_view unit :
       {"成", "个季度", "季度", "年半", "个半月", "个半小时", "小时半", "天半"}) {  // 2成, 3个季度
    if (!behind.starts_with(unit)) continue;
    const auto meant = in_digits(slice(number.begin, raw.end));
    if (!meant) continue;
    complain(codes::kUnitLeftover, raw.begin, raw.end, {behind}, "write " + *meant, "请写作：" + *meant,
             {{span(number.begin, raw.end), *meant}});
    pieces.clear();
    return true;
  }
  if (behind == "个点") {
    complain(codes::kUnitLeftover, raw.begin, raw.end, {behind}, "did you mean “个百分点”?", "是否想写“个百分点”？",
             {{span(raw.begin, raw.end), "个百分点"}});
    return true;
  }
  if (rest == "整" && !pieces.empty() && pieces.back().type == L::CURRENCY) {  // 5百万元整
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "leave it out", "请删去",
             {{span(rest_begin, raw.end), ""}});
    return true;
  }
  const auto& before = result_.tokens.back();
  if (!pieces.empty() && pieces.back().type == L::MAGNITUDE && minor_units(rest)) {  // 20万CNY
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "put a blank before it", "其前请加空格",
             {{span(rest_begin, rest_begin), " "}});
    pieces.push_back({L::CURRENCY, rest_begin, raw.end});
    return true;
  }
  if (before.type == L::TIME && rest == "到") {  // 9:00到17:30
    pieces.push_back({L::WORD, rest_begin, raw.end});
    return true;
  }
  const bool a_length = !pieces.empty() && pieces.back().type == L::TIME_UNIT;  // 15天以后
  if ((before.type == L::DATE || before.type == L::DATE_WORDS || a_length) &&
      ((a_length && rest == "后") || rest == "以前" || rest == "之前" || rest == "以后" || rest == "之后")) {
    pieces.push_back({L::WORD, rest_begin, raw.end});  // the parser stops before it, and tells how it is said
    return true;
  }
  constexpr std::string_view kSub = "之";
  if (kind_ == L::SOURCE && rest.starts_with(kSub) && is_ordinal_word("第" + rest.substr(kSub.size(), 3) + "条") &&
      tokens.size() >= 2 && tokens[tokens.size() - 2].type == L::ORDINAL) {
    const std::uint32_t begin = tokens[tokens.size() - 2].begin;                        // 第12条之一
    if (raw.end < bytes_.size() && bytes_[raw.end] >= '0' && bytes_[raw.end] <= '9') {  // 第12条之一第2款
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "an article that was put in later is named in quotes",
               "增补的条文写在引号中，例如：章节 “第12条之一”");
      return true;
    }
    const std::string meant = "章节 “" + std::string(slice(begin, raw.end)) + "”";
    complain(codes::kUnitLeftover, begin, raw.end, {rest},
             "an article that was put in later is named in quotes: " + meant, "增补的条文写在引号中：" + meant,
             {{span(begin, raw.end), meant}});
    return true;
  }
  constexpr std::string_view kToNth = "至第";
  if (kind_ == L::SOURCE && rest == kToNth && tokens.size() >= 2 && tokens[tokens.size() - 2].type == L::ORDINAL) {
    const std::uint32_t begin = tokens[tokens.size() - 2].begin;  // 第28条至第30条
    std::size_t last = static_cast<std::size_t>(&raw - raws_.data());
    while (last + 1 < raws_.size() && raws_[last + 1].glued && !raws_[last + 1].first) ++last;
    const std::string meant = "章节 “" + std::string(slice(begin, raws_[last].end)) + "”";
    complain(codes::kUnitLeftover, begin, raws_[last].end, {rest}, "several articles are named in quotes: " + meant,
             "多处条文写在引号中：" + meant, {{span(begin, raws_[last].end), meant}});
    return true;
  }
  if (!pieces.empty()) return false;
  constexpr std::string_view kHundred = "百";
  if (rest.starts_with(kHundred) && whole) {
    const std::string_view unit = std::string_view(rest).substr(kHundred.size());
    const auto& units = units_and_tails();
    const auto found = std::find_if(units.begin(), units.end(), [&](const Spelling& s) { return s.text == unit; });
    if (!unit.empty() && found == units.end()) return false;
    const auto unit_begin = static_cast<std::uint32_t>(rest_begin + kHundred.size());
    complain(codes::kUnitLeftover, rest_begin, unit_begin, {std::string(kHundred)},
             "write the number in digits: " + digits + "00", "请用数字写全：" + digits + "00",
             {{span(rest_begin, unit_begin), "00"}});
    if (!unit.empty()) pieces.push_back({found->token, unit_begin, raw.end});
    return true;
  }
  if (rest == "w" || rest == "W" || rest == "w元" || rest == "W元") {  // 20w
    const std::string meant = digits + "万" + rest.substr(1);
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "write " + meant, "请写作：" + meant,
             {{span(number.begin, raw.end), meant}});
    return true;
  }
  if (!is_ascii(rest) || !unit_meant_by(rest).empty() || !spellings_from(rest).empty()) return false;
  std::string meant;
  if ((rest == "k" || rest == "K") && whole) meant = digits + "_000";
  if (rest == "M") meant = digits + " million";
  std::vector<Fix> fixes;
  if (rest == "h" && whole && std::atoi(digits.c_str()) <= 24) {  // 21h
    const std::string hour = on_the_clock(std::atoi(digits.c_str()), "00"), length = digits + " hours";
    if (holds_the_clock(tokens.size())) {
      result_.tokens.back() = {L::TIME, number.begin, raw.end};
      return tell_time(codes::kUnitLeftover, rest_begin, raw.end, hour, true), true;
    }
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest},
             "a time of day is written " + hour + ", a length of time " + length,
             "钟点写作 " + hour + "，时长写作 " + length,
             {{span(number.begin, raw.end), hour}, {span(number.begin, raw.end), length}});
    return true;
  }
  const std::size_t next = static_cast<std::size_t>(&raw - raws_.data()) + 1;
  const bool money = next < raws_.size() && !raws_[next].first && raws_[next].type == L::WORD &&
                     minor_units(slice(raws_[next].begin, raws_[next].end)).has_value();
  if (money && (rest == "m" || rest == "mn" || rest == "mio" || rest == "M")) meant = digits + " million";
  if (money && (rest == "bn" || rest == "b" || rest == "B")) meant = digits + " billion";
  if (!meant.empty()) fixes.push_back({span(number.begin, raw.end), meant});
  complain(codes::kUnitLeftover, rest_begin, raw.end, {rest},
           meant.empty() ? "behind a number stands a unit, such as %, CNY, days or years old" : "write " + meant,
           meant.empty() ? "数字之后写单位，如 %、元、天、周岁" : "请写作：" + meant, std::move(fixes));
  return true;
}

// 高于 5点, 客户.余额 9点: of two times none is higher, or nothing compares. `behind`: tokens up to the number, and with it.
bool Filter::holds_an_amount(std::size_t behind) const {
  if (behind < 2) return false;
  const Token& before = result_.tokens[behind - 2];
  switch (before.type) {
    case L::WORD:
      return true;
    case L::GE:
    case L::LE:
    case L::GT:
    case L::LT: {
      const std::string_view word = slice(before.begin, before.end);
      return word.find("早于") == word.npos && word.find("晚于") == word.npos && !is_ascii(word);
    }
    default:
      return false;
  }
}

// What follows a number is cut, longest first, by the list of units and tails. A word that a blank parts from its number is
// cut only if the list covers all of it.
bool Filter::cut_after_number(std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  // Units of several words: years old, working days, per ten thousand.
  for (const auto& unit : units_and_tails()) {
    if (unit.words.size() == 1 || unit.kind != KeywordKind::unit || at + unit.words.size() > end) continue;
    bool all = true;
    for (std::size_t i = 0; i < unit.words.size() && all; ++i) {
      all = raws_[at + i].type == L::WORD && (i == 0 || !raws_[at + i].first || is_free_layout(kind_)) &&
            word(raws_[at + i]) == unit.words[i];
    }
    if (!all) continue;
    emit(unit.token, raw.begin, raws_[at + unit.words.size() - 1].end);
    at += unit.words.size();
    return true;
  }
  const std::string_view text = slice(raw.begin, raw.end);
  const std::string folded(word(raw));
  if (folded.size() == 3 && minor_units(folded)) {
    emit(L::CURRENCY, raw.begin, raw.end);
    ++at;
    return true;
  }
  if (folded == "percent") {
    emit(L::PERCENT, raw.begin, raw.end);
    ++at;
    return true;
  }
  std::vector<Token> pieces;
  std::size_t cut = 0;
  while (cut < text.size()) {
    const Spelling* found = nullptr;
    for (const auto& unit : units_and_tails()) {
      if (unit.words.size() != 1 || !text.substr(cut).starts_with(unit.text)) continue;
      // An English unit is a whole word.
      if (unit.language == Language::en && (cut != 0 || text.size() != unit.text.size())) continue;
      found = &unit;
      break;
    }
    if (found == nullptr) break;
    pieces.push_back({found->token, static_cast<std::uint32_t>(raw.begin + cut),
                      static_cast<std::uint32_t>(raw.begin + cut + found->text.size())});
    cut += found->text.size();
  }
  const bool covered = cut == text.size();
  if (covered && pieces.size() == 2 && pieces[0].type == L::COUNT_UNIT &&
      pieces[1].type == L::SHARE_UNIT) {  // 50个基点
    const std::string count_unit(slice(pieces[0].begin, pieces[0].end)), meant(slice(pieces[1].begin, pieces[1].end));
    complain(codes::kUnitLeftover, pieces[0].begin, pieces[0].end, {count_unit}, "did you mean “" + meant + "”?",
             "是否想写“" + meant + "”？", {{span(pieces[0].begin, pieces[0].end), ""}});
    pieces.erase(pieces.begin());
  }
  // 第12条第3款
  const bool ordinal_follows =
      !covered && text.substr(cut) == "第" && at + 1 < end && raws_[at + 1].glued && raws_[at + 1].type == L::NUMBER;
  if (!covered && !ordinal_follows) {
    if (!raw.glued) return false;
    if (const std::size_t tokens = result_.tokens.size(); told_of_traditional_units(raw, cut)) {
      result_.tokens.insert(result_.tokens.begin() + static_cast<std::ptrdiff_t>(tokens), pieces.begin(), pieces.end());
      ++at;
      return true;
    }
    const auto rest_begin = static_cast<std::uint32_t>(raw.begin + cut);
    const std::string rest(text.substr(cut));
    const Raw& number = raws_[at - 1];
    const std::string whole(slice(number.begin, rest_begin));
    std::vector<std::string_view> known;
    for (const auto& unit : units_and_tails()) {
      // No slip makes one currency of another word: 百元 is no 日元.
      if (unit.words.size() == 1 && unit.language == Language::zh && unit.token != L::CURRENCY)
        known.push_back(unit.text);
    }
    const bool day = at + 2 < end && raws_[at + 1].glued && raws_[at + 1].type == L::NUMBER && raws_[at + 2].glued &&
                     (slice(raws_[at + 2].begin, raws_[at + 2].end).starts_with("日") ||
                      slice(raws_[at + 2].begin, raws_[at + 2].end).starts_with("号"));
    if (day && text == "月") {  // 12月31日: no months
      const auto two = [&](const Raw& one) {
        const std::string digits = nfkc(slice(one.begin, one.end));
        return (digits.size() == 1 ? "-0" : "-") + digits;
      };
      const std::string with_year = "2026" + two(number) + two(raws_[at + 1]);
      const auto last = static_cast<std::uint32_t>(raws_[at + 2].begin + 3);
      complain(codes::kNoSuchDate, number.begin, last, {std::string(slice(number.begin, last))},
               "a date has its year: " + with_year, "日期须写明年份：" + with_year);
      result_.tokens.back() = {L::DATE_WORDS, number.begin, last};
      raws_[at + 2].begin = last;
      at += raws_[at + 2].begin == raws_[at + 2].end ? 3 : 2;
      return true;
    }
    const std::string digits(slice(number.begin, number.end));
    const bool ends = at + 1 >= end || !raws_[at + 1].glued || raws_[at + 1].type != L::NUMBER;
    const std::size_t count = result_.tokens.size();
    const auto behind = [&](std::size_t back) { return count > back ? result_.tokens[count - 1 - back].type : 0; };
    const bool clock =  // 此刻 介于 21时 与 8时 之间
        text == "时" &&
        (behind(2) == L::TIME || holds_the_clock(count) ||
         (behind(1) == L::BETWEEN && slice(result_.tokens[count - 3].begin, result_.tokens[count - 3].end) == "此刻"));
    if ((text == "点" || text == "点整" || text == "点钟" || text == "点半" || clock) && ends && digits.size() <= 2 &&
        number.type == L::NUMBER && std::atoi(digits.c_str()) <= 24) {
      std::uint32_t begin = number.begin;
      int hour = std::atoi(digits.c_str());
      bool of_time = !holds_an_amount(count);
      if (behind(1) == L::WORD && behind(2) != L::DOT) {  // 晚上 9点
        const Token part = result_.tokens[count - 2];
        if (const auto meant = hour_of(slice(part.begin, part.end), hour)) {
          of_time = true, hour = *meant, begin = part.begin;
          result_.tokens.pop_back();
        }
      }
      result_.tokens.back() = {L::TIME, begin, raw.end};
      tell_time(codes::kUnitLeftover, rest_begin, raw.end, on_the_clock(hour, text == "点半" ? "30" : "00"), of_time);
      ++at;
      return true;
    }
    if ((text == "点到" || text == "点至") && !ends && digits.size() <= 2 && number.type == L::NUMBER &&
        std::atoi(digits.c_str()) < 24) {  // 9点到17点
      const std::string meant = (digits.size() == 1 ? "0" + digits : digits) + ":00 至 ";
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "times of day are written " + meant + "17:00",
               "钟点写作 " + meant + "17:00", {{span(number.begin, raw.end), meant}});
      result_.tokens.back() = {L::TIME, number.begin, rest_begin};
      result_.tokens.push_back({L::UP_TO, rest_begin, raw.end});
      ++at;
      return true;
    }
    // 9点30分, 9时30: the minutes are a number of their own, glued to it.
    if ((text == "点" || text == "时") && !ends && digits.size() <= 2 && number.type == L::NUMBER) {
      const Raw& minutes = raws_[at + 1];
      const std::string_view many = slice(minutes.begin, minutes.end);
      const bool unit = at + 2 < end && raws_[at + 2].glued && word(raws_[at + 2]) == "分";
      if (many.size() == 2 && std::atoi(digits.c_str()) < 24 && many[0] < '6' && many.find('.') == many.npos) {
        const std::uint32_t last = unit ? raws_[at + 2].end : minutes.end;
        const std::string meant = (digits.size() == 1 ? "0" + digits : digits) + ":" + std::string(many);
        result_.tokens.back() = {L::TIME, number.begin, last};
        tell_time(codes::kUnitLeftover, rest_begin, raw.end, meant, true);
        at += unit ? 3 : 2;
        return true;
      }
    }
    if (told_of_ordinal_day(at, end)) return true;
    if (told_of_leftover(number, rest_begin, raw, pieces)) {
      for (const auto& piece : pieces) result_.tokens.push_back(piece);
      ++at;
      return true;
    }
    const MeantUnit of_habit = unit_and_tail_meant_by(rest);
    std::string meant(of_habit.unit);
    if (of_habit.tail != nullptr) meant += of_habit.tail->text;
    if (meant.empty()) meant = nearest(rest, known);
    const bool keyword = !spellings_from(rest).empty() || spaced_reading(rest).has_value();
    if (!meant.empty()) {
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "did you mean “" + meant + "”?",
               "是否想写“" + meant + "”？", {{span(rest_begin, raw.end), meant}});
    } else if (!keyword && kind_ == L::SOURCE) {  // 第12条之规定
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest});
    } else if (!keyword) {
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest},
               "behind a number stands a unit, such as %, CNY, days or years old; before a name stands a blank",
               "数字之后写单位，如 %、元、天、周岁；若是名称，其前请加空格");
    } else {
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest},
               std::string("put a blank after the ") + (cut > 0 ? "unit: " : "number: ") + whole + " " + rest,
               std::string(cut > 0 ? "单位" : "数字") + "后请加空格：" + whole + " " + rest,
               {{span(rest_begin, rest_begin), " "}});
    }
    for (const auto& piece : pieces) result_.tokens.push_back(piece);
    if (!of_habit.unit.empty()) {  // read as what was meant
      const auto tail_begin =
          static_cast<std::uint32_t>(raw.end - (of_habit.tail == nullptr ? 0 : of_habit.tail->text.size()));
      for (const auto& unit : units_and_tails()) {
        if (unit.text != of_habit.unit) continue;
        emit(unit.token, rest_begin, tail_begin);
        break;
      }
      if (of_habit.tail != nullptr) emit(of_habit.tail->token, tail_begin, raw.end);
      ++at;
      return true;
    }
    int left = L::WORD;  // 50万元且: what is left may be a keyword, and the reading goes on with it
    for (const Spelling* spelling : spellings_from(rest)) {
      if (spelling->words.size() == 1) left = spelling->token;
    }
    emit(left, rest_begin, raw.end);
    ++at;
    return true;
  }
  for (const auto& piece : pieces) result_.tokens.push_back(piece);
  if (ordinal_follows) emit(L::ORDINAL, static_cast<std::uint32_t>(raw.begin + cut), raw.end);
  ++at;
  return true;
}

// 大于等于65, 距今超过12个月, 上限额的20: read as what is meant, with one message of it. The word's token has been emitted.
bool Filter::glued_before_number(std::size_t& at) {
  const Raw& raw = raws_[at];
  const Raw& number = raws_[at + 1];
  const std::string_view text = slice(raw.begin, raw.end);
  if (text.size() > limits_.name_bytes) return false;  // is told as that; cutting it costs its length to the third
  if (text == "在") {                                  // 在50万元以上: the parser tells how it is said
    ++at;
    return true;
  }
  if (const std::string plain = simplified(text); plain != text) {  // 後4位, 至少滿足2項
    for (const Spelling* keyword : spellings_from(plain)) {
      if (keyword->words.size() != 1) continue;
      complain(codes::kTraditional, raw.begin, raw.end, {std::string(text)},
               "keywords are written in simplified characters: " + plain, "关键字用简体字：" + plain,
               {{span(raw.begin, raw.end), plain}});
      result_.tokens.back().type = keyword->token;
      ++at;
      return true;
    }
  }
  const std::vector<Segment> segments = segments_before_a_number(text);
  if (segments.empty()) return false;
  result_.tokens.pop_back();
  std::string meant;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& each = segments[i];
    const auto begin = static_cast<std::uint32_t>(raw.begin + each.at);
    const auto end = i + 1 < segments.size() ? static_cast<std::uint32_t>(raw.begin + segments[i + 1].at)
                                             : static_cast<std::uint32_t>(raw.begin + text.size());
    emit(each.keyword == nullptr ? static_cast<int>(L::WORD) : each.keyword->token, begin, end);
    const bool parts = each.keyword != nullptr && each.keyword->token == L::PARTS_OF;
    meant += each.text + (parts ? "" : " ");
  }
  meant += std::string(slice(number.begin, number.end));
  complain(codes::kKeywordGlued, raw.begin, number.end, {std::string(slice(raw.begin, number.end))}, "write " + meant,
           "请写作：" + meant, {{span(raw.begin, number.end), meant}});
  ++at;
  return true;
}

// 高5, 人民币500: digits glued behind a word in Chinese, which has been emitted.
// 满足任意2项（…）, 至今满18年: the number belongs to the keyword that was meant.
bool Filter::told_of_word_before_number(std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  if (at + 1 >= end || raws_[at + 1].type != L::NUMBER || is_ascii(slice(raw.begin, raw.end))) return false;
  const Raw& number = raws_[at + 1];
  const std::string said(word(raw));
  if (said == "满足任意" || said == "满足任" || said == "任意满足") {
    complain(codes::kUnexpected, raw.begin, raw.end, {"“" + said + "”", Both{"“at least”", "“至少满足”"}}, {}, {},
             {{span(raw.begin, raw.end), number.glued ? "至少满足 " : "至少满足"}});
    emit(L::AT_LEAST_OF, raw.begin, raw.end);
    ++at;
    return true;
  }
  if ((said != "至今满" && said != "至今已满") || at + 2 >= end) return false;
  const std::string unit(word(raws_[at + 2]));
  if (unit != "年" && unit != "周年") return false;
  const std::uint32_t last = raws_[at + 2].end;
  const std::string meant = "至今满年数 不低于 " + std::string(slice(number.begin, number.end));
  complain(codes::kUnexpected, raw.begin, last, {"“" + std::string(slice(raw.begin, last)) + "”", "“" + meant + "”"},
           {}, {}, {{span(raw.begin, last), meant}});
  emit(L::FULL_YEARS_TO_NOW, raw.begin, raw.end);
  emit(L::GE, raw.end, raw.end);
  emit(L::NUMBER, number.begin, number.end);
  at += 3;
  return true;
}

void Filter::digits_behind_a_word(bool named, std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  const std::string name(slice(raw.begin, raws_[at + 1].end));
  if (!named && glued_before_number(at)) return;
  if (!named && word(raw) == "人民币") {  // 人民币500万元: the unit behind the number says it
    const auto& units = units_and_tails();
    std::string digits;
    const std::size_t behind = behind_groups(at + 1, end, digits);
    const auto unit = std::find_if(units.begin(), units.end(), [&](const Spelling& s) {
      return s.token == L::CURRENCY && behind < end && raws_[behind].glued && word(raws_[behind]).ends_with(s.text);
    });
    std::vector<Fix> fixes;
    if (unit != units.end() && unit_name(L::CURRENCY, unit->text) == "CNY")
      fixes.push_back({span(raw.begin, raw.end), ""});
    result_.tokens.pop_back();
    complain(codes::kStraySign, raw.begin, raw.end, {std::string(slice(raw.begin, raw.end))},
             "an amount is written with its unit behind it: 500万元", "金额只在数字后写单位：500万元",
             std::move(fixes));
    ++at;
    return;
  }
  if (!named && told_of_part_of_the_day(at, end)) return;
  const std::size_t written = result_.tokens.size();
  if (written >= 2 && result_.tokens[written - 2].type == L::PRIORITY &&
      !value_of("priority", word(raw)).empty()) {  // 优先级 高5分钟
    complain(codes::kDigitInName, raw.begin, raws_[at + 1].end, {name}, "write a comma between them", "中间请加逗号",
             {{span(raw.end, raw.end), "，"}});
    emit(L::COMMA, raw.end, raw.end);
    ++at;
    return;
  }
  complain(codes::kDigitInName, raw.begin, raws_[at + 1].end, {name}, "write an underline between them",
           "中间请加下划线", {{span(raw.end, raw.end), "_"}});
  result_.tokens.back().end = raws_[at + 1].end;  // 大额2 and 大额3 are two names
  at += 2;
}

// Behind a number whose digits commas group, with what it is without them: 50,000 and the like; else behind its first digits.
std::size_t Filter::behind_groups(std::size_t at, std::size_t end, std::string& digits) const {
  const auto grouping = [&](std::size_t comma) {  // 18、100 are two numbers
    return raws_[comma].type == L::COMMA && raws_[comma].glued && slice(raws_[comma].begin, raws_[comma].end) != "、";
  };
  const auto groups_three = [&](const Raw& group) {  // 000, 000.50, in either width
    const std::string three = nfkc(slice(group.begin, group.end));
    return three.find_first_not_of("0123456789") >= 3 && (three.size() == 3 || (three.size() > 3 && three[3] == '.'));
  };
  digits = nfkc(slice(raws_[at].begin, raws_[at].end));
  for (++at; at + 1 < end && grouping(at) && raws_[at + 1].type == L::NUMBER && raws_[at + 1].glued &&
             groups_three(raws_[at + 1]);
       at += 2)
    digits += nfkc(slice(raws_[at + 1].begin, raws_[at + 1].end));
  return at;
}

// 50,000
bool Filter::told_of_groups(std::size_t& at, std::size_t end) {
  std::string digits;
  const std::size_t behind = behind_groups(at, end, digits);
  if (behind == at + 1) return false;
  const std::uint32_t begin = raws_[at].begin, last = raws_[behind - 1].end;
  complain(codes::kGroupedNumber, begin, last, {std::string(slice(begin, last))},
           "numbers are written without commas: " + digits + "; an underline may group digits",
           "数字不加逗号：" + digits + "；可用下划线分节", {{span(begin, last), digits}});
  emit(L::NUMBER, begin, last);
  at = behind;
  return true;
}

// 5‰
bool Filter::told_of_per_mille(std::size_t& at, Language language) {
  const Raw& sign = raws_[at];
  if (slice(sign.begin, sign.end) != "‰" || last() != L::NUMBER || sign.first) return false;
  const std::uint32_t begin = result_.tokens.back().begin;
  const std::string number(slice(begin, result_.tokens.back().end));
  const std::string meant = language == Language::zh ? "千分之" + number : number + " per mille";
  complain(codes::kStraySign, sign.begin, sign.end, {"‰"}, "write " + meant, "请写作：" + meant,
           {{span(begin, sign.end), meant}});
  ++at;
  return true;
}

// ¥200,000, $500, ￥20万: the unit stands behind the number.
bool Filter::told_of_currency_sign(std::size_t& at, std::size_t end, Language language) {
  struct Row {
    std::string_view sign, code, zh;
  };
  constexpr auto kRows = std::to_array<Row>({{"¥", "CNY", "元"},
                                             {"￥", "CNY", "元"},
                                             {"$", "USD", "美元"},
                                             {"＄", "USD", "美元"},
                                             {"£", "GBP", "英镑"},
                                             {"€", "EUR", "欧元"}});
  const Raw& sign = raws_[at];
  const std::string_view text = slice(sign.begin, sign.end);
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) { return each.sign == text; });
  if (row == kRows.end() || at + 1 >= end || raws_[at + 1].type != L::NUMBER || raws_[at + 1].first) return false;
  std::string_view code = row->code, zh = row->zh;
  std::uint32_t begin = sign.begin;
  if (sign.glued && last() == L::WORD && text == "$") {  // US$1,000
    struct Dollar {
      std::string_view of, code, zh;
    };
    const auto before = slice(result_.tokens.back().begin, result_.tokens.back().end);
    for (const Dollar& each : std::to_array<Dollar>({{"US", "USD", "美元"},
                                                     {"HK", "HKD", "港元"},
                                                     {"A", "AUD", " AUD"},
                                                     {"C", "CAD", " CAD"},
                                                     {"S", "SGD", " SGD"}})) {
      if (before != each.of) continue;
      code = each.code, zh = each.zh;
      begin = result_.tokens.back().begin;
      result_.tokens.pop_back();
      break;
    }
  }
  std::string meant;
  std::size_t next = behind_groups(at + 1, end, meant);
  bool has_unit = false;
  if (next < end && raws_[next].type == L::WORD && !raws_[next].first) {  // 万, 万元, million
    std::string_view left = word(raws_[next]);
    const std::string behind(left);
    for (bool cut = true; cut && !left.empty() && !has_unit;) {
      cut = false;
      for (const Spelling& unit : units_and_tails()) {
        const bool whole = unit.language != Language::en || left.size() == unit.text.size();
        if ((unit.token != L::MAGNITUDE && unit.token != L::CURRENCY) || !whole || !left.starts_with(unit.text))
          continue;
        left.remove_prefix(unit.text.size());
        has_unit = unit.token == L::CURRENCY;
        cut = true;
        break;
      }
    }
    if (left.empty()) {
      meant += (is_ascii(behind) ? " " : "") + behind;
      ++next;
    } else {
      has_unit = false;
    }
  }
  if (!has_unit) meant += language == Language::zh ? std::string(zh) : " " + std::string(code);
  complain(codes::kStraySign, begin, sign.end, {std::string(slice(begin, sign.end))},
           "an amount is written with its unit behind it: " + meant, "金额的单位写在数字后：" + meant,
           {{span(begin, raws_[next - 1].end), meant}});
  emit(L::NUMBER, raws_[at + 1].begin, raws_[next - 1].end);
  at = next;
  return true;
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

// 1号规则: where a name is meant the whole run is one, and no name begins with a digit.
bool Filter::told_of_digit_first(std::size_t& at, std::size_t end) {
  const Raw& number = raws_[at];
  if (at + 1 >= end || !raws_[at + 1].glued || raws_[at + 1].first || raws_[at + 1].type != L::WORD) return false;
  std::size_t next = at + 1;
  while (next < end && raws_[next].glued && !raws_[next].first &&
         (raws_[next].type == L::WORD || raws_[next].type == L::NUMBER))
    ++next;
  const std::string whole(slice(number.begin, raws_[next - 1].end)), rest = whole.substr(number.end - number.begin);
  const std::string digits = nfkc(slice(number.begin, number.end));
  constexpr std::array<std::string_view, 10> kDigits = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  const bool words = !is_ascii(rest) && digits.find_first_not_of("0123456789") == std::string::npos &&
                     digits.front() != '0' && digits.size() <= 2;
  std::string meant = "_" + whole;
  if (words) {
    const std::size_t tens = digits.size() == 2 ? static_cast<std::size_t>(digits[0] - '0') : 0;
    const auto ones = static_cast<std::size_t>(digits.back() - '0');
    meant = tens > 1 ? std::string(kDigits[tens]) : std::string();
    if (tens > 0) meant += "十";
    if (ones > 0) meant += kDigits[ones];
    meant += rest;
  }
  complain(codes::kDigitFirst, number.begin, raws_[next - 1].end, {whole}, "write " + meant, "请写作：" + meant,
           {{span(number.begin, raws_[next - 1].end), meant}});
  emit(L::WORD, number.begin, raws_[next - 1].end);
  at = next;
  return true;
}

// 60歲, 5萬元: units in traditional characters, read as what they are.
bool Filter::told_of_traditional_units(const Raw& raw, std::size_t cut) {
  const std::string rest(slice(static_cast<std::uint32_t>(raw.begin + cut), raw.end));
  const std::string meant = simplified(rest);
  if (meant == rest) return false;
  std::vector<Token> pieces;
  for (std::size_t at = 0; at < meant.size();) {
    const auto& units = units_and_tails();
    const auto found = std::find_if(units.begin(), units.end(), [&](const Spelling& unit) {
      return unit.language == Language::zh && unit.words.size() == 1 &&
             std::string_view(meant).substr(at).starts_with(unit.text);
    });
    if (found == units.end()) return false;
    const auto begin = static_cast<std::uint32_t>(raw.begin + cut + at);
    pieces.push_back({found->token, begin, static_cast<std::uint32_t>(begin + found->text.size())});
    at += found->text.size();
  }
  const auto begin = static_cast<std::uint32_t>(raw.begin + cut);
  complain(codes::kTraditional, begin, raw.end, {rest}, "units are written in simplified characters: " + meant,
           "单位用简体字：" + meant, {{span(begin, raw.end), meant}});
  result_.tokens.insert(result_.tokens.end(), pieces.begin(), pieces.end());
  return true;
}

// 第二十八条第二款: each a place of the law, as 第28条第2款 is.
bool Filter::ordinals(const Raw& raw) {
  const std::string_view text = slice(raw.begin, raw.end);
  constexpr std::string_view kNth = "第";
  std::vector<Token> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find(kNth, at + 1), text.size());
    if (!is_ordinal_word(text.substr(at, next - at))) return false;
    pieces.push_back(
        {L::ORDINAL_WORD, static_cast<std::uint32_t>(raw.begin + at), static_cast<std::uint32_t>(raw.begin + next)});
    at = next;
  }
  result_.tokens.insert(result_.tokens.end(), pieces.begin(), pieces.end());
  return !pieces.empty();
}

bool is_ordinal_word(std::string_view word) {
  static const std::array<std::string_view, 13> kDigits = {"一", "二", "三", "四", "五", "六", "七",
                                                           "八", "九", "十", "百", "零", "〇"};
  static const std::array<std::string_view, 5> kPlaces = {"条", "款", "项", "章", "节"};
  if (!word.starts_with("第") || word.size() < 9) return false;
  if (std::find(kPlaces.begin(), kPlaces.end(), word.substr(word.size() - 3)) == kPlaces.end()) return false;
  for (std::size_t at = 3; at + 3 < word.size(); at += 3) {
    if (std::find(kDigits.begin(), kDigits.end(), word.substr(at, 3)) == kDigits.end()) return false;
  }
  return true;
}

}  // namespace caveat::syntax
