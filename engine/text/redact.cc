#include "engine/text/redact.h"

#include <algorithm>
#include <tuple>

#include "engine/base/utf8.h"
#include "engine/text/characters.h"
#include "engine/text/cues.h"
#include "engine/text/graphemes.h"
#include "engine/text/redact_inside.h"
#include "engine/text/scan.h"

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
bool is_ascii_digit(std::string_view sign) { return sign.size() == 1 && sign[0] >= '0' && sign[0] <= '9'; }
bool is_blank(std::string_view sign) { return sign == " " || sign == "\t" || sign == "\u3000" || sign == "\u00A0"; }

// From `text`, in which something was removed at each of `gone`, takes what stands there for nothing. Looks at what is left on either
// side, so that what several removals leave together goes too; each sign is taken or passed once.
void without_leavings(std::string_view text, std::span<const std::size_t> gone, std::string& out) {
  out.assign(text.substr(0, gone.front()));
  std::size_t at = gone.front();
  for (std::size_t i = 0; i < gone.size();) {
    ++i;
    while (true) {
      const std::size_t next = i < gone.size() ? gone[i] : text.size();
      std::size_t left = out.size(), right = at;
      while (left > 0 && is_blank(before(out, left))) left -= before(out, left).size();
      while (right < next && is_blank(after(text, right))) right += after(text, right).size();
      if (i < gone.size() && right == next) {  // the next place is all that stands between
        at = right;
        ++i;
        continue;
      }
      const std::string_view l = before(out, left), r = after(text, right);
      const bool begins = l.empty() || l == "\n", ends = r.empty() || r == "\n";
      const auto open = std::find(std::begin(kOpen), std::end(kOpen), l);
      if (open != std::end(kOpen) && r == kClose[open - std::begin(kOpen)]) {
        at = right + r.size();
        out.resize(left - l.size());
        continue;
      }
      const bool after_end = begins || is_one_of(l, kStop) || (open != std::end(kOpen) && l != "\"" && l != "'");
      const bool closes = is_one_of(r, kClose) && r != "\"" && r != "'";
      const bool figure = r == "." && is_ascii_digit(after(text, right + 1));
      if ((is_one_of(r, kPause) && (after_end || is_one_of(l, kPause))) ||
          (is_one_of(r, kStop) && r != "\n" && !figure && after_end)) {
        at = right + r.size();
        continue;
      }
      if (is_one_of(l, kPause) && (ends || closes || is_one_of(r, kStop))) {
        out.resize(left - l.size());
        continue;
      }
      if (begins && ends && !(l.empty() && r.empty())) {  // a line of nothing
        at = right + r.size();
        out.resize(r.empty() ? left - l.size() : left);
        continue;
      }
      // Of blanks on both sides, or before a sign, those on one side stay behind alone.
      const bool blank_left = left<out.size(), blank_right = right> at;
      if (blank_right && (blank_left || begins)) at = right;
      if (blank_left && (ends || is_one_of(r, kPause) || is_one_of(r, kStop))) out.resize(left);
      break;
    }
    const std::size_t next = i < gone.size() ? gone[i] : text.size();
    out += text.substr(at, next - at);
    at = next;
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
  if (words.find(kMask) != std::string_view::npos) return false;  // what is masked may have denied it
  const auto drop_blanks = [&] {                                  // and what prints in bold
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

bool holds(std::string_view sentence, std::string_view words) {
  std::size_t left = sentence.size() + 1;
  return find_phrase(sentence, words, 0, left) != std::string_view::npos;
}
template <class List>
bool holds_one(std::string_view sentence, const List& list) {
  return std::any_of(std::begin(list), std::end(list), [&](std::string_view words) { return holds(sentence, words); });
}

// What says of something that it is not so.
bool denies(std::string_view sentence) {
  static constexpr std::string_view kWords[] = {
      "谣言",  "误传", "假的",  "有误",     "错误",    "错的",    "玩笑",       "骗你",      "骗人",    "作废",
      "忽略",  "无视", "理会",  "胡说",     "瞎说",    "乱说",    "套话",       "场面话",    "算数",    "作数",
      "不算",  "撤回", "收回",  "nonsense", "rubbish", "mistake", "inaccurate", "fake",      "untrue",  "myth",
      "false", "joke", "wrong", "lie",      "lies",    "ignore",  "disregard",  "incorrect", "outdated"};
  if (holds_one(sentence, kWords)) return true;
  const std::span<const Cue> all = cues();
  return std::any_of(all.begin(), all.end(), [&](const Cue& cue) {
    return (cue.kind == CueKind::denied || cue.kind == CueKind::denies) && holds(sentence, cue.words);
  });
}
// Speaks of all that stands before, or of what stands right before it.
bool points_back(std::string_view sentence) {
  static constexpr std::string_view kWords[] = {"以上",     "上述",   "前述",     "上文",  "前文",    "上面",
                                                "前面",     "上一句", "前一句",   "上句",  "上一条",  "本句",
                                                "刚才说的", "刚才那", "刚刚说的", "above", "earlier", "previous"};
  return holds_one(sentence, kWords);
}
bool begins_with_pointer(std::string_view sentence) {
  static constexpr std::string_view kWords[] = {"这", "此", "该", "那", "其实", "它"};
  static constexpr std::string_view kLatin[] = {"this", "that",        "these",   "those", "it", "it's",    "that's",
                                                "they", "all of this", "none of", "not",   "no", "actually"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view one) { return sentence.starts_with(one); }) ||
         std::any_of(std::begin(kLatin), std::end(kLatin), [&](std::string_view one) {
           return sentence.starts_with(one) &&
                  (sentence.size() == one.size() || !is_word(decode_utf8(sentence, one.size()).value));
         });
}

// Is all that is left of a clause one of `words`, again and again?
template <class List>
bool is_all_of(std::string_view rest, const List& words) {
  while (!rest.empty()) {
    const CodePoint first = decode_utf8(rest, 0);
    if (!first || (!is_word(first.value) && !is_han(first.value))) {  // a blank, a closing sign
      rest.remove_prefix(first ? first.length : 1);
      continue;
    }
    const auto passed =
        std::find_if(std::begin(words), std::end(words), [&](std::string_view one) { return rest.starts_with(one); });
    if (passed == std::end(words)) return false;
    rest.remove_prefix(passed->size());
  }
  return true;
}
// A denial that is all its clause says: 有误 and 忽略 are, 忽略不计的费用 and 不对外公开 are not, nor "false alarms happen".
bool denies_alone(std::string_view clause) {
  static constexpr std::string_view kBefore[] = {"并", "才", "纯属", "纯粹", "全是", "都是",
                                                 "是", "属", "属于", "根本", "完全", "全"};
  static constexpr std::string_view kWords[] = {
      "谣言",       "谎言",       "谎话",     "误传",       "假",         "假话",       "骗人",     "有误",
      "错",         "错误",       "不是",     "不对",       "不实",       "不属实",     "不正确",   "不准确",
      "不真实",     "不成立",     "不可信",   "不作数",     "不算数",     "不算",       "不适用",   "不是真",
      "不是真实",   "不是事实",   "不是实情", "不是真话",   "并非事实",   "非事实",     "非真实",   "误导",
      "与事实不符", "没这回事",   "没那回事", "没有这回事", "没有那回事", "没有这种事", "没这种事", "哪有的事",
      "哪有这回事", "哪有这种事", "胡说",     "胡说八道",   "一派胡言",   "瞎说",       "乱说",     "乱讲",
      "胡扯",       "扯淡",       "作废",     "玩笑",       "套话",       "场面话"};
  static constexpr std::string_view kVerbs[] = {
      "骗",       "吓唬",   "吓",   "别信",     "勿信",     "不要信",   "不要相信", "别相信",   "不必相信",
      "不用相信", "忽略",   "无视", "不必理会", "不用理会", "无需理会", "无须理会", "不要理会", "别理会",
      "不用管",   "不必管", "别管", "不要管",   "不必在意", "不用在意", "别在意",   "收回",     "撤回"};
  static constexpr std::string_view kBehind[] = {"的",   "了",   "呢",   "啊",   "哦",   "吧",   "呀",
                                                 "哈",   "嘛",   "啦",   "而已", "罢了", "说法", "消息",
                                                 "信息", "提示", "声明", "内容", "情况"};
  static constexpr std::string_view kObjects[] = {
      "的", "了",   "呢",   "啊",   "哦", "吧", "呀",   "哈",   "嘛",   "啦",   "即可", "就好", "就行", "我", "你",
      "您", "们",   "人",   "大家", "它", "这", "那",   "此",   "该",   "个",   "句",   "条",   "段",   "话", "刚才",
      "说", "以上", "上述", "上面", "一", "玩", "而已", "说法", "消息", "信息", "提示", "声明", "内容"};
  static constexpr std::string_view kLatin[] = {
      "false",        "wrong",          "untrue",       "lies",         "lie",          "a lie",       "all lies",
      "incorrect",    "inaccurate",     "not correct",  "not accurate", "not really",   "nah",         "no",
      "not",          "nonsense",       "rubbish",      "a mistake",    "my mistake",   "mistake",     "a myth",
      "a joke",       "fake",           "ignore",       "disregard",    "psych",        "jk",          "scratch that",
      "strike that",  "forget that",    "scratch it",   "forget this",  "scratch this", "strike this", "take that back",
      "take it back", "take this back", "made that up", "made it up",   "made this up"};
  static constexpr std::string_view kLatinBehind[] = {"actually", "really", "though", "again", "sorry", "now", "all"};
  const auto alone = [&](const auto& words, const auto& behind) {
    return std::any_of(std::begin(words), std::end(words), [&](std::string_view one) {
      const bool whole = !is_word(decode_utf8(one, 0).value) || clause.size() == one.size() ||
                         !is_word(decode_utf8(clause, one.size()).value);
      return clause.starts_with(one) && whole && is_all_of(clause.substr(one.size()), behind);
    });
  };
  for (;;) {
    if (alone(kWords, kBehind) || alone(kVerbs, kObjects) || alone(kLatin, kLatinBehind)) return true;
    const auto before = std::find_if(std::begin(kBefore), std::end(kBefore),
                                     [&](std::string_view one) { return clause.starts_with(one); });
    if (before == std::end(kBefore)) return false;
    clause.remove_prefix(before->size());
  }
}

// Takes back what stands before it without a word that points there.
bool takes_back(std::string_view clause) {
  static constexpr std::string_view kAnywhere[] = {"开玩笑",         "别当真",           "勿当真",         "不要当真",
                                                   "不必当真",       "不用当真",         "开个玩笑",       "逗你",
                                                   "逗您",           "当我没说",         "当没看见",       "当没说",
                                                   "没有的事",       "并非如此",         "不是这样",       "说错",
                                                   "才怪",           "kidding",          "joking",         "forget it",
                                                   "forget what i",  "pay no attention", "ignore my last", "ain't true",
                                                   "never mind",     "ignore that",      "ignore this",    "ignore it",
                                                   "disregard that", "disregard this",   "disregard it"};
  static constexpr std::string_view kNot[] = {"not ignore",    "don't ignore",    "never ignore",
                                              "not disregard", "don't disregard", "never disregard"};
  static constexpr std::string_view kFirst[] = {"nope",   "is not",        "is false",      "not true",
                                                "not so", "don't believe", "do not believe"};
  if (holds_one(clause, kAnywhere) && !holds_one(clause, kNot)) return true;
  return denies_alone(clause) || std::any_of(std::begin(kFirst), std::end(kFirst), [&](std::string_view one) {
           return clause.starts_with(one) &&
                  (clause.size() == one.size() || !is_word(decode_utf8(clause, one.size()).value));
         });
}
// What of a sentence is left behind whatever leads to its say: signs, the number of an item, words that join, excuse or address.
std::string_view behind_lead(std::string_view sentence) {
  static constexpr std::string_view kHan[] = {
      "但是",   "但",   "可是",     "可",   "不过",   "然而",     "只是", "而且",   "而",     "另外", "对了",
      "对不起", "抱歉", "不好意思", "哦",   "噢",     "哈",       "嗯",   "好吧",   "亲",     "请",   "您",
      "你",     "大家", "各位",     "我",   "事实上", "实际上",   "实际", "说实话", "老实说", "当然", "其次",
      "首先",   "第",   "注",       "备注", "更正",   "悄悄告诉", "均为", "都"};
  static constexpr std::string_view kLatin[] = {
      "but",       "however", "well",  "sorry",     "though",        "although", "yet",     "still",
      "and",       "so",      "oh",    "ok",        "okay",          "wait",     "hey",     "haha",
      "just",      "only",    "sadly", "also",      "then",          "i",        "i'm",     "we",
      "we're",     "am",      "are",   "was",       "were",          "please",   "my",      "dear",
      "apologies", "look",    "hmm",   "of course", "unfortunately", "honestly", "frankly", "obviously",
      "of",        "course",  "to",    "be",        "honest",        "in",       "fact",    "reality",
      "truth"};
  static constexpr std::string_view kNumbers[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
  for (;;) {
    const CodePoint first = decode_utf8(sentence, 0);
    if (sentence.empty()) return sentence;
    if (!first || (!is_word(first.value) && !is_han(first.value)) || is_digit(first.value)) {
      sentence.remove_prefix(first ? first.length : 1);
      continue;
    }
    const auto passed = [&](const auto& words, bool whole) {
      for (const std::string_view word : words) {
        if (!sentence.starts_with(word)) continue;
        if (whole && sentence.size() > word.size() && is_word(decode_utf8(sentence, word.size()).value)) continue;
        sentence.remove_prefix(word.size());
        return true;
      }
      return false;
    };
    if (passed(kLatin, true) || passed(kHan, false)) continue;
    std::size_t number = 0;
    while (is_one_of(after(sentence, number), kNumbers)) number += after(sentence, number).size();
    if (number == 0) number = std::min(sentence.find_first_not_of("ivx"), sentence.size());
    if (number == 0 && sentence[0] >= 'a' && sentence[0] <= 'z') number = 1;
    const std::string_view behind = after(sentence, number);
    if (number == sentence.size()) return {};  // "a." alone: its stop ended the sentence
    if (number == 0 || (behind != "、" && behind != ")")) return sentence;
    sentence.remove_prefix(number + behind.size());
  }
}

// The sentences of a text, in normal form, that take back what stands before them.
struct Denials {
  std::size_t last = 0;              // where the last one begins that speaks of all before it; 0: there is none
  std::vector<std::size_t> of_next;  // ascending: where those begin that speak of the sentence before them
};
Denials denials_of(std::string_view text) {
  Denials found;
  std::size_t begin =
      std::string_view::npos;  // of the sentence at hand: one of signs, a number or "sorry" alone leads to the next
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !is_one_of(after(text, end), kStop)) {
      if (begin == std::string_view::npos && !is_blank(after(text, end))) begin = end;
      end += after(text, end).size();
    }
    const std::string_view sentence = text.substr(at, end - at);
    if (points_back(sentence) && denies(sentence)) found.last = at;
    // Each clause of it, with the one behind: “To be honest, this is false”, 说实话，这是假的.
    const auto clause_end = [&](std::size_t to) {
      while (to < sentence.size() && !is_one_of(after(sentence, to), kPause)) to += after(sentence, to).size();
      return to;
    };
    bool said = false, back = false;
    for (std::size_t from = 0; from < sentence.size() && !back;) {
      const std::size_t to = clause_end(from), next = to < sentence.size() ? to + after(sentence, to).size() : to;
      const std::string_view clause = behind_lead(sentence.substr(from, to - from));
      said = said || !clause.empty();
      back =
          takes_back(clause) || (begins_with_pointer(clause) && denies(sentence.substr(from, clause_end(next) - from)));
      from = next;
    }
    if (back) found.of_next.push_back(begin);
    if (said) begin = std::string_view::npos;
    at = end < text.size() ? end + after(text, end).size() : end;
  }
  return found;
}
// Is what ends at `end`, a sentence of the text, taken back behind it?
bool is_taken_back(std::string_view text, std::size_t end, const Denials& denials) {
  if (denials.last >= end) return true;
  while (end < text.size() && (is_blank(after(text, end)) || is_one_of(after(text, end), kStop)))
    end += after(text, end).size();
  return std::binary_search(denials.of_next.begin(), denials.of_next.end(), end);
}

// Whether a text carries another, both in normal form, as a sentence of its own: within a longer one it may be denied, and so it may by
// one behind it.
bool carries(std::string_view text, std::string_view form, const Denials& denials, const auto& is_sure) {
  const bool ended = is_one_of(before(form, form.size()), kStop);
  for (std::size_t at = text.find(form); at != std::string_view::npos; at = text.find(form, at + 1)) {
    const std::size_t end = at + form.size();
    if (is_sure(at, end) && begins_sentence(text, at) && ends_sentence(text, end, ended) &&
        !is_taken_back(text, end, denials))
      return true;
  }
  return false;
}

}  // namespace

namespace inside {

void unite(std::string_view original, std::span<const Edit> edits, RedactScratch& scratch) {
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
}

void append_result(const Edit& edit, std::string_view there, RedactScratch& scratch, std::string& out) {
  text::append_result(edit, there, scratch.letters, out);
}

void without_leavings(std::string_view text, std::span<const std::size_t> gone, std::string& out) {
  text::without_leavings(text, gone, out);
}

}  // namespace inside

void apply_edits(std::string_view original, std::span<const Edit> edits, RedactScratch& scratch, std::string& out) {
  inside::unite(original, edits, scratch);
  std::string& whole = scratch.whole;
  whole.clear();
  scratch.gone.clear();
  std::uint32_t at = 0;
  for (const Edit& edit : scratch.united) {
    whole += original.substr(at, edit.range.begin - at);
    const std::size_t size = whole.size();
    append_result(edit, original.substr(edit.range.begin, edit.range.end - edit.range.begin), scratch.letters, whole);
    if (whole.size() == size) scratch.gone.push_back(size);
    at = edit.range.end;
  }
  whole += original.substr(at);
  if (scratch.gone.empty()) {
    out.assign(whole);
  } else {
    without_leavings(whole, scratch.gone, out);
  }
}

std::string apply_edits(std::string_view original, std::span<const Edit> edits) {
  RedactScratch scratch;
  std::string out;
  apply_edits(original, edits, scratch, out);
  return out;
}

bool says_nothing(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view sign = after(text, at);
    if (!is_blank(sign) && !is_one_of(sign, kOpen) && !is_one_of(sign, kClose) && !is_one_of(sign, kPause) &&
        !is_one_of(sign, kStop))
      return false;
    at += sign.size();
  }
  return true;
}

void inside::find_added(std::span<Disclosed> all, RedactScratch& scratch, std::string_view own,
                        const std::function<bool(std::size_t, std::size_t)>& is_sure) {
  std::string& carried = scratch.carried;
  carried = own;  // behind it stand those that are added
  const Denials denials = denials_of(carried);
  // Whole disclosures are compared: one may quote the customer, and what he wrote discloses nothing.
  scratch.gone.clear();  // where each that is added ends in `carried`
  const std::size_t own_size = own.size();
  const auto is_added = [&](std::string_view form) {
    std::size_t begin = own_size;
    for (const std::size_t end : scratch.gone) {
      if (std::string_view(carried).substr(begin, end - begin) == form) return true;
      begin = end;
    }
    return false;
  };
  for (const bool at_start : {true, false}) {
    for (Disclosed& each : all) {
      if (each.at_start != at_start) continue;
      const std::string_view form = normal_form(each.text, scratch.normal);
      each.added = !form.empty() && !is_added(form) &&
                   !carries(std::string_view(carried).substr(0, own_size), form, denials, is_sure);
      if (!each.added) continue;
      carried += form;
      scratch.gone.push_back(carried.size());
    }
  }
}

void add_disclosures(std::span<Disclosed> all, RedactScratch& scratch, std::string& text) {
  scratch.own = normal_form(text, scratch.normal);
  inside::find_added(all, scratch, scratch.own, [](std::size_t, std::size_t) { return true; });
  std::string& out = scratch.result;
  out.clear();
  for (const Disclosed& each : all) {
    if (each.added && each.at_start) out.append(each.text).append("\n");
  }
  out += text;
  for (const Disclosed& each : all) {
    if (!each.added || each.at_start) continue;
    if (!out.empty() && out.back() != '\n') out += '\n';
    out += each.text;
  }
  if (!out.empty() && out.back() == '\n' && (text.empty() || text.back() != '\n')) out.pop_back();
  text.swap(out);
}

}  // namespace caveat::text
