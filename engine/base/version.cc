#include "engine/base/version.h"

namespace caveat {

std::string_view version() { return CAVEAT_VERSION; }

}  // namespace caveat
