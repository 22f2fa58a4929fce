// What an opened record holds, read as it was written: what is not there, or not of the kind that was asked for, is empty.
#pragma once

#include <string>

#include "audit/seal/sealer.h"
#include "engine/base/cbor.h"

namespace caveat::gate {

inline cbor::Value section_of(const audit::OpenedRecord& record, audit::Section which) {
  const audit::SectionBytes* bytes = record.find(which);
  Result<cbor::Value> value = cbor::decode(bytes == nullptr ? std::string_view() : std::string_view(bytes->encoded));
  return value ? std::move(*value) : cbor::Value{};
}

inline const cbor::Value* member_at(const cbor::Value& map, int key) {
  return map.kind == cbor::Value::Kind::map ? map.find(key) : nullptr;
}

inline std::string text_at(const cbor::Value& map, int key) {
  const cbor::Value* found = member_at(map, key);
  return found == nullptr ? std::string() : std::string(found->string);
}

}  // namespace caveat::gate
