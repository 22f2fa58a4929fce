#include "audit/report/package.h"

#include <algorithm>
#include <cstdio>

#include "audit/log/range.h"
#include "audit/log/tree.h"
#include "audit/phrases.h"
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

// Opened of every decision, and of the sample besides the story: it is masked, facts and texts stay sealed.
constexpr Section kDecision[] = {Section::verdict, Section::rules, Section::digests};
constexpr Section kEvent[] = {Section::event};

bool listed(std::span<const Section> sections, Section section) {
  return std::find(sections.begin(), sections.end(), section) != sections.end();
}

tl::unexpected<Problem> bad_opened(Words expected) {
  return tl::unexpected(
      Problem{&codes::kBadPackage, {{.path = "opened", .expected = expected, .found = {}, .nearest = {}, .hint = {}}}});
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
      sections->kind != Item::array || sections->items.empty())
    return bad_opened("an index and its sections");
  OpenedParts opened;
  opened.index = index->number;
  for (const cbor::Value& item : sections->items) {
    if (item.kind != Item::array || item.items.size() != 3 || item.items[0].kind != Item::unsigned_integer ||
        item.items[1].kind != Item::bytes || item.items[1].string.size() != sizeof(Salt) ||
        item.items[2].kind != Item::bytes)
      return bad_opened("section, salt of 32 bytes and content");
    const std::optional<Section> number = section_of(item.items[0].number);
    if (!number || (!opened.sections.empty() && opened.sections.back().section >= *number))
      return bad_opened("known sections in ascending order");
    OpenedSection& section = opened.sections.emplace_back();
    section.section = *number;
    std::copy(item.items[1].string.begin(), item.items[1].string.end(), section.salt.begin());
    section.encoded = item.items[2].string;
  }
  return opened;
}

Result<std::vector<OpenedParts>> decode_bundle(std::string_view member) {
  std::vector<OpenedParts> records;
  if (member.empty()) return bad_opened("at least one record");
  while (!member.empty()) {
    const std::size_t size = cbor::item_size(member);
    Result<OpenedParts> parts = decode_opened(size == 0 ? member : member.substr(0, size));
    if (!parts) return tl::unexpected(parts.error());
    if (!records.empty() && records.back().index >= parts->index) return bad_opened("records in ascending order");
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
      !in.key(opened_key::kSections) || !in.array(count) || count == 0)
    return false;
  for (std::uint64_t before = 0; count > 0; --count, before = number) {
    OpenedSectionView section;
    if (!in.array(parts) || parts != 3 || !in.number(number) || !section_of(number) || number <= before ||
        !in.bytes_of<sizeof(Salt)>(salt) || !in.bytes(section.encoded))
      return false;
    std::copy(salt.begin(), salt.end(), section.salt.begin());
    section.section = static_cast<Section>(number);
    opened.sections.push_back(section);
  }
  member = in.rest();
  return true;
}

std::span<const Section> sections_to_open(const ReportQuery& query, const HeaderView& header, bool last) {
  const bool inside = query.covers(header.time_us());
  if (header.kind() == Kind::decision && inside && query.is_about(header)) return kDecision;
  // Whoever was handed an earlier key follows the changes to the one that signs the package.
  if ((header.kind() == Kind::key_rotated || header.kind() == Kind::epoch) && inside) return kEvent;
  // The record that closes the last day of the period is the first of the day after it, and belongs to what is shown.
  const bool behind = last && query.to && header.time_us() >= *query.to;
  if (header.kind() == Kind::closing && (inside || behind)) return kEvent;
  return {};
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

namespace {

// Members that grow with the log, into a spool as they come.
class Bundles {
 public:
  Bundles(Spool& spool, std::vector<Evidence::Piece>& pieces) : spool_(spool), pieces_(pieces) {}

  // The range begins with this header; what came before it is not of it.
  void begin(std::string_view leaf) {
    headers_.clear();
    leaves_ = 0;
    add_header(leaf);
  }
  void add_header(std::string_view leaf) {
    headers_ += static_cast<char>(leaf.size() >> 8);
    headers_ += static_cast<char>(leaf.size() & 0xff);
    headers_ += leaf;
    if (++leaves_ % kBundle == 0) write(headers_member(leaves_ / kBundle - 1), headers_);
  }
  void add_opened(const OpenedParts& parts, std::uint64_t first) {
    const std::uint64_t bundle = (parts.index - first) / kBundle;
    if (bundle != bundle_) write(opened_member(bundle_), opened_);
    bundle_ = bundle;
    opened_ += encode_opened(parts);
  }
  void finish() {
    write(headers_member(leaves_ / kBundle), headers_);
    write(opened_member(bundle_), opened_);
    std::sort(pieces_.begin(), pieces_.end(),
              [](const Evidence::Piece& a, const Evidence::Piece& b) { return a.name < b.name; });
  }
  // Of a record whose bundle is written: with one section more.
  void add_section(std::uint64_t index, std::uint64_t first, const OpenedSection& section) {
    const std::string name = opened_member((index - first) / kBundle);
    const auto piece =
        std::find_if(pieces_.begin(), pieces_.end(), [&](const Evidence::Piece& one) { return one.name == name; });
    if (piece == pieces_.end()) return;
    Result<std::vector<OpenedParts>> records = decode_bundle(spool_.text(piece->at, piece->size));
    if (!records) return;
    std::string bytes;
    for (OpenedParts& parts : *records) {
      if (parts.index == index) {
        const auto place = std::find_if(parts.sections.begin(), parts.sections.end(),
                                        [&](const OpenedSection& one) { return one.section > section.section; });
        parts.sections.insert(place, section);
      }
      bytes += encode_opened(parts);
    }
    *piece = written(name, bytes);
  }

 private:
  Evidence::Piece written(std::string name, std::string_view bytes) {
    Evidence::Piece piece{.name = std::move(name), .at = spool_.size(), .size = bytes.size(), .digest = sha256(bytes)};
    spool_.add(bytes);
    if (spool_.size() > ArchiveLimits().total_bytes) too_large_for_a_package(pieces_.size(), spool_.size());
    return piece;
  }
  void write(std::string name, std::string& bytes) {
    if (bytes.empty()) return;
    pieces_.push_back(written(std::move(name), bytes));
    bytes.clear();
  }
  Spool& spool_;
  std::vector<Evidence::Piece>& pieces_;
  std::string headers_, opened_;
  std::uint64_t leaves_ = 0, bundle_ = 0;
};

}  // namespace

Evidence collect(const LogReader& reader, const KeyStore* keys, ReportQuery query, LogFacts facts,
                 const CollectInto& into) {
  Evidence evidence;
  const std::uint64_t size = facts.size;
  const ReportQuery asked = query;
  Gathering gathering(std::move(query), std::move(facts), into.row);
  std::optional<Bundles> bundles;
  if (into.package != nullptr) bundles.emplace(*into.package, evidence.pieces);
  bool any = false;
  std::vector<SectionView> sections;  // of the record at hand
  bool behind = false;
  reader.each_header(0, size, [&](std::uint64_t index, std::string_view leaf) {
    if (into.progress && index % 256 == 0) into.progress(index, size);
    const std::optional<HeaderView> header = view_header(leaf);
    if (!header) return;  // the check of the log names it
    // Times never fall, so what lies in a period is one run of indices; the record before it and the one behind it show that
    // the run is all of it.
    const bool early = asked.from && header->time_us() < *asked.from;
    const bool late = asked.to && header->time_us() >= *asked.to;
    if (late && behind) return;
    behind = late;
    const bool begins = early || !any;
    if (begins) evidence.first = index;
    any = true;
    evidence.end = index + 1;
    if (bundles && begins)
      bundles->begin(leaf);
    else if (bundles)
      bundles->add_header(leaf);
    if (early) return;
    std::optional<OpenedRecord> opened;
    const std::span<const Section> shown = sections_to_open(asked, *header, late);
    if (keys != nullptr && !shown.empty()) {
      if (const std::optional<std::string> body = reader.body(index)) {
        if (Result<OpenedRecord> record = open_record(*keys, header->header(), *body)) opened = std::move(*record);
      }
    }
    sections.clear();
    if (opened)
      for (const SectionBytes& section : opened->sections) sections.push_back({section.section, section.encoded});
    gathering.add(*header, leaf, opened ? std::optional<Gathering::Sections>(sections) : std::nullopt);
    if (!opened || !bundles) return;
    OpenedParts parts{.index = index, .sections = {}};
    for (std::size_t i = 0; i < opened->sections.size(); ++i) {
      SectionBytes& section = opened->sections[i];
      if (listed(shown, section.section))
        parts.sections.push_back({section.section, opened->salts[i], std::move(section.encoded)});
    }
    bundles->add_opened(parts, evidence.first);
  });
  evidence.model = gathering.finish();
  if (!bundles) return evidence;
  bundles->finish();
  // Which decisions are told is known only now.
  for (const ToldDecision& told : evidence.model.stories) {
    if (told.content == Content::sealed || told.of_others) continue;
    Result<OpenedRecord> record = reader.open_body(*keys, told.index);
    for (std::size_t i = 0; record && i < record->sections.size(); ++i)
      if (SectionBytes& section = record->sections[i]; section.section == Section::story)
        bundles->add_section(told.index, evidence.first,
                             {section.section, record->salts[i], std::move(section.encoded)});
  }
  if (evidence.first < evidence.end)
    evidence.proof = range_proof(evidence.first, evidence.end, size,
                                 [&](unsigned level, std::uint64_t position) { return reader.node(level, position); });
  return evidence;
}

void add_packs(Evidence& evidence, Spool& pieces, const FindPack& find) {
  const auto add = [&](std::string name, std::string_view bytes) {
    evidence.pieces.push_back(
        {.name = std::move(name), .at = pieces.size(), .size = bytes.size(), .digest = sha256(bytes)});
    pieces.add(bytes);
    if (pieces.size() > ArchiveLimits().total_bytes) too_large_for_a_package(evidence.pieces.size(), pieces.size());
  };
  std::vector<HeldPack>& held = evidence.model.held.emplace();
  for (const PackCount& count : evidence.model.packs) {
    const PackTexts* texts = find(count.pack.digest);
    if (texts != nullptr && sha256(texts->declarations) != count.pack.digest) texts = nullptr;
    const bool confidential = texts != nullptr && texts->confidential;
    held.push_back({count.pack, texts == nullptr ? PackHeld::missing
                                : confidential   ? PackHeld::confidential
                                                 : PackHeld::here});
    if (held.back().text != PackHeld::here) continue;
    add(declarations_member(count.pack.digest), texts->declarations);
    std::map<std::string, std::string_view> files;  // by member; all of them or none: a part of a pack has no meaning
    for (const PackFile& file : texts->files)
      if (std::optional<std::string> name = file_member(count.pack.digest, file.path))
        files[std::move(*name)] = file.bytes;
    if (files.size() == texts->files.size())
      for (const auto& [name, bytes] : files) add(name, bytes);
  }
  std::sort(evidence.pieces.begin(), evidence.pieces.end(),
            [](const Evidence::Piece& a, const Evidence::Piece& b) { return a.name < b.name; });
}

Digest write_package(const Evidence& evidence, Spool& pieces, const KeyStore& keys, Spool& out) {
  Members small;  // what does not grow with the log
  small["checkpoint"] = evidence.model.log.checkpoint_note;
  small["log.vkey"] = format_verifier_key(keys.verifier()) + "\n";
  small["report.html"] = render_html(evidence.model, PageIs::in_a_package);
  small["VERIFY.md"] = kVerifyByHand;
  small["proofs.json"] = write_proof(evidence.proof);
  std::vector<Manifest::Member> listed;
  for (const auto& [name, bytes] : small) listed.push_back({name, bytes.size(), hex(sha256(bytes))});
  for (const Evidence::Piece& piece : evidence.pieces) listed.push_back({piece.name, piece.size, hex(piece.digest)});
  std::sort(listed.begin(), listed.end(),
            [](const Manifest::Member& a, const Manifest::Member& b) { return a.name < b.name; });
  std::map<std::string_view, const Evidence::Piece*> large;
  for (const Evidence::Piece& piece : evidence.pieces) large.emplace(piece.name, &piece);
  const std::string manifest = write_manifest(evidence.model, evidence.first, evidence.end, listed);
  small["manifest.json"] = manifest;
  small["manifest.json.sig"] = keys.sign(manifest_text(manifest));
  std::vector<std::string> names;
  for (const auto& [name, bytes] : small) names.push_back(name);
  for (const Evidence::Piece& piece : evidence.pieces) names.push_back(piece.name);
  std::sort(names.begin(), names.end());
  ArchiveWriter archive([&](std::string_view bytes) { out.add(bytes); });
  for (const std::string& name : names) {
    const auto piece = large.find(name);
    archive.add(name, piece == large.end() ? small.at(name) : pieces.text(piece->second->at, piece->second->size));
  }
  archive.finish();
  return sha256(manifest);
}

}  // namespace caveat::audit
