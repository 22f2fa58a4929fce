// Facts become slots: same order, same indices. A slot that a turn can hold gets a cell in the frame of its part, and
// numbers the scale at which they become keys: that of the finest constant they are compared with anywhere.
#include <algorithm>
#include <numeric>

#include "engine/program/keys.h"
#include "engine/program/passes/draft.h"

namespace caveat::program {
namespace {

using model::Expr;
using model::Op;
using model::TypeKind;

bool is_number(TypeKind kind) {
  return kind == TypeKind::integer || kind == TypeKind::decimal || kind == TypeKind::percent || kind == TypeKind::money;
}

Frame frame_of(const model::Fact& fact) {
  if (fact.part == model::Part::product) return Frame::product;
  if (fact.part == model::Part::action) return Frame::action;
  return Frame::turn;
}

// Members of a list's records have no cell: they are read through their list.
bool in_a_list(const model::Model& model, const model::Fact& fact) {
  for (model::Index parent = fact.parent; parent != model::kNone; parent = model.facts[parent].parent) {
    if (model.facts[parent].type.kind == TypeKind::list) return true;
  }
  return false;
}

// What the conditions of all rules say of the scale of each fact's key.
struct Scales {
  std::vector<int> scale;
  std::vector<bool> whole;
  std::vector<model::Index> group;  // facts compared with each other share one key space

  model::Index root(model::Index fact) {
    while (group[fact] != fact) fact = group[fact] = group[group[fact]];
    return fact;
  }
  void constant(model::Index fact, const model::Constant& constant) {
    if (!is_number(constant.kind)) return;
    model::Index at = root(fact);
    scale[at] = std::max(scale[at], std::min(constant.number.scale(), kMaxKeyScale));
    if (constant.number.scale() > 0) whole[at] = false;
  }
  void pair(model::Index a, model::Index b) {
    a = root(a), b = root(b);
    if (a == b) return;
    if (b < a) std::swap(a, b);
    group[b] = a;
    scale[a] = std::max(scale[a], scale[b]);
    whole[a] = whole[a] && whole[b];
  }
  void visit(const model::Model& model, const Expr& expr) {
    if (expr.op == Op::eq || expr.op == Op::lt || expr.op == Op::le || expr.op == Op::in_set) {
      const Expr* fact = nullptr;
      for (const model::ExprPtr& side : expr.args) {
        if (side->op != Op::fact || !is_number(side->type.kind)) continue;
        if (fact && fact->type.currency == side->type.currency) pair(fact->fact, side->fact);
        fact = side.get();
      }
      if (fact) {
        for (const model::ExprPtr& side : expr.args) {
          if (side->op == Op::constant) constant(fact->fact, side->constant);
        }
        for (const model::Constant& one : expr.set) constant(fact->fact, one);
      }
    }
    for (const model::ExprPtr& arg : expr.args) visit(model, *arg);
  }
};

}  // namespace

namespace passes {

void slots(Draft& draft) {
  const model::Model& model = draft.model;
  Image& image = draft.image;

  Scales scales;
  scales.scale.assign(model.facts.size(), 0);
  scales.whole.assign(model.facts.size(), false);
  scales.group.resize(model.facts.size());
  std::iota(scales.group.begin(), scales.group.end(), model::Index{0});
  for (std::size_t i = 0; i < model.facts.size(); ++i) {
    scales.whole[i] = model.facts[i].type.kind == TypeKind::integer;
  }
  std::vector<bool> read(model.facts.size(), false);
  const auto mark = [&](const model::Templates& templates) {
    for (const model::Template* one : {&templates.en, &templates.zh, &templates.any}) {
      for (const model::TemplatePiece& piece : *one) {
        if (piece.fact < model.facts.size()) read[piece.fact] = true;
      }
    }
  };
  for (const model::Rule& rule : model.rules) {
    for (const model::ExprPtr& condition : {rule.when, rule.unless}) {
      if (!condition || least_nodes(*condition) > draft.limits.condition_nodes) continue;  // refused
      scales.visit(model, *condition);
      for (model::Index fact : model::facts_read(*condition)) read[fact] = true;
    }
    mark(rule.because);
    for (const model::Say& say : rule.say) mark(say.texts);
    for (const auto* effects : {&rule.then, &rule.unknown_effects}) {
      for (const model::Effect& effect : *effects) {
        mark(effect.with_pieces);
        if (effect.wording != model::kNone) mark(model.wordings[effect.wording].pieces);
        if (effect.requirement != model::kNone) mark(model.requirements[effect.requirement].ask_pieces);
        if (effect.kind == model::EffectKind::require && effect.fact != model::kNone) read[effect.fact] = true;
        if (effect.kind == model::EffectKind::handoff && effect.fact != model::kNone) read[effect.fact] = true;
      }
    }
  }

  for (const model::Queue& queue : model.queues) mark(queue.say_pieces), mark(queue.when_closed_pieces);
  for (std::size_t i = 0; i < model.facts.size(); ++i) {
    if (read[i]) mark(model.facts[i].ask_pieces);  // what is asked for may be asked for by default
  }
  for (const model::Topic& topic : model.topics) {
    if (least_nodes(*topic.condition) > draft.limits.condition_nodes) continue;
    scales.visit(model, *topic.condition);
    for (model::Index fact : model::facts_read(*topic.condition)) read[fact] = true;
  }

  // Facts that rules read come first in their frame: a decision touches few cache lines.
  std::uint32_t cells[3] = {};
  std::vector<std::uint32_t> cell_of(model.facts.size(), kNone);
  for (const bool wanted : {true, false}) {
    for (std::size_t i = 0; i < model.facts.size(); ++i) {
      const model::Fact& fact = model.facts[i];
      if (read[i] != wanted || fact.type.kind == TypeKind::record || in_a_list(model, fact)) continue;
      cell_of[i] = cells[static_cast<std::size_t>(frame_of(fact))]++;
    }
  }
  for (std::size_t i = 0; i < model.facts.size(); ++i) {
    const model::Fact& fact = model.facts[i];
    const model::Type& type = fact.type;
    const auto index = static_cast<model::Index>(i);
    SlotRow row;
    row.steps.first = static_cast<std::uint32_t>(image.steps.size());
    row.steps.count = static_cast<std::uint32_t>(fact.path.size());
    for (std::size_t step = 0; step < fact.path.size(); ++step) {
      std::vector<std::string> all = {fact.path[step]};
      if (step < fact.path_names.size()) {
        for (const std::string& name : fact.path_names[step]) {
          if (name != fact.path[step]) all.push_back(name);
        }
      }
      image.steps.push_back({image.strs(all)});
    }
    const Frame frame = frame_of(fact);
    row.frame = static_cast<std::uint8_t>(frame);
    row.part = static_cast<std::uint8_t>(fact.part);
    row.type = static_cast<std::uint8_t>(type.kind);
    row.cell = cell_of[i];
    const model::Type& valued = type.kind == TypeKind::list && type.element ? *type.element : type;
    row.element = static_cast<std::uint8_t>(valued.kind);
    if (is_number(type.kind)) {
      const model::Index root = scales.root(index);
      row.key_scale = static_cast<std::uint8_t>(scales.scale[root]);
      row.key_doubled = scales.whole[root] ? 0 : 1;
    }
    if (fact.built_in) row.flags |= kBuiltIn;
    if (fact.assessed) row.flags |= kAssessed;
    if (read[i]) row.flags |= kRead;
    if (valued.low) row.flags |= kHasLow, row.low = Image::number(*valued.low);
    if (valued.high) row.flags |= kHasHigh, row.high = Image::number(*valued.high);
    if (fact.max_age) row.flags |= kHasMaxAge, row.max_age = Image::span(*fact.max_age);
    const std::vector<model::Names>* symbols = nullptr;
    if (valued.kind == TypeKind::scale) symbols = &model.scales[valued.scale].levels;
    if (valued.kind == TypeKind::choice) symbols = &model.choice_sets[valued.choices].choices;
    if (symbols) {
      row.symbols.first = static_cast<std::uint32_t>(image.symbols.size());
      row.symbols.count = static_cast<std::uint32_t>(symbols->size());
      for (const model::Names& names : *symbols) {
        std::vector<std::string> all = {names.first};
        for (const std::string& name : names.all) {
          if (name != names.first) all.push_back(name);
        }
        image.symbols.push_back({image.strs(all)});
      }
    }
    row.members = image.list({valued.members.begin(), valued.members.end()});
    row.currency = image.str(valued.currency);
    row.data_class = image.str(fact.data_class);
    row.from = image.str(fact.from);
    if (!fact.ask.empty()) {
      row.ask = texts(image, fact.ask);
      row.ask_pieces = pieces(image, fact.ask_pieces);
    }
    image.slots.push_back(row);
  }
}

}  // namespace passes
}  // namespace caveat::program
