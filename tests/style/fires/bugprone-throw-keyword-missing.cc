#include <stdexcept>
void refuse(bool known) {
  if (!known) std::runtime_error("unknown");
}
