#include "adapters/load/machine_zones.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

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

BOOST_AUTO_TEST_CASE(what_is_no_zone_is_not_found_whatever_file_has_that_name) {
  for (const std::string name : {"", "Mars/Base", "../../../etc/passwd", "/etc/localtime", "europe/berlin", "Asia/"}) {
    BOOST_TEST(!load::machine_zones().find(name).has_value(), name);
  }
  const auto names = load::machine_zones().names();
  BOOST_TEST(std::is_sorted(names.begin(), names.end()));
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
