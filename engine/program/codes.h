// The codes of building and opening a program.
#pragma once

#include "engine/base/code.h"

namespace caveat::program::codes {

inline constexpr Code kBadProgram{"bad_program", "The program image is damaged: {0}.", "程序映像已损坏：{0}。", 500, 4,
                                  false};
inline constexpr Code kNotYet{"not_yet", "{0} is not supported yet.", "尚不支持{0}。", 422, 2, false};
inline constexpr Code kConditionTooLong{
    "condition_too_long",
    "The condition of {0} has at least {1} parts once its defines are expanded; the limit is {2}.",
    "{0} 的条件在展开定义后至少有 {1} 个部分，上限为 {2}。",
    422,
    1,
    false};
inline constexpr Code kProgramTooLarge{"program_too_large",
                                       "The program would take {0} bytes; the limit is {1}.",
                                       "程序将占用 {0} 字节，上限为 {1}。",
                                       422,
                                       1,
                                       false};
inline constexpr Code kNoDefaultQueue{
    "no_default_queue",
    "No loaded pack names a `default queue`: where a turn goes that nothing could settle.",
    "没有规则包声明“默认队列”：无法判明的请求将无处可去。",
    422,
    1,
    false};

}  // namespace caveat::program::codes
