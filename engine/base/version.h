// Version of this build, as CMake's project() names it: the one place from which commands, records and reports take it.
#pragma once

#include <string_view>

namespace caveat {

std::string_view version();  // "0.2.0"

}  // namespace caveat
