// Values: what a fact, a literal or a sum comes to. Numbers are fractions of unbounded integers, days are counted year by year,
// texts are searched letter by letter.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/syntax/ast.h"

namespace caveat::twin {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

enum class Kind : std::uint8_t {
  yes_no,
  number,
  percent,
  money,
  text,
  date,
  instant,
  time_of_day,
  zone,
  duration,
  level,
  list
};

struct Missing {  // why something is unknown: facts that nobody stated, or something else
  std::set<std::string> facts;
  bool other = false;
  void add(const Missing& more);
};

struct Length {
  long months = 0, seconds = 0, working_days = 0;
};

struct Given;
struct Value {
  enum State : std::uint8_t { absent, unknown, known } state = known;
  Kind kind = Kind::number;
  cpp_rational
      number;  // yes/no 1 or 0; date: days since 1970; instant: microseconds; time of day: seconds; level: position
  std::string currency, text;
  std::vector<int> elements;  // positions
  Length length;
  Missing missing;               // of an unknown one
  const Given* given = nullptr;  // of a fact
};

// "-12.50" → −25/2
cpp_rational fraction(const std::string& spelled);
// Can it be written with at most 18 places and 36 digits?
bool writable(const cpp_rational& value);
// To so many places, half even.
cpp_rational rounded(const cpp_rational& value, int places);

long day_number(int year, int month, int day);  // since 1970-01-01
long day_of(const std::string& spelled);        // "2026-03-01"
long moved_by_months(long day, long months);    // the same day of the month, or its last
// "2026-03-01T12:00:00+08:00", in microseconds UTC
long long instant_of(const std::string& spelled);
long day_of_instant(long long at, int offset_minutes);
long second_of_day(const std::string& spelled);  // "22:00"

Value of_literal(const syntax::Literal& literal);

// Letters of ASCII, capital or small, of half or full width, are the same.
std::string folded(const std::string& text);

}  // namespace caveat::twin
