#include "engine/syntax/mistakes.h"

#include <CaveatParser.h>

#include <algorithm>
#include <set>

#include "engine/base/nearest.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

using P = CaveatParser;

struct Both {
  std::string en, zh;
};

std::string bilingual(const Both& b) { return "\x01" + b.en + "\x02" + b.zh; }

Both kind_named(KeywordKind kind) {
  switch (kind) {
    case KeywordKind::declaration:
      return {"a declaration", "声明"};
    case KeywordKind::line:
      return {"a line of this declaration", "本声明的一行"};
    case KeywordKind::clause:
      return {"a clause (when, then, because …)", "子句（当、则、理由……）"};
    case KeywordKind::modifier:
      return {"an attribute", "附加说明"};
    case KeywordKind::type:
      return {"a type (yes/no, integer, text …)", "类型（是否、整数、文本……）"};
    case KeywordKind::effect:
      return {"an effect (block, hand off to …)", "处置（拦截、转人工 至……）"};
    case KeywordKind::compare:
      return {"a comparison (is, is at least, contains …)", "比较（为、不低于、包含……）"};
    case KeywordKind::group:
      return {"a group of conditions", "条件组"};
    case KeywordKind::value:
      return {"a value", "值"};
    case KeywordKind::tail:
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
      return {"a pattern between slashes: /…/", "正则式 /…/"};
    case P::TEXT:
      return {"a text in quotes", "引号中的文本"};
    case P::NUMBER:
      return {"a number", "数"};
    case P::DATE:
      return {"a date such as 2026-02-01", "日期，如 2026-02-01"};
    case P::TIME:
      return {"a time such as 09:00", "时间，如 09:00"};
    case P::WORD:
      return {"a name", "名称"};
    case P::LINE:
      return {"a new line", "换行"};
    default:
      return {};
  }
}

// The expected things in few words: names and values first, then keywords by themselves if few, by kind if many.
Both expected_in_words(const std::vector<int>& types) {
  std::set<int> set(types.begin(), types.end());
  std::vector<Both> parts;
  const auto has = [&](int type) { return set.count(type) != 0; };
  const bool name = has(P::WORD);
  const bool value = name && has(P::NUMBER) && has(P::LPAREN);
  if (value) {
    parts.push_back({"a value or a condition", "值或条件"});
  } else {
    for (const int sign : {P::WORD, P::TEXT, P::NUMBER, P::DATE, P::TIME, P::PATTERN}) {
      if (has(sign)) parts.push_back(sign_named(sign));
    }
  }
  if (!name) {  // where a name may stand the soft keywords are names
    std::vector<std::pair<KeywordKind, std::vector<int>>> kinds;
    for (const auto& s : all_spellings()) {
      if (!has(s.token)) continue;
      auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == s.kind; });
      if (kind == kinds.end()) kind = kinds.insert(kinds.end(), {s.kind, {}});
      if (std::find(kind->second.begin(), kind->second.end(), s.token) == kind->second.end())
        kind->second.push_back(s.token);
    }
    for (const auto& [kind, tokens] : kinds) {
      const Both whole = kind_named(kind);
      if (tokens.size() > 4 && !whole.en.empty()) {
        parts.push_back(whole);
        continue;
      }
      for (const int token : tokens) {
        Both one;
        for (const auto* s : spellings_of(token, Language::en)) {
          std::string& into = s->language == Language::en ? one.en : one.zh;
          if (into.empty()) into = "“" + s->text + "”";
        }
        if (one.en.empty()) one.en = one.zh;
        if (one.zh.empty()) one.zh = one.en;
        parts.push_back(one);
      }
    }
  }
  for (const int sign : {P::LPAREN, P::RPAREN, P::LBRACKET, P::RBRACKET, P::COMMA, P::SEMICOLON, P::EQUALS, P::RANGE}) {
    if (has(sign) && !value) parts.push_back(sign_named(sign));
  }
  if (parts.empty() && has(P::LINE)) parts.push_back(sign_named(P::LINE));
  if (parts.empty()) return {"the end of the declaration", "声明结束"};
  constexpr std::size_t kMost = 6;
  Both all;
  for (std::size_t i = 0; i < parts.size() && i < kMost; ++i) {
    const bool last = i + 1 == std::min(parts.size(), kMost);
    if (i > 0) {
      all.en += last ? " or " : ", ";
      all.zh += last ? "或" : "、";
    }
    all.en += parts[i].en;
    all.zh += parts[i].zh;
  }
  return all;
}

}  // namespace

Complaint explain_mistake(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                          const Mistake& mistake) {
  const Both expected = expected_in_words(mistake.expected);
  Complaint complaint;
  const bool at_end = mistake.token >= count;
  if (at_end) {
    const Token& last = tokens[count - 1];
    complaint.code = &codes::kUnexpectedEnd;
    complaint.span = {source, last.end, last.end};
    complaint.arguments = {bilingual(expected)};
    return complaint;
  }
  const Token& found = tokens[mistake.token];
  complaint.code = &codes::kUnexpected;
  complaint.span = {source, found.begin, found.end};
  const std::string text(bytes.substr(found.begin, found.end - found.begin));
  Both shown{"“" + text + "”", "“" + text + "”"};
  if (found.type == P::LINE || found.type == P::INDENT || found.type == P::DEDENT) shown = {"a new line", "换行"};
  complaint.arguments = {bilingual(shown), bilingual(expected)};
  return complaint;
}

}  // namespace caveat::syntax
