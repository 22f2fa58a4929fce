// Marks: where a text was meant to end whose quotation marks do not pair. A text runs to the mark that closes it or to the end of
// its line, so one mark that is forgotten or of another kind takes what follows into the text: a term its neighbour, a name the
// rest of the condition.
//
// Promises   what is offered closes the text before whatever reads as rule text; nothing is offered where that is a guess
// Cost       linear in the text; of one that is not closed, in its line
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/syntax/letters.h"

namespace caveat::syntax {

struct Slip {
  std::size_t end = 0;  // sign at which reading goes on as if it were closed
  enum class Kind { open, another_begins, other_mark, turned, twice, quoted_within, extra } kind = Kind::open;
  struct Offer {
    std::uint32_t begin = 0, end = 0;  // bytes
    std::string replacement;
  };
  std::optional<Offer> offer;
};

struct Marked {
  const StandIns& signs;
  std::string_view bytes;
  std::size_t begin = 0;     // sign of the mark
  std::size_t line_end = 0;  // sign
};

// Of a text that the lexer ended at `end`. `prose`: said to people, so that words of the language may stand in it.
std::optional<Slip> slip_of_marks(const Marked& text, std::size_t end, bool closed, bool prose);

// Of a mark that opens no text where one was meant to begin: ”甲“, ‘甲’, 'a".
std::optional<Slip> slip_of_turned_marks(const Marked& mark);

// The mark that closes a text which opens with this one.
std::string_view closer_of(std::string_view opener);

// Of a text as typed, of whatever marks: those at its ends, the latter empty where it is not closed.
struct Ends {
  std::string_view open, inner, close;
};
Ends ends_of(std::string_view typed);

}  // namespace caveat::syntax
