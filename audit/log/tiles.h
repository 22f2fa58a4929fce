// Tiles: which roots of complete subtrees are kept with a log, so that a proof needs at most 256 headers and not all of them.
//
//   append_leaf(tree, leaf_hash(header), batch.tiles);
//
// Cost       what Frontier::append costs
#pragma once

#include <cstdint>
#include <vector>

#include "audit/log/tree.h"
#include "audit/store/store.h"

namespace caveat::audit {

inline constexpr unsigned kTileLevels = 8;  // a tile is the root of 256 of the level below

// The tiles that it makes complete are put behind `tiles`.
inline void append_leaf(Frontier& tree, const Digest& leaf, std::vector<StoredTile>& tiles) {
  const std::uint64_t index = tree.size();
  tree.append(leaf, [&](unsigned level, const Digest& root) {
    if (level > 0 && level % kTileLevels == 0)
      tiles.push_back({.tree = kTreeSha256, .level = level / kTileLevels, .position = index >> level, .hash = root});
  });
}

}  // namespace caveat::audit
