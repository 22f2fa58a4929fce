#include "engine/base/nearest.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <vector>

#include "engine/base/utf8.h"

namespace caveat {
namespace {

// Case of the scripts in which names are written; base has the standard library only.
char32_t lower(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) return c + 32;
  if (c >= 0xFF21 && c <= 0xFF3A) return c - 0xFF21 + U'a';
  if (c >= 0xFF41 && c <= 0xFF5A) return c - 0xFF41 + U'a';
  return c;
}

void letters(std::string_view name, std::vector<char32_t>& out) {
  out.clear();
  for (std::size_t at = 0; at < name.size();) {
    const CodePoint point = decode_utf8(name, at);
    out.push_back(point ? lower(point.value) : static_cast<char32_t>(0xFFFD));
    at += point ? point.length : 1;
  }
}

// Article 18 is no slip for article 19, nor 第十八条 for 第十九条; 任意 may well be one for 任一.
bool is_numeral(char32_t c) {
  constexpr std::u32string_view kDigits = U"零〇一二三四五六七八九十百千万亿";
  return (c >= U'0' && c <= U'9') || (c >= 0xFF10 && c <= 0xFF19) || kDigits.find(c) != kDigits.npos;
}
bool other_numbers(const std::vector<char32_t>& a, const std::vector<char32_t>& b) {
  std::u32string of_a, of_b;
  std::copy_if(a.begin(), a.end(), std::back_inserter(of_a), is_numeral);
  std::copy_if(b.begin(), b.end(), std::back_inserter(of_b), is_numeral);
  return !of_a.empty() && !of_b.empty() && of_a != of_b;
}

constexpr std::size_t kBand = 2;  // slips that are looked for at most

// Damerau–Levenshtein (optimal string alignment), or `most` + 1 if it is more than that.
std::size_t distance(const std::vector<char32_t>& a, const std::vector<char32_t>& b, std::size_t most) {
  const std::size_t gap = a.size() < b.size() ? b.size() - a.size() : a.size() - b.size();
  if (gap > most) return most + 1;
  // Only cells near the diagonal can come to `most` or less: a band of them, cell j of row i at j - i + kBand.
  std::array<std::size_t, 2 * kBand + 1> before_last{}, last{}, row{};
  before_last.fill(most + 1), last.fill(most + 1);
  for (std::size_t j = 0; j <= kBand; ++j) last[kBand + j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row.fill(most + 1);
    std::size_t least = most + 1;
    for (std::size_t j = i > kBand ? i - kBand : 0; j <= std::min(b.size(), i + kBand); ++j) {
      const std::size_t at = j + kBand - i;
      std::size_t& cell = row[at];
      if (j == 0) {
        cell = i;
      } else {
        cell = last[at] + (a[i - 1] == b[j - 1] ? 0U : 1U);
        if (at + 1 < row.size()) cell = std::min(cell, last[at + 1] + 1);
        if (at > 0) cell = std::min(cell, row[at - 1] + 1);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) cell = std::min(cell, before_last[at] + 1);
      }
      least = std::min(least, cell);
    }
    // A swap may still reach back one row, hence the slack.
    if (least > most + 1) return most + 1;
    before_last = last;
    last = row;
  }
  return last[b.size() + kBand - a.size()];
}

template <class Name>
std::string_view find(std::string_view name, std::span<const Name> known) {
  std::vector<char32_t> wanted, candidate;
  letters(name, wanted);
  const bool ideographs = std::any_of(wanted.begin(), wanted.end(), [](char32_t c) { return c >= 0x2E80; });
  const std::size_t third = ideographs ? (wanted.size() + 2) / 3 : wanted.size() / 3;
  std::size_t most = std::min(kBand, third);
  if (wanted.size() <= 1) most = 0;
  std::string_view best;
  std::size_t best_distance = most + 1;
  for (const Name& each : known) {
    const std::string_view text(each);
    letters(text, candidate);
    const std::size_t d = distance(wanted, candidate, most);
    if (d > most || d >= candidate.size()) continue;  // names that share nothing are not near
    if (other_numbers(wanted, candidate)) continue;
    if (d < best_distance || (d == best_distance && text < best)) {
      best = text;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) { return find(name, known); }
std::string_view nearest(std::string_view name, std::span<const std::string> known) { return find(name, known); }

}  // namespace caveat
