// Open day: the counts of the day that is open, kept as a row of the table `state`, so that whoever closes the day after a restart
// need not reckon them from all its records.
// Written by the log, recomputed by verify.
//
// Promises   after each commit the row counts all but the newest kCountEvery − 1 records at most; its version is 1, its index the
//            newest record that it counts, its value a closing event so far
// Source     docs/formats.md "The open day"
#pragma once

#include <cstdint>

#include "audit/state/state_store.h"

namespace caveat::audit {

inline constexpr std::uint64_t kCountEvery = 256;

inline StateKey open_day_key() { return {.kind = StateKind::setting, .subject = "open day", .discriminator = {}}; }

}  // namespace caveat::audit
