#include "engine/syntax/mistakes.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <cctype>

#include "engine/syntax/codes.h"
#include "engine/syntax/explainer.h"
#include "engine/syntax/letters.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

}  // namespace

Complaint Explainer::explain() {
  Complaint c = explained();
  const bool unexplained = c.help.en.empty() && c.fixes.empty() && c.related.empty();
  if (unexplained && (c.code == &codes::kUnexpected || c.code == &codes::kUnexpectedEnd)) c.help = as_written();
  return c;
}

Complaint Explainer::explained() {
  for (const auto special : {&Explainer::full_stop,
                             &Explainer::text_on_the_next_line,
                             &Explainer::choices_in_marks,
                             &Explainer::fact_of_several_words,
                             &Explainer::joins_a_type,
                             &Explainer::range_of_a_type,
                             &Explainer::lines_of_an_example,
                             &Explainer::turn_without_subject,
                             &Explainer::joins_a_value,
                             &Explainer::terms_without_is,
                             &Explainer::due_of_a_hand_off,
                             &Explainer::within_of_due,
                             &Explainer::begins_of_speech,
                             &Explainer::place_of_speech,
                             &Explainer::says_yes_to_a_word,
                             &Explainer::behind_a_type,
                             &Explainer::since_left_open,
                             &Explainer::alert_of_speech,
                             &Explainer::place_as_named,
                             &Explainer::text_without_marks,
                             &Explainer::working_days_joined,
                             &Explainer::names_joined,
                             &Explainer::exception_of_speech,
                             &Explainer::status_of_speech,
                             &Explainer::default_of_speech,
                             &Explainer::object_of_an_effect,
                             &Explainer::said_by_its_keyword,
                             &Explainer::not_of_speech,
                             &Explainer::none_of_speech,
                             &Explainer::behind_a_list,
                             &Explainer::condition_behind_a_list,
                             &Explainer::contains_glued,
                             &Explainer::day_of_speech,
                             &Explainer::subject_of_speech,
                             &Explainer::joint_in_an_example,
                             &Explainer::fact_in_words,
                             &Explainer::behind_a_condition,
                             &Explainer::joins_nothing,
                             &Explainer::redacts_but_for,
                             &Explainer::values_joined,
                             &Explainer::comma_round_a_list,
                             &Explainer::list_behind_its_type,
                             &Explainer::expects_of_speech,
                             &Explainer::keyword_as_a_choice,
                             &Explainer::not_for_is_not,
                             &Explainer::in_capitals,
                             &Explainer::traditional,
                             &Explainer::number_in_words_here,
                             &Explainer::unspaced_phrase,
                             &Explainer::level_and_above,
                             &Explainer::share_glued,
                             &Explainer::said_with_its_bound,
                             &Explainer::dot_of_a_path,
                             &Explainer::doubled_sign,
                             &Explainer::dash_for_to,
                             &Explainer::name_in_marks,
                             &Explainer::name_with_hyphens,
                             &Explainer::law_in_marks,
                             &Explainer::day_in_force,
                             &Explainer::compared_twice,
                             &Explainer::negated_bound,
                             &Explainer::bound_with_its_joint,
                             &Explainer::state_behind_is,
                             &Explainer::text_for_a_pattern,
                             &Explainer::count_of_conditions,
                             &Explainer::currency_of_speech,
                             &Explainer::remark_before_a_number,
                             &Explainer::counted_by_a_time,
                             &Explainer::so_many_days_old,
                             &Explainer::verdict_of_speech,
                             &Explainer::day_behind_when,
                             &Explainer::is_of_habit,
                             &Explainer::in_between,
                             &Explainer::range_in_speech,
                             &Explainer::settlement_days,
                             &Explainer::plus_for_or_more,
                             &Explainer::unit_behind_its_bound,
                             &Explainer::currency_before,
                             &Explainer::comma_for_point,
                             &Explainer::hours_of_speech,
                             &Explainer::always_open,
                             &Explainer::date_of_speech,
                             &Explainer::moving_period,
                             &Explainer::length_in_parts,
                             &Explainer::before_a_weekday,
                             &Explainer::day_that_works,
                             &Explainer::working_days_of_speech,
                             &Explainer::zone_of_the_clock,
                             &Explainer::number_in_english_here,
                             &Explainer::terms_unparted,
                             &Explainer::digits_apart,
                             &Explainer::length_alone,
                             &Explainer::ago_without_a_bound,
                             &Explainer::length_of_a_date,
                             &Explainer::one_of_a_unit,
                             &Explainer::place_in_law,
                             &Explainer::begins_in_force,
                             &Explainer::in_force_left_out,
                             &Explainer::priority_left_out,
                             &Explainer::within_left_out,
                             &Explainer::when_not,
                             &Explainer::if_unknown_otherwise,
                             &Explainer::use_within_pack,
                             &Explainer::yes_or_no,
                             &Explainer::text_for_a_name,
                             &Explainer::when_left_out,
                             &Explainer::effects_unjoined,
                             &Explainer::then_left_out,
                             &Explainer::then_behind_unknown,
                             &Explainer::either_of,
                             &Explainer::no_queue,
                             &Explainer::joins_a_name,
                             &Explainer::place_of_disclosure,
                             &Explainer::edits_of_speech,
                             &Explainer::redacts_nothing,
                             &Explainer::says_with_an_effect,
                             &Explainer::type_of_a_form,
                             &Explainer::mentions_a_text,
                             &Explainer::priority_of_speech,
                             &Explainer::name_of_several_words,
                             &Explainer::path_without_dot,
                             &Explainer::ordinal_for_a_count,
                             &Explainer::range_in,
                             &Explainer::one_of_in,
                             &Explainer::fact_left_out_in_speech,
                             &Explainer::joined_comparison,
                             &Explainer::negated_between,
                             &Explainer::between_ends,
                             &Explainer::between_joint,
                             &Explainer::to_of_speech,
                             &Explainer::from_to,
                             &Explainer::words_of_speech,
                             &Explainer::bound_behind_its_joint,
                             &Explainer::fact_left_out,
                             &Explainer::chained,
                             &Explainer::older_than,
                             &Explainer::in_the_past,
                             &Explainer::recently,
                             &Explainer::dotted_date,
                             &Explainer::bound_included,
                             &Explainer::several_values,
                             &Explainer::in_words_of_law,
                             &Explainer::day_before,
                             &Explainer::yuan_before,
                             &Explainer::number_alone,
                             &Explainer::no_comparison,
                             &Explainer::part_of_glued,
                             &Explainer::less_than_ago,
                             &Explainer::in_brackets,
                             &Explainer::said_in_parts,
                             &Explainer::mixed_logic,
                             &Explainer::list_word,
                             &Explainer::negated_comparison,
                             &Explainer::bare_within,
                             &Explainer::nested_quantifier,
                             &Explainer::list_in_brackets,
                             &Explainer::joint_of_a_list,
                             &Explainer::open_bracket,
                             &Explainer::comma_before_clause,
                             &Explainer::comma_for_and,
                             &Explainer::no_else,
                             &Explainer::second_when,
                             &Explainer::double_not,
                             &Explainer::no_expectation,
                             &Explainer::file_behind_is,
                             &Explainer::habit,
                             &Explainer::marks_round_a_name,
                             &Explainer::value_glued,
                             &Explainer::glued}) {
    if (auto complaint = (this->*special)()) return *complaint;
  }
  return plain();
}

// 定义 甲 为 …: the first 为 is no comparison.
bool Explainer::opens_definition(std::size_t at) const {
  if (type(at) != P::IS || (type(0) != P::DEFINE && type(0) != P::TOPIC)) return false;
  for (std::size_t i = 1; i < at; ++i)
    if (type(i) == P::IS || type(i) == P::AS) return false;
  return true;
}

bool Explainer::bounds_conditions(std::size_t at) const {
  switch (type(at)) {
    case P::AND:
    case P::OR:
    case P::NOT:
    case P::WHEN:
    case P::UNLESS:
    case P::THEN:
    case P::BECAUSE:
    case P::IF_UNKNOWN:
    case P::SAY:
    case P::AS:
    case P::WHERE:
    case P::EACH_SATISFIES:
    case P::SEMICOLON:
    case P::LINE:
      return true;
    default:
      return at >= count_ || begins_clause(at) || opens_definition(at);
  }
}

bool Explainer::compares(std::size_t at) const {
  constexpr std::array<int, 6> kSigns = {P::SIGN_LT, P::SIGN_LE, P::SIGN_GT, P::SIGN_GE, P::SIGN_NE, P::EQUALS};
  if (std::find(kSigns.begin(), kSigns.end(), type(at)) != kSigns.end()) return true;
  return std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
    return s.token == type(at) && s.kind == KeywordKind::compare && s.token != P::BETWEEN_END;
  });
}

std::size_t Explainer::comparison_begin(std::size_t at) const {
  std::size_t depth = 0, begin = at;
  while (begin > 0) {
    const int before = type(begin - 1);
    if (before == P::RPAREN || before == P::RBRACKET) ++depth;
    if (before == P::LPAREN || before == P::LBRACKET) {
      if (depth == 0) break;
      --depth;
    }
    if (depth == 0 && bounds_conditions(begin - 1)) break;
    --begin;
  }
  return begin;
}

std::size_t Explainer::comparison_end(std::size_t at) const {
  std::size_t depth = 0;
  bool between = false;
  for (; at < count_; ++at) {
    const int here = type(at);
    if (here == P::RPAREN || here == P::RBRACKET) {
      if (depth == 0) break;
      --depth;
    }
    if (here == P::LPAREN || here == P::LBRACKET) ++depth;
    if (here == P::BETWEEN) between = true;
    if (depth > 0) continue;
    if (here == P::AND && between) {
      between = false;
      continue;
    }
    if (bounds_conditions(at)) break;
  }
  return at;
}

std::string in_lower_case(std::string text) {
  for (char& each : text) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  return text;
}

// Does an effect end before this token?
bool Explainer::ends_effect(std::size_t at) const {
  return bounds_conditions(at) || type(at) == P::ALSO_DO || type(at) == P::COMMA || begins_line(at);
}

Complaint Explainer::plain() {
  if (at_ >= count_) {
    const Token& last = tokens_[count_ - 1];
    Both more = mistake_.expected.empty() ? Both{"something more", "更多内容"} : expected();
    if (more.zh == "声明结束") more = {"something more", "更多内容"};  // what is expected is no word by itself
    return Complaint{&codes::kUnexpectedEnd, {source_, last.end, last.end}, {more}};
  }
  const std::string marked = type(at_) == P::TEXT ? text(at_) : "“" + text(at_) + "”";
  Both shown{marked, marked};
  if (type(at_) == P::LINE || type(at_) == P::DEDENT) shown = {"the end of the line", "行尾"};
  if (type(at_) == P::INDENT) shown = {"a deeper line", "缩进更深的行"};
  Span where = span(at_, at_);
  if (where.begin == where.end && at_ > 0) where = {source_, tokens_[at_ - 1].end, tokens_[at_ - 1].end};
  auto near = nearest_unit();
  if (!near) near = nearest_keyword();
  if (!near) near = joined_keyword();
  if (near) {
    // 溢出 至 值班: its end stands behind it by itself.
    if (near->spellings.size() == 1 && near->last + 1 < count_ &&
        near->spellings.front() == text(near->first, near->last) + text(near->last + 1))
      ++near->last;
    Both all;
    for (std::size_t i = 0; i < near->spellings.size(); ++i) {
      if (i > 0) all.en += " or ", all.zh += "或";
      all.en += "“" + near->spellings[i] + "”";
      all.zh += "“" + near->spellings[i] + "”";
    }
    const std::string found = text(near->first, near->last);
    const std::size_t letters = found.find_last_not_of("0123456789") + 1;
    std::string number = found.substr(letters);  // 保留4位: 保留后4; is at leasst60
    if (is_ascii(found) && !number.empty()) number.insert(0, " ");
    Complaint c{&codes::kUnexpected, span(near->first, near->last), {"“" + found + "”", all}};
    c.help = Both{"did you mean " + all.en + "?", "是否想写" + all.zh + "？"};
    for (const auto& spelling : near->spellings) c.fixes.push_back({span(near->first, near->last), spelling + number});
    return c;
  }
  Complaint c{&codes::kUnexpected, where, {shown, expected()}};
  if (!mistake_.expected.empty()) c.help = how_written();
  if (c.help.en.empty()) c.help = keyword_for_a_value();
  return c;
}

Complaint brief_mistake(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                        const Mistake& mistake) {
  const std::size_t at = std::min(mistake.token, count - 1);
  const Span span{source, tokens[at].begin, tokens[at].end};
  return {
      &codes::kUnexpected,
      span,
      {"“" + std::string(bytes.substr(span.begin, span.end - span.begin)) + "”", Both{"something else", "其他内容"}}};
}

Complaint explain_mistake(const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                          const Mistake& mistake) {
  return Explainer(tokens, count, source, bytes, mistake).explain();
}

}  // namespace caveat::syntax
