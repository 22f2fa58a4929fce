#include "audit/report/words.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

namespace caveat::audit {
namespace {

struct Phrase {
  std::string_view key, en, zh;
};

constexpr Phrase kPhrases[] = {
    {"title", "What the gate decided", "智能客服合规决定报告"},
    {"scope", "Scope", "范围"},
    {"query", "Query", "查询条件"},
    {"times", "Times are ", "时间为 "},
    {"requested_by", "Requested by", "申请人"},
    {"purpose", "Purpose", "用途"},
    {"custody", "Custody", "保管"},
    {"recorded",
     "This export is itself recorded in the log, after the checkpoint below: who took it, when, and its digest.",
     "本次导出已记入日志（位于下方检查点之后）：何人、何时导出及其摘要。"},
    {"not_recorded", "This export is NOT in the log: it was made from a copy, or without the log's keys.",
     "本次导出未记入日志：取自副本，或没有日志的密钥。"},
    {"custody_title", "Custody of this export", "本次导出的保管与交接"},
    {"custody_intro",
     "This page goes with what was exported. Whoever takes it over checks it first, then both sign below.",
     "本页随导出内容一并流转。接收人应先核验，随后双方在下方签字。"},
    {"custody_what", "What was exported", "导出内容"},
    {"form_package", "an evidence package (.zip), of which this page is the member report.html",
     "证据包（.zip），本页为其成员 report.html"},
    {"form_page", "this page (.html)", "本页（.html）"},
    {"custody_checkpoint", "Checkpoint", "检查点"},
    {"custody_tree", "{a} records, root hash {b}", "{a} 条记录，根哈希 {b}"},
    {"custody_by", "Taken by (name, role)", "导出人（姓名、角色）"},
    {"custody_when", "Taken at", "导出时间"},
    {"custody_record", "Number of its record", "导出记录的序号"},
    {"custody_manifest", "SHA-256 of manifest.json", "manifest.json 的 SHA-256"},
    {"custody_digest", "SHA-256 of this file", "本文件的 SHA-256"},
    {"custody_trace", "How its being taken is recorded", "导出如何留痕"},
    {"custody_package",
     "The last lines above are for the pen: the same query, checkpoint and seed give the same page, whoever takes it, "
     "and no page holds its own digest. They stand in a record of the log, of kind “evidence exported”, behind "
     "this checkpoint: who took it, when, the query, for whom, for what and the digest of manifest.json, which lists "
     "every other member. Its proof is FILE.zip.receipt, beside the package: “caveat verify FILE.zip --key "
     "log.vkey” holds both against each other (claim 12) and tells what to write here. Who has the log reads the "
     "record with “caveat log show LOG --index N”.",
     "上表末几行须手工填写：查询条件、检查点与种子相同，则无论何人导出，本页均相同，且本页不可能载有自身的摘要。"
     "这些内容记于日志，位于上述检查点之后，记录类型为“导出”：何人、何时导出、查询条件、为何人、作何用途，以及 "
     "manifest.json 的摘要（该文件列出其余各成员）。其证明为证据包旁的 FILE.zip.receipt：“caveat verify FILE.zip --key "
     "log.vkey”将二者相互核对（第 12 项），并告知此处应填内容。持有日志者可用“caveat log show LOG --index "
     "N”查看该记录。"},
    {"custody_page",
     "The last lines above are for the pen: the same query, checkpoint and seed give the same page, whoever takes it, "
     "and no page holds its own digest. They stand in a record of the log, of kind “evidence exported”, behind "
     "this checkpoint: who took it, when, the query, for whom, for what and the digest of this file. Who has the log "
     "reads it with “caveat log show LOG --index N”; its number was told when this file was written. “sha256sum "
     "FILE.html” gives the digest. This page alone proves none of it: an evidence package does.",
     "上表末几行须手工填写：查询条件、检查点与种子相同，则无论何人导出，本页均相同，且本页不可能载有自身的摘要。"
     "这些内容记于日志，位于上述检查点之后，记录类型为“导出”：何人、何时导出、查询条件、为何人、作何用途，以及"
     "本文件的摘要。持有日志者可用“caveat log show LOG --index N”查看，序号已在写出本文件时告知；摘要由“sha256sum "
     "FILE.html”得出。仅凭本页不能证明上述内容；证据包可以。"},
    {"custody_unrecorded",
     "Nothing in the log tells of this export: it was made from a copy, or without the log's keys. Who took it, and "
     "when, stands nowhere but in the lines above, written by hand.",
     "日志中没有本次导出的记录：取自副本，或没有日志的密钥。何人、何时导出，除上表手工填写的内容外别无记载。"},
    {"handovers", "Hand-overs", "交接记录"},
    {"handovers_package",
     "Before each: “sha256sum FILE.zip” gives what stands in the line before, and the receipt is with it.",
     "每次交接前：“sha256sum FILE.zip”的结果应与上一行所载一致，且回执在其旁。"},
    {"handovers_page", "Before each: “sha256sum FILE.html” gives what stands in the line before.",
     "每次交接前：“sha256sum FILE.html”的结果应与上一行所载一致。"},
    {"handover_number", "No.", "次"},
    {"handover_from", "From (name, office)", "交出人（姓名、部门）"},
    {"handover_to", "To (name, office)", "接收人（姓名、部门）"},
    {"handover_when", "Date and time", "日期与时间"},
    {"handover_why", "Why", "事由"},
    {"handover_seal", "Seal, or SHA-256 of the file as checked", "封条号，或核验时文件的 SHA-256"},
    {"handover_signed", "Signatures of both", "双方签字"},
    {"closings", "Closed days", "已结账的日期"},
    {"closings_note",
     "As the log itself counted each day (UTC) when it ended, whatever this report selects: records of every kind, and "
     "decisions by verdict.",
     "日志在每日（UTC）结束时自行统计，与本报告的查询条件无关：各类记录总数及按结论的决定数。"},
    {"day", "Day", "日期"},
    {"records", "Records", "记录数"},
    {"not_stated", "not stated", "未说明"},
    {"record_range", "Records in the range", "范围内的记录"},
    {"of_index", "index {a} to {b}", "序号 {a} 至 {b}"},
    {"time_range", "First and last record", "首条与末条记录时间"},
    {"population", "Decisions selected (population)", "选中的决定（总体）"},
    {"control_total", "Control total: decisions by verdict add up to", "控制总数：各结论之和"},
    {"sealed", "Decisions whose body no key at hand opens", "现有密钥无法打开的决定"},
    {"all_sealed", "Not known: no key at hand opens the decisions, {a} in all.",
     "未知：现有密钥无法打开这 {a} 个决定。"},
    {"whose", "Whose decisions", "决定归属"},
    {"by_word",
     "By the bank's word alone: key ids that it names as this customer's: {a}; decisions of the period under other "
     "ids alone, not opened here: {b}.",
     "仅以银行所述为准：银行指为该客户的密钥编号 {a} 个；期间内仅在其他编号下的决定 {b} 个，本报告未予打开。"},
    {"of_many", "Decisions that reached others too", "同时触达他人的决定"},
    {"of_many_words",
     "They count here with the verdict and the rules of the whole turn, and none of them is told in full, since it "
     "would tell of the others. Tables (.csv, .jsonl) give what became of this customer.",
     "此处按整次触达的结论与规则计数；因会透露他人的情况，均不予详述。表格（.csv、.jsonl）只列出该客户本人的结果。"},
    {"unreadable", "Decisions whose body this build does not understand", "本版本无法读懂的决定"},
    {"log", "The log", "日志"},
    {"origin", "Origin", "日志名称"},
    {"file", "File", "文件"},
    {"size", "Size (records)", "规模（记录数）"},
    {"root", "Root hash", "根哈希"},
    {"checkpoint_time", "Time of the checkpoint", "检查点时间"},
    {"key", "Signed with the key of", "签名密钥"},
    {"no_key_at_hand", "not checked: no key was at hand", "未验证：没有密钥"},
    {"state", "State", "状态"},
    {"checked_ok",
     "Checked whole just before this page was written: nothing was found changed, added, dropped or reordered.",
     "生成本页前刚对日志作了完整验证：未发现改动、增加、删除或乱序。"},
    {"checked_bad", "The check of the log FAILED. Nothing on this page may be relied on.",
     "日志验证未通过。本页内容一律不可采信。"},
    {"not_run", "The log was not checked before this page was written.", "生成本页前未验证日志。"},
    {"no_key",
     "The tree of the log was recomputed just before this page was written; who signed it was not checked, for want of "
     "a "
     "key, and what the decisions say is sealed.",
     "生成本页前刚重算了日志的树；因没有密钥，未验证由谁签署，各决定的内容亦未打开。"},
    {"verdicts", "Verdicts", "结论"},
    {"verdict", "Verdict", "结论"},
    {"decisions", "Decisions", "决定数"},
    {"share", "Share", "占比"},
    {"total", "Total", "合计"},
    {"by_rule", "Verdicts by rule", "各规则的结论"},
    {"by_rule_note",
     "A decision counts once for each rule that was a reason of it. Decisions allowed without any rule firing are not "
     "in this table.",
     "一个决定对每条成为其理由的规则各计一次。没有规则触发而放行的决定不在本表中。"},
    {"rule", "Rule", "规则"},
    {"law", "Law", "依据"},
    {"unknown", "unknown", "不明"},
    {"chart_rules", "Decisions by rule, stacked by what the rule asked for",
     "各规则涉及的决定数，按规则所要求的结论分段"},
    {"chart_desc", "The same numbers stand in the table below.", "下表载有相同的数字。"},
    {"handoffs", "Hand-offs by queue", "各队列的转人工"},
    {"queue", "Queue", "队列"},
    {"hold", "Holding (by a rule)", "持续转人工（规则触发）"},
    {"turn_only", "For one turn only", "仅限本轮"},
    {"causes", "Causes", "原因"},
    {"urgent", "urgent", "紧急"},
    {"high", "high", "高"},
    {"normal", "normal", "普通"},
    {"low", "low", "低"},
    {"priority", "Priority (urgent / high / normal / low)", "优先级（紧急／高／普通／低）"},
    {"none", "None.", "无。"},
    {"packs", "Rule packs in force", "生效的规则包"},
    {"pack", "Pack", "规则包"},
    {"version", "Version", "版本"},
    {"digest", "Digest (SHA-256)", "摘要（SHA-256）"},
    {"from_to", "First and last decision under it", "据其作出的首个与末个决定"},
    {"held", "Its rules", "规则文本"},
    {"held_here", "in packs/", "见 packs/"},
    {"held_missing", "not at hand", "未能取得"},
    {"held_confidential", "left out: confidential rules", "含保密规则，未收入"},
    {"held_note",
     "The rules lie in packs/ of this package, under the digest of their pack: DIGEST.cbor has that SHA-256, and the "
     "folder of the same name has the files for people.",
     "规则文本位于本证据包的 packs/ 中，以规则包的摘要命名：DIGEST.cbor 的 SHA-256 即该摘要，同名目录为供阅读的文件。"},
    {"stories", "Decisions told in full", "决定详述"},
    {"sample_note",
     "Chosen by seed, from what is sealed and from every verdict in turn: the decisions with the lowest SHA-256 of "
     "seed "
     "and index, whether they can be told or not. Whoever has the log and the seed gets the same ones. The facts on "
     "which they were decided stay sealed: the log's holder can show them, record by record.",
     "按种子抽取，未公开者与各结论轮流：取“种子/"
     "序号”的 SHA-256 最小者，无论能否详述。持有日志与种子的人会抽到同样的决定。各决定所依据的事实仍封存："
     "日志持有者可逐条出示。"},
    {"sealed_word", "sealed", "未公开"},
    {"untold_sealed",
     "Drawn, and not told: no key that was at hand opens it. A key is destroyed where a person is erased; the log's "
     "holder can say which record tells of it.",
     "已抽中，但无法详述：现有密钥无法打开。个人数据被删除时其密钥即被销毁；日志持有者可指明载明此事的记录。"},
    {"untold_unreadable", "Drawn, and not told: it is open, but this version cannot read what was decided.",
     "已抽中，但无法详述：已打开，但本版本无法读取其内容。"},
    {"untold_kept", "Drawn, and not told: it has no story that can be read.",
     "已抽中，但无法详述：其中没有可读的详述。"},
    {"untold_others", "Drawn, and not told: it reached others too, and its story would tell of them.",
     "已抽中，但不予详述：该次触达还涉及他人，详述会透露他人的情况。"},
    {"seed", "Seed", "种子"},
    {"decision", "Decision", "决定"},
    {"leaf", "leaf", "叶哈希"},
    {"kinds", "Records by kind", "各类记录"},
    {"kind", "Kind", "类别"},
    {"count", "Count", "数量"},
    {"not_checked", "What was not checked", "未核查事项"},
    {"by_hand", "How to check this page", "如何核对本页"},
    {"by_hand_text",
     "Keep the signed checkpoint below. `caveat log verify` recomputes every hash of the log, `caveat verify` checks "
     "an exported package with nothing but the public key; take that key from the bank by another way than this page.",
     "请保存下面的签名检查点。`caveat log verify` 重算日志的每个哈希，`caveat verify` "
     "只凭公钥验证导出的证据包；公钥请经本页以外的途径向银行取得。"},
    {"checkpoint", "Signed checkpoint", "签名检查点"},
    {"glossary", "Words used here", "用语"},
    {"g_handoff", "handed off: a person takes over; the bot does not answer.", "转人工：由人员接手，机器人不再作答。"},
    {"g_block", "blocked: the answer or product was withheld and the customer told what to do instead.",
     "拦截：不予发出，并告知客户可以怎样做。"},
    {"g_require", "required: held until something is satisfied, for example a missing fact.",
     "要求：满足某项条件（如补充信息）前暂不发出。"},
    {"g_revise", "revised: sent with something masked, added or replaced.", "修改：经脱敏、披露或替换后发出。"},
    {"g_unknown", "unknown: a fact was missing, so the rule could not be settled; it never counts as passed.",
     "不明：缺少信息，规则无法判断；不明从不算作通过。"},
    {"g_root", "root hash: one number that changes if any record changes, is added, dropped or moved.",
     "根哈希：任何记录被改动、增加、删除或移动，这个数都会变。"},
    {"k1", "The customer said", "客户说"},
    {"k2", "The bot wanted", "机器人拟"},
    {"k3", "Verdict", "结论"},
    {"k4", "Rule", "规则"},
    {"k5", "Because", "理由"},
    {"k6", "Law", "依据"},
    {"k7", "Unknown", "不明"},
    {"k8", "The customer was told", "客户收到"},
    {"k9", "Handed to", "转交"},
    {"k10", "Kept back", "未发出"},
};

}  // namespace

std::string_view word(std::string_view key, Language language) {
  const auto* found =
      std::find_if(std::begin(kPhrases), std::end(kPhrases), [&](const Phrase& phrase) { return phrase.key == key; });
  assert(found != std::end(kPhrases));
  if (found == std::end(kPhrases)) return key;
  return language == Language::zh ? found->zh : found->en;
}

std::string_view verdict_word(std::uint8_t verdict, Language language) {
  static constexpr std::array<std::string_view, 5> kEnglish = {"allowed", "revised", "required", "blocked",
                                                               "handed off"};
  static constexpr std::array<std::string_view, 5> kChinese = {"放行", "修改", "要求", "拦截", "转人工"};
  return verdict >= kEnglish.size() ? "?" : language == Language::zh ? kChinese[verdict] : kEnglish[verdict];
}

std::string_view cause_word(std::string_view cause, Language language) {
  static constexpr Phrase kCauses[] = {
      {"none", "a rule asked for it", "规则要求"},
      {"missing", "a fact was missing", "缺少信息"},
      {"stale", "a fact was too old", "信息过期"},
      {"undated", "a fact had no date", "信息未注明时间"},
      {"inferred", "a fact was only inferred", "信息仅为推断"},
      {"future", "a date lay in the future", "日期晚于当日"},
      {"overflow", "a number could not be reckoned", "数值无法计算"},
      {"limit", "a limit was reached", "达到上限"},
      {"unsupported", "it could not be judged", "无法判断"},
      {"conflict", "facts contradicted each other", "信息相互矛盾"},
      {"final_text", "the text to send was itself refused", "拟发文本未通过复核"},
      {"internal", "a fault of the gate", "系统故障"},
      {"storage", "the log could not be written", "日志无法写入"},
      {"no_pack", "no rules were loaded", "未加载规则"},
      {"uncovered", "a day lay outside of the calendar", "日期超出日历范围"},
      {"unknown_zone", "a time zone was not known", "时区无法识别"},
      {"switch", "the emergency switch was on", "紧急开关已开启"},
      {"not_listed", "the reference data did not have it", "参考数据未收录"},
      {"division_by_zero", "a number was to be divided by zero", "除数为零"},
      {"two_currencies", "two currencies were to be compared", "两种货币无法比较"},
      {"two_spans", "two spans had no measure in common", "时长的单位无法相比"},
      {"empty_text", "the text looked for was empty", "要查找的文本为空"},
  };
  const auto* found =
      std::find_if(std::begin(kCauses), std::end(kCauses), [&](const Phrase& phrase) { return phrase.key == cause; });
  return found == std::end(kCauses) ? cause : language == Language::zh ? found->zh : found->en;
}

}  // namespace caveat::audit
