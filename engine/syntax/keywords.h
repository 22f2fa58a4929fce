// Keywords: grammar/keywords.def and grammar/units.def as tables that can be asked.
//
// Promises   built once; the first spelling in each language is the one that is printed
// Threads    all calls may run together
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/language.h"

namespace caveat::syntax {

enum class KeywordKind : std::uint8_t {
  declaration,
  word,
  tag,
  line,
  clause,
  modifier,
  type,
  effect,
  compare,
  logic,
  group,
  value,
  tail,
  unit
};

struct Spelling {
  int token = 0;
  KeywordKind kind = KeywordKind::word;
  Language language = Language::en;
  std::string text;  // words parted by one blank
  std::vector<std::string> words;
};

// The spellings that begin with `first_word`, longest first.
const std::vector<const Spelling*>& spellings_from(std::string_view first_word);
// Of a unit or tail: those that may follow a number, longest first.
const std::vector<Spelling>& units_and_tails();
// Every spelling of a token, those of `language` first; empty for tokens that are no keyword.
// Of several words, the last this one, what is before it a comparison or a joining word: `is` and `known` are *is known*.
const Spelling* phrase_ending_in(std::string_view word);

bool is_effect(int token);
std::vector<const Spelling*> spellings_of(int token, Language language);
const std::vector<Spelling>& all_spellings();

// The canonical name of a unit as written ("分钟" → "minute"); empty if it is none.
std::string_view unit_name(int token, std::string_view written);

// Of what stands behind the digits of a number, the bytes that multiply it: 万 of 万元, ` million` of ` million CNY`.
std::size_t magnitudes_of(std::string_view behind_the_digits);

// The canonical name of a word of one of the closed lists (subject, verdict, priority, proof, scope), or empty.
std::string_view value_of(std::string_view list, std::string_view written);
std::vector<std::string> values_in(std::string_view list, Language language);
std::string value_in(std::string_view list, std::string_view canonical, Language language);

}  // namespace caveat::syntax
