#include <CaveatGrammar.h>

#include "engine/syntax/keywords.h"
#include "engine/syntax/printer.h"

namespace caveat::syntax {

using L = CaveatGrammar;

namespace {

// Of two times one is before the other: no officer calls a date higher.
bool is_time(const Expr& e) {
  if (e.op == Op::now || e.op == Op::today) return true;
  if (e.op == Op::add || e.op == Op::sub) return is_time(*e.args[0]);
  return e.op == Op::literal && (e.literal.kind == LiteralKind::date || e.literal.kind == LiteralKind::instant ||
                                 e.literal.kind == LiteralKind::time_of_day);
}
bool of_time(const Expr& comparison) { return is_time(*comparison.args[0]) || is_time(*comparison.args[1]); }

}  // namespace

std::string Printer::list(const std::vector<ExprPtr>& args, std::size_t from) {
  std::string result;
  for (std::size_t i = from; i < args.size(); ++i) result += (i == from ? "" : item_comma()) + expression(*args[i]);
  return result;
}

std::string Printer::binary(const Expr& e, std::string_view between) {
  return expression(*e.args[0]) + " " + std::string(between) + " " + expression(*e.args[1]);
}

// Brackets stand where the author needed them, and where one of the phrasings needs them: x 的 4倍 的 20% is 20 % of (4 * x), and
// is printed with them in both, so that the way there and back is the same bytes.
std::string Printer::expression(const Expr& e) {
  const std::string inner = plain(e);
  return e.bracketed ? open() + inner + close() : inner;
}

Printer::Binding Printer::binding(const Expr& e) const {
  if (e.bracketed) return Binding::atom;
  switch (e.op) {
    case Op::add:
    case Op::sub:
      return Binding::sum;
    case Op::mul:
    case Op::div:
      return Binding::product;
    case Op::as_percent_of:
    case Op::rounded:
    case Op::share_of:
    case Op::full_years_since:
    case Op::percents_of:
    case Op::amounts_of:
    case Op::dates_of:
    case Op::durations_of:
      return Binding::share;
    case Op::neg:
      return Binding::operand;
    case Op::literal:
      switch (e.literal.kind) {
        case LiteralKind::number:
        case LiteralKind::percent:
        case LiteralKind::money:
        case LiteralKind::duration:
        case LiteralKind::counted:
          return Binding::operand;
        default:
          return Binding::atom;
      }
    case Op::path:
    case Op::now:
    case Op::today:
    case Op::any_value:
    case Op::all_of:
    case Op::any_of:
    case Op::none_of:
    case Op::at_least_of:
    case Op::count_of:
    case Op::sum_of:
    case Op::highest_of:
    case Op::lowest_of:
      return Binding::atom;
    default:
      return Binding::condition;
  }
}

std::string Printer::within(const Expr& e, Binding least) {
  const std::string text = expression(e);
  return binding(e) < least ? open() + text + close() : text;
}

std::string Printer::arithmetic(const Expr& e, std::string_view sign, Binding left, Binding right) {
  // What is rounded behind a sign says by brackets how much that is.
  const Binding behind = e.args[1]->op == Op::rounded ? Binding::atom : right;
  return within(*e.args[0], left) + " " + std::string(sign) + " " + within(*e.args[1], behind);
}

std::string Printer::comparison(const Expr& e, bool negated) {
  const auto& a = e.args;
  const auto word = [&](int plain_token, int negated_token) { return kw(negated ? negated_token : plain_token); };
  switch (e.op) {
    case Op::includes:
      return binary(e, word(L::INCLUDES, L::NOT_INCLUDES));
    case Op::is_empty:
      return expression(*a[0]) + " " + word(L::IS_EMPTY, L::IS_NOT_EMPTY);
    case Op::is_working_day:
      return expression(*a[0]) + " " + word(L::IS_WORKING_DAY, L::IS_NOT_WORKING_DAY);
    case Op::claims:
      return expression(*a[0]) + " " + word(L::CLAIMS, L::NOT_CLAIMS) + " " + searched(*a[1]);
    case Op::claims_any:
      return expression(*a[0]) + " " + word(L::CLAIMS_ANY, L::NOT_CLAIMS_ANY) + " " + searched(*a[1]);
    case Op::matches:
      return binary(e, word(L::MATCHES, L::NOT_MATCHES));
    case Op::mentions: {
      const std::string head = expression(*a[0]) + " " + word(L::MENTIONS, L::NOT_MENTIONS) + " ";
      if (a.size() < 3) return head + expression(*a[1]);
      return zh_ ? head + expression(*a[2]) + " " + kw(L::EXCEPT) + " " + expression(*a[1])
                 : head + expression(*a[1]) + " " + kw(L::OTHER_THAN) + " " + expression(*a[2]);
    }
    case Op::mentions_class:
      return zh_ ? expression(*a[0]) + " " + word(L::MENTIONS, L::NOT_MENTIONS) + " " + expression(*a[1]) + " " +
                       kw(L::CLASS_INFO)
                 : expression(*a[0]) + " " + word(L::MENTIONS_ANY_OF_CLASS, L::NOT_MENTIONS_ANY_OF_CLASS) + " " +
                       expression(*a[1]);
    case Op::contains_near: {
      const std::string head = expression(*a[0]) + " " + word(L::CONTAINS, L::LACKS) + " " + expression(*a[1]) + " ";
      return zh_ ? head + kw(L::WITH) + " " + expression(*a[2]) + " " + kw(L::APART) + " " + expression(*a[3]) + "以内"
                 : head + kw(L::NEAR) + " " + expression(*a[2]) + " " + kw(L::WITHIN) + " " + expression(*a[3]);
    }
    default:
      return {};
  }
}

std::string Printer::quantifier(const Expr& e) {
  const std::string name = e.variable.text;
  const std::string in = expression(*e.args[0]), where = expression(*e.args[1]);
  if (zh_) {
    const int word = e.op == Op::any_in ? L::EXISTS : e.op == Op::no_in ? L::NOT_EXISTS : L::EACH;
    const int satisfies = e.op == Op::every_in ? L::EACH_SATISFIES : L::WHERE;
    return in + " " + kw(L::IN) + " " + kw(word) + " " + name + " " + kw(satisfies) +
           (where.starts_with("（") ? "" : " ") + where;
  }
  const int word = e.op == Op::any_in ? L::ANY : e.op == Op::no_in ? L::NO : L::EVERY;
  return kw(word) + " " + name + " " + kw(L::IN) + " " + in + " " + kw(L::WHERE) + " " + where;
}

std::string Printer::window(const Expr& e) {
  const Window& w = *e.window;
  const std::string where = e.args.empty() ? std::string() : expression(*e.args[0]);
  const std::string event = word_reference(w.event);
  if (zh_) {
    std::string result = kw(w.scope == Window::Scope::customer           ? L::THIS_CUSTOMER
                            : w.scope == Window::Scope::across_customers ? L::ALL_CUSTOMERS
                                                                         : L::THIS_CONVERSATION);
    if (w.same_day) result += " " + kw(L::SAME_DAY);
    if (w.within) {
      const std::string length = expression(*w.within);
      result += " " + length + (w.within->op == Op::literal ? "内" : " 内");
    }
    result += " " + (w.comparison == Op::gt   ? "超过"
                     : w.comparison == Op::lt ? "少于"
                     : w.comparison == Op::le ? kw(L::AT_MOST)
                                              : kw(L::AT_LEAST));
    const std::string count = expression(*w.count);
    result += " " + count + (w.count->op == Op::literal ? "次 " : " 次 ") + event;
    if (!where.empty()) result += " " + kw(L::WHERE) + (where.starts_with("（") ? "" : " ") + where;
    return result;
  }
  std::string result = kw(w.comparison == Op::gt   ? L::MORE_THAN
                          : w.comparison == Op::lt ? L::FEWER_THAN
                          : w.comparison == Op::le ? L::AT_MOST
                                                   : L::AT_LEAST);
  result += " " + expression(*w.count) + " " + event + " " +
            kw(w.scope == Window::Scope::customer           ? L::FOR_THIS_CUSTOMER
               : w.scope == Window::Scope::across_customers ? L::ACROSS_CUSTOMERS
                                                            : L::IN_THIS_CONVERSATION);
  if (w.within) result += " " + kw(L::WITHIN) + " " + expression(*w.within);
  if (w.same_day) result += " " + kw(L::ON_THE_SAME_DAY);
  if (!where.empty()) result += " " + kw(L::WHERE) + " " + where;
  return result;
}

std::string Printer::group(const Expr& e) {
  std::string members;
  for (std::size_t i = e.op == Op::at_least_of ? 1 : 0; i < e.args.size(); ++i) {
    members += (members.empty() ? "" : zh_ ? "；" : "; ") + expression(*e.args[i]);
  }
  members = open() + members + close();
  const std::string gap = zh_ ? "" : " ";
  switch (e.op) {
    case Op::all_of:
      return kw(L::ALL_OF) + gap + members;
    case Op::any_of:
      return kw(L::ANY_OF) + gap + members;
    case Op::none_of:
      return kw(L::NONE_OF) + gap + members;
    default:
      break;
  }
  const std::string least = expression(*e.args[0]);
  if (zh_) return kw(L::AT_LEAST_OF) + " " + least + (e.args[0]->op == Op::literal ? "项" : "") + members;
  return kw(L::AT_LEAST) + " " + least + " " + kw(L::OF) + " " + members;
}

std::string Printer::plain(const Expr& e) {
  const auto& a = e.args;
  const auto aggregate = [&](int token) {
    std::string inner = expression(*a[0]);
    if (a.size() > 1) {
      inner += zh_ ? comma() + e.variable.text + " " + kw(L::TAKEN_FROM) + " " + expression(*a[1])
                   : " " + kw(L::FOR) + " " + e.variable.text + " " + kw(L::IN) + " " + expression(*a[1]);
    }
    if (a.size() > 2) {
      const std::string where = expression(*a[2]);
      inner += (zh_ ? comma() : " ") + kw(L::WHERE) + (zh_ && where.starts_with("（") ? "" : " ") + where;
    }
    return kw(token) + (zh_ ? "" : " ") + open() + inner + close();
  };
  const auto said = [&](int en_token, int zh_token) {
    std::string result = zh_ ? expression(*a[0]) + " " + kw(zh_token) : kw(en_token) + " " + expression(*a[0]);
    if (a.size() > 1) result += " " + kw(L::NEAR) + " " + expression(*a[1]);
    return result;
  };
  const auto chain = [&](int token) {
    std::string result;
    for (const auto& member : a) result += (result.empty() ? "" : " " + kw(token) + " ") + expression(*member);
    return result;
  };
  switch (e.op) {
    case Op::literal:
      return literal(e.literal);
    case Op::path:
      return reference(e.path);
    case Op::any_value:
      return kw(L::ANY);
    case Op::now:
      return zh_ ? "此刻" : "now";
    case Op::today:
      return zh_ ? "今日" : "today";
    case Op::otherwise:
      return kw(L::OTHERWISE);
    case Op::list:
      return list(a);
    case Op::range:
      return binary(e, zh_ ? "至" : "..");
    case Op::row:
      return {};  // in examples only
    case Op::eq:
      return binary(e, kw(L::IS));
    case Op::ne:
      return binary(e, kw(L::IS_NOT));
    case Op::ge:
      return binary(e, of_time(e) ? zh_ ? "不早于" : "is not before" : kw(L::GE));
    case Op::le:
      return binary(e, of_time(e) ? zh_ ? "不晚于" : "is not after" : kw(L::LE));
    case Op::gt:
      return binary(e, of_time(e) ? zh_ ? "晚于" : "is after" : kw(L::GT));
    case Op::lt:
      return binary(e, of_time(e) ? zh_ ? "早于" : "is before" : kw(L::LT));
    case Op::between:
      return zh_ ? expression(*a[0]) + " 介于 " + expression(*a[1]) + " 与 " + expression(*a[2]) + " 之间"
                 : expression(*a[0]) + " is between " + expression(*a[1]) + " and " + expression(*a[2]);
    case Op::now_between: {
      if (zh_) {
        const std::string zone = a.size() > 2 ? kw(L::BY_KEY) + " " + expression(*a[2]) + comma() : std::string();
        return zone + "此刻 介于 " + expression(*a[0]) + " 与 " + expression(*a[1]) + " 之间";
      }
      return "now is between " + expression(*a[0]) + " and " + expression(*a[1]) +
             (a.size() > 2 ? " " + kw(L::IN) + " " + expression(*a[2]) : std::string());
    }
    case Op::one_of:
      return binary(e, kw(L::IS_ONE_OF));
    case Op::none_of_list:
      return binary(e, kw(L::IS_NONE_OF));
    case Op::includes_any:
      return binary(e, kw(L::INCLUDES_ANY));
    case Op::includes_all:
      return binary(e, kw(L::INCLUDES_ALL));
    case Op::is_known:
      return expression(*a[0]) + " " + kw(L::IS_KNOWN);
    case Op::is_unknown:
      return a.empty() ? kw(zh_ ? L::IS_UNKNOWN : L::UNKNOWN) : expression(*a[0]) + " " + kw(L::IS_UNKNOWN);
    case Op::includes:
    case Op::is_empty:
    case Op::is_working_day:
    case Op::claims:
    case Op::claims_any:
    case Op::matches:
    case Op::mentions:
    case Op::mentions_class:
    case Op::contains_near:
      return comparison(e, false);
    case Op::and_:
      return chain(L::AND);
    case Op::or_:
      return chain(L::OR);
    case Op::not_: {
      if (!a[0]->bracketed) {
        const std::string contracted = comparison(*a[0], true);
        if (!contracted.empty()) return contracted;
      }
      const std::string inner = expression(*a[0]);
      return kw(L::NOT) + (zh_ && inner.starts_with("（") ? "" : " ") + inner;
    }
    case Op::all_of:
    case Op::any_of:
    case Op::none_of:
    case Op::at_least_of:
      return group(e);
    case Op::any_in:
    case Op::every_in:
    case Op::no_in:
      return quantifier(e);
    case Op::count_of:
      return aggregate(L::COUNT_OF);
    case Op::sum_of:
      return aggregate(L::SUM_OF);
    case Op::highest_of:
      return aggregate(L::HIGHEST_OF);
    case Op::lowest_of:
      return aggregate(L::LOWEST_OF);
    case Op::add:
      return arithmetic(e, "+", Binding::sum, Binding::product);
    case Op::sub:
      return arithmetic(e, "-", Binding::sum, Binding::product);
    case Op::mul:
      return arithmetic(e, "*", Binding::product, Binding::share);
    case Op::div:
      return arithmetic(e, "/", Binding::product, Binding::share);
    case Op::neg:
      return "-" + within(*a[0], Binding::atom);
    case Op::share_of: {
      const std::string share = within(*a[0], Binding::operand), whole = within(*a[1], Binding::atom);
      return zh_ ? whole + " " + kw(L::OF_SHARE) + " " + share : share + " " + kw(L::OF) + " " + whole;
    }
    case Op::as_percent_of: {
      const std::string part = within(*a[0], Binding::share), whole = within(*a[1], Binding::operand);
      return zh_ ? part + " " + kw(L::SHARE_IN) + " " + whole + " " + kw(L::SHARE_END)
                 : part + " " + kw(L::AS_PERCENT_OF) + " " + whole;
    }
    case Op::rounded:
      return within(*a[0], Binding::share) + " " + kw(L::ROUNDED_TO) + " " + expression(*a[1]);
    case Op::differs_by_more:
      return zh_ ? expression(*a[0]) + " 与 " + expression(*a[1]) + " 相差 超过 " + expression(*a[2])
                 : expression(*a[0]) + " differs from " + expression(*a[1]) + " by more than " + expression(*a[2]);
    case Op::more_than_ago:
      return zh_ ? expression(*a[0]) + " 距今 超过 " + expression(*a[1])
                 : expression(*a[0]) + " is more than " + expression(*a[1]) + " ago";
    case Op::at_least_ago:
      return zh_ ? expression(*a[0]) + " 距今 不少于 " + expression(*a[1])
                 : expression(*a[0]) + " is at least " + expression(*a[1]) + " ago";
    case Op::within_last:
      return zh_ ? expression(*a[0]) + " 距今 不超过 " + expression(*a[1]) : binary(e, kw(L::WITHIN_LAST));
    case Op::within_next:
      return zh_ ? expression(*a[0]) + " 在 未来 " + expression(*a[1]) + (a[1]->op == Op::literal ? "内" : " 内")
                 : binary(e, kw(L::WITHIN_NEXT));
    case Op::full_years_since: {
      const std::string date = within(*a[0], Binding::atom);
      return zh_ ? date + " " + kw(L::FULL_YEARS_TO_NOW) : kw(L::FULL_YEARS_SINCE) + " " + date;
    }
    case Op::is_weekday:
      return binary(e, kw(L::IS));
    case Op::contains:
      return binary(e, kw(L::CONTAINS));
    case Op::lacks:
      return binary(e, kw(L::LACKS));
    case Op::contains_any:
      return expression(*a[0]) + " " + kw(L::CONTAINS_ANY) + " " + searched(*a[1]);
    case Op::contains_all:
      return expression(*a[0]) + " " + kw(L::CONTAINS_ALL) + " " + searched(*a[1]);
    case Op::percents_of:
      return said(L::PERCENTS_OF, L::SAID_PERCENTS);
    case Op::amounts_of:
      return said(L::AMOUNTS_OF, L::SAID_AMOUNTS);
    case Op::dates_of:
      return said(L::DATES_OF, L::SAID_DATES);
    case Op::durations_of:
      return said(L::DURATIONS_OF, L::SAID_DURATIONS);
    case Op::window:
      return window(e);
    case Op::same_question:
      return kw(L::THE_SAME_QUESTION) + " " + kw(L::AT_LEAST) + " " + expression(*a[0]);
  }
  return {};
}

}  // namespace caveat::syntax
