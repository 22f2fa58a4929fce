#include "engine/base/units.h"

#include <boost/test/unit_test.hpp>
#include <chrono>

using namespace caveat;

BOOST_AUTO_TEST_SUITE(units)

BOOST_AUTO_TEST_CASE(every_day_of_the_years_1_to_9999_is_read_and_printed_as_the_standard_calendar_has_it) {
  using namespace std::chrono;
  const auto first = sys_days{year{1} / 1 / 1};
  const auto last = sys_days{year{9999} / 12 / 31};
  std::size_t wrong = 0;
  for (auto day = first; day <= last; day += days{1}) {
    const year_month_day date{day};
    char text[11] = "0000-00-00";
    const auto put = [&](int at, int width, unsigned value) {
      for (int i = at + width - 1; i >= at; --i, value /= 10) text[i] = static_cast<char>('0' + value % 10);
    };
    put(0, 4, static_cast<unsigned>(static_cast<int>(date.year())));
    put(5, 2, static_cast<unsigned>(date.month()));
    put(8, 2, static_cast<unsigned>(date.day()));
    const Days number = static_cast<Days>(day.time_since_epoch().count());
    if (parse_date(text) != number || format_date(number) != text) ++wrong;
    if (weekday_of(number) != static_cast<int>(weekday{day}.iso_encoding())) ++wrong;
  }
  BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_CASE(dates_that_are_none_are_refused) {
  for (const char* bad : {"", "2026-02-29", "1900-02-29", "2100-02-29", "2026-00-01", "2026-13-01", "2026-01-00",
                          "2026-01-32", "2026-04-31", "0000-01-01", "10000-01-01", "2026-1-1", "2026/01/01", "20260101",
                          " 2026-01-01", "2026-01-01 ", "2026-01-01T00:00:00Z", "-001-01-01", "２026-01-01"}) {
    BOOST_TEST(!parse_date(bad).has_value(), bad);
  }
  BOOST_TEST(parse_date("2000-02-29").has_value());
  BOOST_TEST(parse_date("2024-02-29").has_value());
  BOOST_TEST(parse_date("1970-01-01").value() == 0);
}

BOOST_AUTO_TEST_CASE(instants_are_rfc_3339_with_capitals_only) {
  std::int32_t offset = 1;
  BOOST_TEST(parse_instant("1970-01-01T00:00:00Z", &offset).value() == 0);
  BOOST_TEST(offset == 0);
  BOOST_TEST(parse_instant("2026-03-01T10:00:00+08:00", &offset).value() == 1'772'330'400'000'000);
  BOOST_TEST(offset == 480);
  BOOST_TEST(parse_instant("1969-12-31T19:00:00.000001-05:00", &offset).value() == 1);
  BOOST_TEST(offset == -300);
  BOOST_TEST(parse_instant("1969-12-31T23:59:59.5Z").value() == -500'000);
  BOOST_TEST(parse_instant("2026-01-01T00:00:00.1234567Z").value() % 1'000'000 == 123'456);
  for (const char* bad : {"2026-03-01",
                          "2026-03-01T10:00Z",
                          "2026-03-01T10:00:00",
                          "2026-03-01t10:00:00Z",
                          "2026-03-01T10:00:00z",
                          "2026-03-01 10:00:00Z",
                          "2026-03-01T24:00:00Z",
                          "2026-03-01T10:60:00Z",
                          "2026-03-01T10:00:60Z",
                          "2026-03-01T10:00:00.Z",
                          "2026-03-01T10:00:00+8:00",
                          "2026-03-01T10:00:00+0800",
                          "2026-03-01T10:00:00+24:00",
                          "2026-03-01T10:00:00+08:60",
                          "2026-02-29T10:00:00Z",
                          "2026-03-01T10:00:00Z ",
                          "2026-03-01T10:00:00+08:00Z",
                          "0001-01-01T00:00:00+08:00",
                          "9999-12-31T23:59:59-00:01",
                          "0000-12-31T00:00:00Z"}) {
    BOOST_TEST(!parse_instant(bad).has_value(), bad);
  }
}

BOOST_AUTO_TEST_CASE(an_instant_prints_as_it_was_read) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2026-03-01T10:00:00+08:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
        "1969-12-31T23:59:59.5Z", "2024-02-29T23:30:00-09:30", "1582-10-15T12:00:00+00:01"}) {
    std::int32_t offset = 0;
    const auto at = parse_instant(text, &offset);
    BOOST_REQUIRE(at.has_value());
    BOOST_TEST(format_instant(*at, offset) == text);
  }
}

BOOST_AUTO_TEST_CASE(an_author_may_leave_out_seconds_and_offset) {
  const auto bare = parse_written_instant("2026-03-01T10:00");
  BOOST_REQUIRE(bare.has_value());
  BOOST_TEST(format_instant(bare->local, 0) == "2026-03-01T10:00:00Z");
  BOOST_TEST(!bare->offset_minutes.has_value());
  BOOST_TEST(parse_written_instant("2026-03-01T10:00+08:00")->offset_minutes.value() == 480);
  BOOST_TEST(!parse_written_instant("2026-03-01T10").has_value());
  BOOST_TEST(!parse_written_instant("2026-03-01").has_value());
}

BOOST_AUTO_TEST_CASE(the_day_of_an_instant_is_that_of_its_offset) {
  const Microseconds at = parse_instant("2026-02-28T23:00:00Z").value();
  BOOST_TEST(format_date(days_of(at, 0)) == "2026-02-28");
  BOOST_TEST(format_date(days_of(at, 480)) == "2026-03-01");
  BOOST_TEST(days_of(-1, 0) == -1);
}

BOOST_AUTO_TEST_CASE(months_later_is_the_same_day_or_the_months_last) {
  const auto later = [](const char* date, int months) {
    return format_date(add_months(parse_date(date).value(), months));
  };
  BOOST_TEST(later("2026-01-31", 1) == "2026-02-28");
  BOOST_TEST(later("2024-01-31", 1) == "2024-02-29");
  BOOST_TEST(later("2024-02-29", 12) == "2025-02-28");
  BOOST_TEST(later("2024-02-29", 48) == "2028-02-29");
  BOOST_TEST(later("2026-03-31", -1) == "2026-02-28");
  BOOST_TEST(later("2026-01-15", -1) == "2025-12-15");
  BOOST_TEST(later("2026-12-31", 2) == "2027-02-28");
  BOOST_TEST(later("2026-05-31", 0) == "2026-05-31");
  // against the standard calendar, over every month distance within two centuries
  using namespace std::chrono;
  for (int shift = -1200; shift <= 1200; ++shift) {
    for (const unsigned number : {1U, 28U, 29U, 30U, 31U}) {
      const year_month_day from = year{2000} / January / static_cast<int>(number);
      const year_month month = year_month{from.year(), from.month()} + months{shift};
      const unsigned last = static_cast<unsigned>(year_month_day_last{month / std::chrono::last}.day());
      const sys_days to = month / day{std::min(number, last)};
      BOOST_REQUIRE(add_months(static_cast<Days>(sys_days{from}.time_since_epoch().count()), shift) ==
                    static_cast<Days>(to.time_since_epoch().count()));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_month_distance_without_end_stays_at_the_ends_of_time) {
  BOOST_TEST(add_months(0, std::numeric_limits<std::int32_t>::max()) > 2'000'000'000);
  BOOST_TEST(add_months(0, std::numeric_limits<std::int32_t>::min()) < -2'000'000'000);
}

BOOST_AUTO_TEST_CASE(durations_are_whole_units_each_once_and_in_order) {
  BOOST_TEST((parse_duration("PT5M") == Duration{0, 300, 0}));
  BOOST_TEST((parse_duration("P12M") == Duration{12, 0, 0}));
  BOOST_TEST((parse_duration("P1Y2M10DT2H30M5S") == Duration{14, 10 * 86'400 + 9005, 0}));
  BOOST_TEST((parse_duration("P2W") == Duration{0, 14 * 86'400, 0}));
  BOOST_TEST((parse_duration("PT0S") == Duration{}));
  for (const char* bad : {"",
                          "P",
                          "PT",
                          "P1YT",
                          "T5M",
                          "5M",
                          "PT5",
                          "PT5.5S",
                          "P-1D",
                          "-P1D",
                          "P1D1D",
                          "P1D1M",
                          "PT1S1M",
                          "P1H",
                          "pt5m",
                          "PT5M ",
                          "P99999999999M",
                          "PT99999999999999999999S",
                          "P9223372036854775807D",
                          "PT9223372036854775807S",
                          "P10000Y1M",
                          "P3660001D",
                          "P1,5D"}) {
    BOOST_TEST(!parse_duration(bad).has_value(), bad);
  }
  for (const char* text : {"PT5M", "P1Y", "P14D", "P1Y2M10DT2H30M5S", "PT0S", "P1DT1S", "P10000Y3660000D"})
    BOOST_TEST(format_duration(*parse_duration(text)) == text);
  BOOST_TEST(format_duration({0, -90, 0}) == "-PT1M30S");
  BOOST_TEST(format_duration({0, 0, 3}) == "P3WD");
  BOOST_TEST(format_duration({-1, 60, 0}) == "P-1MT1M");
}

BOOST_AUTO_TEST_CASE(currencies_are_those_of_iso_4217_that_have_a_minor_unit) {
  BOOST_TEST(minor_units("CNY").value() == 2);
  BOOST_TEST(minor_units("JPY").value() == 0);
  BOOST_TEST(minor_units("KWD").value() == 3);
  BOOST_TEST(minor_units("CLF").value() == 4);
  BOOST_TEST(minor_units("AED").value() == 2);
  BOOST_TEST(minor_units("ZWG").value() == 2);
  for (const char* none : {"", "cny", "RMB", "XAU", "XXX", "DEM", "CNYX", "CN", "人民币"})
    BOOST_TEST(!minor_units(none).has_value(), none);
  int count = 0;
  for (char a = 'A'; a <= 'Z'; ++a)
    for (char b = 'A'; b <= 'Z'; ++b)
      for (char c = 'A'; c <= 'Z'; ++c) count += minor_units(std::string{a, b, c}).has_value() ? 1 : 0;
  BOOST_TEST(count == 166);
}

BOOST_AUTO_TEST_SUITE_END()
