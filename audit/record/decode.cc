#include "audit/record/decode.h"

#include <algorithm>
#include <cstdint>

#include "audit/codes.h"
#include "audit/phrases.h"
#include "audit/record/encode.h"
#include "audit/record/header_view.h"
#include "audit/record/layout.h"
#include "engine/base/cbor_reader.h"

namespace caveat::audit {
namespace {

using ItemKind = cbor::Value::Kind;

tl::unexpected<Problem> bad(std::string path, Words expected) {
  return tl::unexpected(
      Problem{&codes::kBadRecord,
              {ProblemItem{.path = std::move(path), .expected = expected, .found = {}, .nearest = {}, .hint = {}}}});
}

std::string path_of(int key) { return "/" + std::to_string(key); }

bool read_digest(const cbor::Value& value, Digest& out) {
  if (value.kind != ItemKind::bytes || value.string.size() != out.size()) return false;
  std::copy(value.string.begin(), value.string.end(), reinterpret_cast<char*>(out.data()));
  return true;
}

// A map of known sections by number, each of them any one item.
bool take_sections(std::string_view body, std::vector<SectionBytes>& sections) {
  cbor::Reader in(body);
  std::uint64_t count = 0, number = 0;
  if (!in.map(count)) return false;
  std::string_view item;
  for (std::uint64_t before = 0; count > 0; --count, before = number) {
    if (!in.number(number) || number <= before || !section_of(number) || !in.item(item, 1)) return false;
    sections.push_back({static_cast<Section>(number), std::string(item)});
  }
  return in.at_end();
}

}  // namespace

Result<Header> decode_header(std::string_view leaf) {
  if (const std::optional<HeaderView> seen = view_header(leaf)) return seen->header();
  return decode_header_by_tree(leaf);
}

Result<Header> decode_header_by_tree(std::string_view leaf) {
  if (leaf.size() > kMaxHeaderBytes) return bad("", "a header of at most 65,535 bytes");
  Result<cbor::Value> decoded = cbor::decode(leaf, {.depth = 4, .items = 8'192});
  if (!decoded) return tl::unexpected(decoded.error());
  const cbor::Value& map = *decoded;
  if (map.kind != ItemKind::map) return bad("", "a map");

  const auto number = [&](int key) -> std::optional<std::uint64_t> {
    const cbor::Value* value = map.find(key);
    if (value == nullptr || value->kind != ItemKind::unsigned_integer) return std::nullopt;
    return value->number;
  };
  const auto format = number(header_key::kFormat);
  if (!format) return bad(path_of(header_key::kFormat), "the format, a number");
  if (*format != kFormat)
    return tl::unexpected(Problem{&codes::kLogFormat,
                                  {ProblemItem{.path = path_of(header_key::kFormat),
                                               .expected = std::to_string(kFormat),
                                               .found = std::to_string(*format),
                                               .nearest = {},
                                               .hint = "use the build that wrote it"}}});
  if (map.items.size() != 2 * header_key::kCount) return bad("", "the keys 1 to 11");

  Header header;
  SealContext& context = header.context;
  context.format = *format;
  const auto semantics = number(header_key::kSemantics);
  if (!semantics) return bad(path_of(header_key::kSemantics), "the semantics version, a number");
  context.semantics = *semantics;
  const auto kind = number(header_key::kKind);
  const auto known = kind ? kind_of(*kind) : std::nullopt;
  if (!known) return bad(path_of(header_key::kKind), "a kind of record");
  context.kind = *known;
  const auto index = number(header_key::kIndex);
  if (!index) return bad(path_of(header_key::kIndex), "the index, a number");
  header.index = *index;
  const auto time = number(header_key::kTime);
  if (!time || *time >= static_cast<std::uint64_t>(kTimeEnd))
    return bad(path_of(header_key::kTime), "microseconds since 1970, before the year 10000");
  header.time_us = static_cast<std::int64_t>(*time);
  const auto suite = number(header_key::kSuite);
  if (!suite ||
      (*suite != static_cast<std::uint64_t>(SuiteId::intl) && *suite != static_cast<std::uint64_t>(SuiteId::national)))
    return bad(path_of(header_key::kSuite), "1 (intl) or 2 (national)");
  context.suite = static_cast<SuiteId>(*suite);
  const auto algorithm = number(header_key::kAlgorithm);
  if (!algorithm || *algorithm != *suite) return bad(path_of(header_key::kAlgorithm), "the algorithm of the suite");
  context.algorithm = static_cast<AlgorithmId>(*algorithm);

  const cbor::Value* keys = map.find(header_key::kSubjectKeys);
  if (keys == nullptr || keys->kind != ItemKind::array || keys->items.empty() || keys->items.size() > kMaxSubjects)
    return bad(path_of(header_key::kSubjectKeys), "1 to 1,024 subject-key ids");
  for (const auto& item : keys->items) {
    KeyId id{};
    if (item.kind != ItemKind::bytes || item.string.size() != id.size())
      return bad(path_of(header_key::kSubjectKeys), "subject-key ids of 16 bytes");
    std::copy(item.string.begin(), item.string.end(), reinterpret_cast<char*>(id.data()));
    if (!context.subject_keys.empty() && context.subject_keys.back() >= id)
      return bad(path_of(header_key::kSubjectKeys), "ascending subject-key ids");
    context.subject_keys.push_back(id);
  }

  const cbor::Value* commitments = map.find(header_key::kCommitments);
  if (commitments == nullptr || commitments->kind != ItemKind::map)
    return bad(path_of(header_key::kCommitments), "a map of commitments");
  for (std::size_t i = 0; i + 1 < commitments->items.size(); i += 2) {
    const cbor::Value& key = commitments->items[i];
    const auto section = key.kind == ItemKind::unsigned_integer ? section_of(key.number) : std::nullopt;
    Commitment commitment;
    if (!section || !read_digest(commitments->items[i + 1], commitment.digest))
      return bad(path_of(header_key::kCommitments), "section numbers with 32 bytes each");
    commitment.section = *section;
    context.commitments.push_back(commitment);
  }

  const cbor::Value* tags = map.find(header_key::kTags);
  if (tags == nullptr || !read_digest(*tags, header.tags)) return bad(path_of(header_key::kTags), "32 bytes");
  const cbor::Value* body = map.find(header_key::kBody);
  if (body == nullptr || !read_digest(*body, header.body)) return bad(path_of(header_key::kBody), "32 bytes");
  if (encode_header(header) != leaf) return bad("", "the one encoding of this header");
  return header;
}

Result<std::vector<SectionBytes>> decode_body(std::string_view unpadded) {
  if (unpadded.size() > kMaxBodyBytes) return bad("", "a body of at most 16 MiB");
  std::vector<SectionBytes> sections;
  if (take_sections(unpadded, sections)) return sections;
  sections.clear();
  Result<cbor::Value> decoded = cbor::decode(unpadded);
  if (!decoded) return tl::unexpected(decoded.error());
  if (decoded->kind != ItemKind::map) return bad("", "a map of sections");
  for (std::size_t i = 0; i + 1 < decoded->items.size(); i += 2) {
    const cbor::Value& key = decoded->items[i];
    const auto section = key.kind == ItemKind::unsigned_integer ? section_of(key.number) : std::nullopt;
    if (!section) return bad("", "the sections 1 to 13");
    sections.push_back({*section, std::string(decoded->items[i + 1].encoded)});
  }
  return sections;
}

}  // namespace caveat::audit
