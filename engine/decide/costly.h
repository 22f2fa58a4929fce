// Costly: what is asked of one text beyond its words: patterns and claims, each settled at most once a decision, when a rule asks.
//
// Promises   the answer to one question is found once and kept until `clear`; nothing is given back, so a warm one does not grow
// Threads    belongs to one Scratch
// Cost       linear in the text; asking again is linear in the questions asked of this text
// Source     evaluation.md 6; semantics.md 24, 25
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/kleene.h"
#include "engine/decide/cause.h"
#include "engine/decide/decision.h"
#include "engine/text/claims.h"
#include "engine/text/lexicon.h"
#include "engine/text/normalise.h"
#include "engine/text/pattern.h"

namespace caveat::decide {

// A text as it was searched: in its normal form, with what was found in it.
struct Searched {
  const text::NormalText* text = nullptr;
  const text::MatchScratch* hits = nullptr;
};

class Costly {
 public:
  struct Place {
    text::Range normal;
    Said said = Said::found;
  };
  struct Found {
    Kleene result = Kleene::no;
    Cause cause = Cause::none;
    std::span<const Place> places;  // valid until the next question
    bool of_no_question = false;    // of a claim: the text says yes, and nothing was asked
  };

  void clear() { asked_.clear(), places_.clear(), yes_.reset(), itself_known_ = false; }

  // Whether the text says yes to whatever was asked (semantics.md 24). `normal`: the text.
  bool assents(std::string_view normal) {
    if (!yes_) yes_ = text::assent(normal);
    return yes_->has_value();
  }

  // Whether the pattern of a group is found; more than `most` places: unknown, cause limit.
  Found pattern(std::uint32_t group, const text::Pattern& pattern, const text::NormalText& text, std::size_t most);

  // Whether a word of a group, which has so many terms, is claimed: each is read for itself. `question`: the message that an answer answers, a null text in it: there is none;
  // `question_unknown`: there is one, and nobody knows what it says.
  Found claims(std::uint32_t group, std::size_t terms, const Searched& said, const Searched& question,
               bool question_unknown);

 private:
  enum class What : std::uint8_t { pattern, claims };
  struct Asked {
    What what = What::pattern;
    std::uint32_t group = 0;
    Kleene result = Kleene::no;
    Cause cause = Cause::none;
    std::size_t first = 0, count = 0;
    bool of_no_question = false;
  };
  const Asked* known(What what, std::uint32_t group) const;
  Found told(const Asked& asked) const;
  Found keep(Asked asked);
  std::vector<Asked> asked_;
  std::vector<Place> places_;
  std::vector<text::Range> found_;
  std::optional<std::optional<text::Range>> yes_;  // the clause of the text that is assent, once looked for
  std::vector<text::Assented> itself_;             // the text's own questions that it says yes to, once looked for
  bool itself_known_ = false;
  std::vector<std::uint32_t> denied_;  // terms, each once
};

}  // namespace caveat::decide
