// Signers: who signs for a log over the years. An auditor is handed a key once; that another took its place is said by a note that both
// signed, so whoever trusts one of them can follow the notes to those after it, and needs nobody's word for it. Never back: a key
// is changed also because it leaked, and whoever has it can sign for ever.
//
//   std::vector<VerifierKey> trusted = follow({key_from_the_bank}, notes, &verify_signature);
//
// Promises   a note that one of the two did not sign leads nowhere; the keys that were named come first, none comes twice
// Cost       two signatures a note
// Source     docs/formats.md "Signers"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/log/checkpoint.h"

namespace caveat::audit {

// What both sign: `caveat.signer/v1`, the key before, the key after, one a line.
std::string signer_text(const VerifierKey& before, const VerifierKey& after);

struct SignerChange {
  VerifierKey before, after;
};
// Nothing: it is not the note of a change, spelt as Caveat spells it and signed by both.
std::optional<SignerChange> read_signer_note(std::string_view note, SignatureCheck check);

// The keys named, and every key that took over from one of them.
std::vector<VerifierKey> follow(std::vector<VerifierKey> named, const std::vector<std::string>& notes,
                                SignatureCheck check);

// The keys named, and every key before one of them: who may have signed what a checkpoint by a named key covers, and nothing besides.
std::vector<VerifierKey> follow_back(std::vector<VerifierKey> named, const std::vector<std::string>& notes,
                                     SignatureCheck check);

// A signer of the log `origin`: of its name, or of one of its epochs.
bool of_log(std::string_view signer_name, std::string_view origin);

// The lines of a file of verifier keys, at least one; blank lines and `\r` at their ends are passed over.
Result<std::vector<VerifierKey>> parse_verifier_keys(std::string_view text);

}  // namespace caveat::audit
