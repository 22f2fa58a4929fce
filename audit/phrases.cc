#include "audit/phrases.h"

#include <optional>

namespace caveat {
namespace {

// What others say, which no compiler of ours reads: `decode` of CBOR, the C library, SQLite, libzip. tests/audit/phrases_test.cc asks them.
constexpr Wording kOfOthers[] = {
    // engine/base/cbor.cc
    {"UTF-8", "UTF-8 编码"},
    {"a definite length", "确定的长度"},
    {"a floating-point number", "浮点数"},
    {"a key again", "重复的键"},
    {"a longer one", "较长的写法"},
    {"a map within the input", "在输入之内的映射（map）"},
    {"a number of 64 bits", "64 位的数"},
    {"a reserved head", "保留的头字节"},
    {"a smaller key", "更小的键"},
    {"a smaller one", "更小的数"},
    {"a string within the input", "在输入之内的字符串"},
    {"a whole head", "完整的头"},
    {"an array within the input", "在输入之内的数组"},
    {"an indefinite length", "不定的长度"},
    {"an item", "一个数据项"},
    {"another byte", "其他字节"},
    {"another simple value", "其他简单值"},
    {"false, true or null", "false、true 或 null"},
    {"fewer items", "较少的数据项"},
    {"items beyond the limit", "超出上限的数据项"},
    {"less nesting", "较少的嵌套"},
    {"map keys in bytewise order, each once", "按字节次序排列、不重复的映射键"},
    {"more bytes after the item", "其后还有字节"},
    {"nesting beyond the limit", "超出上限的嵌套"},
    {"one that is cut off", "被截断的内容"},
    {"the end", "结尾"},
    {"the shortest form of a number", "数字的最短写法"},
    // strerror, sqlite3_errstr, zip_error_strerror
    {"Bad file descriptor", "文件描述符无效"},
    {"CRC error", "校验和有误"},
    {"Cannot allocate memory", "内存不足"},
    {"Compression method not supported", "不支持的压缩方法"},
    {"Connection timed out", "连接超时"},
    {"Device or resource busy", "设备或资源正忙"},
    {"Directory not empty", "目录不为空"},
    {"Disk quota exceeded", "超出磁盘配额"},
    {"Encryption method not supported", "不支持的加密方法"},
    {"File exists", "文件已存在"},
    {"File name too long", "文件名过长"},
    {"File too large", "文件过大"},
    {"Input/output error", "输入输出错误"},
    {"Internal error", "内部错误"},
    {"Interrupted system call", "系统调用被中断"},
    {"Invalid argument", "参数无效"},
    {"Invalid cross-device link", "跨设备的链接"},
    {"Is a directory", "是一个目录"},
    {"Malloc failure", "内存不足"},
    {"Multi-disk zip archives not supported", "不支持分卷的 ZIP 归档"},
    {"No error", "没有错误"},
    {"No password provided", "未提供密码"},
    {"No space left on device", "磁盘已满"},
    {"No such device", "没有该设备"},
    {"No such device or address", "没有该设备或地址"},
    {"No such file", "没有该文件"},
    {"No such file or directory", "没有该文件或目录"},
    {"Not a directory", "不是目录"},
    {"Not a zip archive", "不是 ZIP 归档"},
    {"Operation not permitted", "不允许的操作"},
    {"Operation not supported", "不支持的操作"},
    {"Permission denied", "权限不足"},
    {"Possibly truncated or corrupted zip archive", "ZIP 归档可能被截断或已损坏"},
    {"Premature end of file", "文件提前结束"},
    {"Read error", "读取出错"},
    {"Read error: {0}", "读取出错（{0}）"},
    {"Read-only file system", "文件系统只读"},
    {"Resource temporarily unavailable", "资源暂时不可用"},
    {"SQL logic error", "SQL 逻辑错误"},
    {"Seek error", "定位出错"},
    {"Seek error: {0}", "定位出错（{0}）"},
    {"Stale file handle", "文件句柄已失效"},
    {"Text file busy", "文件正被执行"},
    {"Too many levels of symbolic links", "符号链接层数过多"},
    {"Too many links", "链接过多"},
    {"Too many open files", "打开的文件过多"},
    {"Too many open files in system", "系统中打开的文件过多"},
    {"Unexpected length of data", "数据长度与所述不符"},
    {"Value too large for defined data type", "数值过大"},
    {"Zip archive inconsistent", "ZIP 归档前后不一致"},
    {"Zip archive inconsistent: {0}", "ZIP 归档前后不一致（{0}）"},
    {"Zlib error: {0}", "解压出错（{0}）"},
    {"abort due to ROLLBACK", "因回滚而中止"},
    {"access permission denied", "没有访问权限"},
    {"another row available", "还有一行"},
    {"attempt to write a readonly database", "数据库只读，无法写入"},
    {"authorization denied", "没有权限"},
    {"bad parameter or other API misuse", "接口使用有误"},
    {"callback requested query abort", "查询被中止"},
    {"column index out of range", "列号超出范围"},
    {"constraint failed", "违反约束"},
    {"database disk image is malformed", "数据库文件已损坏"},
    {"database is locked", "数据库被锁定"},
    {"database or disk is full", "数据库或磁盘已满"},
    {"database schema has changed", "数据库结构已变化"},
    {"database table is locked", "数据表被锁定"},
    {"datatype mismatch", "数据类型不符"},
    {"disk I/O error", "磁盘读写错误"},
    {"file is not a database", "文件不是数据库"},
    {"interrupted", "被中断"},
    {"large file support is disabled", "不支持大文件"},
    {"locking protocol", "锁定协议出错"},
    {"no more rows available", "没有更多的行"},
    {"not an error", "没有错误"},
    {"notification message", "通知"},
    {"out of memory", "内存不足"},
    {"query aborted", "查询被中止"},
    {"string or blob too big", "字符串或二进制内容过大"},
    {"unable to open database file", "无法打开数据库文件"},
    {"unknown error", "未知的错误"},
    {"unknown operation", "未知的操作"},
    {"warning message", "警告"},
};

// What stands in the holes of a wording, if the whole text is of it: each hole takes as little as it can, and something.
std::optional<std::vector<std::string>> holes_of(std::string_view wording, std::string_view text) {
  std::vector<std::string> found;
  for (;;) {
    const std::size_t hole = wording.find('{');
    const std::string_view before = wording.substr(0, hole);
    if (!text.starts_with(before)) return std::nullopt;
    text.remove_prefix(before.size());
    if (hole == std::string_view::npos) return text.empty() ? std::optional(found) : std::nullopt;
    wording.remove_prefix(hole + 3);
    const std::string_view behind = wording.substr(0, wording.find('{'));
    const std::size_t end = behind.size() == wording.size()
                                ? (text.size() > behind.size() && text.ends_with(behind) ? text.size() - behind.size()
                                                                                         : std::string_view::npos)
                                : text.find(behind, 1);
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    found.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

template <std::size_t Size>
std::optional<std::string> found_in(const Wording (&table)[Size], std::string_view english) {
  for (const Wording& one : table)
    if (one.en == english) return std::string(one.zh);
  for (const Wording& one : table) {
    if (one.en.find('{') == std::string_view::npos) continue;
    if (auto holes = holes_of(one.en, english)) {
      for (std::string& hole : *holes) hole = in_chinese(hole);
      return fill(one.zh, *holes);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string in_chinese(std::string_view english) {
  if (auto ours = found_in(kWordings, english)) return *ours;
  if (auto theirs = found_in(kOfOthers, english)) return *theirs;
  // A place, and what is wrong there.
  if (const std::size_t colon = english.rfind(": "); colon != std::string_view::npos) {
    const std::string_view behind = english.substr(colon + 2);
    if (std::string zh = in_chinese(behind); zh != behind) return std::string(english.substr(0, colon)) + "：" + zh;
  }
  return std::string(english);
}

}  // namespace caveat
