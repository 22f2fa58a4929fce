// Phrases: what is said of a file, a key or a record that is not as it should be, once in English where it is raised, and here in
// Chinese. What is raised in this room and by whoever throws its Error is a Phrase or a name, and a Phrase that stands not in this
// table does not compile; so none reaches a reader of Chinese in English. `{0}`, `{1}`: what stands there.
//
//   throw Error(codes::kLogForeign, path, {path, "it is empty"});
//   throw Error(codes::kLogBroken, path, {path, said("record {0} is not there", index)});
//   out += in_chinese("record 7 is not there");
//
// Promises   `in_chinese` gives back what it does not know: a name, a number
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/diagnostic.h"

namespace caveat {

struct Wording {
  std::string_view en, zh;
};
inline constexpr Wording kWordings[] = {
    {"0 to 4", "0 至 4"},
    {"1 (intl) or 2 (national)", "1（intl）或 2（national）"},
    {"1 to 1,024 subject-key ids", "1 至 1024 个主体密钥编号"},
    {"32 bytes", "32 字节"},
    {"32 bytes in base64", "base64 编码的 32 字节"},
    {"UTF-8 without control characters", "不含控制字符的 UTF-8"},
    {"a JSON object", "一个 JSON 对象"},
    {"a blank line before the checkpoint", "检查点之前的空行"},
    {"a blank line before the signatures", "签名之前的空行"},
    {"a body of at most 16 MiB", "至多 16 MiB 的正文"},
    {"a compressed or encrypted one", "压缩或加密的成员"},
    {"a customer is found by them", "查找客户须用其计算"},
    {"a data key is not there", "缺少一个数据密钥"},
    {"a data key of one of its subjects is not in the key set", "密钥集中缺少其某一主体的数据密钥"},
    {"a duration of months, of seconds or of working days", "以月、秒或工作日计的时长"},
    {"a duration or a day of what is counted beyond one conversation", "超出单次会话的计数须有时长或日期"},
    {"a duration or a day, not both", "时长或日期，二者只取其一"},
    {"a file lies in its place", "该处是一个文件"},
    {"a folder lies in its place", "该处是一个目录"},
    {"a good signature by {0}", "由 {0} 作出的有效签名"},
    {"a head that fits its content", "与其内容相符的头部"},
    {"a header of at most 65,535 bytes", "至多 65535 字节的记录头"},
    {"a key id and a signature in base64", "base64 编码的密钥编号与签名"},
    {"a kind of record", "一种记录类别"},
    {"a kind of record that has an event", "带有事件的记录类别"},
    {"a line `suite intl` or `suite national`", "一行 `suite intl` 或 `suite national`"},
    {"a line `use signing` or `use wrap`", "一行 `use signing` 或 `use wrap`"},
    {"a line end after each signature", "每个签名之后的换行"},
    {"a line with a key", "一行公钥"},
    {"a line with the index", "一行序号"},
    {"a line with the kdf", "一行 kdf"},
    {"a line with the key in base64", "一行 base64 编码的密钥"},
    {"a line with the log's origin", "一行日志名称"},
    {"a list of counts, at least one", "至少一项的计数列表"},
    {"a list of hashes", "哈希的列表"},
    {"a list of members", "成员的列表"},
    {"a list of rules", "规则的列表"},
    {"a list of search tags", "检索标签的列表"},
    {"a list of state changes", "状态变更的列表"},
    {"a list of texts", "文本的列表"},
    {"a map", "一个映射（map）"},
    {"a map of commitments", "承诺的映射（map）"},
    {"a map of sections", "各部分的映射（map）"},
    {"a map of verdict and rules", "结论与规则的映射（map）"},
    {"a member that fits into the archive", "归档容得下的成员"},
    {"a name and a signature on each line", "每行一个名称和一个签名"},
    {"a name and a size for each member", "每个成员的名称与大小"},
    {"a name without blanks", "不含空格的名称"},
    {"a name without blanks on each signature", "每个签名带不含空格的名称"},
    {"a number from 0", "不小于 0 的数"},
    {"a package is signed with them", "证据包须用其签名"},
    {"a proof that its record is in the tree", "证明其记录在树中"},
    {"a readable member", "可读的成员"},
    {"a receipt with the record and what opens it", "含记录及其公开内容的回执"},
    {"a record", "一条记录"},
    {"a record of kind exported and its event", "类别为 exported 的记录及其事件"},
    {"a record of today cannot be read", "今天的一条记录无法读取"},
    {"a root of 32 bytes in base64", "base64 编码的 32 字节根哈希"},
    {"a row before it is not there", "缺少此前的一行"},
    {"a row of data_keys was changed", "data_keys 中有一行被改动"},
    {"a row of signers is no verifier key", "signers 中有一行不是验签公钥"},
    {"a row of the table state does not open", "state 表中有一行无法解密"},
    {"a row of the table state is cut", "state 表中有一行不完整"},
    {"a signature by a known key", "由已知密钥作出的签名"},
    {"a size in decimal digits", "十进制数字的大小"},
    {"a stored member", "未压缩的成员"},
    {"a whole ZIP archive as `caveat report` writes it", "由 `caveat report` 写出的完整 ZIP 归档"},
    {"a whole number", "整数"},
    {"an Ed25519 key of 32 bytes", "32 字节的 Ed25519 公钥"},
    {"an empty file", "空文件"},
    {"an end that fits the directory", "与目录相符的结尾"},
    {"an entry in the directory that fits its head", "与其头部相符的目录条目"},
    {"an index and its sections", "序号及其各部分"},
    {"an index in decimal digits", "十进制数字的序号"},
    {"an object", "一个对象"},
    {"an origin without blanks", "不含空格的日志名称"},
    {"argon2id needs {0} MiB of memory", "argon2id 需要 {0} MiB 内存"},
    {"argon2id with 1 to 64 passes, 8 KiB to 4 GiB, and a salt of 16 bytes",
     "argon2id，1 至 64 遍，8 KiB 至 4 GiB，盐 16 字节"},
    {"ascending subject-key ids", "升序排列的主体密钥编号"},
    {"at least one member", "至少一个成员"},
    {"at least one record", "至少一条记录"},
    {"at least one signature", "至少一个签名"},
    {"at most 1 MiB", "至多 1 MiB"},
    {"at most 100 signatures", "至多 100 个签名"},
    {"at most 4,096 bytes", "至多 4096 字节"},
    {"at most 63 hashes", "至多 63 个哈希"},
    {"at most {0} bytes", "至多 {0} 字节"},
    {"at most {0} bytes in all", "合计至多 {0} 字节"},
    {"at most {0} members", "至多 {0} 个成员"},
    {"base64 as its third part", "第三部分为 base64"},
    {"buckets row {0} does not open under wrap.key", "buckets 第 {0} 行无法以 wrap.key 解密"},
    {"content that fits its size and checksum", "与大小和校验和相符的内容"},
    {"damaged, or of another log", "已损坏，或属于另一个日志"},
    {"data.db is not there", "缺少 data.db"},
    {"data.db was moved, replaced or linked while it was open, and no copy could be made",
     "data.db 在打开期间被移动、替换或链接，且未能保存副本"},
    {"data.db was moved, replaced or linked while it was open; all keys lie in data.db.rescued",
     "data.db 在打开期间被移动、替换或链接；全部密钥存于 data.db.rescued"},
    {"each member once", "每个成员只出现一次"},
    {"each window once, in their order", "每个窗口各一次，按其次序"},
    {"expected {0}", "应为 {0}"},
    {"extra data in base64", "base64 编码的附加数据"},
    {"field {0} as docs/formats.md gives it", "如 docs/formats.md 所述的字段 {0}"},
    {"five numbers", "五个数"},
    {"format {0}", "格式 {0}"},
    {"hashes of 32 bytes in base64", "base64 编码的 32 字节哈希"},
    {"id, state and verdict of a rule", "规则的编号、状态与结论"},
    {"id, titles, citations and owner of a rule", "规则的编号、标题、引文与归属"},
    {"it belongs to another key set", "它属于另一套密钥"},
    {"it belongs to the log {0}", "它属于日志 {0}"},
    {"it does not open", "无法解密"},
    {"it does not open under its bucket", "无法以其分组密钥解密"},
    {"it does not open under wrap.key", "无法以 wrap.key 解密"},
    {"it does not say which log it is", "未写明是哪个日志"},
    {"it has more than 1,024 subjects", "涉及的主体超过 1024 个"},
    {"it has no row in key_set", "key_set 中没有它的一行"},
    {"it has other sections than its header commits to", "其部分与记录头的承诺不符"},
    {"it has records that no checkpoint covers", "有记录未被任何检查点覆盖"},
    {"it holds no reply", "其中没有回复"},
    {"it holds no verdict", "其中没有结论"},
    {"it is a database of something else", "它是其他用途的数据库"},
    {"it is a folder", "它是目录"},
    {"it is empty", "它是空的"},
    {"it is larger than {0} bytes", "超过 {0} 字节"},
    {"it is no checkpoint", "它不是检查点"},
    {"it is no database", "它不是数据库"},
    {"it is no file", "它不是文件"},
    {"it is no verifier key", "它不是验签公钥"},
    {"it is not the first signer of this log", "它不是此日志的首个签名者"},
    {"it is not the public half of signing.key", "它不是 signing.key 的公钥"},
    {"it is not there", "它不存在"},
    {"it is of the log {0}", "它属于日志 {0}"},
    {"it is shorter than what was written to it", "它比写入的内容短"},
    {"it is the key for {0}", "它是用于 {0} 的密钥"},
    {"it names no signer", "未写明签名者"},
    {"it was changed after it was signed", "它在签署后被改动"},
    {"its body does not open under its key", "正文无法以其密钥解密"},
    {"its body is larger than 16 MiB", "正文超过 16 MiB"},
    {"its body is not the one that its header names", "正文不是记录头所指的那一个"},
    {"its body is not there", "缺少其正文"},
    {"its body is too short", "正文过短"},
    {"its key is not at hand", "没有它的密钥"},
    {"its key was retired at record {0} and its size is behind that: somebody who still has the key made it, or this "
     "log is another one",
     "签署它的密钥已在记录 {0} 中停用，而其规模在此之后：由仍持有该密钥者制作，或本日志已被换作另一份"},
    {"its newest checkpoint does not fit its records", "最新的检查点与记录不符"},
    {"its newest checkpoint is by no key of the set beside it", "最新的检查点并非由其旁密钥集中的任何密钥签署"},
    {"its newest checkpoint is not one that its key signed", "最新的检查点并非由其密钥签署"},
    {"its newest checkpoint is signed by a key that was retired before", "最新的检查点由此前已停用的密钥签署"},
    {"its newest record cannot be read", "最新的记录无法读取"},
    {"its note about itself is not what Caveat writes", "它的自述不是 Caveat 所写的形式"},
    {"its note is not signed by the signer before it and by itself", "其说明未由前一签名者与其自身共同签名"},
    {"its origin is not that of signing.key", "其日志名称与 signing.key 不同"},
    {"its padding is not what Caveat writes", "其填充不是 Caveat 写出的形式"},
    {"its records are not those that its newest checkpoint covers", "其记录并非最新检查点所覆盖者"},
    {"its secret does not open under wrap.key", "其秘密无法以 wrap.key 解密"},
    {"its section {0} is not what its header commits to", "其部分 {0} 与记录头的承诺不符"},
    {"its suite is not built in", "本版本不含其算法套件"},
    {"its suite {0} is not built in", "本版本不含其算法套件 {0}"},
    {"kdf none, or argon2id with passes, KiB and salt", "kdf none，或附遍数、KiB 与盐的 argon2id"},
    {"key_set row 1 does not open under wrap.key", "key_set 第 1 行无法以 wrap.key 解密"},
    {"kind, subject, discriminator, value", "类别、主体、区分值、内容"},
    {"known sections in ascending order", "升序排列的已知部分"},
    {"lines in English and in Chinese", "英文与中文的各行"},
    {"member names that stay inside the package", "不超出证据包的成员名称"},
    {"member {0} without", "成员 {0} 没有"},
    {"members in the order of their names", "按名称排列的成员"},
    {"microseconds since 1970, before the year 10000", "自 1970 年起的微秒数，在公元 10000 年之前"},
    {"minutes, -1080 to 1080", "分钟，-1080 至 1080"},
    {"missing or not readable", "不存在或无法读取"},
    {"name, size and sha256", "name、size 与 sha256"},
    {"no lines after the root", "根哈希之后没有其他行"},
    {"no upper bound where the window is not known from its beginning, else one",
     "窗口自起点起并非全部可知时无上限，否则有上限"},
    {"none", "没有"},
    {"none of the log's keys that are known signed it", "已知的本日志公钥均未签署它"},
    {"none of theirs is known to have signed the newest checkpoints of this log",
     "其中没有已知签署过本日志最新检查点的密钥"},
    {"none was given", "未给出"},
    {"not any more", "现已不可写"},
    {"not fewer possible than sure ones", "可能的次数不少于确定的次数"},
    {"nothing after the key", "密钥之后没有内容"},
    {"one name in its head and in the directory", "头部与目录中一致的名称"},
    {"origin, suite, created, sqlite", "origin、suite、created、sqlite 各行"},
    {"other bytes", "其他字节"},
    {"other bytes at offset {0}", "偏移 {0} 处为其他字节"},
    {"other content", "其他内容"},
    {"program, packs and data sets with their digests", "程序、规则包与数据集及其摘要"},
    {"queue, priority, due, hold and cause", "队列、优先级、时限、保持与原因"},
    {"record {0} changed the key of the log, and the key of now was not named (`--key`)",
     "记录 {0} 更换了日志的密钥，而现用的公钥未以 `--key` 指定"},
    {"record {0} is no record", "记录 {0} 不是有效的记录"},
    {"record {0} is not there", "缺少记录 {0}"},
    {"records in ascending order", "升序排列的记录"},
    {"rules, what is counted, whose, when and how many of a count", "一项计数的规则、所计事项、归属、时间与次数"},
    {"search tags are keyed", "检索标签须用密钥计算"},
    {"search tags in order, each once", "按次序排列、不重复的检索标签"},
    {"search tags of a kind and a text", "由类别和文本组成的检索标签"},
    {"section numbers with 32 bytes each", "部分编号，各带 32 字节"},
    {"section, salt of 32 bytes and content", "部分、32 字节的盐与内容"},
    {"signature lines that begin with a dash", "以破折号开头的签名行"},
    {"state changes of four parts", "由四部分组成的状态变更"},
    {"subject-key ids of 16 bytes", "16 字节的主体密钥编号"},
    {"subject-key ids of 32 hex digits", "32 位十六进制的主体密钥编号"},
    {"text", "文本"},
    {"the algorithm of the suite", "该套件的算法"},
    {"the application id was changed", "应用编号被改动"},
    {"the archive", "归档"},
    {"the canonical bytes of these members", "这些成员的规范字节"},
    {"the clock says a year after 9999", "时钟所示年份在 9999 年之后"},
    {"the disk is full", "磁盘已满"},
    {"the event that the record was committed to", "与记录的承诺一致的事件"},
    {"the file is shorter than it says", "文件比其自述的要短"},
    {"the first line `caveat log format N`", "首行为 `caveat log format N`"},
    {"the first line c2sp.org/tlog-proof@v1", "首行为 c2sp.org/tlog-proof@v1"},
    {"the first line caveat-key 1", "首行为 caveat-key 1"},
    {"the format, a number", "格式，为数字"},
    {"the index, a number", "序号，为数字"},
    {"the key id {0}", "密钥编号 {0}"},
    {"the keys 1 to 11", "键 1 至 11"},
    {"the log is closed", "日志已关闭"},
    {"the new key was given up before its record was written; rotate again",
     "新密钥在其记录写入之前已被放弃；请重新更换"},
    {"the newest record of the log names the key that it should hold", "日志的最新记录指明了应存于其中的密钥"},
    {"the one encoding of a header", "记录头的唯一编码"},
    {"the one encoding of its records", "其记录的唯一编码"},
    {"the one encoding of this event", "此事件的唯一编码"},
    {"the one encoding of this header", "此记录头的唯一编码"},
    {"the one encoding of this section", "此部分的唯一编码"},
    {"the origin \"{0}\" has a blank or a plus", "日志名称“{0}”含有空格或加号"},
    {"the origin of a known key, found {0}", "已知密钥所属的日志名称，实为 {0}"},
    {"the position of an item", "项目的位置"},
    {"the room that is left on the disk is the log's", "磁盘的剩余空间须留给日志"},
    {"the rules that read it, ascending, each once", "读取该计数的规则，升序且各一次"},
    {"the sections 1 to 13", "部分 1 至 13"},
    {"the semantics version, a number", "语义版本，为数字"},
    {"the set there is of before record {0}, which changed the key of the log, and has not the key of now: look in a "
     "back-up from after that record. The log itself was not found changed",
     "该处的密钥集早于记录 "
     "{0}（该记录更换了日志的密钥），其中没有现用的密钥：请在该记录之后的备份中查找。未发现日志本身被改动"},
    {"the folder is there and holds none", "目录存在，但其中没有密钥"},
    {"there is no key set", "没有密钥集"},
    {"there is no folder {0}", "没有目录 {0}"},
    {"there is no such folder", "没有这个目录"},
    {"there is no such record", "没有这条记录"},
    {"this machine cannot do {0}", "本机不支持 {0}"},
    {"this one does not open it", "此口令无法打开它"},
    {"this one does not open it, and a change of passphrase was cut off: name the new one, or run `caveat keys protect "
     "{0} --passphrase NEW` again with the one before in CAVEAT_PASSPHRASE_FILE",
     "此口令无法打开它，且一次口令更换曾中断：请指定新口令，或将原口令存于 CAVEAT_PASSPHRASE_FILE 后再次运行 `caveat "
     "keys protect {0} --passphrase NEW`"},
    {"three lines: origin, size, root", "三行：名称、大小、根哈希"},
    {"three parts, joined by +", "以 + 相连的三部分"},
    {"true or false", "true 或 false"},
    {"twice", "出现两次"},
    {"the temporary file of this verification (in the folder that TMPDIR names, or in /var/tmp)",
     "本次核验的临时文件（位于 TMPDIR 所指目录或 /var/tmp）"},
    {"what is counted", "所计的事项"},
    {"what stood before it was not recorded", "此前的内容未能记入日志"},
    {"when the window begins, or why that is not known", "窗口的起点，或其不可知的原因"},
    {"{0} bytes", "{0} 字节"},
    {"{0} is not there", "缺少 {0}"},
};

constexpr bool is_a_wording(std::string_view english) {
  for (const Wording& one : kWordings)
    if (one.en == english) return true;
  return false;
}

void has_no_chinese();  // is nowhere: what calls it while it is compiled is refused

class Phrase {
 public:
  template <std::size_t Size>
  consteval Phrase(const char (&english)[Size]) : en_(english) {  // NOLINT: a literal is meant to become one
    if (!is_a_wording(en_)) has_no_chinese();
  }
  constexpr std::string_view en() const { return en_; }

 private:
  std::string_view en_;
};

// A phrase, or what is the same for every reader: a name, a number, what a library or the machine says. A view: lives no longer than the
// call that it is handed to.
class Words {
 public:
  template <std::size_t Size>
  consteval Words(const char (&english)[Size]) : en_(Phrase(english).en()) {}  // NOLINT
  constexpr Words(Phrase phrase) : en_(phrase.en()) {}                         // NOLINT
  constexpr Words(const std::string& same) : en_(same) {}                      // NOLINT
  operator std::string() const { return std::string(en_); }                    // NOLINT

 private:
  std::string_view en_;
};

// With what fills it.
template <class... Parts>
std::string said(Phrase phrase, const Parts&... parts) {
  const auto text = [](const auto& part) {
    if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(part)>>)
      return std::to_string(part);
    else
      return std::string(part);
  };
  return fill(phrase.en(), {text(parts)...});
}

std::string in_chinese(std::string_view english);

}  // namespace caveat
