// Spellings: how people write a value that a turn states in one way: by each of its names, with its digits parted, in words, in 万 or
// in thousands, a day in any order. What a data class hides is looked for in the turn's texts by each of them.
//
//   spellings_of(program, slot, "60000 CNY")    // 60000 cny, 60,000, 6万, 六万, 60 thousand, sixty thousand, …
//   spellings_of(program, slot, "12000 CNY")    // 一万二, 1万2, 1万2千, …: what stands alone; 一万二千五 is another number
//
// Promises   what is too short to mean the value by itself is looked for nowhere: a number of one or two digits without its unit (3, 65), one
//            that is a single Han sign (三, 廿) or English word below eleven without it, a text or a name of fewer than four bytes (甲), but a
//            code of a letter and a digit (C3). A number is told exactly: nearly 六万, over 60 thousand are not found
// Cost       of one value, some dozens of short strings
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/program/program.h"

namespace caveat::decide {

struct Spelling {
  enum class Where : std::uint8_t {
    anywhere,
    alone,    // where no digit, numeral or letter goes on with it: 6万 is not said by 16万
    day,      // where the text names that day (engine/text/days.h)
    matched,  // too short to be looked for: where that is all that a rule found
  };
  std::string form;  // in normal form, with plain numerals; of a day 2026-02-01
  Where where = Where::anywhere;
  friend auto operator<=>(const Spelling&, const Spelling&) = default;
};

// `type`: of the value, which is that of an element where the slot holds a list. One may be added twice.
void add_spellings(std::vector<Spelling>& all, const program::Program& program, const program::SlotRow& slot,
                   program::SlotType type, std::string_view value);

// Does a spelling that has to stand by itself do so at these bytes of a text in normal form?
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace caveat::decide
