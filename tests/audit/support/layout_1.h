// A log that a build of layout 1 wrote (tests/audit/log/layout1), put where a test's log lies, with the clock behind its newest record.
#pragma once

#include <filesystem>
#include <string>

#include "tests/audit/support/log_fixture.h"

namespace caveat::audit::testing {

inline void put_layout_1(LogFolder& in) {
  const std::filesystem::path kept = std::filesystem::path(CAVEAT_SOURCE_DIR) / "tests/audit/log/layout1";
  std::filesystem::copy(kept / "audit.db", in.path());
  std::filesystem::copy(kept / "audit.keys", in.keys_dir(), std::filesystem::copy_options::recursive);
  std::filesystem::permissions(in.keys_dir(), std::filesystem::perms(0700));
  for (const auto& entry : std::filesystem::directory_iterator(in.keys_dir()))
    std::filesystem::permissions(entry.path(), std::filesystem::perms(0600));
  constexpr Microseconds kDay = 86'400'000'000;
  in.clock.now += 3 * kDay;
}

}  // namespace caveat::audit::testing
