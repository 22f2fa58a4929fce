// Language: the two languages in which rules are phrased and sentences are told.
#pragma once

#include <cstdint>

namespace caveat {

enum class Language : std::uint8_t { none, en, zh };  // none: a text written without a language tag

}  // namespace caveat
