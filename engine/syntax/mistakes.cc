#include "engine/syntax/mistakes.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>

#include "engine/base/nearest.h"
#include "engine/base/units.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/marks.h"
#include "engine/syntax/numerals.h"
#include "engine/syntax/spaced.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

// 不含 of 但不含, `is one` of `is one of`: but not `one of` of `none of`.
bool is_part_of(std::string_view part, std::string_view whole) {
  const bool chinese = !is_ascii(part);
  if (part.size() >= whole.size()) return false;
  return (whole.ends_with(part) && (chinese || whole[whole.size() - part.size() - 1] == ' ')) ||
         (whole.starts_with(part) && (chinese || whole[part.size()] == ' '));
}

bool is_keyword(const std::string& text) {
  return std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) { return s.text == text; });
}

// Empty where that language says it in another way.
Both quoted_spelling(int token) {
  Both one;
  for (const auto* s : spellings_of(token, Language::en)) {
    std::string& into = s->language == Language::en ? one.en : one.zh;
    if (into.empty()) into = "“" + s->text + "”";
  }
  return one;
}

Both kind_named(KeywordKind kind) {
  switch (kind) {
    case KeywordKind::declaration:
      return {"a declaration", "声明"};
    case KeywordKind::line:
      return {"another line of this declaration", "本声明的其他行"};
    case KeywordKind::clause:
      return {"a clause (“when”, “then”, “because” …)", "子句（“当”、“则”、“理由”等）"};
    case KeywordKind::modifier:
      return {"an attribute (“assessed”, “data class” …)", "附加说明（“经评估”、“数据类别”等）"};
    case KeywordKind::type:
      return {"a type (yes/no, integer, decimal, percent, money, text, date, duration, one of, scale, list of …)",
              "类型（是否、整数、小数、百分比、款项、文本、日期型、时长、取值、分级、列表等）"};
    case KeywordKind::effect:
      return {"an effect (“block”, “hand off to”, “redact” …)", "处置（“拦截”、“转人工 至”、“脱敏”等）"};
    case KeywordKind::compare:
      return {"a comparison (“is”, “is at least”, “contains” …)", "比较（“为”、“不低于”、“包含”等）"};
    case KeywordKind::group:
      return {"a group of conditions", "条件组"};
    case KeywordKind::value:
      return {"a value", "值"};
    case KeywordKind::unit:
      return {"a unit", "单位"};
    default:
      return {};
  }
}

Both sign_named(int type) {
  switch (type) {
    case P::LPAREN:
      return {"“(”", "“（”"};
    case P::RPAREN:
      return {"“)”", "“）”"};
    case P::LBRACKET:
      return {"“[”", "“[”"};
    case P::RBRACKET:
      return {"“]”", "“]”"};
    case P::COMMA:
      return {"“,”", "“，”"};
    case P::SEMICOLON:
      return {"“;”", "“；”"};
    case P::EQUALS:
      return {"“=”", "“=”"};
    case P::RANGE:
      return {"“..”", "“至”"};
    case P::PATTERN:
      return {"a pattern between slashes (/…/)", "斜线之间的正则式（/…/）"};
    case P::TEXT:
      return {"a text in quotes", "引号中的文本"};
    case P::NUMBER:
      return {"a number", "数"};
    case P::DATE:
      return {"a date such as 2026-02-01", "日期，如 2026-02-01"};
    case P::TIME:
      return {"a time such as 09:00", "时间，如 09:00"};
    case P::WEEKDAY:
      return {"a day of the week", "星期几"};
    case P::INSTANT:
      return {"a moment such as 2026-03-01T10:00", "时刻，如 2026-03-01T10:00"};
    case P::WORD:
      return {"a name", "名称"};
    case P::LINE:
      return {"a new line", "换行"};
    case P::CURRENCY:
    case P::TIME_UNIT:
      return {"a unit", "单位"};
    default:
      return {};
  }
}

// The expected things in few words: names and values first, then keywords by themselves if few, by kind if many.
Both in_words(const std::vector<int>& types) {
  const std::set<int> set(types.begin(), types.end());
  const auto has = [&](int type) { return set.count(type) != 0; };
  std::vector<Both> parts;
  const bool name = has(P::WORD);
  const bool value = name && has(P::NUMBER) && has(P::LPAREN);
  if (value) {
    if (has(P::NOT)) {
      parts.push_back({"a condition", "条件"});
    } else {
      parts.push_back({"a value", "值"});
    }
  } else {
    for (const int sign :
         {P::WORD, P::TEXT, P::NUMBER, P::DATE, P::INSTANT, P::TIME, P::WEEKDAY, P::PATTERN, P::LBRACKET}) {
      if (sign == P::NUMBER && has(P::IS) && has(P::GE)) continue;  // 60岁以上, which is a comparison too
      if (has(sign) && !(name && sign == P::WEEKDAY)) parts.push_back(sign_named(sign));
    }
    if (has(P::TIME_UNIT) && !has(P::WHEN)) parts.push_back(sign_named(P::TIME_UNIT));
  }
  if (!name) {  // where a name may stand nearly every keyword is one
    // After a complete condition joining words of every sort may follow; those that a message can use are told.
    const bool goes_on = has(P::AND) && has(P::OR);
    std::vector<std::pair<KeywordKind, std::vector<int>>> kinds;
    for (const auto& s : all_spellings()) {
      if (!has(s.token) || s.kind == KeywordKind::tail || s.kind == KeywordKind::tag) continue;
      if (goes_on && (s.kind == KeywordKind::word || s.kind == KeywordKind::value || s.kind == KeywordKind::line))
        continue;
      auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == s.kind; });
      if (kind == kinds.end()) kind = kinds.insert(kinds.end(), {s.kind, {}});
      auto& tokens = kind->second;
      if (std::find(tokens.begin(), tokens.end(), s.token) == tokens.end()) tokens.push_back(s.token);
    }
    std::stable_sort(kinds.begin(), kinds.end(), [](const auto& x, const auto& y) {
      const auto rank = [](KeywordKind k) {
        switch (k) {
          case KeywordKind::type:
            return 0;
          case KeywordKind::compare:
            return 1;
          case KeywordKind::logic:
            return 2;
          case KeywordKind::clause:
            return 3;
          default:
            return 4;
        }
      };
      return rank(x.first) < rank(y.first);
    });
    const bool all_types = has(P::T_TEXT) && has(P::T_DATE);  // told as a kind, with these two among them
    for (auto& [kind, tokens] : kinds) {
      const Both whole = kind_named(kind);
      if (all_types) std::erase_if(tokens, [](int token) { return token == P::SCALE || token == P::TIME_ZONE; });
      if (has(P::SIGN_LT) && !has(P::GT)) std::erase(tokens, P::LT);  // a scale's sign, told below
      if (tokens.size() > 4 && !whole.en.empty()) {
        parts.push_back(whole);
      } else if (kind != KeywordKind::type || tokens.size() <= 4) {
        for (const int token : tokens) parts.push_back(quoted_spelling(token));
      }
    }
  }
  for (const int sign : {P::LPAREN, P::RPAREN, P::RBRACKET, P::COMMA, P::SEMICOLON, P::EQUALS}) {
    if (has(sign) && !value) parts.push_back(sign_named(sign));
  }
  if (has(P::SIGN_LT) && !has(P::GT)) parts.push_back({"“<”", "“<”"});
  const bool nothing_in_english =
      std::all_of(parts.begin(), parts.end(), [](const Both& part) { return part.en.empty(); });
  if (nothing_in_english && has(P::RANGE)) parts = {sign_named(P::RANGE)};  // 至 is a word, and its twin a sign
  if (parts.empty() && has(P::LINE)) parts.push_back(sign_named(P::LINE));
  if (parts.empty()) return {"the end of the declaration", "声明结束"};
  const auto joined = [&](std::string Both::* side, const char* between, const char* before_last) {
    std::vector<std::string> shown;
    constexpr std::size_t kMost = 6;
    for (const auto& part : parts) {
      if (!(part.*side).empty() && shown.size() < kMost) shown.push_back(part.*side);
    }
    std::string all;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      if (i > 0) all += i + 1 == shown.size() ? before_last : between;
      all += shown[i];
    }
    return all;
  };
  Both all{joined(&Both::en, ", ", " or "), joined(&Both::zh, "、", "或")};
  if (all.en.empty()) all.en = "something else";  // what stands there is said in another way in English
  if (all.zh.empty()) all.zh = "其他内容";
  return all;
}

// One explanation looks at the tokens of one declaration.
class Explainer {
 public:
  Explainer(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes, const Mistake& mistake)
      : tokens_(tokens),
        count_(count),
        source_(source),
        bytes_(bytes),
        mistake_(mistake),
        at_(std::min(mistake.token, count)) {}

  Complaint explain() {
    for (const auto special : {&Explainer::full_stop,
                               &Explainer::in_capitals,
                               &Explainer::traditional,
                               &Explainer::number_in_words_here,
                               &Explainer::unspaced_phrase,
                               &Explainer::share_glued,
                               &Explainer::said_with_its_bound,
                               &Explainer::dot_of_a_path,
                               &Explainer::doubled_sign,
                               &Explainer::dash_for_to,
                               &Explainer::name_in_marks,
                               &Explainer::law_in_marks,
                               &Explainer::day_in_force,
                               &Explainer::is_of_habit,
                               &Explainer::in_between,
                               &Explainer::place_in_law,
                               &Explainer::begins_in_force,
                               &Explainer::in_force_left_out,
                               &Explainer::priority_left_out,
                               &Explainer::if_unknown_otherwise,
                               &Explainer::use_within_pack,
                               &Explainer::yes_or_no,
                               &Explainer::text_for_a_name,
                               &Explainer::effects_unjoined,
                               &Explainer::no_queue,
                               &Explainer::range_in,
                               &Explainer::joined_comparison,
                               &Explainer::negated_between,
                               &Explainer::between_ends,
                               &Explainer::fact_left_out,
                               &Explainer::older_than,
                               &Explainer::in_the_past,
                               &Explainer::recently,
                               &Explainer::dotted_date,
                               &Explainer::bound_included,
                               &Explainer::several_values,
                               &Explainer::in_words_of_law,
                               &Explainer::day_before,
                               &Explainer::yuan_before,
                               &Explainer::number_alone,
                               &Explainer::no_comparison,
                               &Explainer::part_of_glued,
                               &Explainer::less_than_ago,
                               &Explainer::in_brackets,
                               &Explainer::said_in_parts,
                               &Explainer::mixed_logic,
                               &Explainer::list_word,
                               &Explainer::negated_comparison,
                               &Explainer::bare_within,
                               &Explainer::nested_quantifier,
                               &Explainer::list_in_brackets,
                               &Explainer::joint_of_a_list,
                               &Explainer::open_bracket,
                               &Explainer::comma_before_clause,
                               &Explainer::comma_for_and,
                               &Explainer::no_else,
                               &Explainer::second_when,
                               &Explainer::double_not,
                               &Explainer::no_expectation,
                               &Explainer::file_behind_is,
                               &Explainer::habit,
                               &Explainer::glued}) {
      if (auto complaint = (this->*special)()) return *complaint;
    }
    return plain();
  }

 private:
  int type(std::size_t at) const { return at < count_ ? tokens_[at].type : 0; }
  std::string text(std::size_t at) const {
    return std::string(bytes_.substr(tokens_[at].begin, tokens_[at].end - tokens_[at].begin));
  }
  std::string text(std::size_t first, std::size_t last) const {
    return std::string(bytes_.substr(tokens_[first].begin, tokens_[last].end - tokens_[first].begin));
  }
  Span span(std::size_t first, std::size_t last) const { return {source_, tokens_[first].begin, tokens_[last].end}; }
  bool expects(int token) const {
    return std::find(mistake_.expected.begin(), mistake_.expected.end(), token) != mistake_.expected.end();
  }
  bool begins_line(std::size_t at) const {
    std::size_t begin = tokens_[at].begin;
    while (begin > 0 && (bytes_[begin - 1] == ' ' || bytes_[begin - 1] == '\t')) --begin;
    return begin == 0 || bytes_[begin - 1] == '\n' || bytes_[begin - 1] == '\r';
  }
  bool is_clause(std::size_t at) const {
    return std::any_of(all_spellings().begin(), all_spellings().end(),
                       [&](const Spelling& s) { return s.token == type(at) && s.kind == KeywordKind::clause; });
  }
  // 那么 拦截, on a line of its own: a clause is meant.
  bool begins_clause(std::size_t at) const { return begins_line(at) && means_a(KeywordKind::clause, text(at)); }

  std::optional<Complaint> joined_comparison() {
    return type(at_) == P::OR || type(at_) == P::AND ? habit() : std::nullopt;  // is less than or equal to
  }
  std::optional<Complaint> full_stop();
  std::optional<Complaint> in_capitals();
  std::optional<Complaint> traditional();
  std::optional<Complaint> number_in_words_here();
  std::optional<Complaint> unspaced_phrase();
  std::optional<Complaint> share_glued();
  std::optional<Complaint> said_with_its_bound();
  std::optional<Complaint> dot_of_a_path();
  std::optional<Complaint> doubled_sign();
  std::optional<Complaint> dash_for_to();
  std::optional<Complaint> name_in_marks();
  std::optional<Complaint> law_in_marks();
  std::optional<Complaint> day_in_force();
  std::optional<Complaint> joint_of_a_list();
  std::optional<Complaint> comma_for_and();
  std::optional<Complaint> is_of_habit();
  std::optional<Complaint> in_between();
  std::optional<Complaint> place_in_law();
  std::optional<Complaint> begins_in_force();
  std::optional<Complaint> in_force_left_out();
  std::optional<Complaint> priority_left_out();
  std::optional<Complaint> if_unknown_otherwise();
  std::optional<Complaint> use_within_pack();
  std::optional<Complaint> yes_or_no();
  std::optional<Complaint> text_for_a_name();
  std::optional<Complaint> effects_unjoined();
  std::optional<Complaint> no_queue();
  bool ends_effect(std::size_t at) const;
  std::optional<Complaint> range_in();
  std::optional<Complaint> negated_between();
  std::optional<Complaint> between_ends();
  std::optional<Complaint> fact_left_out();
  std::optional<Complaint> older_than();
  std::optional<Complaint> in_the_past();
  std::optional<Complaint> recently();
  std::optional<Complaint> dotted_date();
  std::optional<Complaint> bound_included();
  std::optional<Complaint> several_values();
  std::optional<Complaint> in_words_of_law();
  std::optional<Complaint> day_before();
  std::optional<Complaint> yuan_before();
  std::optional<Complaint> number_alone();
  std::optional<Complaint> no_comparison();
  std::optional<Complaint> part_of_glued();
  std::optional<Complaint> less_than_ago();
  std::optional<Complaint> in_brackets();
  std::optional<Complaint> said_in_parts();
  // Where the comparison begins in which token `at` stands, and the token behind its last.
  bool compares(std::size_t at) const;
  std::size_t comparison_begin(std::size_t at) const;
  std::size_t comparison_end(std::size_t at) const;
  bool bounds_conditions(std::size_t at) const;
  bool opens_definition(std::size_t at) const;
  std::optional<Complaint> mixed_logic();
  std::optional<Complaint> list_word();
  std::optional<Complaint> negated_comparison();
  std::optional<Complaint> bare_within();
  std::optional<Complaint> nested_quantifier();
  std::optional<Complaint> list_in_brackets();
  std::optional<Complaint> open_bracket();
  std::optional<Complaint> comma_before_clause();
  std::optional<Complaint> no_else();
  std::optional<Complaint> file_behind_is();
  std::optional<Complaint> second_when();
  std::optional<Complaint> double_not();
  std::optional<Complaint> no_expectation();
  std::optional<Complaint> habit();
  std::optional<Complaint> glued();
  Complaint plain();
  Both expected() const {
    return mistake_.expected.empty() ? Both{"something else", "其他内容"} : in_words(mistake_.expected);
  }
  Both how_written() const;
  Both keyword_for_a_value() const;
  struct Near {
    std::size_t first, last;
    std::vector<std::string> spellings;
  };
  std::optional<Near> nearest_keyword() const;
  // Where the parser cannot say what it expected: whatever may begin a line there, or go on in one.
  bool may_stand(const Spelling& s) const {
    if (!mistake_.expected.empty()) return expects(s.token);
    const bool opens = s.kind == KeywordKind::line || s.kind == KeywordKind::clause;
    return at_ < count_ && begins_line(at_) ? opens : s.kind != KeywordKind::declaration;
  }
  std::optional<Near> nearest_unit() const;

  const Token* tokens_;
  std::size_t count_;
  SourceId source_;
  std::string_view bytes_;
  const Mistake& mistake_;
  std::size_t at_;
};

// 定义 甲 为 …: the first 为 is no comparison.
bool Explainer::opens_definition(std::size_t at) const {
  if (type(at) != P::IS || (type(0) != P::DEFINE && type(0) != P::TOPIC)) return false;
  for (std::size_t i = 1; i < at; ++i)
    if (type(i) == P::IS || type(i) == P::AS) return false;
  return true;
}

bool Explainer::bounds_conditions(std::size_t at) const {
  switch (type(at)) {
    case P::AND:
    case P::OR:
    case P::NOT:
    case P::WHEN:
    case P::UNLESS:
    case P::THEN:
    case P::BECAUSE:
    case P::IF_UNKNOWN:
    case P::SAY:
    case P::AS:
    case P::WHERE:
    case P::EACH_SATISFIES:
    case P::SEMICOLON:
    case P::LINE:
      return true;
    default:
      return at >= count_ || begins_clause(at) || opens_definition(at);
  }
}

bool Explainer::compares(std::size_t at) const {
  return std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
    return s.token == type(at) && s.kind == KeywordKind::compare && s.token != P::BETWEEN_END;
  });
}

std::size_t Explainer::comparison_begin(std::size_t at) const {
  std::size_t depth = 0, begin = at;
  while (begin > 0) {
    const int before = type(begin - 1);
    if (before == P::RPAREN || before == P::RBRACKET) ++depth;
    if (before == P::LPAREN || before == P::LBRACKET) {
      if (depth == 0) break;
      --depth;
    }
    if (depth == 0 && bounds_conditions(begin - 1)) break;
    --begin;
  }
  return begin;
}

std::size_t Explainer::comparison_end(std::size_t at) const {
  std::size_t depth = 0;
  bool between = false;
  for (; at < count_; ++at) {
    const int here = type(at);
    if (here == P::RPAREN || here == P::RBRACKET) {
      if (depth == 0) break;
      --depth;
    }
    if (here == P::LPAREN || here == P::LBRACKET) ++depth;
    if (here == P::BETWEEN) between = true;
    if (depth > 0) continue;
    if (here == P::AND && between) {
      between = false;
      continue;
    }
    if (bounds_conditions(at)) break;
  }
  return at;
}

// … is below 18. Also where the parser took it for the dot of a path, and stopped behind what opens the next line.
std::optional<Complaint> Explainer::full_stop() {
  for (std::size_t back = 0; back <= std::min<std::size_t>(at_, 2); ++back) {
    const std::size_t dot = at_ - back, next = dot + 1;
    // `规则 乙：` and `适用于 回答；`, as laws are written; where what goes on is no new clause, it parts members and is one's joint.
    const bool law = back == 0 && dot < count_ && (type(dot) == P::SEMICOLON || type(dot) == P::COLON) &&
                     !expects(type(dot)) && (next >= count_ || type(next) == P::LINE || is_clause(next));
    if ((type(dot) != P::DOT && !law) || (next < count_ && type(next) != P::LINE && !begins_line(next))) continue;
    Complaint c{&codes::kUnexpected, span(dot, dot), {"“" + text(dot) + "”", Both{"the end of the line", "行尾"}}};
    c.help = law ? Both{"no colon or semicolon ends a line", "行尾不用冒号、分号"}
                 : Both{"no full stop ends a line", "行尾不用句点"};
    c.fixes.push_back({span(dot, dot), ""});
    return c;
  }
  return std::nullopt;
}

std::string in_lower_case(std::string text) {
  for (char& each : text) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  return text;
}

// Not customer.vip, Any of (…), is One of a, b: words that were taken for names, and the parser stopped behind them.
std::optional<Complaint> Explainer::in_capitals() {
  constexpr std::size_t kBack = 12;
  for (std::size_t first = at_ - std::min(at_, kBack); first < at_; ++first) {
    if (first == 0 || (type(first) != P::WORD && type(first) != P::IS)) continue;
    const std::string head = in_lower_case(text(first));
    for (const Spelling* s : spellings_from(head.substr(0, head.find(' ')))) {
      std::string written = text(first);
      std::size_t last = first;
      while (written.size() < s->text.size() && last + 1 < std::min(count_, at_ + 1)) written += " " + text(++last);
      if (in_lower_case(written) != s->text || written == s->text) continue;
      const bool one_word = s->words.size() == 1;  // of which a name may be made: only right before the mistake
      if (one_word && (last + 1 != at_ || (s->token != P::NOT && s->token != P::ANY && s->token != P::EVERY))) continue;
      Complaint c{&codes::kUnexpected, span(first, last), {"“" + text(first, last) + "”", "“" + s->text + "”"}};
      c.fixes.push_back({c.span, s->text});
      return c;
    }
  }
  return std::nullopt;
}

// 當, 適用於, 轉人工 至: keywords stand in simplified characters; names stay as they are declared.
std::optional<Complaint> Explainer::traditional() {
  for (std::size_t back = std::min<std::size_t>(at_, 2) + 1; back-- > 0;) {
    const std::size_t first = at_ - back;
    if (first >= count_ || is_ascii(text(first))) continue;
    const std::string head = simplified(text(first));
    for (const Spelling* s : spellings_from(head)) {
      const std::size_t last = first + s->words.size() - 1;
      // 優先級 was taken for the name of a length, 提示 於 for that of a wording.
      const bool taken =
          last + 1 == at_ && (s->token == P::PRIORITY || (s->token == P::AT && first > 0 && type(first - 1) == P::SAY));
      if ((last < at_ && !taken) || last >= count_ || (back == 0 && !may_stand(*s))) continue;
      const std::string written = text(first, last);
      if (simplified(written) != s->text || written == s->text) continue;
      Complaint c{&codes::kTraditional, span(first, last), {written}};
      c.help = Both{"keywords are written in simplified characters: " + s->text, "关键字用简体字：" + s->text};
      c.fixes.push_back({c.span, s->text});
      return c;
    }
  }
  return std::nullopt;
}

// 六十岁以上, 超过五十万元, 保留后四位: numbers stand in digits.
std::optional<Complaint> Explainer::number_in_words_here() {
  for (std::size_t back = 0; back <= 1 && back <= at_; ++back) {
    const std::size_t i = at_ - back;
    if (type(i) != P::WORD) continue;
    auto meant = in_digits(text(i));
    if (!meant) meant = in_digits_behind_a_keyword(text(i));
    if (!meant || (back == 1 && at_ < count_ && type(at_) == P::WORD)) continue;
    Complaint c{&codes::kNumberInWords, span(i, i), {text(i)}};
    c.help = Both{"write it in digits: " + *meant, "请用数字书写：" + *meant};
    c.fixes.push_back({c.span, *meant});
    return c;
  }
  return std::nullopt;
}

// 于结尾, 转人工至坐席: the words of one keyword, without the blanks between them.
std::optional<Complaint> Explainer::unspaced_phrase() {
  if (at_ >= count_ || is_ascii(text(at_))) return std::nullopt;
  const std::string found = simplified(text(at_));
  for (const auto& s : all_spellings()) {
    if (s.language != Language::zh || s.words.size() < 2 || !may_stand(s)) continue;
    std::string joined = s.text;
    std::erase(joined, ' ');
    if (!found.starts_with(joined)) continue;
    const std::string rest = text(at_).substr(joined.size());
    const std::string meant = s.text + (rest.empty() ? "" : " ") + rest;
    Complaint c{&codes::kKeywordGlued, span(at_, at_), {text(at_)}};
    c.help = Both{"put a blank after a keyword: " + meant, "关键字前后请加空格：" + meant};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

// 客户.资产的20%, 客户.资产的 20%, 占 客户.资产的比例: behind a dot the whole run is the name.
std::optional<Complaint> Explainer::share_glued() {
  if (at_ == 0 || at_ >= count_ || type(at_ - 1) != P::WORD) return std::nullopt;
  const std::string written = text(at_ - 1);
  constexpr std::string_view kShare = "的", kPart = "的比例";
  std::string meant;
  if (expects(P::SHARE_END) && written.ends_with(kPart) && written.size() > kPart.size()) {
    meant = written.substr(0, written.size() - kPart.size()) + " " + std::string(kPart);
  } else if (expects(P::OF_SHARE)) {
    const std::size_t digits = std::min(written.find_first_of("0123456789"), written.size());
    const std::string name = written.substr(0, digits);
    const bool number = digits < written.size()
                            ? type(at_) == P::PERCENT || type(at_) == P::COUNT_UNIT
                            : type(at_) == P::NUMBER || type(at_) == P::PARTS_OF || type(at_) == P::WORD;
    if (!number || !name.ends_with(kShare) || name.size() == kShare.size()) return std::nullopt;
    meant = name.substr(0, name.size() - kShare.size()) + " " + std::string(kShare);
    if (digits < written.size()) meant += " " + written.substr(digits);
  }
  if (meant.empty()) return std::nullopt;
  Complaint c{&codes::kKeywordGlued, span(at_ - 1, at_ - 1), {written}};
  c.help = Both{"put a blank after a keyword: " + meant, "关键字前后请加空格：" + meant};
  c.fixes.push_back({c.span, meant});
  return c;
}

// 达到 3次以上: the bound is said once, by the word before or by that behind.
std::optional<Complaint> Explainer::said_with_its_bound() {
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

// 客户.年龄 18-60
std::optional<Complaint> Explainer::dash_for_to() {
  if (type(at_) != P::MINUS || !expects(P::OR_MORE) || expects(P::AND) || type(at_ + 1) != P::NUMBER)
    return std::nullopt;
  const std::string meant = is_ascii(text(0)) ? " .. " : " 至 ";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", is_ascii(text(0)) ? "“..”" : "“至”"}};
  c.fixes.push_back({c.span, meant});
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
  if (at_ == 2 && type(at_) == P::MINUS && tokens_[1].end == tokens_[2].begin && at_ + 1 < count_ &&
      tokens_[2].end == tokens_[3].begin) {
    const std::string meant = text(1) + "_" + text(3);
    Complaint c{&codes::kUnexpected, span(1, 3), {"“" + text(1, 3) + "”", "“" + meant + "”"}};
    c.help = Both{"a name holds letters, digits and underlines", "名称由文字、数字和下划线组成"};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

// 法源 甲法 为 甲法 第28条, 法源 甲法：《甲法》, 《甲法》、《乙法》
std::optional<Complaint> Explainer::law_in_marks() {
  if (type(0) != P::SOURCE || at_ >= count_) return std::nullopt;
  if (type(at_) == P::COLON && expects(P::IS)) {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", quoted_spelling(P::IS)}};
    const bool blank = at_ + 1 < count_ && tokens_[at_].end < tokens_[at_ + 1].begin;
    c.fixes.push_back({c.span, std::string(is_ascii(text(0)) ? " is" : " 为") + (blank ? "" : " ")});
    return c;
  }
  if (type(at_) == P::WORD && expects(P::TEXT) && at_ > 2 && type(at_ - 1) == P::IS) {
    const bool english = is_ascii(text(at_));
    std::size_t last = at_;
    while (last + 1 < count_ && type(last + 1) == P::WORD && !begins_line(last + 1)) ++last;
    const std::string meant = english ? "\"" + text(at_, last) + "\"" : "《" + text(at_, last) + "》";
    Complaint c{&codes::kUnexpected, span(at_, last), {"“" + text(at_, last) + "”", expected()}};
    c.help = Both{"the name of the instrument stands in quotes: " + meant, "法规名称写在书名号或引号中：" + meant};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  if (type(at_) != P::COMMA || at_ == 0) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  if (type(at_ - 1) == P::TEXT) {
    c.help = Both{"a source is one instrument: declare the other in a line of its own and cite both: cites A, B",
                  "一条法源只写一部法规：另一部请另行声明，规则中一并引用：依据 甲、乙"};
    return c;
  }
  c.help =
      Both{"a source names one article: declare one each, or name several in quotes: section \"articles 28 and 29\"",
           "一条法源只写一处：请分别声明，或在引号中写多处：章节 “第28、29条”"};
  return c;
}

// 2026年3月1日起施行
std::optional<Complaint> Explainer::day_in_force() {
  const bool day = type(at_) == P::DATE || type(at_) == P::DATE_WORDS;
  if (!day || !expects(P::SINCE)) return std::nullopt;
  const int tail = type(at_ + 1);
  if (tail != P::IN_FORCE && tail != P::ONWARD && tail != P::END_DAY) return std::nullopt;
  const std::string word = tail == P::END_DAY ? "至" : "自";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + word + "”"}};
  c.help = Both{"write " + word + " " + text(at_, at_ + 1), "请写作：" + word + " " + text(at_, at_ + 1)};
  c.fixes.push_back({{source_, tokens_[at_].begin, tokens_[at_].begin}, word + " "});
  return c;
}

// “甲”；“乙”, “甲”“乙”, “甲”/“乙”: a list's items are parted by a comma.
std::optional<Complaint> Explainer::joint_of_a_list() {
  if (at_ == 0 || at_ >= count_ || !expects(P::COMMA)) return std::nullopt;
  if (type(0) == P::FACTS && begins_line(at_)) return std::nullopt;
  const bool beside = type(at_) == P::TEXT && type(at_ - 1) == P::TEXT;
  const bool joint = (type(at_) == P::SEMICOLON || type(at_) == P::SLASH) && !expects(type(at_)) && at_ + 1 < count_ &&
                     !begins_line(at_ + 1) &&
                     (type(at_ + 1) == P::TEXT || (type(at_ + 1) == P::WORD && type(at_ - 1) == P::WORD));
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

// A，且 B; A，B: conditions are joined by words, and only by these.
std::optional<Complaint> Explainer::comma_for_and() {
  if (at_ == 0 || at_ + 1 >= count_ || !expects(P::AND) || !expects(P::OR)) return std::nullopt;
  if (type(at_) != P::COMMA && type(at_) != P::SEMICOLON) return std::nullopt;
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
  if (expects(P::SEMICOLON)) {  // 至少满足 2 项（A，B）: joined by a word the two would count as one
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
  const std::string meant = rest.empty() ? "为" : "为 " + rest;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(at_, at_), meant});
  return c;
}

// 在 60 到 80 之间, 现在 在 22:00 到 8:00 之间
std::optional<Complaint> Explainer::in_between() {
  if (at_ >= count_ || at_ == 0 || text(at_) != "在" || !expects(P::IS)) return std::nullopt;
  constexpr std::array<std::string_view, 6> kJoints = {"到", "至", "和", "与", "及", "~"};
  std::size_t joint = 0;
  for (std::size_t i = at_ + 2; i < count_ && i < at_ + 12 && !bounds_conditions(i); ++i) {
    if (joint == 0 && std::find(kJoints.begin(), kJoints.end(), text(i)) != kJoints.end()) joint = i;
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

// 第（四）项
std::optional<Complaint> Explainer::place_in_law() {
  if (type(0) != P::SOURCE || at_ >= count_ || at_ < 2) return std::nullopt;
  if (type(at_ - 1) == P::ORDINAL && type(at_) == P::LPAREN && at_ + 3 < count_ && type(at_ + 2) == P::RPAREN) {
    const std::string number = text(at_ + 1), place = text(at_ + 3), meant = "第" + number + place;
    if (!is_ordinal_word(type(at_ + 1) == P::NUMBER ? "第一" + place : meant)) return std::nullopt;  // 第（甲）项
    Complaint c{&codes::kUnexpected, span(at_ - 1, at_ + 3), {"“" + text(at_ - 1, at_ + 3) + "”", "“" + meant + "”"}};
    c.help = Both{"the number stands without brackets", "数不加括号"};
    c.fixes.push_back({span(at_ - 1, at_ + 3), meant});
    return c;
  }
  return std::nullopt;
}

// 自 2026-03-01 起施行, in a rule: these words are those of a source.
std::optional<Complaint> Explainer::begins_in_force() {
  if (type(0) != P::RULE || type(at_) != P::IN_FORCE) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“起”"}};
  c.help = Both{"a source comes into force; a rule holds from a day on: 自 2026-03-01 起",
                "“起施行”用于法源；规则写作：自 2026-03-01 起"};
  c.fixes.push_back({span(at_, at_), "起"});
  return c;
}

// 法源 … 自 2026-02-01, 自 2026-02-01 起, 自 2026-02-01 施行: the commonest line of a source, not said to its end.
std::optional<Complaint> Explainer::in_force_left_out() {
  if (type(0) != P::SOURCE || !expects(P::IN_FORCE) || at_ < 2) return std::nullopt;
  Complaint c{&codes::kUnexpectedEnd, {source_, tokens_[at_ - 1].end, tokens_[at_ - 1].end}, {"“起施行”"}};
  constexpr std::array<std::string_view, 6> kSaid = {"起", "施行", "实施", "起实施", "生效", "起生效"};
  if (at_ < count_ && std::find(kSaid.begin(), kSaid.end(), text(at_)) != kSaid.end()) {
    c.code = &codes::kUnexpected;
    c.span = span(at_, at_);
    c.arguments = {"“" + text(at_) + "”", "“起施行”"};
    c.fixes.push_back({c.span, "起施行"});
    return c;
  }
  if (at_ < count_ && !begins_line(at_) && !is_clause(at_)) return std::nullopt;
  c.fixes.push_back({c.span, " 起施行"});
  return c;
}

// 转人工 至 坐席，紧急
std::optional<Complaint> Explainer::priority_left_out() {
  if (type(0) != P::RULE) return std::nullopt;
  for (std::size_t back = 0; back <= 1 && back < at_; ++back) {
    const std::size_t i = at_ - back;
    if (i >= count_ || type(i) != P::WORD || type(i - 1) != P::COMMA || value_of("priority", text(i)).empty()) continue;
    std::size_t effect = i;
    while (effect > 0 && type(effect) != P::HAND_OFF && !is_clause(effect)) --effect;
    if (type(effect) != P::HAND_OFF) continue;
    const std::string meant = (is_ascii(text(i)) ? "priority " : "优先级 ") + text(i);
    Complaint c{&codes::kUnexpected, span(i, i), {"“" + text(i) + "”", "“" + meant + "”"}};
    c.fixes.push_back({span(i, i), meant});
    return c;
  }
  return std::nullopt;
}

// 不明时 拦截, 若未知 拦截: no habits of a keyword (habits.h), since these say what 若不明 says and nothing else.
std::optional<Complaint> Explainer::if_unknown_otherwise() {
  constexpr std::array<std::string_view, 8> kSaid = {"不明时",   "未知时", "若未知", "若不知道",
                                                     "若不明确", "如不明", "如未知", "如果不明"};
  if (type(0) != P::RULE || at_ >= count_) return std::nullopt;
  if (std::find(kSaid.begin(), kSaid.end(), text(at_)) == kSaid.end()) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“若不明”"}};
  c.fixes.push_back({span(at_, at_), "若不明"});
  return c;
}

// 是/否, as the type of a fact.
std::optional<Complaint> Explainer::yes_or_no() {
  if (type(at_) != P::YES || !expects(P::T_YES_NO) || type(at_ + 1) != P::SLASH || type(at_ + 2) != P::NO)
    return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_ + 2), {"“" + text(at_, at_ + 2) + "”", "“是否”"}};
  c.fixes.push_back({span(at_, at_ + 2), "是否"});
  return c;
}

// `use cn.common` among the lines of the pack.
std::optional<Complaint> Explainer::use_within_pack() {
  if (type(0) != P::PACK || at_ >= count_ || !begins_line(at_)) return std::nullopt;
  if (text(at_) != "use" && text(at_) != "引用") return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  c.help = Both{"it is a declaration of its own and begins at the left margin, below the lines of the pack",
                "它是单独的声明，须顶格书写，放在规则包各行之后"};
  bool last = true;
  for (std::size_t i = at_ + 1; i < count_; ++i) last &= !begins_line(i);
  std::uint32_t begin = tokens_[at_].begin;
  while (begin > 0 && (bytes_[begin - 1] == ' ' || bytes_[begin - 1] == '\t')) --begin;
  if (last) c.fixes.push_back({{source_, begin, tokens_[at_].begin}, ""});
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

bool is_effect(int token) {
  return std::any_of(all_spellings().begin(), all_spellings().end(),
                     [&](const Spelling& s) { return s.token == token && s.kind == KeywordKind::effect; });
}

// Does an effect end before this token?
bool Explainer::ends_effect(std::size_t at) const {
  return bounds_conditions(at) || type(at) == P::ALSO_DO || type(at) == P::COMMA || begins_line(at);
}

// 拦截 转人工 至 坐席, 拦截并转人工
std::optional<Complaint> Explainer::effects_unjoined() {
  if (at_ >= count_ || at_ == 0 || type(0) != P::RULE) return std::nullopt;
  constexpr std::string_view kAlso = "并", kPerson = "转人工";
  const auto keyword = [&](const std::string& word) {  // of an effect, and of one word
    const auto found = std::find_if(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
      return s.kind == KeywordKind::effect && s.language == Language::zh && s.text == word;
    });
    return found == all_spellings().end() ? 0 : found->token;
  };
  const auto effect = [&](const std::string& word) { return word == kPerson || keyword(word) != 0; };
  const auto whole = [&](const std::string& word) {  // no name follows
    const int token = keyword(word);
    return token == P::BLOCK || token == P::ALLOW || token == P::PASS;
  };
  const std::string found = text(at_);
  if (type(at_) == P::COMMA && expects(P::ALSO_DO) && at_ + 1 < count_ && !is_clause(at_ + 1) &&
      (type(at_ + 1) == P::HAND_OFF || text(at_ + 1).starts_with(kPerson) || effect(text(at_ + 1)) ||
       is_effect(type(at_ + 1)))) {  // 拦截、转人工 至 坐席
    const std::string joint = is_ascii(text(0)) ? "and" : "并";
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + joint + "”"}};
    const bool blank = tokens_[at_].end == tokens_[at_ + 1].begin;
    c.fixes.push_back({c.span, " " + joint + (blank ? " " : "")});
    return c;
  }
  const Both help{"between effects stands 并: 拦截 并 转人工 至 «队列»", "处置之间写“并”：拦截 并 转人工 至 «队列»"};
  if (expects(P::ALSO_DO) && !is_ascii(found) && (effect(found) || type(at_) == P::HAND_OFF)) {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", "“并”"}};
    c.help = help;
    if (found != kPerson) c.fixes.push_back({{source_, tokens_[at_].begin, tokens_[at_].begin}, "并 "});
    return c;
  }
  const std::size_t cut = found.find(kAlso);
  if (!expects(P::BLOCK) || cut == std::string::npos || cut == 0) return std::nullopt;
  const std::string before = found.substr(0, cut), behind = found.substr(cut + kAlso.size());
  if (!whole(before) || !effect(behind)) return std::nullopt;
  std::string meant = before + " 并 " + behind;
  Complaint c{&codes::kKeywordGlued, span(at_, at_), {found}};
  const bool named = !ends_effect(at_ + 1);
  if (behind == kPerson && named && text(at_ + 1) != "至") meant += " 至";
  c.help = Both{"put a blank after a keyword: " + meant, "关键字前后请加空格：" + meant};
  if (behind == kPerson && !named) c.help = help;
  if (named != whole(behind)) c.fixes.push_back({span(at_, at_), meant});
  return c;
}

// 则 转人工, then hand off: to whom is not said, and nobody guesses it.
std::optional<Complaint> Explainer::no_queue() {
  if (at_ >= count_ || !expects(P::HAND_OFF)) return std::nullopt;
  const std::string found = text(at_);
  const bool english = found == "hand" && at_ + 1 < count_ && text(at_ + 1) == "off";
  if (!english && found != "转人工" && found != "转接人工") return std::nullopt;
  const std::size_t last = english ? at_ + 1 : at_;
  if (!ends_effect(last + 1)) return std::nullopt;
  Complaint c{&codes::kUnexpected,
              span(at_, last),
              {"“" + text(at_, last) + "”", english ? Both{"“hand off to” and a queue", "“hand off to”与队列"}
                                                    : Both{"“转人工 至” and a queue", "“转人工 至”与队列"}}};
  c.help = english ? Both{"name the queue, as a declaration “queue” does or the pack's line “default queue”: hand off to "
                          "«queue»",
                          "请写明队列，即“queue”所声明、或规则包“default queue”一行所写的：hand off to «queue»"}
                   : Both{"name the queue, as a declaration “队列” does or the pack's line “默认队列”: 转人工 至 «队列»",
                          "请写明队列，即“队列”所声明、或规则包“默认队列”一行所写的：转人工 至 «队列»"};
  return c;
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
    range |= type(i) == P::RANGE;
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
    if (!english && word != "不介于" && word != "未介于") continue;
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
    Complaint c{&codes::kNegatedComparison, span(i, behind - 1), {english ? text(i + 1) : "介于"}};
    c.help = Both{"say “not” before the whole", "请在整个条件之前写“非”"};
    if (begin < i && end > behind && !(begin > 0 && type(begin - 1) == P::NOT)) {
      std::string whole = english ? "not (" + text(begin, i - 1) + " is between " + text(behind, end - 1) + ")"
                                  : "非（" + text(begin, i - 1) + " 介于 " + text(behind, end - 1) + "）";
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
  if (found != "和" && found != "到" && found != "及" && type(at_) != P::UP_TO) return std::nullopt;
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
    const std::string subject = text(begin, verb - 1);
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

// is older than 12 months
std::optional<Complaint> Explainer::older_than() {
  if (at_ < 2 || at_ + 1 >= count_ || text(at_) != "than" || text(at_ - 1) != "older" || type(at_ - 2) != P::IS ||
      type(at_ + 1) != P::NUMBER)
    return std::nullopt;
  const bool length = type(at_ + 2) == P::TIME_UNIT;
  if (length && text(at_ + 2).starts_with("year")) {  // of a birthday or of an age
    const std::string number = text(at_ + 1), ago = "is more than " + text(at_ + 1, at_ + 2) + " ago";
    Complaint c{&codes::kUnexpected,
                span(at_ - 2, at_ + 2),
                {"“" + text(at_ - 2, at_ + 2) + "”",
                 Both{"“" + ago + "” or “is above " + number + "”", "“" + ago + "”或“is above " + number + "”"}}};
    c.help = Both{"of a date: " + ago + "; of a number: is above " + number,
                  "日期写作：" + ago + "；数写作：is above " + number};
    return c;
  }
  const std::size_t last = length ? at_ + 2 : at_;
  const std::string meant = length ? "is more than " + text(at_ + 1, at_ + 2) + " ago" : "is above";
  Complaint c{&codes::kUnexpected, span(at_ - 2, last), {"“" + text(at_ - 2, last) + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(at_ - 2, last), meant});
  return c;
}

// is in the past, is in the future: no span follows.
std::optional<Complaint> Explainer::in_the_past() {
  if (at_ == 0 || at_ + 2 >= count_ || type(at_ - 1) != P::IS || text(at_) != "in" || text(at_ + 1) != "the")
    return std::nullopt;
  const std::string when = text(at_ + 2);
  if ((when != "past" && when != "future") ||
      (at_ + 3 < count_ && !bounds_conditions(at_ + 3) && type(at_ + 3) != P::RPAREN))
    return std::nullopt;
  const std::string meant = when == "past" ? "is before today" : "is after today";
  const std::string of_moment = when == "past" ? "is before now" : "is after now";
  Complaint c{&codes::kUnexpected, span(at_ - 1, at_ + 2), {"“" + text(at_ - 1, at_ + 2) + "”", "“" + meant + "”"}};
  c.help = Both{"of a moment: " + of_moment, "时刻写作：" + of_moment};
  c.fixes.push_back({span(at_ - 1, at_ + 2), meant});
  return c;
}

// 最近12个月, 在 过去 12 个月 内
std::optional<Complaint> Explainer::recently() {
  if (at_ >= count_ || !expects(P::IS)) return std::nullopt;
  const std::size_t word = text(at_) == "在" ? at_ + 1 : at_;
  if (word >= count_) return std::nullopt;
  std::string written = text(word), number;
  const std::size_t digits = std::min(written.find_first_of("0123456789"), written.size());
  number = written.substr(digits);
  written.resize(digits);
  if (written != "最近" && written != "近" && written != "过去") return std::nullopt;
  std::size_t last = word;
  if (number.empty()) {
    if (type(word + 1) != P::NUMBER) return std::nullopt;
    number = text(++last);
  }
  if (++last >= count_) return std::nullopt;
  std::string unit = text(last);  // behind 最近12 nothing was cut by the units
  for (const std::string_view inside : {"以内", "内"})
    if (unit.ends_with(inside)) unit.resize(unit.size() - inside.size());
  const bool known = std::any_of(units_and_tails().begin(), units_and_tails().end(),
                                 [&](const Spelling& s) { return s.token == P::TIME_UNIT && s.text == unit; });
  if (!known) return std::nullopt;
  const std::string meant = "距今 不超过 " + number + unit;
  if (last + 1 < count_ && (text(last + 1) == "内" || text(last + 1) == "以内")) ++last;
  Complaint c{&codes::kUnexpected, span(at_, last), {"“" + text(at_, last) + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(at_, last), meant});
  return c;
}

// 2026.3.1
std::optional<Complaint> Explainer::dotted_date() {
  if (at_ == 0 || at_ + 1 >= count_ || text(at_) != "." || type(at_ - 1) != P::NUMBER || type(at_ + 1) != P::NUMBER)
    return std::nullopt;
  const std::string front = text(at_ - 1), day = text(at_ + 1), whole = text(at_ - 1, at_ + 1);
  const std::size_t dot = front.find('.');
  const auto plain = [](std::string_view digits) {
    return !digits.empty() && digits.size() <= 2 && digits.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (dot != 4 || !plain(front.substr(5)) || !plain(day) || whole != front + "." + day) return std::nullopt;
  const auto two = [](const std::string& digits) { return digits.size() == 1 ? "0" + digits : digits; };
  const std::string meant = front.substr(0, 4) + "-" + two(front.substr(5)) + "-" + two(day);
  if (!parse_date(meant)) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_ - 1, at_ + 1), {"“" + whole + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(at_ - 1, at_ + 1), meant});
  return c;
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

// 客户.生日 2008年1月1日以前
std::optional<Complaint> Explainer::day_before() {
  if ((type(at_) != P::DATE && type(at_) != P::DATE_WORDS) || !expects(P::IS) || at_ + 1 >= count_) return std::nullopt;
  constexpr std::array<std::array<std::string_view, 2>, 6> kTails = {
      {{"以前", "早于"}, {"之前", "早于"}, {"前", "早于"}, {"以后", "晚于"}, {"之后", "晚于"}, {"起", "不早于"}}};
  for (const auto& [tail, keyword] : kTails) {
    if (text(at_ + 1) != tail) continue;
    const std::string meant = std::string(keyword) + " " + text(at_);
    Complaint c{&codes::kUnexpected, span(at_, at_ + 1), {"“" + text(at_, at_ + 1) + "”", "“" + meant + "”"}};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

// 人民币 500万元: the unit behind the number says it.
std::optional<Complaint> Explainer::yuan_before() {
  if (type(at_) != P::NUMBER || at_ == 0 || (text(at_ - 1) != "人民币" && text(at_ - 1) != "RMB")) return std::nullopt;
  std::size_t unit = at_ + 1;
  while (type(unit) == P::MAGNITUDE) ++unit;
  Complaint c{&codes::kStraySign, span(at_ - 1, at_ - 1), {text(at_ - 1)}};
  c.help = Both{"an amount is written with its unit behind it: 5_000_000 CNY", "金额只在数字后写单位：500万元"};
  if (type(unit) == P::CURRENCY && (text(unit) == "元" || text(unit) == "CNY"))
    c.fixes.push_back({{source_, tokens_[at_ - 1].begin, tokens_[at_].begin}, ""});
  return c;
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
  constexpr std::array<int, 6> kSigns = {P::SIGN_LT, P::SIGN_LE, P::SIGN_GT, P::SIGN_GE, P::SIGN_NE, P::EQUALS};
  const bool sign = std::find(kSigns.begin(), kSigns.end(), type(end)) != kSigns.end();
  if (type(end) != P::NUMBER && !sign && !compares(end)) {  // 客户.余额 + 5元 超过 5元: the fact is not all of it
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
  if (!expects(P::OR_MORE) || expects(P::AND)) return std::nullopt;
  std::size_t number = at_;
  while (number > 0 && type(number) != P::NUMBER && type(number) != P::PARTS_OF) --number;
  if (number == 0) return std::nullopt;
  if (type(number - 1) == P::PARTS_OF) --number;
  return Complaint{
      &codes::kUnexpected, span(number, number), {"“" + text(number) + "”", kind_named(KeywordKind::compare)}};
}

// 占客户.资产 的比例
std::optional<Complaint> Explainer::part_of_glued() {
  constexpr std::string_view kPart = "占";
  if (type(at_) != P::WORD || type(at_ + 1) != P::DOT || !expects(P::SHARE_IN)) return std::nullopt;
  const std::string word = text(at_);
  if (!word.starts_with(kPart) || word.size() == kPart.size()) return std::nullopt;
  const std::string meant = std::string(kPart) + " " + word.substr(kPart.size());
  Complaint c{&codes::kKeywordGlued, span(at_, at_), {word}};
  c.help = Both{"put a blank after a keyword: " + meant, "关键字前后请加空格：" + meant};
  c.fixes.push_back({c.span, meant});
  return c;
}

// 距今 不足12个月: the negation of 不少于 leaves out the same day.
std::optional<Complaint> Explainer::less_than_ago() {
  if (type(at_) != P::LT || at_ < 2 || type(at_ - 1) != P::AGO_FROM_NOW) return std::nullopt;
  const std::size_t begin = comparison_begin(at_ - 1), end = comparison_end(at_);
  if (begin >= at_ - 1 || end <= at_ + 1 || (begin > 0 && type(begin - 1) == P::NOT)) return std::nullopt;
  const std::string meant = "非（" + text(begin, at_ - 1) + " 不少于 " + text(at_ + 1, end - 1) + "）";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + meant + "”"}};
  c.fixes.push_back({span(begin, end - 1), meant});
  return c;
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
          t == P::IF_UNKNOWN)
        break;
      if (t == other) {
        if (!has_other) last_operator = i;
        has_other = true;
      }
    }
    begin = i;
  }
  if (!has_other || begin >= at_ || last_operator + 1 >= at_) return std::nullopt;
  // Forward over the run of the second operator.
  std::size_t end = at_;
  depth = 0;
  for (std::size_t i = at_; i < count_; ++i) {
    const int t = type(i);
    if (t == P::LPAREN || t == P::LBRACKET) ++depth;
    if (t == P::RPAREN || t == P::RBRACKET) {
      if (depth == 0) break;
      --depth;
    }
    if (depth == 0 && i > at_) {
      if (t == other || t == P::WHEN || t == P::UNLESS || t == P::THEN || t == P::BECAUSE || t == P::IF_UNKNOWN ||
          t == P::SEMICOLON || t == P::SAY || t == P::LINE || begins_clause(i)) {
        break;
      }
    }
    end = i;
  }
  if (end == at_) return std::nullopt;
  const bool full_width = !is_ascii(text(begin, end));
  const std::string open = full_width ? "（" : "(", close = full_width ? "）" : ")";
  const std::string gap(bytes_.substr(tokens_[at_ - 1].end, tokens_[at_].begin - tokens_[at_ - 1].end));
  const std::string first = open + text(begin, at_ - 1) + close + gap + text(at_, end);
  const std::string head(bytes_.substr(tokens_[begin].begin, tokens_[last_operator + 1].begin - tokens_[begin].begin));
  const std::string second = head + open + text(last_operator + 1, end) + close;
  Complaint c{&codes::kMixedLogic, span(at_, at_), {}};
  c.help = Both{"put brackets round what belongs together; either of these is clear",
                "给应在一起的条件加括号，以下两种写法都明确"};
  c.fixes = {{span(begin, end), first}, {span(begin, end), second}};
  return c;
}

std::optional<Complaint> Explainer::list_word() {
  if (at_ >= count_) return std::nullopt;
  const std::string found = text(at_);
  static constexpr std::array<std::string_view, 5> kJoins = {"和", "及", "并", "与", "以及"};
  if (!expects(P::AND) || std::find(kJoins.begin(), kJoins.end(), found) == kJoins.end()) return std::nullopt;
  Complaint c{&codes::kListWord, span(at_, at_), {found}};
  c.help = Both{"join conditions with “and” or “or”", "条件之间请用“且”或“或”相连"};
  for (const char* instead : {"且", "或"}) c.fixes.push_back({span(at_, at_), instead});
  return c;
}

// What holds where a condition is false is not what holds where a fact is missing: no keyword stands for it.
std::optional<Complaint> Explainer::no_else() {
  if (at_ >= count_ || expects(P::OTHERWISE)) return std::nullopt;
  const std::string found = text(at_);
  if (found != "else" && found != "otherwise" && found != "否则") return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", expected()}};
  c.help = Both{
      "a rule has no “else”: another rule says what holds where its condition is false; “if unknown” says what holds "
      "where a fact is missing",
      "规则没有“否则”：条件不成立时如何，由另一条规则写明；“若不明”写明缺少事实时如何"};
  return c;
}

// when A and when B
std::optional<Complaint> Explainer::second_when() {
  if (type(at_) != P::WHEN || at_ == 0 || (type(at_ - 1) != P::AND && type(at_ - 1) != P::OR)) return std::nullopt;
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

// lexicon promises is from file "words.txt"
std::optional<Complaint> Explainer::file_behind_is() {
  if (type(0) != P::LEXICON || type(at_) != P::FROM_FILE || at_ == 0 || type(at_ - 1) != P::IS) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  c.help = Both{"a file stands without “" + text(at_ - 1) + "”, which terms follow",
                "文件之前不写“" + text(at_ - 1) + "”，它后面是词语"};
  c.fixes.push_back({span(at_ - 1, at_ - 1), ""});
  return c;
}

// An example that ends without saying what it comes to.
std::optional<Complaint> Explainer::no_expectation() {
  if (type(0) != P::EXAMPLE || at_ < count_) return std::nullopt;
  for (std::size_t i = 1; i < count_; ++i)
    if (type(i) == P::EXPECT) return std::nullopt;
  for (std::size_t i = 1; i < count_; ++i) {  // Expect allow: taken for a fact and its value
    if (type(i) != P::WORD || !begins_line(i) || in_lower_case(text(i)) != "expect") continue;
    Complaint c{&codes::kUnexpected, span(i, i), {"“" + text(i) + "”", quoted_spelling(P::EXPECT)}};
    c.fixes.push_back({c.span, "expect"});
    return c;
  }
  const std::uint32_t end = tokens_[count_ - 1].end;
  Complaint c{&codes::kUnexpectedEnd, {source_, end, end}, {quoted_spelling(P::EXPECT)}};
  c.help = Both{"an example says what the turn comes to, in a line of its own: expect allow",
                "示例须另起一行写明结果：期望 放行"};
  return c;
}

// 大于等于, is greater than: a word of statutes, spreadsheets or programs for which there is a keyword.
std::optional<Complaint> Explainer::habit() {
  if (at_ >= count_) return std::nullopt;
  for (std::size_t first = at_ - std::min<std::size_t>(at_, 3); first <= at_; ++first) {
    if (first > 0 && type(first - 1) == P::IS_NOT)
      continue;  // is not bigger than: without its “not” it is the opposite
    std::string written;
    std::size_t last = count_;
    std::span<const std::string_view> meant;
    for (std::size_t i = first; i < count_ && !text(i).empty(); ++i) {
      written += (i == first ? "" : " ") + text(i);
      // `is over 65`: over is taken for a name, and the parser stops behind it.
      const bool before = i + 1 == at_ && i > first && type(first) == P::IS;
      if (i < at_ && !before) continue;
      if (const auto found = meant_by(written); !found.empty()) last = i, meant = found;
      if (i >= first + 7) break;  // longer than the longest
    }
    std::vector<std::string_view> fitting;
    for (const auto& s : all_spellings()) {
      if (first == at_ && !may_stand(s)) continue;
      if (std::find(meant.begin(), meant.end(), s.text) != meant.end() &&
          std::find(fitting.begin(), fitting.end(), s.text) == fitting.end())
        fitting.push_back(s.text);
    }
    if (fitting.empty()) continue;
    if (text(at_) == "if" && at_ + 1 < count_ &&
        !nearest(text(at_ + 1), std::array<std::string_view, 1>{"unknown"}).empty())
      return std::nullopt;  // `if unknwon`
    std::string all;
    for (const auto& each : fitting) all += (all.empty() ? "“" : " / “") + std::string(each) + "”";
    Complaint c{&codes::kUnexpected, span(first, last), {"“" + text(first, last) + "”", all}};
    for (const auto& each : fitting) c.fixes.push_back({span(first, last), std::string(each)});
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

// A bare `within` on a date: both readings are offered.
std::optional<Complaint> Explainer::bare_within() {
  const std::string next = at_ + 2 < count_ ? text(at_ + 1) + " " + text(at_ + 2) : std::string();
  if (next == "the past" || next == "the coming") return std::nullopt;  // words of habit
  if (type(at_) == P::WITHIN && (expects(P::IS) || (at_ > 0 && type(at_ - 1) == P::IS))) {
    const std::size_t first = at_ > 0 && type(at_ - 1) == P::IS ? at_ - 1 : at_;
    Complaint c{&codes::kBareWithin, span(first, at_), {}};
    c.fixes = {{span(first, at_), "is within the last"}, {span(first, at_), "is within the next"}};
    return c;
  }
  return std::nullopt;
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
  Complaint c{&codes::kUnexpected,
              span(next, next),
              {"“" + text(next) + "”", Both{"another item of the list", "列表的下一项"}}};
  c.help = Both{"no comma stands before this clause", "此子句前不用逗号"};
  const bool blank = comma > 0 && tokens_[comma - 1].end == tokens_[comma].begin &&
                     tokens_[comma].end == tokens_[next].begin;  // 广告法，适用于
  c.fixes.push_back({span(comma, comma), blank ? " " : ""});
  return c;
}

// 当产品, 风险等级高于: a keyword without its blank. Also where the parser stopped one word later.
std::optional<Complaint> Explainer::glued() {
  for (std::size_t back = 0; back <= 1 && back <= at_; ++back) {
    const std::size_t i = at_ - back;
    if (type(i) != P::WORD) continue;
    const auto meant = spaced_reading(text(i));
    if (!meant) continue;
    // 不低于C3 and 不为零售 hold a whole keyword and a name: no slip. One sign behind a keyword may be one.
    const std::string_view rest = std::string_view(*meant).substr(meant->find(' ') + 1);
    const bool whole = !spellings_from(meant->substr(0, meant->find(' '))).empty() &&
                       (rest.size() > 3 || is_ascii(rest) || meant->starts_with("为 ") || meant->starts_with("不为 "));
    if (const auto near = nearest_keyword(); !whole && near && near->first <= i)
      return std::nullopt;  // a slip, not a missing blank
    if (back == 1 && at_ < count_ && type(at_) == P::LINE) continue;
    Complaint c{&codes::kKeywordGlued, span(i, i), {text(i)}};
    c.help = Both{"put a blank after a keyword: " + *meant, "关键字前后请加空格：" + *meant};
    c.fixes.push_back({span(i, i), *meant});
    return c;
  }
  return std::nullopt;
}

// Each word of one phrase equal or near to its twin: a word that is another one altogether is no slip.
bool near_word_by_word(std::string_view a, std::string_view b) {
  const std::array<std::string_view, 1> whole = {b};
  if (nearest(a, std::span<const std::string_view>(whole)).empty()) return false;
  for (const std::string_view no : {"不", "未", "非", "无", " un"})  // 大于等于 is not nearly 不等于, unkown not known
    if ((a.find(no) == a.npos) != (b.find(no) == b.npos)) return false;
  while (!a.empty() && !b.empty()) {
    const auto cut = [](std::string_view& rest) {
      const std::size_t blank = std::min(rest.find(' '), rest.size());
      const std::string_view word = rest.substr(0, blank);
      rest.remove_prefix(std::min(blank + 1, rest.size()));
      return word;
    };
    const std::string_view x = cut(a);
    const std::array<std::string_view, 1> y = {cut(b)};
    const bool begun = x.starts_with(y[0]) || y[0].starts_with(x);  // of, off: too short for a slip by itself
    if (!begun && nearest(x, std::span<const std::string_view>(y)).empty()) return false;
  }
  return a.empty() && b.empty();
}

// A spelling of an expected keyword that is a slip or two away from what was written, of as many words.
std::optional<Explainer::Near> Explainer::nearest_keyword() const {
  if (at_ >= count_) return std::nullopt;
  std::optional<Near> best;
  // 底于 is as near to 高于 as to 低于: neither may be put into the author's mouth.
  bool up = false, down = false;
  const auto is = [](int token, std::initializer_list<int> any) {
    return std::find(any.begin(), any.end(), token) != any.end();
  };
  for (std::size_t back = 0; back <= 2 && back <= at_; ++back) {
    for (const auto& s : all_spellings()) {
      if (back == 0 && !may_stand(s)) continue;
      if (back > 0 && (s.words.size() < back || s.kind == KeywordKind::declaration)) continue;
      // `is abov 18`: all of the phrase lies before the mistake; then its first word is sure.
      if (back > 0 && s.words.size() == back && (back == 1 || type(at_ - back) == P::WORD)) continue;
      const std::size_t first = at_ - back, last = first + s.words.size() - 1;
      if (last >= count_) continue;
      if (back == 0 && type(first) != P::WORD && is_keyword(text(first)) && !is_part_of(text(first), s.text))
        continue;  // `not` is no slip of `no`
      std::string candidate;
      std::size_t words = 0;
      for (std::size_t i = first; i < count_ && words < s.words.size(); ++i) {
        std::string piece = text(i);
        if (piece.empty()) break;  // a line's end
        words += 1 + static_cast<std::size_t>(std::count(piece.begin(), piece.end(), ' '));
        if (!candidate.empty()) candidate += ' ';
        candidate += piece;
        if (words == s.words.size()) {
          constexpr std::size_t kFar = 9;  // bytes: two slips in a text of any script are fewer, a word
          const std::size_t longer = std::max(candidate.size(), s.text.size());
          if (longer - std::min(candidate.size(), s.text.size()) >= kFar * s.words.size()) continue;
          if (candidate == s.text || !near_word_by_word(candidate, s.text)) continue;
          if (is_keyword(candidate) && !is_part_of(candidate, s.text)) continue;  // `is one of` is no `is none of`
          // The longest phrase is the surest: `is at lest` is *is at least* and not *at least*.
          if (!best || i - first > best->last - best->first) best = Near{first, i, {}}, up = down = false;
          if (first != best->first || i != best->last) continue;
          up |= is(s.token, {P::GE, P::GT, P::AT_LEAST, P::MORE_THAN});
          down |= is(s.token, {P::LE, P::LT, P::AT_MOST, P::FEWER_THAN});
          if (best->spellings.size() < 3) best->spellings.push_back(s.text);
        }
      }
    }
  }
  if (up && down) return std::nullopt;
  if (best) {  // `Then`: what differs in capitals alone is meant for sure
    const std::string written = text(best->first, best->last);
    const auto sure = std::find_if(best->spellings.begin(), best->spellings.end(), [&](const std::string& spelling) {
      return std::equal(written.begin(), written.end(), spelling.begin(), spelling.end(),
                        [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
    });
    if (sure != best->spellings.end()) best->spellings = {std::string(*sure)};
    return best;
  }
  // 转人工 坐席: the phrase without its last word.
  for (const auto& s : all_spellings()) {
    const bool opens = s.kind == KeywordKind::effect || s.kind == KeywordKind::clause || s.kind == KeywordKind::line;
    if (s.words.size() < 2 || !opens || !may_stand(s)) continue;
    std::string begun;
    for (std::size_t i = at_; i < count_ && begun.size() < s.text.size(); ++i) {
      if (text(i).empty()) break;
      begun += (begun.empty() ? "" : " ") + text(i);
      if (begun + " " + s.words.back() == s.text) return Near{at_, i, {s.text}};
    }
  }
  return best;
}

std::optional<Explainer::Near> Explainer::nearest_unit() const {
  if (type(at_) != P::WORD || at_ == 0 || type(at_ - 1) != P::NUMBER || !expects(P::TIME_UNIT)) return std::nullopt;
  std::vector<std::string_view> known;
  for (const auto& unit : units_and_tails()) {
    if (unit.kind == KeywordKind::unit && unit.words.size() == 1) known.push_back(unit.text);
  }
  std::string_view meant = unit_meant_by(text(at_));
  if (meant.empty()) meant = nearest(text(at_), known);
  if (meant == text(at_)) return std::nullopt;  // `5⏎ days.x`: the path of a fact, where a number stands before it
  if (meant.empty()) return std::nullopt;
  return Near{at_, at_, {std::string(meant)}};
}

Complaint Explainer::plain() {
  if (at_ >= count_) {
    const Token& last = tokens_[count_ - 1];
    Both more = mistake_.expected.empty() ? Both{"something more", "更多内容"} : expected();
    if (more.zh == "声明结束") more = {"something more", "更多内容"};  // what is expected is no word by itself
    return Complaint{&codes::kUnexpectedEnd, {source_, last.end, last.end}, {more}};
  }
  Both shown{"“" + text(at_) + "”", "“" + text(at_) + "”"};
  if (type(at_) == P::LINE || type(at_) == P::DEDENT) shown = {"the end of the line", "行尾"};
  if (type(at_) == P::INDENT) shown = {"a deeper line", "缩进更深的行"};
  Span where = span(at_, at_);
  if (where.begin == where.end && at_ > 0) where = {source_, tokens_[at_ - 1].end, tokens_[at_ - 1].end};
  auto near = nearest_unit();
  if (!near) near = nearest_keyword();
  if (near) {
    Both all;
    for (std::size_t i = 0; i < near->spellings.size(); ++i) {
      if (i > 0) all.en += " or ", all.zh += "或";
      all.en += "“" + near->spellings[i] + "”";
      all.zh += "“" + near->spellings[i] + "”";
    }
    Complaint c{&codes::kUnexpected, span(near->first, near->last), {"“" + text(near->first, near->last) + "”", all}};
    c.help = Both{"did you mean " + all.en + "?", "是否想写" + all.zh + "？"};
    for (const auto& spelling : near->spellings) c.fixes.push_back({span(near->first, near->last), spelling});
    return c;
  }
  Complaint c{&codes::kUnexpected, where, {shown, expected()}};
  if (!mistake_.expected.empty()) c.help = how_written();
  if (c.help.en.empty()) c.help = keyword_for_a_value();
  return c;
}

// 属于 中、高: which words are keywords, nobody knows by heart.
Both Explainer::keyword_for_a_value() const {
  if (at_ == 0 || type(at_) == P::WORD || !expects(P::WORD)) return {};
  switch (type(at_ - 1)) {
    case P::IS:
    case P::IS_NOT:
    case P::IS_ONE_OF:
    case P::IS_NONE_OF:
    case P::INCLUDES:
    case P::INCLUDES_ANY:
    case P::INCLUDES_ALL:
    case P::COMMA:
    case P::LPAREN:
      break;
    default:
      return {};
  }
  const std::string found = text(at_);
  const auto& known = spellings_from(found);
  const bool as_a_name = std::any_of(known.begin(), known.end(), [&](const Spelling* s) {
    return s->text == found && s->words.size() == 1 && s->kind != KeywordKind::clause &&
           s->kind != KeywordKind::logic && s->kind != KeywordKind::compare && s->kind != KeywordKind::declaration;
  });
  if (!as_a_name) return {};
  return {"“" + found + "” is a keyword and no name: give the choice that is meant another one where it is declared",
          "“" + found + "”是关键字，不能作名称：请在声明处给所指的取值另起名称"};
}

// Levels are declared once and named where a fact has them; nobody guesses that from “expected “is””.
Both Explainer::how_written() const {
  if (type(0) == P::CALENDAR && type(at_) == P::COMMA && at_ > 0 && type(at_ - 1) == P::WEEKDAY)
    return {"working days are one run of days: working days Monday .. Friday; single days go under “open” and “closed”",
            "工作日写成连续的一段：工作日 周一 至 周五；个别日期写在“上班”与“放假”中"};
  std::size_t line = at_;
  while (line > 0 && !begins_line(line)) --line;
  bool of_levels = type(0) == P::SCALE;
  for (std::size_t i = line; type(0) == P::FACTS && i < at_; ++i) of_levels |= type(i) == P::SCALE;
  if (!of_levels) return {};
  if (type(0) == P::SCALE)
    return {"the levels stand from low to high, parted by “<”: scale risk is R1 < R2 < R3",
            "级别从低到高排列，以“<”隔开：分级 风险 为 R1 < R2 < R3"};
  return {
      "a scale is declared by itself, at the left margin: scale risk is R1 < R2 < R3; the fact names it: scale risk",
      "分级须另行顶格声明：分级 风险 为 R1 < R2 < R3；事实行只写其名：分级 风险"};
}

}  // namespace

Complaint brief_mistake(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                        const Mistake& mistake) {
  const std::size_t at = std::min(mistake.token, count - 1);
  const Span span{source, tokens[at].begin, tokens[at].end};
  return {
      &codes::kUnexpected,
      span,
      {"“" + std::string(bytes.substr(span.begin, span.end - span.begin)) + "”", Both{"something else", "其他内容"}}};
}

Complaint explain_mistake(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                          const Mistake& mistake) {
  return Explainer(tokens, count, source, bytes, mistake).explain();
}

}  // namespace caveat::syntax
