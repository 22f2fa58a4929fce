#include "adapters/load/machine_zones.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>

#include "adapters/load/zone_rule.h"
#include "engine/base/units.h"

namespace caveat::load {
namespace {

constexpr std::string_view kFolder = "/usr/share/zoneinfo/";  // where the library looks

constexpr int kLastYear = 2099;

std::string file_of(std::string_view name) {
  std::ifstream file(std::string(kFolder) + std::string(name), std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class MachineZones final : public model::ZoneBook {
 public:
  MachineZones() {
    try {
      for (const date::time_zone& zone : date::get_tzdb().zones) names_.push_back(zone.name());
    } catch (const std::exception&) {
      names_.clear();  // no tzdata here
    }
    if (names_.empty()) names_ = model::fixed_zones().names();
    std::sort(names_.begin(), names_.end());
  }

  std::vector<std::string> names() const override { return names_; }

  std::optional<std::vector<model::Transition>> find(std::string_view name) const override {
    // By the list alone: a name is never a path.
    if (!std::binary_search(names_.begin(), names_.end(), name)) return std::nullopt;
    try {
      const std::string file = file_of(name);
      if (!is_sound_zone_file(file)) return model::fixed_zones().find(name);
      std::vector<model::Transition> all = transitions(*date::locate_zone(name));
      // Where the table ends the file's rule goes on.
      const Days last = all.size() > 1 ? days_of(all.back().from, 0) : 0;
      const int year =
          static_cast<int>(std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(last))).year());
      for (const model::Transition& one : zone_rule_transitions(zone_rule_line(file), year, kLastYear)) {
        if (one.from > all.back().from && one.offset_minutes != all.back().offset_minutes) all.push_back(one);
      }
      return all;
    } catch (const std::exception&) {
      return model::fixed_zones().find(name);
    }
  }

 private:
  std::vector<std::string> names_;

  static std::vector<model::Transition> transitions(const date::time_zone& zone) {
    using std::chrono::duration_cast;
    const date::sys_seconds from = date::sys_days{date::year{1970} / 1 / 1};
    const date::sys_seconds until = date::sys_days{date::year{2038} / 1 / 1};
    const auto minutes = [](const date::sys_info& info) {
      return static_cast<std::int32_t>(duration_cast<std::chrono::minutes>(info.offset).count());
    };
    date::sys_info info = zone.get_info(from);
    std::vector<model::Transition> all{{INT64_MIN, minutes(info)}};
    while (info.end < until) {
      const date::sys_seconds at = info.end;
      info = zone.get_info(at);
      if (minutes(info) == all.back().offset_minutes) continue;
      all.push_back({duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count(), minutes(info)});
    }
    return all;
  }
};

}  // namespace

bool is_sound_zone_file(std::string_view bytes) {
  constexpr std::size_t kHead = 44, kType = 6;
  const auto number = [&](std::size_t at, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
  };
  for (const std::size_t width : {4U, 8U}) {  // the second block repeats the first with longer times
    if (bytes.size() < kHead || !bytes.starts_with("TZif")) return false;
    const bool last = bytes[4] == '\0' || width == 8;
    const std::uint64_t universal = number(20, 4), standard = number(24, 4), leaps = number(28, 4);
    const std::uint64_t times = number(32, 4), types = number(36, 4), letters = number(40, 4);
    const std::uint64_t length =
        times * (width + 1) + types * kType + letters + leaps * (width + 4) + standard + universal;
    if (length > bytes.size() - kHead || types == 0 || letters == 0) return false;
    if ((universal != 0 && universal != types) || (standard != 0 && standard != types)) return false;
    const auto time = [&](std::size_t i) {
      const std::uint64_t read = number(kHead + i * width, width);
      return width == 4 ? std::int64_t{static_cast<std::int32_t>(read)} : static_cast<std::int64_t>(read);
    };
    const std::size_t at_types = kHead + times * width + times;
    for (std::size_t i = 0; i < times; ++i) {
      if (number(kHead + times * width + i, 1) >= types || (i > 0 && time(i) <= time(i - 1))) return false;
    }
    for (std::size_t i = 0; i < types; ++i) {
      if (number(at_types + i * kType + 5, 1) >= letters) return false;
    }
    if (last) return true;
    bytes.remove_prefix(kHead + length);
  }
  return true;
}

const model::ZoneBook& machine_zones() {
  static const MachineZones kZones;
  return kZones;
}

}  // namespace caveat::load
