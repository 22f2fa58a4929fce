#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/loading.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/log_records.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/period.h"
#include "adapters/cli/progress.h"
#include "adapters/cli/report_making.h"
#include "adapters/cli/server_client.h"
#include "adapters/cli/settings.h"
#include "adapters/cli/system_clock.h"
#include "adapters/cli/write_file.h"
#include "adapters/load/codes.h"
#include "adapters/load/rule_files.h"
#include "adapters/load/ruleset.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/record/base64.h"
#include "audit/report/archive.h"
#include "audit/report/manifest.h"
#include "audit/seal/system_random.h"

namespace caveat::cli {

namespace {

// The checkpoint to report as of: --checkpoint, or the newest. An earlier package has it as its member `checkpoint`.
Result<std::string> checkpoint_of(const Invocation& invocation, const audit::LogReader& reader) {
  if (!invocation.has("--checkpoint")) return std::string();
  Result<std::string> kept = load::read_file(invocation.get("--checkpoint"), 1u << 20);
  if (!kept) return kept;
  return kept_checkpoint(reader, *kept);
}

void say_written(const Invocation& invocation, Terminal& terminal, const ReportMade& made,
                 std::optional<std::uint64_t> index) {
  const std::string out = invocation.get("--out");
  if (terminal.json) {
    boost::json::object line{{"file", out},
                             {"decisions", made.population},
                             {"sealed", made.sealed},
                             {"records", made.records},
                             {"recorded", index.has_value()}};
    if (index) line["index"] = *index;
    if (made.missing > 0) line["missing"] = made.missing;
    if (invocation.has("--packs")) {
      boost::json::array left_out;
      for (const audit::HeldPack& one : made.left_out)
        left_out.push_back(boost::json::object{{"name", one.pack.name},
                                               {"version", one.pack.version},
                                               {"digest", hex(one.pack.digest)},
                                               {"why", audit::word_of(one.text)}});
      line["packs_left_out"] = std::move(left_out);
      if (made.by_server) line["packs_by_server"] = true;
    }
    if (!made.end_known) line["end_known"] = false;
    terminal.out << boost::json::serialize(line) << '\n';
    return;
  }
  std::string decisions = counted(made.population, terminal, "decision", "decisions", "个决定");
  if (made.sealed > 0)
    decisions += fill(invocation.has("--customer")
                          ? terminal.say({" and {0} that no key opens and that may be about this customer or another",
                                          "，另有 {0} 个无密钥可打开，是否涉及该客户不得而知"})
                          : terminal.say({" and {0} that no key opens", "，另有 {0} 个无密钥可打开"}),
                      {std::to_string(made.sealed)});
  const std::string records = counted(made.log_size, terminal, "record", "records", "条记录");
  terminal.err << (index ? fill(terminal.say({"caveat: wrote {0} ({1} of {2}); the export is record {3} of the log.\n",
                                              "caveat：已写入 {0}（{1}，共 {2}）；本次导出为日志第 {3} 条记录。\n"}),
                                {out, decisions, records, std::to_string(*index)})
                         : fill(terminal.say({"caveat: wrote {0} ({1} of {2}). This export is not in the log.\n",
                                              "caveat：已写入 {0}（{1}，共 {2}）。本次导出未记入日志。\n"}),
                                {out, decisions, records}));
  for (const audit::HeldPack& one : made.left_out)
    terminal.err << fill(
        one.text == audit::PackHeld::confidential
            ? terminal.say({"caveat: {0} {1} has confidential rules: it is not in the package, which says so.\n",
                            "caveat：{0} {1} 含有保密规则：未收入证据包，包内已注明。\n"})
        : made.by_server
            ? terminal.say(
                  {"caveat: {0} {1} with digest {2} is not among the packs that the server decides with: it is "
                   "not in the package, which says so. Hand its folder of that time on beside it: `caveat "
                   "check FOLDER` prints the digest.\n",
                   "caveat：摘要为 {2} 的 {0} {1} 不在服务当前使用的规则包中：未收入证据包，包内已注明。"
                   "请另行提供该版本当时的目录：`caveat check FOLDER` 会列出其摘要。\n"})
            : terminal.say({"caveat: {0} {1} with digest {2} is in no folder of --packs: it is not in the package, "
                            "which says so. Its folder of that time has the digest: name that too.\n",
                            "caveat：摘要为 {2} 的 {0} {1} 不在 --packs 所给目录中：未收入证据包，包内已注明。"
                            "请一并给出该版本当时的目录。\n"}),
        {one.pack.name, one.pack.version, hex(one.pack.digest)});
  if (made.by_server && invocation.has("--packs"))
    terminal.err << terminal.say(
        {"caveat: a server writes this log: it put in the packs that it decides with, and the "
         "folder of --packs was not read.\n",
         "caveat：该日志由服务写入：收入的是服务当前使用的规则包，未读取 --packs 所给目录。\n"});
  // Whatever form was written: a log whose end was dropped looks the same as a copy of one that went on.
  if (made.missing > 0)
    terminal.err << fill(
        terminal.say(
            {"caveat: {0} of which its keys know {1} missing at the end of this copy, and what they say is not "
             "in the report. If nobody took it as a copy, its end was dropped.\n",
             "caveat：本副本末尾缺少其密钥所知的 {0}，报告不含其内容。若无人将其作为副本取出，则其末尾已被删去。\n"}),
        {counted(made.missing, terminal, "record", "records", "条记录"), made.missing == 1 ? "is" : "are"});
  if (!made.end_known)
    terminal.err << terminal.say(
        {"caveat: no high-water mark came with this copy: how far the log had come is not known, and if nobody took it "
         "as a copy, its end may have been dropped.\n",
         "caveat：本副本没有随附高水位标记：日志曾到何处不得而知；若无人将其作为副本取出，则其末尾可能已被删去。\n"});
}

// The packs in the folders of --packs; `exit` says how it went.
std::shared_ptr<const PacksAtHand> packs_at_hand(const Invocation& invocation, Terminal& terminal, int& exit) {
  const auto all = std::make_shared<PacksAtHand>();
  for (const std::string& folder : invocation.all("--packs")) {
    LoadingLine progress(terminal);
    const Result<load::Loaded> loaded = load::load_model({folder}, Limits(), progress.follow());
    progress.clear();
    exit = loaded ? kDone : refuse(terminal, loaded.error());
    if (!loaded) return nullptr;
    if (loaded->errors() > 0 || !loaded->model) {
      print_diagnostics(terminal.err, terminal, loaded->diagnostics, loaded->sources, 20);
      terminal.err << "caveat: "
                   << fill(terminal.say({"the rules in {0} have {1}: what digest they have is not known, and no report "
                                         "was written. `caveat check {0}` shows all mistakes.",
                                         "{0} 中的规则有 {1}：其摘要无从得知，未生成报告。`caveat check {0}` "
                                         "可列出全部错误。"}),
                           {folder, counted(loaded->errors(), terminal, "error", "errors", "处错误")})
                   << '\n';
      exit = kRefused;
      return nullptr;
    }
    add_to(*all, *loaded);
  }
  return all;
}

// Somebody has the log for long when the report is made: a server that came meanwhile, or a long command.
struct ServerHasTheLog {};
constexpr auto kPatience = std::chrono::minutes(10);

// The packs that a package of a server says that it has not: a header has no room for however many there are.
Result<std::vector<audit::HeldPack>> left_out_of(std::string_view package) {
  const std::optional<audit::MemberViews> members = audit::view_archive(package);
  std::string_view json;
  if (members)
    for (const audit::MemberView& member : *members)
      if (member.name == "manifest.json") json = member.bytes;
  Result<audit::Manifest> manifest = audit::read_manifest(json);
  if (!manifest) return tl::unexpected(std::move(manifest.error()));
  std::vector<audit::HeldPack> out = std::move(manifest->packs).value_or(std::vector<audit::HeldPack>());
  std::erase_if(out, [](const audit::HeldPack& one) { return one.text == audit::PackHeld::here; });
  return out;
}

// A log that a server writes is read and recorded by it: the same report, asked of it over its socket.
int report_through_server(const Invocation& invocation, Terminal& terminal, const std::string& socket,
                          const std::string& form, const Period& period) {
  boost::json::object body{{"format", form}, {"language", terminal.language == Language::zh ? "zh" : "en"}};
  constexpr std::pair<const char*, const char*> kOptions[] = {
      {"--customer", "customer"},         {"--rule", "rule"},      {"--verdict", "verdict"}, {"--seed", "seed"},
      {"--requested-by", "requested_by"}, {"--purpose", "purpose"}};
  for (const auto& [option, member] : kOptions)
    if (invocation.has(option)) body[member] = invocation.get(option);
  for (const auto& [name, instant] : period.instants()) body[name] = instant;
  for (const std::string& folder : invocation.all("--packs")) {
    // The server has packs of its own; a name that was mistyped is told all the same.
    if (std::error_code ignored; !std::filesystem::exists(folder, ignored))
      return refuse(terminal, Problem{&load::codes::kFileMissing,
                                      {{.path = folder, .expected = {}, .found = {}, .nearest = {}, .hint = {}}}});
    body["packs"] = true;
  }
  if (invocation.has("--checkpoint")) {
    Result<std::string> kept = load::read_file(invocation.get("--checkpoint"), 1u << 20);
    if (!kept) return refuse(terminal, kept.error());
    body["checkpoint"] = *kept;
  }
  std::optional<Progress> waiting(std::in_place, terminal);
  const std::optional<ServerReply> reply = ask_server(socket, "POST", "/v1/reports", boost::json::serialize(body),
                                                      terminal.language, [&] { waiting->wait(); });
  waiting.reset();
  if (!reply) return server_gone(terminal, socket);
  if (reply->status != 200) return refused_by_server(terminal, *reply);
  const std::string out = invocation.get("--out");
  std::error_code ignored;
  if (form == "zip") std::filesystem::remove(out + ".receipt", ignored);
  if (const int written = write_private(terminal, out, reply->body); written != kDone) return written;
  if (const std::string receipt = reply->header("caveat-receipt"); !receipt.empty()) {
    const std::optional<std::string> text = audit::base64_decode(receipt);
    if (text)
      if (const int written = write_private(terminal, out + ".receipt", *text); written != kDone) return written;
  }
  const auto number = [&](const char* name) { return std::strtoull(reply->header(name).c_str(), nullptr, 10); };
  ReportMade made;
  made.by_server = true;
  if (invocation.has("--packs")) {
    Result<std::vector<audit::HeldPack>> left_out = left_out_of(reply->body);
    if (!left_out) return refuse(terminal, left_out.error(), out);
    made.left_out = std::move(*left_out);
  }
  made.population = number("caveat-decisions");
  made.sealed = number("caveat-sealed");
  made.records = number("caveat-records");
  made.log_size = number("caveat-log-size");
  say_written(invocation, terminal, made, number("caveat-export-index"));
  return kDone;
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
  if (invocation.has("--packs") && form != ".zip")
    return wrong_use(terminal,
                     {"--packs goes with --out FILE.zip: a package has room for the rules, and “{0}” has not.",
                      "--packs 仅用于 --out FILE.zip：规则只能收入证据包，而不能写入“{0}”。"},
                     {out}, "report");
  audit::ReportQuery query;
  query.language = terminal.language;
  query.seed = invocation.get("--seed");
  query.rule = invocation.get("--rule");
  if (const int wrong = read_rule(invocation, terminal, "report"); wrong != kDone) return wrong;
  query.requested_by = invocation.get("--requested-by");
  query.purpose = invocation.get("--purpose");
  Period period;
  if (const int wrong = read_period(invocation, terminal, "report", period); wrong != kDone) return wrong;
  query.from = period.from;
  query.to = period.to;
  if (invocation.has("--verdict")) {
    query.verdict = verdict_of(invocation.get("--verdict"));
    if (!query.verdict) return wrong_verdict(terminal, invocation.get("--verdict"), "report");
  }

  const std::string socket = socket_of(invocation, path);
  if (!invocation.has("--copy")) {
    if (server_writes(socket, path)) return report_through_server(invocation, terminal, socket, form.substr(1), period);
    if (const int wrong = anothers_socket(invocation, terminal); wrong != kDone) return wrong;
  }
  std::shared_ptr<const PacksAtHand> packs;
  if (invocation.has("--packs")) {
    int exit = kDone;
    packs = packs_at_hand(invocation, terminal, exit);
    if (packs == nullptr) return exit;
  }
  std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(path, keys_dir(invocation, path));
  const std::unique_ptr<audit::KeyStore> keys =
      keys_of(invocation, *reader, form == ".zip" || invocation.has("--customer"));
  if (keys == nullptr && (form == ".zip" || invocation.has("--customer"))) {
    const std::string dir = keys_dir(invocation, path);
    throw audit::Error(
        audit::codes::kKeysMissing, dir,
        {dir, form == ".zip" ? Words("a package is signed with them") : Words("a customer is found by them")});
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
  if (!checkpoint) {
    refuse(terminal, checkpoint.error(), invocation.get("--checkpoint"));
    return kRefused;  // what was handed in, and not the log
  }
  if (keys != nullptr && !query.rule.empty()) {
    RuleNames names = rule_as_recorded(*reader, *keys, query.rule, size_of(*checkpoint));
    query.rule = std::move(names.rule);
    query.alias = std::move(names.alias);
    if (!names.there) say_no_record_names(terminal, invocation.get("--rule"));
  }

  SystemClock clock;
  audit::SystemRandom random;
  std::unique_ptr<audit::Log> log;
  ReportMade made;
  try {
    Progress verifying(terminal), collecting(terminal);
    const auto open = [&](InUse in_use = InUse::advise) {
      log = open_recorder(invocation, terminal, *reader, keys.get(), clock, random, in_use);
      return log.get();
    };
    const auto may_record = [&] {
      if (open() == nullptr) return false;
      log->close();  // others may go on meanwhile
      log.reset();
      return true;
    };
    const auto to_record = [&] {
      const auto since = std::chrono::steady_clock::now();  // the report is made: what waits is its record
      for (bool told = false;; told = true) {
        try {
          if (open(InUse::wait) == nullptr)
            throw audit::Error(audit::codes::kLogReadOnly, path, {path, "not any more"});
          return log.get();
        } catch (const audit::Error& error) {
          if (&error.code() != &audit::codes::kLogInUse) throw;
          if (server_writes(socket, path)) throw ServerHasTheLog();
          if (std::chrono::steady_clock::now() - since > kPatience) throw;
          if (!told)
            terminal.err << fill(terminal.say(
                                     {"caveat: {0} is being written by process {1}: the report is made, and is "
                                      "written once its export can be recorded.\n",
                                      "caveat：{0} 正由进程 {1} 写入：报告已生成，待本次导出可记入日志后写出。\n"}),
                                 error.arguments(terminal.language))
                         << std::flush;
        }
      }
    };
    made = make_report(
        *reader, keys.get(), {.records = may_record, .log = to_record},
        {.form = form.substr(1),
         .query = std::move(query),
         .checkpoint = *checkpoint,
         .by = user_name(),
         .role = "local",
         .packs = packs ? finder(packs) : audit::FindPack(),
         .copy = invocation.has("--copy"),
         .spool = {.folder = folder_of(out)}},
        [&](std::uint64_t done, std::uint64_t of) { verifying(done, of); },
        [&](std::uint64_t done, std::uint64_t of) { collecting(done, of); });
  } catch (const ServerHasTheLog&) {
    reader.reset();
    terminal.err << fill(terminal.say({"caveat: a server has begun to write {0} meanwhile: it makes the report.\n",
                                       "caveat：其间已有服务开始写入 {0}：改由该服务生成报告。\n"}),
                         {path});
    return report_through_server(invocation, terminal, socket, form.substr(1), period);
  }
  if (!made.findings.empty()) {
    for (const audit::Finding& finding : made.findings)
      terminal.err << "✗ " << finding.table << (finding.row.empty() ? "" : " ") << finding.row
                   << terminal.say({": ", "："}) << (terminal.language == Language::zh ? finding.what_zh : finding.what)
                   << '\n';
    terminal.err << "caveat: "
                 << fill(terminal.say(
                             {"{0} was changed, so no report was written. `caveat log verify {0}` shows all that was "
                              "found; put back a whole copy.",
                              "{0} 已被改动，未生成报告。`caveat log verify {0}` 列出全部发现；请恢复完整的副本。"}),
                         {path})
                 << '\n';
    return kNo;
  }
  reader.reset();  // its snapshot would keep the writer from tidying up
  if (log != nullptr) log->close();
  std::error_code ignored;  // that of a package written here before would refute this one
  if (form == ".zip") std::filesystem::remove(out + ".receipt", ignored);
  if (const int written = write_private(terminal, out, *made.file); written != kDone) return written;
  if (!made.receipt.empty()) {
    if (const int written = write_private(terminal, out + ".receipt", made.receipt); written != kDone) return written;
  }
  say_written(invocation, terminal, made, made.recorded ? std::optional(made.recorded->index) : std::nullopt);
  return kDone;
}

}  // namespace caveat::cli
