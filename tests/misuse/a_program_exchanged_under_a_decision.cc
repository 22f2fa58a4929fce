// refused: assignment of .*read-only|passing .*const.* discards qualifiers|no match for .operator=
#include "engine/decide/decide.h"

void exchange(const caveat::decide::Ruleset& ruleset, std::shared_ptr<const caveat::program::Program> other) {
#ifdef MISUSE
  ruleset.program = std::move(other);
#else
  const caveat::decide::Ruleset next{std::move(other), ruleset.data, ruleset.parameters};
  (void)next;
#endif
}
