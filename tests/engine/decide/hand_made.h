// A model made by hand, so that decide can be tried without the language: facts, conditions and rules as a test names them.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/decide/decide.h"
#include "engine/model/built_in.h"
#include "engine/model/model.h"
#include "engine/program/build.h"

namespace caveat::hand_made {

using model::Constant;
using model::Expr;
using model::ExprPtr;
using model::Index;
using model::Op;
using model::TypeKind;

class World {
 public:
  model::Model model;

  World() {
    model::Pack pack;
    pack.names.first = "cn.test";
    pack.names.all = {"cn.test"};
    pack.version = "1";
    pack.time_zone = "Asia/Shanghai";
    pack.default_queue = 0;
    pack.data_classes = {"C1", "C2", "C3"};
    model.packs.push_back(pack);
    queue("desk", "请稍候。", "Please wait.");
    model::add_built_in_facts(model);
  }

  Index queue(const std::string& name, const std::string& zh, const std::string& en) {
    model::Queue queue;
    queue.names.first = name;
    queue.names.all = {name};
    queue.say.zh = zh;
    queue.say.en = en;
    if (!zh.empty()) queue.say_pieces.zh = {{zh, model::kNone}};
    if (!en.empty()) queue.say_pieces.en = {{en, model::kNone}};
    queue.pack = 0;
    model.queues.push_back(queue);
    return static_cast<Index>(model.queues.size() - 1);
  }
  Index wording(const std::string& name, const std::string& zh, const std::string& en) {
    model::Wording wording;
    wording.names.first = name;
    wording.names.all = {name};
    wording.text.zh = zh;
    wording.text.en = en;
    wording.pieces.zh = {{zh, model::kNone}};
    wording.pieces.en = {{en, model::kNone}};
    wording.pack = 0;
    model.wordings.push_back(wording);
    return static_cast<Index>(model.wordings.size() - 1);
  }
  Index lexicon(std::vector<std::string> terms) {
    model::Lexicon lexicon;
    std::sort(terms.begin(), terms.end());
    lexicon.names.first = "words";
    lexicon.terms = std::move(terms);
    lexicon.pack = 0;
    model.lexicons.push_back(lexicon);
    return static_cast<Index>(model.lexicons.size() - 1);
  }
  Index scale(std::initializer_list<std::vector<std::string>> levels) {
    model::Scale scale;
    for (const auto& names : levels) scale.levels.push_back({names.front(), names});
    scale.pack = 0;
    model.scales.push_back(scale);
    return static_cast<Index>(model.scales.size() - 1);
  }
  Index choices(std::initializer_list<std::vector<std::string>> all) {
    model::ChoiceSet set;
    for (const auto& names : all) set.choices.push_back({names.front(), names});
    model.choice_sets.push_back(set);
    return static_cast<Index>(model.choice_sets.size() - 1);
  }
  static model::Type type(TypeKind kind) {
    model::Type type;
    type.kind = kind;
    return type;
  }
  // Declares the fact "group.name"; its index is known after `sorted`.
  model::Fact& fact(const std::string& group, const std::string& name, model::Type type) {
    model::Fact fact;
    fact.path = {group, name};
    fact.path_names = {{group}, {name}};
    fact.names.first = name;
    fact.names.all = {name};
    fact.pack = 0;
    fact.type = std::move(type);
    static const std::vector<std::pair<std::string, model::Part>> kParts = {
        {"customer", model::Part::customer}, {"product", model::Part::product},
        {"action", model::Part::action},     {"answer", model::Part::answer},
        {"message", model::Part::message},   {"conversation", model::Part::conversation},
        {"bot", model::Part::bot},           {"recommendation", model::Part::recommendation}};
    for (const auto& [known, part] : kParts) {
      if (known == group) fact.part = part;
    }
    model.facts.push_back(fact);
    return model.facts.back();
  }
  // Facts stand in the order of their paths; no condition may be made before.
  void sorted() {
    std::vector<Index> order(model.facts.size());
    for (Index i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](Index a, Index b) { return model.facts[a].path < model.facts[b].path; });
    std::vector<Index> now(order.size());
    for (Index i = 0; i < order.size(); ++i) now[order[i]] = i;
    std::vector<model::Fact> facts;
    for (Index old : order) {
      facts.push_back(model.facts[old]);
      if (facts.back().parent != model::kNone) facts.back().parent = now[facts.back().parent];
    }
    model.facts = std::move(facts);
  }
  Index find(const std::string& group, const std::string& name) const {
    for (Index i = 0; i < model.facts.size(); ++i) {
      const auto& path = model.facts[i].path;
      if (path.size() == 2 && path[0] == group && path[1] == name) return i;
    }
    return model::kNone;
  }

  // A reference set whose rows are found by `key`, once that has its index. What comes from it says so: Fact::from.
  model::DataSet& data(const std::string& name, Index key) {
    model::DataSet set;
    set.names.first = name;
    set.names.all = {name};
    set.pack = 0;
    set.key = key;
    model.data.push_back(set);
    return model.data.back();
  }

  ExprPtr read(const std::string& group, const std::string& name) const {
    auto expr = std::make_shared<Expr>();
    expr->op = Op::fact;
    expr->fact = find(group, name);
    expr->type = model.facts[expr->fact].type;
    return expr;
  }
  static ExprPtr literal(model::Type type, Constant constant) {
    auto expr = std::make_shared<Expr>();
    expr->op = Op::constant;
    constant.kind = type.kind;
    expr->type = std::move(type);
    expr->constant = std::move(constant);
    return expr;
  }
  static ExprPtr number(const ExprPtr& like, const std::string& text) {
    Constant constant;
    constant.number = Decimal::parse(text).value();
    return literal(like->type, constant);
  }
  static ExprPtr level(const ExprPtr& like, Index level) {
    Constant constant;
    constant.level = level;
    return literal(like->type, constant);
  }
  static ExprPtr over(Op op, std::vector<ExprPtr> args, int count = 0) {
    auto expr = std::make_shared<Expr>();
    expr->op = op;
    expr->args = std::move(args);
    expr->count = count;
    return expr;
  }
  ExprPtr has(const std::string& group, const std::vector<std::string>& phrases) const {
    auto expr = std::make_shared<Expr>();
    expr->op = Op::text_has;
    expr->args = {read(group, "text")};
    expr->phrases = phrases;
    return expr;
  }
  ExprPtr has_lexicon(const std::string& group, Index lexicon) const {
    auto expr = std::make_shared<Expr>();
    expr->op = Op::text_has;
    expr->args = {read(group, "text")};
    expr->lexicon = lexicon;
    return expr;
  }

  static model::Effect effect(model::EffectKind kind) {
    model::Effect effect;
    effect.kind = kind;
    return effect;
  }
  static model::Effect hand_off(Index queue) {
    model::Effect made = effect(model::EffectKind::handoff);
    made.queue = queue;
    return made;
  }
  model::Rule& rule(const std::string& name, std::vector<model::Subject> subjects, ExprPtr when,
                    std::vector<model::Effect> then) {
    model::Rule rule;
    rule.names.first = name;
    rule.names.all = {name};
    rule.id = "cn.test/" + name;
    rule.pack = 0;
    rule.title.en = name;
    rule.applies_to = std::move(subjects);
    rule.when = std::move(when);
    rule.then = std::move(then);
    model.rules.push_back(rule);
    return model.rules.back();
  }

  std::shared_ptr<const program::Program> build() const {
    model::Model told = model;  // what asks for something asks in plain words
    const auto plain = [](const model::Text& text, model::Templates& pieces) {
      if (!text.zh.empty() && pieces.zh.empty()) pieces.zh = {{text.zh, model::kNone}};
      if (!text.en.empty() && pieces.en.empty()) pieces.en = {{text.en, model::kNone}};
    };
    for (model::Fact& fact : told.facts) plain(fact.ask, fact.ask_pieces);
    for (model::Requirement& one : told.requirements) plain(one.ask, one.ask_pieces);
    program::BuildResult built = program::build(told, Limits{});
    last_diagnostics = built.diagnostics;
    return built.program;
  }
  mutable std::vector<Diagnostic> last_diagnostics;
};

// Fields as a caller would send them, written as a small tree.
class Turn {
 public:
  decide::Fields fields;
  Turn() {
    fields.add(decide::Fields::kEnd, "", decide::Fields::Kind::object), text("id", "t-1"),
        text("at", "2026-03-02T10:00:00+08:00");
  }

  std::uint32_t object(const std::string& name, std::uint32_t in = 0) {
    const std::uint32_t known = name.empty() ? decide::Fields::kEnd : fields.child(in, name);
    return known != decide::Fields::kEnd ? known : fields.add(in, name, decide::Fields::Kind::object);
  }
  std::uint32_t list(const std::string& name, std::uint32_t in = 0) {
    return fields.add(in, name, decide::Fields::Kind::list);
  }
  Turn& text(const std::string& name, const std::string& value, std::uint32_t in = 0) {
    fields.set_text(fields.add(in, name, decide::Fields::Kind::text), value);
    return *this;
  }
  Turn& number(const std::string& name, const std::string& value, std::uint32_t in = 0) {
    fields.set_text(fields.add(in, name, decide::Fields::Kind::number), value);
    return *this;
  }
  Turn& yes(const std::string& name, bool value, std::uint32_t in = 0) {
    fields.set_boolean(fields.add(in, name, decide::Fields::Kind::boolean), value);
    return *this;
  }
  Turn& null(const std::string& name, std::uint32_t in = 0) {
    fields.add(in, name, decide::Fields::Kind::null);
    return *this;
  }
  Turn& answer(const std::string& said) { return text("text", said, object("answer")); }
  Turn& message(const std::string& said) { return text("text", said, object("message")); }
  std::uint32_t product(const std::string& id) {
    const std::uint32_t recommendation = object("recommendation");
    std::uint32_t products = fields.child(recommendation, "products");
    if (products == decide::Fields::kEnd) products = list("products", recommendation);
    const std::uint32_t made = fields.add(products, "", decide::Fields::Kind::object);
    text("id", id, made);
    return made;
  }
};

}  // namespace caveat::hand_made
