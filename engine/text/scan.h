// Scanner: finds every needle of a program in one pass over a text in its normal form.
// Built from the needles of all lexicons and phrases when a program is opened; asked once for each text of a turn.
//
//   Needle needle;
//   if (make_needle(7, "年化 … %", true, needle) != NeedleFault::none) …
//   Scanner scanner(needles);
//   ScanScratch scratch(limits.hits);
//   scanner.scan(normal.text(), scratch);              // scratch.hits(): (needle, begin, end), by begin, end, needle
//
// Promises   every occurrence of every needle, overlapping ones too, each once. A needle that begins or ends with a letter or digit
//            of a script that has blanks stands on a word bound there (`word_boundary`; `fund` is not in `refunded`, 5% is not in
//            95% or 4.5%, 000 not in 1,000); Chinese needs none. A gap spans up to 12 characters of one clause; each head takes the nearest tail
//            More hits than the scratch holds: `over_limit`, and the hits are not all of them
// Threads    a Scanner is const once built and serves all threads; a ScanScratch belongs to one
// Lifetime   owns all it needs of the needles
// Cost       building: linear in the needles' bytes. Scanning: linear in the text, whatever it and the needles are; no allocation
// Source     Aho and Corasick 1975; docs/decisions/0002-text-scan.md
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace caveat::text {

constexpr std::uint32_t kGapCharacters = 12;

struct Needle {
  std::uint32_t id = 0;
  std::string head;  // normal form
  std::string tail;  // after the gap; empty: there is none
  bool word_boundary = true;
};

enum class NeedleFault : std::uint8_t {
  none,
  empty,         // nothing is left of it in normal form
  several_gaps,  // a phrase may hold one
  open_gap,      // a gap at its begin or end
};

// From what an author wrote: folds it and cuts it at its gap, `…` or `……`.
NeedleFault make_needle(std::uint32_t id, std::string_view written, bool word_boundary, Needle& out);

// Where `phrase` next stands in `text` at or after `from`, on word bounds as a needle does; npos: nowhere. Both in normal
// form: for what only the turn tells to look for. An empty phrase stands nowhere. `left`: how many places off the bounds
// may still be passed over; at 0 the search is given up, or hostile texts would cost the product of their lengths.
std::size_t find_phrase(std::string_view text, std::string_view phrase, std::size_t from, std::size_t& left);

struct Hit {
  std::uint32_t needle = 0;  // its id
  std::uint32_t begin = 0;   // bytes of the normal text
  std::uint32_t end = 0;
  friend bool operator==(const Hit&, const Hit&) = default;
};

class ScanScratch {
 public:
  explicit ScanScratch(std::size_t max_hits);  // allocates all it will ever need
  std::span<const Hit> hits() const { return hits_; }
  bool over_limit() const { return over_limit_; }

 private:
  friend class Scanner;
  bool add(std::vector<Hit>& to, Hit hit);
  std::vector<Hit> hits_;
  std::vector<Hit> heads_;  // of needles with a gap; `needle` is the needle's index here
  std::vector<Hit> tails_;
  std::size_t max_hits_;
  bool over_limit_ = false;
};

class Scanner {
 public:
  Scanner() = default;
  explicit Scanner(std::span<const Needle> needles);

  void scan(std::string_view normal_text, ScanScratch& scratch) const noexcept;

  std::size_t states() const { return states_.size(); }
  std::size_t bytes() const;  // memory taken

 private:
  struct State {
    std::uint64_t children = 0;  // a bit for each child's code point, folded to 64: most misses end here
    std::uint32_t fail = 0;      // the longest proper suffix that is a state
    std::uint32_t report = 0;    // this state or the nearest of its suffixes at which a pattern ends; 0: none
  };
  struct Pattern {
    std::uint32_t size = 0;  // bytes
    std::uint32_t uses_begin = 0, uses_end = 0;
  };
  enum class Role : std::uint8_t { whole, head, tail };
  struct Use {             // of a pattern by a needle
    std::uint32_t needle;  // id, for `whole`; index into gaps_ else
    Role role;
    bool word_boundary;
  };
  struct Slot {
    std::uint64_t key = 0;  // state and code point; 0: free
    std::uint32_t next = 0;
  };

  std::uint32_t child(std::uint32_t state, char32_t c) const;
  std::uint32_t root_child(char32_t c) const;
  void join_gaps(std::string_view text, ScanScratch& scratch) const;

  std::vector<State> states_;
  std::vector<std::uint32_t> pattern_of_;  // by state: index + 1 of the pattern that ends there
  std::vector<Pattern> patterns_;
  std::vector<Use> uses_;
  std::vector<std::uint32_t> gaps_;  // needle ids
  std::vector<Slot> slots_;          // open addressing
  std::uint64_t slot_mask_ = 0;
  std::vector<std::uint16_t> root_block_;  // of the BMP, 64 code points each
  std::vector<std::uint32_t> root_next_;
};

}  // namespace caveat::text
