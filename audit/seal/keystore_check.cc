#include "audit/seal/keystore_inside.h"

#include <span>

#include "audit/error.h"
#include "audit/log/signers.h"
#include "audit/seal/suite.h"
#include "audit/store/migrations.h"

namespace caveat::audit {

std::vector<KeyStore::Fault> KeyStore::check() const {
  std::vector<Fault> faults;
  const std::lock_guard lock(state_->reading);
  Database& db = *state_->reads;
  const bool no_signers = db.number("PRAGMA user_version") == kNoSigners;
  const std::span<const Migration> steps = key_migrations();
  for (auto& fault : schema_differences(db, no_signers ? steps.first(kNoSigners) : steps))
    faults.push_back({"data.db", "schema", std::move(fault)});
  Statement sets = db.prepare("SELECT id, origin, log, lookup FROM key_set");
  while (sets.step()) {
    SecretText plain;
    const std::string row = std::to_string(sets.integer(0));
    if (sets.bytes(1) != state_->origin)
      faults.push_back({"key_set", row, Words("its origin is not that of signing.key")});
    if (!open_bytes(*state_->suite, state_->wrap.view(), lookup_context(state_->origin), sets.bytes(3), plain.bytes()))
      faults.push_back({"key_set", row, Words("its secret does not open under wrap.key")});
  }
  Statement signers =
      db.prepare(no_signers ? "SELECT 0, '', '' WHERE 0" : "SELECT number, vkey, note FROM signers ORDER BY number");
  std::optional<VerifierKey> before;
  std::int64_t number = 0;
  while (signers.step()) {
    const std::string row = std::to_string(signers.integer(0));
    const Result<VerifierKey> signer = parse_verifier_key(signers.bytes(1));
    if (signers.integer(0) != ++number) faults.push_back({"signers", row, Words("a row before it is not there")});
    if (!signer || format_verifier_key(*signer) != signers.bytes(1)) {
      faults.push_back({"signers", row, Words("it is no verifier key")});
      continue;
    }
    if (!before) {
      if (!signers.bytes(2).empty() || signer->name != state_->origin)
        faults.push_back({"signers", row, Words("it is not the first signer of this log")});
    } else {
      const std::optional<SignerChange> change = read_signer_note(signers.bytes(2), &verify_signature);
      if (!change || change->before != *before || change->after != *signer)
        faults.push_back({"signers", row, Words("its note is not signed by the signer before it and by itself")});
    }
    before = *signer;
  }
  if (!no_signers && number == 0) faults.push_back({"signers", "1", Words("it is not there")});
  Statement buckets = db.prepare("SELECT bucket, epoch, wrapped FROM buckets");
  while (buckets.step()) {
    SecretText plain;
    if (!open_bytes(*state_->suite, state_->wrap.view(),
                    bucket_context(state_->origin, buckets.integer(0), buckets.integer(1)), buckets.bytes(2),
                    plain.bytes()))
      faults.push_back({"buckets", std::to_string(buckets.integer(0)), Words("it does not open under wrap.key")});
  }
  Statement keys = db.prepare("SELECT id, bucket, subject, quarter, wrapped FROM data_keys");
  state_->buckets.clear();  // from the table itself, not from memory
  while (keys.step()) {
    bool opens = false;
    try {
      opens = state_->unwrap(keys.bytes(0), keys.integer(1), keys.bytes(2), keys.integer(3), keys.bytes(4)) != nullptr;
    } catch (const Error&) {  // its bucket is named above
    }
    if (!opens) faults.push_back({"data_keys", hex(keys.bytes(0)), Words("it does not open under its bucket")});
  }
  return faults;
}

}  // namespace caveat::audit
