#include "engine/decide/in_force.h"

namespace caveat::decide {

std::vector<OutOfForce> out_of_force(const program::Program& program, Microseconds at, std::int32_t at_offset) {
  std::vector<OutOfForce> out;
  std::uint32_t index = 0;
  for (const program::RuleRow& rule : program.rules()) {
    const Days today = days_of(at, program.offset_minutes(rule.pack, at, at_offset));
    if (today > rule.until)
      out.push_back({index, rule.until, std::nullopt});
    else if (today < rule.from)
      out.push_back({index, std::nullopt, rule.from});
    ++index;
  }
  return out;
}

}  // namespace caveat::decide
