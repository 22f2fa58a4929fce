// One construct, two phrasings: each pair must be one tree, whatever language wrote it.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "engine/syntax/parse.h"
#include "tests/engine/syntax/dump.h"

using namespace caveat;
using namespace caveat::syntax;

namespace {

std::string tree(const std::string& bytes) {
  Sources sources;
  sources.emplace_back("pair.cav", bytes);
  const auto parsed = parse(sources, 0, Limits{});
  for (const auto& d : parsed.diagnostics) BOOST_ERROR(render(d, sources));
  BOOST_TEST(!parsed.file.declarations.empty(), bytes);
  return testing::dump(parsed.file);
}

struct Pair {
  std::string en, zh;
};

void same(const std::vector<Pair>& pairs) {
  for (const auto& [en, zh] : pairs) {
    BOOST_TEST_CONTEXT(en << "\n" << zh) BOOST_TEST(tree(en) == tree(zh));
  }
}

// Conditions in the frame of a define.
void same_conditions(const std::vector<Pair>& pairs) {
  for (const auto& [en, zh] : pairs) {
    BOOST_TEST_CONTEXT(en << "\n" << zh) BOOST_TEST(tree("define d as " + en) == tree("定义 d 为 " + zh));
  }
}

void same_effects(const std::vector<Pair>& pairs) {
  for (const auto& [en, zh] : pairs) {
    BOOST_TEST_CONTEXT(en << "\n" << zh) BOOST_TEST(tree("rule r when x then " + en) == tree("规则 r 当 x 则 " + zh));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(pack_and_use_are_one_in_both_phrasings) {
  same({{"pack cn.wealth also 财富\n  title zh \"甲\" en \"A\"\n  jurisdiction CN, HK\n  time zone \"Asia/Shanghai\"\n "
         " version \"2026.10\"\n"
         "  default queue desk\n  default if unknown hand off to desk\n  data classes C1 < C2 < C3\n  refuse class C3",
         "规则包 cn.wealth 又名 财富\n  标题 中文 “甲” 英文 “A”\n  法域 CN、HK\n  时区 “Asia/Shanghai”\n  版本 "
         "“2026.10”\n"
         "  默认队列 desk\n  默认 若不明 转人工 至 desk\n  数据类别 C1 < C2 < C3\n  拒收 C3 类信息"},
        {"use cn.common \"2026.*\"", "引用 cn.common “2026.*”"}});
}

BOOST_AUTO_TEST_CASE(sources_are_one_in_both_phrasings) {
  same({{"source LAW also 办法 is \"金融机构办法\" article 12 paragraph 1 item 3\n  in force from 2026-02-01 until "
         "2030-12-31\n  reads zh \"应当\"\n"
         "  link \"https://example.org\"\n  entry \"CN-1\"",
         "法源 LAW 又名 办法 为 《金融机构办法》 第12条 第1款 第3项\n  自 2026-02-01 起施行\n  至 2030-12-31 止\n  "
         "原文 中文 “应当”\n"
         "  链接 “https://example.org”\n  条目 “CN-1”"},
        {"source LAW is law \"法\" article 12", "法源 LAW 为 法规 《法》 第十二条"},
        {"source LAW is law \"法\" article 28 paragraph 2 item 3", "法源 LAW 为 法规 《法》 第二十八条第二款第三项"},
        {"source LAW is law \"法\" section \"第3章\"", "法源 LAW 为 法规 《法》 第三章"},
        {"source S is standard \"JR/T 0171\" section \"6.2\"", "法源 S 为 标准 “JR/T 0171” 章节 “6.2”"},
        {"source P is policy \"制度\" article 3 paragraph 2", "法源 P 为 行内制度 《制度》 第3条第2款"},
        {"source P is \"法\" in force from 2026-02-01", "法源 P 为 “法” 自2026年2月1日起施行"}});
}

BOOST_AUTO_TEST_CASE(scales_and_facts_are_one_in_both_phrasings) {
  same({{"scale risk is R1 = C1 < R2 = C2", "分级 risk 为 Ｒ１ ＝ C1 ＜ R2 = C2"},
        {"facts customer also 客户 from crm, max age 24 hours\n  age also 年龄 integer 0..150\n  vip yes/no, "
         "assessed\n  tier one of (a also 甲, b), data class C2\n"
         "  amount money CNY, from core, max age 5 minutes, ask zh \"多少\"\n  share percent\n  rate decimal 0 .. 1\n  "
         "born date\n  seen instant\n  at time of day\n"
         "  zone time zone\n  spell duration\n  level scale risk\n  years integer counted in years old\n  status one "
         "of x, y",
         "事实 customer 又名 客户 来自 crm，时效 24小时\n  age 又名 年龄 整数 0 至 150\n  vip 是否，经评估\n  tier "
         "取值（a 又名 甲、b），数据类别 C2\n"
         "  amount 款项 CNY，来自 core，时效 5分钟，询问 中文 “多少”\n  share 百分比\n  rate 小数 0～1\n  born "
         "日期型\n  seen 时刻\n  at 钟点\n"
         "  zone 时区型\n  spell 时长\n  level 分级 risk\n  years 整数 按 周岁\n  status 取值 x、y"},
        {"facts customer\n  holdings list of record\n    amount money CNY\n    parts list of record\n      kind text\n "
         " tags list of text\n  payee record\n    new yes/no",
         "事实 customer\n  holdings 列表 记录\n    amount 款项 CNY\n    parts 列表 记录\n      kind 文本\n  tags 列表 "
         "文本\n  payee 记录\n    new 是否"}});
}

BOOST_AUTO_TEST_CASE(the_words_are_one_in_both_phrasings) {
  same({{"lexicon g also 承诺 \"Promises\" is\n  \"保本\", zh \"稳赚\",\n  \"risk-free\"\n  but not \"保本点\"\n  "
         "exact case\n  exact form",
         "词表 g 又名 承诺 “Promises” 为\n  “保本”、中文 “稳赚”、\n  “risk-free”\n  但不含 “保本点”\n  区分大小写\n  "
         "区分字形"},
        {"lexicon g from file \"lexicons/g.txt\"", "词表 g 取自文件 “lexicons/g.txt”"},
        {"wording w zh \"请注意\" en \"Note\"", "话术 w 中文 「请注意」 英文 “Note”"},
        {"define d also 丁 as a.b is more than 12 months ago", "定义 d 又名 丁 为 a.b 距今 超过12个月"},
        {"topic loans as product.kind is loan", "专题 loans 为 product.kind 为 loan"}});
}

BOOST_AUTO_TEST_CASE(queue_calendar_requirement_and_the_rest_are_one_in_both_phrasings) {
  same({{"queue q also 队 \"Desk\"\n  hours Monday .. Friday 09:00 .. 17:30, Saturday 09:00 .. 12:00\n  calendar c\n  "
         "skills wealth, loans\n  languages zh, en\n"
         "  priority high\n  due 5 minutes\n  overflow to other\n  say zh \"好\" en \"ok\"\n  when closed say zh "
         "\"休息\"\n  call back",
         "队列 q 又名 队 “Desk”\n  服务时间 周一 至 周五 09:00 至 17:30，周六 09:00 至 12:00\n  日历 c\n  技能 "
         "wealth、loans\n  语言 zh、en\n"
         "  优先级 高\n  时限 5分钟\n  溢出至 other\n  提示 中文 “好” 英文 “ok”\n  休息时提示 中文 “休息”\n  可回拨"},
        {"queue q\n  hours always", "队列 q\n  服务时间 全天"},
        {"parameter p 3, between 1 and 5, lower is stricter", "参数 p 3，介于 1 与 5 之间，越低越严"},
        {"parameter p 5 万 CNY, between 1 万 CNY and 5 万 CNY, higher is stricter",
         "参数 p 5万元，介于 1万元 与 5万元 之间，越高越严"},
        {"calendar c covers 2026-01-01 .. 2026-12-31\n  working days Monday .. Friday\n  closed 2026-01-01, 2026-02-15 "
         ".. 2026-02-23\n  open 2026-01-04",
         "日历 c 覆盖 2026-01-01 至 2026-12-31\n  工作日 周一 至 周五\n  放假 2026-01-01、2026-02-15 至 2026-02-23\n  "
         "上班 2026-01-04"},
        {"requirement r\n  ask zh \"同意吗\"\n  proof consent, second_factor\n  from app, branch\n  valid for purpose, "
         "24 hours",
         "前置要求 r\n  询问 中文 “同意吗”\n  凭证 同意、二次验证\n  来自 app、branch\n  有效于 用途，24小时"},
        {"data d keyed by product.id, review by 2026-12-31", "数据 d 主键 product.id，复核期限 2026-12-31"},
        {"data d keyed by product.id, named by product.name, product.short, review by 2026-12-31",
         "数据 d 主键 product.id，名称取自 product.name、product.short，复核期限 2026-12-31"},
        {"data d keyed by product.id, review by 2026-12-31, named by product.name",
         "数据 d 主键 product.id，名称取自 product.name，复核期限 2026-12-31"},
        {"event e also 事", "事件 e 又名 事"}});
}

BOOST_AUTO_TEST_CASE(the_clauses_of_a_rule_are_one_in_both_phrasings) {
  same(
      {{"rule r also 规 en \"A\" zh \"甲\" cites L, M owner x, y applies to answer, recommendation as a whole, "
        "outreach from 2026-02-01 until 2027-01-01 "
        "exception to other open to exceptions status shadow confidential visible to a, b trust inferred when x unless "
        "y, then block, because zh \"因\" "
        "if unknown pass say on app zh \"话\" say en W",
        "规则 r 又名 规 英文 “A” 中文 “甲” 依据 L、M 负责 x、y 适用于 回答、推荐 整体、触达 自 2026-02-01 起 至 "
        "2027-01-01 止 "
        "豁免 other 允许豁免 状态 试运行 保密 可见范围 a、b 采信推断 当 x 除非 y，则 拦截，理由：中文 “因” "
        "若不明 略过 提示 于 app 中文 “话” 提示 英文 W"},
       {"rule r rollout 5 percent by customer.id when x then block", "规则 r 灰度 5% 按 customer.id 若 x 则 拦截。"},
       {"guarantee g when customer.age is below 18 then at least block", "底线 g 当 customer.age 低于 18 则 至少 拦截"},
       {"example \"e\"\n  given answer at 2026-03-01T10:00\n    answer.text \"保本\", customer.age 65 years old\n    "
        "customer.list [(a 1, b R4), (a 2)]\n    x unknown\n"
        "  after answer at 2026-03-01T09:55, answer.resolved no\n  expect block by r, s\n    final text \"x\"\n    "
        "left \"p\", \"q\"",
        "示例 “e”\n  给定 回答 于 2026-03-01T10:00\n    answer.text “保本”，customer.age 65周岁\n    customer.list "
        "[（a 1，b R4），（a 2）]\n    x 不明\n"
        "  此前 回答 于 2026-03-01T09:55，answer.resolved 否\n  期望 拦截 因 r、s\n    终稿 “x”\n    剩余 “p”、“q”"}});
}

BOOST_AUTO_TEST_CASE(comparisons_are_one_in_both_phrasings) {
  same_conditions(
      {{"a is R4", "a 为 R4"},
       {"a is R4", "a = R4"},
       {"a is not R4", "a 不等于 R4"},
       {"a is not R4", "a ≠ R4"},
       {"a is at least 65 years old", "a 不低于65周岁"},
       {"a is 65 years old or more", "a 为 65周岁以上"},
       {"a is at least 65", "a 满 65"},
       {"a >= 65", "a ≥ 65"},
       {"a is at most 65", "a 不超过65"},
       {"a is 5 or less", "a 为 5以内"},
       {"a is 65 years old or more", "a 65周岁以上"},
       {"a is 17 or less", "a 17 以下"},
       {"a is 18 .. 65", "a 18 至 65"},
       {"a is 65 or more", "a ≧ 65"},
       {"a is above 50 %", "a 高于 百分之50"},
       {"a is above 20 % of b", "a 高于 b 的 百分之20"},
       {"a is above 5 万 CNY", "a 超过5万元"},
       {"a is above 1.2 million USD", "a 高于 120万美元"},
       {"a is below 4.5 %", "a 低于 ４．５％"},
       {"a is below 5 per mille", "a 低于 千分之5"},
       {"a is below 25 basis points", "a 低于 25基点"},
       {"a is between 18 and 65 and b", "a 介于 18 与 65 之间 且 b"},
       {"a is 18 .. 65", "a 为 18 至 65"},
       {"a is one of x, y", "a 属于 x、y"},
       {"a is none of x, y", "a 不属于 x、y"},
       {"a is not one of x, y", "a 不属于 x，y"},
       {"a includes x", "a 包括 x"},
       {"a does not include x", "a 不包括 x"},
       {"a includes any of x, y", "a 包括任一 x、y"},
       {"a includes all of x, y", "a 包括全部 x、y"},
       {"a is empty", "a 为空"},
       {"a is not empty", "a 不为空"},
       {"a is known", "a 已知"},
       {"a is unknown", "a 未知"},
       {"a differs from b by more than 0.01 percentage points", "a 与 b 相差 超过 0.01个百分点"},
       {"a is more than 12 months ago", "a 距今 超过12个月"},
       {"a is at least 5 working days ago", "a 距今 不少于 5个工作日"},
       {"a is within the last 24 hours", "a 距今 不超过 24 小时"},
       {"a is within the next 30 days", "a 在 未来 30天内"},
       {"full years since a is at least 18", "a 至今满年数 不低于 18"},
       {"now is between 22:00 and 08:00 in customer.zone", "按 customer.zone，此刻 介于 22:00 与 08:00 之间"},
       {"today is a working day", "今日 为 工作日"},
       {"today is Monday", "今日 为 周一"},
       {"a is 2026-02-01", "a 为 2026年2月1日"}});
}

BOOST_AUTO_TEST_CASE(comparisons_of_texts_are_one_in_both_phrasings) {
  same_conditions(
      {{"answer contains \"a\"", "answer 包含 “a”"},
       {"answer lacks lex", "answer 不含 lex"},
       {"answer contains any of \"a\", lex", "answer 包含任一 “a”、lex"},
       {"answer contains all of lex", "answer 包含全部 lex"},
       {"answer contains \"a\" near \"b\" within 12 characters", "answer 包含 “a” 与 “b” 相距 12字以内"},
       {"answer claims \"a\"", "answer 宣称 “a”"},
       {"answer does not claim any of lex", "answer 未宣称任一 lex"},
       {"answer matches /年化\\d+\\/年/", "answer 匹配 /年化\\d+\\/年/"},
       {"answer does not match /a\"b/", "answer 不匹配 /a\"b/"},
       {"answer mentions bank_card", "answer 提及 bank_card"},
       {"answer does not mention cn.resident_id", "answer 未提及 cn.resident_id"},
       {"answer mentions bank_card other than customer.cards", "answer 提及 customer.cards 以外的 bank_card"},
       {"answer mentions any of class C3", "answer 提及 C3 类信息"},
       {"any p in percents of answer near \"年化\" where (p is not product.yield)",
        "answer 所述百分比 近 “年化” 中 存在 p 满足（p 不为 product.yield）"}});
}

BOOST_AUTO_TEST_CASE(logic_lists_and_sums_are_one_in_both_phrasings) {
  same_conditions(
      {{"a and b and c", "a 且 b 并且 c"},
       {"a or (b and not c)", "a 或（b 且 非 c）"},
       {"all of (a is one of x, y; b)", "同时满足（a 属于 x、y；b）"},
       {"any of (a; b)", "满足任一（a；b）"},
       {"none of (a; b)", "均不满足（a；b）"},
       {"at least 2 of (a; b; c)", "至少满足2项（a；b；c）"},
       {"any h in customer.holdings where (h.amount is above 1)",
        "customer.holdings 中 存在 h 满足（h.amount 高于 1）"},
       {"every h in customer.holdings where h.ok", "customer.holdings 中 每个 h 均满足 h.ok"},
       {"no h in customer.holdings where h.ok", "customer.holdings 中 不存在 h 满足 h.ok"},
       {"count of (h for h in l where h.ok) is above 3", "个数（h，h 取自 l，满足 h.ok） 高于 3"},
       {"sum of (h.a for h in l) as percent of t is above 50 %", "合计（h.a，h 取自 l） 占 t 的比例 高于 50%"},
       {"highest of (h.a for h in l) is above lowest of (h.a for h in l)",
        "最高（h.a，h 取自 l） 高于 最低（h.a，h 取自 l）"},
       {"a is above 20 % of b", "a 高于 b 的 20%"},
       {"a is above 4 * b", "a 高于 b 的 4倍"},
       {"a is above (b + c) * 2 - d / 3", "a 高于（b + c）× 2 - d ÷ 3"},
       {"a rounded to 2 digits is 3", "a 修约至 2位 为 3"},
       {"-5 is below a", "-5 低于 a"}});
}

BOOST_AUTO_TEST_CASE(windows_are_one_in_both_phrasings) {
  same_conditions({{"at least 3 answers in this conversation within 10 minutes where (answer.resolved is no)",
                    "本次会话 10分钟内 至少 3次 answers 满足（answer.resolved 为 否）"},
                   {"more than 3 outreach for this customer within 7 days", "该客户 7 天 内 超过 3 次 outreach"},
                   {"at least 2 tests for this customer on the same day", "该客户 当日 内 至少2次 tests"},
                   {"at least fail_limit answers in this conversation within answer_time",
                    "本次会话 answer_time 内 至少 fail_limit 次 answers"},
                   {"at least 100 messages across customers within 1 hour", "全部客户 1小时内 至少 100 次 messages"},
                   {"the same question at least 3 times", "同一问题 至少 3 次"}});
}

BOOST_AUTO_TEST_CASE(effects_are_one_in_both_phrasings) {
  same_effects(
      {{"allow", "放行"},
       {"block and hand off to q, priority urgent, within 0 seconds", "拦截 并 转人工 至 q，优先级 紧急，0秒内"},
       {"hand off to q, within limit", "转人工 至 q，limit 内"},
       {"redact bank_card, keep last 4", "脱敏 bank_card，保留后4位"},
       {"redact bank_card, keep first 3 and last 4", "脱敏 bank_card，保留前 3 位、后 4 位"},
       {"redact class C3, full", "脱敏 C3 类信息，全部"},
       {"redact match, label", "脱敏 命中，标签"},
       {"disclose W at start, once per conversation", "披露 W 于 开头，每次会话一次"},
       {"disclose W at end, once per day", "披露 W 于 结尾，每日一次"},
       {"replace answer with zh \"a\" en \"b\"", "全文改为 中文 “a” 英文 “b”"},
       {"replace match with \"***\" and flag f", "命中处改为 “***” 且 标记 f"},
       {"require separate_consent and alert wave", "要求 separate_consent 并 告警 wave"}});
}

BOOST_AUTO_TEST_CASE(words_are_told_apart_by_place) {
  // After a dot, after `also`, and first on a fact line every word is a name and the whole run belongs to it.
  same_conditions({{"customer.status is one of due, open", "customer.status 属于 due、open"},
                   {"queue.priority is known", "queue.priority 已知"},
                   {"客户.近7天交易额 is above 3", "客户.近7天交易额 高于3"},
                   {"产品.状态 is 当前余额", "产品.状态 为 当前余额"}});
  BOOST_TEST(tree("facts f\n  当前7日 also 近7天 text\n  because text\n  when text").find("当前7日") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_language_of_what_a_rule_says_may_have_a_clause_of_its_own) {
  const std::string head = "rule r when x then block ";
  BOOST_TEST(tree(head + "say zh \"甲\" say on sms en \"B\" say en \"A\"") ==
             tree(head + "say zh \"甲\" en \"A\" say on sms en \"B\""));
}

BOOST_AUTO_TEST_CASE(the_words_of_a_unit_may_stand_apart) {
  for (const std::string whole :
       {"define d as customer.a is above 5 CNY", "define d as customer.a is above 5 million CNY",
        "define d as customer.a is above 5 per mille", "define d as customer.a is more than 12 working days ago",
        "define d as customer.a is at least 18 years old and customer.b is yes",
        "define d as customer.a is above 5 percent",
        "rule r when x then hand off to desk, within 5 minutes because \"b\"", "parameter p 5 days",
        "定义 d 为 客户.a 高于 5 万元 且 客户.b 为 是", "规则 r 当 x 则 转人工 至 desk，5 分钟 内 理由 “乙”",
        "rule r from 2026-01-01 until 2026-02-01 when x then block",
        "规则 r 自 2026-01-01 起 至 2026-02-01 止 当 x 则 拦截"}) {
    for (std::size_t at = whole.find_first_of("0123456789"); (at = whole.find(' ', at)) != std::string::npos; ++at) {
      for (const std::string parting :
           {"\n  ", "  ", "\t", "\r\n  ", "\r  ", " # why\n  ", " # why\r  ", "\u3000\u3000", "\u1680"}) {
        std::string broken = whole;
        broken.replace(at, 1, parting);
        BOOST_TEST_CONTEXT(broken) BOOST_TEST(tree(broken) == tree(whole));
      }
    }
  }
}
