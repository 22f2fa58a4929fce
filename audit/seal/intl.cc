// The suite `intl`: SHA-256, HMAC, HKDF, AES-256-GCM, Ed25519, by OpenSSL.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

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
  void operator()(EVP_MAC* p) const { EVP_MAC_free(p); }
  void operator()(EVP_MAC_CTX* p) const { EVP_MAC_CTX_free(p); }
  void operator()(EVP_CIPHER* p) const { EVP_CIPHER_free(p); }
  void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr int kTagBytes = 16;
constexpr std::size_t kNonceBytes = 12;

// OpenSSL fails here only for want of memory or of the algorithm itself.
void must(bool done, const char* what) {
  if (!done) throw Error(codes::kKeyUnwrap, "OpenSSL", {"OpenSSL", std::string("this machine cannot do ") + what});
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

EVP_MAC* hmac() {
  static const Owned<EVP_MAC> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  must(mac != nullptr, "HMAC");
  return mac.get();
}

// One a thread, with its digest set once: naming it anew for each key costs more than the HMAC.
Owned<EVP_MAC_CTX> hmac_sha256() {
  Owned<EVP_MAC_CTX> context(EVP_MAC_CTX_new(hmac()));
  char name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                   OSSL_PARAM_construct_end()};
  must(context != nullptr && EVP_MAC_CTX_set_params(context.get(), parameters) == 1, "HMAC-SHA-256");
  return context;
}

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

class Intl final : public Suite {
 public:
  SuiteId id() const override { return SuiteId::intl; }
  AlgorithmId algorithm() const override { return AlgorithmId::aes_256_gcm; }
  HashFunction hash() const override { return &sha256; }

  Digest mac(std::string_view key, std::string_view message) const override {
    static thread_local const Owned<EVP_MAC_CTX> context = hmac_sha256();
    // An empty key means "the key from before" to EVP_MAC_init; HMAC pads with zeros, so one zero byte is the same key.
    const std::string_view padded = key.empty() ? std::string_view("\0", 1) : key;
    Digest out{};
    std::size_t size = 0;
    must(EVP_MAC_init(context.get(), bytes_of(padded), padded.size(), nullptr) == 1 &&
             EVP_MAC_update(context.get(), bytes_of(message), message.size()) == 1 &&
             EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1 && size == out.size(),
         "HMAC-SHA-256");
    return out;
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

  std::string sign(const SecretKey& seed, std::string_view message) const override {
    const auto key = private_key(seed);
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    std::string out(64, '\0');
    std::size_t size = out.size();
    must(context != nullptr &&
             EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1 &&
             EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes_of(message),
                            message.size()) == 1 &&
             size == 64,
         "Ed25519");
    return out;
  }
};

}  // namespace

const Suite& intl() {
  static const Intl suite;
  return suite;
}

const Suite* find_suite(SuiteId id) { return id == SuiteId::intl ? &intl() : nullptr; }
const Suite* find_suite(std::string_view named) { return named == name(SuiteId::intl) ? &intl() : nullptr; }
std::string_view name(SuiteId id) { return id == SuiteId::national ? "national" : "intl"; }

Digest Suite::expand(const Digest& extracted, std::string_view info) const {
  std::string message(info);
  message.push_back('\1');
  return mac(caveat::view(extracted), message);
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
  Digest body_key = suite.expand(extracted, kWrapKeyInfo);
  const Digest nonce = suite.expand(extracted, kWrapNonceInfo);
  Derived derived{SecretKey(caveat::view(body_key)), std::string(caveat::view(nonce).substr(0, kNonceBytes))};
  wipe(extracted.data(), extracted.size());
  wipe(body_key.data(), body_key.size());
  return derived;
}

}  // namespace

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
