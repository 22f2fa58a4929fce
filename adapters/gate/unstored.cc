#include "adapters/gate/unstored.h"

#include <utility>

#include "audit/codes.h"

namespace caveat::gate {

ProblemItem unstored(const Code& cause, const LookAtDisk& disk, std::string expected, std::string found) {
  const bool of_disk = &cause == &audit::codes::kStorage || &cause == &audit::codes::kUnreadable;
  const std::optional<DiskRoom> room = of_disk && disk ? disk() : std::nullopt;
  if (room && room->free_bytes < kLeastFreeBytes)
    return {.path = "",
            .expected =
                "at least " + std::to_string(kLeastFreeBytes >> 20) + " MiB free on the disks of the log and its keys",
            .found = "a full disk: " + std::to_string(room->free_bytes >> 20) + " MiB are free",
            .nearest = {},
            .hint = "make room there, then send this again: the log goes on by itself"};
  return {.path = "",
          .expected = std::move(expected),
          .found = found.empty() ? std::string(cause.name) : std::move(found),
          .nearest = {},
          .hint = "nothing keeps it meanwhile: send it again; GET /readyz says what the server lacks"};
}

}  // namespace caveat::gate
