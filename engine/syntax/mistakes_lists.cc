// How items and conditions are joined: commas, the words of lists, and and or, negations, brackets of a list.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

}  // namespace

// “甲”；“乙”, “甲”“乙”, “甲”/“乙”: a list's items are parted by a comma.
std::optional<Complaint> Explainer::joint_of_a_list() {
  if (at_ == 0 || at_ >= count_ || !expects(P::COMMA)) return std::nullopt;
  if (type(0) == P::FACTS && begins_line(at_)) return std::nullopt;
  const bool beside = type(at_) == P::TEXT && type(at_ - 1) == P::TEXT;
  const bool joint =
      (type(at_) == P::SEMICOLON || type(at_) == P::SLASH) && !expects(type(at_)) && at_ + 1 < count_ &&
      !begins_line(at_ + 1) &&
      (type(at_ + 1) == P::TEXT || (type(at_ + 1) == P::WORD && type(at_ - 1) == P::WORD && type(at_ + 2) != P::DOT));
  const bool terms = expects(P::TEXT) && type(0) == P::RULE && expects(P::BECAUSE) && !expects(P::AND);
  if ((!beside && !joint) || terms) return std::nullopt;
  const std::string comma = is_ascii(text(at_ - 1, at_)) ? "," : "、";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + comma + "”"}};
  c.help = Both{"the items of a list are parted by a comma", "列表各项之间用顿号或逗号"};
  if (beside) {
    c.arguments[0] = text(at_);
    c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_ - 1].end}, comma});
  } else {
    const bool blank = tokens_[at_].end < tokens_[at_ + 1].begin;
    c.fixes.push_back({c.span, comma == "," && !blank ? ", " : comma});
  }
  return c;
}

std::size_t Explainer::open_bracket_before(std::size_t at) const {
  std::size_t depth = 0;
  while (at-- > 1) {
    if (type(at) == P::RPAREN) ++depth;
    if (type(at) == P::LPAREN && depth-- == 0) return at;
  }
  return 0;
}

bool Explainer::opens_counted_group(std::size_t bracket) const {
  if (bracket == 0 || type(bracket - 1) == P::WHERE || type(bracket - 1) == P::LPAREN) return false;
  std::size_t first = bracket;
  while (first > 0 && bracket - first < 4 && type(first) != P::AT_LEAST && type(first) != P::AT_LEAST_OF) --first;
  return type(first) == P::AT_LEAST || type(first) == P::AT_LEAST_OF;
}

// A，且 B; A，B: conditions are joined by words, and only by these.
std::optional<Complaint> Explainer::comma_for_and() {
  if (at_ == 0 || at_ + 1 >= count_) return std::nullopt;
  if (type(at_) != P::COMMA && type(at_) != P::SEMICOLON) return std::nullopt;
  // at least 2 of (A, B): it may be a count of events until the bracket closes, so the parser says of nothing that it expects it.
  const bool unsaid = mistake_.expected.empty() && type(at_) == P::COMMA;
  const std::size_t bracket = unsaid ? open_bracket_before(at_) : 0;
  const bool counted = opens_counted_group(bracket);
  bool within = false;
  for (std::size_t outer = bracket; outer > 0 && !counted && !within;) {
    outer = open_bracket_before(outer);
    within = opens_counted_group(outer);
  }
  if (!counted && !within && (!expects(P::AND) || !expects(P::OR))) return std::nullopt;
  const bool chinese = !is_ascii(text(at_)) || !is_ascii(text(0));
  if (type(at_ - 1) == P::WORD) {  // 客群属于零售、私行
    const std::string word = text(at_ - 1);
    for (const std::string_view joint : {"不属于", "属于", "包含任一", "包含全部", "包括任一", "包括全部"}) {
      const std::size_t cut = word.find(joint);
      if (cut == std::string::npos || cut == 0 || cut + joint.size() == word.size()) continue;
      const std::string meant = word.substr(0, cut) + " " + std::string(joint) + " " + word.substr(cut + joint.size());
      Complaint c{&codes::kKeywordGlued, span(at_ - 1, at_ - 1), {word}};
      c.help = Both{"put a blank after a keyword: " + meant, "关键字前后请加空格：" + meant};
      c.fixes.push_back({c.span, meant});
      return c;
    }
  }
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  const bool joined = type(at_ + 1) == P::AND || type(at_ + 1) == P::OR;
  if (counted) c.arguments[1] = sign_named(P::SEMICOLON);
  if (within) c.arguments[1] = Both{"“and” or “or”", "“且”或“或”"};
  if (expects(P::SEMICOLON) || counted) {  // 至少满足 2 项（A，B）: joined by a word the two would count as one
    const bool blank = tokens_[at_].end == tokens_[at_ + 1].begin;
    c.help = Both{"the conditions of such a list are parted by “;”", "此类清单的各项条件以“；”隔开"};
    c.fixes.push_back({span(at_, joined ? at_ + 1 : at_), chinese ? "；" : blank && !joined ? "; " : ";"});
    return c;
  }
  if (joined) {
    c.help = Both{"no comma stands before it", "其前不用逗号"};
    const bool blank = tokens_[at_].end == tokens_[at_ + 1].begin;
    c.fixes.push_back({c.span, blank ? " " : ""});
    return c;
  }
  if (is_clause(at_ + 1) || type(at_ + 1) == P::LINE) return std::nullopt;
  c.help = Both{"join conditions with “and” or “or”", "条件之间请用“且”或“或”相连"};
  for (const char* word : {"且", "或"}) {
    const std::string joint = chinese ? word : word == std::string_view("且") ? "and" : "or";
    const bool blank = tokens_[at_].end == tokens_[at_ + 1].begin;
    c.fixes.push_back({c.span, " " + joint + (blank ? " " : "")});
  }
  return c;
}

// is retail, private; contains "a", "b": one word compares with one value, another with several.
std::optional<Complaint> Explainer::several_values() {
  if (type(at_) != P::COMMA || !expects(P::AND) || at_ + 1 >= count_ || bounds_conditions(at_ + 1)) return std::nullopt;
  const bool value = type(at_ + 1) == P::WORD || type(at_ + 1) == P::TEXT || type(at_ + 1) == P::NUMBER;
  if (!value) return std::nullopt;
  std::size_t behind = at_ + 2;  // is yes, customer.age is …: another condition follows
  while (type(behind) == P::DOT || type(behind) == P::WORD) ++behind;
  if (type(at_ + 1) == P::WORD && std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
        return s.token == type(behind) && s.kind == KeywordKind::compare;
      }))
    return std::nullopt;
  const std::size_t begin = comparison_begin(at_);
  for (std::size_t i = at_; i-- > begin;) {
    std::vector<int> instead;
    if (type(i) == P::LACKS) {
      Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
      c.help = Both{"of several: not (answer contains any of …)", "多个词语写作：非（回答 包含任一 ……）"};
      return c;
    }
    if (type(i) == P::IS) instead = {P::IS_ONE_OF};
    if (type(i) == P::IS_NOT) instead = {P::IS_NONE_OF};
    if (type(i) == P::CONTAINS) instead = {P::CONTAINS_ANY, P::CONTAINS_ALL};
    if (type(i) == P::INCLUDES) instead = {P::INCLUDES_ANY, P::INCLUDES_ALL};
    if (instead.empty()) continue;
    const bool english = is_ascii(text(i));
    Both all;
    Complaint c{&codes::kUnexpected, span(i, i), {}};
    for (const int token : instead) {
      const std::string word = spellings_of(token, english ? Language::en : Language::zh).front()->text;
      all.en += (all.en.empty() ? "“" : " or “") + word + "”";
      all.zh += (all.zh.empty() ? "“" : "或“") + word + "”";
      c.fixes.push_back({span(i, i), word});
    }
    c.arguments = {"“" + text(i) + "”", all};
    c.help = Both{"several values follow", "其后有多个值"};
    return c;
  }
  return std::nullopt;
}

// is either retail or private
std::optional<Complaint> Explainer::either_of() {
  std::size_t either = at_;
  while (either > 0 && at_ - either < 2 && text_of(either) != "either") --either;
  if (text_of(either) != "either" || either == 0 || type(either - 1) != P::IS) return std::nullopt;
  const auto item = [&](std::size_t at) {
    return (type(at) == P::WORD || type(at) == P::TEXT || type(at) == P::NUMBER) && type(at + 1) != P::DOT;
  };
  std::size_t last = either + 1;
  if (!item(last)) return std::nullopt;
  std::string items = text(last);
  while ((type(last + 1) == P::OR || type(last + 1) == P::COMMA) && item(last + 2)) {
    last += 2;
    items += ", " + text(last);
  }
  if (last == either + 1 || (last + 1 < count_ && !bounds_conditions(last + 1) && type(last + 1) != P::RPAREN))
    return std::nullopt;
  return offering(either - 1, last, {"is one of " + items});
}

// in (retail, private)
std::optional<Complaint> Explainer::in_brackets() {
  if (type(at_) != P::LPAREN || at_ == 0 || type(at_ - 1) != P::IN || text(at_ - 1) != "in") return std::nullopt;
  std::size_t close = at_ + 1;
  while (close < count_ && type(close) != P::RPAREN && type(close) != P::LPAREN && !bounds_conditions(close)) ++close;
  if (type(close) != P::RPAREN || close == at_ + 1) return std::nullopt;
  const std::size_t first = at_ >= 2 && type(at_ - 2) == P::IS ? at_ - 2 : at_ - 1;
  const std::string meant = "is one of " + text(at_ + 1, close - 1);
  Complaint c{&codes::kUnexpected, span(first, close), {"“" + text(first, close) + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(first, close), meant});
  return c;
}

// The parser stopped at an `or` after a chain of `and`, or the other way round: both readings are offered.
std::optional<Complaint> Explainer::mixed_logic() {
  const int found = type(at_);
  if (found != P::AND && found != P::OR) return std::nullopt;
  const int other = found == P::AND ? P::OR : P::AND;
  // Back to where the chain begins, at this depth of brackets.
  std::size_t depth = 0, begin = at_, last_operator = count_;
  bool has_other = false;
  for (std::size_t i = at_; i-- > 0;) {
    const int t = type(i);
    if (t == P::RPAREN || t == P::RBRACKET) ++depth;
    if (t == P::LPAREN || t == P::LBRACKET) {
      if (depth == 0) break;
      --depth;
    }
    if (depth == 0) {
      if (t == P::WHEN || t == P::UNLESS || t == P::AS || t == P::WHERE || t == P::SEMICOLON || t == P::THEN ||
          t == P::IF_UNKNOWN || opens_definition(i))
        break;
      if (t == other) {
        if (!has_other) last_operator = i;
        has_other = true;
      }
    }
    begin = i;
  }
  if (!has_other || begin >= at_ || last_operator + 1 >= at_) return std::nullopt;
  // Forward to where the chain ends; of `between a and b` the word joins no conditions.
  std::size_t end = begin;
  bool between = false;
  std::vector<std::size_t> joints;
  depth = 0;
  for (std::size_t i = begin; i < count_; ++i) {
    const int t = type(i);
    if (t == P::LPAREN || t == P::LBRACKET) ++depth;
    if (t == P::RPAREN || t == P::RBRACKET) {
      if (depth == 0) break;
      --depth;
    }
    if (depth == 0 && i > at_) {
      if (t == P::WHEN || t == P::UNLESS || t == P::THEN || t == P::BECAUSE || t == P::IF_UNKNOWN ||
          t == P::SEMICOLON || t == P::SAY || t == P::LINE || begins_clause(i)) {
        break;
      }
    }
    if (depth == 0 && t == P::BETWEEN) between = true;
    if (depth == 0 && t == P::AND && between) {
      between = false;
    } else if (depth == 0 && (t == P::AND || t == P::OR)) {
      joints.push_back(i);
    }
    end = i;
  }
  if (end == at_) return std::nullopt;
  const bool full_width = !is_ascii(text(begin, end));
  const std::string open = full_width ? "（" : "(", close = full_width ? "）" : ")";
  // The bytes as they are written, && and || as the words that they mean, which are told of as well.
  const auto said = [&](std::size_t from, std::size_t until) {
    std::string all;
    for (const std::size_t each : joints) {
      const Token& joint = tokens_[each];
      if (joint.begin < from || joint.end > until || (bytes_[joint.begin] != '|' && bytes_[joint.begin] != '&'))
        continue;
      all += bytes_.substr(from, joint.begin - from);
      if (!all.ends_with(' ')) all += ' ';
      all += joint.type == P::AND ? (speaks_english() ? "and" : "且") : speaks_english() ? "or" : "或";
      from = joint.end;
      if (bytes_[from] != ' ') all += ' ';
    }
    return all += bytes_.substr(from, until - from);
  };
  // Every run of members that `joint` joins is put in brackets.
  const auto with_brackets = [&](int joint) {
    std::string all;
    std::size_t first = begin, last_cut = tokens_[begin].begin;
    for (std::size_t i = 0; i <= joints.size(); ++i) {
      if (i < joints.size() && type(joints[i]) == joint) continue;
      const std::size_t behind = i < joints.size() ? joints[i] : end + 1;
      const bool run = i > 0 && first < joints[i - 1];
      all += said(last_cut, tokens_[first].begin);
      all += (run ? open : "") + said(tokens_[first].begin, tokens_[behind - 1].end) + (run ? close : "");
      last_cut = tokens_[behind - 1].end;
      first = behind + 1;
    }
    return all;
  };
  Complaint c{&codes::kMixedLogic, span(at_, at_), {}};
  c.help = Both{"put brackets round what belongs together; either of these is clear",
                "给应在一起的条件加括号，以下两种写法都明确"};
  c.fixes = {{span(begin, end), with_brackets(other)}, {span(begin, end), with_brackets(found)}};
  return c;
}

std::optional<Complaint> Explainer::list_word() {
  if (at_ >= count_) return std::nullopt;
  const std::string found = text(at_);
  static constexpr std::array<std::string_view, 5> kJoins = {"和", "及", "并", "与", "以及"};
  if ((!expects(P::AND) && !expects(P::OR)) || std::find(kJoins.begin(), kJoins.end(), found) == kJoins.end())
    return std::nullopt;
  // 属于 零售 和 私行: a list's last item.
  const std::size_t begin = comparison_begin(at_), behind = at_ + 2;
  const bool value = type(at_ + 1) == P::WORD || type(at_ + 1) == P::TEXT || type(at_ + 1) == P::NUMBER;
  for (std::size_t i = begin; i < at_ && value && expects(P::COMMA); ++i) {
    const bool list = type(i) == P::IS_ONE_OF || type(i) == P::IS_NONE_OF || type(i) == P::INCLUDES_ANY ||
                      type(i) == P::INCLUDES_ALL || type(i) == P::CONTAINS_ANY || type(i) == P::CONTAINS_ALL;
    if (!list || (behind < count_ && !bounds_conditions(behind) && type(behind) != P::RPAREN)) continue;
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", "“、”"}};
    c.help = Both{"the items of a list are parted by a comma", "列表各项之间用顿号或逗号"};
    c.fixes.push_back({c.span, "、"});
    return c;
  }
  Complaint c{&codes::kListWord, span(at_, at_), {found}};
  c.help = Both{"join conditions with “and” or “or”", "条件之间请用“且”或“或”相连"};
  const int next = type(comparison_end(at_ + 1));  // in a chain, only what joins the others
  if (expects(P::AND) && next != P::OR) c.fixes.push_back({span(at_, at_), "且"});
  if (expects(P::OR) && next != P::AND) c.fixes.push_back({span(at_, at_), "或"});
  return c;
}

// when A and when B
std::optional<Complaint> Explainer::second_when() {
  if (type(at_) != P::WHEN || at_ == 0) return std::nullopt;
  if (type(at_ - 1) == P::UNLESS) {  // unless when A
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
    c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_].end}, ""});
    return c;
  }
  if (type(at_ - 1) != P::AND && type(at_ - 1) != P::OR) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  c.help = Both{"it stands once, before the first condition", "此词只写一次，在第一个条件之前"};
  c.fixes.push_back({span(at_, at_), ""});
  return c;
}

// not not A
std::optional<Complaint> Explainer::double_not() {
  if (type(at_) != P::NOT || at_ == 0 || type(at_ - 1) != P::NOT) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_ - 1, at_), {"“" + text(at_ - 1, at_) + "”", Both{"a condition", "条件"}}};
  c.help = Both{"one undoes the other: leave both out", "两个否定相互抵消：请都去掉"};
  c.fixes.push_back({span(at_ - 1, at_), ""});
  return c;
}

std::optional<Complaint> Explainer::nested_quantifier() {
  if (at_ < 2 || at_ >= count_) return std::nullopt;
  for (std::size_t i = at_ - 1; i <= at_; ++i) {
    const int t = type(i);
    if ((t != P::ANY && t != P::EVERY && t != P::NO) || (type(i - 1) != P::WHERE && type(i - 1) != P::EACH_SATISFIES))
      continue;
    Complaint c{
        &codes::kUnexpected, span(i, i), {"“" + text(i) + "”", Both{"a comparison or a bracket", "比较或括号"}}};
    c.help =
        Both{"put the inner one in brackets: where (" + text(i) + " …)", "请给内层加括号：满足（" + text(i) + " ……）"};
    return c;
  }
  return std::nullopt;
}

// is one of (R4, R5): the items of a list stand without brackets.
std::optional<Complaint> Explainer::list_in_brackets() {
  if (type(at_) != P::COMMA && type(at_) != P::LPAREN && type(at_) != P::LBRACKET) return std::nullopt;
  std::size_t open = at_, depth = 0;
  while (open > 0 && ((type(open) != P::LPAREN && type(open) != P::LBRACKET) || depth > 0)) {
    if (type(open) == P::RPAREN) ++depth;
    if (type(open) == P::LPAREN) --depth;
    --open;
  }
  if (open == 0) return std::nullopt;
  switch (type(open - 1)) {
    case P::IS_ONE_OF:
    case P::IS_NONE_OF:
    case P::INCLUDES_ANY:
    case P::INCLUDES_ALL:
    case P::CONTAINS_ANY:
    case P::CONTAINS_ALL:
    case P::CLAIMS_ANY:
    case P::NOT_CLAIMS_ANY:
      break;
    default:
      return std::nullopt;
  }
  Complaint c{&codes::kUnexpected,
              span(open, open),
              {"“" + text(open) + "”", Both{"the items without brackets", "不加括号的各项"}}};
  std::size_t close = open + 1;
  const int closer = type(open) == P::LBRACKET ? P::RBRACKET : P::RPAREN;
  while (close < count_ && type(close) != closer && type(close) != P::LPAREN) ++close;
  if (type(close) == P::LPAREN) {
    c.help = Both{"a list holds single items, not lists", "列表的各项是单个值，不能再是列表"};
    return c;
  }
  constexpr std::size_t kShown = 80;  // bytes of the author's own items
  const std::string items = close > open + 1 ? text(open + 1, close - 1) : std::string();
  const std::string shown = items.empty() || items.size() > kShown ? "…" : items;
  c.help = Both{"a list stands without brackets: " + text(open - 1) + " " + shown,
                "列表不加括号：" + text(open - 1) + " " + shown};
  const bool glued = tokens_[open - 1].end == tokens_[open].begin;
  if (type(close) == closer && !items.empty()) c.fixes.push_back({span(open, close), (glued ? " " : "") + items});
  return c;
}

// `cites A, applies to answer`: after a list's comma every other word is an item.
std::optional<Complaint> Explainer::comma_before_clause() {
  std::size_t comma = at_;
  if (type(at_) != P::COMMA) {
    if (at_ == 0 || type(at_ - 1) != P::COMMA) return std::nullopt;
    comma = at_ - 1;
  }
  const std::size_t next = comma + 1;
  if (next >= count_) return std::nullopt;
  const bool clause = std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
    return s.token == type(next) && (s.kind == KeywordKind::clause || s.kind == KeywordKind::line);
  });
  if (!clause) return std::nullopt;
  if (type(0) == P::FACTS && type(comma) == P::COMMA) {  // kind one of a, b, from crm
    std::size_t of = comma;
    while (of > 0 && type(of) != P::ONE_OF && !begins_line(of)) --of;
    if (type(of) == P::ONE_OF && type(of + 1) != P::LPAREN && of + 1 < comma) {
      const bool chinese = !is_ascii(text(of));
      return offering(of + 1, comma - 1, {(chinese ? "（" : "(") + text(of + 1, comma - 1) + (chinese ? "）" : ")")});
    }
  }
  Complaint c{&codes::kUnexpected,
              span(next, next),
              {"“" + text(next) + "”", Both{"another item of the list", "列表的下一项"}}};
  c.help = Both{"no comma stands before this clause", "此子句前不用逗号"};
  const bool blank = comma > 0 && tokens_[comma - 1].end == tokens_[comma].begin &&
                     tokens_[comma].end == tokens_[next].begin;  // 广告法，适用于
  c.fixes.push_back({span(comma, comma), blank ? " " : ""});
  return c;
}

}  // namespace caveat::syntax
