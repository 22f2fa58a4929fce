// NormalText: a text as it is matched, with the way back to every byte it came from.
// Made once for each text of a turn; needles of lexicons go through the same folding when they are compiled.
//
//   NormalText normal;
//   normalise("担保：保\u200B本！", normal);           // "担保:保本!"
//   Range there = normal.original(9, 15);              // the bytes of 保\u200B本
//
// Promises   NFKC_Casefold; what is written for an apostrophe (’ ‘ ′) is ', for a hyphen (‐ ‑ – −) -; NUL, controls, noncharacters and invisible format characters are dropped; a run of blanks is one
//            blank, none between two Han characters; a run with a line end is one line end. Nothing else is joined, so a clause
//            bound or a line end parts as before (semantics.md 39). Normalising twice is normalising once. Fixed by kTextVersion
//            A bound of the normal text maps to a bound of the original, monotone; what folds together maps to all of it
//            At most 30 joining marks follow one character; more are dropped, or a page of them would cost its square
// Threads    a NormalText belongs to one thread; normalise may run in many
// Errors     none: a byte that is not UTF-8 (callers have refused it before) is U+FFFD
// Lifetime   points into the original, which must outlive it
// Cost       linear; allocates only to grow, so a reused NormalText soon does not; combining marks and what lies beyond the BMP
//            take a slower way, which allocates
// Source     semantics.md 23, 39; Unicode 15 NFKC_Casefold
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace caveat::text {

class Shown;

constexpr std::uint32_t kTextVersion = 1;  // part of the semantics version: raised when any text folds differently

struct Range {  // bytes, end excluded
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const Range&, const Range&) = default;
  friend auto operator<=>(const Range&, const Range&) = default;
};

class NormalText {
 public:
  std::string_view text() const { return text_; }

  // The bytes of the original that [begin, end) of the normal text came from: of a text with mark-up, of its source.
  Range original(std::uint32_t begin, std::uint32_t end) const;
  Range original(Range normal) const { return original(normal.begin, normal.end); }
  // The same, widened to whole grapheme clusters: what redactions and replacements take (semantics.md 41). Off the hot path.
  Range original_graphemes(Range normal) const;

  // As it was written, but for mark-up: what is shown of it, before anything folds.
  std::string_view written(Range normal) const;
  // Of a text with mark-up: does every renderer show it? Of any other it stands there.
  bool is_sure(Range normal) const;
  // Where what may be shown ends, and other readings of it begin (markup.h); else the text's end.
  std::size_t flow_end() const;
  const Shown* shown() const { return shown_; }  // null: it has no mark-up

  // Whether [begin, end) differs from its original in width and case only: nothing was dropped or run together inside.
  bool is_plain(Range normal) const;

 private:
  friend void normalise(std::string_view utf8, NormalText& out);
  friend void normalise(const Shown& shown, NormalText& out);
  friend class Folder;
  struct Segment {  // in order; linear: byte for byte; else all of the one stands for all of the other
    std::uint32_t normal, normal_end;
    std::uint32_t original, original_end;
    bool linear;
    bool joined;  // more than width and case: blanks run together
  };
  const Segment& segment_at(std::uint32_t normal) const;
  Range folded_from(std::uint32_t begin, std::uint32_t end) const;

  std::string text_;
  std::string_view original_;  // that was folded: what is shown, where there is mark-up
  const Shown* shown_ = nullptr;
  std::vector<Segment> segments_;
  std::string buffer_;
};

void normalise(std::string_view utf8, NormalText& out);
void normalise(const Shown& shown, NormalText& out);  // which must outlive it
inline NormalText normalise(std::string_view utf8) {
  NormalText out;
  normalise(utf8, out);
  return out;
}

// The normal form alone, without blanks at either end: for needles and for comparing texts.
std::string normal_form(std::string_view utf8);
// The same, held by a NormalText that is used again.
std::string_view normal_form(std::string_view utf8, NormalText& held);

}  // namespace caveat::text
