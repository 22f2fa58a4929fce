// Numbers, units, shares, days and lengths of time.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/base/units.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/numerals.h"
#include "engine/syntax/periods.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

}  // namespace

// 六十岁以上, 超过五十万元, 保留后四位: numbers stand in digits.
std::optional<Complaint> Explainer::number_in_words_here() {
  for (std::size_t back = 0; back <= 1 && back <= at_; ++back) {
    const std::size_t i = at_ - back;
    if (type(i) != P::WORD) continue;
    auto meant = in_digits(text(i));
    if (!meant) meant = in_digits_behind_a_keyword(text(i));
    if (!meant || (back == 1 && at_ < count_ && type(at_) == P::WORD)) continue;
    Complaint c{&codes::kNumberInWords, span(i, i), {text(i)}};
    c.help = Both{"write it in digits: " + *meant, "请用数字书写：" + *meant};
    c.fixes.push_back({c.span, *meant});
    return c;
  }
  return std::nullopt;
}

// 客户.资产的20%, 客户.资产的 20%, 占 客户.资产的比例: behind a dot the whole run is the name.
std::optional<Complaint> Explainer::share_glued() {
  if (at_ == 0 || at_ >= count_ || type(at_ - 1) != P::WORD) return std::nullopt;
  const std::string written = text(at_ - 1);
  constexpr std::string_view kShare = "的", kPart = "的比例";
  std::string meant;
  if (expects(P::SHARE_END) && written.ends_with(kPart) && written.size() > kPart.size()) {
    meant = written.substr(0, written.size() - kPart.size()) + " " + std::string(kPart);
  } else if (expects(P::OF_SHARE)) {
    const std::size_t digits = std::min(written.find_first_of("0123456789"), written.size());
    const std::string name = written.substr(0, digits);
    const bool number = digits < written.size()
                            ? type(at_) == P::PERCENT || type(at_) == P::COUNT_UNIT
                            : type(at_) == P::NUMBER || type(at_) == P::PARTS_OF || type(at_) == P::WORD;
    if (!number || !name.ends_with(kShare) || name.size() == kShare.size()) return std::nullopt;
    meant = name.substr(0, name.size() - kShare.size()) + " " + std::string(kShare);
    if (digits < written.size()) meant += " " + written.substr(digits);
  }
  if (meant.empty()) return std::nullopt;
  Complaint c{&codes::kKeywordGlued, span(at_ - 1, at_ - 1), {written}};
  c.help = Both{"put a blank after a keyword: " + meant, "关键字前后请加空格：" + meant};
  c.fixes.push_back({c.span, meant});
  return c;
}

// 客户.年龄 18-60
std::optional<Complaint> Explainer::dash_for_to() {
  if (type(at_) != P::MINUS || !expects(P::OR_MORE) || expects(P::AND) || type(at_ + 1) != P::NUMBER)
    return std::nullopt;
  const std::string meant = is_ascii(text(0)) ? " .. " : " 至 ";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", is_ascii(text(0)) ? "“..”" : "“至”"}};
  c.fixes.push_back({c.span, meant});
  return c;
}

// is older than 12 months
std::optional<Complaint> Explainer::older_than() {
  if (at_ > 0 && at_ + 2 < count_ && text(at_ + 1) == "than" && type(at_ - 1) == P::WORD &&
      type(at_ + 2) == P::NUMBER &&
      (text(at_) == "older" || text(at_) == "younger")) {  // customer.opened older than 24 months
    const bool length = type(at_ + 3) == P::TIME_UNIT;
    if (!length) return offering(at_, at_ + 1, {text(at_) == "older" ? "is above" : "is below"});
    if (text(at_) == "older" && !text(at_ + 3).starts_with("year"))
      return offering(at_, at_ + 3, {"is more than " + text(at_ + 2, at_ + 3) + " ago"});
    if (text(at_) == "older")
      return offering(at_, at_ + 3, {"is more than " + text(at_ + 2, at_ + 3) + " ago", "is above " + text(at_ + 2)});
  }
  const bool younger = at_ >= 2 && (text(at_ - 1) == "younger" || text(at_ - 1) == "newer");
  if (younger && at_ + 1 < count_ && text(at_) == "than" && type(at_ - 2) == P::IS && type(at_ + 1) == P::NUMBER) {
    const std::size_t begin = comparison_begin(at_);
    if (type(at_ + 2) != P::TIME_UNIT) return offering(at_ - 2, at_, {"is below"});
    const std::string length = text(at_ + 1, at_ + 2), number = text(at_ + 1);
    const std::string ago = "not (" + text(begin, at_ - 3) + " is at least " + length + " ago)";
    if (!text(at_ + 2).starts_with("year") && !(begin > 0 && type(begin - 1) == P::NOT))
      return offering(begin, at_ + 2, {ago});
    Complaint c{&codes::kUnexpected,
                span(at_ - 2, at_ + 2),
                {"“" + text(at_ - 2, at_ + 2) + "”", Both{"a comparison", "比较"}}};
    c.help = Both{"of a date: " + ago + "; of a number: is below " + number,
                  "日期写作：" + ago + "；数写作：is below " + number};
    return c;
  }
  if (at_ < 2 || at_ + 1 >= count_ || text(at_) != "than" || text(at_ - 1) != "older" || type(at_ - 2) != P::IS ||
      type(at_ + 1) != P::NUMBER)
    return std::nullopt;
  const bool length = type(at_ + 2) == P::TIME_UNIT;
  if (length && text(at_ + 2).starts_with("year")) {  // of a birthday or of an age
    const std::string number = text(at_ + 1), ago = "is more than " + text(at_ + 1, at_ + 2) + " ago";
    Complaint c{&codes::kUnexpected,
                span(at_ - 2, at_ + 2),
                {"“" + text(at_ - 2, at_ + 2) + "”",
                 Both{"“" + ago + "” or “is above " + number + "”", "“" + ago + "”或“is above " + number + "”"}}};
    c.help = Both{"of a date: " + ago + "; of a number: is above " + number,
                  "日期写作：" + ago + "；数写作：is above " + number};
    return c;
  }
  const std::size_t last = length ? at_ + 2 : at_;
  const std::string meant = length ? "is more than " + text(at_ + 1, at_ + 2) + " ago" : "is above";
  Complaint c{&codes::kUnexpected, span(at_ - 2, last), {"“" + text(at_ - 2, last) + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(at_ - 2, last), meant});
  return c;
}

// is in the past, is in the future: no span follows.
std::optional<Complaint> Explainer::in_the_past() {
  if (at_ == 0 || at_ + 2 >= count_ || type(at_ - 1) != P::IS || text(at_) != "in" || text(at_ + 1) != "the")
    return std::nullopt;
  const std::string when = text(at_ + 2);
  if ((when != "past" && when != "future") ||
      (at_ + 3 < count_ && !bounds_conditions(at_ + 3) && type(at_ + 3) != P::RPAREN))
    return std::nullopt;
  const std::string meant = when == "past" ? "is before today" : "is after today";
  const std::string of_moment = when == "past" ? "is before now" : "is after now";
  Complaint c{&codes::kUnexpected, span(at_ - 1, at_ + 2), {"“" + text(at_ - 1, at_ + 2) + "”", "“" + meant + "”"}};
  c.help = Both{"of a moment: " + of_moment, "时刻写作：" + of_moment};
  c.fixes.push_back({span(at_ - 1, at_ + 2), meant});
  return c;
}

// 最近12个月, 在 过去 12 个月 内
std::optional<Complaint> Explainer::recently() {
  if (at_ >= count_ || !expects(P::IS)) return std::nullopt;
  const std::size_t word = text(at_) == "在" ? at_ + 1 : at_;
  if (word >= count_) return std::nullopt;
  std::string written = text(word), number;
  const std::size_t digits = std::min(written.find_first_of("0123456789"), written.size());
  number = written.substr(digits);
  written.resize(digits);
  const bool future = written == "未来" || written == "今后" || written == "将来";
  if (written != "最近" && written != "近" && written != "过去" && !future) return std::nullopt;
  std::size_t last = word;
  if (number.empty()) {
    if (type(word + 1) != P::NUMBER) return std::nullopt;
    number = text(++last);
  }
  if (++last >= count_) return std::nullopt;
  std::string unit = text(last);  // behind 最近12 nothing was cut by the units
  for (const std::string_view inside : {"以内", "内"})
    if (unit.ends_with(inside)) unit.resize(unit.size() - inside.size());
  const bool known = std::any_of(units_and_tails().begin(), units_and_tails().end(),
                                 [&](const Spelling& s) { return s.token == P::TIME_UNIT && s.text == unit; });
  if (!known) return std::nullopt;
  const std::string meant = future ? "在 未来 " + number + unit + " 内" : "距今 不超过 " + number + unit;
  if (last + 1 < count_ && (text(last + 1) == "内" || text(last + 1) == "以内")) ++last;
  Complaint c{&codes::kUnexpected, span(at_, last), {"“" + text(at_, last) + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(at_, last), meant});
  return c;
}

// 2026.3.1
std::optional<Complaint> Explainer::dotted_date() {
  if (at_ == 0 || at_ + 1 >= count_ || text(at_) != "." || type(at_ - 1) != P::NUMBER || type(at_ + 1) != P::NUMBER)
    return std::nullopt;
  const std::string front = text(at_ - 1), day = text(at_ + 1), whole = text(at_ - 1, at_ + 1);
  const std::size_t dot = front.find('.');
  const auto plain = [](std::string_view digits) {
    return !digits.empty() && digits.size() <= 2 && digits.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const auto padded = [](const std::string& digits) { return digits.size() == 1 ? "0" + digits : digits; };
  if (dot != front.npos && plain(front.substr(0, dot)) && plain(front.substr(dot + 1)) && day.size() == 4 &&
      whole == front + "." + day) {  // 1.3.2008 is one day here and another there
    const std::string one = padded(front.substr(0, dot)), other = padded(front.substr(dot + 1));
    std::vector<std::string> meant;
    for (const std::string& date : {day + "-" + other + "-" + one, day + "-" + one + "-" + other})
      if (parse_date(date) && (meant.empty() || meant[0] != date)) meant.push_back(date);
    return meant.empty() ? std::nullopt : std::optional(offering(at_ - 1, at_ + 1, meant));
  }
  if (dot != 4 || !plain(front.substr(5)) || !plain(day) || whole != front + "." + day) return std::nullopt;
  const std::string meant = front.substr(0, 4) + "-" + padded(front.substr(5)) + "-" + padded(day);
  if (!parse_date(meant)) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_ - 1, at_ + 1), {"“" + whole + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(at_ - 1, at_ + 1), meant});
  return c;
}

// 客户.生日 2008年1月1日以前
std::optional<Complaint> Explainer::day_before() {
  if ((type(at_) != P::DATE && type(at_) != P::DATE_WORDS) || !expects(P::IS) || at_ + 1 >= count_) return std::nullopt;
  constexpr std::array<std::array<std::string_view, 2>, 6> kTails = {
      {{"以前", "早于"}, {"之前", "早于"}, {"前", "早于"}, {"以后", "晚于"}, {"之后", "晚于"}, {"起", "不早于"}}};
  for (const auto& [tail, keyword] : kTails) {
    if (text(at_ + 1) != tail) continue;
    std::string day = text(at_);
    if (const auto period = period_at(day);
        period && period->length == day.size())  // 2008年3月以前: which was told, and is mended here
      day = period->days()[keyword == "晚于" ? period->days().size() - 1 : 0];
    const std::string meant = std::string(keyword) + " " + day;
    Complaint c{&codes::kUnexpected, span(at_, at_ + 1), {"“" + text(at_, at_ + 1) + "”", "“" + meant + "”"}};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

// 人民币 500万元: the unit behind the number says it.
std::optional<Complaint> Explainer::yuan_before() {
  if (type(at_) != P::NUMBER || at_ == 0 || (text(at_ - 1) != "人民币" && text(at_ - 1) != "RMB")) return std::nullopt;
  std::size_t unit = at_ + 1;
  while (type(unit) == P::MAGNITUDE) ++unit;
  Complaint c{&codes::kStraySign, span(at_ - 1, at_ - 1), {text(at_ - 1)}};
  c.help = Both{"an amount is written with its unit behind it: 5_000_000 CNY", "金额只在数字后写单位：500万元"};
  if (type(unit) == P::CURRENCY && (text(unit) == "元" || text(unit) == "CNY"))
    c.fixes.push_back({{source_, tokens_[at_ - 1].begin, tokens_[at_].begin}, ""});
  return c;
}

// 占客户.资产 的比例
std::optional<Complaint> Explainer::part_of_glued() {
  constexpr std::string_view kPart = "占";
  if (type(at_) != P::WORD || type(at_ + 1) != P::DOT || !expects(P::SHARE_IN)) return std::nullopt;
  const std::string word = text(at_);
  if (!word.starts_with(kPart) || word.size() == kPart.size()) return std::nullopt;
  const std::string meant = std::string(kPart) + " " + word.substr(kPart.size());
  Complaint c{&codes::kKeywordGlued, span(at_, at_), {word}};
  c.help = Both{"put a blank after a keyword: " + meant, "关键字前后请加空格：" + meant};
  c.fixes.push_back({c.span, meant});
  return c;
}

// 距今 不足12个月: the negation of 不少于 leaves out the same day.
std::optional<Complaint> Explainer::less_than_ago() {
  // 生日 至今 不满 14周岁, 生日 距今 不满14周岁: how old somebody is goes by full years
  const std::size_t word = at_ < count_ && text(at_) == "至今" ? at_ : at_ > 0 ? at_ - 1 : 0;
  const bool ago = type(word) == P::AGO_FROM_NOW || (word < count_ && text(word) == "至今");
  if (ago && word > 0 && type(word + 2) == P::NUMBER && (text_of(word + 3) == "周岁" || text_of(word + 3) == "岁") &&
      (type(word + 1) == P::LT || type(word + 1) == P::GE || type(word + 1) == P::GT || type(word + 1) == P::LE))
    return offering(word, word + 3, {"至今满年数 " + text(word + 1) + " " + text(word + 2)});
  if (type(at_) != P::LT || at_ < 2 || type(at_ - 1) != P::AGO_FROM_NOW) return std::nullopt;
  const std::size_t begin = comparison_begin(at_ - 1), end = comparison_end(at_);
  if (begin >= at_ - 1 || end <= at_ + 1 || (begin > 0 && type(begin - 1) == P::NOT)) return std::nullopt;
  const std::string meant = "非（" + text(begin, at_ - 1) + " 不少于 " + text(at_ + 1, end - 1) + "）";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(begin, end - 1), meant});
  return c;
}

// A bare `within` on a date: both readings are offered.
std::optional<Complaint> Explainer::bare_within() {
  const std::string next = at_ + 2 < count_ ? text(at_ + 1) + " " + text(at_ + 2) : std::string();
  if (next == "the past" || next == "the coming") return std::nullopt;  // words of habit
  if (type(at_) == P::WITHIN && (expects(P::IS) || (at_ > 0 && type(at_ - 1) == P::IS))) {
    const std::size_t first = at_ > 0 && type(at_ - 1) == P::IS ? at_ - 1 : at_;
    if (type(at_ + 1) == P::NUMBER && type(at_ + 2) == P::TIME_UNIT && type(at_ + 3) == P::AGO && is_ascii(text(at_)))
      return offering(first, at_ + 3, {"is within the last " + text(at_ + 1, at_ + 2)});  // is within 15 days ago
    if (const std::string side = text_of(at_ + 1); side == "last" || side == "next" || side == "past")
      return offering(first, at_ + 1, {side == "next" ? "is within the next" : "is within the last"});
    Complaint c{&codes::kBareWithin, span(first, at_), {}};
    c.fixes = {{span(first, at_), "is within the last"}, {span(first, at_), "is within the next"}};
    return c;
  }
  return std::nullopt;
}

// 不低于 年化 5%, is at least about 5 %: of what the number is, its fact says.
std::optional<Complaint> Explainer::remark_before_a_number() {
  if (at_ < 2 || (type(at_) != P::NUMBER && type(at_) != P::PARTS_OF) || type(at_ - 1) != P::WORD) return std::nullopt;
  if (!compares(at_ - 2) || !is_remark(text(at_ - 1))) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_ - 1, at_ - 1), {"“" + text(at_ - 1) + "”", Both{"a number", "数"}}};
  c.help = Both{"of what the number is, its fact says: leave it out", "是什么数由事实说明：请删去"};
  c.fixes.push_back({{source_, tokens_[at_ - 1].begin, tokens_[at_].begin}, ""});
  return c;
}

// at least 3 per day, 5 times a month, 5 % per annum: so does it say by what it is counted.
std::optional<Complaint> Explainer::counted_by_a_time() {
  if (at_ < 2 || at_ + 1 >= count_) return std::nullopt;
  constexpr auto kBy = std::to_array<std::string_view>({"per", "a", "an", "each", "every"});
  constexpr auto kTimes = std::to_array<std::string_view>(
      {"second", "minute", "hour", "day", "week", "month", "quarter", "year", "annum", "customer", "transaction"});
  switch (type(at_ - 1)) {
    case P::NUMBER:
    case P::MAGNITUDE:
    case P::CURRENCY:
    case P::PERCENT:
    case P::SHARE_UNIT:
    case P::COUNT_UNIT:
      break;
    default:
      return std::nullopt;
  }
  if (std::find(kBy.begin(), kBy.end(), text(at_)) == kBy.end() ||
      std::find(kTimes.begin(), kTimes.end(), text(at_ + 1)) == kTimes.end())
    return std::nullopt;
  std::size_t verb = at_ - 1;
  for (const std::size_t begin = comparison_begin(at_ - 1); verb > begin && !compares(verb);) --verb;
  if (!compares(verb)) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_ + 1), {"“" + text(at_, at_ + 1) + "”", expected()}};
  c.help = Both{"by what a number is counted, its fact says: leave it out", "按什么计数由事实说明：请删去"};
  c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_ + 1].end}, ""});
  return c;
}

// within T+3, due T+3, T+3日 内: a length of time, which counts working days.
std::optional<Complaint> Explainer::settlement_days() {
  if (at_ == 0 || type(at_) != P::PLUS || text(at_ - 1) != "T" || type(at_ + 1) != P::NUMBER) return std::nullopt;
  const std::size_t last = type(at_ + 2) == P::TIME_UNIT ? at_ + 2 : at_ + 1;
  const bool english = speaks_english();
  const std::string many = text(at_ + 1);
  Complaint c =
      offering(at_ - 1, last, {many + (english ? (many == "1" ? " working day" : " working days") : "个工作日")});
  c.help = Both{"working days are counted by a calendar, which the queue names", "工作日按队列所写的日历计算"};
  return c;
}

// 60 or more years old, is 30 or more days ago, is 50 or less CNY: the unit stands behind the number.
std::optional<Complaint> Explainer::unit_behind_its_bound() {
  if (at_ < 3 || at_ >= count_ || begins_line(at_) || type(at_ - 2) != P::NUMBER) return std::nullopt;
  const bool more = type(at_ - 1) == P::OR_MORE;
  if ((!more && type(at_ - 1) != P::OR_LESS) || !is_ascii(text(at_))) return std::nullopt;
  const auto& units = units_and_tails();
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Spelling& s) {
    if (s.kind != KeywordKind::unit || s.language != Language::en) return false;
    for (std::size_t i = 0; i < s.words.size(); ++i)
      if (text_of(at_ + i) != s.words[i]) return false;
    return true;
  });
  const bool currency = text(at_).size() == 3 && minor_units(text(at_)).has_value();
  if (unit == units.end() && !currency) return std::nullopt;
  const std::size_t last = at_ + (unit == units.end() ? 0 : unit->words.size() - 1), verb = at_ - 3;
  const std::string amount = text(at_ - 2) + " " + text(at_, last), behind = text_of(last + 1);
  const bool ago = unit != units.end() && unit->token == P::TIME_UNIT && (behind == "old" || behind == "ago");
  if (!ago) return offering(at_ - 2, last, {amount + " " + text(at_ - 1)});
  if (type(verb) != P::IS) return std::nullopt;
  return offering(verb, last + 1, {more ? "is at least " + amount + " ago" : "is within the last " + amount});
}

}  // namespace caveat::syntax
