// links: base
// CBOR: whatever is accepted is what the encoder would have written, byte for byte; nothing else is.
#include <cstdlib>

#include "engine/base/cbor_reader.h"
#include "tests/support/cbor_again.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace caveat::cbor;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t first = item_size(input);
  const auto value = decode(input);
  Reader reader(input);
  std::string_view whole;
  if ((reader.item(whole) && reader.at_end()) != value.has_value()) std::abort();
  if (!value) {
    if (value.error().items.size() != 1) std::abort();
    return 0;
  }
  if (first != size || value->encoded != input) std::abort();
  Encoder again;
  caveat::encode_again(again, *value);
  if (again.view() != input) std::abort();
  if (const auto decimal = value->as_decimal()) {
    Encoder out;
    out.decimal(*decimal);
    if (out.view() != input) std::abort();
  }
#ifdef CAVEAT_PLANTED_DEFECT
  if (value->kind == Value::Kind::map && value->items.size() == 4 && value->items[3].kind == Value::Kind::text)
    __builtin_trap();
#endif
  return 0;
}
