// Comparisons: what may be held against what, ranges, membership in a set of values.
#include <algorithm>

#include "engine/model/checks/conditions.h"
#include "engine/model/checks/kinds.h"
#include "engine/model/checks/nodes.h"
#include "engine/model/checks/several_in_one.h"
#include "engine/syntax/clock.h"

namespace caveat::model {
namespace {

using S = syntax::Op;

// What a sum of numbers comes to that no fact stands in.
std::optional<Decimal> reckoned(const Expr& expr) {
  if (expr.op == Op::constant) return expr.constant.number;
  if (!is_number(expr.type.kind) || (expr.op != Op::add && expr.op != Op::sub && expr.op != Op::mul))
    return std::nullopt;
  const std::optional<Decimal> a = reckoned(*expr.args[0]), b = reckoned(*expr.args[1]);
  if (!a || !b) return std::nullopt;
  return expr.op == Op::add ? a->plus(*b) : expr.op == Op::sub ? a->minus(*b) : a->times(*b);
}

}  // namespace

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

ExprPtr Conditions::units_apart(const Expr& a, const Expr& b, const syntax::Expr& expr) {
  std::string help;
  if (a.type.kind == TypeKind::scale) {
    const auto level = [&](const Expr& of, std::size_t i) { return work_.model.scales[of.type.scale].levels[i].first; };
    help = say("Levels are compared where one scale names both: scale ", "两个分级写成一个才可比较，例如：分级 ") +
           work_.model.scales[a.type.scale].names.first + say(" is ", " 为 ");
    const std::size_t many =
        std::min(work_.model.scales[a.type.scale].levels.size(), work_.model.scales[b.type.scale].levels.size());
    for (std::size_t i = 0; i < std::min<std::size_t>(many, 2); ++i)
      help += (i == 0 ? "" : " < ") + level(a, i) + " = " + level(b, i);
    help += " …";
  } else if (a.type.kind == TypeKind::money) {
    help = help_for_currencies();
  }
  work_.report(codes::kDifferentUnits, item_, expr.span, {describe_expr(a), describe_expr(b)}, std::move(help));
  return nullptr;
}

std::string Conditions::help_for_currencies() const {
  return say("Currencies are not converted: compare amounts of one, or have the fact sent in it.",
             "币种之间不换算：请用同一币种的金额比较，或让该事实以此币种送来。");
}

// A date or a moment held against 21:00.
std::string Conditions::help_for_a_clock(const Type& expected, const Type& found) const {
  if (found.kind != TypeKind::time_of_day || (expected.kind != TypeKind::date && expected.kind != TypeKind::instant))
    return {};
  return say(
      "It has its day. A fact that holds a time of day is declared as `time of day`; the clock itself is asked so: now "
      "is between 21:00 and 08:00",
      "其中含有日期。只存钟点的事实声明为“钟点”；判断此刻的钟点写：此刻 介于 21:00 与 08:00 之间");
}

ExprPtr Conditions::compare(Op op, ExprPtr a, ExprPtr b, const syntax::Expr& expr) {
  // a op b, where op is eq, lt or le.
  if (!a || !b) return nullptr;
  const Comparable fit = comparable(work_.model, a->type, b->type);
  if (fit == Comparable::units_differ) return units_apart(*a, *b, expr);
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
    return wrong_type(found->span, describe(work_.model, unbounded(expected->type), language()), describe_expr(*found),
                      help_for_a_clock(expected->type, found->type));
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
  const bool is_clock = right.op == S::literal && right.literal.kind == syntax::LiteralKind::time_of_day;
  const std::string time = is_clock         ? quoted(right.span)
                           : is_bare(right) ? syntax::time_of_day_in_words(right.path.parts.front().text)
                                            : std::string();
  if (!time.empty() && is_bare(left) && syntax::names_the_clock(left.path.parts.front().text))
    return told_of_a_clock(right, time, expr, nullptr);
  if (is_bare(left) && !is_bare(right)) {
    b = value(right, nullptr);
    if (b) a = value(left, &b->type);
  } else if (left.op == S::literal && right.op != S::literal) {
    b = value(right, nullptr);
    if (b) a = value(left, &b->type);
  } else {
    beside_ = {&right, expr.op != S::eq && expr.op != S::ne};
    a = value(left, nullptr);
    beside_ = {};
    if (a && a->op == Op::now && !time.empty()) return told_of_a_clock(right, time, expr, &a->type);
    if (a && a->type.kind == TypeKind::duration && told_of_settlement(right, &a->type, true)) return nullptr;
    if (a && (told_of_a_date(*a, expr) || told_of_a_day_off(*a, expr) || told_of_bare_within(*a, expr) ||
              told_of_levels_apart(a->type, left, right, expr) || told_of_a_length_of_a_date(*a, expr)))
      return nullptr;
    if (a) {
      b = value(right, &a->type);
    } else if (right.op != S::literal && !is_bare(right)) {
      value(right, nullptr);  // for its own mistakes
    }
  }
  if (!a || !b) return nullptr;
  if ((expr.op == S::eq || expr.op == S::ne) && a->type.kind == TypeKind::text && is_text(right))
    warn_of_several_in_one(work_, item_, right.span, right.literal.text, Among::value,
                           expr.op == S::eq ? say("is one of", "属于") : say("is none of", "不属于"));
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
  beside_ = {expr.args[1].get(), true};
  const ExprPtr x = value(*expr.args[0], nullptr);
  beside_ = {};
  if (!x || told_of_one_unit(x->type, *expr.args[0], *expr.args[1], *expr.args[2], expr)) return nullptr;
  if (told_of_whole_days(x->type, quoted(expr.args[0]->span), *expr.args[1], *expr.args[2], expr)) return nullptr;
  const auto is_clock = [](const syntax::Expr& one) {
    return one.op == S::literal && one.literal.kind == syntax::LiteralKind::time_of_day;
  };
  if (is_clock(*expr.args[1]) && is_clock(*expr.args[2])) {
    if (std::string help = help_for_a_clock(x->type, of(TypeKind::time_of_day)); !help.empty()) {
      const Span both{expr.span.source, expr.args[1]->span.begin, expr.args[2]->span.end};
      return wrong_type(both, describe(work_.model, unbounded(x->type), language()), quoted(both), std::move(help));
    }
  }
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
  if (!x || told_of_a_day_off(*x, expr)) return nullptr;
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
      if (told_of_one_unit(x->type, *expr.args[0], *item->args[0], *item->args[1], expr)) {
        good = false;
        continue;
      }
      const ExprPtr low = value(*item->args[0], &x->type), high = value(*item->args[1], &x->type);
      const ExprPtr from = low ? compare(Op::le, low, x, *item) : nullptr;
      const ExprPtr to = from && high ? compare(Op::le, x, high, *item) : nullptr;
      good = good && from && to;
      if (from && to) others.push_back(node(Op::and_, item->span, {from, to}));
      continue;
    }
    if (told_of_hyphen(*expr.args[0], *item, expr) || told_of_levels_apart(x->type, *expr.args[0], *item, expr)) {
      good = false;
      continue;
    }
    const ExprPtr one = value(*item, &x->type);
    const bool condition = one && one->type.kind == TypeKind::yes_no && x->type.kind != TypeKind::yes_no;
    if (condition && one->op != Op::constant && item != items.front()) {  // kind is one of a, b, customer.vip
      wrong_type(item->span, describe(work_.model, unbounded(x->type), language()),
                 quoted(item->span) + say(" (yes/no)", "（是否）"),
                 say("Another condition begins here: “and” or “or” stands before it, in all of (…) a “;”.",
                     "此处是另一个条件：其前写“且”或“或”；在“同时满足（…）”中写“；”。"));
      return nullptr;
    }
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

}  // namespace caveat::model
