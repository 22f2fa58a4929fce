#include <algorithm>
#include <string>
#include <utility>

#include "engine/decide/decide_inside.h"
#include "engine/decide/opening_hours.h"
#include "engine/decide/satisfied.h"
#include "engine/text/redact.h"

namespace caveat::decide {

Topic Run::topic(const Unit& unit, std::string_view match) const {
  return {&p_, &r_, r_.language(), unit.product, unit.action, match, unit.recipient, d_.untold};
}

Topic Run::topic(const ReasonDraft& draft) const {
  std::string_view match;
  if (draft.matches < draft.matches_end) {
    const Match& first = in_.matches[draft.matches];
    match = text_of(r_, first.part).substr(first.begin, first.end - first.begin);
    if (!d_.untold.empty() || (is_marked() && first.part == TextPart::answer)) {
      std::string& told = in_.seldom().labels.emplace_back();
      append_match(told, first.part, first.begin, first.end);
      match = told;
    }
  }
  return topic(Unit{draft.reason.product, draft.reason.action, draft.reason.recipient}, match);
}

// The words that were found, without what is masked in them; of an answer with mark-up as they are shown.
void Run::append_match(std::string& out, TextPart part, std::uint32_t begin, std::uint32_t end) const {
  const std::string_view text = text_of(r_, part);
  if (!is_marked() || part != TextPart::answer) return append_masked(out, d_.untold, part, text, begin, end);
  const std::size_t before = out.size();
  const text::Shown& shown = *in_.seldom().shown;
  std::uint32_t at = begin;
  for (const Redacted& one : d_.untold) {
    if (one.part != part || one.end <= at || one.begin >= end) continue;
    if (one.begin > at) shown.append_shown(out, at, one.begin);
    out += text::kMask;
    at = std::min(one.end, end);
  }
  if (at < end) shown.append_shown(out, at, end);
  if (out.size() == before)
    append_masked(out, d_.untold, part, text, begin, end);  // it stands in no text, but in a mark
}

text::Shown& Run::shown_answer() {
  std::unique_ptr<text::Shown>& shown = in_.seldom().shown;
  if (!shown) shown = std::make_unique<text::Shown>();
  return *shown;
}

const program::SayRow* Run::say_of(const RuleRow& rule) const {
  const program::SayRow* any = nullptr;
  for (const program::SayRow& say : p_.rows<program::SayRow>(Section::says, rule.says)) {
    if (say.channel.size == 0) any = &say;
    if (say.channel.size > 0 && p_.text(say.channel) == r_.channel()) return &say;
  }
  return any;
}

// What a rule puts in place of the answer: by its `if unknown` where nothing settled it.
const EffectRow* Run::replacement_of(const Reason& reason) const {
  const RuleRow& rule = p_.rules()[reason.rule];
  if (reason.unknown && static_cast<IfUnknown>(rule.if_unknown) != IfUnknown::effects) return nullptr;
  for (const EffectRow& effect :
       p_.rows<EffectRow>(Section::effects, reason.unknown ? rule.unknown_effects : rule.effects)) {
    if (static_cast<EffectKind>(effect.kind) == EffectKind::replace_answer) return &effect;
  }
  return nullptr;
}

// Does the bot say something? An answer without a text goes out as nothing, and so does what would be disclosed with it.
bool Run::answers() const {
  return r_.has_answer() && (answer_slot_ == program::kNone || r_.fact(answer_slot_, -1).cause != Cause::missing);
}

// The text of an outreach or a material that a rule replaces: told as one place, all of it, with what takes it. What others mask or
// replace within it is gone with it, as it is in an answer.
void Run::replace_whole() {
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
void Run::answer() {
  if (!answers()) return;
  d_.has_say = true;
  d_.say_format = r_.answer_format();
  bool replaced = false;
  for (const ReasonDraft& draft : in_.drafts) {
    if (draft.reason.verdict != d_.verdict) continue;
    const EffectRow* with = replacement_of(draft.reason);
    if (!with) continue;
    append(in_.say, topic(draft), with->with);
    if (is_marked()) in_.say = text::escaped(r_.answer_format(), in_.say);
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

void Run::edit() {
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
  // Nothing is left to say, and the customer is not sent an empty line: he is told what he may do instead.
  if (!is_marked()) {
    text::apply_edits(r_.answer_text(), all.edits, all.redact, in_.say);
    if (text::says_nothing(in_.say)) in_.say = fallback(Verdict::block, r_.language());
    return;
  }
  const text::Format format = r_.answer_format();
  text::apply_edits(shown_answer(), format, in_.limits, all.edits, all.redact, in_.say);
  text::Shown left;
  if (text::show(in_.say, format, in_.limits, left) && text::says_nothing(left.flow()))
    in_.say = text::escaped(format, fallback(Verdict::block, r_.language()));
}

// The answer's own disclosures, then those of the products and actions that stay: who reads nothing but `say` is right too.
void Run::disclose() {
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
  if (is_marked())
    text::add_disclosures(r_.answer_format(), in_.limits, all.disclosed, all.redact, in_.say);
  else
    text::add_disclosures(all.disclosed, all.redact, in_.say);
  // What is told of a decision is what was added, not what the answer said already.
  std::size_t added = 0;
  for (std::size_t i = 0; i < all.disclosures.size(); ++i)
    if (all.disclosed[i].added) all.disclosures[added++] = all.disclosures[i];
  d_.disclosures = std::span(all.disclosures).first(added);
}

// Above revise: the text of the first rule at that verdict, else of what is asked for, of the queue, of last resort.
void Run::refusal() {
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
void Run::ask(const Required& what, const Topic& of) {
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

std::string Run::waiting_text(std::uint32_t index) const {
  const Waiting waiting = waiting_at(p_, p_.queues()[index], r_.language(), r_.at(), r_.at_offset());
  std::string out;
  append(out, of_the_turn(), waiting.pieces);
  if (out.empty()) out = waiting.otherwise;
  return out;
}

}  // namespace caveat::decide
