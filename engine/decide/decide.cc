#include "engine/decide/decide.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "engine/base/fetch_ahead.h"
#include "engine/base/numerals.h"
#include "engine/decide/decide_inside.h"
#include "engine/decide/opening_hours.h"
#include "engine/decide/satisfied.h"
#include "engine/decide/topics.h"
#include "engine/program/image.h"

namespace caveat::decide {

Scratch::Scratch(const Limits& limits) : inside_(std::make_unique<Inside>(limits)) {}
Scratch::~Scratch() = default;
std::span<const Once> Scratch::once() const { return inside_->once(); }
bool Scratch::wants_question() const { return inside_->wants_question; }
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

// Is the turn of the topic, for any product, action or recipient that it has? A turn without products is looked at for none: what the
// condition says of the answer, say, holds for it too.
Kleene Run::topic(const program::TopicRow& row) {
  prepare();
  setting_.pack = row.pack;
  setting_.today = in_.packs[row.pack].day;
  setting_.offset_minutes = in_.packs[row.pack].offset;
  const bool by_product = (row.flags & program::kReadsProduct) != 0,
             by_action = (row.flags & program::kReadsAction) != 0;
  const std::size_t products = by_product ? r_.all_products() : 0, actions = by_action ? r_.actions() : 0;
  if (too_many(products, actions) || (by_product && r_.names_too_many())) return Kleene::unknown;
  Kleene any = Kleene::no;
  each_unit(products, actions, r_.recipients() > 0 ? 0 : -1, [&](const Unit& unit) {
    place(unit);
    any = any | evaluate(p_.rows<Node>(Section::nodes, row.when), setting_, in_.when);
    return any != Kleene::yes;
  });
  return any;
}

void Run::run() {
  prepare();
  if (is_marked() && r_.has_answer() && !text::show(r_.answer_text(), r_.answer_format(), in_.limits, shown_answer()))
    limit();  // what it shows is not known
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

void Run::prepare() {
  answer_slot_ = p_.answer_text();
  message_slot_ = p_.message_text();
  setting_.program = &p_;
  setting_.request = &r_;
  setting_.eyes = &in_;
  setting_.answer_slot = answer_slot_;
  setting_.answer_text = r_.answer_text();
  setting_.answer_format = r_.answer_format();
  setting_.question = state_.question;
  setting_.cells[0] = r_.cells(Frame::turn, 0);
  const std::span<const program::PackRow> packs = p_.pack_rows();
  in_.packs.resize(packs.size());
  for (std::uint32_t pack = 0; pack < packs.size(); ++pack) {
    const std::int32_t offset = p_.offset_minutes(pack, r_.at(), r_.at_offset());
    in_.packs[pack] = {days_of(r_.at(), offset), offset, applies(packs[pack])};
  }
  in_.item_drafts.resize(recipients_at() + r_.recipients());
}

// Of a pack of no jurisdiction, and where none is known, of all (decision.md).
bool Run::applies(const program::PackRow& pack) const {
  if (pack.jurisdictions.count == 0 || r_.jurisdictions() == 0) return true;
  for (program::Str one : p_.strings(pack.jurisdictions)) {
    for (std::size_t i = 0; i < r_.jurisdictions(); ++i) {
      if (r_.jurisdiction(i) == p_.text(one)) return true;
    }
  }
  return false;
}

// The rules that are not certainly false, with what each is to be judged for, by (rank, product, action, recipient). A rule
// that reads a product is judged once for each; with none it does not apply (semantics.md 9). In an outreach one that reads
// the customer is judged for each recipient, any other once for all of them. Beyond Limits::pairs, or what fits the scratch,
// nothing is looked for, and a person takes the turn.
void Run::find() {
  if (r_.names_too_many()) limit();
  const program::Index& index = p_.index();
  for (const bool by_product : {false, true}) {
    for (const bool by_action : {false, true}) {
      const std::size_t shape = program::Index::shape(by_product, by_action);
      if (index.empty(shape)) continue;
      const std::size_t products = by_product ? r_.all_products() : 0, actions = by_action ? r_.actions() : 0;
      if (too_many(products, actions)) return limit();
      bool room = true;
      each_unit(products, actions, -1, [&](const Unit& unit) {
        room = in_.candidates.size() * sizeof(Candidate) <= in_.limits.scratch_bytes;
        if (!room) return false;
        place(unit);
        const std::size_t before = in_.candidates.size();
        const RuleRow* const rules = p_.rules().data();
        index.each(shape, {setting_.cells, &words_}, [&](std::uint32_t rule, Settled settled) {
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

bool Run::applies(const RuleRow& rule, const Unit& unit) const {
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
  if (is_named(unit)) return on_answer(rule);
  return on_products(rule) || on_turn(rule) || on_actions(rule) || on_outreach(rule);
}

Kleene Run::settle(const RuleRow& rule) {
  setting_.inferred_counts = true;
  const Kleene when = evaluate(p_.rows<Node>(Section::nodes, rule.when), setting_, in_.when);
  if (when == Kleene::no || !(rule.flags & program::kHasUnless)) return when;
  setting_.inferred_counts = (rule.flags & program::kTrustInferred) != 0;
  setting_.excuses = true;
  const Kleene excuse = evaluate(p_.rows<Node>(Section::nodes, rule.unless), setting_, in_.excuse);
  setting_.inferred_counts = true;
  setting_.excuses = false;
  return unless(when, excuse);
}

void Run::judge(std::uint32_t index, const Unit& unit, Settled settled) {
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
  if (is_named(unit)) note_name(unit, draft.matches);
  draft.matches_end = in_.matches.size();

  if (!unknown) {
    for (const EffectRow& effect : p_.rows<EffectRow>(Section::effects, rule.effects)) apply(rule, unit, effect, draft);
  } else if (if_unknown == IfUnknown::effects) {
    for (const EffectRow& effect : p_.rows<EffectRow>(Section::effects, rule.unknown_effects))
      apply(rule, unit, effect, draft);
  } else {
    by_default(rule, unit, draft);
  }
}

// Where the answer says its name, behind what the rule's own conditions found: {match} is theirs first.
void Run::note_name(const Unit& unit, std::size_t first) {
  const Request::Place at = r_.named_at(static_cast<std::size_t>(unit.product));
  const auto is_there = [&](const Match& match) {
    return match.part == TextPart::answer && match.begin == at.begin && match.end == at.end;
  };
  if (std::none_of(in_.matches.begin() + static_cast<std::ptrdiff_t>(first), in_.matches.end(), is_there))
    in_.matches.push_back({TextPart::answer, at.begin, at.end, Said::found});
}

void Run::hide(const FactUsed& fact) {
  if (!fact.known || !is_protected(p_, fact.slot)) return;
  Scratch::Inside::Seldom& all = in_.seldom();
  const auto [at, fresh] = all.secrets.try_emplace({fact.slot, fact.item});
  if (!fresh) return;
  at->second = protected_values(p_, r_, {&fact, 1});
  for (const Spelling& one : at->second) all.secrets_held += sizeof(one) + one.form.size();
}

// What is too short to be looked for in a whole text is hidden where all that was found is that.
bool Run::is_one(std::span<const FactUsed> classed, const Match& match, text::Range place) {
  if (classed.empty() || !in_.uses_seldom) return false;
  std::string found(in_.look(slot_of(match.part), -1, {}).normal.text().substr(place.begin, place.end - place.begin));
  plain_numerals(found);
  return std::any_of(classed.begin(), classed.end(), [&](const FactUsed& fact) {
    const auto all = in_.seldom().secrets.find({fact.slot, fact.item});
    return all != in_.seldom().secrets.end() &&
           std::any_of(all->second.begin(), all->second.end(), [&](const Spelling& one) { return one.form == found; });
  });
}

bool Run::use(std::uint32_t slot) {  // whether a class may hide it
  const Program::Place place = p_.place(slot);
  if (place.cell == program::kNone) return false;
  const Seen seen = see(setting_, static_cast<std::uint8_t>(place.frame), place.cell);
  if (seen.state == Request::kAbsent) return false;
  in_.facts.push_back({slot, seen.state == Request::kKnown, seen.cause, setting_.item_of(place.frame, slot)});
  return place.has_class;
}

// What tells how soon a person has to come is a fact that the decision stands on, like those of the conditions.
bool Run::use_time_limits(const RuleRow& rule) {
  bool has_class = false;
  const std::span<const std::uint32_t> read = p_.indices(rule.facts);
  for (const EffectRow& effect : p_.rows<EffectRow>(Section::effects, rule.effects)) {
    if (static_cast<EffectKind>(effect.kind) != EffectKind::handoff || effect.slot == program::kNone) continue;
    if (!std::binary_search(read.begin(), read.end(), effect.slot)) has_class |= use(effect.slot);
  }
  return has_class;
}

// Something was not looked at: nothing of the turn is allowed (close), whichever verdict of it the caller goes by.
void Run::limit() {
  limited_ = true;
  Bid bid;
  bid.queue = p_.default_queue();
  bid.cause = Cause::limit;
  offer(bid);
}

void Run::raise(const RuleRow& rule, const Unit& unit, Verdict verdict, ReasonDraft& draft) {
  draft.reason.verdict = join(draft.reason.verdict, verdict);
  const Verdict item = std::min(verdict, Verdict::block);  // a hand-off shows on an item as block
  const auto raise_item = [&](std::size_t at) {
    in_.item_drafts[at].verdict = join(in_.item_drafts[at].verdict, item);
  };
  if (is_named(unit)) {  // the answer speaks of it, and it is no item of the turn
    turn_ = join(turn_, item);
    return;
  }
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

std::uint32_t Run::queue_of_last_resort(const RuleRow& rule) const {
  const std::uint32_t queue = p_.pack_rows()[rule.pack].default_queue;
  return queue != program::kNone ? queue : p_.default_queue();
}

// A time limit that a fact tells. Where it tells none that can be kept, the queue's own holds.
std::int64_t Run::told_seconds(std::uint32_t slot, const program::QueueRow& queue) const {
  const Program::Place place = p_.place(slot);
  const Seen seen = see(setting_, static_cast<std::uint8_t>(place.frame), place.cell);
  if (seen.state != Request::kKnown) return kNever;
  const std::int64_t told = seconds_of(p_, queue, r_.extra(*seen.cell).duration, r_.at(), r_.at_offset());
  return told >= 0 ? told : kNever;
}

void Run::offer(Bid bid) {
  const program::QueueRow& queue = p_.queues()[bid.queue];
  bid.queue_name = p_.text(queue.name);
  if (bid.priority == 0xff) bid.priority = queue.priority;
  if (bid.due_seconds == kNever && queue.has_due) bid.due_seconds = due_after(p_, queue, r_.at(), r_.at_offset());
  bid_ = bid_ ? join(*bid_, bid) : bid;
}

void Run::apply(const RuleRow& rule, const Unit& unit, const EffectRow& effect, ReasonDraft& draft) {
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
      if (is_named(unit)) {
        if (told || !left_out) raise(rule, unit, Verdict::revise, draft);
        return;
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
bool Run::is_due(const EffectRow& effect, std::int32_t item) {
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

bool Run::speaks_of(std::uint32_t wording, Frame frame) const {
  const program::Pieces& pieces = p_.wordings()[wording].pieces;
  for (const program::Range& language : {pieces.en, pieces.zh}) {
    for (const program::PieceRow& piece : p_.rows<program::PieceRow>(Section::pieces, language)) {
      if (piece.slot < p_.slots().size() && p_.slots()[piece.slot].frame == static_cast<std::uint8_t>(frame))
        return true;
    }
  }
  return false;
}

// Redactions and replacements of what matched, widened to whole graphemes (semantics.md 41).
void Run::mark(const RuleRow& rule, const Unit& unit, const EffectRow& effect) {
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

void Run::collect_missing(const RuleRow& rule) {
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

Cause Run::first_cause(const RuleRow& rule) {
  collect_missing(rule);
  Cause cause = Cause::none;
  for (const FactUsed& one : in_.seldom().missing) cause = join(cause, one.cause);
  return cause == Cause::none ? Cause::missing : cause;
}

// Neither rule nor pack says: the facts are asked for if all can be, else a person takes this turn (semantics.md 16).
void Run::by_default(const RuleRow& rule, const Unit& unit, ReasonDraft& draft) {
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

// The join's last step; what most turns have nothing of is in decide_close.cc.
void Run::close() {
  if (!state_.held.empty()) withhold_from_held();
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

namespace {

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

std::string open_question(const Program& program, const Request& request, const Decision& decision, Scratch& scratch) {
  if (!request.has_message() || program.message_text() == program::kNone || !program.lexicons().has_cues()) return {};
  const TextSeen& seen = scratch.inside().look(program.message_text(), -1, request.message_text());
  const std::optional<text::Range> asked = text::last_asked(seen.normal.text(), seen.hits.cues());
  if (!asked) return {};
  const text::Range there = seen.normal.original(*asked);
  std::string question = masked(decision.masked, TextPart::message, request.message_text(), there.begin, there.end);
  question.erase(0, std::min(question.find_first_not_of(' '), question.size()));
  // Looked for in the normal form: as it was written, signs that nobody sees may part it from the clause.
  if (text::ends_with_question(seen.normal.text(), *asked)) question += '?';
  return question;
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
