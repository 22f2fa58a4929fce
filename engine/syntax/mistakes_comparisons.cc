// Comparisons in the words of speech, of statutes and of programs: what is held against what.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/syntax/clock.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

}  // namespace

// 达到 3次以上: the bound is said once, by the word before or by that behind.
// 早于 2026年3月1日以前: so is the side of a day.
std::optional<Complaint> Explainer::said_with_its_bound() {
  if (at_ > 1 && at_ < count_ && (type(at_ - 1) == P::DATE || type(at_ - 1) == P::DATE_WORDS)) {
    const std::string tail = text(at_), word = text(at_ - 2);
    const bool before = word == "早于" && (tail == "以前" || tail == "之前" || tail == "前");
    const bool after = word == "晚于" && (tail == "以后" || tail == "之后" || tail == "后");
    if (before || after) {
      Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + tail + "”", expected()}};
      c.help = Both{"the bound is said already: leave it out", "“" + word + "”已含此意：请删去"};
      c.fixes.push_back({c.span, ""});
      return c;
    }
  }
  const bool up = type(at_) == P::OR_MORE;
  if (!up && type(at_) != P::OR_LESS && type(at_) != P::INSIDE) return std::nullopt;
  const std::size_t begin = comparison_begin(at_);
  for (std::size_t i = at_; i-- > begin;) {
    const bool same = up ? type(i) == P::GE || type(i) == P::AT_LEAST : type(i) == P::LE || type(i) == P::AT_MOST;
    const bool other = type(i) == P::GT || type(i) == P::LT || type(i) == P::MORE_THAN || type(i) == P::FEWER_THAN;
    if (!same && !other) continue;
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
    if (same) {
      c.help = Both{"the bound is said already: leave it out", "“" + text(i) + "”已含此意：请删去"};
      c.fixes.push_back({c.span, ""});
    } else {  // 超过 3次以上: with the bound or without it, the author has to say
      c.help = Both{"“" + text(i) + "” leaves the bound out and “" + text(at_) + "” includes it: keep one",
                    "“" + text(i) + "”不含本数，“" + text(at_) + "”含本数：请只写其一"};
    }
    return c;
  }
  return std::nullopt;
}

// 客户.职业 是 学生, 是学生: 是 is the value “yes” and never compares.
std::optional<Complaint> Explainer::is_of_habit() {
  if (at_ >= count_ || at_ == 0 || !expects(P::IS)) return std::nullopt;
  const std::string found = text(at_);
  constexpr std::string_view kYes = "是";
  if (!found.starts_with(kYes) || found.starts_with("是否") || found.starts_with("是不")) return std::nullopt;
  std::string rest = found.substr(kYes.size());
  const bool of_fact = comparison_begin(at_) > 0 || type(0) == P::EXAMPLE;  // 词表 承诺 是: what it is follows
  const bool alone =
      rest.empty() && of_fact && (bounds_conditions(at_ + 1) || type(at_ + 1) == P::RPAREN || begins_line(at_ + 1));
  if (alone) rest = kYes;  // 客户.贵宾 是
  if (rest.empty() && at_ + 1 < count_ && text(at_ + 1) == "工作日") return offering(at_, at_ + 1, {"为 工作日"});
  const std::string meant = rest.empty() ? "为" : "为 " + rest;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(at_, at_), meant});
  return c;
}

// 在 60 到 80 之间, 现在 在 22:00 到 8:00 之间
std::optional<Complaint> Explainer::in_between() {
  if (at_ >= count_ || at_ == 0 || text(at_) != "在" || !expects(P::IS)) return std::nullopt;
  constexpr std::array<std::string_view, 8> kJoints = {"到", "至", "和", "与", "及", "~", "-", "－"};
  std::size_t joint = 0;
  for (std::size_t i = at_ + 2; i < count_ && i < at_ + 12 && !bounds_conditions(i); ++i) {
    const bool joins = type(i) == P::RANGE || std::find(kJoints.begin(), kJoints.end(), text(i)) != kJoints.end();
    if (joint == 0 && joins) joint = i;
    if (text(i) != "之间") continue;
    if (joint == 0 || i < joint + 2) return std::nullopt;
    const bool clock = text(at_ - 1) == "现在" && (at_ == 1 || type(at_ - 2) != P::DOT);
    const std::size_t first = clock ? at_ - 1 : at_;
    const std::string meant = std::string(clock ? "此刻 " : "") + "介于 " + text(at_ + 1, joint - 1) + " 与 " +
                              text(joint + 1, i - 1) + " 之间";
    Complaint c{&codes::kUnexpected, span(first, i), {"“" + text(first, i) + "”", "“" + meant + "”"}};
    c.fixes.push_back({span(first, i), meant});
    return c;
  }
  return std::nullopt;
}

// 在 18-65岁, in 18-65, is within 18 and 65, is in the range 5 to 9, ranges from 50 to 100 CNY
std::optional<Complaint> Explainer::range_in_speech() {
  const auto is = [&](std::size_t at, std::initializer_list<std::string_view> words) {
    return at < count_ && std::find(words.begin(), words.end(), text(at)) != words.end();
  };
  const auto behind_number = [&](std::size_t at) {
    const std::size_t number = type(at) == P::PARTS_OF ? at + 1 : at;
    if (type(at) == P::TIME || type(at) == P::DATE || type(at) == P::DATE_WORDS) return at + 1;
    if (type(number) != P::NUMBER) return at;
    std::size_t end = number + 1;
    while (type(end) == P::MAGNITUDE || type(end) == P::CURRENCY || type(end) == P::PERCENT ||
           type(end) == P::SHARE_UNIT || type(end) == P::COUNT_UNIT)
      ++end;
    return end;
  };
  for (std::size_t word = at_; word > 0 && at_ - word <= 2 && at_ < count_; --word) {
    if (!is(word, {"在", "in", "within", "ranges"}) || type(word - 1) == P::IS_NOT || type(word - 1) == P::NOT)
      continue;
    const std::size_t first = type(word - 1) == P::IS ? word - 1 : word;
    std::size_t low = word + 1;
    while (is(low, {"the", "range", "from", "of", "between"})) ++low;
    const std::size_t joint = behind_number(low);
    const bool joins = is(joint, {"-", "to", "and", "through", "到", "至", "与", "和", "及"}) ||
                       (type(joint) == P::RANGE && low > word + 1);  // else range_in() tells of it
    if (joint == low || !joins) continue;
    const std::size_t end = behind_number(joint + 1), closed = is(end, {"之间"}) ? end + 1 : end;
    if (end == joint + 1 || (!bounds_conditions(closed) && type(closed) != P::RPAREN)) continue;
    const std::string from = text(low, joint - 1), to = text(joint + 1, end - 1);
    return offering(
        first, closed - 1,
        {is_ascii(text(word)) ? "is between " + from + " and " + to : "介于 " + from + " 与 " + to + " 之间"});
  }
  return std::nullopt;
}

// is 60+, 客户.年龄 60+
std::optional<Complaint> Explainer::plus_for_or_more() {
  for (std::size_t i = at_ > 0 ? at_ - 1 : 0; i < count_ && i <= at_ + 4; ++i) {
    if (type(i) != P::PLUS || i == 0 || (!bounds_conditions(i + 1) && type(i + 1) != P::RPAREN)) continue;
    const int before = type(i - 1);
    if (before == P::WORD && i > 2 && type(i - 2) == P::IS)  // is high+
      return offering(i - 2, i, {(is_ascii(text(i - 2)) ? "is at least " : "不低于 ") + text(i - 1)});
    if (before != P::NUMBER && before != P::MAGNITUDE && before != P::CURRENCY && before != P::PERCENT &&
        before != P::SHARE_UNIT && before != P::TIME_UNIT && before != P::COUNT_UNIT)
      continue;
    const std::size_t begin = comparison_begin(i);
    std::size_t verb = i;
    while (verb > begin && !compares(verb)) --verb;
    const bool is = type(verb) == P::IS;
    if (!is && compares(verb)) continue;  // is at least 60+
    const bool english = speaks_english();
    const std::string meant = english ? "or more" : "以上";
    Complaint c{&codes::kUnexpected, span(i, i), {"“+”", "“" + meant + "”"}};
    c.fixes.push_back({{source_, tokens_[i - 1].end, tokens_[i].end}, (english ? " " : "") + meant});
    return c;
  }
  return std::nullopt;
}

// in 5..10, is one of 5..10, 在 5..10
std::optional<Complaint> Explainer::range_in() {
  const auto joins = [&](std::size_t at) {
    return type(at) == P::IN || type(at) == P::IS_ONE_OF || (at < count_ && text(at) == "在");
  };
  std::size_t word = type(at_) == P::NOT && joins(at_ + 1) ? at_ + 1 : at_;
  while (word > 0 && at_ - word < 4 && !joins(word) && (word == at_ || !bounds_conditions(word))) --word;
  if (!joins(word)) return std::nullopt;
  bool range = false;
  for (std::size_t i = word + 1; i < count_ && !bounds_conditions(i); ++i) {
    range |= type(i) == P::RANGE || (type(i) == P::UP_TO && type(i + 1) == P::NUMBER);
    if (type(i) == P::COMMA) return std::nullopt;  // of several, behind “is” stands none
  }
  if (!range) return std::nullopt;
  if (word > 0 && (type(word - 1) == P::IS_NOT || type(word - 1) == P::NOT)) {
    Complaint c{&codes::kUnexpected, span(word - 1, word), {"“" + text(word - 1, word) + "”", expected()}};
    c.help = Both{"a range stands behind “is”, and “not” before the whole: not (customer.age is 5..10)",
                  "范围写在“为”之后，否定写在整个条件之前：非（客户.年龄 为 5 至 10）"};
    return c;
  }
  const std::size_t first = word > 0 && type(word - 1) == P::IS ? word - 1 : word;
  const std::string is = is_ascii(text(word)) ? "is" : "为";
  Complaint c{&codes::kUnexpected, span(first, word), {"“" + text(first, word) + "”", "“" + is + "”"}};
  c.help = Both{"a range stands behind “is”", "范围写在“为”之后"};
  c.fixes.push_back({span(first, word), is});
  return c;
}

// is not between 3 and 5, 不介于 3 与 5 之间: said with a negation before the whole.
std::optional<Complaint> Explainer::negated_between() {
  for (std::size_t i = at_ >= 2 ? at_ - 2 : 0; i <= at_ && i < count_; ++i) {
    const bool english = (type(i) == P::IS_NOT || (type(i) == P::NOT && i > 0 && !bounds_conditions(i - 1))) &&
                         type(i + 1) == P::BETWEEN;
    const std::string word = english ? std::string() : text(i);
    const bool of_speech = word == "不在" || word == "未在";  // 不在 60 到 70 之间
    if (!english && word != "不介于" && word != "未介于" && !of_speech) continue;
    const std::size_t behind = english ? i + 2 : i + 1;
    const std::size_t begin = comparison_begin(i);
    std::size_t end = behind, depth = 0;
    bool second = false;  // behind the word between the two bounds
    for (; end < count_; ++end) {
      const int here = type(end);
      if (here == P::LPAREN || here == P::LBRACKET) ++depth;
      if ((here == P::RPAREN || here == P::RBRACKET) && depth-- == 0) break;
      if (depth > 0) continue;
      if (english && here == P::AND && !second) {
        second = true;
        continue;
      }
      if (bounds_conditions(end)) break;
    }
    std::size_t joint = 0;
    if (of_speech) {
      if (text(end - 1) != "之间") continue;
      for (std::size_t j = behind + 1; j + 2 < end && joint == 0; ++j)
        for (const std::string_view each : {"与", "和", "到", "至", "及"})
          if (text(j) == each) joint = j;
      if (joint == 0) continue;
    }
    Complaint c{&codes::kNegatedComparison, span(i, behind - 1), {english ? text(i + 1) : "介于"}};
    c.help = Both{"say “not” before the whole", "请在整个条件之前写“非”"};
    if (begin < i && end > behind && !(begin > 0 && type(begin - 1) == P::NOT)) {
      const std::string ends =
          joint == 0 ? text(behind, end - 1) : text(behind, joint - 1) + " 与 " + text(joint + 1, end - 1);
      std::string whole = english ? "not (" + text(begin, i - 1) + " is between " + ends + ")"
                                  : "非（" + text(begin, i - 1) + " 介于 " + ends + "）";
      // Behind these stands one comparison or a bracket.
      if (type(begin - 1) == P::WHERE || type(begin - 1) == P::EACH_SATISFIES)
        whole = english ? "(" + whole + ")" : "（" + whole + "）";
      c.fixes.push_back({span(begin, end - 1), whole});
    }
    return c;
  }
  return std::nullopt;
}

// 介于 18 和 65 之间, 介于 18 至 65 之间
std::optional<Complaint> Explainer::between_ends() {
  if (at_ >= count_ || !expects(P::WITH)) return std::nullopt;
  const std::string found = text(at_);
  if (found != "和" && found != "到" && found != "及" && type(at_) != P::UP_TO && type(at_) != P::RANGE)
    return std::nullopt;
  const std::size_t begin = comparison_begin(at_);
  std::size_t open = at_;
  while (open > begin && type(open) != P::BETWEEN && type(open) != P::WITH) --open;
  if (type(open) != P::BETWEEN || is_ascii(text(open))) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", quoted_spelling(P::WITH).zh}};
  const auto parted = [&](std::uint32_t at) { return at >= bytes_.size() || bytes_[at] == ' '; };
  const std::string before = parted(tokens_[at_].begin - 1) ? "" : " ", behind = parted(tokens_[at_].end) ? "" : " ";
  std::size_t end = at_ + 1;
  while (!ends_effect(end) && !is_clause(end) && type(end) != P::RPAREN && text(end) != "之间") ++end;
  if (end > at_ + 1 && (end == count_ || text(end) != "之间")) {  // 介于 60 至 80
    c.arguments[1] = "“与 … 之间”";
    c.span = span(at_, end - 1);
    c.arguments[0] = "“" + text(at_, end - 1) + "”";
    c.fixes.push_back({c.span, before + "与 " + text(at_ + 1, end - 1) + " 之间"});
    return c;
  }
  c.fixes.push_back({span(at_, at_), before + "与" + behind});
  return c;
}

// 介于 14-18, is between 65-99, is between 65 to 99: the ends were read as one value.
std::optional<Complaint> Explainer::between_joint() {
  if (!expects(P::WITH) && !expects(P::AND)) return std::nullopt;
  const std::size_t begin = comparison_begin(at_);
  std::size_t open = at_;
  while (open > begin && (open == at_ || type(open) != P::BETWEEN) && type(open) != P::WITH && type(open) != P::AND)
    --open;
  if (type(open) != P::BETWEEN || open + 1 >= at_) return std::nullopt;
  const bool chinese = !is_ascii(text(open));
  const std::string joint = chinese ? "与" : "and";
  if (!chinese && at_ < count_ && (text(at_) == "to" || type(at_) == P::RANGE)) {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“and”"}};
    c.fixes.push_back({c.span, "and"});
    return c;
  }
  std::size_t dash = 0;
  for (std::size_t i = open + 2; i + 1 < at_; ++i) {
    if (type(i) != P::MINUS) continue;
    if (dash != 0) return std::nullopt;  // a sum of several, and which of the signs is meant nobody knows
    dash = i;
  }
  if (dash == 0) return std::nullopt;
  const std::string low = text(open + 1, dash - 1), high = text(dash + 1, at_ - 1);
  const std::string tail = chinese && (at_ >= count_ || text(at_) != "之间") ? " 之间" : "";
  const std::string meant = low + " " + joint + " " + high + tail;
  Complaint c{&codes::kUnexpected, span(dash, dash), {"“" + text(dash) + "”", "“" + joint + "”"}};
  c.help = Both{"“-” subtracts; the two ends are written: " + text(open) + " " + meant,
                "“-”表示相减；两端写作：" + text(open) + " " + meant};
  c.fixes.push_back({span(open + 1, at_ - 1), meant});
  return c;
}

// customer.age from 65 to 99: the parser took it for the day from which the rule holds.
std::optional<Complaint> Explainer::from_to() {
  if (at_ > 0 && at_ + 3 < count_ && type(at_) == P::FROM && type(at_ - 1) == P::IS && text(at_ + 2) == "to" &&
      type(at_ + 1) == type(at_ + 3)) {  // now is from 9 to 17
    const bool of_clock = type(at_ + 1) == P::NUMBER && at_ > 1 && text(at_ - 2) == "now";
    const auto value = [&](std::size_t at) {
      const std::string written = text(at);
      return of_clock && written.size() <= 2 ? on_the_clock(std::atoi(written.c_str()), "00") : written;
    };
    return offering(at_ - 1, at_ + 3, {"is between " + value(at_ + 1) + " and " + value(at_ + 3)});
  }
  if (at_ < 2 || at_ + 2 >= count_ || type(at_ - 1) != P::FROM || begins_line(at_ - 1) || type(at_) != P::NUMBER)
    return std::nullopt;
  if (text(at_ - 1) != "from" || text(at_ + 1) != "to" || begins_line(at_ + 1)) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_ - 1, at_ + 2), {"“" + text(at_ - 1, at_ + 2) + "”", {}}};
  const std::string meant = "is between " + text(at_) + " and " + text(at_ + 2);
  c.arguments[1] = "“" + meant + "”";
  c.fixes.push_back({c.span, meant});
  return c;
}

// is 65 to 99, 为 R3 到 R5
std::optional<Complaint> Explainer::to_of_speech() {
  if (at_ < 2 || at_ + 1 >= count_ || (text(at_) != "to" && text(at_) != "through" && text(at_) != "到") ||
      !expects(P::AND))
    return std::nullopt;
  const std::size_t begin = comparison_begin(at_);
  if (begin + 2 >= at_ || begins_line(at_) || bounds_conditions(at_ + 1)) return std::nullopt;
  std::size_t is = at_ - 1;
  while (is > begin && type(is) != P::IS) --is;
  if (type(is) != P::IS || is + 1 >= at_) return std::nullopt;
  const bool english = is_ascii(text(at_));
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", english ? "“..”" : "“至”"}};
  c.fixes.push_back({c.span, english ? ".." : "至"});
  return c;
}

// 60 < customer.age < 70
std::optional<Complaint> Explainer::chained() {
  const auto sign = [&](std::size_t at) {
    return type(at) == P::SIGN_LT || type(at) == P::SIGN_LE || type(at) == P::SIGN_GT || type(at) == P::SIGN_GE;
  };
  if (at_ < 3 || !sign(at_)) return std::nullopt;
  const std::size_t begin = comparison_begin(at_);
  std::size_t first = begin;
  while (first < at_ && !sign(first)) ++first;
  if (first + 1 >= at_ || first == begin) return std::nullopt;
  const std::string middle = text(first + 1, at_ - 1), meant = text(first + 1, at_ - 1) + " ";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  const bool english = is_ascii(text(0, at_));
  const std::size_t last = std::min(comparison_end(at_), count_) - 1;
  std::string whole = text(begin, at_ - 1) + (english ? " and " : " 且 ") + middle + " " + text(at_, last);
  const bool beside_or = (begin > 0 && type(begin - 1) == P::OR) || (last + 1 < count_ && type(last + 1) == P::OR);
  if (beside_or) whole = english ? "(" + whole + ")" : "（" + whole + "）";
  c.help = Both{"each comparison has two sides: " + whole, "每个比较只有两边：" + whole};
  const std::uint32_t before = tokens_[at_ - 1].end;
  if (beside_or)
    c.fixes.push_back({span(begin, last), whole});
  else
    c.fixes.push_back({{source_, before, tokens_[at_].begin}, (english ? " and " : " 且 ") + meant});
  if (begin > 0 && type(begin - 1) == P::NOT) c.fixes.clear();  // of both, or of the first alone
  return c;
}

// is 65 or above, is 17 and below: the bound is said by one phrase.
std::optional<Complaint> Explainer::bound_behind_its_joint() {
  for (std::size_t i = at_; i > 2 && at_ - i <= 1; --i) {
    if (i >= count_ || (text(i) != "above" && text(i) != "below")) continue;
    if (type(i - 1) != P::OR && type(i - 1) != P::AND) continue;
    if (i + 1 < count_ && !bounds_conditions(i + 1) && type(i + 1) != P::RPAREN) continue;
    switch (type(i - 2)) {
      case P::NUMBER:
      case P::MAGNITUDE:
      case P::CURRENCY:
      case P::PERCENT:
      case P::SHARE_UNIT:
      case P::COUNT_UNIT:
        return offering(i - 1, i, {text(i) == "above" ? "or more" : "or less"});
      default:
        break;
    }
  }
  return std::nullopt;
}

// age is above 18 and below 65: what the second holds to is not said.
std::optional<Complaint> Explainer::fact_left_out() {
  for (std::size_t i = at_; i > 0 && at_ - i <= 6; --i) {
    const std::size_t joint = type(i - 1) == P::NOT && i > 1 ? i - 2 : i - 1;  // and not below 65
    if (type(joint) != P::AND && type(joint) != P::OR) {
      if (i < at_ && bounds_conditions(i - 1)) break;
      continue;
    }
    if (!compares(i)) break;
    // `at least 3 answers …` opens a count of events: it is none where no event follows.
    const bool no_event = i < at_ && expects(P::WORD) && (bounds_conditions(at_) || type(at_) == P::RPAREN);
    if (i != at_ && !no_event) break;
    if (joint < 1) break;
    const std::size_t begin = comparison_begin(joint - 1);
    std::size_t verb = begin;
    while (verb < joint && !compares(verb)) ++verb;
    if (verb == begin || verb >= joint || type(begin) == P::LPAREN) break;
    // 60 < customer.age and < 70: what is compared stands behind the sign.
    const auto is_value = [&](std::size_t at) {
      return type(at) == P::NUMBER || type(at) == P::TEXT || type(at) == P::DATE || type(at) == P::TIME ||
             type(at) == P::DATE_WORDS || type(at) == P::INSTANT || type(at) == P::MINUS;
    };
    const bool turned = is_value(begin);
    if (turned && (verb + 1 >= joint || is_value(verb + 1))) break;
    const std::string subject = turned ? text(verb + 1, joint - 1) : text(begin, verb - 1);
    Complaint c{
        &codes::kUnexpected, span(i, i), {"“" + text(i) + "”", Both{"the fact that is compared", "所比较的事实"}}};
    const std::size_t last = std::max(i, std::min(comparison_end(i), count_) - 1);
    const std::string whole = subject + " " + text(i, last);
    if (begin > 0 && type(begin - 1) == P::NOT) {  // of the first alone, or of both: the author has to say
      const std::string first = text(begin, joint - 1), word = text(joint);
      const bool full_width = !is_ascii(first + word);
      const std::string both = full_width ? "非（" + first + " " + word + " " + whole + "）"
                                          : "not (" + first + " " + word + " " + whole + ")";
      const std::string one = (full_width ? "（非 " + first + "）" : "(not " + first + ")") + " " + word + " " + whole;
      c.help = Both{"each condition names its fact; of both: " + both + "; of the first alone: " + one,
                    "每个条件都要写出事实；两者都否定：" + both + "；只否定前一个：" + one};
      return c;
    }
    c.help = Both{"each condition names its fact: " + whole, "每个条件都要写出事实：" + whole};
    c.fixes.push_back({{source_, tokens_[i].begin, tokens_[i].begin}, subject + " "});
    return c;
  }
  return std::nullopt;
}

// is under 18 or over 65: the fact goes unsaid, and the word is one of speech. The parser stops behind the number.
std::optional<Complaint> Explainer::fact_left_out_in_speech() {
  if (at_ < 5 || !expects(P::OR_MORE) || type(at_ - 1) != P::NUMBER) return std::nullopt;
  const std::size_t word = at_ - 2, joint = at_ - 3;
  const bool over = text(word) == "over";
  if ((!over && text(word) != "under") || (type(joint) != P::OR && type(joint) != P::AND)) return std::nullopt;
  const std::size_t begin = comparison_begin(joint - 1);
  std::size_t end = begin;
  while (end < joint && (type(end) == P::WORD || type(end) == P::DOT)) ++end;
  if (end == begin || !compares(end)) return std::nullopt;
  return offering(word, word, {text(begin, end - 1) + (over ? " is above" : " is below")});
}

// is in (fund, deposit)
std::optional<Complaint> Explainer::one_of_in() {
  if (at_ == 0 || type(at_) != P::IN || type(at_ - 1) != P::IS) return std::nullopt;
  if (type(at_ + 1) == P::WORD && type(at_ + 2) == P::COMMA) return offering(at_ - 1, at_, {"is one of"});
  if (type(at_ + 1) != P::LPAREN) return std::nullopt;
  std::size_t close = at_ + 2;
  while (close < count_ && type(close) != P::RPAREN && !bounds_conditions(close)) ++close;
  if (type(close) != P::RPAREN || close == at_ + 2) return std::nullopt;
  return offering(at_ - 1, close, {"is one of " + text(at_ + 2, close - 1)});
}

// 5万元（含）以上, 不低于 5万元（含）: the words include or exclude the bound by themselves.
std::optional<Complaint> Explainer::bound_included() {
  if (type(at_) != P::LPAREN || at_ == 0 || at_ + 2 >= count_ || type(at_ + 2) != P::RPAREN) return std::nullopt;
  const std::string inside = text(at_ + 1);
  if (inside != "含" && inside != "含本数") return std::nullopt;
  const std::string tail = at_ + 3 < count_ ? text(at_ + 3) : std::string();
  bool includes = tail == "以上" || tail == "以下" || tail == "以内";
  const std::size_t begin = comparison_begin(at_);
  std::size_t verb = at_;
  for (std::size_t i = begin; i < at_ && !includes; ++i) {
    includes |= type(i) == P::GE || type(i) == P::LE || type(i) == P::AT_LEAST || type(i) == P::AT_MOST ||
                type(i) == P::BETWEEN;
    if (type(i) == P::GT || type(i) == P::LT || type(i) == P::MORE_THAN || type(i) == P::FEWER_THAN) verb = i;
  }
  Complaint c{&codes::kUnexpected, span(at_, at_ + 2), {"“" + text(at_, at_ + 2) + "”", expected()}};
  if (includes) {
    c.help = Both{"the bound is included by the words themselves: leave it out", "此写法本身已含本数：请删去"};
    c.fixes.push_back({span(at_, at_ + 2), ""});
  } else if (verb < at_) {
    const bool up = type(verb) == P::GT || type(verb) == P::MORE_THAN;
    const std::string meant = std::string(up ? "不低于" : "不高于") + " " + text(verb + 1, at_ - 1);
    c.help = Both{"with its bound it is said: " + meant, "含本数写作：" + meant};
    c.fixes.push_back({span(verb, at_ + 2), meant});
  } else {
    return std::nullopt;
  }
  return c;
}

// 在 65岁 以上, 在 2026年3月1日 之前
std::optional<Complaint> Explainer::in_words_of_law() {
  if (at_ >= count_ || text(at_) != "在" || !expects(P::IS)) return std::nullopt;
  constexpr std::array<std::array<std::string_view, 2>, 4> kTails = {
      {{"以上", "不低于"}, {"以下", "不高于"}, {"之前", "早于"}, {"之后", "晚于"}}};
  for (std::size_t i = at_ + 2; i < count_ && i <= at_ + 5 && !bounds_conditions(i); ++i) {
    for (const auto& [tail, keyword] : kTails) {
      if (text(i) != tail) continue;
      const std::string meant = std::string(keyword) + " " + text(at_ + 1, i - 1);
      Complaint c{&codes::kUnexpected, span(at_, i), {"“" + text(at_, i) + "”", "“" + meant + "”"}};
      c.fixes.push_back({span(at_, i), meant});
      return c;
    }
  }
  return std::nullopt;
}

// 客户.年龄 18岁以下 或 60岁以上: what the second is held against is not said.
std::optional<Complaint> Explainer::number_alone() {
  if (type(at_) != P::OR_MORE && type(at_) != P::OR_LESS && type(at_) != P::INSIDE) return std::nullopt;
  const std::size_t begin = comparison_begin(at_);
  if (begin < 2 || type(begin) != P::NUMBER || (type(begin - 1) != P::OR && type(begin - 1) != P::AND))
    return std::nullopt;
  const std::size_t earlier = comparison_begin(begin - 2);
  std::size_t end = earlier;
  while (end < begin - 1 && (type(end) == P::WORD || type(end) == P::DOT)) ++end;
  if (end == earlier) return std::nullopt;
  Complaint c{&codes::kUnexpected,
              span(begin, at_),
              {"“" + text(begin, at_) + "”", Both{"the fact that is compared", "所比较的事实"}}};
  if (type(end) != P::NUMBER && !compares(end)) {  // 客户.余额 + 5元 超过 5元: the fact is not all of it
    c.help = Both{"each condition names what it compares", "每个条件都要写出所比较的内容"};
    return c;
  }
  const std::string subject = text(earlier, end - 1);
  const std::string whole = subject + " " + text(begin, at_);
  c.help = Both{"each condition names its fact: " + whole, "每个条件都要写出事实：" + whole};
  c.fixes.push_back({{source_, tokens_[begin].begin, tokens_[begin].begin}, subject + " "});
  return c;
}

// customer.age 65: a number may stand there only with what makes a comparison of it (65 or more).
std::optional<Complaint> Explainer::no_comparison() {
  // Behind `is 3` such a word may stand too, and a sum may go on; behind an `or`, no `and` may.
  if (!expects(P::OR_MORE) || expects(P::AND) || expects(P::PLUS)) return std::nullopt;
  std::size_t number = at_;
  while (number > 0 && type(number) != P::NUMBER && type(number) != P::PARTS_OF) --number;
  if (number == 0) return std::nullopt;
  if (type(number - 1) == P::PARTS_OF) --number;
  return Complaint{
      &codes::kUnexpected, span(number, number), {"“" + text(number) + "”", kind_named(KeywordKind::compare)}};
}

// For which no keyword says the same: how it is written, and nothing is offered.
std::optional<Complaint> Explainer::said_in_parts() {
  if (at_ >= count_) return std::nullopt;
  struct Row {
    std::string_view written, en, zh;
  };
  constexpr std::string_view kNoneEn =
      "of a lexicon: answer lacks promises; of single items: not (answer contains any of …)";
  constexpr std::string_view kNoneZh = "词表写作：回答 不含 承诺；逐项写作：非（回答 包含任一 ……）";
  constexpr std::array<Row, 6> kRows = {{
      {"xor", "one of two, and not both, is written: (a or b) and not (a and b)",
       "二者只居其一写作：（甲 或 乙）且 非（甲 且 乙）"},
      {"lacks any of", kNoneEn, kNoneZh},
      {"does not contain any of", kNoneEn, kNoneZh},
      {"不含任一", kNoneEn, kNoneZh},
      {"不包含任一", kNoneEn, kNoneZh},
      {"未包含任一", kNoneEn, kNoneZh},
  }};
  for (std::size_t first = at_ - std::min<std::size_t>(at_, 2); first <= at_; ++first) {
    const std::string written = text(first, at_);
    const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) { return each.written == written; });
    if (row == kRows.end()) continue;
    Complaint c{&codes::kUnexpected, span(first, at_), {"“" + written + "”", expected()}};
    c.help = Both{std::string(row->en), std::string(row->zh)};
    return c;
  }
  return std::nullopt;
}

// is not at least 18
std::optional<Complaint> Explainer::negated_comparison() {
  for (std::size_t i = at_ >= 4 ? at_ - 4 : 0; i + 1 < count_ && i <= at_; ++i) {
    if (type(i) != P::IS_NOT) continue;
    const int next = type(i + 1);
    std::string instead;
    if (next == P::AT_LEAST || next == P::GE) instead = "is below";
    if (next == P::AT_MOST || next == P::LE) instead = "is above";
    if (next == P::GT || next == P::MORE_THAN) instead = "is at most";
    if (next == P::LT || next == P::FEWER_THAN) instead = "is at least";
    if (instead.empty()) continue;
    if (!is_ascii(text(i))) {
      instead = instead == "is below"     ? "低于"
                : instead == "is above"   ? "高于"
                : instead == "is at most" ? "不高于"
                                          : "不低于";
    }
    Complaint c{&codes::kNegatedComparison, span(i, i + 1), {text(i + 1)}};
    c.help = Both{"say the opposite comparison", "请直接写相反的比较"};
    c.fixes.push_back({span(i, i + 1), instead});
    return c;
  }
  return std::nullopt;
}

}  // namespace caveat::syntax
