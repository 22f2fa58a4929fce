// Comparisons: what may be held against what, ranges, membership in a set of values.
#include <algorithm>

#include "engine/model/checks/conditions.h"
#include "engine/model/checks/kinds.h"
#include "engine/model/checks/nodes.h"
#include "engine/model/checks/several_in_one.h"
#include "engine/syntax/clock.h"
#include "engine/syntax/codes.h"

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

// customer.opened is before 2026-01-01, of a moment; 客户.生日 满18周岁, of a date: what does not fit, and how it is asked.
bool Conditions::told_of_a_date(const Expr& of, const syntax::Expr& expr) {
  const syntax::Expr& value = *expr.args[1];
  if (value.op != S::literal || expr.op == S::ne) return false;
  const syntax::Literal& literal = value.literal;
  const std::string subject = quoted(expr.args[0]->span);
  std::string help, meant;
  if (of.type.kind == TypeKind::instant && literal.kind == syntax::LiteralKind::date && expr.op != S::eq) {
    const bool next = expr.op == S::gt || expr.op == S::le;  // behind the whole day, or up to its end
    const bool before = expr.op == S::lt || expr.op == S::le;
    const std::string moment = format_date(literal.date + (next ? 1 : 0)) + "T00:00";
    constexpr std::size_t kWritten = 16;  // the day behind 9999-12-31 is none
    if (moment.size() != kWritten) return false;
    meant = (before ? say("is before ", "早于 ") : say("is not before ", "不早于 ")) + moment;
    help = say("A moment has its time: ", "时刻须写明时间：") + meant;
    meant = subject + " " + meant;
  } else if (of.type.kind == TypeKind::date && literal.kind == syntax::LiteralKind::counted &&
             literal.unit == "year_old") {
    const std::string bound = expr.op == S::ge   ? say("is at least ", "不低于 ")
                              : expr.op == S::gt ? say("is above ", "高于 ")
                              : expr.op == S::le ? say("is at most ", "不高于 ")
                              : expr.op == S::lt ? say("is below ", "低于 ")
                                                 : say("is ", "为 ");
    meant = say("full years since ", "") + subject + say(" ", " 至今满年数 ") + bound + literal.number.to_string();
    help = say("How old somebody is goes by full years: ", "满几周岁按满年数判断：") + meant;
  } else {
    return false;
  }
  const std::string kind = literal.kind == syntax::LiteralKind::date ? say(" (date)", "（日期型）") : "";
  wrong_type(value.span, describe(work_.model, unbounded(of.type), language()), quoted(value.span) + kind,
             std::move(help));
  work_.diagnostics.back().fixes.push_back({expr.span, std::move(meant)});
  return true;
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
  return told_of_range(of, range, whole, quoted(range.args[0]->span), quoted(range.args[1]->span));
}

bool Conditions::told_of_range(const syntax::Expr& of, const syntax::Expr& range, const syntax::Expr& whole,
                               const std::string& from, const std::string& to) {
  std::string meant =
      quoted(of.span) + say(" is between ", " 介于 ") + from + say(" and ", " 与 ") + to + say("", " 之间");
  if (whole.op == S::ne || whole.op == S::none_of_list) meant = say("not (", "非（") + meant + say(")", "）");
  wrong_type(range.span, from + say(" to ", " 至 ") + to, quoted(range.span),
             (range.op == S::sub ? say("“-” subtracts; a range is written: ", "“-”表示相减；范围写作：")
                                 : say("A range is written: ", "范围写作：")) +
                 meant);
  const bool alone = whole.args[1]->op != S::list || whole.args[1]->args.size() == 1;
  if (alone) work_.diagnostics.back().fixes.push_back({whole.span, meant});
  return true;
}

// R3-R5, R3至R5 of a scale: two of its levels, and no facts that could be subtracted.
bool Conditions::told_of_levels_apart(const Type& type, const syntax::Expr& of, const syntax::Expr& range,
                                      const syntax::Expr& whole) {
  if (type.kind != TypeKind::scale) return false;
  const std::vector<Names>& levels = levels_of(work_.model, type);
  std::string from, to;
  if (range.op == S::sub && is_bare(*range.args[0]) && is_bare(*range.args[1])) {
    from = quoted(range.args[0]->span);
    to = quoted(range.args[1]->span);
  } else if (is_bare(range)) {  // R3至R5, which is one word
    const std::string word = quoted(range.span);
    for (const std::string_view joint : {"至", "到"}) {
      const std::size_t at = word.find(joint);
      if (at == word.npos || !from.empty()) continue;
      from = word.substr(0, at);
      to = word.substr(at + joint.size());
    }
  }
  const auto rank = [&](const std::string& name) {
    return std::find_if(levels.begin(), levels.end(), [&](const Names& level) { return names_it(level, name); });
  };
  if (rank(from) == levels.end() || rank(to) == levels.end()) return false;
  const bool negated = whole.op == S::ne || whole.op == S::none_of_list;
  if (!negated && whole.op != S::eq && whole.op != S::one_of) return false;
  if (rank(to) < rank(from)) std::swap(from, to);  // R5-R3: said from the top
  return told_of_range(of, range, whole, from, to);
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

// now is after 21:00, 现在 晚于 晚上九点: a moment has its day, and of the clock it is asked between which times it stands. `moment`: the
// type of the clock that was named, null: by a name that there is not.
ExprPtr Conditions::told_of_a_clock(const syntax::Expr& clock, const std::string& time, const syntax::Expr& whole,
                                    const Type* moment) {
  const bool later = whole.op == S::gt || whole.op == S::ge, earlier = whole.op == S::lt || whole.op == S::le;
  syntax::Asked asked = syntax::asked_of_the_clock(later, earlier, time, language());
  std::string help = say("The time of day is asked so: ", "钟点这样写：") + asked.sentence;
  if (moment != nullptr) {
    wrong_type(clock.span, describe(work_.model, *moment, language()), quoted(clock.span), std::move(help));
  } else {
    const syntax::Expr& named = *whole.args[0];
    work_.report(codes::kUnknownName, item_, named.span,
                 {std::string(word_of(Kind::value, language())), quoted(named.span)}, std::move(help));
  }
  if (asked.same) work_.diagnostics.back().fixes.push_back({whole.span, std::move(asked.sentence)});
  return nullptr;
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
    if (a &&
        (told_of_a_date(*a, expr) || told_of_bare_within(*a, expr) || told_of_levels_apart(a->type, left, right, expr)))
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
    if (told_of_hyphen(*expr.args[0], *item, expr) || told_of_levels_apart(x->type, *expr.args[0], *item, expr)) {
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

}  // namespace caveat::model
