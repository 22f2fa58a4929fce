// Days and moments as people hold them against one another: a day for a moment, T+3, a holiday, the clock.
#include <algorithm>
#include <array>

#include "engine/model/checks/conditions.h"
#include "engine/model/checks/nodes.h"
#include "engine/syntax/clock.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/periods.h"

namespace caveat::model {
namespace {

using S = syntax::Op;

bool is_day(const syntax::Expr& expr) {
  return expr.op == S::literal && expr.literal.kind == syntax::LiteralKind::date;
}

// The first moment of that day, or of one some days behind it; empty behind 9999-12-31, which is the last.
std::string first_moment(Days day) {
  constexpr std::size_t kWritten = 16;
  std::string moment = format_date(day) + "T00:00";
  return moment.size() == kWritten ? moment : std::string();
}

bool is_day_off(std::string_view name) {
  constexpr auto kOff = std::to_array<std::string_view>({"节假日", "法定节假日", "节日", "假日", "假期", "休息日",
                                                         "公休日", "非工作日", "非交易日", "holiday", "holidays"});
  return std::find(kOff.begin(), kOff.end(), name) != kOff.end();
}

}  // namespace

// The days that such a literal means: one, or those of a period, which has been told of (2026年1月至3月).
syntax::Period Conditions::days_of(const syntax::Expr& day) const {
  const auto period = syntax::whole_period(syntax::nfkc(quoted(day.span)));
  return period ? *period : syntax::Period{day.literal.date, day.literal.date};
}

// customer.opened is before 2026-01-01, of a moment; 客户.生日 满18周岁, of a date: what does not fit, and how it is asked.
bool Conditions::told_of_a_date(const Expr& of, const syntax::Expr& expr) {
  const syntax::Expr& value = *expr.args[1];
  if (expr.op == S::eq || expr.op == S::ne) {
    if (told_of_whole_days(of.type, quoted(expr.args[0]->span), value, value, expr)) return true;
  }
  if (value.op != S::literal || expr.op == S::ne) return false;
  const syntax::Literal& literal = value.literal;
  const std::string subject = quoted(expr.args[0]->span);
  std::string help, meant;
  if (of.type.kind == TypeKind::instant && literal.kind == syntax::LiteralKind::date) {
    const bool next = expr.op == S::gt || expr.op == S::le;  // behind the whole day, or up to its end
    const bool before = expr.op == S::lt || expr.op == S::le;
    const syntax::Period days = days_of(value);
    const std::string moment = first_moment(next ? days.last + 1 : days.first);
    if (moment.empty()) return false;
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
  const syntax::Expr& subject = *whole.args[0];  // 按 客户.时区，此刻 晚于 21:00: the zone rides on it
  const std::string zone = subject.op == S::now && !subject.args.empty() ? quoted(subject.args.front()->span) : "";
  syntax::Asked asked = syntax::asked_of_the_clock(later, earlier, time, language(), zone);
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

// customer.opened is 2026-01-01, is between 2026-01-01 and 2026-03-31, of a moment: the whole of these days is meant.
bool Conditions::told_of_whole_days(const Type& type, const std::string& subject, const syntax::Expr& first,
                                    const syntax::Expr& last, const syntax::Expr& whole) {
  if (type.kind != TypeKind::instant || !is_day(first) || !is_day(last)) return false;
  const Days begin = days_of(first).first, end = days_of(last).last;
  const std::string from = first_moment(begin), until = first_moment(end + 1);
  if (from.empty() || until.empty() || end < begin) return false;
  std::string meant = say("(", "（") + subject + say(" is not before ", " 不早于 ") + from + say(" and ", " 且 ") +
                      subject + say(" is before ", " 早于 ") + until + say(")", "）");
  if (whole.op == S::ne) meant = say("not ", "非") + meant;
  const Span days{first.span.source, first.span.begin, last.span.end};
  wrong_type(days, describe(work_.model, unbounded(type), language()), quoted(days) + say(" (date)", "（日期型）"),
             say("A moment has its time; of a whole day it is asked: ", "时刻须写明时间；整天写作：") + meant);
  work_.diagnostics.back().fixes.push_back({whole.span, std::move(meant)});
  return true;
}

// customer.opened 2026-01-01, of a moment in an example, which may have any time.
bool Conditions::told_of_a_day_of_an_example(const syntax::Expr& value, const Type& type) {
  if (type.kind != TypeKind::instant || !is_day(value)) return false;
  std::string meant = first_moment(value.literal.date);
  if (meant.empty()) return false;
  wrong_type(value.span, describe(work_.model, type, language()), quoted(value.span) + say(" (date)", "（日期型）"),
             say("A moment has its time: ", "时刻须写明时间：") + meant);
  work_.diagnostics.back().fixes.push_back({value.span, std::move(meant)});
  return true;
}

// today is holiday, 今日 为 节假日, 客户.签约日 不为 交易日: whether anybody works on that day is asked in one way.
bool Conditions::told_of_a_day_off(const Expr& of, const syntax::Expr& expr) {
  const bool listed = expr.args[1]->op == S::list && expr.args[1]->args.size() == 1;  // 属于 节假日
  const syntax::Expr& right = listed ? *expr.args[1]->args.front() : *expr.args[1];
  if (of.type.kind != TypeKind::date && of.type.kind != TypeKind::instant) return false;
  if (!is_bare(right)) return false;
  const bool negated = expr.op == S::ne || expr.op == S::none_of_list;
  if (!negated && expr.op != S::eq && expr.op != S::one_of) return false;
  constexpr auto kOn = std::to_array<std::string_view>({"交易日", "营业日", "开市日", "银行工作日", "workday"});
  const std::string& name = right.path.parts.front().text;
  const bool off = is_day_off(name);
  if (!off && std::find(kOn.begin(), kOn.end(), name) == kOn.end()) return false;
  const bool works = off == negated;
  std::string meant = quoted(expr.args[0]->span) +
                      (works ? say(" is a working day", " 为 工作日") : say(" is not a working day", " 不为 工作日"));
  wrong_type(right.span, say("a day", "日期"), name,
             (off ? say("A day off, of the week too, is one on which nobody works: ", "休息日（含周末）写作：")
                  : say("Days on which business is done are the working days: ", "营业之日按工作日写：")) +
                 meant);
  work_.diagnostics.back().fixes.push_back({expr.span, std::move(meant)});
  return true;
}

// 今日 为 周末 或 节假日: behind the joint the day goes unsaid.
bool Conditions::told_of_a_day_off_alone(const syntax::Expr& expr) {
  if (!is_bare(expr) || !is_day_off(expr.path.parts.front().text)) return false;
  wrong_type(expr.span, say("a condition", "一个条件"), quoted(expr.span),
             say("A day off, of the week too, is one on which nobody works: today is not a working day",
                 "休息日（含周末）写作：今日 不为 工作日"));
  return true;
}

// is 65 or older, is 2026-03-01 or later, is 30 days or older: the bound, and no condition of its own.
bool Conditions::told_of_a_bound_in_speech(const syntax::Expr& first, const syntax::Expr& word) {
  if (first.op != S::eq || first.bracketed || first.args[1]->op != S::literal || !is_bare(word)) return false;
  constexpr auto kUp = std::to_array<std::string_view>(
      {"older", "over", "up", "upwards", "greater", "higher", "later", "longer", "以上"});
  constexpr auto kDown = std::to_array<std::string_view>(
      {"younger", "under", "fewer", "lower", "smaller", "earlier", "shorter", "newer", "以下"});
  const std::string& name = word.path.parts.front().text;
  const bool up = std::find(kUp.begin(), kUp.end(), name) != kUp.end();
  if (!up && std::find(kDown.begin(), kDown.end(), name) == kDown.end()) return false;
  const std::string subject = quoted(first.args[0]->span), bound = quoted(first.args[1]->span);
  std::string meant;
  switch (first.args[1]->literal.kind) {
    case syntax::LiteralKind::date:
    case syntax::LiteralKind::instant:
      meant = subject + (up ? say(" is not before ", " 不早于 ") : say(" is not after ", " 不晚于 ")) + bound;
      break;
    case syntax::LiteralKind::number:
    case syntax::LiteralKind::counted:
    case syntax::LiteralKind::percent:
    case syntax::LiteralKind::money:
      meant = subject + (up ? say(" is at least ", " 不低于 ") : say(" is at most ", " 不高于 ")) + bound;
      break;
    case syntax::LiteralKind::duration: {
      const ExprPtr of = value(*first.args[0], nullptr);
      if (!of) return true;  // said so
      const bool day = of->type.kind == TypeKind::date || of->type.kind == TypeKind::instant;
      meant = subject;
      if (day)
        meant += up ? say(" is at least " + bound + " ago", " 距今 不少于 " + bound)
                    : say(" is within the last " + bound, " 距今 不超过 " + bound);
      else
        meant += (up ? say(" is at least ", " 不低于 ") : say(" is at most ", " 不高于 ")) + bound;
      break;
    }
    default:
      return false;
  }
  wrong_type(word.span, say("a condition", "一个条件"), name,
             say("With its bound it is said: ", "含本数写作：") + meant);
  work_.diagnostics.back().fixes.push_back({{first.span.source, first.span.begin, word.span.end}, std::move(meant)});
  return true;
}

// customer.opened is at least 30 days, 客户.开户 满 30天: how long ago, or how soon.
bool Conditions::told_of_a_length_of_a_date(const Expr& of, const syntax::Expr& expr) {
  const syntax::Expr& value = *expr.args[1];
  const bool moment = of.type.kind == TypeKind::instant;
  if ((of.type.kind != TypeKind::date && !moment) || value.op != S::literal ||
      value.literal.kind != syntax::LiteralKind::duration)
    return false;
  constexpr std::int64_t kDaySeconds = 86'400;
  if (!moment && value.literal.duration.seconds % kDaySeconds != 0) return false;
  if (told_of_period(value, of.type)) return true;  // 早于 2008年
  const std::string many = quoted(value.span), subject = quoted(expr.args[0]->span),
                    from = moment ? say("now", "此刻") : say("today", "今日");
  std::string past, future;
  switch (expr.op) {
    case S::ge:
      past = say(" is at least " + many + " ago", " 距今 不少于 " + many);
      future = say(" is not before ", " 不早于 ") + from + " + " + many;
      break;
    case S::gt:
      past = say(" is more than " + many + " ago", " 距今 超过 " + many);
      future = say(" is after ", " 晚于 ") + from + " + " + many;
      break;
    case S::le:
      past = say(" is within the last " + many, " 距今 不超过 " + many);
      future = say(" is within the next " + many, " 在 未来 " + many + " 内");
      break;
    case S::lt:
      past = say(" is at least " + many + " ago", " 距今 不少于 " + many);
      future = say(" is before ", " 早于 ") + from + " + " + many;
      break;
    default:
      return false;
  }
  past = subject + past, future = subject + future;
  if (expr.op == S::lt) past = say("not (", "非（") + past + say(")", "）");
  wrong_type(value.span, describe(work_.model, unbounded(of.type), language()), many + say(" (duration)", "（时长）"),
             say("How long ago it was: ", "距今多久写作：") + past +
                 say("; how soon it will be: ", "；多久之内到来写作：") + future);
  for (std::string* each : {&past, &future}) work_.diagnostics.back().fixes.push_back({expr.span, std::move(*each)});
  return true;
}

// T+3, T+3日: the day of the trade and three working days. `hint`: of what it is held against; `between_no_dates`: that is a length.
bool Conditions::told_of_settlement(const syntax::Expr& sum, const Type* hint, bool between_no_dates) {
  if (sum.op != S::add || !is_bare(*sum.args[0]) || sum.args[1]->op != S::literal) return false;
  const std::string& day = sum.args[0]->path.parts.front().text;
  const syntax::Literal& many = sum.args[1]->literal;
  const bool days = many.kind == syntax::LiteralKind::duration && (many.unit == "day" || many.unit == "working_day");
  if ((day != "T" && day != "t") || (!days && many.kind != syntax::LiteralKind::number)) return false;
  const std::string length =
      many.number.to_string() + say(many.number == Decimal(1) ? " working day" : " working days", "个工作日");
  const bool long_for = hint != nullptr && hint->kind == TypeKind::duration;
  if (long_for && between_no_dates) {
    wrong_type(sum.span, describe(work_.model, *hint, language()), quoted(sum.span),
               say("Working days are counted between dates: is more than ", "工作日要在日期之间计算：距今 超过 ") +
                   length + say(" ago", ""));
    return true;
  }
  const bool moment = hint != nullptr && hint->kind == TypeKind::instant;
  const std::string start = moment ? say("now", "此刻") : say("today", "今日");
  std::string meant = long_for ? length : start + " + " + length;
  wrong_type(sum.span, hint != nullptr ? describe(work_.model, unbounded(*hint), language()) : say("a date", "日期"),
             quoted(sum.span),
             long_for ? say("Working days are counted so: ", "工作日写作：") + meant
                      : say("Write the fact that says the day T, or ", "请写表示 T 日的事实，或") + start +
                            say(": ", "：") + meant);
  work_.diagnostics.back().fixes.push_back({sum.span, std::move(meant)});
  return true;
}

// customer.opened from 2008-03-01, 客户.开户 自 2008年3月1日起: read as the day from which the rule holds, and a day compares nothing.
bool Conditions::told_of_a_beginning(const Expr& of, const syntax::Expr& expr) {
  if ((of.type.kind != TypeKind::date && of.type.kind != TypeKind::instant) ||
      !std::holds_alternative<syntax::RuleDecl>(item_.decl->body))
    return false;
  const auto& rule = item_.as<syntax::RuleDecl>();
  constexpr std::uint32_t kLine = 80;
  std::string_view behind = work_.text_at({expr.span.source, expr.span.end, expr.span.end + kLine});
  behind = behind.substr(0, behind.find_first_of("\r\n#"));
  const std::size_t blanks = std::min(behind.find_first_not_of(' '), behind.size());
  const auto opens = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return behind.substr(blanks).starts_with(word); });
  };
  const bool from = rule.from && opens({"from ", "自"}), until = rule.until && opens({"until ", "至"});
  if (from == until) return false;
  std::string day;
  if (of.type.kind == TypeKind::date) {
    day = format_date(from ? *rule.from : *rule.until);
  } else {
    day = first_moment(from ? *rule.from : *rule.until + 1);
    if (day.empty()) return false;
  }
  std::string meant = quoted(expr.span);
  if (from) {
    meant += say(" is not before ", " 不早于 ") + day;
  } else {
    meant += (of.type.kind == TypeKind::date ? say(" is not after ", " 不晚于 ") : say(" is before ", " 早于 ")) + day;
  }
  std::size_t end = behind.size();
  for (const std::string_view tail : {"起", "止"})
    if (const std::size_t at = behind.find(tail); at != behind.npos) end = std::min(end, at + tail.size());
  if (end == behind.size() && opens({"from ", "until "}))
    end = std::min(behind.find(' ', behind.find_first_of("0123456789")), behind.size());
  wrong_type(expr.span, say("a condition", "一个条件"), describe_expr(of),
             say("The day behind it is read as that of the rule; it is held against a day so: ",
                 "其后的日期被读作规则的起止；与日期比较写作：") +
                 meant);
  work_.diagnostics.back().fixes.push_back(
      {{expr.span.source, expr.span.begin, expr.span.end + static_cast<std::uint32_t>(end)}, std::move(meant)});
  return true;
}

}  // namespace caveat::model
