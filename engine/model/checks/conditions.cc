#include "engine/model/checks/conditions.h"

#include <algorithm>
#include <array>

#include "engine/base/nearest.h"
#include "engine/model/built_in.h"
#include "engine/model/checks/nodes.h"
#include "engine/model/checks/several_in_one.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"

namespace caveat::model {
namespace {

using S = syntax::Op;

bool is_condition(Op op) { return op < Op::constant; }

bool is_number(TypeKind kind) { return kind == TypeKind::integer || kind == TypeKind::decimal; }
bool has_names(const Type& type) { return type.kind == TypeKind::scale || type.kind == TypeKind::choice; }

const std::vector<Names>& levels_of(const Model& model, const Type& type) {
  return type.kind == TypeKind::scale ? model.scales[type.scale].levels : model.choice_sets[type.choices].choices;
}
bool names_a_level(const std::vector<Names>& levels, std::string_view name) {
  return std::any_of(levels.begin(), levels.end(), [&](const Names& level) {
    return std::find(level.all.begin(), level.all.end(), name) != level.all.end();
  });
}

// Where a value of this type stands, the keyword that says what is meant by a word of habit.
std::string_view value_meant_by(std::string_view written, TypeKind type) {
  struct Row {
    std::string_view written;
    TypeKind type;
    std::string_view meant;
  };
  constexpr auto kRows = std::to_array<Row>({
      {"今天", TypeKind::date, "今日"},
      {"当天", TypeKind::date, "今日"},
      {"现在", TypeKind::date, "今日"},
      {"目前", TypeKind::date, "今日"},
      {"现在", TypeKind::instant, "此刻"},
      {"目前", TypeKind::instant, "此刻"},
      {"真", TypeKind::yes_no, "是"},
      {"假", TypeKind::yes_no, "否"},
      {"true", TypeKind::yes_no, "yes"},
      {"false", TypeKind::yes_no, "no"},
  });
  for (const Row& row : kRows)
    if (row.written == written && row.type == type) return row.meant;
  return {};
}

std::string joined(const std::vector<std::string>& steps) {
  std::string out;
  for (const std::string& step : steps) out += (out.empty() ? "" : ".") + step;
  return out;
}

}  // namespace

bool is_condition(syntax::Op op) {
  switch (op) {
    case S::literal:
    case S::path:
    case S::any_value:
    case S::now:
    case S::today:
    case S::otherwise:
    case S::list:
    case S::range:
    case S::row:
    case S::count_of:
    case S::sum_of:
    case S::highest_of:
    case S::lowest_of:
    case S::add:
    case S::sub:
    case S::mul:
    case S::div:
    case S::neg:
    case S::share_of:
    case S::as_percent_of:
    case S::rounded:
    case S::full_years_since:
    case S::percents_of:
    case S::amounts_of:
    case S::dates_of:
    case S::durations_of:
      return false;
    default:
      return true;
  }
}

// ---- reports

ExprPtr Conditions::wrong_type(Span span, std::string expected, std::string found, std::string help) {
  work_.report(codes::kWrongType, item_, span, {std::move(expected), std::move(found)}, std::move(help));
  return nullptr;
}

ExprPtr Conditions::not_yet(Span span, std::string_view en, std::string_view zh) {
  work_.not_yet(item_, span, en, zh);
  return nullptr;
}

std::string Conditions::describe_expr(const Expr& expr) const {
  const std::string type = describe(work_.model, expr.type, language());
  return quoted(expr.span) + say(" (", "（") + type + say(")", "）");
}

// ---- names

const Conditions::Element* Conditions::element(const syntax::Path& path) const {
  for (auto it = elements_.rbegin(); it != elements_.rend(); ++it) {
    if (it->name == path.parts.front().text) return &*it;
  }
  return nullptr;
}

bool Conditions::is_bare(const syntax::Expr& expr) const {
  if (expr.op != S::path || expr.path.parts.size() != 1 || element(expr.path) != nullptr) return false;
  const std::string& name = expr.path.parts.front().text;
  if (work_.single_facts.count(name) != 0 || work_.group_names.count(name) != 0) return false;
  return work_.scope.find(Kind::value, item_.pack, {name}).entry == nullptr;
}

Index Conditions::find_fact(const std::vector<std::string>& steps) const {
  Index found = kNone;
  if (steps.size() == 1) {
    const auto single = work_.single_facts.find(steps.front());
    if (single != work_.single_facts.end()) found = single->second;
  } else {
    const auto group = work_.group_names.find(steps.front());
    if (group == work_.group_names.end()) return kNone;
    const auto* table = &work_.groups.at(group->second).members;
    for (std::size_t i = 1; i < steps.size(); ++i) {
      const auto member = table->find(steps[i]);
      if (member == table->end()) return kNone;
      found = member->second;
      if (i + 1 == steps.size()) break;
      const auto record = work_.record_members.find(found);
      if (record == work_.record_members.end()) return kNone;
      table = &record->second;
    }
  }
  return found;
}

Index Conditions::fact(const syntax::Path& path, bool text_wanted) {
  const std::vector<std::string> steps = steps_of(path);
  const auto group = work_.group_names.find(steps.front());
  if (steps.size() == 1 && group != work_.group_names.end()) {
    const Work::Group& part = work_.groups.at(group->second);
    if (text_wanted && part.has_text) {
      const Index found = part.members.at("text");
      Reference reference;
      reference.identity = "fact " + joined(work_.model.facts[found].path);
      reference.names = {part.names};
      work_.references.add(path, std::move(reference));
      return found;
    }
    std::vector<std::string> members;
    for (const auto& [name, member] : part.members) {
      const std::string first = steps.front() + "." + std::string(work_.model.facts[member].names.in(language()));
      if (std::find(members.begin(), members.end(), first) == members.end() && members.size() < 6)
        members.push_back(first);
    }
    std::string help = say("Name one of its facts: ", "请写明其中一个事实：");
    for (const std::string& member : members) help += (member == members.front() ? "" : say(", ", "、")) + member;
    wrong_type(path.span, say("a fact", "一个事实"), say("the whole of “", "整个“") + steps.front() + say("”", "”"),
               members.empty() ? std::string() : help);
    return kNone;
  }
  const Index found = find_fact(steps);
  if (found == kNone) {
    if (steps.size() == 1 && work_.told_of_another_form(item_, path.span, steps.front(), {})) return kNone;
    if (work_.maybe_lost(item_.pack, steps.back()) || work_.scope.behind_a_misspelt(item_.pack, steps)) return kNone;
    if (group != work_.group_names.end()) {  // its `facts` may have lost the line, name and all
      if (work_.groups.at(group->second).lost) return kNone;
      for (const std::string& name : work_.groups.at(group->second).names) {
        if (work_.head_maybe_lost(item_.pack, name)) return kNone;
      }
    }
    std::vector<std::string> plain;  // 客戶.年齡: names are not folded, and no other is meant
    for (const std::string& step : steps) plain.push_back(syntax::simplified(step));
    if (plain != steps && find_fact(plain) != kNone) {
      work_
          .report(codes::kUnknownName, item_, path.span, {std::string(word_of(Kind::fact, language())), joined(steps)},
                  say("Did you mean “", "是否指“") + joined(plain) + say("”?", "”？"))
          .fixes.push_back({path.span, joined(plain)});
      return kNone;
    }
    // The step that is not there, and the nearest that is.
    std::vector<std::string_view> known;
    std::size_t at = 0;
    std::string before;
    const std::map<std::string, Index, std::less<>>* table = nullptr;
    if (steps.size() == 1) {
      if (const std::string meant = with_dot(steps.front()); !meant.empty()) {
        work_
            .report(codes::kUnknownName, item_, path.span,
                    {std::string(word_of(Kind::value, language())), steps.front()},
                    say("Did you mean “", "是否指“") + meant + say("”?", "”？"))
            .fixes.push_back({path.span, meant});
        return kNone;
      }
      for (const auto& [name, number] : work_.single_facts) known.push_back(name);
      for (const auto& [name, first] : work_.group_names) known.push_back(name);
      for (const std::string_view name : work_.known_names(Kind::value, item_.pack)) known.push_back(name);
      work_.unknown_name(Kind::value, item_, path.span, steps.front(), known);
      return kNone;
    }
    if (group == work_.group_names.end()) {
      for (const auto& [name, first] : work_.group_names) known.push_back(name);
    } else {
      table = &work_.groups.at(group->second).members;
      before = steps[0] + ".";
      for (at = 1; at < steps.size(); ++at) {
        const auto member = table->find(steps[at]);
        if (member == table->end()) break;
        const auto record = work_.record_members.find(member->second);
        before += steps[at] + ".";
        if (record == work_.record_members.end()) {
          at = at + 1;
          table = nullptr;
          break;
        }
        table = &record->second;
      }
      if (table != nullptr) {
        for (const auto& [name, member] : *table) known.push_back(name);
      }
    }
    if (at >= steps.size()) at = steps.size() - 1;
    if (group == work_.group_names.end() && work_.told_of_glued(item_, path.span, joined(steps), known)) return kNone;
    if (at + 1 == steps.size() && work_.told_of_glued_behind(item_, path.span, before, steps[at], known)) return kNone;
    if (at + 1 == steps.size() && table != nullptr && told_of_glued_value(path.span, before, steps[at], *table, known))
      return kNone;
    std::string near(work_.near_to(steps[at], known));
    if (Work::opposites(steps[at], near)) near.clear();
    std::string whole = before + near;
    for (std::size_t i = at + 1; i < steps.size(); ++i) whole += "." + steps[i];
    std::string help;
    if (!near.empty()) {
      help = say("Did you mean “", "是否指“") + whole + say("”?", "”？");
    } else if (std::string list = work_.list_of(item_, known, before); !list.empty()) {
      help = std::move(list) + say("; a new one is a line below “facts ", "；新的事实请在“事实 ") + steps.front() +
             say("”, such as: ", "”之下加一行，如：") + steps.back() + say(" integer", " 整数");
    } else {
      help = say("A fact is declared in a line below: facts ", "请在这一行之下声明该事实：事实 ") + steps.front();
    }
    Diagnostic& diagnostic =
        work_.report(codes::kUnknownName, item_, path.span,
                     {std::string(word_of(Kind::fact, language())), joined(steps)}, std::move(help));
    if (!near.empty()) diagnostic.fixes.push_back({path.span, whole});
    return kNone;
  }
  const Fact& known = work_.model.facts[found];
  if (!known.built_in) {
    const std::set<Index>& packs = work_.declared_by.at(found);
    if (!work_.may_be_elsewhere(item_.pack) &&
        std::none_of(packs.begin(), packs.end(), [&](Index pack) { return work_.scope.sees(item_.pack, pack); })) {
      const std::string& owner = work_.model.packs[*packs.begin()].names.first;
      work_.report(codes::kNotVisible, item_, path.span,
                   {std::string(word_of(Kind::fact, language())), joined(steps), owner,
                    work_.model.packs[item_.pack].names.first},
                   say("Add the line: use ", "请加一行：引用 ") + owner);
      return kNone;
    }
  }
  const Reference*& reference = work_.of_facts[{found, item_.pack}];
  if (reference == nullptr) {
    Reference made{"fact " + joined(known.path), known.path_names, false, known.span};
    if (std::vector<std::string> names = work_.names_seen(work_.own_names, found, 0, item_.pack); !names.empty())
      made.names.back() = std::move(names);
    reference = work_.references.keep(std::move(made));
  }
  work_.references.add(path, reference);
  return work_.spoilt_facts.count(found) != 0 ? kNone : found;
}

// 产品名称, 产品的名称, product_name: a fact that has its group before it without the dot.
std::string Conditions::with_dot(std::string_view name) const {
  for (const auto& [group, first] : work_.group_names) {
    if (!name.starts_with(group)) continue;
    std::string_view rest = name.substr(group.size());
    const auto& members = work_.groups.at(first).members;
    for (const std::string_view joint : {"", "的", "_"})
      if (rest.starts_with(joint) && members.count(rest.substr(joint.size())) != 0)
        return group + "." + std::string(rest.substr(joint.size()));
  }
  return {};
}

ExprPtr Conditions::of_fact(Index fact, Op op, Span span) {
  Expr expr;
  expr.op = op;
  expr.fact = fact;
  expr.span = span;
  expr.type = work_.model.facts[fact].type;
  return keep(std::move(expr));
}

ExprPtr Conditions::level(const syntax::Expr& expr, const Type& type) {
  const std::string& name = expr.path.parts.front().text;
  const std::vector<Names>& levels = levels_of(work_.model, type);
  for (Index i = 0; i < levels.size(); ++i) {
    if (std::find(levels[i].all.begin(), levels[i].all.end(), name) == levels[i].all.end()) continue;
    Constant constant;
    constant.kind = type.kind;
    constant.level = i;
    const bool scale = type.kind == TypeKind::scale;
    const Reference*& reference = work_.of_levels[{type.kind, scale ? type.scale : type.choices, i, item_.pack}];
    if (reference == nullptr) {
      std::vector<std::string> names;
      if (!scale) names = work_.names_seen(work_.own_choices, type.choices, i, item_.pack);
      if (names.empty()) names = levels[i].all;
      reference = work_.references.keep({"level " + levels[i].first, {std::move(names)}, true, {}});
    }
    work_.references.add(expr.path, reference);
    return constant_node(expr.span, std::move(constant), type);
  }
  if (work_.maybe_lost(item_.pack, name)) return nullptr;
  std::vector<std::string_view> known;
  for (const Names& each : levels) known.insert(known.end(), each.all.begin(), each.all.end());
  const std::string near(work_.near_to(name, known));
  Diagnostic& diagnostic =
      work_.report(codes::kUnknownLevel, item_, expr.span, {name, describe(work_.model, type, language())},
                   near.empty() ? (type.kind == TypeKind::scale ? work_.list_of(item_, known) : std::string())
                                : say("Did you mean “", "是否指“") + near + say("”?", "”？"));
  if (!near.empty()) diagnostic.fixes.push_back({expr.span, near});
  return nullptr;
}

ExprPtr Conditions::path_value(const syntax::Expr& expr, const Type* hint, bool condition_wanted) {
  const syntax::Path& path = expr.path;
  const std::vector<std::string> steps = steps_of(path);
  if (const Element* of = element(path)) {
    const Fact& list = work_.model.facts[of->list];
    Reference reference;
    reference.names.resize(steps.size());
    if (steps.size() == 1) {
      if (list.type.element && list.type.element->kind == TypeKind::record) {
        return wrong_type(expr.span, say("a member of it", "其中一个成员"),
                          say("the whole element “", "整个元素“") + steps[0] + "”");
      }
      std::size_t depth = elements_.size();
      while (depth > 0 && elements_[depth - 1].name != steps[0]) --depth;
      reference.identity = "element " + std::to_string(depth);
      work_.references.add(path, std::move(reference));
      ExprPtr scalar = of_fact(of->list, Op::element, expr.span);
      Expr copy = *scalar;
      if (list.type.element) copy.type = *list.type.element;
      return keep(std::move(copy));
    }
    Index found = of->list;
    for (std::size_t i = 1; i < steps.size(); ++i) {
      static const std::map<std::string, Index, std::less<>> kNoMembers;
      const auto record = work_.record_members.find(found);
      const auto& members = record == work_.record_members.end() ? kNoMembers : record->second;
      const auto member = members.find(steps[i]);
      if (member == members.end()) {
        std::vector<std::string_view> known;
        for (const auto& [name, number] : members) known.push_back(name);
        work_.unknown_name(Kind::fact, item_, path.parts[i].span, steps[i], known);
        return nullptr;
      }
      found = member->second;
      reference.names[i] = work_.model.facts[found].names.all;
    }
    if (work_.spoilt_facts.count(found) != 0) return nullptr;
    std::size_t depth = elements_.size();
    while (depth > 0 && elements_[depth - 1].name != steps[0]) --depth;
    reference.identity = "element " + std::to_string(depth) + " " + joined(work_.model.facts[found].path);
    work_.references.add(path, std::move(reference));
    return of_fact(found, Op::element, expr.span);
  }
  if (hint != nullptr && has_names(*hint) && steps.size() == 1) {
    if (names_a_level(levels_of(work_.model, *hint), steps[0]) || is_bare(expr)) return level(expr, *hint);
  }
  const bool is_fact = steps.size() == 1
                           ? work_.single_facts.count(steps[0]) != 0 || work_.group_names.count(steps[0]) != 0
                           : work_.group_names.count(steps[0]) != 0;
  if (!is_fact) {
    const Scope::Found found = work_.scope.find(Kind::value, item_.pack, steps);
    if (found.entry != nullptr || found.hidden != nullptr) {
      const Entry* const named = found.entry != nullptr ? found.entry : found.hidden;
      const Scope::Found as_define = work_.scope.find(Kind::define, item_.pack, steps);
      const Entry* const define = found.entry != nullptr ? as_define.entry : as_define.hidden;
      const bool is_define = define != nullptr && define->span == named->span;
      const Entry* entry = work_.resolve(is_define ? Kind::define : Kind::parameter, item_, path);
      if (entry == nullptr) return nullptr;
      if (!is_define) {
        const Work::Parameter& parameter = work_.parameters[entry->index];
        if (parameter.spoilt) return nullptr;
        Type type = parameter.type;
        if (hint != nullptr && is_number(hint->kind) && is_number(type.kind))
          type.kind =
              hint->kind == TypeKind::integer && !parameter.value.number.is_integer() ? TypeKind::decimal : hint->kind;
        Constant constant = parameter.value;
        constant.kind = type.kind;
        return constant_node(expr.span, std::move(constant), std::move(type));
      }
      if (work_.defines[entry->index].state == Work::Define::State::open) {
        std::string chain;
        bool inside = false;
        for (const Index open : work_.open_defines) {
          inside = inside || open == entry->index;
          if (inside) chain += work_.defines[open].item.as<syntax::DefineDecl>().names.first.text + " → ";
        }
        work_.report(codes::kDefineCycle, item_, expr.span, {entry->names.first, chain + entry->names.first});
        return nullptr;
      }
      ExprPtr expanded = define_value(work_, *entry);
      return expanded;
    }
    if (is_bare(expr)) {
      const std::string owner = hint != nullptr ? owner_of_level(steps[0]) : std::string();
      if (!owner.empty()) {
        return wrong_type(expr.span, describe(work_.model, *hint, language()),
                          steps[0] + say(" (", "（") + owner + say(")", "）"));
      }
      const std::size_t told = work_.diagnostics.size();
      fact(path, false);  // nothing of that name anywhere: says so
      if (hint == nullptr || work_.diagnostics.size() != told + 1) return nullptr;
      Diagnostic& diagnostic = work_.diagnostics.back();
      if (const std::string meant(value_meant_by(steps[0], hint->kind)); !meant.empty()) {
        diagnostic.help = say("Did you mean “", "是否指“") + meant + say("”?", "”？");
        diagnostic.fixes = {{expr.span, meant}};
      } else if (hint->kind == TypeKind::text && diagnostic.fixes.empty()) {
        const std::string text = say("\"", "“") + steps[0] + say("\"", "”");
        diagnostic.help = say("A text stands in quotes: ", "文本写在引号中：") + text;
        diagnostic.fixes.push_back({expr.span, text});
      }
      return nullptr;
    }
  }
  const Index found = fact(path, hint != nullptr && hint->kind == TypeKind::text);
  if (found == kNone) return nullptr;
  // A member of a list's record is one of many outside of a quantifier.
  for (Index owner = work_.model.facts[found].parent; owner != kNone; owner = work_.model.facts[owner].parent) {
    if (work_.model.facts[owner].type.kind != TypeKind::list) continue;
    const std::vector<std::vector<std::string>>& list_steps = work_.model.facts[owner].path_names;
    std::string list;
    for (const std::vector<std::string>& step : list_steps) {
      list += (list.empty() ? "" : ".") + std::string(name_in(step, language()));
    }
    const std::string member(work_.model.facts[found].names.in(language()));
    work_.report(codes::kInsideAList, item_, expr.span, {joined(steps), list},
                 say("Write: any h in " + list + " where (h." + member + " …)",
                     "请写：" + list + " 中 存在 某项 满足（某项." + member + " …）"));
    return nullptr;
  }
  if (condition_wanted && work_.model.facts[found].type.kind == TypeKind::yes_no) {
    return node(Op::truth, expr.span, {of_fact(found, Op::fact, expr.span)});
  }
  return of_fact(found, Op::fact, expr.span);
}

// 客户.客群为零售: behind a dot the whole run is a name, and no such name is there. It is offered only where it compiles.
bool Conditions::told_of_glued_value(Span span, const std::string& before, const std::string& step,
                                     const std::map<std::string, Index, std::less<>>& members,
                                     const std::vector<std::string_view>& known) {
  std::string_view name;
  const syntax::Spelling* keyword = nullptr;
  for (const auto& [each, member] : members) {
    if (!step.starts_with(each) || each.size() <= name.size()) continue;
    const syntax::Spelling* longest = nullptr;
    for (const syntax::Spelling& s : syntax::all_spellings())
      if (s.kind == syntax::KeywordKind::compare && s.language == Language::zh && s.words.size() == 1 &&
          (longest == nullptr || s.text.size() > longest->text.size()) &&
          std::string_view(step).substr(each.size()).starts_with(s.text))
        longest = &s;
    if (longest != nullptr) name = each, keyword = longest;
  }
  if (keyword == nullptr) return false;
  const std::string rest = step.substr(name.size() + keyword->text.size());
  const Type& type = work_.model.facts[members.find(name)->second].type;
  const auto is = [&](std::initializer_list<std::string_view> any) {
    return std::find(any.begin(), any.end(), keyword->text) != any.end();
  };
  const bool whole = rest.empty() && is({"已知", "不明", "未知"});
  const bool equal = is({"为", "等于", "不为", "不等于"});
  const bool sure =
      whole || (type.kind == TypeKind::yes_no && equal && (rest == "是" || rest == "否")) ||
      (has_names(type) && names_a_level(levels_of(work_.model, type), rest) &&
       (equal || is({"属于", "不属于"}) || (type.kind == TypeKind::scale && is({"不低于", "不高于", "高于", "低于"}))));
  // 封闭期满日 may be a fact that is not declared, or a slip of one that is.
  constexpr std::size_t kOneLetter = 3;
  if (!sure && ((keyword->text.size() == kOneLetter && keyword->text != "为") || !work_.near_to(step, known).empty()))
    return false;
  const std::string meant = before + std::string(name) + " " + keyword->text + (rest.empty() ? "" : " ") + rest;
  const std::string shown = sure ? meant : before + std::string(name) + " " + keyword->text + " …";
  Diagnostic& diagnostic = work_.report(syntax::codes::kKeywordGlued, item_, span, {before + step},
                                        say("put a blank after a keyword: ", "关键字前后请加空格：") + shown);
  if (sure) diagnostic.fixes.push_back({span, meant});
  return true;
}

// What a word is a level or choice of, as this pack sees it; empty: of nothing.
std::string Conditions::owner_of_level(const std::string& name) const {
  const auto has = [&](const Names& level) {
    return std::find(level.all.begin(), level.all.end(), name) != level.all.end();
  };
  for (const Scale& scale : work_.model.scales) {
    if (!work_.scope.sees(item_.pack, scale.pack)) continue;
    if (std::any_of(scale.levels.begin(), scale.levels.end(), has))
      return say("scale ", "分级 ") + std::string(scale.names.in(language()));
  }
  for (const Fact& fact : work_.model.facts) {
    const Type& type = fact.type.element ? *fact.type.element : fact.type;
    if (type.choices == kNone || fact.built_in || !work_.scope.sees(item_.pack, fact.pack)) continue;
    const std::vector<Names>& choices = work_.model.choice_sets[type.choices].choices;
    if (!std::any_of(choices.begin(), choices.end(), has)) continue;
    return say("a choice of ", "取值，属于 ") + path_in(fact.path_names, language());
  }
  return {};
}

// ---- values

// 50万, where the fact has one currency: which is meant goes without saying. Of a share or a length it does not.
void Conditions::unit_missing(const syntax::Expr& expr, const Type& hint) {
  const std::string written = quoted(expr.span), meant = written + " " + hint.currency;
  const bool money = hint.kind == TypeKind::money && !hint.currency.empty();
  Diagnostic& diagnostic =
      work_.report(codes::kUnitMissing, item_, expr.span, {describe(work_.model, unbounded(hint), language()), written},
                   money ? say("Write ", "请写作：") + meant : std::string());
  if (money) diagnostic.fixes.push_back({expr.span, meant});
}

ExprPtr Conditions::literal(const syntax::Expr& expr, const Type* hint) {
  const syntax::Literal& literal = expr.literal;
  if (literal.kind == syntax::LiteralKind::weekday) {
    return wrong_type(expr.span, describe(work_.model, hint != nullptr ? *hint : of(TypeKind::date), language()),
                      quoted(expr.span),
                      say("Days of the week are asked of a date: today is Monday", "星期用日期来判断：今日 为 周一"));
  }
  if (literal.kind == syntax::LiteralKind::instant && !literal.offset) return wall_clock(expr);
  Constant constant;
  if (hint != nullptr) {
    switch (constant_of(literal, *hint, constant)) {
      case Fit::fits:
        return constant_node(expr.span, std::move(constant), *hint);
      case Fit::unit_missing:
        unit_missing(expr, *hint);
        return nullptr;
      case Fit::units_differ:
        work_.report(codes::kDifferentUnits, item_, expr.span,
                     {describe(work_.model, unbounded(*hint), language()), quoted(expr.span)});
        return nullptr;
      case Fit::wrong_type:
        break;
    }
    const Type natural = type_of(literal);
    if (!is_number(hint->kind) || !is_number(natural.kind)) {
      std::string help;
      std::string instead;
      if (has_names(*hint) && literal.kind == syntax::LiteralKind::text) {
        help = say("Levels and choices stand without quotation marks.", "等级和取值不加引号。");
      } else if (is_number(hint->kind) && natural.kind == TypeKind::duration) {  // 18 years of age, 3 days late
        instead = literal.number.to_string();
        if (hint->years_old && literal.unit == "year") {
          instead += say(" years old", "周岁");
          help = say("Ages are counted in years old: ", "年龄按周岁计：") + instead;
        } else {
          help = say("The fact is a number, which takes no unit of time: ", "该事实是数，不带时间单位：") + instead +
                 say("; a length of time is a fact of type duration", "；若指时长，请把事实声明为“时长”");
        }
      } else if (hint->kind == TypeKind::decimal && natural.kind == TypeKind::percent && literal.unit == "%") {
        if (const auto part = literal.number.times(*Decimal::parse("0.01"))) {  // answer.confidence is below 60 %
          instead = part->to_string();
          help = say("The fact is a decimal number: ", "该事实是小数：") + instead;
        }
      }
      wrong_type(expr.span, describe(work_.model, *hint, language()),
                 quoted(expr.span) + say(" (", "（") + describe(work_.model, natural, language()) + say(")", "）"),
                 std::move(help));
      if (!instead.empty()) work_.diagnostics.back().fixes.push_back({expr.span, instead});
      return nullptr;
    }
  }
  Type type = type_of(literal);
  type.years_old = false;
  if (constant_of(literal, type, constant) != Fit::fits) {
    return wrong_type(expr.span, say("a value", "一个值"), quoted(expr.span));
  }
  return constant_node(expr.span, std::move(constant), std::move(type));
}

bool Conditions::constant(const syntax::Expr& expr, const Type& type, Constant& out) {
  const ExprPtr value = this->value(expr, &type);
  if (!value) return false;
  if (value->op != Op::constant) {
    wrong_type(expr.span, say("a value as it stands", "一个写明的值"), quoted(expr.span));
    return false;
  }
  const Comparable fit = comparable(work_.model, type, value->type);
  const bool whole = type.kind != TypeKind::integer || value->constant.number.is_integer();
  if (fit == Comparable::no || fit == Comparable::units_differ || !whole) {
    wrong_type(expr.span, describe(work_.model, type, language()), describe_expr(*value));
    return false;
  }
  out = value->constant;
  out.kind = type.kind;
  if ((type.low && out.number < *type.low) || (type.high && *type.high < out.number)) {
    wrong_type(expr.span, describe(work_.model, type, language()), quoted(expr.span));
    return false;
  }
  return true;
}

ExprPtr Conditions::value(const syntax::Expr& expr, const Type* hint) {
  switch (expr.op) {
    case S::literal:
      return literal(expr, hint);
    case S::path:
      return path_value(expr, hint, false);
    case S::now:
      return node(Op::now, expr.span, {}, of(TypeKind::instant));
    case S::today:
      return node(Op::today, expr.span, {}, of(TypeKind::date));
    case S::add:
    case S::sub:
    case S::mul:
    case S::div:
    case S::neg:
    case S::share_of:
    case S::as_percent_of:
    case S::rounded:
    case S::full_years_since:
      return arithmetic(expr, hint);
    case S::count_of:
    case S::sum_of:
    case S::highest_of:
    case S::lowest_of:
      return aggregate(expr);
    case S::percents_of:
    case S::amounts_of:
    case S::dates_of:
    case S::durations_of:
      return not_yet(expr.span, "figures that a text says", "文本所述的数字");
    case S::any_value:
    case S::otherwise:
    case S::list:
    case S::range:
    case S::row:
      return wrong_type(expr.span,
                        hint != nullptr ? describe(work_.model, *hint, language()) : say("a value", "一个值"),
                        quoted(expr.span));
    default:
      return condition(expr);
  }
}

ExprPtr Conditions::arithmetic(const syntax::Expr& expr, const Type* hint) {
  const auto argument = [&](std::size_t i) { return value(*expr.args[i], nullptr); };
  const auto mismatch = [&](const ExprPtr& a, const ExprPtr& b) -> ExprPtr {
    if (a->type.kind == b->type.kind && a->type.kind == TypeKind::money) {
      work_.report(codes::kDifferentUnits, item_, expr.span, {describe_expr(*a), describe_expr(*b)});
      return nullptr;
    }
    return wrong_type(expr.args[1]->span, describe(work_.model, unbounded(a->type), language()), describe_expr(*b));
  };
  switch (expr.op) {
    case S::neg: {
      const ExprPtr a = value(*expr.args[0], hint);
      if (!a) return nullptr;
      const TypeKind kind = a->type.kind;
      if (!is_number(kind) && kind != TypeKind::percent && kind != TypeKind::money && kind != TypeKind::duration) {
        return wrong_type(expr.args[0]->span, say("a number", "一个数"), describe_expr(*a));
      }
      if (kind == TypeKind::money && a->op != Op::constant) {  // of whatever currency it is; a zero would have none
        Constant minus_one;
        minus_one.kind = TypeKind::integer;
        minus_one.number = Decimal(-1);
        return node(Op::mul, expr.span, {a, constant_node(expr.span, std::move(minus_one), of(TypeKind::integer))},
                    unbounded(a->type));
      }
      if (a->op == Op::constant) {
        Constant constant = a->constant;
        constant.number = constant.number.negated();
        constant.duration = {-constant.duration.months, -constant.duration.seconds, -constant.duration.working_days};
        return constant_node(expr.span, std::move(constant), a->type);
      }
      Constant zero;
      zero.kind = kind;
      return node(Op::sub, expr.span, {constant_node(expr.span, zero, a->type), a}, unbounded(a->type));
    }
    case S::add:
    case S::sub: {
      const ExprPtr a = argument(0), b = argument(1);
      if (!a || !b) return nullptr;
      const bool minus = expr.op == S::sub;
      const TypeKind x = a->type.kind, y = b->type.kind;
      const Op op = minus ? Op::sub : Op::add;
      const auto moved = [&](const ExprPtr& date, const ExprPtr& span, TypeKind kind) -> ExprPtr {
        return counting(node(op, expr.span, {date, span}, of(kind)), *span);
      };
      if (is_number(x) && is_number(y)) {
        return node(op, expr.span, {a, b}, of(x == y ? x : TypeKind::decimal));
      }
      if ((x == TypeKind::date || x == TypeKind::instant) && y == TypeKind::duration) {
        return moved(a, b, x);
      }
      if (!minus && x == TypeKind::duration && (y == TypeKind::date || y == TypeKind::instant)) {
        return moved(b, a, y);
      }
      if (minus && x == y && (x == TypeKind::date || x == TypeKind::instant)) {
        return node(op, expr.span, {a, b}, of(TypeKind::duration));
      }
      if (x == y && (x == TypeKind::percent || x == TypeKind::duration)) {
        return node(op, expr.span, {a, b}, of(x));
      }
      if (x == y && x == TypeKind::money && a->type.currency == b->type.currency) {
        return node(op, expr.span, {a, b}, unbounded(a->type));
      }
      if (!is_number(x) && x != TypeKind::percent && x != TypeKind::money && x != TypeKind::date &&
          x != TypeKind::instant && x != TypeKind::duration) {
        return wrong_type(expr.args[0]->span,
                          say("a number, an amount, a date or a span of time", "数、金额、日期或时长"),
                          describe_expr(*a));
      }
      return mismatch(a, b);
    }
    case S::mul: {
      const ExprPtr a = argument(0), b = argument(1);
      if (!a || !b) return nullptr;
      const TypeKind x = a->type.kind, y = b->type.kind;
      const auto scales = [](TypeKind kind) { return kind == TypeKind::percent || kind == TypeKind::money; };
      if (is_number(x) && is_number(y)) return node(Op::mul, expr.span, {a, b}, of(x == y ? x : TypeKind::decimal));
      if (scales(x) && is_number(y)) return node(Op::mul, expr.span, {a, b}, unbounded(a->type));
      if (is_number(x) && scales(y)) return node(Op::mul, expr.span, {b, a}, unbounded(b->type));
      return wrong_type(is_number(x) || scales(x) ? expr.args[1]->span : expr.args[0]->span, say("a number", "一个数"),
                        describe_expr(is_number(x) || scales(x) ? *b : *a));
    }
    case S::div: {
      const ExprPtr a = argument(0), b = argument(1);
      if (!a || !b) return nullptr;
      const TypeKind x = a->type.kind, y = b->type.kind;
      if (is_number(x) && is_number(y)) return node(Op::div, expr.span, {a, b}, of(TypeKind::decimal));
      if ((x == TypeKind::money || x == TypeKind::percent) && is_number(y)) {
        return node(Op::div, expr.span, {a, b}, unbounded(a->type));
      }
      if (x == y && (x == TypeKind::percent || (x == TypeKind::money && a->type.currency == b->type.currency))) {
        return node(Op::div, expr.span, {a, b}, of(TypeKind::decimal));
      }
      if (x == TypeKind::money && y == TypeKind::money) return mismatch(a, b);
      return wrong_type(expr.args[1]->span, say("a number", "一个数"), describe_expr(*b));
    }
    case S::share_of: {
      const Type percent = of(TypeKind::percent);
      const ExprPtr share = value(*expr.args[0], &percent), of_what = argument(1);
      if (!share || !of_what) return nullptr;
      const TypeKind kind = of_what->type.kind;
      if (share->type.kind != TypeKind::percent) {
        return wrong_type(expr.args[0]->span, describe(work_.model, percent, language()), describe_expr(*share));
      }
      if (!is_number(kind) && kind != TypeKind::money && kind != TypeKind::percent) {
        return wrong_type(expr.args[1]->span, say("a number or an amount", "数或金额"), describe_expr(*of_what));
      }
      return node(Op::share_of, expr.span, {share, of_what},
                  is_number(kind) ? of(TypeKind::decimal) : unbounded(of_what->type));
    }
    case S::as_percent_of: {
      const ExprPtr a = argument(0), b = argument(1);
      if (!a || !b) return nullptr;
      const TypeKind x = a->type.kind, y = b->type.kind;
      if ((is_number(x) && is_number(y)) ||
          (x == y && (x == TypeKind::percent || (x == TypeKind::money && a->type.currency == b->type.currency)))) {
        return node(Op::as_percent_of, expr.span, {a, b}, of(TypeKind::percent));
      }
      return mismatch(a, b);
    }
    case S::rounded: {
      const Type integer = of(TypeKind::integer);
      const ExprPtr a = value(*expr.args[0], hint), digits = value(*expr.args[1], &integer);
      if (!a || !digits) return nullptr;
      const TypeKind kind = a->type.kind;
      if (!is_number(kind) && kind != TypeKind::money && kind != TypeKind::percent) {
        return wrong_type(expr.args[0]->span, say("a number or an amount", "数或金额"), describe_expr(*a));
      }
      const std::optional<std::int64_t> places =
          digits->op == Op::constant ? digits->constant.number.as_int64() : std::nullopt;
      if (!places || *places < 0 || *places > Decimal::kMaxScale) {
        return wrong_type(expr.args[1]->span, say("integer 0..18", "整数 0 至 18"), quoted(expr.args[1]->span));
      }
      Expr made;
      made.op = Op::rounded;
      made.span = expr.span;
      made.args = {a, digits};
      made.count = static_cast<std::int32_t>(*places);
      made.type = is_number(kind) ? of(TypeKind::decimal) : unbounded(a->type);
      return keep(std::move(made));
    }
    default: {  // full_years_since
      const Type date = of(TypeKind::date);
      const ExprPtr a = value(*expr.args[0], &date);
      if (!a) return nullptr;
      if (a->type.kind != TypeKind::date && a->type.kind != TypeKind::instant) {
        return wrong_type(expr.args[0]->span, describe(work_.model, date, language()), describe_expr(*a));
      }
      return node(Op::full_years, expr.span, {a}, of(TypeKind::integer));
    }
  }
}

// ---- conditions

ExprPtr Conditions::condition(const syntax::Expr& expr) {
  switch (expr.op) {
    case S::literal:
      // A word of its own would be true or false whatever the turn says: `customer.vip is known and yes`.
      return wrong_type(expr.span, say("a condition", "一个条件"), quoted(expr.span),
                        expr.literal.kind == syntax::LiteralKind::yes || expr.literal.kind == syntax::LiteralKind::no
                            ? say("Write the fact again: customer.vip is ", "请再写一次事实，例如：客户.贵宾 为 ") +
                                  std::string(work_.text_at(expr.span))
                            : std::string());
    case S::path: {
      ExprPtr made = path_value(expr, nullptr, true);
      if (!made) return nullptr;
      if (is_condition(made->op)) return made;
      if (made->type.kind == TypeKind::yes_no) {
        if (made->op == Op::constant) return node(made->constant.yes ? Op::always : Op::never, expr.span, {});
        return node(Op::truth, expr.span, {made});
      }
      return wrong_type(expr.span, say("a condition", "一个条件"), describe_expr(*made),
                        say("Say what it is held against, such as: ", "请写明与什么比较，例如：") + quoted(expr.span) +
                            say(" is …", " 为 …"));
    }
    case S::eq:
    case S::ne:
    case S::ge:
    case S::le:
    case S::gt:
    case S::lt:
      if (const int days = weekdays_of(expr)) return weekday(expr, days);
      return comparison(expr);
    case S::between:
      if (const int days = weekdays_of(expr)) return weekday(expr, days);
      return between(expr);
    case S::one_of:
      if (const int days = weekdays_of(expr)) return weekday(expr, days);
      return membership(expr);
    case S::none_of_list:
      if (const int days = weekdays_of(expr)) return node(Op::not_, expr.span, {weekday(expr, days)});
      return node(Op::not_, expr.span, {membership(expr)});
    case S::includes:
    case S::includes_any:
    case S::includes_all:
    case S::is_empty:
      return in_list(expr);
    case S::is_known:
      return knowledge(expr);
    case S::is_unknown:
      return node(Op::not_, expr.span, {knowledge(expr)});
    case S::and_:
    case S::all_of:
      return group(expr, Op::and_, 0);
    case S::or_:
    case S::any_of:
      return group(expr, Op::or_, 0);
    case S::none_of:
      return node(Op::not_, expr.span, {group(expr, Op::or_, 0)});
    case S::not_:
      return node(Op::not_, expr.span, {condition(*expr.args[0])});
    case S::at_least_of: {
      const Type integer = of(TypeKind::integer);
      const ExprPtr count = value(*expr.args[0], &integer);
      const ExprPtr members = group(expr, Op::at_least, 1);
      if (!count || !members) return nullptr;
      const std::optional<std::int64_t> number =
          count->op == Op::constant && is_number(count->type.kind) ? count->constant.number.as_int64() : std::nullopt;
      const auto most = static_cast<std::int64_t>(members->args.size());
      if (!number || *number < 1 || *number > most) {
        return wrong_type(expr.args[0]->span,
                          say("a number from 1 to ", "1 至 ") + std::to_string(most) + say("", " 的整数"),
                          quoted(expr.args[0]->span));
      }
      Expr made = *members;
      made.count = static_cast<std::int32_t>(*number);
      return keep(std::move(made));
    }
    case S::any_in:
    case S::every_in:
    case S::no_in:
      return quantifier(expr);
    case S::differs_by_more: {
      const ExprPtr a = value(*expr.args[0], nullptr);
      const ExprPtr b = value(*expr.args[1], a ? &a->type : nullptr);
      if (!a || !b) return nullptr;
      const Comparable fit = comparable(work_.model, a->type, b->type);
      if (fit != Comparable::order || has_names(a->type)) {
        return fit == Comparable::units_differ
                   ? (work_.report(codes::kDifferentUnits, item_, expr.span, {describe_expr(*a), describe_expr(*b)}),
                      nullptr)
                   : wrong_type(expr.args[1]->span, describe(work_.model, unbounded(a->type), language()),
                                describe_expr(*b));
      }
      const bool dates = a->type.kind == TypeKind::date || a->type.kind == TypeKind::instant;
      const Type gap = dates ? of(TypeKind::duration) : unbounded(a->type);
      const ExprPtr most = value(*expr.args[2], &gap);
      if (!most) return nullptr;
      for (const ExprPtr& one : {a, b, most})
        if (const Expr* days = working_days_in(*one)) return no_dates(*days);
      const ExprPtr up = node(Op::sub, expr.span, {a, b}, gap);
      const ExprPtr down = node(Op::sub, expr.span, {b, a}, gap);
      return node(Op::or_, expr.span, {node(Op::lt, expr.span, {most, up}), node(Op::lt, expr.span, {most, down})});
    }
    case S::more_than_ago:
    case S::at_least_ago:
    case S::within_last:
    case S::within_next:
      return time_condition(expr);
    case S::now_between:
      return clock_between(expr);
    case S::is_working_day:
      return working_day(expr);
    case S::is_weekday:
      return weekday(expr, weekdays_of(expr));
    case S::contains:
    case S::contains_any:
    case S::contains_all:
    case S::lacks:
    case S::claims:
    case S::claims_any:
    case S::matches:
      return text_condition(expr);
    case S::contains_near:
      return not_yet(expr.span, "one text near another", "两段文字相距");
    case S::mentions:
    case S::mentions_class:
      return not_yet(expr.span, "mentions", "提及");
    case S::window:
    case S::same_question:
      return not_yet(expr.span, "counting over turns", "跨轮次计数");
    default: {
      const ExprPtr made = value(expr, nullptr);
      if (!made) return nullptr;
      if (made->type.kind == TypeKind::yes_no) return node(Op::truth, expr.span, {made});
      return wrong_type(expr.span, say("a condition", "一个条件"), describe_expr(*made));
    }
  }
}

// The terms from `at` to `end` are values, which the one before them should have: told once, with what to write for all of them.
std::size_t Conditions::several(const syntax::Expr& expr, std::size_t at, std::size_t end, const std::string& instead) {
  const Span value = expr.args[at]->span;
  wrong_type(value, say("a condition", "一个条件"), quoted(value),
             say("Of several values: ", "多个值请写：") + instead);
  Span whole = expr.args[at - 1]->span;
  whole.end = expr.args[end - 1]->span.end;
  work_.diagnostics.back().fixes.push_back({whole, instead});
  return end - at;
}

// `is one of a or b`, `contains "a" or "b"`: items of one list, parted by the word that joins conditions. How many; they have
// been told.
std::size_t Conditions::items_behind(const syntax::Expr& expr, std::size_t at) {
  const syntax::Expr& first = *expr.args[at - 1];
  const bool texts = first.op == S::contains || first.op == S::contains_any;
  if ((!texts && first.op != S::one_of && first.op != S::none_of_list) || first.bracketed || first.args.size() < 2)
    return 0;
  std::size_t end = at;
  std::string items;
  const auto is_item = [&](const syntax::Expr& each) {
    if (each.bracketed) return false;
    if (texts) return each.op == S::literal && each.literal.kind == syntax::LiteralKind::text;
    if (each.op == S::literal)
      return each.literal.kind != syntax::LiteralKind::yes && each.literal.kind != syntax::LiteralKind::no;
    return is_bare(each) && !owner_of_level(each.path.parts.front().text).empty();
  };
  for (; end < expr.args.size() && is_item(*expr.args[end]); ++end)
    items += say(", ", "、") + quoted(expr.args[end]->span);
  if (end == at) return 0;
  std::string instead = quoted(first.span) + items;
  if (!texts) {
    std::vector<const syntax::Expr*> values;
    for (const auto& each : first.args[1]->args) values.push_back(each.get());
    for (std::size_t i = at; i < end; ++i) values.push_back(expr.args[i].get());
    const std::string subject = first.args[0]->op == S::path ? subject_of(first, values) : std::string();
    if (subject.empty()) return 0;  // no list of them compiles
    instead.replace(0, first.args[0]->span.end - first.span.begin, subject);
  }
  if (first.op == S::contains) {
    if (first.args[1]->op != S::literal) return 0;
    instead =
        quoted(first.args[0]->span) + say(" contains any of ", " 包含任一 ") + quoted(first.args[1]->span) + items;
  }
  return several(expr, at, end, instead);
}

// `is 3 or 4`: values where conditions stand, behind one that names the first of them. How many; they have been told.
std::size_t Conditions::values_behind(const syntax::Expr& expr, std::size_t at) {
  const syntax::Expr& first = *expr.args[at - 1];
  if (const std::size_t more = items_behind(expr, at); more > 0) return more;
  if ((first.op != S::eq && first.op != S::ne) || first.args[0]->op != S::path) return 0;
  const auto is_value = [&](const syntax::Expr& each) {
    const auto kind = each.literal.kind;
    if (each.op == S::literal) return kind != syntax::LiteralKind::yes && kind != syntax::LiteralKind::no;
    if (!is_bare(each)) return false;
    const std::string& name = each.path.parts.front().text;
    if (!owner_of_level(name).empty()) return true;
    // It may be a define: misspelt, or declared in what could not be read.
    const std::vector<std::string_view> known = work_.scope.names(Kind::value, item_.pack);
    return !work_.maybe_lost(item_.pack, name) && nearest(name, std::span<const std::string_view>(known)).empty();
  };
  std::size_t end = at;
  std::string items = quoted(first.args[1]->span);
  for (; end < expr.args.size() && is_value(*expr.args[end]); ++end)
    items += say(", ", "、") + quoted(expr.args[end]->span);
  if (end == at) return 0;
  const syntax::Expr& value = *expr.args[at];
  const std::string in = first.op == S::eq ? say(" is one of ", " 属于 ") : say(" is none of ", " 不属于 ");
  std::vector<const syntax::Expr*> values = {first.args[1].get()};
  for (std::size_t i = at; i < end; ++i) values.push_back(expr.args[i].get());
  const std::string subject = subject_of(first, values);
  if (subject.empty()) {  // no list of them compiles
    wrong_type(value.span, say("a condition", "一个条件"), quoted(value.span),
               say("Behind “or” stands a whole condition; of several values of one fact: ",
                   "“或”之后应是完整的条件；同一事实的多个值请写：") +
                   "…" + in + say("…, …", "…、…"));
    return end - at;
  }
  const std::string instead = subject + in + items;
  return several(expr, at, end, instead);
}

// The fact that `values` can be held against, as `is one of` names it: the one that is written or, where that is a whole part of
// the turn, its only fact that has them. Empty: there is none, or brackets stand between.
std::string Conditions::subject_of(const syntax::Expr& first, const std::vector<const syntax::Expr*>& values) {
  if (first.bracketed) return {};
  for (const syntax::Expr* each : values)
    if (each->bracketed) return {};
  const std::size_t told =
      work_.diagnostics.size();  // this is a trial: what it finds wrong is told elsewhere, or not at all
  const auto holds = [&](const ExprPtr& x) {
    bool good = x && x->type.kind != TypeKind::list && x->type.kind != TypeKind::record;
    for (std::size_t i = 0; good && i < values.size(); ++i)
      good = compare(Op::eq, x, value(*values[i], &x->type), first) != nullptr;
    work_.diagnostics.resize(told);
    return good;
  };
  const syntax::Expr& written = *first.args[0];
  const auto group = work_.group_names.find(written.path.parts.front().text);
  if (written.path.parts.size() > 1 || group == work_.group_names.end())
    return holds(value(written, nullptr)) ? quoted(written.span) : std::string();
  std::string only;
  for (const auto& [name, member] : work_.groups.at(group->second).members) {
    const Fact& fact = work_.model.facts[member];
    const std::string path = path_in(fact.path_names, language());
    if (path == only || !has_names(fact.type)) continue;
    const std::set<Index>& packs = work_.declared_by[member];
    if (std::none_of(packs.begin(), packs.end(), [&](Index pack) { return work_.scope.sees(item_.pack, pack); }))
      continue;
    if (!holds(of_fact(member, Op::fact, written.span))) continue;
    if (!only.empty()) return {};
    only = path;
  }
  return only;
}

ExprPtr Conditions::group(const syntax::Expr& expr, Op op, std::size_t from) {
  std::vector<ExprPtr> args;
  bool good = true;
  for (std::size_t i = from; i < expr.args.size(); ++i) {
    if (const std::size_t values = op == Op::or_ && i > from ? values_behind(expr, i) : 0; values > 0) {
      i += values - 1;
      good = false;
      continue;
    }
    args.push_back(condition(*expr.args[i]));
    good = good && args.back();
  }
  return good ? node(op, expr.span, std::move(args)) : nullptr;
}

// What a sum of numbers comes to that no fact stands in.
std::optional<Decimal> reckoned(const Expr& expr) {
  if (expr.op == Op::constant) return expr.constant.number;
  if (!is_number(expr.type.kind) || (expr.op != Op::add && expr.op != Op::sub && expr.op != Op::mul))
    return std::nullopt;
  const std::optional<Decimal> a = reckoned(*expr.args[0]), b = reckoned(*expr.args[1]);
  if (!a || !b) return std::nullopt;
  return expr.op == Op::add ? a->plus(*b) : expr.op == Op::sub ? a->minus(*b) : a->times(*b);
}

bool Conditions::check_range(const Expr& value, const Expr& constant) {
  if (value.op != Op::fact && value.op != Op::element) return true;
  if (!value.type.low && !value.type.high) return true;
  const std::optional<Decimal> number = reckoned(constant);
  if (!number) return true;
  if ((value.type.low && *number < *value.type.low) || (value.type.high && *value.type.high < *number)) {
    work_.report(codes::kOutOfRange, item_, constant.span,
                 {quoted(constant.span), quoted(value.span), describe(work_.model, value.type, language())});
    return false;
  }
  return true;
}

// The working days that a length holds: between no dates nobody can count them.
const Expr* Conditions::working_days_in(const Expr& length) {
  if (length.type.kind != TypeKind::duration) return nullptr;
  if (length.op == Op::constant) return length.constant.duration.working_days != 0 ? &length : nullptr;
  for (const ExprPtr& arg : length.args)
    if (const Expr* found = working_days_in(*arg)) return found;
  return nullptr;
}

ExprPtr Conditions::no_dates(const Expr& days) {
  return wrong_type(days.span, say("hours, days or months", "小时、天或月"), describe_expr(days),
                    say("Working days are counted between dates: `is more than 3 working days ago`.",
                        "工作日要在日期之间计算，例如“距今超过 3 个工作日”。"));
}

ExprPtr Conditions::compare(Op op, ExprPtr a, ExprPtr b, const syntax::Expr& expr) {
  // a op b, where op is eq, lt or le.
  if (!a || !b) return nullptr;
  const Comparable fit = comparable(work_.model, a->type, b->type);
  if (fit == Comparable::units_differ) {
    work_.report(codes::kDifferentUnits, item_, expr.span, {describe_expr(*a), describe_expr(*b)});
    return nullptr;
  }
  if (fit == Comparable::no) {
    const bool a_is_constant = a->op == Op::constant && b->op != Op::constant;
    const ExprPtr& expected = a_is_constant ? b : a;
    const ExprPtr& found = a_is_constant ? a : b;
    if (expected->type.kind == TypeKind::list || expected->type.kind == TypeKind::record) {
      return wrong_type(expected->span, say("a single value", "单个值"), describe_expr(*expected),
                        expected->type.kind == TypeKind::list
                            ? say("Lists are asked with `includes`.", "列表用“包括”来判断。")
                            : std::string());
    }
    return wrong_type(found->span, describe(work_.model, unbounded(expected->type), language()), describe_expr(*found));
  }
  if (fit == Comparable::equality && op != Op::eq) {
    work_.report(codes::kNoOrder, item_, expr.span, {describe_expr(a->op == Op::constant ? *b : *a)});
    return nullptr;
  }
  if (a->type.kind == TypeKind::duration && a->op == Op::constant && b->op == Op::constant &&
      (a->constant.duration.months != 0) != (b->constant.duration.months != 0)) {
    work_.report(codes::kDifferentUnits, item_, expr.span, {describe_expr(*a), describe_expr(*b)});
    return nullptr;
  }
  if (a->type.kind == TypeKind::duration) {
    for (const ExprPtr& span : {a, b})
      if (const Expr* days = working_days_in(*span)) return no_dates(*days);
  }
  const bool in_range = check_range(*a, *b) && check_range(*b, *a);
  if (!in_range) return nullptr;
  if (a->type.kind == TypeKind::yes_no) {
    if (a->op == Op::constant) std::swap(a, b);
    if (a->op != Op::constant && b->op == Op::constant) {
      if (is_condition(a->op)) return b->constant.yes ? a : node(Op::not_, expr.span, {a});
      // `is no` is a comparison, and not the `not` of `is yes`: of what the turn does not have it is false (semantics.md 9).
      return b->constant.yes ? node(Op::truth, expr.span, {a}) : node(op, expr.span, {std::move(a), std::move(b)});
    }
    if (is_condition(a->op) || is_condition(b->op)) {  // both or neither: unknown where one of them is
      const ExprPtr x = is_condition(a->op) ? a : node(Op::truth, expr.span, {a});
      const ExprPtr y = is_condition(b->op) ? b : node(Op::truth, expr.span, {b});
      const auto no = [&](const ExprPtr& one) { return node(Op::not_, expr.span, {one}); };
      return node(Op::or_, expr.span, {node(Op::and_, expr.span, {x, y}), node(Op::and_, expr.span, {no(x), no(y)})});
    }
  }
  return node(op, expr.span, {std::move(a), std::move(b)});
}

// `is 14-18`, 属于 14-18: read as 14 minus 18, which nobody writes. The whole is what is to be mended, where one edit mends it.
bool Conditions::told_of_hyphen(const syntax::Expr& of, const syntax::Expr& range, const syntax::Expr& whole) {
  if (range.op != S::sub || range.args[0]->op != S::literal || range.args[1]->op != S::literal) return false;
  const syntax::Literal &low = range.args[0]->literal, &high = range.args[1]->literal;
  if (low.kind != syntax::LiteralKind::number || high.kind != syntax::LiteralKind::number) return false;
  if (!(low.number < high.number)) return false;
  const bool negated = whole.op == S::ne || whole.op == S::none_of_list;
  if (!negated && whole.op != S::eq && whole.op != S::one_of) {  // above 14-18: of which of the two, nobody knows
    wrong_type(range.span, say("one number", "一个数"), quoted(range.span),
               say("“-” subtracts; a bound is one number", "“-”表示相减；界限只写一个数"));
    return true;
  }
  const std::string from = quoted(range.args[0]->span), to = quoted(range.args[1]->span);
  std::string meant =
      quoted(of.span) + say(" is between ", " 介于 ") + from + say(" and ", " 与 ") + to + say("", " 之间");
  if (negated) meant = say("not (", "非（") + meant + say(")", "）");
  wrong_type(range.span, from + say(" to ", " 至 ") + to, quoted(range.span),
             say("“-” subtracts; a range is written: ", "“-”表示相减；范围写作：") + meant);
  const bool alone = whole.args[1]->op != S::list || whole.args[1]->args.size() == 1;
  if (alone) work_.diagnostics.back().fixes.push_back({whole.span, meant});
  return true;
}

// 客户.签约时间 24小时内: of a moment nobody knows whether the past or the future is meant; of a length it is at most.
bool Conditions::told_of_bare_within(const Expr& moment, const syntax::Expr& expr) {
  const syntax::Expr& length = *expr.args[1];
  if (moment.type.kind != TypeKind::date && moment.type.kind != TypeKind::instant) return false;
  if (expr.op != S::le || length.op != S::literal || length.literal.kind != syntax::LiteralKind::duration) return false;
  const Span tail{length.span.source, length.span.begin, expr.span.end};
  if (!quoted(tail).ends_with("内")) return false;
  Diagnostic& told = work_.report(syntax::codes::kBareWithin, item_, tail, {});
  const std::string before = quoted({tail.source, expr.args[0]->span.end, tail.begin});
  if (before.find_first_not_of(' ') != before.npos) return true;  // 为 24小时内
  const std::string many = quoted(length.span);
  told.fixes = {{tail, "距今 不超过 " + many}, {tail, "在 未来 " + many + "内"}};
  return true;
}

ExprPtr Conditions::comparison(const syntax::Expr& expr) {
  const syntax::Expr& left = *expr.args[0];
  const syntax::Expr& right = *expr.args[1];
  ExprPtr a, b;
  if (told_of_hyphen(left, right, expr)) return nullptr;
  const auto is_text = [](const syntax::Expr& one) {
    return one.op == S::literal && one.literal.kind == syntax::LiteralKind::text;
  };
  if (is_text(left) && is_text(right))  // the name of a fact in quotation marks: no turn would ever turn it
    return wrong_type(left.span, say("a fact", "一个事实"), quoted(left.span));
  if (is_bare(left) && !is_bare(right)) {
    b = value(right, nullptr);
    if (b) a = value(left, &b->type);
  } else if (left.op == S::literal && right.op != S::literal) {
    b = value(right, nullptr);
    if (b) a = value(left, &b->type);
  } else {
    a = value(left, nullptr);
    if (a && a->op == Op::now && right.op == S::literal && right.literal.kind == syntax::LiteralKind::time_of_day) {
      return wrong_type(right.span, describe(work_.model, a->type, language()), quoted(right.span),
                        say("The time of day is asked so: now is between 22:00 and 24:00",
                            "钟点这样写：此刻 介于 22:00 与 24:00 之间"));
    }
    if (a && told_of_bare_within(*a, expr)) return nullptr;
    if (a) {
      b = value(right, &a->type);
    } else if (right.op != S::literal && !is_bare(right)) {
      value(right, nullptr);  // for its own mistakes
    }
  }
  if (!a || !b) return nullptr;
  switch (expr.op) {
    case S::eq:
      return compare(Op::eq, a, b, expr);
    case S::ne:
      return node(Op::not_, expr.span, {compare(Op::eq, a, b, expr)});
    case S::lt:
      return compare(Op::lt, a, b, expr);
    case S::le:
      return compare(Op::le, a, b, expr);
    case S::gt:
      return compare(Op::lt, b, a, expr);
    default:
      return compare(Op::le, b, a, expr);
  }
}

ExprPtr Conditions::between(const syntax::Expr& expr) {
  const ExprPtr x = value(*expr.args[0], nullptr);
  if (!x) return nullptr;
  const ExprPtr low = value(*expr.args[1], &x->type);
  const ExprPtr high = value(*expr.args[2], &x->type);
  if (!low || !high) return nullptr;
  if (x->type.kind == TypeKind::time_of_day) return between_times(x, low, high, expr);
  const ExprPtr from = compare(Op::le, low, x, expr);
  if (!from) return nullptr;
  const ExprPtr to = compare(Op::le, x, high, expr);
  if (!to) return nullptr;
  bool turned = false;
  const bool constants = low->op == Op::constant && high->op == Op::constant;
  if (constants && low->type.kind == TypeKind::money && low->constant.text != high->constant.text) {
    work_.report(codes::kDifferentUnits, item_, expr.span, {quoted(low->span), quoted(high->span)});
    return nullptr;
  }
  if (constants && low->type.kind != TypeKind::duration) {
    turned = has_names(low->type) ? low->constant.level > high->constant.level
                                  : high->constant.number < low->constant.number;
  }
  if (turned) {
    work_.report(codes::kEmptyRange, item_, expr.span, {quoted(low->span), quoted(high->span)});
    return nullptr;
  }
  return node(Op::and_, expr.span, {from, to});
}

ExprPtr Conditions::membership(const syntax::Expr& expr) {
  const ExprPtr x = value(*expr.args[0], nullptr);
  std::vector<const syntax::Expr*> items;
  if (expr.args[1]->op == S::list) {
    for (const syntax::ExprPtr& item : expr.args[1]->args) items.push_back(item.get());
  } else {
    items.push_back(expr.args[1].get());
  }
  if (!x) return nullptr;
  if (x->type.kind == TypeKind::list || x->type.kind == TypeKind::record) {
    return wrong_type(x->span, say("a single value", "单个值"), describe_expr(*x),
                      say("Lists are asked with `includes any of`.", "列表用“包括任一”来判断。"));
  }
  Expr set;
  set.op = Op::in_set;
  set.span = expr.span;
  set.args = {x};
  std::vector<ExprPtr> others;
  bool good = true;
  for (const syntax::Expr* item : items) {
    if (item->op == S::range) {
      const ExprPtr low = value(*item->args[0], &x->type), high = value(*item->args[1], &x->type);
      const ExprPtr from = low ? compare(Op::le, low, x, *item) : nullptr;
      const ExprPtr to = from && high ? compare(Op::le, x, high, *item) : nullptr;
      good = good && from && to;
      if (from && to) others.push_back(node(Op::and_, item->span, {from, to}));
      continue;
    }
    if (told_of_hyphen(*expr.args[0], *item, expr)) {
      good = false;
      continue;
    }
    const ExprPtr one = value(*item, &x->type);
    const ExprPtr equal = one ? compare(Op::eq, x, one, *item) : nullptr;
    if (!equal) {
      good = false;
    } else if (one->op == Op::constant && x->op != Op::constant) {
      if (x->type.kind == TypeKind::text && item->op == S::literal)
        warn_of_several_in_one(work_, item_, item->span, item->literal.text, Among::values);
      set.set.push_back(one->constant);
    } else {
      others.push_back(equal);
    }
  }
  if (!good) return nullptr;
  if (!set.set.empty()) others.insert(others.begin(), keep(std::move(set)));
  return others.size() == 1 ? others.front() : node(Op::or_, expr.span, std::move(others));
}

ExprPtr Conditions::list_subject(const syntax::Expr& expr) {
  const ExprPtr list = value(expr, nullptr);
  if (!list) return nullptr;
  if (list->type.kind != TypeKind::list || !list->type.element) {
    return wrong_type(
        expr.span, say("a list", "一个列表"), describe_expr(*list),
        list->type.kind == TypeKind::text
            ? say("Of a text: contains \"…\", and is \"\" where it is empty.", "文本这样写：包含 “…”；为空则写 为 “”。")
            : std::string());
  }
  return list;
}

ExprPtr Conditions::in_list(const syntax::Expr& expr) {
  const ExprPtr list = list_subject(*expr.args[0]);
  if (!list) return nullptr;
  if (expr.op == S::is_empty) return node(Op::list_empty, expr.span, {list});
  const Type& element = *list->type.element;
  if (element.kind == TypeKind::record) {
    return wrong_type(
        expr.args[0]->span, say("a list of single values", "单个值的列表"), describe_expr(*list),
        say("A list of records is asked with: any h in … where (…)", "记录的列表用“中 存在 某项 满足（…）”来判断。"));
  }
  Expr made;
  made.op = expr.op == S::includes ? Op::list_has : expr.op == S::includes_any ? Op::list_has_any : Op::list_has_all;
  made.span = expr.span;
  made.args = {list};
  std::vector<const syntax::Expr*> items;
  if (expr.args[1]->op == S::list) {
    for (const syntax::ExprPtr& item : expr.args[1]->args) items.push_back(item.get());
  } else {
    items.push_back(expr.args[1].get());
  }
  bool good = true;
  std::vector<ExprPtr> looked_for;  // items that only the turn tells
  for (const syntax::Expr* item : items) {
    const ExprPtr one = value(*item, &element);
    if (!one) {
      good = false;
      continue;
    }
    const Comparable fit = comparable(work_.model, element, one->type);
    if (fit == Comparable::no || fit == Comparable::units_differ) {
      wrong_type(item->span, describe(work_.model, element, language()), describe_expr(*one));
      good = false;
    } else if (one->op == Op::constant) {
      made.set.push_back(one->constant);
    } else {
      looked_for.push_back(node(Op::list_has, item->span, {list, one}));
    }
  }
  if (!good) return nullptr;
  if (looked_for.empty()) return keep(std::move(made));
  const Op joined = expr.op == S::includes_all ? Op::and_ : Op::or_;
  if (!made.set.empty()) looked_for.insert(looked_for.begin(), keep(std::move(made)));
  return looked_for.size() == 1 ? looked_for.front() : node(joined, expr.span, std::move(looked_for));
}

ExprPtr Conditions::knowledge(const syntax::Expr& expr) {
  const ExprPtr what = value(*expr.args[0], nullptr);
  if (!what) return nullptr;
  if (what->op != Op::fact && what->op != Op::element) {
    return wrong_type(expr.args[0]->span, say("a fact", "一个事实"), quoted(expr.args[0]->span));
  }
  return node(Op::known, expr.span, {what});
}

ExprPtr Conditions::quantifier(const syntax::Expr& expr) {
  const ExprPtr list = list_subject(*expr.args[0]);
  if (!list) return nullptr;
  if (list->op != Op::fact && list->op != Op::element)
    return not_yet(expr.args[0]->span, "a computed list", "计算得出的列表");
  if (list->op == Op::element) return not_yet(expr.args[0]->span, "a list within a list", "列表中的列表");
  elements_.push_back({expr.variable.text, list->fact});
  const ExprPtr inner =
      expr.args.size() > 1 && expr.args[1] ? condition(*expr.args[1]) : node(Op::always, expr.span, {});
  elements_.pop_back();
  work_.not_yet(item_, expr.span, "a quantifier over a list", "对列表逐项判断");  // said here, in the first run
  const ExprPtr made = node(expr.op == S::every_in ? Op::every_in : Op::any_in, expr.span, {list, inner});
  return expr.op == S::no_in ? node(Op::not_, expr.span, {made}) : made;
}

ExprPtr Conditions::aggregate(const syntax::Expr& expr) {
  work_.not_yet(item_, expr.span, "an aggregate over a list", "对列表计数或求值");  // said here, in the first run
  if (expr.args.size() < 2) {                                                       // count of (L)
    list_subject(*expr.args[0]);
    return nullptr;
  }
  const ExprPtr list = list_subject(*expr.args[1]);
  if (!list) return nullptr;
  if (list->op != Op::fact) return not_yet(expr.args[1]->span, "a computed list", "计算得出的列表");
  elements_.push_back({expr.variable.text, list->fact});
  const bool count = expr.op == S::count_of;
  const bool plain = count && expr.args[0]->op == S::path && expr.args[0]->path.parts.size() == 1 &&
                     expr.args[0]->path.parts.front().text == expr.variable.text;
  const ExprPtr each = plain ? nullptr : value(*expr.args[0], nullptr);
  const ExprPtr where =
      expr.args.size() > 2 && expr.args[2] ? condition(*expr.args[2]) : node(Op::always, expr.span, {});
  elements_.pop_back();
  if (plain) {
    Reference reference;
    reference.identity = "element " + std::to_string(elements_.size() + 1);
    reference.names.resize(1);
    work_.references.add(expr.args[0]->path, std::move(reference));
  }
  if (!where || (!plain && !each)) return nullptr;
  if (count) return node(Op::count_of, expr.span, {list, where}, of(TypeKind::integer));
  const TypeKind kind = each->type.kind;
  const bool sum = expr.op == S::sum_of;
  const bool adds =
      is_number(kind) || kind == TypeKind::money || kind == TypeKind::percent || kind == TypeKind::duration;
  const bool orders = adds || kind == TypeKind::date || kind == TypeKind::instant || kind == TypeKind::scale;
  if (sum ? !adds : !orders) {
    return wrong_type(each->span,
                      sum ? say("numbers or amounts", "数或金额") : say("values with an order", "有大小的值"),
                      describe_expr(*each));
  }
  const Op op = sum ? Op::sum_of : expr.op == S::highest_of ? Op::highest_of : Op::lowest_of;
  return node(op, expr.span, {list, where, each}, unbounded(each->type));
}

}  // namespace caveat::model
