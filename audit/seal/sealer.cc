#include "audit/seal/sealer.h"

#include <algorithm>
#include <array>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/layout.h"
#include "engine/base/cbor.h"

namespace caveat::audit {
namespace {

constexpr std::string_view kStateDomain = "caveat/1/state";
constexpr std::size_t kBodyNonceBytes = 12;

// All keys of a record in a row, in the order of their ids: whoever lacks one has none.
std::optional<SecretText> join_keys(const KeyStore& keys, const std::vector<KeyId>& ids) {
  std::string joined;
  joined.reserve(ids.size() * 32);
  for (const auto& id : ids) {
    const auto key = keys.find(id);
    if (key == nullptr) {
      wipe(joined);
      return std::nullopt;
    }
    joined.append(key->view());
  }
  return SecretText(std::move(joined));
}

// Everything that one record's key gives.
class RecordKey {
 public:
  RecordKey(const Suite& suite, std::string_view keys, std::string_view seed) {
    Digest extracted = suite.extract(seed, keys);
    under_ = suite.mac_under(caveat::view(extracted));
    wipe(extracted.data(), extracted.size());
  }

  SecretKey body_key() const {
    Digest bytes = expand(*under_, kBodyKeyInfo);
    SecretKey key(caveat::view(bytes));
    wipe(bytes.data(), bytes.size());
    return key;
  }
  std::string nonce() const {
    return std::string(caveat::view(expand(*under_, kBodyNonceInfo)).substr(0, kBodyNonceBytes));
  }
  Salt salt(std::uint8_t section) const {
    std::array<char, kSaltInfo.size() + 1> info{};
    *std::copy(kSaltInfo.begin(), kSaltInfo.end(), info.begin()) = static_cast<char>(section);
    return expand(*under_, {info.data(), info.size()});
  }
  Salt salt(Section section) const { return salt(static_cast<std::uint8_t>(section)); }
  Salt tags_salt() const { return salt(std::uint8_t{0}); }

 private:
  std::unique_ptr<const Mac> under_;
};

tl::unexpected<Problem> bad_section(Words expected) {
  return tl::unexpected(Problem{
      &codes::kBadRecord, {ProblemItem{.path = {}, .expected = expected, .found = {}, .nearest = {}, .hint = {}}}});
}

std::string state_context(StateKind kind, std::string_view subject, std::string_view discriminator,
                          const std::vector<KeyId>& ids) {
  cbor::Encoder out;
  out.array(5);
  out.text(kStateDomain);
  out.integer(static_cast<std::int64_t>(kind));
  out.bytes(subject);
  out.bytes(discriminator);
  out.array(ids.size());
  for (const auto& id : ids) out.bytes(audit::view(id));
  return out.take();
}

}  // namespace

std::string encode_changes(const std::vector<StateChange>& changes) {
  cbor::Encoder out;
  out.array(changes.size());
  for (const auto& change : changes) {
    out.array(4);
    out.integer(static_cast<std::int64_t>(change.key.kind));
    out.text(change.key.subject);
    out.text(change.key.discriminator);
    if (change.value)
      out.bytes(*change.value);
    else
      out.null();
  }
  return out.take();
}

std::string encode_tags(const std::vector<Tag>& tags) {
  cbor::Encoder out;
  out.array(tags.size());
  for (const auto& tag : tags) {
    out.array(2);
    out.integer(static_cast<std::int64_t>(tag.kind));
    out.text(tag.text);
  }
  return out.take();
}

TagValue tag_value(const KeyStore& keys, const Tag& tag) {
  cbor::Encoder out;
  out.array(2);
  out.integer(static_cast<std::int64_t>(tag.kind));
  out.text(tag.text);
  return keys.keyed(Lookup::tag, out.view());
}

TagValue keyed_subject(const KeyStore& keys, const StateKey& key) {
  cbor::Encoder out;
  out.array(2);
  out.integer(static_cast<std::int64_t>(key.kind));
  out.text(key.subject);
  return keys.keyed(Lookup::state, out.view());
}

TagValue keyed_discriminator(const KeyStore& keys, const StateKey& key) {
  cbor::Encoder out;
  out.array(3);
  out.integer(static_cast<std::int64_t>(key.kind));
  out.text(key.subject);
  out.text(key.discriminator);
  return keys.keyed(Lookup::state, out.view());
}

namespace {

SealedStateChange seal_change(const KeyStore& keys, const StateChange& change, const std::vector<KeyId>& subject_keys,
                              std::string_view joined, Random& random) {
  SealedStateChange sealed{.kind = change.key.kind,
                           .subject = keyed_subject(keys, change.key),
                           .discriminator = keyed_discriminator(keys, change.key),
                           .sealed = std::nullopt};
  if (!change.value) return sealed;
  const std::string context =
      state_context(sealed.kind, view(sealed.subject), view(sealed.discriminator), subject_keys);
  cbor::Encoder out;
  out.array(2);
  out.array(subject_keys.size());
  for (const auto& id : subject_keys) out.bytes(audit::view(id));
  out.bytes(seal_bytes(keys.suite(), joined, random_bytes(random, kSeedBytes), context, *change.value));
  sealed.sealed = out.take();
  return sealed;
}

}  // namespace

SealedStateChange seal_change(KeyStore& keys, const StateChange& change, const std::vector<KeyId>& subject_keys,
                              Random& random) {
  if (!change.value) return seal_change(keys, change, subject_keys, {}, random);
  const auto joined = join_keys(keys, subject_keys);
  if (!joined) throw Error(codes::kKeyUnwrap, keys.dir(), {keys.dir(), "a data key is not there"});
  return seal_change(keys, change, subject_keys, joined->view(), random);
}

std::optional<std::string> open_value(const KeyStore& keys, StateKind kind, const TagValue& subject,
                                      const TagValue& discriminator, std::string_view sealed) {
  const Result<cbor::Value> decoded = cbor::decode(sealed, {.depth = 3, .items = 2 * kMaxSubjects});
  if (!decoded || decoded->kind != cbor::Value::Kind::array || decoded->items.size() != 2) return std::nullopt;
  const cbor::Value& list = decoded->items[0];
  const cbor::Value& bytes = decoded->items[1];
  if (list.kind != cbor::Value::Kind::array || bytes.kind != cbor::Value::Kind::bytes) return std::nullopt;
  std::vector<KeyId> ids;
  for (const auto& item : list.items) {
    KeyId id{};
    if (item.kind != cbor::Value::Kind::bytes || item.string.size() != id.size()) return std::nullopt;
    std::copy(item.string.begin(), item.string.end(), reinterpret_cast<char*>(id.data()));
    ids.push_back(id);
  }
  const auto joined = join_keys(keys, ids);
  if (!joined) return std::nullopt;
  std::string plain;
  if (!open_bytes(keys.suite(), joined->view(), state_context(kind, view(subject), view(discriminator), ids),
                  bytes.string, plain))
    return std::nullopt;
  return plain;
}

SealedRecord seal(KeyStore& keys, RecordContent content, std::int64_t now_us, Random& random) {
  if (content.subjects.empty()) content.subjects.emplace_back();  // the anonymous subject
  std::vector<DataKey> held;
  held.reserve(content.subjects.size());
  for (const auto& subject : content.subjects) held.push_back(keys.data_key(subject, now_us));
  std::sort(held.begin(), held.end(), [](const DataKey& a, const DataKey& b) { return a.id < b.id; });
  held.erase(std::unique(held.begin(), held.end(), [](const DataKey& a, const DataKey& b) { return a.id == b.id; }),
             held.end());
  if (held.size() > kMaxSubjects)
    throw Error(codes::kStorage, keys.dir(), {"a record", "it has more than 1,024 subjects"});
  std::vector<KeyId> ids;
  ids.reserve(held.size());
  std::string in_a_row;  // with room for all of them, so that none is left behind where it grew
  in_a_row.reserve(held.size() * 32);
  for (const DataKey& one : held) {
    ids.push_back(one.id);
    in_a_row.append(one.key->view());
  }
  const SecretText joined(std::move(in_a_row));

  const Suite& suite = keys.suite();
  const std::string seed = random_bytes(random, kSeedBytes);
  const RecordKey key(suite, joined.view(), seed);

  SealedRecord record;
  for (const auto& change : content.changes)
    record.state.push_back(seal_change(keys, change, ids, joined.view(), random));
  std::sort(content.tags.begin(), content.tags.end());
  content.tags.erase(std::unique(content.tags.begin(), content.tags.end()), content.tags.end());
  for (const auto& tag : content.tags) record.tags.push_back(tag_value(keys, tag));
  std::sort(record.tags.begin(), record.tags.end());
  if (!content.changes.empty()) content.sections.push_back({Section::state, encode_changes(content.changes)});
  if (!content.tags.empty()) content.sections.push_back({Section::search, encode_tags(content.tags)});
  std::sort(content.sections.begin(), content.sections.end(),
            [](const SectionBytes& a, const SectionBytes& b) { return a.section < b.section; });

  record.kind = content.kind;
  SealContext context{.format = kFormat,
                      .semantics = content.semantics,
                      .kind = content.kind,
                      .suite = suite.id(),
                      .algorithm = suite.algorithm(),
                      .subject_keys = std::move(ids),
                      .commitments = {}};
  context.commitments.reserve(content.sections.size());
  for (const auto& section : content.sections) {
    if (section.section != Section::verdict) continue;
    // Read here, from the bytes that are sealed, on the thread of whoever seals: the committer has no time for it.
    if (Result<VerdictSection> verdict = decode_verdict(section.encoded); verdict) record.verdict = std::move(*verdict);
  }
  for (const auto& section : content.sections)
    context.commitments.push_back(
        {section.section, commit_section(section.section, key.salt(section.section), section.encoded, suite.hash())});
  const Digest tags = commit_tags(key.tags_salt(), record.tags, suite.hash());

  std::string body = pad(encode_body(content.sections));
  if (body.size() > kMaxBodyBytes)
    throw Error(codes::kStorage, keys.dir(), {"a record", "its body is larger than 16 MiB"});
  record.body = seed + suite.encrypt(key.body_key(), key.nonce(), encode_seal_context(context), body);
  wipe(body);
  record.header = encode_around(context, tags, suite.hash()(record.body));
  return record;
}

const SectionBytes* OpenedRecord::find(Section section) const {
  for (const auto& one : sections)
    if (one.section == section) return &one;
  return nullptr;
}

Result<OpenedRecord> open_record(const KeyStore& keys, const Header& header, std::string_view stored_body) {
  const auto closed = [&](Words why) {
    return tl::unexpected(Problem{
        &codes::kBodyClosed,
        {ProblemItem{
            .path = "/" + std::to_string(header.index), .expected = why, .found = {}, .nearest = {}, .hint = {}}}});
  };
  const Suite* suite = keys.suite().id() == header.context.suite ? &keys.suite() : find_suite(header.context.suite);
  if (suite == nullptr) return closed("its suite is not built in");
  if (suite->hash()(stored_body) != header.body) return closed("its body is not the one that its header names");
  if (stored_body.size() < kSeedBytes) return closed("its body is too short");
  const auto joined = join_keys(keys, header.context.subject_keys);
  if (!joined) return closed("a data key of one of its subjects is not in the key set");
  const RecordKey key(*suite, joined->view(), stored_body.substr(0, kSeedBytes));
  std::string plain;
  if (!suite->decrypt(key.body_key(), key.nonce(), encode_seal_context(header.context), stored_body.substr(kSeedBytes),
                      plain))
    return closed("its body does not open under its key");
  const auto unpadded = unpad(plain);
  if (!unpadded) return closed("its padding is not what Caveat writes");
  Result<std::vector<SectionBytes>> sections = decode_body(*unpadded);
  if (!sections) return tl::unexpected(sections.error());
  OpenedRecord opened{.header = header, .sections = std::move(*sections), .salts = {}, .tags_salt = key.tags_salt()};
  if (opened.sections.size() != header.context.commitments.size())
    return closed("it has other sections than its header commits to");
  for (std::size_t i = 0; i < opened.sections.size(); ++i) {
    const SectionBytes& section = opened.sections[i];
    const Commitment& commitment = header.context.commitments[i];
    opened.salts.push_back(key.salt(section.section));
    if (commitment.section != section.section ||
        commitment.digest != commit_section(section.section, opened.salts.back(), section.encoded, suite->hash()))
      return closed(said("its section {0} is not what its header commits to", name(section.section)));
  }
  return opened;
}

Result<std::vector<StateChange>> decode_changes(std::string_view section) {
  const Result<cbor::Value> decoded = cbor::decode(section);
  if (!decoded) return tl::unexpected(decoded.error());
  if (decoded->kind != cbor::Value::Kind::array || decoded->items.empty())
    return bad_section("a list of state changes");
  std::vector<StateChange> changes;
  for (const auto& item : decoded->items) {
    if (item.kind != cbor::Value::Kind::array || item.items.size() != 4)
      return bad_section("state changes of four parts");
    const auto kind =
        item.items[0].kind == cbor::Value::Kind::unsigned_integer ? state_kind_of(item.items[0].number) : std::nullopt;
    const auto& value = item.items[3];
    if (!kind || item.items[1].kind != cbor::Value::Kind::text || item.items[2].kind != cbor::Value::Kind::text ||
        (value.kind != cbor::Value::Kind::bytes && value.kind != cbor::Value::Kind::null))
      return bad_section("kind, subject, discriminator, value");
    StateChange change{.key = {*kind, std::string(item.items[1].string), std::string(item.items[2].string)},
                       .value = std::nullopt};
    if (value.kind == cbor::Value::Kind::bytes) change.value = std::string(value.string);
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<std::vector<Tag>> decode_tags(std::string_view section) {
  const Result<cbor::Value> decoded = cbor::decode(section);
  if (!decoded) return tl::unexpected(decoded.error());
  if (decoded->kind != cbor::Value::Kind::array || decoded->items.empty()) return bad_section("a list of search tags");
  std::vector<Tag> tags;
  for (const auto& item : decoded->items) {
    if (item.kind != cbor::Value::Kind::array || item.items.size() != 2 ||
        item.items[0].kind != cbor::Value::Kind::unsigned_integer || item.items[0].number < 1 ||
        item.items[0].number > static_cast<std::uint64_t>(TagKind::handoff) ||
        item.items[1].kind != cbor::Value::Kind::text)
      return bad_section("search tags of a kind and a text");
    Tag tag{static_cast<TagKind>(item.items[0].number), std::string(item.items[1].string)};
    if (!tags.empty() && !(tags.back() < tag)) return bad_section("search tags in order, each once");
    tags.push_back(std::move(tag));
  }
  return tags;
}

}  // namespace caveat::audit
