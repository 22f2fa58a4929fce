#include "engine/decide/costly.h"

#include <algorithm>

namespace caveat::decide {

const Costly::Asked* Costly::known(What what, std::uint32_t group) const {
  for (const Asked& one : asked_) {
    if (one.what == what && one.group == group) return &one;
  }
  return nullptr;
}

Costly::Found Costly::told(const Asked& asked) const {
  return {asked.result, asked.cause, {places_.data() + asked.first, asked.count}, asked.of_no_question};
}

Costly::Found Costly::keep(Asked asked) {
  asked.count = places_.size() - asked.first;
  asked_.push_back(asked);
  return told(asked_.back());
}

Costly::Found Costly::pattern(std::uint32_t group, const text::Pattern& pattern, const text::NormalText& text,
                              std::size_t most) {
  if (const Asked* before = known(What::pattern, group)) return told(*before);
  Asked fresh{What::pattern, group, Kleene::no, Cause::none, places_.size(), 0, false};
  // What may be shown has its own ends, which ^ and $ are; behind it stand other readings of it.
  const std::string_view whole = text.text();
  const std::size_t flow = text.flow_end();
  for (std::size_t begin = 0, end = flow;; begin = flow, end = whole.size()) {
    if (!pattern.find(whole.substr(begin, end - begin), found_, most - (places_.size() - fresh.first))) {
      fresh.result = Kleene::unknown;
      fresh.cause = Cause::limit;
      return keep(fresh);
    }
    const auto by = static_cast<std::uint32_t>(begin);
    for (const text::Range& place : found_) places_.push_back({{place.begin + by, place.end + by}, Said::found});
    if (end == whole.size()) break;
  }
  fresh.result = kleene(places_.size() > fresh.first);
  return keep(fresh);
}

Costly::Found Costly::claims(std::uint32_t group, std::size_t terms, const Searched& said, const Searched& question,
                             bool question_unknown) {
  if (const Asked* before = known(What::claims, group)) return told(*before);
  Asked fresh{What::claims, group, Kleene::no, Cause::none, places_.size(), 0, false};
  denied_.clear();
  const auto denies = [&](std::uint32_t term) {
    return std::find(denied_.begin(), denied_.end(), term) != denied_.end();
  };
  for (const text::Match& hit : said.hits->matches()) {
    if (hit.lexicon != group) continue;
    const text::Polarity polarity = text::polarity(said.text->text(), hit.normal, said.hits->cues());
    if (polarity == text::Polarity::negated && !denies(hit.term)) denied_.push_back(hit.term);
    if (!text::is_claimed(polarity)) continue;
    places_.push_back({hit.normal, polarity == text::Polarity::hedged ? Said::hedged : Said::asserted});
    fresh.result = Kleene::yes;
  }
  if (fresh.result == Kleene::yes || denied_.size() == terms) return keep(fresh);

  // 保本吗？ answered 是的 claims it, whoever asked; an answer that says in its own words of a word that it is not so has said so of that one.
  if (!yes_) yes_ = text::assent(said.text->text());
  const std::optional<text::Range> yes = *yes_;
  if (!yes) return keep(fresh);
  if (!itself_known_) {
    text::assented_itself(said.text->text(), said.hits->cues(), itself_);
    itself_known_ = true;
  }
  for (const text::Match& hit : said.hits->matches()) {
    if (hit.lexicon != group || denies(hit.term)) continue;
    const auto own = std::upper_bound(itself_.begin(), itself_.end(), hit.normal.begin,
                                      [](std::uint32_t at, const text::Assented& one) { return at < one.asked.end; });
    if (own == itself_.end() || hit.normal.begin < own->asked.begin || hit.normal.end > own->asked.end) continue;
    if (!text::is_claimed(text::polarity_of_assent(said.text->text(), hit.normal, said.hits->cues()))) continue;
    places_.push_back({own->yes, Said::by_assent});
    fresh.result = Kleene::yes;
  }
  if (fresh.result == Kleene::yes) return keep(fresh);
  fresh.of_no_question = question.text == nullptr && !question_unknown;
  if (fresh.of_no_question) return keep(fresh);
  if (question_unknown || question.hits->over_limit()) {
    fresh.result = Kleene::unknown;
    fresh.cause = question_unknown ? Cause::missing : Cause::limit;
    return keep(fresh);
  }
  const std::optional<text::Range> asked = text::last_asked(question.text->text(), question.hits->cues());
  fresh.of_no_question = !asked;
  if (!asked) return keep(fresh);
  for (const text::Match& hit : question.hits->matches()) {
    if (hit.lexicon != group || hit.normal.begin < asked->begin || hit.normal.end > asked->end) continue;
    if (denies(hit.term)) continue;
    if (!text::is_claimed(text::polarity_of_assent(question.text->text(), hit.normal, question.hits->cues()))) continue;
    places_.push_back({*yes, Said::by_assent});
    fresh.result = Kleene::yes;
    break;
  }
  return keep(fresh);
}

}  // namespace caveat::decide
