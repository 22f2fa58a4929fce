#include "tests/reference/texts.h"

#include <algorithm>
#include <initializer_list>
#include <regex>

namespace caveat::twin {
namespace {

bool is_blank(char32_t c) { return c == U' ' || c == U'\t' || c == 0x3000 || c == 0xA0; }
bool is_line(char32_t c) { return c == U'\n' || c == U'\r'; }
bool is_han(char32_t c) { return c >= 0x4E00 && c <= 0x9FFF; }
bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_latin(char32_t c) { return is_digit(c) || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c == U'_'; }

char32_t folded(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFF01 - 0x21;
  if (c >= U'A' && c <= U'Z') c += 32;
  if (c == 0x2019 || c == 0x2018) return U'\'';
  return c == 0x2011 || c == 0x2010 ? U'-' : c;
}

Signs written(const std::string& text) {  // nothing folded
  Signs all;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
    const std::size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
    char32_t c = size == 1 ? byte(0) : byte(0) & (0xFFu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) c = c << 6 | (byte(i) & 0x3F);
    all.push_back({c, at, at + size});
    at += size;
  }
  return all;
}
std::string bytes(const std::u32string& text) {
  std::string out;
  for (const char32_t c : text) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      out += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
              static_cast<char>(0x80 | (c & 0x3F))};
    }
  }
  return out;
}
std::u32string text_of(const Signs& signs) {
  std::u32string out;
  for (const Sign& one : signs) out += one.is;
  return out;
}
std::u32string trimmed(std::u32string text) {
  while (!text.empty() && (is_blank(text.front()) || is_line(text.front()))) text.erase(0, 1);
  while (!text.empty() && (is_blank(text.back()) || is_line(text.back()))) text.pop_back();
  return text;
}

// A figure goes on over a point between digits, and over a comma before three of them.
bool within_figure(const Signs& text, std::size_t point) {
  const auto digit = [&](std::size_t at) { return at < text.size() && is_digit(text[at].is); };
  if (point == 0 || !digit(point - 1) || !digit(point + 1)) return false;
  return text[point].is == U'.' ||
         (text[point].is == U',' && digit(point + 2) && digit(point + 3) && !digit(point + 4));
}
// A full stop only where it is none of a figure or a name.
bool ends_clause(const Signs& text, std::size_t at) {
  const char32_t c = text[at].is;
  if (c == U'.') return at + 1 == text.size() || !(is_latin(text[at + 1].is) || text[at + 1].is == U'.');
  return c == U';' || c == U'!' || c == U'?' || c == U'。' || c == U'\n' || (c == U',' && !within_figure(text, at));
}
bool on_bounds(const Signs& text, std::size_t begin, std::size_t end) {
  if (begin > 0 && is_latin(text[begin].is)) {
    if (is_latin(text[begin - 1].is)) return false;
    if (is_digit(text[begin].is) && within_figure(text, begin - 1)) return false;
  }
  if (end < text.size() && is_latin(text[end - 1].is)) {
    if (is_latin(text[end].is)) return false;
    if (is_digit(text[end - 1].is) && within_figure(text, end)) return false;
  }
  return true;
}
std::vector<Stretch> plainly(const Signs& text, const std::u32string& phrase) {
  std::vector<Stretch> all;
  const std::u32string whole = text_of(text);
  for (std::size_t at = 0; !phrase.empty() && at + phrase.size() <= whole.size(); ++at)
    if (whole.compare(at, phrase.size(), phrase) == 0 && on_bounds(text, at, at + phrase.size()))
      all.push_back({at, at + phrase.size()});
  return all;
}

}  // namespace

Signs signs_of(const std::string& text) {
  Signs all;
  for (Sign one : written(text)) {
    if (one.is == 0x200B) continue;
    one.is = folded(one.is);
    const bool blank = is_blank(one.is), line = is_line(one.is);
    if (blank || line) one.is = line ? U'\n' : U' ';
    if ((blank || line) && !all.empty() && (all.back().is == U' ' || all.back().is == U'\n')) {
      if (line) all.back().is = U'\n';
      all.back().end = one.end;
      continue;
    }
    all.push_back(one);
  }
  Signs out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool between = i > 0 && i + 1 < all.size() && is_han(all[i - 1].is) && is_han(all[i + 1].is);
    if (all[i].is == U' ' && between) continue;
    out.push_back(all[i]);
  }
  return out;
}

std::u32string form_of(const std::string& text) { return trimmed(text_of(signs_of(text))); }

std::vector<Stretch> stands(const Signs& text, const std::string& phrase) {
  const std::string gap = "…";
  const std::size_t at = phrase.find(gap);
  if (at == std::string::npos) return plainly(text, form_of(phrase));
  std::vector<Stretch> all;
  const std::vector<Stretch> heads = plainly(text, form_of(phrase.substr(0, at)));
  const std::vector<Stretch> tails = plainly(text, form_of(phrase.substr(phrase.rfind(gap) + gap.size())));
  for (const Stretch& head : heads) {
    for (const Stretch& tail : tails) {
      if (tail.begin < head.end) continue;
      bool parted = tail.begin - head.end > 12;
      for (std::size_t i = head.end; i < tail.begin; ++i) parted = parted || ends_clause(text, i);
      if (parted) break;
      all.push_back({head.begin, tail.end});
      break;  // the nearest
    }
  }
  return all;
}

std::vector<Stretch> matches(const Signs& text, const std::string& pattern) {
  std::string flat;
  std::vector<std::size_t> sign_at;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string one = bytes({text[i].is});
    flat += one;
    sign_at.insert(sign_at.end(), one.size(), i);
  }
  sign_at.push_back(text.size());
  std::vector<Stretch> all;
  const std::regex compiled(pattern);
  for (std::sregex_iterator at(flat.begin(), flat.end(), compiled), end; at != end; ++at) {
    const auto begin = static_cast<std::size_t>(at->position());
    all.push_back({sign_at[begin], sign_at[begin + static_cast<std::size_t>(at->length())]});
  }
  return all;
}

Stretch clause_at(const Signs& text, std::size_t at) {
  Stretch clause{at, at};
  while (clause.begin > 0 && !ends_clause(text, clause.begin - 1)) --clause.begin;
  while (clause.end < text.size() && !ends_clause(text, clause.end)) ++clause.end;
  return clause;
}

Stretch bytes_of(const Signs& text, const Stretch& signs) { return {text[signs.begin].begin, text[signs.end - 1].end}; }

// ---- what becomes of them

std::vector<Mark> united(std::vector<Mark> marks) {
  const auto overlap = [](const Mark& a, const Mark& b) {
    return a.part == b.part && a.begin < b.end && b.begin < a.end;
  };
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < marks.size() && !again; ++i) {
      for (std::size_t k = i + 1; k < marks.size() && !again; ++k) {
        if (!overlap(marks[i], marks[k])) continue;
        Mark both = std::min(marks[i].mode, marks[k].mode) == marks[i].mode ? marks[i] : marks[k];
        if (marks[i].mode == marks[k].mode) {
          both.first = std::min(marks[i].first, marks[k].first);
          both.last = std::min(marks[i].last, marks[k].last);
          both.text = std::min(marks[i].text, marks[k].text);
        }
        both.begin = std::min(marks[i].begin, marks[k].begin);
        both.end = std::max(marks[i].end, marks[k].end);
        marks[i] = both;
        marks.erase(marks.begin() + static_cast<std::ptrdiff_t>(k));
        again = true;
      }
    }
  }
  std::sort(marks.begin(), marks.end(),
            [](const Mark& a, const Mark& b) { return std::pair(a.part, a.begin) < std::pair(b.part, b.begin); });
  return marks;
}

std::string masked(const std::string& text, Part part, std::size_t begin, std::size_t end,
                   const std::vector<Mark>& by) {
  std::string out;
  for (std::size_t at = begin; at < end;) {
    const auto mark = std::find_if(
        by.begin(), by.end(), [&](const Mark& one) { return one.part == part && one.begin <= at && at < one.end; });
    if (mark == by.end()) {
      out += text[at++];
      continue;
    }
    out += mark->text.empty() ? "***" : mark->text;
    at = mark->end;
  }
  return out;
}

namespace {

std::string kept(const std::string& there, int first, int last) {
  const Signs signs = written(there);
  std::vector<std::size_t> letters;
  for (std::size_t i = 0; i < signs.size(); ++i) {
    const char32_t c = folded(signs[i].is);
    if ((is_latin(c) && c != U'_') || is_han(c)) letters.push_back(i);
  }
  if (static_cast<std::size_t>(first + last) >= letters.size()) return "***";
  std::string out;
  if (first > 0) {
    const std::size_t end = signs[letters[static_cast<std::size_t>(first) - 1]].end;
    out += there.substr(signs[letters[0]].begin, end - signs[letters[0]].begin);
  }
  out += "***";
  if (last > 0) {
    const std::size_t begin = signs[letters[letters.size() - static_cast<std::size_t>(last)]].begin;
    out += there.substr(begin, signs[letters.back()].end - begin);
  }
  return out;
}

constexpr char32_t kGone = 1;
const std::u32string kOpens = U"(（[【“「", kCloses = U")）]】”」", kPauses = U",，、;；:：", kStops = U"。.!！?？";
bool in(const std::u32string& all, char32_t c) { return all.find(c) != std::u32string::npos; }

// One thing that a removed place leaves behind; nothing: it is clean.
bool cleans(std::u32string& text) {
  for (std::size_t at = text.find(kGone); at != std::u32string::npos; at = text.find(kGone, at + 1)) {
    std::size_t left = at, right = at + 1;  // [left, right): the place and the blanks around it
    while (left > 0 && is_blank(text[left - 1])) --left;
    while (right < text.size() && is_blank(text[right])) ++right;
    const bool begins = left == 0 || text[left - 1] == U'\n', ends = right == text.size() || text[right] == U'\n';
    const char32_t l = left == 0 ? U'\n' : text[left - 1], r = right == text.size() ? U'\n' : text[right];
    const bool after_stop = begins || in(kStops, l), before_stop = ends || in(kStops, r);
    const auto without = [&](std::size_t from, std::size_t size) {
      text.erase(from, size);
      return true;
    };
    if (r == kGone) return without(at + 1, right - at);
    if (in(kOpens, l) && r == kCloses[kOpens.find(l)]) {
      text.replace(left - 1, right + 1 - (left - 1), 1, kGone);
      return true;
    }
    const bool starts = after_stop || in(kOpens, l), stops = before_stop || in(kCloses, r);
    if (in(kPauses, r) && (starts || in(kPauses, l))) return without(at + 1, right - at);
    if (in(kPauses, l) && stops) return without(left - 1, at - (left - 1));
    if (in(kStops, r) && starts) return without(at + 1, right - at);  // a sentence of nothing
    if (begins && ends && (left > 0 || right < text.size())) {        // a line of nothing
      const std::size_t from = right < text.size() ? left : left - 1, to = std::min(right + 1, text.size());
      text.replace(from, to - from, 1, kGone);
      return true;
    }
    const bool blank_left = left<at, blank_right = right> at + 1;
    if (blank_right && (blank_left || begins)) return without(at + 1, right - at - 1);
    if (blank_left && (before_stop || in(kPauses, r))) return without(left, at - left);
  }
  return false;
}

}  // namespace

std::string changed(const std::string& text, const std::vector<Mark>& marks) {
  std::u32string out;
  std::size_t at = 0;
  const auto append = [&](const std::string& more) {
    for (const Sign& one : written(more)) out += one.is;
  };
  for (const Mark& mark : united(marks)) {
    append(text.substr(at, mark.begin - at));
    const std::string there = text.substr(mark.begin, mark.end - mark.begin);
    const std::string now = mark.mode == Mark::replace ? mark.text
                            : mark.mode == Mark::keep  ? kept(there, mark.first, mark.last)
                            : mark.text.empty()        ? "***"
                                                       : mark.text;
    now.empty() ? void(out += kGone) : append(now);
    at = mark.end;
  }
  append(text.substr(at));
  while (cleans(out)) {
  }
  std::erase(out, kGone);
  return bytes(out);
}

bool says_nothing(const std::string& text) {
  const Signs all = written(text);
  return std::all_of(all.begin(), all.end(), [](const Sign& one) {
    return is_blank(one.is) || is_line(one.is) || in(kOpens, one.is) || in(kCloses, one.is) || in(kPauses, one.is) ||
           in(kStops, one.is);
  });
}

namespace {

bool begins_with_any(const std::u32string& text, std::initializer_list<const char32_t*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char32_t* word) { return text.starts_with(word); });
}
bool holds_any(const std::u32string& text, std::initializer_list<const char32_t*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char32_t* word) { return text.find(word) != std::u32string::npos; });
}

// Does a sentence behind say that it is not so?
bool taken_back(std::u32string behind) {
  const auto begins = [](const std::u32string& text) { return text.find_first_not_of(U" \n。.!?-"); };
  for (bool next = true; begins(behind) != std::u32string::npos; next = false) {
    behind.erase(0, begins(behind));
    const std::size_t end = std::min(behind.find_first_of(U"。.!?\n"), behind.size() - 1);
    const std::u32string sentence = behind.substr(0, end + 1);
    behind.erase(0, end + 1);
    const bool untrue = holds_any(sentence, {U"不实", U"谣言", U"false", U"not true"});
    if (untrue && holds_any(sentence, {U"以上", U"the above"})) return true;
    if (untrue && next && begins_with_any(sentence, {U"that ", U"they "})) return true;
  }
  return false;
}

bool carried(const std::u32string& text, const std::u32string& form) {
  const bool ended = form.back() == U'。' || form.back() == U'.';
  for (std::size_t at = text.find(form); at != std::u32string::npos; at = text.find(form, at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && !in(U"。.!?\n", text[begin - 1])) --begin;
    const std::u32string before = trimmed(text.substr(begin, at - begin));
    if (!before.empty() && before != U"风险提示:" && before != U"note:" && before != U"-") continue;
    const std::size_t line = text.rfind(U'\n', at) == std::u32string::npos ? 0 : text.rfind(U'\n', at) + 1;
    if (line > 0) {  // what ends in a colon or a comma goes on there
      std::u32string above = trimmed(text.substr(0, line));
      while (!above.empty() && (above.back() == U'*' || above.back() == U' ')) above.pop_back();  // in bold
      if (!above.empty() && in(kPauses, above.back())) continue;
    }
    const std::u32string behind = text.substr(at + form.size());
    const std::u32string next = ended ? behind : trimmed(behind);
    if (!ended && !next.empty() && behind.front() != U'\n' && !in(U"。.!\n", next.front())) continue;
    const bool goes_on = !next.empty() && !is_blank(next.front()) && next.front() != U'\n' && !is_han(next.front()) &&
                         (!is_latin(next.front()) || form.back() == U'.');
    if (ended && goes_on) continue;
    if (!taken_back(!ended && !next.empty() && in(U"。.!", next.front()) ? next.substr(1) : next)) return true;
  }
  return false;
}

}  // namespace

std::string with_disclosures(const std::string& text, std::vector<Disclosed>& all) {
  const std::u32string said = form_of(text);
  std::string start, end;
  for (const bool at_start : {true, false}) {
    for (Disclosed& one : all) {
      const std::u32string form = form_of(one.text);
      const bool again = std::any_of(
          all.begin(), all.end(), [&](const Disclosed& other) { return other.added && form_of(other.text) == form; });
      if (one.at_start != at_start || form.empty() || again || carried(said, form)) continue;
      one.added = true;
      (at_start ? start : end) += at_start ? one.text + "\n" : "\n" + one.text;
    }
  }
  if ((start + text).empty() || (start + text).ends_with('\n')) end.erase(0, 1);  // a line of its own is enough
  std::string all_said = start + text + end;
  if (!end.empty() && all_said.ends_with('\n') && !text.ends_with('\n')) all_said.pop_back();
  return all_said;
}

}  // namespace caveat::twin
