// The days that ended within the range: each closed, and recounted.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "audit/record/sections.h"
#include "audit/report/verification.h"
#include "engine/base/units.h"

namespace caveat::audit {

// 11
void Verification::closings() {
  Claim& c = claim(
      "Each day that ended within the range was closed, and has as many records by kind, verdict and rule as its "
      "closing record says.",
      "范围内每个已结束的日期均已结账，其记录按类别、结论、规则的数量与日终结账记录一致。");
  if (!opened_good_) return stands_on(c, headers_good_ ? 8 : 6);
  std::optional<std::set<std::string>> without_keys;
  std::uint64_t compared = 0, counts_only = 0, sealed = 0;
  std::optional<std::uint64_t> day_first;  // where the day at hand began; none: before this range
  if (manifest_->first == 0) day_first = 0;
  Days before{};
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    const HeaderView& header = headers_[i];
    const bool closing = header.kind() == Kind::closing;
    // Of the record before a period nobody knows here whether it is the first of its day.
    const Days day = days_of(header.time_us(), 0);
    const bool begins = std::exchange(before, day) != day && i > 0;
    if (!begins && !closing) continue;
    const std::string record = number(header.index());
    if (begins != closing && (i > 0 || manifest_->first == 0))
      return closing ? bad(c, "closing record " + record + " stands within a day",
                           "日终结账记录 " + record + " 位于一日之中")
                     : bad(c, "the day before record " + record + " was not closed: it should be the closing record",
                           "记录 " + record + " 的前一日未结账：此处应为日终结账记录");
    if (!closing) continue;
    const std::optional<std::uint64_t> first = std::exchange(day_first, header.index());
    if (manifest_->query.from && header.time_us() < *manifest_->query.from) continue;  // of a day before the period
    const std::string_view* event = opened_section(i, Section::event);
    if (event == nullptr) {
      if (!without_keys) without_keys = quarters_without_keys();
      if (!without_keys->contains(quarter_of(header.time_us())))
        return bad(c, "closing record " + record + " is not opened", "日终结账记录 " + record + " 未公开");
      ++sealed;
      continue;
    }
    const Result<Event> said = decode_event(Kind::closing, *event);
    if (!said) return bad(c, in_words(said.error()), in_words(said.error(), Language::zh));
    const Closing& closed = std::get<Closing>(*said);
    for (const auto* counts : {&closed.kinds, &closed.verdicts, &closed.rules})
      if (std::any_of(counts->begin(), counts->end(), [](const auto& count) { return count.second == 0; }))
        return bad(c, "closing record " + record + " counts none of something",
                   "日终结账记录 " + record + " 载有为零的计数");
    const IndexRange& records = closed.records;
    if (records.end != header.index() || (first ? records.first != *first : records.first >= manifest_->first))
      return bad(c, "closing record " + record + " closes other records than those of its day",
                 "日终结账记录 " + record + " 所结账的范围不是当日的全部记录");
    if (i > 0 && closed.day != day_of_record(headers_[i - 1].time_us()))
      return bad(c, "closing record " + record + " closes " + closed.day + ", which is not the day before it",
                 "日终结账记录 " + record + " 所结账的日期 " + closed.day + " 不是前一日");
    if (!first) continue;
    const Tally tally = tally_of(records);
    if (const std::string what = differs(closed, tally); !what.empty())
      return bad(c, "the closing record of " + closed.day + " and the records differ: " + what,
                 closed.day + " 的日终结账记录与记录不符：" + what);
    ++compared;
    if (tally.unread > closed.unread) ++counts_only;
  }
  if (sealed > 0)
    return open(c, "the closing records are sealed here: " + number(sealed),
                "日终结账记录未公开：" + number(sealed) + " 条");
  if (compared == 0)
    return open(c, "no day lies whole within the range, or none was closed yet", "范围内没有完整的已结账日期");
  if (counts_only > 0)
    return open(c,
                "the numbers of records agree, but decisions of " + number(counts_only) +
                    " days are sealed here, so their verdicts and rules could not be recounted in full",
                "记录数一致，但有 " + number(counts_only) + " 个日期的决定未公开，其结论与规则无法全部重新清点");
  good(c);
}

// Data keys are made anew each quarter, so a set from before it opens nothing of a quarter: neither its decisions nor the records that
// close its days, the first of which closes the last day of the quarter before.
std::string Verification::quarter_of(Microseconds time) {
  const std::string day = day_of_record(time);
  return day.substr(0, 5) + std::to_string((std::stoi(day.substr(5, 2)) - 1) / 3);
}

std::set<std::string> Verification::quarters_without_keys() const {
  std::set<std::string> opened, sealed;
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    const HeaderView& header = headers_[i];
    if (header.kind() == Kind::decision && manifest_->query.covers(header.time_us()) &&
        manifest_->query.is_about(header))
      (opened_sections(i) ? opened : sealed).insert(quarter_of(header.time_us()));
  }
  std::set<std::string> without = sealed;
  const std::string last = headers_.empty() ? "" : quarter_of(headers_.back().time_us());
  if (headers_.size() > 1 && quarter_of(headers_[headers_.size() - 2].time_us()) != last) without.insert(last);
  if (opened.empty() && !sealed.empty())  // with no keys at all
    for (std::size_t i = 0; i < headers_.size(); ++i) without.insert(quarter_of(headers_[i].time_us()));
  for (const std::string& quarter : opened) without.erase(quarter);
  return without;
}

// Verdict sections repeat: each spelling is read once and counted as often as it comes.
Tally Verification::tally_of(const IndexRange& records) const {
  std::array<std::uint64_t, 256> others{};
  std::unordered_map<std::string_view, std::uint64_t> decisions;
  std::uint64_t closed = 0;
  for (std::uint64_t index = records.first; index < records.end; ++index) {
    const std::size_t place = index - manifest_->first;
    const std::string_view* verdict = opened_section(place, Section::verdict);
    if (headers_[place].kind() != Kind::decision)
      ++others[static_cast<std::size_t>(headers_[place].kind())];
    else if (verdict == nullptr)
      ++closed;
    else
      ++decisions[*verdict];
  }
  Tally tally;
  for (std::size_t kind = 0; kind < others.size(); ++kind)
    if (others[kind] > 0) tally.count(static_cast<Kind>(kind), nullptr, others[kind]);
  if (closed > 0) tally.count(Kind::decision, nullptr, closed);
  for (const auto& [section, times] : decisions) {
    const Result<VerdictSection> verdict = decode_verdict(section);
    tally.count(Kind::decision, verdict ? &*verdict : nullptr, times);
  }
  return tally;
}

}  // namespace caveat::audit
