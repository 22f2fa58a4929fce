#include "audit/log/older_keys.h"

#include "audit/log/reader.h"
#include "audit/log/tree.h"
#include "audit/phrases.h"
#include "audit/record/decode.h"

namespace caveat::audit {
namespace {

std::optional<Kind> kind_at(StoreReader& store, std::uint64_t index) {
  const Result<Header> header = decode_header(store.header(index).value_or(""));
  return header ? std::optional(header->context.kind) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> changed_behind(StoreReader& store, std::span<const VerifierKey> known,
                                            SignatureCheck check) {
  std::optional<StoredCheckpoint> row = store.newest_checkpoint(kTreeSha256);
  const std::uint64_t size = row ? row->size : 0;
  // The change itself is signed by the key before it, which signs nothing more.
  if (size > 0 && !known.empty() && kind_at(store, size - 1) == Kind::key_rotated &&
      open_checkpoint(row->note, known.last(1), check))
    return size - 1;
  Result<Checkpoint> opened = tl::unexpected(Problem{});
  while (row && !(opened = open_checkpoint(row->note, known, check)))
    row = row->previous < row->size ? store.checkpoint(kTreeSha256, row->previous) : std::nullopt;
  if (!row || row->size == size || opened->size != row->size || row->size == 0) return std::nullopt;
  const Digest root = range_root(
      0, row->size, [&](unsigned level, std::uint64_t position) { return stored_node(store, level, position); });
  if (root != opened->root) return std::nullopt;
  if (kind_at(store, row->size - 1) == Kind::key_rotated) return row->size - 1;
  if (kind_at(store, row->size) == Kind::epoch) return row->size;
  return std::nullopt;
}

bool by_the_key_of_now(StoreReader& store, std::span<const VerifierKey> known, SignatureCheck check) {
  const std::optional<StoredCheckpoint> newest = store.newest_checkpoint(kTreeSha256);
  return !newest || newest->size == 0 || kind_at(store, newest->size - 1) == Kind::key_rotated ||
         open_checkpoint(newest->note, known.last(1), check).has_value();
}

std::string of_before(std::uint64_t record) {
  return said(
      "the set there is of before record {0}, which changed the key of the log, and has not the key of now: look in a "
      "back-up from after that record. The log itself was not found changed",
      record);
}

}  // namespace caveat::audit
