#include <CaveatGrammar.h>

#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/lower.h"

namespace caveat::syntax {

using P = CaveatGrammar;

ExprPtr Lowering::make(Op op, Span span) {
  auto e = std::make_unique<Expr>();
  e->op = op;
  e->span = span;
  return e;
}

ExprPtr Lowering::make(Op op, Span span, ExprPtr a) {
  auto e = make(op, span);
  e->args.push_back(std::move(a));
  return e;
}

ExprPtr Lowering::make(Op op, Span span, ExprPtr a, ExprPtr b) {
  auto e = make(op, span, std::move(a));
  e->args.push_back(std::move(b));
  return e;
}

ExprPtr Lowering::condition(Node node) {
  const bool chain_and = node.has(P::AND), chain_or = node.has(P::OR);
  if (!chain_and && !chain_or) return term(node.first());
  auto e = make(chain_and ? Op::and_ : Op::or_, node.span());
  std::size_t members = 0;
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is_token()) continue;
    if (++members <= limits_.chain_terms) e->args.push_back(term(n));
  }
  check_chain(members, node.span());
  const Expr& opener = *e->args.front();
  if (opener.op == Op::not_ && node.first().has(P::NOT) && !opener.args.front()->bracketed) {
    const Span whole = node.span();
    const Span one = opener.args.front()->span;
    complain(codes::kNotOpensChain,
             {whole.source, whole.begin, whole.begin + (node.first().token().end - node.first().token().begin)}, {},
             "put brackets round what it denies: not (" + text_of(one) + ")",
             "请给被否定的部分加括号：非（" + text_of(one) + "）",
             {{one, is_ascii(text_of(one)) ? "(" + text_of(one) + ")" : "（" + text_of(one) + "）"}});
  }
  return e;
}

ExprPtr Lowering::term(Node node) {
  Node n = node.first();
  const bool negated = n.is_token();
  if (negated) n = n.next();
  ExprPtr e;
  if (n.is(P::RuleAny_in_list)) {
    e = any_in_list(n);
  } else if (n.is(P::RuleWindow)) {
    e = window(n);
  } else {
    e = comparison(n);
  }
  return negated ? make(Op::not_, node.span(), std::move(e)) : std::move(e);
}

ExprPtr Lowering::comparison(Node node) {
  const Node subject = node.first();
  ExprPtr e = sum(subject);
  const Node rest = subject.next();
  if (!rest) return e;
  ExprPtr whole = tail(rest, std::move(e));
  whole->span = node.span();
  return whole;
}

ExprPtr Lowering::list(Node node, std::size_t member_rule) {
  auto e = make(Op::list, node.span());
  std::size_t members = 0;
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(member_rule)) continue;
    if (++members > limits_.chain_terms) continue;
    e->args.push_back(member_rule == P::RuleSearched_item ? searched_item(n) : sum(n));
  }
  check_chain(members, node.span());
  return e;
}

ExprPtr Lowering::searched_item(Node node) {
  const Node n = node.first();
  return n.is_token() ? text_value(n) : path_value(n);
}

namespace {

// `is before 12 months ago`, `is less than 12 months ago`: held against a length, and which way is said by the word. A
// literal where the word is one that stands before a length and “ago”.
Op moved_past(std::string_view word, int type) {
  const auto says = [&](std::string_view en, std::string_view zh) {
    return word.find(en) != std::string_view::npos || word.find(zh) != std::string_view::npos;
  };
  const bool inverts = says("not ", "不");
  if (says("before", "早于")) return inverts ? Op::within_last : Op::more_than_ago;
  if (says("after", "晚于")) return inverts ? Op::at_least_ago : Op::within_last;
  // A date that is above another is the later one: only `more than`, `at most` and their like speak of the length.
  if (type == P::SIGN_GT || type == P::SIGN_GE) return Op::within_last;
  if (type == P::SIGN_LT) return Op::more_than_ago;
  if (type == P::SIGN_LE) return Op::at_least_ago;
  if (says("above", "高于") || says("greater", "大于")) return inverts ? Op::at_least_ago : Op::within_last;
  if (says("below", "低于") || says("smaller", "小于")) return inverts ? Op::within_last : Op::more_than_ago;
  // Words of habit, which are read as `above`: nobody says them of a later date.
  if (says("over", "over") || says("exceeds", "exceeds")) return inverts ? Op::within_last : Op::more_than_ago;
  const bool below = type == P::LT || type == P::FEWER_THAN || type == P::LE || type == P::AT_MOST;
  return below ? Op::within_last : Op::literal;
}

// What the same words mean of the length instead: `above 15 days ago`, 大于 15日前 may be said of what is longer past. A literal
// where a word speaks of one of the two only.
Op further_back(std::string_view word, int type) {
  if (type == P::SIGN_GT) return Op::more_than_ago;
  if (type == P::SIGN_GE) return Op::at_least_ago;
  if (type == P::SIGN_LT || type == P::SIGN_LE) return Op::within_last;
  const auto says = [&](std::string_view part) { return word.find(part) != std::string_view::npos; };
  const bool inverts = says("not ") || says("不");
  if (says("above") || says("greater") || says("高于") || says("大于"))
    return inverts ? Op::within_last : Op::more_than_ago;
  if (says("below") || says("smaller") || says("低于") || says("小于"))
    return inverts ? Op::at_least_ago : Op::within_last;
  return Op::literal;
}

// Of a date that lies behind another, and not of a length.
bool says_moment(std::string_view word) {
  return word.find("before") != std::string_view::npos || word.find("早于") != std::string_view::npos ||
         word.find("below") != std::string_view::npos || word.find("低于") != std::string_view::npos;
}

}  // namespace

ExprPtr Lowering::tail(Node node, ExprPtr subject) {
  const Span span = {source_, subject->span.begin, node.span().end};
  const Node head = node.first();
  std::vector<Node> sums, numbers;
  for (Node n = head; n; n = n.next()) {
    if (n.is(P::RuleSum)) sums.push_back(n);
    if (n.is(P::RuleNumber)) numbers.push_back(n);
  }
  if (!numbers.empty()) {  // 客户.年龄 60周岁以上: what it is goes without saying
    if (numbers.size() == 2) {
      auto e = make(Op::between, span, std::move(subject), number_value(numbers[0]));
      e->args.push_back(number_value(numbers[1]));
      return e;
    }
    ExprPtr number = number_value(numbers[0]);
    return make(node.has(P::OR_MORE) ? Op::ge : Op::le, span, std::move(subject), std::move(number));
  }
  const auto binary = [&](Op op) { return make(op, span, std::move(subject), sum(sums.at(0))); };
  const auto negated = [&](ExprPtr e) { return make(Op::not_, span, std::move(e)); };
  if (node.has(P::AGO) && !sums.empty()) {
    const std::string word = written(head);
    if (const auto meant = moved_past(word, head.type()); meant != Op::literal) {
      const std::string length = written(sums.front()), whose = text_of(subject->span);
      const bool english = !written(node).ends_with("前");  // a sign says nothing of the language
      std::string_view before = bytes_.substr(0, subject->span.begin);
      while (before.ends_with(' ')) before.remove_suffix(1);
      const bool negated_already = before.ends_with("not") || before.ends_with("非");
      std::string shown;
      std::vector<Fix> fixes;
      // Less than a length ago leaves out the day that is as long ago; no comparison says that, but the negation of one.
      const auto offer = [&](Op reading, bool less) {
        std::string instead;
        if (reading == Op::within_last && less)
          instead = english ? "not (" + whose + " is at least " + length + " ago)"
                            : "非（" + whose + " 距今 不少于 " + length + "）";
        else if (reading == Op::within_last)
          instead = english ? "is within the last " + length : "距今 不超过" + length;
        else if (reading == Op::more_than_ago)
          instead = english ? "is more than " + length + " ago" : "距今 超过" + length;
        else
          instead = english ? "is at least " + length + " ago" : "距今 不少于" + length;
        shown += (shown.empty() ? "“" : english ? " or “" : "或“") + instead + "”";
        if (reading != Op::within_last || !less)
          fixes.push_back({node.span(), instead});
        else if (!negated_already)
          fixes.push_back({span, instead});
      };
      const bool strict = head.type() == P::LT || head.type() == P::FEWER_THAN;
      offer(meant, strict && !says_moment(word));
      std::string help_en, help_zh;
      if (const auto back = further_back(word, head.type()); back != Op::literal) {
        offer(back, strict || head.type() == P::SIGN_LT);
        help_en =
            "the greater of two dates is the later one, the greater of two lengths reaches further back: say which";
        help_zh = "日期大的较晚，时长大的较久远：请写明是哪一种";
      }
      complain(codes::kUnexpected, node.span(), {"“" + written(node) + "”", shown}, std::move(help_en),
               std::move(help_zh), std::move(fixes));
      return binary(meant);
    }
  }
  switch (head.type()) {
    case P::IS:
    case P::EQUALS: {
      if (node.has(P::OR_MORE)) return binary(Op::ge);
      if (node.has(P::OR_LESS) || node.has(P::INSIDE)) return binary(Op::le);
      if (sums.size() == 2) {
        auto e = make(Op::between, span, std::move(subject), sum(sums[0]));
        e->args.push_back(sum(sums[1]));
        return e;
      }
      ExprPtr right = sum(sums.at(0));
      if (right->op == Op::literal && right->literal.kind == LiteralKind::weekday) {
        return make(Op::is_weekday, span, std::move(subject), std::move(right));
      }
      return make(Op::eq, span, std::move(subject), std::move(right));
    }
    case P::IS_NOT:
    case P::SIGN_NE:
      return binary(Op::ne);
    case P::GE:
    case P::SIGN_GE:
    case P::AT_LEAST:
      return binary(node.has(P::AGO) ? Op::at_least_ago : Op::ge);
    case P::LE:
    case P::SIGN_LE:
    case P::AT_MOST:
      return binary(Op::le);
    case P::GT:
    case P::SIGN_GT:
    case P::MORE_THAN:
    case P::AFTER:
      return binary(node.has(P::AGO) ? Op::more_than_ago : Op::gt);
    case P::LT:
    case P::SIGN_LT:
    case P::FEWER_THAN:
      return binary(Op::lt);
    case P::BETWEEN: {
      const Node zone = node.child(P::RuleZone);
      const bool clock = subject->op == Op::now;
      if (zone && !clock) {
        complain(codes::kUnexpected, zone.span(),
                 {"“" + written(zone) + "”", Both{"“now” before “is between” with a zone", "时区只与“此刻”同用"}});
      }
      if (clock) {
        auto e = make(Op::now_between, span, sum(sums.at(0)), sum(sums.at(1)));
        if (zone) e->args.push_back(searched_item(zone));
        // 按 «时区»，此刻 …: the zone came first and rode on the subject
        if (!subject->args.empty()) e->args.push_back(std::move(subject->args.front()));
        return e;
      }
      auto e = make(Op::between, span, std::move(subject), sum(sums.at(0)));
      e->args.push_back(sum(sums.at(1)));
      return e;
    }
    case P::IS_ONE_OF:
      return make(Op::one_of, span, std::move(subject), list(node.child(P::RuleItems), P::RuleSum));
    case P::IS_NONE_OF:
      return make(Op::none_of_list, span, std::move(subject), list(node.child(P::RuleItems), P::RuleSum));
    case P::INCLUDES:
      return binary(Op::includes);
    case P::NOT_INCLUDES:
      return negated(binary(Op::includes));
    case P::INCLUDES_ANY:
      return make(Op::includes_any, span, std::move(subject), list(node.child(P::RuleItems), P::RuleSum));
    case P::INCLUDES_ALL:
      return make(Op::includes_all, span, std::move(subject), list(node.child(P::RuleItems), P::RuleSum));
    case P::IS_EMPTY:
      return make(Op::is_empty, span, std::move(subject));
    case P::IS_NOT_EMPTY:
      return negated(make(Op::is_empty, span, std::move(subject)));
    case P::IS_KNOWN:
      return make(Op::is_known, span, std::move(subject));
    case P::IS_UNKNOWN:
    case P::UNKNOWN:
      return make(Op::is_unknown, span, std::move(subject));
    case P::DIFFERS_FROM:
    case P::WITH: {
      auto e = make(Op::differs_by_more, span, std::move(subject), sum(sums.at(0)));
      e->args.push_back(sum(sums.at(1)));
      return e;
    }
    case P::AGO_FROM_NOW:
      if (node.has(P::GT)) return binary(Op::more_than_ago);
      return binary(node.has(P::GE) ? Op::at_least_ago : Op::within_last);
    case P::WITHIN_LAST:
      return make(Op::within_last, span, std::move(subject), duration_or_path(node.child(P::RuleDuration_slot)));
    case P::WITHIN_NEXT:
    case P::IN_NEXT:
      return make(Op::within_next, span, std::move(subject), duration_or_path(node.child(P::RuleDuration_slot)));
    case P::IS_WORKING_DAY:
      return make(Op::is_working_day, span, std::move(subject));
    case P::IS_NOT_WORKING_DAY:
      return negated(make(Op::is_working_day, span, std::move(subject)));
    case P::CONTAINS:
    case P::LACKS: {
      const Node searched = node.child(P::RuleSearched);
      std::vector<Node> found;
      Node distance;
      for (Node n = searched.first(); n; n = n.next()) {
        if (n.is(P::RuleSearched_item)) found.push_back(n);
        if (n.is(P::RuleSum)) distance = n;
      }
      ExprPtr e;
      if (found.size() == 2) {
        e = make(Op::contains_near, span, std::move(subject), searched_item(found[0]));
        e->args.push_back(searched_item(found[1]));
        e->args.push_back(sum(distance));
        return head.type() == P::LACKS ? negated(std::move(e)) : std::move(e);
      }
      return make(head.type() == P::LACKS ? Op::lacks : Op::contains, span, std::move(subject),
                  searched_item(found.at(0)));
    }
    case P::CONTAINS_ANY:
    case P::CONTAINS_ALL:
    case P::CLAIMS:
    case P::CLAIMS_ANY:
    case P::NOT_CLAIMS:
    case P::NOT_CLAIMS_ANY: {
      ExprPtr items = list(node.child(P::RuleSearched_items), P::RuleSearched_item);
      Op op = Op::claims_any;
      if (head.type() == P::CONTAINS_ANY) op = Op::contains_any;
      if (head.type() == P::CONTAINS_ALL) op = Op::contains_all;
      if ((head.type() == P::CLAIMS || head.type() == P::NOT_CLAIMS) && items->args.size() == 1) {
        op = Op::claims;
        ExprPtr only = std::move(items->args.front());
        items = std::move(only);
      }
      ExprPtr e = make(op, span, std::move(subject), std::move(items));
      return head.type() == P::NOT_CLAIMS || head.type() == P::NOT_CLAIMS_ANY ? negated(std::move(e)) : std::move(e);
    }
    case P::MATCHES:
    case P::NOT_MATCHES: {
      const Node pattern = node.token_child(P::PATTERN);
      auto right = make(Op::literal, pattern.span());
      right->literal.kind = LiteralKind::regex;
      const std::string typed = written(pattern);
      for (std::size_t i = 1; i + 1 < typed.size(); ++i) {
        if (typed[i] == '\\' && typed[i + 1] == '/' && i + 2 < typed.size()) continue;  // \/ is the slash
        right->literal.text += typed[i];
      }
      ExprPtr e = make(Op::matches, span, std::move(subject), std::move(right));
      return head.type() == P::NOT_MATCHES ? negated(std::move(e)) : std::move(e);
    }
    case P::MENTIONS:
    case P::NOT_MENTIONS: {
      const Node mentioned = node.child(P::RuleMentioned);
      std::vector<Node> paths;
      for (Node n = mentioned.first(); n; n = n.next()) {
        if (n.is(P::RulePath)) paths.push_back(n);
      }
      ExprPtr e;
      if (mentioned.has(P::CLASS_INFO)) {
        e = make(Op::mentions_class, span, std::move(subject), path_value(paths.at(0)));
      } else if (mentioned.has(P::EXCEPT)) {  // 提及 «x» 以外的 «d»
        e = make(Op::mentions, span, std::move(subject), path_value(paths.at(1)));
        e->args.push_back(path_value(paths.at(0)));
      } else {
        e = make(Op::mentions, span, std::move(subject), path_value(paths.at(0)));
        if (paths.size() == 2) e->args.push_back(path_value(paths[1]));
      }
      return head.type() == P::NOT_MENTIONS ? negated(std::move(e)) : std::move(e);
    }
    case P::MENTIONS_ANY_OF_CLASS:
    case P::NOT_MENTIONS_ANY_OF_CLASS: {
      const Node name = node.child(P::RuleName);
      Path class_path;
      class_path.parts.push_back(word(name));
      class_path.span = name.span();
      ExprPtr e = make(Op::mentions_class, span, std::move(subject), path_value(std::move(class_path)));
      return head.type() == P::NOT_MENTIONS_ANY_OF_CLASS ? negated(std::move(e)) : std::move(e);
    }
    default: {  // «L» 中 存在 «h» 满足（…）
      Op op = Op::any_in;
      if (node.has(P::NOT_EXISTS)) op = Op::no_in;
      if (node.has(P::EACH)) op = Op::every_in;
      const Node condition_node = node.child(P::RuleSatisfies).child(P::RuleComparison);
      auto e = make(op, span, std::move(subject), comparison(condition_node));
      e->variable = word(node.child(P::RuleName));
      return e;
    }
  }
}

ExprPtr Lowering::any_in_list(Node node) {
  Op op = Op::any_in;
  if (node.has(P::EVERY)) op = Op::every_in;
  if (node.has(P::NO)) op = Op::no_in;
  auto e = make(op, node.span(), sum(node.child(P::RuleSum)), comparison(node.child(P::RuleComparison)));
  e->variable = word(node.child(P::RuleName));
  return e;
}

ExprPtr Lowering::window(Node node) {
  if (node.type() == P::THE_SAME_QUESTION) {
    ExprPtr count = sum(node.child(P::RuleSum));
    const bool times =
        count->op == Op::literal && (count->literal.kind == LiteralKind::number || count->literal.unit == "time");
    if (count->op != Op::path && !times) {
      complain(codes::kWrongUnit, count->span, {text_of(count->span), Both{"a number of times", "次数"}});
    }
    return make(Op::same_question, node.span(), std::move(count));
  }
  auto e = make(Op::window, node.span());
  e->window = std::make_unique<Window>();
  Window& w = *e->window;
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is(P::RuleSum)) w.count = sum(n);
    if (n.is(P::RuleName)) w.event = word(n);
    if (n.is(P::RuleDuration_slot)) w.within = duration_or_path(n);
    if (n.is(P::RuleWindow_where)) e->args.push_back(comparison(n.child(P::RuleComparison)));
    if (n.is(P::RuleWindow_count)) {
      const Node number = n.child(P::RuleNumber);
      w.count = number ? number_value(number) : path_value(n.child(P::RulePath));
      if (const Node unit = n.token_child(P::WORD); unit && written(unit) != "次") {
        complain(codes::kUnexpected, unit.span(), {"“" + written(unit) + "”", "“次”"});
      }
    }
    if (n.is(P::RuleWindow_scope)) {
      if (n.type() == P::FOR_THIS_CUSTOMER) w.scope = Window::Scope::customer;
      if (n.type() == P::ACROSS_CUSTOMERS) w.scope = Window::Scope::across_customers;
    }
    if (!n.is_token()) continue;
    switch (n.type()) {
      case P::GE:
      case P::AT_LEAST:
        w.comparison = Op::ge;
        break;
      case P::GT:
      case P::MORE_THAN:
        w.comparison = Op::gt;
        break;
      case P::LE:
      case P::AT_MOST:
        w.comparison = Op::le;
        break;
      case P::LT:
      case P::FEWER_THAN:
        w.comparison = Op::lt;
        break;
      case P::THIS_CUSTOMER:
        w.scope = Window::Scope::customer;
        break;
      case P::ALL_CUSTOMERS:
        w.scope = Window::Scope::across_customers;
        break;
      case P::SAME_DAY:
      case P::ON_THE_SAME_DAY:
        w.same_day = true;
        break;
      default:
        break;
    }
  }
  if (w.count->op == Op::literal && w.count->literal.kind == LiteralKind::counted &&
      w.count->literal.unit == "time") {  // 3 次 is 3
    w.count->literal.kind = LiteralKind::number;
    w.count->literal.unit.clear();
  }
  if (w.count->op != Op::path && (w.count->op != Op::literal || w.count->literal.kind != LiteralKind::number)) {
    complain(codes::kWrongUnit, w.count->span, {text_of(w.count->span), Both{"a number or a parameter", "数或参数"}});
  }
  return e;
}

ExprPtr Lowering::sum(Node node) {
  ExprPtr e;
  int sign = 0;
  std::size_t members = 0;
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is_token()) {
      sign = n.type();
      continue;
    }
    if (++members > limits_.chain_terms) continue;  // each one nests the tree once more
    ExprPtr right = product(n);
    e = e ? make(sign == P::PLUS ? Op::add : Op::sub, {source_, node.span().begin, n.span().end}, std::move(e),
                 std::move(right))
          : std::move(right);
  }
  check_chain(members, node.span());
  rounding_in_brackets(node);
  return e;
}

// a * b rounded to 2 digits: `rounded to` binds to b alone, and who writes it means the whole. The readings are offered
// where it stands first: each holds the text before it, and a sum may be long.
void Lowering::rounding_in_brackets(Node sum) {
  const std::uint32_t begin = sum.span().begin;
  bool offered = false;
  const auto look_at = [&](Node product, Node share) {
    std::uint32_t before = share.first().span().end;  // where that ends which is rounded
    for (Node tail = share.first().next(); tail; before = tail.span().end, tail = tail.next()) {
      if (tail.type() != P::ROUNDED_TO) continue;
      const std::string words = written(tail);
      const bool full_width = !is_ascii(written(tail.first()));
      const auto in_brackets = [&](const std::string& text) {
        return full_width ? "（" + text + "）" : "(" + text + ")";
      };
      const auto text = [&](std::uint32_t from, std::uint32_t to) { return text_of({source_, from, to}); };
      const std::uint32_t end = tail.span().end, factors = product.span().begin, own = share.span().begin;
      std::vector<Fix> fixes;
      if (!offered) {
        fixes.push_back({{source_, begin, end}, in_brackets(text(begin, before)) + " " + words});
        if (factors != begin && factors != own)
          fixes.push_back({{source_, factors, end}, in_brackets(in_brackets(text(factors, before)) + " " + words)});
        fixes.push_back({{source_, own, end}, in_brackets(text(own, end))});
      }
      complain(codes::kRoundingUnclear, tail.span(), {words}, "put brackets round what belongs together",
               "请给应在一起的部分加括号", std::move(fixes));
      offered = true;
      return;
    }
  };
  for (Node product = sum.first(); product; product = product.next())
    for (Node share = product.first(); share; share = share.next())
      if (share.is(P::RuleShare) && share.span().begin != begin) look_at(product, share);
}

ExprPtr Lowering::product(Node node) {
  ExprPtr e;
  int sign = 0;
  std::size_t members = 0;
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is_token()) {
      sign = n.type();
      continue;
    }
    if (++members > limits_.chain_terms) continue;
    ExprPtr right = share(n);
    e = e ? make(sign == P::TIMES ? Op::mul : Op::div, {source_, node.span().begin, n.span().end}, std::move(e),
                 std::move(right))
          : std::move(right);
  }
  check_chain(members, node.span());
  return e;
}

ExprPtr Lowering::share(Node node) {
  const Node first = node.first();
  ExprPtr e = operand(first);
  std::size_t members = 0;
  for (Node n = first.next(); n; n = n.next()) {
    if (++members > limits_.chain_terms) continue;
    const Span span = {source_, node.span().begin, n.span().end};
    switch (n.type()) {
      case P::OF_SHARE: {  // X 的 20%, X 的 4倍, X 的 入口比例
        if (const Node named = n.child(P::RuleAtom)) {
          ExprPtr part = atom(named);
          if (part->op == Op::now && e->op == Op::path) {  // 客户.时区 的 此刻
            const std::string meant = "按 " + text_of(e->span) + "，此刻";
            complain(codes::kUnexpected, span, {"“" + text_of(span) + "”", "“" + meant + "”"}, {}, {}, {{span, meant}});
            part->args.push_back(std::move(e));
            part->span = span;
            e = std::move(part);
            break;
          }
          if (part->op != Op::path && !part->bracketed)
            complain(codes::kWrongUnit, part->span,
                     {text_of(part->span), Both{"a share such as 20 %", "比例，如 20% 或 4倍"}});
          e = make(Op::share_of, span, std::move(part), std::move(e));
          break;
        }
        ExprPtr part = number_value(n.child(P::RuleNumber));
        const bool percent = part->literal.kind == LiteralKind::percent;
        if (!percent && (part->literal.kind != LiteralKind::number || !n.child(P::RuleNumber).has(P::COUNT_UNIT))) {
          complain(codes::kWrongUnit, part->span,
                   {text_of(part->span), Both{"a share such as 20 %", "比例，如 20% 或 4倍"}});
        }
        e = make(percent ? Op::share_of : Op::mul, span, std::move(part), std::move(e));
        break;
      }
      case P::AS_PERCENT_OF:
      case P::SHARE_IN:
        e = make(Op::as_percent_of, span, std::move(e), operand(n.child(P::RuleOperand)));
        break;
      case P::ROUNDED_TO: {
        const Node slot = n.child(P::RuleSum_slot);
        const Node number = slot.child(P::RuleNumber);
        e = make(Op::rounded, span, std::move(e), number ? number_value(number) : path_value(slot.child(P::RulePath)));
        break;
      }
      case P::FULL_YEARS_TO_NOW:
        e = make(Op::full_years_since, span, std::move(e));
        break;
      default: {
        Op op = Op::percents_of;
        if (n.type() == P::SAID_AMOUNTS) op = Op::amounts_of;
        if (n.type() == P::SAID_DATES) op = Op::dates_of;
        if (n.type() == P::SAID_DURATIONS) op = Op::durations_of;
        e = make(op, span, std::move(e));
        if (const Node near = n.token_child(P::TEXT)) e->args.push_back(text_value(near));
        break;
      }
    }
  }
  check_chain(members, node.span());
  return e;
}

ExprPtr Lowering::operand(Node node) {
  Node n = node.first();
  const bool minus = n.is_token();
  if (minus) n = n.next();
  ExprPtr e;
  Node of = n.next();
  if (of) of = of.next();  // behind the word
  e = n.is(P::RuleNumber) ? number_value(n) : atom(n);
  if (of) {
    const bool half = e->op == Op::path && e->path.parts.size() == 1 && e->path.parts.front().text == "half";
    if (half) {  // half of customer.income
      complain(codes::kUnexpected, e->span, {"“half”", "“50 %”"}, {}, {}, {{e->span, "50 %"}});
      e->op = Op::literal;
      e->literal.kind = LiteralKind::percent;
      e->literal.number = Decimal(50);
      e->literal.unit = "%";
    }
    // A share: 20 %, or a parameter or fact that holds one.
    const bool share =
        e->op == Op::literal ? e->literal.kind == LiteralKind::percent : e->op == Op::path || e->bracketed;
    if (!share) {
      complain(codes::kWrongUnit, e->span, {text_of(e->span), Both{"a share such as 20 %", "比例，如 20%"}});
    }
    e = make(Op::share_of, node.span(), std::move(e), atom(of));
  }
  if (!minus) return e;
  if (e->op == Op::literal && e->literal.kind != LiteralKind::text) {
    e->literal.number = e->literal.number.negated();
    e->span = node.span();
    return e;
  }
  return make(Op::neg, node.span(), std::move(e));
}

ExprPtr Lowering::path_value(Node path_node) { return path_value(path(path_node)); }

ExprPtr Lowering::path_value(Path p) {
  const auto simple = [&](std::string_view en, std::string_view zh) {
    return p.parts.size() == 1 && (p.parts.front().text == en || p.parts.front().text == zh);
  };
  if (simple("now", "此刻")) return make(Op::now, p.span);
  if (simple("today", "今日")) return make(Op::today, p.span);
  auto e = make(Op::path, p.span);
  e->path = std::move(p);
  return e;
}

ExprPtr Lowering::atom(Node node) {
  const Node n = node.first();
  if (n.is(P::RulePath)) {
    if (n.type() == P::WEEKDAY && !n.has(P::DOT)) {
      auto e = make(Op::literal, n.span());
      e->literal.kind = LiteralKind::weekday;
      e->literal.date = weekday(n);
      return e;
    }
    return path_value(n);
  }
  auto e = make(Op::literal, node.span());
  switch (n.type()) {
    case P::TEXT:
      return text_value(n);
    case P::DATE:
    case P::DATE_WORDS:
      e->literal.kind = LiteralKind::date;
      e->literal.date = day(n);
      return e;
    case P::INSTANT:
      instant(n.span(), e->literal);
      return e;
    case P::TIME:
      e->literal.kind = LiteralKind::time_of_day;
      e->literal.text = nfkc(written(n));
      e->literal.seconds_of_day = seconds_of_day(n);
      return e;
    case P::YES:
      e->literal.kind = LiteralKind::yes;
      return e;
    case P::NO:
      e->literal.kind = LiteralKind::no;
      return e;
    case P::ANY:
      e->op = Op::any_value;
      return e;
    case P::LPAREN: {
      ExprPtr inner = condition(node.child(P::RuleCondition));
      inner->bracketed = true;
      return inner;
    }
    case P::ALL_OF:
    case P::ANY_OF:
    case P::NONE_OF:
    case P::AT_LEAST_OF:
    case P::AT_LEAST: {
      e->op = Op::all_of;
      if (n.type() == P::ANY_OF) e->op = Op::any_of;
      if (n.type() == P::NONE_OF) e->op = Op::none_of;
      std::size_t members = 0;
      for (Node c = n.next(); c; c = c.next()) {
        if (c.is(P::RuleNumber_or_name)) {
          e->op = Op::at_least_of;
          if (const Node number = c.token_child(P::NUMBER)) {
            auto least = make(Op::literal, c.span());
            least->literal.kind = LiteralKind::number;
            least->literal.number = decimal(number);
            e->args.push_back(std::move(least));
          } else {
            Path p;
            p.parts.push_back(word(c.child(P::RuleName)));
            p.span = c.span();
            e->args.push_back(path_value(std::move(p)));
            // 至少满足 上限 项（…）: the unit that a number has
            if (const Node unit = c.token_child(P::WORD); unit && written(unit) != "项")
              complain(codes::kUnexpected, unit.span(), {"“" + written(unit) + "”", "“项”"});
          }
        }
        if (c.is(P::RuleCondition) && ++members <= limits_.chain_terms) e->args.push_back(condition(c));
      }
      check_chain(members, node.span());
      return e;
    }
    case P::COUNT_OF:
      return aggregate(Op::count_of, node);
    case P::SUM_OF:
      return aggregate(Op::sum_of, node);
    case P::HIGHEST_OF:
      return aggregate(Op::highest_of, node);
    case P::LOWEST_OF:
      return aggregate(Op::lowest_of, node);
    case P::FULL_YEARS_SINCE:
      return make(Op::full_years_since, node.span(), atom(node.child(P::RuleAtom)));
    case P::BY_KEY: {  // 按 «时区»，此刻 …: the zone rides on `now` until the comparison takes it
      ExprPtr zone = searched_item(node.child(P::RuleZone));
      ExprPtr subject = atom(node.child(P::RuleAtom));
      if (subject->op != Op::now) {
        complain(codes::kUnexpected, subject->span, {"“" + text_of(subject->span) + "”", "“此刻”"});
      } else {
        subject->args.push_back(std::move(zone));
      }
      return subject;
    }
    default: {  // percents of answer near "…"
      e->op = Op::percents_of;
      if (n.type() == P::AMOUNTS_OF) e->op = Op::amounts_of;
      if (n.type() == P::DATES_OF) e->op = Op::dates_of;
      if (n.type() == P::DURATIONS_OF) e->op = Op::durations_of;
      e->args.push_back(path_value(node.child(P::RulePath)));
      if (const Node near = node.token_child(P::TEXT)) e->args.push_back(text_value(near));
      return e;
    }
  }
}

// count of (e for h in L where …): args value, list, condition?; count of (L): args list.
ExprPtr Lowering::aggregate(Op op, Node node) {
  auto e = make(op, node.span());
  const Node inner = node.child(P::RuleAggregate);
  for (Node n = inner.first(); n; n = n.next()) {
    if (n.is(P::RuleSum)) e->args.push_back(sum(n));
    if (n.is(P::RuleComparison)) e->args.push_back(comparison(n));
    if (n.is(P::RuleName)) e->variable = word(n);
  }
  return e;
}

}  // namespace caveat::syntax
