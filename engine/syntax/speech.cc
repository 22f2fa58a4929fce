#include "engine/syntax/speech.h"

#include <algorithm>
#include <array>

#include "engine/base/numerals.h"

namespace caveat::syntax {

std::optional<std::uint64_t> number_in_english(std::string_view words) {
  constexpr std::uint64_t kNone = 0, kHundred = 100;
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  std::uint64_t whole = 0, part = 0;  // of thousands and millions; below
  std::uint64_t scale = kMost;        // the last of them
  bool tens = false, ones = false, hundred = false, joined = false, any = false;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find_first_of(" -"), words.size());
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    const auto small = static_cast<std::size_t>(std::find(kEnglishNumbers.begin(), kEnglishNumbers.end(), word) -
                                                kEnglishNumbers.begin());
    const auto ten =
        static_cast<std::size_t>(std::find(kEnglishTens.begin(), kEnglishTens.end(), word) - kEnglishTens.begin());
    const std::uint64_t times = word == "thousand" ? 1'000 : word == "million" ? 1'000'000 : kNone;
    if (small < kEnglishNumbers.size()) {
      if (ones || (tens && (small == 0 || small >= 10))) return std::nullopt;
      part += small, ones = true;
    } else if (ten < kEnglishTens.size()) {
      if (ones || tens) return std::nullopt;
      part += 10 * (ten + 2), tens = true;
    } else if (word == "hundred") {
      if (hundred || !ones || tens || part == 0) return std::nullopt;
      part *= kHundred, hundred = true, ones = false;
    } else if (times != kNone) {
      if (part == 0 || times >= scale) return std::nullopt;
      whole += part * times, scale = times, part = 0;
      tens = ones = hundred = false;
    } else if (word == "and") {
      if (!any || joined || tens || ones || words.empty()) return std::nullopt;
      joined = true;
      continue;
    } else {
      return std::nullopt;
    }
    any = true, joined = false;
  }
  return any && !joined ? std::optional(whole + part) : std::nullopt;
}

std::string_view length_in_english(std::string_view words) {
  struct Row {
    std::string_view words, meant;
  };
  constexpr auto kRows = std::to_array<Row>({{"half a year", "6 months"},
                                             {"half year", "6 months"},
                                             {"half a month", "15 days"},
                                             {"half a day", "12 hours"},
                                             {"half an hour", "30 minutes"},
                                             {"half a minute", "30 seconds"},
                                             {"quarter of an hour", "15 minutes"},
                                             {"fortnight", "14 days"},
                                             {"quarter", "3 months"},
                                             {"decade", "10 years"},
                                             {"year", "1 year"},
                                             {"month", "1 month"},
                                             {"week", "1 week"},
                                             {"day", "1 day"},
                                             {"hour", "1 hour"}});
  for (const std::string_view article : {"a ", "one "})
    if (words.starts_with(article)) words.remove_prefix(article.size());
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) { return each.words == words; });
  return row == kRows.end() ? std::string_view() : row->meant;
}

}  // namespace caveat::syntax
