// Lexicons: all word lists of a program, and which of them a text hits.
// Built when a program is opened; what `contains any of L`, `contains "x"`, `contains all of` and `lacks` ask, they ask here.
//
//   Lexicons lexicons({{.terms = {"保本", "risk-free"}, .but_not = {"保本点"}}}, faults);
//   MatchScratch scratch(lexicons, limits.hits);
//   lexicons.match(normal, scratch);
//   if (scratch.has(0)) …                              // scratch.matches(): where, by begin
//
// Promises   a hit inside or overlapping a `but not` phrase of its list does not count; such a phrase is matched on the text folded in
//            width and case only (转人工！智能, 人工 智能 are not 人工智能). `exact_case` and `exact_form` look at the original of a hit
//            again. More hits than the scratch holds: `over_limit`; what is asked of that text is then unknown, cause limit
// Threads    Lexicons are const once built and serve all threads; a MatchScratch belongs to one
// Lifetime   a MatchScratch fits the Lexicons it was made for
// Cost       one scan a text, then in its hits; a warm scratch does not allocate
// Source     semantics.md 6, 23, 30, 39; evaluation.md 7
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/text/cues.h"
#include "engine/text/normalise.h"
#include "engine/text/scan.h"

namespace caveat::text {

struct Lexicon {
  std::vector<std::string> terms = {};    // as written; each may hold one gap
  std::vector<std::string> but_not = {};  // as written; without gaps
  bool exact_case = false;                // upper and lower case differ
  bool exact_form = false;                // the very bytes: width, script form and case differ
};

struct LexiconFault {
  std::uint32_t lexicon = 0;
  std::uint32_t term = 0;  // index in `terms` or `but_not`
  bool exception = false;  // in `but_not`
  NeedleFault fault = NeedleFault::none;
};

struct Match {
  std::uint32_t lexicon = 0;  // index
  std::uint32_t term = 0;     // index in its terms
  Range normal;               // in the normal text
  friend bool operator==(const Match&, const Match&) = default;
};

class Lexicons;

class MatchScratch {
 public:
  MatchScratch(const Lexicons& lexicons, std::size_t max_hits);
  bool has(std::uint32_t lexicon) const { return (hit_[lexicon / 64] >> (lexicon % 64) & 1) != 0; }
  std::span<const std::uint64_t> hit_lexicons() const { return hit_; }  // a bit each
  std::span<const Match> matches() const { return matches_; }           // by begin, end, lexicon, term
  std::span<const CueHit> cues() const { return cues_; }                // by begin, the longer first
  std::size_t terms_hit(std::uint32_t lexicon);                         // different ones: for `contains all of`
  bool over_limit() const { return over_limit_; }

 private:
  friend class Lexicons;
  struct Exception {
    std::uint32_t lexicon, begin, end;
  };
  ScanScratch scan_;
  std::vector<Match> matches_;
  std::vector<Exception> exceptions_;
  std::vector<CueHit> cues_;
  std::vector<std::uint64_t> hit_;
  std::vector<std::uint32_t> terms_;
  std::string folded_, kept_;  // of a hit that is looked at again
  std::size_t max_hits_;
  bool over_limit_ = false;
};

class Lexicons {
 public:
  Lexicons() = default;
  // Terms with a fault are left out; whoever compiled the pack has refused them before. `with_cues`: claims are asked of them.
  Lexicons(std::span<const Lexicon> lexicons, std::vector<LexiconFault>& faults, bool with_cues = false);
  bool has_cues() const { return has_cues_; }

  void match(const NormalText& text, MatchScratch& scratch) const;

  std::size_t size() const { return term_counts_.size(); }
  std::size_t terms(std::uint32_t lexicon) const { return term_counts_[lexicon]; }
  const Scanner& scanner() const { return scanner_; }

 private:
  struct Use {
    std::uint32_t lexicon, term;
    bool exception;
    std::uint32_t exact;  // index + 1 into exact_; 0: folded is enough
  };
  struct Exact {
    std::string head, tail;  // as written, or folded without case
    bool form;
  };
  static bool is_exact(const Exact& wanted, const NormalText& text, Range normal, MatchScratch& scratch);

  Scanner scanner_;
  std::vector<std::uint32_t> uses_begin_;  // by needle id
  std::vector<Use> uses_;
  std::vector<Exact> exact_;
  std::vector<std::uint32_t> term_counts_;  // by lexicon
  bool has_exceptions_ = false;
  bool has_cues_ = false;
};

}  // namespace caveat::text
