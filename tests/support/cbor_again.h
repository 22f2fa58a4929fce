// Encodes again whatever was decoded, to show that decode and encode are one another's mirror.
#pragma once

#include "engine/base/cbor.h"

namespace caveat {

inline void encode_again(cbor::Encoder& out, const cbor::Value& value) {
  using Kind = cbor::Value::Kind;
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
  for (const cbor::Value& each : value.items) encode_again(out, each);
}

}  // namespace caveat
