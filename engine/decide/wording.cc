#include "engine/decide/wording.h"

#include <optional>
#include <vector>

namespace caveat::decide {
namespace {

constexpr Phrase kPhrases[] = {
    {"nothing", "没有内容"},
    {"none", "没有"},
    {"one", "一个"},
    {"more", "更多"},
    {"null", "null"},
    {"a list", "列表"},
    {"an object", "对象"},
    {"a text", "文本"},
    {"an object: one turn", "一个对象：一轮请求"},
    {"a value of class {}", "数据类别为 {} 的值"},
    {"an instant, RFC 3339", "RFC 3339 的时刻"},
    {"a list of {path, source, as_of, quality}", "由 {path, source, as_of, quality} 组成的列表"},
    {"an object {path, source, as_of, quality}", "对象 {path, source, as_of, quality}"},
    {"path, source, as_of or quality", "path、source、as_of 或 quality"},
    {"one of assessed, stated, inferred", "assessed、stated、inferred 之一"},
    {"a path as a JSON pointer: /customer/age", "JSON 指针形式的路径：/customer/age"},
    {"one of the caller's sources: {}", "调用方的来源之一：{}"},
    {"one of the caller's sources", "调用方的来源之一"},
    {"at most {} elements", "最多 {} 个元素"},
    {"at most {} bytes", "最多 {} 字节"},
    {"a text of 1 to {} characters", "1 至 {} 个字符的文本"},
    {"1 to {} characters", "1 至 {} 个字符"},
    {"{} bytes", "{} 字节"},
    {"{} elements", "{} 个元素"},
    {"members go by their first name", "成员只用第一个名称"},
    {"a member that a loaded pack declares", "已加载的规则包所声明的成员"},
    {"a list of objects", "对象的列表"},
    {"an id of the product", "产品的 id"},
    {"the name of the action", "操作的名称"},
    {"a path to what the turn holds, or to a fact that a loaded pack declares",
     "指向请求所含内容的路径，或指向已加载规则包所声明的事实"},
    {"a path to the whole list", "指向整个列表的路径"},
    {"each path once", "每个路径只出现一次"},
    {"each product once", "每个产品只出现一次"},
    {"each key once", "每个主键只出现一次"},
    {"{} again", "{} 再次出现"},
    {"nothing yet: the text of an answer is judged as a whole", "暂无：回答目前只按整段文本判断"},
    {"nothing beside an outreach: it is no turn of a conversation, its recipients are the customers",
     "触达之外不得有此成员：触达不是一轮对话，其接收人即客户"},
    {"nothing beside a material: it is no turn of a conversation", "素材之外不得有此成员：素材不是一轮对话"},
    {"what the reference data {} says: {}", "参考数据 {} 所述：{}"},
    {"what the reference data {} says", "参考数据 {} 所述"},
    {"a list of recipients, one at least", "接收人列表，至少一人"},
    {"an id of the recipient", "接收人的 id"},
    {"each recipient once", "每个接收人只出现一次"},
    {"nothing: the engine works this out itself", "无需提供：由引擎自行得出"},
    {"a list of jurisdictions: {}", "法域的列表：{}"},
    {"a jurisdiction of the packs: {}", "规则包的法域之一：{}"},
    {"one of code-points, utf-16, utf-8", "code-points、utf-16、utf-8 之一"},
    {"an integer 0..9007199254740991", "整数 0..9007199254740991"},
    {"no blanks, control or invisible signs", "不含空白、控制字符或不可见字符"},
    {"one at byte {}", "第 {} 字节处有一个"},
    {"the normalised form NFC", "NFC 规范形式"},
    {"another spelling of the same signs", "同样字符的另一种写法"},
    {"a percentage: \"60 %\"", "百分比：\"60 %\""},
    {"0 % to 100 %", "0 % 至 100 %"},
    {"weights of at most 100 % in all", "权重合计不超过 100 %"},
    {"yes/no: true or false", "是否：true 或 false"},
    {"an integer {}", "整数 {}"},
    {"an integer", "整数"},
    {"a number {}", "数 {}"},
    {"a number", "数"},
    {"a percentage{}: {}", "百分比{}：{}"},
    {"money{}: {}", "款项{}：{}"},
    {"a date: \"2026-03-01\"", "日期：\"2026-03-01\""},
    {"an instant: \"2026-03-01T10:00:00+08:00\"", "时刻：\"2026-03-01T10:00:00+08:00\""},
    {"a time of day: \"09:30\"", "钟点：\"09:30\""},
    {"a time zone: \"Asia/Shanghai\"", "时区：\"Asia/Shanghai\""},
    {"a duration of at most 10,000 years: \"PT5M\"", "时长，至多 10,000 年：\"PT5M\""},
    {"one of {}", "以下之一：{}"},
    {"no fact of class {}", "不收数据类别 {} 的事实"},
    {"stated by {}", "由 {} 陈述"},
    {"a caller who may state no source", "无权以任何来源陈述的调用方"},
    {"a caller who may state: {}", "有权以下列来源陈述的调用方：{}"},
    {"an id: the same id and body give the same decision", "id：相同的 id 与正文得到相同的决定"},
    {"{} bytes", "{} 字节"},  // last: it fits much
};

// What stood for each `{}`; nothing: the phrase does not fit.
std::optional<std::vector<std::string_view>> fit(std::string_view phrase, std::string_view text) {
  std::vector<std::string_view> found;
  std::size_t at = 0;
  for (std::size_t begin = 0;;) {
    const std::size_t hole = phrase.find("{}", begin);
    const std::string_view piece = phrase.substr(begin, hole == std::string_view::npos ? hole : hole - begin);
    if (begin == 0) {
      if (!text.starts_with(piece)) return std::nullopt;
      at = piece.size();
    } else {
      const std::size_t next = hole == std::string_view::npos && piece.size() <= text.size() - at
                                   ? (text.ends_with(piece) ? text.size() - piece.size() : std::string_view::npos)
                                   : text.find(piece, at);
      if (next == std::string_view::npos || next < at) return std::nullopt;
      found.push_back(text.substr(at, next - at));
      at = next + piece.size();
    }
    if (hole == std::string_view::npos) break;
    begin = hole + 2;
  }
  return at == text.size() ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace

std::span<const Phrase> phrases() { return kPhrases; }

std::string in(Language language, std::string_view english, std::span<const Phrase> more) {
  const bool value = english.size() > 1 && english.front() == '"' && english.back() == '"';  // as it was sent
  if (language != Language::zh || english.empty() || value) return std::string(english);
  for (const std::span<const Phrase> table : {more, phrases()}) {
    for (const Phrase& phrase : table) {
      const auto found = fit(phrase.en, english);
      if (!found) continue;
      std::string out;
      std::size_t hole = 0;
      for (std::size_t at = 0; at < phrase.zh.size();) {
        const bool numbered = phrase.zh.substr(at, 3) == "{0}" || phrase.zh.substr(at, 3) == "{1}";
        if (phrase.zh.substr(at, 2) == "{}" && hole < found->size()) {
          out += (*found)[hole++];
          at += 2;
        } else if (numbered && static_cast<std::size_t>(phrase.zh[at + 1] - '0') < found->size()) {
          out += (*found)[static_cast<std::size_t>(phrase.zh[at + 1] - '0')];
          at += 3;
        } else {
          out += phrase.zh[at++];
        }
      }
      return out;
    }
  }
  return std::string(english);
}

}  // namespace caveat::decide
