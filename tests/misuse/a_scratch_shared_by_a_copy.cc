// refused: use of deleted function .*Scratch
#include "engine/decide/decide.h"

caveat::decide::Scratch for_another_thread(caveat::decide::Scratch& mine) {
#ifdef MISUSE
  return caveat::decide::Scratch(mine);
#else
  return caveat::decide::Scratch(std::move(mine));
#endif
}
