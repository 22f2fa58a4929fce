// Record: one entry of the log: a clear header, which is the leaf of the tree, and a sealed body outside the tree.
// Made by seal from what the gate decided, numbered and timed by the log, read by verify, show and report.
//
//   Result<Header> header = decode_header(bytes);              // decode.h: refuses what the encoder would not write
//   std::string leaf = encode_header(header);                  // encode.h: the bytes that the tree hashes
//
// Promises   the header names nobody: random subject-key ids, commitments and a digest of the sealed body only.
// Integers of
//            kinds, sections and keys are never used again for another meaning
// Lifetime   plain values
// Source     docs/formats.md; RFC 8949 §4.2.1; PADMÉ: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files"
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/digest.h"

namespace caveat::audit {

enum class Kind : std::uint8_t {
  decision = 1,
  delivery_confirmed = 2,
  delivery_missed = 3,  // what was decided came too late for whoever had asked
  handoff_opened = 10,
  handoff_taken = 11,
  handoff_passed = 12,
  handoff_returned = 13,
  handoff_escalated = 14,
  handoff_closed = 15,
  feedback = 20,
  event = 21,  // an event that a pack declares
  pack_drafted = 30,
  pack_reviewed = 31,
  pack_approved = 32,
  pack_activated = 33,
  pack_withdrawn = 34,
  data_drafted = 40,
  data_reviewed = 41,
  data_approved = 42,
  data_activated = 43,
  data_withdrawn = 44,
  configuration_changed = 50,
  key_created = 51,
  key_rotated = 52,
  erasure = 60,
  legal_hold = 61,
  viewed = 70,
  exported = 71,
  signed_in = 72,
  switch_thrown = 80,
  gap = 90,
  clock_stepped = 91,
  closing = 92,  // a day's counts by kind, verdict and rule
  time_stamp = 93,
  epoch = 94,
};

std::string_view name(Kind kind);                   // "decision", "handoff_opened"…
std::optional<Kind> kind_of(std::uint64_t number);  // nothing: no such kind

// Part of a sealed body; each is committed to by itself, so that an export opens some and withholds others.
enum class Section : std::uint8_t {
  verdict = 1,  // verdict and rule ids: what a population is recounted from
  request = 2,  // the turn as it was bound, without its texts
  texts = 3,    // message, answer, outreach, material
  facts = 4,    // the facts used, with source, quality and age
  rules = 5,    // the rules that fired or could not be settled, with citations and owner
  result = 6,   // what the caller got
  windows = 7,  // the counts that the decision used
  digests = 8,  // program, packs, data sets
  engine = 9,   // version of the build
  story = 10,   // reasons, citations and texts rendered in the pack's languages
  state = 11,   // the state changes of this record
  search = 12,  // what the search tags are made of
  event = 13,   // the body of every kind that is no decision
};

std::string_view name(Section section);
std::optional<Section> section_of(std::uint64_t number);

enum class SuiteId : std::uint8_t { intl = 1, national = 2 };
enum class AlgorithmId : std::uint8_t { aes_256_gcm = 1, sm4_ctr_hmac_sm3 = 2 };

using KeyId = std::array<std::uint8_t, 16>;  // random, one a customer and quarter
using Salt = std::array<std::uint8_t, 32>;
using TagValue = std::array<std::uint8_t, 16>;  // a keyed HMAC, cut
inline std::string_view view(const KeyId& id) { return {reinterpret_cast<const char*>(id.data()), id.size()}; }
using caveat::view;

struct Commitment {
  Section section{};
  Digest digest{};
  friend bool operator==(const Commitment&, const Commitment&) = default;
};

// What the sealed body is bound to. Index, time and body digest are not in it, so a body can be sealed on any thread
// before its place is known; the leaf binds all three.
struct SealContext {
  std::uint64_t format = 0;
  std::uint64_t semantics = 0;
  Kind kind{};
  SuiteId suite{};
  AlgorithmId algorithm{};
  std::vector<KeyId> subject_keys;      // ascending, at least one
  std::vector<Commitment> commitments;  // ascending by section
  friend bool operator==(const SealContext&, const SealContext&) = default;
};

struct Header {
  SealContext context;
  std::uint64_t index = 0;
  std::int64_t time_us = 0;  // UTC, microseconds since 1970; never falls within a log
  Digest tags{};             // one commitment to all search tags
  Digest body{};             // digest of the sealed body as stored
  friend bool operator==(const Header&, const Header&) = default;
};

// One encoded section: deterministic CBOR, one item.
struct SectionBytes {
  Section section{};
  std::string encoded;
};

struct SectionView {  // the same where it lies
  Section section{};
  std::string_view encoded;
};

// The digest of a log's suite: SHA-256 for intl, SM3 for national. All are of 32 bytes.
using HashFunction = Digest (*)(std::string_view bytes);

Digest commit_section(Section section, const Salt& salt, std::string_view encoded, HashFunction hash = &sha256);
Digest commit_tags(const Salt& salt, std::vector<TagValue> tags, HashFunction hash = &sha256);  // order does not count

std::uint64_t padme(std::uint64_t length);                     // the length that is stored instead; at most 12 % more
std::string pad(std::string body);                             // 0x80, then zeros up to padme(length + 1)
std::optional<std::string_view> unpad(std::string_view body);  // nothing: not what pad writes

}  // namespace caveat::audit
