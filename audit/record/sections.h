// Sections: what stands in those sections of a sealed body that are read again: verdict, digests, rules, story by reports and
// the recount of an evidence package, windows by a replay. Written by from_decision; windows by no decision yet.
//
// Promises   integer keys as docs/formats.md lists them, never used again for another meaning; encode and decode are
// inverse Errors     decode: `bad_record` with what was expected Lifetime   plain values
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/phrases.h"
#include "engine/base/digest.h"
#include "engine/base/language.h"
#include "engine/base/result.h"
#include "engine/base/units.h"

namespace caveat::audit {

// ---- Section::verdict: what a population is recounted from
// -------------------------------------------------------------

struct RuleOutcome {
  enum class State : std::uint8_t { fired = 0, unknown = 1, unknown_by_default = 2 };
  std::string id;  // pack/rule
  State state = State::fired;
  std::uint8_t verdict = 0;  // what this rule alone asked for: 0 allow … 4 handoff
  std::int32_t item = -1;    // the product or action it was judged for
};

struct HandOffOutcome {
  std::string queue;             // its first name
  std::uint8_t priority = 2;     // 0 urgent … 3 low
  std::int64_t due_seconds = 0;  // after the turn's `at`
  bool hold = false;
  std::string cause;  // "none" where a rule asked for it, else missing, storage, internal, …
};

struct VerdictSection {
  std::uint8_t verdict = 0;
  std::vector<RuleOutcome> rules;  // by (id, item)
  std::optional<HandOffOutcome> handoff;
};

std::string encode_verdict(const VerdictSection& section);
Result<VerdictSection> decode_verdict(std::string_view encoded);
// The same by way of a tree, which has the words for what is refused: decode_verdict asks it then, tests hold the two together.
Result<VerdictSection> decode_verdict_by_tree(std::string_view encoded);
std::string_view verdict_name(std::uint8_t verdict);                       // "allow" … "handoff"
std::string_view priority_word(std::uint8_t priority, Language language);  // "urgent" … "low", which all beyond are too

// ---- Section::digests: under what it was decided
// -----------------------------------------------------------------------

struct PackDigest {
  std::string name, version;
  Digest digest{};
};

struct DigestsSection {
  Digest program{};
  std::vector<PackDigest> packs;  // by name
  std::vector<PackDigest> data;   // reference data sets, by name
};

std::string encode_digests(const DigestsSection& section);
Result<DigestsSection> decode_digests(std::string_view encoded);

// ---- Section::rules: the rules of the verdict section in the words of that day
// -------------------------------------------

struct RuleText {
  std::string id;                  // pack/rule
  std::string title_en, title_zh;  // either may be empty
  std::vector<std::string> cites_en, cites_zh;
  std::vector<std::string> owner;
};

struct RulesSection {
  std::vector<RuleText> rules;  // by id, once
};

std::string encode_rules(const RulesSection& section);
Result<RulesSection> decode_rules(std::string_view encoded);

// ---- Section::story: the decision in words, rendered on the day itself
// --------------------------------------------------

struct StoryLine {
  enum class Kind : std::uint8_t {
    customer_said = 1,
    bot_wanted = 2,  // the answer, recommendation or action that was judged
    verdict = 3,
    rule = 4,        // a rule that fired: its title
    because = 5,     // its reason, with the values it stood on
    law = 6,         // its citations
    unknown = 7,     // what could not be settled, and for want of what
    told = 8,        // what the customer was told
    handed_to = 9,   // queue, priority, due
    kept_back = 10,  // products or actions withheld, places redacted
  };
  Kind kind{};
  std::string text;
};

struct StorySection {
  std::vector<StoryLine> en, zh;
};

std::string encode_story(const StorySection& section);
Result<StorySection> decode_story(std::string_view encoded);

// ---- Section::windows: the counts that a decision used, enough to replay it and to count again
// -----------------------------

struct WindowCount {
  enum class Whose : std::uint8_t { conversation = 0, customer = 1, everyone = 2 };
  std::vector<std::string> rules;  // `pack/name` of the rules and topics that read it, ascending, at least one
  std::string counted;  // answer, recommendation, message, action, outreach, handoff, same_question, or `pack/event`
  Whose whose = Whose::conversation;
  std::optional<Duration> within;         // one of its parts, above 0; neither this nor a day: the whole conversation
  std::optional<Days> day;                // `on the same day`: which
  std::optional<Digest> condition;        // what it counts of them; nothing: each
  std::optional<Microseconds> begin;      // of a duration itself excluded; nothing: it could not be reckoned, see cause
  std::uint64_t sure = 0;                 // those for which the condition holds, the present one too
  std::optional<std::uint64_t> possible;  // and those for which it may; nothing: no bound is known
  Microseconds known_since = 0;           // since when it is counted: after `begin` there is no bound
  std::uint8_t cause = 0;  // 12 storage, 7 limit … of docs/formats.md "Outcome": why there is no bound; 0: none
  std::optional<std::uint32_t> product, action, recipient;  // positions of what it was counted for; none: the turn
};

struct WindowsSection {
  std::vector<WindowCount> counts;  // ascending by all that says which window it is: see docs/formats.md
};

// What one count must be, whoever makes it: the reader refuses any other. Nothing, or what was expected.
std::optional<Phrase> fault(const WindowCount& count);
bool before(const WindowCount& one, const WindowCount& other);  // the order of a section; neither way: the same window
std::string encode_windows(const WindowsSection& section);
Result<WindowsSection> decode_windows(std::string_view encoded);

}  // namespace caveat::audit
