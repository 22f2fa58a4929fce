// Titles and texts as people write them: what stands behind a title's marks and belongs between them, an annex and an item with its
// number in brackets, a question without marks.
#include "engine/syntax/filter.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/syntax/codes.h"

namespace caveat::syntax {

using L = CaveatGrammar;

bool Filter::told_of_title(std::size_t& at, std::size_t end) {
  if (raws_[at].first || result_.tokens.size() <= start_) return false;
  if (kind_ == L::SOURCE) {
    return told_of_behind_title(at, end) || told_of_annex(at, end) || told_of_place_in_brackets(at, end) ||
           told_of_several_places(at, end) || told_of_link(at, end);
  }
  return told_of_text_without_marks(at, end);
}

// 《反洗钱法》（2024年修订）: the whole title stands between the marks.
bool Filter::told_of_behind_title(std::size_t& at, std::size_t end) {
  if (raws_[at].type != L::LPAREN || last() != L::TEXT || result_.tokens.size() < start_ + 2) return false;
  const int before = result_.tokens[result_.tokens.size() - 2].type;
  if (before != L::IS && before != L::LAW && before != L::STANDARD && before != L::POLICY) return false;
  std::size_t close = at + 1;
  while (close < end && !raws_[close].first && raws_[close].type != L::RPAREN && raws_[close].type != L::LPAREN)
    ++close;
  if (close >= end || raws_[close].first || raws_[close].type != L::RPAREN) return false;
  const Token& title = result_.tokens.back();
  const std::string_view whole = slice(title.begin, title.end);
  const std::size_t mark = whole.ends_with("\"") ? 1 : std::string_view("》").size();
  if (whole.size() <= 2 * mark) return false;
  const auto marks = static_cast<std::uint32_t>(title.end - mark);
  const std::string found(slice(raws_[at].begin, raws_[close].end)), added(slice(title.end, raws_[close].end));
  const std::string closing(slice(marks, title.end));
  complain(codes::kUnexpected, raws_[at].begin, raws_[close].end,
           {"“" + found + "”", Both{"a place or a day", "条款位置或施行日期"}},
           "the whole title stands between the marks: " + std::string(slice(title.begin, marks)) + added + closing,
           "题名全文写在书名号或引号之内：" + std::string(slice(title.begin, marks)) + added + closing,
           {{span(marks, raws_[close].end), added + closing}});
  at = close + 1;
  return true;
}

// 附件2, 附录一: a place that is no article is named in quotes.
bool Filter::told_of_annex(std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  if (raw.type != L::WORD || last() == L::SECTION || last() == L::ALSO || last() == L::SOURCE) return false;
  const std::string_view word = slice(raw.begin, raw.end);
  constexpr auto kPlaces = std::to_array<std::string_view>({"附件", "附录", "附表", "附则"});
  const auto place =
      std::find_if(kPlaces.begin(), kPlaces.end(), [&](std::string_view p) { return word.starts_with(p); });
  const bool titled = std::any_of(result_.tokens.begin() + static_cast<std::ptrdiff_t>(start_), result_.tokens.end(),
                                  [](const Token& token) { return token.type == L::TEXT; });
  if (place == kPlaces.end() || !titled) return false;
  std::size_t behind = at + 1;
  while (behind < end && !raws_[behind].first && raws_[behind].glued &&
         (raws_[behind].type == L::WORD || raws_[behind].type == L::NUMBER))
    ++behind;
  if (behind == at + 1 && word == *place && behind < end && !raws_[behind].first && raws_[behind].type == L::NUMBER)
    ++behind;
  const std::uint32_t close = raws_[behind - 1].end;
  const std::string written(slice(raw.begin, close)), meant = "章节 “" + written + "”";
  complain(codes::kUnexpected, raw.begin, close, {"“" + written + "”", meant},
           "a place that is no article is named in quotes: " + meant, "条款以外的位置写在引号中：" + meant,
           {{span(raw.begin, close), meant}});
  emit(L::SECTION, raw.begin, raw.begin);
  emit(L::WORD, raw.begin, close);
  at = behind;
  return true;
}

// 第12条、第13条, 第12至14条, 第三章第12条: several places, and those that count in two ways, are named in quotes.
bool Filter::told_of_several_places(std::size_t& at, std::size_t end) {
  constexpr std::string_view kNth = "第";
  if (raws_[at].type != L::WORD || !slice(raws_[at].begin, raws_[at].end).starts_with(kNth) || last() == L::SECTION)
    return false;
  const auto said = [&](std::size_t i) { return slice(raws_[i].begin, raws_[i].end); };
  const auto joins = [&](std::size_t i) {
    return said(i) == "、" || said(i) == "，" || said(i) == "至" || said(i) == "-";
  };
  bool several = false, in_words = false, in_digits = false;
  std::size_t behind = at;
  constexpr std::size_t kMost = 40;
  for (; behind < end && behind < at + kMost && (behind == at || !raws_[behind].first); ++behind) {
    const int type = raws_[behind].type;
    const std::string_view word = said(behind);
    if (type == L::NUMBER) {
      in_digits = true;
    } else if (behind > at && joins(behind)) {
      const bool more = behind + 1 < end && (said(behind + 1).starts_with(kNth) || raws_[behind + 1].type == L::NUMBER);
      if (!more) break;
      several = true;
    } else if (type == L::WORD && (behind == at || raws_[behind].glued || word.starts_with(kNth))) {
      if (is_ordinal_word(word.substr(0, word.rfind(kNth)))) in_words = true;
    } else {
      break;
    }
  }
  if (!several && !(in_words && in_digits)) return false;
  const std::uint32_t begin = raws_[at].begin, close = raws_[behind - 1].end;
  const std::string written(slice(begin, close)), meant = "章节 “" + written + "”";
  complain(codes::kUnexpected, begin, close, {"“" + written + "”", meant},
           "a source names one article: declare one each, or name several in quotes",
           "一条法源只写一处：请分别声明，或在引号中写多处", {{span(begin, close), meant}});
  emit(L::SECTION, begin, begin);
  emit(L::WORD, begin, close);
  at = behind;
  return true;
}

// link https://…: an address is a text.
bool Filter::told_of_link(std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  const std::string_view word = slice(raw.begin, raw.end);
  if ((word != "https" && word != "http" && word != "www") || at + 1 >= end || !raws_[at + 1].glued) return false;
  const std::size_t stop = std::min(bytes_.find_first_of(" \t\r\n", raw.begin), bytes_.size());
  const auto close = static_cast<std::uint32_t>(stop);
  const std::string written(slice(raw.begin, close));
  const std::string meant = language_ == Language::zh ? "“" + written + "”" : "\"" + written + "\"";
  complain(codes::kUnexpected, raw.begin, close, {"“" + written + "”", Both{"a text in quotes", "引号中的文本"}}, {},
           {}, {{span(raw.begin, close), meant}});
  emit(L::TEXT, raw.begin, close);
  while (at < end && raws_[at].begin < close) ++at;
  return true;
}

// 第二十一条第一款第（三）项, as statutes are cited.
bool Filter::told_of_place_in_brackets(std::size_t& at, std::size_t end) {
  constexpr std::string_view kNth = "第";
  const Raw& raw = raws_[at];
  if (raw.type != L::WORD || at + 4 >= end) return false;
  const std::string_view word = slice(raw.begin, raw.end);
  const Raw &open = raws_[at + 1], &number = raws_[at + 2], &close = raws_[at + 3], &unit = raws_[at + 4];
  if (!word.ends_with(kNth) || word == kNth || open.type != L::LPAREN || close.type != L::RPAREN || unit.first ||
      unit.type != L::WORD || !open.glued || !unit.glued)
    return false;
  const std::string inner(slice(number.begin, number.end)), place(slice(unit.begin, unit.end));
  if (!is_ordinal_word("第" + std::string(number.type == L::NUMBER ? "一" : inner) + place)) return false;
  Raw articles = raw;
  articles.end -= static_cast<std::uint32_t>(kNth.size());
  if (!ordinals(articles)) return false;
  const std::string meant = "第" + inner + place;
  complain(codes::kUnexpected, articles.end, unit.end,
           {"“" + std::string(slice(articles.end, unit.end)) + "”", "“" + meant + "”"},
           "the number stands without brackets", "数不加括号",
           {{span(articles.end, unit.end), (number.type == L::NUMBER ? " " : "") + meant}});
  at += 5;
  return true;
}

// 询问 请问您同意吗？: a text whose signs are none of the language. One of words alone is told by the parser.
bool Filter::told_of_text_without_marks(std::size_t& at, std::size_t end) {
  const bool of_rule = kind_ == L::RULE;
  if (kind_ != L::FACTS && kind_ != L::QUEUE && kind_ != L::REQUIREMENT && kind_ != L::PACK && !of_rule) return false;
  const bool text_only = last() == L::ASK || last() == L::TITLE || last() == L::WHEN_CLOSED_SAY ||
                         (last() == L::SAY && (kind_ == L::QUEUE || of_rule)) || (last() == L::BECAUSE && of_rule);
  if (!text_only || raws_[at].type != L::WORD) return false;
  const std::string_view first = slice(raws_[at].begin, raws_[at].end);
  if (first == "en" || first == "zh" || first == "英文" || first == "中文") return false;
  constexpr std::size_t kLong = 200;  // words of a sentence: each `ask` of a line of very many looks no further
  bool sign = false;
  std::size_t behind = at, words = 0;
  for (; behind < end && (behind == at || !raws_[behind].first) && raws_[behind].type != L::NEWLINE; ++behind) {
    if (behind - at > kLong) return false;
    const int type = raws_[behind].type;
    if (type == L::TEXT || type == L::UNCLOSED) return false;
    sign = sign || type == L::STRAY || (of_rule && type == L::STOP);
    words += type == L::WORD && (behind == at || !raws_[behind].glued) ? 1 : 0;
  }
  constexpr std::size_t kSentence = 4;  // say NOTE names a wording
  sign = sign || (of_rule && words >= kSentence);
  if (!sign) return false;
  const std::uint32_t begin = raws_[at].begin;
  std::uint32_t close = raws_[behind - 1].end;
  if (close < bytes_.size() && bytes_[close] == '.') ++close;  // the full stop of the sentence
  while (behind < end && raws_[behind].begin < close) ++behind;
  const std::string said(slice(begin, close));
  const bool chinese =
      std::any_of(said.begin(), said.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const std::string meant = chinese ? "“" + said + "”" : "\"" + said + "\"";
  complain(codes::kUnexpected, begin, close, {"“" + said + "”", Both{"a text in quotes", "引号中的文本"}}, {}, {},
           {{span(begin, close), meant}});
  emit(L::TEXT, begin, close);
  at = behind;
  return true;
}

}  // namespace caveat::syntax
