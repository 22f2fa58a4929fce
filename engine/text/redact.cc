#include "engine/text/redact.h"

#include <algorithm>
#include <tuple>

#include "engine/base/utf8.h"
#include "engine/text/characters.h"
#include "engine/text/graphemes.h"

namespace caveat::text {
namespace {

// Greater is stricter, in a total order, so that the outcome does not hang on the order of edits.
auto strictness(const Edit& e) {
  const int rank = 3 - static_cast<int>(e.mode);
  return std::make_tuple(rank, -(e.keep_first + e.keep_last), -static_cast<int>(e.keep_first));
}

bool stricter(const Edit& a, const Edit& b) {
  if (strictness(a) != strictness(b)) return strictness(a) > strictness(b);
  if (a.text != b.text) return a.text < b.text;
  return a.range < b.range;
}

bool counts_plain(char32_t c) {
  return is_word(c) || is_han(c) || character(c).kind == Character::Kind::other || (c >= 0x2E80 && c < 0xFE00);
}
// １, Ａ, ① and Ⅷ are digits and letters as 1 is: what they fold to tells.
bool counts(char32_t c) {
  if (counts_plain(c)) return true;
  const Character as = character(c);
  if (as.kind == Character::Kind::one) return counts_plain(as.value);
  if (as.kind != Character::Kind::many) return false;
  const std::string_view folded = expansion(as.value);
  for (std::size_t at = 0; at < folded.size();) {
    const CodePoint point = decode_utf8(folded, at);
    if (!point) return true;
    if (counts_plain(point.value)) return true;
    at += point.length;
  }
  return false;
}

// The first and last letters and digits, with what stands between them, round the mask.
void keep_some(std::string_view there, std::uint32_t first, std::uint32_t last, std::vector<Range>& letters,
               std::string& out) {
  letters.clear();
  for (std::size_t at = 0; at < there.size();) {
    const CodePoint point = decode_utf8(there, at);
    const std::size_t size = point ? point.length : 1;
    if (point && counts(point.value))
      letters.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + size)});
    at += size;
  }
  if (first + last >= letters.size()) {
    out += kMask;
    return;
  }
  if (first > 0) out += there.substr(letters[0].begin, letters[first - 1].end - letters[0].begin);
  out += kMask;
  if (last > 0) {
    const std::uint32_t from = letters[letters.size() - last].begin;
    out += there.substr(from, letters.back().end - from);
  }
}

void append_result(const Edit& edit, std::string_view there, std::vector<Range>& letters, std::string& out) {
  switch (edit.mode) {
    case Edit::Mode::label:
      out += edit.text.empty() ? kMask : edit.text;
      return;
    case Edit::Mode::keep:
      return keep_some(there, edit.keep_first, edit.keep_last, letters, out);
    case Edit::Mode::replace:
      out += edit.text;
      return;
    case Edit::Mode::full:
      break;
  }
  out += kMask;
}

constexpr std::string_view kOpen[] = {"(", "（", "[", "［", "【", "「", "『", "《", "〈", "“", "‘", "\"", "'", "{"};
constexpr std::string_view kClose[] = {")", "）", "]", "］", "】", "」", "』", "》", "〉", "”", "’", "\"", "'", "}"};
constexpr std::string_view kPause[] = {",", "，", "、", ";", "；", ":", "：", "､"};
constexpr std::string_view kStop[] = {"。", ".", "!", "！", "?", "？", "\n"};

std::string_view before(std::string_view text, std::size_t at) {
  if (at == 0) return {};
  std::size_t begin = at - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return text.substr(begin, at - begin);
}
std::string_view after(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const CodePoint point = decode_utf8(text, at);
  return text.substr(at, point ? point.length : 1);
}
template <class List>
bool is_one_of(std::string_view sign, const List& list) {
  return std::find(std::begin(list), std::end(list), sign) != std::end(list);
}
bool is_blank(std::string_view sign) { return sign == " " || sign == "\t" || sign == "\u3000" || sign == "\u00A0"; }

// [begin, end) is to go: takes with it what would stand there for nothing. Only looks at the original, from `from` to `to`.
Range with_leavings(std::string_view text, Range gone, std::uint32_t from, std::uint32_t to) {
  while (true) {
    std::size_t left = gone.begin;
    std::size_t right = gone.end;
    while (left > from && is_blank(before(text, left))) left -= before(text, left).size();
    while (right < to && is_blank(after(text, right))) right += after(text, right).size();
    const std::string_view l = left > from ? before(text, left) : std::string_view();
    const std::string_view r = right < to ? after(text, right) : std::string_view();
    const auto grown = [&](std::size_t begin, std::size_t end) {
      return Range{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    };
    const auto open = std::find(std::begin(kOpen), std::end(kOpen), l);
    if (open != std::end(kOpen) && r == kClose[open - std::begin(kOpen)]) {
      gone = grown(left - l.size(), right + r.size());
      continue;
    }
    const bool nothing_left = left == 0 || l == "\n";
    if (is_one_of(r, kPause) && (nothing_left || is_one_of(l, kPause) || is_one_of(l, kStop))) {
      gone = grown(gone.begin, right + r.size());
      continue;
    }
    if (is_one_of(l, kPause) && (right == text.size() || is_one_of(r, kStop))) {
      gone = grown(left - l.size(), gone.end);
      continue;
    }
    // Of blanks on both sides, or before a sign, those on one side stay behind alone.
    const bool blank_left = left < gone.begin;
    const bool blank_right = right > gone.end;
    if (blank_right && (blank_left || nothing_left)) return grown(gone.begin, right);
    if (blank_left && (right == text.size() || is_one_of(r, kPause) || is_one_of(r, kStop)))
      return grown(left, gone.end);
    return gone;
  }
}

// Heads of a notice, in normal form: what follows them is said as it stands. Any other words before a colon may deny it.
bool is_head(std::string_view words) {
  static constexpr std::string_view kHeads[] = {
      "提示",         "提醒",        "注意",        "请注意",           "说明",           "声明",
      "备注",         "风险",        "风险提示",    "风险提醒",         "风险揭示",       "风险披露",
      "风险说明",     "风险声明",    "重要提示",    "重要提醒",         "重要声明",       "温馨提示",
      "温馨提醒",     "特别提示",    "特别提醒",    "免责声明",         "信息披露",       "note",
      "notice",       "important",   "disclosure",  "disclaimer",       "warning",        "risk",
      "risk warning", "risk notice", "please note", "important notice", "risk disclosure"};
  return is_one_of(words, kHeads);
}

constexpr std::size_t kLongestHead = 64;  // bytes, with its brackets and blanks

bool is_list_sign(std::string_view sign) {
  constexpr std::string_view kSigns[] = {"-", "#", "•", "·", "*"};
  return is_one_of(sign, kSigns);
}

// Of a line without the blanks around it: does it begin as an item of a list does ("- ", "1. ", "2)", "3、")?
bool is_item(std::string_view line) {
  if (is_list_sign(after(line, 0))) return true;
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  return digits > 0 && digits < line.size() &&
         (line[digits] == '.' || line[digits] == ')' || line.substr(digits).starts_with("、"));
}

// Does the line at `begin` hang on an earlier one, behind a colon or a comma, that is no head: "The following is false:"? Of a list all
// items hang on the line before it. What is too far away to be looked for may be one; `cut`: `text` does not begin where it should.
bool introduced_otherwise(std::string_view text, std::size_t begin, bool cut) {
  constexpr int kLines = 32;
  const auto trimmed = [](std::string_view line) {
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    while (!line.empty() && (line.back() == ' ' || (line.back() == '*' && line.size() > 1))) line.remove_suffix(1);
    return line;
  };
  const bool item = is_item(trimmed(text.substr(begin, text.find('\n', begin) - begin)));
  for (int lines = 0; begin > 0; ++lines) {
    const std::size_t end = begin - 1;  // of the line before
    const std::size_t found = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    begin = found == std::string_view::npos ? 0 : found + 1;
    const std::string_view line = trimmed(text.substr(begin, end - begin));
    const std::string_view sign = before(line, line.size());
    if (is_one_of(sign, kPause))
      return begin == 0 && cut ? true : sign != ":" || !is_head(line.substr(0, line.size() - 1));
    if (lines >= kLines || (begin == 0 && cut && item)) return true;
    if (!line.empty() && (!item || !is_item(line))) return false;
  }
  return false;
}

// Where the sentence that goes on at `at` began, and nothing but a head of a notice or the sign of a list stands between.
bool begins_sentence(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && !is_one_of(before(text, begin), kStop)) {
    if (at - begin > kLongestHead) return false;
    begin -= before(text, begin).size();
  }
  // What lies farther off is not looked at, or a text full of places would cost the square of its length.
  constexpr std::size_t kFar = 4096;
  const std::size_t from = at > kFar ? at - kFar : 0;
  const std::string_view near = text.substr(from, std::min(at + kLongestHead, text.size()) - from);
  const std::size_t line = at == 0 ? 0 : near.rfind('\n', at - from - 1) + 1;  // npos + 1: the first
  const bool cut = from > 0;
  if ((cut && line == 0) || introduced_otherwise(near, line, cut)) return false;
  std::string_view words = text.substr(begin, at - begin);
  const auto drop_blanks = [&] {  // and what prints in bold
    while (!words.empty() && (words.front() == ' ' || words.front() == '*')) words.remove_prefix(1);
    while (!words.empty() && (words.back() == ' ' || words.back() == '*')) words.remove_suffix(1);
  };
  drop_blanks();
  while (!words.empty() && is_list_sign(after(words, 0))) words.remove_prefix(after(words, 0).size()), drop_blanks();
  if (words.empty()) return true;
  const std::string_view open = after(words, 0);
  const bool colon = words.back() == ':';
  if (colon) words.remove_suffix(1), drop_blanks();
  constexpr std::string_view kLeft[] = {"【", "[", "("}, kRight[] = {"】", "]", ")"};
  const auto left = std::find(std::begin(kLeft), std::end(kLeft), open);
  const bool boxed = left != std::end(kLeft) && words.ends_with(kRight[left - std::begin(kLeft)]);
  if (boxed) {
    words.remove_prefix(open.size());
    words.remove_suffix(kRight[left - std::begin(kLeft)].size());
    drop_blanks();
  }
  return (colon || boxed) && is_head(words);
}

// A question does not say it.
bool ends_sentence(std::string_view text, std::size_t at, bool ended) {
  if (ended) {
    const std::string_view next = after(text, at);
    const char32_t sign = decode_utf8(next, 0).value;
    return next.empty() || is_blank(next) || next == "\n" || is_han(sign) || (is_word(sign) && text[at - 1] != '.');
  }
  while (at < text.size() && text[at] == ' ') ++at;
  const std::string_view next = after(text, at);
  return next.empty() || (next != "?" && is_one_of(next, kStop));
}

// Whether a text carries another, both in normal form, as a sentence of its own: within a longer one it may be denied.
bool carries(std::string_view text, std::string_view form) {
  const bool ended = is_one_of(before(form, form.size()), kStop);
  for (std::size_t at = text.find(form); at != std::string_view::npos; at = text.find(form, at + 1)) {
    if (begins_sentence(text, at) && ends_sentence(text, at + form.size(), ended)) return true;
  }
  return false;
}

}  // namespace

void apply_edits(std::string_view original, std::span<const Edit> edits, RedactScratch& scratch, std::string& out,
                 std::vector<Edited>* edited) {
  if (edited != nullptr) edited->clear();
  out.clear();
  std::vector<Edit>& all = scratch.all;
  all.assign(edits.begin(), edits.end());
  for (Edit& edit : all) edit.range = whole_graphemes(original, edit.range);
  std::erase_if(all, [](const Edit& e) { return e.range.begin == e.range.end; });
  std::sort(all.begin(), all.end(), [](const Edit& a, const Edit& b) {
    if (a.range != b.range) return a.range < b.range;
    return stricter(a, b);
  });
  // Edits that overlap become one over all they cover; what only touches stays apart.
  std::vector<Edit>& united = scratch.united;
  united.clear();
  for (const Edit& edit : all) {
    if (!united.empty() && edit.range.begin < united.back().range.end) {
      Edit& last = united.back();
      const Range both{last.range.begin, std::max(last.range.end, edit.range.end)};
      if (stricter(edit, last)) last = edit;
      last.range = both;
    } else {
      united.push_back(edit);
    }
  }
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < united.size(); ++i) {
    const Edit& edit = united[i];
    if (edit.range.end <= at) continue;  // went with what the one before left empty
    const std::string_view there = original.substr(edit.range.begin, edit.range.end - edit.range.begin);
    std::string& text = scratch.result;
    text.clear();
    append_result(edit, there, scratch.letters, text);
    Range range{std::max(edit.range.begin, at), edit.range.end};
    if (text.empty()) {
      const std::uint32_t to =
          i + 1 < united.size() ? united[i + 1].range.begin : static_cast<std::uint32_t>(original.size());
      range = with_leavings(original, range, at, to);
    }
    out += original.substr(at, range.begin - at);
    const auto begin = static_cast<std::uint32_t>(out.size());
    out += text;
    if (edited != nullptr) edited->push_back({range, {begin, static_cast<std::uint32_t>(out.size())}});
    at = range.end;
  }
  out += original.substr(at);
}

std::string apply_edits(std::string_view original, std::span<const Edit> edits, std::vector<Edited>* edited) {
  RedactScratch scratch;
  std::string out;
  apply_edits(original, edits, scratch, out, edited);
  return out;
}

void add_disclosures(std::span<const std::string_view> at_start, std::span<const std::string_view> at_end,
                     RedactScratch& scratch, std::string& text) {
  std::string& carried = scratch.carried;
  carried = normal_form(text, scratch.normal);
  const auto adds = [&](std::string_view disclosure) {
    const std::string_view form = normal_form(disclosure, scratch.normal);
    if (form.empty() || carries(carried, form)) return false;
    carried += '\n';
    carried += form;
    return true;
  };
  std::string& out = scratch.result;
  out.clear();
  for (const std::string_view each : at_start) {
    if (!adds(each)) continue;
    out += each;
    out += '\n';
  }
  out += text;
  for (const std::string_view each : at_end) {
    if (!adds(each)) continue;
    if (!out.empty() && out.back() != '\n') out += '\n';
    out += each;
  }
  if (!out.empty() && out.back() == '\n' && (text.empty() || text.back() != '\n')) out.pop_back();
  text.swap(out);
}

std::string add_disclosures(std::string_view text, std::span<const std::string_view> at_start,
                            std::span<const std::string_view> at_end) {
  RedactScratch scratch;
  std::string all(text);
  add_disclosures(at_start, at_end, scratch, all);
  return all;
}

}  // namespace caveat::text
