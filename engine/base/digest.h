// Digest: SHA-256, the digest of packs, programs and outcomes (FIPS 180-4). SM3 and seals live in audit/seal.
//
// Threads    all calls may run together; one Sha256 belongs to one thread at a time
// Errors     none; if the library cannot hash, the process aborts (a digest that is wrong would be worse)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace caveat {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

class Sha256 {  // piecewise
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256& add(std::string_view bytes);
  Digest finish();  // and begins anew

 private:
  void* context_;
};

// Of many that begin alike: what they share is hashed once.
//
//   const Sha256Stem stem(seed);
//   stem.with("1") == sha256(seed + "1")
class Sha256Stem {
 public:
  explicit Sha256Stem(std::string_view shared);
  Digest with(std::string_view rest) const;

 private:
  std::array<std::uint32_t, 28> state_;  // the library's own
};

std::string hex(std::string_view bytes);
std::string hex(const Digest& digest);
std::optional<std::string> from_hex(std::string_view text);  // lower case only, an even count: one spelling
inline std::string_view view(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace caveat
