// What is inside a decision, for the files that are one class: decide.cc finds the rules that may hold, judges each, does what it asks for
// and closes, which is the path of every turn; decide_close.cc joins what few decisions have, decide_said.cc makes what the customer is
// told, decide_final.cc judges that once more.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/decide/decide.h"
#include "engine/decide/evaluate.h"
#include "engine/decide/explain.h"
#include "engine/decide/join.h"
#include "engine/decide/places.h"
#include "engine/decide/sentences.h"
#include "engine/decide/spellings.h"
#include "engine/text/redact.h"

namespace caveat::decide {

using program::EffectKind;
using program::EffectRow;
using program::Frame;
using program::IfUnknown;
using program::Node;
using program::NodeCode;
using program::Program;
using program::RuleRow;
using program::Section;

struct ReasonDraft {
  Reason reason;
  std::size_t facts = 0, facts_end = 0, matches = 0, matches_end = 0;
};

using FactAt = std::pair<std::uint32_t, std::int32_t>;  // slot and item, as FactUsed has them

struct ItemDraft {
  Verdict verdict = Verdict::allow;
};

struct ItemDisclosure {
  std::uint32_t item = 0;  // position in the list of items
  std::uint32_t wording = 0;
  bool at_start = false;
  friend auto operator<=>(const ItemDisclosure&, const ItemDisclosure&) = default;
};

struct OnceDraft {
  Once once;
  std::int32_t item = -1;  // whose disclosure it is, position in the list of items; -1: the answer's
};

struct PackNow {  // a pack at the turn's time
  Days day = 0;
  std::int32_t offset = 0;
  bool applies = false;
};

struct Told {  // a disclosure's text, in `texts`
  bool at_start = false;
  std::size_t at = 0, size = 0;
};

constexpr std::uint8_t kLabel = 1;  // Redacted::mode of what is replaced in a text that is not the answer

struct Unit {  // what a rule is judged for
  std::int32_t product = -1, action = -1, recipient = -1;
};

struct Replacement {
  TextPart part = TextPart::answer;
  std::uint32_t begin = 0, end = 0;
  Unit unit;
  const EffectRow* with = nullptr;
  std::size_t text = 0, size = 0;  // in `texts`, once all that is masked is known
};

// A rule to be judged; sorts by (rank, product, action, recipient), which no two share: two words, compared without a branch.
class Candidate {
 public:
  using Settled = program::Index::Settled;
  Candidate(std::uint32_t rule, const Unit& unit, Settled settled)
      : first_(std::uint64_t{rule} << 32 | part(unit.product) << 15 | part(unit.action)),
        second_(part(unit.recipient) << 2 | static_cast<std::uint64_t>(settled)) {}
  std::uint32_t rule() const { return static_cast<std::uint32_t>(first_ >> 32); }
  Unit unit() const { return {whole(first_ >> 15), whole(first_), whole(second_ >> 2)}; }
  Settled settled() const { return static_cast<Settled>(second_ & 3); }  // by the index
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return bool((a.first_ < b.first_) | ((a.first_ == b.first_) & (a.second_ < b.second_)));
  }

 private:
  static constexpr std::uint64_t kPart = 0x7fff;  // items of a turn are fewer: kMostElements of bind.cc
  static std::uint64_t part(std::int32_t item) { return static_cast<std::uint64_t>(item + 1) & kPart; }
  static std::int32_t whole(std::uint64_t bits) { return static_cast<std::int32_t>(bits & kPart) - 1; }
  std::uint64_t first_, second_;
};

struct Scratch::Inside final : TextEyes {
  explicit Inside(const Limits& wanted) : limits(wanted) {}

  Limits limits;
  std::shared_ptr<const Program> program;
  std::vector<std::unique_ptr<TextSeen>> seen;
  std::size_t seen_used = 0;
  Working when, excuse;

  // What every decision fills.
  std::vector<PackNow> packs;
  std::vector<Candidate> candidates;
  std::vector<ReasonDraft> drafts;
  std::vector<FactUsed> facts;
  std::vector<Match> matches;
  std::vector<Reason> reasons;
  std::vector<ItemDraft> item_drafts;
  std::vector<ItemVerdict> items;
  std::string say;
  Decision decision;

  // What few do: emptied only where the last decision used it.
  struct Seldom {
    std::vector<FactUsed> missing;
    std::vector<ItemDisclosure> item_disclosures;
    std::vector<std::uint32_t> item_wordings;
    std::vector<Redacted> redactions;
    std::vector<Redacted> hidden, masked, untold;  // what a class hides; that with the redactions; before replacements
    std::map<FactAt, std::vector<Spelling>> secrets;  // what a class hides, wherever it stands; made once a fact
    std::size_t secrets_held = 0;                     // bytes of them
    std::vector<Replacement> replacements;
    std::vector<Disclosure> disclosures;
    std::vector<OnceDraft> once;
    std::vector<Once> asked_once, told_once, left_out;
    std::vector<std::uint32_t> withheld;
    std::vector<Required> required;
    std::vector<std::string_view> flags, open_flags, alerts;
    std::vector<text::Edit> edits;
    std::vector<Told> told;
    std::vector<text::Disclosed> disclosed;
    std::string texts, match;
    std::deque<std::string> labels;  // texts made here that a Redacted or a Topic points to; they stay where they are
    text::RedactScratch redact;
    std::unique_ptr<text::Shown> shown;  // the answer as it came, where it has mark-up
  };
  Seldom& seldom() {
    uses_seldom = true;
    return seldom_;
  }
  bool uses_seldom = false;
  std::span<const Once> once() const {
    return uses_seldom ? std::span<const Once>(seldom_.asked_once) : std::span<const Once>();
  }

  // A new decision: everything empty, nothing given back.
  void begin(const std::shared_ptr<const Program>& now) {
    if (program != now) {
      program = now;
      seen.clear();
    }
    seen_used = 0;
    wants_question = false;
    candidates.clear(), drafts.clear(), facts.clear(), matches.clear(), reasons.clear();
    item_drafts.clear(), items.clear(), say.clear();
    if (uses_seldom) {
      Seldom& all = seldom_;
      all.missing.clear(), all.item_disclosures.clear(), all.item_wordings.clear();
      all.redactions.clear(), all.hidden.clear(), all.secrets.clear(), all.masked.clear(), all.untold.clear(),
          all.replacements.clear(), all.disclosures.clear(), all.required.clear();
      all.once.clear(), all.asked_once.clear(), all.told_once.clear(), all.left_out.clear(), all.withheld.clear();
      all.flags.clear(), all.open_flags.clear(), all.alerts.clear(), all.edits.clear(), all.told.clear();
      all.disclosed.clear(), all.texts.clear(), all.labels.clear();
      all.secrets_held = 0;
      uses_seldom = false;
    }
    std::construct_at(&decision);  // in place: an assignment makes one beside it and copies it over
  }

  TextSeen& look(std::uint32_t slot, std::int32_t item, std::string_view text,
                 text::Format format = text::Format::plain) override {
    for (std::size_t i = 0; i < seen_used; ++i) {
      if (seen[i]->slot == slot && seen[i]->item == item) return *seen[i];
    }
    if (seen_used == seen.size()) seen.push_back(std::make_unique<TextSeen>(program->lexicons(), limits));
    TextSeen& fresh = *seen[seen_used++];
    fresh.slot = slot;
    fresh.item = item;
    fresh.read(*program, text, format, limits);
    return fresh;
  }
  // Bytes that the reasons found so far stand on.
  std::size_t held() const {
    return drafts.size() * sizeof(drafts[0]) + facts.size() * sizeof(facts[0]) + matches.size() * sizeof(matches[0]) +
           (uses_seldom ? seldom_.secrets_held : 0);
  }
  void forget(std::uint32_t slot) {
    for (std::size_t i = 0; i < seen_used; ++i) {
      if (seen[i]->slot == slot) seen[i]->slot = program::kNone;
    }
  }

 private:
  Seldom seldom_;
};

// One decision, being made.
class Run {
 public:
  Run(const Ruleset& ruleset, const Request& request, const StateView& state, std::span<const std::uint32_t> satisfied,
      Scratch::Inside& inside)
      : p_(*ruleset.program), r_(request), state_(state), satisfied_(satisfied), in_(inside), d_(inside.decision) {}
  Kleene topic(const program::TopicRow& row);
  void run();

 private:
  using Settled = program::Index::Settled;
  const Program& p_;
  const Request& r_;
  const StateView& state_;
  std::span<const std::uint32_t> satisfied_;
  Scratch::Inside& in_;
  Decision& d_;
  Setting setting_;
  WordsFound words_{setting_};
  Verdict turn_ = Verdict::allow;
  std::optional<Bid> bid_;
  bool limited_ = false;
  std::span<const FactUsed> settled_facts_;  // of a rule that the index found unknown
  std::uint32_t answer_slot_ = program::kNone, message_slot_ = program::kNone;
  bool interpolated_ = false;

  // What a rule is on, and where the texts are that it looks into.
  std::size_t recipients_at() const { return r_.products() + r_.actions(); }  // among the items
  // A product that the answer names and the turn does not carry: only what rules on answers come to counts for it.
  bool is_named(const Unit& unit) const {
    return unit.product >= 0 && static_cast<std::size_t>(unit.product) >= r_.products();
  }
  bool on_answer(const RuleRow& rule) const { return (rule.subjects & program::kOnAnswer) && r_.has_answer(); }
  bool on_message(const RuleRow& rule) const { return (rule.subjects & program::kOnMessage) && r_.has_message(); }
  bool on_outreach(const RuleRow& rule) const { return (rule.subjects & program::kOnOutreach) && r_.has_outreach(); }
  bool on_material(const RuleRow& rule) const { return (rule.subjects & program::kOnMaterial) && r_.has_material(); }
  bool on_turn(const RuleRow& rule) const { return on_answer(rule) || on_message(rule) || on_material(rule); }
  bool on_actions(const RuleRow& rule) const { return (rule.subjects & program::kOnAction) && r_.actions() > 0; }
  bool on_part(const RuleRow& rule, TextPart part) const {
    switch (part) {
      case TextPart::answer:
        return on_answer(rule);
      case TextPart::message:
        return on_message(rule);
      case TextPart::outreach:
        return on_outreach(rule);
      case TextPart::material:
        return on_material(rule);
    }
    return false;
  }
  bool on_products(const RuleRow& rule) const {
    return (rule.subjects & program::kOnRecommendation) && r_.has_recommendation() &&
           (r_.products() > 0 || (rule.flags & program::kAsAWhole));
  }
  std::optional<TextPart> part_of(std::uint32_t slot) const {
    for (const TextPart part : {TextPart::answer, TextPart::message, TextPart::outreach, TextPart::material}) {
      if (slot == slot_of(part)) return part;
    }
    return std::nullopt;
  }
  std::uint32_t slot_of(TextPart part) const {
    switch (part) {
      case TextPart::answer:
        return answer_slot_;
      case TextPart::message:
        return message_slot_;
      case TextPart::outreach:
        return p_.known().outreach_text;
      case TextPart::material:
        return p_.known().material_text;
    }
    return program::kNone;
  }

  // decide.cc: the rules that may hold, each judged.
  void prepare();
  bool applies(const program::PackRow& pack) const;
  void find();
  bool applies(const RuleRow& rule, const Unit& unit) const;
  Kleene settle(const RuleRow& rule);
  void judge(std::uint32_t index, const Unit& unit, Settled settled);
  void note_name(const Unit& unit, std::size_t first);
  void hide(const FactUsed& fact);
  bool is_one(std::span<const FactUsed> classed, const Match& match, text::Range place);
  bool use(std::uint32_t slot);
  bool use_time_limits(const RuleRow& rule);
  void limit();
  void close();
  bool too_many(std::size_t products, std::size_t actions) const {  // each of them fits 15 bits
    const std::size_t recipients = std::max<std::size_t>(r_.recipients(), 1);
    return std::max<std::size_t>(products, 1) * std::max<std::size_t>(actions, 1) * recipients > in_.limits.pairs;
  }
  // Each product with each action, where there are such, and with each recipient from `first` on: -1 is the turn itself.
  // Ends when `visit` says false.
  template <class Visit>
  void each_unit(std::size_t products, std::size_t actions, std::int32_t first, Visit visit) const {
    const std::int32_t last = std::max(static_cast<std::int32_t>(r_.recipients()), first + 1);
    for (std::size_t product = 0; product < std::max<std::size_t>(products, 1); ++product) {
      for (std::size_t action = 0; action < std::max<std::size_t>(actions, 1); ++action) {
        for (std::int32_t recipient = first; recipient < last; ++recipient) {
          if (!visit(Unit{products > 0 ? static_cast<std::int32_t>(product) : -1,
                          actions > 0 ? static_cast<std::int32_t>(action) : -1, recipient}))
            return;
        }
      }
    }
  }
  void place(const Unit& unit) {
    setting_.item = {-1, unit.product, unit.action};
    setting_.recipient = unit.recipient;
    setting_.cells[0] = r_.cells(Frame::turn, static_cast<std::size_t>(unit.recipient + 1));
    setting_.cells[1] = unit.product >= 0 ? r_.cells(Frame::product, static_cast<std::size_t>(unit.product)) : nullptr;
    setting_.cells[2] = unit.action >= 0 ? r_.cells(Frame::action, static_cast<std::size_t>(unit.action)) : nullptr;
  }
  // A place that a claim stands at comes before the same where words were merely found: that one is told.
  static bool before_match(const Match& a, const Match& b) {
    return std::tuple(a.part, a.begin, a.end, b.said) < std::tuple(b.part, b.begin, b.end, a.said);
  }
  // What the rule's own conditions found in the texts that the turn is about; the last parameter of `visit`: it is a fact that its
  // class hides.
  template <class Visit>
  void each_match(const RuleRow& rule, Visit visit) {
    const std::span<const Node> nodes = p_.rows<Node>(Section::nodes, rule.when);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const Node& node = nodes[i];
      const auto code = static_cast<NodeCode>(node.code);
      if (!finds_places(code) || (node.flags & program::kUnderNot)) continue;
      if (in_.when.result[i] != Kleene::yes) continue;
      const std::optional<TextPart> part = part_of(node.slot);
      if (!part) continue;
      const bool hidden = code == NodeCode::text_has_text && is_protected(p_, node.other);
      TextSeen& seen = *part == TextPart::answer ? in_.look(node.slot, -1, setting_.answer_text, setting_.answer_format)
                                                 : in_.look(node.slot, -1, text_of(r_, *part));
      each_place(setting_, node, seen, [&](text::Range place, Said said) {
        const text::Range there = seen.normal.original(place);
        visit(Match{*part, there.begin, there.end, said}, place, hidden);
      });
    }
  }

  // decide.cc: what a rule that holds, or is unknown, asks for.
  void raise(const RuleRow& rule, const Unit& unit, Verdict verdict, ReasonDraft& draft);
  std::uint32_t queue_of_last_resort(const RuleRow& rule) const;
  std::int64_t told_seconds(std::uint32_t slot, const program::QueueRow& queue) const;
  void offer(Bid bid);
  void apply(const RuleRow& rule, const Unit& unit, const EffectRow& effect, ReasonDraft& draft);
  bool is_due(const EffectRow& effect, std::int32_t item);
  bool speaks_of(std::uint32_t wording, Frame frame) const;
  void mark(const RuleRow& rule, const Unit& unit, const EffectRow& effect);
  void collect_missing(const RuleRow& rule);
  Cause first_cause(const RuleRow& rule);
  void by_default(const RuleRow& rule, const Unit& unit, ReasonDraft& draft);
  bool is_satisfied(std::uint32_t requirement) const {
    return std::binary_search(satisfied_.begin(), satisfied_.end(), requirement);
  }

  // decide_close.cc: sets of the decision, disclosures, what is told once.
  void withhold_from_held();
  void close_once(Scratch::Inside::Seldom& all);
  bool is_told_whole(const OnceDraft& one) const;
  void close_sets(Scratch::Inside::Seldom& all);
  void mask();
  void replace_matches(Scratch::Inside::Seldom& all);
  std::span<const std::uint32_t> disclosures_of(std::size_t item);

  // decide_said.cc: what the customer is told.
  Topic topic(const Unit& unit, std::string_view match = {}) const;
  Topic topic(const ReasonDraft& draft) const;
  const program::SayRow* say_of(const RuleRow& rule) const;
  const EffectRow* replacement_of(const Reason& reason) const;
  bool answers() const;
  void replace_whole();
  void answer();
  void edit();
  void disclose();
  void refusal();
  void ask(const Required& what, const Topic& of);
  std::string waiting_text(std::uint32_t index) const;
  // Of the answer as it came, in its own mark-up.
  bool is_marked() const { return r_.answer_format() != text::Format::plain; }
  text::Shown& shown_answer();
  void append_match(std::string& out, TextPart part, std::uint32_t begin, std::uint32_t end) const;
  // Of an outreach or a material nobody waits for a word: only a rule's own is said.
  static bool nobody_waits(const Request& request) { return request.has_outreach() || request.has_material(); }
  // What the turn is about: its product and its action, if it has one.
  Topic of_the_turn() const { return {&p_, &r_, r_.language(), -1, -1, {}, -1, d_.untold}; }

  // decide_final.cc: the final text, judged once more.
  void judge_final_text();
  bool has_refused(std::uint32_t rule, const Unit& unit) const;
  bool refuses(const RuleRow& rule, bool revised);
  Verdict asks(const RuleRow& rule, Kleene result) const;
  void hand_over();
};

}  // namespace caveat::decide
