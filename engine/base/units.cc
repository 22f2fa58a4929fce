#include "engine/base/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace caveat {
namespace {

// ISO 4217 list one, funds codes among it; what has no minor unit there (metals, bond units, XTS, XXX) is no money
// here.
constexpr std::string_view kTwoDigits[] = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD", "BND",
    "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY", "COP", "COU",
    "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS",
    "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR",
    "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU",
    "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK",
    "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS",
    "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD",
    "USN", "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
};
constexpr std::string_view kNoDigits[] = {
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
};
constexpr std::string_view kThreeDigits[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr std::string_view kFourDigits[] = {"CLF", "UYW"};

struct Civil {
  std::int64_t year;
  int month;
  int day;
};

constexpr bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
constexpr int days_in(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Counted in years that begin in March, so that the leap day is a year's last; eras of 400 years have 146,097 days.
constexpr std::int64_t days_from(const Civil& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_divide(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

constexpr Civil civil_from(std::int64_t days) {
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = floor_divide(shifted, 146'097);
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const int month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr std::int64_t kFirstDay = days_from({1, 1, 1});
constexpr std::int64_t kLastDay = days_from({9999, 12, 31});
constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kMillion = 1'000'000;

// Reads fixed-width digits and signs from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool done() const { return at_ == text_.size(); }
  char next() const { return done() ? '\0' : text_[at_]; }
  bool skip(char c) {
    if (next() != c) return false;
    ++at_;
    return true;
  }
  bool is_digit() const { return next() >= '0' && next() <= '9'; }
  std::optional<int> digits(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      if (!is_digit()) return {};
      value = value * 10 + (text_[at_++] - '0');
    }
    return value;
  }
  // A run of digits; nothing if there is none or it does not fit.
  std::optional<std::int64_t> run() {
    if (!is_digit()) return {};
    std::int64_t value = 0;
    while (is_digit()) {
      if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
          __builtin_add_overflow(value, static_cast<std::int64_t>(text_[at_] - '0'), &value)) {
        return {};
      }
      ++at_;
    }
    return value;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::int64_t> read_date(Reader& in) {
  const auto year = in.digits(4);
  if (!year || *year == 0 || !in.skip('-')) return {};
  const auto month = in.digits(2);
  if (!month || *month < 1 || *month > 12 || !in.skip('-')) return {};
  const auto day = in.digits(2);
  if (!day || *day < 1 || *day > days_in(*year, *month)) return {};
  return days_from({*year, *month, *day});
}

void append_digits(std::string& out, std::int64_t value, int width) {
  char digits[20];
  const auto size =
      static_cast<int>(std::to_chars(digits, digits + sizeof digits, value < 0 ? -value : value).ptr - digits);
  if (value < 0) out.push_back('-');
  if (size < width) out.append(static_cast<std::size_t>(width - size), '0');
  out.append(digits, static_cast<std::size_t>(size));
}

}  // namespace

std::optional<int> minor_units(std::string_view currency) {
  const auto in = [&](const auto& list) {
    return std::find(std::begin(list), std::end(list), currency) != std::end(list);
  };
  if (std::binary_search(std::begin(kTwoDigits), std::end(kTwoDigits), currency)) return 2;
  if (in(kNoDigits)) return 0;
  if (in(kThreeDigits)) return 3;
  if (in(kFourDigits)) return 4;
  return {};
}

const std::vector<std::string_view>& currencies() {
  static const std::vector<std::string_view> kAll = [] {
    std::vector<std::string_view> all(std::begin(kTwoDigits), std::end(kTwoDigits));
    all.insert(all.end(), std::begin(kNoDigits), std::end(kNoDigits));
    all.insert(all.end(), std::begin(kThreeDigits), std::end(kThreeDigits));
    all.insert(all.end(), std::begin(kFourDigits), std::end(kFourDigits));
    std::sort(all.begin(), all.end());
    return all;
  }();
  return kAll;
}

std::optional<Days> parse_date(std::string_view text) {
  Reader in(text);
  const auto days = read_date(in);
  if (!days || !in.done()) return {};
  return static_cast<Days>(*days);
}

std::optional<WrittenInstant> parse_written_instant(std::string_view text) {
  Reader in(text);
  const auto days = read_date(in);
  if (!days || !in.skip('T')) return {};
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.skip(':')) return {};
  const auto minute = in.digits(2);
  if (!minute || *minute > 59) return {};
  WrittenInstant result;
  int second = 0;
  std::int64_t fraction = 0;
  if (in.skip(':')) {
    const auto read = in.digits(2);
    if (!read || *read > 59) return {};
    second = *read;
    result.has_seconds = true;
    if (in.skip('.')) {
      if (!in.is_digit()) return {};
      // What is finer than a microsecond is cut off, as by a clock that ticks in them.
      for (std::int64_t unit = 100'000; in.is_digit(); unit /= 10) fraction += in.digits(1).value_or(0) * unit;
    }
  }
  result.local = ((*days * 24 + *hour) * 60 + *minute) * 60 * kMillion + second * kMillion + fraction;
  if (in.skip('Z')) {
    result.offset_minutes = 0;
  } else if (in.next() == '+' || in.next() == '-') {
    const bool negative = in.next() == '-';
    in.skip(in.next());
    const auto hours = in.digits(2);
    if (!hours || *hours > 23 || !in.skip(':')) return {};
    const auto minutes = in.digits(2);
    if (!minutes || *minutes > 59) return {};
    const int offset = *hours * 60 + *minutes;
    result.offset_minutes = negative ? -offset : offset;
  }
  if (!in.done()) return {};
  return result;
}

std::optional<Microseconds> parse_instant(std::string_view text, std::int32_t* offset_minutes) {
  const auto written = parse_written_instant(text);
  if (!written || !written->has_seconds || !written->offset_minutes) return {};
  const Microseconds at = written->local - *written->offset_minutes * 60 * kMillion;
  // 0001-01-01T00:00:00+08:00 lies in year 0 as UTC, which could not be printed again.
  if (at < kFirstDay * kDaySeconds * kMillion || at >= (kLastDay + 1) * kDaySeconds * kMillion) return {};
  if (offset_minutes != nullptr) *offset_minutes = *written->offset_minutes;
  return at;
}

bool in_reach(const Duration& span) {
  constexpr std::int64_t kMostYears = 10'000;
  const auto within = [](std::int64_t count, std::int64_t most) { return -most <= count && count <= most; };
  return within(span.months, kMostYears * 12) && within(span.seconds, kMostYears * 366 * kDaySeconds) &&
         within(span.working_days, kMostYears * 366);
}

std::optional<Duration> parse_duration(std::string_view text) {
  Reader in(text);
  if (!in.skip('P')) return {};
  std::int64_t months = 0;
  std::int64_t seconds = 0;
  const auto add = [](std::int64_t& sum, std::int64_t count, std::int64_t unit) {
    std::int64_t product = 0;
    return !__builtin_mul_overflow(count, unit, &product) && !__builtin_add_overflow(sum, product, &sum);
  };
  struct Unit {
    char letter;
    bool calendar;
    std::int64_t size;
  };
  constexpr Unit kDates[] = {{'Y', true, 12}, {'M', true, 1}, {'W', false, 7 * kDaySeconds}, {'D', false, kDaySeconds}};
  constexpr Unit kTimes[] = {{'H', false, 3600}, {'M', false, 60}, {'S', false, 1}};
  bool any = false;
  const auto read = [&](const auto& units) {  // each at most once, in this order
    std::size_t from = 0;
    while (in.is_digit()) {
      const auto count = in.run();
      if (!count) return false;
      std::size_t i = from;
      while (i < std::size(units) && units[i].letter != in.next()) ++i;
      if (i == std::size(units) || !add(units[i].calendar ? months : seconds, *count, units[i].size)) return false;
      in.skip(units[i].letter);
      from = i + 1;
      any = true;
    }
    return true;
  };
  if (!read(kDates)) return {};
  if (in.skip('T')) {
    any = false;
    if (!read(kTimes)) return {};
  }
  if (!any || !in.done() || months > std::numeric_limits<std::int32_t>::max()) return {};
  const Duration span{static_cast<std::int32_t>(months), seconds, 0};
  return in_reach(span) ? std::optional(span) : std::nullopt;
}

std::string format_date(Days days) {
  const Civil date = civil_from(days);
  std::string out;
  append_digits(out, date.year, 4);
  out.push_back('-');
  append_digits(out, date.month, 2);
  out.push_back('-');
  append_digits(out, date.day, 2);
  return out;
}

std::string format_instant(Microseconds at, std::int32_t offset_minutes) {
  const std::int64_t seconds = floor_divide(at, kMillion);
  const std::int64_t local = seconds + std::int64_t{offset_minutes} * 60;
  const std::int64_t fraction = at - seconds * kMillion;
  const std::int64_t second_of_day = local - floor_divide(local, kDaySeconds) * kDaySeconds;
  std::string out = format_date(static_cast<Days>(floor_divide(local, kDaySeconds)));
  out.push_back('T');
  append_digits(out, second_of_day / 3600, 2);
  out.push_back(':');
  append_digits(out, second_of_day / 60 % 60, 2);
  out.push_back(':');
  append_digits(out, second_of_day % 60, 2);
  if (fraction != 0) {
    out.push_back('.');
    append_digits(out, fraction, 6);
    while (out.back() == '0') out.pop_back();
  }
  if (offset_minutes == 0) {
    out.push_back('Z');
  } else {
    const std::int32_t size = offset_minutes < 0 ? -offset_minutes : offset_minutes;
    out.push_back(offset_minutes < 0 ? '-' : '+');
    append_digits(out, size / 60, 2);
    out.push_back(':');
    append_digits(out, size % 60, 2);
  }
  return out;
}

std::string format_duration(const Duration& duration) {
  const bool negative = duration.months <= 0 && duration.seconds <= 0 && duration.working_days <= 0 &&
                        (duration.months < 0 || duration.seconds < 0 || duration.working_days < 0);
  // One sign in front where all parts have it, as the field writes it; a mixture keeps a sign for each part.
  const auto part = [&](std::string& out, std::int64_t count, std::string_view letter) {
    if (count == 0) return;
    out += std::to_string(negative ? -count : count);
    out += letter;
  };
  std::string out = negative ? "-P" : "P";
  const std::size_t bare = out.size();
  part(out, duration.months / 12, "Y");
  part(out, duration.months % 12, "M");
  part(out, duration.working_days, "WD");
  part(out, duration.seconds / kDaySeconds, "D");
  const std::int64_t clock = duration.seconds % kDaySeconds;
  if (clock != 0) {
    out.push_back('T');
    part(out, clock / 3600, "H");
    part(out, clock / 60 % 60, "M");
    part(out, clock % 60, "S");
  }
  if (out.size() == bare) out += "T0S";
  return out;
}

Days days_of(Microseconds at, std::int32_t offset_minutes) {
  const std::int64_t local = floor_divide(at, kMillion) + std::int64_t{offset_minutes} * 60;
  return static_cast<Days>(floor_divide(local, kDaySeconds));
}

Days add_months(Days day, std::int32_t months) {
  const Civil date = civil_from(day);
  const std::int64_t index = date.year * 12 + (date.month - 1) + months;
  const std::int64_t year = floor_divide(index, 12);
  const int month = static_cast<int>(index - year * 12) + 1;
  const std::int64_t result = days_from({year, month, std::min(date.day, days_in(year, month))});
  return static_cast<Days>(
      std::clamp<std::int64_t>(result, std::numeric_limits<Days>::min(), std::numeric_limits<Days>::max()));
}

int weekday_of(Days day) {
  const std::int64_t since_monday = std::int64_t{day} + 3;  // 1970-01-01 was a Thursday
  return static_cast<int>(since_monday - floor_divide(since_monday, 7) * 7) + 1;
}

}  // namespace caveat
