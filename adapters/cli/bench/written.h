// Written: the workload as each contender reads it: packs of Caveat, its turns, and the neutral JSON of everybody else.
//
// Promises   one meaning in all forms
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/cli/bench/workload.h"

namespace caveat::cli::bench {

// Files of one pack, in English: name and text.
std::vector<std::pair<std::string, std::string>> pack_files(const Workload& work);
std::string turn_json(const Request& request, std::size_t number);

std::string neutral_rules(const Workload& work);  // a list of rules
std::string neutral_request(const Request& request, std::size_t number);
std::string neutral_answer(const Answer& answer);

// The rules in Rego: the set data.caveat.fired of the names of those that fire; its input is a neutral request.
std::string rego_rules(const Workload& work);

}  // namespace caveat::cli::bench
