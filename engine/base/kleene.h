// Kleene: strong three-valued logic, by truth table and nothing cleverer (semantics.md 14).
#pragma once

#include <cstdint>

namespace caveat {

enum class Kleene : std::uint8_t {
  no = 0,
  unknown = 1,
  yes = 2
};  // the order makes `and` the minimum, `or` the maximum

constexpr Kleene operator&(Kleene a, Kleene b) { return a < b ? a : b; }
constexpr Kleene operator|(Kleene a, Kleene b) { return a < b ? b : a; }
constexpr Kleene operator!(Kleene a) { return static_cast<Kleene>(2 - static_cast<int>(a)); }
constexpr Kleene kleene(bool value) { return value ? Kleene::yes : Kleene::no; }

// `unless B` is "and not certainly B": an unknown excuse does not excuse.
constexpr Kleene unless(Kleene when, Kleene excuse) { return excuse == Kleene::yes ? Kleene::no : when; }

}  // namespace caveat
