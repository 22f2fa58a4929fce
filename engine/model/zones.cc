#include "engine/model/zones.h"

namespace caveat::model {
namespace {

class FixedZones final : public ZoneBook {
 public:
  std::vector<std::string> names() const override { return {"Asia/Shanghai", "UTC"}; }
  std::optional<std::vector<Transition>> find(std::string_view name) const override {
    if (name == "UTC") return std::vector<Transition>{{INT64_MIN, 0}};
    if (name == "Asia/Shanghai") return std::vector<Transition>{{INT64_MIN, 480}};
    return std::nullopt;
  }
};

}  // namespace

std::int32_t offset_at(const std::vector<Transition>& transitions, Microseconds at) {
  std::int32_t offset = transitions.empty() ? 0 : transitions.front().offset_minutes;
  for (const Transition& one : transitions) {
    if (one.from > at) break;
    offset = one.offset_minutes;
  }
  return offset;
}

Microseconds instant_of(const std::vector<Transition>& transitions, Microseconds wall_clock) {
  constexpr Microseconds kMinute = 60'000'000, kDay = 1440 * kMinute;
  const Microseconds before = wall_clock - offset_at(transitions, wall_clock - kDay) * kMinute;
  const Microseconds after = wall_clock - offset_at(transitions, wall_clock + kDay) * kMinute;
  const bool after_holds = before + offset_at(transitions, before) * kMinute != wall_clock &&
                           after + offset_at(transitions, after) * kMinute == wall_clock;
  return after_holds ? after : before;
}

const ZoneBook& fixed_zones() {
  static const FixedZones kZones;
  return kZones;
}

}  // namespace caveat::model
