// refused: has_no_chinese
#include "audit/codes.h"
#include "audit/error.h"

void refuse(const std::string& path) {
#ifdef MISUSE
  throw caveat::audit::Error(caveat::audit::codes::kLogForeign, path, {path, "it is nothing that anybody translated"});
#else
  throw caveat::audit::Error(caveat::audit::codes::kLogForeign, path, {path, "it is empty"});
#endif
}
