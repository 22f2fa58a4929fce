#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "engine/syntax/codes.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/lower.h"
#include "engine/syntax/numerals.h"
#include "engine/syntax/periods.h"

namespace caveat::syntax {

using P = CaveatGrammar;

namespace {

std::string without_groups(std::string_view number) {
  std::string text = without_commas(number);  // which have been told
  std::erase(text, '_');
  std::erase(text, '\'');
  for (std::size_t at; (at = text.find("’")) != std::string::npos;) text.erase(at, std::string_view("’").size());
  return text;
}

// The words of a unit may stand apart by more than a blank: by a line's end, and by a comment before it.
std::string in_one_blank(std::string_view written) {
  std::string result;
  for (std::size_t at = 0; at < written.size(); ++at) {
    if (written[at] == '#') at = std::min(written.find_first_of("\r\n", at), written.size() - 1);
    constexpr std::string_view kOgham = "\xE1\x9A\x80";  // U+1680, the one blank that NFKC leaves
    const bool ogham = written.substr(at).starts_with(kOgham);
    if (ogham) at += kOgham.size() - 1;
    if (!ogham && std::string_view(" \t\r\n").find(written[at]) == std::string_view::npos) {
      result += written[at];
    } else if (!result.ends_with(' ')) {
      result += ' ';
    }
  }
  return result;
}

}  // namespace

Decimal Lowering::decimal(Node number_token) {
  std::string text = without_groups(nfkc(written(number_token)));
  const auto first = text.find_first_not_of('0');  // 007 is seven; JSON's spelling knows no leading zero
  if (first == std::string::npos) {
    text = "0";
  } else if (first > 0) {
    text.erase(0, text[first] == '.' ? first - 1 : first);
  }
  bool rounded = false;
  const auto value = Decimal::parse(text, &rounded);
  if (!value || rounded) {
    complain(codes::kNumberTooLong, number_token.span(), {written(number_token)});
    return {};
  }
  return *value;
}

// 15.000 EUR: whoever parts thousands by a point means fifteen thousand, and no cent is written with three digits.
void Lowering::point_for_a_comma(Node amount, Node number, const std::string& currency) {
  const std::string digits = nfkc(written(number));
  const std::size_t point = digits.find('.');
  constexpr std::size_t kGroup = 3;
  const auto minor = minor_units(currency);
  const bool grouped = point != digits.npos && point <= kGroup && digits.size() == point + 1 + kGroup &&
                       digits.ends_with('0') && digits.front() != '0';
  if (!grouped || !minor || *minor >= static_cast<int>(kGroup) || amount.has(P::MAGNITUDE)) return;
  std::string whole = digits.substr(0, point) + digits.substr(point + 1), parts = digits;
  while (parts.ends_with('0')) parts.pop_back();
  if (parts.ends_with('.')) parts.pop_back();
  complain(codes::kGroupedNumber, number.span(), {digits},
           "a point stands before the decimals: write " + whole + ", or " + parts + " if that is meant",
           "小数点之后是小数：请写作 " + whole + "；若确指该小数，请写作 " + parts,
           {{number.span(), whole}, {number.span(), parts}});
}

Literal Lowering::literal(Node node) {
  Literal result;
  result.kind = LiteralKind::number;
  const Node number = node.token_child(P::NUMBER);
  result.number = decimal(number);
  const auto scale_by = [&](const Decimal& factor) {
    if (const auto product = result.number.times(factor)) {
      result.number = *product;
    } else {
      complain(codes::kNumberTooLong, node.span(), {written(node)});
    }
  };
  for (Node n = node.first(); n; n = n.next()) {
    std::string text = in_one_blank(nfkc(written(n)));
    if (!is_ascii(text)) std::erase(text, ' ');  // 15个 工作日, which was told
    if (const std::string_view meant = unit_meant_by(text);
        !meant.empty() && (n.type() == P::CURRENCY || unit_name(n.type(), text).empty()))
      text = meant;  // 1000块, which was told when it was read
    const bool is_unit =
        n.type() == P::MAGNITUDE || n.type() == P::SHARE_UNIT || n.type() == P::TIME_UNIT || n.type() == P::COUNT_UNIT;
    // Several words that are no unit's name: a number without its unit would be another number. Of one word it was told before.
    if (is_unit && text.find(' ') != std::string::npos && unit_name(n.type(), text).empty()) {
      complain(codes::kWrongUnit, n.span(), {written(n), Both{"a unit with plain blanks", "单位，各词间为普通空格"}});
      continue;
    }
    switch (n.type()) {
      case P::MAGNITUDE:
        if (const auto factor = Decimal::parse(unit_name(P::MAGNITUDE, text))) scale_by(*factor);
        break;
      case P::CURRENCY:
        if (text == "角" || text == "毛") {  // which was told when it was read
          scale_by(*Decimal::parse("0.1"));
          text = "元";
        }
        result.kind = LiteralKind::money;
        result.unit = unit_name(P::CURRENCY, text);
        point_for_a_comma(node, number, result.unit);
        break;
      case P::PERCENT:
        result.kind = LiteralKind::percent;
        result.unit = "%";
        break;
      case P::SHARE_UNIT:
        result.kind = LiteralKind::percent;
        result.unit = unit_name(P::SHARE_UNIT, text);
        break;
      case P::PARTS_OF:
        result.kind = LiteralKind::percent;
        result.unit = text == "千分之" ? "per_mille" : text == "万分之" ? "per_ten_thousand" : "%";
        break;
      case P::TIME_UNIT: {
        result.kind = LiteralKind::duration;
        const auto unit = unit_name(P::TIME_UNIT, text);
        // 1.5 hours is 90 minutes; half a month is no span of time.
        const bool calendar = unit == "month" || unit == "year" || unit == "working_day";
        std::int64_t factor = 1;
        if (unit == "minute") factor = 60;
        if (unit == "hour") factor = 3600;
        if (unit == "day") factor = 86'400;
        if (unit == "week") factor = 604'800;
        if (unit == "year") factor = 12;
        const auto product = result.number.times(Decimal(factor));
        const auto whole = product ? product->as_int64() : std::nullopt;
        const std::int64_t count = whole.value_or(0);
        if ((product && !product->is_integer()) || (calendar && !result.number.is_integer())) {
          const Both whole_number{"a whole number before the unit", "单位前的整数"};
          if (whole && unit == "year") {  // 1.5 years
            const bool english = is_ascii(text);
            const std::string meant = std::to_string(*whole) + (english ? " months" : "个月");
            complain(codes::kWrongUnit, node.span(), {written(node), whole_number}, "write " + meant,
                     "请写作：" + meant, {{node.span(), meant}});
            break;
          }
          complain(codes::kWrongUnit, node.span(), {written(node), whole_number});
          break;
        }
        Duration span;
        const bool fits = whole && (!calendar || count <= std::numeric_limits<std::int32_t>::max());
        if (fits && unit == "working_day") {
          span.working_days = static_cast<std::int32_t>(count);
        } else if (fits && calendar) {
          span.months = static_cast<std::int32_t>(count);
        } else if (fits) {
          span.seconds = count;
        }
        if (!fits || !in_reach(span)) {
          complain(codes::kWrongUnit, node.span(), {written(node), Both{"at most 10,000 years", "至多 10,000 年"}});
          break;
        }
        result.duration = span;
        result.unit = unit;
        break;
      }
      case P::COUNT_UNIT:
        result.kind = LiteralKind::counted;
        result.unit = unit_name(P::COUNT_UNIT, text);
        if (result.unit == "fold") {  // 4倍 is the number 4
          result.kind = LiteralKind::number;
          result.unit.clear();
        }
        break;
      default:
        break;
    }
  }
  return result;
}

void Lowering::check_chain(std::size_t members, Span span) {
  if (members <= limits_.chain_terms) return;
  complain(codes::kChainTooLong, {span.source, span.begin, span.begin + 1},
           {std::to_string(members), std::to_string(limits_.chain_terms)},
           "part it into several and name each: a define for conditions, a lexicon for words",
           "请分成几部分并各自命名：条件用“定义”，词语用“词表”");
}

std::optional<Literal> Lowering::duration(Node slot) {
  if (slot.has(P::NUMBER)) return literal(slot);
  const auto digits = in_digits(written(slot));  // 时效 一天
  complain(codes::kWrongUnit, slot.span(), {written(slot), Both{"a duration such as 5 minutes", "时长，如 5 分钟"}},
           digits ? "write it in digits: " + *digits : std::string(),
           digits ? "请用数字书写：" + *digits : std::string(),
           digits ? std::vector<Fix>{{slot.span(), *digits}} : std::vector<Fix>{});
  return std::nullopt;
}

ExprPtr Lowering::duration_or_path(Node slot) {
  if (slot.has(P::NUMBER)) return number_value(slot);
  return path_value(slot.child(P::RulePath));
}

ExprPtr Lowering::number_value(Node number) {
  auto e = make(Op::literal, number.span());
  e->literal = literal(number);
  return e;
}

ExprPtr Lowering::text_value(Node text_token) {
  auto e = make(Op::literal, text_token.span());
  e->literal.kind = LiteralKind::text;
  e->literal.text = quoted(text_token);
  return e;
}

namespace {

// The last day not after one that there is not: nothing else is to be told of it, be it an end, a day off or a bound.
Days nearest_day(const std::string& text) {
  int year = 0, month = 0, of_month = 0;
  if (std::sscanf(text.c_str(), "%4d-%4d-%4d", &year, &month, &of_month) != 3) return 0;
  month = std::clamp(month, 1, 12);
  for (int last = std::clamp(of_month, 1, 31); last > 0; --last) {
    std::array<char, 48> tried{};
    std::snprintf(tried.data(), tried.size(), "%04d-%02d-%02d", year, month, last);
    if (const auto days = parse_date(tried.data())) return *days;
  }
  return 0;
}

}  // namespace

Days Lowering::day(Node node, std::optional<Days> since) {
  const Span span = node.span();
  std::string text = nfkc(text_of(span));
  if (node.type() == P::DATE_WORDS) {  // 2026年2月1日
    std::vector<int> parts;
    int value = 0;
    bool digits = false;
    for (const char c : text) {
      if (c >= '0' && c <= '9') {
        value = std::min(value * 10 + (c - '0'), 99'999);
        digits = true;
      } else if (digits) {
        parts.push_back(value);
        value = 0;
        digits = false;
      }
    }
    const auto padded = [](int number, std::size_t width) {
      std::string s = std::to_string(number);
      return s.size() < width ? std::string(width - s.size(), '0') + s : s;
    };
    // 2026年1月1日至3日, 1月1日至1月3日, which were told
    if (since && !parts.empty() && parts.size() < 3 && (text.ends_with("日") || text.ends_with("号"))) {
      const std::string begins = format_date(*since);
      if (parts.size() == 1) parts.insert(parts.begin(), std::atoi(begins.substr(5, 2).c_str()));
      parts.insert(parts.begin(), std::atoi(begins.substr(0, 4).c_str()));
    }
    constexpr std::string_view kMonth = "月";
    if (parts.size() != 3 || text.ends_with(kMonth)) {  // 2008年3月, 2026年1月至3月, which was told when it was read
      const auto period = period_at(text);
      return period ? period->first : nearest_day("9999-12-31");  // 3月, the end of a range: no range is empty for it
    }
    text = padded(parts[0], 4) + "-" + padded(parts[1], 2) + "-" + padded(parts[2], 2);
  }
  if (const auto days = parse_date(text)) return *days;
  // 01/02/2026 is one day here and another there: both are offered.
  std::vector<std::string> pieces{""};
  const bool as_written = text.size() == 10 && text[4] == '-' && text[7] == '-';  // 2026-02-30
  for (const char c : text) {
    if (c == '/' || (c == '-' && !as_written))
      pieces.emplace_back();
    else
      pieces.back() += c;
  }
  std::vector<Fix> fixes;
  if (pieces.size() == 3) {
    const auto offer = [&](std::string year, std::string month, std::string of_month) {
      if (month.size() < 2) month.insert(0, "0");
      if (of_month.size() < 2) of_month.insert(0, "0");
      std::string written_so = std::move(year) + "-" + month + "-" + of_month;
      const bool again = !fixes.empty() && fixes.front().replacement == written_so;
      if (parse_date(written_so) && !again) fixes.push_back({span, std::move(written_so)});
    };
    if (pieces[0].size() == 4) {
      offer(pieces[0], pieces[1], pieces[2]);
    } else {
      offer(pieces[2], pieces[1], pieces[0]);
      offer(pieces[2], pieces[0], pieces[1]);
    }
    complain(codes::kNoSuchDate, span, {text_of(span)}, "a date is written as year-month-day", "日期按“年-月-日”书写",
             fixes);
    return fixes.empty() ? 0 : nearest_day(fixes.front().replacement);
  }
  complain(codes::kNoSuchDate, span, {text_of(span)});
  return nearest_day(text);
}

DateRange Lowering::days_range(Node node, std::optional<Days> since) {
  DateRange range;
  range.span = node.span();
  bool first = true;
  Span from;
  const std::size_t told = complaints_.size();
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleDay)) continue;
    const Days days = day(n, first ? since : std::optional(range.from));
    if (first) {
      range.from = range.to = days;
      from = n.span();
    } else {
      range.to = days;
      const bool both = complaints_.size() == told;  // a day that there is not stands nowhere
      if (both && range.to < range.from) complain(codes::kOrderOfRange, n.span(), {text_of(from), written(n)});
    }
    first = false;
  }
  return range;
}

std::int32_t Lowering::seconds_of_day(Node time_token) {
  const std::string text = nfkc(written(time_token));
  const auto colon = text.find(':');
  const int hours = std::stoi(text.substr(0, colon)), minutes = std::stoi(text.substr(colon + 1));
  if (hours > 24 || minutes > 59 || (hours == 24 && minutes > 0))
    complain(codes::kNoSuchDate, time_token.span(), {text});
  return std::min(hours, 24) * 3600 + (hours < 24 ? std::min(minutes, 59) * 60 : 0);
}

// 1 Monday .. 7 Sunday, 8 the weekend.
int Lowering::weekday(Node token) {
  const std::string text = nfkc(written(token));
  int number = 0;
  for (const auto* spelling : spellings_of(P::WEEKDAY, Language::en)) {
    if (spelling->language == Language::en) {
      ++number;
      if (spelling->text == text) return number;
    }
  }
  if (text == "周末") return 8;
  static constexpr std::string_view kDigits[] = {"一", "二", "三", "四", "五", "六", "日"};
  for (int i = 0; i < 7; ++i) {
    if (text.ends_with(kDigits[i])) return i + 1;
  }
  return 1;
}

bool Lowering::instant(Span span, Literal& into) {
  std::string text = nfkc(text_of(span));
  constexpr std::string_view kParts = " ,\t";  // 2026-03-01 10:00, which was told when it was read
  if (const std::size_t at = text.find_first_of(kParts); at != text.npos) {
    const std::string clock = text.substr(text.find_last_of(kParts) + 1);
    text = text.substr(0, at) + (clock.size() < 5 ? "T0" : "T") + clock;
  }
  into.kind = LiteralKind::instant;
  into.text = text;
  if (const auto written_instant = parse_written_instant(text)) {
    into.offset = written_instant->offset_minutes;
    into.instant = written_instant->local - Microseconds{written_instant->offset_minutes.value_or(0)} * 60'000'000;
    return true;
  }
  complain(codes::kNoSuchDate, span, {text});
  return false;
}

ExprPtr Lowering::moment(Node node) {
  auto e = make(Op::literal, node.span());
  if (node.type() == P::INSTANT) {
    instant(node.span(), e->literal);
  } else {
    e->literal.kind = LiteralKind::date;
    e->literal.date = day(node);
  }
  return e;
}

}  // namespace caveat::syntax
