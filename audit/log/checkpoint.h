// Checkpoint: what the log signs about itself: its origin, its size and its root, as a signed note; and the receipt
// that a bot may keep, a whole proof that its record is in that tree.
//
//   std::string text = checkpoint_text({origin, size, root});            // signed by seal/signer.h
//   Result<Checkpoint> seen = open_checkpoint(note, {key}, &verify_signature);
//
// Promises   lines of unknown keys are ignored; one bad line of a known key refuses the note; a note none of whose keys
// is
//            known is refused. Names hold no blank and no plus. base64 is strict
// Errors     Problems `bad_note`, `bad_checkpoint`, `bad_proof`, `bad_verifier_key`, each with what was expected
// Source     C2SP signed-note, tlog-checkpoint, tlog-proof@v1, tlog-witness; ../audit-facts.md has the byte rules
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/record/record.h"
#include "engine/base/result.h"

namespace caveat::audit {

// A verifier key: NAME+hex8+base64(type ‖ key).
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;   // first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), big-endian
  std::uint8_t type = 1;  // 1 Ed25519; others are room for others
  std::string key;
  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};
inline constexpr std::uint8_t kEd25519 = 1;

VerifierKey make_verifier_key(std::string name, std::uint8_t type, std::string key);  // reckons the id
std::string format_verifier_key(const VerifierKey& key);                              // one line, without its end
Result<VerifierKey> parse_verifier_key(std::string_view line);                        // refuses an id that does not fit
bool valid_note_name(std::string_view name);

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  std::string signature;
};
struct SignedNote {
  std::string text;  // ends with a line end
  std::vector<NoteSignature> signatures;
};

std::string format_note(const SignedNote& note);
Result<SignedNote> parse_note(std::string_view note);

// seal/signer.h has the one that knows Ed25519; log/ stays pure.
using SignatureCheck = bool (*)(const VerifierKey& key, std::string_view message, std::string_view signature);
// The note's text, if at least one known key signed it and no line of a known key is bad.
Result<std::string> open_note(std::string_view note, std::span<const VerifierKey> known, SignatureCheck check);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

std::string checkpoint_text(const Checkpoint& checkpoint);   // origin, size, root; three lines
Result<Checkpoint> parse_checkpoint(std::string_view text);  // the text of a note; no extension lines
// Opens the note and reads it; the origin is that of the key.
Result<Checkpoint> open_checkpoint(std::string_view note, std::span<const VerifierKey> known, SignatureCheck check);

// A receipt: `c2sp.org/tlog-proof@v1`.
struct LogProof {
  std::optional<std::string> extra;  // not authenticated
  std::uint64_t index = 0;
  std::vector<Digest> path;  // from the leaf to the root
  std::string checkpoint;    // the note
};
std::string format_log_proof(const LogProof& proof);
Result<LogProof> parse_log_proof(std::string_view text);

// That the tree of a checkpoint begins with the first `old_size` leaves of another: `old N`, the hashes of RFC 6962 §2.1.2 in base64, a
// blank line, the newer checkpoint. It is the body of a C2SP witness's `add-checkpoint`, so who keeps checkpoints can read it already.
std::string format_consistency(std::uint64_t old_size, std::span<const Digest> path, std::string_view checkpoint);

}  // namespace caveat::audit
