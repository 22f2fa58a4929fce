// Names of several words: a name is one, its parts joined by underlines. And names that are joined by another word than a comma.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

// These part what stands before them from what stands behind: no parts of a name.
bool parts_words(const std::string& word) {
  constexpr auto kWords = std::to_array<std::string_view>({"with", "by", "per", "via", "to", "urgently", "immediately",
                                                           "please", "then", "from", "when", "until", "through"});
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

Both one_word() {
  return {"a name is one word; its parts are joined by underlines", "名称是一个词，各部分以下划线相连"};
}

std::string joined(std::string words) {
  std::string out;
  for (const char each : words)
    if (each != ' ' && each != '\t') {
      out += each;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  return out;
}

}  // namespace

bool Explainer::speaks_english() const {
  std::size_t line = at_ < count_ ? tokens_[at_].begin : bytes_.size();
  if (at_ >= count_ && count_ > 0) line = tokens_[count_ - 1].begin;
  for (;;) {
    while (line > 0 && bytes_[line - 1] != '\n' && bytes_[line - 1] != '\r') --line;
    const char first = line < bytes_.size() ? bytes_[line] : '\0';
    const bool at_the_margin = first != ' ' && first != '\t' && first != '#' && first != '\n' && first != '\r';
    if (at_the_margin || line == 0) return first >= 'a' && first <= 'z';
    --line;
  }
}

// then require identity check, default queue aml team, owner Wealth Compliance, one of cash deposit, loan
std::optional<Complaint> Explainer::name_of_several_words() {
  if (at_ < 2 || at_ >= count_ || begins_line(at_)) return std::nullopt;
  // parameter max fee 5: of these the second has been taken for the value.
  const bool of_value = type(0) == P::PARAMETER && at_ == 3 && type(at_) == P::NUMBER && type(2) == P::WORD;
  if ((!of_value && type(at_) != P::WORD) || type(at_ - 1 - of_value) != P::WORD) return std::nullopt;
  std::size_t first = at_ - 1 - of_value, last = at_ - of_value;
  while (first > 2 && type(first - 1) == P::DOT && type(first - 2) == P::WORD) first -= 2;
  while (type(last + 1) == P::WORD && !begins_line(last + 1)) ++last;
  const int behind = last + 1 < count_ ? type(last + 1) : 0;
  // rule a b "t", 规则 风险 等级 “t”; but the second may be a clause that is misspelt
  const int head = first == 1 ? type(0) : 0;
  const bool titled = head != 0 && head != P::USE && head != P::FACTS && behind == P::TEXT && !nearest_keyword();
  bool named = false, of_conditions = true, several = false;
  switch (head) {
    case P::QUEUE:
    case P::LEXICON:
    case P::WORDING:
    case P::REQUIREMENT:
      named = true;
      break;
    case P::PACK:
    case P::CALENDAR:
    case P::RULE:
      named = behind == 0 || behind == P::LINE || behind == P::COVERS || behind == P::EN || behind == P::ZH ||
              (head == P::RULE && is_clause(last + 1));
      break;
    case P::SOURCE:
    case P::SCALE:
    case P::DEFINE:
    case P::TOPIC:
      named = behind == P::IS || behind == P::AS || behind == P::ALSO || behind == P::EN || behind == P::ZH;
      break;
    case P::PARAMETER:
      named = behind == P::NUMBER || behind == P::YES || behind == P::NO || behind == P::ALSO;
      break;
    case P::DATA:
      named = behind == P::KEYED_BY || behind == P::ALSO;
      break;
    default:
      break;
  }
  if (!named && head == 0) {
    std::size_t opener = first - 1;
    while (opener > 0 && (type(opener) == P::WORD || type(opener) == P::COMMA || type(opener) == P::ALSO ||
                          type(opener) == P::LPAREN))
      --opener;
    const bool direct = opener + 1 == first;
    switch (type(opener)) {
      case P::REQUIRE:
      case P::HAND_OFF:
      case P::FLAG:
      case P::ALERT:
      case P::DISCLOSE:
        named = direct;
        break;
      case P::DEFAULT_QUEUE:
      case P::OVERFLOW_TO:
        named = direct;
        of_conditions = false;
        break;
      case P::CITES:
      case P::OWNER:
      case P::VISIBLE_TO:
      case P::SKILLS:
      case P::ONE_OF:
        named = several = true;
        of_conditions = type(opener) == P::CITES;
        break;
      case P::FROM:
        named = type(0) == P::FACTS || type(0) == P::REQUIREMENT;
        break;
      default:
        break;
    }
  }
  if (!titled && !named) return std::nullopt;
  for (std::size_t i = at_; i <= last; ++i)
    if (parts_words(text(i))) return std::nullopt;
  const bool glued = std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
    return s.kind == KeywordKind::clause && !is_ascii(s.text) && text(at_).starts_with(s.text);
  });
  if (glued) return std::nullopt;
  const bool ascii = is_ascii(text(first, last));
  // 转人工 至 坐席 高优先级: what is no name
  if (!titled && !ascii && (of_conditions || nearest_keyword() || joined_keyword())) return std::nullopt;
  if (!titled && ascii && head == 0 && nearest_keyword()) return std::nullopt;
  if (head == 0 && ascii && last == first + 1 && (text(first) == "the" || text(first) == "a" || text(first) == "an")) {
    Complaint c{&codes::kUnexpected, span(first, first), {"“" + text(first) + "”", Both{"a name", "名称"}}};
    c.fixes.push_back({{source_, tokens_[first].begin, tokens_[last].begin}, ""});
    return c;
  }
  const std::string meant = joined(text(first, last));
  Complaint c{&codes::kUnexpected, span(first, last), {"“" + text(first, last) + "”", "“" + meant + "”"}};
  c.help = one_word();
  c.fixes.push_back({c.span, meant});
  if (several) {  // cites S T: which of the two, the author knows
    std::string list = text(first);
    for (std::size_t i = first + 1; i <= last; ++i) list += (ascii ? ", " : "、") + text(i);
    c.arguments[1] = Both{"“" + meant + "” or “" + list + "”", "“" + meant + "”或“" + list + "”"};
    c.help = Both{"a name is one word, its parts joined by underlines; several names are parted by a comma",
                  "名称是一个词，各部分以下划线相连；多个名称之间用顿号或逗号"};
    c.fixes.push_back({c.span, list});
  }
  return c;
}

// customer age is above 5, answer text contains "x", 客户 年龄 高于 5: the group and its fact without the dot between them.
std::optional<Complaint> Explainer::path_without_dot() {
  if (at_ < 2 || at_ >= count_ || type(at_ - 1) != P::WORD || begins_line(at_)) return std::nullopt;
  const bool type_name = std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
    return s.token == type(at_) && s.kind == KeywordKind::type && s.text == text(at_);
  });
  if (type(at_) != P::WORD && !type_name) return std::nullopt;
  if (type(at_ - 2) != P::LPAREN && !bounds_conditions(at_ - 2)) return std::nullopt;
  std::size_t last = at_;
  while (type(last + 1) == P::WORD && !begins_line(last + 1)) ++last;
  const bool one = last == at_ && (bounds_conditions(last + 1) || type(last + 1) == P::DOT);
  if (!one && !compares(last + 1)) return std::nullopt;
  const std::string fact_word = text(at_);
  if (fact_word == "中" || fact_word == "里" || fact_word == "内") return std::nullopt;     // 回答 中 包含 “…”
  if (std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {  // 回答 包含任一承诺
        return s.kind == KeywordKind::compare && fact_word.starts_with(s.text);
      }))
    return std::nullopt;
  const std::string group = text(at_ - 1);
  constexpr auto kParts = std::to_array<std::string_view>(
      {"customer", "product", "conversation", "bot", "action", "客户", "产品", "会话", "机器人", "操作"});
  bool known = !value_of("subject", group).empty() || std::find(kParts.begin(), kParts.end(), group) != kParts.end();
  constexpr std::size_t kSearched = 65'536;  // each mistake searches
  for (const std::string_view keyword : {"facts ", "事实 "})
    known = known || bytes_.substr(0, kSearched).find(std::string(keyword) + group) != std::string_view::npos;
  if (!known) return std::nullopt;
  std::string fact = joined(text(at_, last));
  if (!is_ascii(fact)) std::erase(fact, '_');
  const std::string meant = group + "." + fact;
  Complaint c{&codes::kUnexpected, span(at_ - 1, last), {"“" + text(at_ - 1, last) + "”", "“" + meant + "”"}};
  c.help = Both{"a dot parts the group from its fact", "组与其事实之间写“.”"};
  c.fixes.push_back({c.span, meant});
  return c;
}

// date of birth date, risk tolerance: scale risk, 新 收款人 是否
std::optional<Complaint> Explainer::fact_of_several_words() {
  if (type(0) != P::FACTS || at_ == 0 || at_ >= count_) return std::nullopt;
  const std::size_t first = line_of(at_);
  if (first == 0 || at_ <= first || first + 8 < at_) return std::nullopt;
  const auto opens_type = [&](std::size_t at) {
    return type(at) == P::SCALE || type(at) == P::TIME_ZONE ||
           std::any_of(all_spellings().begin(), all_spellings().end(),
                       [&](const Spelling& s) { return s.token == type(at) && s.kind == KeywordKind::type; });
  };
  std::size_t behind = first + 1;
  for (;; ++behind) {
    if (behind >= count_ || begins_line(behind)) return std::nullopt;
    if (type(behind) == P::COLON || opens_type(behind)) break;
    const unsigned char letter = static_cast<unsigned char>(text(behind).empty() ? ' ' : text(behind).front());
    const bool word = letter >= 0x80 || std::isalpha(letter) != 0;
    if (!word || type(behind) == P::TEXT || type(behind) == P::IS || type(behind) == P::AS ||
        type(behind) == P::COMMA || type(behind) == P::ALSO || type(behind) == P::YES || type(behind) == P::NO ||
        type(behind) == P::OR)
      return std::nullopt;
  }
  if (behind < first + 2 || at_ > behind) return std::nullopt;
  const bool colon = type(behind) == P::COLON;
  if (colon && !opens_type(behind + 1)) return std::nullopt;
  std::string meant = joined(text(first, behind - 1));
  const std::size_t bracket = std::min(meant.find("（"), meant.find('('));
  if (bracket != meant.npos && bracket > 0) meant.resize(bracket);  // 年龄（岁）: as a form has it
  while (meant.ends_with('_')) meant.pop_back();
  Complaint c{&codes::kUnexpected, span(first, behind - 1), {"“" + text(first, behind - 1) + "”", "“" + meant + "”"}};
  c.help = one_word();
  const bool glued = colon && tokens_[behind].end == tokens_[behind + 1].begin;
  c.fixes.push_back({span(first, colon ? behind : behind - 1), meant + (glued ? " " : "")});
  return c;
}

// cites S and T, 依据 甲 和 乙, owner a and b: several names are parted by a comma.
std::optional<Complaint> Explainer::names_joined() {
  if (at_ < 2 || at_ + 1 >= count_ || !expects(P::COMMA) || begins_line(at_)) return std::nullopt;
  const std::string found = text(at_);
  const bool place = type(at_) == P::ARTICLE || type(at_) == P::PARAGRAPH || type(at_) == P::ITEM ||
                     type(at_) == P::SECTION || type(at_) == P::ORDINAL || type(at_) == P::ORDINAL_WORD;
  if (place && type(0) == P::RULE && type(at_ - 2) == P::CITES) {  // cites S article 3
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", expected()}};
    c.help = Both{"a rule names its source; the place in law stands there: source HOUSE is \"…\" article 3",
                  "规则只写法源之名，条款写在法源声明中：法源 甲 为 《…》 第3条"};
    return c;
  }
  constexpr auto kJoins = std::to_array<std::string_view>({"and", "or", "和", "及", "与", "以及", "且", "或", "并"});
  if (std::find(kJoins.begin(), kJoins.end(), found) == kJoins.end()) return std::nullopt;
  std::size_t opener = at_ - 1;
  while (opener > 0 && (type(opener) == P::WORD || type(opener) == P::COMMA || type(opener) == P::DOT)) --opener;
  switch (type(opener)) {
    case P::CITES:
    case P::OWNER:
    case P::APPLIES_TO:
    case P::VISIBLE_TO:
    case P::SKILLS:
    case P::PROOF:
    case P::BY:
    case P::ONE_OF:
      break;
    default:
      return std::nullopt;
  }
  if (type(opener) == P::ONE_OF && type(0) != P::FACTS) return std::nullopt;
  if (type(at_ + 1) != P::WORD && value_of("subject", text(at_ + 1)).empty()) return std::nullopt;
  const std::string comma = is_ascii(found) ? "," : "、";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", "“" + comma + "”"}};
  c.help = Both{"several names are parted by a comma", "多个名称之间用顿号或逗号"};
  c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_ + 1].begin}, comma == "," ? ", " : comma});
  return c;
}

}  // namespace caveat::syntax
