// How much of a matrix a run goes through: all of it by night, a sample else; less under a sanitizer, which looks for something else.
#pragma once

#include <cstddef>
#include <cstdlib>

namespace caveat::audit::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

inline bool all_of_it() { return !kSanitized && std::getenv("CAVEAT_NIGHTLY") != nullptr; }
inline std::size_t sample(std::size_t count) { return kSanitized ? count / 20 + 1 : count; }

}  // namespace caveat::audit::testing
