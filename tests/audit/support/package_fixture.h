// A small log with every verdict in it and the evidence package of it: the same bytes each time.
#pragma once

#include <filesystem>

#include "audit/report/manifest.h"
#include "audit/report/package.h"
#include "audit/report/verify_package.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit::testing {

// A decision with the sections that a report reads.
inline RecordContent told_decision(std::size_t number) {
  VerdictSection verdict;
  verdict.verdict = static_cast<std::uint8_t>(number % 5);
  if (verdict.verdict > 0)
    verdict.rules = {{"cn.wealth/rule_" + std::to_string(number % 3), RuleOutcome::State::fired, verdict.verdict, -1}};
  if (verdict.verdict == 4) verdict.handoff = HandOffOutcome{"wealth_advisors", 1, 300, true, "none"};
  DigestsSection digests;
  digests.packs = {{"cn.wealth", "2026.2", sha256("wealth")}};
  const StorySection story{{{StoryLine::Kind::customer_said, "turn " + std::to_string(number)}},
                           {{StoryLine::Kind::customer_said, "第" + std::to_string(number) + "轮"}}};
  RecordContent content;
  content.semantics = 1;
  content.subjects = {"customer-" + std::to_string(number % 7)};
  content.sections = {{Section::verdict, encode_verdict(verdict)},
                      {Section::rules, encode_rules({})},
                      {Section::digests, encode_digests(digests)},
                      {Section::story, encode_story(story)}};
  content.tags = {{TagKind::customer, content.subjects[0]}};
  return content;
}

inline Microseconds newest_time(const LogReader& reader) {
  return reader.size() == 0 ? 0 : view_header(reader.header(reader.size() - 1).value()).value().time_us();
}

// Opened by one key set and signed by another.
inline Members package_of(const LogReader& reader, const KeyStore* keys, ReportQuery query, LogFacts facts,
                          const KeyStore& signer, const FindPack& packs = {}) {
  const SpoolOptions here{.folder = std::filesystem::temp_directory_path().string()};
  Spool pieces(here), zip(here);
  Evidence evidence = collect(reader, keys, std::move(query), std::move(facts), {.package = &pieces});
  if (packs) add_packs(evidence, pieces, packs);
  write_package(evidence, pieces, signer, zip);
  return *read_archive(zip.text(0, zip.size()));
}

// What somebody makes who holds a signing key: a manifest that lists the members as they are now, signed.
inline Members signed_again(Members members, const KeyStore& signer) {
  Manifest manifest = *read_manifest(members.at("manifest.json"));
  manifest.members.clear();
  for (const auto& [name, bytes] : members)
    if (!name.starts_with("manifest.json")) manifest.members.push_back({name, bytes.size(), hex(sha256(bytes))});
  members["manifest.json"] = write_manifest(manifest);
  members["manifest.json.sig"] = signer.sign(manifest_text(members["manifest.json"]));
  return members;
}

inline Members package_of(const LogReader& reader, const KeyStore& keys, ReportQuery query,
                          const FindPack& packs = {}) {
  LogFacts facts;
  facts.path = "log.db";
  facts.origin = keys.verifier().name;
  facts.size = reader.size();
  facts.root = reader.root(reader.size());
  facts.checkpoint_time = newest_time(reader);
  facts.checkpoint_note = *reader.checkpoint();
  facts.key_name = keys.verifier().name;
  facts.checked = true;
  name_what_is_not_checked(facts, true);
  return package_of(reader, &keys, std::move(query), std::move(facts), keys, packs);
}

struct PackageFixture {
  LogFolder in;
  std::unique_ptr<LogReader> reader;
  std::unique_ptr<KeyStore> keys;
  Members members;

  explicit PackageFixture(std::size_t records = 12) {
    {
      const auto log = Log::open(in.options());
      for (std::size_t i = 0; i < records; ++i) log->append(told_decision(i));
    }
    reader = LogReader::open(in.path());
    keys = in.keys();
    members = made();
  }

  Members made(ReportQuery query = {}, const FindPack& packs = {}) const {
    return package_of(*reader, *keys, std::move(query), packs);
  }

  // What told_decision says that it was decided by, as if it were a pack.
  PackTexts wealth = {
      .confidential = false, .declarations = "wealth", .files = {{"pack.cav", "pack"}, {"words/词 %.txt", "fund\n"}}};
  FindPack with_wealth() const {
    return [this](const Digest& digest) { return digest == sha256("wealth") ? &wealth : nullptr; };
  }

  PackageVerifyOptions named() const { return {.keys = {keys->verifier()}, .limits = {}, .receipt = {}}; }

  // What a forger does who holds the signing key: a manifest that fits the members as they are now, signed.
  bool sign_again(Members& forged) const {
    if (!forged.contains("manifest.json")) return false;
    std::string json = forged.at("manifest.json");
    const Result<Manifest> manifest = read_manifest(json);
    if (!manifest) return false;
    for (const Manifest::Member& member : manifest->members) {
      const auto listed = forged.find(member.name);
      if (listed == forged.end()) return false;
      const std::string& bytes = listed->second;
      const std::string before = "\"size\":" + std::to_string(member.size) + ",\"sha256\":\"" + member.sha256 + "\"";
      const std::string after =
          "\"size\":" + std::to_string(bytes.size()) + ",\"sha256\":\"" + hex(sha256(bytes)) + "\"";
      const auto at = json.find(before, json.find("\"name\":\"" + member.name + "\""));
      if (at == std::string::npos) return false;
      json.replace(at, before.size(), after);
    }
    forged["manifest.json"] = json;
    forged["manifest.json.sig"] = keys->sign(manifest_text(json));
    return true;
  }
};

}  // namespace caveat::audit::testing
