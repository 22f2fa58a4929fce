// links: audit
// Key files: the strict reader takes only what the writer writes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "audit/seal/key_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace caveat::audit;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto file = parse_key_file(input)) {
#ifdef CAVEAT_PLANTED_DEFECT
    if (file->argon2id && file->opslimit > 3) __builtin_trap();
#endif
    if (format_key_file(*file).view() != input) std::abort();
  }
  return 0;
}
