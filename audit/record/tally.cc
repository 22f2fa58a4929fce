#include "audit/record/tally.h"

#include <set>

namespace caveat::audit {
namespace {

void sum(Counts& into, const Counts& from) {
  for (const auto& [name, count] : from) into[name] += count;
}

void add_to(Counts& counts, std::string_view name, std::uint64_t times) {
  const auto found = counts.find(name);
  if (found != counts.end())
    found->second += times;
  else
    counts.emplace(name, times);
}

// The first name whose counts differ, with both.
std::string first_difference(std::string_view what, const Counts& said, const Counts& counted, bool may_be_fewer) {
  std::set<std::string> names;
  for (const auto& [name, count] : said) names.insert(name);
  for (const auto& [name, count] : counted) names.insert(name);
  for (const std::string& name : names) {
    const auto of = [&](const Counts& counts) {
      const auto found = counts.find(name);
      return found == counts.end() ? std::uint64_t{0} : found->second;
    };
    if (of(said) == of(counted) || (may_be_fewer && of(counted) < of(said))) continue;
    return std::string(what) + " " + name + ": " + std::to_string(of(said)) + " / " + std::to_string(of(counted));
  }
  return {};
}

}  // namespace

void Tally::add(Kind kind, const std::string* verdict_section) {
  const bool opened = kind == Kind::decision && verdict_section != nullptr;
  const Result<VerdictSection> verdict =
      opened ? decode_verdict(*verdict_section) : Result<VerdictSection>(tl::unexpected(Problem{}));
  count(kind, verdict ? &*verdict : nullptr);
}

void Tally::count(Kind kind, const VerdictSection* verdict, std::uint64_t times) {
  add_to(kinds, name(kind), times);
  if (kind != Kind::decision) return;
  if (verdict == nullptr) {
    unread += times;
    return;
  }
  add_to(verdicts, verdict_name(verdict->verdict), times);
  if (verdict->rules.size() == 1) return add_to(rules, verdict->rules.front().id, times);
  std::set<std::string_view> once;
  for (const RuleOutcome& rule : verdict->rules)
    if (once.insert(rule.id).second) add_to(rules, rule.id, times);
}

Tally& Tally::operator+=(const Tally& other) {
  sum(kinds, other.kinds);
  sum(verdicts, other.verdicts);
  sum(rules, other.rules);
  unread += other.unread;
  return *this;
}

std::string day_of_record(Microseconds time_us) { return format_date(days_of(time_us, 0)); }

Closing close_day(std::string day, IndexRange records, const Tally& tally) {
  return {.day = std::move(day),
          .records = records,
          .kinds = tally.kinds,
          .verdicts = tally.verdicts,
          .rules = tally.rules,
          .unread = tally.unread};
}

std::string differs(const Closing& said, const Tally& counted) {
  std::string found = first_difference("kind", said.kinds, counted.kinds, false);
  const bool sealed = counted.unread > said.unread;
  if (found.empty()) found = first_difference("verdict", said.verdicts, counted.verdicts, sealed);
  if (found.empty()) found = first_difference("rule", said.rules, counted.rules, sealed);
  if (found.empty() && counted.unread < said.unread)
    found = "unread: " + std::to_string(said.unread) + " / " + std::to_string(counted.unread);
  return found;
}

}  // namespace caveat::audit
