// What stands in the place of another: a sign behind “is”, a state behind it, a text for a name or a pattern, a count of conditions
// that is said in another order or with another bound; a condition without its “when”.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/base/units.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

// A number of conditions: no longer, and the one above it is written with as many.
constexpr std::size_t kDigits = 4;

}  // namespace

// is >= 18, is == 18, is not > 18, is equal to 18: the comparison is said twice.
std::optional<Complaint> Explainer::compared_twice() {
  if (at_ < 2 || at_ >= count_) return std::nullopt;
  if (text(at_) == "to" && text(at_ - 1) == "equal" && (type(at_ - 2) == P::IS || type(at_ - 2) == P::IS_NOT) &&
      at_ + 1 < count_ && !bounds_conditions(at_ + 1))
    return offering(at_ - 2, at_, {text(at_ - 2)});
  const bool is = type(at_ - 1) == P::IS, is_not = type(at_ - 1) == P::IS_NOT;
  if ((!is && !is_not) || opens_definition(at_ - 1)) return std::nullopt;
  if (is && type(at_) == P::IS) return offering(at_ - 1, at_, {text(at_)});  // is is
  std::string sign;
  std::size_t last = at_;
  for (; last < count_ && last < at_ + 2; ++last) {
    const std::string next = text(last);
    const bool glued = last == at_ || tokens_[last - 1].end == tokens_[last].begin;
    if (!glued || next.empty() || next.find_first_not_of("<>=!") != std::string::npos) break;
    sign += next;
  }
  if (sign.empty()) return std::nullopt;
  if (sign == "=>") sign = ">=";
  if (sign == "=<") sign = "<=";
  if (sign == "=" || sign == "==") sign = text(at_ - 1);
  struct Row {
    std::string_view written, opposite;
  };
  constexpr auto kRows =
      std::to_array<Row>({{">=", "<"}, {"<=", ">"}, {">", "<="}, {"<", ">="}, {"!=", {}}, {"<>", {}}});
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) { return each.written == sign; });
  if (row == kRows.end()) {
    if (sign != text(at_ - 1)) return std::nullopt;
  } else if (is_not) {
    if (row->opposite.empty()) return std::nullopt;  // is not != 18: which of the two is meant
    sign = row->opposite;
  } else if (sign == "<>") {
    sign = "!=";
  }
  return offering(at_ - 1, last - 1, {sign});
}

// is not 18 or more
std::optional<Complaint> Explainer::negated_bound() {
  if (type(at_) != P::OR_MORE && type(at_) != P::OR_LESS) return std::nullopt;
  std::size_t verb = at_;
  for (const std::size_t begin = comparison_begin(at_); verb > begin && type(verb) != P::IS_NOT;) --verb;
  if (type(verb) != P::IS_NOT || verb + 1 >= at_ || opens_definition(verb)) return std::nullopt;
  const bool english = is_ascii(text(verb)), up = type(at_) == P::OR_MORE;
  const std::string meant = english ? (up ? "is below " : "is above ") : (up ? "低于 " : "高于 ");
  return offering(verb, at_, {meant + text(verb + 1, at_ - 1)});
}

// 65 或以上, 65 及以下
std::optional<Complaint> Explainer::bound_with_its_joint() {
  for (std::size_t i = at_; i <= at_ + 2 && i < count_; ++i) {
    if (i == 0) continue;
    const int before = type(i - 1);
    const bool number = before == P::NUMBER || before == P::PERCENT || before == P::MAGNITUDE ||
                        before == P::CURRENCY || before == P::TIME_UNIT || before == P::COUNT_UNIT;
    const std::string found = text(i);
    for (const std::string_view joint : {"或者", "或", "及"}) {
      if (!number || !found.starts_with(joint)) continue;
      const std::string tail = found.substr(joint.size());
      if (tail == "以上" || tail == "以下") return offering(i, i, {tail});
    }
  }
  return std::nullopt;
}

// 为 不明, 不为 未知: the state compares by itself.
std::optional<Complaint> Explainer::state_behind_is() {
  if (at_ == 0 || (type(at_) != P::IS_UNKNOWN && type(at_) != P::IS_KNOWN)) return std::nullopt;
  const bool is = type(at_ - 1) == P::IS;
  if ((!is && type(at_ - 1) != P::IS_NOT) || opens_definition(at_ - 1)) return std::nullopt;
  const bool unknown = type(at_) == P::IS_UNKNOWN;
  if (is_ascii(text(at_))) return std::nullopt;  // is known is one phrase
  return offering(at_ - 1, at_, {is ? text(at_) : unknown ? "已知" : "不明"});
}

// matches "a": a pattern, or a text that is searched for.
std::optional<Complaint> Explainer::text_for_a_pattern() {
  if (type(at_) != P::TEXT || at_ == 0 || (type(at_ - 1) != P::MATCHES && type(at_ - 1) != P::NOT_MATCHES))
    return std::nullopt;
  const bool english = is_ascii(text(at_ - 1)), negated = type(at_ - 1) == P::NOT_MATCHES;
  const std::string found = text(at_);
  const std::size_t mark = found.front() == '"' ? 1 : std::string_view("“").size();
  if (found.size() <= 2 * mark) return std::nullopt;
  const std::string inside = found.substr(mark, found.size() - 2 * mark);
  std::string pattern = "/";
  for (const char each : inside) pattern += each == '/' ? std::string("\\/") : std::string(1, each);
  pattern += "/";
  const std::string contains = english ? (negated ? "lacks" : "contains") : (negated ? "不含" : "包含");
  Complaint c{&codes::kUnexpected, span(at_, at_), {found, expected()}};
  c.help = Both{"a pattern stands between slashes: " + pattern + "; a text is searched for: " + contains + " " + found,
                "正则式写在斜线之间：" + pattern + "；查找文本写作：" + contains + " " + found};
  if (inside.find_first_of("\\.*+?[](){}|^$") == std::string::npos)
    c.fixes.push_back({span(at_ - 1, at_), contains + " " + found});
  c.fixes.push_back({c.span, pattern});
  return c;
}

// The name that a source of this file with such a title has; empty: none has it.
std::string Explainer::source_titled(std::string_view title) const {
  constexpr std::size_t kSearched = 65'536;  // each mistake searches; a file's sources stand at its head
  const std::string_view head = bytes_.substr(0, kSearched);
  for (const std::string_view keyword : {"source ", "法源 "}) {
    for (std::size_t at = head.find(keyword); at != std::string_view::npos; at = head.find(keyword, at + 1)) {
      const std::string_view line = head.substr(at, head.find('\n', at) - at);
      const auto titled = [&](std::string_view open, std::string_view close) {
        return line.find(std::string(open) + std::string(title) + std::string(close)) != std::string_view::npos;
      };
      if ((at > 0 && head[at - 1] != '\n') || !(titled("《", "》") || titled("“", "”") || titled("\"", "\""))) continue;
      const std::string_view rest = line.substr(keyword.size());
      return std::string(rest.substr(0, rest.find(' ')));
    }
  }
  return {};
}

// cites "S", 转人工 至 “坐席”, 分级 “风险”: what was declared is named without marks.
std::optional<Complaint> Explainer::marks_round_a_name() {
  if (type(at_) != P::TEXT || at_ == 0 || !expects(P::WORD) || expects(P::TEXT) || expects(P::NUMBER))
    return std::nullopt;
  const std::string found = text(at_);
  const std::size_t mark = found.front() == '"' ? 1 : std::string_view("“").size();
  if (found.size() <= 2 * mark) return std::nullopt;
  const std::string inside = found.substr(mark, found.size() - 2 * mark);
  const bool one_word = inside.find_first_of(" \t.,;:()[]/\"'-") == std::string::npos &&
                        (inside[0] < '0' || inside[0] > '9') && is_plain(inside) && spellings_from(inside).empty() &&
                        inside.find("《") == std::string::npos && inside.find("第") != 0;
  Complaint c{&codes::kUnexpected, span(at_, at_), {found, expected()}};
  c.help = Both{"it is named as it was declared, without marks", "此处写其声明时的名称，不加引号"};
  std::size_t opener = at_ - 1;  // of a list
  while (opener > 0 && (type(opener) == P::COMMA || type(opener) == P::WORD || type(opener) == P::TEXT)) --opener;
  const bool of_people = type(opener) == P::OWNER || type(opener) == P::VISIBLE_TO || type(opener) == P::SKILLS ||
                         (type(opener) == P::FROM && type(0) != P::RULE);  // these are declared nowhere
  if (of_people) {
    c.help = Both{"a name stands without marks; it is one word, its parts joined by underlines",
                  "名称不加引号；名称是一个词，各部分以下划线相连"};
    std::string meant = inside;
    std::replace(meant.begin(), meant.end(), ' ', '_');
    if (!one_word && is_plain(meant) && (meant[0] < '0' || meant[0] > '9') &&
        meant.find_first_of("\t.,;:()[]/\"'-&") == std::string::npos && spellings_from(meant).empty())
      c.fixes.push_back({c.span, (tokens_[at_ - 1].end < tokens_[at_].begin ? "" : " ") + meant});
  }
  const bool by_title = type(opener) == P::CITES && (found.starts_with("《") || !one_word);
  const std::string source = type(opener) == P::CITES ? source_titled(inside) : std::string();
  const bool last = at_ + 1 >= count_ || begins_line(at_ + 1);
  if (by_title || !source.empty()) {
    c.help = Both{"a source is cited by the name that its declaration gives it: source NAME is law \"…\"",
                  "法源以其声明的名称引用：法源 名称 为 《…》"};
    if (!source.empty())
      c.help = Both{"the source with this title is named so: " + source, "题名如此的法源名为：" + source};
  }
  const std::string meant = !source.empty() ? source : one_word && !by_title ? inside : std::string();
  if (!meant.empty() && (source.empty() || last)) {
    const bool blank = tokens_[at_ - 1].end < tokens_[at_].begin;
    c.fixes.push_back({c.span, (blank ? "" : " ") + meant});
  }
  return c;
}

// 至少 满足 2 项（…）, 满足 至少 2 项（…）, at most 1 of (…), exactly 2 of (…): the language counts with “at least” alone.
std::optional<Complaint> Explainer::count_of_conditions() {
  if (at_ >= count_) return std::nullopt;
  const auto opens_group = [&](std::size_t number) {  // 2 项（, 2 of (
    if (type(number) != P::NUMBER) return false;
    std::size_t bracket = number + 1;
    while (bracket < number + 3 && (type(bracket) == P::COUNT_UNIT || type(bracket) == P::OF)) ++bracket;
    return type(bracket) == P::LPAREN && bracket > number + 1;
  };
  const auto is_bound = [&](std::size_t at) {
    switch (type(at)) {
      case P::AT_MOST:
      case P::FEWER_THAN:
      case P::MORE_THAN:
      case P::LE:
      case P::LT:
      case P::GT:
      case P::AT_LEAST:
        return true;
      default:
        return false;
    }
  };
  // first: the words before the number; bound: the one that says how many
  const auto counted = [&](std::size_t first, std::size_t bound, std::size_t number) -> std::optional<Complaint> {
    const bool english = is_ascii(text(bound));
    const std::string at_least = english ? "at least " : "至少满足 ";
    if (type(bound) == P::AT_LEAST) return offering(first, number - 1, {english ? "at least" : "至少满足"});
    const std::string digits = text(number);
    if (digits.size() > kDigits || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    const bool up = type(bound) == P::GT || type(bound) == P::MORE_THAN;
    const bool next = up || type(bound) == P::LE || type(bound) == P::AT_MOST;
    const int count = std::atoi(digits.c_str()) + (next ? 1 : 0);
    const bool negated = first > 0 && type(first - 1) == P::NOT;
    const std::string no = up == negated ? (english ? "not " : "非 ") : "";
    return offering(negated ? first - 1 : first, number, {no + at_least + std::to_string(count)});
  };
  if (type(at_) == P::WHERE && text(at_) == "满足") {
    if (at_ > 0 && is_bound(at_ - 1) && opens_group(at_ + 1)) return counted(at_ - 1, at_ - 1, at_ + 1);
    if (is_bound(at_ + 1) && opens_group(at_ + 2)) return counted(at_, at_ + 1, at_ + 2);
  }
  for (std::size_t number = at_; number > 0 && at_ - number < 3; --number) {
    const std::string before = text(number - 1);
    if (!opens_group(number) || (before != "exactly" && before != "恰好满足" && before != "正好满足")) continue;
    Complaint c{&codes::kUnexpected, span(number - 1, number), {"“" + text(number - 1, number) + "”", expected()}};
    c.arguments[1] = Both{"a condition", "条件"};
    c.help = Both{"so many and no more is written: at least 2 of (a; b; c) and not at least 3 of (a; b; c)",
                  "恰好几项写作：至少满足 2 项（甲；乙；丙）且 非 至少满足 3 项（甲；乙；丙）"};
    return c;
  }
  if (type(at_) != P::SEMICOLON && type(at_) != P::COMMA && type(at_) != P::LPAREN) return std::nullopt;
  const std::size_t bracket = type(at_) == P::LPAREN ? at_ : open_bracket_before(at_);
  for (std::size_t number = bracket; number-- > 1 && bracket - number < 4;)
    if (is_bound(number - 1) && type(number - 1) != P::AT_LEAST && opens_group(number))
      return counted(number - 1, number - 1, number);
  return std::nullopt;
}

// 5 cny, 100 yuan, 100 RMB, 5 XYZ
std::optional<Complaint> Explainer::currency_of_speech() {
  if (at_ == 0 || type(at_) != P::WORD || !expects(P::CURRENCY)) return std::nullopt;
  if (type(at_ - 1) != P::NUMBER && type(at_ - 1) != P::MAGNITUDE) return std::nullopt;
  const std::string found = text(at_), lower = in_lower_case(found);
  constexpr std::size_t kLetters = 3;
  if (const std::string meant(unit_meant_by(lower)); meant.size() == kLetters && minor_units(meant))
    return offering(at_, at_, {meant});
  if (found.size() != kLetters || !std::all_of(lower.begin(), lower.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
    return std::nullopt;
  std::string code;
  for (const char each : lower) code += static_cast<char>(each - 'a' + 'A');
  if (code != found && minor_units(code)) return offering(at_, at_, {code});
  if (code != found || minor_units(code) || lower == "and") return std::nullopt;  // 18 AND …
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", Both{"a unit", "单位"}}};
  c.help = Both{"a currency is named as in ISO 4217: CNY, USD, EUR", "币种按 ISO 4217 书写：CNY、USD、EUR"};
  return c;
}

// customer.vip, on a line of a rule that has no “when”.
std::optional<Complaint> Explainer::when_left_out() {
  if (type(0) != P::RULE || at_ >= count_ || type(at_) != P::WORD || !expects(P::WHEN) || !begins_line(at_))
    return std::nullopt;
  for (std::size_t i = 0; i < count_; ++i)
    if (type(i) == P::WHEN) return std::nullopt;
  const bool fact = type(at_ + 1) == P::DOT && type(at_ + 2) == P::WORD;
  if (!fact && !compares(at_ + 1)) return std::nullopt;
  const std::size_t end = comparison_end(at_);
  if (end < count_ && type(end) != P::AND && type(end) != P::OR && !is_clause(end)) return std::nullopt;
  // A piece of a rule is read on behind a mistake, where its first token has no text of its own.
  const std::string_view above = bytes_.substr(0, tokens_[at_].begin);
  const std::string when = above.rfind("rule ") + 1 > above.rfind("规则") + 1 ? "when" : "当";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + when + "”"}};
  c.help = Both{"a condition stands behind “" + when + "”", "条件写在“" + when + "”之后"};
  c.fixes.push_back({{source_, tokens_[at_].begin, tokens_[at_].begin}, when + " "});
  return c;
}

}  // namespace caveat::syntax
