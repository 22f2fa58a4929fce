#include "audit/report/verify_package.h"

#include "audit/report/package_report.h"
#include "audit/report/receipt.h"
#include "audit/report/verification.h"
#include "audit/report/words.h"

namespace caveat::audit {

std::string in_words(const Problem& problem, Language language) {
  if (problem.items.empty()) return problem.code == nullptr ? std::string() : std::string(problem.code->name);
  const ProblemItem& item = problem.items.front();
  const bool zh = language == Language::zh;
  std::string out = item.path;
  if (!item.expected.empty()) {
    if (!out.empty()) out += zh ? "：" : ": ";
    out += zh ? "应为 " + in_chinese(item.expected) : "expected " + item.expected;
  }
  if (!item.found.empty()) out += zh ? "，实为 " + in_chinese(item.found) : ", found " + item.found;
  return out;
}

Problem expected(Words what) {
  return {nullptr, {{.path = {}, .expected = what, .found = {}, .nearest = {}, .hint = {}}}};
}

// 12
void Verification::receipt() {
  Claim& c = claim(
      "This very export is recorded in the log: its receipt proves the record, and the record says of it what the "
      "manifest says.",
      "本次导出已记入日志：回执证明该记录，且记录所述与本清单一致。");
  if (!members_good_) return stands_on(c, 4);
  if (!options_.receipt)
    return open(c, "its receipt (FILE.zip.receipt) does not lie beside it", "其回执（FILE.zip.receipt）不在旁边");
  const Result<ExportReceipt> said = read_export_receipt(*options_.receipt, *key_);
  if (!said) return bad(c, "the receipt: " + in_words(said.error()), "回执：" + in_words(said.error(), Language::zh));
  const Exported& event = said->event;
  if (event.content != sha256(*member("manifest.json")))
    return bad(c, "the receipt is of another export", "回执属于另一次导出");
  const LogFacts& log = manifest_->log;
  if (said->index < log.size || said->time_us < log.checkpoint_time)  // it would be one of those that the package shows
    return bad(c,
               "an export is recorded behind its checkpoint of " + number(log.size) +
                   " records, the receipt's is record " + number(said->index) + " of " +
                   format_instant(said->time_us, 0),
               "导出记录应在其检查点（" + number(log.size) + " 条记录）之后，回执的记录为序号 " + number(said->index) +
                   "，时间 " + format_instant(said->time_us, 0));
  const ReportQuery& query = manifest_->query;
  const Result<SignedNote> noted = parse_note(event.checkpoint);
  const std::string checkpoint = checkpoint_text({.origin = log.origin, .size = log.size, .root = log.root});
  const struct {
    const char *en, *zh;
    std::string recorded, expected;
  } fields[] = {{"query", "查询", event.query, query.in_words(Language::en)},
                {"checkpoint", "检查点", noted ? noted->text : event.checkpoint, checkpoint},
                {"seed", "抽样种子", event.seed, manifest_->seed},
                {"form", "形式", event.form, "zip"},
                {"recipient", "接收人", event.recipient.value_or(""), query.requested_by},
                {"purpose", "用途", event.purpose.value_or(""), query.purpose}};
  for (const auto& field : fields)
    if (field.recorded != field.expected)
      return bad(c,
                 std::string("the record names another ") + field.en + " (" + field.recorded + ") than the manifest (" +
                     field.expected + ")",
                 std::string("记录所载") + field.zh + "（" + field.recorded + "）与清单（" + field.expected + "）不同");
  if (said->index == log.size && said->before != log.root)
    return bad(c, "the receipt's tree does not go on from the tree of the package", "回执的树并非由证据包的树延续而来");
  good(c);
  report_.taken = *said;
  if (said->index == log.size) return;
  const std::uint64_t between = said->index - log.size;
  c.why_en = "with " + several(between, "record", "records") +
             " between the checkpoint and it: that both are of one tree is shown by the signature alone";
  c.why_zh = "检查点与该记录之间另有 " + number(between) + " 条记录：二者同属一棵树，仅以签名为证";
}

// 13 and on: what no package can show by itself
void Verification::beyond() {
  open(claim("Others were shown the same log.", "其他人看到的是同一份日志。"),
       "that takes a checkpoint that was kept elsewhere: `caveat log verify --checkpoint`",
       "需要在别处保存的检查点：`caveat log verify --checkpoint`");
  open(claim("The times are true.", "所载时间真实。"),
       "times are those of the log's own clock; no time stamp of another is in this package",
       "时间取自日志自身的时钟；本证据包中没有第三方时间戳");
  open(claim("Every answer that was sent had been judged.", "发出的每条回答都经过判定。"),
       "that takes the bot platform's transcript", "需要机器人平台的会话记录");
}

PackageReport verify_package(std::string_view zip, const PackageVerifyOptions& options) {
  if (std::optional<MemberViews> members = view_archive(zip, options.limits))
    return Verification(std::move(*members), options).run(std::nullopt);
  const Result<Members> members = read_archive(zip, options.limits);
  if (!members) return Verification({}, options).run(members.error());
  return Verification(views(*members), options).run(std::nullopt);
}

PackageReport verify_members(const Members& members, const PackageVerifyOptions& options) {
  return Verification(views(members), options).run(std::nullopt);
}

}  // namespace caveat::audit
