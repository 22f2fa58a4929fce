// Nearest: the known name that a mistyped one most likely meant ("did you mean").
//
//   std::string_view meant = nearest("customer.agee", known);   // "customer.age", or empty
//
// Promises   letters are compared without case; at most two slips (a letter wrong, missing, added, or two swapped) and
// at most a
//            third of the name's length, a third of a Chinese name rounded up; of equals the first in byte order,
//            whatever the order of `known`; never one with another number in it (article 18 and 19, 第十八条 and 第十九条)
// Cost       names × length²
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace caveat {

std::string_view nearest(std::string_view name, std::span<const std::string_view> known);
std::string_view nearest(std::string_view name, std::span<const std::string> known);

}  // namespace caveat
