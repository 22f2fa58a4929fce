// Pattern: an author's `matches /…/`, run over the normal text in linear time.
//
//   PatternFault fault;
//   std::optional<Pattern> pattern = Pattern::compile("年化\\s*\\d+(\\.\\d+)?%", fault);
//   pattern->find(normal.text(), spans, limits.hits);
//
// Promises   the text is in normal form, so the pattern's letters match any case and width: its full-width letters and digits are
//            folded as the text's are, a full-width sign stands for itself, never for an operator. ^ and $ are the text's ends,
//            `.` is no line end. Leftmost matches, none overlapping. A pattern that matches nothing at all (`a*`) is refused: it would
//            match everything
// Threads    const once compiled; serves all threads
// Cost       linear in the text; a pattern that needs over 8 MB is refused when it is compiled
// Source     semantics.md 25, 33; RE2 syntax
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/normalise.h"

namespace re2 {
class RE2;
}

namespace caveat::text {

struct PatternFault {
  enum class Kind : std::uint8_t {
    none,
    syntax,         // `detail`: the piece that is wrong
    unsupported,    // look-around, back-references: no linear engine runs them
    too_large,      // repeats more than 1,000 times, or needs more memory than a pattern may
    matches_empty,  // would match every text
  };
  Kind kind = Kind::none;
  std::string detail = {};
};

class Pattern {
 public:
  Pattern() = default;  // runs nothing: what a group without a pattern has
  static std::optional<Pattern> compile(std::string_view written, PatternFault& fault);

  bool matches(std::string_view normal) const;
  // Fills `spans`; false if there are more than `most`: the first of them are there, and the condition is unknown, cause limit.
  bool find(std::string_view normal, std::vector<Range>& spans, std::size_t most) const;

 private:
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace caveat::text
