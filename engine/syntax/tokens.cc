#include "engine/syntax/tokens.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/base/nearest.h"
#include "engine/base/units.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/filter.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/numerals.h"
#include "engine/syntax/shapes.h"

namespace caveat::syntax {

using L = CaveatGrammar;

namespace {

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

// Of these, whatever joins a name and what follows it.
bool is_no_joint(int type) { return type != L::IS && type != L::ALSO && type != L::EN && type != L::ZH; }

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

}  // namespace

bool is_free_layout(int declaration) {
  return declaration == L::RULE || declaration == L::DEFINE || declaration == L::GUARANTEE ||
         declaration == L::WORDING || declaration == L::PARAMETER;
}

bool Filter::name_follows(std::size_t at, std::size_t end) const {
  return at + 1 < end && raws_[at + 1].type == L::DOT;
}

Tokenised Filter::run() {
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

// Whether the line at the margin that begins at `at` is one of the rule or example above: it opens with a clause of it.
bool Filter::continues(std::size_t head, std::size_t at) {
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

// Whether a declaration begins at `at` that slipped from the margin: by a blank, less far in than the lines above it; or, below a
// rule or an example, in which no line begins so, by any number of blanks.
bool Filter::indented_declaration(std::size_t head, std::size_t at) {
  const Raw& raw = raws_[at];
  if (!raw.first || raw.indent == 0 || raw.type != L::WORD || at + 1 >= raws_.size() || raws_[at + 1].first ||
      (raws_[at + 1].type != L::WORD && raws_[at + 1].type != L::TEXT))
    return false;
  std::size_t length = 0;
  const auto declares = [&](std::size_t i) {
    const Spelling* opener = raws_[i].type == L::WORD ? phrase_at(i, raws_.size(), length) : nullptr;
    return opener != nullptr && opener->kind == KeywordKind::declaration ? opener->token : 0;
  };
  const int opened = declares(at);
  if (opened == 0 || (raws_[at + 1].type == L::TEXT) != (opened == L::EXAMPLE)) return false;
  const int above = declares(head);
  const bool rules = opened == L::RULE || opened == L::EXAMPLE || opened == L::FACTS;
  if (rules && (above == L::RULE || above == L::EXAMPLE) && length == 1) return true;
  if (raw.indent != 1 || raws_[head].indent > 1) return false;
  bool deeper = false;  // where the lines stand one blank in, this may be one of them
  for (std::size_t i = head + 1; i < at; ++i) {
    if (!raws_[i].first) continue;
    if (raws_[i].indent <= raw.indent) return false;
    deeper = true;
  }
  return deeper;
}

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
    if ((type == L::SLASH || type == L::MINUS) && previous_end != begin && told_of_comment(begin)) {
      const auto behind = std::lower_bound(shown.offsets.begin(), shown.offsets.end(), comment_end_);
      shapes.go_on_at(static_cast<std::size_t>(behind - shown.offsets.begin()));
      continue;
    }
    Raw raw{type, begin, end, start - line_start, first, previous_end == begin};
    previous_end = end;
    if (first) told_of_stop(&raw);
    raws_.push_back(raw);
    first = false;
    if (type == L::WORD) {
      const auto w = slice(begin, end);
      if (raw.first && raw.indent == 0) {
        told_to_people = w == "example" || w == "示例" || w == "wording" || w == "话术";
        const auto& opens = spellings_from(word(raw));
        in_free_layout_ = !opens.empty() && is_free_layout(opens.front()->token);
      }
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
  told_of_stop(nullptr);
}

// `then block.`: the line is read as if the stop were not there, or the next line's keyword would be a name of a path. But `customer.`
// goes on with `age` on a deeper line, or on one of the same depth where this one goes on already. `next`: the first of the next line.
void Filter::told_of_stop(const Raw* next) {
  if (raws_.empty() || raws_.back().type != L::DOT || raws_.back().first) return;
  std::size_t line = raws_.size() - 1;
  while (!raws_[line].first) --line;
  const auto path_goes_on = [&] {
    const auto names = [&](const Raw& raw) { return raw.type == L::WORD && spellings_from(word(raw)).empty(); };
    if (next == nullptr || !names(*next) || raws_[raws_.size() - 2].type != L::WORD) return false;
    return raws_[line].indent > 0 && (next->indent > raws_[line].indent ||
                                      (next->indent == raws_[line].indent && names(raws_[line]) && in_free_layout_));
  };
  if (path_goes_on()) return;
  const std::size_t count = raws_.size();
  const auto letter = [&](std::size_t back) {
    const Raw& raw = raws_[count - back];
    return raw.type == L::WORD && raw.end - raw.begin == 1;
  };
  if (count >= 4 && letter(2) && raws_[count - 3].type == L::DOT && letter(4)) return;  // 9:30 p.m.
  const Raw& stop = raws_.back();
  const std::string sign(slice(stop.begin, stop.end));
  complain(codes::kUnexpected, stop.begin, stop.end, {"“" + sign + "”", Both{"the end of the line", "行尾"}},
           "no full stop ends a line", "行尾不用句点", {{span(stop.begin, stop.end), ""}});
  raws_.pop_back();
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

// What opens the declaration: its keyword, or the one that was meant; null where the reading cannot go on.
const Spelling* Filter::opener(std::size_t begin, std::size_t end, int above, std::size_t& length) {
  const Raw& head = raws_[begin];
  const Spelling* opener = head.type == L::WORD ? phrase_at(begin, end, length) : nullptr;
  if (opener != nullptr && opener->kind == KeywordKind::declaration) return opener;
  check_shape(head);
  if (broken_) return nullptr;
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
  if (const bool line = opener != nullptr && (opener->kind == KeywordKind::line || opener->kind == KeywordKind::clause);
      line && meant.empty()) {  // 法域 is no slip of 法源
    count(opener->language);
    constexpr auto kOfPack = std::to_array<int>({L::TITLE, L::JURISDICTION, L::TIME_ZONE, L::VERSION, L::DEFAULT_QUEUE,
                                                 L::DEFAULT_IF_UNKNOWN, L::DATA_CLASSES, L::REFUSE_CLASS, L::REFUSE});
    if (above != L::PACK && std::find(kOfPack.begin(), kOfPack.end(), opener->token) != kOfPack.end()) {
      complain(codes::kUnknownDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
               "it is a line of the pack: put it, indented, below “pack”", "此行属于规则包：请移到“规则包”之下并缩进");
      return nullptr;
    }
    complain(codes::kUnknownDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
             "it is a line of the declaration above: indent it", "此行属于上面的声明：请缩进",
             begin == 0 ? std::vector<Fix>{} : std::vector<Fix>{{span(head.begin, head.begin), "  "}});
    return nullptr;
  }
  if (const Spelling* glued = meant.empty() ? declaration_glued(begin, end) : nullptr) {
    length = 0;  // the name stands in the same word
    return glued->token == L::EXAMPLE ? nullptr : glued;
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
    complain(
        codes::kUnknownDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
        "a line at the left margin begins with one of " + declarations(Language::en) + "; all other lines are indented",
        "顶格的行以下列词之一开头：" + declarations(Language::zh) + "；其他行须缩进");
  } else {
    complain(codes::kUnknownDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
             "did you mean “" + meant + "”?", "是否想写“" + meant + "”？", std::move(fixes));
  }
  if (meant.empty()) return nullptr;
  length = 1;
  return spellings_from(meant).front();  // read as what was meant: its other mistakes are told too
}

void Filter::deeper(Reading& reading, std::size_t now, std::uint32_t where) const {
  if (now > limits_.nesting && reading.deepest <= limits_.nesting)
    reading.deep_at = where;  // where it first was too much
  reading.deepest = std::max(reading.deepest, now);
}

void Filter::tab(Reading& reading, const Raw& raw) {
  const std::uint32_t line_begin = raw.begin - std::min(raw.begin, raw.indent);
  const auto tab = slice(line_begin, raw.begin).find('\t');
  if (tab == std::string_view::npos) return;
  reading.tab_told = true;                   // one a declaration: a file that is indented so is told once a place
  hopeless_ = hopeless_ || reading.members;  // how deep a line is meant cannot be told
  const auto at = static_cast<std::uint32_t>(line_begin + tab);
  complain(codes::kTabIndent, at, at + 1, {}, "indent with blanks", "请用空格缩进", {{span(at, at + 1), "  "}});
}

// `born date,`: what follows at the same depth, a name and its type, is the next fact.
void Filter::told_of_comma_behind_a_fact(const Reading& reading, std::size_t at, std::size_t end) {
  const auto& indents = reading.indents;
  if (!reading.members || indents.empty() || raws_[at].indent != indents.back()) return;
  if (raws_[at].type != L::WORD || at + 1 >= end || raws_[at + 1].first || raws_[at + 1].type != L::WORD) return;
  std::size_t length = 0;
  const Spelling* type = phrase_at(at + 1, end, length);
  if (type == nullptr || (type->kind != KeywordKind::type && type->token != L::YES && type->token != L::SCALE)) return;
  const Token comma = result_.tokens.back();
  complain(codes::kUnexpected, comma.begin, comma.end,
           {"“" + std::string(slice(comma.begin, comma.end)) + "”", Both{"the end of the line", "行尾"}},
           "the next line is another fact", "下一行是另一个事实", {{span(comma.begin, comma.end), ""}});
  result_.tokens.pop_back();
}

// Where lines mean something and `raws_[at]` is the first of one.
void Filter::layout(Reading& reading, std::size_t at, std::size_t end) {
  const Raw& raw = raws_[at];
  if (last() == L::COMMA) told_of_comma_behind_a_fact(reading, at, end);
  const int before = last();
  if (before == L::COMMA || before == L::BAR || before == L::BARS) return;  // the line above goes on
  if (before == L::STOP) result_.tokens.pop_back();
  auto& indents = reading.indents;
  if (reading.members && indents.empty() && told_of_origin_on_its_own_line(at, end)) return;
  if (!reading.members || indents.empty()) {
    emit(L::LINE, raw.begin, raw.begin);
    if (reading.members) indents.push_back(raw.indent);
  } else if (raw.indent > indents.back()) {
    emit(L::INDENT, raw.begin, raw.begin);
    indents.push_back(raw.indent);
    deeper(reading, indents.size(), raw.begin);
  } else {
    while (indents.size() > 1 && raw.indent < indents.back()) {
      emit(L::DEDENT, raw.begin, raw.begin);
      indents.pop_back();
    }
    emit(L::LINE, raw.begin, raw.begin);
  }
  reading.member_name = reading.members;
}

// 客户·年龄
bool Filter::told_of_dot(std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  const std::string_view dot = slice(raw.begin, raw.end);
  const bool genitive = raw.type == L::STRAY && raw.glued && (dot == "'" || dot == "’") && last() == L::WORD &&
                        at + 2 < end && raws_[at + 1].glued && slice(raws_[at + 1].begin, raws_[at + 1].end) == "s" &&
                        !raws_[at + 2].glued && !raws_[at + 2].first && raws_[at + 2].type == L::WORD;
  if (genitive && slips_.find(raw.begin) == slips_.end()) {  // customer's age
    complain(codes::kStraySign, raw.begin, raw.end, {std::string(dot)}, "a dot parts the names of a path",
             "路径的各名称以“.”隔开", {{span(raw.begin, raws_[at + 2].begin), "."}});
    emit(L::DOT, raw.begin, raws_[at + 2].begin);
    at += 2;
    return true;
  }
  const bool between_names = raw.glued && last() == L::WORD && at + 1 < end && raws_[at + 1].glued;
  if (raw.type != L::STRAY || !between_names || (dot != "·" && dot != "・" && dot != "•")) return false;
  complain(codes::kStraySign, raw.begin, raw.end, {std::string(dot)}, "a full stop parts the names of a path",
           "路径各段之间用“.”", {{span(raw.begin, raw.end), "."}});
  emit(L::DOT, raw.begin, raw.end);
  ++at;
  return true;
}

// 推荐.产品 中 存在 p
bool Filter::quantified_at(std::size_t at, std::size_t end) {
  std::size_t length = 0;
  const Spelling* behind = at < end ? phrase_at(at, end, length) : nullptr;
  return behind != nullptr &&
         (behind->token == L::EXISTS || behind->token == L::NOT_EXISTS || behind->token == L::EACH);
}

void Filter::a_word(Reading& reading, std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  if (told_of_language_glued(reading.name_expected, at, end)) {
    reading.name_expected = false;
    return;
  }
  if (told_of_keyword_glued(reading, at, end)) return;
  if (is_number_like(last()) && told_of_half_day(at, end)) return;
  std::size_t length = 0;
  if (reading.member_name || last() == L::DOT || last() == L::ALSO || name_follows(at, end)) {
    at = take_name(at, end);
    reading.name_expected = false;
    return;
  }
  if (told_of_number_glued(at, end)) return;
  const Spelling* keyword = phrase_at(at, end, length);
  if (keyword != nullptr && keyword->token == L::IN && keyword->language == Language::zh &&
      !quantified_at(at + length, end))
    keyword = nullptr;  // 低 < 中 < 高
  const bool named = reading.name_expected;
  if (reading.name_expected) {
    reading.name_expected = false;
    // rule when "t": told as the name that it is meant to be
    const bool titled = at + length < end && raws_[at + length].type == L::TEXT && !raw.first;
    if (keyword != nullptr && (!is_reserved(keyword->token) || (titled && is_no_joint(keyword->token))))
      keyword = nullptr;
  }
  // `article 12 item 3`, 第3条 章节 “4.2”: in a source these words count nothing.
  const bool place = kind_ == L::SOURCE && keyword != nullptr && !raw.glued &&
                     (keyword->token == L::ITEM || keyword->token == L::SECTION);
  // Where line ends mean nothing a unit may begin a line, but no clause is one.
  const bool parted = raw.first && (!is_free_layout(kind_) || (keyword != nullptr && is_clause_start(keyword->token)));
  if (is_number_like(last()) && !parted && !place && cut_after_number(at, end)) return;
  if (keyword != nullptr) {
    if (is_clause_start(keyword->token) && last() == L::COMMA) result_.tokens.pop_back();
    if (last() == L::STOP) result_.tokens.pop_back();
    count(keyword->language);
    reading.list_of = keyword->token == L::LIST_OF ? reading.list_of + 1 : 0;
    deeper(reading, reading.list_of, raw.begin);
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
    return;
  }
  if (kind_ == L::SOURCE && ordinals(raw)) {
    ++at;
    return;
  }
  if (!named && told_of_word_before_number(at, end)) return;
  emit(L::WORD, raw.begin, raw.end);
  if (at + 1 < end && raws_[at + 1].glued && raws_[at + 1].type == L::NUMBER &&
      ends_in_chinese(slice(raw.begin, raw.end)))
    return digits_behind_a_word(named, at, end);
  ++at;
}

void Filter::a_number(Reading& reading, std::size_t& at, std::size_t end) {
  const Raw& raw = raws_[at];
  const bool a_name = reading.name_expected || reading.member_name || names_follow();
  reading.name_expected = false;
  if ((a_name || kind_ == L::SCALE) && told_of_digit_first(at, end)) return;
  if (slashed_date(at, end)) {
    emit(L::DATE, raw.begin, raws_[at + 4].end);
    at += 5;
    return;
  }
  if (const auto day = date_in_words(at, end)) {
    const Raw& tail = raws_[*day];
    emit(L::DATE_WORDS, raw.begin, tail.begin + 3);
    raws_[*day].begin += 3;  // what is left of 日起施行
    at = *day;
    if (raws_[at].begin == raws_[at].end) ++at;
    told_of_day_behind_a_day(at, end);
    return;
  }
  if (told_of_groups(at, end) || told_of_period(at, end)) return;
  emit(L::NUMBER, raw.begin, raw.end);
  ++at;
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
    std::uint32_t line = head.begin;
    while (line > 0 && bytes_[line - 1] != '\n' && bytes_[line - 1] != '\r') --line;
    complain(codes::kIndentedDeclaration, head.begin, head.end, {std::string(slice(head.begin, head.end))},
             "delete the blanks before it", "请删去其前的空格", {{span(line, head.begin), ""}});
    broken_ = false;
  } else if (head.indent != 0) {  // only before the first declaration
    complain(codes::kOutsideDeclaration, head.begin, head.end, {}, "a declaration begins at the left margin",
             "声明须顶格书写");
    return;
  }
  std::size_t at = begin;
  std::size_t length = 0;
  glued_is_ = 0;
  const Spelling* opened = opener(begin, end, above, length);
  if (opened == nullptr) return;
  kind_ = opened->token;
  stretch.language = language_ = opened->language;
  count(opened->language);
  if (length == 0) {  // 规则甲
    const auto cut = static_cast<std::uint32_t>(head.begin + opened->text.size());
    emit(kind_, head.begin, cut);
    raws_[begin].begin = cut;
    raws_[begin].first = raws_[begin].glued = false;
    if (glued_is_ != 0) {
      emit(L::WORD, cut, glued_is_);
      emit(L::IS, glued_is_, head.end);
      ++at;
    }
  } else {
    emit(kind_, head.begin, head.end);
  }
  at += length;
  if (at < end && raws_[at].type == L::COLON) ++at;

  Reading reading;
  reading.lines = !is_free_layout(kind_);
  reading.members = kind_ == L::FACTS;
  reading.name_expected = kind_ != L::EXAMPLE && glued_is_ == 0;
  while (at < end) {
    const Raw& raw = raws_[at];
    if (told_of_dot(at, end) || told_of_title(at, end) || told_of_sign_before_a_unit(at, end)) continue;
    const bool begins_line = raw.first && reading.lines && reading.depth == 0;
    if (raw.type == L::STRAY && !begins_line && told_of_marks(at, end)) {
      reading.name_expected = false;
      continue;
    }
    if ((raw.type == L::STRAY || raw.type == L::BARS) && told_of_joint(at, end, opened->language)) {
      reading.name_expected = false;
      continue;
    }
    if (raw.type == L::STRAY && told_of_currency_sign(at, end, opened->language)) {
      reading.name_expected = false;
      continue;
    }
    if (raw.type == L::STRAY && told_of_per_mille(at, opened->language)) continue;
    check_shape(raw);
    if (raw.first && !reading.tab_told) tab(reading, raw);
    reading.member_name = false;
    if (begins_line) layout(reading, at, end);
    switch (raw.type) {
      case L::WORD:
        a_word(reading, at, end);
        continue;
      case L::NUMBER:
        a_number(reading, at, end);
        continue;
      case L::TIME:
        if (told_of_a_day_before_a_time(at) || told_of_part_before_a_time(at)) continue;
        break;
      case L::LPAREN:
      case L::LBRACKET:
        ++reading.depth;
        deeper(reading, reading.depth + reading.indents.size(), raw.begin);
        break;
      case L::RPAREN:
      case L::RBRACKET:
        if (reading.depth > 0) --reading.depth;
        break;
      default:
        break;
    }
    reading.name_expected = false;
    const auto slip = slips_.find(raw.begin);
    if (slip != slips_.end() && slip->second.offer) {
      emit(L::TEXT, raw.begin, raw.end);  // where it was meant to end is known: the reading goes on
    } else if (raw.type > 0 && raw.type != L::STRAY && raw.type != L::UNCLOSED) {
      emit(raw.type, raw.begin, raw.end);
    }
    ++at;
  }
  while (result_.tokens.size() > start_ && last() == L::STOP) result_.tokens.pop_back();
  for (; reading.indents.size() > 1; reading.indents.pop_back())
    emit(L::DEDENT, raws_[end - 1].end, raws_[end - 1].end);
  if (reading.deepest > limits_.nesting) {
    complain(codes::kNestingTooDeep, reading.deep_at, reading.deep_at + 1, {std::to_string(limits_.nesting)}, kNamedEn,
             kNamedZh);
    hopeless_ = true;  // the parser is never shown it
  }
  stretch.end = result_.tokens.size();
  stretch.hopeless = hopeless_;
  stretch.last_complaint = complaints_.size();
  result_.declarations.push_back(stretch);
}

Tokenised tokenise(SourceId source, std::string_view bytes, const Limits& limits, std::vector<Complaint>& complaints) {
  return Filter(source, bytes, limits, complaints).run();
}

}  // namespace caveat::syntax
