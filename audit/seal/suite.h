// Suite: the algorithms of a log: digest, HMAC, HKDF, authenticated encryption, signature.
// `intl` is SHA-256, AES-256-GCM, Ed25519; `national` comes with its own issue, and has its place here.
//
// Promises   decrypting says no rather than give a byte of what was changed; a nonce is derived, never drawn
// Threads    all calls may run together
// Errors     an asserted invariant or an Error `key_unwrap` where the machine lacks the algorithm; wrong data is `false`
// Source     NIST SP 800-38D; RFC 5869; RFC 8032; FIPS 180-4
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "audit/log/checkpoint.h"
#include "audit/record/record.h"
#include "audit/seal/secret.h"
#include "engine/base/random.h"

namespace caveat::audit {

// A signing key made ready once: what signs often does not reckon its public half anew each time. That half is always reckoned from
// the seed, never taken from outside. One call at a time; what it keeps of the key is wiped when it goes.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual std::string sign(std::string_view message) const = 0;
};

// HMAC under one key that is asked for more than once. What it keeps of the key is wiped when it goes.
class Mac {
 public:
  virtual ~Mac() = default;
  virtual Digest of(std::string_view message) const = 0;
};

class Suite {
 public:
  virtual ~Suite() = default;
  virtual SuiteId id() const = 0;
  virtual AlgorithmId algorithm() const = 0;
  virtual HashFunction hash() const = 0;
  virtual Digest mac(std::string_view key, std::string_view message) const = 0;  // HMAC
  virtual std::string encrypt(const SecretKey& key, std::string_view nonce, std::string_view associated,
                              std::string_view plain) const = 0;  // ciphertext and tag
  virtual bool decrypt(const SecretKey& key, std::string_view nonce, std::string_view associated,
                       std::string_view sealed, std::string& plain) const = 0;
  virtual std::uint8_t signature_type() const = 0;  // of the C2SP signed note
  virtual std::string public_key(const SecretKey& seed) const = 0;
  virtual std::unique_ptr<const Signer> signer(const SecretKey& seed) const = 0;
  std::string sign(const SecretKey& seed, std::string_view message) const { return signer(seed)->sign(message); }

  virtual std::unique_ptr<const Mac> mac_under(std::string_view key) const = 0;

  // HKDF: extract once, expand as often as keys are needed (at most 32 bytes each).
  Digest extract(std::string_view salt, std::string_view input) const { return mac(salt, input); }
  Digest expand(const Digest& extracted, std::string_view info) const;
};
Digest expand(const Mac& extracted, std::string_view info);

const Suite& intl();
const Suite* find_suite(SuiteId id);             // null: not built in
const Suite* find_suite(std::string_view name);  // "intl"
std::string_view name(SuiteId id);               // "intl", "national"

// For open_note and open_checkpoint: Ed25519 today; an unknown type is not verified.
bool verify_signature(const VerifierKey& key, std::string_view message, std::string_view signature);

std::string random_bytes(Random& random, std::size_t size);

// What wraps keys and seals state values: seed ‖ ciphertext ‖ tag under a key fresh for each seed.
std::string seal_bytes(const Suite& suite, std::string_view key, std::string_view seed, std::string_view associated,
                       std::string_view plain);
bool open_bytes(const Suite& suite, std::string_view key, std::string_view associated, std::string_view sealed,
                std::string& plain);

}  // namespace caveat::audit
