// Explainer: what an explanation looks at, and the questions that it asks of the tokens of one declaration.
//
//   mistakes.cc              the order of the questions; where comparisons and clauses begin and end
//   mistakes_expected.cc     what may stand there, in few words
//   mistakes_near.cc         what was meant by a word that is none
//   mistakes_marks.cc        signs and quotation marks
//   mistakes_comparisons.cc  what is held against what
//   mistakes_slots.cc        what stands in the place of another
//   mistakes_figures.cc      numbers, units, days and lengths of time
//   mistakes_spans.cc        how long ago, how soon
//   mistakes_calendar.cc     opening hours, dates and lengths as people write them
//   mistakes_lists.cc        how items and conditions are joined
//   mistakes_clauses.cc      declarations, clauses and effects
//   mistakes_sources.cc      the place of a source in the law, and the days of its force
//   mistakes_first.cc        words of another trade
//   mistakes_names.cc        names of several words
//   mistakes_lines.cc        lines of declarations that are nearly right
//   mistakes_speech.cc       clauses, effects, lists and levels as they are said
//   mistakes_shown.cc        how each clause is written
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/syntax/habits.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/mistakes.h"

namespace caveat::syntax {

// Empty where that language says it in another way.
Both quoted_spelling(int token);
Both kind_named(KeywordKind kind);
Both sign_named(int type);

// The expected things in few words: names and values first, then keywords by themselves if few, by kind if many.
Both in_words(const std::vector<int>& types);

std::string in_lower_case(std::string text);

// One explanation looks at the tokens of one declaration.
class Explainer {
 public:
  Explainer(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes, const Mistake& mistake)
      : tokens_(tokens),
        count_(count),
        source_(source),
        bytes_(bytes),
        mistake_(mistake),
        at_(std::min(mistake.token, count)) {}

  Complaint explain();

 private:
  Complaint explained();
  int type(std::size_t at) const { return at < count_ ? tokens_[at].type : 0; }
  std::string text(std::size_t at) const {
    return std::string(bytes_.substr(tokens_[at].begin, tokens_[at].end - tokens_[at].begin));
  }
  std::string text_of(std::size_t at) const { return at < count_ ? text(at) : std::string(); }
  std::string text(std::size_t first, std::size_t last) const {
    return std::string(bytes_.substr(tokens_[first].begin, tokens_[last].end - tokens_[first].begin));
  }
  Span span(std::size_t first, std::size_t last) const { return {source_, tokens_[first].begin, tokens_[last].end}; }
  bool expects(int token) const {
    return std::find(mistake_.expected.begin(), mistake_.expected.end(), token) != mistake_.expected.end();
  }
  bool begins_line(std::size_t at) const {
    std::size_t begin = tokens_[at].begin;
    while (begin > 0 && (bytes_[begin - 1] == ' ' || bytes_[begin - 1] == '\t')) --begin;
    return begin == 0 || bytes_[begin - 1] == '\n' || bytes_[begin - 1] == '\r';
  }
  bool is_clause(std::size_t at) const {
    return std::any_of(all_spellings().begin(), all_spellings().end(),
                       [&](const Spelling& s) { return s.token == type(at) && s.kind == KeywordKind::clause; });
  }
  // 那么 拦截, on a line of its own: a clause is meant.
  bool begins_clause(std::size_t at) const { return begins_line(at) && means_a(KeywordKind::clause, text(at)); }

  // Is the declaration's keyword English? A piece that is read on behind a mistake begins with tokens that have no text.
  bool speaks_english() const;
  // The first token of the line in which token `at` stands; in a rule and the like, of the declaration.
  std::size_t line_of(std::size_t at) const;
  std::optional<Complaint> joined_comparison();
  std::optional<Complaint> name_of_several_words();
  std::optional<Complaint> path_without_dot();
  std::optional<Complaint> fact_of_several_words();
  std::optional<Complaint> names_joined();
  std::optional<Complaint> text_on_the_next_line();
  std::optional<Complaint> choices_in_marks();
  std::optional<Complaint> joins_a_type();
  std::optional<Complaint> range_of_a_type();
  std::optional<Complaint> lines_of_an_example();
  std::optional<Complaint> turn_without_subject();
  std::optional<Complaint> joins_a_value();
  std::optional<Complaint> terms_without_is();
  std::optional<Complaint> due_of_a_hand_off();
  std::optional<Complaint> within_of_due();
  std::optional<Complaint> place_as_named();
  std::optional<Complaint> text_without_marks();
  std::optional<Complaint> working_days_joined();
  std::optional<Complaint> full_stop();
  std::optional<Complaint> in_capitals();
  std::optional<Complaint> traditional();
  std::optional<Complaint> number_in_words_here();
  std::optional<Complaint> unspaced_phrase();
  std::optional<Complaint> share_glued();
  std::optional<Complaint> said_with_its_bound();
  std::optional<Complaint> dot_of_a_path();
  std::optional<Complaint> doubled_sign();
  std::optional<Complaint> dash_for_to();
  std::optional<Complaint> name_in_marks();
  std::optional<Complaint> name_with_hyphens();
  std::optional<Complaint> law_in_marks();
  std::optional<Complaint> day_in_force();
  std::optional<Complaint> joint_of_a_list();
  std::optional<Complaint> comma_for_and();
  std::optional<Complaint> is_of_habit();
  std::optional<Complaint> in_between();
  std::optional<Complaint> place_in_law();
  std::optional<Complaint> begins_in_force();
  std::optional<Complaint> begins_of_speech();
  std::optional<Complaint> place_of_speech();
  std::optional<Complaint> says_yes_to_a_word();
  std::optional<Complaint> in_force_left_out();
  std::optional<Complaint> priority_left_out();
  std::optional<Complaint> within_left_out();
  std::optional<Complaint> when_not();
  std::optional<Complaint> if_unknown_otherwise();
  std::optional<Complaint> use_within_pack();
  std::optional<Complaint> yes_or_no();
  std::optional<Complaint> text_for_a_name();
  std::optional<Complaint> effects_unjoined();
  std::optional<Complaint> then_left_out();
  std::optional<Complaint> then_behind_unknown();
  std::optional<Complaint> either_of();
  std::optional<Complaint> no_queue();
  std::optional<Complaint> joins_a_name();
  std::optional<Complaint> place_of_disclosure();
  std::optional<Complaint> edits_of_speech();
  std::optional<Complaint> redacts_nothing();
  std::optional<Complaint> behind_a_type();
  std::optional<Complaint> since_left_open();
  std::optional<Complaint> alert_of_speech();
  std::optional<Complaint> says_with_an_effect();
  std::optional<Complaint> type_of_a_form();
  std::optional<Complaint> mentions_a_text();
  std::optional<Complaint> priority_of_speech();
  std::optional<Complaint> ordinal_for_a_count();
  bool ends_effect(std::size_t at) const;
  std::optional<Complaint> range_in();
  std::optional<Complaint> negated_between();
  std::optional<Complaint> between_ends();
  std::optional<Complaint> between_joint();
  std::optional<Complaint> to_of_speech();
  std::optional<Complaint> from_to();
  std::optional<Complaint> words_of_speech();
  std::optional<Complaint> fact_left_out();
  std::optional<Complaint> fact_left_out_in_speech();
  std::optional<Complaint> one_of_in();
  std::optional<Complaint> chained();
  std::optional<Complaint> older_than();
  std::optional<Complaint> in_the_past();
  std::optional<Complaint> recently();
  std::optional<Complaint> dotted_date();
  std::optional<Complaint> bound_included();
  std::optional<Complaint> several_values();
  std::optional<Complaint> in_words_of_law();
  std::optional<Complaint> day_before();
  std::optional<Complaint> yuan_before();
  std::optional<Complaint> length_alone();
  std::optional<Complaint> ago_without_a_bound();
  std::optional<Complaint> length_of_a_date();
  std::optional<Complaint> one_of_a_unit();
  std::optional<Complaint> currency_before();
  std::string with_comma_for_point(std::size_t number) const;
  std::optional<Complaint> comma_for_point();
  std::optional<Complaint> digits_apart();
  std::optional<Complaint> hours_of_speech();
  std::optional<Complaint> always_open();
  std::optional<Complaint> date_of_speech();
  std::optional<Complaint> moving_period();
  std::optional<Complaint> length_in_parts();
  std::optional<Complaint> before_a_weekday();
  std::optional<Complaint> day_that_works();
  std::optional<Complaint> working_days_of_speech();
  std::optional<Complaint> zone_of_the_clock();
  std::optional<Complaint> number_in_english_here();
  std::optional<Complaint> terms_unparted();
  // What is offered for the tokens from `first` to `last`.
  Complaint offering(std::size_t first, std::size_t last, const std::vector<std::string>& instead) const;
  std::optional<Complaint> number_alone();
  std::optional<Complaint> no_comparison();
  std::optional<Complaint> part_of_glued();
  std::optional<Complaint> less_than_ago();
  std::optional<Complaint> remark_before_a_number();
  std::optional<Complaint> counted_by_a_time();
  std::optional<Complaint> so_many_days_old();
  std::optional<Complaint> verdict_of_speech();
  std::optional<Complaint> range_in_speech();
  std::optional<Complaint> settlement_days();
  std::optional<Complaint> bound_behind_its_joint();
  std::optional<Complaint> plus_for_or_more();
  std::optional<Complaint> unit_behind_its_bound();
  std::optional<Complaint> day_behind_when();
  std::optional<Complaint> in_brackets();
  std::optional<Complaint> said_in_parts();
  std::optional<Complaint> exception_of_speech();
  std::optional<Complaint> status_of_speech();
  std::optional<Complaint> default_of_speech();
  std::optional<Complaint> object_of_an_effect();
  std::optional<Complaint> said_by_its_keyword();
  std::optional<Complaint> not_of_speech();
  std::optional<Complaint> none_of_speech();
  std::optional<Complaint> behind_a_list();
  std::optional<Complaint> condition_behind_a_list();
  std::optional<Complaint> contains_glued();
  std::optional<Complaint> day_of_speech();
  std::optional<Complaint> subject_of_speech();
  std::optional<Complaint> joint_in_an_example();
  std::optional<Complaint> fact_in_words();
  std::optional<Complaint> behind_a_condition();
  std::optional<Complaint> joins_nothing();
  std::optional<Complaint> redacts_but_for();
  bool is_a_choice(std::string_view name) const;
  std::optional<Complaint> values_listed() const;
  std::optional<Complaint> values_joined();
  std::optional<Complaint> comma_round_a_list();
  std::optional<Complaint> level_and_above();
  std::optional<Complaint> list_behind_its_type();
  std::optional<Complaint> expects_of_speech();
  std::optional<Complaint> keyword_as_a_choice();
  std::optional<Complaint> not_for_is_not();
  // Where the comparison begins in which token `at` stands, and the token behind its last.
  bool compares(std::size_t at) const;
  std::size_t comparison_begin(std::size_t at) const;
  std::size_t comparison_end(std::size_t at) const;
  bool bounds_conditions(std::size_t at) const;
  bool opens_definition(std::size_t at) const;
  // The bracket that is open before token `at`, 0: none; does it open `at least 2 of (…; …)`?
  std::size_t open_bracket_before(std::size_t at) const;
  bool opens_counted_group(std::size_t bracket) const;
  std::optional<Complaint> mixed_logic();
  std::optional<Complaint> list_word();
  std::optional<Complaint> negated_comparison();
  std::optional<Complaint> bare_within();
  std::optional<Complaint> nested_quantifier();
  std::optional<Complaint> list_in_brackets();
  std::optional<Complaint> open_bracket();
  std::optional<Complaint> comma_before_clause();
  std::optional<Complaint> no_else();
  std::optional<Complaint> file_behind_is();
  std::optional<Complaint> second_when();
  std::optional<Complaint> double_not();
  std::optional<Complaint> no_expectation();
  std::optional<Complaint> habit();
  std::optional<Complaint> compared_twice();
  std::optional<Complaint> negated_bound();
  std::optional<Complaint> bound_with_its_joint();
  std::optional<Complaint> state_behind_is();
  std::optional<Complaint> text_for_a_pattern();
  std::string source_titled(std::string_view title) const;
  std::optional<Complaint> marks_round_a_name();
  std::optional<Complaint> count_of_conditions();
  std::optional<Complaint> when_left_out();
  std::optional<Complaint> currency_of_speech();
  std::optional<Complaint> value_glued();
  std::optional<Complaint> glued();
  Complaint plain();
  Both expected() const {
    return mistake_.expected.empty() ? Both{"something else", "其他内容"} : in_words(mistake_.expected);
  }
  Both how_written() const;
  // One example of the clause in which the mistake stands; or what may begin there. Empty in a condition.
  Both as_written() const;
  Both keyword_for_a_value() const;
  struct Near {
    std::size_t first, last;
    std::vector<std::string> spellings;
  };
  std::optional<Near> nearest_keyword() const;
  std::optional<Near> joined_keyword() const;
  // Where the parser cannot say what it expected: whatever may begin a line there, or go on in one.
  bool may_stand(const Spelling& s) const {
    if (!mistake_.expected.empty()) return expects(s.token);
    const bool opens = s.kind == KeywordKind::line || s.kind == KeywordKind::clause;
    return at_ < count_ && begins_line(at_) ? opens : s.kind != KeywordKind::declaration;
  }
  bool may_begin(std::string_view word) const;
  bool may_end_a_name(std::string_view spaced) const;
  std::optional<Near> nearest_unit() const;

  const Token* tokens_;
  std::size_t count_;
  SourceId source_;
  std::string_view bytes_;
  const Mistake& mistake_;
  std::size_t at_;
};

}  // namespace caveat::syntax
