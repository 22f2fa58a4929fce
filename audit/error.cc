#include "audit/error.h"

#include "engine/base/diagnostic.h"

namespace caveat {
namespace {

// What errors say of a file, written once in English where they are thrown, for readers of Chinese. `{0}`: what stands there.
struct Phrase {
  std::string_view en, zh;
};
constexpr Phrase kPhrases[] = {
    {"a data key is not there", "缺少一个数据密钥"},
    {"a record", "一条记录"},
    {"a record of today cannot be read", "今天的一条记录无法读取"},
    {"a row before it is not there", "缺少此前的一行"},
    {"a row of data_keys was changed", "data_keys 中有一行被改动"},
    {"a row of signers is no verifier key", "signers 中有一行不是验签公钥"},
    {"a row of the table state is cut", "state 表中有一行不完整"},
    {"a row of the table state does not open", "state 表中有一行无法解密"},
    {"damaged, or of another log", "已损坏，或属于另一个日志"},
    {"data.db is not there", "缺少 data.db"},
    {"database disk image is malformed", "数据库文件已损坏"},
    {"disk I/O error", "磁盘读写错误"},
    {"expected {0}", "应为 {0}"},
    {"it belongs to another key set", "它属于另一套密钥"},
    {"it belongs to the log {0}", "它属于日志 {0}"},
    {"it does not open under its bucket", "无法以其分组密钥解密"},
    {"it does not say which log it is", "未写明是哪个日志"},
    {"it has more than 1,024 subjects", "涉及的主体超过 1024 个"},
    {"it has no row in key_set", "key_set 中没有它的一行"},
    {"it has records that no checkpoint covers", "有记录未被任何检查点覆盖"},
    {"it is a database of something else", "它是其他用途的数据库"},
    {"it is empty", "它是空的"},
    {"it is no checkpoint", "它不是检查点"},
    {"it is no database", "它不是数据库"},
    {"it is no file", "它不是文件"},
    {"it is no verifier key", "它不是验签公钥"},
    {"it is not the first signer of this log", "它不是此日志的首个签名者"},
    {"it is not the public half of signing.key", "它不是 signing.key 的公钥"},
    {"it is of the log {0}", "它属于日志 {0}"},
    {"it is the key for {0}", "它是用于 {0} 的密钥"},
    {"it names no signer", "未写明签名者"},
    {"it was changed after it was signed", "它在签署后被改动"},
    {"its body is larger than 16 MiB", "正文超过 16 MiB"},
    {"its newest checkpoint does not fit its records", "最新的检查点与记录不符"},
    {"its newest record cannot be read", "最新的记录无法读取"},
    {"its note about itself is not what Caveat writes", "它的自述不是 Caveat 所写的形式"},
    {"its note is not signed by the signer before it and by itself", "其说明未由前一签名者与其自身共同签名"},
    {"its suite is not built in", "本版本不含其算法套件"},
    {"its suite {0} is not built in", "本版本不含其算法套件 {0}"},
    {"its key was retired at record {0} and its size is behind that: somebody who still has the key made it, or this "
     "log is another one",
     "签署它的密钥已在记录 {0} 中停用，而其规模在此之后：由仍持有该密钥者制作，或本日志已被换作另一份"},
    {"key_set row 1 does not open under wrap.key", "key_set 第 1 行无法以 wrap.key 解密"},
    {"missing or not readable", "不存在或无法读取"},
    {"none of the log's keys that are known signed it", "已知的本日志公钥均未签署它"},
    {"none was given", "未给出"},
    {"the archive", "归档"},
    {"the clock says a year after 9999", "时钟所示年份在 9999 年之后"},
    {"the disk is full", "磁盘已满"},
    {"the file is shorter than it says", "文件比其自述的要短"},
    {"the origin \"{0}\" has a blank or a plus", "日志名称“{0}”含有空格或加号"},
    {"there is no key set", "没有密钥集"},
    {"there is no such folder", "没有这个目录"},
    {"this machine cannot do {0}", "本机不支持 {0}"},
    {"this one does not open it", "此口令无法打开它"},
    {"what stood before it was not recorded", "此前的内容未能记入日志"},
};

std::string in_chinese(const std::string& argument) {
  constexpr std::string_view kHole = "{0}";
  const std::string_view said = argument;
  for (const Phrase& phrase : kPhrases) {
    const std::size_t hole = phrase.en.find(kHole);
    if (hole == std::string_view::npos) {
      if (said == phrase.en) return std::string(phrase.zh);
      continue;
    }
    const std::string_view before = phrase.en.substr(0, hole), after = phrase.en.substr(hole + kHole.size());
    if (said.size() <= before.size() + after.size() || !said.starts_with(before) || !said.ends_with(after)) continue;
    return fill(phrase.zh, {std::string(said.substr(before.size(), said.size() - before.size() - after.size()))});
  }
  return argument;  // a name, a number, or the machine's own words
}

}  // namespace

Error::Error(const Code& code, std::string place, std::vector<std::string> arguments)
    : std::runtime_error(fill(code.en, arguments)),
      code_(&code),
      place_(std::move(place)),
      arguments_(std::move(arguments)) {}

std::string Error::message(Language language) const {
  return fill(language == Language::zh ? code_->zh : code_->en, arguments(language));
}

std::vector<std::string> Error::arguments(Language language) const {
  if (language != Language::zh) return arguments_;
  std::vector<std::string> arguments;
  for (const std::string& one : arguments_) arguments.push_back(in_chinese(one));
  return arguments;
}

}  // namespace caveat
