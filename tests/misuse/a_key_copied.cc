// refused: use of deleted function .*SecretKey
#include "audit/seal/secret.h"

caveat::audit::SecretKey kept(caveat::audit::SecretKey& key) {
#ifdef MISUSE
  return key;
#else
  return std::move(key);
#endif
}
