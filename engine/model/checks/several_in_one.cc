#include "engine/model/checks/several_in_one.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/utf8.h"
#include "engine/syntax/letters.h"

namespace caveat::model {
namespace {

using syntax::is_ascii;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A title or an aside that is cut in two: 《甲、乙》 is one text.
bool is_cut(std::string_view piece) {
  for (const auto& [open, close] :
       {std::pair<std::string_view, std::string_view>{"《", "》"}, {"（", "）"}, {"(", ")"}}) {
    int depth = 0;
    for (std::size_t at = 0; at < piece.size(); ++at)
      depth += piece.substr(at).starts_with(open) ? 1 : piece.substr(at).starts_with(close) ? -1 : 0;
    if (depth != 0) return true;
  }
  return false;
}

bool is_han(std::string_view text) {  // and nothing else
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_utf8(text, at);
    if (!c || c.value < 0x4E00 || c.value > 0x9FFF) return false;
    at += c.length;
  }
  return !text.empty();
}

std::vector<std::string_view> pieces_of(std::string_view text, std::string_view sign) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t at = text.find(sign);
    out.push_back(trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + sign.size());
  }
}

struct Found {
  std::string sign;
  std::vector<std::string> pieces;  // of a list
  std::string instead;              // of one phrase that is written otherwise; empty: it is not known
};

std::optional<Found> list_in(std::string_view phrase, bool of_values) {
  const auto digit = [&](std::size_t at) { return at < phrase.size() && phrase[at] >= '0' && phrase[at] <= '9'; };
  for (const std::string_view sign : {"|", "｜", "、", "，", ",", "；", ";", "/", "　", " "}) {
    const std::size_t first = phrase.find(sign);
    if (first == std::string_view::npos) continue;
    if (sign == "," && first > 0 && digit(first - 1) && digit(first + 1)) continue;  // 1,000
    const std::vector<std::string_view> pieces = pieces_of(phrase, sign);
    if (std::any_of(pieces.begin(), pieces.end(), is_cut)) continue;
    const bool bar = sign == "|" || sign == "｜", clause = sign == "，" || sign == ",";
    if (of_values && !bar && sign != "、") continue;
    const bool all = std::all_of(pieces.begin(), pieces.end(), [&](std::string_view piece) {
      if (piece.empty()) return false;
      if (bar) return true;
      if (is_ascii(piece))  // “risk-free, sure win”: a sentence has more words
        return sign != "/" && sign != " " && std::count(piece.begin(), piece.end(), ' ') < 2 &&
               std::none_of(piece.begin(), piece.end(), [](char c) { return c == '.' || c == ',' || c == '!'; });
      constexpr std::size_t kWord = 8, kShort = 4;  // 投资有风险，入市需谨慎 is a sentence
      return count_code_points(piece) <= (clause ? kShort : kWord) && (sign == "、" || is_han(piece)) &&
             piece.find("。") == piece.npos && piece.find("，") == piece.npos;
    });
    if (!all) continue;
    const bool loose = sign == "/" || sign == " " || sign == "　";  // and/or, 转 人 工
    const auto one_sign = [](std::string_view piece) { return count_code_points(piece) < 2; };
    if (loose && std::any_of(pieces.begin(), pieces.end(), one_sign)) continue;
    return Found{std::string(sign), {pieces.begin(), pieces.end()}, {}};
  }
  return std::nullopt;
}

// A sign that stands for any text elsewhere; here it is … between two words.
std::optional<Found> wildcard_in(std::string_view phrase) {
  const auto letter = [&](std::size_t at) {
    return at < phrase.size() && ((phrase[at] >= '0' && phrase[at] <= '9') ||
                                  (phrase[at] >= 'A' && phrase[at] <= 'Z') || (phrase[at] >= 'a' && phrase[at] <= 'z'));
  };
  for (std::size_t at = 1; at < phrase.size(); ++at) {  // *ST is a name
    std::size_t end = at;
    if (phrase.substr(at).starts_with("...")) {
      end = at + 3;
    } else if (phrase.substr(at).starts_with(".*")) {
      end = at + 2;
    } else if (phrase[at] == '*' && phrase[at - 1] != '*' && !(phrase[at - 1] >= '0' && phrase[at - 1] <= '9')) {
      end = at + 1;
    } else if ((phrase[at] == 'X' || phrase[at] == 'x') && !letter(at - 1)) {
      while (end < phrase.size() && phrase[end] == phrase[at]) ++end;
      if (end < at + 2 || letter(end)) end = at;
    }
    if (end == at || (end < phrase.size() && (phrase[end] == '*' || phrase[end] == '.'))) continue;
    const bool apart = phrase[at - 1] == ' ';  // e.g. *ST
    if (apart && end < phrase.size() && phrase[end] != ' ') continue;
    const std::string_view before = trimmed(phrase.substr(0, at)), after = trimmed(phrase.substr(end));
    if (before.empty()) continue;
    Found found{std::string(phrase.substr(at, end - at)), {}, {}};
    const bool once =
        after.find_first_of("*") == after.npos && after.find("…") == after.npos && before.find("…") == before.npos;
    if (once)
      found.instead = std::string(before) + (after.empty() ? "" : is_ascii(phrase) ? " … " : "…") + std::string(after);
    return found;
  }
  return std::nullopt;
}

std::optional<Found> enclosed(std::string_view phrase) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kPairs = {
      {{"\"", "\""}, {"'", "'"}, {"“", "”"}, {"‘", "’"}, {"「", "」"}, {"『", "』"}, {"【", "】"}, {"[", "]"}}};
  for (const auto& [open, close] : kPairs) {
    if (phrase.size() <= open.size() + close.size() || !phrase.starts_with(open) || !phrase.ends_with(close)) continue;
    return Found{
        std::string(open), {}, std::string(phrase.substr(open.size(), phrase.size() - open.size() - close.size()))};
  }
  return std::nullopt;
}

// ““保本””, which is no text.
bool typed_twice(std::string_view typed) {
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"“", "”"}, {"\"", "\""}}) {
    const std::string opened = std::string(open) + std::string(open), closed = std::string(close) + std::string(close);
    if (typed.size() > 2 * opened.size() && typed.starts_with(opened) && typed.ends_with(closed) &&
        !typed.ends_with(closed + std::string(close)))
      return true;
  }
  return false;
}

// 保本”, “稳赚: of “保本””、“稳赚”, where one mark too many joined two terms.
std::string_view without_stray(std::string_view piece, std::string_view open, std::string_view close) {
  const bool same = open == close;
  const auto count = [&](std::string_view mark) {
    std::size_t n = 0;
    for (std::size_t at = piece.find(mark); at != piece.npos; at = piece.find(mark, at + mark.size())) ++n;
    return n;
  };
  const std::size_t opened = count(open), closed = same ? opened : count(close);
  if (same ? opened != 1 : opened + closed != 1) return piece;
  if (piece.ends_with(close)) return piece.substr(0, piece.size() - close.size());
  if (piece.starts_with(open)) return piece.substr(open.size());
  return piece;
}

std::string doubled(std::string_view text, std::string_view mark) {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t next = text.find(mark, at);
    out += text.substr(at, next - at);
    if (next == text.npos) return out;
    out += std::string(mark) + std::string(mark);
    at = next + mark.size();
  }
}

}  // namespace

void warn_of_several_in_one(Work& work, const Item& item, Span span, const std::string& phrase, Among among,
                            const std::string& of_several) {
  const bool of_values = among == Among::values || among == Among::value,
             alone = among == Among::alone || among == Among::value;
  std::optional<Found> found = list_in(phrase, of_values);
  if (!found && !of_values) found = wildcard_in(phrase);
  if (!found && !of_values) found = enclosed(phrase);
  if (!found) return;
  const std::string_view typed = work.text_at(span);
  if (typed_twice(typed)) return;  // told where the text was read
  std::string open, close;
  for (const auto& [o, c] : {std::pair<std::string_view, std::string_view>{"“", "”"}, {"「", "」"}, {"\"", "\""}}) {
    if (!typed.starts_with(o) || !typed.ends_with(c)) continue;
    open = o;
    close = c;
  }
  const bool known = !open.empty();  // a text with its language before it has none
  if (!known) {
    open = Work::say(item, "\"", "“");
    close = Work::say(item, "\"", "”");
  }
  std::string instead;
  for (const std::string& piece : found->pieces)
    instead += (instead.empty() ? "" : Work::say(item, ", ", "、")) + open +
               doubled(without_stray(piece, open, close), close) + close;
  if (!found->instead.empty()) instead = open + doubled(found->instead, close) + close;
  const bool blank = found->sign == " " || found->sign == "　";
  std::string help;
  if (among == Among::exceptions && found->pieces.empty()) {
    // A gap may not stand there, and the word without its marks may take away a term of the lexicon.
    instead.clear();
    help = Work::say(item, "Such a phrase is whole words as they stand in the text", "此处须是文中原样的完整词语");
  } else if (!found->pieces.empty()) {
    help = among == Among::value ? Work::say(item, "Of several values write ", "多个值请写：") + of_several + " "
           : alone
               ? Work::say(item, "Several that count each for itself are written ", "多个词语、含其一即可的，写作 ") +
                     of_several + " "
               : Work::say(item, "Each stands between its own marks: ", "请分别加引号：");
    help += instead;
  } else if (instead.empty()) {
    help = Work::say(item, "Any text between two words is …: \"yield … %\"", "两个词之间任意的文字写作 …：“年化…%”");
  } else {
    help = Work::say(item, "What is meant is written ", "应写作 ") + instead;
  }
  Diagnostic& diagnostic = work.report(codes::kSeveralInOne, item, span,
                                       {phrase, blank ? Work::say(item, "a blank", "空格") : "“" + found->sign + "”"},
                                       help + Work::say(item, ".", "。"), Severity::warning);
  if (known && !instead.empty() && (!alone || found->pieces.empty())) diagnostic.fixes.push_back({span, instead});
}

}  // namespace caveat::model
