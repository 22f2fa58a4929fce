#include <filesystem>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/write_file.h"
#include "engine/base/diagnostic.h"

namespace caveat::cli {

namespace {

// One rule with its law, its fact, its lexicon and three examples: what an author copies from.
constexpr std::string_view kPack =
    R"(# A first pack. `caveat check` compiles it and runs its examples; change anything and check again.
pack my.first
  title en "My first pack" zh "我的第一个规则包"
  time zone "Asia/Shanghai"
  version "1"
  default queue service_desk

# Where a customer goes whom the bot must not answer.
queue service_desk
  due 60 seconds
  say en "Connecting you to a person." zh "正在为您转接人工。"

# Why there is a rule: a law, a standard, or the house's own policy.
source AD_25 is "中华人民共和国广告法" article 25
  in force from 2015-09-01

lexicon guarantees is
  "guaranteed profit", "cannot lose", "稳赚", "保本"
  but not "not guaranteed profit", "不保本"

rule no_promises en "No answer may promise that money cannot be lost" zh "不得承诺保本或者收益"
  cites AD_25
  applies to answer
  when answer contains any of guarantees
  then block
    say en "No investment is without risk; I can show you how this one has done." zh "投资都有风险；我可以为您介绍这款产品的历史表现。"
    because en "the answer says “{match}”" zh "回答说「{match}」"
)";
constexpr std::string_view kExamples =
    R"(# Each example is run by `caveat check`: what is given, and what must come out.

example en "promises that nothing can be lost"
  given answer at 2026-11-02T10:00
    answer.text "This one is safe, you cannot lose."
  expect block by no_promises

example en "says that there is risk"
  given answer at 2026-11-02T10:00
    answer.text "This product carries risk."
  expect allow
)";

}  // namespace

int run_new(const Invocation& invocation, Terminal& terminal) {
  const std::filesystem::path dir(invocation.arguments[0]);
  std::error_code error;
  if (std::filesystem::exists(dir, error)) {
    terminal.err << "caveat: "
                 << fill(terminal.say({"{0} exists already and is left as it is. Choose a name that is free.",
                                       "{0} 已存在，未作改动。请另选名称。"}),
                         {dir.string()})
                 << '\n';
    return kEnvironment;
  }
  if (!std::filesystem::create_directories(dir, error)) {
    terminal.err << "caveat: "
                 << fill(terminal.say({"{0} could not be made: {1}. Choose a folder that can be written.",
                                       "无法创建 {0}：{1}。请选择可写的目录。"}),
                         {dir.string(), error.message()})
                 << '\n';
    return kEnvironment;
  }
  if (const int written = write_file(terminal, (dir / "pack.cav").string(), kPack); written != kDone) return written;
  if (const int written = write_file(terminal, (dir / "examples.cav").string(), kExamples); written != kDone)
    return written;
  terminal.out << fill(terminal.say({"wrote {0}/pack.cav and {0}/examples.cav\nnext: caveat check {0}\n",
                                     "已写入 {0}/pack.cav 与 {0}/examples.cav\n下一步：caveat check {0}\n"}),
                       {dir.string()});
  return kDone;
}

}  // namespace caveat::cli
