#include "audit/seal/secret.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cassert>
#include <mutex>
#include <new>
#include <vector>

namespace caveat::audit {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kChunkBytes = 64u << 10;

// Pages that hold keys and nothing else: left out of core dumps, not inherited by a child process, and kept out of swap as far as
// the system lets us.
class Vault {
 public:
  std::uint8_t* take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) grow();
    std::uint8_t* slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(std::uint8_t* slot) noexcept {
    const std::lock_guard lock(mutex_);
    free_.push_back(slot);  // never grows: room for all slots was made with them
  }

 private:
  void grow() {
    void* chunk = ::mmap(nullptr, kChunkBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED) throw std::bad_alloc();
    ::madvise(chunk, kChunkBytes, MADV_DONTDUMP);
    ::madvise(chunk, kChunkBytes, MADV_WIPEONFORK);
    (void)::mlock(chunk, kChunkBytes);  // RLIMIT_MEMLOCK may forbid it: then swap must be encrypted, as the manual says
    slots_ += kChunkBytes / kKeyBytes;
    free_.reserve(slots_);
    for (std::size_t at = kChunkBytes; at > 0; at -= kKeyBytes)
      free_.push_back(static_cast<std::uint8_t*>(chunk) + at - kKeyBytes);
  }

  std::mutex mutex_;
  std::vector<std::uint8_t*> free_;
  std::size_t slots_ = 0;
};

Vault& vault() {
  static Vault* const one = new Vault;  // outlives every key, also static ones
  return *one;
}

}  // namespace

void wipe(void* bytes, std::size_t size) { OPENSSL_cleanse(bytes, size); }

void wipe(std::string& bytes) {
  bytes.resize(bytes.capacity());  // also what it held before it was cut or moved from; nothing is allocated
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

void forbid_core_dumps() {
  const struct rlimit none{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
}

SecretKey::SecretKey() : bytes_(vault().take()) { std::fill_n(bytes_, kKeyBytes, std::uint8_t{0}); }

SecretKey::SecretKey(std::string_view bytes) : bytes_(vault().take()) {
  assert(bytes.size() == kKeyBytes);
  std::copy_n(bytes.begin(), kKeyBytes, reinterpret_cast<char*>(bytes_));
}

SecretKey::~SecretKey() {
  if (bytes_ == nullptr) return;
  wipe(bytes_, kKeyBytes);
  vault().give_back(bytes_);
}

}  // namespace caveat::audit
