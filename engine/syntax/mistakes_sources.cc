// Behind the title of a source: its place in the law and the days of its force, as lawyers write them.
#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/syntax/codes.h"
#include "engine/syntax/explainer.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

}  // namespace

// in force since 2026-01-01, effective from 2026-01-01, from 2026-01-01
std::optional<Complaint> Explainer::begins_of_speech() {
  if (type(0) != P::SOURCE || at_ < 3 || at_ >= count_) return std::nullopt;
  constexpr auto kWords =
      std::to_array<std::string_view>({"in", "force", "since", "effective", "effect", "from", "as", "of", "on", "with",
                                       "valid", "starting", "applies", "applicable"});
  const auto is = [&](std::size_t at) {
    return at < count_ && std::find(kWords.begin(), kWords.end(), text(at)) != kWords.end();
  };
  std::size_t first = at_;
  if (!is(first)) return std::nullopt;
  while (first > 3 && is(first - 1)) --first;
  std::size_t behind = at_;
  while (is(behind)) ++behind;
  if (type(behind) != P::DATE && type(behind) != P::DATE_WORDS) return std::nullopt;
  return offering(first, behind - 1, {"in force from"});
}

// article 6(1)(a), regulation 76(5), paragraph 3 of article 9: what is not said by numbers alone stands in quotes.
std::optional<Complaint> Explainer::place_of_speech() {
  if (type(0) != P::SOURCE || at_ < 3 || at_ >= count_ || begins_line(at_)) return std::nullopt;
  std::size_t first = 0;  // behind the title
  for (std::size_t i = at_; i > 1 && first == 0; --i)
    if (type(i - 1) == P::TEXT) first = i;
  const auto ends = [&](std::size_t at) {
    return at >= count_ || begins_line(at) || type(at) == P::TEXT || type(at) == P::COMMA ||
           type(at) == P::IN_FORCE_FROM || type(at) == P::IN_FORCE_UNTIL || type(at) == P::READS ||
           type(at) == P::LINK || type(at) == P::ENTRY || type(at) == P::FROM || type(at) == P::UNTIL;
  };
  if (first == 0 || ends(first)) return std::nullopt;
  std::size_t behind = first;
  bool number = false, bracket = false, of = false;
  for (; !ends(behind); ++behind) {
    number = number || type(behind) == P::NUMBER;
    bracket = bracket || type(behind) == P::LPAREN;
    of = of || (behind > first && text(behind) == "of");
  }
  if (!number || (!bracket && !of) || !is_ascii(text(first, behind - 1)) || at_ >= behind) return std::nullopt;
  const bool named = type(first) == P::SECTION;
  const std::string place = named ? text(first + 1, behind - 1) : text(first, behind - 1);
  Complaint c = offering(first, behind - 1, {"section \"" + place + "\""});
  c.help = Both{"a place that is no number is named in quotes", "条款不是单纯数字时写在引号中"};
  return c;
}

}  // namespace caveat::syntax
