// Clause: the stretch of a normal text in which gaps and cue words reach (semantics.md 24, 39).
// Bounds are 。 ! ? ; , and line ends; a comma or full stop of a figure is part of it, a full stop inside a word is none.
//
// Cost       linear in the stretch looked at
#pragma once

#include <string_view>

#include "engine/text/normalise.h"

namespace caveat::text {

// Bytes of the bound that begins at byte `at` of a normal text; 0: none does.
std::size_t clause_bound_at(std::string_view normal, std::size_t at);

// Whether the full stop or comma at byte `at` belongs to a figure: 4.5, 1,000 (a comma only before three digits: 3,5 may be two).
bool is_in_figure(std::string_view normal, std::size_t at);

// The clause round [begin, end): from after the last bound before it to before the first bound after it.
Range clause_around(std::string_view normal, Range range);

}  // namespace caveat::text
