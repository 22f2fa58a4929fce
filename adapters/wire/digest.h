// Digests of a request's content, whatever its spelling: members sorted, numbers by value, blanks gone.
//
// Promises   two bodies that differ in order of members, spelling of numbers or blanks have one canonical digest; its bytes never
//            change, since the records of years hold them
// Threads    calls may run together
// Errors     none
// Cost       linear but for the sort of members; allocates nothing once a thread is warm
#pragma once

#include "engine/base/digest.h"
#include "engine/decide/request.h"

namespace caveat::wire {

// The digest by which a repeat is known: members sorted, numbers by value, blanks gone.
Digest canonical_digest(const decide::Fields& fields);

struct TurnDigests {
  Digest content;  // canonical_digest
  // The same of what the turn would do: texts of the bot's, products, actions, recipients, groups of facts of the packs' own. Who and
  // when, the language, the customer and what he says, the conversation and the way to continue it are left out.
  Digest matter;
};
TurnDigests turn_digests(const decide::Fields& fields);

}  // namespace caveat::wire
