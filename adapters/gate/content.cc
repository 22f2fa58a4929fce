#include "adapters/gate/content.h"

#include <stdexcept>

#include "adapters/wire/digest.h"
#include "adapters/wire/turn.h"

namespace caveat::gate {

bool Content::is_same(const Content& other, const Limits& limits) const {
  return (!bytes_.empty() && bytes_ == other.bytes_) || digest(limits) == other.digest(limits);
}

Digest Content::digest(const Limits& limits) const {
  if (bytes_.empty()) return digest_;
  decide::Fields fields;
  if (!wire::parse_turn(bytes_, fields, limits)) throw std::logic_error("a turn that was read and can be read no more");
  return wire::canonical_digest(fields);
}

}  // namespace caveat::gate
