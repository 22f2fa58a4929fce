// refused: use of deleted function
#include "engine/base/digest.h"

caveat::Digest digest_of_both(caveat::Sha256& begun) {
#ifdef MISUSE
  caveat::Sha256 other = begun;
  return other.finish();
#else
  return begun.finish();
#endif
}
