// refused: ignoring returned value|nodiscard
#include "engine/base/result.h"

caveat::Result<int> read_age();

void take_turn() {
#ifdef MISUSE
  read_age();
#else
  if (!read_age()) return;
#endif
}
