// KeyFile: one file of a key set, signing.key or wrap.key, as text: plain, or under a passphrase that argon2id stretches.
//
//   Result<KeyFile> file = parse_key_file(text.view());
//   const SecretKey stretched = stretch(path, read_passphrase(named).view(), *file);
//
// Promises   the strict reader refuses what the writer would not write; key bytes and passphrases are wiped when they go, also
//            where something fails
// Errors     parse: `key_file` with what was expected, `log_format`; the others throw audit::Error `key_passphrase`, `passphrase_file`, `key_mode`
// Cost       stretch: the passes and the memory that the file names, up to 64 and 4 GiB
// Source     docs/formats.md "FILE.keys/"; RFC 9106 (argon2id, by libsodium)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/seal/secret.h"
#include "engine/base/result.h"

namespace caveat::audit {

struct KeyFile {
  std::string origin;
  std::string use;    // "signing" or "wrap"
  std::string suite;  // "intl"
  bool argon2id = false;
  std::uint64_t opslimit = 0, memlimit_kib = 0;
  std::string salt;  // 16 bytes, of argon2id
  SecretText key;    // 32 bytes, or those sealed under the passphrase
};

inline constexpr std::size_t kStretchSaltBytes = 16;

SecretText format_key_file(const KeyFile& file);
Result<KeyFile> parse_key_file(std::string_view text);
std::string key_file_head(const KeyFile& file);  // the text before the line `key`: what a protected key is bound to

// What others may read protects nothing: an Error `key_mode`.
void must_be_private(const std::string& path);

// The passphrase that a file holds, without its line end: at most 4,096 bytes and not empty, so that what a set was protected
// with can be read again.
SecretText read_passphrase(const std::string& file);
std::optional<SecretText> passphrase_of_the_environment();  // that CAVEAT_PASSPHRASE_FILE names
SecretKey stretch(const std::string& path, std::string_view passphrase, const KeyFile& file);

}  // namespace caveat::audit
