#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/syntax/codes.h"
#include "engine/syntax/filter.h"

namespace caveat::syntax {

using L = CaveatGrammar;

namespace {

// What is pasted along with a text and shows nothing.
std::string_view code_of_invisible(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kSigns = {{{"\xC2\xAD", "U+00AD"},
                                                                                    {"\xE2\x80\x8B", "U+200B"},
                                                                                    {"\xE2\x80\x8C", "U+200C"},
                                                                                    {"\xE2\x80\x8D", "U+200D"},
                                                                                    {"\xE2\x80\x8E", "U+200E"},
                                                                                    {"\xE2\x80\x8F", "U+200F"},
                                                                                    {"\xE2\x81\xA0", "U+2060"},
                                                                                    {"\xEF\xBB\xBF", "U+FEFF"}}};
  for (const auto& [sign, code] : kSigns)
    if (text == sign) return code;
  return {};
}

}  // namespace

// Whether the text behind that word is said to people.
bool Filter::says(const Raw& raw) const {
  if (raw.type != L::WORD && raw.type != L::COLON) return false;
  const Raw* word = &raw;
  if (raw.type == L::COLON) {
    if (raws_.size() < 2) return false;
    word = &raws_[raws_.size() - 2];
  }
  const auto text = slice(word->begin, word->end);
  if (text == "with") return true;  // replace answer with
  const auto& starts = spellings_from(text);
  return std::any_of(starts.begin(), starts.end(), [](const Spelling* s) {
    switch (s->token) {
      case L::BECAUSE:
      case L::SAY:
      case L::EN:
      case L::ZH:
      case L::READS:
      case L::TITLE:
      case L::ASK:
      case L::WHEN_CLOSED_SAY:
      case L::REPLACE_ANSWER:
      case L::REPLACE_MATCH:
        return s->words.size() == 1;
      default:
        return false;
    }
  });
}

void Filter::unclosed(const Raw& raw) {
  const auto text = slice(raw.begin, raw.end);
  const std::string closer(closer_of(text.substr(0, text.front() == '"' ? 1 : 3)));
  const auto found = slips_.find(raw.begin);
  const Slip slip = found == slips_.end() ? Slip{} : found->second;
  Both help{"a text ends on the line on which it begins", "文本须在同一行内开始和结束"};
  if (slip.kind == Slip::Kind::other_mark) {
    const std::string opener(text.substr(0, text.front() == '"' ? 1 : 3));
    help = {"a text that begins with " + opener + " ends with " + closer + (opener == closer ? " too" : ""),
            "以 " + opener + " 开始的文本" + (opener == closer ? "也" : "") + "以 " + closer + " 结束"};
  } else if (slip.kind == Slip::Kind::extra) {
    help = {"one mark ends it; two within a text are one " + closer + " of it",
            "一个引号即可结束；文本之内连写两个表示一个 " + closer};
  } else if (slip.kind == Slip::Kind::twice) {
    help = {"one pair of marks stands round a text", "一段文本只用一对引号"};
  } else if (slip.kind == Slip::Kind::quoted_within) {
    help = {"a mark within a text is written twice", "文本之内的引号要写两次"};
  } else if (slip.kind == Slip::Kind::another_begins) {
    help =
        slip.offer
            ? Both{"another text begins before this one is closed", "此文本尚未结束，另一段文本已经开始"}
            : Both{
                  "another mark stands in it before it is closed: close it where it ends; other marks, as ‘…’, for a "
                  "quotation within it",
                  "文本结束之前又出现了引号：请在其结尾处补上引号；其中的引语请换用另一种引号，如‘…’"};
  } else if (text.find(closer + closer) != std::string_view::npos) {
    // Who quotes within a quotation in the same marks has closed the inner one with what is the sign for a mark.
    help = {"within a text " + closer + closer + " is one " + closer +
                " of it: the text is still open; other marks within it read better",
            "文本之内的 " + closer + closer + " 表示一个 " + closer + "，文本尚未结束；其中换用另一种引号更易读"};
  } else if (!slip.offer) {
    help = {"close it where it ends: what stands behind that is no part of it",
            "请在文本结尾处补上引号：其后的内容不属于文本"};
  }
  std::vector<Fix> fixes;
  if (slip.offer) fixes.push_back({span(slip.offer->begin, slip.offer->end), slip.offer->replacement});
  complain(codes::kUnclosedText, raw.begin, raw.end, {closer}, help.en, help.zh, std::move(fixes));
}

// // a note, -- a note, /* a note */: as programs have them; behind it the reading goes on.
bool Filter::told_of_comment(std::uint32_t begin) {
  const std::string_view rest = bytes_.substr(begin);
  const std::string_view line = rest.substr(0, rest.find_first_of("\r\n"));
  const bool block = line.starts_with("/*"), dashes = line.starts_with("--");
  if (!block && !dashes && !line.starts_with("//")) return false;
  const std::size_t word = line.find_first_not_of('-');
  if (dashes &&
      (word == line.npos || std::isdigit(static_cast<unsigned char>(line[line.find_first_not_of("- ")])) != 0))
    return false;
  const std::size_t close = block && comments_close_ ? rest.find("*/", 2) : std::string_view::npos;
  comments_close_ = comments_close_ && (!block || close != std::string_view::npos);
  const std::size_t size = close != std::string_view::npos ? close + 2 : line.size();
  comment_end_ = static_cast<std::uint32_t>(begin + size);
  std::vector<Fix> fixes;
  if (!block) {
    const std::size_t sign = dashes ? word : 2;
    fixes.push_back({span(begin, static_cast<std::uint32_t>(begin + sign)), "#"});
  } else if (size <= line.size() && close != std::string_view::npos &&
             line.substr(size).find_first_not_of(' ') == std::string_view::npos) {
    fixes.push_back({span(begin, comment_end_), "#" + std::string(rest.substr(2, close - 2))});
  }
  const auto shown = static_cast<std::uint32_t>(begin + 2);
  complain(codes::kUnexpected, begin, shown, {"“" + std::string(slice(begin, shown)) + "”", "“#”"},
           "a comment begins with # and ends with its line", "注释以 # 开头，到行尾为止", std::move(fixes));
  return true;
}

// isn't, doesn't, aren't: not is a word of its own.
bool Filter::told_of_contraction(const Raw& mark, std::string_view behind) {
  struct Row {
    std::string_view before, meant;
  };
  constexpr auto kRows =
      std::to_array<Row>({{"isn", "is not"}, {"aren", "is not"}, {"doesn", "does not"}, {"don", "does not"}});
  if (!behind.starts_with("t ")) return false;
  for (const Row& row : kRows) {
    if (mark.begin < row.before.size() + 1) continue;
    const auto begin = static_cast<std::uint32_t>(mark.begin - row.before.size());
    if (slice(begin, mark.begin) != row.before || bytes_[begin - 1] != ' ') continue;
    const auto last = static_cast<std::uint32_t>(mark.end + 1);
    complain(codes::kStraySign, begin, last, {std::string(slice(begin, last))}, "write " + std::string(row.meant),
             "请写作：" + std::string(row.meant), {{span(begin, last), std::string(row.meant)}});
    return true;
  }
  return false;
}

// A && B, A || B: as programs join conditions, and a rule's effects.
bool Filter::told_of_joint(std::size_t& at, std::size_t end, Language language) {
  const Raw& raw = raws_[at];
  const bool any = raw.type == L::BARS;
  if (told_of_dash(at, end, language)) return true;
  if (!any && slice(raw.begin, raw.end) != "&") return false;
  int clause = 0;
  for (std::size_t i = result_.tokens.size(); i-- > start_ && clause == 0;) {
    switch (const int type = result_.tokens[i].type) {
      case L::WHEN:
      case L::UNLESS:
      case L::AS:
      case L::WHERE:
      case L::THEN:
      case L::IF_UNKNOWN:
      case L::BECAUSE:
      case L::SAY:
        clause = type;
        break;
      case L::IS:
        if (kind_ == L::DEFINE || kind_ == L::TOPIC) clause = L::AS;
        break;
      default:
        break;
    }
  }
  const bool effects = clause == L::THEN || clause == L::IF_UNKNOWN;
  if (clause == 0 || clause == L::BECAUSE || clause == L::SAY || (effects && any)) return false;
  const bool twice =
      !any && at + 1 < end && raws_[at + 1].glued && slice(raws_[at + 1].begin, raws_[at + 1].end) == "&";
  const Raw& last = raws_[at + (twice ? 1 : 0)];
  const bool chinese = language == Language::zh;
  const std::string meant = chinese ? (any ? "或" : effects ? "并" : "且") : any ? "or" : "and";
  const std::string left = raw.glued ? " " : "",
                    right = at + (twice ? 2 : 1) < end && raws_[at + (twice ? 2 : 1)].glued ? " " : "";
  complain(codes::kUnexpected, raw.begin, last.end,
           {"“" + std::string(slice(raw.begin, last.end)) + "”", "“" + meant + "”"}, {}, {},
           {{span(raw.begin, last.end), left + meant + right}});
  emit(any ? L::OR : effects && chinese ? L::ALSO_DO : L::AND, raw.begin, last.end);
  at += twice ? 2 : 1;
  return true;
}

void Filter::check_shape(const Raw& raw) {
  const auto text = slice(raw.begin, raw.end);
  switch (raw.type) {
    case -1:
      complain(codes::kUnclosedPattern, raw.begin, raw.end, {});
      break;
    case L::UNCLOSED:
      unclosed(raw);
      break;
    case L::STRAY:
      // customer's vip: a path, and no text begins there.
      if (const std::string_view behind = slice(raw.begin, static_cast<std::uint32_t>(bytes_.size()));
          (text.starts_with("'") || text.starts_with("’")) && raw.glued && raw.begin > 0 &&
          std::isalnum(static_cast<unsigned char>(bytes_[raw.begin - 1])) != 0) {
        const std::size_t mark = behind.starts_with("'") ? 1 : std::string_view("’").size();
        if (told_of_contraction(raw, behind.substr(mark))) break;
        if (behind.substr(mark).starts_with("s ")) {
          const auto last = static_cast<std::uint32_t>(raw.begin + mark + 2);
          complain(codes::kStraySign, raw.begin, raw.end, {std::string(behind.substr(0, mark))},
                   "a dot parts the names of a path", "路径的各名称以“.”隔开", {{span(raw.begin, last), "."}});
          break;
        }
      }
      if (const auto turned = slips_.find(raw.begin); turned != slips_.end()) {
        const bool single = !text.starts_with("”");
        complain(codes::kStraySign, raw.begin, raw.end,
                 {text.starts_with("'")   ? "'"
                  : text.starts_with("‘") ? "‘"
                                          : "”"},
                 single ? "a text stands between double marks" : "a text begins with “ and ends with ”",
                 single ? "文本用双引号括起" : "文本以 “ 开始，以 ” 结束",
                 {{span(raw.begin, raw.end), turned->second.offer->replacement}});
        break;
      }
      if (const std::string_view code = code_of_invisible(text); !code.empty()) {
        complain(codes::kStraySign, raw.begin, raw.end, {std::string(code)}, "this sign cannot be seen: delete it",
                 "这是一个看不见的字符：请删去", {{span(raw.begin, raw.end), ""}});
        break;
      }
      if (const bool opens = text == "‘"; opens || text == "’" || text == "'") {
        complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)}, "a text stands between double marks",
                 "文本用双引号括起",
                 {{span(raw.begin, raw.end), opens         ? "“"
                                             : text == "’" ? "”"
                                                           : "\""}});
        break;
      }
      if ((text == "￥" || text == "¥") && kind_ == L::FACTS && last() == L::T_MONEY) {
        complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)},
                 "a currency is named by its code: money CNY", "币种写代码：款项 CNY",
                 {{span(raw.begin, raw.end), raw.glued ? " CNY" : "CNY"}});
        break;
      }
      if (text == "￥" || text == "¥") {
        complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)},
                 "an amount is written with its unit behind it: 5000000 CNY", "金额只在数字后写单位：500万元");
        break;
      }
      for (const auto& [sign, code] :
           std::to_array<std::pair<std::string_view, std::string_view>>({{"$", "USD"}, {"£", "GBP"}, {"€", "EUR"}})) {
        if (text != sign) continue;
        if (kind_ == L::FACTS && last() == L::T_MONEY) {  // money £
          const std::string code_of = (raw.glued ? " " : "") + std::string(code);
          complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)},
                   "a currency is named by its code: money " + std::string(code),
                   "币种写代码：款项 " + std::string(code), {{span(raw.begin, raw.end), code_of}});
          return;
        }
        const std::string meant = "1000 " + std::string(code);
        complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)},
                 "an amount is written with its unit behind it: " + meant, "金额只在数字后写单位：" + meant);
        return;
      }
      complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)});
      break;
    case L::TEXT:
      if (text.size() > limits_.text_bytes + (text.front() == '"' ? 1 : 3) + (text.back() == '"' ? 1 : 3)) {
        complain(codes::kTextTooLong, raw.begin, raw.begin + 1,
                 {std::to_string(text.size()), std::to_string(limits_.text_bytes)},
                 "shorten it, or make several texts of it: a wording or a rule for each",
                 "请缩短，或分成几段文本，每段各写一条话术或规则");
      }
      break;
    case L::WORD:
      if (text.size() > limits_.name_bytes) {
        complain(codes::kNameTooLong, raw.begin, raw.begin + 1,
                 {std::to_string(text.size()), std::to_string(limits_.name_bytes)}, kShorterEn, kShorterZh);
      }
      break;
    default:
      break;
  }
}

// 『保本』, 〈保本〉, «sure»: marks of a text, though not those that make one here.
bool Filter::told_of_marks(std::size_t& at, std::size_t end) {
  struct Pair {
    std::string_view open, close;
  };
  constexpr std::array<Pair, 7> kPairs = {
      {{"„", "”"}, {"『", "』"}, {"〈", "〉"}, {"«", "»"}, {"‹", "›"}, {"〝", "〞"}, {"〝", "〟"}}};
  const Raw& open = raws_[at];
  const std::string_view mark = slice(open.begin, open.end);
  const auto kind = std::find_if(kPairs.begin(), kPairs.end(), [&](const Pair& each) { return each.open == mark; });
  if (kind == kPairs.end()) return false;
  std::size_t& unpaired_until = unpaired_until_[static_cast<std::size_t>(kind - kPairs.begin())];
  if (at < unpaired_until) return false;
  std::size_t next = at + 1;
  for (; next < end; ++next) {
    if (slice(raws_[next - 1].end, raws_[next].begin).find_first_of("\r\n") != std::string_view::npos ||
        raws_[next].type == L::NEWLINE)
      break;
    const std::string_view written = slice(raws_[next].begin, raws_[next].end);
    const bool stray = raws_[next].type == L::STRAY;
    const auto pair = std::find_if(kPairs.begin(), kPairs.end(), [&](const Pair& each) {
      return stray && each.open == mark && each.close == written;
    });
    if (pair == kPairs.end()) {
      if (raws_[next].type == L::UNCLOSED && mark == "„" && written.starts_with("“") &&
          written.find_last_not_of(' ') + 1 == std::string_view("“").size()) {  // „…“
        const auto close_end = static_cast<std::uint32_t>(raws_[next].begin + std::string_view("“").size());
        const std::string meant = "“" + std::string(slice(open.end, raws_[next].begin)) + "”";
        complain(codes::kStraySign, open.begin, open.end, {std::string(mark)},
                 "a text stands between double marks: " + meant, "文本用双引号括起：" + meant,
                 {{span(open.begin, close_end), meant}});
        emit(L::TEXT, open.begin, close_end);
        at = next + 1;
        return true;
      }
      if (raws_[next].type == L::UNCLOSED || raws_[next].type == L::TEXT) break;
      continue;
    }
    const auto close_end = static_cast<std::uint32_t>(raws_[next].begin + pair->close.size());
    const std::string meant = "“" + std::string(slice(open.end, raws_[next].begin)) + "”";
    complain(codes::kStraySign, open.begin, open.end, {std::string(mark)},
             "a text stands between double marks: " + meant, "文本用双引号括起：" + meant,
             {{span(open.begin, close_end), meant}});
    emit(L::TEXT, open.begin, close_end);
    at = next + 1;
    return true;
  }
  unpaired_until = next;
  return false;
}

// 60 y/o, 90-day, 60-year-old, 30+ days, is 30+ days old: between a number and its unit stands no sign. `at` is what stands behind a number.
bool Filter::told_of_sign_before_a_unit(std::size_t& at, std::size_t end) {
  if (last() != L::NUMBER || at + 1 >= end || raws_[at].first || raws_[at + 1].first) return false;
  const Raw& sign = raws_[at];
  const auto is = [&](std::size_t i, std::string_view said) {
    return i < end && raws_[i].type == L::WORD && !raws_[i].first && word(raws_[i]) == said;
  };
  const Token number = result_.tokens.back();
  const std::string digits(slice(number.begin, number.end));
  if (is(at, "y") && at + 2 < end && raws_[at + 1].glued && is(at + 2, "o") && raws_[at + 2].glued &&
      (raws_[at + 1].type == L::SLASH || raws_[at + 1].type == L::DOT)) {
    const bool stop = at + 3 < end && raws_[at + 3].type == L::DOT && raws_[at + 3].glued;
    const std::uint32_t last = raws_[at + (stop ? 3 : 2)].end;
    complain(codes::kUnexpected, sign.begin, last, {"“" + std::string(slice(sign.begin, last)) + "”", "“years old”"},
             {}, {}, {{span(sign.begin, last), "years old"}});
    emit(L::COUNT_UNIT, sign.begin, last);
    at += stop ? 4 : 3;
    return true;
  }
  const bool hyphen = sign.type == L::MINUS && sign.glued && raws_[at + 1].glued,
             plus = sign.type == L::PLUS && sign.glued;
  if ((!hyphen && !plus) || raws_[at + 1].type != L::WORD) return false;
  std::string unit(word(raws_[at + 1]));
  constexpr auto kUnits = std::to_array<std::string_view>({"second", "minute", "hour", "day", "week", "month", "year"});
  if (unit.ends_with('s')) unit.pop_back();
  if (std::find(kUnits.begin(), kUnits.end(), unit) == kUnits.end()) return false;
  if (digits != "1" || plus) unit += "s";
  std::size_t next = at + 2;
  int type = L::TIME_UNIT;
  const std::size_t old = hyphen && next < end && raws_[next].type == L::MINUS ? next + 1 : next;
  if (is(old, "old") && unit.starts_with("year")) {
    unit = "years old", type = L::COUNT_UNIT;
    next = old + 1;
  }
  const std::uint32_t last = raws_[next - 1].end;
  const std::string length = digits + " " + unit;
  if (hyphen) {
    complain(codes::kUnexpected, number.begin, last,
             {"“" + std::string(slice(number.begin, last)) + "”", "“" + length + "”"}, {}, {},
             {{span(number.begin, last), length}});
    emit(type, raws_[at + 1].begin, last);
    at = next;
    return true;
  }
  const std::size_t count = result_.tokens.size();
  Token& verb = result_.tokens[count - 2];
  const bool behind_is = count > start_ + 2 && verb.type == L::IS, ago = is(next, "old") || is(next, "ago");
  if (behind_is && ago) {
    const std::string meant = "is at least " + length + " ago";
    complain(codes::kUnexpected, verb.begin, raws_[next].end,
             {"“" + std::string(slice(verb.begin, raws_[next].end)) + "”", "“" + meant + "”"}, {}, {},
             {{span(verb.begin, raws_[next].end), meant}});
    verb.type = L::GE;
    emit(type, raws_[at + 1].begin, last);
    emit(L::AGO, raws_[next].begin, raws_[next].end);
    at = next + 1;
    return true;
  }
  const bool bound = behind_is || (count > start_ + 2 && verb.type == L::WORD);
  const std::string meant = bound ? length + " or more" : length;
  complain(codes::kUnexpected, number.begin, last,
           {"“" + std::string(slice(number.begin, last)) + "”", "“" + meant + "”"}, {}, {},
           {{span(number.begin, last), meant}});
  emit(type, raws_[at + 1].begin, last);
  if (bound) emit(L::OR_MORE, last, last);
  at = next;
  return true;
}

// `from crm`, `max age 24 hours` below `facts customer`: of a whole group, and read as if it stood behind its name.
bool Filter::told_of_origin_on_its_own_line(std::size_t at, std::size_t end) {
  std::size_t length = 0;
  const Spelling* word = raws_[at].type == L::WORD ? phrase_at(at, end, length) : nullptr;
  if (word == nullptr || (word->token != L::FROM && word->token != L::MAX_AGE)) return false;
  std::size_t behind = at + length, size = 0;
  if (behind >= end || raws_[behind].first) return false;
  const Spelling* type = raws_[behind].type == L::WORD ? phrase_at(behind, end, size) : nullptr;
  if (type != nullptr && type->kind == KeywordKind::type) return false;  // from date
  while (behind < end && !raws_[behind].first) ++behind;
  const Raw& raw = raws_[at];
  const std::uint32_t above = result_.tokens.back().end, last = raws_[behind - 1].end;
  const std::string said(slice(raw.begin, last));
  const std::string joint = word->token == L::FROM ? " " : language_ == Language::zh ? "，" : ", ";
  std::string meant;
  for (const char c : std::string(slice(result_.tokens[start_].begin, above)) + joint + said) {
    const bool blank = c == ' ' || c == '\n' || c == '\r';
    if (!blank)
      meant += c;
    else if (!meant.ends_with(' '))
      meant += ' ';
  }
  complain(codes::kUnexpected, raw.begin, last, {"“" + said + "”", Both{"a fact", "事实"}},
           "it is said of all facts of the group, behind its name: " + meant, "适用于整组事实，写在组名之后：" + meant,
           {{span(above, last), joint + said}});
  if (word->token == L::MAX_AGE) emit(L::COMMA, raw.begin, raw.begin);
  return true;
}

}  // namespace caveat::syntax
