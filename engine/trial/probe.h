// Probe: parts of conditions judged by the engine itself: each is made a rule of its own, on the same subjects and days.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "engine/base/kleene.h"
#include "engine/decide/decide.h"
#include "engine/model/model.h"

namespace caveat::trial {

class Probe {
 public:
  explicit Probe(const model::Model& model) : model_(model) {}

  // Adds a part of a rule's condition; its number.
  std::size_t add(const model::Rule& rule, model::ExprPtr part);
  // Adds the rule without any condition: true wherever it applies and is in force.
  std::size_t add_always(const model::Rule& rule);

  bool build(const Limits& limits);
  // The values of all parts, by their numbers.
  using Values = std::vector<Kleene>;
  // For one turn; of several items the highest. Empty: the turn is refused.
  Values judge(const decide::Fields& fields, const decide::BindOptions& options);
  // The same for each product, action, recipient (-1 each: the turn) that a part came out true or unknown for; what is not there is no.
  using Item = std::array<std::int32_t, 3>;
  std::map<Item, Values> judge_each(const decide::Fields& fields, const decide::BindOptions& options);

  const program::Program* program() const { return ruleset_.program.get(); }

 private:
  const model::Model& model_;
  std::vector<model::Rule> rules_;
  decide::Ruleset ruleset_;
  std::unique_ptr<decide::Scratch> scratch_;
};

}  // namespace caveat::trial
