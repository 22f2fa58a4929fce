// First tries: what is written by somebody who has seen one rule and no grammar, where the parser stops at the words of another trade.
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

// 话术 告知 为 “…”, queue complaints is "…", source MLD from "…": what joins a name and what it names.
std::optional<Complaint> Explainer::joins_a_name() {
  if (at_ < 2 || at_ + 1 >= count_ || begins_line(at_)) return std::nullopt;
  const bool text_follows = type(at_ + 1) == P::TEXT || type(at_ + 1) == P::EN || type(at_ + 1) == P::ZH;
  if (type(0) == P::SOURCE && expects(P::IS) && text_follows && (text(at_) == "from" || text(at_) == "of")) {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", "“is”"}};
    c.fixes.push_back({c.span, "is"});
    return c;
  }
  if (type(0) != P::WORDING && type(0) != P::QUEUE && type(0) != P::REQUIREMENT) return std::nullopt;
  if ((type(at_) != P::IS && type(at_) != P::EQUALS) || !expects(P::ALSO)) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  if (text_follows) {
    c.help = Both{"the text follows the name at once", "文本直接写在名称之后"};
    c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_].end}, ""});
  } else if (type(at_ + 1) == P::WORD) {
    c.fixes.push_back({c.span, is_ascii(text(0)) ? "also" : "又名"});
  }
  return c;
}

// 披露 告知 在开头, disclose NOTICE at the beginning
std::optional<Complaint> Explainer::place_of_disclosure() {
  if (at_ >= count_ || !expects(P::AT_START)) return std::nullopt;
  struct Row {
    std::string_view written, meant;
  };
  constexpr auto kRows = std::to_array<Row>({{"在开头", "于 开头"},
                                             {"在开始", "于 开头"},
                                             {"在最前", "于 开头"},
                                             {"于开始", "于 开头"},
                                             {"在结尾", "于 结尾"},
                                             {"在末尾", "于 结尾"},
                                             {"在最后", "于 结尾"},
                                             {"于末尾", "于 结尾"},
                                             {"于最后", "于 结尾"},
                                             {"在文末", "于 结尾"},
                                             {"于文末", "于 结尾"},
                                             {"在回答末尾", "于 结尾"},
                                             {"在答复末尾", "于 结尾"},
                                             {"在文首", "于 开头"},
                                             {"在回答开头", "于 开头"},
                                             {"at the end of", "at end"},
                                             {"at the end of the", "at end"},
                                             {"at the start of", "at start"},
                                             {"at the start of the", "at start"},
                                             {"at the beginning of", "at start"},
                                             {"at the beginning of the", "at start"},
                                             {"at the top of", "at start"},
                                             {"at the top of the", "at start"},
                                             {"于最前", "于 开头"},
                                             {"在最前面", "于 开头"},
                                             {"在最后面", "于 结尾"},
                                             {"at the beginning", "at start"},
                                             {"at the start", "at start"},
                                             {"at the top", "at start"},
                                             {"at beginning", "at start"},
                                             {"first", "at start"},
                                             {"at the end", "at end"},
                                             {"at the bottom", "at end"},
                                             {"last", "at end"}});
  for (std::size_t last = std::min(at_ + 5, count_ - 1) + 1; last-- > at_;) {
    if (last > at_ && begins_line(last)) continue;
    std::size_t said = last;  // at the end of the answer: without its last word
    if (said > at_ + 2 && !value_of("subject", text(said)).empty()) --said;
    std::string written = text(at_, said);
    if (!is_ascii(written)) std::erase(written, ' ');  // 于 末尾
    const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.written == written; });
    if (row == kRows.end() || (said == last && row->written.find(" of") != std::string_view::npos)) continue;
    const std::string meant(row->meant);
    Complaint c{&codes::kUnexpected, span(at_, last), {"“" + text(at_, last) + "”", "“" + meant + "”"}};
    c.fixes.push_back({c.span, meant});
    return c;
  }
  return std::nullopt;
}

// 则 在结尾加上 “…”, then add "…", then replace with "…", 则 修改 …: what becomes of the answer is said in three ways.
std::optional<Complaint> Explainer::edits_of_speech() {
  if (at_ >= count_ || !expects(P::DISCLOSE)) return std::nullopt;
  const std::string found = text(at_);
  const auto holds = [&](std::initializer_list<std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return found.find(part) != found.npos; });
  };
  const auto is = [&](std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), found) != words.end();
  };
  if (holds({"加上", "附上", "追加", "补充", "添加"}) || is({"add", "append", "include", "insert", "show", "attach"})) {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", expected()}};
    c.help = is_ascii(found) ? Both{"a text that is added is declared at the left margin and disclosed by its name: wording "
                                    "NOTICE en \"…\"; then disclose NOTICE at end",
                                    "补充的文本须先顶格声明，再以其名披露：wording NOTICE en \"…\"；then disclose NOTICE at end"}
                             : Both{"a text that is added is declared at the left margin and disclosed by its name: 话术 "
                                    "风险提示 中文 “…”; 则 披露 风险提示 于 结尾",
                                    "补充的文本须先顶格声明，再以其名披露：话术 风险提示 中文 “…”；则 披露 风险提示 于 结尾"};
    return c;
  }
  for (const std::string_view end : {"替换为", "替换成", "改为", "改成", "换成"}) {  // 将命中词替换为 “…”
    if (!found.ends_with(end) || found.size() == end.size()) continue;
    if (holds({"命中", "敏感", "该词"})) return offering(at_, at_, {"命中处改为"});
    if (holds({"全文", "回答", "答复", "回复", "答案"})) return offering(at_, at_, {"全文改为"});
  }
  if (at_ > 0 && type(at_ - 1) == P::THEN && (found == "say" || found == "提示")) {  // then say "…"
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", expected()}};
    c.help = Both{
        "what is said stands beside an effect, in a line of its own; a text that is added to the answer is disclosed: "
        "then disclose NOTICE at end",
        "提示另起一行，与某个处置同用；要在回答中补充一段文本，用披露：则 披露 风险提示 于 结尾"};
    return c;
  }
  const bool with = found == "replace" && at_ + 1 < count_ && (text(at_ + 1) == "with" || text(at_ + 1) == "by");
  if (!with && !is({"修改", "改为", "改成", "替换", "替换为", "修改为"})) return std::nullopt;
  const std::size_t last = with ? at_ + 1 : at_;
  const std::string answer = with ? "replace answer with" : "全文改为",
                    match = with ? "replace match with" : "命中处改为";
  Complaint c{
      &codes::kUnexpected,
      span(at_, last),
      {"“" + text(at_, last) + "”", Both{"“" + answer + "” or “" + match + "”", "“" + answer + "”或“" + match + "”"}}};
  c.help =
      with ? Both{"the whole answer, or only what the rule found: say which", "是改写全文，还是只改写命中之处，请写明"}
           : Both{"the whole answer, or only what the rule found: say which; a text that is added is disclosed",
                  "是改写全文，还是只改写命中之处，请写明；补充一段文本用“披露”"};
  if (last + 1 < count_ && type(last + 1) == P::TEXT) c.fixes = {{c.span, answer}, {c.span, match}};
  return c;
}

// opened date and time, level scale tol required, age integer in years: behind a type, as forms have it.
std::optional<Complaint> Explainer::behind_a_type() {
  if (type(0) != P::FACTS || at_ < 2 || at_ >= count_ || begins_line(at_)) return std::nullopt;
  const std::string found = text(at_), next = text_of(at_ + 1);
  if (type(at_ - 1) == P::T_DATE && ((found == "and" && next == "time") || (found == "and" && next == "hour")))
    return offering(at_ - 1, at_ + 1, {"instant"});
  if (type(at_ - 1) == P::T_INTEGER && found == "in" && next == "years")
    return offering(at_, at_ + 1, {"counted in years old"});
  if (type(at_ - 1) == P::T_INTEGER && (found == "周岁" || found == "岁")) return offering(at_, at_, {"按 周岁"});
  constexpr auto kOfForms = std::to_array<std::string_view>(
      {"required", "optional", "mandatory", "必填", "必须", "选填", "可选", "非空", "nullable"});
  if (std::find(kOfForms.begin(), kOfForms.end(), found) == kOfForms.end()) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", Both{"the end of the line", "行尾"}}};
  c.help = Both{"whether a fact must be there is said nowhere: a rule that lacks it hands the turn to a person",
                "事实是否必填无须声明：规则缺少所需事实时自会转人工"};
  const std::size_t before = type(at_ - 1) == P::COMMA ? at_ - 1 : at_;
  c.fixes.push_back({{source_, tokens_[before - 1].end, tokens_[at_].end}, ""});
  return c;
}

// 自 2026-01-01, of a rule: the words that end it are left out.
std::optional<Complaint> Explainer::since_left_open() {
  if (type(0) != P::RULE || at_ < 2 || type(at_ - 2) != P::SINCE || !expects(P::ONWARD)) return std::nullopt;
  if (type(at_ - 1) != P::DATE && type(at_ - 1) != P::DATE_WORDS) return std::nullopt;
  if (at_ < count_ && !begins_line(at_)) return std::nullopt;
  Complaint c{&codes::kUnexpectedEnd, {source_, tokens_[at_ - 1].end, tokens_[at_ - 1].end}, {"“起”"}};
  c.fixes.push_back({c.span, " 起"});
  return c;
}

// then warn, 则 预警, with no name behind it
std::optional<Complaint> Explainer::alert_of_speech() {
  if (at_ >= count_ || !expects(P::DISCLOSE)) return std::nullopt;
  const std::string found = text(at_);
  const bool says = found == "预警" || found == "警告" || found == "报警" || found == "warn" || found == "warning";
  if (!says) return std::nullopt;
  const std::string whom = text_of(type(at_ + 1) == P::WORD && text(at_ + 1) == "the" ? at_ + 2 : at_ + 1);
  if (whom == "客户" || whom == "用户" || whom == "顾客" || whom == "customer" || whom == "user" || whom == "client") {
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + found + "”", expected()}};
    c.help = Both{
        "an alert tells the bank's own people; what the customer reads is disclosed (then disclose NOTICE at end), or "
        "said "
        "beside an effect: say en \"…\"",
        "告警只告知行内人员；给客户看的话用披露（则 披露 风险提示 于 结尾），或写在处置之后：提示 “…”"};
    return c;
  }
  if (type(at_ + 1) == P::WORD && !begins_line(at_ + 1)) return std::nullopt;
  Complaint c = offering(at_, at_, {is_ascii(found) ? "alert suspicious" : "告警 可疑"});
  c.help = Both{"an alert has a name, in one word", "告警之后写其名称"};
  return c;
}

// confidential yes, 保密 是: the word alone says so.
std::optional<Complaint> Explainer::says_yes_to_a_word() {
  if (at_ == 0 || at_ >= count_ || begins_line(at_)) return std::nullopt;
  const int before = type(at_ - 1);
  const bool alone = before == P::CONFIDENTIAL || before == P::TRUST_INFERRED || before == P::ASSESSED;
  const std::string said = in_lower_case(text(at_));
  if (!alone || (type(at_) != P::YES && said != "yes" && said != "true" && said != "是")) return std::nullopt;
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  c.help = Both{"the word alone says so", "写此词即可"};
  c.fixes.push_back({{source_, tokens_[at_ - 1].end, tokens_[at_].end}, ""});
  return c;
}

// then redact, 则 脱敏: what of it and how goes unsaid.
std::optional<Complaint> Explainer::redacts_nothing() {
  if (at_ == 0 || type(at_ - 1) != P::REDACT || (at_ < count_ && !ends_effect(at_))) return std::nullopt;
  const bool english = is_ascii(text(at_ - 1));
  Complaint c = offering(at_ - 1, at_ - 1, {english ? "redact match, full" : "脱敏 命中，全部"});
  c.help = Both{"what is hidden, and how: full, label, keep last 4, or keep first 6 and last 4",
                "写明隐去什么、如何隐去：全部、标签、保留后4位，或 保留前6位、后4位"};
  return c;
}

// then block with "…", 拦截 并 提示 “…”: what the customer reads is a clause of its own.
std::optional<Complaint> Explainer::says_with_an_effect() {
  if (at_ == 0 || at_ + 1 >= count_ || type(0) != P::RULE || type(at_ + 1) != P::TEXT) return std::nullopt;
  const bool after_joint = type(at_ - 1) == P::ALSO_DO || type(at_ - 1) == P::AND;
  const std::string found = text(at_);
  const bool says =
      after_joint ? type(at_) == P::SAY || found == "回复" || found == "reply" || found == "告知" || found == "tell"
                  : found == "with" || found == "并提示" || found == "并回复" || found == "并告知";
  if (!says || (after_joint ? !expects(P::BLOCK) : !expects(P::SAY))) return std::nullopt;
  const std::size_t first = after_joint ? at_ - 1 : at_;
  const std::string meant = is_ascii(text(first)) ? "say" : "提示";
  Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + text(at_) + "”", expected()}};
  c.help = Both{"what the customer reads stands behind the effects, and nothing joins it: " + meant + " …",
                "给客户看的话写在处置之后，之间不用连接词：" + meant + " …"};
  c.fixes.push_back({span(first, at_), meant});
  return c;
}

// new_payee true/false, 双录 已完成/未完成, risk 1 to 5, 等级 R1至R5: types as a form has them.
std::optional<Complaint> Explainer::type_of_a_form() {
  if (type(0) != P::FACTS || at_ >= count_ || !expects(P::T_YES_NO)) return std::nullopt;
  // A group is read on behind a mistake, where its first token has no text of its own.
  const std::string_view above = bytes_.substr(0, tokens_[at_].begin);
  const auto opens = [&](std::string_view keyword) { return above.rfind(keyword) + 1; };
  const bool english = opens("facts ") > opens("事实 ");
  const auto offered = [&](std::size_t last, const std::string& meant) {
    Complaint c{&codes::kUnexpected, span(at_, last), {"“" + text(at_, last) + "”", "“" + meant + "”"}};
    c.fixes.push_back({c.span, meant});
    return c;
  };
  if (type(at_) == P::NUMBER && at_ + 2 < count_ && type(at_ + 2) == P::NUMBER &&
      (type(at_ + 1) == P::RANGE || type(at_ + 1) == P::UP_TO || type(at_ + 1) == P::MINUS || text(at_ + 1) == "to" ||
       text(at_ + 1) == "到")) {
    const bool whole = text(at_).find('.') == std::string::npos && text(at_ + 2).find('.') == std::string::npos;
    const std::string kind = english ? (whole ? "integer " : "decimal ") : (whole ? "整数 " : "小数 ");
    return offered(at_ + 2, kind + text(at_) + (english ? ".." : " 至 ") + text(at_ + 2));
  }
  if (type(at_) != P::WORD && type(at_) != P::YES) return std::nullopt;
  std::size_t last = at_;
  std::string items = text(at_);
  while (last + 2 < count_ && type(last + 1) == P::SLASH && (type(last + 2) == P::WORD || type(last + 2) == P::NO)) {
    last += 2;
    items += (english ? ", " : "、") + text(last);
  }
  if (last == at_) {
    const std::string word = text(at_);
    if (word.find("至") == word.npos && word.find("到") == word.npos) return std::nullopt;
    Complaint c{&codes::kUnexpected, span(at_, at_), {"“" + word + "”", expected()}};
    c.help = Both{
        "a scale is declared by itself, at the left margin: 分级 风险 为 R1 < R2 < R3; the fact names it: 分级 风险",
        "分级须另行顶格声明：分级 风险 为 R1 < R2 < R3；事实行只写其名：分级 风险"};
    return c;
  }
  for (const std::string_view either :
       {"true/false", "True/False", "TRUE/FALSE", "Yes/No", "Y/N", "y/n", "真/假", "有/无"})
    if (text(at_, last) == either) return offered(last, english ? "yes/no" : "是否");
  return offered(last, (english ? "one of " : "取值 ") + items);
}

// does not mention "…", 未提及 “…”: of a text these are other words.
std::optional<Complaint> Explainer::mentions_a_text() {
  if (at_ == 0 || type(at_) != P::TEXT) return std::nullopt;
  const bool negated = type(at_ - 1) == P::NOT_MENTIONS;
  if (!negated && type(at_ - 1) != P::MENTIONS) return std::nullopt;
  const bool english = is_ascii(text(at_ - 1));
  const std::string meant = negated ? (english ? "lacks" : "不含") : (english ? "contains" : "包含");
  Complaint c{&codes::kUnexpected, span(at_ - 1, at_ - 1), {"“" + text(at_ - 1) + "”", "“" + meant + "”"}};
  c.fixes.push_back({c.span, meant});
  return c;
}

// 优先级 最高, priority highest
std::optional<Complaint> Explainer::priority_of_speech() {
  if (at_ == 0 || at_ >= count_ || type(at_ - 1) != P::PRIORITY) return std::nullopt;
  struct Row {
    std::string_view written, meant;
  };
  constexpr auto kRows = std::to_array<Row>({{"最高", "紧急"}, {"最低", "低"}});
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.written == text(at_); });
  if (row == kRows.end()) return std::nullopt;
  Complaint c{&codes::kUnexpected,
              span(at_, at_),
              {"“" + text(at_) + "”", Both{"urgent, high, normal or low", "紧急、高、普通或低"}}};
  c.fixes.push_back({c.span, std::string(row->meant)});
  return c;
}

// 会话.轮次 为 第1次: a count is a number.
std::optional<Complaint> Explainer::ordinal_for_a_count() {
  if (type(at_) != P::ORDINAL || type(at_ + 1) != P::NUMBER || !expects(P::NUMBER) || at_ == 0) return std::nullopt;
  const std::size_t last = type(at_ + 2) == P::COUNT_UNIT ? at_ + 2 : at_ + 1;
  Complaint c{&codes::kUnexpected, span(at_, last), {"“" + text(at_, last) + "”", "“" + text(at_ + 1, last) + "”"}};
  c.fixes.push_back({c.span, text(at_ + 1, last)});
  return c;
}

}  // namespace caveat::syntax
