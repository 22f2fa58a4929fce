// Period: --from and --to of the commands that look into a log, and --verdict: read once, refused in one wording.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/cli/command.h"
#include "engine/base/units.h"
#include "engine/model/zones.h"

namespace caveat::cli {

struct Period {  // half open; of the log's own time, UTC
  std::optional<Microseconds> from, to;
  bool none() const { return from && to && *from >= *to; }  // ends before it begins: refused wherever it is read
  // As a server is asked for it: instants, whatever zone it tells days in.
  std::vector<std::pair<std::string, std::string>> instants() const;
  bool holds(Microseconds at) const { return (!from || at >= *from) && (!to || at < *to); }
};

// A day or an instant; `end`: a day counts to its end. False: neither; empty is no bound. Days are those of `zone`; none: UTC.
bool read_time(const std::string& text, bool end, std::optional<Microseconds>& out,
               const std::vector<model::Transition>& zone = {});

// kDone, or kUsage and the terminal has been told. A day at --to is included whole.
int read_period(const Invocation& invocation, Terminal& terminal, std::string_view command, Period& out);

std::optional<std::uint8_t> verdict_of(std::string_view word);  // in either language
// Whether a rule is named as replies and records name it, with its pack: no other name is in any record.
bool names_a_pack(std::string_view rule);
// Where --rule is there and names no rule as replies and records do; kDone otherwise.
int read_rule(const Invocation& invocation, Terminal& terminal, std::string_view command);
// Of a rule that was looked for: “none” must not be read of a name that nobody wrote.
void say_no_record_names(Terminal& terminal, const std::string& rule);
int wrong_verdict(Terminal& terminal, const std::string& word, std::string_view command);

}  // namespace caveat::cli
