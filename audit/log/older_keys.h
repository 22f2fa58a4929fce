// Older keys: whether a key set was left behind by its log, which is no fault of the log's, or the log by its keys.
//
//   if (const auto changed = changed_behind(store, keys.signers(), &verify_signature)) …  // "of before record 63"
//
// Promises   a change of key is believed where the newest checkpoint by a key of the set covers its record; of an epoch, which only the
//            key after it signs, it is the kind of the next record that tells
//            A change that was cut off looks the same until the set has ended it (`prepared_key`)
// Errors     audit::Error of the store; `log_broken` where a record is not there
// Cost       a signature where the newest checkpoint is by a known key; else a row a checkpoint behind the last one that is
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "audit/log/checkpoint.h"
#include "audit/store/store.h"

namespace caveat::audit {

// The record that changed the log's key to one that is not among `known`. Nothing: none did, or the log does not show it.
std::optional<std::uint64_t> changed_behind(StoreReader& store, std::span<const VerifierKey> known,
                                            SignatureCheck check);

// Is the newest checkpoint, if there is one, by the key of now? That of the change itself is by the key before it. Where it is
// not, what would follow under the key of now could not be verified: no record has changed to it.
bool by_the_key_of_now(StoreReader& store, std::span<const VerifierKey> known, SignatureCheck check);

// What `keys_missing` says of such a set.
std::string of_before(std::uint64_t record);

}  // namespace caveat::audit
