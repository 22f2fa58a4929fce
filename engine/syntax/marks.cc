#include "engine/syntax/marks.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <vector>

#include "engine/base/utf8.h"
#include "engine/syntax/keywords.h"

namespace caveat::syntax {
namespace {

using L = CaveatGrammar;

// A keyword that goes on after a text: what is behind it was never meant as part of the text.
bool joins(const Spelling& s) {
  if (s.token == L::AND || s.token == L::OR || s.token == L::EN || s.token == L::ZH || s.token == L::BUT_NOT)
    return true;
  if (s.token == L::ARTICLE || s.token == L::SECTION || s.token == L::IN_FORCE_FROM || s.token == L::IN_FORCE_UNTIL)
    return true;
  if (s.kind != KeywordKind::clause) return false;
  return s.language == Language::zh || (s.token != L::FROM && s.token != L::UNTIL && s.token != L::OWNER);
}

class Line {
 public:
  explicit Line(const Marked& text) : signs_(text.signs), bytes_(text.bytes), begin_(text.begin), end_(text.line_end) {}
  std::size_t end() const { return end_; }
  char shown(std::size_t i) const { return signs_.shown[i]; }
  std::string_view text(std::size_t from, std::size_t to) const {
    return bytes_.substr(signs_.offsets[from], signs_.offsets[to] - signs_.offsets[from]);
  }
  std::string_view sign(std::size_t i) const { return text(i, i + 1); }
  bool blank(std::size_t i) const { return shown(i) == ' ' || shown(i) == '\t'; }
  bool parts(std::size_t i) const { return blank(i) || shown(i) == ',' || shown(i) == ';'; }

  // As a closing mark stands: right behind a word, with a blank, a comma or a bracket behind it.
  bool closes(std::size_t i) const {
    if (i == begin_ || i == begin_ + 1 || parts(i - 1) || opens_bracket(i - 1)) return false;
    return i + 1 >= end_ || parts(i + 1) || shown(i + 1) == ')' || shown(i + 1) == ']';
  }
  // As an opening mark stands: behind a blank, a comma or a bracket, right before a word.
  bool opens(std::size_t i) const {
    if (i > 0 && shown(i - 1) != '\n' && shown(i - 1) != '\r' && !parts(i - 1) && !opens_bracket(i - 1) &&
        shown(i - 1) != ':')
      return false;
    return i + 1 < end_ && !parts(i + 1) && shown(i + 1) != ')' && shown(i + 1) != ']' && shown(i + 1) != 3;
  }
  const Spelling* joint_at(std::size_t i, std::size_t limit) const;
  std::optional<std::size_t> cut(std::size_t limit, bool at_a_mark, bool prose) const;
  bool mark(std::size_t i) const {
    return shown(i) == '"' || sign(i) == "“" || sign(i) == "”" || sign(i) == "「" || sign(i) == "」";
  }
  // What follows a text: the end of the line, a comma or a bracket, a blank and a keyword that goes on.
  bool ends_before(std::size_t i) const {
    if (i >= end_ || shown(i) == ')' || shown(i) == ']') return true;
    if (!parts(i)) return false;
    std::size_t next = i;
    while (next < end_ && parts(next)) ++next;
    return !blank(i) || next >= end_ || joint_at(next, end_) != nullptr;
  }
  std::optional<Slip> twice() const;
  std::optional<Slip> quoted_within(std::size_t end) const;
  std::optional<Slip> extra(bool closed) const;

 private:
  bool opens_bracket(std::size_t i) const { return shown(i) == '(' || shown(i) == '['; }
  std::optional<std::size_t> last_comparison(std::size_t limit) const;
  std::size_t back_over_parts(std::size_t i) const {
    while (i > begin_ + 1 && parts(i - 1)) --i;
    return i;
  }

  const StandIns& signs_;
  std::string_view bytes_;
  std::size_t begin_, end_;
};

// The longest keyword that begins at `i`, behind a blank or a comma, if it is one that goes on after a text.
const Spelling* Line::joint_at(std::size_t i, std::size_t limit) const {
  if (i == 0 || !parts(i - 1) || parts(i)) return nullptr;
  std::size_t stop = i;
  while (stop < limit && !parts(stop) && shown(stop) != '(' && shown(stop) != ':' && shown(stop) != '"' &&
         shown(stop) != 0x0E)
    ++stop;
  for (const Spelling* s : spellings_from(text(i, stop))) {
    const std::size_t bytes_left = signs_.offsets[limit] - signs_.offsets[i];
    if (s->text.size() > bytes_left || bytes_.substr(signs_.offsets[i], s->text.size()) != s->text) continue;
    return joins(*s) ? s : nullptr;
  }
  return nullptr;
}

// Where the last comparison stands: “terms and conditions” holds none, “collection and now is between” does.
std::optional<std::size_t> Line::last_comparison(std::size_t limit) const {
  for (std::size_t i = limit; i-- > begin_;) {
    if (i > 0 && (!parts(i - 1) || parts(i))) continue;
    if (shown(i) == '<' || shown(i) == '>' || shown(i) == '=') return i;
    std::size_t stop = i;
    while (stop < limit && !parts(stop) && shown(stop) != '(') ++stop;
    for (const Spelling* s : spellings_from(text(i, stop)))
      if (s->kind == KeywordKind::compare && s->words.size() == 1) return i;
  }
  return std::nullopt;
}

// ““保本””, ""cannot lose"": two pairs of marks round one text.
std::optional<Slip> Line::twice() const {
  const std::size_t from = begin_ + 2;
  if (from >= end_ || shown(begin_ + 1) != shown(begin_) || sign(begin_ + 1) != sign(begin_) || parts(from))
    return std::nullopt;
  const std::string_view opener = sign(begin_);
  const std::string closer(closer_of(opener));
  std::size_t close = from;
  while (close < end_ && !mark(close)) ++close;
  if (close == from || close + 1 >= end_ || sign(close) != closer || sign(close + 1) != closer ||
      !ends_before(close + 2))
    return std::nullopt;
  return Slip{close + 2, Slip::Kind::twice,
              Slip::Offer{signs_.offsets[begin_], signs_.offsets[close + 2],
                          std::string(opener) + std::string(text(from, close)) + closer}};
}

// "he said "cannot lose"", "他说"保本"": a quotation in the marks of the text. `end`: behind the mark that closed it.
std::optional<Slip> Line::quoted_within(std::size_t end) const {
  const std::size_t inner = end - 1;
  if (end >= end_ || inner <= begin_ + 1 || parts(end) || opens_bracket(end) || mark(end)) return std::nullopt;
  const bool apart = blank(inner - 1);
  if (apart && shown(back_over_parts(inner)) == ',') return std::nullopt;  // "a, "b""
  std::size_t close = end;
  while (close < end_ && !mark(close) && !(parts(close) && (!apart || !blank(close)))) ++close;
  if (close + 1 >= end_ || shown(close) != '"' || shown(close + 1) != '"' || !ends_before(close + 2))
    return std::nullopt;
  return Slip{close + 2, Slip::Kind::quoted_within,
              Slip::Offer{signs_.offsets[begin_], signs_.offsets[close + 2],
                          std::string(text(begin_, inner)) + "\"\"" + std::string(text(end, close)) + "\"\"\""}};
}

// “保本””, "risk"": one mark more than the text has, since nothing in it is quoted.
std::optional<Slip> Line::extra(bool closed) const {
  const std::string closer(closer_of(sign(begin_)));
  std::size_t close = begin_ + 1;
  while (close < end_ && !mark(close)) ++close;
  if (close == begin_ + 1 || close + 1 >= end_ || sign(close) != closer || sign(close + 1) != closer)
    return std::nullopt;
  if (!ends_before(close + 2)) return std::nullopt;
  if (closed) {  // by a mark further on: what stands between is rule text, or a comma and the mark of another text
    std::size_t next = close + 2;
    while (next < end_ && parts(next)) ++next;
    const bool another = next < end_ && mark(next) && sign(next) == sign(begin_) && opens(next);
    if (!another && (next >= end_ || joint_at(next, end_) == nullptr)) return std::nullopt;
  }
  return Slip{close + 2, Slip::Kind::extra, Slip::Offer{signs_.offsets[close], signs_.offsets[close + 2], closer}};
}

// Where the text ends that runs on until `limit`: before the first word that goes on with the rule, or before the comma. Nothing
// where that is a guess.
std::optional<std::size_t> Line::cut(std::size_t limit, bool at_a_mark, bool prose) const {
  struct Joint {
    std::size_t at;
    const Spelling* spelling;
  };
  std::vector<Joint> joints;
  for (std::size_t i = begin_ + 1; i < limit && shown(begin_) == 0x12; ++i) {  // 《办法 第三条
    if (!blank(i - 1) || sign(i) != "第") continue;
    limit = i;
    at_a_mark = false;
  }
  const std::optional<std::size_t> comparison = last_comparison(limit);
  for (std::size_t i = begin_ + 1; i < limit && joints.size() < 8; ++i) {
    const Spelling* s = joint_at(i, limit);
    if (s == nullptr) continue;
    std::size_t behind = i;
    while (signs_.offsets[behind] < signs_.offsets[i] + s->text.size()) ++behind;
    std::size_t rest = behind;
    while (rest < limit && parts(rest)) ++rest;
    if (rest == limit && !at_a_mark) continue;  // “now and then”
    const bool english = s->language == Language::en;
    if (english && (s->token == L::AND || s->token == L::OR) && rest < limit && comparison < rest) continue;
    joints.push_back({i, s});
  }
  std::size_t at = limit;
  const std::size_t before = back_over_parts(limit);
  const bool listed = at_a_mark && std::any_of(signs_.shown.begin() + static_cast<std::ptrdiff_t>(before),
                                               signs_.shown.begin() + static_cast<std::ptrdiff_t>(limit),
                                               [](char c) { return c == ',' || c == ';'; });
  if (!joints.empty() && prose) {  // “… ” and then en, zh: the other language's text begins
    const Joint& last = joints.back();
    const bool tag = last.spelling->token == L::EN || last.spelling->token == L::ZH;
    std::size_t behind = last.at;
    while (signs_.offsets[behind] < signs_.offsets[last.at] + last.spelling->text.size()) ++behind;
    while (behind < limit && parts(behind)) ++behind;
    const bool logic_only = std::all_of(joints.begin(), joints.end(),
                                        [](const Joint& j) { return j.spelling->kind == KeywordKind::logic; });
    if (at_a_mark && tag && behind == limit) {
      at = last.at;
    } else if (at_a_mark || !logic_only) {
      return std::nullopt;
    }
  } else if (!joints.empty()) {
    if (listed) return std::nullopt;
    const bool chinese = joints.front().spelling->language == Language::zh;
    if (joints.size() > 1 && !chinese) return std::nullopt;
    at = joints.front().at;
  } else if (at_a_mark && !listed) {
    return std::nullopt;
  }
  at = back_over_parts(at);
  // The bracket that was opened before the text.
  std::size_t depth = 0, unmatched = at;
  for (std::size_t i = begin_ + 1; i < at; ++i) {
    if (shown(i) == '(') ++depth;
    if (shown(i) != ')') continue;
    if (depth == 0) {
      unmatched = i;
      break;
    }
    --depth;
  }
  if (unmatched != at) {
    if (unmatched + 1 != at &&
        !std::all_of(signs_.shown.begin() + static_cast<std::ptrdiff_t>(unmatched),
                     signs_.shown.begin() + static_cast<std::ptrdiff_t>(at), [](char c) { return c == ')'; }))
      return std::nullopt;
    at = back_over_parts(unmatched);
  }
  for (std::size_t i = begin_ + 1; i < at; ++i)
    if (shown(i) == '#' && blank(i - 1)) return std::nullopt;  // a remark stands behind it
  if (at <= begin_ + 1) return std::nullopt;
  return at;
}

}  // namespace

std::string_view closer_of(std::string_view opener) {
  return opener == "“" ? "”" : opener == "「" ? "」" : opener == "《" ? "》" : opener == "＂" ? "＂" : "\"";
}

Ends ends_of(std::string_view typed) {
  constexpr std::array<std::string_view, 15> kClosers = {"\"", "＂", "”",  "」", "》", "“",  "‘", "’",
                                                         "'",  "』", "〉", "»",  "›",  "〞", "〟"};
  const std::size_t open = decode_utf8(typed, 0).length;
  const auto close = std::find_if(kClosers.begin(), kClosers.end(), [&](std::string_view mark) {
    return typed.size() >= open + mark.size() && typed.ends_with(mark);
  });
  const std::size_t last = close == kClosers.end() ? 0 : close->size();
  return {typed.substr(0, open), typed.substr(open, typed.size() - open - last), typed.substr(typed.size() - last)};
}

std::optional<Slip> slip_of_marks(const Marked& text, std::size_t end, bool closed, bool prose) {
  const Line line(text);
  const std::size_t begin = text.begin;
  const std::string_view opener = line.sign(begin);
  const std::string closer(closer_of(opener));
  const bool straight = line.shown(begin) == '"', curly = opener == "“";
  if (straight && closed && end > begin + 1) {
    if (auto slip = end == begin + 2 ? line.twice() : line.quoted_within(end)) return slip;
  }
  if (!prose) {
    if (auto slip = line.extra(closed)) return slip;
  }
  const std::size_t stop = closed ? end - 1 : line.end();  // of what stands within
  const auto offer = [&](std::size_t from, std::size_t to) {
    return Slip::Offer{text.signs.offsets[from], text.signs.offsets[to], closer};
  };
  const auto replaced = [&](std::size_t at) { return Slip{at + 1, Slip::Kind::other_mark, offer(at, at + 1)}; };
  // A single mark there is one of the wrong kind: "risk-free', "sure"
  const auto closed_at = [&](std::size_t at, Slip::Kind kind) {
    bool quotes = false;
    for (std::size_t i = begin + 1; i + 1 < at; ++i) quotes |= line.sign(i) == "‘" || line.sign(i) == "'";
    const std::string_view last = line.sign(at - 1);
    const bool single = at > begin + 2 && !quotes && (last == "‘" || last == "’" || last == "'");
    return single ? replaced(at - 1) : Slip{at, kind, offer(at, at)};
  };
  const auto closed_before = [&](std::size_t mark) {
    const auto at = line.cut(mark, true, prose);
    return at ? closed_at(*at, Slip::Kind::another_begins) : Slip{mark, Slip::Kind::another_begins, std::nullopt};
  };
  // Marks within that pair are a quotation; ”” is the sign for one ”.
  std::size_t opened = 0, doubled = 0, open = 0, first_single = 0;
  std::optional<std::size_t> unmatched;  // in a text between straight marks, of the curly ones
  for (std::size_t i = begin + 1; i < stop; ++i) {
    const std::string_view sign = line.sign(i);
    if (sign == "“") {
      ++opened;
      ++open;
      if (open == 1) first_single = i;
    } else if (sign == "”") {
      if (curly) ++doubled;
      if (open > 0) {
        --open;
      } else if (!unmatched) {
        unmatched = i;
      }
    }
  }
  if (open > 0 && !unmatched) unmatched = first_single;
  doubled /= 2;
  if (curly && (!closed || opened > doubled)) {
    if (auto slip = line.twice()) return slip;
  }
  if (stop == begin + 2 && closed) return std::nullopt;  // the text is that one mark
  if (curly && closed && opened <= doubled) {
    // “甲"、"乙”: a straight mark that closes, and behind the comma one that opens.
    for (std::size_t i = begin + 1; i < stop; ++i) {
      if (line.shown(i) != '"') continue;
      std::size_t next = i + 1;
      while (next < stop && line.parts(next)) ++next;
      const bool another = next > i + 1 && next < stop && line.shown(next) == '"' && line.opens(next);
      if (line.closes(i) && another) return replaced(i);
      return std::nullopt;
    }
    return std::nullopt;
  }
  // Behind a mark that closes stands a comma, another text, or what goes on with the rule: not so in 5” wide, customers' money.
  const auto ends_the_text = [&](std::size_t i, bool sure) {
    if (!line.closes(i)) return false;
    std::size_t next = i + 1;
    while (next < line.end() && line.parts(next)) ++next;
    if (next >= line.end()) return !closed;
    if (line.shown(next) == '"' || line.shown(next) == 0x0E) return true;
    if (!line.blank(i + 1) && sure) return true;
    const Spelling* joint = line.joint_at(next, line.end());
    return joint != nullptr && (!prose || joint->kind == KeywordKind::tag || joint->kind == KeywordKind::clause);
  };
  if (straight && closed) {
    // "a, "b": the mark that closed it opens the next.
    const bool goes_on = end < line.end() && line.opens(end - 1) && !line.closes(end - 1);
    if (unmatched && ends_the_text(*unmatched, false)) return replaced(*unmatched);
    if (goes_on) return closed_before(end - 1);
    return std::nullopt;
  }
  if (closed && !curly) return std::nullopt;  // 「」, 《》
  if (curly && !closed && doubled > 0 && opened <= doubled)
    return Slip{line.end(), Slip::Kind::open, offer(line.end(), line.end())};
  bool doubtful = false, corner = false;
  std::size_t tries = 8;  // each reads the line
  for (std::size_t i = begin + 1; i < stop; ++i) {
    const std::string_view sign = line.sign(i);
    const bool other = (sign == "“" || sign == "”" || sign == "「" || line.shown(i) == '"') && sign != closer;
    const bool single = sign == "‘" || sign == "’" || sign == "'";
    if (!other && !single && (sign != "」" || corner)) continue;
    corner |= sign == "「";
    if (straight && other && unmatched && i < *unmatched) continue;
    if (line.closes(i)) {
      if (ends_the_text(i, true)) return replaced(i);
      doubtful |= other;
    } else if (other && line.opens(i) && !prose) {
      return closed_before(i);
    } else if (other && line.opens(i) && tries > 0) {
      --tries;
      const Slip slip = closed_before(i);
      if (slip.offer) return slip;
    }
  }
  if (closed) {  // “he said “yes” and left”: as far as it may have been meant
    std::size_t last = line.end();
    while (prose && last > end && line.sign(last - 1) != closer) --last;
    return Slip{prose ? last : end, Slip::Kind::another_begins, std::nullopt};
  }
  // A mark that closes what nothing opened: cannot lose"
  const bool closes_a_word = begin > 0 && line.shown(begin - 1) != '\n' && line.shown(begin - 1) != '\r' &&
                             line.shown(begin - 1) != ':' && line.shown(begin - 1) != '(' && !line.parts(begin - 1);
  if (straight && closes_a_word) return Slip{line.end(), Slip::Kind::open, std::nullopt};
  const auto at = opened > doubled || doubtful ? std::nullopt : line.cut(line.end(), false, prose);
  if (!at) return Slip{line.end(), Slip::Kind::open, std::nullopt};
  return closed_at(*at, Slip::Kind::open);
}

std::optional<Slip> slip_of_turned_marks(const Marked& mark) {
  const Line line(mark);
  const std::size_t at = mark.begin;
  if (!line.opens(at)) return std::nullopt;
  const std::string opener = line.sign(at) == "'" ? "\"" : "“", closer(closer_of(opener));
  for (std::size_t i = at + 1; i < line.end(); ++i) {
    const std::string_view sign = line.sign(i);
    const bool single = line.sign(at) != "”" && (sign == "‘" || sign == "’" || sign == "'");
    if (!single && sign != "“" && sign != "”" && line.shown(i) != '"') continue;
    if (single && !line.closes(i)) continue;  // it's
    if (!line.closes(i)) return std::nullopt;
    return Slip{i + 1, Slip::Kind::turned,
                Slip::Offer{mark.signs.offsets[at], mark.signs.offsets[i + 1],
                            opener + std::string(line.text(at + 1, i)) + closer}};
  }
  return std::nullopt;
}

}  // namespace caveat::syntax
