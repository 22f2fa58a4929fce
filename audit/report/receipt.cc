#include "audit/report/receipt.h"

#include <algorithm>
#include <optional>
#include <span>

#include "audit/log/proof.h"
#include "audit/log/tree.h"
#include "audit/phrases.h"
#include "audit/record/decode.h"
#include "audit/report/codes.h"
#include "audit/report/package.h"
#include "engine/base/cbor.h"

namespace caveat::audit {

namespace {

tl::unexpected<Problem> bad_receipt(Words expected) {
  return tl::unexpected(Problem{&codes::kBadPackage,
                                {{.path = "receipt", .expected = expected, .found = {}, .nearest = {}, .hint = {}}}});
}

// The hashes on the left of a good path are the subtrees of all leaves before it, the smallest first.
Digest root_before(std::uint64_t index, std::uint64_t size, std::span<const Digest> path) {
  std::optional<Digest> root;
  std::uint64_t last = size - 1;
  for (const Digest& sibling : path) {
    if ((index & 1) != 0 || index == last) {
      root = root ? node_hash(sibling, *root) : sibling;
      for (; (index & 1) == 0 && index != 0; last >>= 1) index >>= 1;
    }
    index >>= 1;
    last >>= 1;
  }
  return root.value_or(empty_root());
}

}  // namespace

std::string export_receipt(const LogReader& reader, const KeyStore& keys, std::uint64_t index) {
  LogProof proof = reader.receipt(index);
  const Result<OpenedRecord> opened = reader.open_body(keys, index);
  cbor::Encoder out;
  out.array(2);
  out.bytes(reader.header(index).value_or(""));
  OpenedParts parts{.index = index, .sections = {}};
  if (opened) {
    for (std::size_t i = 0; i < opened->sections.size(); ++i)
      if (opened->sections[i].section == Section::event)
        parts.sections.push_back({Section::event, opened->salts[i], opened->sections[i].encoded});
  }
  out.bytes(encode_opened(parts));
  proof.extra = out.take();
  return format_log_proof(proof);
}

Result<ExportReceipt> read_export_receipt(std::string_view receipt, const VerifierKey& key) {
  const Result<LogProof> proof = parse_log_proof(receipt);
  if (!proof) return tl::unexpected(proof.error());
  const Result<Checkpoint> checkpoint = open_checkpoint(proof->checkpoint, {&key, 1}, &verify_signature);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const std::string bytes = proof->extra.value_or("");  // what follows points into it
  const Result<cbor::Value> extra = cbor::decode(bytes, {.depth = 2, .items = 8});
  if (!extra || extra->kind != cbor::Value::Kind::array || extra->items.size() != 2 ||
      extra->items[0].kind != cbor::Value::Kind::bytes || extra->items[1].kind != cbor::Value::Kind::bytes)
    return bad_receipt("a receipt with the record and what opens it");
  const std::string_view leaf = extra->items[0].string;
  if (proof->index >= checkpoint->size ||
      !verify_inclusion(leaf_hash(leaf), proof->index, checkpoint->size, proof->path, checkpoint->root))
    return bad_receipt("a proof that its record is in the tree");
  const Result<Header> header = decode_header(leaf);
  if (!header) return tl::unexpected(header.error());
  const Result<OpenedParts> parts = decode_opened(extra->items[1].string);
  if (!parts) return tl::unexpected(parts.error());
  if (header->index != proof->index || parts->index != proof->index || header->context.kind != Kind::exported ||
      parts->sections.size() != 1 || parts->sections[0].section != Section::event)
    return bad_receipt("a record of kind exported and its event");
  const OpenedSection& event = parts->sections[0];
  const Digest digest = commit_section(Section::event, event.salt, event.encoded);
  const auto& commitments = header->context.commitments;
  if (std::none_of(commitments.begin(), commitments.end(),
                   [&](const Commitment& one) { return one.section == Section::event && one.digest == digest; }))
    return bad_receipt("the event that the record was committed to");
  Result<Event> said = decode_event(Kind::exported, event.encoded);
  if (!said) return tl::unexpected(said.error());
  return ExportReceipt{.event = std::get<Exported>(std::move(*said)),
                       .index = proof->index,
                       .time_us = header->time_us,
                       .before = root_before(proof->index, checkpoint->size, proof->path)};
}

}  // namespace caveat::audit
