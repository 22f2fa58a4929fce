// Which rules are in force on a day. One that is not takes part in no decision and fails none of its examples, which choose their
// own day: who checks or serves rules is told of it, or a wrong year would switch a rule off in silence.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/units.h"
#include "engine/program/program.h"

namespace caveat::decide {

struct OutOfForce {
  std::uint32_t rule = 0;             // of the program
  std::optional<Days> ended, begins;  // the last day that it was in force; the first that it will be
};

// At a time, by each pack's own zone; in the order of the program's rules.
std::vector<OutOfForce> out_of_force(const program::Program& program, Microseconds at, std::int32_t at_offset);

}  // namespace caveat::decide
