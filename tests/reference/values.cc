#include "tests/reference/values.h"

#include <algorithm>

namespace caveat::twin {
namespace {

cpp_int ten_to(int n) {
  cpp_int power = 1;
  for (int i = 0; i < n; ++i) power *= 10;
  return power;
}

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }
int days_in_month(int year, int month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}
int number_at(const std::string& text, std::size_t at, std::size_t digits) {
  return std::stoi(text.substr(at, digits));
}

}  // namespace

void Missing::add(const Missing& more) {
  facts.insert(more.facts.begin(), more.facts.end());
  other = other || more.other;
}

cpp_rational fraction(const std::string& spelled) {
  cpp_int whole = 0;
  int places = -1;
  bool negative = false;
  for (const char c : spelled) {
    if (c == '-') {
      negative = true;
    } else if (c == '.') {
      places = 0;
    } else {
      whole = whole * 10 + (c - '0');
      if (places >= 0) ++places;
    }
  }
  const cpp_rational value(whole, ten_to(std::max(places, 0)));
  return negative ? cpp_rational(-value) : value;
}

bool writable(const cpp_rational& value) {
  const cpp_rational scaled = value * ten_to(18);
  if (denominator(scaled) != 1) return false;
  cpp_int digits = abs(numerator(scaled));
  for (int i = 0; i < 18 && digits != 0 && digits % 10 == 0; ++i) digits /= 10;
  return digits < ten_to(36);
}

cpp_rational rounded(const cpp_rational& value, int places) {
  const cpp_rational scaled = value * ten_to(places);
  const bool negative = scaled < 0;
  const cpp_int top = abs(numerator(scaled)), bottom = denominator(scaled);
  cpp_int whole = top / bottom;
  const cpp_int twice = (top % bottom) * 2;
  if (twice > bottom || (twice == bottom && whole % 2 == 1)) ++whole;
  return cpp_rational(negative ? cpp_int(-whole) : whole, ten_to(places));
}

long day_number(int year, int month, int day) {
  long days = day - 1;
  for (int m = 1; m < month; ++m) days += days_in_month(year, m);
  for (int y = 1970; y < year; ++y) days += is_leap(y) ? 366 : 365;
  for (int y = year; y < 1970; ++y) days -= is_leap(y) ? 366 : 365;
  return days;
}

long day_of(const std::string& spelled) {
  return day_number(number_at(spelled, 0, 4), number_at(spelled, 5, 2), number_at(spelled, 8, 2));
}

long moved_by_months(long day, long months) {
  int year = 1970, month = 1;
  while (day < day_number(year, 1, 1)) --year;
  while (day >= day_number(year + 1, 1, 1)) ++year;
  while (month < 12 && day >= day_number(year, month + 1, 1)) ++month;
  const int of_month = static_cast<int>(day - day_number(year, month, 1)) + 1;
  for (; months > 0; --months) month == 12 ? (++year, month = 1) : ++month;
  for (; months < 0; ++months) month == 1 ? (--year, month = 12) : --month;
  return day_number(year, month, std::min(of_month, days_in_month(year, month)));
}

long long instant_of(const std::string& spelled) {
  long long minutes = day_of(spelled) * 1440LL + number_at(spelled, 11, 2) * 60 + number_at(spelled, 14, 2);
  std::size_t at = 16;
  int seconds = 0;
  if (at < spelled.size() && spelled[at] == ':') {
    seconds = number_at(spelled, 17, 2);
    at = 19;
  }
  if (at < spelled.size() && spelled[at] != 'Z') {
    const int east = number_at(spelled, at + 1, 2) * 60 + number_at(spelled, at + 4, 2);
    minutes -= spelled[at] == '-' ? -east : east;
  }
  return (minutes * 60 + seconds) * 1'000'000;
}

long day_of_instant(long long at, int offset_minutes) {
  const long long second = at / 1'000'000 + offset_minutes * 60LL;  // turns lie after 1970
  return static_cast<long>(second / 86'400);
}

long second_of_day(const std::string& spelled) {
  const std::size_t colon = spelled.find(':');
  return number_at(spelled, 0, colon) * 3600L + number_at(spelled, colon + 1, 2) * 60L;
}

Value of_literal(const syntax::Literal& literal) {
  using syntax::LiteralKind;
  Value value;
  value.number = fraction(literal.number.to_string());
  switch (literal.kind) {
    case LiteralKind::yes:
    case LiteralKind::no:
      value.kind = Kind::yes_no;
      value.number = literal.kind == LiteralKind::yes ? 1 : 0;
      break;
    case LiteralKind::percent:
      value.kind = Kind::percent;
      if (literal.unit == "per_mille") value.number /= 10;
      if (literal.unit == "per_ten_thousand" || literal.unit == "basis_point") value.number /= 100;
      break;
    case LiteralKind::money:
      value.kind = Kind::money;
      value.currency = literal.unit;
      break;
    case LiteralKind::text:
    case LiteralKind::regex:
      value.kind = Kind::text;
      value.text = literal.text;
      break;
    case LiteralKind::date:
      value.kind = Kind::date;
      value.number = literal.date;
      break;
    case LiteralKind::instant:
      value.kind = Kind::instant;
      value.number = instant_of(literal.text);
      break;
    case LiteralKind::time_of_day:
      value.kind = Kind::time_of_day;
      value.number = literal.seconds_of_day;
      break;
    case LiteralKind::duration: {
      value.kind = Kind::duration;
      const auto times = [&](int each) { return static_cast<long>(numerator(cpp_rational(value.number * each))); };
      if (literal.unit == "second") value.length.seconds = times(1);
      if (literal.unit == "minute") value.length.seconds = times(60);
      if (literal.unit == "hour") value.length.seconds = times(3600);
      if (literal.unit == "day") value.length.seconds = times(86'400);
      if (literal.unit == "week") value.length.seconds = times(7 * 86'400);
      if (literal.unit == "month") value.length.months = times(1);
      if (literal.unit == "year") value.length.months = times(12);
      if (literal.unit == "working_day") value.length.working_days = times(1);
      break;
    }
    default:
      break;
  }
  return value;
}

std::string folded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = static_cast<unsigned char>(text[i]);
    if (code == 0xef && i + 2 < text.size()) {  // U+FF01 … U+FF5E are the signs 0x21 … 0x7E
      const unsigned wide = (code & 0xfu) << 12 | (static_cast<unsigned char>(text[i + 1]) & 0x3fu) << 6 |
                            (static_cast<unsigned char>(text[i + 2]) & 0x3fu);
      if (wide >= 0xff01 && wide <= 0xff5e) {
        code = wide - 0xff01 + 0x21;
        i += 2;
      }
    }
    out += static_cast<char>(code >= 'A' && code <= 'Z' ? code + 32 : code);
  }
  return out;
}

}  // namespace caveat::twin
