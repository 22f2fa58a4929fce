// Nearest: the known name that a mistyped one was probably meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace caveat::cli {

// Empty if none is within a third of the length (edits: insert, delete, change, swap).
std::string nearest(std::string_view typed, const std::vector<std::string_view>& known);

}  // namespace caveat::cli
