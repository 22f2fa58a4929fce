#include "engine/model/checks/conditions.h"

#include "engine/model/checks/kinds.h"
#include "engine/model/checks/nodes.h"

namespace caveat::model {
namespace {

using S = syntax::Op;

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

ExprPtr Conditions::condition(const syntax::Expr& expr) {
  ExprPtr made = condition_made(expr);
  return made && told_of_fixed(expr, *made) ? nullptr : made;
}

ExprPtr Conditions::condition_made(const syntax::Expr& expr) {
  switch (expr.op) {
    case S::literal:
      // A word of its own would be true or false whatever the turn says: `customer.vip is known and yes`.
      return wrong_type(expr.span, say("a condition", "一个条件"), quoted(expr.span),
                        expr.literal.kind == syntax::LiteralKind::yes || expr.literal.kind == syntax::LiteralKind::no
                            ? say("Write the fact again: customer.vip is ", "请再写一次事实，例如：客户.贵宾 为 ") +
                                  std::string(work_.text_at(expr.span))
                            : std::string());
    case S::path: {
      if (told_of_a_day_off_alone(expr)) return nullptr;
      ExprPtr made = path_value(expr, nullptr, true);
      if (!made) return nullptr;
      if (is_condition(made->op)) return made;
      if (made->type.kind == TypeKind::yes_no) {
        if (made->op == Op::constant) return node(made->constant.yes ? Op::always : Op::never, expr.span, {});
        return node(Op::truth, expr.span, {made});
      }
      if (told_of_a_beginning(*made, expr)) return nullptr;
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
      return knowledge(expr, Op::known);
    case S::is_unknown:
      return knowledge(expr, Op::unknown);
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
                   ? units_apart(*a, *b, expr)
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

ExprPtr Conditions::group(const syntax::Expr& expr, Op op, std::size_t from) {
  std::vector<ExprPtr> args;
  bool good = true;
  for (std::size_t i = from; i < expr.args.size(); ++i) {
    if (const std::size_t values = op == Op::or_ && i > from ? values_behind(expr, i) : 0; values > 0) {
      i += values - 1;
      good = false;
      continue;
    }
    const bool chain = expr.op == S::and_ || expr.op == S::or_;
    if (chain && i + 1 < expr.args.size() && told_of_a_bound_in_speech(*expr.args[i], *expr.args[i + 1])) {
      ++i;
      good = false;
      continue;
    }
    args.push_back(condition(*expr.args[i]));
    good = good && args.back();
  }
  return good ? node(op, expr.span, std::move(args)) : nullptr;
}

ExprPtr Conditions::knowledge(const syntax::Expr& expr, Op op) {
  const ExprPtr what = value(*expr.args[0], nullptr);
  if (!what) return nullptr;
  if (what->op != Op::fact && what->op != Op::element) {
    return wrong_type(expr.args[0]->span, say("a fact", "一个事实"), quoted(expr.args[0]->span));
  }
  return node(op, expr.span, {what});
}

}  // namespace caveat::model
