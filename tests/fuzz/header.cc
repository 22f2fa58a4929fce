// links: audit
// Headers of records, seal contexts, bodies and their padding: whatever is taken is what the encoder writes, byte for byte.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/header_view.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace caveat::audit;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto by_tree = decode_header_by_tree(input);
  if (by_tree.has_value() != view_header(input).has_value()) std::abort();
  if (const auto header = decode_header(input)) {
    if (*header != *by_tree) std::abort();
#ifdef CAVEAT_PLANTED_DEFECT
    if (header->index > 0 && header->context.commitments.size() == 2) __builtin_trap();  // no seed has another place
#endif
    if (encode_header(*header) != input) std::abort();
    // The context is the header without its place, so of two headers of one body it is the same.
    Header elsewhere = *header;
    elsewhere.index ^= 1;
    elsewhere.time_us /= 2;
    if (encode_seal_context(elsewhere.context) != encode_seal_context(header->context)) std::abort();
    if (encode_header(elsewhere) == input) std::abort();
  }
  if (const auto body = decode_body(input)) {
    if (encode_body(*body) != input) std::abort();
  }
  if (const auto unpadded = unpad(input); unpadded && pad(std::string(*unpadded)) != input) std::abort();
  return 0;
}
