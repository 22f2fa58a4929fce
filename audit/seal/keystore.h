// Keystore: the key set of one log: FILE.keys/ with signing.key, wrap.key, data.db, log.vkey and high-water.
// Made by `caveat keys new` or with a new log, used by the log's one writer and by those who may open bodies.
//
//   auto keys = KeyStore::open("decisions.keys", {.writable = true, .random = &random});
//
// Promises   a key set names its log and serves no other; data keys are per customer and quarter; new ones are durable
//            before `flush` returns; key bytes are wiped and never appear in a message
// Threads    all calls may run together
// Errors     audit::Error: keys_missing, keys_other_log, key_file, key_passphrase, key_mode, key_unwrap, storage
// Lifetime   owns its key bytes and its connection to data.db
// Cost       a data key seen before: one look-up in memory; a new one: an insert at the next flush
// Source     contracts.md 30–32; RFC 9106 (argon2id, by libsodium); docs/formats.md
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
  Random* random = nullptr;                              // needed to write
  std::optional<std::string> passphrase = std::nullopt;  // else CAVEAT_PASSPHRASE_FILE, where a file says argon2id
  std::uint64_t argon2_passes = 3;                       // of a set made with a passphrase: libsodium's "moderate"
  std::uint64_t argon2_kib = 256u << 10;
  std::string vfs = {};  // SQLite VFS of data.db; empty: the system's
};

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
  ~KeyStore();

  const std::string& dir() const;
  const std::string& origin() const;
  const VerifierKey& verifier() const;  // as in log.vkey
  const Suite& suite() const;
  bool protected_by_passphrase() const;

  // A key set serves the log whose `about` note has this digest; another is refused. Bound once, durably.
  std::optional<Digest> bound_log() const;
  void bind_log(const Digest& about);

  std::string sign(const std::string& text) const;  // the whole signed note

  // The key of a customer in the quarter of `at_us`; "" is the anonymous subject. Made if it is new.
  DataKey data_key(std::string_view customer, std::int64_t at_us);
  std::shared_ptr<const SecretKey> find(const KeyId& id) const;  // null: not in this set (erased, or another's)
  std::vector<KeyId> keys_of(
      std::string_view customer) const;  // all quarters: what a customer's query is proved complete by
  void flush();                          // new data keys, durable before the log's commit

  TagValue keyed(Lookup use, std::string_view bytes) const;  // HMAC, first 16 bytes
  Digest keyed_digest(std::string_view bytes) const;         // HMAC, whole: for C3 texts and idempotency

  // Every cell of data.db unwrapped and compared; each sentence names table, row and what is wrong.
  struct Fault {
    std::string table, row, what;
  };
  std::vector<Fault> check() const;

 private:
  class State;
  explicit KeyStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// One key file, as text; the strict reader refuses what the writer would not write.
struct KeyFile {
  std::string origin;
  std::string use;    // "signing" or "wrap"
  std::string suite;  // "intl"
  bool argon2id = false;
  std::uint64_t opslimit = 0, memlimit_kib = 0;
  std::string salt;  // 16 bytes, of argon2id
  std::string key;   // 32 bytes, or those sealed under the passphrase
};
std::string format_key_file(const KeyFile& file);
Result<KeyFile> parse_key_file(std::string_view text);

}  // namespace caveat::audit
