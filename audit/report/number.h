// A number as reports and verdicts write it: its decimal digits, without signs between them.
#pragma once

#include <cstdint>
#include <string>

namespace caveat::audit {

inline std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace caveat::audit
