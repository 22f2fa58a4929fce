// What is hashed at once goes by OpenSSL's older call: EVP's set-up of each digest, an allocation among it, takes as long as hashing a
// node of the tree does. Both run the same code on the bytes.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "engine/base/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <bit>
#include <cstdlib>

#include "engine/base/hex.h"

namespace caveat {
namespace {

// A digest that cannot be made must never pass for one: there is no answer to give, so the process ends.
void must(bool done) {
  if (!done) std::abort();
}

// Fetched once; a fetch for each call costs more than hashing a record.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  must(fetched != nullptr);
  return fetched;
}

EVP_MD_CTX* as_context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  must(context_ != nullptr && EVP_DigestInit_ex2(as_context(context_), algorithm(), nullptr) == 1);
}

Sha256::~Sha256() { EVP_MD_CTX_free(as_context(context_)); }

Sha256& Sha256::add(std::string_view bytes) {
  must(EVP_DigestUpdate(as_context(context_), bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest Sha256::finish() {
  Digest digest{};
  unsigned int size = 0;
  must(EVP_DigestFinal_ex(as_context(context_), digest.data(), &size) == 1 && size == digest.size());
  must(EVP_DigestInit_ex2(as_context(context_), algorithm(), nullptr) == 1);
  return digest;
}

Digest sha256(std::string_view bytes) {
  SHA256_CTX hasher;
  Digest digest{};
  must(SHA256_Init(&hasher) == 1 && SHA256_Update(&hasher, bytes.data(), bytes.size()) == 1 &&
       SHA256_Final(digest.data(), &hasher) == 1);
  return digest;
}

Sha256Stem::Sha256Stem(std::string_view shared) {
  SHA256_CTX hasher;
  must(SHA256_Init(&hasher) == 1 && SHA256_Update(&hasher, shared.data(), shared.size()) == 1);
  state_ = std::bit_cast<decltype(state_)>(hasher);
}

Digest Sha256Stem::with(std::string_view rest) const {
  SHA256_CTX hasher = std::bit_cast<SHA256_CTX>(state_);
  Digest digest{};
  must(SHA256_Update(&hasher, rest.data(), rest.size()) == 1 && SHA256_Final(digest.data(), &hasher) == 1);
  return digest;
}

std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2, '0');
  put_hex(text.data(), bytes);
  return text;
}

std::string hex(const Digest& digest) { return hex(view(digest)); }

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return {};
  std::string bytes;
  bytes.reserve(text.size() / 2);
  const auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = value(text[i]);
    const int low = value(text[i + 1]);
    if (high < 0 || low < 0) return {};
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

}  // namespace caveat
