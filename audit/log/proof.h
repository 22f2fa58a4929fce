// Proof: that a leaf is in a tree, and that one tree is the beginning of another.
//
//   bool good = verify_inclusion(leaf, index, size, path, root);
//
// Promises   a verifier says yes only if the proof has exactly the hashes that sizes and index call for
// Errors     building asserts index < size and old ≤ size; verifying refuses with false
// Cost       log2(size) hashes
// Source     RFC 6962 §2.1.1, §2.1.2; RFC 9162 §2.1.3.2, §2.1.4.2 for the checks
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audit/log/tree.h"

namespace caveat::audit {

std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeSource& node,
                                    HashFunction hash = &sha256);
std::vector<Digest> consistency_proof(std::uint64_t old_size, std::uint64_t size, const NodeSource& node,
                                      HashFunction hash = &sha256);

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> path,
                      const Digest& root, HashFunction hash = &sha256);
bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size, const Digest& root,
                        std::span<const Digest> path, HashFunction hash = &sha256);

}  // namespace caveat::audit
