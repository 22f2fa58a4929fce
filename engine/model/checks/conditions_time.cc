// Conditions over time: past and future, the clock, days of the week, working days and whose calendar counts them.
#include <algorithm>

#include "engine/model/checks/conditions.h"
#include "engine/model/checks/nodes.h"
#include "engine/model/checks/zones.h"

namespace caveat::model {

using S = syntax::Op;

namespace {

constexpr int kWeekend = 8;

bool is_weekday(const syntax::Expr& expr) {
  return expr.op == S::literal && expr.literal.kind == syntax::LiteralKind::weekday;
}

// The days from one to another, round the end of the week: Friday .. Monday are four.
int run_of_days(int first, int last) {
  if (first == kWeekend) first = 6;
  if (last == kWeekend) last = 7;
  int days = 0;
  for (int day = first;; day = day % 7 + 1) {
    days |= 1 << day;
    if (day == last) return days;
  }
}

int days_of_literal(const syntax::Expr& expr) {
  return expr.literal.date == kWeekend ? run_of_days(6, 7) : 1 << expr.literal.date;
}

}  // namespace

// ---- past and future

ExprPtr Conditions::time_condition(const syntax::Expr& expr) {
  const ExprPtr date = value(*expr.args[0], nullptr);
  const Type duration = of(TypeKind::duration);
  const ExprPtr span = value(*expr.args[1], &duration);
  if (!date || !span) return nullptr;
  if (date->type.kind != TypeKind::date && date->type.kind != TypeKind::instant) {
    return wrong_type(date->span, say("a date or an instant", "日期或时刻"), describe_expr(*date));
  }
  if (span->type.kind != TypeKind::duration) {
    return wrong_type(span->span, describe(work_.model, duration, language()), describe_expr(*span));
  }
  if (const Expr* hours = hours_of_a_date(*date, *span)) return no_hours(*hours);
  const Op op = expr.op == S::more_than_ago  ? Op::past_more
                : expr.op == S::at_least_ago ? Op::past_at_least
                : expr.op == S::within_last  ? Op::within_past
                                             : Op::within_future;
  return counting(node(op, expr.span, {date, span}), *span);
}

// The hours that a date is to be moved by: it has none, and no turn could say where that leads.
const Expr* Conditions::hours_of_a_date(const Expr& date, const Expr& length) {
  constexpr std::int64_t kDaySeconds = 86'400;
  if (date.type.kind != TypeKind::date || length.type.kind != TypeKind::duration) return nullptr;
  if (length.op == Op::constant) return length.constant.duration.seconds % kDaySeconds != 0 ? &length : nullptr;
  for (const ExprPtr& arg : length.args)
    if (const Expr* found = hours_of_a_date(date, *arg)) return found;
  return nullptr;
}

ExprPtr Conditions::no_hours(const Expr& hours) {
  return wrong_type(hours.span, say("days, months or years", "天、月或年"), describe_expr(hours),
                    say("A date has no time of day: write days, or declare the fact as `instant`.",
                        "日期没有钟点：请写天数，或把该事实声明为“时刻”。"));
}

// ---- working days

ExprPtr Conditions::counting(ExprPtr made, const Expr& span) {
  if (!made || working_days_in(span) == nullptr) return made;
  const Index by = calendar(made->span);
  if (by == kNone) return nullptr;
  Expr copy = *made;
  copy.calendar = by;
  return keep(std::move(copy));
}

// The pack's own calendar; where it has none, the one that it uses.
Index Conditions::calendar(Span span) {
  const std::vector<Calendar>& all = work_.model.calendars;
  std::vector<Index> own, used;
  for (Index i = 0; i < all.size(); ++i) {
    if (all[i].pack == item_.pack) {
      own.push_back(i);
    } else if (work_.scope.sees(item_.pack, all[i].pack)) {
      used.push_back(i);
    }
  }
  const std::vector<Index>& seen = own.empty() ? used : own;
  if (seen.size() == 1) return seen.front();
  const std::string& pack = work_.model.packs[item_.pack].names.first;
  if (seen.empty()) {
    if (work_.may_be_elsewhere(item_.pack) || !work_.lost.empty()) return kNone;  // what was lost may have declared it
    work_.report(codes::kNoCalendar, item_, span, {pack},
                 say("Declare one: calendar NAME covers 2026-01-01 .. 2026-12-31",
                     "请声明：日历 名称 覆盖 2026-01-01 至 2026-12-31"));
    return kNone;
  }
  std::string names;
  for (const Index each : seen)
    names += (names.empty() ? "" : say(", ", "、")) + std::string(all[each].names.in(language()));
  work_.report(codes::kSeveralCalendars, item_, span, {pack, names},
               say("A calendar of the pack's own goes before those of packs that it uses.",
                   "规则包自己声明的日历优先于所引用规则包的日历。"));
  return kNone;
}

ExprPtr Conditions::working_day(const syntax::Expr& expr) {
  const ExprPtr date = value(*expr.args[0], nullptr);
  const Index by = calendar(expr.span);
  if (!date) return nullptr;
  if (date->type.kind != TypeKind::date && date->type.kind != TypeKind::instant) {
    return wrong_type(date->span, say("a date or an instant", "日期或时刻"), describe_expr(*date));
  }
  if (by == kNone) return nullptr;
  Expr made;
  made.op = Op::working_day;
  made.span = expr.span;
  made.args = {date};
  made.calendar = by;
  return keep(std::move(made));
}

// ---- days of the week

int Conditions::weekdays_of(const syntax::Expr& expr) {
  switch (expr.op) {
    case S::is_weekday:
    case S::eq:
    case S::ne:
      return is_weekday(*expr.args[1]) ? days_of_literal(*expr.args[1]) : 0;
    case S::between:
      if (!is_weekday(*expr.args[1]) || !is_weekday(*expr.args[2])) return 0;
      return run_of_days(expr.args[1]->literal.date, expr.args[2]->literal.date);
    case S::one_of:
    case S::none_of_list: {
      std::vector<const syntax::Expr*> items;
      if (expr.args[1]->op == S::list) {
        for (const syntax::ExprPtr& item : expr.args[1]->args) items.push_back(item.get());
      } else {
        items.push_back(expr.args[1].get());
      }
      int days = 0;
      for (const syntax::Expr* item : items) {
        if (!is_weekday(*item)) return 0;
        days |= days_of_literal(*item);
      }
      return days;
    }
    default:
      return 0;
  }
}

ExprPtr Conditions::weekday(const syntax::Expr& expr, int days) {
  const ExprPtr date = value(*expr.args[0], nullptr);
  if (!date) return nullptr;
  if (date->type.kind != TypeKind::date && date->type.kind != TypeKind::instant) {
    return wrong_type(date->span, say("a date or an instant", "日期或时刻"), describe_expr(*date));
  }
  Expr made;
  made.op = Op::weekday;
  made.span = expr.span;
  made.args = {date};
  made.count = days;
  const ExprPtr one = keep(std::move(made));
  return expr.op == S::ne ? node(Op::not_, expr.span, {one}) : one;
}

// ---- the clock

// `now is between 22:00 and 08:00 in ZONE`: the zone is a text, a fact of type time zone, or the pack's.
ExprPtr Conditions::clock_between(const syntax::Expr& expr) {
  const Type time = of(TypeKind::time_of_day), zone = of(TypeKind::time_zone);
  const auto dated = [](const syntax::Expr& bound) {
    return bound.op == S::literal &&
           (bound.literal.kind == syntax::LiteralKind::date || bound.literal.kind == syntax::LiteralKind::instant);
  };
  if (expr.args.size() == 2 && (dated(*expr.args[0]) || dated(*expr.args[1]))) {
    const Type instant = of(TypeKind::instant);
    if (told_of_whole_days(instant, say("now", "此刻"), *expr.args[0], *expr.args[1], expr)) return nullptr;
    const ExprPtr low = value(*expr.args[0], &instant), high = value(*expr.args[1], &instant);
    const ExprPtr now = node(Op::now, expr.span, {}, instant);
    const ExprPtr from = compare(Op::le, low, now, expr), to = compare(Op::le, now, high, expr);
    return node(Op::and_, expr.span, {from, to});
  }
  const ExprPtr from = value(*expr.args[0], &time), to = value(*expr.args[1], &time);
  Expr clock;
  clock.op = Op::clock;
  clock.span = expr.span;
  clock.type = time;
  if (expr.args.size() > 2) {
    const ExprPtr in = value(*expr.args[2], &zone);
    if (!in) return nullptr;
    if (in->type.kind != TypeKind::time_zone) {
      return wrong_type(in->span, describe(work_.model, zone, language()), describe_expr(*in));
    }
    if (in->op == Op::constant && !use_zone(work_, item_, in->span, in->constant.text)) return nullptr;
    clock.args = {in};
  }
  if (!from || !to) return nullptr;
  return between_times(keep(std::move(clock)), from, to, expr);
}

// The start is included, the end is not; from 22:00 to 08:00 passes midnight.
ExprPtr Conditions::between_times(const ExprPtr& x, const ExprPtr& low, const ExprPtr& high, const syntax::Expr& expr) {
  const ExprPtr from = compare(Op::le, low, x, expr);
  const ExprPtr to = from ? compare(Op::lt, x, high, expr) : nullptr;
  if (!to) return nullptr;
  if (low->op == Op::constant && high->op == Op::constant) {
    if (low->constant.number == high->constant.number) {
      work_.report(codes::kEmptyRange, item_, expr.span, {quoted(low->span), quoted(high->span)});
      return nullptr;
    }
    return node(low->constant.number < high->constant.number ? Op::and_ : Op::or_, expr.span, {from, to});
  }
  const ExprPtr same_day = compare(Op::le, low, high, expr);
  if (!same_day) return nullptr;
  const ExprPtr past_midnight = node(Op::lt, expr.span, {high, low});
  return node(Op::or_, expr.span,
              {node(Op::and_, expr.span, {same_day, from, to}),
               node(Op::and_, expr.span, {past_midnight, node(Op::or_, expr.span, {from, to})})});
}

// An instant without its offset is wall time of the pack's zone.
ExprPtr Conditions::wall_clock(const syntax::Expr& expr) {
  const std::string& name = work_.model.packs[item_.pack].time_zone;
  const std::vector<Zone>& zones = work_.model.zones;
  const auto zone = std::find_if(zones.begin(), zones.end(), [&](const Zone& each) { return each.name == name; });
  if (zone == zones.end()) {
    if (!name.empty()) return nullptr;  // told at the pack
    return wrong_type(expr.span, say("an instant with its offset, such as +08:00", "写明时差的时刻，例如 +08:00"),
                      quoted(expr.span),
                      say("Or give the pack a line: time zone \"…\"", "或在规则包中加一行：时区 “…”"));
  }
  Constant constant;
  constant.kind = TypeKind::instant;
  constant.number = Decimal(instant_of(zone->transitions, expr.literal.instant));
  return constant_node(expr.span, std::move(constant), of(TypeKind::instant));
}

}  // namespace caveat::model
