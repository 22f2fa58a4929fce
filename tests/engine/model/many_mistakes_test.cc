// Every mistake of a file in one run, none twice, none that follows from another: a pack without mistakes gets each of many
// slips alone, which must raise one message, and then all of them at once, which must raise these messages and no other.
#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/support/packs.h"

using namespace caveat;

namespace {

struct Slip {
  std::string from, to;  // `from` stands once in the text
};

const std::string kEnglish = R"(pack t
  title en "T"
  jurisdiction CN
  time zone "Asia/Shanghai"
  version "1"
  default queue desk

queue desk
  hours Monday .. Friday 09:00 .. 17:30
  due 60 seconds
  when closed say en "Closed."
  say en "Wait."

source AD_25 is "Act" article 25
  in force from 2015-09-01
source SUIT_19 is "Rules" article 19 in force from 2026-02-01

scale risk is R1 < R2 < R3

facts customer from crm
  age integer 0..150
  level scale risk, assessed
  legal_form one of (person, institution, product)
  holdings list of record
    amount money CNY
    grade scale risk
facts product from catalogue
  name text
  risk_level scale risk
  minimum money CNY

lexicon guarantees is
    "guaranteed profit", "cannot lose"
  but not "not guaranteed profit"

wording NOTE en "Please note."

define elderly as customer.age is at least 65 and customer.legal_form is person

parameter most_age 70, between 60 and 75, lower is stricter

calendar banking covers 2026-01-01 .. 2026-12-31
  working days Monday .. Friday
  closed 2026-01-01 .. 2026-01-03

rule no_promises en "No promises"
  cites AD_25
  owner compliance
  applies to answer
  when answer contains any of guarantees or answer contains "sure thing"
  then block
    say en "No investment is without risk."
    because en "the answer says so"

rule too_risky
  cites SUIT_19
  applies to recommendation
  from 2026-02-01
  when product.risk_level is above customer.level and (elderly or customer.age is above most_age)
    and product.minimum is at most 50_000 CNY
  unless customer.legal_form is one of institution, product
  then block and hand off to desk, priority high, within 5 minutes
    because en "too risky"
  if unknown hand off to desk

rule note
  cites SUIT_19
  applies to answer
  when answer contains "fund"
  then disclose NOTE at end

example en "a promise"
  given answer at 2026-11-02T10:00
    answer.text "you cannot lose"
  expect block by no_promises

example en "too risky"
  given recommendation at 2026-11-02T10:00
    product.name "A", product.risk_level R3
    customer.age 80, customer.level R1
  expect handoff by too_risky
)";

const std::vector<Slip> kEnglishSlips = {
    {"time zone \"Asia/Shanghai\"", "tmie zone \"Asia/Shanghai\""},
    {"due 60 seconds", "due 60 secnds"},
    {"when closed say", "when closd say"},
    {"article 25", "artcle 25"},
    {"article 19 in force from 2026-02-01", "article 19 in force from 2026-02-31"},
    {"age integer 0..150", "age integr 0..150"},
    {"level scale risk, assessed", "level scale risk, assesed"},
    {"grade scale risk", "grade scale rsik"},
    {"but not \"not", "but nt \"not"},
    {"customer.age is at least 65 and", "customer.age is at lest 65 and"},
    {"lower is stricter", "lower is strickter"},
    {"closed 2026-01-01 .. 2026-01-03", "closed 2026-01-03 .. 2026-01-01"},
    {"cites AD_25\n", "cites AD_52\n"},
    {"owner compliance", "owner \"compliance\""},
    {"applies to answer\n  when answer contains any", "aplies to answer\n  when answer contains any"},
    {"contains any of guarantees or", "contains any of guarantes or"},
    {"answer contains \"sure thing\"", "answer contians \"sure thing\""},
    {"then block\n    say", "then blok\n    say"},
    {"because en \"the answer says so\"", "becuase en \"the answer says so\""},
    {"product.risk_level is above customer.level", "product.risk_level is abov customer.level"},
    {"customer.age is above most_age", "customer.aeg is above most_age"},
    {"product.minimum is at most 50_000 CNY", "product.minimum is at most 50,000 CNY"},
    {"unless customer.legal_form", "unlesss customer.legal_form"},
    {"one of institution, product\n", "one of instituton, product\n"},
    {"hand off to desk, priority high", "hand of to desk, priority high"},
    {"within 5 minutes", "within 5 minuets"},
    {"if unknown hand off to desk", "if unknwon hand off to desk"},
    {"disclose NOTE at end", "disclose NOT_E at end"},
    {"given answer at", "givn answer at"},
    {"expect handoff by too_risky", "expect hadoff by too_risky"},
    {"product.risk_level R3", "product.risk_levle R3"},
};

const std::string kChinese = R"(规则包 t
  标题 中文 “测试”
  法域 CN
  时区 “Asia/Shanghai”
  版本 “1”
  默认队列 坐席

队列 坐席
  服务时间 周一 至 周五 09:00 至 17:30
  时限 60秒
  休息时提示 “已下班。”
  提示 “请稍候。”

法源 广告法 为 《广告法》 第25条
  自 2015-09-01 起施行
法源 适当性办法 为 《适当性办法》 第19条 自 2026-02-01 起施行

分级 风险 为 R1 < R2 < R3

事实 客户 来自 crm
  年龄 整数 0 至 150
  等级 分级 风险，经评估
  主体类型 取值（自然人、机构、产品户）
  持仓 列表 记录
    金额 款项 CNY
    级别 分级 风险
事实 产品 来自 catalogue
  名称 文本
  风险等级 分级 风险
  起购金额 款项 CNY

词表 保本承诺 为
    “保本”、“稳赚”
  但不含 “不保本”

话术 须知 中文 “请注意。”

定义 高龄 为 客户.年龄 不低于 65 且 客户.主体类型 为 自然人

参数 年龄上限 70，介于 60 与 75 之间，越低越严

规则 不得承诺 中文 “不得承诺”
  依据 广告法
  负责 合规部
  适用于 回答
  当 回答 包含任一 保本承诺 或 回答 包含 “包赚”
  则 拦截
    提示 “投资有风险。”
    理由 “回答作了承诺”

规则 风险过高
  依据 适当性办法
  适用于 推荐
  自 2026-02-01 起
  当 产品.风险等级 高于 客户.等级 且（高龄 或 客户.年龄 高于 年龄上限）
    且 产品.起购金额 不高于 5万元
  除非 客户.主体类型 属于 机构、产品户
  则 拦截 并 转人工 至 坐席，优先级 高，5 分钟 内
    理由 “风险过高”
  若不明 转人工 至 坐席

规则 附须知
  依据 适当性办法
  适用于 回答
  当 回答 包含 “基金”
  则 披露 须知 于 结尾

示例 “承诺”
  给定 回答 于 2026-11-02T10:00
    回答.文本 “这个稳赚”
  期望 拦截 因 不得承诺

示例 “风险过高”
  给定 推荐 于 2026-11-02T10:00
    产品.名称 “甲”，产品.风险等级 R3
    客户.年龄 80，客户.等级 R1
  期望 转人工 因 风险过高
)";

const std::vector<Slip> kChineseSlips = {
    {"时限 60秒", "时限 60妙"},
    {"休息时提示 “", "休息时题示 “"},
    {"自 2015-09-01 起施行", "自 2015-09-31 起施行"},
    {"年龄 整数 0", "年龄 整树 0"},
    {"等级 分级 风险，经评估", "等级 分级 风险，经评古"},
    {"级别 分级 风险", "级别 分级 风显"},
    {"但不含 “不保本”", "但不含 “不保本"},
    {"客户.年龄 不低于 65", "客户.年龄 不低于65 岁岁"},
    {"依据 广告法\n", "依据 广告发\n"},
    {"负责 合规部", "负责 “合规部”"},
    {"包含任一 保本承诺 或", "包含任一 保本承若 或"},
    {"回答 包含 “包赚”", "回答包含 “包赚”"},
    {"则 拦截\n    提示", "则 拦载\n    提示"},
    {"理由 “回答作了承诺”", "理由 回答作了承诺"},
    {"产品.风险等级 高于 客户.等级", "产品.风险等级高于 客户.等级"},
    {"客户.年龄 高于 年龄上限", "客户.年铃 高于 年龄上限"},
    {"不高于 5万元", "不高于 5万圆"},
    {"属于 机构、产品户", "属于 机沟、产品户"},
    {"优先级 高，5 分钟 内", "优先级 搞，5 分钟 内"},
    {"若不明 转人工 至 坐席", "若不明 转人功 至 坐席"},
    {"披露 须知 于 结尾", "披露 须之 于 结尾"},
    {"给定 回答 于", "给顶 回答 于"},
    {"期望 转人工 因", "期望 转人共 因"},
    {"产品.风险等级 R3", "产品.风险等及 R3"},
};

std::string with(std::string text, const Slip& slip) {
  const std::size_t at = text.find(slip.from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, slip.from << " is not there");
  BOOST_REQUIRE_MESSAGE(text.find(slip.from, at + 1) == std::string::npos, slip.from << " stands twice");
  text.replace(at, slip.from.size(), slip.to);
  return text;
}

std::multiset<std::string> messages(const test::Checked& checked) {
  std::multiset<std::string> out;
  for (const Diagnostic& each : checked.diagnostics) out.insert(std::string(each.code->name) + ": " + each.message);
  return out;
}

void each_alone_and_all_together(const std::string& pack, const std::vector<Slip>& slips) {
  const test::Checked whole = test::check_texts({{"pack.cav", pack}});
  BOOST_REQUIRE_MESSAGE(whole.result.model, whole.rendered());
  std::multiset<std::string> alone;
  std::string all = pack;
  for (const Slip& slip : slips) {
    const test::Checked checked = test::check_texts({{"pack.cav", with(pack, slip)}});
    BOOST_TEST(checked.diagnostics.size() == 1u, slip.from << " → " << slip.to << "\n" << checked.rendered());
    alone.merge(messages(checked));
    all = with(all, slip);
  }
  const test::Checked together = test::check_texts({{"pack.cav", all}});
  const std::multiset<std::string> found = messages(together);
  for (const std::string& message : alone)
    BOOST_TEST(found.count(message) == alone.count(message), "lost: " << message);
  for (const std::string& message : found) BOOST_TEST(alone.count(message) == found.count(message), "new: " << message);
  if (found != alone) BOOST_TEST_MESSAGE(together.rendered());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(many_mistakes)

BOOST_AUTO_TEST_CASE(many_slips_in_an_english_file_are_told_as_each_is_told_alone) {
  each_alone_and_all_together(kEnglish, kEnglishSlips);
}

BOOST_AUTO_TEST_CASE(many_slips_in_a_chinese_file_are_told_as_each_is_told_alone) {
  each_alone_and_all_together(kChinese, kChineseSlips);
}

BOOST_AUTO_TEST_SUITE_END()
