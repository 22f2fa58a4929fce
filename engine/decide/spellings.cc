#include "engine/decide/spellings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "engine/base/numerals.h"
#include "engine/base/units.h"
#include "engine/base/utf8.h"
#include "engine/program/image.h"
#include "engine/text/normalise.h"

namespace caveat::decide {
namespace {

using program::Program;
using program::SlotRow;
using program::SlotType;

constexpr std::array<std::string_view, 10> kDigits = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// 445,566.77 of 445566.77; nothing where there is nothing to part.
std::string grouped(std::string_view number) {
  const std::size_t sign = number.starts_with('-') ? 1 : 0, whole = std::min(number.find('.'), number.size());
  if (whole - sign <= 3) return {};
  std::string out(number.substr(0, sign));
  for (std::size_t at = sign; at < whole; ++at) {
    if (at > sign && (whole - at) % 3 == 0) out += ',';
    out += number[at];
  }
  return out.append(number.substr(whole));
}

// 6 of 60000 and 4, 1.25 of 1250000 and 6: nothing where more than four places would stand behind the point.
std::string shifted(std::string_view number, std::size_t places) {
  const std::size_t point = std::min(number.find('.'), number.size());
  if (point <= places || number.front() == '-') return {};
  std::string out(number.substr(0, point - places)), rest(number.substr(point - places, places));
  if (point < number.size()) rest.append(number.substr(point + 1));
  while (rest.ends_with('0')) rest.pop_back();
  constexpr std::size_t kPlaces = 4;
  if (rest.size() > kPlaces) return {};
  return rest.empty() ? out : out + "." + rest;
}

// With a nought or two behind the point, up to two places: 5.0 and 5.00 of 5, 3.50 of 3.5.
std::vector<std::string> padded(std::string_view number) {
  const std::size_t point = number.find('.');
  std::string one(number);
  if (point == number.npos) one += '.';
  std::vector<std::string> out;
  for (std::size_t places = point == number.npos ? 0 : number.size() - point - 1; places < 2; ++places)
    out.push_back(one += '0');
  return out;
}

// 三十二 of 32, 六千零五 of 6005; below 10,000.
std::string four_places(std::uint64_t n) {
  constexpr std::array<std::string_view, 4> kPlaces = {"", "十", "百", "千"};
  std::string out;
  bool gap = false;
  std::uint64_t unit = 1000;
  for (std::size_t place = 4; place-- > 0; unit /= 10) {
    const auto digit = static_cast<std::size_t>(n / unit % 10);
    if (digit == 0) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += "零";
    gap = false;
    out.append(kDigits[digit]).append(kPlaces[place]);
  }
  return out;
}

std::string in_chinese(std::uint64_t n) {
  constexpr std::uint64_t kWan = 10'000;
  std::string out;
  if (n >= kWan * kWan) out = four_places(n / kWan / kWan % kWan) + "亿";
  for (const auto& [unit, name] : {std::pair<std::uint64_t, std::string_view>{kWan, "万"}, {1, ""}}) {
    const std::uint64_t part = n / unit % kWan;
    if (part == 0) continue;
    if (!out.empty() && part < kWan / 10) out += "零";
    out.append(four_places(part)).append(name);
  }
  if (out.starts_with("一十")) out.erase(0, kDigits[1].size());  // 十二
  return out;
}

// Without its last unit where that is the next below the one before it: 一万二 of 一万二千, 一百二 of 一百二十, 一亿二 of 一亿二千万;
// nothing where it is another's (一万二百, 三十二).
std::string without_last_unit(std::string_view number) {
  for (const auto& [next, unit] :
       {std::pair<std::string_view, std::string_view>{"亿", "千万"}, {"万", "千"}, {"千", "百"}, {"百", "十"}}) {
    if (!number.ends_with(unit)) continue;
    const std::string_view rest = number.substr(0, number.size() - unit.size());
    const std::size_t digit = rest.size() - std::min(rest.size(), kDigits[0].size());
    if (rest.substr(0, digit).ends_with(next)) return std::string(rest);
  }
  return {};
}

// Figures with a unit between them: 6万5千, 6万五千, 6万5, 6w5 and 6万5000 of 65000; 3千5 of 3500.
std::vector<std::string> with_unit_between(std::uint64_t n) {
  struct Unit {
    std::uint64_t value;
    std::string_view sign, latin;
  };
  constexpr std::uint64_t kWan = 10'000, kTen = 10;
  std::vector<std::string> out;
  for (const Unit& unit : {Unit{kWan * kWan, "亿", {}}, {kWan, "万", "w"}, {1'000, "千", "k"}}) {
    const std::uint64_t whole = n / unit.value, rest = n % unit.value;
    if (whole == 0 || whole >= kWan || rest == 0) continue;
    std::string read = in_chinese(rest);
    if (read.starts_with("十")) read.insert(0, kDigits[1]);
    const bool with_zero = rest < unit.value / kTen;
    std::vector<std::string> rests = {read};
    if (!with_zero) {
      if (const std::string shorter = without_last_unit(std::string(unit.sign) + read); !shorter.empty())
        rests.push_back(shorter.substr(unit.sign.size()));
    }
    for (std::size_t i = 0, all = rests.size(); i < all; ++i) {
      std::string figures;
      for (std::size_t at = 0; at < rests[i].size(); at += kDigits[0].size()) {
        const std::string_view sign = std::string_view(rests[i]).substr(at, kDigits[0].size());
        const auto* const digit = std::find(kDigits.begin(), kDigits.end(), sign);
        figures += digit == kDigits.end() ? sign : std::to_string(digit - kDigits.begin());
      }
      rests.push_back(std::move(figures));
    }
    rests.push_back(std::to_string(rest));
    if (rest % kWan == 0) rests.push_back(std::to_string(rest / kWan) + "万");
    for (const std::string& one : rests) {
      const bool alone = !with_zero || rest >= kTen;  // 6万5 is 65,000
      for (const std::string_view sign : {unit.sign, unit.latin}) {
        if (sign.empty()) continue;
        const std::string before = std::to_string(whole).append(sign);
        if (alone) out.push_back(before + one);
        if (with_zero) out.push_back(before + "零" + one);
      }
    }
  }
  return out;
}

constexpr std::array<std::pair<std::uint64_t, std::string_view>, 4> kScales = {
    {{1'000'000'000, "billion"}, {1'000'000, "million"}, {1'000, "thousand"}, {100, "hundred"}}};

// one hundred and thirty-two of 132.
void append_english(std::string& out, std::uint64_t n) {
  for (const auto& [unit, name] : kScales) {
    if (n < unit) continue;
    append_english(out, n / unit);
    out.append(" ").append(name);
    n %= unit;
    if (n == 0) return;
    out += n < 100 ? " and " : " ";
  }
  if (n < kEnglishNumbers.size()) {
    out += kEnglishNumbers[n];
    return;
  }
  out += kEnglishTens[n / 10 - 2];
  if (n % 10 != 0) out.append("-").append(kEnglishNumbers[n % 10]);
}

std::optional<std::uint64_t> whole_number(std::string_view number) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), n);
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  if (error != std::errc() || end != number.data() + number.size() || n >= kMost) return std::nullopt;
  return n;
}

struct Words {
  std::vector<std::string> chinese, english;
};

// How a number is read out, in each way that is usual.
Words in_words(std::string_view number) {
  constexpr std::size_t kMostPlaces = 4;  // behind the point
  Words out;
  const std::size_t point = std::min(number.find('.'), number.size());
  const std::string_view places = number.substr(std::min(point + 1, number.size()));
  const std::optional<std::uint64_t> n = whole_number(number.substr(0, point));
  if (!n || (*n == 0 && places.empty()) || places.size() > kMostPlaces) return out;

  std::vector<std::string>& chinese = out.chinese;
  chinese.push_back(*n == 0 ? std::string(kDigits[0]) : in_chinese(*n));
  std::string short_tens = chinese[0];
  for (const auto& [tens, sign] :
       {std::pair<std::string_view, std::string_view>{"二十", "廿"}, {"三十", "卅"}, {"四十", "卌"}}) {
    for (std::size_t at = short_tens.find(tens); at != short_tens.npos; at = short_tens.find(tens))
      short_tens.replace(at, tens.size(), sign);
  }
  if (short_tens != chinese[0]) chinese.push_back(short_tens);
  if (places.empty() && number.size() >= 3) {  // 一二零
    std::string& each = chinese.emplace_back();
    for (const char c : number) each += kDigits[static_cast<std::size_t>(c - '0')];
  }

  if (places.empty()) {
    if (std::string shorter = without_last_unit(chinese[0]); !shorter.empty()) chinese.push_back(std::move(shorter));
    std::string tens = chinese[0];  // 一百十五
    if (const std::size_t at = tens.find("百一十"); at != tens.npos)
      chinese.push_back(tens.erase(at + kDigits[0].size(), kDigits[1].size()));
    for (std::size_t i = 0, all = *n > 10 && *n < 100 && *n % 10 != 0 ? chinese.size() : 0; i < all; ++i) {  // 三十有二
      for (const std::string_view joint : {"有", "又"}) {
        std::string& one = chinese.emplace_back(chinese[i]);
        one.insert(one.size() - kDigits[0].size(), joint);
      }
    }
  }

  std::vector<std::string>& english = out.english;
  append_english(english.emplace_back(), *n);
  const auto also = [&](std::string_view what, std::string_view with) {  // each of them with that, too
    for (std::size_t i = 0, all = english.size(); i < all; ++i) {
      std::string other = english[i];
      for (std::size_t at = other.find(what); at != other.npos; at = other.find(what, at + with.size()))
        other.replace(at, what.size(), with);
      if (other != english[i]) english.push_back(std::move(other));
    }
  };
  also(" and ", " ");
  also("-", " ");
  if (*n >= kScales.back().first && english[0].starts_with(kEnglishNumbers[1])) {  // a hundred
    for (std::size_t i = 0, all = english.size(); i < all; ++i)
      english.push_back("a" + english[i].substr(kEnglishNumbers[1].size()));
  }
  if (places.empty()) return out;
  std::string after_chinese = "点", after_english = " point";
  for (const char c : places) {
    after_chinese += kDigits[static_cast<std::size_t>(c - '0')];
    after_english.append(" ").append(kEnglishNumbers[static_cast<std::size_t>(c - '0')]);
  }
  for (std::string& one : chinese) one += after_chinese;
  for (std::string& one : english) one += after_english;
  return out;
}

// 三, 廿 or three: of a text that says it by itself nobody can tell what it counts.
bool is_short(std::string_view word) {
  constexpr std::size_t kSign = 3, kEleven = 11;
  return word.size() <= kSign || std::find(kEnglishNumbers.begin(), kEnglishNumbers.begin() + kEleven, word) !=
                                     kEnglishNumbers.begin() + kEleven;
}

// A number in the units and words of speech; `visit(spelling, is_short)`: each but the short has to stand by itself.
template <class Visit>
void each_said(std::string_view number, std::string_view currency, SlotType type, Visit visit) {
  const auto with = [&](std::string_view before, std::string_view said, std::string_view after) {
    std::string all(before);
    all.append(said).append(after);
    visit(all, false);
  };
  if (const std::string wan = shifted(number, 4); !wan.empty()) {
    std::vector<std::string> all = padded(wan);  // 6.00万元
    all.push_back(wan);
    for (const std::string& one : all) with("", one, "万"), with("", one, " 万"), with("", one, "w");
  }
  if (const std::string yi = shifted(number, 8); !yi.empty()) with("", yi, "亿"), with("", yi, " 亿");
  if (const std::string thousand = shifted(number, 3); !thousand.empty()) {
    for (const std::string_view unit : {"千", "k", " k", " thousand"}) with("", thousand, unit);
  }
  if (const std::string million = shifted(number, 6); !million.empty()) {
    for (const std::string_view unit : {"百万", "m", " m", " million"}) with("", million, unit);
  }
  if (const std::optional<std::uint64_t> n = whole_number(number)) {
    for (const std::string& one : with_unit_between(*n)) with("", one, "");
  }
  constexpr std::array<std::string_view, 8> kMoney = {"元", "块", "美元", "港元", "欧元", "英镑", "日元", "人民币"};
  constexpr std::array<std::string_view, 5> kEnglishMoney = {"rmb", "yuan", "dollars", "euros", "pounds"};
  constexpr std::array<std::string_view, 3> kYears = {" years old", "-year-old", " year old"};
  const Words words = in_words(number);
  if (type == SlotType::percent) {
    for (const std::string_view unit : {"%", " %", " percent", "percent", " per cent"}) with("", number, unit);
    with("百分之", number, ""), with("百分之 ", number, "");
    for (const std::string& word : words.chinese) with("百分之", word, "");
    for (const std::string& word : words.english) with("", word, " percent"), with("", word, " per cent");
  }
  if (type == SlotType::money) {
    for (const std::string_view blank : {"", " "}) {
      const std::string plain = std::string(number).append(blank);
      for (const std::string_view unit : kMoney) with("", plain, unit);
      for (const std::string_view unit : kEnglishMoney) with("", plain, unit);
      if (!currency.empty()) with("", plain, currency);
    }
    for (const std::string_view sign : {"¥", "$", "€", "£"}) with(sign, number, "");
  }
  if (type == SlotType::integer) {
    for (const std::string_view unit : {"岁", " 岁", "周岁", " 周岁"}) with("", number, unit);
    for (const std::string_view unit : kYears) with("", number, unit);
  }
  for (const std::string& word : words.chinese) {
    visit(word, is_short(word));
    if (!is_short(word)) continue;
    if (type == SlotType::money)
      for (const std::string_view unit : kMoney) with("", word, unit);
    if (type == SlotType::integer) with("", word, "岁"), with("", word, "周岁");
  }
  for (const std::string& word : words.english) {
    visit(word, is_short(word));
    if (!is_short(word)) continue;
    if (type == SlotType::money)
      for (const std::string_view unit : kEnglishMoney) with("", word + " ", unit);
    if (type == SlotType::integer)
      for (const std::string_view unit : kYears) with("", word, unit);
  }
}

bool is_numeral(std::string_view sign) {
  constexpr std::array<std::string_view, 21> kNumerals = {"零", "〇", "一", "二", "两", "三", "四",
                                                          "五", "六", "七", "八", "九", "十", "廿",
                                                          "卅", "卌", "百", "千", "万", "亿", "点"};
  return (sign.size() == 1 && is_digit(sign[0])) ||
         std::find(kNumerals.begin(), kNumerals.end(), sign) != kNumerals.end();
}

std::string_view sign_at(std::string_view text, std::size_t at) {
  return at < text.size() ? text.substr(at, decode_utf8(text, at).length) : std::string_view();
}

std::string_view sign_before(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && (static_cast<unsigned char>(text[begin - 1]) & 0xC0) == 0x80) --begin;
  return begin > 0 ? text.substr(begin - 1, at - begin + 1) : std::string_view();
}

// A point between two digits, or a comma that parts three of them: in normal form the comma of a Chinese sentence is one, too, and of
// 六万，三个孩子 or 3，6万元 it parts the sentence.
bool is_within_number(std::string_view text, std::size_t at) {
  const auto digit = [&](std::size_t i) { return i < text.size() && is_digit(text[i]); };
  if (at == 0 || at >= text.size() || !digit(at - 1) || !digit(at + 1)) return false;
  if (text[at] == '.') return true;
  return text[at] == ',' && digit(at + 2) && digit(at + 3) && !digit(at + 4);
}

enum class Counts : std::uint8_t { nothing, ones, teens, tens, scale, point };

Counts counts(std::string_view word) {
  if (word == "point") return Counts::point;
  if (std::find(kEnglishTens.begin(), kEnglishTens.end(), word) != kEnglishTens.end()) return Counts::tens;
  for (const auto& [unit, name] : kScales) {
    if (word == name) return Counts::scale;
  }
  const auto small = static_cast<std::size_t>(std::find(kEnglishNumbers.begin(), kEnglishNumbers.end(), word) -
                                              kEnglishNumbers.begin());
  return small == kEnglishNumbers.size() ? Counts::nothing : small < 10 ? Counts::ones : Counts::teens;
}

constexpr std::size_t kLongestWord = 9;  // seventeen; one more is no number

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at <= kLongestWord && text[end] >= 'a' && text[end] <= 'z') ++end;
  return text.substr(at, end - at);
}

std::string_view word_before(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin <= kLongestWord && text[begin - 1] >= 'a' && text[begin - 1] <= 'z') --begin;
  return text.substr(begin, at - begin);
}

// Is the English number at these bytes part of a larger one: twenty-|five|, one hundred and |five|, |sixty| thousand? Where it may be
// and may not (sixty thousand two children) it is none.
bool goes_on_in_words(std::string_view text, std::size_t begin, std::size_t end) {
  const auto joins = [&](std::size_t at) { return at < text.size() && (text[at] == ' ' || text[at] == '-'); };
  const Counts first = counts(word_at(text, begin)), last = counts(word_before(text, end));
  if (first != Counts::nothing && begin > 0 && joins(begin - 1)) {
    const auto before = [&](std::size_t& at) {  // which then stands before it
      const std::string_view word = at > 0 && joins(at - 1) ? word_before(text, at - 1) : std::string_view();
      at -= word.empty() ? 0 : word.size() + 1;
      return word;
    };
    std::size_t at = begin;
    std::string_view word = before(at);
    if (word == "and" && counts(before(at)) == Counts::scale) return true;
    const Counts one = counts(word);
    if (one == Counts::scale || (one == Counts::tens && first == Counts::ones)) return true;
    // at this point five percent is none of 3.5 %
    if (one == Counts::point && first == Counts::ones && counts(before(at)) != Counts::nothing) return true;
  }
  if (last == Counts::nothing) return false;
  const auto after = [&](std::size_t& at) {
    const std::string_view word = joins(at) ? word_at(text, at + 1) : std::string_view();
    at += word.empty() ? 0 : word.size() + 1;
    return word;
  };
  std::size_t at = end;
  const bool with_hyphen = at < text.size() && text[at] == '-';
  const std::string_view word = after(at);
  Counts next = counts(word);
  if (next == Counts::scale) return true;
  if (next == Counts::point) return counts(after(at)) == Counts::ones;
  // "one" stands for other things: thirty one day.
  if (last == Counts::tens) return next == Counts::ones && (word != kEnglishNumbers[1] || with_hyphen);
  if (last != Counts::scale) return false;
  // sixty thousand five hundred
  constexpr int kMostWords = 2;  // sixty-five thousand
  for (int i = 0; i < kMostWords && next != Counts::nothing && next != Counts::scale; ++i) next = counts(after(at));
  return next == Counts::scale;
}

}  // namespace

void add_spellings(std::vector<Spelling>& all, const Program& program, const SlotRow& slot, SlotType type,
                   std::string_view value) {
  constexpr std::size_t kShort = 4, kDate = 10;  // bytes
  const auto keep = [&](Spelling one) {
    if (!one.form.empty()) all.push_back(std::move(one));
  };
  const auto form_of = [](std::string_view spelling) {
    std::string form = text::normal_form(spelling);
    plain_numerals(form);
    return form;
  };
  const auto anywhere = [&](std::string_view spelling) {
    std::string form = form_of(spelling);
    const auto where = form.size() < kShort ? Spelling::Where::matched : Spelling::Where::anywhere;
    keep({std::move(form), where});
  };
  const auto alone = [&](std::string_view spelling) { keep({form_of(spelling), Spelling::Where::alone}); };
  anywhere(value);
  switch (type) {
    case SlotType::choice:
    case SlotType::scale: {
      const std::uint32_t symbol = program.symbols().find(slot, value).symbol;
      if (symbol == program::kNone) return;
      const auto symbols = program.rows<program::SymbolRow>(program::Section::symbols, slot.symbols);
      for (const program::Str name : program.strings(symbols[symbol].names)) {
        const std::string_view text = program.text(name);
        anywhere(text);
        const bool code = std::any_of(text.begin(), text.end(), is_digit) && !is_digit(text.front()) &&
                          std::all_of(text.begin(), text.end(), is_alphanumeric);
        if (code) alone(text);
      }
      return;
    }
    case SlotType::integer:
    case SlotType::decimal:
    case SlotType::percent:
    case SlotType::money: {
      constexpr std::size_t kThreeDigits = 3;
      const std::size_t blank = std::min(value.find(' '), value.size());
      const std::string_view number = value.substr(0, blank),
                             currency = value.substr(std::min(blank + 1, value.size()));
      if (number.empty()) return;
      anywhere(number);
      if (number.size() >= kThreeDigits) alone(number);
      if (type != SlotType::integer) {  // 5.00 %, 3.50
        for (const std::string& one : padded(number)) alone(one);
      }
      if (type == SlotType::percent) anywhere(std::string(number) + "%");
      if (const std::string parted = grouped(number); !parted.empty()) anywhere(parted);
      each_said(number, currency, type, [&](std::string_view spelling, bool is_short) {
        keep({form_of(spelling), is_short ? Spelling::Where::matched : Spelling::Where::alone});
      });
      return;
    }
    case SlotType::date:
      if (value.size() != kDate || !parse_date(value)) return;
      anywhere(std::string(value.substr(0, 4)).append(value.substr(5, 2)).append(value.substr(8)));
      keep({std::string(value), Spelling::Where::day});
      return;
    default:
      return;
  }
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view first = sign_at(text, begin), last = sign_before(text, end);
  const std::string_view before = sign_before(text, begin), after = sign_at(text, end);
  const auto latin = [](std::string_view sign) { return sign.size() == 1 && is_alphanumeric(sign[0]); };
  if (is_numeral(first)) {
    if (is_numeral(before) || (begin > 0 && is_within_number(text, begin - 1))) return false;
  } else if (latin(first) && latin(before)) {
    return false;
  }
  if (is_numeral(last)) {
    if (is_numeral(after)) return false;
    if (is_within_number(text, end)) {
      std::size_t zero = end + 1;  // 500.00 is 500
      while (zero < text.size() && text[zero] == '0') ++zero;
      if (after == "," || is_numeral(sign_at(text, zero))) return false;
    }
  }
  if (latin(last) && latin(after)) return false;
  return !goes_on_in_words(text, begin, end);
}

}  // namespace caveat::decide
