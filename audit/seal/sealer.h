// Sealer: turns what the gate decided into a record that only lacks its place: sections encrypted, committed, tagged.
// Every I/O thread seals its own records; the committer gives index and time.
//
//   SealedRecord sealed = seal(keys, content, clock.wall_us(), random);
//   Result<OpenedRecord> opened = open_record(keys, header, stored_body);
//
// Promises   a fresh key for each record; the body's length tells at most PADMÉ's bucket; a record with several
// subjects opens
//            only with all their keys; opening checks every commitment
// Threads    all calls may run together
// Errors     seal throws audit::Error (storage of data keys); open gives Problem `body_closed`
// Source     docs/formats.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/record/encode.h"
#include "audit/record/record.h"
#include "audit/record/sections.h"
#include "audit/seal/keystore.h"
#include "audit/state/state_store.h"
#include "engine/base/random.h"
#include "engine/base/result.h"

namespace caveat::audit {

enum class TagKind : std::uint8_t {
  customer = 1,
  conversation = 2,
  rule = 3,
  verdict = 4,
  day = 5,
  request = 6,
  decision = 7,
  handoff = 8
};

struct Tag {
  TagKind kind{};
  std::string text;  // "k-12", "cn.wealth/riskier_than_customer", "handoff", "2026-11-23"
  friend auto operator<=>(const Tag&, const Tag&) = default;
};
TagValue tag_value(const KeyStore& keys, const Tag& tag);

// What one record is to say. Sections are deterministic CBOR; `state` and `search` are added by seal from changes and
// tags.
struct RecordContent {
  Kind kind = Kind::decision;
  std::uint64_t semantics = 0;
  std::vector<std::string> subjects;  // customers' ids; empty: nobody known
  std::vector<SectionBytes> sections;
  std::vector<StateChange> changes;
  std::vector<Tag> tags;
};

struct SealedRecord {
  Kind kind{};
  HeaderParts header;
  std::string body;  // seed ‖ ciphertext ‖ tag
  std::vector<TagValue> tags;
  std::vector<SealedStateChange> state;
  std::optional<VerdictSection> verdict;  // of a decision, for the day's counts; not stored with the record
};

SealedRecord seal(KeyStore& keys, RecordContent content, std::int64_t now_us, Random& random);

struct OpenedRecord {
  Header header;
  std::vector<SectionBytes> sections;
  std::vector<Salt> salts;  // one a section: what an export needs to open some and withhold others
  Salt tags_salt{};
  const SectionBytes* find(Section section) const;
};
Result<OpenedRecord> open_record(const KeyStore& keys, const Header& header, std::string_view stored_body);

// The sections `state` and `search`. What is read back is what seal writes: at least one entry, tags in order and each once.
std::string encode_changes(const std::vector<StateChange>& changes);
std::string encode_tags(const std::vector<Tag>& tags);
Result<std::vector<StateChange>> decode_changes(std::string_view section);
Result<std::vector<Tag>> decode_tags(std::string_view section);

SealedStateChange seal_change(KeyStore& keys, const StateChange& change, const std::vector<KeyId>& subject_keys,
                              Random& random);
TagValue keyed_subject(const KeyStore& keys, const StateKey& key);
TagValue keyed_discriminator(const KeyStore& keys, const StateKey& key);
// The value of a row of the table `state`; nothing: it does not open under these keys.
std::optional<std::string> open_value(const KeyStore& keys, StateKind kind, const TagValue& subject,
                                      const TagValue& discriminator, std::string_view sealed);

}  // namespace caveat::audit
