// decide: from one turn to its decision: the pure heart of the product.
// Called by gate for every way in and by trial for examples; nothing else decides.
//
//   Scratch scratch;                                       // one a thread
//   const Decision& decision = decide(ruleset, request, state, scratch);
//
// Promises   deterministic: the same Ruleset, Request and state give the same Decision; nothing is thrown; an unknown
//            never passes in silence; the order of rules, files and packs changes nothing
// Threads    one Scratch a thread; Ruleset and Request are only read
// Lifetime   the Decision points into the Scratch, valid until its next use, and into Program and Request
// Cost       in the rules that are not certainly false; nothing is allocated once the Scratch is warm; its growth is
//            capped (Limits::scratch_bytes): beyond it a condition is unknown, cause `limit`
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/digest.h"
#include "engine/decide/data.h"
#include "engine/decide/decision.h"
#include "engine/decide/request.h"
#include "engine/program/program.h"

namespace caveat::decide {

// Parameter files beside the packs; their digest stands in each record, as those of the data sets do.
struct Parameters {
  Digest digest{};
};

// One immutable snapshot that decisions are taken with.
struct Ruleset {
  std::shared_ptr<const program::Program> program;
  Data data;
  Parameters parameters;
};

// What the gate must fetch before it decides.
struct StateKey {
  enum class Kind : std::uint8_t { idempotency, conversation, hold, window, once, requirement };
  Kind kind = Kind::idempotency;
  std::string_view subject;        // whose: the request's id, the conversation's, the customer's
  std::string_view discriminator;  // which of its values; may be empty
};
struct Needs {
  std::vector<StateKey> keys;  // by (kind, subject, discriminator)
};
Needs needs(const program::Program& program, const Request& request);

// What was fetched. (Windows join it with their own issue; the gate looks at idempotency itself.) Which once-disclosures a turn
// comes to is known when it is decided: whoever finds some of Scratch::once used up decides again, with those.
struct StateView {
  bool readable = true;             // false: counts are [seen, ∞)
  std::span<const Once> used = {};  // ascending
  // Recipients of an outreach whom a person has, or awaits, by position, ascending: what is sold to them or asked of them back
  // is withheld (contracts.md 19).
  std::span<const std::uint32_t> held = {};
  // What the customer asked last in his conversation, in an earlier turn, and no answer has gone out to: read where the message of the
  // turn asks nothing (semantics.md 40). Whether a decision hangs on it is known when it is made (Scratch::wants_question).
  std::string_view question = {};
};

class Scratch {
 public:
  explicit Scratch(const Limits& limits = {});
  ~Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;

  struct Inside;  // arena, hit lists, survivors: of decide.cc and its neighbours
  Inside& inside() { return *inside_; }
  // What the last decision discloses that counts once, whether it goes out or not; ascending, once.
  std::span<const Once> once() const;
  // The last decision read an answer that says yes, and nothing that it says yes to: whoever has a question decides again, with it.
  bool wants_question() const;

 private:
  std::unique_ptr<Inside> inside_;
};

const Decision& decide(const Ruleset& ruleset, const Request& request, const StateView& state,
                       Scratch& scratch) noexcept;

// What the turn's message asks last, as it may be stored: StateView::question of later turns, if no answer goes out in this one. Empty:
// it asks nothing, or no rule would ask what is claimed. Of the decision that the scratch made last.
std::string open_question(const program::Program& program, const Request& request, const Decision& decision,
                          Scratch& scratch);

}  // namespace caveat::decide
