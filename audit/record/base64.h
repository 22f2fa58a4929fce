// Base64: the standard alphabet with padding (RFC 4648 §4), decoded strictly: no blanks, no spare bits, no missing
// pads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace caveat::audit {

std::string base64(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace caveat::audit
