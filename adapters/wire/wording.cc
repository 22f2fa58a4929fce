#include "adapters/wire/wording.h"

namespace caveat::wire {
namespace {

constexpr decide::Phrase kPhrases[] = {
    {"one request is one JSON object; in JSON Lines, one object a line",
     "一个请求就是一个 JSON 对象；在 JSON Lines 中，每行一个对象"},
    {"nothing after the closing brace", "右花括号之后不再有内容"},
    {"one at byte {}", "第 {} 字节处有一个"},
    {"{} at byte {}", "{0}，在第 {1} 字节"},
    {"the end of the request", "请求已结束"},
    {"JSON as of RFC 8259", "符合 RFC 8259 的 JSON"},
    {"a comma, a colon, a value or a closing bracket", "逗号、冒号、值或右括号"},
    {"a closing bracket for every one that opens", "每个左括号都有对应的右括号"},
    {"surrogates in pairs", "成对的代理项"},
    {"one half of a pair, written as an escape", "以转义写出的半个代理项"},
    {"one half of a pair", "半个代理项"},
    {"the escapes {}", "转义 {}"},
    {"another one in {}", "{} 中的其他转义"},
    {"member names without NUL and non-characters", "不含 NUL 与非字符的成员名"},
    {"each member once", "每个成员只出现一次"},
    {"{} a second time", "{} 第二次出现"},
    {"members are compared after their escapes are read", "成员名按解开转义之后比较"},
    {"no NUL and no non-characters outside of texts", "除文本外不含 NUL 与非字符"},
    {"a number as JSON writes it: -?digits[.digits][e±digits], no leading zero",
     "JSON 写法的数：-?digits[.digits][e±digits]，无前导零"},
    {"a text in quotes, a number, true, false, null, a list or an object",
     "引号中的文本、数、true、false、null、列表或对象"},
    {"at most {} levels of nesting", "最多嵌套 {} 层"},
    {"UTF-8", "UTF-8"},
    {"a byte that is not, at byte {}", "第 {} 字节不是 UTF-8"},
    {"send JSON in UTF-8, RFC 8259 section 8.1", "请以 UTF-8 发送 JSON（RFC 8259 第 8.1 节）"},
    {"control characters written as escapes (\\n, \\u0001)", "控制字符写作转义（\\n、\\u0001）"},
    {"one as it is, inside a text", "文本中有未转义的控制字符"},
    {"a closing quote for every text", "每段文本都有结束引号"},
    {"a request that fits into memory", "内存容得下的请求"},
    {"a larger one", "更大的请求"},
    {"one JSON object: a turn", "一个 JSON 对象：一轮请求"},
    {"one JSON object", "一个 JSON 对象"},
    {"something else", "其他内容"},
    {"a byte order mark", "字节序标记（BOM）"},
    {"save the file as UTF-8 without a byte order mark", "请以不带 BOM 的 UTF-8 保存文件"},
    {"message, answer, recommendation or actions", "message、answer、recommendation 或 actions"},
    {"none of them", "一个也没有"},
    {"a request that can be read", "可以读取的请求"},
    {"an error of ours", "我方错误"},
    {"rules", "规则"},
    {"a time within {} s of {}", "与 {1} 相差不超过 {0} 秒的时间"},
    {"the request that this id was first used for, or a new id", "该 id 首次使用时的请求，或新的 id"},
    {"{} with other content", "{}，但内容不同"},
    {"an id belongs to one request for ever", "一个 id 永远只属于一个请求"},
    {"a decision that is on disk before it is answered", "答复之前已写入磁盘的决定"},
    {"a decision", "决定"},
};

}  // namespace

std::span<const decide::Phrase> phrases() { return kPhrases; }

std::string in(Language language, std::string_view english) { return decide::in(language, english, kPhrases); }

}  // namespace caveat::wire
