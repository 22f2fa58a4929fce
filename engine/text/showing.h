// Showing: how the readers of Markdown and of HTML tell what is shown. Part of text; nothing outside the room needs it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/text/markup.h"
#include "engine/text/normalise.h"

namespace caveat::text {

class Showing {
 public:
  Showing(std::string_view source, Format format, Shown& out);

  // `shown` stands for the bytes of the source; where it is those bytes, byte for byte.
  void put(std::string_view shown, Range from);
  void put(Range from) { put(source_.substr(from.begin, from.end - from.begin), from); }
  // The same with its entities decoded.
  void put_decoded(Range from);
  void blank() { put(" ", {end_, end_}); }
  void line();
  // An element within a line; its index, for `close`.
  std::size_t open(Range mark, bool known = true);
  void opened(std::size_t element, Range mark);  // of one whose mark was not known
  void close(std::size_t element, Range mark);
  void unknown(std::size_t element) { out_.elements_[element].known = false; }

  std::uint32_t end() const { return end_; }  // of the source: what was put last ends there
  Range range(const char* at, std::size_t size) const {
    const auto begin = static_cast<std::uint32_t>(at - source_.data());
    return {begin, begin + static_cast<std::uint32_t>(size)};
  }
  std::string_view source() const { return source_; }
  bool in_order() const { return in_order_; }
  void finish();

  int maybe = 0;  // depth of what a renderer may leave out
  bool unsure = false, verbatim = false;

 private:
  void aside(Range from);
  void other_readings();
  void append(std::string_view shown, Shown::Piece piece);
  std::string_view source_;
  Format format_;
  Shown& out_;
  std::uint32_t end_ = 0;
  bool in_order_ = true;
};

// A tag of HTML as it stands in a text.
struct Tag {
  std::string name;                   // in lower case
  bool closing = false, bare = true;  // bare: without attributes
};
// False: it is none (a comment, a processing instruction, a declaration).
bool read_tag(std::string_view written, Tag& out);
// Elements whose text every renderer shows, and those of them that begin and end a line; void ones hold nothing.
bool is_shown_tag(std::string_view name);
bool is_block_tag(std::string_view name);
bool is_void_tag(std::string_view name);

// "&#20445;" → "保"; what is no entity stays as it is written.
std::string decoded_entity(std::string_view written);

bool show_markdown(const Limits& limits, Showing& out);
bool show_html(Range range, const Limits& limits, Showing& out);

}  // namespace caveat::text
