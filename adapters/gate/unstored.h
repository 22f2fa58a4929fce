// Unstored: what is told where the log or its keys could not be written or read: a full disk with the room that is wanted, else the
// log's own name for what is wrong. Callers are told no paths of this machine.
//
// Threads    calls may run together
// Errors     none
// Source     http.md "Problems"
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/base/code.h"
#include "engine/base/problem.h"

namespace caveat::gate {

struct DiskRoom {
  std::uint64_t free_bytes = 0, free_percent = 0;
};
inline constexpr std::uint64_t kLeastFreeBytes =
    64u << 20;  // of the log's disk and of its keys'; a node with less is not ready

// The fuller of those disks, looked at now; empty, or nothing: that is not known.
using LookAtDisk = std::function<std::optional<DiskRoom>()>;

// `cause`: of the log. `expected`, and `found` for its name, stand where it is no full disk.
ProblemItem unstored(const Code& cause, const LookAtDisk& disk, std::string expected, std::string found = {});

}  // namespace caveat::gate
