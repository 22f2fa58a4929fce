// Inside tokenise: the one filter over what the lexer saw. Its sources:
//   tokens.cc           a file into declarations, a declaration into lines, words, numbers and signs
//   filter_numbers.cc   what stands behind and before a number: units, amounts, places of the law
//   filter_amounts.cc   amounts, and what is said of a number beside it
//   filter_times.cc     days and times of day as people write them
//   filter_glued.cc     keywords without the blank behind them
//   filter_slips.cc     shapes that are no token: texts that do not end, stray signs, marks of another kind
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/marks.h"
#include "engine/syntax/tokens.h"

namespace caveat::syntax {

struct Raw {
  int type = 0;
  std::uint32_t begin = 0, end = 0;  // bytes
  std::uint32_t indent = 0;          // of its line, in code points
  bool first = false;                // on its line
  bool glued = false;                // nothing between it and the one before
};

// Line ends mean nothing in these (semantics.md 31).
bool is_free_layout(int declaration);

// How a name that is too long is mended, and what is nested too deep.
inline constexpr const char *kShorterEn = "choose a shorter one; a Chinese character takes 3 bytes",
                            *kShorterZh = "请改用较短的名称；一个汉字占 3 字节",
                            *kNamedEn = "give what is inside a name by a define, and use the name",
                            *kNamedZh = "请用“定义”给内层的条件命名，此处写其名";

class Filter {
 public:
  Filter(SourceId source, std::string_view bytes, const Limits& limits, std::vector<Complaint>& complaints)
      : source_(source), bytes_(bytes), limits_(limits), complaints_(complaints) {}

  Tokenised run();

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

  bool continues(std::size_t head, std::size_t at);
  bool indented_declaration(std::size_t head, std::size_t at);
  void read_shapes();
  void told_of_stop(const Raw* next);
  bool told_of_comment(std::uint32_t begin);
  bool told_of_word_before_number(std::size_t& at, std::size_t end);
  bool told_of_joint(std::size_t& at, std::size_t end, Language language);
  bool says(const Raw& raw) const;
  void unclosed(const Raw& raw);
  struct Reading {  // of the declaration at hand
    bool lines = false, members = false;
    bool name_expected = false;  // as the next word
    bool member_name = false;    // the word at hand is one
    bool tab_told = false;
    std::size_t depth = 0, deepest = 0, list_of = 0;
    std::uint32_t deep_at = 0;
    std::vector<std::uint32_t> indents;  // of members, outermost first
  };
  void declaration(std::size_t begin, std::size_t end);
  const Spelling* opener(std::size_t begin, std::size_t end, int above, std::size_t& length);
  void deeper(Reading& reading, std::size_t now, std::uint32_t where) const;
  void tab(Reading& reading, const Raw& raw);
  void told_of_comma_behind_a_fact(const Reading& reading, std::size_t at, std::size_t end);
  bool told_of_origin_on_its_own_line(std::size_t at, std::size_t end);
  void layout(Reading& reading, std::size_t at, std::size_t end);
  bool told_of_dot(std::size_t& at, std::size_t end);
  void a_word(Reading& reading, std::size_t& at, std::size_t end);
  void a_number(Reading& reading, std::size_t& at, std::size_t end);
  int behind_on_the_line(std::size_t at, std::size_t end);
  void tell_glued(std::uint32_t begin, std::uint32_t end, const std::string& meant);
  bool joint_follows(const Spelling& declared, std::size_t begin, std::size_t end);
  const Spelling* declaration_glued(std::size_t begin, std::size_t end);
  const Spelling* meant_at(std::size_t at, std::size_t end, std::size_t& size);
  bool told_of_keyword_glued(const Reading& reading, std::size_t& at, std::size_t end);
  bool told_of_english_glued(std::size_t at, std::size_t end);
  bool told_of_number_glued(std::size_t& at, std::size_t end);
  bool told_of_language_glued(bool named, std::size_t& at, std::size_t end);
  void digits_behind_a_word(bool named, std::size_t& at, std::size_t end);
  std::size_t behind_groups(std::size_t at, std::size_t end, std::string& digits) const;
  bool told_of_groups(std::size_t& at, std::size_t end);
  bool told_of_parts_of_a_yuan(std::size_t& at, std::size_t end);
  bool told_of_remark(std::size_t& at);
  bool told_of_dash(std::size_t& at, std::size_t end, Language language);
  std::string in_own_language(std::string_view unit) const;
  bool told_of_per_mille(std::size_t& at, Language language);
  bool told_of_currency_sign(std::size_t& at, std::size_t end, Language language);
  void check_shape(const Raw& raw);
  bool name_follows(std::size_t at, std::size_t end) const;
  std::size_t take_name(std::size_t at, std::size_t end);
  bool quantified_at(std::size_t at, std::size_t end);
  bool slashed_date(std::size_t at, std::size_t end) const;
  bool cut_after_number(std::size_t& at, std::size_t end);
  bool glued_before_number(std::size_t& at);
  bool told_of_digit_first(std::size_t& at, std::size_t end);
  bool told_of_marks(std::size_t& at, std::size_t end);
  bool told_of_title(std::size_t& at, std::size_t end);
  bool told_of_behind_title(std::size_t& at, std::size_t end);
  bool told_of_annex(std::size_t& at, std::size_t end);
  bool told_of_several_places(std::size_t& at, std::size_t end);
  bool told_of_link(std::size_t& at, std::size_t end);
  bool told_of_place_in_brackets(std::size_t& at, std::size_t end);
  bool told_of_text_without_marks(std::size_t& at, std::size_t end);
  bool told_of_traditional_units(const Raw& raw, std::size_t cut);
  bool ordinals(const Raw& raw);
  bool names_follow() const;
  bool told_of_sign_before_a_unit(std::size_t& at, std::size_t end);
  bool told_of_contraction(const Raw& mark, std::string_view behind);
  bool holds_the_clock(std::size_t behind) const;
  bool holds_an_amount(std::size_t behind) const;
  bool told_of_part_of_the_day(std::size_t& at, std::size_t end);
  bool told_of_half_day(std::size_t& at, std::size_t end);
  bool told_of_a_day_before_a_time(std::size_t& at);
  bool told_of_part_before_a_time(std::size_t& at);
  bool told_of_leftover(const Raw& number, std::uint32_t rest_begin, const Raw& raw, std::vector<Token>& pieces);
  const Spelling* phrase_at(std::size_t at, std::size_t end, std::size_t& length);
  void tell_time(const Code& code, std::uint32_t begin, std::uint32_t end, const std::string& time, bool sure);
  bool told_of_hours_of_the_day(std::size_t& at, std::size_t end);
  bool told_of_ordinal_day(std::size_t& at, std::size_t end);
  void told_of_day_behind_a_day(std::size_t& at, std::size_t end);
  bool told_of_period(std::size_t& at, std::size_t end);
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
  std::size_t start_ = 0;             // of the declaration at hand, in result_.tokens
  int kind_ = 0;                      // its keyword
  Language language_ = Language::en;  // of that keyword
  std::uint32_t comment_end_ = 0;     // of the one told last; what was read on behind it is none
  bool comments_close_ = true;        // false: no more of /* … */ ends
  std::uint32_t glued_is_ = 0;        // of 定义老年为, where 为 begins; 0: none
  bool in_free_layout_ = false;       // the declaration whose shapes are read
  bool broken_ = false, hopeless_ = false;
  std::size_t english_ = 0, chinese_ = 0;
  std::string folded_;
  std::array<std::size_t, 7> unpaired_until_{};  // of each kind of mark: up to here none closes it
  std::map<std::uint32_t, Slip> slips_;          // of texts whose marks do not pair, by their first byte
};

}  // namespace caveat::syntax
