// How long ago, how soon: the same said of a date in the words of speech and of statutes.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>

#include "engine/base/units.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/periods.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

enum class Towards : std::uint8_t { neither, past, future, inside };

// What stands behind a length: 15天 前, 15 days later.
Towards towards(std::string_view word) {
  for (const std::string_view past : {"前", "以前", "之前", "ago"})
    if (word == past) return Towards::past;
  for (const std::string_view future : {"后", "以后", "之后", "later", "hence"})
    if (word == future) return Towards::future;
  for (const std::string_view inside : {"内", "以内", "之内"})
    if (word == inside) return Towards::inside;
  return Towards::neither;
}

}  // namespace

Complaint Explainer::offering(std::size_t first, std::size_t last, const std::vector<std::string>& instead) const {
  Both shown;
  for (const std::string& each : instead) {
    shown.en += (shown.en.empty() ? "“" : " or “") + each + "”";
    shown.zh += (shown.zh.empty() ? "“" : "或“") + each + "”";
  }
  Complaint c{&codes::kUnexpected, span(first, last), {"“" + text(first, last) + "”", shown}};
  for (const std::string& each : instead) c.fixes.push_back({c.span, each});
  return c;
}

// 客户.评估日期 15天前, 在 15天 之内, 在15天以后: what it is held against goes unsaid.
std::optional<Complaint> Explainer::length_alone() {
  if (at_ >= count_) return std::nullopt;
  std::size_t first = at_, number = at_;
  if (expects(P::IS)) {
    if (text(at_) == "在") ++number;
  } else if (at_ >= 3 && expects(P::OR_MORE)) {  // the length has been read, and what stands behind it is no bound
    first = number = at_ - 2;
    if (type(number - 1) != P::WORD) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (type(number) != P::NUMBER || type(number + 1) != P::TIME_UNIT || number + 2 >= count_) return std::nullopt;
  const std::string length = text(number, number + 1);
  if (is_ascii(length)) return std::nullopt;
  const Towards way = towards(text(number + 2));
  if (const auto year = period_at(length, true);
      year && (way == Towards::past || way == Towards::future))  // 在 2008年之前
    return offering(first, number + 2,
                    {way == Towards::past ? "早于 " + year->days().front() : "晚于 " + year->days().back()});
  switch (way) {
    case Towards::past: {
      Complaint c = offering(first, number + 2, {"距今 超过" + length, "距今 不少于" + length});
      c.help = Both{"the second counts the day that is just as long ago, the first does not: say which",
                    "前者不含恰好满该时长的当日，后者包含：请写明是哪一种"};
      return c;
    }
    case Towards::future: {
      Complaint c = offering(first, number + 2, {"晚于 今日 + " + length, "不早于 今日 + " + length});
      c.help = Both{"the second counts that very day, the first does not: say which",
                    "前者不含当日，后者包含：请写明是哪一种"};
      return c;
    }
    case Towards::inside: {
      Complaint c = offering(first, number + 2, {"距今 不超过" + length, "在 未来 " + length + "内"});
      c.help = Both{"say whether the past or the future is meant", "请写明是过去还是未来"};
      return c;
    }
    case Towards::neither:
      break;
  }
  return std::nullopt;
}

// 距今15天以上, 距今 15天
std::optional<Complaint> Explainer::ago_without_a_bound() {
  if (at_ == 0 || type(at_) != P::NUMBER || type(at_ - 1) != P::AGO_FROM_NOW) return std::nullopt;
  const std::size_t joint = type(at_ + 1) == P::TIME_UNIT ? at_ + 2 : at_ + 1;
  const bool joins = type(joint) == P::MINUS || type(joint) == P::RANGE || type(joint) == P::UP_TO;
  if (joins && type(joint + 1) == P::NUMBER && type(joint + 2) == P::TIME_UNIT) {  // 距今 30至90天
    const std::string nearer = text(at_, joint - 1) + (joint == at_ + 1 ? text(joint + 2) : "");
    return offering(at_ - 1, joint + 2,
                    {"介于 今日 - " + text(joint + 1, joint + 2) + " 与 今日 - " + nearer + " 之间"});
  }
  if (type(at_ + 1) != P::TIME_UNIT) return std::nullopt;
  const std::string length = text(at_, at_ + 1);
  const int tail = type(at_ + 2);
  if (tail == P::OR_MORE) return offering(at_ - 1, at_ + 2, {"距今 不少于" + length});
  if (tail == P::OR_LESS || tail == P::INSIDE) return offering(at_ - 1, at_ + 2, {"距今 不超过" + length});
  return offering(at_ - 1, at_ + 1, {"距今 不少于" + length, "距今 超过" + length, "距今 不超过" + length});
}

// is 15 days ago, is between 10 and 15 days ago, is more than 15 days later, 早于 15天后: the parser stops behind the length.
std::optional<Complaint> Explainer::length_of_a_date() {
  if (at_ < 3 || at_ >= count_) return std::nullopt;
  std::size_t unit = at_ - 1;
  if (text(at_) == "now" && text(unit) == "from") --unit;       // 15 days from now
  const bool old = text(at_) == "old" && is_ascii(text(unit));  // is 30 days old
  const Towards way = unit < at_ - 1 ? Towards::future : old ? Towards::past : towards(text(at_));
  if (type(unit) != P::TIME_UNIT || type(unit - 1) != P::NUMBER) return std::nullopt;
  const std::size_t number = unit - 1;
  if (number == 0) return std::nullopt;
  const std::size_t verb = number - 1;
  const std::string length = text(number, unit);
  const bool english = is_ascii(length);
  if (english && text(at_) == "before" && at_ + 1 < count_ &&
      (text(at_ + 1) == "today" || text(at_ + 1) == "now"))  // more than 15 days before today
    return offering(at_, at_ + 1, {"ago"});
  if (way == Towards::past && type(at_) == P::WORD && compares(verb) && type(verb) != P::IS)  // 早于 15天以前
    return offering(at_, at_, {"前"});
  if (way == Towards::past && (type(verb) == P::IS || type(verb) == P::EQUALS)) {
    Complaint c = english ? offering(verb, at_, {"is today - " + length, "is at least " + length + " ago"})
                          : offering(verb, at_, {"为 今日 - " + length, "距今 不少于" + length});
    c.help =
        Both{"that very day, or that day and all before it: say which", "仅指当日，还是当日及更早：请写明是哪一种"};
    return c;
  }
  if (english && way == Towards::past && type(verb) == P::AND) {  // is between 10 and 15 days ago
    const bool same = verb >= 2 && type(verb - 1) == P::NUMBER && type(verb - 2) == P::BETWEEN;
    const bool own =
        verb >= 3 && type(verb - 1) == P::TIME_UNIT && type(verb - 2) == P::NUMBER && type(verb - 3) == P::BETWEEN;
    if (!same && !own) return std::nullopt;
    const std::string nearer = same ? text(verb - 1) + " " + text(unit) : text(verb - 2, verb - 1);
    return offering(verb - (same ? 2 : 3), at_, {"is between today - " + length + " and today - " + nearer});
  }
  if (way != Towards::future) return std::nullopt;
  std::string instead;
  switch (type(verb)) {
    case P::GT:
    case P::SIGN_GT:
    case P::MORE_THAN:
    case P::AFTER:
      instead = english ? "is after today + " : "晚于 今日 + ";
      break;
    case P::GE:
    case P::SIGN_GE:
    case P::AT_LEAST:
      instead = english ? "is not before today + " : "不早于 今日 + ";
      break;
    case P::LE:
    case P::SIGN_LE:
    case P::AT_MOST:
      instead = english ? "is not after today + " : "不晚于 今日 + ";
      break;
    case P::LT:
    case P::SIGN_LT:
    case P::FEWER_THAN:
      instead = english ? "is before today + " : "早于 今日 + ";
      break;
    case P::IS:
    case P::EQUALS:
      instead = english ? "is today + " : "为 今日 + ";
      break;
    default:
      return std::nullopt;
  }
  return offering(verb, at_, {instead + length});
}

// is more than a year ago
std::optional<Complaint> Explainer::one_of_a_unit() {
  if (at_ == 0 || at_ >= count_ || (text(at_ - 1) != "a" && text(at_ - 1) != "an")) return std::nullopt;
  const std::string unit = text(at_);
  const bool known = std::any_of(units_and_tails().begin(), units_and_tails().end(), [&](const Spelling& s) {
    return s.token == P::TIME_UNIT && s.language == Language::en && s.text == unit;
  });
  if (!known) return std::nullopt;
  return offering(at_ - 1, at_, {"1 " + unit});
}

// 1000.50 of 1.000,50: points that group digits, and a comma for the point. Empty: it is none.
std::string Explainer::with_comma_for_point(std::size_t number) const {
  if (type(number) != P::NUMBER || type(number + 1) != P::COMMA || type(number + 2) != P::NUMBER) return {};
  const std::string whole = text(number, number + 2), groups = text(number), places = text(number + 2);
  const std::size_t dot = groups.find('.');
  if (whole.size() == groups.size() + 1 + places.size() && dot == groups.npos && places.size() <= 2 &&
      (type(number + 3) == P::MAGNITUDE || type(number + 3) == P::PERCENT || type(number + 3) == P::SHARE_UNIT ||
       type(number + 3) == P::CURRENCY) &&
      (groups + places).find_first_not_of("0123456789") == std::string::npos)
    return groups + "." + places;  // 1,5 million; 36,5 %
  if (whole.size() != groups.size() + 1 + places.size() || places.size() > 2 || dot == 0 || dot > 3) return {};
  if (groups.size() != dot + 4 || (groups + places).find_first_not_of("0123456789.") != std::string::npos) return {};
  return groups.substr(0, dot) + groups.substr(dot + 1) + "." + places;
}

// 1.000,50 USD
std::optional<Complaint> Explainer::comma_for_point() {
  if (at_ > 0 && type(at_) == P::DOT && type(at_ - 1) == P::NUMBER && type(at_ + 1) == P::NUMBER) {  // 1.500.000
    std::string digits = text(at_ - 1);
    std::size_t last = at_ - 1;
    constexpr std::size_t kGroup = 3;
    while (type(last + 1) == P::DOT && type(last + 2) == P::NUMBER && text(last + 2).size() == kGroup)
      digits += text(last + 2), last += 2;
    const std::size_t point = digits.find('.');
    if (last == at_ - 1 || point == digits.npos || point > kGroup || (digits.size() - point - 1) % kGroup != 0)
      return std::nullopt;
    digits.erase(point, 1);
    return digits.find('.') == digits.npos ? std::optional(offering(at_ - 1, last, {digits})) : std::nullopt;
  }
  if (at_ == 0 || type(at_) != P::COMMA) return std::nullopt;
  const std::string amount = with_comma_for_point(at_ - 1);
  return amount.empty() ? std::nullopt : std::optional(offering(at_ - 1, at_ + 1, {amount}));
}

// CNY 200,000, 人民币 20万: the unit stands behind the number.
std::optional<Complaint> Explainer::currency_before() {
  if (type(at_) != P::NUMBER || at_ == 0) return std::nullopt;
  const std::string before = text(at_ - 1);
  if (const std::string amount = with_comma_for_point(at_);
      !amount.empty() && before.size() == 3 && minor_units(before))
    return offering(at_ - 1, at_ + 2, {amount + " " + before});
  const bool yuan = before == "人民币" || before == "RMB";
  if (!yuan && (before.size() != 3 || !minor_units(before))) return std::nullopt;
  std::size_t last = at_;
  while (type(last + 1) == P::MAGNITUDE) ++last;
  if (type(last + 1) == P::CURRENCY) return std::nullopt;
  const std::string unit = before == "人民币" ? "元" : yuan ? " CNY" : " " + before;
  const std::string meant = without_commas(text(at_, last)) + unit;
  if (at_ >= 2 && type(at_ - 2) == P::BETWEEN && (type(last + 1) == P::AND || type(last + 1) == P::WITH)) {
    const std::size_t second = text_of(last + 2) == before ? last + 3 : last + 2;  // between USD 50 and 100
    std::size_t end = second;
    while (type(end + 1) == P::MAGNITUDE) ++end;
    if (type(second) == P::NUMBER && type(end + 1) != P::CURRENCY)
      return offering(at_ - 1, end, {meant + " " + text(last + 1) + " " + without_commas(text(second, end)) + unit});
  }
  return offering(at_ - 1, last, {meant});
}

// 200 000: digits in groups of three.
std::optional<Complaint> Explainer::digits_apart() {
  const auto plain = [&](std::size_t at) {
    return type(at) == P::NUMBER && text(at).find_first_not_of("0123456789") == std::string::npos;
  };
  if (at_ == 0 || !plain(at_) || text(at_).size() != 3 || !plain(at_ - 1) || text(at_ - 1).size() > 3 ||
      begins_line(at_))
    return std::nullopt;
  std::size_t last = at_;
  while (plain(last + 1) && text(last + 1).size() == 3 && !begins_line(last + 1)) ++last;
  std::string number;
  for (std::size_t i = at_ - 1; i <= last; ++i) number += text(i);
  return offering(at_ - 1, last, {number});
}

// is at least 30 days old, is less than 30 days old: of a date, how long ago it was.
std::optional<Complaint> Explainer::so_many_days_old() {
  if (at_ < 3 || at_ >= count_ || text(at_) != "old" || type(at_ - 1) != P::TIME_UNIT || type(at_ - 2) != P::NUMBER)
    return std::nullopt;
  const std::size_t verb = at_ - 3, begin = comparison_begin(at_);
  const std::string length = text(at_ - 2, at_ - 1);
  switch (type(verb)) {
    case P::GE:
    case P::SIGN_GE:
    case P::AT_LEAST:
    case P::GT:
    case P::SIGN_GT:
    case P::MORE_THAN:
      return offering(at_, at_, {"ago"});
    case P::LE:
    case P::SIGN_LE:
    case P::AT_MOST:
      return offering(verb, at_, {"is within the last " + length});
    case P::LT:
    case P::SIGN_LT:
    case P::FEWER_THAN:
      if (begin >= verb || (begin > 0 && type(begin - 1) == P::NOT)) return std::nullopt;
      return offering(begin, at_, {"not (" + text(begin, verb - 1) + " is at least " + length + " ago)"});
    default:
      return std::nullopt;
  }
}

}  // namespace caveat::syntax
