#include "adapters/cli/report_making.h"

#include <filesystem>

#include "adapters/cli/log_file.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/tree.h"
#include "audit/record/decode.h"
#include "audit/record/header_view.h"
#include "audit/report/archive.h"
#include "audit/report/html.h"
#include "audit/report/manifest.h"
#include "audit/report/package.h"
#include "audit/report/receipt.h"
#include "audit/report/tables.h"

namespace caveat::cli {

namespace {

// The log as of one of its checkpoints, and how far it was checked.
audit::LogFacts facts_of(const audit::LogReader& reader, const audit::VerifyReport& verified,
                         const std::string& checkpoint, const audit::KeyStore* keys) {
  audit::LogFacts facts;
  facts.path = std::filesystem::path(reader.path()).filename().string();
  facts.origin = reader.origin();
  facts.checkpoint_note = checkpoint;
  if (const Result<audit::SignedNote> note = audit::parse_note(checkpoint); note) {
    if (const Result<audit::Checkpoint> said = audit::parse_checkpoint(note->text); said) {
      facts.size = said->size;
      facts.root = said->root;
      facts.origin = said->origin;
    }
  }
  if (facts.size > 0) {
    if (const Result<audit::Header> newest = audit::decode_header(reader.header(facts.size - 1).value_or("")); newest)
      facts.checkpoint_time = newest->time_us;
  }
  if (keys != nullptr) facts.key_name = keys->verifier().name;
  facts.checked = verified.findings.empty() && verified.signatures_checked;
  for (const audit::Finding& finding : verified.findings) {
    facts.findings_en.push_back(finding.table + " " + finding.row + ": " + finding.what);
    facts.findings_zh.push_back(finding.table + " " + finding.row + "：" + finding.what_zh);
  }
  if (verified.behind > 0) {
    const std::string behind = std::to_string(verified.behind);
    facts.not_checked_en.push_back("What " + audit::several(verified.behind, "record more says", "records more say") +
                                   " that the keys know of: this is of a copy.");
    facts.not_checked_zh.push_back("密钥所知、而本副本没有的 " + behind + " 条记录。");
  }
  if (keys != nullptr && !verified.end_known) {
    facts.not_checked_en.push_back("How far the log had come: this is of a copy, and no high-water mark came with it.");
    facts.not_checked_zh.push_back("日志曾到何处：这是一份副本，没有随附高水位标记。");
  }
  for (const audit::ClosedKey& key : verified.closed_keys) {
    if (key.erased_by) continue;
    const std::string id = hex(audit::view(key.key)), records = std::to_string(key.records),
                      first = std::to_string(key.first);
    facts.not_checked_en.push_back("What " + audit::several(key.records, "record", "records") + " from record " +
                                   first + " on say: their data key " + id +
                                   " is not in the key set, and no erasure record names it.");
    facts.not_checked_zh.push_back("自记录 " + first + " 起 " + records + " 条记录的内容：其数据密钥 " + id +
                                   " 不在密钥目录中，且没有删除记录指明。");
  }
  return facts;
}

// The package is signed by one key: a checkpoint of an earlier signer is signed anew, for the same size and root.
std::string by_the_signer_of_now(const std::string& checkpoint, const audit::KeyStore& keys) {
  const audit::VerifierKey now = keys.verifier();
  if (audit::open_note(checkpoint, {&now, 1}, &audit::verify_signature)) return checkpoint;
  const Result<audit::SignedNote> note = audit::parse_note(checkpoint);
  const Result<audit::Checkpoint> said =
      note ? audit::parse_checkpoint(note->text) : Result<audit::Checkpoint>(tl::unexpected(note.error()));
  if (!said) return checkpoint;
  return keys.sign(audit::checkpoint_text({.origin = now.name, .size = said->size, .root = said->root}));
}

// Of subject-key ids those that a record under the checkpoint has, in their order.
std::vector<audit::KeyId> those_of(const audit::LogReader& reader, std::uint64_t size,
                                   const std::vector<audit::KeyId>& all) {
  std::vector<bool> met(all.size());
  reader.each_header(0, size, [&](std::uint64_t, std::string_view leaf) {
    const std::optional<audit::HeaderView> header = audit::view_header(leaf);
    for (std::size_t i = 0; header && i < all.size(); ++i)
      if (!met[i] && header->has_subject(all[i])) met[i] = true;
  });
  std::vector<audit::KeyId> those;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (met[i]) those.push_back(all[i]);
  return those;
}

}  // namespace

std::string folder_of(const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  return folder.empty() ? "." : folder.string();
}

Result<std::string> kept_checkpoint(const audit::LogReader& reader, const std::string& note_text) {
  const Result<audit::SignedNote> note = audit::parse_note(note_text);
  if (!note) return tl::unexpected(note.error());
  const Result<audit::Checkpoint> said = audit::parse_checkpoint(note->text);
  if (!said) return tl::unexpected(said.error());
  // A package signs it anew where the log has another key by then: it is the same one if size and root are, and the log's own is used.
  const std::optional<std::string> own = reader.checkpoint_at(said->size);
  const Result<audit::SignedNote> own_note = own ? audit::parse_note(*own) : note;
  const Result<audit::Checkpoint> ours = own_note ? audit::parse_checkpoint(own_note->text) : said;
  if (!own || !ours || ours->root != said->root)
    return tl::unexpected(Problem{&audit::codes::kBadCheckpoint,
                                  {ProblemItem{.path = "/size/" + std::to_string(said->size),
                                               .expected = "a checkpoint of this log",
                                               .found = said->origin,
                                               .nearest = {},
                                               .hint = {}}}});
  return *own;
}

std::optional<std::uint64_t> size_of(const std::string& checkpoint) {
  const Result<audit::SignedNote> note = audit::parse_note(checkpoint);
  if (!note) return std::nullopt;
  const Result<audit::Checkpoint> said = audit::parse_checkpoint(note->text);
  return said ? std::optional(said->size) : std::nullopt;
}

void add_to(PacksAtHand& all, const load::Loaded& loaded) {
  for (load::PackText& pack : load::pack_texts(loaded)) {
    audit::PackTexts& texts = all[pack.digest];
    texts.confidential = pack.confidential;
    texts.declarations = std::move(pack.declarations);
    texts.files.clear();
    for (auto& [path, bytes] : pack.files) texts.files.push_back({path, std::move(bytes)});
  }
}

audit::FindPack finder(std::shared_ptr<const PacksAtHand> all) {
  return [all = std::move(all)](const Digest& digest) {
    const auto found = all->find(digest);
    return found == all->end() ? nullptr : &found->second;
  };
}

ReportMade make_report(audit::LogReader& reader, const audit::KeyStore* keys, const ReportRecorder& recorder,
                       ReportAsked asked, const ReportProgress& verifying, const ReportProgress& collecting) {
  ReportMade made;
  std::string checkpoint = asked.checkpoint.empty() ? reader.checkpoint().value_or("") : asked.checkpoint;
  if (keys != nullptr && checkpoint.empty() && reader.size() == 0)  // a log without a record has signed nothing yet
    checkpoint =
        keys->sign(audit::checkpoint_text({.origin = keys->verifier().name, .size = 0, .root = audit::empty_root()}));
  if (keys != nullptr) checkpoint = by_the_signer_of_now(checkpoint, *keys);
  audit::VerifyOptions options = verify_options(keys, asked.high_water);
  options.copy = asked.copy;
  options.progress = verifying;
  const audit::VerifyReport verified = audit::verify_log(reader, options);
  if (!verified.findings.empty()) {
    made.findings = verified.findings;
    return made;
  }
  // A package is signed anew by the key at hand: never over what none of its keys has signed.
  if (keys != nullptr && !verified.signatures_checked)
    throw audit::Error(audit::codes::kKeysMissing, keys->dir(),
                       {keys->dir(), "none of theirs is known to have signed the newest checkpoints of this log"});

  made.missing = verified.behind;
  made.end_known = keys == nullptr || verified.end_known;
  audit::LogFacts facts = facts_of(reader, verified, checkpoint, keys);
  if (!asked.query.customer.empty()) {
    // Whose a record was is told by its data key: where that is lost, it may have been his.
    for (const audit::ClosedKey& key : verified.closed_keys)
      if (!key.erased_by) asked.query.subjects.push_back(key.key);
    // Keys that are newer than the checkpoint would tell of what came after it.
    asked.query.subjects = those_of(reader, facts.size, asked.query.subjects);
  }
  facts.recorded = recorder.records();
  const bool recorded = facts.recorded;
  audit::name_what_is_not_checked(facts, keys != nullptr);
  made.file = std::make_shared<audit::Spool>(asked.spool);
  audit::Spool& file = *made.file;
  audit::CollectInto into{.progress = collecting};
  std::optional<audit::Spool> pieces;
  if (asked.form == "csv") {
    file.add(audit::csv_head(asked.query));
    into.row = [&](const audit::DecisionRow& row) { file.add(audit::csv_line(row, asked.query)); };
  } else if (asked.form == "jsonl") {
    into.row = [&](const audit::DecisionRow& row) { file.add(audit::jsonl_line(row, asked.query)); };
  } else if (asked.form == "zip") {
    into.package = &pieces.emplace(asked.spool);
  }
  audit::Evidence evidence = audit::collect(reader, keys, asked.query, std::move(facts), into);
  Digest content{};
  if (pieces && asked.packs) {
    audit::add_packs(evidence, *pieces, asked.packs);
    std::copy_if(evidence.model.held->begin(), evidence.model.held->end(), std::back_inserter(made.left_out),
                 [](const audit::HeldPack& one) { return one.text != audit::PackHeld::here; });
  }
  if (pieces) content = audit::write_package(evidence, *pieces, *keys, file);
  if (asked.form == "html") file.add(audit::render_html(evidence.model));
  made.digest = file.digest();
  if (!pieces) content = made.digest;
  made.population = evidence.model.population;
  made.sealed = evidence.model.sealed;
  made.records = evidence.model.records;
  made.log_size = evidence.model.log.size;

  // The record before the file: what left is in the log, even if the file was never finished.
  if (!recorded) return made;
  audit::Log* const log = recorder.log();
  // Package and receipt are of one key; others had the log meanwhile, and may have changed it.
  if (pieces && log->keys().verifier() != keys->verifier())
    throw audit::Error(audit::codes::kKeyChanged, log->path(), {log->path()});
  audit::Exported event{.by = asked.by,
                        .role = asked.role,
                        .query = asked.query.in_words(Language::en),
                        .checkpoint = checkpoint,
                        .content = content,
                        .seed = evidence.model.seed,
                        .form = asked.form,
                        .recipient = {},
                        .purpose = {}};
  if (!asked.query.requested_by.empty()) event.recipient = asked.query.requested_by;
  if (!asked.query.purpose.empty()) event.purpose = asked.query.purpose;
  std::vector<std::string> subjects;
  if (!asked.query.customer.empty()) subjects.push_back(asked.query.customer);
  made.recorded = record(*log, audit::Kind::exported, event, std::move(subjects));
  if (asked.form == "zip") {
    reader.renew();
    made.receipt = audit::export_receipt(reader, log->keys(), made.recorded->index);
  }
  return made;
}

}  // namespace caveat::cli
