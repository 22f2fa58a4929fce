// Uuid: our ids, UUIDv7: they sort by the time at which they were made.
//
//   std::string id = Uuid::make(clock, random).to_string();   // "019e1c2a-…-7…"
//
// Promises   48 bits of milliseconds, 12 bits of the fraction below, 62 random bits
// Source     RFC 9562 §5.7, §6.2 method 3
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "engine/base/units.h"

namespace caveat {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  static Uuid make(Clock& clock, Random& random) { return make(clock.wall_us(), random); }
  static Uuid make(Microseconds wall_us, Random& random);   // a time before 1970 counts as 1970
  static std::optional<Uuid> parse(std::string_view text);  // 8-4-4-4-12 hex digits of either case, any version
  std::string to_string() const;                            // lower case
  int version() const { return bytes[6] >> 4; }
  std::int64_t milliseconds() const;  // of a version 7, since 1970
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace caveat
