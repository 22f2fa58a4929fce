#include <filesystem>
#include <memory>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/write_file.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/log/tree.h"
#include "audit/log/verify.h"
#include "audit/record/decode.h"
#include "audit/report/archive.h"
#include "audit/report/html.h"
#include "audit/report/package.h"

namespace caveat::cli {

namespace {

// A day or an instant; `end`: the end of that day.
bool read_time(const std::string& text, bool end, std::optional<Microseconds>& out) {
  if (text.empty()) return true;
  if (const std::optional<Days> day = parse_date(text)) {
    out = (static_cast<Microseconds>(*day) + (end ? 1 : 0)) * 86'400 * 1'000'000;
    return true;
  }
  out = parse_instant(text);
  return out.has_value();
}

audit::LogFacts facts_of(const audit::LogReader& reader, const audit::VerifyReport& verified,
                         const std::string& key_name) {
  audit::LogFacts facts;
  facts.path = std::filesystem::path(reader.path()).filename().string();
  facts.origin = reader.origin();
  facts.size = reader.size();
  facts.root = verified.root;
  facts.checkpoint_time = verified.time_us;
  facts.checkpoint_note = reader.checkpoint().value_or("");
  facts.key_name = key_name;
  facts.checked = verified.good();
  for (const audit::Finding& finding : verified.findings) {
    const std::string sentence = finding.table + " " + finding.row + ": " + finding.what;
    facts.findings_en.push_back(sentence);
    facts.findings_zh.push_back(sentence);
  }
  return facts;
}

}  // namespace

int run_report(const Invocation& invocation, Terminal& terminal) {
  const std::string& path = invocation.arguments[0];
  const std::string out = invocation.get("--out");
  const std::string form = std::filesystem::path(out).extension().string();
  if (form == ".pdf" || form == ".csv" || form == ".jsonl") return not_yet(terminal, "report --out FILE" + form);
  if (form != ".html" && form != ".zip")
    return wrong_use(terminal,
                     {"--out ends in .html (to read) or .zip (evidence), and “{0}” does not.",
                      "--out 应以 .html（供阅读）或 .zip（证据包）结尾，而“{0}”不是。"},
                     {out}, "report");
  audit::ReportQuery query;
  query.language = terminal.language;
  query.seed = invocation.get("--seed");
  for (const char* option : {"--from", "--to"}) {
    const bool end = std::string_view(option) == "--to";
    if (!read_time(invocation.get(option), end, end ? query.to : query.from))
      return wrong_use(terminal,
                       {"{0} is a day (2026-11-23) or an instant (2026-11-23T10:00:00+08:00), not “{1}”.",
                        "{0} 应为日期（2026-11-23）或时刻（2026-11-23T10:00:00+08:00），而不是“{1}”。"},
                       {option, invocation.get(option)}, "report");
  }

  const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(path);
  const std::string dir = keys_dir(invocation, path);
  const std::unique_ptr<audit::KeyStore> keys = audit::KeyStore::open(dir, {});
  if (keys->origin() != reader->origin())
    throw audit::Error(audit::codes::kKeysOtherLog, dir, {dir, keys->origin(), reader->origin()});
  audit::VerifyOptions options;
  options.verifier = keys->verifier();
  options.keys = keys.get();
  options.high_water = dir + "/high-water";
  const audit::VerifyReport verified = audit::verify_log(*reader, options);
  if (!verified.good()) {
    for (const audit::Finding& finding : verified.findings)
      terminal.err << "✗ " << finding.table << ' ' << finding.row << ": " << finding.what << '\n';
    terminal.err << "caveat: "
                 << fill(terminal.say(
                             {"{0} was changed, so no report was written. `caveat log verify {0}` shows all that was "
                              "found; put back a whole copy.",
                              "{0} 已被改动，未生成报告。`caveat log verify {0}` 列出全部发现；请恢复完整的副本。"}),
                         {path})
                 << '\n';
    return kNo;
  }
  audit::LogFacts facts = facts_of(*reader, verified, keys->verifier().name);
  audit::name_what_is_not_checked(facts, true);
  const audit::Evidence evidence = audit::collect(*reader, keys.get(), query, std::move(facts));
  const std::string bytes =
      form == ".html" ? audit::render_html(evidence.model) : audit::write_archive(audit::package(evidence, *keys));
  if (const int written = write_file(terminal, out, bytes); written != kDone) return written;
  terminal.err << fill(terminal.say({"caveat: wrote {0} ({1} of {2}). This export is not yet recorded in the log.\n",
                                     "caveat：已写入 {0}（{1}，共 {2}）。本次导出尚未记入日志。\n"}),
                       {out, counted(evidence.model.population, terminal, "decision", "decisions", "个决定"),
                        counted(reader->size(), terminal, "record", "records", "条记录")});
  return kDone;
}

}  // namespace caveat::cli
