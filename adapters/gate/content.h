// Content: what a turn asks, whatever its spelling: by it a repeat of an id is told from another request under the same id.
//
//   if (known.content.is_same(turn.content, limits)) replay(known);
//
// Promises   the same where wire::canonical_digest is; that digest is made only when it is asked for: nearly every id comes once, and
//            where it comes again its bytes are mostly those of then
// Threads    one belongs to one thread at a time
// Cost       a copy of the bytes; is_same: a comparison of them, or two readings
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/digest.h"
#include "engine/base/limits.h"

namespace caveat::gate {

class Content {
 public:
  static constexpr std::size_t kMostBytes = 4u << 10;  // what is larger is kept as its digest

  Content() = default;
  explicit Content(const Digest& digest) : digest_(digest) {}
  explicit Content(std::string_view bytes) : bytes_(bytes) {}  // of a turn that could be read with the same limits

  bool is_same(const Content& other, const Limits& limits) const;
  Digest digest(const Limits& limits) const;

 private:
  std::string bytes_;  // empty: digest_ says it
  Digest digest_{};
};

}  // namespace caveat::gate
