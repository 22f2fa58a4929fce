// Lists: of values behind one word, and of the turn: what they include, each and any of their elements.
#include <algorithm>

#include "engine/base/nearest.h"
#include "engine/model/checks/conditions.h"
#include "engine/model/checks/kinds.h"
#include "engine/model/checks/nodes.h"
#include "engine/model/checks/several_in_one.h"

namespace caveat::model {
namespace {

using S = syntax::Op;

}  // namespace

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
  const bool of_days = first.op == S::is_weekday;  // today is Monday or Friday
  if (!of_days && ((first.op != S::eq && first.op != S::ne) || first.args[0]->op != S::path)) return 0;
  const auto is_value = [&](const syntax::Expr& each) {
    const auto kind = each.literal.kind;
    if (of_days) return each.op == S::literal && kind == syntax::LiteralKind::weekday;
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
  const std::string side = is_bare(value) ? value.path.parts.front().text : std::string();
  const bool up = side == "higher" || side == "more" || side == "greater" || side == "更高",
             down = side == "lower" || side == "less" || side == "更低";
  if ((up || down) && end == at + 1 && first.op == S::eq && !first.bracketed && !of_days) {  // is medium or higher
    const std::string whole = quoted(first.args[0]->span) +
                              (up ? say(" is at least ", " 不低于 ") : say(" is at most ", " 不高于 ")) +
                              quoted(first.args[1]->span);
    wrong_type(value.span, say("a condition", "一个条件"), quoted(value.span),
               say("It is said so: ", "写作：") + whole);
    work_.diagnostics.back().fixes.push_back({{value.span.source, first.span.begin, value.span.end}, whole});
    return 1;
  }
  const std::string in = first.op != S::ne ? say(" is one of ", " 属于 ") : say(" is none of ", " 不属于 ");
  std::vector<const syntax::Expr*> values = {first.args[1].get()};
  for (std::size_t i = at; i < end; ++i) values.push_back(expr.args[i].get());
  const std::string subject = of_days ? quoted(first.args[0]->span) : subject_of(first, values);
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
    if (path == only || !has_names(fact.type) || work_.spoilt_facts.contains(member)) continue;
    const std::set<Index>& packs = work_.declared_by[member];
    if (std::none_of(packs.begin(), packs.end(), [&](Index pack) { return work_.scope.sees(item_.pack, pack); }))
      continue;
    if (!holds(of_fact(member, Op::fact, written.span))) continue;
    if (!only.empty()) return {};
    only = path;
  }
  return only;
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
  const std::size_t told = work_.diagnostics.size();
  const ExprPtr list = list_subject(*expr.args[0]);
  if (!list) {
    if (work_.diagnostics.size() == told + 1 && expr.args.size() > 1) offer_the_other(expr);
    return nullptr;
  }
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
      if (element.kind == TypeKind::text && item->op == S::literal)
        warn_of_several_in_one(work_, item_, item->span, item->literal.text,
                               expr.op == S::includes ? Among::value : Among::values,
                               say("includes any of", "包括任一"));
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
