#include "engine/decide/spellings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

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

// thirty-two of 32; 20 to 99.
std::string in_english(std::uint64_t n) {
  constexpr std::array<std::string_view, 8> kTens = {"twenty", "thirty",  "forty",  "fifty",
                                                     "sixty",  "seventy", "eighty", "ninety"};
  constexpr std::array<std::string_view, 10> kOnes = {"",     "one", "two",   "three", "four",
                                                      "five", "six", "seven", "eight", "nine"};
  if (n < 20 || n > 99) return {};
  std::string out(kTens[n / 10 - 2]);
  if (n % 10 != 0) out.append("-").append(kOnes[n % 10]);
  return out;
}

std::optional<std::uint64_t> whole_number(std::string_view number) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), n);
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  if (error != std::errc() || end != number.data() + number.size() || n >= kMost) return std::nullopt;
  return n;
}

// A number in the units and words of speech; each has to stand by itself.
template <class Visit>
void each_said(std::string_view number, std::string_view currency, SlotType type, Visit visit) {
  if (const std::string wan = shifted(number, 4); !wan.empty()) visit(wan + "万"), visit(wan + " 万");
  if (const std::string yi = shifted(number, 8); !yi.empty()) visit(yi + "亿"), visit(yi + " 亿");
  if (const std::string thousand = shifted(number, 3); !thousand.empty()) {
    for (const std::string_view unit : {"千", "k", " k", " thousand"}) visit(thousand + std::string(unit));
  }
  if (const std::string million = shifted(number, 6); !million.empty()) {
    for (const std::string_view unit : {"百万", "m", " m", " million"}) visit(million + std::string(unit));
  }
  const std::string plain(number);
  if (type == SlotType::percent)
    visit("百分之" + plain), visit(plain + "%"), visit(plain + " %"), visit(plain + " percent");
  if (type == SlotType::money) {
    const auto in = [&](std::string_view unit) {
      for (const char* blank : {"", " "}) visit(plain + blank + std::string(unit));
    };
    for (const char* unit :
         {"元", "块", "美元", "港元", "欧元", "英镑", "日元", "人民币", "rmb", "yuan", "dollars", "euros", "pounds"})
      in(unit);
    if (!currency.empty()) in(currency);
    for (const std::string_view sign : {"¥", "$", "€", "£"}) visit(std::string(sign) + plain);
  }
  if (type == SlotType::integer) {
    for (const std::string_view unit : {"岁", " 岁", "周岁", " 周岁", " years old", "-year-old", " year old"})
      visit(plain + std::string(unit));
  }
  const std::optional<std::uint64_t> n = whole_number(number);
  if (!n || *n == 0) return;
  const std::string chinese = in_chinese(*n);
  if (type == SlotType::percent) visit("百分之" + chinese);
  visit(chinese);
  for (const std::string_view unit : {"千", "万", "亿"}) {  // 两千, 两万
    const std::string two = "二" + std::string(unit);
    if (chinese.starts_with(two)) visit("两" + chinese.substr(std::string_view("二").size()));
  }
  std::string english = in_english(*n);
  if (english.empty() && *n % 1000 == 0 && !in_english(*n / 1000).empty())
    english = in_english(*n / 1000) + " thousand";
  if (english.empty()) return;
  visit(english);
  std::replace(english.begin(), english.end(), '-', ' ');
  visit(english);
}

template <class Visit>
void each_date(std::string_view value, Visit visit) {
  const std::optional<Days> days = parse_date(value);
  if (!days || value.size() != 10) return;
  const auto plain = [&](std::size_t at) {
    return std::string(value.substr(value[at] == '0' ? at + 1 : at, value[at] == '0' ? 1 : 2));
  };
  const std::string year(value.substr(0, 4));
  for (const bool padded : {true, false}) {
    const std::string month = padded ? std::string(value.substr(5, 2)) : plain(5);
    const std::string day = padded ? std::string(value.substr(8, 2)) : plain(8);
    visit(year + "年" + month + "月" + day + "日");
    visit(year + "年" + month + "月" + day + "号");
    for (const char* sign : {"/", ".", "-"}) visit(year + sign + month + sign + day);
  }
  visit(year + std::string(value.substr(5, 2)) + std::string(value.substr(8, 2)));
  constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                        "May",       "June",     "July",     "August",
                                                        "September", "October",  "November", "December"};
  const std::string month(kMonths[static_cast<std::size_t>((value[5] - '0') * 10 + (value[6] - '0') - 1)]);
  visit(plain(8) + " " + month + " " + year);
  visit(month + " " + plain(8) + ", " + year);
}

bool is_numeral(std::string_view sign) {
  constexpr std::array<std::string_view, 18> kNumerals = {"零", "〇", "一", "二", "两", "三", "四", "五", "六",
                                                          "七", "八", "九", "十", "百", "千", "万", "亿", "点"};
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

}  // namespace

void add_spellings(std::vector<Spelling>& all, const Program& program, const SlotRow& slot, SlotType type,
                   std::string_view value) {
  constexpr std::size_t kShort = 4;  // bytes
  const auto keep = [&](Spelling one) {
    if (!one.form.empty()) all.push_back(std::move(one));
  };
  const auto anywhere = [&](std::string_view spelling) {
    std::string form = text::normal_form(spelling);
    const auto where = form.size() < kShort ? Spelling::Where::matched : Spelling::Where::anywhere;
    keep({std::move(form), where});
  };
  const auto alone = [&](std::string_view spelling) { keep({text::normal_form(spelling), Spelling::Where::alone}); };
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
      if (type == SlotType::percent) anywhere(std::string(number) + "%");
      if (const std::string parted = grouped(number); !parted.empty()) anywhere(parted);
      each_said(number, currency, type, [&](std::string_view spelling) {
        const bool with_unit = std::any_of(spelling.begin(), spelling.end(), is_digit) &&
                               spelling.find_first_not_of("0123456789.,") != spelling.npos;
        if (with_unit || spelling.size() >= kShort) alone(spelling);
      });
      return;
    }
    case SlotType::date:
      each_date(value, anywhere);
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
  return !latin(last) || !latin(after);
}

}  // namespace caveat::decide
