#include "engine/syntax/codes.h"

namespace caveat::syntax::codes {

const Code kBadUtf8{"bad_utf8", "this file is not UTF-8 text: byte {0} begins no character",
                    "本文件不是 UTF-8 文本：第 {0} 字节起不成字符"};
const Code kNulByte{"nul_byte", "a NUL byte stands here", "此处有 NUL 字节"};
const Code kByteOrderMark{"byte_order_mark", "the file begins with a byte order mark", "文件以字节序标记（BOM）开头"};
const Code kFileTooLong{"file_too_long", "this file has {0} bytes; at most {1} are read",
                        "本文件有 {0} 字节；最多读取 {1} 字节"};

const Code kUnclosedText{"unclosed_text", "this text is not closed: {0} closes it", "文本没有结束：应以 {0} 结束"};
const Code kUnclosedPattern{"unclosed_pattern", "this pattern is not closed on its line: / closes it",
                            "正则式未在本行结束：应以 / 结束"};
const Code kStraySign{"stray_sign", "“{0}” means nothing here", "“{0}”在此处没有意义"};
const Code kTabIndent{"tab_indent", "this line is indented by a tab", "本行用制表符缩进"};
const Code kGroupedNumber{"grouped_number", "digits are grouped by no comma and no point: “{0}”",
                          "数字中不用逗号或点分节：“{0}”"};
const Code kUnitLeftover{"unit_leftover", "“{0}” after the number is no unit", "数字后的“{0}”不是单位"};
const Code kDigitInName{"digit_in_name", "a digit after a Chinese character begins a number: “{0}” is no name",
                        "汉字后的数字另起一个数：“{0}”不是名称"};
const Code kDigitFirst{"digit_first", "“{0}” begins with a digit, as no name does", "“{0}”以数字开头，不能作名称"};
const Code kNumberInWords{"number_in_words", "“{0}” is a number in words", "“{0}”是用汉字写的数"};
const Code kTraditional{"traditional", "“{0}” is written in traditional characters", "“{0}”用的是繁体字"};
const Code kNoSuchDate{"no_such_date", "there is no “{0}”", "没有“{0}”这个日期或时间"};
const Code kNumberTooLong{"number_too_long",
                          "“{0}” has more digits than a number can hold (36, of them 18 after the point)",
                          "“{0}”的位数超出上限（共 36 位，其中小数 18 位）"};
const Code kNameTooLong{"name_too_long", "this name has {0} bytes; at most {1} are allowed",
                        "此名称有 {0} 字节；最多 {1} 字节"};
const Code kTextTooLong{"text_too_long", "this text has {0} bytes; at most {1} are allowed",
                        "此文本有 {0} 字节；最多 {1} 字节"};
const Code kNestingTooDeep{"nesting_too_deep", "more than {0} brackets are open at once", "同时打开的括号超过 {0} 层"};
const Code kChainTooLong{"chain_too_long", "this chain has {0} members; at most {1} are allowed",
                         "此处并列 {0} 项；最多 {1} 项"};

const Code kUnknownDeclaration{"unknown_declaration", "“{0}” begins no declaration", "“{0}”不是声明的开头"};
const Code kIndentedDeclaration{"indented_declaration",
                                "“{0}” begins a declaration, and does not stand at the left margin",
                                "“{0}”是声明的开头，须顶格书写"};
const Code kOutsideDeclaration{"outside_declaration", "this line is indented but no declaration stands above it",
                               "本行有缩进，但上方没有声明"};
const Code kUnexpected{"unexpected", "found {0}, expected {1}", "此处是{0}，应为{1}"};
const Code kUnexpectedEnd{"unexpected_end", "the declaration ends here, expected {0}", "声明到此结束，还缺{0}"};
const Code kKeywordGlued{"keyword_glued", "“{0}” is read as one name", "“{0}”会被读作一个名称"};
const Code kListWord{"list_word", "“{0}” does not join conditions", "“{0}”不能连接条件"};
const Code kMixedLogic{"mixed_logic", "“and” and “or” stand side by side: say which belongs together",
                       "“且”与“或”并列：请用括号说明先后"};
const Code kRoundingUnclear{"rounding_unclear", "“{0}” stands behind a sum or a product: say how much of it is rounded",
                            "“{0}”位于算式之后：请用括号说明修约哪一部分"};
const Code kNotOpensChain{"not_opens_chain", "“not” stands before a chain: say how far it reaches",
                          "“非”位于多个条件之前：请用括号说明范围"};
const Code kBareWithin{"bare_within", "“within” does not say whether the past or the future is meant",
                       "“内”没有说明是过去还是未来"};
const Code kSaidTwice{"said_twice", "“{0}” is said twice", "“{0}”重复"};
const Code kClauseMissing{"clause_missing", "{0} “{1}” has no {2}", "{0}“{1}”缺少{2}"};
const Code kUnknownWord{"unknown_word", "“{0}” is not one of {1}", "“{0}”不在可选范围：{1}"};
const Code kReservedName{"reserved_name", "“{0}” is a keyword and cannot be a name", "“{0}”是关键字，不能作名称"};
const Code kNotYet{"not_yet", "{0} is not there yet", "暂不支持{0}", 501, 2};
const Code kWrongUnit{"wrong_unit", "“{0}” cannot stand here, expected {1}", "“{0}”不能用在此处，应为{1}"};
const Code kNegatedComparison{"negated_comparison", "“is not” cannot stand before “{0}”", "“{0}”前不能用“不为”"};
const Code kOrderOfRange{"order_of_range", "“{0}” is not before “{1}”", "“{0}”不早于“{1}”"};

const std::vector<const Code*>& all() {
  static const std::vector<const Code*> kAll = {&kBadUtf8,
                                                &kNulByte,
                                                &kByteOrderMark,
                                                &kFileTooLong,
                                                &kUnclosedText,
                                                &kUnclosedPattern,
                                                &kStraySign,
                                                &kTabIndent,
                                                &kGroupedNumber,
                                                &kUnitLeftover,
                                                &kDigitInName,
                                                &kDigitFirst,
                                                &kNumberInWords,
                                                &kTraditional,
                                                &kNoSuchDate,
                                                &kNumberTooLong,
                                                &kNameTooLong,
                                                &kTextTooLong,
                                                &kNestingTooDeep,
                                                &kChainTooLong,
                                                &kUnknownDeclaration,
                                                &kIndentedDeclaration,
                                                &kOutsideDeclaration,
                                                &kUnexpected,
                                                &kUnexpectedEnd,
                                                &kKeywordGlued,
                                                &kListWord,
                                                &kMixedLogic,
                                                &kRoundingUnclear,
                                                &kNotOpensChain,
                                                &kBareWithin,
                                                &kSaidTwice,
                                                &kClauseMissing,
                                                &kUnknownWord,
                                                &kReservedName,
                                                &kNotYet,
                                                &kWrongUnit,
                                                &kNegatedComparison,
                                                &kOrderOfRange};
  return kAll;
}

}  // namespace caveat::syntax::codes
