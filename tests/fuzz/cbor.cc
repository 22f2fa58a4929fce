// links: base
// CBOR: whatever is accepted is what the encoder would have written, byte for byte; nothing else is.
#include <cstdlib>

#include "engine/base/cbor.h"

namespace {

using namespace caveat::cbor;
using Kind = Value::Kind;

void encode(Encoder& out, const Value& value) {
  switch (value.kind) {
    case Kind::unsigned_integer:
      out.unsigned_integer(value.number);
      break;
    case Kind::negative_integer:
      out.integer(*value.as_integer());
      break;
    case Kind::bytes:
      out.bytes(value.string);
      break;
    case Kind::text:
      out.text(value.string);
      break;
    case Kind::array:
      out.array(value.items.size());
      break;
    case Kind::map:
      out.map(value.items.size() / 2);
      break;
    case Kind::tag:
      out.tag(value.number);
      break;
    case Kind::boolean:
      out.boolean(value.number == 1);
      break;
    case Kind::null:
      out.null();
      break;
  }
  for (const Value& each : value.items) encode(out, each);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t first = item_size(input);
  const auto value = decode(input);
  if (!value) {
    if (value.error().items.size() != 1) std::abort();
    return 0;
  }
  if (first != size || value->encoded != input) std::abort();
  Encoder again;
  encode(again, *value);
  if (again.view() != input) std::abort();
  if (const auto decimal = value->as_decimal()) {
    Encoder out;
    out.decimal(*decimal);
    if (out.view() != input) std::abort();
  }
#ifdef CAVEAT_PLANTED_DEFECT
  if (value->kind == Kind::map && value->items.size() == 4 && value->items[3].kind == Kind::text) __builtin_trap();
#endif
  return 0;
}
