// Range proof: that a contiguous run of leaves is exactly what stands between two places of a tree: nothing left out, nothing added.
//
//   std::vector<Digest> proof = range_proof(first, end, size, node);
//   std::optional<Digest> root = root_from_range(first, leaves, size, proof);   // compare with the signed root
//
// Promises   root_from_range says nothing unless the proof has exactly the hashes that size and range call for
// Cost       at most 2·log2(size) hashes beside the leaves
// Source     RFC 6962 §2.1; the subtrees outside the range, left to right
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "audit/log/tree.h"

namespace caveat::audit {

std::vector<Digest> range_proof(std::uint64_t first, std::uint64_t end, std::uint64_t size, const NodeSource& node,
                                HashFunction hash = &sha256);
std::optional<Digest> root_from_range(std::uint64_t first, std::span<const Digest> leaves, std::uint64_t size,
                                      std::span<const Digest> proof, HashFunction hash = &sha256);

}  // namespace caveat::audit
