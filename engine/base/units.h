// Units: the closed lists of what a number can be of: currencies (ISO 4217), spans of time, calendar dates and instants.
//
// Promises   years 1 to 9999; one spelling each: what RFC 3339 allows besides capital T, capital Z and seconds up to 59 is refused
// Source     ISO 4217, ISO 8601, RFC 3339
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace caveat {

using Days = std::int32_t;          // proleptic Gregorian, days since 1970-01-01
using Microseconds = std::int64_t;  // since 1970-01-01T00:00:00Z

// A span of time as an author writes it: calendar part and clock part never mix by themselves.
struct Duration {
  std::int32_t months = 0;        // 1 year = 12 months
  std::int64_t seconds = 0;       // 1 day = 86,400 s, 1 week = 7 days
  std::int32_t working_days = 0;  // needs a calendar
  friend bool operator==(const Duration&, const Duration&) = default;
};

// An instant as an author may write it: seconds and offset may be missing.
struct WrittenInstant {
  Microseconds local = 0;  // as if it stood in UTC
  std::optional<std::int32_t> offset_minutes;
  bool has_seconds = false;
};

std::optional<int> minor_units(
    std::string_view currency);                     // "CNY" → 2; nothing: not in ISO 4217, or no minor unit there (XAU)
const std::vector<std::string_view>& currencies();  // all that have minor units, sorted
std::optional<Days> parse_date(std::string_view rfc3339_date);  // "2026-02-01"
std::optional<Microseconds> parse_instant(std::string_view rfc3339, std::int32_t* offset_minutes = nullptr);
std::optional<WrittenInstant> parse_written_instant(std::string_view text);  // also "2026-03-01T10:00", "…T10:00+08:00"
// At most 10,000 years of months, as many of seconds and of working days, forward or back: as far as dates go, so that what is
// counted in microseconds stays far from the end of 64 bits.
bool in_reach(const Duration& span);
// "PT5M", "P12M"; whole numbers, units once and in order, no sign, within reach.
std::optional<Duration> parse_duration(std::string_view iso8601);
std::string format_date(Days days);
std::string format_instant(Microseconds at, std::int32_t offset_minutes);
std::string format_duration(const Duration& duration);  // ISO 8601; working days, which it lacks, as "P3WD"
Days days_of(Microseconds at, std::int32_t offset_minutes);
Days add_months(Days day, std::int32_t months);  // same day number or the month's last day
int weekday_of(Days day);                        // 1 Monday … 7 Sunday

}  // namespace caveat
