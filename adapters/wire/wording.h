// Wording: what a Problem says was expected and found, in the reader's language, for every way in.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/language.h"
#include "engine/decide/wording.h"

namespace caveat::wire {

std::span<const decide::Phrase> phrases();  // of reading and of the gate; bind has its own
std::string in(Language language, std::string_view english);

}  // namespace caveat::wire
