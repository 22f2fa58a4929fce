// links: audit
// Headers and bodies of records: whatever is taken must be what the encoder writes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/sections.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace caveat::audit;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto header = decode_header(input)) {
#ifdef CAVEAT_PLANTED_DEFECT
    if (header->context.kind == Kind::feedback && header->context.commitments.size() == 2) __builtin_trap();
#endif
    if (encode_header(*header) != input) std::abort();
    (void)encode_seal_context(header->context);
  }
  if (const auto body = decode_body(input)) {
#ifdef CAVEAT_PLANTED_DEFECT
    if (body->size() == 2) __builtin_trap();
#endif
    if (encode_body(*body) != input) std::abort();
  }
  if (const auto unpadded = unpad(input); unpadded && pad(std::string(*unpadded)) != input) std::abort();
  (void)decode_verdict(input);
  (void)decode_digests(input);
  (void)decode_rules(input);
  (void)decode_story(input);
  return 0;
}
