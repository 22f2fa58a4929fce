// Words of speech: clauses, effects, lists and levels as they are said, where the language says them in another way.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/syntax/codes.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

bool is(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool takes_a_list(int token) {
  switch (token) {
    case P::IS_ONE_OF:
    case P::IS_NONE_OF:
    case P::INCLUDES_ANY:
    case P::INCLUDES_ALL:
    case P::CONTAINS_ANY:
    case P::CONTAINS_ALL:
    case P::CLAIMS_ANY:
    case P::NOT_CLAIMS_ANY:
      return true;
    default:
      return false;
  }
}

// The comparison with several values of what that one compares with one.
int of_several(int token) {
  switch (token) {
    case P::IS:
      return P::IS_ONE_OF;
    case P::IS_NOT:
      return P::IS_NONE_OF;
    case P::CONTAINS:
      return P::CONTAINS_ANY;
    case P::INCLUDES:
      return P::INCLUDES_ANY;
    default:
      return takes_a_list(token) ? token : 0;
  }
}

}  // namespace

// exception: customer.vip
std::optional<Complaint> Explainer::exception_of_speech() {
  if (type(0) != P::RULE || at_ + 1 >= count_ || type(at_ + 1) != P::COLON || !expects(P::UNLESS)) return std::nullopt;
  if (!is(in_lower_case(text(at_)), {"exception", "exceptions", "except", "例外", "例外情形"})) return std::nullopt;
  const bool glued = at_ + 2 < count_ && tokens_[at_ + 1].end == tokens_[at_ + 2].begin;
  return offering(at_, at_ + 1, {std::string(is_ascii(text(at_)) ? "unless" : "除非") + (glued ? " " : "")});
}

// status active, 状态 启用: so is every rule.
std::optional<Complaint> Explainer::status_of_speech() {
  if (type(0) != P::RULE || at_ == 0 || at_ + 1 >= count_ || !expects(P::STATUS_SHADOW)) return std::nullopt;
  const std::string found = in_lower_case(text(at_)), state = in_lower_case(text(at_ + 1));
  if (found != "status" && found != "状态") return std::nullopt;
  if (!is(state, {"active", "enabled", "live", "on", "enforced", "production", "effective", "启用", "生效", "有效",
                  "正式", "已生效", "现行"}))
    return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_ + 1), {"“" + text(at_, at_ + 1) + "”", expected()}};
  c.help = Both{"a rule is active where nothing else is said: leave it out; status shadow only records",
                "规则写出即生效：请删去；只记录、不执行写作：状态 试运行"};
  c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_ + 1].end}, ""});
  return c;
}

// 默认 不明时 转人工 至 值班, default unknown block
std::optional<Complaint> Explainer::default_of_speech() {
  if (type(0) != P::PACK || at_ + 2 >= count_ || begins_line(at_ + 1)) return std::nullopt;
  const std::string found = text(at_), behind = text(at_ + 1);
  if (is(found, {"默认", "缺省"}) && is(behind, {"不明时", "未知时", "不明", "未知", "如不明", "若未知", "如未知"}))
    return offering(at_, at_ + 1, {"默认 若不明"});
  if (found == "default" && is(behind, {"unknown", "when", "where"})) {
    const std::size_t last = behind != "unknown" && text(at_ + 2) == "unknown" ? at_ + 2 : at_ + 1;
    if (behind == "unknown" || last == at_ + 2) return offering(at_, last, {"default if unknown"});
  }
  return std::nullopt;
}

// then block the recommendation, 则 拦截 该回答: what is judged stands behind “applies to”.
std::optional<Complaint> Explainer::object_of_an_effect() {
  if (type(0) != P::RULE || at_ == 0 || at_ >= count_ || begins_line(at_) || type(at_) != P::WORD) return std::nullopt;
  if (type(at_ - 1) != P::BLOCK && type(at_ - 1) != P::ALLOW) return std::nullopt;
  std::size_t last = at_;
  if (is(text(at_), {"the", "this", "that", "any", "all", "its", "such"}) && type(at_ + 1) == P::WORD &&
      !begins_line(at_ + 1))
    ++last;
  const std::string object = text(last);
  constexpr auto kPointers = std::to_array<std::string_view>({"该", "本", "此", "其", "这条", "这个"});
  const bool pointed =
      std::any_of(kPointers.begin(), kPointers.end(), [&](std::string_view each) { return object.starts_with(each); });
  if (last == at_ && !pointed && !is(object, {"it", "this", "that", "them"}) && value_of("subject", object).empty())
    return std::nullopt;
  if (last + 1 < count_ && !ends_effect(last + 1)) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, last), {"“" + text(at_, last) + "”", expected()}};
  const std::string effect = text(at_ - 1);
  c.help = Both{"“" + effect + "” stands alone; what is judged is said behind “applies to”",
                "“" + effect + "”之后不写对象；所评判的内容写在“适用于”之后"};
  c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[last].end}, ""});
  return c;
}

// 则 应当 拦截, when if customer.vip: the keyword before it has said so.
std::optional<Complaint> Explainer::said_by_its_keyword() {
  if (at_ == 0 || at_ >= count_) return std::nullopt;
  const bool effect = (type(at_ - 1) == P::THEN || type(at_ - 1) == P::IF_UNKNOWN) && expects(P::BLOCK) &&
                      is(text(at_), {"应当",        "应该",   "应",     "必须", "须",    "需",   "需要",
                                     "应予",        "予以",   "立即",   "立刻", "马上",  "直接", "一律",
                                     "immediately", "always", "should", "must", "shall", "will", "please"});
  if (type(at_) == P::THEN && (type(at_ - 1) == P::AND || type(at_ - 1) == P::ALSO_DO) && expects(P::BLOCK) &&
      !begins_line(at_)) {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
    c.help = Both{"it stands once, before the first effect", "此词只写一次，在第一个处置之前"};
    c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_].end}, ""});
    return c;
  }
  const bool condition = at_ >= 2 && (type(at_ - 2) == P::WHEN || type(at_ - 2) == P::UNLESS) &&
                         type(at_ - 1) == P::WORD && is(text(at_ - 1), {"如果", "假如", "if"}) && type(at_) == P::WORD;
  if (!effect && !condition) return std::nullopt;
  const std::size_t word = effect ? at_ : at_ - 1;
  if (word + 1 >= count_) return std::nullopt;
  const std::string before = text(word - 1);
  Complaint c{&codes::kUnexpected,
              span(word, word),
              {"“" + text(word) + "”", effect ? expected() : Both{"a condition", "条件"}}};
  c.help = Both{"“" + before + "” says so: leave it out", "“" + before + "”已表明此意：请删去"};
  c.fixes.push_back({{source_, tokens_[word].begin, tokens_[word + 1].begin}, ""});
  return c;
}

// applies to all answers, 适用于 所有 回答
std::optional<Complaint> Explainer::subject_of_speech() {
  if (at_ < 2 || at_ >= count_ || type(at_) != P::WORD || type(at_ - 1) != P::WORD || begins_line(at_))
    return std::nullopt;
  if (!is(text(at_ - 1), {"all", "every", "any", "each", "the", "所有", "全部", "任何", "一切"})) return std::nullopt;
  const int before = type(at_ - 2);
  std::size_t opener = at_ - 2;
  while (opener > 0 && (type(opener) == P::WORD || type(opener) == P::COMMA)) --opener;
  if (type(opener) != P::APPLIES_TO || (before != P::APPLIES_TO && before != P::COMMA)) return std::nullopt;
  Complaint c{
      &codes::kUnexpected, span(at_ - 1, at_ - 1), {"“" + text(at_ - 1) + "”", Both{"what is judged", "所评判的内容"}}};
  c.help = Both{"of all of them is meant where nothing else is said", "不另加说明即指全部"};
  c.fixes.push_back({{source_, tokens_[at_ - 1].begin, tokens_[at_].begin}, ""});
  return c;
}

// given answer; customer.age 15 — given answer with customer.age 15: a comma parts what is judged and its facts.
std::optional<Complaint> Explainer::joint_in_an_example() {
  if (type(0) != P::EXAMPLE || at_ < 2 || at_ + 2 >= count_ || !expects(P::COMMA) || begins_line(at_))
    return std::nullopt;
  if (type(at_) != P::SEMICOLON && !is(text(at_), {"with", "where", "and", "且", "其中", "并且"})) return std::nullopt;
  if (type(at_ + 1) != P::WORD || type(at_ + 2) != P::DOT || begins_line(at_ + 1)) return std::nullopt;
  const bool english = is_ascii(text(at_ - 1)), glued = tokens_[at_].end == tokens_[at_ + 1].begin;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", english ? "“,”" : "“，”"}};
  c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_].end}, english ? (glued ? ", " : ",") : "，"});
  return c;
}

// customer.time zone is "…", of a fact that is declared as time_zone
std::optional<Complaint> Explainer::fact_in_words() {
  if (at_ < 3 || at_ >= count_ || !expects(P::GE) || type(at_) != P::WORD || begins_line(at_)) return std::nullopt;
  if (type(at_ - 1) != P::WORD || type(at_ - 2) != P::DOT) return std::nullopt;
  std::size_t last = at_;
  while (type(last + 1) == P::WORD && last < at_ + 4) ++last;
  if (!compares(last + 1)) return std::nullopt;
  std::string meant = text(at_ - 1);
  for (std::size_t i = at_; i <= last; ++i) meant += (is_ascii(meant) ? "_" : "") + text(i);
  constexpr std::size_t kSearched = 65'536;  // each mistake searches
  const std::size_t declared = bytes_.substr(0, kSearched).find(" " + meant + " ");
  return declared == std::string_view::npos ? std::nullopt : std::optional(offering(at_ - 1, last, {meant}));
}

// 当 不 客户.贵宾
std::optional<Complaint> Explainer::not_of_speech() {
  if (at_ == 0 || type(at_) != P::WORD || type(at_ - 1) != P::WORD || begins_line(at_)) return std::nullopt;
  if (!is(text(at_ - 1), {"不", "没", "没有", "并不", "并没有"}) || (at_ >= 2 && !bounds_conditions(at_ - 2)))
    return std::nullopt;
  return offering(at_ - 1, at_ - 1, {"非"});
}

// customer.kind not in (card, savings), 既不是 甲 也不是 乙
std::optional<Complaint> Explainer::none_of_speech() {
  if (at_ == 0 || at_ + 2 >= count_ || !expects(P::IS)) return std::nullopt;
  if (type(at_) == P::NOT && text(at_ + 1) == "in") {
    const bool items = (type(at_ + 2) == P::WORD || type(at_ + 2) == P::TEXT) && type(at_ + 3) == P::COMMA;
    if (items) return offering(at_, at_ + 1, {"is none of"});
    if (type(at_ + 2) != P::LPAREN) return std::nullopt;
    std::size_t close = at_ + 3;
    while (close < count_ && type(close) != P::RPAREN && type(close) != P::LPAREN && !bounds_conditions(close)) ++close;
    if (type(close) != P::RPAREN || close == at_ + 3) return std::nullopt;
    return offering(at_, close, {"is none of " + text(at_ + 3, close - 1)});
  }
  if (is(text(at_), {"既不是", "既不为", "既非"}) && at_ + 3 < count_ &&
      is(text(at_ + 2), {"也不是", "也不为", "也非", "又非"}))
    return offering(at_, at_ + 3, {"不属于 " + text(at_ + 1) + "、" + text(at_ + 3)});
  return std::nullopt;
}

// 属于 甲、乙 之一
std::optional<Complaint> Explainer::behind_a_list() {
  if (at_ < 2 || at_ >= count_ || begins_line(at_) || !expects(P::COMMA)) return std::nullopt;
  if (!is(text(at_), {"之一", "中的一种", "中的一个", "中之一", "其中之一", "中的任一", "中的任意一个", "的一种"}))
    return std::nullopt;
  const std::size_t begin = comparison_begin(at_ - 1);
  std::size_t verb = at_ - 1;
  while (verb > begin && !compares(verb)) --verb;
  if (!takes_a_list(type(verb))) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  c.help = Both{"“" + text(verb) + "” says so: leave it out", "“" + text(verb) + "”已表明此意：请删去"};
  c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_].end}, ""});
  return c;
}

// 当 客户.贵宾 且 / 则 拦截: the next clause begins, and nothing has been joined.
std::optional<Complaint> Explainer::joins_nothing() {
  if (type(0) != P::RULE || at_ < 3 || at_ >= count_ || !begins_line(at_) || !is_clause(at_)) return std::nullopt;
  const int joint = type(at_ - 1);
  if (joint != P::AND && joint != P::OR && joint != P::ALSO_DO) return std::nullopt;
  Complaint c{
      &codes::kUnexpected, span(at_ - 1, at_ - 1), {"“" + text(at_ - 1) + "”", Both{"the end of the line", "行尾"}}};
  c.help = Both{"nothing follows it: leave it out, or write what it joins", "其后没有内容：请删去，或写出所连接的内容"};
  c.fixes.push_back({{source_, tokens_[at_ - 2].end, tokens_[at_ - 1].end}, ""});
  return c;
}

// 当 客户.年龄 低于 18 的时候
std::optional<Complaint> Explainer::behind_a_condition() {
  if (type(0) != P::RULE || at_ < 2 || at_ >= count_ || begins_line(at_) || !expects(P::AND)) return std::nullopt;
  if (!is(text(at_), {"时", "的时候", "的情况下", "的情形", "的情形下", "的情况", "之时", "的"})) return std::nullopt;
  const std::size_t behind = type(at_ + 1) == P::COMMA ? at_ + 2 : at_ + 1;
  if (behind < count_ && !begins_line(behind) && !is_clause(behind)) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  c.help = Both{"“when” says so: leave it out", "“当”已表明此意：请删去"};
  c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[behind - 1].end}, ""});
  return c;
}

// 属于 甲、乙，客户.贵宾 为 是: behind the list's comma another condition begins, and the parser stops at its comparison.
std::optional<Complaint> Explainer::condition_behind_a_list() {
  if (at_ < 5 || at_ >= count_ || !compares(at_) || !expects(P::COMMA) || begins_line(at_)) return std::nullopt;
  std::size_t first = at_ - 1;
  while (first > 2 && type(first) == P::WORD && type(first - 1) == P::DOT) first -= 2;
  if (first == at_ - 1 || type(first) != P::WORD || type(first - 1) != P::COMMA) return std::nullopt;
  const std::size_t comma = first - 1, begin = comparison_begin(comma);
  std::size_t verb = comma;
  while (verb > begin && !compares(verb)) --verb;
  if (!takes_a_list(type(verb))) return std::nullopt;
  const bool english = is_ascii(text(verb));
  Complaint c{&codes::kUnexpected, span(comma, comma), {"“" + text(comma) + "”", Both{"“and” or “or”", "“且”或“或”"}}};
  c.help = Both{"join conditions with “and” or “or”", "条件之间请用“且”或“或”相连"};
  for (const std::string joint : {english ? "and" : "且", english ? "or" : "或"})
    c.fixes.push_back({c.span, " " + joint + (tokens_[comma].end == tokens_[first].begin ? " " : "")});
  return c;
}

// 回答中出现 “x”, read as one name
std::optional<Complaint> Explainer::contains_glued() {
  if (at_ == 0 || type(at_) != P::TEXT || type(at_ - 1) != P::WORD || !expects(P::GE)) return std::nullopt;
  const std::string word = text(at_ - 1);
  for (const std::string_view verb : {"中出现", "中包含", "中含有", "里出现", "里包含", "里含有", "中提到", "里提到",
                                      "中有", "里有", "出现", "含有", "提到"}) {
    if (!word.ends_with(verb) || word.size() == verb.size()) continue;
    return offering(at_ - 1, at_ - 1, {word.substr(0, word.size() - verb.size()) + " 包含"});
  }
  return std::nullopt;
}

// 生效日期 2024-01-01, effective date 2024-01-01
std::optional<Complaint> Explainer::day_of_speech() {
  if ((type(0) != P::RULE && type(0) != P::SOURCE) || at_ + 1 >= count_) return std::nullopt;
  const bool of_source = type(0) == P::SOURCE;
  if (!begins_line(at_) && !expects(P::FROM) && !expects(P::IN_FORCE_FROM) && !expects(P::SINCE)) return std::nullopt;
  std::size_t day = at_ + 1;
  const std::string found = text(at_);
  if (is(found, {"effective", "valid", "starts", "starting"}))
    while (day < count_ && day <= at_ + 2 &&
           (is(text(day), {"date", "from", "on", "as", "of"}) || type(day) == P::COLON))
      ++day;
  else if (!is(found, {"生效日期", "施行日期", "实施日期", "生效日", "施行日", "生效时间", "开始日期", "起始日期"}))
    return std::nullopt;
  if (type(day) == P::COLON) ++day;
  if (type(day) != P::DATE && type(day) != P::DATE_WORDS) return std::nullopt;
  const std::string date = text(day);
  if (is_ascii(found)) return offering(at_, day, {(of_source ? "in force from " : "from ") + date});
  const std::size_t last = type(day + 1) == P::ONWARD || type(day + 1) == P::IN_FORCE ? day + 1 : day;
  return offering(at_, last, {"自 " + date + (of_source ? " 起施行" : " 起")});
}

// redact match except last 4, 脱敏 保留前6后4
std::optional<Complaint> Explainer::redacts_but_for() {
  if (type(0) != P::RULE || at_ >= count_) return std::nullopt;
  const auto redacts = [&](std::size_t at) {
    const auto meant = meant_by(text(at));
    return type(at) == P::REDACT || (!meant.empty() && (meant.back() == "redact" || meant.back() == "脱敏"));
  };
  std::size_t redact = at_;
  while (redact > 0 && at_ - redact < 4 && !redacts(redact)) --redact;
  if (!redacts(redact)) return std::nullopt;
  std::size_t end = redact + 1, keeps = 0;
  bool front = false, back = false;
  std::string first, last;
  for (; end < count_ && end < redact + 12 && !begins_line(end) && type(end) != P::ALSO_DO && type(end) != P::AND;
       ++end) {
    const std::string word = text(end);
    const bool keep = type(end) == P::KEEP_FIRST || type(end) == P::KEEP_LAST || type(end) == P::AND_LAST ||
                      is(word, {"except", "but", "keep", "keeping", "leaving", "all", "保留"});
    if (keep && keeps == 0) keeps = end;
    if (keeps == 0) continue;
    if (word.ends_with("first") || word.ends_with("前")) front = true, back = false;
    if (word.ends_with("last") || word.ends_with("后")) back = true, front = false;
    if (type(end) == P::NUMBER && front) first = word;
    if (type(end) == P::NUMBER && back) last = word;
  }
  // Names and one word that is a target at most stand before it.
  if (keeps == 0 || keeps > redact + 2 || (first.empty() && last.empty())) return std::nullopt;
  const bool english = is_ascii(text(redact));
  const std::string target = keeps == redact + 2 ? text(redact + 1) : english ? "match" : "命中";
  std::string meant = (english ? "redact " : "脱敏 ") + target + (english ? ", keep " : "，保留");
  const std::string unit = english ? "" : "位";
  if (!first.empty()) meant += (english ? "first " : "前") + first + unit;
  if (!first.empty() && !last.empty()) meant += english ? " and " : "、";
  if (!last.empty()) meant += (english ? "last " : "后") + last + unit;
  if (text(redact, end - 1) == meant) return std::nullopt;
  return offering(redact, end - 1, {meant});
}

// Is it one of the choices or levels that this file declares, and no condition of it? Each mistake searches the file's head.
bool Explainer::is_a_choice(std::string_view name) const {
  constexpr std::size_t kSearched = 65'536, kLine = 400, kTimes = 100;
  const std::string_view head = bytes_.substr(0, kSearched);
  bool choice = false;
  std::size_t times = 0;
  for (std::size_t at = head.find(name); at != std::string_view::npos && ++times <= kTimes;
       at = head.find(name, at + 1)) {
    const std::size_t begin = at - std::min(at, kLine), end = at + name.size();
    std::string_view before = head.substr(begin, at - begin);
    before.remove_prefix(before.rfind('\n') + 1);
    const auto parts = [](std::string_view sign) {
      return sign.empty() || sign.find_first_of(" \t\r\n,;()<") == 0 || sign.starts_with("、") ||
             sign.starts_with("，") || sign.starts_with("（") || sign.starts_with("）");
    };
    const bool chinese = before.ends_with("、") || before.ends_with("，") || before.ends_with("（");
    if (!parts(head.substr(end)) || !(chinese || before.empty() || parts(before.substr(before.size() - 1)))) continue;
    if (is(before, {"define ", "定义 ", "topic ", "专题 ", "parameter ", "参数 "})) return false;
    for (const std::string_view opens : {" one of ", "取值", "scale ", "分级 "})
      choice = choice || before.find(opens) != std::string_view::npos;
  }
  return choice;
}

// is mortgage, card or savings
std::optional<Complaint> Explainer::values_listed() const {
  const std::size_t begin = comparison_begin(at_);
  std::size_t verb = at_ - 1, last = at_ - 1;
  while (verb > begin && !compares(verb)) --verb;
  if (verb == begin || verb + 2 != at_ || of_several(type(verb)) == 0 || takes_a_list(type(verb))) return std::nullopt;
  const bool english = is_ascii(text(verb));
  const auto is_value = [&](std::size_t at) {
    return type(at) == P::TEXT || type(at) == P::NUMBER || type(at) == P::DATE || type(at) == P::WORD;
  };
  std::string items = text(last);
  bool joined = false;
  while (!joined && (type(last + 1) == P::COMMA || type(last + 1) == P::OR)) {
    joined = type(last + 1) == P::OR;
    std::size_t next = last + 2;
    if (type(next) == P::OR) joined = true, ++next;  // a, b, or c
    if (!is_value(next)) return std::nullopt;
    items += (english ? ", " : "、") + text(next);
    last = next;
  }
  const bool ends = last + 1 >= count_ || bounds_conditions(last + 1) || type(last + 1) == P::RPAREN;
  if (!joined || !ends || (type(last) == P::WORD && !is_a_choice(text(last)))) return std::nullopt;
  const std::string word = spellings_of(of_several(type(verb)), english ? Language::en : Language::zh).front()->text;
  Complaint c = offering(verb, last, {word + " " + items});
  c.help = Both{"of several values", "有多个值时如此写"};
  return c;
}

// customer.vip and customer.kind is mortgage or card: brackets mend nothing here, as what stands behind the “or” is a value.
std::optional<Complaint> Explainer::values_joined() {
  if (at_ < 3 || at_ >= count_) return std::nullopt;
  if (type(at_) == P::COMMA) return values_listed();
  if (type(at_) != P::OR && type(at_) != P::AND) return std::nullopt;
  std::size_t joint = at_;
  if (type(at_) == P::AND) {  // … is a or b and …
    joint = at_ >= 2 ? at_ - 2 : 0;
    if (type(joint) != P::OR) return std::nullopt;
  }
  const auto value = [&](std::size_t at) {
    const bool ends =
        at + 1 >= count_ || bounds_conditions(at + 1) || type(at + 1) == P::RPAREN || type(at + 1) == P::COMMA;
    return ends && (type(at) == P::TEXT || type(at) == P::NUMBER || type(at) == P::DATE ||
                    (type(at) == P::WORD && is_a_choice(text(at))));
  };
  const bool holiday = joint + 1 < count_ && is(text(joint + 1), {"节假日", "法定节假日", "假日", "holiday"});
  if (joint == 0 || type(joint - 1) == P::COMMA || (!holiday && !value(joint + 1))) return std::nullopt;
  const std::size_t begin = comparison_begin(joint - 1);
  std::size_t verb = joint - 1;
  while (verb > begin && !compares(verb)) --verb;
  if (verb == begin || verb + 1 >= joint) return std::nullopt;
  const bool english = is_ascii(text(verb));
  if (holiday) {
    if (type(verb) != P::IS || verb + 2 != joint || type(verb + 1) != P::WEEKDAY) return std::nullopt;
    return offering(verb, joint + 1, {english ? "is not a working day" : "不为 工作日"});
  }
  const int several = of_several(type(verb));
  if (several == 0) return std::nullopt;
  std::string items = text(verb + 1, joint - 1);
  std::size_t last = joint - 1;
  while (type(last + 1) == P::OR && value(last + 2)) {
    last += 2;
    items += (english ? ", " : "、") + text(last);
  }
  const std::string word = spellings_of(several, english ? Language::en : Language::zh).front()->text;
  Complaint c = offering(verb, last, {word + " " + items});
  c.help = Both{"of several values", "有多个值时如此写"};
  return c;
}

// 属于 “营销”、“推广”，且 …; any of "a", "b", and …; 包含任一，用语
std::optional<Complaint> Explainer::comma_round_a_list() {
  if (at_ == 0 || at_ + 1 >= count_) return std::nullopt;
  const auto told = [&](std::size_t comma, const std::string& instead) {
    Complaint c{&codes::kUnexpected, span(comma, comma), {"“" + text(comma) + "”", instead}};
    const bool blank = tokens_[comma - 1].end == tokens_[comma].begin && tokens_[comma].end == tokens_[comma + 1].begin;
    c.fixes.push_back({c.span, blank ? " " : ""});
    return c;
  };
  if (type(at_) == P::COMMA && takes_a_list(type(at_ - 1))) {
    Complaint c = told(at_, "");
    c.arguments[1] = expected();
    c.help = Both{"the items follow at once", "其后直接写各项，不加逗号"};
    return c;
  }
  const bool opens = type(at_ - 1) == P::WHEN || type(at_ - 1) == P::UNLESS || type(at_ - 1) == P::AS;
  const bool behind_a_word =
      opens || type(at_ - 1) == P::AND || type(at_ - 1) == P::OR || type(at_ - 1) == P::NOT || compares(at_ - 1);
  if (type(at_) == P::COMMA && behind_a_word && !expects(P::COMMA) && type(0) != P::EXAMPLE) {  // 且，客户.年龄 …
    Complaint c = told(at_, "");
    c.arguments[1] = expected();
    c.help = Both{"no comma stands behind “" + text(at_ - 1) + "”", "“" + text(at_ - 1) + "”之后不加逗号"};
    if (opens)
      c.help = Both{"no comma stands before a condition",
                    "条件之前不加逗号"};  // the word before it may have been read already
    return c;
  }
  const bool joint = type(at_) == P::AND || type(at_) == P::OR;
  if (!joint || type(at_ - 1) != P::COMMA || at_ < 3) return std::nullopt;
  const std::size_t begin = comparison_begin(at_ - 1);
  std::size_t verb = at_ - 1;
  while (verb > begin && !takes_a_list(type(verb))) --verb;
  if (!takes_a_list(type(verb))) return std::nullopt;
  const bool ends = at_ + 2 >= count_ || bounds_conditions(at_ + 2) || type(at_ + 2) == P::RPAREN;
  const bool item = ends && (type(at_ + 1) == P::TEXT || type(at_ + 1) == P::NUMBER ||
                             (type(at_ + 1) == P::WORD && is_a_choice(text(at_ + 1))));
  if (item) {  // is one of mortgage, or card
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
    c.help = Both{"the items of a list are parted by a comma alone", "列表各项之间只用顿号或逗号"};
    c.fixes.push_back({{source_, tokens_[at_].begin, tokens_[at_ + 1].begin}, ""});
    return c;
  }
  Complaint c = told(at_ - 1, "“" + text(at_) + "”");
  c.help = Both{"no comma stands before it", "其前不用逗号"};
  return c;
}

// 客户.等级 R4以上, 为 R4 或以上, R3至R5, is high or above: levels as they are said.
std::optional<Complaint> Explainer::level_and_above() {
  if (at_ < 1) return std::nullopt;
  const auto closes = [&](std::size_t behind) {
    return behind >= count_ || bounds_conditions(behind) || type(behind) == P::RPAREN || type(behind) == P::COMMA;
  };
  for (std::size_t i = at_; i >= 4 && at_ - i <= 1; --i) {  // the parser may stop behind it
    if (i >= count_ || (text(i) != "above" && text(i) != "below") || !closes(i + 1)) continue;
    const bool joint = type(i - 1) == P::OR || type(i - 1) == P::AND;
    const bool above = text(i) == "above";
    if (!joint || type(i - 2) != P::WORD || (type(i - 3) != P::IS && type(i - 3) != P::IS_NOT)) continue;
    const std::string_view meant =
        type(i - 3) == P::IS ? (above ? "is at least " : "is at most ") : (above ? "is below " : "is above ");
    return offering(i - 3, i, {std::string(meant) + text(i - 2)});
  }
  const std::string found = text_of(at_);
  struct Tail {
    std::string_view written, meant;
  };
  if (type(at_) == P::WORD && type(at_ - 1) == P::WORD && expects(P::GE) && at_ + 1 < count_ && !begins_line(at_)) {
    const bool range = (type(at_ + 1) == P::MINUS || type(at_ + 1) == P::RANGE || type(at_ + 1) == P::UP_TO ||
                        text(at_ + 1) == "到") &&
                       type(at_ + 2) == P::WORD && closes(at_ + 3);  // R3-R5
    if (range) return offering(at_, at_ + 2, {"介于 " + found + " 与 " + text(at_ + 2) + " 之间"});
    const bool with_bound = type(at_ + 1) == P::LPAREN && text_of(at_ + 2) == "含" && type(at_ + 3) == P::RPAREN;
    const std::size_t tail = with_bound ? at_ + 4 : at_ + 1;  // R4（含）以上
    const std::string side = text_of(tail);
    if (is(side, {"以上", "及以上", "或以上", "以下", "及以下", "或以下"}) && closes(tail + 1))
      return offering(at_, tail, {(side.ends_with("上") ? "不低于 " : "不高于 ") + found});
  }
  if (found.empty() || is_ascii(found)) return std::nullopt;
  constexpr auto kTails = std::to_array<Tail>({{"及以上", "不低于"},
                                               {"或以上", "不低于"},
                                               {"（含）以上", "不低于"},
                                               {"以上", "不低于"},
                                               {"及更高", "不低于"},
                                               {"或更高", "不低于"},
                                               {"及以下", "不高于"},
                                               {"或以下", "不高于"},
                                               {"以下", "不高于"},
                                               {"及更低", "不高于"},
                                               {"或更低", "不高于"}});
  for (const Tail& tail : kTails) {
    if (!found.ends_with(tail.written)) continue;
    const std::string level = found.substr(0, found.size() - tail.written.size());
    if (!closes(at_ + 1)) return std::nullopt;
    const bool spaced = level.empty() && at_ >= 3 && type(at_ - 1) == P::WORD;
    if (spaced && type(at_ - 2) == P::IS)
      return offering(at_ - 2, at_, {std::string(tail.meant) + " " + text(at_ - 1)});
    if (spaced && type(at_ - 2) == P::IS_NOT)  // 不为 R4 以上
      return offering(at_ - 2, at_, {(tail.meant == "不低于" ? "低于 " : "高于 ") + text(at_ - 1)});
    if (level.empty() || type(at_) != P::WORD || type(at_ - 1) != P::WORD || !expects(P::GE)) return std::nullopt;
    return offering(at_, at_, {std::string(tail.meant) + " " + level});
  }
  if (!expects(P::GE) || type(at_ - 1) != P::WORD) return std::nullopt;
  const bool behind_in = found == "在" && type(at_ + 1) == P::WORD;
  const std::size_t level = behind_in ? at_ + 1 : at_;
  if (type(level) != P::WORD || !closes(level + 1)) return std::nullopt;
  const std::string range = text(level);
  for (const std::string_view joint : {"至", "到"}) {
    const std::size_t cut = range.find(joint);
    if (cut == std::string::npos || cut == 0 || cut + joint.size() == range.size()) continue;
    return offering(at_, level, {"介于 " + range.substr(0, cut) + " 与 " + range.substr(cut + joint.size()) + " 之间"});
  }
  return std::nullopt;
}

// tags text list, 标签 文本 列表
std::optional<Complaint> Explainer::list_behind_its_type() {
  if (type(0) != P::FACTS || at_ == 0 || at_ >= count_ || begins_line(at_)) return std::nullopt;
  if (!is(text(at_), {"list", "array", "lists", "列表", "清单", "数组"})) return std::nullopt;
  const bool behind_a_type = std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
    return s.token == type(at_ - 1) && s.kind == KeywordKind::type && s.token != P::LIST_OF && s.token != P::ONE_OF;
  });
  if (!behind_a_type) return std::nullopt;
  return offering(at_ - 1, at_, {(is_ascii(text(at_ - 1)) ? "list of " : "列表 ") + text(at_ - 1)});
}

// 预期 转人工 因 甲, expects handoff by a: the line's first word was taken for a fact, and the parser stopped behind the verdict.
std::optional<Complaint> Explainer::expects_of_speech() {
  if (type(0) != P::EXAMPLE || at_ < 2 || at_ >= count_ || begins_line(at_)) return std::nullopt;
  const std::size_t first = line_of(at_);
  if (first == 0 || at_ < first + 2 || type(first) != P::WORD || !begins_line(first)) return std::nullopt;
  const std::string word = in_lower_case(text(first));
  if ((word != "expect" && !means_expect(word)) || value_of("verdict", text(first + 1)).empty()) return std::nullopt;
  return offering(first, first, {is_ascii(word) ? "expect" : "期望"});
}

// 取值 平静、不满, one of calm, unknown: a choice or a level whose name the language needs.
std::optional<Complaint> Explainer::keyword_as_a_choice() {
  if (at_ < 2 || at_ >= count_ || begins_line(at_) || type(at_) == P::WORD) return std::nullopt;
  const int opens = type(0) == P::FACTS ? P::ONE_OF : type(0) == P::SCALE ? P::IS : 0;
  if (opens == 0) return std::nullopt;
  const std::string found = text(at_);
  if (std::none_of(all_spellings().begin(), all_spellings().end(),
                   [&](const Spelling& s) { return s.token == type(at_) && s.text == found; }))
    return std::nullopt;
  const int before = type(at_ - 1);
  if (before != opens && before != P::COMMA && before != P::SIGN_LT && before != P::LPAREN) return std::nullopt;
  constexpr std::size_t kItems = 64;
  std::size_t first = at_;
  while (first > 0 && at_ - first < kItems && type(first) != opens && !begins_line(first)) --first;
  if (type(first) != opens || (before == P::COMMA && is_clause(at_)) || type(at_) == P::ASSESSED ||
      type(at_) == P::MAX_AGE || type(at_) == P::FROM || type(at_) == P::ASK || type(at_) == P::DATA_CLASS ||
      type(at_) == P::DATA_CLASSES)
    return std::nullopt;
  Complaint c{&codes::kReservedName, span(at_, at_), {found}};
  c.help = Both{"choose another word", "请换一个词"};
  return c;
}

// 客户.情绪 非 平静
std::optional<Complaint> Explainer::not_for_is_not() {
  if (type(at_) != P::NOT || at_ == 0 || at_ + 1 >= count_ || !expects(P::IS) || type(at_ - 1) != P::WORD ||
      begins_line(at_) || type(at_ + 1) == P::LPAREN)
    return std::nullopt;
  const int behind = type(at_ + 1);
  if (behind != P::WORD && behind != P::TEXT && behind != P::NUMBER && behind != P::YES && behind != P::NO)
    return std::nullopt;
  return offering(at_, at_, {is_ascii(text(at_)) ? "is not" : "不为"});
}

}  // namespace caveat::syntax
