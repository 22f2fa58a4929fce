// Keystore: the key set of one log: FILE.keys/ with signing.key, wrap.key, data.db, log.vkey and high-water.
// Made by `caveat keys new` or with a new log, used by the log's one writer and by those who may open bodies.
//
//   auto keys = KeyStore::open("decisions.keys", {.writable = true, .random = &random});
//
// Promises   a key set names its log and serves no other; data keys are per customer and quarter; new ones are durable
//            before `flush` returns; key bytes are wiped, never appear in a message and in no core dump
// Threads    all calls may run together
// Errors     audit::Error: keys_missing, keys_unreadable, keys_other_log, key_file, key_passphrase, passphrase_file, key_mode, key_unwrap, storage
// Lifetime   owns its key bytes and its connection to data.db
// Cost       a data key seen before: one look-up in memory; a new one: an insert at the next flush
// Source     contracts.md 30–32; docs/formats.md
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log/checkpoint.h"
#include "audit/record/record.h"
#include "audit/seal/secret.h"
#include "audit/seal/suite.h"
#include "engine/base/clock.h"
#include "engine/base/random.h"

namespace caveat::audit {

enum class Lookup : std::uint8_t { tag, state, subject, digest };  // one derived HMAC key each

struct KeyStoreOptions {
  bool writable = false;
  Random* random = nullptr;  // needed to write
  // The caller's own bytes, for the length of the call; else CAVEAT_PASSPHRASE_FILE, where a file says argon2id.
  std::optional<std::string_view> passphrase = std::nullopt;
  std::optional<std::string_view> other_passphrase = std::nullopt;  // tried where that one does not open a file
  std::uint64_t argon2_passes = 3;  // of a set made with a passphrase: libsodium's "moderate"
  std::uint64_t argon2_kib = 256u << 10;
  std::string vfs = {};          // SQLite VFS of data.db; empty: the system's
  const Suite* suite = nullptr;  // of a set that is made: intl if null; of one that is opened: only this one
};

inline constexpr std::int64_t kBuckets = 4'096;  // data keys are wrapped in so many; erasing one re-wraps one

struct DataKey {
  KeyId id{};
  std::shared_ptr<const SecretKey> key;
};

class KeyStore {
 public:
  // Makes DIR with a fresh set. An empty origin becomes `caveat.local/` and eight hex digits. Protected by argon2id if
  // a passphrase is given, else mode 0600 (`protected_by_passphrase` tells `doctor`).
  static std::unique_ptr<KeyStore> create(const std::string& dir, std::string origin, KeyStoreOptions options);
  static std::unique_ptr<KeyStore> open(const std::string& dir, KeyStoreOptions options);
  static bool exists(const std::string& dir);
  // `keys_rescued` where a copy lies there that a parted set left: new keys must not go into one that lacks some. So says every opening
  // for writing; doctor asks by itself.
  static void must_not_lie_rescued(const std::string& dir);
  // Puts a passphrase on a set, or another one: `options.passphrase` opens it if it has one, `fresh` is the new one.
  static void protect(const std::string& dir, std::string_view fresh, const KeyStoreOptions& options);
  ~KeyStore();

  const std::string& dir() const;
  const std::string& origin() const;
  VerifierKey verifier() const;                   // of the signer of now, as in log.vkey
  std::vector<VerifierKey> signers() const;       // all, in order; the last is `verifier`
  std::vector<std::string> signer_notes() const;  // of each but the first: the note that it and the one before signed
  const Suite& suite() const;
  bool protected_by_passphrase() const;

  // A key set serves the log whose `about` note has this digest; another is refused. Bound once, durably.
  std::optional<Digest> bound_log() const;
  void bind_log(const Digest& about);

  std::string sign(const std::string& text) const;  // the whole signed note

  // Another signer, in three steps that a crash may part: a key beside the old one (`prepare_signer`), the record in the log that
  // names it, then the change here (`adopt_signer`). Opening the log ends what was begun, or drops it.
  struct NextSigner {
    VerifierKey key;
    std::string note;  // signed by both
  };
  NextSigner prepare_signer(const std::string& signer_name);
  std::optional<std::string> prepared_key() const;  // its public bytes; nothing: none is prepared
  bool prepared_is_broken() const;                  // it is there and cannot be read
  std::string sign_as_next(const VerifierKey& next, const std::string& text) const;
  void adopt_signer(const NextSigner& next);
  void drop_prepared();

  // The key of a customer in the quarter of `at_us`; "" is the anonymous subject. Made if it is new.
  DataKey data_key(std::string_view customer, std::int64_t at_us);
  std::shared_ptr<const SecretKey> find(const KeyId& id) const;  // null: not in this set (erased, or another's)
  std::vector<KeyId> keys_of(
      std::string_view customer) const;  // all quarters: what a customer's query is proved complete by
  void flush();                          // new data keys, durable before the log's commit

  TagValue keyed(Lookup use, std::string_view bytes) const;  // HMAC, first 16 bytes
  Digest keyed_digest(std::string_view bytes) const;         // HMAC, whole: for C3 texts and idempotency

  struct Holding {
    std::uint64_t data_keys = 0, subjects = 0, buckets = 0;
    std::uint64_t first_quarter = 0, last_quarter = 0;  // year · 4 + 0 to 3; 0: no data keys
  };
  Holding holding() const;

  // Every cell of data.db unwrapped and compared; each sentence names table, row and what is wrong.
  struct Fault {
    std::string table, row, what;
  };
  std::vector<Fault> check() const;

 private:
  class State;
  explicit KeyStore(std::unique_ptr<State> state);
  void write_vkey() const;
  std::unique_ptr<State> state_;
};

}  // namespace caveat::audit
