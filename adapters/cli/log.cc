#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/progress.h"
#include "adapters/load/rule_files.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/log/verify.h"

namespace caveat::cli {

namespace {

namespace json = boost::json;
using audit::LogReader;

json::object finding_json(const audit::Finding& finding) {
  return {{"table", finding.table}, {"row", finding.row}, {"what", finding.what}, {"what_zh", finding.what_zh}};
}

std::string_view shown_word(audit::Shown shown) {
  return shown == audit::Shown::yes ? "yes" : shown == audit::Shown::no ? "no" : "not_checked";
}

Phrase anchor_words(audit::Anchor anchor) {
  switch (anchor) {
    case audit::Anchor::anchored:
      return {"anchored", "已锚定"};
    case audit::Anchor::diverged:
      return {"diverged", "已分叉"};
    case audit::Anchor::invalid:
      return {"invalid", "无效"};
    case audit::Anchor::unanchored:
      break;
  }
  return {"unanchored", "未锚定"};
}

// The keys that are gone: those that no erasure record names first.
void print_closed(const std::vector<audit::ClosedKey>& all, Terminal& terminal) {
  constexpr std::size_t kAtMost = 20;
  std::vector<audit::ClosedKey> keys;
  for (const bool erased : {false, true})
    for (const audit::ClosedKey& key : all)
      if (key.erased_by.has_value() == erased) keys.push_back(key);
  terminal.out << '\n' << terminal.say({"Data keys that are gone:", "已不在的数据密钥："}) << '\n';
  for (std::size_t i = 0; i < std::min(keys.size(), kAtMost); ++i) {
    const audit::ClosedKey& key = keys[i];
    const std::string of =
        fill(terminal.say({"{0}, {1} from record {2} on", "{0}，{1}，自记录 {2} 起"}),
             {hex(audit::view(key.key)), counted(key.records, terminal, "record", "records", "条记录"),
              std::to_string(key.first)});
    terminal.out << (key.erased_by ? "– " : "✗ ") << of
                 << (key.erased_by ? fill(terminal.say({": erased, see record {0}", "：已删除，见记录 {0}"}),
                                          {std::to_string(*key.erased_by)})
                                   : terminal.say({": no erasure record names it", "：没有删除记录指明"}))
                 << '\n';
  }
  if (keys.size() > kAtMost)
    terminal.out << fill(terminal.say({"… and {0} more.", "……另有 {0} 处。"}), {std::to_string(keys.size() - kAtMost)})
                 << '\n';
}

bool of_the_keys_alone(const audit::VerifyReport& report) {
  return !report.findings.empty() && report.more_findings == 0 &&
         std::all_of(report.findings.begin(), report.findings.end(),
                     [](const audit::Finding& finding) { return finding.table == "keys"; });
}

// The log as such was judged whole, by signatures too: what fails is only that some bodies can be read no more.
bool judged_but_for_what_is_lost(const audit::VerifyReport& report) {
  constexpr std::size_t kAsSuch = 7;  // tables to bodies
  return report.signatures_checked &&
         std::all_of(report.claims.begin(), report.claims.begin() + kAsSuch,
                     [](const audit::Claim& one) { return one.shown == audit::Shown::yes; });
}

void print_report(const audit::VerifyReport& report, Terminal& terminal) {
  if (terminal.json) {
    json::array findings, claims, closed;
    for (const audit::ClosedKey& key : report.closed_keys)
      closed.push_back(json::object{{"key", hex(audit::view(key.key))},
                                    {"records", key.records},
                                    {"first", key.first},
                                    {"erased_by", key.erased_by ? json::value(*key.erased_by) : json::value(nullptr)}});
    for (const audit::Finding& finding : report.findings) findings.push_back(finding_json(finding));
    for (const audit::Claim& claim : report.claims)
      claims.push_back(json::object{{"number", claim.number},
                                    {"claim", claim.en},
                                    {"claim_zh", claim.zh},
                                    {"shown", shown_word(claim.shown)},
                                    {"why", claim.why_en},
                                    {"why_zh", claim.why_zh}});
    terminal.out << json::serialize(json::object{{"ok", report.good()},
                                                 {"origin", report.origin},
                                                 {"size", report.size},
                                                 {"root", hex(report.root)},
                                                 {"time", format_instant(report.time_us, 0)},
                                                 {"anchor", audit::name(report.anchor)},
                                                 {"damaged", report.damaged},
                                                 {"missing", report.behind},
                                                 {"end_known", report.end_known},
                                                 {"findings", std::move(findings)},
                                                 {"more_findings", report.more_findings},
                                                 {"bodies_closed", report.bodies_closed},
                                                 {"bodies_lost", report.bodies_lost},
                                                 {"closed_keys", std::move(closed)},
                                                 {"claims", std::move(claims)}})
                 << '\n';
    return;
  }
  std::ostream& out = terminal.out;
  out << (report.good() && report.behind > 0
              ? fill(terminal.say({"This copy is whole as far as it goes. Its keys know of {0} more, and nothing tells "
                                   "it from a log whose end was dropped.",
                                   "本副本就其所含部分完整。其密钥所知的另有 {0}，无从区别于末尾被删去的日志。"}),
                     {counted(report.behind, terminal, "record", "records", "条记录")})
          : report.good() && !report.end_known
              ? std::string(
                    terminal.say({"It is whole as far as it goes. How far the log had come is not known: no mark "
                                  "was at hand, and nothing tells it from a log whose end was dropped.",
                                  "就其所含部分完整。日志曾到何处不得而知：没有可比对的高水位标记，"
                                  "无从区别于末尾被删去的日志。"}))
          : report.good() ? std::string(terminal.say({"The log is whole.", "日志完整。"}))
          : report.damaged
              ? terminal.say({"The log is damaged: it cannot be read to its end.", "日志已损坏，无法完整读取。"})
          : of_the_keys_alone(report)
              ? terminal.say({"Its key set is damaged or was changed; in the log itself nothing was found.",
                              "密钥目录已损坏或被改动；日志本身未发现问题。"})
          : !report.findings.empty() ? terminal.say({"The log was changed.", "日志已被改动。"})
          : report.bodies_lost > 0 && judged_but_for_what_is_lost(report)
              ? terminal.say({"Nothing in the log was changed, but data keys are missing that no erasure record names.",
                              "日志未被改动，但缺少数据密钥，且没有删除记录指明。"})
              : terminal.say({"The log could not be checked in full.", "日志未能全部核验。"}))
      << '\n';
  const auto line = [&](const Phrase& label, std::string_view value) {
    out << "  " << terminal.say(label) << value << '\n';
  };
  if (!report.damaged || !report.origin.empty()) {
    line({"log        ", "日志      "}, report.origin);
    line({"records    ", "记录数    "}, std::to_string(report.size));
    line({"root       ", "根哈希    "}, hex(report.root));
  }
  if (report.size > 0) line({"up to      ", "截至      "}, format_instant(report.time_us, 0));
  line({"anchored   ", "锚定      "}, terminal.say(anchor_words(report.anchor)));
  const bool zh = terminal.language == Language::zh;
  out << '\n';
  for (const audit::Claim& claim : report.claims) {
    out << (claim.number < 10 ? " " : "") << claim.number << ' '
        << (claim.shown == audit::Shown::yes  ? "✓ "
            : claim.shown == audit::Shown::no ? "✗ "
                                              : "– ")
        << (zh ? claim.zh : claim.en) << '\n';
    if (claim.shown == audit::Shown::yes) continue;
    out << "     "
        << (claim.shown == audit::Shown::no ? terminal.say({"refuted: ", "不成立："})
                                            : terminal.say({"not checked, because ", "未核查，因为"}))
        << (zh ? claim.why_zh : claim.why_en) << '\n';
  }
  if (!report.closed_keys.empty()) print_closed(report.closed_keys, terminal);
  if (!report.findings.empty()) out << '\n' << terminal.say({"What was found:", "发现："}) << '\n';
  for (const audit::Finding& finding : report.findings)
    out << "✗ " << finding.table << (finding.row.empty() ? "" : " ") << finding.row << (zh ? "：" : ": ")
        << (zh ? finding.what_zh : finding.what) << '\n';
  if (report.more_findings > 0)
    out << fill(terminal.say({"… and {0} more.", "……另有 {0} 处。"}), {std::to_string(report.more_findings)}) << '\n';
}

}  // namespace

int run_log_verify(const Invocation& invocation, Terminal& terminal) {
  const std::string& path = invocation.arguments[0];
  const std::string dir = keys_dir(invocation, path);
  std::unique_ptr<LogReader> reader;
  std::unique_ptr<audit::KeyStore> keys;
  audit::VerifyOptions options;
  try {
    reader = LogReader::open(path, dir);
    keys = keys_of(invocation, *reader);
    options = verify_options(keys.get(), invocation.get("--high-water"));
    options.copy = invocation.has("--copy");
    if (invocation.has("--key")) {
      std::string at;
      Result<std::vector<audit::VerifierKey>> named = named_keys(invocation, at);
      if (!named) return refuse(terminal, named.error(), at);
      trust(options, *reader, keys.get(), std::move(*named));
    }
  } catch (const audit::Error& error) {
    if (error.place().starts_with(dir + "/")) throw;  // says nothing of the log
    print_report(audit::verify_damaged(error), terminal);
    return kNo;
  }
  if (keys == nullptr && !invocation.has("--key"))
    throw audit::Error(audit::codes::kKeysMissing, dir, {dir, "there is no such folder"});
  if (invocation.has("--checkpoint")) {
    Result<std::string> kept = kept_checkpoint_of(invocation.get("--checkpoint"), options, reader->origin());
    if (!kept) return refuse(terminal, kept.error());
    options.kept = std::move(*kept);
  }
  const std::string mark = invocation.get("--high-water");
  if (!mark.empty())
    if (const Result<std::string> there = load::read_file(mark, 1u << 16); !there)
      return refuse(terminal, there.error(), mark);
  audit::VerifyReport report;
  {
    Progress progress(terminal);
    options.progress = [&](std::uint64_t done, std::uint64_t of) { progress(done, of); };
    report = audit::verify_log(*reader, options);
  }
  // Of a log in which nothing else was found: what was handed in says nothing of it.
  if (report.kept_retired && report.findings.empty()) {
    const std::string& file = invocation.get("--checkpoint");
    throw audit::Error(
        audit::codes::kKeptCheckpoint, file,
        {file,
         said("its key was retired at record {0} and its size is behind that: somebody who still has the key made "
              "it, or this log is another one",
              *report.kept_retired)});
  }
  if (!mark.empty() && report.mark_unread && report.findings.size() == 1)
    throw audit::Error(audit::codes::kOtherMark, mark, {mark});
  print_report(report, terminal);
  return report.good() ? kDone : kNo;
}

}  // namespace caveat::cli
