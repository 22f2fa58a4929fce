// links: audit
// Signed notes, checkpoints, verifier keys, receipts, and what a log says about itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "audit/log/about.h"
#include "audit/log/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace caveat::audit;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto note = parse_note(input)) {
    if (format_note(*note) != input) std::abort();
#ifdef CAVEAT_PLANTED_DEFECT
    if (note->signatures.size() == 2) __builtin_trap();
#endif
  }
  if (const auto checkpoint = parse_checkpoint(input)) {
    if (checkpoint_text(*checkpoint) != input) std::abort();
  }
  if (const auto key = parse_verifier_key(input)) {
    if (format_verifier_key(*key) != input) std::abort();
  }
  if (const auto proof = parse_log_proof(input)) {
    if (format_log_proof(*proof) != input) std::abort();
  }
  (void)parse_about(input);
  return 0;
}
