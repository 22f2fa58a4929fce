#include "adapters/cli/log_records.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <utility>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/record/from_decision.h"

namespace caveat::cli {

namespace json = boost::json;

Shown look(const audit::LogReader& reader, const audit::KeyStore* keys, std::uint64_t index, std::string_view leaf) {
  Shown shown;
  Result<audit::Header> header = audit::decode_header(leaf);
  if (!header)
    throw audit::Error(audit::codes::kLogBroken, reader.path(),
                       {reader.path(), said("record {0} is no record", index)});
  shown.header = std::move(*header);
  if (keys == nullptr) return shown;
  Result<audit::OpenedRecord> opened = reader.open_body(*keys, index);
  if (!opened) return shown;
  shown.opened = std::move(*opened);
  if (const audit::SectionBytes* section = shown.opened->find(audit::Section::verdict)) {
    if (Result<audit::VerdictSection> verdict = audit::decode_verdict(section->encoded))
      shown.verdict = std::move(*verdict);
  }
  if (const audit::SectionBytes* section = shown.opened->find(audit::Section::event)) {
    if (Result<audit::Event> event = audit::decode_event(shown.header.context.kind, section->encoded))
      shown.event = std::move(*event);
  }
  return shown;
}

std::vector<std::string> rules_of(const Shown& shown) {
  std::vector<std::string> rules;
  if (shown.verdict)
    for (const audit::RuleOutcome& rule : shown.verdict->rules)
      if (std::find(rules.begin(), rules.end(), rule.id) == rules.end()) rules.push_back(rule.id);
  return rules;
}

std::string record_json(const Shown& shown, std::int32_t offset_minutes) {
  json::object out{{"index", shown.header.index},
                   {"time", format_instant(shown.header.time_us, offset_minutes)},
                   {"kind", audit::name(shown.header.context.kind)},
                   {"opened", shown.opened.has_value()}};
  if (shown.verdict) {
    out["verdict"] = audit::verdict_name(shown.verdict->verdict);
    json::array rules;
    for (const std::string& rule : rules_of(shown)) rules.push_back(json::string(rule));
    out["rules"] = std::move(rules);
  }
  if (shown.event) {
    json::object event;
    for (const auto& [label, value] : audit::told(*shown.event, Language::en)) event[label] = value;
    out["event"] = std::move(event);
  }
  return json::serialize(out);
}

RuleNames rule_as_recorded(const audit::LogReader& reader, const audit::KeyStore& keys, const std::string& rule,
                           std::optional<std::uint64_t> end) {
  const auto there = [&](const std::string& id) {
    const std::vector<std::uint64_t> all = reader.search(keys, {audit::TagKind::rule, id});
    return !all.empty() && (!end || all.front() < *end);
  };
  std::string alias = audit::alias_of(rule, [&](std::string_view bytes) { return keys.keyed_digest(bytes); });
  const bool by_name = there(rule), by_alias = there(alias);
  if (!by_alias) return {rule, {}, by_name};
  // A name that no record shows is not told in what is handed on either.
  return by_name ? RuleNames{rule, std::move(alias)} : RuleNames{std::move(alias), {}};
}

std::vector<audit::Tag> RuleNames::tags() const {
  std::vector<audit::Tag> tags{{audit::TagKind::rule, rule}};
  if (!alias.empty()) tags.push_back({audit::TagKind::rule, alias});
  return tags;
}

std::string RuleNames::in_words() const { return alias.empty() ? rule : alias + ", also under its name"; }

std::vector<std::uint64_t> find_records(const audit::LogReader& reader, const audit::KeyStore& keys,
                                        const Sought& sought,
                                        const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  std::vector<std::uint64_t> found;
  bool first = true;
  for (const std::vector<audit::Tag>& any : sought.tags) {
    std::vector<std::uint64_t> these;
    for (const audit::Tag& tag : any) {
      const std::vector<std::uint64_t> before = std::exchange(these, {}), more = reader.search(keys, tag);
      std::set_union(before.begin(), before.end(), more.begin(), more.end(), std::back_inserter(these));
    }
    if (first) {
      found = std::move(these);
    } else {
      std::vector<std::uint64_t> both;
      std::set_intersection(found.begin(), found.end(), these.begin(), these.end(), std::back_inserter(both));
      found = std::move(both);
    }
    first = false;
  }
  const Period& period = sought.period;
  if (sought.tags.empty()) {
    reader.each_header(0, reader.size(), [&](std::uint64_t index, std::string_view leaf) {
      if (index % 1'024 == 0) progress(index, reader.size());
      const Result<audit::Header> header = audit::decode_header(leaf);
      if (header && period.holds(header->time_us)) found.push_back(index);
    });
  } else if (period.from || period.to) {
    std::erase_if(found, [&](std::uint64_t index) {
      const Result<audit::Header> header = audit::decode_header(reader.header(index).value_or(""));
      return !header || !period.holds(header->time_us);
    });
  }
  return found;
}

std::optional<std::string> ahead_of_clock(Microseconds newest, Microseconds now, Language language) {
  constexpr Microseconds kMinute = 60'000'000, kHour = 60 * kMinute, kDay = 24 * kHour;
  const Microseconds lead = newest - now;
  if (lead <= kMinute) return std::nullopt;
  const bool zh = language == Language::zh;
  const std::string far = lead >= 2 * kDay    ? std::to_string(lead / kDay) + (zh ? " 天" : " days")
                          : lead >= 2 * kHour ? std::to_string(lead / kHour) + (zh ? " 小时" : " hours")
                                              : std::to_string(lead / kMinute) + (zh ? " 分钟" : " min");
  const std::string clock = format_instant(now, 0), time = format_instant(newest, 0);
  return zh ? "时钟显示 " + clock + "，而最新记录的时刻为 " + time + "，比时钟超前 " + far +
                  "：在时钟到达该时刻之前，新记录都写此时刻，且不结束任何一日"
            : "it shows " + clock + ", and the newest record is of " + time + ", " + far +
                  " ahead of the clock: until the clock has come so far, new records carry that time and no day is "
                  "closed";
}

// Ascending indices as ranges.
std::vector<audit::IndexRange> ranges_of(const std::vector<std::uint64_t>& indices) {
  std::vector<audit::IndexRange> ranges;
  for (const std::uint64_t index : indices) {
    if (!ranges.empty() && ranges.back().end == index)
      ++ranges.back().end;
    else
      ranges.push_back({index, index + 1});
  }
  return ranges;
}

}  // namespace caveat::cli
