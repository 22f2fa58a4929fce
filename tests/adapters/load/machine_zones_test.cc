#include "adapters/load/machine_zones.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

#include "adapters/load/zone_rule.h"
#include "engine/base/units.h"

using namespace caveat;

namespace {

std::int32_t offset(const std::string& zone, const std::string& at) {
  const auto transitions = load::machine_zones().find(zone);
  BOOST_REQUIRE_MESSAGE(transitions.has_value(), zone);
  return model::offset_at(*transitions, parse_instant(at).value());
}

bool has_tzdata() { return std::ifstream("/usr/share/zoneinfo/Europe/Berlin").good(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(zones_of_the_machine)

BOOST_AUTO_TEST_CASE(offsets_are_those_of_the_zone_at_the_second) {
  BOOST_TEST(offset("UTC", "2026-06-01T00:00:00Z") == 0);
  BOOST_TEST(offset("Asia/Shanghai", "2026-06-01T00:00:00Z") == 480);
  if (!has_tzdata()) return;
  BOOST_TEST(offset("Asia/Shanghai", "1988-07-01T00:00:00Z") == 540);  // it had summer time then
  BOOST_TEST(offset("Europe/Berlin", "2026-03-29T00:59:59Z") == 60);
  BOOST_TEST(offset("Europe/Berlin", "2026-03-29T01:00:00Z") == 120);
  BOOST_TEST(offset("America/New_York", "2026-11-01T05:59:59Z") == -240);
  BOOST_TEST(offset("America/New_York", "2026-11-01T06:00:00Z") == -300);
  BOOST_TEST(offset("Asia/Kolkata", "2026-11-01T06:00:00Z") == 330);
  BOOST_TEST(offset("America/New_York", "2037-07-01T00:00:00Z") == -240);
}

BOOST_AUTO_TEST_CASE(transitions_ascend_from_the_beginning_of_time_and_each_changes_the_offset) {
  for (const std::string& name : load::machine_zones().names()) {
    const auto transitions = load::machine_zones().find(name);
    BOOST_REQUIRE_MESSAGE(transitions && !transitions->empty(), name);
    BOOST_TEST(transitions->front().from == INT64_MIN, name);
    for (std::size_t i = 1; i < transitions->size(); ++i) {
      BOOST_TEST((*transitions)[i - 1].from < (*transitions)[i].from, name);
      BOOST_TEST((*transitions)[i - 1].offset_minutes != (*transitions)[i].offset_minutes, name);
    }
  }
}

BOOST_AUTO_TEST_CASE(summer_time_goes_on_where_the_table_of_a_zone_ends) {
  if (!has_tzdata()) return;
  BOOST_TEST(offset("America/New_York", "2050-03-13T06:59:59Z") ==
             -300);  // the second Sunday of March, 2 in the morning
  BOOST_TEST(offset("America/New_York", "2050-03-13T07:00:00Z") == -240);
  BOOST_TEST(offset("America/New_York", "2050-11-06T06:00:00Z") == -300);
  BOOST_TEST(offset("Europe/Berlin", "2099-03-29T01:00:00Z") == 120);
  BOOST_TEST(offset("Europe/Berlin", "2099-10-25T01:00:00Z") == 60);
  BOOST_TEST(offset("Asia/Shanghai", "2080-07-01T00:00:00Z") == 480);
}

BOOST_AUTO_TEST_CASE(the_rule_of_a_zone_file_is_read_as_posix_writes_it) {
  const auto rule = [](std::string_view line) {
    std::string all;
    for (const model::Transition& one : load::zone_rule_transitions(line, 2040, 2040))
      all += format_instant(one.from, 0) + " " + std::to_string(one.offset_minutes) + "; ";
    return all;
  };
  BOOST_TEST(rule("EST5EDT,M3.2.0,M11.1.0") == "2040-03-11T07:00:00Z -240; 2040-11-04T06:00:00Z -300; ");
  // Half an hour of summer time, south of the equator: the year begins in it.
  BOOST_TEST(rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0") == "2040-03-31T15:00:00Z 630; 2040-10-06T15:30:00Z 660; ");
  // Before midnight of the day, and beyond its end.
  BOOST_TEST(rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0") == "2040-03-25T01:00:00Z -60; 2040-10-28T01:00:00Z -120; ");
  BOOST_TEST(rule("EET-2EEST,M4.4.5/0,M10.4.4/50") == "2040-04-26T22:00:00Z 180; 2040-10-26T23:00:00Z 120; ");
  for (const std::string_view none :
       {"CST-8", "", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,J60,J300", "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.2.0,M11.1.0x", "5", "<EST5", "EST", "EST5EDT,M3.2.0/,M11.1.0"})
    BOOST_TEST(rule(none) == "", none);
}

BOOST_AUTO_TEST_CASE(what_is_no_zone_is_not_found_whatever_file_has_that_name) {
  for (const std::string name : {"", "Mars/Base", "../../../etc/passwd", "/etc/localtime", "europe/berlin", "Asia/"}) {
    BOOST_TEST(!load::machine_zones().find(name).has_value(), name);
  }
  const auto names = load::machine_zones().names();
  BOOST_TEST(std::is_sorted(names.begin(), names.end()));
}

BOOST_AUTO_TEST_CASE(a_zone_file_that_is_cut_short_or_holds_something_else_is_not_read) {
  // Version 1, one change of time, one type, one letter.
  const std::string head = std::string("TZif") + std::string(16, '\0');
  const std::string counts("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\1\0\0\0\1", 24);
  const std::string times("\0\0\0\1\0\0\0\2", 8), type("\0\0\x70\x80\0\0", 6);
  const auto file = [&](const std::string& when, const std::string& which, const std::string& what) {
    return head + counts + when + which + what + '\0';
  };
  const std::string good = file(times, std::string(2, '\0'), type);
  BOOST_TEST(load::is_sound_zone_file(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    BOOST_TEST(!load::is_sound_zone_file(std::string_view(good).substr(0, size)), size);
  }
  BOOST_TEST(!load::is_sound_zone_file("no zone" + good));
  BOOST_TEST(!load::is_sound_zone_file(head + std::string(24, '\x7f') + good));
  BOOST_TEST(!load::is_sound_zone_file(file(times, std::string("\0\1", 2), type)));  // a type that is not there
  BOOST_TEST(
      !load::is_sound_zone_file(file(times, std::string(2, '\0'), type.substr(0, 5) + "\1")));  // a name likewise
  BOOST_TEST(!load::is_sound_zone_file(file(times.substr(4) + times.substr(0, 4), std::string(2, '\0'), type)));
  std::string later = good;
  later[4] = '2';  // a second block is promised
  BOOST_TEST(!load::is_sound_zone_file(later));
  BOOST_TEST(!load::is_sound_zone_file(later + later.substr(0, 60)));
}

BOOST_AUTO_TEST_CASE(a_wall_clock_that_skips_an_hour_is_told_by_the_clock_before_and_one_that_repeats_it_is_the_first) {
  if (!has_tzdata()) return;
  const auto berlin = load::machine_zones().find("Europe/Berlin").value();
  const auto instant = [&](const std::string& wall) {
    return format_instant(model::instant_of(berlin, parse_written_instant(wall)->local), 0);
  };
  BOOST_TEST(instant("2026-07-01T12:00") == "2026-07-01T10:00:00Z");
  BOOST_TEST(instant("2026-01-01T12:00") == "2026-01-01T11:00:00Z");
  BOOST_TEST(instant("2026-03-29T01:59") == "2026-03-29T00:59:00Z");
  BOOST_TEST(instant("2026-03-29T02:30") == "2026-03-29T01:30:00Z");
  BOOST_TEST(instant("2026-03-29T03:00") == "2026-03-29T01:00:00Z");
  BOOST_TEST(instant("2026-10-25T02:30") == "2026-10-25T00:30:00Z");
  BOOST_TEST(instant("2026-10-25T03:00") == "2026-10-25T02:00:00Z");
}

BOOST_AUTO_TEST_SUITE_END()
