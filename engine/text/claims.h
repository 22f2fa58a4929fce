// Claims: what a text says of a word that was found in it: that it is so, perhaps so, not so, or only asked or quoted.
//
//   Polarity said = polarity(normal.text(), hit, scratch.cues());
//   if (is_claimed(said)) …                                // asserted or hedged
//
// Promises   reads the clause of the hit alone, and whether a condition or a question goes with it; deterministic, by the table of
//            cues; what it cannot make out is asserted, so that a promise does not pass for want of grammar
// Threads    pure
// Cost       linear in the clause; no allocation
// Source     semantics.md 24, 39, 40
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/text/cues.h"
#include "engine/text/normalise.h"

namespace caveat::text {

enum class Polarity : std::uint8_t { asserted, hedged, negated, asked, quoted };

constexpr bool is_claimed(Polarity polarity) { return polarity <= Polarity::hedged; }
std::string_view name(Polarity polarity);

// `cues`: those found in the whole text, by begin, the longer first.
Polarity polarity(std::string_view normal, Range hit, std::span<const CueHit> cues);

// The first clause that is assent and nothing else: 是的, 对的, "yes", "of course".
std::optional<Range> assent(std::string_view normal);

// Does a question mark stand behind the clause?
bool ends_with_question(std::string_view normal, Range clause);
// The last clause of a text that asks, with the one before it where it is a mere 对吗.
std::optional<Range> last_asked(std::string_view normal, std::span<const CueHit> cues);
// The questions of a text that it says yes to itself, in order: 保本吗？是的。
struct Assented {
  Range asked, yes;
};
void assented_itself(std::string_view normal, std::span<const CueHit> cues, std::vector<Assented>& out);
// What a bare 是的 to that question says of a word in it.
Polarity polarity_of_assent(std::string_view normal, Range hit, std::span<const CueHit> cues);

}  // namespace caveat::text
