// The codes of bind: what can be wrong with a turn's members (http.md "Problems").
// Of several problems of one turn the gravest names it: the order below is the order of gravity.
#pragma once

#include <span>

#include "engine/base/code.h"

namespace caveat::decide::codes {

inline constexpr Code kNoId{"no_id",
                            "The turn has no id: it is what makes a repeat safe.",
                            "请求没有 id：有了它，重发才不会被当成另一次。",
                            400,
                            3,
                            false};
inline constexpr Code kBadId{"bad_id",
                             "An id is 1 to 128 characters, normalised (NFC), without blanks or invisible signs.",
                             "id 须为 1 至 128 个字符、NFC 规范形式，不含空白和不可见字符。",
                             400,
                             3,
                             false};
inline constexpr Code kFactSource{"fact_source",
                                  "The caller may not state this fact, or did not say which of its sources states it.",
                                  "调用方无权陈述该事实，或未说明由其哪个来源陈述。",
                                  403,
                                  3,
                                  false};
inline constexpr Code kUnknownMember{
    "unknown_member", "No loaded pack declares this member.", "没有已加载的规则包声明此成员。", 422, 3, false};
inline constexpr Code kWrongType{"wrong_type", "The value is not of the declared type.", "值与声明的类型不符。", 422, 3,
                                 false};
inline constexpr Code kUnitMissing{"unit_missing", "The value needs its unit.", "值缺少单位。", 422, 3, false};
inline constexpr Code kOutOfRange{
    "out_of_range", "The value is outside the declared range.", "值超出声明的范围。", 422, 3, false};
inline constexpr Code kRepeated{"repeated", "The same thing is listed twice.", "同一项列出了两次。", 422, 3, false};
inline constexpr Code kTooMany{"too_many", "There are more of them than the limit.", "数量超过上限。", 422, 3, false};
inline constexpr Code kConflict{
    "conflict", "The turn contradicts what is known from elsewhere.", "请求与已知信息相矛盾。", 422, 3, false};
inline constexpr Code kClassRefused{
    "class_refused", "A pack refuses facts of this data class.", "规则包拒收此类数据。", 422, 3, false};
inline constexpr Code kNotYet{
    "not_yet", "This part of a turn is not supported yet.", "尚不支持请求的这一部分。", 422, 2, false};

std::span<const Code* const> all();
int gravity(const Code& code);  // 0 is the gravest

}  // namespace caveat::decide::codes
