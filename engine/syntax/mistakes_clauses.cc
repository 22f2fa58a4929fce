// Declarations, clauses and effects: sources and their days, queues, examples, what a rule does not have.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/syntax/codes.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/numerals.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

}  // namespace

// 法源 甲法 为 甲法 第28条, 法源 甲法：《甲法》, 《甲法》、《乙法》
std::optional<Complaint> Explainer::law_in_marks() {
  if (type(0) != P::SOURCE || at_ >= count_) return std::nullopt;
  if (type(at_) == P::COLON && expects(P::IS)) {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", quoted_spelling(P::IS)}};
    const bool blank = at_ + 1 < count_ && tokens_[at_].end < tokens_[at_ + 1].begin;
    c.fixes.push_back({c.span, std::string(is_ascii(text(0)) ? " is" : " 为") + (blank ? "" : " ")});
    return c;
  }
  if (expects(P::TEXT) && expects(P::LAW) && at_ > 2 && type(at_ - 1) == P::IS && !begins_line(at_)) {
    const bool english = is_ascii(text(at_));
    std::size_t last = at_;
    while (last + 1 < count_ && type(last + 1) != P::TEXT && !begins_line(last + 1)) ++last;
    if (type(last + 1) == P::TEXT && !begins_line(last + 1)) {  // regulation "…", 法律《…》, 国家标准《…》
      const std::string found = text(at_, last);
      const auto says = [&](std::string_view en, std::string_view zh) {
        return in_lower_case(found).find(english ? en : zh) != std::string::npos;
      };
      const std::string_view kind = says("standard", "标") ? (english ? "standard" : "标准")
                                    : says("policy", "制度") || says("internal", "内")
                                        ? (english ? "policy" : "行内制度")
                                        : (english ? "law" : "法规");
      Complaint c = offering(at_, last, {std::string(kind)});
      c.help = Both{
          "an instrument is a law (whatever a legislator or regulator issued), a standard or a policy of the house",
          "文件分为三类：法规（立法或监管机关发布的各类文件）、标准、行内制度"};
      return c;
    }
    if (type(at_) != P::WORD) return std::nullopt;
    for (last = at_; last + 1 < count_ && type(last + 1) == P::WORD && !begins_line(last + 1);) ++last;
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

// 转人工 至 坐席，紧急; to desk with high priority; 坐席 优先级 高; 坐席，高优先级
std::optional<Complaint> Explainer::priority_left_out() {
  if (type(0) != P::RULE) return std::nullopt;
  constexpr std::string_view kPriority = "优先级";
  const auto says = [&](std::size_t at) {
    return type(at) == P::PRIORITY || (at < count_ && (text(at) == "priority" || text(at) == kPriority));
  };
  const auto leads = [&](std::size_t at) { return text(at) == "with" || text(at) == "at" || text(at) == "以"; };
  const auto glued = [&](const std::string& word) {  // 高优先级, 优先级高
    std::string level;
    if (word.ends_with(kPriority)) level = word.substr(0, word.size() - kPriority.size());
    if (word.starts_with(kPriority)) level = word.substr(kPriority.size());
    return value_of("priority", level).empty() ? std::string() : level;
  };
  for (std::size_t back = 0; back <= 1 && back < at_; ++back) {
    std::size_t level = at_ - back;
    while (level < count_ && level <= at_ + 2 && (says(level) || leads(level))) ++level;
    if (level >= count_ || type(level) != P::WORD) continue;
    std::string which = glued(text(level));
    const bool whole = !which.empty();
    if (!whole) which = text(level);
    if (value_of("priority", which).empty()) continue;
    const bool named = !whole && says(level - 1), behind = !whole && !named && says(level + 1);
    std::size_t first = named ? level - 1 : level;
    if (first > 1 && leads(first - 1)) --first;
    const bool comma = type(first - 1) == P::COMMA;
    if (comma && named) continue;                                 // as it should be
    if (!comma && first == level && !behind && !whole) continue;  // a name, and nothing says that it is a priority
    std::size_t effect = first;
    while (effect > 0 && type(effect) != P::HAND_OFF && !is_clause(effect)) --effect;
    if (type(effect) != P::HAND_OFF || effect + 1 >= first) continue;
    const std::size_t last = behind ? level + 1 : level;
    const bool english = is_ascii(text(effect));
    const std::string meant = (comma     ? ""
                               : english ? ", "
                                         : "，") +
                              std::string(english ? "priority " : "优先级 ") + which;
    Complaint c{&codes::kUnexpected, span(first, last), {"“" + text(first, last) + "”", "“" + meant + "”"}};
    // The comma stands behind the queue, and no blank before it.
    c.fixes.push_back({comma ? c.span : Span{source_, tokens_[first - 1].end, tokens_[last].end}, meant});
    return c;
  }
  return std::nullopt;
}

// hand off to desk in 5 minutes
std::optional<Complaint> Explainer::within_left_out() {
  if (type(0) != P::RULE || at_ < 2 || at_ + 2 >= count_ || (text(at_) != "in" && text(at_) != "within") ||
      type(at_ + 1) != P::NUMBER || type(at_ + 2) != P::TIME_UNIT || !ends_effect(at_ + 3))
    return std::nullopt;
  std::size_t effect = at_ - 1;
  while (effect > 0 && type(effect) != P::HAND_OFF && !is_clause(effect)) --effect;
  if (type(effect) != P::HAND_OFF) return std::nullopt;
  const std::string meant = (type(at_ - 1) == P::COMMA ? "within " : ", within ") + text(at_ + 1, at_ + 2);
  Complaint c{&codes::kUnexpected, span(at_, at_ + 2), {"“" + text(at_, at_ + 2) + "”", "“" + meant + "”"}};
  c.fixes.push_back(
      {{source_, type(at_ - 1) == P::COMMA ? tokens_[at_].begin : tokens_[at_ - 1].end, c.span.end}, meant});
  return c;
}

// 若非 客户.贵宾, in a rule that says no 当: its condition is the negation. Where there is one, 除非 is meant (habits.h).
std::optional<Complaint> Explainer::when_not() {
  constexpr auto kSaid = std::to_array<std::string_view>({"若非", "如非", "如果非", "若不是", "如果不是"});
  if (type(0) != P::RULE || at_ >= count_ || !begins_line(at_)) return std::nullopt;
  if (std::find(kSaid.begin(), kSaid.end(), text(at_)) == kSaid.end()) return std::nullopt;
  for (std::size_t i = 1; i < count_; ++i)
    if (type(i) == P::WHEN) return std::nullopt;
  std::size_t end = at_ + 1;
  while (end < count_ && !bounds_conditions(end)) ++end;
  if (end == at_ + 1) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“当 非”"}};
  if (type(end) == P::AND || type(end) == P::OR) {
    c.help = Both{"“not” binds to one condition; of them all: 当 非（… 且 …）",
                  "“非”只管一个条件；都否定写作：当 非（… 且 …）"};
  } else {
    c.fixes.push_back({span(at_, end - 1), "当 非（" + text(at_ + 1, end - 1) + "）"});
  }
  return c;
}

// 不明时 拦截, 若为空 拦截, if missing block: no habits of a keyword (habits.h), since these say what 若不明 says and nothing else.
std::optional<Complaint> Explainer::if_unknown_otherwise() {
  constexpr auto kSaid = std::to_array<std::string_view>(
      {"不明时",      "未知时",           "若未知",           "若不知道",          "若不明确",     "如不明",
       "如未知",      "如果不明",         "若为空",           "若 为空",           "如为空",       "如果为空",
       "若未提供",    "如未提供",         "若缺失",           "若 缺失",           "若未填写",     "若无数据",
       "若为未知",    "若为不明",         "若为 未知",        "若为 不明",         "若 为 未知",   "若 为 不明",
       "if missing",  "if absent",        "if empty",         "if not known",      "when unknown", "when missing",
       "when absent", "if it is unknown", "if it is missing", "if that is unknown"});
  if (type(0) != P::RULE) return std::nullopt;
  for (std::size_t back = 0; back <= 3 && back < at_; ++back) {
    std::string written;
    for (std::size_t last = at_ - back; last < count_ && last <= at_ + 3 && !text(last).empty(); ++last) {
      if (last > at_ - back && begins_line(last)) break;
      written += (written.empty() ? "" : " ") + text(last);
      if (last + 1 < at_ || std::find(kSaid.begin(), kSaid.end(), written) == kSaid.end()) continue;
      // `if absent or …`, 若 为空 且 …: a condition, which a fact of that name begins.
      if (last + 1 >= count_ || (!is_effect(type(last + 1)) && text(last + 1) != "转人工")) continue;
      const std::string meant = is_ascii(written) ? "if unknown" : "若不明";
      Complaint c{&codes::kUnexpected, span(at_ - back, last), {"“" + text(at_ - back, last) + "”", "“" + meant + "”"}};
      c.fixes.push_back({c.span, meant});
      return c;
    }
  }
  return std::nullopt;
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

// when A / block: what is done is told from when by `then`.
std::optional<Complaint> Explainer::then_left_out() {
  if (at_ == 0 || at_ >= count_ || type(0) != P::RULE || !expects(P::THEN) || !is_effect(type(at_)))
    return std::nullopt;
  for (std::size_t i = 1; i < at_; ++i)
    if (type(i) == P::THEN || type(i) == P::IF_UNKNOWN) return std::nullopt;
  const std::string then = is_ascii(text(at_)) ? "then" : "则";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“" + then + "”"}};
  c.help = Both{"what is done stands behind “then”", "处置写在“则”之后"};
  c.fixes.push_back({{source_, tokens_[at_].begin, tokens_[at_].begin}, then + " "});
  return c;
}

// if unknown then block
std::optional<Complaint> Explainer::then_behind_unknown() {
  constexpr auto kUnknown =
      std::to_array<std::string_view>({"如不明", "如果不明", "若未知", "如未知", "不明时", "若不明时"});
  const bool of_speech = at_ < count_ && std::find(kUnknown.begin(), kUnknown.end(), text(at_)) != kUnknown.end();
  if (of_speech && type(at_ + 1) == P::THEN) return offering(at_, at_ + 1, {"若不明"});
  if (type(at_) != P::THEN || at_ == 0 || type(at_ - 1) != P::IF_UNKNOWN) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", Both{"an effect", "处置"}}};
  c.help = Both{"the effects stand right behind it", "其后直接写处置"};
  c.fixes.push_back({c.span, ""});
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
  for (std::size_t i = 1; i + 1 < count_; ++i) {  // Expect allow, 结果 放行: taken for a fact and its value
    const std::string word = in_lower_case(text(i));
    if (type(i) != P::WORD || !begins_line(i) || value_of("verdict", text(i + 1)).empty() ||
        (word != "expect" && !means_expect(word)))
      continue;
    const std::string meant = is_ascii(word) ? "expect" : "期望";
    Complaint c{&codes::kUnexpected, span(i, i), {"“" + text(i) + "”", "“" + meant + "”"}};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  const std::uint32_t end = tokens_[count_ - 1].end;
  Complaint c{&codes::kUnexpectedEnd, {source_, end, end}, {quoted_spelling(P::EXPECT)}};
  c.help = Both{"an example says what the turn comes to, in a line of its own: expect allow",
                "示例须另起一行写明结果：期望 放行"};
  return c;
}

// expect hand off by a, expect hand off to desk, 期望 转人工 至 desk: what it comes to, and not to whom.
std::optional<Complaint> Explainer::verdict_of_speech() {
  if (type(0) != P::EXAMPLE || at_ < 1 || at_ >= count_) return std::nullopt;
  std::size_t first = at_, last = at_;
  const std::string found = text(at_);
  if (type(at_) == P::HAND_OFF) {  // with its “to”
    if (type(at_ + 1) == P::WORD && !begins_line(at_ + 1)) ++last;
  } else if (found == "off" || found == "over") {
    first = at_ - 1;
    if (text(first) != "hand" && text(first) != "handed") return std::nullopt;
  } else if (type(at_) == P::MINUS && at_ + 1 < count_ && text(at_ + 1) == "off" && text(at_ - 1) == "hand") {
    first = at_ - 1;
    last = at_ + 1;
  } else {
    return std::nullopt;
  }
  if (first == 0 || type(first - 1) != P::EXPECT) return std::nullopt;
  return offering(first, last, {is_ascii(text(first)) ? "handoff" : "转人工"});
}

// 当 自 2026年3月1日起 客户.贵宾: from when a rule holds is a line of its own.
std::optional<Complaint> Explainer::day_behind_when() {
  if (type(0) != P::RULE || at_ < 2 || at_ + 1 >= count_ || type(at_ - 1) != P::WHEN) return std::nullopt;
  const bool day = type(at_ + 1) == P::DATE || type(at_ + 1) == P::DATE_WORDS;
  if ((type(at_) != P::SINCE && type(at_) != P::FROM && type(at_) != P::UNTIL) || !day) return std::nullopt;
  const bool onward = type(at_ + 2) == P::ONWARD;
  const std::size_t last = onward ? at_ + 2 : at_ + 1;
  const std::string said = text(at_, last);
  Complaint c{&codes::kUnexpected, span(at_, last), {"“" + said + "”", Both{"a condition", "条件"}}};
  c.help = Both{"from when and until when a rule holds stands in a line of its own, above “when”: " + said,
                "规则的起止另起一行，写在“当”之前：" + said};
  return c;
}

}  // namespace caveat::syntax
