// How a clause is written: of each declaration and clause one example, those of docs/language.md, shown where nothing better is known of
// a mistake in it.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

struct Row {
  int declaration, keyword;  // keyword 0: the head of the declaration
  std::string_view en, zh;
};

// A declaration's lines, a rule's clauses: what may begin there.
constexpr auto kLines = std::to_array<Row>({
    {P::PACK, 0,
     "a pack has the lines title, jurisdiction, time zone, version, default queue, default if unknown, data classes, "
     "refuse class",
     "规则包可有以下各行：标题、法域、时区、版本、默认队列、默认 若不明、数据类别、拒收"},
    {P::SOURCE, 0,
     "behind the title of a source may stand article, paragraph, item, section, in force from, in force until, reads, "
     "link, entry",
     "法源的题名之后可写：第…条、第…款、第…项、章节、自 … 起施行、至 … 止、原文、链接、条目"},
    {P::CALENDAR, 0, "a calendar has the lines covers, working days, closed, open",
     "日历可有以下各行：覆盖、工作日、放假、上班"},
    {P::QUEUE, 0,
     "a queue has the lines title, hours, calendar, due, priority, say, when closed say, overflow to, call back, "
     "skills, languages",
     "队列可有以下各行：标题、服务时间、日历、时限、优先级、提示、休息时提示、溢出至、可回拨、技能、语言"},
    {P::REQUIREMENT, 0, "a requirement has the lines title, ask, proof, from, valid for",
     "前置要求可有以下各行：标题、询问、凭证、来自、有效于"},
    {P::LEXICON, 0, "behind the terms of a lexicon may stand but not, from file, exact case, exact form",
     "词表的词语之后可写：但不含、取自文件、区分大小写、区分字形"},
    {P::EXAMPLE, 0,
     "an example says first what is judged, then facts with their values, then what comes of it: given answer; "
     "customer.age "
     "61; expect block by my_rule",
     "示例先写评判什么，再写事实与其值，最后写结果：给定 回答；客户.年龄 61；期望 拦截 因 我的规则"},
    {P::FACTS, 0, "a line of facts names a fact, in one word, and says its type: age integer 0..150",
     "事实的每一行先写名称（一个词），再写类型：年龄 整数 0 至 150"},
    {P::RULE, 0,
     "a rule has the clauses cites, owner, applies to, from, until, when, unless, then, say, because, if unknown, "
     "confidential, visible to, trust inferred",
     "规则可有以下子句：依据、负责、适用于、自 … 起、至 … "
     "止、当、除非、则、提示、理由、若不明、保密、可见范围、采信推断"},
});

constexpr std::string_view kEffects =
    "allow · flag name · alert name · redact match, full · replace match with \"…\" · replace answer with \"…\" · "
    "disclose wording at end · require name · block · hand off to queue";
constexpr std::string_view kEffectsZh =
    "放行 · 标记 名称 · 告警 名称 · 脱敏 命中，全部 · 命中处改为 “…” · 全文改为 “…” · 披露 话术 于 结尾 · 要求 名称 · "
    "拦截 · "
    "转人工 至 队列";
constexpr std::string_view kModifiers =
    "behind a type may stand: from crm, max age 24 hours, assessed, data class C2, ask en \"…\" zh \"…\"";
constexpr std::string_view kModifiersZh =
    "类型之后可写：来自 crm，时效 24小时，经评估，数据类别 C2，询问 中文 “…” 英文 “…”";

constexpr auto kClauses = std::to_array<Row>({
    {P::PACK, 0, "pack demo.gate", "规则包 demo.gate"},
    {P::PACK, P::TITLE, "title en \"A pack to read\" zh \"示范规则包\"",
     "标题 英文 “A pack to read” 中文 “示范规则包”"},
    {P::PACK, P::JURISDICTION, "jurisdiction CN", "法域 CN"},
    {P::PACK, P::TIME_ZONE, "time zone \"Asia/Shanghai\"", "时区 “Asia/Shanghai”"},
    {P::PACK, P::VERSION, "version \"2026.11\"", "版本 “2026.11”"},
    {P::PACK, P::DEFAULT_QUEUE, "default queue advisers", "默认队列 理财顾问"},
    {P::PACK, P::DEFAULT_IF_UNKNOWN, "default if unknown hand off to advisers", "默认 若不明 转人工 至 理财顾问"},
    {P::PACK, P::DATA_CLASSES, "data classes C1 < C2 < C3", "数据类别 C1 < C2 < C3"},
    {P::PACK, P::REFUSE_CLASS, "refuse class C3", "拒收 C3 类信息"},
    {P::PACK, P::REFUSE, "refuse class C3", "拒收 C3 类信息"},
    {P::USE, 0, "use cn.common, or use cn.common \"2026.11\"", "引用 cn.common，或 引用 cn.common “2026.11”"},
    {P::SOURCE, 0, "source HOUSE is policy \"House rules for bots\" section \"3.1\"",
     "法源 行内规定 为 行内制度 “机器人管理规定” 章节 “3.1”"},
    {P::SOURCE, P::ARTICLE, "article 12", "第12条"},
    {P::SOURCE, P::PARAGRAPH, "paragraph 1", "第1款"},
    {P::SOURCE, P::ITEM, "item 3", "第3项"},
    {P::SOURCE, P::ORDINAL, "article 12 paragraph 1 item 3", "第12条 第1款 第3项"},
    {P::SOURCE, P::SECTION, "section \"3.1\"", "章节 “3.1”"},
    {P::SOURCE, P::IN_FORCE_FROM, "in force from 2026-02-01", "自 2026-02-01 起施行"},
    {P::SOURCE, P::IN_FORCE_UNTIL, "in force until 2026-12-31", "至 2026-12-31 止"},
    {P::SOURCE, P::UNTIL, "in force from 2026-02-01 until 2026-12-31", "自 2026-02-01 起施行 至 2026-12-31 止"},
    {P::SOURCE, P::SINCE, "in force from 2026-02-01", "自 2026-02-01 起施行"},
    {P::SOURCE, P::UP_TO, "in force until 2026-12-31", "至 2026-12-31 止"},
    {P::SOURCE, P::READS, "reads en \"…\" zh \"…\"", "原文 中文 “…” 英文 “…”"},
    {P::SOURCE, P::LINK, "link \"https://…\"", "链接 “https://…”"},
    {P::SOURCE, P::ENTRY, "entry \"CN-SUIT-12\"", "条目 “CN-SUIT-12”"},
    {P::SCALE, 0, "scale risk is R1 < R2 < R3", "分级 风险 为 R1 < R2 < R3"},
    {P::FACTS, 0, "facts customer from crm, max age 24 hours", "事实 客户 来自 crm，时效 24小时"},
    {P::FACTS, P::ONE_OF, "one of person, institution; with more behind it: one of (person, institution), assessed",
     "取值 自然人、机构；其后另有说明时：取值（自然人、机构），经评估"},
    {P::FACTS, P::LIST_OF, "list of text", "列表 文本"},
    {P::FACTS, P::T_INTEGER, "integer 0..150", "整数 0 至 150"},
    {P::FACTS, P::T_DECIMAL, "decimal 0..1.5", "小数 0 至 1.5"},
    {P::FACTS, P::T_MONEY, "money CNY", "款项 CNY"},
    {P::FACTS, P::SCALE, "scale risk", "分级 风险"},
    {P::FACTS, P::MAX_AGE, "max age 24 hours", "时效 24小时"},
    {P::FACTS, P::FROM, "from crm", "来自 crm"},
    {P::FACTS, P::DATA_CLASS, "data class C2", "数据类别 C2"},
    {P::FACTS, P::DATA_CLASSES, "data class C2", "数据类别 C2"},
    {P::FACTS, P::ASK, "ask en \"…\" zh \"…\"", "询问 中文 “…” 英文 “…”"},
    {P::LEXICON, 0, "lexicon promises is \"risk-free\", \"guaranteed\" but not \"not guaranteed\"",
     "词表 承诺用语 为 “保本”、“稳赚不赔” 但不含 “不保本”"},
    {P::LEXICON, P::BUT_NOT, "but not \"not guaranteed\", \"no guarantee\"", "但不含 “不保本”、“不承诺保本”"},
    {P::LEXICON, P::FROM_FILE, "from file \"words.txt\"", "取自文件 “words.txt”"},
    {P::WORDING, 0, "wording RISK en \"…\" zh \"…\"", "话术 风险提示 中文 “…” 英文 “…”"},
    {P::DEFINE, 0, "define senior as customer.age is at least 65", "定义 老年 为 客户.年龄 不低于 65"},
    {P::TOPIC, 0, "topic funds as answer contains any of \"fund\", \"funds\"",
     "专题 基金 为 回答 包含任一 “基金”、“定投”"},
    {P::PARAMETER, 0, "parameter top_fee 1.5 %, between 0 % and 1.5 %, lower is stricter",
     "参数 最高费率 1.5%，介于 0% 与 1.5% 之间，越低越严"},
    {P::CALENDAR, 0, "calendar banking covers 2026-01-01 .. 2026-12-31", "日历 银行日历 覆盖 2026-01-01 至 2026-12-31"},
    {P::CALENDAR, P::COVERS, "covers 2026-01-01 .. 2026-12-31", "覆盖 2026-01-01 至 2026-12-31"},
    {P::CALENDAR, P::WORKING_DAYS, "working days Monday .. Friday", "工作日 周一 至 周五"},
    {P::CALENDAR, P::CLOSED, "closed 2026-01-01 .. 2026-01-03, 2026-05-01",
     "放假 2026-01-01 至 2026-01-03、2026-05-01"},
    {P::CALENDAR, P::OPEN, "open 2026-01-04, 2026-02-14", "上班 2026-01-04、2026-02-14"},
    {P::QUEUE, 0, "queue advisers en \"Advisers\" zh \"理财顾问\"", "队列 理财顾问 中文 “理财顾问” 英文 “Advisers”"},
    {P::QUEUE, P::TITLE, "title en \"Advisers\" zh \"理财顾问\"", "标题 中文 “理财顾问” 英文 “Advisers”"},
    {P::QUEUE, P::HOURS, "hours Monday .. Friday 09:00 .. 17:30, Saturday 09:00 .. 12:00; or hours always",
     "服务时间 周一 至 周五 09:00 至 17:30，周六 09:00 至 12:00；或 服务时间 全天"},
    {P::QUEUE, P::CALENDAR, "calendar banking", "日历 银行日历"},
    {P::QUEUE, P::SKILLS, "skills wealth, loans", "技能 理财、贷款"},
    {P::QUEUE, P::LANGUAGES, "languages en, zh", "语言 中文、英文"},
    {P::QUEUE, P::PRIORITY, "priority high; urgent, high, normal or low", "优先级 高；可写 紧急、高、普通、低"},
    {P::QUEUE, P::DUE, "due 5 minutes", "时限 5分钟"},
    {P::QUEUE, P::OVERFLOW_TO, "overflow to desk", "溢出至 客服"},
    {P::QUEUE, P::SAY, "say en \"…\" zh \"…\"", "提示 中文 “…” 英文 “…”"},
    {P::QUEUE, P::WHEN_CLOSED_SAY, "when closed say en \"…\" zh \"…\"", "休息时提示 中文 “…” 英文 “…”"},
    {P::REQUIREMENT, 0, "requirement recording en \"…\" zh \"…\"", "前置要求 双录 中文 “…” 英文 “…”"},
    {P::REQUIREMENT, P::TITLE, "title en \"…\" zh \"…\"", "标题 中文 “…” 英文 “…”"},
    {P::REQUIREMENT, P::ASK, "ask en \"…\" zh \"…\"", "询问 中文 “…” 英文 “…”"},
    {P::REQUIREMENT, P::PROOF, "proof confirmation; consent, identity, second_factor, confirmation or fact",
     "凭证 确认；可写 同意、身份核验、二次验证、确认、事实"},
    {P::REQUIREMENT, P::FROM, "from app, branch", "来自 app、branch"},
    {P::REQUIREMENT, P::VALID_FOR, "valid for product, 24 hours", "有效于 产品，24小时"},
    {P::DATA, 0, "data catalogue keyed by product.id, named by product.name, review by 2026-12-31",
     "数据 产品目录 主键 产品.编号，名称取自 产品.名称，复核期限 2026-12-31"},
    {P::EXAMPLE, 0, "example en \"what is shown\" zh \"说明\"", "示例 中文 “说明” 英文 “what is shown”"},
    {P::EXAMPLE, P::GIVEN, "given answer at 2026-03-01T10:00; below it each fact with its value: customer.age 61",
     "给定 回答 于 2026-03-01T10:00；其下写事实与其值：客户.年龄 61"},
    {P::EXAMPLE, P::EXPECT, "expect block by my_rule, other_rule", "期望 拦截 因 我的规则、另一规则"},
    {P::EXAMPLE, P::FINAL_TEXT, "final text \"…\"", "终稿 “…”"},
    {P::EXAMPLE, P::LEFT, "left \"p-1\", \"p-2\"", "剩余 “p-1”、“p-2”"},
    {P::RULE, 0, "rule no_promises en \"…\" zh \"…\"", "规则 不得承诺 中文 “…” 英文 “…”"},
    {P::RULE, P::CITES, "cites HOUSE, SUITABILITY", "依据 行内规定、适当性办法"},
    {P::RULE, P::OWNER, "owner wealth_compliance", "负责 零售合规"},
    {P::RULE, P::APPLIES_TO, "applies to answer, message; or recommendation, action, outreach, material",
     "适用于 回答、消息；亦可写 推荐、操作、触达、素材"},
    {P::RULE, P::FROM, "from 2026-02-01", "自 2026-02-01 起"},
    {P::RULE, P::SINCE, "from 2026-02-01", "自 2026-02-01 起"},
    {P::RULE, P::UNTIL, "until 2026-12-31", "至 2026-12-31 止"},
    {P::RULE, P::UP_TO, "until 2026-12-31", "至 2026-12-31 止"},
    {P::RULE, P::WHEN, "when customer.age is at least 65 and answer contains \"risk-free\"",
     "当 客户.年龄 不低于 65 且 回答 包含 “保本”"},
    {P::RULE, P::VISIBLE_TO, "confidential visible to auditor", "保密 可见范围 auditor"},
    {P::RULE, P::BECAUSE, "because en \"…\" zh \"…\"", "理由 中文 “…” 英文 “…”"},
    {P::RULE, P::SAY, "say en \"…\" zh \"…\"", "提示 中文 “…” 英文 “…”"},
    {P::RULE, P::THEN, kEffects, kEffectsZh},
    {P::RULE, P::IF_UNKNOWN, kEffects, kEffectsZh},
    {P::RULE, P::REDACT, "redact match, full; or label, keep last 4, keep first 6 and last 4",
     "脱敏 命中，全部；或写 标签、保留后4位、保留前6位、后4位"},
    {P::RULE, P::DISCLOSE, "disclose RISK at end, once per day", "披露 风险提示 于 结尾，每日一次"},
    {P::RULE, P::REPLACE_ANSWER, "replace answer with en \"…\" zh \"…\"", "全文改为 中文 “…” 英文 “…”"},
    {P::RULE, P::REPLACE_MATCH, "replace match with en \"…\" zh \"…\"", "命中处改为 中文 “…” 英文 “…”"},
    {P::RULE, P::REQUIRE, "require recording", "要求 双录"},
    {P::RULE, P::HAND_OFF, "hand off to advisers, priority high, within 5 minutes",
     "转人工 至 理财顾问，优先级 高，5分钟 内"},
    {P::RULE, P::FLAG, "flag suspicious", "标记 可疑"},
    {P::RULE, P::ALERT, "alert suspicious", "告警 可疑"},
});

const Row* row_of(const auto& rows, int declaration, int keyword) {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const Row& r) { return r.declaration == declaration && r.keyword == keyword; });
  return row == rows.end() ? nullptr : &*row;
}

Both written_so(std::string_view en, std::string_view zh) {
  return {"it is written so: " + std::string(en), "写法：" + std::string(zh)};
}

}  // namespace

std::vector<Sample> samples() {
  const auto word = [](int token) {
    return token == 0 ? std::string_view() : std::string_view(spellings_of(token, Language::en).front()->text);
  };
  std::vector<Sample> out;
  for (const Row& row : kLines) out.push_back({word(row.declaration), {}, row.en, row.zh, true});
  for (const Row& row : kClauses) out.push_back({word(row.declaration), word(row.keyword), row.en, row.zh, false});
  out.push_back({word(P::FACTS), {}, kModifiers, kModifiersZh, true});
  return out;
}

Both clause_as_written(std::string_view declaration, std::string_view clause) {
  for (const Sample& one : samples()) {
    if (one.list || one.declaration != declaration || one.clause != clause) continue;
    if (clause != "then") return written_so(one.en, one.zh);
    return written_so("then block; or another effect: " + std::string(one.en),
                      "则 拦截；或其他效果：" + std::string(one.zh));
  }
  return {};
}

std::size_t Explainer::line_of(std::size_t at) const {
  const bool free = type(0) == P::RULE || type(0) == P::DEFINE || type(0) == P::WORDING || type(0) == P::PARAMETER;
  while (at > 0 && (free || (type(at - 1) != P::LINE && type(at - 1) != P::INDENT && type(at - 1) != P::DEDENT))) --at;
  return at;
}

Both Explainer::as_written() const {
  const int declaration = type(0);
  const auto shown = [](const Row& row) { return written_so(row.en, row.zh); };
  const std::size_t behind = std::min(at_, count_);
  const bool line = at_ < count_ && behind > 0 && type(at_) != P::LINE && type(at_) != P::INDENT &&
                    type(at_) != P::DEDENT && begins_line(at_);
  const bool clause = declaration == P::RULE ? expects(P::CITES) : type(behind - (behind > 0)) == P::LINE;
  if (line && clause) {
    const Row* row = row_of(kLines, declaration, 0);
    return row == nullptr ? Both{} : Both{std::string(row->en), std::string(row->zh)};
  }
  const std::size_t first = line_of(behind);
  bool typed = false;  // of a fact: its type has been read
  for (std::size_t i = behind; i-- > std::max<std::size_t>(first, 1);) {
    if (declaration == P::RULE && (type(i) == P::WHEN || type(i) == P::UNLESS)) return {};
    if ((declaration == P::DEFINE || declaration == P::TOPIC) && (type(i) == P::AS || type(i) == P::IS)) return {};
    if (i > 1 && (type(i - 1) == P::DOT || type(i - 1) == P::ALSO)) continue;  // a name that is a keyword elsewhere
    if (declaration == P::FACTS && first > 0 && i == first) continue;
    if (declaration == P::SOURCE && expects(P::READS) && type(i) != P::SECTION) continue;
    if (declaration == P::FACTS && i > first && !typed)
      typed = std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
        return s.token == type(i) && (s.kind == KeywordKind::type || s.token == P::ASSESSED);
      });
    const Row* row = row_of(kClauses, declaration, type(i));
    const bool a_day = type(i) == P::UP_TO || type(i) == P::FROM || type(i) == P::SINCE || type(i) == P::UNTIL;
    if (row == nullptr || (declaration == P::RULE && a_day && !begins_line(i))) continue;  // 5 至 10
    if (declaration == P::RULE && expects(P::BLOCK) && !expects(P::WORD)) row = row_of(kClauses, declaration, P::THEN);
    const bool complete = declaration == P::FACTS && expects(P::ASSESSED) && !expects(P::WORD) && !expects(P::NUMBER);
    if (!complete || type(i) == P::ONE_OF) return shown(*row);
    return {std::string(kModifiers), std::string(kModifiersZh)};
  }
  if (typed) return {std::string(kModifiers), std::string(kModifiersZh)};
  const bool of_head = first == 0 || declaration == P::LEXICON || declaration == P::SCALE;
  if (declaration == P::SOURCE && expects(P::READS)) {
    const Row* row = row_of(kLines, declaration, 0);
    return {std::string(row->en), std::string(row->zh)};
  }
  if (of_head) {
    const Row* row = row_of(kClauses, declaration, 0);
    return row == nullptr ? Both{} : shown(*row);
  }
  if (declaration != P::FACTS && declaration != P::EXAMPLE) return {};
  const Row* row = row_of(kLines, declaration, 0);
  return row == nullptr ? Both{} : Both{std::string(row->en), std::string(row->zh)};
}

// timezone, handoff to, hand-off to, closed say: the words of a keyword joined, parted by another sign, or without the first of them.
std::optional<Explainer::Near> Explainer::joined_keyword() const {
  const auto squeezed = [](std::string_view text) {
    std::string out;
    for (const char each : text)
      if (each != ' ' && each != '-' && each != '_') out += each;
    return in_lower_case(out);
  };
  if (at_ >= count_) return std::nullopt;
  for (const auto& s : all_spellings()) {
    const bool opens = s.kind == KeywordKind::effect || s.kind == KeywordKind::clause || s.kind == KeywordKind::line ||
                       s.kind == KeywordKind::modifier || s.kind == KeywordKind::type;
    if (s.language != Language::en || s.words.size() < 2 || !opens || !may_stand(s)) continue;
    const std::string whole = squeezed(s.text), begun = whole.substr(0, whole.size() - s.words.back().size());
    std::string written;
    for (std::size_t last = at_; last < count_ && last <= at_ + 2 * s.words.size(); ++last) {
      if (text(last).empty() || (last > at_ && begins_line(last))) break;
      written += text(last);
      if (squeezed(written).size() > whole.size()) break;
      const bool without_last =
          last == at_ && s.words.size() > 2 && squeezed(written) == begun && text_of(last + 1) != "to";
      if (squeezed(written) == whole || without_last) return Near{at_, last, {s.text}};
      if (last == at_ + 1 && s.text.ends_with(" " + text(at_) + " " + text(last))) return Near{at_, last, {s.text}};
    }
  }
  return std::nullopt;
}

}  // namespace caveat::syntax
