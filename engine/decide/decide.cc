#include "engine/decide/decide.h"

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "engine/base/fetch_ahead.h"
#include "engine/decide/evaluate.h"
#include "engine/decide/explain.h"
#include "engine/decide/join.h"
#include "engine/decide/opening_hours.h"
#include "engine/decide/places.h"
#include "engine/decide/satisfied.h"
#include "engine/decide/sentences.h"
#include "engine/decide/topics.h"
#include "engine/program/image.h"
#include "engine/text/normalise.h"
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

namespace {

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

}  // namespace

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

  TextSeen& look(std::uint32_t slot, std::int32_t item, std::string_view text) override {
    for (std::size_t i = 0; i < seen_used; ++i) {
      if (seen[i]->slot == slot && seen[i]->item == item) return *seen[i];
    }
    if (seen_used == seen.size()) seen.push_back(std::make_unique<TextSeen>(program->lexicons(), limits));
    TextSeen& fresh = *seen[seen_used++];
    fresh.slot = slot;
    fresh.item = item;
    fresh.read(*program, text);
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

Scratch::Scratch(const Limits& limits) : inside_(std::make_unique<Inside>(limits)) {}
Scratch::~Scratch() = default;
std::span<const Once> Scratch::once() const { return inside_->once(); }
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

namespace {

class Run {
 public:
  Run(const Ruleset& ruleset, const Request& request, const StateView& state, std::span<const std::uint32_t> satisfied,
      Scratch::Inside& inside)
      : p_(*ruleset.program), r_(request), state_(state), satisfied_(satisfied), in_(inside), d_(inside.decision) {}

  // Is the turn of the topic, for any product, action or recipient that it has? A turn without products is looked at for none: what the
  // condition says of the answer, say, holds for it too.
  Kleene topic(const program::TopicRow& row) {
    prepare();
    setting_.pack = row.pack;
    setting_.today = in_.packs[row.pack].day;
    setting_.offset_minutes = in_.packs[row.pack].offset;
    const bool by_product = (row.flags & program::kReadsProduct) != 0,
               by_action = (row.flags & program::kReadsAction) != 0;
    const std::size_t products = by_product ? r_.products() : 0, actions = by_action ? r_.actions() : 0;
    if (too_many(products, actions)) return Kleene::unknown;
    Kleene any = Kleene::no;
    each_unit(products, actions, r_.recipients() > 0 ? 0 : -1, [&](const Unit& unit) {
      place(unit);
      any = any | evaluate(p_.rows<Node>(Section::nodes, row.when), setting_, in_.when);
      return any != Kleene::yes;
    });
    return any;
  }

  void run() {
    prepare();
    find();
    if (in_.candidates.size() > 1) std::sort(in_.candidates.begin(), in_.candidates.end());
    for (const Candidate& one : in_.candidates) judge(one.rule(), one.unit(), one.settled());
    close();
    replace_whole();
    if (d_.verdict <= Verdict::revise) {
      answer();
    } else {
      refusal();
    }
    // Of an outreach each recipient has a verdict of his own. Else what is withheld discloses nothing; where no answer goes out, whoever
    // asks tells it.
    if (!r_.has_outreach() && d_.verdict > Verdict::revise) d_.disclosures = {};
    judge_final_text();
    d_.say = in_.say;
  }

 private:
  using Settled = program::Index::Settled;
  const Program& p_;
  const Request& r_;
  const StateView& state_;
  std::span<const std::uint32_t> satisfied_;
  Scratch::Inside& in_;
  Decision& d_;
  Setting setting_;
  Verdict turn_ = Verdict::allow;
  std::optional<Bid> bid_;
  bool limited_ = false;
  std::span<const FactUsed> settled_facts_;  // of a rule that the index found unknown
  std::uint32_t answer_slot_ = program::kNone, message_slot_ = program::kNone;

  // ---- before the rules

  void prepare() {
    answer_slot_ = p_.answer_text();
    message_slot_ = p_.message_text();
    setting_.program = &p_;
    setting_.request = &r_;
    setting_.eyes = &in_;
    setting_.answer_slot = answer_slot_;
    setting_.answer_text = r_.answer_text();
    setting_.cells[0] = r_.cells(Frame::turn, 0);
    const std::span<const program::PackRow> packs = p_.pack_rows();
    in_.packs.resize(packs.size());
    for (std::uint32_t pack = 0; pack < packs.size(); ++pack) {
      const std::int32_t offset = p_.offset_minutes(pack, r_.at(), r_.at_offset());
      in_.packs[pack] = {days_of(r_.at(), offset), offset, applies(packs[pack])};
    }
    in_.item_drafts.resize(recipients_at() + r_.recipients());
  }
  std::size_t recipients_at() const { return r_.products() + r_.actions(); }  // among the items
  // Of a pack of no jurisdiction, and where none is known, of all (decision.md).
  bool applies(const program::PackRow& pack) const {
    if (pack.jurisdictions.count == 0 || r_.jurisdictions() == 0) return true;
    for (program::Str one : p_.strings(pack.jurisdictions)) {
      for (std::size_t i = 0; i < r_.jurisdictions(); ++i) {
        if (r_.jurisdiction(i) == p_.text(one)) return true;
      }
    }
    return false;
  }

  // ---- one rule

  bool on_answer(const RuleRow& rule) const { return (rule.subjects & program::kOnAnswer) && r_.has_answer(); }
  bool on_message(const RuleRow& rule) const { return (rule.subjects & program::kOnMessage) && r_.has_message(); }
  bool on_outreach(const RuleRow& rule) const { return (rule.subjects & program::kOnOutreach) && r_.has_outreach(); }
  bool on_material(const RuleRow& rule) const { return (rule.subjects & program::kOnMaterial) && r_.has_material(); }
  bool on_turn(const RuleRow& rule) const { return on_answer(rule) || on_message(rule) || on_material(rule); }
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
  bool on_actions(const RuleRow& rule) const { return (rule.subjects & program::kOnAction) && r_.actions() > 0; }

  // The rules that are not certainly false, with what each is to be judged for, by (rank, product, action, recipient). A rule
  // that reads a product is judged once for each; with none it does not apply (semantics.md 9). In an outreach one that reads
  // the customer is judged for each recipient, any other once for all of them. Beyond Limits::pairs, or what fits the scratch,
  // nothing is looked for, and a person takes the turn.
  void find() {
    const program::Index& index = p_.index();
    for (const bool by_product : {false, true}) {
      for (const bool by_action : {false, true}) {
        const std::size_t shape = program::Index::shape(by_product, by_action);
        if (index.empty(shape)) continue;
        const std::size_t products = by_product ? r_.products() : 0, actions = by_action ? r_.actions() : 0;
        if (too_many(products, actions)) return limit();
        bool room = true;
        each_unit(products, actions, -1, [&](const Unit& unit) {
          room = in_.candidates.size() * sizeof(Candidate) <= in_.limits.scratch_bytes;
          if (!room) return false;
          place(unit);
          const std::size_t before = in_.candidates.size();
          const RuleRow* const rules = p_.rules().data();
          index.each(shape, {setting_.cells}, [&](std::uint32_t rule, Settled settled) {
            fetch_ahead(&rules[rule]);
            in_.candidates.emplace_back(rule, unit, settled);
          });
          std::size_t kept = before;
          for (std::size_t at = before; at < in_.candidates.size(); ++at) {
            const RuleRow& row = rules[in_.candidates[at].rule()];
            if (!applies(row, unit)) continue;
            fetch_ahead(p_.indices(row.facts).data());
            fetch_ahead(p_.rows<EffectRow>(Section::effects, row.effects).data());
            in_.candidates[kept++] = in_.candidates[at];
          }
          in_.candidates.erase(in_.candidates.begin() + static_cast<std::ptrdiff_t>(kept), in_.candidates.end());
          return true;
        });
        if (!room) return limit();
      }
    }
  }
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
  bool applies(const RuleRow& rule, const Unit& unit) const {
    const PackNow& pack = in_.packs[rule.pack];
    if (!pack.applies) return false;
    const Days day = pack.day;
    if (day < rule.from || day > rule.until) return false;
    if ((rule.flags & program::kReadsProduct) && !(rule.flags & program::kAsAWhole) && unit.product < 0) return false;
    if ((rule.flags & program::kReadsAction) && unit.action < 0) return false;
    if (rule.reads != 0 || r_.recipients() > 0) {
      if ((rule.reads & program::kReadsOutreach) && !r_.has_outreach()) return false;
      const bool for_each = (rule.reads & program::kReadsCustomer) && r_.recipients() > 0;
      if (for_each != (unit.recipient >= 0)) return false;
    }
    return on_products(rule) || on_turn(rule) || on_actions(rule) || on_outreach(rule);
  }

  void place(const Unit& unit) {
    setting_.item = {-1, unit.product, unit.action};
    setting_.recipient = unit.recipient;
    setting_.cells[0] = r_.cells(Frame::turn, static_cast<std::size_t>(unit.recipient + 1));
    setting_.cells[1] = unit.product >= 0 ? r_.cells(Frame::product, static_cast<std::size_t>(unit.product)) : nullptr;
    setting_.cells[2] = unit.action >= 0 ? r_.cells(Frame::action, static_cast<std::size_t>(unit.action)) : nullptr;
  }

  Kleene settle(const RuleRow& rule) {
    setting_.inferred_counts = true;
    const Kleene when = evaluate(p_.rows<Node>(Section::nodes, rule.when), setting_, in_.when);
    if (when == Kleene::no || !(rule.flags & program::kHasUnless)) return when;
    setting_.inferred_counts = (rule.flags & program::kTrustInferred) != 0;
    const Kleene excuse = evaluate(p_.rows<Node>(Section::nodes, rule.unless), setting_, in_.excuse);
    setting_.inferred_counts = true;
    return unless(when, excuse);
  }

  void judge(std::uint32_t index, const Unit& unit, Settled settled) {
    const RuleRow& rule = p_.rules()[index];
    place(unit);
    setting_.pack = rule.pack;
    setting_.today = in_.packs[rule.pack].day;
    setting_.offset_minutes = in_.packs[rule.pack].offset;
    const Kleene result = settled == Settled::yes       ? Kleene::yes
                          : settled == Settled::unknown ? Kleene::unknown
                                                        : settle(rule);
    if (result == Kleene::no) return;
    const bool unknown = result == Kleene::unknown;
    const auto if_unknown = static_cast<IfUnknown>(rule.if_unknown);
    if (unknown && if_unknown == IfUnknown::pass) return;
    if (in_.drafts.size() >= in_.limits.reasons || in_.held() > in_.limits.scratch_bytes) return limit();

    ReasonDraft& draft = in_.drafts.emplace_back();  // nothing else adds one until it is done
    draft.reason.product = unit.product;
    draft.reason.action = unit.action;
    draft.reason.recipient = unit.recipient;
    draft.reason.rule = index;
    draft.reason.unknown = unknown;
    draft.reason.by_default = unknown && if_unknown == IfUnknown::by_default;
    if (unknown && settled == Settled::no) {
      each_unknown(p_.rows<Node>(Section::nodes, rule.when), setting_, in_.when,
                   [&draft](std::uint32_t slot, std::int32_t, Cause cause) {
                     if (slot == program::kNone) draft.reason.cause = join(draft.reason.cause, cause);
                   });
    }
    draft.facts = in_.facts.size();
    bool has_class = false;
    for (std::uint32_t slot : p_.indices(rule.facts)) has_class |= use(slot);
    if (!unknown) has_class |= use_time_limits(rule);
    draft.facts_end = in_.facts.size();
    draft.matches = in_.matches.size();
    settled_facts_ = {};
    if (unknown && settled == Settled::unknown) settled_facts_ = std::span(in_.facts).subspan(draft.facts);
    const std::span<const FactUsed> classed = std::span(in_.facts).subspan(has_class ? draft.facts : draft.facts_end);
    for (const FactUsed& fact : classed) hide(fact);
    if (!unknown && settled == Settled::no) {  // what the index settles looks into no text
      each_match(rule, [&](const Match& match, text::Range place, bool hidden) {
        in_.matches.push_back(match);
        if (hidden || is_one(classed, match, place))
          in_.seldom().hidden.push_back({match.part, match.begin, match.end, 0, 0, 0, {}});
      });
      std::sort(in_.matches.begin() + static_cast<std::ptrdiff_t>(draft.matches), in_.matches.end(), before_match);
      in_.matches.erase(std::unique(in_.matches.begin() + static_cast<std::ptrdiff_t>(draft.matches), in_.matches.end(),
                                    [](const Match& a, const Match& b) {
                                      return std::tie(a.part, a.begin, a.end) == std::tie(b.part, b.begin, b.end);
                                    }),
                        in_.matches.end());
    }
    draft.matches_end = in_.matches.size();

    if (!unknown) {
      for (const EffectRow& effect : p_.rows<EffectRow>(Section::effects, rule.effects))
        apply(rule, unit, effect, draft);
    } else if (if_unknown == IfUnknown::effects) {
      for (const EffectRow& effect : p_.rows<EffectRow>(Section::effects, rule.unknown_effects))
        apply(rule, unit, effect, draft);
    } else {
      by_default(rule, unit, draft);
    }
  }

  void hide(const FactUsed& fact) {
    if (!fact.known || !is_protected(p_, fact.slot)) return;
    Scratch::Inside::Seldom& all = in_.seldom();
    const auto [at, fresh] = all.secrets.try_emplace({fact.slot, fact.item});
    if (!fresh) return;
    at->second = protected_values(p_, r_, {&fact, 1});
    for (const Spelling& one : at->second) all.secrets_held += sizeof(one) + one.form.size();
  }
  // What is too short to be looked for in a whole text is hidden where all that was found is that.
  bool is_one(std::span<const FactUsed> classed, const Match& match, text::Range place) {
    if (classed.empty() || !in_.uses_seldom) return false;
    const std::string_view found = std::string_view(in_.look(slot_of(match.part), -1, {}).normal.text())
                                       .substr(place.begin, place.end - place.begin);
    return std::any_of(classed.begin(), classed.end(), [&](const FactUsed& fact) {
      const auto all = in_.seldom().secrets.find({fact.slot, fact.item});
      return all != in_.seldom().secrets.end() && std::any_of(all->second.begin(), all->second.end(),
                                                              [&](const Spelling& one) { return one.form == found; });
    });
  }

  // A place that a claim stands at comes before the same where words were merely found: that one is told.
  static bool before_match(const Match& a, const Match& b) {
    return std::tuple(a.part, a.begin, a.end, b.said) < std::tuple(b.part, b.begin, b.end, a.said);
  }

  bool use(std::uint32_t slot) {  // whether a class may hide it
    const Program::Place place = p_.place(slot);
    if (place.cell == program::kNone) return false;
    const Seen seen = see(setting_, static_cast<std::uint8_t>(place.frame), place.cell);
    if (seen.state == Request::kAbsent) return false;
    in_.facts.push_back({slot, seen.state == Request::kKnown, seen.cause, setting_.item_of(place.frame, slot)});
    return place.has_class;
  }
  // What tells how soon a person has to come is a fact that the decision stands on, like those of the conditions.
  bool use_time_limits(const RuleRow& rule) {
    bool has_class = false;
    const std::span<const std::uint32_t> read = p_.indices(rule.facts);
    for (const EffectRow& effect : p_.rows<EffectRow>(Section::effects, rule.effects)) {
      if (static_cast<EffectKind>(effect.kind) != EffectKind::handoff || effect.slot == program::kNone) continue;
      if (!std::binary_search(read.begin(), read.end(), effect.slot)) has_class |= use(effect.slot);
    }
    return has_class;
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
      TextSeen& seen = in_.look(node.slot, -1, *part == TextPart::answer ? setting_.answer_text : text_of(r_, *part));
      each_place(setting_, node, seen, [&](text::Range place, Said said) {
        const text::Range there = seen.normal.original(place);
        visit(Match{*part, there.begin, there.end, said}, place, hidden);
      });
    }
  }

  // ---- what it asks for

  void raise(const RuleRow& rule, const Unit& unit, Verdict verdict, ReasonDraft& draft) {
    draft.reason.verdict = join(draft.reason.verdict, verdict);
    const Verdict item = std::min(verdict, Verdict::block);  // a hand-off shows on an item as block
    const auto raise_item = [&](std::size_t at) {
      in_.item_drafts[at].verdict = join(in_.item_drafts[at].verdict, item);
    };
    if (unit.recipient >= 0) {  // what is said of one recipient is his alone, whatever it says of a product
      raise_item(recipients_at() + static_cast<std::size_t>(unit.recipient));
    } else {
      if (rule.subjects & program::kOnRecommendation) {
        if (unit.product >= 0) raise_item(static_cast<std::size_t>(unit.product));
        if (rule.flags & program::kAsAWhole) {
          for (std::size_t at = 0; at < r_.products(); ++at) raise_item(at);
          if (r_.products() == 0 && on_products(rule)) turn_ = join(turn_, item);  // it stands in what is said
        }
      }
      if ((rule.subjects & program::kOnAction) && unit.action >= 0)
        raise_item(r_.products() + static_cast<std::size_t>(unit.action));
      if (on_outreach(rule)) {
        for (std::size_t at = recipients_at(); at < in_.item_drafts.size(); ++at) raise_item(at);
      }
      if (on_material(rule) && unit.product >= 0) raise_item(static_cast<std::size_t>(unit.product));
    }
    if (on_turn(rule)) turn_ = join(turn_, std::min(verdict, Verdict::block));
    // Withholds every part of the turn (semantics.md 10); a material is the turn.
    if ((on_message(rule) || on_material(rule)) && verdict >= Verdict::block) {
      for (std::size_t at = 0; at < in_.item_drafts.size(); ++at) raise_item(at);
    }
  }

  std::uint32_t queue_of_last_resort(const RuleRow& rule) const {
    const std::uint32_t queue = p_.pack_rows()[rule.pack].default_queue;
    return queue != program::kNone ? queue : p_.default_queue();
  }

  // A time limit that a fact tells. Where it tells none that can be kept, the queue's own holds.
  std::int64_t told_seconds(std::uint32_t slot, const program::QueueRow& queue) const {
    const Program::Place place = p_.place(slot);
    const Seen seen = see(setting_, static_cast<std::uint8_t>(place.frame), place.cell);
    if (seen.state != Request::kKnown) return kNever;
    const std::int64_t told = seconds_of(p_, queue, r_.extra(*seen.cell).duration, r_.at(), r_.at_offset());
    return told >= 0 ? told : kNever;
  }
  void offer(Bid bid) {
    const program::QueueRow& queue = p_.queues()[bid.queue];
    bid.queue_name = p_.text(queue.name);
    if (bid.priority == 0xff) bid.priority = queue.priority;
    if (bid.due_seconds == kNever && queue.has_due) bid.due_seconds = due_after(p_, queue, r_.at(), r_.at_offset());
    bid_ = bid_ ? join(*bid_, bid) : bid;
  }

  void apply(const RuleRow& rule, const Unit& unit, const EffectRow& effect, ReasonDraft& draft) {
    switch (static_cast<EffectKind>(effect.kind)) {
      case EffectKind::allow:
      case EffectKind::pass:
        return;
      case EffectKind::block:
        return raise(rule, unit, Verdict::block, draft);
      case EffectKind::redact:
      case EffectKind::replace_match:
        raise(rule, unit, Verdict::revise, draft);
        return mark(rule, unit, effect);
      case EffectKind::replace_answer:
        return raise(rule, unit, Verdict::revise, draft);  // whose text it becomes is known at the end
      case EffectKind::disclose: {
        bool left_out = false, told = false;
        const auto tells = [&](std::int32_t item) {
          const bool tell = is_due(effect, item);
          (tell ? told : left_out) = true;
          return tell;
        };
        const bool whole = on_answer(rule) || on_message(rule) || on_material(rule) ||
                           (on_outreach(rule) && unit.recipient < 0) || (on_products(rule) && r_.products() == 0);
        if (whole && tells(-1)) in_.seldom().disclosures.push_back({effect.at_start != 0, effect.wording});
        const auto of_item = [&](std::size_t at) {
          if (tells(static_cast<std::int32_t>(at)))
            in_.seldom().item_disclosures.push_back(
                {static_cast<std::uint32_t>(at), effect.wording, effect.at_start != 0});
        };
        if (unit.recipient >= 0) {
          of_item(recipients_at() + static_cast<std::size_t>(unit.recipient));
          return raise(rule, unit, Verdict::revise, draft);
        }
        if ((rule.subjects & program::kOnRecommendation) && unit.product >= 0)
          of_item(static_cast<std::size_t>(unit.product));
        if ((rule.subjects & program::kOnRecommendation) && (rule.flags & program::kAsAWhole)) {
          for (std::size_t at = 0; at < r_.products(); ++at) of_item(at);
        }
        if ((rule.subjects & program::kOnAction) && unit.action >= 0)
          of_item(r_.products() + static_cast<std::size_t>(unit.action));
        if (told || !left_out) raise(rule, unit, Verdict::revise, draft);
        return;
      }
      case EffectKind::require:
        if (effect.requirement != program::kNone && is_satisfied(effect.requirement)) return;
        raise(rule, unit, Verdict::require, draft);
        in_.seldom().required.push_back(effect.requirement != program::kNone ? Required{false, effect.requirement}
                                                                             : Required{true, effect.slot});
        return;
      case EffectKind::handoff: {
        raise(rule, unit, Verdict::handoff, draft);
        Bid bid;
        bid.hold = !draft.reason.unknown;  // an author's own `if unknown hand off` never holds (contracts.md 18)
        bid.cause = bid.hold ? Cause::none : first_cause(rule);
        bid.queue = effect.queue;
        if (rule.flags &
            program::kConfidential) {  // neutral: the pack's default queue, with its own wait (contracts.md 25)
          bid.queue = queue_of_last_resort(rule);
          return offer(bid);
        }
        bid.priority = effect.priority;
        const program::QueueRow& queue = p_.queues()[bid.queue];
        if (effect.has_within)
          bid.due_seconds = seconds_of(p_, queue, program::duration(effect.within), r_.at(), r_.at_offset());
        if (effect.slot != program::kNone) bid.due_seconds = told_seconds(effect.slot, queue);
        return offer(bid);
      }
      case EffectKind::flag:
        in_.seldom().flags.push_back(p_.text(effect.name));
        if ((rule.flags & program::kConfidential) == 0) in_.seldom().open_flags.push_back(p_.text(effect.name));
        return;
      case EffectKind::alert:
        in_.seldom().alerts.push_back(p_.text(effect.name));
        return;
    }
  }

  // False: it counts once, and is used up.
  bool is_due(const EffectRow& effect, std::int32_t item) {
    if (effect.once == 0 || nobody_waits(r_)) return true;  // no conversation in which it was told
    // An action has no id by which it is known again: what another one costs was not told.
    if (speaks_of(effect.wording, Frame::action)) return true;
    const bool of_product = item >= 0 && static_cast<std::size_t>(item) < r_.products();
    const Once once{effect.wording, effect.once, of_product && speaks_of(effect.wording, Frame::product) ? item : -1,
                    effect.once == kPerDay ? setting_.today : 0};
    if (std::binary_search(state_.used.begin(), state_.used.end(), once)) {
      in_.seldom().left_out.push_back(once);
      return false;
    }
    in_.seldom().once.push_back({once, item});
    return true;
  }
  bool speaks_of(std::uint32_t wording, Frame frame) const {
    const program::Pieces& pieces = p_.wordings()[wording].pieces;
    for (const program::Range& language : {pieces.en, pieces.zh}) {
      for (const program::PieceRow& piece : p_.rows<program::PieceRow>(Section::pieces, language)) {
        if (piece.slot < p_.slots().size() && p_.slots()[piece.slot].frame == static_cast<std::uint8_t>(frame))
          return true;
      }
    }
    return false;
  }

  bool is_satisfied(std::uint32_t requirement) const {
    return std::binary_search(satisfied_.begin(), satisfied_.end(), requirement);
  }

  // Redactions and replacements of what matched, widened to whole graphemes (semantics.md 41).
  void mark(const RuleRow& rule, const Unit& unit, const EffectRow& effect) {
    const bool replace = static_cast<EffectKind>(effect.kind) == EffectKind::replace_match;
    each_match(rule, [&](const Match& match, text::Range normal, bool) {
      // What goes out is changed whatever the rule is on, and what is to be hidden is hidden in whichever text it stands.
      if (replace && match.part != TextPart::answer && !on_part(rule, match.part)) return;
      const TextSeen& seen = in_.look(slot_of(match.part), -1, {});
      const text::Range whole = seen.normal.original_graphemes(normal);
      if (replace) {
        in_.seldom().replacements.push_back({match.part, whole.begin, whole.end, unit, &effect});
        return;
      }
      in_.seldom().redactions.push_back({match.part, whole.begin, whole.end, effect.redact_mode,
                                         static_cast<std::int16_t>(std::clamp(effect.keep_first, 0, 255)),
                                         static_cast<std::int16_t>(std::clamp(effect.keep_last, 0, 255)),
                                         p_.text(effect.redact_name)});
    });
  }

  // ---- unknown

  void collect_missing(const RuleRow& rule) {
    std::vector<FactUsed>& missing = in_.seldom().missing;
    missing.clear();
    for (const FactUsed& one : settled_facts_) {  // no false member: each of its facts that is unknown keeps it so
      if (!one.known) missing.push_back(one);
    }
    if (!settled_facts_.empty()) return;
    const auto note = [&missing](std::uint32_t slot, std::int32_t item, Cause cause) {
      missing.push_back({slot, false, cause, item});
    };
    const std::span<const Node> nodes = p_.rows<Node>(Section::nodes, rule.when);
    if (in_.when.result[nodes.size() - 1] == Kleene::unknown) each_unknown(nodes, setting_, in_.when, note);
  }
  Cause first_cause(const RuleRow& rule) {
    collect_missing(rule);
    Cause cause = Cause::none;
    for (const FactUsed& one : in_.seldom().missing) cause = join(cause, one.cause);
    return cause == Cause::none ? Cause::missing : cause;
  }

  // Neither rule nor pack says: the facts are asked for if all can be, else a person takes this turn (semantics.md 16).
  void by_default(const RuleRow& rule, const Unit& unit, ReasonDraft& draft) {
    const Cause cause = first_cause(rule);
    const std::vector<FactUsed>& missing = in_.seldom().missing;
    const bool askable = !missing.empty() && std::all_of(missing.begin(), missing.end(), [&](const FactUsed& one) {
      return one.slot != program::kNone && p_.slots()[one.slot].ask.zh.size > 0;
    });
    if (askable && !(rule.flags & program::kConfidential)) {
      raise(rule, unit, Verdict::require, draft);
      for (const FactUsed& one : missing) in_.seldom().required.push_back({true, one.slot});
      return;
    }
    raise(rule, unit, Verdict::handoff, draft);
    Bid bid;
    bid.queue = queue_of_last_resort(rule);
    bid.cause = cause;
    offer(bid);
  }

  // Something was not looked at: nothing of the turn is allowed (close), whichever verdict of it the caller goes by.
  void limit() {
    limited_ = true;
    Bid bid;
    bid.queue = p_.default_queue();
    bid.cause = Cause::limit;
    offer(bid);
  }

  // ---- the join's last step

  // A person has this recipient, or is awaited: only a word that is known to serve him goes out. One that we do not know may be another
  // for selling or for asking back, and what does something or recommends is more than a word, whatever its purpose is called. An
  // action is not of one recipient, so it stays back where one of them is held.
  void withhold_from_held() {
    if (state_.held.empty()) return;
    const std::uint32_t slot = p_.known().outreach_purpose;
    std::string purpose = slot == program::kNone ? std::string() : r_.value(slot, -1);
    for (char& c : purpose) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    constexpr std::array<std::string_view, 10> kServes = {"notice", "service", "security", "transaction", "legal",
                                                          "通知",   "服务",    "安全",     "交易",        "法定"};
    const bool word = r_.products() == 0 && r_.actions() == 0;
    if (word && std::find(kServes.begin(), kServes.end(), purpose) != kServes.end()) return;
    std::vector<std::uint32_t>& withheld = in_.seldom().withheld;
    for (std::uint32_t recipient : state_.held) {
      if (recipient >= r_.recipients()) continue;
      Verdict& verdict = in_.item_drafts[recipients_at() + recipient].verdict;
      verdict = join(verdict, Verdict::block);
      withheld.push_back(recipient);
    }
    for (std::size_t i = 0; !withheld.empty() && i < r_.actions(); ++i) {
      Verdict& verdict = in_.item_drafts[r_.products() + i].verdict;
      verdict = join(verdict, Verdict::block);
    }
    d_.withheld = withheld;
  }

  void close() {
    withhold_from_held();
    if (limited_) {
      for (ItemDraft& item : in_.item_drafts) item.verdict = join(item.verdict, Verdict::block);
    }
    in_.reasons.resize(in_.drafts.size());
    for (std::size_t at = 0; at < in_.drafts.size(); ++at) {
      const ReasonDraft& draft = in_.drafts[at];
      Reason& reason = in_.reasons[at];
      reason = draft.reason;
      reason.facts = {in_.facts.data() + draft.facts, draft.facts_end - draft.facts};
      reason.matches = {in_.matches.data() + draft.matches, draft.matches_end - draft.matches};
    }
    d_.reasons = in_.reasons;
    if (in_.uses_seldom) close_sets(in_.seldom());
    std::size_t blocked = 0, unreached = 0;
    Verdict items = Verdict::allow;
    for (std::size_t at = 0; at < in_.item_drafts.size(); ++at) {
      ItemVerdict item;
      item.recipient = at >= recipients_at();
      item.action = !item.recipient && at >= r_.products();
      item.index = static_cast<std::uint32_t>(item.recipient ? at - recipients_at()
                                              : item.action  ? at - r_.products()
                                                             : at);
      item.id = item.recipient ? r_.recipient_id(item.index)
                : item.action  ? r_.action_name(item.index)
                               : r_.product_id(item.index);
      item.verdict = in_.item_drafts[at].verdict;
      if (in_.uses_seldom && item.verdict < Verdict::block) item.disclosures = disclosures_of(at);
      in_.items.push_back(item);
      if (item.verdict >= Verdict::block) {
        ++blocked;
        unreached += item.recipient ? 1 : 0;
        items = join(items, Verdict::revise);
      } else {
        items = join(items, item.verdict);
      }
    }
    // Nothing of it stays, or nobody to whom it would go.
    if (blocked > 0 && (blocked == in_.items.size() || (unreached > 0 && unreached == r_.recipients())))
      items = Verdict::block;
    d_.items = in_.items;
    d_.verdict = join(turn_, items);
    if (bid_) {
      d_.verdict = Verdict::handoff;
      d_.has_handoff = true;
      d_.handoff.queue = bid_->queue;
      d_.handoff.priority = bid_->priority;
      d_.handoff.due_seconds = bid_->due_seconds == kNever ? program::kNoDue : bid_->due_seconds;
      d_.handoff.hold = bid_->hold;
      d_.handoff.cause = bid_->hold ? Cause::none : bid_->cause;
    }
    if (in_.uses_seldom) close_once(in_.seldom());
  }
  // What is told once is used up only where it is told: with an answer or an item that goes out, and with all that it puts in.
  void close_once(Scratch::Inside::Seldom& all) {
    for (const OnceDraft& one : all.once) {
      const bool stays =
          one.item < 0 ? answers() : in_.items[static_cast<std::size_t>(one.item)].verdict < Verdict::block;
      all.asked_once.push_back(one.once);
      if (d_.verdict <= Verdict::revise && stays && is_told_whole(one)) all.told_once.push_back(one.once);
    }
    join_set(all.asked_once, std::less<>());
    join_set(all.told_once, std::less<>());
    join_set(all.left_out, std::less<>());
    d_.told_once = all.told_once;
    d_.left_out = all.left_out;
  }
  bool is_told_whole(const OnceDraft& one) const {
    Unit unit;
    if (one.item >= 0) {
      const ItemVerdict& item = in_.items[static_cast<std::size_t>(one.item)];
      (item.action      ? unit.action
       : item.recipient ? unit.recipient
                        : unit.product) = static_cast<std::int32_t>(item.index);
    }
    return tells_all(topic(unit), p_.wordings()[one.once.wording].pieces);
  }
  void close_sets(Scratch::Inside::Seldom& all) {
    join_set(all.item_disclosures, std::less<>());
    for (const ItemDisclosure& one : all.item_disclosures) all.item_wordings.push_back(one.wording);
    join(all.redactions);
    std::vector<Spelling> secrets;
    for (const auto& [fact, values] : all.secrets) secrets.insert(secrets.end(), values.begin(), values.end());
    join_set(secrets, std::less<>());
    for (const TextPart part : {TextPart::answer, TextPart::message, TextPart::outreach, TextPart::material})
      find_values(all.hidden, part, text_of(r_, part), secrets, all.redact.normal);
    mask();
    all.untold = all.masked;
    d_.untold = all.untold;
    replace_matches(all);
    for (const Redacted& one :
         all.redactions) {  // a message is stored as it may be: what is replaced there, no sentence tells
      if (one.part == TextPart::message && one.mode == kLabel) all.untold.push_back(one);
    }
    join(all.untold);
    d_.untold = all.untold;
    join_set(all.disclosures, [](const Disclosure& a, const Disclosure& b) {
      return std::pair(!a.at_start, a.wording) < std::pair(!b.at_start, b.wording);
    });
    d_.disclosures = all.disclosures;
    join_set(all.required, [](const Required& a, const Required& b) {
      return std::pair(a.is_fact, a.index) < std::pair(b.is_fact, b.index);
    });
    d_.requires_ = all.required;
    join_set(all.flags, std::less<>());
    join_set(all.open_flags, std::less<>());
    join_set(all.alerts, std::less<>());
    d_.flags = all.flags;
    d_.open_flags = all.open_flags;
    d_.alerts = all.alerts;
  }
  // What no sentence may tell is known before any is made.
  void mask() {
    Scratch::Inside::Seldom& all = in_.seldom();
    all.masked = all.redactions;
    all.masked.insert(all.masked.end(), all.hidden.begin(), all.hidden.end());
    join(all.masked);
    d_.redactions = all.redactions;
    d_.masked = all.masked;
  }
  void replace_matches(Scratch::Inside::Seldom& all) {
    const std::size_t before = all.redactions.size();
    for (Replacement& one : all.replacements) {
      std::string& match = all.match;
      match.clear();
      append_masked(match, d_.untold, one.part, text_of(r_, one.part), one.begin, one.end);
      one.text = all.texts.size();
      append(all.texts, topic(one.unit, match), one.with->with);
      one.size = all.texts.size() - one.text;
      if (one.part == TextPart::answer) continue;
      // Of the other texts nothing is sent back, so whoever has them is told what takes the place of what.
      const std::string& label = all.labels.emplace_back(all.texts.substr(one.text, one.size));
      all.redactions.push_back({one.part, one.begin, one.end, kLabel, 0, 0, label});
    }
    if (all.redactions.size() == before) return;
    join(all.redactions);
    mask();
  }
  std::span<const std::uint32_t> disclosures_of(std::size_t item) {
    const Scratch::Inside::Seldom& all = in_.seldom();
    const auto [first, last] =
        std::equal_range(all.item_disclosures.begin(), all.item_disclosures.end(),
                         ItemDisclosure{static_cast<std::uint32_t>(item), 0, false},
                         [](const ItemDisclosure& a, const ItemDisclosure& b) { return a.item < b.item; });
    return {all.item_wordings.data() + (first - all.item_disclosures.begin()), static_cast<std::size_t>(last - first)};
  }

  // ---- what the customer is told

  Topic topic(const Unit& unit, std::string_view match = {}) const {
    return {&p_, &r_, r_.language(), unit.product, unit.action, match, unit.recipient, d_.untold};
  }
  Topic topic(const ReasonDraft& draft) const {
    std::string_view match;
    if (draft.matches < draft.matches_end) {
      const Match& first = in_.matches[draft.matches];
      match = text_of(r_, first.part).substr(first.begin, first.end - first.begin);
      if (!d_.untold.empty()) {
        match = in_.seldom().labels.emplace_back(
            masked(d_.untold, first.part, text_of(r_, first.part), first.begin, first.end));
      }
    }
    return topic(Unit{draft.reason.product, draft.reason.action, draft.reason.recipient}, match);
  }

  const program::SayRow* say_of(const RuleRow& rule) const {
    const program::SayRow* any = nullptr;
    for (const program::SayRow& say : p_.rows<program::SayRow>(Section::says, rule.says)) {
      if (say.channel.size == 0) any = &say;
      if (say.channel.size > 0 && p_.text(say.channel) == r_.channel()) return &say;
    }
    return any;
  }
  // What a rule puts in place of the answer: by its `if unknown` where nothing settled it.
  const EffectRow* replacement_of(const Reason& reason) const {
    const RuleRow& rule = p_.rules()[reason.rule];
    if (reason.unknown && static_cast<IfUnknown>(rule.if_unknown) != IfUnknown::effects) return nullptr;
    for (const EffectRow& effect :
         p_.rows<EffectRow>(Section::effects, reason.unknown ? rule.unknown_effects : rule.effects)) {
      if (static_cast<EffectKind>(effect.kind) == EffectKind::replace_answer) return &effect;
    }
    return nullptr;
  }

  // Does the bot say something? An answer without a text goes out as nothing, and so does what would be disclosed with it.
  bool answers() const {
    return r_.has_answer() && (answer_slot_ == program::kNone || r_.fact(answer_slot_, -1).cause != Cause::missing);
  }
  // The text of an outreach or a material that a rule replaces: told as one place, all of it, with what takes it. What others mask or
  // replace within it is gone with it, as it is in an answer.
  void replace_whole() {
    if (in_.drafts.empty()) return;
    for (const TextPart part : {TextPart::outreach, TextPart::material}) {
      // Of an outreach whatever its whole comes to: each recipient has a verdict of his own.
      if (part == TextPart::material && d_.verdict > Verdict::revise) continue;
      const std::string_view whole = text_of(r_, part);
      for (const ReasonDraft& draft : in_.drafts) {
        // What is said of one recipient is no text for all of them.
        const bool for_all = draft.reason.recipient < 0 && on_part(p_.rules()[draft.reason.rule], part);
        if (whole.empty() || !for_all || draft.reason.verdict > Verdict::revise) continue;
        const EffectRow* with = replacement_of(draft.reason);
        if (!with) continue;
        std::string& label = in_.seldom().labels.emplace_back();
        append(label, topic(draft), with->with);
        std::vector<Redacted>& all = in_.seldom().redactions;
        std::erase_if(all, [&](const Redacted& one) { return one.part == part; });
        all.push_back({part, 0, static_cast<std::uint32_t>(whole.size()), kLabel, 0, 0, label});
        std::sort(all.begin(), all.end(), [](const Redacted& a, const Redacted& b) {
          return std::pair(a.part, a.begin) < std::pair(b.part, b.begin);
        });
        mask();
        break;
      }
    }
  }
  // Up to revise: the answer, with what the rules made of it.
  void answer() {
    if (!answers()) return;
    d_.has_say = true;
    bool replaced = false;
    for (const ReasonDraft& draft : in_.drafts) {
      if (draft.reason.verdict != d_.verdict) continue;
      const EffectRow* with = replacement_of(draft.reason);
      if (!with) continue;
      append(in_.say, topic(draft), with->with);
      replaced = true;
      break;
    }
    if (!replaced) {
      in_.say = r_.answer_text();
      edit();
    }
    disclose();
    d_.answer_changed = in_.say != r_.answer_text();
  }
  void edit() {
    if (!in_.uses_seldom) return;
    Scratch::Inside::Seldom& all = in_.seldom();
    for (const Redacted& one : all.redactions) {
      if (one.part != TextPart::answer) continue;
      all.edits.push_back({{one.begin, one.end},
                           static_cast<text::Edit::Mode>(one.mode),
                           static_cast<std::uint8_t>(one.keep_first),
                           static_cast<std::uint8_t>(one.keep_last),
                           one.label});
    }
    for (const Replacement& one : all.replacements) {
      if (one.part != TextPart::answer) continue;
      all.edits.push_back({{one.begin, one.end},
                           text::Edit::Mode::replace,
                           0,
                           0,
                           std::string_view(all.texts).substr(one.text, one.size)});
    }
    if (all.edits.empty()) return;
    text::apply_edits(r_.answer_text(), all.edits, all.redact, in_.say);
    // Nothing is left to say, and the customer is not sent an empty line: he is told what he may do instead.
    if (text::says_nothing(in_.say)) in_.say = fallback(Verdict::block, r_.language());
  }
  // The answer's own disclosures, then those of the products and actions that stay: who reads nothing but `say` is right too.
  void disclose() {
    if (!in_.uses_seldom) return;
    Scratch::Inside::Seldom& all = in_.seldom();
    const auto tell = [&](bool at_start, std::uint32_t wording, const Unit& unit) {
      const std::size_t at = all.texts.size();
      append(all.texts, topic(unit), p_.wordings()[wording].pieces);
      all.told.push_back({at_start, at, all.texts.size() - at});
    };
    for (const Disclosure& one : all.disclosures) tell(one.at_start, one.wording, Unit{});
    for (const ItemDisclosure& one : all.item_disclosures) {
      const ItemVerdict& item = in_.items[one.item];
      const auto at = static_cast<std::int32_t>(item.index);
      if (item.verdict < Verdict::block)
        tell(one.at_start, one.wording, item.action ? Unit{-1, at, -1} : Unit{at, -1, -1});
    }
    if (all.told.empty()) return;
    for (const Told& one : all.told)
      all.disclosed.push_back({one.at_start, std::string_view(all.texts).substr(one.at, one.size)});
    text::add_disclosures(all.disclosed, all.redact, in_.say);
    // What is told of a decision is what was added, not what the answer said already.
    std::size_t added = 0;
    for (std::size_t i = 0; i < all.disclosures.size(); ++i)
      if (all.disclosed[i].added) all.disclosures[added++] = all.disclosures[i];
    d_.disclosures = std::span(all.disclosures).first(added);
  }

  // Above revise: the text of the first rule at that verdict, else of what is asked for, of the queue, of last resort.
  bool interpolated_ = false;
  // Of an outreach or a material nobody waits for a word: only a rule's own is said.
  static bool nobody_waits(const Request& request) { return request.has_outreach() || request.has_material(); }
  void refusal() {
    d_.has_say = !nobody_waits(r_);
    for (const ReasonDraft& draft : in_.drafts) {
      if (draft.reason.unknown || draft.reason.verdict != d_.verdict) continue;
      const RuleRow& rule = p_.rules()[draft.reason.rule];
      if (rule.flags & program::kConfidential) {
        if (d_.verdict == Verdict::handoff) continue;  // the queue's neutral text
      }
      if (const program::SayRow* say = say_of(rule)) {
        interpolated_ = append(in_.say, topic(draft), say->text);
        d_.has_say = true;
        return;
      }
    }
    if (!d_.has_say) return;
    if (d_.verdict == Verdict::block) {
      for (const ReasonDraft& draft : in_.drafts) {
        if (draft.reason.verdict != d_.verdict) continue;
        if (const EffectRow* with = replacement_of(draft.reason)) {
          interpolated_ = append(in_.say, topic(draft), with->with);
          return;
        }
      }
    }
    if (d_.verdict == Verdict::require) {
      for (const Required& one : in_.seldom().required) {
        for (std::size_t at = 0; at < in_.drafts.size(); ++at) {
          const Reason& reason = in_.reasons[at];
          if (reason.verdict != d_.verdict || !requires_it(p_, reason, one) || !helps(p_, d_, reason)) continue;
          Topic about = of_the_turn();
          if (reason.product >= 0) about.product = reason.product;
          if (reason.action >= 0) about.action = reason.action;
          ask(one, about);
        }
      }
    }
    if (d_.verdict == Verdict::handoff) in_.say = waiting_text(d_.handoff.queue);
    if (in_.say.empty()) in_.say = fallback(d_.verdict, r_.language());
  }

  // One line a question: of two actions that need the same it is one where it reads the same.
  void ask(const Required& what, const Topic& of) {
    const std::size_t before = in_.say.size();
    if (before > 0) in_.say += '\n';
    const std::size_t begin = in_.say.size();
    const bool with_facts = append(in_.say, of, ask_of(p_, what));
    const std::string_view line = std::string_view(in_.say).substr(begin);
    bool said = line.empty();
    for (std::size_t at = 0; at < before && !said;) {
      const std::size_t end = std::min(in_.say.find('\n', at), before);
      said = std::string_view(in_.say).substr(at, end - at) == line;
      at = end + 1;
    }
    if (said)
      in_.say.resize(before);
    else
      interpolated_ |= with_facts;
  }

  // What the turn is about: its product and its action, if it has one.
  Topic of_the_turn() const { return {&p_, &r_, r_.language(), -1, -1, {}, -1, d_.untold}; }

  std::string waiting_text(std::uint32_t index) const {
    const program::QueueRow& queue = p_.queues()[index];
    const bool closed =
        !p_.text(queue.when_closed_say, r_.language()).empty() && !is_open(p_, queue, r_.at(), r_.at_offset());
    std::string out;
    append(out, of_the_turn(), closed ? queue.when_closed_pieces : queue.say_pieces);
    return out;
  }

  // The final text is judged once more, by text rules only; above revise a person takes it, never a third time
  // (semantics.md 22).
  void judge_final_text() {
    const bool revised = d_.verdict <= Verdict::revise;
    if (!d_.has_say || answer_slot_ == program::kNone || !r_.has_answer()) return;
    if (revised ? !d_.answer_changed : !interpolated_) return;
    in_.forget(answer_slot_);
    setting_.answer_text = in_.say;
    for (std::uint32_t index : p_.answer_rules()) {
      const RuleRow& rule = p_.rules()[index];
      const PackNow& pack = in_.packs[rule.pack];
      const bool applies =
          on_turn(rule) || on_products(rule) || on_actions(rule);  // whatever it is on, it reads the answer
      if (!applies || !pack.applies || pack.day < rule.from || pack.day > rule.until) continue;
      setting_.pack = rule.pack;
      setting_.today = pack.day;
      setting_.offset_minutes = pack.offset;
      const std::size_t products = rule.flags & program::kReadsProduct ? r_.products() : 1;
      const std::size_t actions = rule.flags & program::kReadsAction ? r_.actions() : 1;
      for (std::size_t product = 0; product < products; ++product) {
        for (std::size_t action = 0; action < actions; ++action) {
          const Unit unit{rule.flags & program::kReadsProduct ? static_cast<std::int32_t>(product) : -1,
                          rule.flags & program::kReadsAction ? static_cast<std::int32_t>(action) : -1, -1};
          if ((revised || !on_answer(rule)) && has_refused(index, unit)) continue;
          place(unit);
          if (refuses(rule, revised)) return hand_over();
        }
      }
    }
  }
  // A rule on products or actions that has taken out what it is about, of the text as it came: that stands, and the rest goes on.
  bool has_refused(std::uint32_t rule, const Unit& unit) const {
    return std::any_of(in_.drafts.begin(), in_.drafts.end(), [&](const ReasonDraft& draft) {
      const Reason& reason = draft.reason;
      return reason.rule == rule && reason.verdict > Verdict::revise &&
             (unit.product < 0 || reason.product == unit.product) && (unit.action < 0 || reason.action == unit.action);
    });
  }
  bool refuses(const RuleRow& rule, bool revised) {
    const Kleene result = settle(rule);
    if (result == Kleene::no) return false;
    if (revised) return asks(rule, result) > Verdict::revise;
    // A refusal's own text is held back only for what stands in it: the rule may be true for other reasons.
    bool stands_there = false;
    if (result == Kleene::yes) {
      each_match(rule, [&](const Match& match, text::Range, bool) { stands_there |= match.part == TextPart::answer; });
    }
    return stands_there && asks(rule, result) > Verdict::revise;
  }
  Verdict asks(const RuleRow& rule, Kleene result) const {
    const auto if_unknown = static_cast<IfUnknown>(rule.if_unknown);
    if (result == Kleene::unknown && if_unknown != IfUnknown::effects) {
      return if_unknown == IfUnknown::pass ? Verdict::allow : Verdict::handoff;
    }
    Verdict asked = Verdict::allow;
    for (const EffectRow& effect :
         p_.rows<EffectRow>(Section::effects, result == Kleene::yes ? rule.effects : rule.unknown_effects)) {
      switch (static_cast<EffectKind>(effect.kind)) {
        case EffectKind::block:
          asked = join(asked, Verdict::block);
          break;
        case EffectKind::require:
          if (effect.requirement != program::kNone && is_satisfied(effect.requirement)) break;
          asked = join(asked, Verdict::require);
          break;
        case EffectKind::handoff:
          asked = join(asked, Verdict::handoff);
          break;
        default:
          break;
      }
    }
    return asked;
  }
  void hand_over() {
    if (!d_.has_handoff) {
      Bid bid;
      bid.queue = p_.default_queue();
      bid.cause = Cause::final_text;
      offer(bid);
      d_.has_handoff = true;
      d_.handoff = {bid_->queue, bid_->priority, bid_->due_seconds == kNever ? program::kNoDue : bid_->due_seconds,
                    false, Cause::final_text};
    }
    d_.verdict = Verdict::handoff;
    d_.told_once = {};
    d_.disclosures = {};
    d_.answer_changed = false;
    in_.say = waiting_text(d_.handoff.queue);
    if (in_.say.empty()) in_.say = fallback(Verdict::handoff, r_.language());
  }
};

void fail(const Ruleset& ruleset, const Request& request, Decision& decision, Cause cause) {
  decision = {};
  decision.verdict = Verdict::handoff;
  decision.has_handoff = true;
  decision.handoff.queue = ruleset.program ? ruleset.program->default_queue() : 0;
  decision.handoff.hold = false;
  decision.handoff.due_seconds = program::kNoDue;
  decision.handoff.cause = cause;
  decision.has_say = !request.has_outreach() && !request.has_material();
  if (decision.has_say) decision.say = fallback(Verdict::handoff, request.language());
}

}  // namespace

Needs needs(const Program&, const Request& request) {
  Needs needs;
  needs.keys.push_back({StateKey::Kind::idempotency, request.id(), {}});
  return needs;
}

const Decision& decide(const Ruleset& ruleset, const Request& request, const StateView& state,
                       Scratch& scratch) noexcept {
  return decide(ruleset, request, state, {}, scratch);
}

Kleene is_of_topic(const Ruleset& ruleset, const Request& request, std::uint32_t topic, Scratch& scratch) noexcept {
  Scratch::Inside& inside = scratch.inside();
  try {
    inside.begin(ruleset.program);
    return Run(ruleset, request, StateView{}, {}, inside).topic(ruleset.program->topics()[topic]);
  } catch (...) {  // memory is all that can run out
    return Kleene::unknown;
  }
}

const Decision& decide(const Ruleset& ruleset, const Request& request, const StateView& state,
                       std::span<const std::uint32_t> satisfied, Scratch& scratch) noexcept {
  request.fetch();
  Scratch::Inside& inside = scratch.inside();
  try {
    if (!ruleset.program || ruleset.program->pack_rows().empty()) {
      inside.begin(ruleset.program);
      fail(ruleset, request, inside.decision, Cause::no_pack);
      return inside.decision;
    }
    inside.begin(ruleset.program);
    Run(ruleset, request, state, satisfied, inside).run();
  } catch (...) {  // memory is all that can run out here; a person takes the turn
    fail(ruleset, request, inside.decision, Cause::internal);
  }
  return inside.decision;
}

}  // namespace caveat::decide
