// ZoneRule: what a zone file says of the time after its table: one line at its end, by which summer time begins and ends each
// year. The library that reads the table knows nothing of it.
//
//   zone_rule_transitions("EST5EDT,M3.2.0,M11.1.0", 2038, 2099)     // two a year
//
// Promises   a line that has no rule, or one of another form than month, week and day, gives none: the last offset stays
// Cost       linear in the years
// Source     RFC 8536 3.3, POSIX.1-2017 8.3 (TZ)
#pragma once

#include <string_view>
#include <vector>

#include "engine/model/zones.h"

namespace caveat::load {

std::vector<model::Transition> zone_rule_transitions(std::string_view line, int first_year, int last_year);

// That line of a zone file; empty: it has none.
std::string_view zone_rule_line(std::string_view file);

}  // namespace caveat::load
