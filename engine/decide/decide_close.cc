#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>

#include "engine/decide/decide_inside.h"

namespace caveat::decide {

// A person has this recipient, or is awaited: only a word that is known to serve him goes out. One that we do not know may be another
// for selling or for asking back, and what does something or recommends is more than a word, whatever its purpose is called. An
// action is not of one recipient, so it stays back where one of them is held.
void Run::withhold_from_held() {
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

// What is told once is used up only where it is told: with an answer or an item that goes out, and with all that it puts in.
void Run::close_once(Scratch::Inside::Seldom& all) {
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

bool Run::is_told_whole(const OnceDraft& one) const {
  Unit unit;
  if (one.item >= 0) {
    const ItemVerdict& item = in_.items[static_cast<std::size_t>(one.item)];
    (item.action      ? unit.action
     : item.recipient ? unit.recipient
                      : unit.product) = static_cast<std::int32_t>(item.index);
  }
  return tells_all(topic(unit), p_.wordings()[one.once.wording].pieces);
}

void Run::close_sets(Scratch::Inside::Seldom& all) {
  join_set(all.item_disclosures, std::less<>());
  for (const ItemDisclosure& one : all.item_disclosures) all.item_wordings.push_back(one.wording);
  join(all.redactions);
  std::vector<Spelling> secrets;
  for (const auto& [fact, values] : all.secrets) secrets.insert(secrets.end(), values.begin(), values.end());
  join_set(secrets, std::less<>());
  for (const TextPart part : {TextPart::answer, TextPart::message, TextPart::outreach, TextPart::material})
    find_values(all.hidden, part, text_of(r_, part), secrets, all.redact.normal,
                part == TextPart::answer && is_marked() ? all.shown.get() : nullptr);
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
void Run::mask() {
  Scratch::Inside::Seldom& all = in_.seldom();
  all.masked = all.redactions;
  all.masked.insert(all.masked.end(), all.hidden.begin(), all.hidden.end());
  join(all.masked);
  d_.redactions = all.redactions;
  d_.masked = all.masked;
}

void Run::replace_matches(Scratch::Inside::Seldom& all) {
  const std::size_t before = all.redactions.size();
  for (Replacement& one : all.replacements) {
    std::string& match = all.match;
    match.clear();
    append_match(match, one.part, one.begin, one.end);
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

std::span<const std::uint32_t> Run::disclosures_of(std::size_t item) {
  const Scratch::Inside::Seldom& all = in_.seldom();
  const auto [first, last] =
      std::equal_range(all.item_disclosures.begin(), all.item_disclosures.end(),
                       ItemDisclosure{static_cast<std::uint32_t>(item), 0, false},
                       [](const ItemDisclosure& a, const ItemDisclosure& b) { return a.item < b.item; });
  return {all.item_wordings.data() + (first - all.item_disclosures.begin()), static_cast<std::size_t>(last - first)};
}

}  // namespace caveat::decide
