#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/base/nearest.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/filter.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/spaced.h"

namespace caveat::syntax {

using L = CaveatGrammar;

namespace {

// The longest keyword of that language that fits among those with which the word begins; `size`: its bytes in the word. One of several
// words may be all of it: 状态试运行.
template <typename Fits>
const Spelling* keyword_before(std::string_view word, std::size_t& size, Fits fits, Language language = Language::zh) {
  const Spelling* found = nullptr;
  size = 0;
  for (const Spelling& s : all_spellings()) {
    if (s.language != language || !word.starts_with(s.words.front()) || !fits(s)) continue;
    std::string joined;
    for (const std::string& each : s.words) joined += each;
    if (joined.size() <= size || !word.starts_with(joined)) continue;
    if (s.words.size() == 1 && joined.size() == word.size()) continue;
    found = &s;
    size = joined.size();
  }
  return found;
}

// Behind these a condition, a list or an effect may end: no word that is a name may follow them.
bool may_end_a_clause(int type) {
  constexpr auto kEnds = std::to_array<int>({L::WORD,
                                             L::TEXT,
                                             L::NUMBER,
                                             L::DATE,
                                             L::INSTANT,
                                             L::TIME,
                                             L::DATE_WORDS,
                                             L::PERCENT,
                                             L::PATTERN,
                                             L::RPAREN,
                                             L::RBRACKET,
                                             L::STOP,
                                             L::MAGNITUDE,
                                             L::CURRENCY,
                                             L::SHARE_UNIT,
                                             L::TIME_UNIT,
                                             L::OR_MORE,
                                             L::OR_LESS,
                                             L::INSIDE,
                                             L::ONWARD,
                                             L::END_DAY,
                                             L::AGO,
                                             L::BETWEEN_END,
                                             L::YES,
                                             L::NO,
                                             L::ANY,
                                             L::IS_EMPTY,
                                             L::IS_KNOWN,
                                             L::IS_NOT_EMPTY,
                                             L::IS_UNKNOWN,
                                             L::SHARE_END,
                                             L::WEEKDAY,
                                             L::IS_WORKING_DAY,
                                             L::CLASS_INFO,
                                             L::AS_A_WHOLE,
                                             L::IS_NOT_WORKING_DAY,
                                             L::ALLOW,
                                             L::BLOCK,
                                             L::PASS,
                                             L::FULL,
                                             L::LABEL,
                                             L::OPEN_TO_EXCEPTIONS,
                                             L::AT_START,
                                             L::AT_END,
                                             L::ONCE_PER_DAY,
                                             L::CONFIDENTIAL,
                                             L::STATUS_SHADOW,
                                             L::ONCE_PER_CONVERSATION,
                                             L::TRUST_INFERRED,
                                             L::FULL_YEARS_TO_NOW});
  return std::find(kEnds.begin(), kEnds.end(), type) != kEnds.end();
}

bool takes_a_text_only(int token) {
  constexpr auto kTexts = std::to_array<int>({L::TITLE, L::VERSION, L::TIME_ZONE, L::READS, L::LINK, L::ENTRY, L::ASK,
                                              L::FROM_FILE, L::WHEN_CLOSED_SAY, L::BECAUSE, L::SAY});
  return std::find(kTexts.begin(), kTexts.end(), token) != kTexts.end();
}

bool stands_alone(int token) {
  constexpr auto kAlone = std::to_array<int>({L::CONFIDENTIAL, L::OPEN_TO_EXCEPTIONS, L::TRUST_INFERRED, L::ALWAYS,
                                              L::CALL_BACK, L::EXACT_CASE, L::EXACT_FORM});
  return std::find(kAlone.begin(), kAlone.end(), token) != kAlone.end();
}

// citesX, ruleA, thenblock: what is left of the word is one of its own; of `citess`, `whenever` it is not.
bool is_a_word_behind_english(std::string_view rest) {
  constexpr std::size_t kLetters = 3;
  const bool sign =
      !rest.empty() && (rest[0] == '_' || (rest[0] >= 'A' && rest[0] <= 'Z') || (rest[0] >= '0' && rest[0] <= '9'));
  return sign || (rest.size() >= kLetters && rest != "ever" && rest != "ship" && rest != "fore");
}

}  // namespace

// Where every word is a name the whole run belongs to it: 客户.近7天交易额.
std::size_t Filter::take_name(std::size_t at, std::size_t end) {
  std::size_t next = at + 1;
  while (next < end && raws_[next].glued && !raws_[next].first &&
         (raws_[next].type == L::WORD ||
          (raws_[next].type == L::NUMBER &&
           slice(raws_[next].begin, raws_[next].end).find('.') == std::string_view::npos))) {
    ++next;
  }
  emit(L::WORD, raws_[at].begin, raws_[next - 1].end);
  if (raws_[next - 1].end - raws_[at].begin > limits_.name_bytes && next > at + 1) {
    complain(codes::kNameTooLong, raws_[at].begin, raws_[at].begin + 1,
             {std::to_string(raws_[next - 1].end - raws_[at].begin), std::to_string(limits_.name_bytes)}, kShorterEn,
             kShorterZh);
  }
  return next;
}

// Of the word behind `at` on its line: its type, 0 where the line ends. A keyword by itself: its token.
int Filter::behind_on_the_line(std::size_t at, std::size_t end) {
  if (at + 1 >= end || raws_[at + 1].first) return 0;
  std::size_t length = 0;
  const Spelling* keyword = raws_[at + 1].type == L::WORD ? phrase_at(at + 1, end, length) : nullptr;
  return keyword != nullptr ? keyword->token : raws_[at + 1].type;
}

void Filter::tell_glued(std::uint32_t begin, std::uint32_t end, const std::string& meant) {
  complain(codes::kKeywordGlued, begin, end, {std::string(slice(begin, end))}, "put a blank after a keyword: " + meant,
           "关键字前后请加空格：" + meant, {{span(begin, end), meant}});
}

// Whether the 为 with which the name in the head of that declaration ends is the one behind the name: 定义老年为 …, but not
// 定义行为 为 ….
bool Filter::joint_follows(const Spelling& declared, std::size_t begin, std::size_t end) {
  const int behind = behind_on_the_line(begin, end);
  if (behind == L::IS || behind == L::ALSO) return false;
  switch (declared.token) {
    case L::DEFINE:
    case L::TOPIC:
      return behind != L::TEXT && behind != 0;
    case L::SCALE:
    case L::SOURCE:
      return true;
    case L::LEXICON:
      for (std::size_t i = begin + 1; i < end && !raws_[i].first; ++i)
        if (raws_[i].type == L::WORD) return false;
      return behind == L::TEXT;
    default:
      return false;
  }
}

// 规则甲, 词表承诺 为 …, 定义老年为 …: the keyword of a declaration and its name. What is behind the keyword is read on.
const Spelling* Filter::declaration_glued(std::size_t begin, std::size_t end) {
  const Raw& head = raws_[begin];
  const std::string typed(slice(head.begin, head.end));
  if (head.type != L::WORD || typed.size() > limits_.name_bytes || !is_plain(typed)) return nullptr;
  std::size_t size = 0;
  const bool english = is_ascii(typed);
  const Spelling* keyword = keyword_before(
      simplified(typed), size,
      [](const Spelling& s) { return s.kind == KeywordKind::declaration && s.words.size() == 1; },
      english ? Language::en : Language::zh);
  if (keyword == nullptr) return nullptr;
  if (english) {
    const bool lower = size < typed.size() && typed[size] >= 'a' && typed[size] <= 'z';
    if (!is_a_word_behind_english(std::string_view(typed).substr(size)) || keyword->token == L::EXAMPLE) return nullptr;
    if (lower && behind_on_the_line(begin, end) == L::WORD) return nullptr;  // ruleset a: a slip
  }
  std::string rest = typed.substr(size);
  constexpr std::string_view kIs = "为";
  if (!is_ascii(rest) && !rest.ends_with(kIs) && behind_on_the_line(begin, end) == L::WORD) {  // 规则集 甲: a slip
    constexpr auto kNext = std::to_array<std::string_view>({"又名", "为", "来自", "主键", "覆盖"});  // 事实客户 来自crm
    const std::string_view next = slice(raws_[begin + 1].begin, raws_[begin + 1].end);
    const std::array<std::string_view, 1> whole = {keyword->text};
    if (!nearest(typed, std::span<const std::string_view>(whole)).empty() &&
        std::none_of(kNext.begin(), kNext.end(), [&](std::string_view each) { return next.starts_with(each); }))
      return nullptr;
  }
  if (rest.size() > kIs.size() && rest.ends_with(kIs) && joint_follows(*keyword, begin, end)) {
    rest.insert(rest.size() - kIs.size(), " ");
    glued_is_ = static_cast<std::uint32_t>(head.end - kIs.size());
  }
  if (keyword->token == L::EXAMPLE) {
    tell_glued(head.begin, head.end, keyword->text + " “" + rest + "”");
    return keyword;
  }
  tell_glued(head.begin, head.end, keyword->text + " " + rest);
  return keyword;
}

// What is missing a blank where a keyword is meant: 依据甲 on a line of a rule, 服务时间周一 on one of a queue, 款项CNY behind the
// name of a fact, 又名乙 behind any.
const Spelling* Filter::meant_at(std::size_t at, std::size_t end, std::size_t& size) {
  const Raw& raw = raws_[at];
  const std::string word = simplified(slice(raw.begin, raw.end));
  const int before = last(), behind = behind_on_the_line(at, end);
  const auto rest = [&] { return std::string_view(word).substr(size); };
  const auto any_of = [](const Spelling& s, std::initializer_list<int> tokens) {
    return std::find(tokens.begin(), tokens.end(), s.token) != tokens.end();
  };
  const auto& tokens = result_.tokens;
  const int before_that = tokens.size() > start_ + 1 ? tokens[tokens.size() - 2].type : 0;
  if (before == L::WORD && !raw.first && before_that != L::T_MONEY && before_that != L::SCALE) {
    const Spelling* also = keyword_before(word, size, [](const Spelling& s) { return s.token == L::ALSO; });
    if (also != nullptr) return behind == L::WORD && kind_ != L::FACTS ? nullptr : also;  // 又名叫 乙
  }
  const Spelling* found = nullptr;
  switch (kind_) {
    case L::RULE:
    case L::GUARANTEE:
      if (!raw.first || !may_end_a_clause(before)) return nullptr;
      found = keyword_before(word, size, [&](const Spelling& s) {
        return s.kind == KeywordKind::clause && !any_of(s, {L::FROM, L::SINCE, L::UNTIL});
      });
      break;
    case L::PACK:
    case L::QUEUE:
    case L::CALENDAR:
    case L::SOURCE:
    case L::REQUIREMENT:
      if (before != L::LINE) return nullptr;
      found = keyword_before(word, size, [&](const Spelling& s) {
        return (s.kind == KeywordKind::line && s.token != L::ORDINAL) || s.token == L::PRIORITY ||
               (kind_ == L::QUEUE && s.token == L::CALENDAR) || (kind_ == L::REQUIREMENT && s.token == L::FROM);
      });
      break;
    case L::DATA:
      if (before != L::WORD) return nullptr;
      return keyword_before(word, size,
                            [&](const Spelling& s) { return any_of(s, {L::KEYED_BY, L::NAMED_BY, L::REVIEW_BY}); });
    case L::EXAMPLE:
      if (before != L::LINE) return nullptr;
      found =
          keyword_before(word, size, [&](const Spelling& s) { return any_of(s, {L::GIVEN, L::EARLIER, L::EXPECT}); });
      if (found == nullptr) return nullptr;
      return value_of(found->token == L::EXPECT ? "verdict" : "subject", rest()).empty() ? nullptr : found;
    case L::FACTS: {
      if (raw.first || !may_end_a_clause(before)) {
        const auto& types = spellings_of(before, Language::zh);
        const bool behind_a_type =
            !raw.first && !types.empty() && types.front()->kind == KeywordKind::type && before != L::ONE_OF;
        if (!behind_a_type) return nullptr;
      }
      found = keyword_before(word, size, [&](const Spelling& s) {
        return s.kind == KeywordKind::type || any_of(s, {L::SCALE, L::FROM, L::DATA_CLASSES});
      });
      if (found == nullptr) return nullptr;
      if (found->token == L::ONE_OF) return behind == 0 || behind == L::COMMA || behind == L::ALSO ? found : nullptr;
      if (any_of(*found, {L::SCALE, L::FROM, L::DATA_CLASSES})) return found;
      const bool currency = found->token == L::T_MONEY && is_ascii(rest());
      return currency || !spellings_from(rest()).empty() ? found : nullptr;  // 整数型 is no 整数 型
    }
    default:
      return nullptr;
  }
  if (found == nullptr || rest().empty()) return found;
  if (stands_alone(found->token) || begins_a_word_of_its_own(*found, rest()) || rest() == "是" || rest() == "为")
    return nullptr;
  const bool tagged = rest() == "中文" || rest() == "英文";
  if (takes_a_text_only(found->token) && !tagged) return nullptr;
  return found;
}

bool Filter::told_of_keyword_glued(const Reading& reading, std::size_t& at, std::size_t end) {
  Raw& raw = raws_[at];
  if (reading.member_name || reading.name_expected || last() == L::DOT || last() == L::ALSO) return false;
  if (!raw.first && last() != L::WORD && kind_ != L::FACTS) return false;  // most words: a name within a condition
  const auto typed = slice(raw.begin, raw.end);
  std::size_t length = 0, size = 0;
  if (is_ascii(typed)) return told_of_english_glued(at, end);
  if (typed.size() > limits_.name_bytes || !is_plain(typed)) return false;
  if (phrase_at(at, end, length) != nullptr || !meant_by(typed).empty()) return false;
  const Spelling* keyword = meant_at(at, end, size);
  if (keyword == nullptr) return false;
  std::string rest(typed.substr(size));
  std::size_t size_of_effect = 0;  // 则转人工至desk
  const Spelling* effect = keyword_before(simplified(rest), size_of_effect, [](const Spelling& s) {
    return s.kind == KeywordKind::effect && s.words.size() > 1;
  });
  std::string meant = keyword->text;
  if (effect != nullptr) meant += " " + effect->text, rest.erase(0, size_of_effect);
  if (keyword->kind == KeywordKind::type && rest == "列表") {  // 文本列表
    const std::string list = rest + " " + meant;
    complain(codes::kUnexpected, raw.begin, raw.end, {"“" + std::string(typed) + "”", "“" + list + "”"}, {}, {},
             {{span(raw.begin, raw.end), list}});
    count(keyword->language);
    const auto cut = static_cast<std::uint32_t>(raw.begin + size);
    emit(L::LIST_OF, raw.begin, cut);
    emit(keyword->token, cut, raw.end);
    ++at;
    return true;
  }
  tell_glued(raw.begin, raw.end, meant + (rest.empty() ? "" : " ") + rest);
  if (last() == L::STOP) result_.tokens.pop_back();
  count(keyword->language);
  const auto cut = static_cast<std::uint32_t>(raw.begin + size);
  emit(keyword->token, raw.begin, cut);
  raw.begin = cut;
  if (effect != nullptr) {
    raw.begin += static_cast<std::uint32_t>(size_of_effect);
    emit(effect->token, cut, raw.begin);
  }
  raw.first = raw.glued = false;
  if (rest.empty()) ++at;
  return true;
}

// 风险提示zh “…”
bool Filter::told_of_language_glued(bool named, std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  const auto typed = slice(raw.begin, raw.end);
  constexpr std::string_view kZh = "中文", kEn = "英文";
  if (named && at + 1 < end && raws_[at + 1].type == L::TEXT && !raws_[at + 1].first && typed.size() > kZh.size() &&
      (typed.ends_with(kZh) || typed.ends_with(kEn))) {  // 规则 客户中文 “…”
    const auto cut = static_cast<std::uint32_t>(raw.end - kZh.size());
    complain(codes::kKeywordGlued, raw.begin, raw.end, {std::string(typed)},
             "put a blank before the language of the text", "文本的语言之前请加空格", {{span(cut, cut), " "}});
    emit(L::WORD, raw.begin, cut);
    emit(typed.ends_with(kZh) ? L::ZH : L::EN, cut, raw.end);
    ++at;
    return true;
  }
  constexpr std::string_view kIs = "为";
  if (named && kind_ == L::LEXICON && at + 1 < end && raws_[at + 1].type == L::TEXT && typed.size() > kIs.size() &&
      typed.ends_with(kIs)) {  // 词表 承诺用语为 “…”
    const auto cut = static_cast<std::uint32_t>(raw.end - kIs.size());
    tell_glued(raw.begin, raw.end, std::string(typed.substr(0, typed.size() - kIs.size())) + " " + std::string(kIs));
    emit(L::WORD, raw.begin, cut);
    emit(L::IS, cut, raw.end);
    ++at;
    return true;
  }
  const bool tag = typed.ends_with("zh") || typed.ends_with("en");
  if (!tag || typed.size() <= 5 || !ends_in_chinese(typed.substr(0, typed.size() - 2)) || at + 1 >= end ||
      raws_[at + 1].type != L::TEXT || last() == L::DOT)
    return false;
  const std::uint32_t cut = raw.end - 2;
  complain(codes::kKeywordGlued, raw.begin, raw.end, {std::string(typed)},
           "put a blank before the language of the text", "文本的语言之前请加空格", {{span(cut, cut), " "}});
  emit(L::WORD, raw.begin, cut);
  emit(typed.ends_with("zh") ? L::ZH : L::EN, cut, raw.end);
  ++at;
  return true;
}

// citesX, whencustomer.vip, thenblock: first on a line of a rule, where no name may stand. What is behind the keyword is read on.
bool Filter::told_of_english_glued(std::size_t at, std::size_t end) {
  Raw& raw = raws_[at];
  const std::string typed(slice(raw.begin, raw.end));
  std::size_t length = 0, size = 0;
  if (kind_ != L::RULE || !raw.first || !may_end_a_clause(last()) || typed.size() > limits_.name_bytes) return false;
  if (phrase_at(at, end, length) != nullptr || !meant_by(typed).empty()) return false;
  const auto tagged = [&](const Spelling& s) {  // becauseen "…"
    const std::string_view tag = std::string_view(typed).substr(std::min(s.text.size(), typed.size()));
    return tag == "en" || tag == "zh";
  };
  const Spelling* keyword = keyword_before(
      typed, size,
      [&](const Spelling& s) {
        return s.kind == KeywordKind::clause && s.words.size() == 1 && (!takes_a_text_only(s.token) || tagged(s)) &&
               !stands_alone(s.token) && s.token != L::FROM && s.token != L::UNTIL;
      },
      Language::en);
  if (keyword == nullptr) return false;
  const bool with_its_tag = takes_a_text_only(keyword->token) && tagged(*keyword);
  if (!with_its_tag && !is_a_word_behind_english(std::string_view(typed).substr(size))) return false;
  tell_glued(raw.begin, raw.end, keyword->text + " " + typed.substr(size));
  if (last() == L::STOP) result_.tokens.pop_back();
  count(keyword->language);
  const auto cut = static_cast<std::uint32_t>(raw.begin + size);
  emit(keyword->token, raw.begin, cut);
  raw.begin = cut;
  raw.first = raw.glued = false;
  return true;
}

// is at least60, at least2 of (…): the last word of a keyword, and its number. Of two words the last may be a name: is above65.
bool Filter::told_of_number_glued(std::size_t& at, std::size_t end) {
  for (const Spelling* s : spellings_from(word(raws_[at]))) {
    const std::size_t words = s->words.size();
    if (s->language != Language::en || words < 2 || at + words > end) continue;
    if (s->kind != KeywordKind::compare && s->kind != KeywordKind::group) continue;
    if (words == 2 && s->words.front() != "at") continue;
    bool all = true;
    for (std::size_t i = 1; i + 1 < words && all; ++i)
      all = raws_[at + i].type == L::WORD && slice(raws_[at + i].begin, raws_[at + i].end) == s->words[i];
    Raw& last_word = raws_[at + words - 1];
    const std::string typed(slice(last_word.begin, last_word.end));
    const std::string& stem = s->words.back();
    if (!all || last_word.type != L::WORD || typed.size() <= stem.size() || !typed.starts_with(stem)) continue;
    if (typed.find_first_not_of("0123456789", stem.size()) != typed.npos) continue;
    tell_glued(last_word.begin, last_word.end, stem + " " + typed.substr(stem.size()));
    count(s->language);
    last_word.begin += static_cast<std::uint32_t>(stem.size());
    last_word.type = L::NUMBER;
    last_word.first = last_word.glued = false;
    emit(s->token, raws_[at].begin, last_word.begin);
    at += words - 1;
    return true;
  }
  return false;
}

}  // namespace caveat::syntax
