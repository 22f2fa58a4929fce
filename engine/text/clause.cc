#include "engine/text/clause.h"

namespace caveat::text {
namespace {

constexpr std::string_view kFullStop = "。";

bool is_digit_at(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

}  // namespace

bool is_in_figure(std::string_view text, std::size_t at) {
  if (at == 0 || !is_digit_at(text, at - 1) || !is_digit_at(text, at + 1)) return false;
  if (text[at] == '.') return true;
  return text[at] == ',' && is_digit_at(text, at + 2) && is_digit_at(text, at + 3) && !is_digit_at(text, at + 4);
}

std::size_t clause_bound_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  switch (text[at]) {
    case '\n':
    case ';':
    case '!':
    case '?':
      return 1;
    case ',':
      return is_in_figure(text, at) ? 0 : 1;
    case '.': {
      // Ends a sentence before a blank, a line end, the end, or what is not ASCII; else it is part of a figure or a name.
      if (at + 1 >= text.size()) return 1;
      const char next = text[at + 1];
      return next == ' ' || next == '\n' || next == '"' || next == '\'' || next == ')' ||
                     static_cast<unsigned char>(next) >= 0x80
                 ? 1
                 : 0;
    }
    default:
      return text.substr(at, kFullStop.size()) == kFullStop ? kFullStop.size() : 0;
  }
}

Range clause_around(std::string_view text, Range range) {
  std::size_t begin = range.begin;
  while (begin > 0) {
    // Bounds are found at their first byte; the only one of several bytes is stepped over whole, since no other byte of it is one.
    std::size_t before = begin - 1;
    while (before > 0 && (static_cast<unsigned char>(text[before]) & 0xC0) == 0x80) --before;
    if (clause_bound_at(text, before) != 0) break;
    begin = before;
  }
  std::size_t end = range.end;
  while (end < text.size() && clause_bound_at(text, end) == 0) ++end;
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

}  // namespace caveat::text
