#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/base/nearest.h"
#include "engine/base/units.h"
#include "engine/syntax/clock.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/filter.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/numerals.h"
#include "engine/syntax/spaced.h"

namespace caveat::syntax {

using L = CaveatGrammar;

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
  const std::size_t behind_rest = static_cast<std::size_t>(&raw - raws_.data()) + 1;
  if (rest == "到" && behind_rest < raws_.size() && raws_[behind_rest].glued &&
      raws_[behind_rest].type == L::NUMBER) {  // 18到65岁
    complain(codes::kUnexpected, rest_begin, raw.end, {"“到”", "“至”"}, {}, {}, {{span(rest_begin, raw.end), " 至 "}});
    pieces.push_back({L::UP_TO, rest_begin, raw.end});
    return true;
  }
  if (a_length && rest == "之内") {  // 5分钟之内
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "did you mean “内”?", "是否想写“内”？",
             {{span(rest_begin, raw.end), "内"}});
    pieces.push_back({L::INSIDE, rest_begin, raw.end});
    return true;
  }
  if (!pieces.empty()) return false;
  const std::size_t before_number = tokens.size() < 2 ? 0 : static_cast<std::size_t>(tokens[tokens.size() - 2].type);
  if (kind_ == L::SOURCE && is_ascii(rest) && rest.size() <= 3 &&
      (before_number == L::ARTICLE || before_number == L::PARAGRAPH || before_number == L::ITEM ||
       before_number == L::SECTION)) {  // article 9A
    const Token& place = tokens[tokens.size() - 2];
    const std::uint32_t begin = before_number == L::SECTION ? number.begin : place.begin;
    const std::string meant = "section \"" + std::string(slice(begin, raw.end)) + "\"";
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest},
             "a place that is no number is named in quotes: " + meant, "条款不是单纯数字时写在引号中：" + meant,
             {{span(place.begin, raw.end), meant}});
    return true;
  }
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
  if (language_ == Language::zh && (rest == "w" || rest == "W" || rest == "w元" || rest == "W元")) {  // 20w
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
    if (tokens.size() > start_ + 1 && tokens[tokens.size() - 2].type == L::WITHIN) {  // within 2h
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "write " + length, "请写作：" + length,
               {{span(number.begin, raw.end), length}});
      pieces.push_back({L::TIME_UNIT, rest_begin, raw.end});
      return true;
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
  if (rest == "w" && whole) meant = digits + " weeks";
  if (rest == "m" && meant.empty() && whole) {
    const bool zh = language_ == Language::zh;
    const std::string minutes = digits + (zh ? "分钟" : " minutes"), months = digits + (zh ? "个月" : " months");
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "write " + minutes + " or " + months,
             "请写作：" + minutes + " 或 " + months,
             {{span(number.begin, raw.end), minutes}, {span(number.begin, raw.end), months}});
    return true;
  }
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
  if (raw.glued && last() == L::NUMBER && told_of_parts_of_a_yuan(at, end)) return true;
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
    std::string meant = in_own_language(of_habit.unit);
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
  const std::size_t count = result_.tokens.size();
  const int before = count > start_ + 1 ? result_.tokens[count - 2].type : 0;
  if (before == L::BECAUSE || before == L::SAY || before == L::EN || before == L::ZH)
    return false;  // a text's marks are wanting
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
  if (!named && told_of_remark(at)) return;
  complain(codes::kDigitInName, raw.begin, raws_[at + 1].end, {name}, "write an underline between them",
           "中间请加下划线", {{span(raw.end, raw.end), "_"}});
  result_.tokens.back().end = raws_[at + 1].end;  // 大额2 and 大额3 are two names
  at += 2;
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
