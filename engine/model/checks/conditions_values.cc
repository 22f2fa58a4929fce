// Values: literals read by the type that they are held against, and what is reckoned with them.
#include <algorithm>
#include <cstdlib>

#include "engine/model/checks/conditions.h"
#include "engine/model/checks/kinds.h"
#include "engine/model/checks/nodes.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/periods.h"

namespace caveat::model {
namespace {

using S = syntax::Op;

}  // namespace

std::string Conditions::unit_of(const Type& money) const {
  const std::vector<std::string>& jurisdictions = work_.model.packs[item_.pack].jurisdictions;
  const bool yuan = money.currency == "CNY" && language() == Language::zh &&
                    std::find(jurisdictions.begin(), jurisdictions.end(), "CN") != jurisdictions.end();
  return yuan ? "元" : money.currency.empty() ? "" : " " + money.currency;
}

// 0.36 of a share: as a fraction of one it is 36 %, and whoever writes it has one of the two in mind.
bool Conditions::told_of_a_fraction(const syntax::Expr& expr, Diagnostic& told) {
  const Decimal& number = expr.literal.number;
  const auto hundredfold = number.times(Decimal(100));
  if (!hundredfold || number <= Decimal(0) || number >= Decimal(1)) return false;
  const std::string sign = say(" %", "%"), all = hundredfold->to_string() + sign, part = number.to_string() + sign;
  told.help = say("Write its unit behind it: ", "数字之后写单位：") + all + say(", or ", "；") + part +
              say(" if that is meant", " 仅在确指时写");
  told.fixes = {{expr.span, all}, {expr.span, part}};
  return true;
}

// 50万, where the fact has one currency: which is meant goes without saying. Of a share or a length it does not.
void Conditions::unit_missing(const syntax::Expr& expr, const Type& hint) {
  const bool money = hint.kind == TypeKind::money && !hint.currency.empty();
  const std::string written = syntax::without_commas(quoted(expr.span));  // which have been told
  const std::string unit = money ? unit_of(hint) : std::string();
  std::string meant = written + unit;
  Diagnostic& diagnostic = work_.report(
      codes::kUnitMissing, item_, expr.span, {describe(work_.model, unbounded(hint), language()), written},
      money ? say("Write ", "请写作：") + meant
      : hint.kind == TypeKind::percent
          ? say("Write its unit behind it, such as ", "数字之后写单位，如 ") + written + say(" %", "%")
      : hint.kind == TypeKind::duration
          ? say("Write its unit behind it, such as ", "数字之后写单位，如 ") + written + say(" minutes", "分钟")
          : std::string());
  if (hint.kind == TypeKind::percent && expr.op == S::literal && told_of_a_fraction(expr, diagnostic)) return;
  if (!money) return;
  const std::string_view behind = work_.text_at({expr.span.source, expr.span.end, expr.span.end + 1});
  if (unit.starts_with(' ') && !behind.empty() && static_cast<unsigned char>(behind.front()) >= 0x80)
    meant += ' ';  // 3万以上
  diagnostic.fixes.push_back({expr.span, meant});
}

// 2008, 2008年, 2008-03 where a date is to stand: its first day or its last is meant.
bool Conditions::told_of_period(const syntax::Expr& expr, const Type& hint) {
  if (hint.kind != TypeKind::date && hint.kind != TypeKind::instant) return false;
  const std::string written = quoted(expr.span);
  const auto period = syntax::period_at(written, true);
  if (!period || period->length != written.size()) {
    const std::string day = syntax::month_without_year(written);  // end of March, March
    if (day.empty()) return false;
    wrong_type(expr.span, describe(work_.model, hint, language()), written,
               say("A date has its year and its day, such as ", "日期须写明年份和日，如 ") + day);
    return true;
  }
  std::string help = period->help().in(language());
  if (help.front() == 'a') help.front() = 'A';
  wrong_type(expr.span, describe(work_.model, hint, language()), written, std::move(help));
  for (std::string& day : period->days()) work_.diagnostics.back().fixes.push_back({expr.span, std::move(day)});
  return true;
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
                     {describe(work_.model, unbounded(*hint), language()), quoted(expr.span)},
                     hint->kind == TypeKind::money ? help_for_currencies() : std::string());
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
        for (const Names& level : levels_of(work_.model, *hint))
          if (std::find(level.all.begin(), level.all.end(), literal.text) != level.all.end()) instead = literal.text;
      } else if (hint->kind == TypeKind::yes_no &&
                 (literal.text == "yes" || literal.text == "no" || literal.text == "是" || literal.text == "否")) {
        help = say("It stands without quotation marks.", "不加引号。");
        instead = literal.text;
      } else if (std::string clock = help_for_a_clock(*hint, natural); !clock.empty()) {
        help = std::move(clock);
      } else if (has_names(*hint) && is_number(natural.kind)) {  // 高于 3 of R1 to R5
        constexpr std::size_t kShown = 8;
        const std::vector<Names>& levels = levels_of(work_.model, *hint);
        for (std::size_t i = 0; i < levels.size() && i < kShown; ++i)
          help += (i == 0 ? say("It has: ", "可取：") : say(", ", "、")) + std::string(levels[i].in(language()));
        if (levels.size() > kShown) help += say(" …", "等");
      } else if (is_number(hint->kind) && natural.kind == TypeKind::duration) {  // 18 years of age, 3 days late
        instead = literal.number.to_string();
        if (hint->years_old && literal.unit == "year") {
          instead += say(" years old", "周岁");
          help = say("Ages are counted in years old: ", "年龄按周岁计：") + instead;
        } else {
          help = say("The fact is a number, which takes no unit of time: ", "该事实是数，不带时间单位：") + instead +
                 say("; a length of time is a fact of type duration", "；若指时长，请把事实声明为“时长”");
        }
      } else if (told_of_period(expr, *hint)) {
        return nullptr;
      } else if ((hint->kind == TypeKind::date || hint->kind == TypeKind::instant) &&
                 natural.kind == TypeKind::duration) {
        const std::string many = quoted(expr.span);
        help =
            say("How long ago it was: is more than " + many + " ago; how soon it will be: is within the next " + many,
                "距今多久写作：距今 超过 " + many + "；多久之内到来写作：在 未来 " + many + "内");
      } else if (hint->kind == TypeKind::money && natural.kind == TypeKind::duration &&
                 quoted(expr.span).ends_with("分")) {  // 5分
        if (const auto yuan = literal.number.times(*Decimal::parse("0.01"))) instead = yuan->to_string() + "元";
        help = say("An amount is written in yuan: ", "金额以元书写：") + instead;
      } else if (hint->kind == TypeKind::instant &&
                 natural.kind == TypeKind::date) {  // which of its moments is not said
        help = say("A moment has its time, such as ", "时刻须写明时间，如 ") + format_date(literal.date) + "T00:00";
      } else if (hint->kind == TypeKind::time_of_day && is_number(natural.kind) && literal.unit.empty()) {  // 9, 9.30
        const std::string written = quoted(expr.span);
        const std::size_t dot = std::min(written.find('.'), written.size());
        const std::string hour = written.substr(0, dot),
                          minutes = dot == written.size() ? "00" : written.substr(dot + 1);
        if (hour.size() <= 2 && minutes.size() == 2 && std::atoi(hour.c_str()) < 24 && minutes < "60") {
          instead = (hour.size() == 1 ? "0" : "") + hour + ":" + minutes;
          help = say("A time of day is written ", "钟点写作 ") + instead;
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
  if (told_of_a_day_of_an_example(expr, type)) return false;
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

// One that names no currency may hold any: at run time two that differ are unknown.
static bool of_one_currency(const Type& a, const Type& b) {
  return a.currency.empty() || b.currency.empty() || a.currency == b.currency;
}

// 余额 * 5 %, 20% 的 余额
ExprPtr Conditions::told_of_a_share(const syntax::Expr& expr, const syntax::Expr& share, const syntax::Expr& of,
                                    const Expr& found) {
  const std::string part = quoted(share.span), whole = quoted(of.span);
  const std::string meant = say(part + " of " + whole, whole + " 的 " + part);
  wrong_type(found.span, expr.op == S::mul ? say("a number", "一个数") : say("a percentage", "百分比"),
             describe_expr(found), say("A part of something is written: ", "某数的百分之几写作：") + meant);
  work_.diagnostics.back().fixes.push_back({expr.span, meant});
  return nullptr;
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
      if (hint != nullptr && told_of_period(expr, *hint)) return nullptr;
      if (told_of_settlement(expr, hint, false)) return nullptr;
      if (is_bare(*expr.args[0]) && is_bare(*expr.args[1]) &&
          work_.told_of_another_form(item_, expr.span, quoted(expr.span), {}))
        return nullptr;  // sixty-five
      const ExprPtr a = argument(0), b = argument(1);
      if (!a || !b) return nullptr;
      const bool minus = expr.op == S::sub;
      const TypeKind x = a->type.kind, y = b->type.kind;
      const Op op = minus ? Op::sub : Op::add;
      const auto moved = [&](const ExprPtr& date, const ExprPtr& span, TypeKind kind) -> ExprPtr {
        if (const Expr* hours = hours_of_a_date(*date, *span)) return no_hours(*hours);
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
      if (scales(x) && scales(y) && (x == TypeKind::percent || y == TypeKind::percent)) {  // 余额 * 5 %
        const std::size_t share = y == TypeKind::percent ? 1 : 0;
        return told_of_a_share(expr, *expr.args[share], *expr.args[1 - share], *b);
      }
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
      if (hint != nullptr && told_of_period(expr, *hint)) return nullptr;
      const ExprPtr share = value(*expr.args[0], &percent), of_what = argument(1);
      if (!share || !of_what) return nullptr;
      const TypeKind kind = of_what->type.kind;
      if (share->type.kind != TypeKind::percent) {
        if (of_what->type.kind == TypeKind::percent) return told_of_a_share(expr, *expr.args[1], *expr.args[0], *share);
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
          (x == y && (x == TypeKind::percent || (x == TypeKind::money && of_one_currency(a->type, b->type))))) {
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

}  // namespace caveat::model
