// outcome: a decision as deterministic CBOR: what replay, `--jobs` and order tests compare, and what records hold.
// No id, no wait, no receipt. Keys are never used again for another meaning (docs/formats.md).
//
//   0 verdict            0 allow … 4 handoff
//   1 reasons            [{0 rule id, 1 unknown, 2 by default, 3 item, 4 verdict, 5 [{0 path, 1 known, 2 cause, 3
//   item}],
//                          6 [[part, begin, end]], 7 item is an action, [8 action of a pair], [9 recipient], [10 cause]}] by (rule, product, action,
//                          recipient); part 0 answer, 1 message, 2 outreach, 3 material; offsets in bytes
//   2 items              [{0 action, 1 index, 2 id, 3 verdict, 4 [wording], [5 true: a recipient]}] products, actions, recipients, in
//                        the request's order
//   3 redactions         [{0 part, 1 begin, 2 end, 3 mode, 4 keep first, 5 keep last, 6 label}] by (part, begin)
//   4 disclosures        [[at start, wording]]
//   5 requires           [[is fact, name]]
//   6 flags              [name]
//   7 handoff            {0 queue, 1 priority, 2 due in seconds or null, 3 hold, 4 cause} or null
//   8 say                text or null
//   9 alerts             [name]
//  10 semantics version
//  11 left out           [[wording, 1 per conversation or 2 per day, product's position or -1]], disclosures that count once and
//                        had been told; not there where there are none
//
// A wording, requirement or queue is written "pack/name".
// Promises   equal decisions are equal bytes
#pragma once

#include <string>

#include "engine/decide/decision.h"
#include "engine/program/program.h"

namespace caveat::decide {

std::string outcome(const program::Program& program, const Decision& decision);

}  // namespace caveat::decide
