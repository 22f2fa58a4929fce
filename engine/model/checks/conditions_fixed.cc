// Comparisons in which no fact stands: they come out the same for every turn, so one was left out or written as a value.
#include <algorithm>
#include <optional>

#include "engine/model/checks/conditions.h"

namespace caveat::model {
namespace {

using S = syntax::Op;

// A value of which every part stands in the rule itself. A parameter is none: a branch may tighten it.
bool stands_written(const syntax::Expr& expr) {
  switch (expr.op) {
    case S::literal:
      return true;
    case S::add:
    case S::sub:
    case S::mul:
    case S::div:
    case S::neg:
    case S::share_of:
    case S::as_percent_of:
    case S::rounded:
    case S::full_years_since:
    case S::list:
    case S::range:
      return std::all_of(expr.args.begin(), expr.args.end(), [](const auto& arg) { return stands_written(*arg); });
    default:
      return false;
  }
}

// As far as it can be told from values that are not reckoned with.
std::optional<bool> outcome(const Expr& expr) {
  switch (expr.op) {
    case Op::eq:
    case Op::lt:
    case Op::le: {
      const Expr &a = *expr.args[0], &b = *expr.args[1];
      if (a.op != Op::constant || b.op != Op::constant) return std::nullopt;
      const Constant &x = a.constant, &y = b.constant;
      if (a.type.kind == TypeKind::yes_no) return x.yes == y.yes;
      if (a.type.kind == TypeKind::text || a.type.kind == TypeKind::duration || x.text != y.text) return std::nullopt;
      return expr.op == Op::eq   ? x.number == y.number
             : expr.op == Op::lt ? x.number < y.number
                                 : !(y.number < x.number);
    }
    case Op::not_: {
      const std::optional<bool> inner = outcome(*expr.args[0]);
      return inner ? std::optional(!*inner) : std::nullopt;
    }
    case Op::and_:
    case Op::or_: {
      const bool decides = expr.op == Op::or_;
      bool all = true;
      for (const ExprPtr& arg : expr.args) {
        const std::optional<bool> one = outcome(*arg);
        if (one == decides) return decides;
        all = all && one;
      }
      return all ? std::optional(!decides) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

bool Conditions::told_of_fixed(const syntax::Expr& expr, const Expr& made) {
  switch (expr.op) {
    case S::eq:
    case S::ne:
    case S::lt:
    case S::le:
    case S::gt:
    case S::ge:
    case S::between:
    case S::one_of:
    case S::none_of_list:
    case S::differs_by_more:
    case S::is_weekday:
    case S::is_working_day:
      break;
    default:
      return false;
  }
  const auto written = [](const auto& arg) { return stands_written(*arg); };
  if (!std::all_of(expr.args.begin(), expr.args.end(), written)) return false;
  const std::optional<bool> known = outcome(made);
  work_.report(
      codes::kNoFact, item_, expr.span,
      {quoted(expr.span), !known   ? say("comes out the same", "的结果恒定")
                          : *known ? say("is true", "恒为真")
                                   : say("is false", "恒为假")},
      say("Write the fact that is meant: customer.age is at least 60", "请写出所指的事实，例如：客户.年龄 不低于 60"));
  return true;
}

}  // namespace caveat::model
