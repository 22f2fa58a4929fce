// How short names are looked up: as two words, so that hashing and comparing take no branch on a name's length.
// For tables of names that packs declare (members, levels, choices); a stranger's name only ever asks.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace caveat::program {

// The first sixteen bytes of a name, zeros behind a shorter one. The name itself is the caller's.
struct Name {
  static constexpr std::size_t kWords = 16;  // bytes
  std::uint64_t low = 0, high = 0;
  std::string_view all;

  // Of a name of `size` bytes: which bits of the two words are its own.
  static const std::array<std::uint64_t, 2>& mask(std::size_t size) { return kMasks[std::min(size, kWords)]; }
  // Sixteen bytes can be read from where it begins.
  static Name padded(std::string_view name) {
    Name out{0, 0, name};
    std::memcpy(&out.low, name.data(), 8);
    std::memcpy(&out.high, name.data() + 8, 8);
    const auto& mask = Name::mask(name.size());
    out.low &= mask[0];
    out.high &= mask[1];
    return out;
  }
  static Name of(std::string_view name) {
    std::array<char, kWords> bytes{};
    std::copy_n(name.data(), std::min(name.size(), kWords), bytes.data());
    Name out = padded({bytes.data(), kWords});
    out.all = name;
    return out;
  }

  std::uint64_t hash(std::uint64_t seed) const {
    const std::uint64_t sum =
        low * 0x9e3779b97f4a7c15u + high * 0xff51afd7ed558ccdu + ((seed << 32) + all.size()) * 0xc4ceb9fe1a85ec53u;
    return sum ^ sum >> 32;
  }
  bool same(std::uint64_t other_low, std::uint64_t other_high, std::string_view other) const {
    if (((low ^ other_low) | (high ^ other_high) | (all.size() ^ other.size())) != 0) return false;
    return all.size() <= kWords || std::memcmp(all.data() + kWords, other.data() + kWords, all.size() - kWords) == 0;
  }

 private:
  static constexpr std::array<std::array<std::uint64_t, 2>, kWords + 1> masks() {
    std::array<std::array<std::uint64_t, 2>, kWords + 1> out{};
    for (std::size_t size = 0; size <= kWords; ++size) {
      for (std::size_t byte = 0; byte < size; ++byte) out[size][byte / 8] |= std::uint64_t{0xff} << byte % 8 * 8;
    }
    return out;
  }
  static const std::array<std::array<std::uint64_t, 2>, kWords + 1> kMasks;
};
inline constexpr std::array<std::array<std::uint64_t, 2>, Name::kWords + 1> Name::kMasks = Name::masks();

}  // namespace caveat::program
