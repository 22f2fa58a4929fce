// TextGate: the words without one of which a condition is certainly false: what `contains`, `contains any of`, `contains all of` and `claims`
// look for in one text, also where several of them stand in an `or`. By it most rules on an answer are dropped before their conditions are
// settled (evaluation.md 4 and 7).
//
// Promises   found in the text though not where it counts (a denial, a place that not all are shown): the gate is open, and the condition
//            says what it comes to
// Threads    free functions
// Cost       linear in the condition; at build time, and when an image is opened
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/program/index_rows.h"
#include "engine/program/rows.h"

namespace caveat::program {

struct TextGate {
  std::uint32_t slot = kNone, frame = 0, cell = 0;  // of the text
  bool claims = false;  // a text that is assent claims what it does not hold (semantics.md 24): there it says nothing
  std::vector<std::uint32_t> groups;  // of words, ascending
};

// Of the condition whose last node is `at`; none: no words are needed. `indices`: those of the image.
std::optional<TextGate> text_gate(std::span<const Node> nodes, std::size_t at, std::span<const std::uint32_t> indices);

// The same as a test, whose groups are put behind those in `groups`.
TestRow test_of(const TextGate& gate, std::vector<std::uint32_t>& groups);

}  // namespace caveat::program
