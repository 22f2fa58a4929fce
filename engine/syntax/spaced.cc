#include "engine/syntax/spaced.h"

#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

bool joins_sentences(KeywordKind kind) {
  return kind == KeywordKind::compare || kind == KeywordKind::logic || kind == KeywordKind::clause;
}

}  // namespace

std::optional<std::string> spaced_reading(std::string_view word) {
  if (is_ascii(word)) return std::nullopt;
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
  if (middle != nullptr) {
    return std::string(word.substr(0, middle_at)) + " " + middle->text +
           std::string(word.substr(middle_at + middle->text.size()));
  }
  if (tail != nullptr && (head == nullptr || tail->text.size() >= head->text.size())) {
    return std::string(word.substr(0, word.size() - tail->text.size())) + " " + tail->text;
  }
  if (head != nullptr) return head->text + " " + std::string(word.substr(head->text.size()));
  return std::nullopt;
}

}  // namespace caveat::syntax
