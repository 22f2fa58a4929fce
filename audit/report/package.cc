#include "audit/report/package.h"

#include <algorithm>
#include <cstdio>

#include "audit/log/proof.h"
#include "audit/log/range.h"
#include "audit/log/tree.h"
#include "audit/record/decode.h"
#include "audit/report/codes.h"
#include "audit/report/html.h"
#include "audit/report/manifest.h"
#include "engine/base/cbor_reader.h"

namespace caveat::audit {

extern const char* const kVerifyByHand;  // by_hand.cc

namespace {

namespace opened_key {
constexpr int kIndex = 1, kSections = 2;
}

// Opened of every decision, and of the sample besides: the story is masked, facts and texts stay sealed.
constexpr Section kAlways[] = {Section::verdict, Section::rules, Section::digests};
constexpr Section kSample[] = {Section::story};

bool listed(std::span<const Section> sections, Section section) {
  return std::find(sections.begin(), sections.end(), section) != sections.end();
}

tl::unexpected<Problem> bad(std::string expected) {
  return tl::unexpected(
      Problem{&codes::kBadPackage,
              {{.path = "opened", .expected = std::move(expected), .found = {}, .nearest = {}, .hint = {}}}});
}

}  // namespace

std::string headers_member(std::uint64_t bundle) {
  char name[32];
  std::snprintf(name, sizeof name, "headers/%06llu", static_cast<unsigned long long>(bundle));
  return name;
}

std::string opened_member(std::uint64_t bundle) {
  char name[32];
  std::snprintf(name, sizeof name, "opened/%06llu", static_cast<unsigned long long>(bundle));
  return name;
}

std::string encode_opened(const OpenedParts& opened) {
  cbor::Encoder out;
  out.map(2);
  out.integer(opened_key::kIndex);
  out.unsigned_integer(opened.index);
  out.integer(opened_key::kSections);
  out.array(opened.sections.size());
  for (const OpenedSection& section : opened.sections) {
    out.array(3);
    out.integer(static_cast<int>(section.section));
    out.bytes({reinterpret_cast<const char*>(section.salt.data()), section.salt.size()});
    out.bytes(section.encoded);
  }
  return out.take();
}

Result<OpenedParts> decode_opened(std::string_view encoded) {
  using Item = cbor::Value::Kind;
  const Result<cbor::Value> decoded = cbor::decode(encoded);
  if (!decoded) return tl::unexpected(decoded.error());
  const cbor::Value* index = decoded->kind == Item::map ? decoded->find(opened_key::kIndex) : nullptr;
  const cbor::Value* sections = decoded->kind == Item::map ? decoded->find(opened_key::kSections) : nullptr;
  if (decoded->items.size() != 4 || index == nullptr || index->kind != Item::unsigned_integer || sections == nullptr ||
      sections->kind != Item::array)
    return bad("an index and its sections");
  OpenedParts opened;
  opened.index = index->number;
  for (const cbor::Value& item : sections->items) {
    if (item.kind != Item::array || item.items.size() != 3 || item.items[0].kind != Item::unsigned_integer ||
        item.items[1].kind != Item::bytes || item.items[1].string.size() != sizeof(Salt) ||
        item.items[2].kind != Item::bytes)
      return bad("section, salt of 32 bytes and content");
    const std::optional<Section> number = section_of(item.items[0].number);
    if (!number || (!opened.sections.empty() && opened.sections.back().section >= *number))
      return bad("known sections in ascending order");
    OpenedSection& section = opened.sections.emplace_back();
    section.section = *number;
    std::copy(item.items[1].string.begin(), item.items[1].string.end(), section.salt.begin());
    section.encoded = item.items[2].string;
  }
  return opened;
}

Result<std::vector<OpenedParts>> decode_bundle(std::string_view member) {
  std::vector<OpenedParts> records;
  if (member.empty()) return bad("at least one record");
  while (!member.empty()) {
    const std::size_t size = cbor::item_size(member);
    Result<OpenedParts> parts = decode_opened(size == 0 ? member : member.substr(0, size));
    if (!parts) return tl::unexpected(parts.error());
    if (!records.empty() && records.back().index >= parts->index) return bad("records in ascending order");
    records.push_back(std::move(*parts));
    member.remove_prefix(size);
  }
  return records;
}

bool take_opened(std::string_view& member, OpenedView& opened) {
  cbor::Reader in(member);
  std::uint64_t count = 0, parts = 0, number = 0;
  std::string_view salt;
  opened.sections.clear();
  if (!in.map(count) || count != 2 || !in.key(opened_key::kIndex) || !in.number(opened.index) ||
      !in.key(opened_key::kSections) || !in.array(count))
    return false;
  for (std::uint64_t before = 0; count > 0; --count, before = number) {
    OpenedSectionView section;
    if (!in.array(parts) || parts != 3 || !in.number(number) || !section_of(number) || number <= before ||
        !in.bytes(salt) || salt.size() != sizeof(Salt) || !in.bytes(section.encoded))
      return false;
    std::copy(salt.begin(), salt.end(), section.salt.begin());
    section.section = static_cast<Section>(number);
    opened.sections.push_back(section);
  }
  member = in.rest();
  return true;
}

void name_what_is_not_checked(LogFacts& facts, bool opened) {
  const auto add = [&](const char* en, const char* zh) {
    facts.not_checked_en.emplace_back(en);
    facts.not_checked_zh.emplace_back(zh);
  };
  add("Whether every answer that the bot sent was brought before the gate: that takes the bot platform's own "
      "transcript.",
      "机器人发出的每条回答是否都经过本系统：需与机器人平台自身的会话记录核对。");
  add("Whether the facts that the bank's systems stated (age, risk level, ratings) were true.",
      "银行各系统提供的事实（年龄、风险等级、评级等）是否真实。");
  add("Whether the clock of the machine was right: times are those of the log's own clock.",
      "机器时钟是否准确：所载时间为日志自身时钟的时间。");
  add("Whether others were shown another log of the same name: compare the checkpoint below with one that was kept "
      "elsewhere.",
      "是否有人看到过同名的另一份日志：请将下方检查点与在别处保存的检查点比对。");
  if (!opened)
    add("What the decisions say: their bodies are sealed and no key was at hand.",
        "各决定的内容：正文已加密，且未提供密钥。");
}

Evidence collect(const LogReader& reader, const KeyStore* keys, ReportQuery query, LogFacts facts,
                 const CollectProgress& progress) {
  Evidence evidence;
  const std::uint64_t size = facts.size;
  const ReportQuery asked = query;
  Gathering gathering(std::move(query), std::move(facts));
  std::vector<OpenedParts> everything;
  std::vector<SectionView> sections;  // of the record at hand
  bool behind = false;
  reader.each_header(0, size, [&](std::uint64_t index, std::string_view leaf) {
    if (progress && index % 256 == 0) progress(index, size);
    const std::optional<HeaderView> header = view_header(leaf);
    if (!header) return;  // the check of the log names it
    // Times never fall, so what lies in a period is one run of indices; the record before it and the one behind it show that
    // the run is all of it.
    const bool early = asked.from && header->time_us() < *asked.from;
    const bool late = asked.to && header->time_us() >= *asked.to;
    if (late && behind) return;
    behind = late;
    if (early || evidence.leaves.empty()) {
      evidence.leaves.clear();
      evidence.first = index;
    }
    evidence.end = index + 1;
    evidence.leaves.emplace_back(leaf);
    if (early) return;
    std::optional<OpenedRecord> opened;
    const bool closing = header->kind() == Kind::closing;
    // Whoever was handed an earlier key follows these to the one that signs the package.
    const bool change = header->kind() == Kind::key_rotated || header->kind() == Kind::epoch;
    const bool ours = asked.customer.empty() || closing || change ||
                      std::any_of(asked.subjects.begin(), asked.subjects.end(),
                                  [&](const KeyId& id) { return header->has_subject(id); });
    // The record that closes the last day of the period is the first of the day after it, and belongs to what is shown.
    const bool told = closing || ((change || header->kind() == Kind::decision) && !late);
    if (keys != nullptr && ours && told) {
      if (const std::optional<std::string> body = reader.body(index)) {
        if (Result<OpenedRecord> record = open_record(*keys, header->header(), *body)) opened = std::move(*record);
      }
    }
    sections.clear();
    if (opened)
      for (const SectionBytes& section : opened->sections) sections.push_back({section.section, section.encoded});
    gathering.add(*header, leaf, opened ? std::optional<Gathering::Sections>(sections) : std::nullopt);
    if (!opened) return;
    OpenedParts& parts = everything.emplace_back();
    parts.index = index;
    for (std::size_t i = 0; i < opened->sections.size(); ++i) {
      SectionBytes& section = opened->sections[i];
      if (closing || change ? section.section == Section::event
                            : listed(kAlways, section.section) || listed(kSample, section.section))
        parts.sections.push_back({section.section, opened->salts[i], std::move(section.encoded)});
    }
  });
  evidence.model = gathering.finish();
  for (OpenedParts& parts : everything) {
    const bool told = std::any_of(evidence.model.stories.begin(), evidence.model.stories.end(),
                                  [&](const ToldDecision& story) { return story.index == parts.index; });
    if (!told)
      std::erase_if(parts.sections, [](const OpenedSection& section) { return listed(kSample, section.section); });
  }
  evidence.opened = std::move(everything);
  if (evidence.first < evidence.end)
    evidence.proof = range_proof(evidence.first, evidence.end, size,
                                 [&](unsigned level, std::uint64_t position) { return reader.node(level, position); });
  return evidence;
}

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

Result<Exported> read_export_receipt(std::string_view receipt, const VerifierKey& key) {
  const Result<LogProof> proof = parse_log_proof(receipt);
  if (!proof) return tl::unexpected(proof.error());
  const Result<Checkpoint> checkpoint = open_checkpoint(proof->checkpoint, {&key, 1}, &verify_signature);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const std::string bytes = proof->extra.value_or("");  // what follows points into it
  const Result<cbor::Value> extra = cbor::decode(bytes, {.depth = 2, .items = 8});
  if (!extra || extra->kind != cbor::Value::Kind::array || extra->items.size() != 2 ||
      extra->items[0].kind != cbor::Value::Kind::bytes || extra->items[1].kind != cbor::Value::Kind::bytes)
    return bad("a receipt with the record and what opens it");
  const std::string_view leaf = extra->items[0].string;
  if (proof->index >= checkpoint->size ||
      !verify_inclusion(leaf_hash(leaf), proof->index, checkpoint->size, proof->path, checkpoint->root))
    return bad("a proof that its record is in the tree");
  const Result<Header> header = decode_header(leaf);
  if (!header) return tl::unexpected(header.error());
  const Result<OpenedParts> parts = decode_opened(extra->items[1].string);
  if (!parts) return tl::unexpected(parts.error());
  if (header->index != proof->index || parts->index != proof->index || header->context.kind != Kind::exported ||
      parts->sections.size() != 1 || parts->sections[0].section != Section::event)
    return bad("a record of kind exported and its event");
  const OpenedSection& event = parts->sections[0];
  const Digest digest = commit_section(Section::event, event.salt, event.encoded);
  const auto& commitments = header->context.commitments;
  if (std::none_of(commitments.begin(), commitments.end(),
                   [&](const Commitment& one) { return one.section == Section::event && one.digest == digest; }))
    return bad("the event that the record was committed to");
  Result<Event> said = decode_event(Kind::exported, event.encoded);
  if (!said) return tl::unexpected(said.error());
  return std::get<Exported>(std::move(*said));
}

Members package(const Evidence& evidence, const KeyStore& keys) {
  Members members;
  members["checkpoint"] = evidence.model.log.checkpoint_note;
  members["log.vkey"] = format_verifier_key(keys.verifier()) + "\n";
  members["report.html"] = render_html(evidence.model);
  members["VERIFY.md"] = kVerifyByHand;
  members["proofs.json"] = write_proof(evidence.proof);
  for (std::uint64_t begin = 0; begin < evidence.leaves.size(); begin += kBundle) {
    std::string bundle;
    const std::uint64_t end = std::min<std::uint64_t>(begin + kBundle, evidence.leaves.size());
    for (std::uint64_t i = begin; i < end; ++i) {
      const std::string& leaf = evidence.leaves[i];
      bundle += static_cast<char>(leaf.size() >> 8);
      bundle += static_cast<char>(leaf.size() & 0xff);
      bundle += leaf;
    }
    members[headers_member(begin / kBundle)] = std::move(bundle);
  }
  for (const OpenedParts& parts : evidence.opened)
    members[opened_member((parts.index - evidence.first) / kBundle)] += encode_opened(parts);
  members["manifest.json"] = write_manifest(evidence.model, evidence.first, evidence.end, members);
  members["manifest.json.sig"] = keys.sign(manifest_text(members["manifest.json"]));
  return members;
}

}  // namespace caveat::audit
