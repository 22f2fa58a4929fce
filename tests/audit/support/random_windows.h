// Counts as a decision could have used them, drawn: every member that may be left out is there about every other time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>

#include "audit/record/sections.h"

namespace caveat::audit::testing {

inline WindowCount random_count(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t end) { return random() % end; };
  const auto odd = [&] { return below(2) == 1; };
  WindowCount count;
  for (std::uint64_t left = 1 + below(3); left > 0; --left) count.rules.push_back("cn.wealth/r" + std::to_string(left));
  std::sort(count.rules.begin(), count.rules.end());
  const char* const counted[] = {"answer", "message", "same_question", "cn.wealth/complaint"};
  count.counted = counted[below(4)];
  count.whose = static_cast<WindowCount::Whose>(below(3));
  if (count.whose != WindowCount::Whose::conversation || odd()) {
    if (odd())
      count.day = static_cast<Days>(below(30'000)) - 5'000;
    else
      switch (count.within.emplace(); below(3)) {
        case 0:
          count.within->months = static_cast<std::int32_t>(1 + below(120));
          break;
        case 1:
          count.within->seconds = static_cast<std::int64_t>(1 + below(100'000'000));
          break;
        default:
          count.within->working_days = static_cast<std::int32_t>(1 + below(300));
      }
  }
  if (odd()) count.condition = sha256(std::to_string(random()));
  if (below(4) == 0) count.cause = static_cast<std::uint8_t>(1 + below(21));
  if (count.cause == 0 || odd()) count.begin = static_cast<Microseconds>(below(1'800'000'000'000'000));
  count.known_since = static_cast<Microseconds>(below(1'800'000'000'000'000));
  count.sure = below(300);
  if (count.cause == 0 && *count.begin >= count.known_since) count.possible = count.sure + below(3);
  for (auto* position : {&count.product, &count.action, &count.recipient})
    if (below(3) == 0) *position = static_cast<std::uint32_t>(below(1'000));
  return count;
}

inline WindowsSection random_windows(std::mt19937_64& random) {
  WindowsSection section;
  for (std::uint64_t left = 1 + random() % 6; left > 0; --left) section.counts.push_back(random_count(random));
  std::sort(section.counts.begin(), section.counts.end(), &before);
  const auto same = [](const WindowCount& one, const WindowCount& other) { return !before(one, other); };
  section.counts.erase(std::unique(section.counts.begin(), section.counts.end(), same), section.counts.end());
  return section;
}

}  // namespace caveat::audit::testing
