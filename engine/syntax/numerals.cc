#include "engine/syntax/numerals.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/numerals.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/spaced.h"

namespace caveat::syntax {
namespace {

constexpr std::size_t kSign = 3;  // bytes of a Chinese character
constexpr std::uint64_t kMost = 1'000'000'000'000'000;

std::optional<unsigned> digit(std::string_view sign) {
  constexpr std::array<std::string_view, 12> kDigits = {"零", "一", "二", "三", "四", "五",
                                                        "六", "七", "八", "九", "〇", "两"};
  const auto at = static_cast<std::size_t>(std::find(kDigits.begin(), kDigits.end(), sign) - kDigits.begin());
  if (at == kDigits.size()) return std::nullopt;
  return static_cast<unsigned>(at == 10 ? 0 : at == 11 ? 2 : at);
}

std::uint64_t multiple(std::string_view sign) {
  if (sign == "十") return 10;
  if (sign == "百") return 100;
  if (sign == "千") return 1'000;
  if (sign == "万") return 10'000;
  if (sign == "亿") return 100'000'000;
  return 0;
}

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view sign_at(std::string_view word, std::size_t at) { return word.substr(at, kSign); }

// How far the number goes that `word` begins with.
std::size_t numeral_end(std::string_view word) {
  std::size_t at = 0;
  while (at < word.size()) {
    if (is_ascii_digit(word[at])) {
      ++at;
    } else if (digit(sign_at(word, at)) || multiple(sign_at(word, at)) != 0) {
      at += kSign;
    } else {
      break;
    }
  }
  return at;
}

// 500 of 万, as an author would write it: 150000000 is 15000万.
std::string shown(std::uint64_t number, std::string_view written) {
  for (const std::string_view large : {"亿", "万"}) {
    const std::uint64_t unit = multiple(large);
    if (written.find("万") == written.npos && written.find("亿") == written.npos) break;
    if (number != 0 && number % unit == 0) return std::to_string(number / unit) + std::string(large);
  }
  return std::to_string(number);
}

// What stands behind a number: its unit and tails, all of it. One that authors use for a unit is read as that.
std::optional<std::string> units(std::string_view rest) {
  if (const MeantUnit meant = unit_and_tail_meant_by(rest); !meant.unit.empty())
    return std::string(meant.unit) + (meant.tail != nullptr ? meant.tail->text : std::string());
  std::size_t cut = 0;
  while (cut < rest.size()) {
    const auto& all = units_and_tails();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Spelling& each) {
      return each.language == Language::zh && each.words.size() == 1 && rest.substr(cut).starts_with(each.text);
    });
    if (found == all.end()) return std::nullopt;
    cut += found->text.size();
  }
  return std::string(rest);
}

// 三个季度, 一年半, 两成, 三成五: units that the language has not, in those that it has; with the tail behind them.
std::optional<std::string> unit_of_speech(std::uint64_t number, std::string_view rest) {
  struct Row {
    std::string_view unit;
    std::uint64_t times, more;
    std::string_view meant;
  };
  constexpr auto kRows = std::to_array<Row>({{"个季度", 3, 0, "个月"},
                                             {"季度", 3, 0, "个月"},
                                             {"年半", 12, 6, "个月"},
                                             {"个半月", 30, 15, "天"},
                                             {"个半小时", 60, 30, "分钟"},
                                             {"小时半", 60, 30, "分钟"},
                                             {"天半", 24, 12, "小时"},
                                             {"成半", 10, 5, "%"},
                                             {"成", 10, 0, "%"}});
  constexpr std::uint64_t kFew = 1'000;
  for (const Row& row : kRows) {
    if (!rest.starts_with(row.unit) || number > kFew) continue;
    std::string_view tail = rest.substr(row.unit.size());
    std::uint64_t more = row.more;
    if (row.unit == "成") {  // 三成五
      if (const auto tenth = digit(sign_at(tail, 0))) more = *tenth, tail.remove_prefix(kSign);
    }
    if (const auto behind = units(tail))
      return std::to_string(number * row.times + more) + std::string(row.meant) + *behind;
  }
  return std::nullopt;
}

// 二〇二六年三月一日, and what stands behind a day.
std::optional<std::string> day(std::string_view word) {
  std::string out;
  for (const std::string_view part : {"年", "月", "日"}) {
    const std::size_t end = numeral_end(word);
    const auto number = number_in_words(word.substr(0, end));
    if (!number || sign_at(word, end) != part) return std::nullopt;
    out += std::to_string(*number) + std::string(part);
    word.remove_prefix(end + part.size());
  }
  const auto tail = units(word);
  return tail ? std::optional(out + *tail) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> number_in_words(std::string_view word) {
  if (word.empty() || numeral_end(word) != word.size()) return std::nullopt;
  std::uint64_t high = 0, middle = 0, low = 0;  // of 亿, of 万, below
  std::uint64_t last = kMost;                   // the multiple before, within 万
  std::optional<std::uint64_t> pending;         // a digit that waits for its multiple
  bool zero = false, spelt = false, placed = true;
  for (std::size_t at = 0; at < word.size();) {
    if (is_ascii_digit(word[at])) {
      if (pending) return std::nullopt;
      for (pending = 0; at < word.size() && is_ascii_digit(word[at]); ++at) {
        *pending = *pending * 10 + static_cast<unsigned>(word[at] - '0');
        if (*pending > kMost) return std::nullopt;
      }
      placed = false;
      continue;
    }
    const std::string_view sign = sign_at(word, at);
    at += kSign;
    const std::uint64_t times = multiple(sign);
    if (times == 0) {
      const unsigned value = *digit(sign);
      if (pending && placed) {  // 二〇二六: by their places
        pending = *pending * 10 + value;
        if (*pending > kMost) return std::nullopt;
        spelt = true;
      } else if (value == 0 && !placed) {
        if (pending) return std::nullopt;
        zero = true;
      } else if (pending) {
        return std::nullopt;
      } else {
        pending = value;
      }
      continue;
    }
    if (spelt) return std::nullopt;  // 二六百
    placed = false;
    if (times < 10'000) {
      if (times >= last || (!pending && times != 10)) return std::nullopt;
      low += pending.value_or(1) * times;
      last = times;
    } else {
      const std::uint64_t whole = low + pending.value_or(0);
      const bool twice = times == 10'000 ? middle != 0 : high != 0;
      if (twice || middle + whole == 0 || middle + whole > kMost / times) return std::nullopt;
      (times == 10'000 ? middle : high) = (times == 10'000 ? whole : middle + whole) * times;
      if (times != 10'000) middle = 0;
      low = 0;
      last = kMost;
    }
    pending.reset();
    zero = false;
  }
  // 一百五 is a hundred and fifty to one reader and a slip to another.
  if (pending && !placed && !zero && last != 10 && high + middle + low != 0) return std::nullopt;
  return high + middle + low + pending.value_or(0);
}

std::optional<std::string> in_digits(std::string_view written) {
  if (is_ascii(written)) return std::nullopt;
  constexpr std::size_t kLongest = 120;  // bytes; a number has no more words
  if (written.size() > kLongest) return std::nullopt;
  std::string plain = simplified(written);
  plain_numerals(plain);
  std::string_view word = plain;
  if (word == "一半") return "50%";
  if (word == "半年") return "6个月";
  if (word == "半个月" || word == "半月") return "15天";
  if (word == "半天") return "12小时";
  if (word == "一刻钟") return "15分钟";
  if (word == "半小时" || word == "半个小时" || word == "半个钟头") return "30分钟";
  if (auto date = day(word)) return date;
  std::string out;
  for (const std::string_view parts : {"百分之", "千分之", "万分之"}) {
    if (!word.starts_with(parts)) continue;
    out = parts;
    word.remove_prefix(parts.size());
  }
  const std::size_t end = numeral_end(word);
  const std::string_view numeral = word.substr(0, end);
  auto number = number_in_words(numeral);
  if (out == "百分之" && numeral == "百") number = 100;
  if (!number) return std::nullopt;
  std::string_view rest = word.substr(end);
  if (out.empty()) {
    if (auto multiple = unit_of_speech(*number, rest)) return multiple;
  }
  constexpr std::string_view kPoint = "点";
  if (rest.starts_with(kPoint)) {
    rest.remove_prefix(kPoint.size());
    std::string places;
    for (auto value = digit(sign_at(rest, 0)); value; value = digit(sign_at(rest, 0))) {
      places += std::to_string(*value);
      rest.remove_prefix(kSign);
    }
    if (places.empty() || *number >= 10'000) return std::nullopt;
    out += std::to_string(*number) + "." + places;
    const std::size_t large = numeral_end(rest);  // 一点五亿
    if (large > kSign || (large != 0 && multiple(sign_at(rest, 0)) < 10'000)) return std::nullopt;
  } else {
    out += shown(*number, numeral);
  }
  const auto unit = units(rest);
  if (!unit) return std::nullopt;
  return out + *unit;
}

std::optional<std::string> in_digits_behind_a_keyword(std::string_view written) {
  constexpr std::size_t kLongest = 200;  // bytes
  if (is_ascii(written) || written.size() > kLongest) return std::nullopt;
  const std::string word = simplified(written);
  for (std::size_t cut = word.size(); cut-- > 1;) {  // the longest keyword
    if ((static_cast<unsigned char>(word[cut]) & 0xC0) == 0x80) continue;
    const std::string_view head = std::string_view(word).substr(0, cut);
    const auto& all = spellings_from(head);
    const auto keyword = std::find_if(all.begin(), all.end(), [&](const Spelling* each) {
      return each->text == head && each->language == Language::zh && each->kind != KeywordKind::declaration;
    });
    if (keyword == all.end()) continue;
    if (const auto number = in_digits(std::string_view(word).substr(cut)))
      return std::string(head) + (is_ascii_digit(number->front()) ? "" : " ") + *number;
  }
  for (std::size_t cut = 1; cut < word.size(); ++cut) {  // 距今超过十八年
    if ((static_cast<unsigned char>(word[cut]) & 0xC0) == 0x80) continue;
    const auto number = in_digits(std::string_view(word).substr(cut));
    if (!number) continue;
    const auto keywords = segments_before_a_number(std::string_view(word).substr(0, cut));
    if (keywords.empty() || keywords.front().keyword == nullptr) continue;
    std::string out;
    for (const Segment& each : keywords) out += each.text + " ";
    return out + *number;
  }
  return std::nullopt;
}

}  // namespace caveat::syntax
