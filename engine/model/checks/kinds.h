// Kinds: what the checks of conditions ask of a type or a node, in one word each.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "engine/model/model.h"

namespace caveat::model {

inline bool is_condition(Op op) { return op < Op::constant; }
inline bool is_number(TypeKind kind) { return kind == TypeKind::integer || kind == TypeKind::decimal; }
inline bool has_names(const Type& type) { return type.kind == TypeKind::scale || type.kind == TypeKind::choice; }

inline const std::vector<Names>& levels_of(const Model& model, const Type& type) {
  return type.kind == TypeKind::scale ? model.scales[type.scale].levels : model.choice_sets[type.choices].choices;
}
inline bool names_it(const Names& level, std::string_view name) {
  return std::find(level.all.begin(), level.all.end(), name) != level.all.end();
}
inline bool names_a_level(const std::vector<Names>& levels, std::string_view name) {
  return std::any_of(levels.begin(), levels.end(), [&](const Names& level) { return names_it(level, name); });
}

}  // namespace caveat::model
