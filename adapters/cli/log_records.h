// Log records: what `log show`, `log search` and the server's search read out of a log, found and told the same way by each.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/cli/period.h"
#include "audit/log/reader.h"
#include "audit/record/decode.h"
#include "audit/record/events.h"
#include "audit/record/sections.h"
#include "engine/base/language.h"

namespace caveat::cli {

struct Shown {  // a record as far as the keys at hand open it
  audit::Header header;
  std::optional<audit::OpenedRecord> opened;
  std::optional<audit::VerdictSection> verdict;
  std::optional<audit::Event> event;
};

Shown look(const audit::LogReader& reader, const audit::KeyStore* keys, std::uint64_t index, std::string_view leaf);
std::vector<std::string> rules_of(const Shown& shown);
std::string record_json(const Shown& shown,
                        std::int32_t offset_minutes = 0);  // one object; its time so far east of UTC

// For whoever holds the keys: how records name a rule that he names. A confidential one stands there under its alias;
// one that became confidential, or ceased to be, under both.
struct RuleNames {
  std::string rule;   // as asked, or the alias alone where nothing else stands in the log
  std::string alias;  // beside it, where the log has both
  bool there = true;  // a record names it
  std::vector<audit::Tag> tags() const;
  std::string in_words() const;  // for the record of a look: says not which name the alias has
};
// `end`: by the records before it; nothing: by all.
RuleNames rule_as_recorded(const audit::LogReader& reader, const audit::KeyStore& keys, const std::string& rule,
                           std::optional<std::uint64_t> end = std::nullopt);

struct Sought {                               // every condition must hold
  std::vector<std::vector<audit::Tag>> tags;  // a condition each: any of these
  Period period;
};
// Indices, ascending. `progress` is told how far a look at the whole log is.
std::vector<std::uint64_t> find_records(const audit::LogReader& reader, const audit::KeyStore& keys,
                                        const Sought& sought,
                                        const std::function<void(std::uint64_t, std::uint64_t)>& progress);

// How far the newest record is ahead of the clock, and what that does; nothing: by a minute at most.
std::optional<std::string> ahead_of_clock(Microseconds newest, Microseconds now, Language language);

std::vector<audit::IndexRange> ranges_of(const std::vector<std::uint64_t>& indices);

}  // namespace caveat::cli
