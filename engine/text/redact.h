// Redact: the final text of an answer: spans masked or replaced, disclosures set before and after.
// Made by the join for the reply, and on messages before they are stored.
//
//   apply_edits("卡号6222021234567890。", {{{6, 22}, Edit::Mode::keep, 0, 4, {}}});   // "卡号***7890。"
//
// Promises   edits are united where they overlap and widened to whole grapheme clusters; of several the strictest holds: full, then
//            label, then keep (fewer kept), then replace. The order of edits changes nothing. No letter or digit of a masked span
//            stands in the result but those that `keep` names, and the mask does not tell how many there were
//            What a replacement by nothing leaves behind goes too: a pair of brackets or quotes, a comma or a stop that ends nothing, a
//            line of nothing, a doubled blank; whether one place left it or several together
// Cost       linear in the text, n log n in the edits; with a RedactScratch that is used again nothing is allocated once it is warm
// Source     semantics.md 19, 41
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/markup.h"
#include "engine/text/normalise.h"

namespace caveat::text {

constexpr std::string_view kMask = "***";

struct Edit {
  enum class Mode : std::uint8_t { full, label, keep, replace };  // strictest first
  Range range;                                                    // bytes of the original
  Mode mode = Mode::full;
  std::uint8_t keep_first = 0, keep_last = 0;  // letters and digits; asked to keep them all, it keeps none
  std::string_view text;                       // of label and replace
};

struct RedactScratch {  // working memory, one a thread
  std::vector<Edit> all, united;
  std::vector<Range> letters;
  std::vector<std::size_t>
      gone;  // bytes of `whole`, ascending: where something was removed; of `carried`: where one ends
  NormalText normal;
  std::string result, whole, carried, own;
};

std::string apply_edits(std::string_view original, std::span<const Edit> edits);
void apply_edits(std::string_view original, std::span<const Edit> edits, RedactScratch& scratch, std::string& out);
// Nothing is left in it but blanks and marks: there is nothing to send.
bool says_nothing(std::string_view text);

struct Disclosed {
  bool at_start = false;
  std::string_view text;
  bool added = false;
};
// Sets each disclosure on a line of its own before or after the text, in the order given. One that the text already carries in
// normal form, by itself and not within a longer sentence or a quotation, and that no sentence behind takes back, is not added again
// (semantics.md 6), nor one twice.
void add_disclosures(std::span<Disclosed> all, RedactScratch& scratch, std::string& text);

// Of texts with mark-up: `shown` is the text, as show took it in that format.
//
// Promises   places of the source; elements within a line that an edit takes whole go with it, of those that it takes in part both marks
//            go, blocks stay. What is put in shows as it is written and adds no mark-up; within a target, a
//            title or a comment it is a mask whatever was asked for. Where a text would not show what it should, mark-up
//            is given up: it goes out as what is shown of it
//            A disclosure is a block of its own; one that stands there counts where every renderer shows it
// Cost       the text is read again, to see that it shows what it should
void apply_edits(const Shown& shown, Format format, const Limits& limits, std::span<const Edit> edits,
                 RedactScratch& scratch, std::string& out);
void add_disclosures(Format format, const Limits& limits, std::span<Disclosed> all, RedactScratch& scratch,
                     std::string& text);
// As it has to be written to show as it is.
std::string escaped(Format format, std::string_view text);

}  // namespace caveat::text
