// What is inside a key set, for the files that are one class: keystore.cc makes, opens and protects it, keystore_signers.cc has who signs
// and the change of signer, keystore_data.cc the keys of customers and what is looked up by them, keystore_check.cc looks at every row.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "audit/seal/keystore.h"
#include "audit/store/files.h"
#include "audit/store/sqlite.h"

namespace caveat::audit {

// Layout 1 of data.db knew no change of signer: its one signer is the public half of signing.key, under the origin.
inline constexpr std::int64_t kNoSigners = 1;

// A file of a key: put in its place whole and synced, and the bytes that stood there, a key that nothing protects any more, overwritten.
void replace_key_file(const std::string& path, std::string_view text);
// Its name goes first: a file that is cut off while it is overwritten would be none that can be read.
void destroy_key_file(const std::string& path);

// All quarters of a customer lie in one bucket, so that erasing him re-wraps one.
std::int64_t bucket_of(std::string_view subject);

// What is sealed with each wrapped key (docs/formats.md).
std::string bucket_context(const std::string& origin, std::int64_t bucket, std::int64_t epoch);
std::string lookup_context(const std::string& origin);

class KeyStore::State {
 public:
  std::string dir, origin;
  const Suite* suite = &intl();
  bool is_protected = false;
  bool next_broken = false;  // signing.key.next is there and no key file
  bool writable = false;
  Random* random = nullptr;
  std::optional<SecretText> passphrase;  // of a protected set that is open for writing: another signer needs it
  std::uint64_t passes = 0, kib = 0;
  SecretKey wrap;
  SecretKey lookups[4];

  mutable std::mutex signing_mutex;  // guards the signers
  SecretKey signing;
  std::optional<SecretKey> next;
  mutable std::unique_ptr<const Signer> signer;  // of `signing`, made with its first signature
  std::vector<VerifierKey> signers;

  struct Of {
    TagValue subject{};  // keyed
    std::uint64_t quarter = 0;
    friend bool operator==(const Of&, const Of&) = default;
  };
  struct Known {
    DataKey key;
    Of of;
    std::string wrapped;  // of a new one
  };
  // Ids are random and subjects keyed: their first bytes are as good as any hash of them.
  struct Spread {
    std::size_t operator()(const KeyId& id) const {
      std::size_t first = 0;
      std::memcpy(&first, id.data(), sizeof first);
      return first;
    }
    std::size_t operator()(const Of& of) const {
      std::size_t first = 0;
      std::memcpy(&first, of.subject.data(), sizeof first);
      return first + of.quarter;
    }
  };

  mutable std::mutex memory;  // guards the caches and what is new
  mutable std::unordered_map<KeyId, std::shared_ptr<const SecretKey>, Spread> by_id;
  mutable std::unordered_map<Of, DataKey, Spread> by_subject;
  std::vector<Known> fresh;
  std::vector<std::pair<std::int64_t, std::string>> fresh_buckets;  // wrapped
  mutable std::mutex reading;  // guards `reads` and `buckets`; never held together with a write
  mutable std::unique_ptr<Database> reads;
  mutable std::map<std::int64_t, std::shared_ptr<const SecretKey>> buckets;
  std::mutex writing;  // guards `writes` and what belongs to it
  std::unique_ptr<Database> writes;
  OpenedFile data_file;
  std::optional<OpenedFile> wal_file;  // once there is one: it is begun anew, but never made anew

  bool rescued = false;  // since it parted, all keys lie in a copy that this process made

  // Under `writing`. Keys that stand in a file without a name end with the process, and with them all that they seal.
  void still_there();

  std::string data_path() const { return dir + "/data.db"; }

  // Under `reading`. Null: no such bucket; an Error where it does not open.
  std::shared_ptr<const SecretKey> bucket(std::int64_t number) const;

  // Under `reading`: the bucket, made if it is new; it is on disk after the next flush.
  std::shared_ptr<const SecretKey> bucket_for(std::string_view subject);

  // Under `reading`.
  std::shared_ptr<const SecretKey> unwrap(std::string_view id, std::int64_t bucket_number, std::string_view subject,
                                          std::int64_t quarter, std::string_view wrapped) const;

  SecretText key_file_text(std::string_view use, const SecretKey& key) const;

  void remember(const DataKey& key, const Of& of) const;
};

}  // namespace caveat::audit
