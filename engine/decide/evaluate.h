// evaluate: settles one condition program: true, false or unknown, strong Kleene, node by node (evaluation.md 5).
// Part of decide; nothing outside the room needs it.
//
// Promises   an absent part is not an unknown fact: a condition over it is false (semantics.md 9); a value that overflows, a
//            division by zero, two currencies are unknown with their cause
// Cost       linear in the nodes; no allocation
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "engine/base/kleene.h"
#include "engine/decide/cause.h"
#include "engine/decide/costly.h"
#include "engine/decide/request.h"
#include "engine/program/program.h"
#include "engine/text/lexicon.h"
#include "engine/text/markup.h"

namespace caveat::decide {

// One text of the turn, normalised and searched once: of one with mark-up what is shown of it.
struct TextSeen {
  std::uint32_t slot = program::kNone;
  std::int32_t item = -1;
  std::unique_ptr<text::Shown> shown;  // of a text with mark-up, once there was one
  bool taken = true;                   // false: its mark-up could not be read, and its source was searched
  text::NormalText normal;
  text::MatchScratch hits;
  Costly costly;
  std::size_t max_hits, max_phrase;  // max_phrase: bytes of a text that is looked for in this one
  TextSeen(const text::Lexicons& lexicons, const Limits& limits)
      : hits(lexicons, limits.hits), max_hits(limits.hits), max_phrase(limits.fact_text_bytes) {}

  void read(const program::Program& program, std::string_view text, text::Format format, const Limits& limits) {
    taken = true;
    if (format == text::Format::plain)
      text::normalise(text, normal);
    else
      read_marked(text, format, limits);
    program.lexicons().match(normal, hits);
    costly.clear();
  }
  // Could all be looked at that may stand there?
  bool is_whole() const { return taken && !hits.over_limit(); }

 private:
  void read_marked(std::string_view text, text::Format format, const Limits& limits);
};

class TextEyes {  // finds and remembers the searched texts of one decision
 public:
  virtual TextSeen& look(std::uint32_t slot, std::int32_t item, std::string_view text,
                         text::Format format = text::Format::plain) = 0;

  // Texts that are the same as rules compare them: width, case and compatibility forms fold (semantics.md 23).
  bool same(std::string_view a, std::string_view b) {
    return a == b || text::normal_form(a, folded_[0]) == text::normal_form(b, folded_[1]);
  }
  std::string_view normal_form(std::string_view text) { return text::normal_form(text, folded_[0]); }
  bool wants_question = false;  // an answer says yes to what was asked in no message of the turn

 protected:
  ~TextEyes() = default;

 private:
  std::array<text::NormalText, 2> folded_;
};

struct Value {
  std::uint8_t state = Request::kAbsent;  // Request::CellState
  Cause cause = Cause::none;
  program::SlotType type = program::SlotType::decimal;
  bool is_id = false;  // a text that is the same only byte for byte
  Decimal number;
  Duration duration;
  std::int64_t beyond = 0;  // of a span between two moments: microseconds beyond its whole seconds
  std::string_view text;
  std::string_view currency;
};

// Where a condition is settled: for which product and action, on which day.
struct Setting {
  const program::Program* program = nullptr;
  const Request* request = nullptr;
  TextEyes* eyes = nullptr;
  std::array<const Request::Cell*, 3> cells{};  // program::Frame; null: no such item is at hand
  std::array<std::int32_t, 3> item = {-1, -1, -1};
  std::int32_t recipient = -1;  // of an outreach: who is the customer; cells[0] are the turn's as he is
  bool inferred_counts = true;  // false in `unless`: an inferred fact is unknown there (semantics.md 12)
  bool excuses = false;         // in `unless`: what is found there lets something pass
  std::uint32_t pack = 0;       // the rule's
  Days today = 0;               // in the zone of the rule's pack
  std::int32_t offset_minutes = 0;
  std::uint32_t answer_slot = program::kNone;  // whose text is …
  std::string_view answer_text;                // … this one: the answer, later the final text
  text::Format answer_format = text::Format::plain;
  std::string_view question;  // StateView::question

  // Whose a fact is: the product's, the action's, the recipient's; -1: the turn's.
  std::int32_t item_of(std::uint32_t frame, std::uint32_t slot) const {
    const bool his = recipient >= 0 && frame == static_cast<std::uint32_t>(program::Frame::turn) &&
                     program->slots()[slot].part == static_cast<std::uint8_t>(program::SlotPart::customer);
    return his ? recipient : item[frame];
  }
};

// Of an answer with mark-up: does what the node finds count only where every renderer shows it? What must stand there does, and what
// must not stand there is looked for wherever one may show it (docs/decisions/0016).
inline bool only_sure(const program::Node& node, const Setting& setting) {
  return ((node.flags & program::kUnderNot) != 0) != setting.excuses;
}

// The words of the texts as the setting has them, by which the index drops rules.
class WordsFound final : public program::Index::Texts {
 public:
  explicit WordsFound(const Setting& setting) : setting_(setting) {}
  std::span<const std::uint64_t> found(const program::TestRow& test) override;

 private:
  const Setting& setting_;
};

struct Working {  // per node of the program at hand
  std::array<Kleene, 256> result;
  std::array<Cause, 256> cause;
  std::array<Value, 256> value;
};

Kleene evaluate(std::span<const program::Node> nodes, const Setting& setting, Working& working);

// Of a node that looks for one fact's text in another's: the text looked for, as it was read.
TextSeen& other_text(const program::Node& node, const Setting& setting);

// What a pattern or a claim finds in a text; asked once a text.
Costly::Found ask(const program::Node& node, const Setting& setting, TextSeen& seen);

// After evaluate came out unknown: calls `found(slot, item, cause)` for each fact that kept it so (slot kNone: no fact, a
// limit or an overflow). A fact may be named twice.
template <class Found>
void each_unknown(std::span<const program::Node> nodes, const Setting& setting, const Working& working, Found found);

// The fact's cell as the setting sees it.
struct Seen {
  std::uint8_t state = Request::kAbsent;
  Cause cause = Cause::none;
  const Request::Cell* cell = nullptr;
};
inline Seen see(const Setting& setting, std::uint8_t frame, std::uint32_t cell) {
  const Request::Cell* cells = setting.cells[frame];
  if (!cells) return {};
  const Request::Cell& at = cells[cell];
  if (at.state == Request::kKnown && at.inferred && !setting.inferred_counts)
    return {Request::kUnknown, Cause::inferred, &at};
  return {at.state, static_cast<Cause>(at.cause), &at};
}

inline bool is_logic(std::uint8_t code) {
  return code >= static_cast<std::uint8_t>(program::NodeCode::all) &&
         code <= static_cast<std::uint8_t>(program::NodeCode::at_least);
}

template <class Found>
void each_unknown(std::span<const program::Node> nodes, const Setting& setting, const Working& working, Found found) {
  // Marks downward from the root which nodes matter; a child is one whose own result is unknown.
  std::array<bool, 256> matters{};
  matters[nodes.size() - 1] = true;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    if (!matters[i]) continue;
    const program::Node& node = nodes[i];
    const auto code = static_cast<program::NodeCode>(node.code);
    const bool value = code >= program::NodeCode::constant;
    const bool over_values = code >= program::NodeCode::past_more && code <= program::NodeCode::working_day;
    bool below = false;
    if (is_logic(node.code) || ((value || over_values) && node.count > 0)) {
      std::size_t child = i;
      for (std::uint16_t k = 0; k < node.count; ++k) {
        child = k == 0 ? i - 1 : nodes[child].begin - 1u;
        const bool unknown = is_logic(node.code) ? working.result[child] == Kleene::unknown
                                                 : working.value[child].state == Request::kUnknown;
        matters[child] = unknown;
        below |= unknown;
      }
    }
    if (is_logic(node.code)) continue;
    const auto name = [&](std::uint8_t frame, std::uint32_t slot, std::uint32_t cell) {
      const Seen seen = see(setting, frame, cell);
      if (seen.state != Request::kUnknown) return false;
      found(slot, setting.item_of(frame, slot), seen.cause);
      return true;
    };
    bool named = node.slot != program::kNone && name(node.frame, node.slot, node.cell);
    if (node.other_cell != program::kNone) {
      named |= name(static_cast<std::uint8_t>((node.flags / program::kOtherFrame) & 3u), node.other, node.other_cell);
    }
    if (!named && !below) found(program::kNone, -1, value ? working.value[i].cause : working.cause[i]);
  }
}

}  // namespace caveat::decide
