#include <algorithm>

#include "engine/decide/decide_inside.h"

namespace caveat::decide {

// The final text is judged once more, by text rules only; above revise a person takes it, never a third time
// (semantics.md 22).
void Run::judge_final_text() {
  const bool revised = d_.verdict <= Verdict::revise;
  if (!d_.has_say || answer_slot_ == program::kNone || !r_.has_answer()) return;
  if (revised ? !d_.answer_changed : !interpolated_) return;
  in_.forget(answer_slot_);
  setting_.answer_text = in_.say;
  setting_.answer_format = d_.say_format;
  std::array<std::optional<std::span<const std::uint64_t>>, 2> found;  // of what is looked for, and of what is claimed
  const auto may_hold = [&](const program::TestRow& test) {
    if (test.high == 0) return true;
    auto& words = found[(test.flags & program::kClaimed) != 0 ? 1 : 0];
    if (!words) words = words_.found(test);
    return words->empty() || p_.is_any_found(test, *words);
  };
  for (std::size_t at = 0; at < p_.answer_rules().size(); ++at) {
    if (!may_hold(p_.answer_tests()[at])) continue;  // most of them
    const std::uint32_t index = p_.answer_rules()[at];
    const RuleRow& rule = p_.rules()[index];
    const PackNow& pack = in_.packs[rule.pack];
    const bool applies =
        on_turn(rule) || on_products(rule) || on_actions(rule);  // whatever it is on, it reads the answer
    if (!applies || !pack.applies || pack.day < rule.from || pack.day > rule.until) continue;
    setting_.pack = rule.pack;
    setting_.today = pack.day;
    setting_.offset_minutes = pack.offset;
    const std::size_t products = rule.flags & program::kReadsProduct ? r_.all_products() : 1;
    const std::size_t actions = rule.flags & program::kReadsAction ? r_.actions() : 1;
    for (std::size_t product = 0; product < products; ++product) {
      for (std::size_t action = 0; action < actions; ++action) {
        const Unit unit{rule.flags & program::kReadsProduct ? static_cast<std::int32_t>(product) : -1,
                        rule.flags & program::kReadsAction ? static_cast<std::int32_t>(action) : -1, -1};
        if (is_named(unit) && !on_answer(rule)) continue;
        if ((revised || !on_answer(rule)) && has_refused(index, unit)) continue;
        place(unit);
        if (refuses(rule, revised)) return hand_over();
      }
    }
  }
}

// A rule on products or actions that has taken out what it is about, of the text as it came: that stands, and the rest goes on.
bool Run::has_refused(std::uint32_t rule, const Unit& unit) const {
  return std::any_of(in_.drafts.begin(), in_.drafts.end(), [&](const ReasonDraft& draft) {
    const Reason& reason = draft.reason;
    return reason.rule == rule && reason.verdict > Verdict::revise &&
           (unit.product < 0 || reason.product == unit.product) && (unit.action < 0 || reason.action == unit.action);
  });
}

bool Run::refuses(const RuleRow& rule, bool revised) {
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

Verdict Run::asks(const RuleRow& rule, Kleene result) const {
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

void Run::hand_over() {
  if (!d_.has_handoff) {
    Bid bid;
    bid.queue = p_.default_queue();
    bid.cause = Cause::final_text;
    offer(bid);
    d_.has_handoff = true;
    d_.handoff = {bid_->queue, bid_->priority, bid_->due_seconds == kNever ? program::kNoDue : bid_->due_seconds, false,
                  Cause::final_text};
  }
  d_.verdict = Verdict::handoff;
  d_.told_once = {};
  d_.disclosures = {};
  d_.answer_changed = false;
  d_.say_format = text::Format::plain;
  in_.say = waiting_text(d_.handoff.queue);
}

}  // namespace caveat::decide
