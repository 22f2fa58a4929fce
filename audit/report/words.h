// Words: the fixed phrases of reports in both languages, in one table.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/language.h"

namespace caveat::audit {

// The phrase of `key` in the reader's language. An unknown key is our own bug and asserts.
std::string_view word(std::string_view key, Language language);

// A verdict in the reader's words: "handed off" / 转人工.
std::string_view verdict_word(std::uint8_t verdict, Language language);

// Why a turn was handed off (decide::Cause by name); a name that is new here is given back as it is.
std::string_view cause_word(std::string_view cause, Language language);

}  // namespace caveat::audit
