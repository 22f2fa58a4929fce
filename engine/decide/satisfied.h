// Satisfied: a turn that brings what was required of it: decided with the requirements that its proofs meet, which then ask for nothing.
// Called by the gate for a turn that continues another; decide.h is the same with none.
#pragma once

#include <cstdint>
#include <span>

#include "engine/decide/decide.h"

namespace caveat::decide {

// `satisfied`: requirements of the program, ascending.
const Decision& decide(const Ruleset& ruleset, const Request& request, const StateView& state,
                       std::span<const std::uint32_t> satisfied, Scratch& scratch) noexcept;

}  // namespace caveat::decide
