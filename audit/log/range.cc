#include "audit/log/range.h"

#include <bit>
#include <cassert>

#include "audit/two_lanes.h"

namespace caveat::audit {
namespace {

// The size of the left part of a tree of `count` leaves: the largest power of two below it (RFC 6962 §2.1).
std::uint64_t split(std::uint64_t count) { return std::bit_floor(count - 1); }

void outside(std::uint64_t begin, std::uint64_t end, std::uint64_t first, std::uint64_t last, const NodeSource& node,
             HashFunction hash, std::vector<Digest>& out) {
  if (begin >= first && end <= last) return;
  if (end <= first || begin >= last) {
    out.push_back(range_root(begin, end, node, hash));
    return;
  }
  const std::uint64_t middle = begin + split(end - begin);
  outside(begin, middle, first, last, node, hash, out);
  outside(middle, end, first, last, node, hash, out);
}

constexpr std::uint64_t kBlock = 256;  // leaves whose root is reckoned by itself

struct Rebuild {
  std::uint64_t first;
  std::span<const Digest> leaves, proof;
  HashFunction hash;
  std::size_t used = 0;
  std::uint64_t first_block = 0;
  std::vector<Digest> blocks;  // that lie wholly in the range; they do not hang on each other

  void reckon_blocks() {
    const std::uint64_t end = first + leaves.size();
    first_block = first / kBlock + (first % kBlock != 0);
    if (end / kBlock <= first_block) return;
    blocks.resize(end / kBlock - first_block);
    two_lanes(blocks.size(), [this](std::size_t, std::size_t i) {
      blocks[i] = root_of(leaves.subspan((first_block + i) * kBlock - first, kBlock), hash);
    });
  }

  std::optional<Digest> root(std::uint64_t begin, std::uint64_t end) {
    const std::uint64_t last = first + leaves.size();
    const bool inside = begin >= first && end <= last;
    if (inside && end - begin < kBlock) return root_of(leaves.subspan(begin - first, end - begin), hash);
    if (inside && end - begin == kBlock) return blocks[begin / kBlock - first_block];  // every subtree begins aligned
    if (end <= first || begin >= last) {
      if (used == proof.size()) return std::nullopt;
      return proof[used++];
    }
    const std::uint64_t middle = begin + split(end - begin);
    const std::optional<Digest> left = root(begin, middle);
    if (!left) return std::nullopt;
    const std::optional<Digest> right = root(middle, end);
    if (!right) return std::nullopt;
    return node_hash(*left, *right, hash);
  }
};

}  // namespace

std::vector<Digest> range_proof(std::uint64_t first, std::uint64_t end, std::uint64_t size, const NodeSource& node,
                                HashFunction hash) {
  assert(first < end && end <= size);
  std::vector<Digest> out;
  outside(0, size, first, end, node, hash, out);
  return out;
}

std::optional<Digest> root_from_range(std::uint64_t first, std::span<const Digest> leaves, std::uint64_t size,
                                      std::span<const Digest> proof, HashFunction hash) {
  if (leaves.empty() || first > size || leaves.size() > size - first) return std::nullopt;
  Rebuild rebuild{.first = first, .leaves = leaves, .proof = proof, .hash = hash, .blocks = {}};
  rebuild.reckon_blocks();
  const std::optional<Digest> root = rebuild.root(0, size);
  return rebuild.used == proof.size() ? root : std::nullopt;
}

}  // namespace caveat::audit
