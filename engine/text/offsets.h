// Offsets: the same place of a text counted in bytes, code points or UTF-16 units, as callers of different languages count.
//
// Cost       linear in the text up to the place
// Source     http.md (`offsets`), Language Server Protocol 3.17 (positionEncoding)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace caveat::text {

enum class OffsetUnit : std::uint8_t { bytes, code_points, utf16 };

// `byte` is cut to the text's length and, in the middle of a character, taken back to its begin.
std::size_t from_bytes(std::string_view utf8, std::size_t byte, OffsetUnit unit);

// The byte that `offset` names; nothing beyond the end or in the middle of a character (a half surrogate pair).
std::optional<std::size_t> to_bytes(std::string_view utf8, std::size_t offset, OffsetUnit unit);

}  // namespace caveat::text
