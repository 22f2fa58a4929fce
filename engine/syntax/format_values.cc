#include <CaveatGrammar.h>

#include <cctype>

#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/printer.h"

namespace caveat::syntax {

using L = CaveatGrammar;

std::string Printer::kw(int token) const {
  const auto spellings = spellings_of(token, language_);
  return spellings.empty() ? std::string() : spellings.front()->text;
}

std::string Printer::value(std::string_view list, std::string_view canonical) const {
  return value_in(list, canonical, language_);
}

std::string Printer::names(const Names& n) const {
  std::string result = n.first.text;
  for (const auto& other : n.also) result += " " + kw(L::ALSO) + " " + other.text;
  return result;
}

std::string Printer::reference(const Path& path) const {
  std::string result;
  for (const auto& part : name_in_(path, language_)) result += (result.empty() ? "" : ".") + part;
  return result;
}

std::string Printer::word_reference(const Word& word) const {
  Path path;
  path.parts.push_back(word);
  path.span = word.span;
  return reference(path);
}

std::string Printer::words(const std::vector<Word>& list) const {
  std::string result;
  for (const auto& w : list) result += (result.empty() ? "" : item_comma()) + w.text;
  return result;
}

std::string Printer::references(const std::vector<Path>& list) const {
  std::string result;
  for (const auto& p : list) result += (result.empty() ? "" : item_comma()) + reference(p);
  return result;
}

// `{product.name}` in a text is a reference like any other; `{{` is a brace.
std::string Printer::quote(const std::string& text, std::optional<Span> paths_at) const {
  // A text that quotes in the usual marks stands in others, so that nobody has to read doubled ones.
  struct Marks {
    std::string_view open, close;
  };
  static constexpr Marks kStraight{"\"", "\""}, kCurly{"“", "”"}, kCorner{"「", "」"};
  const auto free = [&](const Marks& marks) {
    const bool straight = marks.open == "\"" && text.find("＂") != std::string::npos;
    return !straight && text.find(marks.open) == std::string::npos && text.find(marks.close) == std::string::npos;
  };
  Marks marks = zh_ ? kCurly : kStraight;
  if (!free(marks)) {
    for (const Marks& other : {zh_ ? kCorner : kCurly, zh_ ? kStraight : kCorner}) {
      if (!free(other)) continue;
      marks = other;
      break;
    }
  }
  const std::string open(marks.open), close(marks.close);
  std::string result = open;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, close.size(), close) == 0) {
      result += close + close;
      at += close.size();
      continue;
    }
    if (paths_at && text[at] == '{') {
      if (at + 1 < text.size() && text[at + 1] == '{') {
        result += "{{";
        at += 2;
        continue;
      }
      const auto end = text.find('}', at);
      const std::string inner = end == std::string::npos ? std::string() : text.substr(at + 1, end - at - 1);
      bool path_like = !inner.empty();
      for (const char c : inner) {
        const auto byte = static_cast<unsigned char>(c);
        path_like = path_like && (byte >= 0x80 || std::isalnum(byte) || c == '_' || c == '.');
      }
      if (path_like) {
        if (inner == "match" || inner == "命中") {
          result += zh_ ? "{命中}" : "{match}";
        } else {
          Path path;
          path.span = *paths_at;
          for (std::size_t begin = 0; begin <= inner.size();) {
            const auto dot = std::min(inner.find('.', begin), inner.size());
            path.parts.push_back({inner.substr(begin, dot - begin), {}});
            begin = dot + 1;
          }
          result += "{" + reference(path) + "}";
        }
        at = end + 1;
        continue;
      }
    }
    result += text[at++];
  }
  return result + close;
}

std::string Printer::text(const LocalText& t, bool interpolated) const {
  std::string tag;
  if (t.language == Language::en) tag = kw(L::EN) + " ";
  if (t.language == Language::zh) tag = kw(L::ZH) + " ";
  return tag + quote(t.value, interpolated ? std::optional(t.span) : std::nullopt);
}

// The reader's language first.
std::string Printer::texts(const Texts& list, bool interpolated) const {
  std::string result;
  for (const bool own : {true, false}) {
    for (const auto& t : list) {
      if ((t.language == language_ || t.language == Language::none) != own) continue;
      result += (result.empty() ? "" : " ") + text(t, interpolated);
    }
  }
  return result;
}

std::string Printer::title(const Texts& list) const { return list.empty() ? std::string() : " " + texts(list); }

std::string Printer::number(const Decimal& d) const {
  std::string digits = d.to_string();
  const bool minus = digits.front() == '-';
  if (minus) digits.erase(0, 1);
  const auto point = std::min(digits.find('.'), digits.size());
  if (point >= 5) {
    for (std::size_t at = point; at > 3; at -= 3) digits.insert(at - 3, "_");
    if (digits.front() == '_') digits.erase(0, 1);
  }
  return (minus ? "-" : "") + digits;
}

std::string Printer::literal(const Literal& l) const {
  const auto unit_in = [&](int token) -> std::string {
    const std::string* first = nullptr;
    const std::string* second = nullptr;  // English: the singular
    for (const auto& s : units_and_tails()) {
      if (s.token != token || s.kind != KeywordKind::unit || s.language != language_ ||
          unit_name(token, s.text) != l.unit)
        continue;
      if (zh_) {
        if (l.unit == "working_day" && s.text != "个工作日") continue;
        if (l.unit == "year_old" && s.text != "周岁") continue;
        if (l.unit == "day" && s.text != "天") continue;
        if (l.unit == "item" && s.text != "项") continue;
        return s.text;
      }
      (first == nullptr ? first : second) = &s.text;
    }
    if (first == nullptr) return l.unit;
    const bool one = l.number == Decimal(1) && second != nullptr;
    return one ? *second : *first;
  };
  switch (l.kind) {
    case LiteralKind::yes:
      return kw(L::YES);
    case LiteralKind::no:
      return kw(L::NO);
    case LiteralKind::number:
      return number(l.number);
    case LiteralKind::percent:
      if (l.unit == "%") return l.number.to_string() + "%";
      if (zh_ && (l.unit == "per_mille" || l.unit == "per_ten_thousand")) {
        const bool minus = l.number < Decimal(0);  // its sign stands before the whole: -千分之5
        const std::string digits = l.number.to_string();
        return (minus ? "-" : "") + std::string(l.unit == "per_mille" ? "千分之" : "万分之") +
               digits.substr(minus ? 1 : 0);
      }
      return l.number.to_string() + (zh_ ? "" : " ") + unit_in(L::SHARE_UNIT);
    case LiteralKind::money: {
      if (!zh_) return number(l.number) + " " + l.unit;
      std::string unit = " " + l.unit;
      for (const auto& s : units_and_tails()) {
        if (l.unit == "CNY" && renminbi_ == Renminbi::code) break;
        if (s.token == L::CURRENCY && s.language == Language::zh && unit_name(L::CURRENCY, s.text) == l.unit)
          unit = s.text;
      }
      const auto whole = l.number.as_int64();
      if (whole && *whole != 0 && *whole % 100'000'000 == 0) return number(Decimal(*whole / 100'000'000)) + "亿" + unit;
      if (whole && *whole != 0 && *whole % 10'000 == 0) return number(Decimal(*whole / 10'000)) + "万" + unit;
      return number(l.number) + unit;
    }
    case LiteralKind::text:
      return quote(l.text);
    case LiteralKind::date:
      return format_date(l.date);
    case LiteralKind::instant:
      return l.text;
    case LiteralKind::time_of_day:
      return clock(l.seconds_of_day);
    case LiteralKind::duration:
      return l.number.to_string() + (zh_ ? "" : " ") + unit_in(L::TIME_UNIT);
    case LiteralKind::weekday:
      return weekday(l.date);
    case LiteralKind::counted:
      return number(l.number) + (zh_ ? "" : " ") + unit_in(L::COUNT_UNIT);
    case LiteralKind::regex: {
      std::string result = "/";
      for (std::size_t i = 0; i < l.text.size(); ++i) {
        if (l.text[i] == '\\' && i + 1 < l.text.size()) {
          result += l.text[i++];
        } else if (l.text[i] == '/') {
          result += '\\';
        }
        result += l.text[i];
      }
      return result + "/";
    }
  }
  return {};
}

std::string format(const Literal& literal, Language language) {
  const NameIn none;  // a value names nothing
  return Printer(language, none, {}).literal(literal);
}

std::string Printer::clock(std::int32_t seconds) const {
  const auto two = [](std::int32_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(seconds / 3600) + ":" + two(seconds / 60 % 60);
}

std::string Printer::weekday(int day) const {
  int at = 0;
  for (const auto* s : spellings_of(L::WEEKDAY, language_)) {
    if (s->language == language_ && ++at == day) return s->text;
  }
  return {};
}

std::string Printer::days(const DateRange& r) const {
  return format_date(r.from) + (r.to == r.from ? std::string() : range() + format_date(r.to));
}

std::string Printer::days(const std::vector<DateRange>& list) const {
  std::string result;
  for (const auto& r : list) result += (result.empty() ? "" : item_comma()) + days(r);
  return result;
}

}  // namespace caveat::syntax
