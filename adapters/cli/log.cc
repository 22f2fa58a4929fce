#include <boost/json.hpp>
#include <charconv>
#include <filesystem>
#include <memory>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/load/rule_files.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/log/tree.h"
#include "audit/log/verify.h"
#include "audit/record/decode.h"
#include "audit/record/sections.h"

namespace caveat::cli {

namespace {

namespace json = boost::json;
using audit::LogReader;

// A line that is rewritten while it counts, on a terminal only.
class Progress {
 public:
  explicit Progress(Terminal& terminal) : terminal_(terminal) {}
  ~Progress() {
    if (shown_) terminal_.err << "\r\x1b[K" << std::flush;
  }
  void operator()(std::uint64_t done, std::uint64_t of) {
    if (!terminal_.progress || of == 0) return;
    const std::uint64_t percent = done * 100 / of;
    if (shown_ && percent == last_) return;
    shown_ = true;
    last_ = percent;
    terminal_.err << "\r\x1b[K" << percent << " %" << std::flush;
  }

 private:
  Terminal& terminal_;
  bool shown_ = false;
  std::uint64_t last_ = 0;
};

json::object finding_json(const audit::Finding& finding) {
  return {{"table", finding.table}, {"row", finding.row}, {"what", finding.what}};
}

void print_report(const audit::VerifyReport& report, Terminal& terminal) {
  if (terminal.json) {
    json::array findings, checked, not_checked;
    for (const audit::Finding& finding : report.findings) findings.push_back(finding_json(finding));
    for (const std::string& sentence : report.checked) checked.push_back(json::string(sentence));
    for (const std::string& sentence : report.not_checked) not_checked.push_back(json::string(sentence));
    terminal.out << json::serialize(json::object{{"ok", report.good()},
                                                 {"origin", report.origin},
                                                 {"size", report.size},
                                                 {"root", hex(report.root)},
                                                 {"time", format_instant(report.time_us, 0)},
                                                 {"anchor", audit::name(report.anchor)},
                                                 {"findings", std::move(findings)},
                                                 {"more_findings", report.more_findings},
                                                 {"bodies_closed", report.bodies_closed},
                                                 {"checked", std::move(checked)},
                                                 {"not_checked", std::move(not_checked)}})
                 << '\n';
    return;
  }
  std::ostream& out = terminal.out;
  out << (report.good()             ? terminal.say({"The log is whole.", "日志完整。"})
          : report.findings.empty() ? terminal.say({"The log could not be checked in full.", "日志未能全部核验。"})
                                    : terminal.say({"The log was changed.", "日志已被改动。"}))
      << '\n';
  const auto line = [&](const Phrase& label, std::string_view value) {
    out << "  " << terminal.say(label) << value << '\n';
  };
  line({"log        ", "日志      "}, report.origin);
  line({"records    ", "记录数    "}, std::to_string(report.size));
  line({"root       ", "根哈希    "}, hex(report.root));
  if (report.size > 0) line({"up to      ", "截至      "}, format_instant(report.time_us, 0));
  line({"anchored   ", "锚定      "}, audit::name(report.anchor));
  for (const audit::Finding& finding : report.findings)
    out << "✗ " << finding.table << ' ' << finding.row << ": " << finding.what << '\n';
  if (report.more_findings > 0)
    out << fill(terminal.say({"… and {0} more.", "……另有 {0} 处。"}), {std::to_string(report.more_findings)}) << '\n';
  for (const std::string& sentence : report.checked)
    out << (report.findings.empty() ? "✓ " : terminal.say({"looked at: ", "已查："})) << sentence << '\n';
  for (const std::string& sentence : report.not_checked) out << "– " << sentence << '\n';
}

}  // namespace

int run_log_verify(const Invocation& invocation, Terminal& terminal) {
  const std::string& path = invocation.arguments[0];
  const std::unique_ptr<LogReader> reader = LogReader::open(path);
  const std::string dir = keys_dir(invocation, path);
  const std::unique_ptr<audit::KeyStore> keys = audit::KeyStore::open(dir, {});
  if (keys->origin() != reader->origin())
    throw audit::Error(audit::codes::kKeysOtherLog, dir, {dir, keys->origin(), reader->origin()});
  audit::VerifyOptions options;
  options.verifier = keys->verifier();
  options.keys = keys.get();
  options.high_water = dir + "/high-water";
  if (invocation.has("--checkpoint")) {
    Result<std::string> kept = load::read_file(invocation.get("--checkpoint"), 1u << 20);
    if (!kept) return refuse(terminal, kept.error());
    options.kept = std::move(*kept);
  }
  audit::VerifyReport report;
  {
    Progress progress(terminal);
    options.progress = [&](std::uint64_t done, std::uint64_t of) { progress(done, of); };
    report = audit::verify_log(*reader, options);
  }
  print_report(report, terminal);
  return report.good() ? kDone : kNo;
}

namespace {

struct Shown {
  audit::Header header;
  std::optional<audit::OpenedRecord> opened;
  std::string verdict, rules;
};

Shown look(const LogReader& reader, const audit::KeyStore* keys, std::uint64_t index, std::string_view leaf) {
  Shown shown;
  Result<audit::Header> header = audit::decode_header(leaf);
  if (!header)
    throw audit::Error(audit::codes::kLogBroken, reader.path(),
                       {reader.path(), "record " + std::to_string(index) + " is no record"});
  shown.header = std::move(*header);
  if (keys == nullptr) return shown;
  Result<audit::OpenedRecord> opened = reader.open_body(*keys, index);
  if (!opened) return shown;
  shown.opened = std::move(*opened);
  if (const audit::SectionBytes* section = shown.opened->find(audit::Section::verdict)) {
    if (const Result<audit::VerdictSection> verdict = audit::decode_verdict(section->encoded)) {
      shown.verdict = audit::verdict_name(verdict->verdict);
      for (const audit::RuleOutcome& rule : verdict->rules) shown.rules += (shown.rules.empty() ? "" : " ") + rule.id;
    }
  }
  return shown;
}

json::object record_json(const Shown& shown) {
  json::object out{{"index", shown.header.index},
                   {"time", format_instant(shown.header.time_us, 0)},
                   {"kind", audit::name(shown.header.context.kind)},
                   {"opened", shown.opened.has_value()}};
  if (!shown.verdict.empty()) {
    out["verdict"] = shown.verdict;
    json::array rules;
    std::string_view rest = shown.rules;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      rules.push_back(json::string(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    out["rules"] = std::move(rules);
  }
  return out;
}

constexpr Phrase kStoryLabels[] = {{"", ""},
                                   {"customer: ", "客户："},
                                   {"bot wanted ", "机器人拟："},
                                   {"verdict: ", "裁决："},
                                   {"rule: ", "规则："},
                                   {"because: ", "原因："},
                                   {"law: ", "依据："},
                                   {"unknown: ", "未知："},
                                   {"told the customer: ", "告知客户："},
                                   {"handed to: ", "转交："},
                                   {"kept back: ", "扣下："}};

void print_record(const Shown& shown, std::string_view leaf, Terminal& terminal) {
  std::ostream& out = terminal.out;
  const auto line = [&](const Phrase& label, std::string_view value) { out << terminal.say(label) << value << '\n'; };
  line({"index     ", "序号      "}, std::to_string(shown.header.index));
  line({"time      ", "时间      "}, format_instant(shown.header.time_us, 0));
  line({"kind      ", "类型      "}, audit::name(shown.header.context.kind));
  line({"leaf      ", "叶哈希    "}, hex(audit::leaf_hash(leaf)));
  line({"body      ", "正文摘要  "}, hex(shown.header.body));
  if (!shown.opened) {
    out << terminal.say({"The body is sealed: no key at hand opens it.", "正文已封存：现有密钥无法打开。"}) << '\n';
    return;
  }
  if (const audit::SectionBytes* section = shown.opened->find(audit::Section::story)) {
    if (const Result<audit::StorySection> story = audit::decode_story(section->encoded)) {
      out << '\n';
      for (const audit::StoryLine& told : terminal.language == Language::zh ? story->zh : story->en)
        out << "  " << terminal.say(kStoryLabels[static_cast<std::size_t>(told.kind)]) << told.text << '\n';
    }
  }
}

}  // namespace

int run_log_show(const Invocation& invocation, Terminal& terminal) {
  const std::string& path = invocation.arguments[0];
  const std::unique_ptr<LogReader> reader = LogReader::open(path);
  const std::string dir = keys_dir(invocation, path);
  std::unique_ptr<audit::KeyStore> keys;
  if (audit::KeyStore::exists(dir))
    keys = audit::KeyStore::open(dir, {});
  else
    terminal.err << fill(terminal.say({"caveat: no keys in {0}: bodies stay sealed, headers are shown.\n",
                                       "caveat：{0} 中没有密钥：正文保持封存，只显示记录头。\n"}),
                         {dir});

  if (invocation.has("--index")) {
    const std::string text = invocation.get("--index");
    std::uint64_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    const std::optional<std::string> leaf =
        error == std::errc() && end == text.data() + text.size() ? reader->header(index) : std::nullopt;
    if (!leaf)
      return wrong_use(terminal,
                       {"the log has {0}; --index counts from 0, and “{1}” is none of them.",
                        "日志有 {0}；--index 从 0 开始，其中没有“{1}”。"},
                       {counted(reader->size(), terminal, "record", "records", "条记录"), text}, "log show");
    const Shown shown = look(*reader, keys.get(), index, *leaf);
    if (terminal.json)
      terminal.out << json::serialize(record_json(shown)) << '\n';
    else
      print_record(shown, *leaf, terminal);
    return kDone;
  }
  reader->each_header(0, reader->size(), [&](std::uint64_t index, std::string_view leaf) {
    const Shown shown = look(*reader, keys.get(), index, leaf);
    if (terminal.json) {
      terminal.out << json::serialize(record_json(shown)) << '\n';
      return;
    }
    terminal.out << index << "  " << format_instant(shown.header.time_us, 0) << "  "
                 << audit::name(shown.header.context.kind);
    if (!shown.verdict.empty()) terminal.out << "  " << shown.verdict << "  " << shown.rules;
    terminal.out << '\n';
  });
  return kDone;
}

}  // namespace caveat::cli
