#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/nearest.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/door.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/lower.h"
#include "engine/syntax/marks.h"

namespace caveat::syntax {

using P = CaveatGrammar;

void Lowering::complain(const Code& code, Span span, std::vector<Both> arguments, std::string help_en,
                        std::string help_zh, std::vector<Fix> fixes) {
  complaints_.push_back(
      {&code, span, std::move(arguments), Both{std::move(help_en), std::move(help_zh)}, std::move(fixes)});
}

// False, and reported, when the clause was said before.
bool Lowering::once(std::optional<Span>& said, Node at) {
  Node first = at;
  while (first.first()) first = first.first();
  if (said) {
    Both help{"keep one of them", "请只保留一处"};
    if (first.type() == P::WHEN || first.type() == P::UNLESS)
      help = {"join the conditions with “and” or “or”, behind one “" + written(first) + "”",
              "请用“且”或“或”把条件连在一起，只写一个“" + written(first) + "”"};
    if (first.type() == P::THEN || first.type() == P::IF_UNKNOWN)
      help = {"join the effects with “and”, behind one “" + written(first) + "”",
              "请用“并”把处置连在一起，只写一个“" + written(first) + "”"};
    said_again(first.span(), written(first), *said, std::move(help));
    return false;
  }
  said = first.span();
  return true;
}

void Lowering::said_again(Span at, Both what, Span first, Both help) {
  Complaint c{&codes::kSaidTwice, at, {std::move(what)}, std::move(help)};
  c.related.push_back({first, Both{"said here first", "首次写在此处"}});
  complaints_.push_back(std::move(c));
}

Word Lowering::bare_word(Node token) { return {nfkc(written(token)), token.span()}; }

Word Lowering::word(Node node) {
  Word w{written(node), node.span()};
  if (!is_ascii(w.text)) w.text = nfkc(w.text);
  if (node.type() == P::WORD)  // rule too risky, rule too-risky, which was told: the name that is offered
    std::replace_if(w.text.begin(), w.text.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
  if (node.type() != P::WORD && w.text.find_first_of(" \n\t\r") != std::string::npos) {
    complain(codes::kReservedName, node.span(), {w.text});  // several words that the filter joined
  }
  return w;
}

// A name is written in either language, whichever it is declared in (fmt does it): no keyword of either may be one, but where the
// grammar knows by place what is meant. `not agreed` would be printed as 非 是, which says something else.
void Lowering::not_reserved(const Word& name, Stands stands) {
  if (stands == Stands::behind_a_dot) return;
  constexpr std::array<std::string_view, 4> kClock = {"now", "today", "此刻", "今日"};  // words that path_value() reads
  if (std::find(kClock.begin(), kClock.end(), name.text) != kClock.end()) {
    complain(codes::kReservedName, name.span, {name.text}, "choose another word: it says what time it is",
             "请换一个词：此词表示当前时间");
    return;
  }
  for (const Spelling* keyword : spellings_from(name.text)) {
    if (stands == Stands::as_value && keyword->token == P::WEEKDAY) {  // `is weekend` asks a date
      complain(codes::kReservedName, name.span, {name.text}, "choose another word: it says which day of the week it is",
               "请换一个词：此词表示星期几");
      return;
    }
    if (keyword->words.size() > 1 || may_be_name(keyword->token)) continue;
    if (keyword->token == P::IN && keyword->language == Language::zh) continue;  // only before 存在, 每个 a keyword
    complain(codes::kReservedName, name.span, {name.text},
             "choose another word: wherever the name is written, the keyword would be read",
             "请换一个词：在写到此名称的地方，读到的会是关键字");
    return;
  }
  const Spelling* phrase =
      stands == Stands::in_conditions || stands == Stands::as_value ? phrase_ending_in(name.text) : nullptr;
  if (phrase == nullptr) return;
  complain(codes::kReservedName, name.span, {name.text}, "choose another word: “" + phrase->text + "” is one keyword",
           "请换一个词：“" + phrase->text + "”是一个关键字");
}

Names Lowering::names(Node node, Stands stands) {
  Names result;
  bool first = true;
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleName)) continue;
    if (first) {
      result.first = word(n);
    } else {
      result.also.push_back(word(n));
    }
    first = false;
  }
  not_reserved(result.first, stands);
  for (const Word& also : result.also) not_reserved(also, stands);
  return result;
}

Path Lowering::path(Node node) {
  Path result;
  result.span = node.span();
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is(P::RuleName)) result.parts.push_back(word(n));
  }
  return result;
}

// Between its marks as typed; the closing mark doubled is the mark itself.
std::string Lowering::quoted(Node text_token) {
  const std::string typed = written(text_token);
  const Ends ends = ends_of(typed);
  const std::string_view inner = ends.inner;
  const std::string_view closer = ends.close.empty() ? closer_of(ends.open) : ends.close;  // read as meant (marks.h)
  // Either width of the ASCII mark closes the other.
  const bool ascii = ends.open == "\"" || ends.open == "＂";
  const auto mark_at = [&](std::size_t at) -> std::size_t {
    if (ascii) return inner.substr(at).starts_with("\"") ? 1 : inner.substr(at).starts_with("＂") ? 3 : 0;
    return inner.substr(at).starts_with(closer) ? closer.size() : 0;
  };
  std::string result;
  for (std::size_t at = 0; at < inner.size();) {
    if (const std::size_t mark = mark_at(at)) {  // only doubled ones are left inside
      result += inner.substr(at, mark);
      at += mark;
      at += mark_at(at);
    } else {
      result += inner[at++];
    }
  }
  return result;
}

LocalText Lowering::local_text(Node node) {
  LocalText result;
  result.span = node.span();
  if (node.has(P::EN)) result.language = Language::en;
  if (node.has(P::ZH)) result.language = Language::zh;
  result.value = quoted(node.token_child(P::TEXT));
  return result;
}

Texts Lowering::texts(Node node) {
  Texts result;
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleLocal_text)) continue;
    LocalText text = local_text(n);
    const bool named = text.language != Language::none;
    // en "First." "Second.": whose language goes unsaid would be read by all others
    const auto earlier = std::find_if(result.begin(), result.end(), [&](const LocalText& other) {
      return other.language == text.language || (!named && other.span.end <= text.span.begin);
    });
    if (earlier != result.end()) {
      said_again(n.first().span(), named ? Both(written(n.first())) : Both{"a text", "文本"}, earlier->span,
                 earlier->language == text.language
                     ? Both{"keep one text a language", "每种语言请只保留一段文本"}
                     : Both{"say whose language it is, or put both into one text: en \"…\" zh \"…\"",
                            "写明是哪种语言，或合为一段文本：英文 “…” 中文 “…”"});
      continue;
    }
    result.push_back(std::move(text));
  }
  return result;
}

std::vector<Word> Lowering::words(Node names_list) {
  std::vector<Word> result;
  for (Node n = names_list.first(); n; n = n.next()) {
    if (n.is(P::RuleName)) result.push_back(word(n));
  }
  return result;
}

std::string Lowering::closed_word(Node name, std::string_view list) {
  const Word w = word(name);
  if (const auto canonical = value_of(list, w.text); !canonical.empty()) return std::string(canonical);
  const auto english = values_in(list, Language::en), chinese = values_in(list, Language::zh);
  std::string all_en, all_zh;
  for (const auto& v : english) all_en += (all_en.empty() ? "" : ", ") + v;
  for (const auto& v : chinese) all_zh += (all_zh.empty() ? "" : "、") + v;
  std::string meant(nearest(w.text, english));
  if (const std::string plain = simplified(w.text); meant.empty() && !value_of(list, plain).empty()) meant = plain;
  for (const std::string_view habit : meant_by(w.text))  // 期望 通过
    if (meant.empty() && std::find(chinese.begin(), chinese.end(), habit) != chinese.end()) meant = habit;
  if (list == "subject" && meant.empty()) meant = subject_meant_by(w.text);
  if (meant.empty()) meant = nearest(w.text, chinese);
  const bool negated = w.text.starts_with("不") || w.text.starts_with("未") || w.text.starts_with("非") ||
                       w.text.starts_with("无") || w.text.starts_with("un") || w.text.starts_with("not");
  if (negated && list == "verdict") {  // 不拦截 is no slip of 拦截
    complain(codes::kUnknownWord, w.span, {w.text, Both{all_en, all_zh}},
             "say what it comes to: allow, where nothing holds the turn back", "写明结果本身：无须处置时写 放行");
    return {};
  }
  std::vector<Fix> fixes;
  if (!meant.empty()) fixes.push_back({w.span, meant});
  complain(codes::kUnknownWord, w.span, {w.text, Both{all_en, all_zh}},
           meant.empty() ? "" : "did you mean “" + meant + "”?", meant.empty() ? "" : "是否想写“" + meant + "”？",
           std::move(fixes));
  return {};
}

}  // namespace caveat::syntax
