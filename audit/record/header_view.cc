#include "audit/record/header_view.h"

#include <algorithm>
#include <cstring>

#include "audit/record/layout.h"
#include "engine/base/cbor_reader.h"

namespace caveat::audit {
namespace {

// As they lie in the leaf: an id with its head of one byte; a section number of one byte, a head of two and the digest.
constexpr std::size_t kIdHead = 1, kIdBytes = kIdHead + sizeof(KeyId);
constexpr std::size_t kCommitmentHead = 3, kCommitmentBytes = kCommitmentHead + sizeof(Digest);
// Both digests of the end, each with its key and a head of two bytes.
constexpr std::size_t kTailBytes = 2 * kCommitmentBytes;

template <class Bytes>
Bytes copied(const char* from) {
  Bytes bytes{};
  std::memcpy(bytes.data(), from, bytes.size());
  return bytes;
}

}  // namespace

std::string_view HeaderView::subject(std::size_t i) const {
  return leaf_.substr(subjects_at_ + i * kIdBytes + kIdHead, sizeof(KeyId));
}

bool HeaderView::has_subject(const KeyId& id) const {
  std::size_t low = 0, high = subjects_;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (subject(middle) < view(id))
      low = middle + 1;
    else
      high = middle;
  }
  return low < subjects_ && subject(low) == view(id);
}

const char* HeaderView::commitment(Section section) const {
  const char* at = leaf_.data() + commitments_at_;
  for (std::size_t i = 0; i < commitments_; ++i, at += kCommitmentBytes)
    if (static_cast<Section>(*at) == section) return at + kCommitmentHead;
  return nullptr;
}

bool HeaderView::commits_to(Section section, const Digest& digest) const {
  const char* const found = commitment(section);
  return found != nullptr && std::memcmp(found, digest.data(), digest.size()) == 0;
}

Header HeaderView::header() const {
  Header header;
  SealContext& context = header.context;
  context.format = kFormat;
  context.semantics = semantics_;
  context.kind = kind_;
  context.suite = suite_;
  context.algorithm = static_cast<AlgorithmId>(suite_);
  context.subject_keys.reserve(subjects_);
  for (std::size_t i = 0; i < subjects_; ++i) context.subject_keys.push_back(copied<KeyId>(subject(i).data()));
  context.commitments.reserve(commitments_);
  const char* at = leaf_.data() + commitments_at_;
  for (std::size_t i = 0; i < commitments_; ++i, at += kCommitmentBytes)
    context.commitments.push_back({static_cast<Section>(*at), copied<Digest>(at + kCommitmentHead)});
  header.index = index_;
  header.time_us = time_us_;
  const char* const end = leaf_.data() + leaf_.size();
  header.tags = copied<Digest>(end - kTailBytes + kCommitmentHead);
  header.body = copied<Digest>(end - sizeof(Digest));
  return header;
}

// In the order in which the encoder writes: what is read so to its end has no other spelling.
std::optional<HeaderView> view_header(std::string_view leaf) {
  if (leaf.size() > kMaxHeaderBytes) return std::nullopt;
  cbor::Reader in(leaf);
  HeaderView seen;
  std::uint64_t count = 0, kind = 0, time = 0, suite = 0;
  if (!in.map(count) || count != header_key::kCount || !in.key(header_key::kFormat) || !in.key(kFormat) ||
      !in.key(header_key::kSemantics) || !in.number(seen.semantics_) || !in.key(header_key::kKind) ||
      !in.number(kind) || !in.key(header_key::kIndex) || !in.number(seen.index_) || !in.key(header_key::kTime) ||
      !in.number(time) || !in.key(header_key::kSuite) || !in.number(suite) || !in.key(header_key::kAlgorithm) ||
      !in.key(suite))  // the algorithm of the suite has its number
    return std::nullopt;
  if (suite != static_cast<std::uint64_t>(SuiteId::intl) && suite != static_cast<std::uint64_t>(SuiteId::national))
    return std::nullopt;
  const std::optional<Kind> known = kind_of(kind);
  if (!known || time >= static_cast<std::uint64_t>(kTimeEnd)) return std::nullopt;

  std::string_view before, bytes;
  if (!in.key(header_key::kSubjectKeys) || !in.array(count) || count == 0 || count > kMaxSubjects) return std::nullopt;
  const auto here = [&] { return static_cast<std::uint16_t>(leaf.size() - in.rest().size()); };
  seen.subjects_at_ = here();
  seen.subjects_ = static_cast<std::uint16_t>(count);
  for (std::uint64_t i = 0; i < count; ++i, before = bytes)
    if (!in.bytes(bytes) || bytes.size() != sizeof(KeyId) || (i > 0 && before >= bytes)) return std::nullopt;

  if (!in.key(header_key::kCommitments) || !in.map(count)) return std::nullopt;
  seen.commitments_at_ = here();
  seen.commitments_ = static_cast<std::uint16_t>(count);
  std::uint64_t last = 0, section = 0;  // no section has the number 0
  for (std::uint64_t i = 0; i < count; ++i, last = section)
    if (!in.number(section) || section <= last || !section_of(section) || !in.bytes_of<sizeof(Digest)>(bytes))
      return std::nullopt;

  for (const int key : {header_key::kTags, header_key::kBody})
    if (!in.key(static_cast<std::uint64_t>(key)) || !in.bytes_of<sizeof(Digest)>(bytes)) return std::nullopt;
  if (!in.at_end()) return std::nullopt;
  seen.leaf_ = leaf;
  seen.kind_ = *known;
  seen.time_us_ = static_cast<std::int64_t>(time);
  seen.suite_ = static_cast<SuiteId>(suite);
  return seen;
}

}  // namespace caveat::audit
