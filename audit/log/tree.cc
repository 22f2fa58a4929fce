#include "audit/log/tree.h"

#include <bit>
#include <cassert>

#include "audit/record/hash_joined.h"

namespace caveat::audit {

Digest leaf_hash(std::string_view leaf, HashFunction hash) {
  return hash_joined(hash, std::string_view("\0", 1), leaf);
}

Digest node_hash(const Digest& left, const Digest& right, HashFunction hash) {
  return hash_joined(hash, std::string_view("\1", 1), view(left), view(right));
}

Digest empty_root(HashFunction hash) { return hash({}); }

Digest range_root(std::uint64_t begin, std::uint64_t end, const NodeSource& node, HashFunction hash) {
  assert(begin <= end);
  const std::uint64_t count = end - begin;
  if (count == 0) return empty_root(hash);
  if (std::has_single_bit(count)) {
    const auto level = static_cast<unsigned>(std::countr_zero(count));
    assert(begin % count == 0);
    return node(level, begin >> level);
  }
  const std::uint64_t split = std::bit_floor(count);
  return node_hash(range_root(begin, begin + split, node, hash), range_root(begin + split, end, node, hash), hash);
}

Digest root_of(std::span<const Digest> leaves, HashFunction hash) {
  Frontier tree(hash);
  for (const auto& leaf : leaves) tree.append(leaf);
  return tree.root();
}

Frontier::Frontier(std::uint64_t size, const NodeSource& node, HashFunction hash) : hash_(hash), size_(size) {
  std::uint64_t begin = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const std::uint64_t span = std::uint64_t{1} << bit;
    if ((size & span) == 0) continue;
    peaks_.push_back(node(static_cast<unsigned>(bit), begin >> bit));
    begin += span;
  }
}

Digest Frontier::root() const {
  if (peaks_.empty()) return empty_root(hash_);
  Digest top = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) top = node_hash(peaks_[i], top, hash_);
  return top;
}

}  // namespace caveat::audit
