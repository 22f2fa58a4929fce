// built_in: the parts of a turn and their members that no pack declares (semantics.md 5, keywords.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/model/model.h"

namespace caveat::model {

struct BuiltInGroup {
  std::string_view en, zh;
  Part part;
  bool has_text;  // the part alone, where a text is wanted, means its text
};
const std::vector<BuiltInGroup>& built_in_groups();

// All built-in facts, appended to the model with their types and names; unsorted.
void add_built_in_facts(Model& model);

// Words that a turn's JSON keeps for itself (contracts.md 9) and that no group of facts may be called.
bool is_reserved_group(std::string_view name);

}  // namespace caveat::model
