// Tree: the append-only Merkle tree of the log: leaves, nodes, roots, and a frontier that grows by one leaf.
// Pure functions over digests; where the digests lie is the caller's matter.
//
//   Frontier tree;  tree.append(leaf_hash(header));  Digest root = tree.root();
//
// Promises   the same leaves give the same root however they came; a leaf can never stand for a node
// Cost       append: amortised one hash; root: log2(size) hashes; range_root: log2(size) calls of `node`
// Source     RFC 6962 §2.1
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "audit/record/record.h"

namespace caveat::audit {

Digest leaf_hash(std::string_view leaf, HashFunction hash = &sha256);
Digest node_hash(const Digest& left, const Digest& right, HashFunction hash = &sha256);
Digest empty_root(HashFunction hash = &sha256);

// The complete subtree of 2^level leaves at `position` (its leaves are position·2^level and following).
using NodeSource = std::function<Digest(unsigned level, std::uint64_t position)>;

// Root over the leaves [begin, end); begin is 0 or a multiple of the largest power of two below or equal to end −
// begin.
Digest range_root(std::uint64_t begin, std::uint64_t end, const NodeSource& node, HashFunction hash = &sha256);
Digest root_of(std::span<const Digest> leaves, HashFunction hash = &sha256);

// The peaks of a tree: all that an append needs to remember.
class Frontier {
 public:
  explicit Frontier(HashFunction hash = &sha256) : hash_(hash) {}
  Frontier(std::uint64_t size, const NodeSource& node, HashFunction hash = &sha256);  // of a tree that lies elsewhere

  void append(const Digest& leaf) {
    append(leaf, [](unsigned, const Digest&) {});
  }
  // Shows each subtree that the leaf makes complete, with its level, from the leaf itself upwards.
  template <class Visit>
  void append(const Digest& leaf, const Visit& completed) {
    Digest top = leaf;
    unsigned level = 0;
    completed(level, top);
    for (std::uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
      top = node_hash(peaks_.back(), top, hash_);
      peaks_.pop_back();
      completed(++level, top);
    }
    peaks_.push_back(top);
    ++size_;
  }
  std::uint64_t size() const { return size_; }
  Digest root() const;

 private:
  HashFunction hash_;
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;  // largest first, one for each bit of size_
};

}  // namespace caveat::audit
