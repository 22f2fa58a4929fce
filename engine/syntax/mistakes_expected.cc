// What may stand where the parser stopped, in few words: signs, keywords by themselves or by their kind.
#include "engine/syntax/explainer.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <set>

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

}  // namespace

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
  // scale risk required: the scale has been named, and the slip is the word behind it.
  const bool word_behind = type(at_) == P::WORD && at_ > 1 && type(at_ - 2) == P::SCALE &&
                           (at_ + 1 >= count_ || type(at_ + 1) == P::LINE || begins_line(at_ + 1));
  if (!of_levels || (type(0) == P::FACTS && word_behind)) return {};
  if (type(0) == P::SCALE)
    return {"the levels stand from low to high, parted by “<”: scale risk is R1 < R2 < R3",
            "级别从低到高排列，以“<”隔开：分级 风险 为 R1 < R2 < R3"};
  return {
      "a scale is declared by itself, at the left margin: scale risk is R1 < R2 < R3; the fact names it: scale risk",
      "分级须另行顶格声明：分级 风险 为 R1 < R2 < R3；事实行只写其名：分级 风险"};
}

}  // namespace caveat::syntax
