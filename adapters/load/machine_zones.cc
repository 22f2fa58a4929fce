#include "adapters/load/machine_zones.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace caveat::load {
namespace {

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
      return transitions(*date::locate_zone(name));
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

const model::ZoneBook& machine_zones() {
  static const MachineZones kZones;
  return kZones;
}

}  // namespace caveat::load
