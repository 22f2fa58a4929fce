// Shown: what a reader sees of a text with mark-up, Markdown or HTML, with the way back to the source.
// Made for an answer that says its format; normalise takes it in place of a text, and places it leads back to are of the source.
//
//   Shown shown;
//   if (show("保**本**", Format::markdown, limits, shown)) …    // text() "保本", source({0, 6}) the bytes of 保**本
//
// Promises   first the *flow*, all that may be shown, in order: entities decoded, elements within a line gone, a line end between blocks and
//            between cells. Behind it, each on a line of its own, the other readings: what is left of a line where what may be hidden is,
//            in every way that may come out, and without signs that some take for mark-up; then *asides*, what no renderer should show and
//            one might (comments, alternative texts, targets, titles); last, each line of these that has percent-encoded signs, with them
//            decoded. Words that must not be there are looked for in all of it, those that must be there count only where they are
//            sure: is_sure, every renderer shows it
//            Places of the flow lead to the source in its order
// Errors     false: what is shown is more than words in their order (a script, a style sheet, a frame, text from the right), may come out
//            in too many ways, is beyond Limits::markup_bytes or markup_tags, or the library and we do not agree about where something
//            stands; then the source itself is the text, none of it sure, and whoever asked has a person look at it
// Threads    a Shown belongs to one; show may run in many
// Lifetime   points into the source, which must outlive it
// Cost       linear in the text, with 32 readings of a line at most and four times the text in all, and once more what is percent-encoded; a target is looked through for 2 KB. HTML is at most
//            quadratic in its tags, which are bounded, in Markdown too. Nothing is paid for plain texts, which need none
// Source     semantics.md 41, 42; CommonMark 0.30, GFM tables and strikethrough; HTML Living Standard 13.2; decisions/0016
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"

namespace caveat::text {

struct Range;

enum class Format : std::uint8_t { plain, markdown, html };  // in the order of the choices of answer.format
std::string_view name(Format format);

class Shown {
 public:
  struct Piece {  // of the text; they cover it, in order
    std::uint32_t begin, end;
    std::uint32_t from, to;  // of the source; a line end that no byte stands for has none
    bool linear;             // byte for byte; else all of the one stands for all of the other
    bool sure;               // every renderer shows it
    bool verbatim;           // in a code span or block: mark-up there is none
    bool html;               // within HTML that stands in Markdown
    bool line;
  };
  struct Element {  // within a line: a pair of marks, of which no one goes without the other
    std::uint32_t open, open_end, close, close_end;
    bool known;  // false: where its marks stand is not known
  };

  std::string_view text() const { return text_; }
  std::string_view source() const { return source_; }
  std::string_view flow() const { return std::string_view(text_).substr(0, flow_end_); }
  Range source(Range shown) const;  // the smallest that holds all it came from
  bool is_sure(Range shown) const;
  const std::vector<Piece>& pieces() const { return pieces_; }
  const std::vector<Element>& elements() const { return elements_; }
  // What of the flow came from [from, to) of the source.
  void append_shown(std::string& out, std::uint32_t from, std::uint32_t to) const;
  std::size_t first_behind(
      std::uint32_t from) const;  // the first piece of the flow that ends behind that place of the source

 private:
  friend class Showing;
  friend bool show(std::string_view source, Format format, const Limits& limits, Shown& out);
  std::size_t piece_at(std::uint32_t at) const;
  std::string text_;
  std::string_view source_;
  std::uint32_t flow_end_ = 0;
  std::vector<Piece> pieces_;
  std::vector<Element> elements_;
};

bool show(std::string_view source, Format format, const Limits& limits, Shown& out);

}  // namespace caveat::text
