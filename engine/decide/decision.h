// Decision: what the engine decided about one turn: ids, spans and small numbers; sentences are made by explain alone.
// Made by decide, read by wire (reply), audit's bridge (record), explain and trial.
//
// Promises   deterministic: the same Program, Request and state give the same Decision and the same outcome bytes
// Lifetime   everything points into the Scratch that decide was given and is valid until its next use
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/units.h"
#include "engine/decide/cause.h"
#include "engine/program/schema.h"
#include "engine/text/markup.h"

namespace caveat::decide {

enum class Verdict : std::uint8_t { allow, revise, require, block, handoff };  // ascending
std::string_view name(Verdict verdict);

enum class TextPart : std::uint8_t { answer, message, outreach, material };  // which text a span speaks of

enum class Said : std::uint8_t { found, asserted, hedged, by_assent };  // of a claim: how it is made; else merely found

struct Match {  // one place in an original text
  TextPart part = TextPart::answer;
  std::uint32_t begin = 0, end = 0;  // bytes of the original, end excluded
  Said said = Said::found;
};

struct FactUsed {          // a fact that a reason stands on
  std::uint32_t slot = 0;  // Schema index
  bool known = true;
  Cause cause = Cause::none;  // why not, if not known
  std::int32_t item = -1;     // product, action or recipient it is of, -1: the turn's
};

struct Reason {             // one rule that fired, or that nothing could settle
  std::uint32_t rule = 0;   // Program's rule index = its rank
  bool unknown = false;     // true: its condition came out unknown
  bool by_default = false;  // the unknown was settled by the default (require or hand off)
  std::int32_t product = -1, action = -1, recipient = -1;  // what it was judged for; -1 each: the turn
  Verdict verdict = Verdict::allow;                        // what this rule alone asks for
  Cause cause = Cause::none;                               // of what is unknown though every fact in it is known
  std::span<const FactUsed> facts;
  std::span<const Match> matches;

  // The one item by which it is known: its product, else its action, else its recipient.
  std::int32_t item() const { return product >= 0 ? product : action >= 0 ? action : recipient; }
  bool item_is_action() const { return action >= 0 && product < 0; }
};

struct ItemVerdict {  // of one product, action or recipient
  bool action = false, recipient = false;
  std::uint32_t index = 0;  // position in the request
  std::string_view id;      // product id, action name or recipient's id
  Verdict verdict = Verdict::allow;
  std::span<const std::uint32_t> disclosures;  // wordings
};

struct Redacted {
  TextPart part;
  std::uint32_t begin, end;
  std::uint8_t mode;
  std::int16_t keep_first, keep_last;
  std::string_view label;
};
struct Disclosure {
  bool at_start;
  std::uint32_t wording;
};
inline constexpr std::uint8_t kPerConversation = 1, kPerDay = 2;
struct Once {  // a disclosure that is told once
  std::uint32_t wording = 0;
  std::uint8_t per = kPerConversation;
  std::int32_t product = -1;  // where the wording speaks of a product: its position in the turn
  Days day = 0;               // per day: the rule's day of the turn
  friend auto operator<=>(const Once&, const Once&) = default;
};
struct Required {
  bool is_fact;
  std::uint32_t index;
};  // requirement or slot
struct HandOff {
  std::uint32_t queue = 0;
  std::uint8_t priority = 2;     // 0 urgent … 3 low
  std::int64_t due_seconds = 0;  // after the turn's `at`; program::kNoDue (-1): neither rule nor queue says
  bool hold = true;              // by a rule: holds; by an unknown or a failure: for this turn only
  Cause cause = Cause::none;
};

struct Decision {
  Verdict verdict = Verdict::allow;
  std::span<const Reason> reasons;  // by (rule, item)
  std::span<const ItemVerdict> items;
  std::span<const Redacted> redactions;  // by (part, begin), disjoint
  // They, and the words found that are a fact of a protected class: stored as ***.
  std::span<const Redacted> masked;
  std::span<const Redacted> untold;         // of `masked` what no sentence tells; a replacement hides nothing
  std::span<const Disclosure> disclosures;  // by (place, wording rank), once
  std::span<const Once> told_once;          // of what it discloses: what is used up when it is sent; ascending, once
  std::span<const Once> left_out;           // what was used up (StateView) and is therefore not told again
  std::span<const std::uint32_t> withheld;  // recipients from whom it is kept since a person has them (StateView)
  std::span<const Required> requires_;      // by (kind, index), once
  std::span<const std::string_view> flags;  // sorted, once
  std::span<const std::string_view>
      open_flags;  // those that a rule raised which is not confidential: what anybody may be told
  std::span<const std::string_view> alerts;  // sorted, once
  bool has_handoff = false;
  HandOff handoff;
  std::string_view say;  // ready to send in the request's language; empty and !has_say: nothing to send
  bool has_say = false;
  text::Format say_format = text::Format::plain;  // the answer's own where it goes out, changed or not
  bool answer_changed = false;                    // say differs from the answer as the bot wrote it
};

}  // namespace caveat::decide
