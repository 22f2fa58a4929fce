// The codes of base.
#pragma once

#include "engine/base/code.h"

namespace caveat::codes {

inline constexpr Code kBadCbor{"bad_cbor", "Byte {0}: {1}.", "第 {0} 字节：{1}。", 400, 3, false};

}  // namespace caveat::codes
