#include <filesystem>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/start.h"
#include "adapters/cli/write_file.h"
#include "adapters/config/configuration.h"
#include "engine/base/diagnostic.h"

namespace caveat::cli {

namespace {

// Two rules with their law, a fact, a lexicon and five examples: what an author copies from. Both phrasings are one pack,
// to the last byte of its digest (tests/e2e), and stand as `caveat fmt` prints them.
struct Starter {
  std::string_view pack, examples;
};

constexpr Starter kEnglish{
    R"(# A first pack. `caveat check` compiles it and runs its examples; change anything and check again.
pack my.first also 我的规则包
  title en "My first pack" zh "我的第一个规则包"
  jurisdiction CN
  time zone "Asia/Shanghai"
  version "1"
  default queue service_desk

# Where a customer goes whom the bot must not answer.
queue service_desk also 综合坐席
  due 60 seconds
  say en "Connecting you to a person." zh "正在为您转接人工。"

# Why there is a rule: a law, a standard, or the house's own policy.
source AD_25 also 广告法第二十五条 is "中华人民共和国广告法" article 25
  in force from 2015-09-01

source SUIT_19 also 适当性办法第十九条 is "金融机构产品适当性管理办法" article 19
  in force from 2026-02-01

# What the bot sends along with what it wants to say. A fact that does not come is unknown, never "no".
facts customer from crm
  age also 年龄 integer 0..150

facts product from catalogue
  name also 名称 text

# Words that a rule looks for, and harmless phrases in which they do not count.
lexicon guarantees also 保本承诺 is
  "guaranteed profit", "cannot lose", "稳赚", "保本"
  but not "not guaranteed profit", "不保本"

rule no_promises also 不得承诺保本
    en "No answer may promise that money cannot be lost" zh "不得承诺保本或者收益"
  cites AD_25
  owner compliance
  applies to answer
  when answer contains any of guarantees
  then block
    say en "No investment is without risk; I can show you how this one has done." zh "投资都有风险；我可以为您介绍这款产品的历史表现。"
    because en "the answer says “{match}”" zh "回答说「{match}」"

rule nothing_for_minors also 未成年人不推荐
    en "Products for a minor are a person's business" zh "未成年客户由人工办理"
  cites SUIT_19
  owner compliance
  applies to recommendation
  when customer.age is below 18
  then block and hand off to service_desk
    because en "the customer is {customer.age}" zh "客户{customer.age}周岁"
)",
    R"(# Each example is run by `caveat check`: what is given, and what must come out.
example en "promises that nothing can be lost" zh "承诺不会亏"
  given answer at 2026-11-02T10:00
    answer.text "This one is safe, you cannot lose."
  expect block by no_promises

example en "says that there is risk" zh "说明有风险"
  given answer at 2026-11-02T10:00
    answer.text "This product carries risk."
  expect allow

example en "seventeen" zh "十七岁"
  given recommendation at 2026-11-02T10:00
    product.name "稳健成长"
    customer.age 17
  expect handoff by nothing_for_minors

example en "eighteen" zh "十八岁"
  given recommendation at 2026-11-02T10:00
    product.name "稳健成长"
    customer.age 18
  expect allow

# Nobody sent the age, so nobody can tell: a person takes over. That needs no line in the rule.
example en "nobody knows the age" zh "年龄不明"
  given recommendation at 2026-11-02T10:00
    product.name "稳健成长"
  expect handoff by nothing_for_minors
)"};

constexpr Starter kChinese{
    R"(# 第一个规则包。`caveat check` 会编译它并运行示例；改动任何一处，再检查一次。
规则包 my.first 又名 我的规则包
  标题 中文 “我的第一个规则包” 英文 “My first pack”
  法域 CN
  时区 “Asia/Shanghai”
  版本 “1”
  默认队列 综合坐席

# 机器人不能回答的客户转到这里。
队列 service_desk 又名 综合坐席
  时限 60秒
  提示 中文 “正在为您转接人工。” 英文 “Connecting you to a person.”

# 为什么有这条规则：法规、标准，或行内制度。
法源 AD_25 又名 广告法第二十五条 为 《中华人民共和国广告法》 第25条
  自 2015-09-01 起施行

法源 SUIT_19 又名 适当性办法第十九条 为 《金融机构产品适当性管理办法》 第19条
  自 2026-02-01 起施行

# 机器人随所要说的话一并送来的事实。没有送来的事实是“不明”，绝不当作“否”。
事实 customer 来自 crm
  age 又名 年龄 整数 0 至 150

事实 product 来自 catalogue
  name 又名 名称 文本

# 规则要找的词语，以及不算数的无害说法。
词表 guarantees 又名 保本承诺 为
  “guaranteed profit”、“cannot lose”、“稳赚”、“保本”
  但不含 “not guaranteed profit”、“不保本”

规则 no_promises 又名 不得承诺保本
    中文 “不得承诺保本或者收益” 英文 “No answer may promise that money cannot be lost”
  依据 广告法第二十五条
  负责 compliance
  适用于 回答
  当 回答 包含任一 保本承诺
  则 拦截
    提示 中文 “投资都有风险；我可以为您介绍这款产品的历史表现。” 英文 “No investment is without risk; I can show you how this one has done.”
    理由 中文 “回答说「{命中}」” 英文 「the answer says “{命中}”」

规则 nothing_for_minors 又名 未成年人不推荐
    中文 “未成年客户由人工办理” 英文 “Products for a minor are a person's business”
  依据 适当性办法第十九条
  负责 compliance
  适用于 推荐
  当 客户.年龄 低于 18
  则 拦截 并 转人工 至 综合坐席
    理由 中文 “客户{客户.年龄}周岁” 英文 “the customer is {客户.年龄}”
)",
    R"(# `caveat check` 会运行每个示例：给定什么，应当得出什么。
示例 中文 “承诺不会亏” 英文 “promises that nothing can be lost”
  给定 回答 于 2026-11-02T10:00
    回答.文本 “这款产品稳赚，您放心买。”
  期望 拦截 因 不得承诺保本

示例 中文 “说明有风险” 英文 “says that there is risk”
  给定 回答 于 2026-11-02T10:00
    回答.文本 “这款产品有风险。”
  期望 放行

示例 中文 “十七岁” 英文 “seventeen”
  给定 推荐 于 2026-11-02T10:00
    产品.名称 “稳健成长”
    客户.年龄 17
  期望 转人工 因 未成年人不推荐

示例 中文 “十八岁” 英文 “eighteen”
  给定 推荐 于 2026-11-02T10:00
    产品.名称 “稳健成长”
    客户.年龄 18
  期望 放行

# 没有送来年龄，谁也无从判断：由人工接手。规则里不用为此写任何一行。
示例 中文 “年龄不明” 英文 “nobody knows the age”
  给定 推荐 于 2026-11-02T10:00
    产品.名称 “稳健成长”
  期望 转人工 因 未成年人不推荐
)"};

int taken(const std::string& path, Terminal& terminal) {
  terminal.err << "caveat: "
               << fill(terminal.say({"{0} exists already and is left as it is. Choose a name that is free.",
                                     "{0} 已存在，未作改动。请另选名称。"}),
                       {path})
               << '\n';
  return kEnvironment;
}

int new_configuration(const std::string& path, Terminal& terminal) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return taken(path, terminal);
  if (const int written = write_file(terminal, path, config::written_configuration(terminal.language));
      written != kDone)
    return written;
  terminal.out << fill(
      terminal.say({"wrote {0}\nnext: caveat serve --config {1}\n", "已写入 {0}\n下一步：caveat serve --config {1}\n"}),
      {path, shell_word(path)});
  return kDone;
}

}  // namespace

int run_new(const Invocation& invocation, Terminal& terminal) {
  if (invocation.has("--config") == !invocation.arguments.empty())
    return wrong_use(terminal,
                     {"`caveat new` writes a pack to DIR, or a configuration with --config FILE: one of the two.",
                      "`caveat new` 生成规则包（DIR）或配置文件（--config FILE），二者择一。"},
                     {}, "new");
  if (invocation.has("--config")) return new_configuration(invocation.get("--config"), terminal);
  std::filesystem::path dir(invocation.arguments[0]);
  if (dir.empty())
    return wrong_use(terminal, {"The folder of the pack has no name.", "规则包目录的名称为空。"}, {}, "new");
  if (dir.native().front() == '-') dir = "." / dir;  // which every command takes for a name
  std::error_code error;
  if (std::filesystem::exists(dir, error)) return taken(dir.string(), terminal);
  if (!std::filesystem::create_directories(dir, error)) {
    terminal.err << "caveat: "
                 << fill(terminal.say({"{0} could not be made: {1}. Choose a folder that can be written.",
                                       "无法创建 {0}：{1}。请选择可写的目录。"}),
                         {dir.string(), error.message()})
                 << '\n';
    return kEnvironment;
  }
  const Starter& starter = terminal.language == Language::zh ? kChinese : kEnglish;
  if (const int written = write_file(terminal, (dir / "pack.cav").string(), starter.pack); written != kDone)
    return written;
  if (const int written = write_file(terminal, (dir / "examples.cav").string(), starter.examples); written != kDone)
    return written;
  const std::string asked = invocation.has("--language") ? "--language " + invocation.get("--language") + " " : "";
  terminal.out << fill(terminal.say({"wrote {0}/pack.cav and {0}/examples.cav\nnext: caveat check {1}{2}\n",
                                     "已写入 {0}/pack.cav 与 {0}/examples.cav\n下一步：caveat check {1}{2}\n"}),
                       {dir.string(), asked, shell_word(dir.string())});
  return kDone;
}

}  // namespace caveat::cli
