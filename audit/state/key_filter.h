// Key filter: which keys of the state are surely not there, without asking the disk: of nearly every turn its id, its conversation and what
// it tells once are new. A Bloom filter, a cache line a key, over the keyed discriminators, which are random and stand for the whole key.
//
//   filter.add(discriminator);
//   if (!filter.may_have(other)) return std::nullopt;
//
// Promises   what was added may be there, whatever else was; of what was not, one in some hundreds is said to be
// Cost       a cache line or a few; two to six bytes a key
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "audit/record/record.h"

namespace caveat::audit {

class KeyFilter {
 public:
  void add(const TagValue& key);
  bool may_have(const TagValue& key) const;
  std::size_t memory() const;

 private:
  using Line = std::array<std::uint64_t, 8>;
  static constexpr std::size_t kFirstLines = 1'024, kKeysALine = 32;
  struct Layer {
    explicit Layer(std::size_t size) : lines(size) {}
    std::vector<Line> lines;
    std::size_t keys = 0;
  };
  std::vector<Layer> layers_;  // each twice as large as the one before, begun when that is full
};

}  // namespace caveat::audit
