#include "audit/log/proof.h"

#include <bit>
#include <cassert>

namespace caveat::audit {
namespace {

// The largest power of two below count (count ≥ 2).
std::uint64_t split_of(std::uint64_t count) { return std::bit_floor(count - 1); }

void include(std::vector<Digest>& out, std::uint64_t index, std::uint64_t begin, std::uint64_t end,
             const NodeSource& node, HashFunction hash) {
  if (end - begin == 1) return;
  const std::uint64_t middle = begin + split_of(end - begin);
  if (index < middle) {
    include(out, index, begin, middle, node, hash);
    out.push_back(range_root(middle, end, node, hash));
  } else {
    include(out, index, middle, end, node, hash);
    out.push_back(range_root(begin, middle, node, hash));
  }
}

void continue_from(std::vector<Digest>& out, std::uint64_t old_size, std::uint64_t begin, std::uint64_t end, bool whole,
                   const NodeSource& node, HashFunction hash) {
  if (old_size == end) {
    if (!whole) out.push_back(range_root(begin, end, node, hash));
    return;
  }
  const std::uint64_t middle = begin + split_of(end - begin);
  if (old_size <= middle) {
    continue_from(out, old_size, begin, middle, whole, node, hash);
    out.push_back(range_root(middle, end, node, hash));
  } else {
    continue_from(out, old_size, middle, end, false, node, hash);
    out.push_back(range_root(begin, middle, node, hash));
  }
}

}  // namespace

std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeSource& node,
                                    HashFunction hash) {
  assert(index < size);
  std::vector<Digest> out;
  include(out, index, 0, size, node, hash);
  return out;
}

std::vector<Digest> consistency_proof(std::uint64_t old_size, std::uint64_t size, const NodeSource& node,
                                      HashFunction hash) {
  assert(old_size <= size);
  std::vector<Digest> out;
  if (old_size != 0 && old_size != size) continue_from(out, old_size, 0, size, true, node, hash);
  return out;
}

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> path,
                      const Digest& root, HashFunction hash) {
  if (index >= size) return false;
  std::uint64_t f = index;
  std::uint64_t s = size - 1;
  Digest r = leaf;
  for (const auto& p : path) {
    if (s == 0) return false;
    if ((f & 1) != 0 || f == s) {
      r = node_hash(p, r, hash);
      while ((f & 1) == 0 && f != 0) {
        f >>= 1;
        s >>= 1;
      }
    } else {
      r = node_hash(r, p, hash);
    }
    f >>= 1;
    s >>= 1;
  }
  return s == 0 && r == root;
}

bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size, const Digest& root,
                        std::span<const Digest> path, HashFunction hash) {
  if (old_size > size) return false;
  if (old_size == size) return path.empty() && old_root == root;
  if (old_size == 0) return path.empty() && old_root == empty_root(hash);
  std::uint64_t f = old_size - 1;
  std::uint64_t s = size - 1;
  while ((f & 1) != 0) {
    f >>= 1;
    s >>= 1;
  }
  std::size_t next = 0;
  Digest first = old_root;
  if (!std::has_single_bit(old_size)) {
    if (path.empty()) return false;
    first = path[next++];
  }
  Digest second = first;
  for (; next < path.size(); ++next) {
    if (s == 0) return false;
    if ((f & 1) != 0 || f == s) {
      first = node_hash(path[next], first, hash);
      second = node_hash(path[next], second, hash);
      while ((f & 1) == 0 && f != 0) {
        f >>= 1;
        s >>= 1;
      }
    } else {
      second = node_hash(second, path[next], hash);
    }
    f >>= 1;
    s >>= 1;
  }
  return s == 0 && first == old_root && second == root;
}

}  // namespace caveat::audit
