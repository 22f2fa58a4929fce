#include "engine/syntax/tokens.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>

#include "engine/base/nearest.h"
#include "engine/base/units.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/marks.h"
#include "engine/syntax/numerals.h"
#include "engine/syntax/shapes.h"
#include "engine/syntax/spaced.h"

namespace caveat::syntax {
namespace {

using L = CaveatGrammar;

struct Raw {
  int type = 0;
  std::uint32_t begin = 0, end = 0;  // bytes
  std::uint32_t indent = 0;          // of its line, in code points
  bool first = false;                // on its line
  bool glued = false;                // nothing between it and the one before
};

bool is_clause_start(int type) {
  return type == L::WHEN || type == L::UNLESS || type == L::THEN || type == L::BECAUSE || type == L::IF_UNKNOWN;
}

// Keywords that stay keywords right after the keyword of a declaration, where a name is meant: what follows is the next clause.
bool is_reserved(int type) {
  switch (type) {
    case L::WHEN:
    case L::UNLESS:
    case L::THEN:
    case L::BECAUSE:
    case L::IF_UNKNOWN:
    case L::AND:
    case L::OR:
    case L::NOT:
    case L::IS:
    case L::ANY:
    case L::YES:
    case L::NO:
    case L::EXISTS:
    case L::EACH:
    case L::EVERY:
    case L::IS_KNOWN:
    case L::IS_UNKNOWN:
    case L::ALSO:
    case L::EN:
    case L::ZH:
      return true;
    default:
      return false;
  }
}

bool is_number_like(int type) {
  switch (type) {
    case L::NUMBER:
    case L::DATE:
    case L::INSTANT:
    case L::TIME:
    case L::DATE_WORDS:
    case L::PERCENT:
    case L::MAGNITUDE:
    case L::CURRENCY:
    case L::SHARE_UNIT:
    case L::TIME_UNIT:
    case L::COUNT_UNIT:
      return true;
    default:
      return false;
  }
}

// Line ends mean nothing in these (semantics.md 31).
bool is_free_layout(int declaration) {
  return declaration == L::RULE || declaration == L::DEFINE || declaration == L::GUARANTEE ||
         declaration == L::WORDING || declaration == L::PARAMETER;
}

bool ends_in_chinese(std::string_view word) {
  return word.size() >= 3 && static_cast<unsigned char>(word[word.size() - 3]) >= 0xE3;
}

// What is pasted along with a text and shows nothing.
std::string_view code_of_invisible(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kSigns = {{{"\xC2\xAD", "U+00AD"},
                                                                                    {"\xE2\x80\x8B", "U+200B"},
                                                                                    {"\xE2\x80\x8C", "U+200C"},
                                                                                    {"\xE2\x80\x8D", "U+200D"},
                                                                                    {"\xE2\x80\x8E", "U+200E"},
                                                                                    {"\xE2\x80\x8F", "U+200F"},
                                                                                    {"\xE2\x81\xA0", "U+2060"},
                                                                                    {"\xEF\xBB\xBF", "U+FEFF"}}};
  for (const auto& [sign, code] : kSigns)
    if (text == sign) return code;
  return {};
}

class Filter {
 public:
  Filter(SourceId source, std::string_view bytes, const Limits& limits, std::vector<Complaint>& complaints)
      : source_(source), bytes_(bytes), limits_(limits), complaints_(complaints) {}

  Tokenised run() {
    read_shapes();
    std::size_t at = 0;
    while (at < raws_.size()) {
      std::size_t end = at + 1;
      std::size_t unindented = 0;
      while (end < raws_.size() && !(raws_[end].first && raws_[end].indent == 0 && !continues(at, end))) {
        if (raws_[end].first && raws_[end].indent == 0 && unindented == 0) unindented = end;
        if (indented_declaration(at, end)) break;
        ++end;
      }
      if (unindented != 0) {
        const Raw& raw = raws_[unindented];
        complain(codes::kUnknownDeclaration, raw.begin, raw.end, {std::string(slice(raw.begin, raw.end))},
                 "it belongs to the declaration above: indent it, and all lines of it, by two blanks",
                 "此行属于上面的声明：请将该声明的各行都缩进两格");
      }
      declaration(at, end);
      at = end;
    }
    if (chinese_ > english_) result_.language = Language::zh;
    return std::move(result_);
  }

 private:
  std::string_view slice(std::uint32_t begin, std::uint32_t end) const { return bytes_.substr(begin, end - begin); }
  // Folded; a view of the source where it is its own normal form.
  std::string_view word(const Raw& raw) {
    const auto text = slice(raw.begin, raw.end);
    if (is_plain(text)) return text;
    folded_ = nfkc(text);
    return folded_;
  }
  Span span(std::uint32_t begin, std::uint32_t end) const { return {source_, begin, end}; }

  void complain(const Code& code, std::uint32_t begin, std::uint32_t end, std::vector<Both> arguments,
                std::string help_en = {}, std::string help_zh = {}, std::vector<Fix> fixes = {}) {
    broken_ = true;
    complaints_.push_back({&code, span(begin, end), std::move(arguments), Both{std::move(help_en), std::move(help_zh)},
                           std::move(fixes)});
  }

  // Whether the line at the margin that begins at `at` is one of the rule or example above: it opens with a clause of it.
  bool continues(std::size_t head, std::size_t at) {
    std::size_t length = 0;
    const auto keyword_at = [&](std::size_t i) {
      return raws_[i].type == L::WORD ? phrase_at(i, raws_.size(), length) : nullptr;
    };
    const Spelling* declared = raws_[head].indent == 0 ? keyword_at(head) : nullptr;
    if (declared == nullptr) return false;
    const Spelling* opens = keyword_at(at);
    if (opens == nullptr) return false;
    if (declared->token == L::RULE || declared->token == L::GUARANTEE)
      return opens->kind == KeywordKind::clause || opens->kind == KeywordKind::logic;
    return declared->token == L::EXAMPLE && (opens->token == L::GIVEN || opens->token == L::AFTER ||
                                             opens->token == L::EARLIER || opens->token == L::EXPECT);
  }
  // Whether a declaration begins at `at` that slipped from the margin by a blank: less far in than the lines above it.
  bool indented_declaration(std::size_t head, std::size_t at) {
    const Raw& raw = raws_[at];
    if (!raw.first || raw.indent != 1 || raws_[head].indent > 1 || raw.type != L::WORD || at + 1 >= raws_.size() ||
        raws_[at + 1].first || raws_[at + 1].type != L::WORD)
      return false;
    bool deeper = false;  // where the lines stand one blank in, this may be one of them
    for (std::size_t i = head + 1; i < at; ++i) {
      if (!raws_[i].first) continue;
      if (raws_[i].indent <= raw.indent) return false;
      deeper = true;
    }
    if (!deeper) return false;
    std::size_t length = 0;
    const Spelling* opener = phrase_at(at, raws_.size(), length);
    return opener != nullptr && opener->kind == KeywordKind::declaration;
  }
  void read_shapes();
  bool says(const Raw& raw) const;
  void unclosed(const Raw& raw);
  void declaration(std::size_t begin, std::size_t end);
  void check_shape(const Raw& raw);
  bool name_follows(std::size_t at, std::size_t end) const { return at + 1 < end && raws_[at + 1].type == L::DOT; }
  std::size_t take_name(std::size_t at, std::size_t end);
  bool slashed_date(std::size_t at, std::size_t end) const;
  bool cut_after_number(std::size_t& at, std::size_t end);
  bool glued_before_number(std::size_t& at);
  bool told_of_digit_first(std::size_t& at, std::size_t end);
  bool told_of_marks(std::size_t& at, std::size_t end);
  bool told_of_traditional_units(const Raw& raw, std::size_t cut);
  bool ordinals(const Raw& raw);
  bool names_follow() const;
  bool told_of_contraction(const Raw& mark, std::string_view behind);
  bool holds_an_amount(std::size_t behind) const;
  bool told_of_part_of_the_day(std::size_t& at, std::size_t end);
  bool told_of_leftover(const Raw& number, std::uint32_t rest_begin, const Raw& raw, std::vector<Token>& pieces);
  const Spelling* phrase_at(std::size_t at, std::size_t end, std::size_t& length);
  std::optional<std::size_t> date_in_words(std::size_t at, std::size_t end) const;
  void emit(int type, std::uint32_t begin, std::uint32_t end) { result_.tokens.push_back({type, begin, end}); }
  int last() const { return result_.tokens.size() > start_ ? result_.tokens.back().type : 0; }
  void count(Language language) { ++(language == Language::zh ? chinese_ : english_); }

  SourceId source_;
  std::string_view bytes_;
  const Limits& limits_;
  std::vector<Complaint>& complaints_;
  std::vector<Raw> raws_;
  Tokenised result_;
  std::size_t start_ = 0;  // of the declaration at hand, in result_.tokens
  int kind_ = 0;           // its keyword
  bool broken_ = false, hopeless_ = false;
  std::size_t english_ = 0, chinese_ = 0;
  std::string folded_;
  std::array<std::size_t, 6> unpaired_until_{};  // of each kind of mark: up to here none closes it
  std::map<std::uint32_t, Slip> slips_;          // of texts whose marks do not pair, by their first byte
};

void Filter::read_shapes() {
  const StandIns shown = stand_ins(bytes_);
  Shapes shapes(shown.shown);
  std::uint32_t line_start = 0;  // code point
  bool first = true;
  std::size_t previous_end = std::string_view::npos;
  raws_.reserve(shown.shown.size() / 6 + 16);
  std::size_t line_end = 0, slips_here = 0, turned_here = 0;
  bool told_to_people = false;  // the declaration at hand holds texts that are prose
  for (Shape shape; shapes.next(shape);) {
    auto [type, start, stop] = shape;
    const bool text = type == L::TEXT || type == L::UNCLOSED;
    constexpr std::size_t kSlipsALine = 8;    // each is read again from where it was meant to end
    constexpr std::size_t kTurnedALine = 64;  // each reads the line
    if ((text || type == L::STRAY) && slips_here < kSlipsALine) {
      if (line_end <= start) {
        line_end = start;
        while (line_end < shown.shown.size() && shown.shown[line_end] != '\n' && shown.shown[line_end] != '\r')
          ++line_end;
      }
      const Marked marked{shown, bytes_, start, line_end};
      std::optional<Slip> slip;
      if (text) {
        const bool prose = told_to_people || (!raws_.empty() && says(raws_.back()));
        slip = slip_of_marks(marked, stop, type == L::TEXT, prose);
        if (slip) type = L::UNCLOSED;
      } else if (const auto sign = bytes_.substr(shown.offsets[start]);
                 turned_here < kTurnedALine &&
                 (sign.starts_with("”") || sign.starts_with("‘") || sign.starts_with("'"))) {
        ++turned_here;
        slip = slip_of_turned_marks(marked);
      }
      if (slip) {
        ++slips_here;
        stop = static_cast<std::uint32_t>(slip->end);
        slips_.emplace(shown.offsets[start], std::move(*slip));
        shapes.go_on_at(stop);
      }
    }
    if (type == L::NEWLINE) {
      slips_here = turned_here = 0;
      line_start = stop;
      first = true;
      continue;
    }
    const auto begin = shown.offsets[start], end = shown.offsets[stop];
    if (type == L::COMMENT) {
      result_.comments.push_back({span(begin, end), std::string(slice(begin, end)), first});
      continue;
    }
    Raw raw{type, begin, end, start - line_start, first, previous_end == begin};
    previous_end = end;
    raws_.push_back(raw);
    first = false;
    if (type == L::WORD) {
      const auto w = slice(begin, end);
      if (raw.first && raw.indent == 0) told_to_people = w == "example" || w == "示例" || w == "wording" || w == "话术";
      if (w == "matches" || w == "match" || w == "匹配" || w == "不匹配") {
        std::size_t slash = stop;
        while (slash < shown.shown.size() && (shown.shown[slash] == ' ' || shown.shown[slash] == '\t')) ++slash;
        if (slash < shown.shown.size() && bytes_[shown.offsets[slash]] == '/') {
          std::size_t close = slash + 1;
          while (close < shown.shown.size() && shown.shown[close] != '\n' && shown.shown[close] != '\r' &&
                 bytes_[shown.offsets[close]] != '/') {
            close +=
                bytes_[shown.offsets[close]] == '\\' && close + 1 < shown.shown.size() && shown.shown[close + 1] != '\n'
                    ? 2
                    : 1;
          }
          const bool closed = close < shown.shown.size() && bytes_[shown.offsets[close]] == '/';
          const std::size_t after = closed ? close + 1 : close;
          raws_.push_back({closed ? static_cast<int>(L::PATTERN) : -1, shown.offsets[slash], shown.offsets[after],
                           raw.indent, false, false});
          previous_end = shown.offsets[after];
          shapes.go_on_at(after);
        }
      }
    }
  }
}

// Whether the text behind that word is said to people.
bool Filter::says(const Raw& raw) const {
  if (raw.type != L::WORD && raw.type != L::COLON) return false;
  const Raw* word = &raw;
  if (raw.type == L::COLON) {
    if (raws_.size() < 2) return false;
    word = &raws_[raws_.size() - 2];
  }
  const auto text = slice(word->begin, word->end);
  if (text == "with") return true;  // replace answer with
  const auto& starts = spellings_from(text);
  return std::any_of(starts.begin(), starts.end(), [](const Spelling* s) {
    switch (s->token) {
      case L::BECAUSE:
      case L::SAY:
      case L::EN:
      case L::ZH:
      case L::READS:
      case L::TITLE:
      case L::ASK:
      case L::WHEN_CLOSED_SAY:
      case L::REPLACE_ANSWER:
      case L::REPLACE_MATCH:
        return s->words.size() == 1;
      default:
        return false;
    }
  });
}

void Filter::unclosed(const Raw& raw) {
  const auto text = slice(raw.begin, raw.end);
  const std::string closer(closer_of(text.substr(0, text.front() == '"' ? 1 : 3)));
  const auto found = slips_.find(raw.begin);
  const Slip slip = found == slips_.end() ? Slip{} : found->second;
  Both help{"a text ends on the line on which it begins", "文本须在同一行内开始和结束"};
  if (slip.kind == Slip::Kind::other_mark) {
    const std::string opener(text.substr(0, text.front() == '"' ? 1 : 3));
    help = {"a text that begins with " + opener + " ends with " + closer + (opener == closer ? " too" : ""),
            "以 " + opener + " 开始的文本" + (opener == closer ? "也" : "") + "以 " + closer + " 结束"};
  } else if (slip.kind == Slip::Kind::extra) {
    help = {"one mark ends it; two within a text are one " + closer + " of it",
            "一个引号即可结束；文本之内连写两个表示一个 " + closer};
  } else if (slip.kind == Slip::Kind::twice) {
    help = {"one pair of marks stands round a text", "一段文本只用一对引号"};
  } else if (slip.kind == Slip::Kind::quoted_within) {
    help = {"a mark within a text is written twice", "文本之内的引号要写两次"};
  } else if (slip.kind == Slip::Kind::another_begins) {
    help =
        slip.offer
            ? Both{"another text begins before this one is closed", "此文本尚未结束，另一段文本已经开始"}
            : Both{
                  "another mark stands in it before it is closed: close it where it ends; other marks, as ‘…’, for a "
                  "quotation within it",
                  "文本结束之前又出现了引号：请在其结尾处补上引号；其中的引语请换用另一种引号，如‘…’"};
  } else if (text.find(closer + closer) != std::string_view::npos) {
    // Who quotes within a quotation in the same marks has closed the inner one with what is the sign for a mark.
    help = {"within a text " + closer + closer + " is one " + closer +
                " of it: the text is still open; other marks within it read better",
            "文本之内的 " + closer + closer + " 表示一个 " + closer + "，文本尚未结束；其中换用另一种引号更易读"};
  } else if (!slip.offer) {
    help = {"close it where it ends: what stands behind that is no part of it",
            "请在文本结尾处补上引号：其后的内容不属于文本"};
  }
  std::vector<Fix> fixes;
  if (slip.offer) fixes.push_back({span(slip.offer->begin, slip.offer->end), slip.offer->replacement});
  complain(codes::kUnclosedText, raw.begin, raw.end, {closer}, help.en, help.zh, std::move(fixes));
}

// isn't, doesn't, aren't: not is a word of its own.
bool Filter::told_of_contraction(const Raw& mark, std::string_view behind) {
  struct Row {
    std::string_view before, meant;
  };
  constexpr auto kRows =
      std::to_array<Row>({{"isn", "is not"}, {"aren", "is not"}, {"doesn", "does not"}, {"don", "does not"}});
  if (!behind.starts_with("t ")) return false;
  for (const Row& row : kRows) {
    if (mark.begin < row.before.size() + 1) continue;
    const auto begin = static_cast<std::uint32_t>(mark.begin - row.before.size());
    if (slice(begin, mark.begin) != row.before || bytes_[begin - 1] != ' ') continue;
    const auto last = static_cast<std::uint32_t>(mark.end + 1);
    complain(codes::kStraySign, begin, last, {std::string(slice(begin, last))}, "write " + std::string(row.meant),
             "请写作：" + std::string(row.meant), {{span(begin, last), std::string(row.meant)}});
    return true;
  }
  return false;
}

void Filter::check_shape(const Raw& raw) {
  const auto text = slice(raw.begin, raw.end);
  switch (raw.type) {
    case -1:
      complain(codes::kUnclosedPattern, raw.begin, raw.end, {});
      break;
    case L::UNCLOSED:
      unclosed(raw);
      break;
    case L::STRAY:
      // customer's vip: a path, and no text begins there.
      if (const std::string_view behind = slice(raw.begin, static_cast<std::uint32_t>(bytes_.size()));
          (text.starts_with("'") || text.starts_with("’")) && raw.glued && raw.begin > 0 &&
          std::isalnum(static_cast<unsigned char>(bytes_[raw.begin - 1])) != 0) {
        const std::size_t mark = behind.starts_with("'") ? 1 : std::string_view("’").size();
        if (told_of_contraction(raw, behind.substr(mark))) break;
        if (behind.substr(mark).starts_with("s ")) {
          const auto last = static_cast<std::uint32_t>(raw.begin + mark + 2);
          complain(codes::kStraySign, raw.begin, raw.end, {std::string(behind.substr(0, mark))},
                   "a dot parts the names of a path", "路径的各名称以“.”隔开", {{span(raw.begin, last), "."}});
          break;
        }
      }
      if (const auto turned = slips_.find(raw.begin); turned != slips_.end()) {
        const bool single = !text.starts_with("”");
        complain(codes::kStraySign, raw.begin, raw.end,
                 {text.starts_with("'")   ? "'"
                  : text.starts_with("‘") ? "‘"
                                          : "”"},
                 single ? "a text stands between double marks" : "a text begins with “ and ends with ”",
                 single ? "文本用双引号括起" : "文本以 “ 开始，以 ” 结束",
                 {{span(raw.begin, raw.end), turned->second.offer->replacement}});
        break;
      }
      if (const std::string_view code = code_of_invisible(text); !code.empty()) {
        complain(codes::kStraySign, raw.begin, raw.end, {std::string(code)}, "this sign cannot be seen: delete it",
                 "这是一个看不见的字符：请删去", {{span(raw.begin, raw.end), ""}});
        break;
      }
      if (const bool opens = text == "‘"; opens || text == "’" || text == "'") {
        complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)}, "a text stands between double marks",
                 "文本用双引号括起",
                 {{span(raw.begin, raw.end), opens         ? "“"
                                             : text == "’" ? "”"
                                                           : "\""}});
        break;
      }
      if (text == "￥" || text == "¥") {
        complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)},
                 "an amount is written with its unit behind it: 5000000 CNY", "金额只在数字后写单位：500万元");
        break;
      }
      for (const auto& [sign, code] :
           std::to_array<std::pair<std::string_view, std::string_view>>({{"$", "USD"}, {"£", "GBP"}, {"€", "EUR"}})) {
        if (text != sign) continue;
        const std::string meant = "1000 " + std::string(code);
        complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)},
                 "an amount is written with its unit behind it: " + meant, "金额只在数字后写单位：" + meant);
        return;
      }
      complain(codes::kStraySign, raw.begin, raw.end, {std::string(text)});
      break;
    case L::TEXT:
      if (text.size() > limits_.text_bytes + (text.front() == '"' ? 1 : 3) + (text.back() == '"' ? 1 : 3)) {
        complain(codes::kTextTooLong, raw.begin, raw.begin + 1,
                 {std::to_string(text.size()), std::to_string(limits_.text_bytes)});
      }
      break;
    case L::WORD:
      if (text.size() > limits_.name_bytes) {
        complain(codes::kNameTooLong, raw.begin, raw.begin + 1,
                 {std::to_string(text.size()), std::to_string(limits_.name_bytes)});
      }
      break;
    default:
      break;
  }
}

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
             {std::to_string(raws_[next - 1].end - raws_[at].begin), std::to_string(limits_.name_bytes)});
  }
  return next;
}

const Spelling* Filter::phrase_at(std::size_t at, std::size_t end, std::size_t& length) {
  for (const Spelling* spelling : spellings_from(word(raws_[at]))) {
    const auto& words = spelling->words;
    if (at + words.size() > end) continue;
    bool all = true;
    for (std::size_t i = 1; i < words.size() && all; ++i) {
      const Raw& raw = raws_[at + i];
      all = raw.type == L::WORD && (!raw.first || is_free_layout(kind_)) && word(raw) == words[i];
    }
    if (!all) continue;
    // The last word of a phrase may be the head of a path: `is at start.x` is never meant, `keyed by` never dotted.
    if (words.size() > 1 && at + words.size() < end && raws_[at + words.size()].type == L::DOT) continue;
    // `65 or more than 3 …` is not *or more*.
    if (spelling->token == L::OR_MORE && words.size() == 2 && at + 2 < end && word(raws_[at + 2]) == "than") continue;
    length = words.size();
    return spelling;
  }
  return nullptr;
}

// 2026年2月1日
std::optional<std::size_t> Filter::date_in_words(std::size_t at, std::size_t end) const {
  static const std::array<std::string_view, 5> kShape = {"", "年", "", "月", ""};
  if (at + 5 >= end) return std::nullopt;
  for (std::size_t i = 0; i < 5; ++i) {
    const Raw& raw = raws_[at + i];
    if (i > 0 && !raw.glued) return std::nullopt;
    if (kShape[i].empty() ? raw.type != L::NUMBER : slice(raw.begin, raw.end) != kShape[i]) return std::nullopt;
  }
  const Raw& last = raws_[at + 5];
  return last.glued && last.type == L::WORD && slice(last.begin, last.end).starts_with("日") ? std::optional(at + 5)
                                                                                             : std::nullopt;
}

// 01/02/2026, 2026/02/01: nobody divides so; the reading of dates tells how one is written.
bool Filter::slashed_date(std::size_t at, std::size_t end) const {
  if (at + 4 >= end) return false;
  for (std::size_t i = at; i <= at + 4; ++i) {
    const bool number = (i - at) % 2 == 0;
    if (raws_[i].type != (number ? L::NUMBER : L::SLASH) || (i > at && !raws_[i].glued)) return false;
    if (number && slice(raws_[i].begin, raws_[i].end).find_first_not_of("0123456789") != std::string_view::npos)
      return false;
  }
  const auto digits = [&](std::size_t i) { return raws_[i].end - raws_[i].begin; };
  return digits(at + 2) <= 2 && ((digits(at) == 4 && digits(at + 4) <= 2) || (digits(at) <= 2 && digits(at + 4) == 4));
}

// 5百元, 50k, 10pm, 5万元人民币: what is meant is written in another way. `pieces` is what the reading goes on with.
bool Filter::told_of_leftover(const Raw& number, std::uint32_t rest_begin, const Raw& raw, std::vector<Token>& pieces) {
  const std::string rest(slice(rest_begin, raw.end));
  const std::string digits(slice(number.begin, number.end));
  const bool whole = digits.find('.') == std::string::npos;
  if (rest == "人民币" && !pieces.empty() && pieces.back().type == L::CURRENCY) {
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "the unit before it says so", "前面的单位已写明币种",
             {{span(rest_begin, raw.end), ""}});
    return true;
  }
  const auto& tokens = result_.tokens;
  if (rest == "人民币" && !pieces.empty() && pieces.back().type == L::MAGNITUDE) {  // 500万人民币
    complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "did you mean “元”?", "是否想写“元”？",
             {{span(rest_begin, raw.end), "元"}});
    pieces.push_back({L::CURRENCY, rest_begin, raw.end});
    return true;
  }
  const bool goes_on = number_in_words(std::string_view(rest).substr(0, 3)).has_value() && !rest.starts_with("百");
  if (const auto all = in_digits(slice(number.begin, raw.end)); goes_on && all) {  // 1亿五千万元
    complain(codes::kNumberInWords, number.begin, raw.end, {std::string(slice(number.begin, raw.end))},
             "write it in digits: " + *all, "请用数字书写：" + *all, {{span(number.begin, raw.end), *all}});
    constexpr std::string_view kYuan = "元";
    if (rest.ends_with(kYuan))
      pieces.push_back({L::CURRENCY, static_cast<std::uint32_t>(raw.end - kYuan.size()), raw.end});
    return true;
  }
  const auto& before = result_.tokens.back();
  if ((before.type == L::DATE || before.type == L::DATE_WORDS) &&
      (rest == "以前" || rest == "之前" || rest == "以后" || rest == "之后")) {
    pieces.push_back({L::WORD, rest_begin, raw.end});  // the parser stops before it, and tells how it is said
    return true;
  }
  constexpr std::string_view kSub = "之";
  if (kind_ == L::SOURCE && rest.starts_with(kSub) && is_ordinal_word("第" + rest.substr(kSub.size(), 3) + "条") &&
      tokens.size() >= 2 && tokens[tokens.size() - 2].type == L::ORDINAL) {
    const std::uint32_t begin = tokens[tokens.size() - 2].begin;                        // 第12条之一
    if (raw.end < bytes_.size() && bytes_[raw.end] >= '0' && bytes_[raw.end] <= '9') {  // 第12条之一第2款
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "an article that was put in later is named in quotes",
               "增补的条文写在引号中，例如：章节 “第12条之一”");
      return true;
    }
    const std::string meant = "章节 “" + std::string(slice(begin, raw.end)) + "”";
    complain(codes::kUnitLeftover, begin, raw.end, {rest},
             "an article that was put in later is named in quotes: " + meant, "增补的条文写在引号中：" + meant,
             {{span(begin, raw.end), meant}});
    return true;
  }
  constexpr std::string_view kToNth = "至第";
  if (kind_ == L::SOURCE && rest == kToNth && tokens.size() >= 2 && tokens[tokens.size() - 2].type == L::ORDINAL) {
    const std::uint32_t begin = tokens[tokens.size() - 2].begin;  // 第28条至第30条
    std::size_t last = static_cast<std::size_t>(&raw - raws_.data());
    while (last + 1 < raws_.size() && raws_[last + 1].glued && !raws_[last + 1].first) ++last;
    const std::string meant = "章节 “" + std::string(slice(begin, raws_[last].end)) + "”";
    complain(codes::kUnitLeftover, begin, raws_[last].end, {rest}, "several articles are named in quotes: " + meant,
             "多处条文写在引号中：" + meant, {{span(begin, raws_[last].end), meant}});
    return true;
  }
  if (!pieces.empty()) return false;
  constexpr std::string_view kHundred = "百";
  if (rest.starts_with(kHundred) && whole) {
    const std::string_view unit = std::string_view(rest).substr(kHundred.size());
    const auto& units = units_and_tails();
    const auto found = std::find_if(units.begin(), units.end(), [&](const Spelling& s) { return s.text == unit; });
    if (!unit.empty() && found == units.end()) return false;
    const auto unit_begin = static_cast<std::uint32_t>(rest_begin + kHundred.size());
    complain(codes::kUnitLeftover, rest_begin, unit_begin, {std::string(kHundred)},
             "write the number in digits: " + digits + "00", "请用数字写全：" + digits + "00",
             {{span(rest_begin, unit_begin), "00"}});
    if (!unit.empty()) pieces.push_back({found->token, unit_begin, raw.end});
    return true;
  }
  if (!is_ascii(rest) || !unit_meant_by(rest).empty() || !spellings_from(rest).empty()) return false;
  std::string meant;
  if (rest == "k" && whole) meant = digits + "_000";
  if ((rest == "am" || rest == "pm") && whole && digits.size() <= 2) {
    const int hour = std::atoi(digits.c_str());
    const int clock = hour % 12 + (rest == "pm" ? 12 : 0);
    if (hour >= 1 && hour <= 12) meant = (clock < 10 ? "0" : "") + std::to_string(clock) + ":00";
  }
  if ((rest == "am" || rest == "pm") && number.type == L::TIME) {  // 9:30am
    const int hour = std::atoi(digits.c_str());
    const int clock = hour % 12 + (rest == "pm" ? 12 : 0);
    if (hour >= 1 && hour <= 12)
      meant = (clock < 10 ? "0" : "") + std::to_string(clock) + digits.substr(digits.find(':'));
  }
  std::vector<Fix> fixes;
  if (!meant.empty()) fixes.push_back({span(number.begin, raw.end), meant});
  complain(codes::kUnitLeftover, rest_begin, raw.end, {rest},
           meant.empty() ? "behind a number stands a unit, such as %, CNY, days or years old" : "write " + meant,
           meant.empty() ? "数字之后写单位，如 %、元、天、周岁" : "请写作：" + meant, std::move(fixes));
  if (rest == "am" || rest == "pm") result_.tokens.back().type = L::TIME;
  return true;
}

// 高于 5点, 客户.余额 9点: of two times none is higher, or nothing compares. `behind`: tokens up to the number, and with it.
bool Filter::holds_an_amount(std::size_t behind) const {
  if (behind < 2) return false;
  const Token& before = result_.tokens[behind - 2];
  switch (before.type) {
    case L::WORD:
      return true;
    case L::GE:
    case L::LE:
    case L::GT:
    case L::LT: {
      const std::string_view word = slice(before.begin, before.end);
      return word.find("早于") == word.npos && word.find("晚于") == word.npos && !is_ascii(word);
    }
    default:
      return false;
  }
}

// What follows a number is cut, longest first, by the list of units and tails. A word that a blank parts from its number is
// cut only if the list covers all of it.
bool Filter::cut_after_number(std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  // Units of several words: years old, working days, per ten thousand.
  for (const auto& unit : units_and_tails()) {
    if (unit.words.size() == 1 || unit.kind != KeywordKind::unit || at + unit.words.size() > end) continue;
    bool all = true;
    for (std::size_t i = 0; i < unit.words.size() && all; ++i) {
      all = raws_[at + i].type == L::WORD && (i == 0 || !raws_[at + i].first || is_free_layout(kind_)) &&
            word(raws_[at + i]) == unit.words[i];
    }
    if (!all) continue;
    emit(unit.token, raw.begin, raws_[at + unit.words.size() - 1].end);
    at += unit.words.size();
    return true;
  }
  const std::string_view text = slice(raw.begin, raw.end);
  const std::string folded(word(raw));
  if (folded.size() == 3 && minor_units(folded)) {
    emit(L::CURRENCY, raw.begin, raw.end);
    ++at;
    return true;
  }
  if (folded == "percent") {
    emit(L::PERCENT, raw.begin, raw.end);
    ++at;
    return true;
  }
  std::vector<Token> pieces;
  std::size_t cut = 0;
  while (cut < text.size()) {
    const Spelling* found = nullptr;
    for (const auto& unit : units_and_tails()) {
      if (unit.words.size() != 1 || !text.substr(cut).starts_with(unit.text)) continue;
      // An English unit is a whole word.
      if (unit.language == Language::en && (cut != 0 || text.size() != unit.text.size())) continue;
      found = &unit;
      break;
    }
    if (found == nullptr) break;
    pieces.push_back({found->token, static_cast<std::uint32_t>(raw.begin + cut),
                      static_cast<std::uint32_t>(raw.begin + cut + found->text.size())});
    cut += found->text.size();
  }
  const bool covered = cut == text.size();
  // 第12条第3款
  const bool ordinal_follows =
      !covered && text.substr(cut) == "第" && at + 1 < end && raws_[at + 1].glued && raws_[at + 1].type == L::NUMBER;
  if (!covered && !ordinal_follows) {
    if (!raw.glued) return false;
    if (const std::size_t tokens = result_.tokens.size(); told_of_traditional_units(raw, cut)) {
      result_.tokens.insert(result_.tokens.begin() + static_cast<std::ptrdiff_t>(tokens), pieces.begin(), pieces.end());
      ++at;
      return true;
    }
    const auto rest_begin = static_cast<std::uint32_t>(raw.begin + cut);
    const std::string rest(text.substr(cut));
    const Raw& number = raws_[at - 1];
    const std::string whole(slice(number.begin, rest_begin));
    std::vector<std::string_view> known;
    for (const auto& unit : units_and_tails()) {
      // No slip makes one currency of another word: 百元 is no 日元.
      if (unit.words.size() == 1 && unit.language == Language::zh && unit.token != L::CURRENCY)
        known.push_back(unit.text);
    }
    const bool day = at + 2 < end && raws_[at + 1].glued && raws_[at + 1].type == L::NUMBER && raws_[at + 2].glued &&
                     (slice(raws_[at + 2].begin, raws_[at + 2].end).starts_with("日") ||
                      slice(raws_[at + 2].begin, raws_[at + 2].end).starts_with("号"));
    if (day && text == "月") {  // 12月31日: no months
      const auto last = static_cast<std::uint32_t>(raws_[at + 2].begin + 3);
      complain(codes::kNoSuchDate, number.begin, last, {std::string(slice(number.begin, last))},
               "a date has its year: 2026-12-31", "日期须写明年份：2026-12-31");
      raws_[at + 2].begin = last;
      at += raws_[at + 2].begin == raws_[at + 2].end ? 3 : 2;
      return true;
    }
    const std::string digits(slice(number.begin, number.end));
    const bool ends = at + 1 >= end || !raws_[at + 1].glued || raws_[at + 1].type != L::NUMBER;
    if ((text == "点" || text == "点整" || text == "点钟" || text == "点半") && ends && digits.size() <= 2 &&
        number.type == L::NUMBER && std::atoi(digits.c_str()) <= 24) {
      const std::string meant = digits + (text == "点半" ? ":30" : ":00");
      const bool of_time = !holds_an_amount(result_.tokens.size());
      std::vector<Fix> fixes;
      if (of_time) fixes.push_back({span(number.begin, raw.end), meant});
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest},
               "a time of day is written " + meant + (of_time ? "" : "; a share 5% or 0.05 percentage points"),
               "钟点写作 " + meant + (of_time ? "" : "；比率写作 5% 或 0.05个百分点"), std::move(fixes));
      result_.tokens.back() = {L::TIME, number.begin, raw.end};
      ++at;
      return true;
    }
    if ((text == "点到" || text == "点至") && !ends && digits.size() <= 2 && number.type == L::NUMBER &&
        std::atoi(digits.c_str()) < 24) {  // 9点到17点
      const std::string meant = (digits.size() == 1 ? "0" + digits : digits) + ":00 至 ";
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "times of day are written " + meant + "17:00",
               "钟点写作 " + meant + "17:00", {{span(number.begin, raw.end), meant}});
      result_.tokens.back() = {L::TIME, number.begin, rest_begin};
      result_.tokens.push_back({L::UP_TO, rest_begin, raw.end});
      ++at;
      return true;
    }
    // 9点30分, 9时30: the minutes are a number of their own, glued to it.
    if ((text == "点" || text == "时") && !ends && digits.size() <= 2 && number.type == L::NUMBER) {
      const Raw& minutes = raws_[at + 1];
      const std::string_view many = slice(minutes.begin, minutes.end);
      const bool unit = at + 2 < end && raws_[at + 2].glued && word(raws_[at + 2]) == "分";
      if (many.size() == 2 && std::atoi(digits.c_str()) < 24 && many[0] < '6' && many.find('.') == many.npos) {
        const std::uint32_t last = unit ? raws_[at + 2].end : minutes.end;
        const std::string meant = (digits.size() == 1 ? "0" + digits : digits) + ":" + std::string(many);
        complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "a time of day is written " + meant,
                 "钟点写作 " + meant, {{span(number.begin, last), meant}});
        result_.tokens.back() = {L::TIME, number.begin, last};
        at += unit ? 3 : 2;
        return true;
      }
    }
    if (told_of_leftover(number, rest_begin, raw, pieces)) {
      for (const auto& piece : pieces) result_.tokens.push_back(piece);
      ++at;
      return true;
    }
    const MeantUnit of_habit = unit_and_tail_meant_by(rest);
    std::string meant(of_habit.unit);
    if (of_habit.tail != nullptr) meant += of_habit.tail->text;
    if (meant.empty()) meant = nearest(rest, known);
    const bool keyword = !spellings_from(rest).empty() || spaced_reading(rest).has_value();
    if (!meant.empty()) {
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest}, "did you mean “" + meant + "”?",
               "是否想写“" + meant + "”？", {{span(rest_begin, raw.end), meant}});
    } else if (!keyword && kind_ == L::SOURCE) {  // 第12条之规定
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest});
    } else if (!keyword) {
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest},
               "behind a number stands a unit, such as %, CNY, days or years old; before a name stands a blank",
               "数字之后写单位，如 %、元、天、周岁；若是名称，其前请加空格");
    } else {
      complain(codes::kUnitLeftover, rest_begin, raw.end, {rest},
               std::string("put a blank after the ") + (cut > 0 ? "unit: " : "number: ") + whole + " " + rest,
               std::string(cut > 0 ? "单位" : "数字") + "后请加空格：" + whole + " " + rest,
               {{span(rest_begin, rest_begin), " "}});
    }
    for (const auto& piece : pieces) result_.tokens.push_back(piece);
    if (!of_habit.unit.empty()) {  // read as what was meant
      const auto tail_begin =
          static_cast<std::uint32_t>(raw.end - (of_habit.tail == nullptr ? 0 : of_habit.tail->text.size()));
      for (const auto& unit : units_and_tails()) {
        if (unit.text != of_habit.unit) continue;
        emit(unit.token, rest_begin, tail_begin);
        break;
      }
      if (of_habit.tail != nullptr) emit(of_habit.tail->token, tail_begin, raw.end);
      ++at;
      return true;
    }
    int left = L::WORD;  // 50万元且: what is left may be a keyword, and the reading goes on with it
    for (const Spelling* spelling : spellings_from(rest)) {
      if (spelling->words.size() == 1) left = spelling->token;
    }
    emit(left, rest_begin, raw.end);
    ++at;
    return true;
  }
  for (const auto& piece : pieces) result_.tokens.push_back(piece);
  if (ordinal_follows) emit(L::ORDINAL, static_cast<std::uint32_t>(raw.begin + cut), raw.end);
  ++at;
  return true;
}

// 大于等于65, 距今超过12个月, 上限额的20: read as what is meant, with one message of it. The word's token has been emitted.
bool Filter::glued_before_number(std::size_t& at) {
  const Raw& raw = raws_[at];
  const Raw& number = raws_[at + 1];
  const std::string_view text = slice(raw.begin, raw.end);
  if (text.size() > limits_.name_bytes) return false;  // is told as that; cutting it costs its length to the third
  if (text == "在") {                                  // 在50万元以上: the parser tells how it is said
    ++at;
    return true;
  }
  if (const std::string plain = simplified(text); plain != text) {  // 後4位, 至少滿足2項
    for (const Spelling* keyword : spellings_from(plain)) {
      if (keyword->words.size() != 1) continue;
      complain(codes::kTraditional, raw.begin, raw.end, {std::string(text)},
               "keywords are written in simplified characters: " + plain, "关键字用简体字：" + plain,
               {{span(raw.begin, raw.end), plain}});
      result_.tokens.back().type = keyword->token;
      ++at;
      return true;
    }
  }
  const std::vector<Segment> segments = segments_before_a_number(text);
  if (segments.empty()) return false;
  result_.tokens.pop_back();
  std::string meant;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& each = segments[i];
    const auto begin = static_cast<std::uint32_t>(raw.begin + each.at);
    const auto end = i + 1 < segments.size() ? static_cast<std::uint32_t>(raw.begin + segments[i + 1].at)
                                             : static_cast<std::uint32_t>(raw.begin + text.size());
    emit(each.keyword == nullptr ? static_cast<int>(L::WORD) : each.keyword->token, begin, end);
    const bool parts = each.keyword != nullptr && each.keyword->token == L::PARTS_OF;
    meant += each.text + (parts ? "" : " ");
  }
  meant += std::string(slice(number.begin, number.end));
  complain(codes::kKeywordGlued, raw.begin, number.end, {std::string(slice(raw.begin, number.end))}, "write " + meant,
           "请写作：" + meant, {{span(raw.begin, number.end), meant}});
  ++at;
  return true;
}

// 晚上10点, 早上8点半, 下午3点30分: a time of day. The word's token has been emitted.
bool Filter::told_of_part_of_the_day(std::size_t& at, std::size_t end) {
  struct Part {
    std::string_view word;
    int from, until;  // hours of the clock's face that are meant as they stand, and twelve later
  };
  constexpr auto kParts = std::to_array<Part>({{"凌晨", 0, 6},
                                               {"清晨", 4, 9},
                                               {"早上", 4, 12},
                                               {"早晨", 4, 12},
                                               {"上午", 5, 12},
                                               {"中午", 11, 14},
                                               {"下午", 12, 19},
                                               {"傍晚", 16, 20},
                                               {"晚上", 17, 24},
                                               {"晚间", 17, 24},
                                               {"夜间", 19, 24}});
  const Raw& number = raws_[at + 1];
  const std::string_view text = slice(raws_[at].begin, raws_[at].end);
  const auto part = std::find_if(kParts.begin(), kParts.end(), [&](const Part& each) { return text == each.word; });
  if (part == kParts.end() || at + 2 >= end || !raws_[at + 2].glued) return false;
  const std::string digits(slice(number.begin, number.end)), unit(slice(raws_[at + 2].begin, raws_[at + 2].end));
  if (digits.size() > 2 || digits.find('.') != digits.npos) return false;
  if (unit != "点" && unit != "点整" && unit != "点钟" && unit != "点半") return false;
  std::string minutes = unit == "点半" ? "30" : "00";
  std::size_t next = at + 3;
  if (unit == "点" && next < end && raws_[next].glued && raws_[next].type == L::NUMBER) {
    minutes = slice(raws_[next].begin, raws_[next].end);
    if (minutes.size() != 2 || minutes[0] > '5' || minutes[0] < '0' || minutes[1] < '0') return false;
    ++next;
    if (next < end && raws_[next].glued && word(raws_[next]) == "分") ++next;
  }
  int hour = std::atoi(digits.c_str());
  if (hour < part->from && hour <= 12) hour += 12;
  if (hour < part->from || hour > part->until || (hour == 24 && minutes != "00")) return false;  // 晚上2点, 上午15点
  const std::string meant = (hour < 10 ? "0" : "") + std::to_string(hour) + ":" + minutes;
  const std::uint32_t last = raws_[next - 1].end;
  complain(codes::kUnitLeftover, raws_[at + 2].begin, raws_[at + 2].end, {unit}, "a time of day is written " + meant,
           "钟点写作 " + meant, {{span(raws_[at].begin, last), meant}});
  result_.tokens.back() = {L::TIME, raws_[at].begin, last};
  at = next;
  return true;
}

// 1号规则: where a name is meant the whole run is one, and no name begins with a digit.
bool Filter::told_of_digit_first(std::size_t& at, std::size_t end) {
  const Raw& number = raws_[at];
  if (at + 1 >= end || !raws_[at + 1].glued || raws_[at + 1].first || raws_[at + 1].type != L::WORD) return false;
  std::size_t next = at + 1;
  while (next < end && raws_[next].glued && !raws_[next].first &&
         (raws_[next].type == L::WORD || raws_[next].type == L::NUMBER))
    ++next;
  const std::string whole(slice(number.begin, raws_[next - 1].end)), rest = whole.substr(number.end - number.begin);
  const std::string digits = nfkc(slice(number.begin, number.end));
  constexpr std::array<std::string_view, 10> kDigits = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  const bool words = !is_ascii(rest) && digits.find_first_not_of("0123456789") == std::string::npos &&
                     digits.front() != '0' && digits.size() <= 2;
  std::string meant = "_" + whole;
  if (words) {
    const std::size_t tens = digits.size() == 2 ? static_cast<std::size_t>(digits[0] - '0') : 0;
    const auto ones = static_cast<std::size_t>(digits.back() - '0');
    meant = tens > 1 ? std::string(kDigits[tens]) : std::string();
    if (tens > 0) meant += "十";
    if (ones > 0) meant += kDigits[ones];
    meant += rest;
  }
  complain(codes::kDigitFirst, number.begin, raws_[next - 1].end, {whole}, "write " + meant, "请写作：" + meant,
           {{span(number.begin, raws_[next - 1].end), meant}});
  emit(L::WORD, number.begin, raws_[next - 1].end);
  at = next;
  return true;
}

// 『保本』, 〈保本〉, «sure»: marks of a text, though not those that make one here.
bool Filter::told_of_marks(std::size_t& at, std::size_t end) {
  struct Pair {
    std::string_view open, close;
  };
  constexpr std::array<Pair, 6> kPairs = {
      {{"『", "』"}, {"〈", "〉"}, {"«", "»"}, {"‹", "›"}, {"〝", "〞"}, {"〝", "〟"}}};
  const Raw& open = raws_[at];
  const std::string_view mark = slice(open.begin, open.end);
  const auto kind = std::find_if(kPairs.begin(), kPairs.end(), [&](const Pair& each) { return each.open == mark; });
  if (kind == kPairs.end()) return false;
  std::size_t& unpaired_until = unpaired_until_[static_cast<std::size_t>(kind - kPairs.begin())];
  if (at < unpaired_until) return false;
  std::size_t next = at + 1;
  for (; next < end; ++next) {
    if (slice(raws_[next - 1].end, raws_[next].begin).find_first_of("\r\n") != std::string_view::npos ||
        raws_[next].type == L::NEWLINE)
      break;
    const std::string_view written = slice(raws_[next].begin, raws_[next].end);
    const bool stray = raws_[next].type == L::STRAY;
    const auto pair = std::find_if(kPairs.begin(), kPairs.end(), [&](const Pair& each) {
      return stray && each.open == mark && each.close == written;
    });
    if (pair == kPairs.end()) {
      if (raws_[next].type == L::UNCLOSED || raws_[next].type == L::TEXT) break;
      continue;
    }
    const auto close_end = static_cast<std::uint32_t>(raws_[next].begin + pair->close.size());
    const std::string meant = "“" + std::string(slice(open.end, raws_[next].begin)) + "”";
    complain(codes::kStraySign, open.begin, open.end, {std::string(mark)},
             "a text stands between double marks: " + meant, "文本用双引号括起：" + meant,
             {{span(open.begin, close_end), meant}});
    emit(L::TEXT, open.begin, close_end);
    at = next + 1;
    return true;
  }
  unpaired_until = next;
  return false;
}

// 60歲, 5萬元: units in traditional characters, read as what they are.
bool Filter::told_of_traditional_units(const Raw& raw, std::size_t cut) {
  const std::string rest(slice(static_cast<std::uint32_t>(raw.begin + cut), raw.end));
  const std::string meant = simplified(rest);
  if (meant == rest) return false;
  std::vector<Token> pieces;
  for (std::size_t at = 0; at < meant.size();) {
    const auto& units = units_and_tails();
    const auto found = std::find_if(units.begin(), units.end(), [&](const Spelling& unit) {
      return unit.language == Language::zh && unit.words.size() == 1 &&
             std::string_view(meant).substr(at).starts_with(unit.text);
    });
    if (found == units.end()) return false;
    const auto begin = static_cast<std::uint32_t>(raw.begin + cut + at);
    pieces.push_back({found->token, begin, static_cast<std::uint32_t>(begin + found->text.size())});
    at += found->text.size();
  }
  const auto begin = static_cast<std::uint32_t>(raw.begin + cut);
  complain(codes::kTraditional, begin, raw.end, {rest}, "units are written in simplified characters: " + meant,
           "单位用简体字：" + meant, {{span(begin, raw.end), meant}});
  result_.tokens.insert(result_.tokens.end(), pieces.begin(), pieces.end());
  return true;
}

// 第二十八条第二款: each a place of the law, as 第28条第2款 is.
bool Filter::ordinals(const Raw& raw) {
  const std::string_view text = slice(raw.begin, raw.end);
  constexpr std::string_view kNth = "第";
  std::vector<Token> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find(kNth, at + 1), text.size());
    if (!is_ordinal_word(text.substr(at, next - at))) return false;
    pieces.push_back(
        {L::ORDINAL_WORD, static_cast<std::uint32_t>(raw.begin + at), static_cast<std::uint32_t>(raw.begin + next)});
    at = next;
  }
  result_.tokens.insert(result_.tokens.end(), pieces.begin(), pieces.end());
  return !pieces.empty();
}

// Whether only a name may stand behind the last token.
bool Filter::names_follow() const {
  switch (last()) {
    case L::ALSO:
    case L::BY:
    case L::CITES:
    case L::OWNER:
    case L::HAND_OFF:
    case L::OVERFLOW_TO:
    case L::DEFAULT_QUEUE:
    case L::DISCLOSE:
    case L::FLAG:
    case L::ALERT:
    case L::REQUIRE:
    case L::EXCEPTION_TO:
    case L::CONTAINS_ANY:
    case L::CONTAINS_ALL:
    case L::CLAIMS_ANY:
    case L::NOT_CLAIMS_ANY:
      return true;
    case L::ONE_OF:
    case L::COMMA:
    case L::LPAREN:
      return kind_ == L::FACTS;
    default:
      return false;
  }
}

void Filter::declaration(std::size_t begin, std::size_t end) {
  start_ = result_.tokens.size();
  broken_ = false;
  hopeless_ = false;
  const int above = kind_;  // the declaration before this line
  kind_ = 0;
  const Raw& head = raws_[begin];
  Stretch stretch;
  stretch.begin = start_;
  stretch.first_complaint = complaints_.size();

  const bool slipped = head.indent != 0 && begin > 0;
  if (slipped) {
    const std::uint32_t line = head.begin - (bytes_[head.begin - 1] == ' ' || bytes_[head.begin - 1] == '\t' ? 1 : 3);
    complain(codes::kIndentedDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
             "delete the blank before it", "请删去其前的空格", {{span(line, head.begin), ""}});
    broken_ = false;
  } else if (head.indent != 0) {  // only before the first declaration
    complain(codes::kOutsideDeclaration, head.begin, head.end, {}, "a declaration begins at the left margin",
             "声明须顶格书写");
    return;
  }
  std::size_t at = begin;
  std::size_t length = 0;
  const Spelling* opener = head.type == L::WORD ? phrase_at(begin, end, length) : nullptr;
  if (opener == nullptr || opener->kind != KeywordKind::declaration) {
    check_shape(head);
    if (broken_) return;
    const std::string found(word(head));
    if (!is_ascii(found)) count(Language::zh);  // nothing else may tell in which language the author reads
    std::vector<std::string_view> known;
    for (const auto& spelling : all_spellings()) {
      if (spelling.kind == KeywordKind::declaration) known.push_back(spelling.text);
    }
    std::string meant = simplified(found);
    const bool traditional = meant != found && std::find(known.begin(), known.end(), meant) != known.end();
    if (!traditional) meant.clear();
    for (const std::string_view habit : meant_by(found))
      if (meant.empty() && std::find(known.begin(), known.end(), habit) != known.end()) meant = habit;
    if (const bool line =
            opener != nullptr && (opener->kind == KeywordKind::line || opener->kind == KeywordKind::clause);
        line && meant.empty()) {  // 法域 is no slip of 法源
      count(opener->language);
      constexpr auto kOfPack =
          std::to_array<int>({L::TITLE, L::JURISDICTION, L::TIME_ZONE, L::VERSION, L::DEFAULT_QUEUE,
                              L::DEFAULT_IF_UNKNOWN, L::DATA_CLASSES, L::REFUSE_CLASS, L::REFUSE});
      if (above != L::PACK && std::find(kOfPack.begin(), kOfPack.end(), opener->token) != kOfPack.end()) {
        complain(codes::kUnknownDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
                 "it is a line of the pack: put it, indented, below “pack”",
                 "此行属于规则包：请移到“规则包”之下并缩进");
        return;
      }
      complain(codes::kUnknownDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
               "it is a line of the declaration above: indent it", "此行属于上面的声明：请缩进",
               begin == 0 ? std::vector<Fix>{} : std::vector<Fix>{{span(head.begin, head.begin), "  "}});
      return;
    }
    if (meant.empty()) meant = nearest(found, known);
    std::vector<Fix> fixes;
    if (!meant.empty()) fixes.push_back({span(head.begin, head.end), meant});
    const auto declarations = [](Language language) {
      std::string all;
      int token = 0;
      for (const auto& spelling : all_spellings()) {
        if (spelling.kind != KeywordKind::declaration || spelling.language != language || spelling.token == token)
          continue;
        token = spelling.token;
        all += (all.empty() ? "" : language == Language::zh ? "、" : ", ") + spelling.text;
      }
      return all;
    };
    if (traditional) {
      complain(codes::kTraditional, head.begin, head.end, {found},
               "keywords are written in simplified characters: " + meant, "关键字用简体字：" + meant, std::move(fixes));
    } else if (meant.empty()) {
      complain(codes::kUnknownDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
               "a line at the left margin begins with one of " + declarations(Language::en) +
                   "; all other lines are indented",
               "顶格的行以下列词之一开头：" + declarations(Language::zh) + "；其他行须缩进");
    } else {
      complain(codes::kUnknownDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
               "did you mean “" + meant + "”?", "是否想写“" + meant + "”？", std::move(fixes));
    }
    if (meant.empty()) return;
    opener = spellings_from(meant).front();  // read as what was meant: its other mistakes are told too
    length = 1;
  }
  kind_ = opener->token;
  stretch.language = opener->language;
  count(opener->language);
  emit(kind_, head.begin, head.end);
  at += length;
  if (at < end && raws_[at].type == L::COLON) ++at;

  const bool lines = !is_free_layout(kind_);
  const bool members = kind_ == L::FACTS;
  std::size_t depth = 0, deepest = 0;
  std::vector<std::uint32_t> indents;  // of members, outermost first
  bool name_expected = kind_ != L::EXAMPLE;
  std::uint32_t deep_at = 0;
  std::size_t list_of = 0;
  const auto deeper = [&](std::size_t now, std::uint32_t where) {  // where it first was too much
    if (now > limits_.nesting && deepest <= limits_.nesting) deep_at = where;
    deepest = std::max(deepest, now);
  };
  bool tab_told = false;

  while (at < end) {
    const Raw& raw = raws_[at];
    if (const std::string_view dot = slice(raw.begin, raw.end);  // 客户·年龄
        raw.type == L::STRAY && (dot == "·" || dot == "・" || dot == "•") && raw.glued && last() == L::WORD &&
        at + 1 < end && raws_[at + 1].glued) {
      complain(codes::kStraySign, raw.begin, raw.end, {std::string(dot)}, "a full stop parts the names of a path",
               "路径各段之间用“.”", {{span(raw.begin, raw.end), "."}});
      emit(L::DOT, raw.begin, raw.end);
      ++at;
      continue;
    }
    const bool marks = raw.type == L::STRAY && !(raw.first && lines && depth == 0) && told_of_marks(at, end);
    if (marks) {
      name_expected = false;
      continue;
    }
    check_shape(raw);
    if (raw.first && !tab_told) {
      const std::uint32_t line_begin = raw.begin - std::min(raw.begin, raw.indent);
      if (const auto tab = slice(line_begin, raw.begin).find('\t'); tab != std::string_view::npos) {
        tab_told = true;                   // one a declaration: a file that is indented so is told once a place
        hopeless_ = hopeless_ || members;  // how deep a line is meant cannot be told
        complain(codes::kTabIndent, static_cast<std::uint32_t>(line_begin + tab),
                 static_cast<std::uint32_t>(line_begin + tab + 1), {}, "indent with blanks", "请用空格缩进",
                 {{span(static_cast<std::uint32_t>(line_begin + tab), static_cast<std::uint32_t>(line_begin + tab + 1)),
                   "  "}});
      }
    }
    bool member_name = false;
    if (raw.first && lines && depth == 0) {
      const int before = last();
      const bool goes_on = before == L::COMMA || before == L::BAR || before == L::BARS;
      if (!goes_on) {
        if (before == L::STOP) result_.tokens.pop_back();
        if (!members || indents.empty()) {
          emit(L::LINE, raw.begin, raw.begin);
          if (members) indents.push_back(raw.indent);
        } else if (raw.indent > indents.back()) {
          emit(L::INDENT, raw.begin, raw.begin);
          indents.push_back(raw.indent);
          deeper(indents.size(), raw.begin);
        } else {
          while (indents.size() > 1 && raw.indent < indents.back()) {
            emit(L::DEDENT, raw.begin, raw.begin);
            indents.pop_back();
          }
          emit(L::LINE, raw.begin, raw.begin);
        }
        member_name = members;
      }
    }
    switch (raw.type) {
      case L::WORD: {
        const auto typed = slice(raw.begin, raw.end);
        if (const bool tag = typed.ends_with("zh") || typed.ends_with("en");
            tag && typed.size() > 5 && ends_in_chinese(typed.substr(0, typed.size() - 2)) && at + 1 < end &&
            raws_[at + 1].type == L::TEXT && last() != L::DOT) {  // 风险提示zh “…”
          const std::uint32_t cut = raw.end - 2;
          complain(codes::kKeywordGlued, raw.begin, raw.end, {std::string(typed)},
                   "put a blank before the language of the text", "文本的语言之前请加空格", {{span(cut, cut), " "}});
          emit(L::WORD, raw.begin, cut);
          emit(typed.ends_with("zh") ? L::ZH : L::EN, cut, raw.end);
          name_expected = false;
          ++at;
          continue;
        }
        if (member_name || last() == L::DOT || last() == L::ALSO || name_follows(at, end)) {
          at = take_name(at, end);
          name_expected = false;
          continue;
        }
        const Spelling* keyword = phrase_at(at, end, length);
        const bool named = name_expected;
        if (name_expected) {
          name_expected = false;
          if (keyword != nullptr && !is_reserved(keyword->token)) keyword = nullptr;
        }
        // `article 12 item 3`, 第3条 章节 “4.2”: in a source these words count nothing.
        const bool place = kind_ == L::SOURCE && keyword != nullptr && !raw.glued &&
                           (keyword->token == L::ITEM || keyword->token == L::SECTION);
        // Where line ends mean nothing a unit may begin a line, but no clause is one.
        const bool parted =
            raw.first && (!is_free_layout(kind_) || (keyword != nullptr && is_clause_start(keyword->token)));
        if (is_number_like(last()) && !parted && !place && cut_after_number(at, end)) continue;
        if (keyword != nullptr) {
          if (is_clause_start(keyword->token) && last() == L::COMMA) result_.tokens.pop_back();
          if (last() == L::STOP) result_.tokens.pop_back();
          count(keyword->language);
          list_of = keyword->token == L::LIST_OF ? list_of + 1 : 0;
          deeper(list_of, raw.begin);
          emit(keyword->token, raw.begin, raws_[at + length - 1].end);
          // yes/no
          if (keyword->token == L::YES && at + 2 < end && raws_[at + 1].glued && raws_[at + 1].type == L::SLASH &&
              raws_[at + 2].glued && slice(raws_[at + 2].begin, raws_[at + 2].end) == "no") {
            result_.tokens.back() = {L::T_YES_NO, raw.begin, raws_[at + 2].end};
            length = 3;
          }
          at += length;
          // One colon after a clause word is passed over: 理由：“…”
          if (at < end && raws_[at].type == L::COLON) ++at;
          continue;
        }
        if (kind_ == L::SOURCE && ordinals(raw)) {
          ++at;
          continue;
        }
        emit(L::WORD, raw.begin, raw.end);
        if (at + 1 < end && raws_[at + 1].glued && raws_[at + 1].type == L::NUMBER &&
            ends_in_chinese(slice(raw.begin, raw.end))) {
          const std::string name(slice(raw.begin, raws_[at + 1].end));
          if (!named && glued_before_number(at)) continue;
          if (!named && word(raw) == "人民币") {  // 人民币500万元: the unit behind the number says it
            const auto& units = units_and_tails();
            const auto unit = std::find_if(units.begin(), units.end(), [&](const Spelling& s) {
              return s.token == L::CURRENCY && at + 2 < end && raws_[at + 2].glued &&
                     word(raws_[at + 2]).ends_with(s.text);
            });
            std::vector<Fix> fixes;
            if (unit != units.end() && unit_name(L::CURRENCY, unit->text) == "CNY")
              fixes.push_back({span(raw.begin, raw.end), ""});
            result_.tokens.pop_back();
            complain(codes::kStraySign, raw.begin, raw.end, {std::string(slice(raw.begin, raw.end))},
                     "an amount is written with its unit behind it: 500万元", "金额只在数字后写单位：500万元",
                     std::move(fixes));
            ++at;
            continue;
          }
          if (!named && told_of_part_of_the_day(at, end)) continue;
          const std::size_t written = result_.tokens.size();
          if (written >= 2 && result_.tokens[written - 2].type == L::PRIORITY &&
              !value_of("priority", word(raw)).empty()) {  // 优先级 高5分钟
            complain(codes::kDigitInName, raw.begin, raws_[at + 1].end, {name}, "write a comma between them",
                     "中间请加逗号", {{span(raw.end, raw.end), "，"}});
            emit(L::COMMA, raw.end, raw.end);
            ++at;
            continue;
          }
          complain(codes::kDigitInName, raw.begin, raws_[at + 1].end, {name}, "write an underline between them",
                   "中间请加下划线", {{span(raw.end, raw.end), "_"}});
          result_.tokens.back().end = raws_[at + 1].end;  // 大额2 and 大额3 are two names
          ++at;
        }
        ++at;
        continue;
      }
      case L::NUMBER: {
        const bool a_name = name_expected || member_name || names_follow();
        name_expected = false;
        if (a_name && told_of_digit_first(at, end)) continue;
        if (slashed_date(at, end)) {
          emit(L::DATE, raw.begin, raws_[at + 4].end);
          at += 5;
          continue;
        }
        if (const auto day = date_in_words(at, end)) {
          const Raw& tail = raws_[*day];
          emit(L::DATE_WORDS, raw.begin, tail.begin + 3);
          raws_[*day].begin += 3;  // what is left of 日起施行
          at = *day;
          if (raws_[at].begin == raws_[at].end) ++at;
          continue;
        }
        const auto grouping = [&](std::size_t comma) {  // 18、100 are two numbers
          return raws_[comma].type == L::COMMA && raws_[comma].glued &&
                 slice(raws_[comma].begin, raws_[comma].end) != "、";
        };
        const auto groups_three = [&](const Raw& group) {  // 000, 000.50, in either width
          const std::string digits = nfkc(slice(group.begin, group.end));
          return digits.find_first_not_of("0123456789") >= 3 &&
                 (digits.size() == 3 || (digits.size() > 3 && digits[3] == '.'));
        };
        if (at + 2 < end && grouping(at + 1) && raws_[at + 2].type == L::NUMBER && raws_[at + 2].glued &&
            groups_three(raws_[at + 2])) {
          std::size_t stop = at + 2;
          std::string mended = nfkc(slice(raw.begin, raw.end));
          mended += "_" + nfkc(slice(raws_[stop].begin, raws_[stop].end));
          while (stop + 2 < end && grouping(stop + 1) && raws_[stop + 2].type == L::NUMBER && raws_[stop + 2].glued &&
                 groups_three(raws_[stop + 2])) {
            stop += 2;
            mended += "_" + nfkc(slice(raws_[stop].begin, raws_[stop].end));
          }
          complain(codes::kGroupedNumber, raw.begin, raws_[stop].end, {std::string(slice(raw.begin, raws_[stop].end))},
                   "an underline may group digits", "可用下划线分节", {{span(raw.begin, raws_[stop].end), mended}});
          emit(L::NUMBER, raw.begin, raw.end);
          at = stop + 1;
          continue;
        }
        emit(L::NUMBER, raw.begin, raw.end);
        ++at;
        continue;
      }
      case L::LPAREN:
      case L::LBRACKET:
        ++depth;
        deeper(depth + indents.size(), raw.begin);
        break;
      case L::RPAREN:
      case L::RBRACKET:
        if (depth > 0) --depth;
        break;
      default:
        break;
    }
    name_expected = false;
    const auto slip = slips_.find(raw.begin);
    if (slip != slips_.end() && slip->second.offer) {
      emit(L::TEXT, raw.begin, raw.end);  // where it was meant to end is known: the reading goes on
    } else if (raw.type > 0 && raw.type != L::STRAY && raw.type != L::UNCLOSED) {
      emit(raw.type, raw.begin, raw.end);
    }
    ++at;
  }
  while (result_.tokens.size() > start_ && last() == L::STOP) result_.tokens.pop_back();
  for (; indents.size() > 1; indents.pop_back()) emit(L::DEDENT, raws_[end - 1].end, raws_[end - 1].end);
  if (deepest > limits_.nesting) {
    complain(codes::kNestingTooDeep, deep_at, deep_at + 1, {std::to_string(limits_.nesting)});
    hopeless_ = true;  // the parser is never shown it
  }
  stretch.end = result_.tokens.size();
  stretch.hopeless = hopeless_;
  stretch.last_complaint = complaints_.size();
  result_.declarations.push_back(stretch);
}

}  // namespace

bool is_ordinal_word(std::string_view word) {
  static const std::array<std::string_view, 13> kDigits = {"一", "二", "三", "四", "五", "六", "七",
                                                           "八", "九", "十", "百", "零", "〇"};
  static const std::array<std::string_view, 5> kPlaces = {"条", "款", "项", "章", "节"};
  if (!word.starts_with("第") || word.size() < 9) return false;
  if (std::find(kPlaces.begin(), kPlaces.end(), word.substr(word.size() - 3)) == kPlaces.end()) return false;
  for (std::size_t at = 3; at + 3 < word.size(); at += 3) {
    if (std::find(kDigits.begin(), kDigits.end(), word.substr(at, 3)) == kDigits.end()) return false;
  }
  return true;
}

Tokenised tokenise(SourceId source, std::string_view bytes, const Limits& limits, std::vector<Complaint>& complaints) {
  return Filter(source, bytes, limits, complaints).run();
}

}  // namespace caveat::syntax
