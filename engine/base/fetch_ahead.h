// fetch_ahead: bytes on their way into the cache while other things are done.
// Used where what is read next is known some time before, and is seldom in the cache: cells of a request, rows of a program.
//
// Promises   changes nothing but the time; any address will do
#pragma once

#include <cstddef>

namespace caveat {

// A function that only fetches counts as one without effects, and GCC leaves calls of it out: each on the way is inlined for
// certain.
[[gnu::always_inline]] inline void fetch_ahead(const void* first, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += 64) __builtin_prefetch(static_cast<const char*>(first) + at);
}
template <class T>
[[gnu::always_inline]] inline void fetch_ahead(const T* first) {
  fetch_ahead(first, 1);
}

}  // namespace caveat
