// Claims 4 to 6: headers, tree, stored subtrees.
#include <algorithm>

#include "audit/log/tiles.h"
#include "audit/log/verification.h"

namespace caveat::audit {

void LogVerification::headers() {
  for (const std::int64_t index : store_.outside(reader_.size()))
    find(kHeaders, "headers", std::to_string(index),
         {"no checkpoint covers it: it was added, or the newest checkpoint was dropped",
          "没有检查点覆盖该记录：它是添加的，或最新的检查点被删除"});
  std::int64_t time = 0;
  std::uint64_t next = 0;
  bool whole = true;
  std::optional<Signer> signer;         // of the newest checkpoint so far
  std::vector<Signer> once;             // those before him
  std::optional<std::size_t> furthest;  // the latest of the known ones
  bool another = false;                 // a record names the next one: the next checkpoint is his
  bool another_then = false;            // of a rotation, from the checkpoint after its own
  reader_.each_header(0, reader_.size(), [&](std::uint64_t index, std::string_view leaf) {
    if (index > next) {
      missing(kHeaders, "headers", next, index);
      whole = false;
    }
    next = index + 1;
    seen_ = index;
    const std::string row = std::to_string(index);
    const Result<Header> header = decode_header(leaf);
    another = another || another_then;
    another_then = false;
    if (!header) {
      find(kHeaders, "headers", row, text(header.error()));
    } else {
      if (header->index != index)
        find(kHeaders, "headers", row,
             {"it says that it is record " + std::to_string(header->index),
              "自称是记录 " + std::to_string(header->index)});
      if (header->time_us < time)
        find(kHeaders, "headers", row, {"its time is before that of the record above", "时间早于上一条记录"});
      const bool new_day = index > 0 && days_of(header->time_us, 0) != days_of(time, 0);
      if (!new_day && header->context.kind == Kind::closing)
        find(kClosings, "headers", row,
             {"it is a closing record within a day: nothing ended before it",
              "日终结账记录位于一日之中：其前并无一日结束"});
      if (new_day && header->context.kind != Kind::closing)
        find(kClosings, "headers", row,
             {"the day before it was not closed: it should be the closing record",
              "前一日未结账：此处应为日终结账记录"});
      time = std::max(time, header->time_us);
      report_.time_us = time;
      if (header->context.kind == Kind::epoch) another = true;
      another_then = header->context.kind == Kind::key_rotated;
      if (header->context.kind == Kind::epoch || another_then) changes_.push_back(index);
      if (another_then) rotations_.insert(index);
    }
    tree_.append(leaf_hash(leaf));
    if (const auto said = expected_.find(index + 1); said != expected_.end() && whole) {
      if (said->second.root != tree_.root()) root_differs(index + 1, false);
      if (header && said->second.time_us != header->time_us)
        find(kHeaders, "checkpoints", "size " + std::to_string(index + 1),
             {"its time is not that of its newest record", "时间与其最新记录不符"});
      // More than one further only where the record that named one was lost with the end of an old copy.
      const Signer& by = said->second.signer;
      const bool his = another
                           ? (!signer || !(by == *signer)) && std::find(once.begin(), once.end(), by) == once.end() &&
                                 (!by.place || !furthest || *by.place > *furthest)
                           : !signer || by == *signer;
      if (!signer) about_differs_ = about_signer_ && !(by == *about_signer_);
      if (by.place) furthest = std::max(furthest, by.place);
      if (signer && !(by == *signer)) once.push_back(*signer);
      signer = by;
      another = false;
      if (options_.verifier && !his)
        find(kSignatures, "checkpoints", "size " + std::to_string(index + 1),
             {"it is signed by another key than the one that was in use then", "签署的密钥不是当时所用的密钥"});
    }
    if (options_.progress && index % 1'024 == 0) options_.progress(index, 2 * reader_.size());
  });
  if (next < reader_.size()) {
    missing(kHeaders, "headers", next, reader_.size());
    whole = false;
  }
  there_ = tree_.size();
  if (!whole)
    for (const auto& [size, said] : expected_)
      if (size > tree_.size()) root_differs(size, true);
  report_.root = tree_.root();
}

// Names the first checkpoint only: all later ones differ for the same reason.
void LogVerification::root_differs(std::uint64_t size, bool dropped) {
  if (root_reported_) return;
  root_reported_ = true;
  std::uint64_t before = 0;
  for (const auto& [other, said] : expected_)
    if (other < size) before = std::max(before, other);
  const std::string number = std::to_string(size);
  find(kTree, "headers", std::to_string(before) + ".." + std::to_string(size - 1),
       dropped
           ? Text{"records are missing, so the tree cannot be rebuilt up to the checkpoint of size " + number,
                  "记录缺失，无法重建大小为 " + number + " 的检查点所示的树"}
           : Text{"the tree does not have the root of the checkpoint of size " + number +
                      ": a header among these was changed, swapped or added, or the checkpoint was",
                  "与大小为 " + number + " 的检查点的根哈希不符：其中某条记录头被改动、调换或添加，或检查点被改动"});
}

void LogVerification::tiles() {
  std::set<std::pair<unsigned, std::uint64_t>> seen;
  store_.each_tile([&](const StoredTile& tile, std::string_view hash) {
    const std::string row = "level " + std::to_string(tile.level) + " position " + std::to_string(tile.position);
    if (tile.tree != kTreeSha256) {
      find(kTiles, "tiles", row,
           {"it is of tree " + std::to_string(tile.tree) + ", which this log has not",
            "属于树 " + std::to_string(tile.tree) + "，本日志没有该树"});
      return;
    }
    seen.insert({tile.level, tile.position});
    if (tile.level < 1 || tile.level > 7 || tile.position >= (there_ >> (kTileLevels * tile.level))) {
      find(kTiles, "tiles", row, {"the tree has no such complete subtree", "树中没有这样的完整子树"});
      return;
    }
    try {
      // From headers alone, or a changed tile would prove itself.
      Frontier subtree;
      const std::uint64_t width = std::uint64_t{1} << (kTileLevels * tile.level);
      reader_.each_header(tile.position * width, (tile.position + 1) * width,
                          [&](std::uint64_t, std::string_view leaf) { subtree.append(leaf_hash(leaf)); });
      if (hash != view(subtree.root()))
        find(kTiles, "tiles", row, {"it is not the root of its headers", "不是其记录头的根哈希"});
    } catch (const caveat::Error& error) {
      find(kTiles, "tiles", row, {error.what(), error.message(Language::zh)});
    }
  });
  for (unsigned level = 1; level <= 7 && (there_ >> (kTileLevels * level)) > 0; ++level)
    for (std::uint64_t position = 0; position < there_ >> (kTileLevels * level); ++position)
      if (!seen.contains({level, position}))
        find(kTiles, "tiles", "level " + std::to_string(level) + " position " + std::to_string(position),
             {"it is not there", "不在"});
}

}  // namespace caveat::audit
