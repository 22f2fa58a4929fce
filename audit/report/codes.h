// Codes of reports and evidence packages.
#pragma once

#include "engine/base/code.h"

namespace caveat::audit::codes {

inline constexpr Code kBadPackage{"bad_package", "This is no evidence package that Caveat writes: {0}.",
                                  "这不是 Caveat 写出的证据包：{0}。", 422, 1};
inline constexpr Code kReportWrite{"report_write",
                                   "{0} could not be written: {1}. Choose a folder that can be written and has room.",
                                   "{0} 写入失败：{1}。请选择可写且有空间的目录。", 500, 4};
inline constexpr Code kPackageTooLarge{"package_too_large",
                                       "The package would hold {0}, more than one may. Choose a shorter period.",
                                       "证据包将包含 {0}，超出单个证据包的上限。请缩短期间。", 413, 2};

}  // namespace caveat::audit::codes
