#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/period.h"
#include "adapters/cli/progress.h"
#include "adapters/cli/system_clock.h"
#include "adapters/cli/write_file.h"
#include "adapters/load/rule_files.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/log/tree.h"
#include "audit/log/verify.h"
#include "audit/record/decode.h"
#include "audit/report/archive.h"
#include "audit/report/html.h"
#include "audit/report/manifest.h"
#include "audit/report/package.h"
#include "audit/report/tables.h"
#include "audit/seal/system_random.h"

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
  for (const audit::ClosedKey& key : verified.closed_keys) {
    if (key.erased_by) continue;
    const std::string id = hex(audit::view(key.key)), records = std::to_string(key.records),
                      first = std::to_string(key.first);
    facts.not_checked_en.push_back("What " + records + " records from record " + first + " on say: their data key " +
                                   id + " is not in the key set, and no erasure record names it.");
    facts.not_checked_zh.push_back("自记录 " + first + " 起 " + records + " 条记录的内容：其数据密钥 " + id +
                                   " 不在密钥目录中，且没有删除记录指明。");
  }
  return facts;
}

// The checkpoint to report as of: --checkpoint, or the newest. An earlier package has it as its member `checkpoint`.
Result<std::string> checkpoint_of(const Invocation& invocation, const audit::LogReader& reader) {
  if (!invocation.has("--checkpoint")) return reader.checkpoint().value_or("");
  Result<std::string> kept = load::read_file(invocation.get("--checkpoint"), 1u << 20);
  if (!kept) return kept;
  const Result<audit::SignedNote> note = audit::parse_note(*kept);
  if (!note) return tl::unexpected(note.error());
  const Result<audit::Checkpoint> said = audit::parse_checkpoint(note->text);
  if (!said) return tl::unexpected(said.error());
  if (reader.checkpoint_at(said->size) != *kept)
    return tl::unexpected(Problem{&audit::codes::kBadCheckpoint,
                                  {ProblemItem{.path = "/size/" + std::to_string(said->size),
                                               .expected = "a checkpoint of this log",
                                               .found = said->origin,
                                               .nearest = {},
                                               .hint = {}}}});
  return kept;
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

void say_written(const Invocation& invocation, Terminal& terminal, const audit::Evidence& evidence,
                 const std::optional<audit::Committed>& recorded) {
  const std::string out = invocation.get("--out");
  if (terminal.json) {
    boost::json::object line{{"file", out},
                             {"decisions", evidence.model.population},
                             {"records", evidence.model.records},
                             {"recorded", recorded.has_value()}};
    if (recorded) line["index"] = recorded->index;
    terminal.out << boost::json::serialize(line) << '\n';
    return;
  }
  const std::string decisions = counted(evidence.model.population, terminal, "decision", "decisions", "个决定");
  const std::string records = counted(evidence.model.log.size, terminal, "record", "records", "条记录");
  terminal.err << (recorded
                       ? fill(terminal.say({"caveat: wrote {0} ({1} of {2}); the export is record {3} of the log.\n",
                                            "caveat：已写入 {0}（{1}，共 {2}）；本次导出为日志第 {3} 条记录。\n"}),
                              {out, decisions, records, std::to_string(recorded->index)})
                       : fill(terminal.say({"caveat: wrote {0} ({1} of {2}). This export is not in the log.\n",
                                            "caveat：已写入 {0}（{1}，共 {2}）。本次导出未记入日志。\n"}),
                              {out, decisions, records}));
}

}  // namespace

int run_report(const Invocation& invocation, Terminal& terminal) {
  const std::string& path = invocation.arguments[0];
  const std::string out = invocation.get("--out");
  const std::string form = std::filesystem::path(out).extension().string();
  if (form == ".pdf") return not_yet(terminal, "report --out FILE" + form);
  if (form != ".html" && form != ".zip" && form != ".csv" && form != ".jsonl")
    return wrong_use(
        terminal,
        {"--out ends in .html (to read), .csv or .jsonl (for tools) or .zip (evidence), and “{0}” does not.",
         "--out 应以 .html（供阅读）、.csv 或 .jsonl（供工具）或 .zip（证据包）结尾，而“{0}”不是。"},
        {out}, "report");
  audit::ReportQuery query;
  query.language = terminal.language;
  query.seed = invocation.get("--seed");
  query.rule = invocation.get("--rule");
  query.requested_by = invocation.get("--requested-by");
  query.purpose = invocation.get("--purpose");
  query.keep_rows = form == ".csv" || form == ".jsonl";
  Period period;
  if (const int wrong = read_period(invocation, terminal, "report", period); wrong != kDone) return wrong;
  query.from = period.from;
  query.to = period.to;
  if (invocation.has("--verdict")) {
    query.verdict = verdict_of(invocation.get("--verdict"));
    if (!query.verdict) return wrong_verdict(terminal, invocation.get("--verdict"), "report");
  }

  std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(path);
  const std::unique_ptr<audit::KeyStore> keys = keys_of(invocation, *reader);
  if (keys == nullptr && (form == ".zip" || invocation.has("--customer"))) {
    const std::string dir = keys_dir(invocation, path);
    throw audit::Error(audit::codes::kKeysMissing, dir,
                       {dir, form == ".zip" ? "a package is signed with them" : "a customer is found by them"});
  }
  if (keys == nullptr)
    terminal.err << fill(terminal.say({"caveat: no keys in {0}: decisions are counted, not opened.\n",
                                       "caveat：{0} 中没有密钥：只统计决定，不打开正文。\n"}),
                         {keys_dir(invocation, path)});
  if (invocation.has("--customer")) {
    query.customer = invocation.get("--customer");
    query.subjects = keys->keys_of(query.customer);
  }
  Result<std::string> checkpoint = checkpoint_of(invocation, *reader);
  if (!checkpoint) return refuse(terminal, checkpoint.error(), invocation.get("--checkpoint"));
  if (keys != nullptr) checkpoint = by_the_signer_of_now(*checkpoint, *keys);

  audit::VerifyReport verified;
  {
    Progress progress(terminal);
    audit::VerifyOptions options = verify_options(keys.get());
    options.progress = [&](std::uint64_t done, std::uint64_t of) { progress(done, of); };
    verified = audit::verify_log(*reader, options);
  }
  if (!verified.findings.empty()) {
    for (const audit::Finding& finding : verified.findings)
      terminal.err << "✗ " << finding.table << ' ' << finding.row << terminal.say({": ", "："})
                   << (terminal.language == Language::zh ? finding.what_zh : finding.what) << '\n';
    terminal.err << "caveat: "
                 << fill(terminal.say(
                             {"{0} was changed, so no report was written. `caveat log verify {0}` shows all that was "
                              "found; put back a whole copy.",
                              "{0} 已被改动，未生成报告。`caveat log verify {0}` 列出全部发现；请恢复完整的副本。"}),
                         {path})
                 << '\n';
    return kNo;
  }

  SystemClock clock;
  audit::SystemRandom random;
  const std::unique_ptr<audit::Log> log = open_recorder(invocation, terminal, *reader, keys.get(), clock, random);
  audit::LogFacts facts = facts_of(*reader, verified, *checkpoint, keys.get());
  facts.recorded = log != nullptr;
  audit::name_what_is_not_checked(facts, keys != nullptr);
  audit::Evidence evidence;
  {
    Progress progress(terminal);
    evidence = audit::collect(*reader, keys.get(), query, std::move(facts),
                              [&](std::uint64_t done, std::uint64_t of) { progress(done, of); });
  }
  std::string bytes;
  Digest content{};
  if (form == ".zip") {
    const audit::Members members = audit::package(evidence, *keys);
    content = sha256(members.at("manifest.json"));
    bytes = audit::write_archive(members);
  } else {
    bytes = form == ".html"  ? audit::render_html(evidence.model)
            : form == ".csv" ? audit::render_csv(evidence.model)
                             : audit::render_jsonl(evidence.model);
    content = sha256(bytes);
  }

  // The record before the file: what left is in the log, even if the file was never finished.
  std::optional<audit::Committed> recorded;
  if (log != nullptr) {
    audit::Exported event{.by = user_name(),
                          .role = "local",
                          .query = query.in_words(Language::en),
                          .checkpoint = *checkpoint,
                          .content = content,
                          .seed = evidence.model.seed,
                          .form = form.substr(1),
                          .recipient = {},
                          .purpose = {}};
    if (!query.requested_by.empty()) event.recipient = query.requested_by;
    if (!query.purpose.empty()) event.purpose = query.purpose;
    std::vector<std::string> subjects;
    if (!query.customer.empty()) subjects.push_back(query.customer);
    recorded = record(*log, audit::Kind::exported, event, std::move(subjects));
  }
  std::error_code ignored;  // that of a package written here before would refute this one
  if (form == ".zip") std::filesystem::remove(out + ".receipt", ignored);
  if (const int written = write_file(terminal, out, bytes); written != kDone) return written;
  if (recorded && form == ".zip") {
    reader->renew();
    const int written =
        write_file(terminal, out + ".receipt", audit::export_receipt(*reader, log->keys(), recorded->index));
    if (written != kDone) return written;
  }
  say_written(invocation, terminal, evidence, recorded);
  reader.reset();  // its snapshot would keep the writer from tidying up
  if (log != nullptr) log->close();
  return kDone;
}

}  // namespace caveat::cli
