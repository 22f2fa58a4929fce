// Hash joined: the digest of some strings in a row, joined on the stack where they are short, as nearly all that is hashed is.
//
//   Digest digest = hash_joined(hash, kSectionDomain, salt, encoded);
#pragma once

#include <string>
#include <string_view>

#include "audit/record/record.h"

namespace caveat::audit {

template <class... Parts>
Digest hash_joined(HashFunction hash, const Parts&... parts) {
  constexpr std::size_t kRoom = 1'024;
  const std::size_t size = (parts.size() + ...);
  char room[kRoom];
  std::string more;
  if (size > kRoom) more.resize(size);
  char* const begin = size > kRoom ? more.data() : room;
  char* at = begin;
  ((at += std::string_view(parts).copy(at, parts.size())), ...);
  return hash({begin, size});
}

}  // namespace caveat::audit
