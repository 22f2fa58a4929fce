// refused: could not convert .*Kleene.* to .bool.
#include "engine/base/kleene.h"

bool withheld(caveat::Kleene suitable) {
#ifdef MISUSE
  if (suitable) return false;
#else
  if (suitable == caveat::Kleene::yes) return false;
#endif
  return true;
}
