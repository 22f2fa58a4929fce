// Lines of declarations that are nearly right: a text without marks or a name with them, a joint where none stands, a line of an
// example under the word of a rule.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/syntax/codes.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

bool among(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What stands between the marks of a text.
std::string inside(const std::string& text) {
  const std::size_t mark = text.front() == '"' ? 1 : std::string_view("“").size();
  return text.size() <= 2 * mark ? std::string() : text.substr(mark, text.size() - 2 * mark);
}

bool is_weekday(std::string_view word) {
  return std::any_of(all_spellings().begin(), all_spellings().end(),
                     [&](const Spelling& s) { return s.token == P::WEEKDAY && s.text == word; });
}

// What takes a joint away that stands between a name and what follows it.
Fix without_joint(SourceId source, const Token& before, const Token& joint, const Token& behind) {
  const bool blank = before.end < joint.begin || joint.end < behind.begin;
  if (!blank) return {{source, joint.begin, joint.end}, " "};
  return {{source, joint.begin, before.end < joint.begin ? behind.begin : joint.end}, ""};
}

}  // namespace

// say zh "…" ⏎ en "…" in a queue: in a rule and a wording line ends mean nothing, here a line is one.
std::optional<Complaint> Explainer::text_on_the_next_line() {
  if (at_ == 0 || at_ >= count_ || type(0) == P::RULE || type(0) == P::LEXICON) return std::nullopt;
  const std::size_t here = type(at_) == P::INDENT ? at_ + 1 : at_;
  const bool tag = among(text_of(here), {"en", "zh", "英文", "中文"});
  const bool tagged = tag && type(here + 1) == P::TEXT;
  const bool named = type(here) == P::TEXT && among(text(here - 1), {"en", "zh", "英文", "中文"});
  const std::size_t first = tagged ? here : here - 1;
  if ((!tagged && !named) || !begins_line(first)) return std::nullopt;
  std::size_t end = tokens_[first].begin;
  while (end > 0 && std::string_view(" \t\r\n").find(bytes_[end - 1]) != std::string_view::npos) --end;
  const std::string_view above = bytes_.substr(0, end);
  if (!above.ends_with("\"") && !above.ends_with("”") && !above.ends_with("」") && !above.ends_with("》"))
    return std::nullopt;
  const std::size_t last = first + 1;
  Complaint c{&codes::kUnexpected,
              span(first, first),
              {"“" + text(first) + "”", Both{"another member of the declaration", "本声明的另一项"}}};
  c.help = Both{"here a line is one member of the declaration: both languages of a text stand on one line",
                "此类声明一行写一项：同一文本的两种语言写在同一行"};
  c.fixes.push_back({{source_, static_cast<std::uint32_t>(end), tokens_[last].begin}, " " + text(first) + " "});
  return c;
}

// one of "person", "company", 取值【甲、乙】: choices are names.
std::optional<Complaint> Explainer::choices_in_marks() {
  if (type(0) != P::FACTS || at_ < 2 || at_ >= count_ || (type(at_) != P::TEXT && type(at_) != P::LBRACKET))
    return std::nullopt;
  std::size_t opener = at_ - 1;
  while (opener > 0 && type(opener) != P::ONE_OF && type(opener) != P::LINE && type(opener) != P::ASK) --opener;
  if (type(opener) != P::ONE_OF || (type(at_) == P::LBRACKET && opener + 1 != at_)) return std::nullopt;
  if (type(at_) == P::TEXT && type(at_ - 1) != P::ONE_OF && type(at_ - 1) != P::COMMA && type(at_ - 1) != P::LPAREN)
    return std::nullopt;
  const bool bracket = type(at_) == P::LBRACKET, english = is_ascii(text(opener));
  std::string meant = bracket ? (english ? "(" : "（") : "";
  if (bracket && tokens_[at_].begin == tokens_[opener].end && english) meant = " " + meant;
  std::uint32_t read = tokens_[at_].begin;
  std::size_t last = at_;
  bool names = true, closed = !bracket;
  for (std::size_t i = at_; i < count_ && !(i > at_ && begins_line(i)) && type(i) != P::LINE; ++i) {
    if (type(i) == P::LBRACKET && bracket && i == at_) {
      read = tokens_[i].end;
      continue;
    }
    if (type(i) == P::RBRACKET && bracket) {
      meant += std::string(bytes_.substr(read, tokens_[i].begin - read)) + (english ? ")" : "）");
      last = i;
      closed = true;
      break;
    }
    if (type(i) == P::TEXT) {
      std::string choice = inside(text(i));
      std::replace(choice.begin(), choice.end(), ' ', '_');
      names = names && !choice.empty() && (choice[0] < '0' || choice[0] > '9') && is_plain(choice) &&
              choice.find_first_of("\t.,;:()[]/\"'-%&+<>=#{}") == std::string::npos;
      meant += std::string(bytes_.substr(read, tokens_[i].begin - read)) + choice;
      read = tokens_[i].end;
      if (!bracket) last = i;
    } else if (type(i) != P::COMMA && type(i) != P::WORD && type(i) != P::ALSO) {
      break;
    }
  }
  const std::string first = bracket ? "“" + text(at_) + "”" : text(at_);
  Complaint c{&codes::kUnexpected,
              span(at_, at_),
              {first, bracket ? Both{"a name or “(”", "名称或“（”"} : Both{"a name", "名称"}}};
  c.help = bracket ? Both{"choices stand in round brackets, or in none: one of (person, company)",
                          "取值写在圆括号中，或不加括号：取值（个人、企业）"}
                   : Both{"a choice is a name and stands without marks: one of person, company",
                          "取值是名称，不加引号：取值 个人、企业"};
  if (names && closed) c.fixes.push_back({span(at_, last), meant});
  return c;
}

// age: integer, vip = yes/no, born is a date, v yes or no
std::optional<Complaint> Explainer::joins_a_type() {
  if (type(0) != P::FACTS || at_ < 2 || at_ + 1 >= count_ || !expects(P::T_YES_NO)) return std::nullopt;
  const bool chinese = !is_ascii(text(at_));
  if (type(at_) == P::YES && type(at_ + 1) == P::OR && type(at_ + 2) == P::NO) {
    const std::string meant = chinese ? "是否" : "yes/no";
    Complaint c{&codes::kUnexpected, span(at_, at_ + 2), {"“" + text(at_, at_ + 2) + "”", "“" + meant + "”"}};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  const int joint = type(at_);
  if (joint != P::COLON && joint != P::IS && joint != P::EQUALS && joint != P::AS) return std::nullopt;
  std::size_t next = at_ + 1;
  if (among(text(next), {"a", "an"})) ++next;
  if (next >= count_ || type(next) == P::LINE || begins_line(next)) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", Both{"a type", "类型"}}};
  c.help = Both{"the type follows the name of the fact at once: age integer", "类型直接写在事实名称之后：年龄 整数"};
  Token joined = tokens_[at_];
  joined.end = tokens_[next - 1].end;
  c.fixes.push_back(without_joint(source_, tokens_[at_ - 1], joined, tokens_[next]));
  return c;
}

// integer 0-150, integer 0 to 150, integer between 0 and 150
std::optional<Complaint> Explainer::range_of_a_type() {
  if (type(0) != P::FACTS || at_ < 2 || at_ + 1 >= count_) return std::nullopt;
  const auto is_type = [&](std::size_t at) {
    return type(at) == P::T_INTEGER || type(at) == P::T_DECIMAL || type(at) == P::T_PERCENT;
  };
  const auto joins = [&](std::size_t at) {
    return type(at) == P::MINUS || among(text_of(at), {"to", "and", "till", "through", "到", "与", "和"}) ||
           type(at) == P::UP_TO || type(at) == P::RANGE;
  };
  const auto offered = [&](std::size_t first, std::size_t low, std::size_t last) -> std::optional<Complaint> {
    if (type(low) != P::NUMBER || !joins(low + 1) || type(low + 2) != P::NUMBER) return std::nullopt;
    const std::string meant = text(low) + (speaks_english() ? ".." : " 至 ") + text(low + 2);
    Complaint c{&codes::kUnexpected, span(first, last), {"“" + text(first, last) + "”", "“" + meant + "”"}};
    c.fixes.push_back({c.span, meant});
    return c;
  };
  if (is_type(at_ - 2) && type(at_ - 1) == P::NUMBER && type(at_) != P::RANGE && type(at_) != P::UP_TO)
    return offered(at_ - 1, at_ - 1, at_ + 1);
  if (is_type(at_ - 1) && at_ + 3 < count_ &&
      (type(at_) == P::BETWEEN || among(text(at_), {"between", "from", "range", "从", "自"}))) {
    const bool ended = type(at_ + 4) == P::BETWEEN_END || text_of(at_ + 4) == "之间";
    return offered(at_, at_ + 1, ended ? at_ + 4 : at_ + 3);
  }
  return std::nullopt;
}

// when answer …, then block, 假设 回答: an example has given and expect.
std::optional<Complaint> Explainer::lines_of_an_example() {
  if (type(0) != P::EXAMPLE || at_ == 0 || at_ >= count_) return std::nullopt;
  if (expects(P::BY) && among(text(at_), {"because", "from", "for", "through", "由", "由于", "因为", "依据", "根据"})) {
    const std::string by = is_ascii(text(at_)) ? "by" : "因";
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + by + "”"}};
    c.fixes.push_back({c.span, by});
    return c;
  }
  for (std::size_t first = at_ - 1; first <= at_; ++first) {
    if (first == 0 || !begins_line(first) || text(first).empty() || first + 1 >= count_) continue;
    const std::string word = in_lower_case(text(first)), next = text(first + 1);
    const bool turn = among(word, {"when", "if", "suppose", "assume", "assuming", "where", "当", "若", "假设", "假如",
                                   "假定", "如果", "前提", "输入", "场景"});
    const bool outcome = means_expect(word);
    if (!turn && !outcome) continue;
    const bool fits = turn ? !value_of("subject", next).empty() : !value_of("verdict", next).empty();
    if (first < at_ && !fits) continue;  // a fact of that name
    const std::string meant = is_ascii(word) ? (turn ? "given" : "expect") : (turn ? "给定" : "期望");
    Complaint c{&codes::kUnexpected, span(first, first), {"“" + text(first) + "”", "“" + meant + "”"}};
    if (fits) c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

// given customer.age 61, given message "I want …": what is judged stands first, and what was said is a fact.
std::optional<Complaint> Explainer::turn_without_subject() {
  if (type(0) != P::EXAMPLE || at_ < 2 || at_ >= count_) return std::nullopt;
  const auto opens = [&](std::size_t at) {
    return type(at) == P::GIVEN || type(at) == P::EARLIER || type(at) == P::AFTER;
  };
  if (type(at_) == P::DOT && opens(at_ - 2)) {
    std::size_t last = at_ - 1;
    while (type(last + 1) == P::DOT && last + 2 < count_) last += 2;
    const std::string path = text(at_ - 1, last);
    Complaint c{&codes::kUnexpected, span(at_ - 1, last), {"“" + path + "”", Both{"what is judged", "评判的对象"}}};
    c.help = Both{
        "behind “" + text(at_ - 2) +
            "” stands answer, message, recommendation, action, outreach or material; the "
            "facts follow: given answer, " +
            path + " …",
        "“" + text(at_ - 2) + "”之后先写 回答、消息、推荐、操作、触达 或 素材，再写事实：给定 回答，" + path + " …"};
    return c;
  }
  if (opens(at_ - 2) && among(text(at_ - 1), {"a", "an", "the"}) && !value_of("subject", text(at_)).empty()) {
    Complaint c{&codes::kUnexpected, span(at_ - 1, at_), {"“" + text(at_ - 1, at_) + "”", "“" + text(at_) + "”"}};
    c.fixes.push_back({{source_, tokens_[at_ - 1].begin, tokens_[at_].begin}, ""});
    return c;
  }
  if (type(at_) != P::TEXT) return std::nullopt;
  const bool joined = type(at_ - 1) == P::COMMA || type(at_ - 1) == P::LINE;
  const std::size_t subject = joined ? at_ - 2 : at_ - 1;
  if (subject < 2 || !opens(subject - 1)) return std::nullopt;
  const std::string said = text(subject);
  if (!among(value_of("subject", said), {"answer", "message", "outreach", "material"})) return std::nullopt;
  const std::string fact = said + (is_ascii(said) ? ".text " : ".文本 ");
  Complaint c{&codes::kUnexpected, span(at_, at_), {text(at_), Both{"a fact and its value", "事实与其值"}}};
  c.help = Both{"what is said is a fact of the turn, with its name: " + fact + "\"…\"",
                "所说的话是本次交互的事实，须写其名：" + fact + "“…”"};
  const std::string comma = joined ? "" : is_ascii(said) ? ", " : "，";
  const std::uint32_t begin = joined ? tokens_[at_].begin : tokens_[subject].end;
  c.fixes.push_back({{source_, begin, tokens_[at_].begin}, comma + fact});
  return c;
}

// customer.age is 61, 客户.年龄 = 61, parameter limit = 65: the value follows the name at once.
std::optional<Complaint> Explainer::joins_a_value() {
  if (at_ < 2 || at_ + 1 >= count_) return std::nullopt;
  const int joint = type(at_);
  const bool sign = joint == P::COLON || joint == P::EQUALS;
  const bool condition = type(0) == P::DEFINE || type(0) == P::TOPIC;
  if (sign && expects(P::IS) && expects(P::ALSO) && (condition || type(0) == P::LEXICON || type(0) == P::SCALE)) {
    const std::string is = speaks_english() ? (condition ? "as" : "is") : "为";  // lexicon promises: "risk-free"
    const bool before = tokens_[at_ - 1].end == tokens_[at_].begin, behind = tokens_[at_].end == tokens_[at_ + 1].begin;
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + is + "”"}};
    c.fixes.push_back({c.span, (before ? " " : "") + is + (behind ? " " : "")});
    return c;
  }
  if (type(0) == P::WORDING && joint == P::COLON && expects(P::TEXT)) {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", Both{"a text in quotes", "引号中的文本"}}};
    c.help = Both{"the text follows the name at once", "文本直接写在名称之后"};
    c.fixes.push_back(without_joint(source_, tokens_[at_ - 1], tokens_[at_], tokens_[at_ + 1]));
    return c;
  }
  if (type(0) != P::EXAMPLE && type(0) != P::PARAMETER) return std::nullopt;
  if (joint != P::IS && joint != P::EQUALS && joint != P::COLON && joint != P::AS) return std::nullopt;
  if (!expects(P::NUMBER) || begins_line(at_ + 1) || type(at_ - 1) == P::COMMA || type(at_ - 1) == P::LINE)
    return std::nullopt;
  if (type(0) == P::PARAMETER && type(at_ - 1) != P::WORD) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  c.help = Both{"the value follows the name at once", "值直接写在名称之后"};
  c.fixes.push_back(without_joint(source_, tokens_[at_ - 1], tokens_[at_], tokens_[at_ + 1]));
  return c;
}

// lexicon promises ⏎ "risk-free", 词表 承诺用语 “保本”、“稳赚”: its is has been forgotten.
std::optional<Complaint> Explainer::terms_without_is() {
  if (type(0) != P::LEXICON || at_ < 2 || at_ >= count_ || !expects(P::FROM_FILE)) return std::nullopt;
  if (type(at_) != P::TEXT && type(at_) != P::COMMA) return std::nullopt;
  for (std::size_t i = 1; i < at_; ++i)
    if (type(i) == P::IS || type(i) == P::FROM_FILE || type(i) == P::BUT_NOT) return std::nullopt;
  std::size_t term = at_;
  if (type(at_) == P::COMMA) {
    if (type(at_ - 1) != P::TEXT || type(at_ - 2) == P::TEXT) return std::nullopt;
    term = at_ - 1;
    if (type(term - 1) == P::EN || type(term - 1) == P::ZH) --term;
  }
  std::size_t before = term - 1;
  while (before > 0 && type(before) == P::LINE) --before;
  if (before == 0) return std::nullopt;
  const std::string is = speaks_english() ? "is" : "为";
  Complaint c{
      &codes::kUnexpected, span(at_, at_), {type(at_) == P::TEXT ? text(at_) : "“" + text(at_) + "”", "“" + is + "”"}};
  c.help = Both{"the terms of a lexicon stand behind “" + is + "”", "词表的词语写在“" + is + "”之后"};
  c.fixes.push_back({{source_, tokens_[before].end, tokens_[before].end}, " " + is});
  return c;
}

// hand off to desk, due 5 minutes: that is the word of a queue.
std::optional<Complaint> Explainer::due_of_a_hand_off() {
  if (type(0) != P::RULE || at_ < 3 || at_ >= count_) return std::nullopt;
  for (std::size_t due = at_ - 1; due <= at_; ++due) {
    if (type(due) != P::DUE && !among(text_of(due), {"deadline", "期限", "限时", "处理时限"})) continue;
    if (type(due + 1) != P::NUMBER || type(due + 2) != P::TIME_UNIT) continue;
    std::size_t effect = due;
    while (effect > 0 && type(effect) != P::HAND_OFF && !is_clause(effect)) --effect;
    if (type(effect) != P::HAND_OFF) return std::nullopt;
    const bool english = is_ascii(text(effect)), comma = type(due - 1) == P::COMMA;
    const std::string length = text(due + 1, due + 2), meant = english ? "within " + length : length + " 内";
    Complaint c{&codes::kUnexpected, span(due, due + 2), {"“" + text(due, due + 2) + "”", "“" + meant + "”"}};
    c.fixes.push_back({{source_, comma ? c.span.begin : tokens_[due - 1].end, c.span.end},
                       (comma     ? ""
                        : english ? ", "
                                  : "，") +
                           meant});
    return c;
  }
  return std::nullopt;
}

// due within 5 minutes, max age of 24 hours
std::optional<Complaint> Explainer::within_of_due() {
  if (at_ < 2 || at_ + 1 >= count_ || (type(at_ - 1) != P::DUE && type(at_ - 1) != P::MAX_AGE)) return std::nullopt;
  if (type(at_ + 1) != P::NUMBER && type(at_ + 1) != P::TIME_UNIT) return std::nullopt;
  const bool joint = type(at_) == P::WITHIN || type(at_) == P::COLON || type(at_) == P::IS || type(at_) == P::EQUALS ||
                     type(at_) == P::OF || type(at_) == P::IN || type(at_) == P::LE || type(at_) == P::AT_MOST ||
                     among(text(at_), {"in", "of"});
  if (!joint || type(at_ + 1) != P::NUMBER) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", Both{"a length of time", "时长"}}};
  c.fixes.push_back(without_joint(source_, tokens_[at_ - 1], tokens_[at_], tokens_[at_ + 1]));
  return c;
}

// section 31 CFR 1010, Annex 2, 附件2: what is no number is named in quotes.
std::optional<Complaint> Explainer::place_as_named() {
  if (type(0) != P::SOURCE || at_ < 4 || at_ >= count_ || begins_line(at_) || !expects(P::READS)) return std::nullopt;
  if (type(at_) == P::COMMA && at_ + 1 < count_ && type(at_ + 1) != P::WORD &&
      expects(type(at_ + 1))) {  // “…”, article 3
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", quoted_spelling(type(at_ + 1))}};
    c.arguments[1] = "“" + text(at_ + 1) + "”";
    c.help = Both{"no comma stands before it", "其前不用逗号"};
    c.fixes.push_back({c.span, tokens_[at_].end == tokens_[at_ + 1].begin ? " " : ""});
    return c;
  }
  if (type(at_) != P::WORD && type(at_) != P::RULE) return std::nullopt;
  const int before = type(at_ - 2);
  const std::string behind = in_lower_case(text(at_));
  const bool of_section =
      before == P::SECTION && !among(behind, {"since", "from", "effective", "until", "valid", "dated"});
  const bool of_number = before == P::ARTICLE || before == P::PARAGRAPH || before == P::ITEM;
  const bool placed = type(at_ - 1) != P::TEXT &&
                      (of_section || (of_number && (among(behind, {"bis", "ter", "quater"}) || behind.size() == 1)));
  const std::string word = in_lower_case(text(at_));
  const bool place = among(word, {"annex", "appendix", "schedule", "chapter", "part", "title", "rule", "regulation",
                                  "clause", "principle", "guideline", "note", "附件", "附录", "附表", "附则"});
  if (!placed && !place) return std::nullopt;
  const std::size_t first = placed ? at_ - 1 : at_;
  std::size_t last = at_;
  const auto goes_on = [&](std::size_t at) {
    return type(at) == P::WORD || type(at) == P::NUMBER || type(at) == P::DOT || type(at) == P::MINUS;
  };
  while (last + 1 < count_ && goes_on(last + 1) && !begins_line(last + 1)) ++last;
  const bool english = speaks_english();
  const std::string quoted = (english ? "\"" : "“") + text(first, last) + (english ? "\"" : "”");
  const std::string meant = placed ? quoted : (english ? "section " : "章节 ") + quoted;
  Complaint c{&codes::kUnexpected, span(first, last), {"“" + text(first, last) + "”", meant}};
  c.help = Both{"a place that is no number is named in quotes", "不是单个数的位置写在引号中"};
  c.fixes.push_back({c.span, meant});
  return c;
}

// use cn.common 2026.10, version 2026.11, time zone Asia/Shanghai, title A pack: a text without its marks, up to the line's end.
std::optional<Complaint> Explainer::text_without_marks() {
  if (at_ < 2 || at_ >= count_ || !expects(P::TEXT) || begins_line(at_)) return std::nullopt;
  const int before = type(at_ - 1);
  const bool text_only = before == P::VERSION || before == P::TIME_ZONE || before == P::TITLE || before == P::ENTRY ||
                         before == P::ASK || before == P::WHEN_CLOSED_SAY || before == P::READS || before == P::LINK ||
                         (before == P::SAY && type(0) == P::QUEUE) || before == P::BECAUSE ||
                         ((before == P::EN || before == P::ZH) && type(at_ - 2) == P::BECAUSE);
  if (type(at_) == P::EN || type(at_) == P::ZH || type(at_) == P::TEXT || type(at_) == P::COMMA) return std::nullopt;
  if (!text_only && !(type(0) == P::USE && before == P::WORD && type(at_) != P::WORD)) return std::nullopt;
  // 因为 客户.贵宾 为 是, of whom means 当
  if (before == P::BECAUSE && type(at_ + 1) == P::DOT) return std::nullopt;
  const std::uint32_t begin = tokens_[at_].begin;
  std::size_t end = bytes_.find_first_of("\r\n", begin);
  if (end == std::string_view::npos) end = bytes_.size();
  while (end > begin && (bytes_[end - 1] == ' ' || bytes_[end - 1] == '\t')) --end;
  const std::string said(bytes_.substr(begin, end - begin));
  constexpr std::size_t kLong = 200;
  if (said.empty() || said.size() > kLong || said.find_first_of("\"#") != std::string::npos ||
      said.find("“") != std::string::npos || said.find("”") != std::string::npos ||
      said.find("《") != std::string::npos)
    return std::nullopt;
  const bool english = speaks_english();
  const std::string meant = (english ? "\"" : "“") + said + (english ? "\"" : "”");
  Complaint c{&codes::kUnexpected,
              {source_, begin, static_cast<std::uint32_t>(end)},
              {"“" + said + "”", Both{"a text in quotes", "引号中的文本"}}};
  c.fixes.push_back({c.span, meant});
  return c;
}

// working days Monday to Friday, 工作日 周一至周五, in a calendar
std::optional<Complaint> Explainer::working_days_joined() {
  if (type(0) != P::CALENDAR || at_ < 2 || at_ >= count_) return std::nullopt;
  if (type(at_ - 1) == P::WEEKDAY && type(at_ + 1) == P::WEEKDAY &&
      (type(at_) == P::MINUS || among(text(at_), {"to", "through", "till", "until", "到"}))) {
    const std::string meant = speaks_english() ? ".." : "至";
    const bool glued = tokens_[at_ - 1].end == tokens_[at_].begin;
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + meant + "”"}};
    c.fixes.push_back({c.span, glued ? " " + meant + " " : meant});
    return c;
  }
  if (type(at_ - 1) != P::WORKING_DAYS) return std::nullopt;
  const std::string found = text(at_);
  for (const std::string_view joint : {"至", "到"}) {
    const std::size_t cut = found.find(joint);
    if (cut == std::string::npos || !is_weekday(found.substr(0, cut)) || !is_weekday(found.substr(cut + joint.size())))
      continue;
    const std::string meant = found.substr(0, cut) + " 至 " + found.substr(cut + joint.size());
    Complaint c{&codes::kKeywordGlued, span(at_, at_), {found}};
    c.help = Both{"put a blank before and behind it: " + meant, "其前后请加空格：" + meant};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

}  // namespace caveat::syntax
