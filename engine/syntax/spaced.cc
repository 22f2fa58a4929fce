#include "engine/syntax/spaced.h"

#include <algorithm>
#include <array>

#include <CaveatGrammar.h>

#include "engine/syntax/habits.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

bool joins_sentences(KeywordKind kind) {
  return kind == KeywordKind::compare || kind == KeywordKind::logic || kind == KeywordKind::clause;
}

// Never a name beside a keyword: 未包含 is no 未 包含, 不含任一 no 不含 任一.
bool is_no_name(std::string_view word) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"不",   "未",   "没", "没有", "无", "已", "是",   "了",   "有",   "任一", "任意", "任何",
       "全部", "所有", "空", "等于", "应", "时", "以上", "以下", "以内", "之间", "之前", "之后"});
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

const Spelling* chinese_keyword(std::string_view word) {
  for (const Spelling* s : spellings_from(word)) {
    if (s->language == Language::zh && s->words.size() == 1) return s;
  }
  return nullptr;
}

// Those that may stand straight before a number; a bare 的 is no word of a name there.
bool stands_before_a_number(const Spelling& keyword) {
  return keyword.kind == KeywordKind::compare || keyword.kind == KeywordKind::logic ||
         keyword.token == CaveatGrammar::PARTS_OF || keyword.token == CaveatGrammar::OF_SHARE;
}

// The keyword of a comparison that a word of habit means, if it means one only.
const Spelling* meant_comparison(std::string_view word) {
  const auto meant = meant_by(word);
  const Spelling* s = meant.size() == 1 ? chinese_keyword(meant.front()) : nullptr;
  return s != nullptr && s->kind == KeywordKind::compare ? s : nullptr;
}

}  // namespace

bool begins_a_word_of_its_own(const Spelling& keyword, std::string_view rest) {
  constexpr auto kBehindWhen = std::to_array<std::string_view>(
      {"前", "日", "事", "年", "天", "月", "期", "地", "时", "且", "干", "为", "是", "非", "不", "无", "未"});
  constexpr auto kBehindOwner = std::to_array<std::string_view>({"人", "部门", "单位", "机构", "团队", "方"});
  const auto begins = [&](std::string_view each) { return rest.starts_with(each); };
  if (keyword.token == CaveatGrammar::WHEN) return std::any_of(kBehindWhen.begin(), kBehindWhen.end(), begins);
  return keyword.token == CaveatGrammar::OWNER && std::any_of(kBehindOwner.begin(), kBehindOwner.end(), begins);
}

std::optional<std::string> spaced_reading(std::string_view written) {
  if (is_ascii(written)) return std::nullopt;
  const std::string plain = simplified(written);  // 當客戶: the keyword is found, the name stays as it is
  const std::string_view word = plain;
  const Spelling* head = nullptr;
  const Spelling* tail = nullptr;
  const Spelling* middle = nullptr;  // 年龄不低于18: a digit may follow the keyword
  std::size_t middle_at = 0;
  for (const auto& s : all_spellings()) {
    if (s.language != Language::zh || s.words.size() != 1 || !joins_sentences(s.kind) || s.text.size() >= word.size())
      continue;
    if (word.starts_with(s.text) && (head == nullptr || s.text.size() > head->text.size())) head = &s;
    if (word.ends_with(s.text) && (tail == nullptr || s.text.size() > tail->text.size())) tail = &s;
    const auto at = word.find(s.text);
    if (at != std::string_view::npos && at > 0 && at + s.text.size() < word.size()) {
      const char next = word[at + s.text.size()];
      if (next >= '0' && next <= '9' && (middle == nullptr || s.text.size() > middle->text.size()))
        middle = &s, middle_at = at;
    }
  }
  std::string before, after;
  if (middle != nullptr) {
    before = written.substr(0, middle_at);
    after = middle->text + std::string(written.substr(middle_at + middle->text.size()));
  } else if (tail != nullptr && (head == nullptr || tail->text.size() >= head->text.size())) {
    before = written.substr(0, word.size() - tail->text.size());
    after = tail->text;
  } else if (head != nullptr) {
    before = head->text;
    after = written.substr(head->text.size());
  }
  if (head != nullptr && before == head->text && begins_a_word_of_its_own(*head, after)) return std::nullopt;
  const bool yes_or_no = (before == "为" || before == "不为") && (after == "是" || after == "否");
  if (before.empty() || is_no_name(before) || (is_no_name(after) && !yes_or_no)) return std::nullopt;
  return before + " " + after;
}

std::vector<Segment> segments_before_a_number(std::string_view written) {
  std::vector<Segment> out;
  const std::string plain = simplified(written);
  std::string_view word = plain;
  while (!word.empty()) {
    std::size_t at = 0;  // the longest end that is a keyword
    const Spelling* keyword = nullptr;
    for (; at < word.size(); ++at) {
      if ((static_cast<unsigned char>(word[at]) & 0xC0) == 0x80) continue;  // within a character
      const std::string_view end = word.substr(at);
      keyword = chinese_keyword(end);
      if (keyword != nullptr && !stands_before_a_number(*keyword)) keyword = nullptr;
      if (keyword == nullptr) keyword = meant_comparison(end);
      if (keyword != nullptr) break;
    }
    if (keyword == nullptr) {  // a name, behind which a keyword stands
      if (out.empty() || is_no_name(word)) return {};
      out.insert(out.begin(), {std::string(written.substr(0, word.size())), 0, nullptr});
      return out;
    }
    out.insert(out.begin(), {keyword->text, at, keyword});
    word = word.substr(0, at);
  }
  return out;
}

}  // namespace caveat::syntax
