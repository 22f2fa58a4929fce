// refused: cannot convert .*Result<int>.* to .int.
#include "engine/base/result.h"

caveat::Result<int> read_age();

int age() {
#ifdef MISUSE
  return read_age();
#else
  return read_age().value_or(0);
#endif
}
