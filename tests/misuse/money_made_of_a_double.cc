// refused: float-conversion
#include "engine/base/decimal.h"

caveat::Decimal fee(double share) {
#ifdef MISUSE
  return caveat::Decimal(share * 100);
#else
  return share > 0 ? caveat::Decimal(1) : caveat::Decimal(0);
#endif
}
