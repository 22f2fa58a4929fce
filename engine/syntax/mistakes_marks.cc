// Signs and quotation marks: full stops, dots, doubled signs, texts where names stand, brackets that are left open.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/marks.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

}  // namespace

// … is below 18. Also where the parser took it for the dot of a path, and stopped behind what opens the next line.
// `规则 乙：` and `适用于 回答；`, as laws are written; where what goes on is no new clause, it parts members and is one's joint.
std::optional<Complaint> Explainer::full_stop() {
  const std::size_t next = at_ + 1;
  // rule a. "t": as headings are written.
  const std::size_t dot = type(at_) == P::DOT || at_ == 0 ? at_ : at_ - 1;
  if (type(dot) == P::DOT && type(dot + 1) == P::TEXT) {
    Complaint c{&codes::kUnexpected, span(dot, dot), {"“" + text(dot) + "”", Both{"the end of the name", "名称结束"}}};
    c.help = Both{"no full stop ends a name", "名称之后不用句点"};
    c.fixes.push_back({c.span, ""});
    return c;
  }
  const bool sign = at_ < count_ && (type(at_) == P::SEMICOLON || type(at_) == P::COLON) && !expects(type(at_));
  if (!sign || (next < count_ && type(next) != P::LINE && !is_clause(next))) return std::nullopt;
  if (next < count_ && type(next) != P::LINE && !begins_line(next)) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", Both{"the end of the line", "行尾"}}};
  c.help = Both{"no colon or semicolon ends a line", "行尾不用冒号、分号"};
  c.fixes.push_back({c.span, ""});
  return c;
}

// 客户。年龄, typed with the full-width keyboard.
std::optional<Complaint> Explainer::dot_of_a_path() {
  if (type(at_) != P::STOP || at_ == 0 || at_ + 1 >= count_) return std::nullopt;
  if (type(at_ - 1) != P::WORD || tokens_[at_ - 1].end != tokens_[at_].begin ||
      tokens_[at_].end != tokens_[at_ + 1].begin)
    return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“.”"}};
  c.fixes.push_back({c.span, "."});
  return c;
}

// ==, <>, =>: signs of programs and spreadsheets.
std::optional<Complaint> Explainer::doubled_sign() {
  if (at_ == 0 || at_ >= count_ || tokens_[at_ - 1].end != tokens_[at_].begin) return std::nullopt;
  struct Row {
    int first, second;
    std::string_view meant;
  };
  constexpr std::array<Row, 4> kRows = {{{P::EQUALS, P::EQUALS, "="},
                                         {P::SIGN_LT, P::SIGN_GT, "!="},
                                         {P::EQUALS, P::SIGN_GT, ">="},
                                         {P::EQUALS, P::SIGN_LT, "<="}}};
  for (const Row& row : kRows) {
    if (type(at_ - 1) != row.first || type(at_) != row.second) continue;
    const std::string meant(row.meant);
    Complaint c{&codes::kUnexpected, span(at_ - 1, at_), {"“" + text(at_ - 1, at_) + "”", "“" + meant + "”"}};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

// 规则 “一号规则”, rule R-1
std::optional<Complaint> Explainer::name_in_marks() {
  if (at_ != 1 && at_ != 2) return std::nullopt;
  if (at_ == 1 && type(at_) == P::NUMBER && expects(P::WORD)) {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
    const std::string meant = text(0) + "_" + text(at_);
    c.help = Both{"a name begins with a letter: " + meant, "名称以文字开头：" + meant};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  if (at_ == 1 && type(at_) == P::TEXT && expects(P::WORD)) {
    const std::string written = text(at_);
    const std::string name(ends_of(written).inner);
    if (name.empty()) return std::nullopt;
    const bool word = name.find_first_of(" .,;:!?()[]{}<>=+-*/%|&#'\"\t0123456789") == std::string::npos &&
                      std::all_of(name.begin(), name.end(), [](unsigned char each) {
                        return each >= 0xE4 || (each >= 0x80 && each < 0xC0) || each < 0x80;
                      });
    Complaint c{&codes::kUnexpected, span(at_, at_), {Both{"a text in quotes", "引号中的文本"}, expected()}};
    c.help = Both{"a name stands without quotes; a title may follow it in quotes", "名称不加引号；其后可用引号写标题"};
    if (word) c.fixes.push_back({c.span, name});
    return c;
  }
  return std::nullopt;
}

// rule too-risky, by too-very-risky: where nothing is taken away.
std::optional<Complaint> Explainer::name_with_hyphens() {
  const auto glued = [&](std::size_t at) { return at < count_ && tokens_[at - 1].end == tokens_[at].begin; };
  const auto part = [&](std::size_t at) {
    return type(at) == P::WORD || (at < count_ && is_ascii(text(at)) && type(at) != P::TEXT);
  };
  if (at_ < 2 || type(at_) != P::MINUS || type(at_ - 1) != P::WORD || !glued(at_)) return std::nullopt;
  std::string meant = text(at_ - 1);
  std::size_t last = at_ - 1;
  for (; type(last + 1) == P::MINUS && glued(last + 1) && glued(last + 2) && part(last + 2); last += 2)
    meant += "_" + text(last + 2);
  if (last < at_) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_ - 1, last), {"“" + text(at_ - 1, last) + "”", "“" + meant + "”"}};
  c.help = Both{"a name holds letters, digits and underlines", "名称由文字、数字和下划线组成"};
  c.fixes.push_back({c.span, meant});
  return c;
}

// 标记 “可疑”, 披露 “…”: a name stands there.
std::optional<Complaint> Explainer::text_for_a_name() {
  if (type(at_) != P::TEXT || at_ == 0) return std::nullopt;
  const bool english = is_ascii(text(at_ - 1));
  Complaint c{&codes::kUnexpected, span(at_, at_), {Both{"a text in quotes", "引号中的文本"}, Both{"a name", "名称"}}};
  if (type(at_ - 1) == P::DISCLOSE) {
    c.help = english ? Both{"declare the text at the left margin and name it here: wording risk_notice en \"…\"; "
                            "disclose risk_notice",
                            "请先顶格声明该文本，此处写其名：wording risk_notice en \"…\"；disclose risk_notice"}
                     : Both{"declare the text at the left margin and name it here: 话术 风险提示 中文 “…”; 披露 风险提示",
                            "请先顶格声明该文本，此处写其名：话术 风险提示 中文 “…”；披露 风险提示"};
    return c;
  }
  if (type(at_ - 1) != P::FLAG) return std::nullopt;
  c.help = english ? Both{"a flag is a name without quotes: flag suspicious", "标记后写名称，不加引号：flag suspicious"}
                   : Both{"a flag is a name without quotes: 标记 可疑", "标记后写名称，不加引号：标记 可疑"};
  return c;
}

// A bracket that is still open where a clause begins or the declaration ends.
std::optional<Complaint> Explainer::open_bracket() {
  if (!expects(P::RPAREN) && !expects(P::RBRACKET)) return std::nullopt;
  const int found = type(at_);
  const bool by_lines = type(0) != P::RULE && type(0) != P::DEFINE && type(0) != P::GUARANTEE;
  const bool closes_here = at_ >= count_ || found == P::WHEN || found == P::UNLESS || found == P::THEN ||
                           found == P::BECAUSE || found == P::IF_UNKNOWN || found == P::SAY || found == P::LINE ||
                           (by_lines && begins_line(at_));
  if (!closes_here) return std::nullopt;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < at_; ++i) {
    if (type(i) == P::LPAREN || type(i) == P::LBRACKET) open.push_back(i);
    if ((type(i) == P::RPAREN || type(i) == P::RBRACKET) && !open.empty()) open.pop_back();
  }
  if (open.empty()) return std::nullopt;
  const Both closer = sign_named(expects(P::RPAREN) ? P::RPAREN : P::RBRACKET);
  const std::uint32_t end = tokens_[at_ - 1].end;
  Complaint c;
  if (at_ >= count_) {
    c = Complaint{&codes::kUnexpectedEnd, {source_, end, end}, {closer}};
  } else {
    c = Complaint{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", closer}};
  }
  const bool full_width = text(open.back()).size() > 1;
  c.fixes.push_back({{source_, end, end}, expects(P::RPAREN) ? full_width ? "）" : ")" : full_width ? "】" : "]"});
  c.related.push_back({span(open.back(), open.back()), Both{"the bracket is opened here", "括号在此打开"}});
  return c;
}

}  // namespace caveat::syntax
