// Speech: numbers and lengths of time in English words.
//
//   number_in_english("sixty-five")     // 65; also one hundred and fifty thousand
//   length_in_english("half a year")    // 6 months
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace caveat::syntax {

// In small letters, the words parted by a blank or a hyphen.
std::optional<std::uint64_t> number_in_english(std::string_view words);

// As the language writes it; empty: it is none.
std::string_view length_in_english(std::string_view words);

}  // namespace caveat::syntax
