// Zones: the door through which local time comes in: check takes from a ZoneBook the transitions of the zones that packs name,
// and they lie in the program from then on (semantics.md 27). The loader's book reads the machine's; tests bring their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/units.h"

namespace caveat::model {

// From `from` on, local time is this far east of UTC. The first of a zone is from the beginning of time.
struct Transition {
  Microseconds from = INT64_MIN;
  std::int32_t offset_minutes = 0;
  friend bool operator==(const Transition&, const Transition&) = default;
};
struct Zone {
  std::string name;  // "Europe/Berlin"
  std::vector<Transition> transitions;
};

class ZoneBook {
 public:
  virtual std::vector<std::string> names() const = 0;  // sorted
  // Ascending, at least one; nothing: there is no such zone.
  virtual std::optional<std::vector<Transition>> find(std::string_view name) const = 0;

 protected:
  ~ZoneBook() = default;
};

// Minutes east of UTC at an instant, and the instant of a wall clock's time (one that is skipped is told by the clock before).
std::int32_t offset_at(const std::vector<Transition>& transitions, Microseconds at);
Microseconds instant_of(const std::vector<Transition>& transitions, Microseconds wall_clock);

// UTC, and Asia/Shanghai as it is since 1991: for those who bring no book.
const ZoneBook& fixed_zones();

}  // namespace caveat::model
