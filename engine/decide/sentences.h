// Sentences: templates filled with facts and matches, values as people read them, and the fixed texts of last resort.
// Part of explain, which is the only place that makes sentences; decide asks it for what a customer is told.
//
// Promises   a fact of a protected data class stands masked in every sentence
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/language.h"
#include "engine/decide/decision.h"
#include "engine/decide/request.h"
#include "engine/decide/spellings.h"
#include "engine/program/program.h"
#include "engine/text/normalise.h"

namespace caveat::decide {

// What a sentence is about: for which product, action and recipient a rule was judged, what it matched.
struct Topic {
  const program::Program* program = nullptr;
  const Request* request = nullptr;
  Language language = Language::zh;
  std::int32_t product = -1, action = -1;
  std::string_view match;
  std::int32_t recipient = -1;
  std::span<const Redacted> untold = {};  // of the turn's texts (Decision): hidden in every sentence
};

// What `masked` gives; `as`: how a label is told, itself where `{}` stands.
void append_masked(std::string& out, std::span<const Redacted> places, TextPart part, std::string_view text,
                   std::size_t begin, std::size_t end, std::string_view as = "{}");
// What `shown` gives, or of a text of the turn what is not `untold`.
void append_told(std::string& out, const program::Program& program, const Request& request,
                 std::span<const Redacted> untold, std::uint32_t slot, std::int32_t item, Language language);
// Every class above the pack's lowest is protected (JR/T 0171: C1 < C2 < C3).
bool is_protected(const program::Program& program, std::uint32_t slot);

// The values of the facts that their class hides, as people write them; sorted, once.
std::vector<Spelling> protected_values(const program::Program& program, const Request& request,
                                       std::span<const FactUsed> facts);
// Adds the places at which one of `values` stands in a text of the turn, by whatever rule it was read and whether a rule looked for it or
// not.
void find_values(std::vector<Redacted>& out, TextPart part, std::string_view text, std::span<const Spelling> values,
                 text::NormalText& held, const text::Shown* shown = nullptr);

void append_value(std::string& out, const Topic& topic, std::uint32_t slot);
// Appends the template; false: it interpolates nothing.
bool append(std::string& out, const Topic& topic, program::Pieces pieces);
// Whether each fact that it puts in is known of what it is told of.
bool tells_all(const Topic& topic, program::Pieces pieces);

// Does this rule, as it came out, require it: by name, or since its facts are asked for by default?
bool requires_it(const program::Program& program, const Reason& reason, const Required& what);
// Does it help to bring it: is it for the turn, or for an item that stays?
bool helps(const program::Program& program, const Decision& decision, const Reason& reason);
bool helps(const program::Program& program, const Decision& decision, const Required& what);
program::Pieces ask_of(const program::Program& program, const Required& what);

// What is said when neither rule nor queue has a text.
std::string_view fallback(Verdict verdict, Language language);

// What is said to who waits at a queue: its own words for now, or else the fallback. A queue that is closed and has no words for
// that does not use those of its open hours, which promise a person.
struct Waiting {
  program::Pieces pieces;
  std::string_view otherwise;
};
Waiting waiting_at(const program::Program& program, const program::QueueRow& queue, Language language, Microseconds at,
                   std::int32_t offset);
// The fixed texts that `Waiting::otherwise` may be.
std::array<std::string_view, 2> waiting_fallbacks(Language language);

}  // namespace caveat::decide
