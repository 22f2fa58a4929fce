// What is shown of how a clause is written compiles as it is shown, in both languages (engine/syntax/mistakes_shown.cc): each sample is
// put in its place in a pack that declares what samples name.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "engine/syntax/keywords.h"
#include "engine/syntax/mistakes.h"
#include "tests/support/packs.h"

using namespace caveat;

namespace {

struct Line {
  std::string keyword, text;  // the clause by its English keyword; empty: the head
};
struct Declared {
  std::string keyword;
  std::vector<Line> lines;
};

// All that samples name, in each language. The first of each kind is the host of its samples.
const std::vector<Declared>& declared(Language language) {
  static const std::vector<Declared> kEn = {
      {"pack",
       {{"", "pack demo.gate"},
        {"version", "version \"1\""},
        {"jurisdiction", "jurisdiction CN"},
        {"time zone", "time zone \"Asia/Shanghai\""},
        {"data classes", "data classes C1 < C2 < C3"},
        {"default queue", "default queue advisers"}}},
      {"use", {{"", "use cn.common"}}},
      {"source", {{"", "source HOUSE is policy \"House rules for bots\""}}},
      {"source", {{"", "source SUITABILITY is \"Suitability\" article 12"}}},
      {"scale", {{"", "scale risk is R1 < R2 < R3"}}},
      {"facts", {{"", "facts customer"}, {"age", "age integer 0..150"}, {"told", "told text"}}},
      {"facts", {{"", "facts product from catalogue"}, {"name", "name text"}}},
      {"lexicon", {{"", "lexicon promises is \"risk-free\""}}},
      {"wording", {{"", "wording RISK en \"…\" zh \"…\""}}},
      {"define", {{"", "define senior as customer.age is at least 65"}}},
      {"topic", {{"", "topic funds as answer contains any of \"fund\", \"funds\""}}},
      {"parameter", {{"", "parameter top_fee 1.5 %"}}},
      {"calendar",
       {{"", "calendar banking"},
        {"covers", "covers 2026-01-01 .. 2026-12-31"},
        {"working days", "working days Monday .. Friday"}}},
      {"queue",
       {{"", "queue advisers"},
        {"say", "say en \"…\" zh \"…\""},
        {"when closed say", "when closed say en \"…\" zh \"…\""}}},
      {"queue", {{"", "queue desk"}, {"say", "say en \"…\" zh \"…\""}}},
      {"requirement",
       {{"", "requirement recording"},
        {"title", "title en \"…\" zh \"…\""},
        {"ask", "ask en \"…\" zh \"…\""},
        {"proof", "proof confirmation"},
        {"from", "from app"},
        {"valid for", "valid for product, 24 hours"}}},
      {"rule",
       {{"", "rule my_rule"},
        {"cites", "cites HOUSE"},
        {"applies to", "applies to answer, message"},
        {"when", "when answer contains \"x\""},
        {"then", "then flag suspicious"},
        {"say", "say en \"…\" zh \"…\""}}},
      {"rule",
       {{"", "rule other_rule"},
        {"cites", "cites HOUSE"},
        {"applies to", "applies to answer"},
        {"when", "when customer.age is at least 61"},
        {"then", "then hand off to desk"}}},
      {"example", {{"", "example \"it is shown\""}, {"given", "given answer"}, {"expect", "expect allow"}}},
      {"data", {{"", "data catalogue keyed by product.id, named by product.name"}}},
  };
  static const std::vector<Declared> kZh = {
      {"pack",
       {{"", "规则包 demo.gate"},
        {"version", "版本 “1”"},
        {"jurisdiction", "法域 CN"},
        {"time zone", "时区 “Asia/Shanghai”"},
        {"data classes", "数据类别 C1 < C2 < C3"},
        {"default queue", "默认队列 理财顾问"}}},
      {"use", {{"", "引用 cn.common"}}},
      {"source", {{"", "法源 行内规定 为 行内制度 “机器人管理规定”"}}},
      {"source", {{"", "法源 适当性办法 为 《适当性办法》 第12条"}}},
      {"scale", {{"", "分级 风险 为 R1 < R2 < R3"}}},
      {"facts", {{"", "事实 客户"}, {"age", "年龄 整数 0 至 150"}, {"told", "告知 文本"}}},
      {"facts", {{"", "事实 产品 来自 产品目录"}, {"name", "名称 文本"}}},
      {"lexicon", {{"", "词表 承诺用语 为 “保本”"}}},
      {"wording", {{"", "话术 风险提示 中文 “…” 英文 “…”"}}},
      {"define", {{"", "定义 老年 为 客户.年龄 不低于 65"}}},
      {"topic", {{"", "专题 基金 为 回答 包含任一 “基金”、“定投”"}}},
      {"parameter", {{"", "参数 最高费率 1.5%"}}},
      {"calendar",
       {{"", "日历 银行日历"}, {"covers", "覆盖 2026-01-01 至 2026-12-31"}, {"working days", "工作日 周一 至 周五"}}},
      {"queue",
       {{"", "队列 理财顾问"}, {"say", "提示 中文 “…” 英文 “…”"}, {"when closed say", "休息时提示 中文 “…” 英文 “…”"}}},
      {"queue", {{"", "队列 客服"}, {"say", "提示 中文 “…” 英文 “…”"}}},
      {"requirement",
       {{"", "前置要求 双录"},
        {"title", "标题 中文 “…” 英文 “…”"},
        {"ask", "询问 中文 “…” 英文 “…”"},
        {"proof", "凭证 确认"},
        {"from", "来自 app"},
        {"valid for", "有效于 产品，24小时"}}},
      {"rule",
       {{"", "规则 我的规则"},
        {"cites", "依据 行内规定"},
        {"applies to", "适用于 回答、消息"},
        {"when", "当 回答 包含 “x”"},
        {"then", "则 标记 可疑"},
        {"say", "提示 中文 “…” 英文 “…”"}}},
      {"rule",
       {{"", "规则 另一规则"},
        {"cites", "依据 行内规定"},
        {"applies to", "适用于 回答"},
        {"when", "当 客户.年龄 不低于 61"},
        {"then", "则 转人工 至 客服"}}},
      {"example", {{"", "示例 “所示”"}, {"given", "给定 回答"}, {"expect", "期望 放行"}}},
      {"data", {{"", "数据 产品目录 主键 产品.编号，名称取自 产品.名称"}}},
  };
  return language == Language::zh ? kZh : kEn;
}

// Samples that show several ways, or words for names of the author's: each as it is written out.
const std::map<std::string, std::vector<std::string>> kWays = {
    {"use cn.common, or use cn.common \"2026.11\"", {"use cn.common", "use cn.common \"2026.11\""}},
    {"引用 cn.common，或 引用 cn.common “2026.11”", {"引用 cn.common", "引用 cn.common “2026.11”"}},
    {"one of person, institution; with more behind it: one of (person, institution), assessed",
     {"one of person, institution", "one of (person, institution), assessed"}},
    {"取值 自然人、机构；其后另有说明时：取值（自然人、机构），经评估",
     {"取值 自然人、机构", "取值（自然人、机构），经评估"}},
    {"hours Monday .. Friday 09:00 .. 17:30, Saturday 09:00 .. 12:00; or hours always",
     {"hours Monday .. Friday 09:00 .. 17:30, Saturday 09:00 .. 12:00", "hours always"}},
    {"服务时间 周一 至 周五 09:00 至 17:30，周六 09:00 至 12:00；或 服务时间 全天",
     {"服务时间 周一 至 周五 09:00 至 17:30，周六 09:00 至 12:00", "服务时间 全天"}},
    {"priority high; urgent, high, normal or low",
     {"priority high", "priority urgent", "priority normal", "priority low"}},
    {"优先级 高；可写 紧急、高、普通、低", {"优先级 高", "优先级 紧急", "优先级 普通", "优先级 低"}},
    {"proof confirmation; consent, identity, second_factor, confirmation or fact",
     {"proof confirmation", "proof consent", "proof identity", "proof second_factor", "proof fact"}},
    {"凭证 确认；可写 同意、身份核验、二次验证、确认、事实",
     {"凭证 确认", "凭证 同意", "凭证 身份核验", "凭证 二次验证", "凭证 事实"}},
    {"given answer at 2026-03-01T10:00; below it each fact with its value: customer.age 61",
     {"given answer at 2026-03-01T10:00\n    customer.age 61"}},
    {"给定 回答 于 2026-03-01T10:00；其下写事实与其值：客户.年龄 61",
     {"给定 回答 于 2026-03-01T10:00\n    客户.年龄 61"}},
    {"applies to answer, message; or recommendation, action, outreach, material",
     {"applies to answer, message", "applies to answer, recommendation, action, outreach, material"}},
    {"适用于 回答、消息；亦可写 推荐、操作、触达、素材", {"适用于 回答、消息", "适用于 回答、推荐、操作、触达、素材"}},
    {"redact match, full; or label, keep last 4, keep first 6 and last 4",
     {"redact match, full", "redact match, label", "redact match, keep last 4",
      "redact match, keep first 6 and last 4"}},
    {"脱敏 命中，全部；或写 标签、保留后4位、保留前6位、后4位",
     {"脱敏 命中，全部", "脱敏 命中，标签", "脱敏 命中，保留后4位", "脱敏 命中，保留前6位、后4位"}},
    {"allow · flag name · alert name · redact match, full · replace match with \"…\" · replace answer with \"…\" · "
     "disclose wording at end · require name · block · hand off to queue",
     {"allow", "flag name", "alert name", "redact match, full", "replace match with \"…\"", "replace answer with \"…\"",
      "disclose RISK at end", "require recording", "block", "hand off to desk"}},
    {"放行 · 标记 名称 · 告警 名称 · 脱敏 命中，全部 · 命中处改为 “…” · 全文改为 “…” · 披露 话术 于 结尾 · 要求 名称 · "
     "拦截 · 转人工 至 队列",
     {"放行", "标记 名称", "告警 名称", "脱敏 命中，全部", "命中处改为 “…”", "全文改为 “…”", "披露 风险提示 于 结尾",
      "要求 双录", "拦截", "转人工 至 客服"}},
};

bool compiles(const test::Texts& texts, const std::string& way) {
  const test::Checked checked = test::check_texts(texts);
  const bool wrong = std::any_of(checked.diagnostics.begin(), checked.diagnostics.end(),
                                 [](const Diagnostic& each) { return each.severity == Severity::error; });
  BOOST_TEST(!wrong, way << "\n" << checked.rendered() << texts.front().second);
  return !wrong;
}

std::vector<std::string> split(std::string_view text, std::string_view between) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(between, at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + between.size();
  }
  return out;
}

// What stands behind the words that open a list: "a pack has the lines …", "规则包可有以下各行：…".
std::string_view items_of(std::string_view shown) {
  for (const std::string_view opening : {": ", "：", " lines ", " stand ", " clauses "})
    if (const std::size_t at = shown.find(opening); at != shown.npos) return shown.substr(at + opening.size());
  return {};
}

bool means_effect(std::string_view clause) {
  return std::any_of(syntax::all_spellings().begin(), syntax::all_spellings().end(), [&](const syntax::Spelling& each) {
    return each.text == clause && syntax::is_effect(each.token);
  });
}

// The pack in which `way` stands where a sample of that clause stands: for the line that it says otherwise, or behind the others.
test::Texts host(const syntax::Sample& sample, std::string way, Language language) {
  const bool zh = language == Language::zh;
  std::string clause(sample.clause);
  static const std::set<std::string> kBehindAType = {"max age", "from", "data class", "data classes", "ask"};
  if (sample.declaration == "facts" && !clause.empty() && clause != "age")
    way = (zh ? "其他 " : "other ") +
          std::string(kBehindAType.count(clause) == 0 ? ""
                      : zh                            ? "整数，"
                                                      : "integer, ") +
          way;
  if (clause == "if unknown") way = (zh ? "若不明 " : "if unknown ") + way;
  if (sample.declaration == "rule" && (clause == "then" || means_effect(clause))) {
    way = (zh ? "则 " : "then ") + way;
    clause = "then";
  }
  std::string text;
  bool placed = false;
  for (const Declared& one : declared(language)) {
    const bool here = one.keyword == sample.declaration && !placed;
    bool written = false;
    for (const Line& line : one.lines) {
      const bool instead = here && line.keyword == clause;
      if (here && clause.empty() && !instead && way.ends_with(line.text))
        continue;                                                      // the sample of a calendar says what it covers
      if (here && clause == "applies to" && line.keyword == "when") {  // all kinds of turn have a customer
        text += zh ? "\n  当 客户.年龄 不低于 60" : "\n  when customer.age is at least 60";
        continue;
      }
      text += (line.keyword.empty() ? "" : "\n  ") + (instead ? way : line.text);
      written = written || instead;
    }
    if (here && !written) text += (one.lines.size() == 1 ? " " : "\n  ") + way;
    placed = placed || here;
    text += "\n";
  }
  const std::string common = zh ? "规则包 cn.common\n  版本 “2026.11”\n" : "pack cn.common\n  version \"2026.11\"\n";
  return {{"a/pack.cav", text}, {"a/words.txt", "risk-free\n"}, {"b/pack.cav", common}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shown_samples)

BOOST_AUTO_TEST_CASE(each_compiles_as_it_is_shown) {
  std::set<std::string> written_out;
  std::size_t tried = 0;
  for (const syntax::Sample& sample : syntax::samples()) {
    if (sample.list) continue;
    for (const Language language : {Language::en, Language::zh}) {
      const std::string shown(language == Language::zh ? sample.zh : sample.en);
      std::vector<std::string> ways = {shown};
      if (const auto known = kWays.find(shown); known != kWays.end()) {
        ways = known->second;
        written_out.insert(shown);
      }
      for (const std::string& way : ways) {
        compiles(host(sample, way, language), way);
        ++tried;
      }
    }
  }
  BOOST_TEST(tried >= 200u);
  BOOST_TEST(written_out.size() == kWays.size());  // none of them is of a sample that is shown no longer
}

BOOST_AUTO_TEST_CASE(what_may_stand_in_a_declaration_is_named_by_its_keywords) {
  std::size_t compiled = 0, keywords = 0;
  for (const syntax::Sample& sample : syntax::samples()) {
    if (!sample.list) continue;
    for (const Language language : {Language::en, Language::zh}) {
      const bool zh = language == Language::zh;
      const std::string_view shown = zh ? sample.zh : sample.en;
      std::string items(items_of(shown));
      BOOST_TEST_REQUIRE(!items.empty(), shown);
      // A line of facts; what may stand behind its type; the lines of an example.
      if (sample.declaration == "facts") {
        const bool line = items.starts_with("age ") || items.starts_with("年龄 ");
        compiled += compiles(host({"facts", line ? "age" : "ask", {}, {}, false}, items, language), items);
      } else if (sample.declaration == "example") {
        std::string lines = zh ? "示例 “所示”" : "example \"it is shown\"";
        for (const std::string& each : split(items, zh ? "；" : "; "))
          lines += (each.find("61") != each.npos ? "\n    " : "\n  ") + each;
        test::Texts texts = host({"pack", "title", {}, {}, false}, zh ? "标题 中文 “…”" : "title zh \"…\"", language);
        texts.front().second += lines + "\n";
        compiled += compiles(texts, lines);
      } else {
        for (const std::string& item : split(items, zh ? "、" : ", ")) {
          if (item.find("…") != item.npos) continue;  // 自 … 起施行
          const auto& all = syntax::all_spellings();
          BOOST_TEST(
              std::any_of(all.begin(), all.end(),
                          [&](const syntax::Spelling& each) { return each.language == language && each.text == item; }),
              item << " of: " << shown);
          ++keywords;
        }
      }
    }
  }
  BOOST_TEST(compiled == 6u);
  BOOST_TEST(keywords >= 90u);
}

BOOST_AUTO_TEST_SUITE_END()
