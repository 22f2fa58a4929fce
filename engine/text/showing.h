// Showing: how the readers of Markdown and of HTML tell what is shown. Part of text; nothing outside the room needs it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/markup.h"
#include "engine/text/normalise.h"

namespace caveat::text {

class Showing {
 public:
  Showing(std::string_view source, Format format, Shown& out);

  // `shown` stands for the bytes of the source; where it is those bytes, byte for byte.
  void put(std::string_view shown, Range from);
  void put(Range from) { put(source_.substr(from.begin, from.end - from.begin), from); }
  // What an entity stands for; one of a line end is a blank.
  void put_entity(Range from);
  // The same with its entities decoded.
  void put_decoded(Range from);
  // What was put as it is written, and some decode: read once more at the end.
  void or_decoded(Range from);
  void blank() { put(" ", {end_, end_}); }
  void line();
  bool in_line() const { return !out_.text_.empty() && out_.text_.back() != '\n' && out_.text_.back() != ' '; }
  // An element within a line; its index, for `close`.
  std::size_t open(Range mark, bool known = true);
  void opened(std::size_t element, Range mark);  // of one whose mark was not known
  void close(std::size_t element, Range mark);
  void unknown(std::size_t element) { out_.elements_[element].known = false; }

  // What follows is shown or not as one that is `hidden_by` the same is (a tag's name and what it says of itself), until unhide.
  // A block brings the line ends around it along.
  void hide(const std::string& hidden_by, bool block);
  void unhide() {
    hiders_[hider_].last = hiders_.size() - 1;
    hider_ = hiders_[hider_].parent;
  }
  std::size_t hider() const { return hider_; }  // 0: what stands here is hidden by nothing

  // What an entity stands for, with its ampersand; what is none stays as it is written.
  const std::string& entity(std::string_view written);
  // The end of what may be an entity that begins at `at`.
  static std::size_t entity_end(std::string_view text, std::size_t at);

  std::uint32_t end() const { return end_; }  // of the source: what was put last ends there
  Range range(const char* at, std::size_t size) const {
    const auto begin = static_cast<std::uint32_t>(at - source_.data());
    return {begin, begin + static_cast<std::uint32_t>(size)};
  }
  std::string_view source() const { return source_; }
  bool in_order() const { return in_order_; }
  // False: it may be read in too many ways.
  bool finish();

  bool unsure = false, verbatim = false, html = false;

 private:
  struct Hider {
    std::size_t parent, depth, key;
    bool block;
    std::size_t last = ~std::size_t{0};  // within it; they are numbered as they open
  };
  struct Lines {  // of pieces, from a line end to another
    std::size_t first, last;
  };
  std::size_t common(std::size_t a, std::size_t b) const;
  void aside(Range from);
  void again(std::size_t begin, std::size_t end);
  void percent_decoded(std::size_t begin, std::size_t end);
  bool other_readings(Lines lines, std::size_t base);
  bool readings_of(Lines lines, std::size_t base);
  bool every_reading(const std::vector<Lines>& runs, std::size_t base);
  void reading(const std::vector<Lines>& runs, std::size_t base, const std::vector<std::size_t>& hidden,
               bool without_signs);
  bool is_hidden(std::size_t piece, std::size_t base, const std::vector<std::size_t>& hidden) const;
  void append(std::string_view shown, Shown::Piece piece);
  std::string_view source_;
  Format format_;
  Shown& out_;
  std::uint32_t end_ = 0;
  bool in_order_ = true;
  bool in_aside_ = false;
  std::size_t hider_ = 0;
  std::vector<Hider> hiders_{{0, 0, 0, false}};
  std::vector<std::size_t> hider_of_;  // by piece
  std::vector<Range> or_decoded_;
  std::map<std::string, std::size_t> keys_;
  std::map<std::string, std::string, std::less<>> entities_;
};

// A tag of HTML as it stands in a text.
struct Tag {
  std::string name;  // in lower case
  bool closing = false;
};
// False: it is none (a comment, a processing instruction, a declaration).
bool read_tag(std::string_view written, Tag& out);
// Where a tag ends that begins at `at`, quoted values looked over; npos: nowhere, or its attributes are too many to be compared.
std::size_t tag_end(std::string_view html, std::size_t at);
// A comment that ends at one place for all who read it, at `at`; its end, npos: it is none.
std::size_t comment_end(std::string_view html, std::size_t at);

// What a tag does with the text that it holds.
enum class Holds : std::uint8_t {
  shown,    // every renderer shows it
  hidden,   // one may not: `hidden_by` is what it depends on
  refused,  // what is shown is beyond us: a script, a style, a reading from the right
};
Holds judge_tag(std::string_view written, std::string& hidden_by);
// Those of them that begin and end a line; void ones hold nothing.
bool is_block_tag(std::string_view name);
bool is_void_tag(std::string_view name);
// Names of elements that everybody knows: such a tag by itself says nothing to a reader.
bool is_known_tag(std::string_view name);
// A target that a click runs, or that brings along a page of its own. A picture may come along whole, but one of words.
bool is_active_target(std::string_view target, bool picture);

// "&#20445;" → "保"; what is no entity stays as it is written.
std::string decoded_entity(std::string_view written);

bool show_markdown(const Limits& limits, Showing& out);
bool show_html(Range range, const Limits& limits, Showing& out);

}  // namespace caveat::text
