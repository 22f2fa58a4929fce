// Redact: the final text of an answer: spans masked or replaced, disclosures set before and after.
// Made by the join for the reply, and on messages before they are stored.
//
//   apply_edits("卡号6222021234567890。", {{{6, 22}, Edit::Mode::keep, 0, 4, {}}});   // "卡号***7890。"
//
// Promises   edits are united where they overlap and widened to whole grapheme clusters; of several the strictest holds: full, then
//            label, then keep (fewer kept), then replace. The order of edits changes nothing. No letter or digit of a masked span
//            stands in the result but those that `keep` names, and the mask does not tell how many there were
//            What a replacement by nothing leaves behind goes too: a pair of brackets or quotes, a doubled comma, a doubled blank
// Cost       linear in the text, n log n in the edits; with a RedactScratch that is used again nothing is allocated once it is warm
// Source     semantics.md 19, 41
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

// What became of a stretch of the original, for callers that show it.
struct Edited {
  Range original;
  Range result;
};

struct RedactScratch {  // working memory, one a thread
  std::vector<Edit> all, united;
  std::vector<Range> letters;
  NormalText normal;
  std::string result, carried;
};

std::string apply_edits(std::string_view original, std::span<const Edit> edits, std::vector<Edited>* edited = nullptr);
void apply_edits(std::string_view original, std::span<const Edit> edits, RedactScratch& scratch, std::string& out,
                 std::vector<Edited>* edited = nullptr);

// Sets each disclosure on a line of its own before or after the text, in the order given. One that the text already carries in
// normal form, by itself and not within a longer sentence or a quotation, is not added again (semantics.md 6), nor one twice.
std::string add_disclosures(std::string_view text, std::span<const std::string_view> at_start,
                            std::span<const std::string_view> at_end);
void add_disclosures(std::span<const std::string_view> at_start, std::span<const std::string_view> at_end,
                     RedactScratch& scratch, std::string& text);

}  // namespace caveat::text
