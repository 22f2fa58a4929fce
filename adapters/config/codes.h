// Codes of the configuration: one for all that can be wrong in it, since every mistake is an item of its own.
#pragma once

#include "engine/base/code.h"

namespace caveat::config::codes {

inline constexpr Code kConfiguration{
    "configuration", "The configuration has mistakes. `caveat help new` says how to write one that explains itself.",
    "配置文件有误。`caveat help new` 说明如何生成带说明的配置。", 422, 3};

}  // namespace caveat::config::codes
