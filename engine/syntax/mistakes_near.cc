// What was meant by a word that is none: a slip of a keyword or a unit, a keyword without its blank, in capitals or in
// traditional characters, a word of habit.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "engine/base/nearest.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/letters.h"
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

bool among(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_keyword(const std::string& text) {
  return std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) { return s.text == text; });
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

}  // namespace

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
      const bool before = i + 1 == at_ && i > first && (type(first) == P::IS || type(first) == P::IS_NOT);
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
    std::sort(fitting.begin(), fitting.end(), [&](std::string_view a, std::string_view b) {  // the likelier first
      return std::find(meant.begin(), meant.end(), a) < std::find(meant.begin(), meant.end(), b);
    });
    if (type(0) == P::FACTS && !speaks_english()) {  // 年龄 int: a type of a Chinese file
      for (std::string_view& each : fitting) {
        const auto english = std::find_if(all_spellings().begin(), all_spellings().end(),
                                          [&](const Spelling& s) { return s.text == each && is_ascii(s.text); });
        if (english == all_spellings().end()) continue;
        const auto chinese = std::find_if(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
          return s.token == english->token && s.language == Language::zh;
        });
        if (chinese != all_spellings().end()) each = chinese->text;
      }
    }
    if (fitting.front() == "包含" && type(last + 1) == P::WORD && !begins_line(last + 1))
      fitting = {"包含任一"};  // 提到 用语
    const bool condition = type(0) == P::RULE && type(last + 1) == P::WORD && type(last + 2) == P::DOT;
    if (fitting.front() == "理由" && condition && may_stand(*spellings_from("当").front()))
      fitting = {"当"};  // 因为 客户.贵宾
    if (text(at_) == "if" && at_ + 1 < count_ &&
        !nearest(text(at_ + 1), std::array<std::string_view, 1>{"unknown"}).empty())
      return std::nullopt;                     // `if unknwon`
    if (type(0) == P::EXAMPLE && first > 0) {  // in an example 当 and when open nothing
      for (std::string_view& each : fitting) each = each == "当" ? "给定" : each == "when" ? "given" : each;
    }
    std::string all;
    for (const auto& each : fitting) all += (all.empty() ? "“" : " / “") + std::string(each) + "”";
    Complaint c{&codes::kUnexpected, span(first, last), {"“" + text(first, last) + "”", all}};
    for (const auto& each : fitting) c.fixes.push_back({span(first, last), std::string(each)});
    return c;
  }
  return std::nullopt;
}

// 客户.贵宾是, on a line of an example: the value, without the blank before it.
std::optional<Complaint> Explainer::value_glued() {
  if (type(0) != P::EXAMPLE || at_ < 3 || type(at_ - 1) != P::WORD || type(at_ - 2) != P::DOT || !expects(P::YES))
    return std::nullopt;
  const std::string found = text(at_ - 1);
  for (const std::string_view value : {"不明", "是", "否"}) {
    if (found.size() <= value.size() || !found.ends_with(value)) continue;
    const std::string meant = found.substr(0, found.size() - value.size()) + " " + std::string(value);
    Complaint c{&codes::kKeywordGlued, span(at_ - 1, at_ - 1), {found}};
    c.help = Both{"put a blank before a value: " + meant, "值前请加空格：" + meant};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

// May that word stand where the parser stopped? 应 当 of 应当, 将命中词替换 为: no name may.
bool Explainer::may_begin(std::string_view word) const {
  bool keyword = false;
  for (const Spelling& s : all_spellings()) {
    if (s.text != word) continue;
    if (may_stand(s)) return true;
    keyword = true;
  }
  return !keyword && (mistake_.expected.empty() || expects(P::WORD));
}

// The parser took a word for a name and stopped behind it: may it be two? 披露 风险提示 于 …: the name is one, as no text follows.
bool Explainer::may_end_a_name(std::string_view spaced) const {
  const std::size_t blank = spaced.find(' ');
  const std::string_view head = spaced.substr(0, blank), tail = spaced.substr(blank + 1);
  const auto clause = [](std::string_view word) {
    const auto& all = spellings_from(word);
    return std::any_of(all.begin(), all.end(),
                       [&](const Spelling* s) { return s->text == word && s->kind == KeywordKind::clause; });
  };
  const int before = at_ >= 2 ? type(at_ - 2) : 0;
  const bool names = before == P::DISCLOSE || before == P::HAND_OFF || before == P::REQUIRE || before == P::FLAG ||
                     before == P::ALERT || before == P::CITES || before == P::OWNER;
  if (names && clause(head)) return false;
  const bool text_follows = type(at_) == P::TEXT || type(at_) == P::EN || type(at_) == P::ZH;
  return !clause(tail) || !(tail == "提示" || tail == "答复" || tail == "理由") || text_follows;
}

// 当产品, 风险等级高于: a keyword without its blank. Also where the parser stopped one word later.
std::optional<Complaint> Explainer::glued() {
  for (std::size_t back = 0; back <= 1 && back <= at_; ++back) {
    const std::size_t i = at_ - back;
    if (type(i) != P::WORD) continue;
    const auto meant = spaced_reading(text(i));
    if (!meant) continue;
    const std::string opens = meant->substr(0, meant->find(' '));
    if (back == 0 ? !may_begin(opens) : !may_end_a_name(*meant)) continue;
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
          if (candidate == "the" || candidate == "than" || candidate == "them" || candidate == "this") continue;
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
      if (begun + " " + s.words.back() != s.text) continue;
      // visible toaml_officers: the word is there, without its blank.
      const std::string next = type(i + 1) == P::WORD && s.language == Language::en ? text(i + 1) : std::string();
      if (next.starts_with(s.words.back()) && next != s.words.back())
        return Near{at_, i + 1, {s.text + " " + next.substr(s.words.back().size())}};
      // in force since …, replace answer by …, refuse data class …: another word stands for its last.
      const bool stands_for_it =
          i + 1 < count_ && !begins_line(i + 1) &&
          (among(text(i + 1), {"since", "by", "on", "as", "at", "of", "for", "through", "到", "给"}) ||
           text(i + 1).ends_with(" " + s.words.back()));
      return Near{at_, stands_for_it ? i + 1 : i, {s.text}};
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

// current time, the customer.age, is neither a nor b: words that were taken for a name, and the parser stopped behind them.
std::optional<Complaint> Explainer::words_of_speech() {
  if (at_ == 0 || at_ >= count_ || type(at_ - 1) != P::WORD) return std::nullopt;
  const std::string before = text(at_ - 1), found = text(at_);
  const bool of_path = at_ >= 2 && type(at_ - 2) == P::DOT;
  if (of_path) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_ - 1, at_), {"“" + text(at_ - 1, at_) + "”", {}}};
  if (before == "current" && (found == "time" || found == "date")) {
    const std::string meant = found == "time" ? "now" : "today";
    c.arguments[1] = "“" + meant + "”";
    c.fixes.push_back({c.span, meant});
    return c;
  }
  if ((before == "the" || before == "a" || before == "an") && type(at_) == P::WORD && expects(P::IS)) {
    c.span = span(at_ - 1, at_ - 1);
    c.arguments = {"“" + before + "”", Both{"a name", "名称"}};
    c.fixes.push_back({{source_, tokens_[at_ - 1].begin, tokens_[at_].begin}, ""});
    return c;
  }
  if (before == "neither" && at_ >= 2 && type(at_ - 2) == P::IS && at_ + 2 < count_ && text(at_ + 1) == "nor") {
    const std::string meant = "is none of " + found + ", " + text(at_ + 2);
    c.span = span(at_ - 2, at_ + 2);
    c.arguments = {"“" + text(at_ - 2, at_ + 2) + "”", "“" + meant + "”"};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

std::optional<Complaint> Explainer::joined_comparison() {
  return type(at_) == P::OR || type(at_) == P::AND ? habit() : std::nullopt;  // is less than or equal to
}

}  // namespace caveat::syntax
