// Codes of what trying the rules out can show: examples that do not come out as they say, rules that none tries.
#pragma once

#include <span>

#include "engine/base/code.h"

namespace caveat::trial::codes {

extern const Code kExampleFails, kExampleText, kExampleLeft, kExampleRefused;  // errors: the pack does not load
extern const Code kNeverFires, kNeverNear;                                     // notes: coverage
extern const Code kTextRefused;  // a warning: a text of the packs that a rule of theirs would refuse

std::span<const Code* const> all();

}  // namespace caveat::trial::codes
