// Width: how many columns of a terminal a code point takes, so that carets stand under what they mean.
//
// Source     Unicode 15, EastAsianWidth.txt (W and F; emoji presentation), the combining and format ranges
#pragma once

#include <cstdint>
#include <string_view>

namespace caveat {

int columns(char32_t code_point);            // 0 combining or invisible, 1, 2 East Asian wide
std::size_t columns(std::string_view utf8);  // a byte that is not UTF-8 takes one

// Must not reach a terminal as it is: C0, DEL, C1, and what turns the direction of the text (a line could show other
// than it is).
bool is_unprintable(char32_t code_point);

}  // namespace caveat
