// Result: a value or the Problem that stood in its way; it cannot be dropped unread.
//
//   Result<Request> bound = bind(program, fields);
//   if (!bound) return tl::unexpected(bound.error());
#pragma once

#include <tl/expected.hpp>

#include "engine/base/problem.h"

namespace caveat {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Problem> {
 public:
  using tl::expected<T, Problem>::expected;
};

}  // namespace caveat
