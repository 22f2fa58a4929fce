// The suite `intl`: SHA-256, HMAC, HKDF, AES-256-GCM and the verifying of Ed25519 by OpenSSL, its signing by libsodium.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/record/layout.h"
#include "audit/seal/suite.h"

namespace caveat::audit {

namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(EVP_CIPHER* p) const { EVP_CIPHER_free(p); }
  void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr int kTagBytes = 16;
constexpr std::size_t kNonceBytes = 12;

// OpenSSL fails here only for want of memory or of the algorithm itself.
void must(bool done, const char* what) {
  if (!done)
    throw Error(codes::kKeyUnwrap, "OpenSSL", {std::string("OpenSSL"), said("this machine cannot do {0}", what)});
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// HMAC over SHA-256 as RFC 2104 puts it together: both halves of the key are hashed once, however much is asked of it. By OpenSSL's
// older calls, whose state is a plain value that is copied and wiped here: EVP allocates and sets up one for each digest, its own HMAC
// several, and that takes longer than the hashing.
class HmacSha256 final : public Mac {
 public:
  explicit HmacSha256(std::string_view key) {
    std::array<unsigned char, SHA256_CBLOCK> padded{};
    if (key.size() > padded.size()) {
      Digest shorter = sha256(key);
      std::copy(shorter.begin(), shorter.end(), padded.begin());
      wipe(shorter.data(), shorter.size());
    } else {
      std::copy(key.begin(), key.end(), padded.begin());
    }
    for (auto& byte : padded) byte ^= kInner;
    begin(inner_, padded);
    for (auto& byte : padded) byte ^= kInner ^ kOuter;
    begin(outer_, padded);
    wipe(padded.data(), padded.size());
  }
  ~HmacSha256() override {
    wipe(&inner_, sizeof inner_);
    wipe(&outer_, sizeof outer_);
  }

  Digest of(std::string_view message) const override {
    Digest inner = ended(inner_, message);
    const Digest outer = ended(outer_, caveat::view(inner));
    wipe(inner.data(), inner.size());
    return outer;
  }

 private:
  static constexpr unsigned char kInner = 0x36, kOuter = 0x5c;

  static void begin(SHA256_CTX& state, const std::array<unsigned char, SHA256_CBLOCK>& block) {
    must(SHA256_Init(&state) == 1 && SHA256_Update(&state, block.data(), block.size()) == 1, "HMAC-SHA-256");
  }
  static Digest ended(SHA256_CTX state, std::string_view message) {
    Digest out{};
    must(SHA256_Update(&state, message.data(), message.size()) == 1 && SHA256_Final(out.data(), &state) == 1,
         "HMAC-SHA-256");
    wipe(&state, sizeof state);
    return out;
  }

  SHA256_CTX inner_, outer_;
};

EVP_CIPHER* aes() {
  static const Owned<EVP_CIPHER> cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  must(cipher != nullptr, "AES-256-GCM");
  return cipher.get();
}

Owned<EVP_PKEY> private_key(const SecretKey& seed) {
  Owned<EVP_PKEY> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed.view()), seed.view().size()));
  must(key != nullptr, "Ed25519");
  return key;
}

// By libsodium, which signs in some two fifths of OpenSSL's time: a commit waits for its one signature. Both write the same bytes
// (RFC 8032 leaves no choice), and what is signed is verified by OpenSSL.
class Ed25519 final : public Signer {
 public:
  explicit Ed25519(const SecretKey& seed) : seed_(seed.view()) {
    must(::sodium_init() >= 0, "Ed25519");
    WithPublic both;
    ::crypto_sign_ed25519_seed_keypair(public_.data(), both.bytes.data(), bytes_of(seed_.view()));
  }

  std::string sign(std::string_view message) const override {
    WithPublic both;
    std::copy_n(bytes_of(seed_.view()), seed_.view().size(), both.bytes.data());
    std::copy(public_.begin(), public_.end(), both.bytes.begin() + crypto_sign_ed25519_SEEDBYTES);
    std::string out(crypto_sign_ed25519_BYTES, '\0');
    must(::crypto_sign_ed25519_detached(reinterpret_cast<unsigned char*>(out.data()), nullptr, bytes_of(message),
                                        message.size(), both.bytes.data()) == 0,
         "Ed25519");
    return out;
  }

 private:
  struct WithPublic {  // the form in which libsodium takes a key, for the length of a call
    std::array<unsigned char, crypto_sign_ed25519_SECRETKEYBYTES> bytes{};
    ~WithPublic() { wipe(bytes.data(), bytes.size()); }
  };
  SecretKey seed_;
  std::array<unsigned char, crypto_sign_ed25519_PUBLICKEYBYTES> public_{};
};

class Intl final : public Suite {
 public:
  SuiteId id() const override { return SuiteId::intl; }
  AlgorithmId algorithm() const override { return AlgorithmId::aes_256_gcm; }
  HashFunction hash() const override { return &sha256; }

  Digest mac(std::string_view key, std::string_view message) const override { return HmacSha256(key).of(message); }
  std::unique_ptr<const Mac> mac_under(std::string_view key) const override {
    return std::make_unique<HmacSha256>(key);
  }

  std::string encrypt(const SecretKey& key, std::string_view nonce, std::string_view associated,
                      std::string_view plain) const override {
    assert(nonce.size() == kNonceBytes);
    const Owned<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
    must(context != nullptr, "AES-256-GCM");
    std::string out(plain.size() + kTagBytes, '\0');
    auto* begin = reinterpret_cast<unsigned char*>(out.data());
    int written = 0;
    must(EVP_EncryptInit_ex2(context.get(), aes(), bytes_of(key.view()), bytes_of(nonce), nullptr) == 1 &&
             EVP_EncryptUpdate(context.get(), nullptr, &written, bytes_of(associated),
                               static_cast<int>(associated.size())) == 1 &&
             EVP_EncryptUpdate(context.get(), begin, &written, bytes_of(plain), static_cast<int>(plain.size())) == 1 &&
             EVP_EncryptFinal_ex(context.get(), begin + plain.size(), &written) == 1 &&
             EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, begin + plain.size()) == 1,
         "AES-256-GCM");
    return out;
  }

  bool decrypt(const SecretKey& key, std::string_view nonce, std::string_view associated, std::string_view sealed,
               std::string& plain) const override {
    plain.clear();
    if (sealed.size() < kTagBytes || nonce.size() != kNonceBytes) return false;
    const Owned<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
    must(context != nullptr, "AES-256-GCM");
    const std::string_view body = sealed.substr(0, sealed.size() - kTagBytes);
    std::string tag(sealed.substr(body.size()));
    std::string out(body.size(), '\0');
    auto* begin = reinterpret_cast<unsigned char*>(out.data());
    int written = 0;
    const bool good =
        EVP_DecryptInit_ex2(context.get(), aes(), bytes_of(key.view()), bytes_of(nonce), nullptr) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &written, bytes_of(associated),
                          static_cast<int>(associated.size())) == 1 &&
        EVP_DecryptUpdate(context.get(), begin, &written, bytes_of(body), static_cast<int>(body.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), begin + body.size(), &written) == 1;
    if (!good) {
      wipe(out);
      return false;
    }
    plain = std::move(out);
    return true;
  }

  std::uint8_t signature_type() const override { return kEd25519; }

  std::string public_key(const SecretKey& seed) const override {
    const auto key = private_key(seed);
    std::string out(32, '\0');
    std::size_t size = out.size();
    must(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()), &size) == 1 && size == 32,
         "Ed25519");
    return out;
  }

  std::unique_ptr<const Signer> signer(const SecretKey& seed) const override { return std::make_unique<Ed25519>(seed); }
};

}  // namespace

const Suite& intl() {
  static const Intl suite;
  return suite;
}

const Suite* find_suite(SuiteId id) { return id == SuiteId::intl ? &intl() : nullptr; }
const Suite* find_suite(std::string_view named) { return named == name(SuiteId::intl) ? &intl() : nullptr; }
std::string_view name(SuiteId id) { return id == SuiteId::national ? "national" : "intl"; }

Digest expand(const Mac& extracted, std::string_view info) {
  constexpr std::size_t kRoom = 64;  // for all infos of ours
  if (info.size() >= kRoom) return extracted.of(std::string(info) + '\1');
  char message[kRoom];
  *std::copy(info.begin(), info.end(), message) = '\1';
  return extracted.of({message, info.size() + 1});
}

Digest Suite::expand(const Digest& extracted, std::string_view info) const {
  return audit::expand(*mac_under(caveat::view(extracted)), info);
}

bool verify_signature(const VerifierKey& verifier, std::string_view message, std::string_view signature) {
  if (verifier.type != kEd25519 || verifier.key.size() != 32 || signature.size() != 64) return false;
  const Owned<EVP_PKEY> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(verifier.key), verifier.key.size()));
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  return key != nullptr && context != nullptr &&
         EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
}

namespace {

struct Derived {
  SecretKey key;
  std::string nonce;
};

Derived derive(const Suite& suite, std::string_view key, std::string_view seed) {
  Digest extracted = suite.extract(seed, key);
  const auto under = suite.mac_under(caveat::view(extracted));
  wipe(extracted.data(), extracted.size());
  Digest body_key = expand(*under, kWrapKeyInfo);
  const Digest nonce = expand(*under, kWrapNonceInfo);
  Derived derived{SecretKey(caveat::view(body_key)), std::string(caveat::view(nonce).substr(0, kNonceBytes))};
  wipe(body_key.data(), body_key.size());
  return derived;
}

}  // namespace

std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

std::string seal_bytes(const Suite& suite, std::string_view key, std::string_view seed, std::string_view associated,
                       std::string_view plain) {
  assert(seed.size() == kSeedBytes);
  const Derived derived = derive(suite, key, seed);
  return std::string(seed) + suite.encrypt(derived.key, derived.nonce, associated, plain);
}

bool open_bytes(const Suite& suite, std::string_view key, std::string_view associated, std::string_view sealed,
                std::string& plain) {
  if (sealed.size() < kSeedBytes) return false;
  const Derived derived = derive(suite, key, sealed.substr(0, kSeedBytes));
  return suite.decrypt(derived.key, derived.nonce, associated, sealed.substr(kSeedBytes), plain);
}

}  // namespace caveat::audit
