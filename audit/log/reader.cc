#include "audit/log/reader.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/about.h"
#include "audit/log/high_water.h"
#include "audit/log/log.h"
#include "audit/log/tiles.h"
#include "audit/record/decode.h"

namespace caveat::audit {
namespace {

constexpr std::size_t kKeptNodes = 4'096;

}  // namespace

LogReader::LogReader(std::unique_ptr<StoreReader> store) : store_(std::move(store)), path_(store_->path()) {
  read_head();
}

void LogReader::read_head() {
  about_ = store_->about();
  const Result<About> about = parse_about(about_);
  if (!about && about.error().code == &codes::kLogFormat) {
    const ProblemItem& item = about.error().items.front();
    throw Error(codes::kLogFormat, path_, {path_, item.found, item.expected});
  }
  origin_ = about ? about->origin : std::string();  // verify says what is wrong with it
  const auto newest = store_->newest_checkpoint(kTreeSha256);
  size_ = newest ? newest->size : 0;
  nodes_.clear();
}

std::unique_ptr<LogReader> LogReader::open(const std::string& path) { return open(path, default_keys_dir(path)); }

std::unique_ptr<LogReader> LogReader::open(const std::string& path, const std::string& keys_dir) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored) && was_there(keys_dir + "/high-water")) throw log_gone(path, keys_dir);
  return over(open_sqlite_reader(path));
}

std::unique_ptr<LogReader> LogReader::over(std::unique_ptr<StoreReader> store) {
  return std::unique_ptr<LogReader>(new LogReader(std::move(store)));
}

void LogReader::renew() {
  store_->renew();
  read_head();
}

std::optional<std::string> LogReader::checkpoint() const {
  const auto newest = store_->newest_checkpoint(kTreeSha256);
  return newest ? std::optional(newest->note) : std::nullopt;
}

std::optional<std::string> LogReader::checkpoint_at(std::uint64_t size) const {
  const auto found = store_->checkpoint(kTreeSha256, size);
  return found ? std::optional(found->note) : std::nullopt;
}

std::vector<std::uint64_t> LogReader::checkpoint_sizes() const {
  std::vector<std::uint64_t> sizes;
  store_->each_checkpoint([&](const StoredCheckpoint& one) {
    if (one.tree == kTreeSha256) sizes.push_back(one.size);
  });
  return sizes;
}

std::optional<std::string> LogReader::header(std::uint64_t index) const { return store_->header(index); }
std::optional<std::string> LogReader::body(std::uint64_t index) const { return store_->body(index); }

void LogReader::each_header(std::uint64_t begin, std::uint64_t end,
                            const std::function<void(std::uint64_t, std::string_view)>& visit) const {
  store_->each_header(
      begin, end, [&](std::int64_t index, std::string_view leaf) { visit(static_cast<std::uint64_t>(index), leaf); });
}

Digest LogReader::node(unsigned level, std::uint64_t position) const {
  return stored_node(*store_, level, position, &nodes_);
}

Digest stored_node(StoreReader& store, unsigned level, std::uint64_t position, NodeCache* cache) {
  if (level != 0 && level % kTileLevels == 0) {
    if (const auto tile = store.tile(kTreeSha256, level / kTileLevels, position)) return *tile;
  }
  const std::pair key{level, position};
  if (cache != nullptr) {
    if (const auto known = cache->find(key); known != cache->end()) return known->second;
  }
  Digest digest{};
  if (level == 0) {
    const auto leaf = store.header(position);
    if (!leaf) throw Error(codes::kLogBroken, store.path(), {store.path(), said("record {0} is not there", position)});
    digest = leaf_hash(*leaf);
  } else {
    digest = node_hash(stored_node(store, level - 1, position * 2, cache),
                       stored_node(store, level - 1, position * 2 + 1, cache));
  }
  if (cache != nullptr) {
    if (cache->size() >= kKeptNodes) cache->clear();
    cache->emplace(key, digest);
  }
  return digest;
}

Digest LogReader::root(std::uint64_t size) const {
  return range_root(0, size, [this](unsigned level, std::uint64_t position) { return node(level, position); });
}

std::vector<Digest> LogReader::inclusion(std::uint64_t index, std::uint64_t size) const {
  return inclusion_proof(index, size, [this](unsigned level, std::uint64_t position) { return node(level, position); });
}

std::vector<Digest> LogReader::consistency(std::uint64_t old_size, std::uint64_t size) const {
  return consistency_proof(old_size, size,
                           [this](unsigned level, std::uint64_t position) { return node(level, position); });
}

LogProof LogReader::receipt(std::uint64_t index) const {
  return {
      .extra = std::nullopt, .index = index, .path = inclusion(index, size_), .checkpoint = checkpoint().value_or("")};
}

Result<OpenedRecord> LogReader::open_body(const KeyStore& keys, std::uint64_t index) const {
  const auto leaf = header(index);
  const auto sealed = body(index);
  if (!leaf || !sealed)
    return tl::unexpected(
        Problem{&codes::kBodyClosed,
                {ProblemItem{.path = "/" + std::to_string(index),
                             .expected = leaf ? Words("its body is not there") : Words("there is no such record"),
                             .found = {},
                             .nearest = {},
                             .hint = {}}}});
  const Result<Header> decoded = decode_header(*leaf);
  if (!decoded) return tl::unexpected(decoded.error());
  return open_record(keys, *decoded, *sealed);
}

std::vector<std::uint64_t> LogReader::search(const KeyStore& keys, const Tag& tag) const {
  return store_->find_tag(tag_value(keys, tag));
}

}  // namespace caveat::audit
