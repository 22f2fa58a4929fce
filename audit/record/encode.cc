#include "audit/record/encode.h"

#include <algorithm>
#include <cassert>

#include "audit/record/layout.h"
#include "engine/base/cbor.h"

namespace caveat::audit {
namespace {

void put_subject_keys(cbor::Encoder& out, const std::vector<KeyId>& keys) {
  assert(!keys.empty() && keys.size() <= kMaxSubjects);
  assert(std::adjacent_find(keys.begin(), keys.end(), std::greater_equal<>()) == keys.end());
  out.integer(header_key::kSubjectKeys);
  out.array(keys.size());
  for (const auto& key : keys) out.bytes(view(key));
}

void put_commitments(cbor::Encoder& out, const std::vector<Commitment>& commitments) {
  out.integer(header_key::kCommitments);
  out.map(commitments.size());
  for (const auto& commitment : commitments) {
    out.integer(static_cast<std::int64_t>(commitment.section));
    out.bytes(view(commitment.digest));
  }
}

void put_number(cbor::Encoder& out, int key, std::uint64_t value) {
  out.integer(key);
  out.unsigned_integer(value);
}

}  // namespace

HeaderParts encode_around(const SealContext& context, const Digest& tags, const Digest& body) {
  cbor::Encoder out;
  out.reserve(128 + context.subject_keys.size() * 17 + context.commitments.size() * 35);
  out.map(header_key::kCount);
  put_number(out, header_key::kFormat, context.format);
  put_number(out, header_key::kSemantics, context.semantics);
  put_number(out, header_key::kKind, static_cast<std::uint64_t>(context.kind));
  HeaderParts parts;
  parts.before = out.view().size();
  put_number(out, header_key::kIndex, 0);
  put_number(out, header_key::kTime, 0);
  parts.after = out.view().size();
  put_number(out, header_key::kSuite, static_cast<std::uint64_t>(context.suite));
  put_number(out, header_key::kAlgorithm, static_cast<std::uint64_t>(context.algorithm));
  put_subject_keys(out, context.subject_keys);
  put_commitments(out, context.commitments);
  out.integer(header_key::kTags);
  out.bytes(view(tags));
  out.integer(header_key::kBody);
  out.bytes(view(body));
  parts.encoded = out.take();
  return parts;
}

std::string encode_header(const HeaderParts& parts, std::uint64_t index, std::int64_t time_us) {
  cbor::Encoder place;
  put_number(place, header_key::kIndex, index);
  put_number(place, header_key::kTime, static_cast<std::uint64_t>(time_us));
  const std::string_view encoded(parts.encoded);
  std::string leaf;
  leaf.reserve(encoded.size() + place.view().size());
  leaf.append(encoded.substr(0, parts.before)).append(place.view()).append(encoded.substr(parts.after));
  return leaf;
}

std::string encode_header(const Header& header) {
  return encode_header(encode_around(header.context, header.tags, header.body), header.index, header.time_us);
}

std::string encode_seal_context(const SealContext& context) {
  cbor::Encoder out;
  out.reserve(64 + context.subject_keys.size() * 17 + context.commitments.size() * 35);
  out.map(kSealContextCount);
  put_number(out, header_key::kFormat, context.format);
  put_number(out, header_key::kSemantics, context.semantics);
  put_number(out, header_key::kKind, static_cast<std::uint64_t>(context.kind));
  put_number(out, header_key::kSuite, static_cast<std::uint64_t>(context.suite));
  put_number(out, header_key::kAlgorithm, static_cast<std::uint64_t>(context.algorithm));
  put_subject_keys(out, context.subject_keys);
  put_commitments(out, context.commitments);
  return out.take();
}

std::string encode_body(const std::vector<SectionBytes>& sections) {
  cbor::Encoder out;
  std::size_t size = 2;
  for (const auto& section : sections) size += 1 + section.encoded.size();
  out.reserve(static_cast<std::size_t>(padme(size + 1)));  // and room for its padding
  out.map(sections.size());
  for (const auto& section : sections) {
    out.integer(static_cast<std::int64_t>(section.section));
    out.raw(section.encoded);
  }
  return out.take();
}

}  // namespace caveat::audit
