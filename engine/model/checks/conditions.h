// Conditions: from the tree of a condition or value to the typed Expr, names resolved in either language at each step.
//
//   Conditions conditions(work, item);
//   ExprPtr when = conditions.condition(*rule.when);     // null: reported, or follows from what was reported
//
// conditions.cc goes from node to node; beside it conditions_names.cc (facts, levels, defines), conditions_values.cc (literals and
// arithmetic), conditions_compare.cc, conditions_ranges.cc, conditions_days.cc, conditions_fixed.cc, conditions_lists.cc,
// conditions_text.cc and conditions_time.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/model/checks/work.h"
#include "engine/syntax/periods.h"

namespace caveat::model {

class Conditions {
 public:
  Conditions(Work& work, const Item& item) : work_(work), item_(item) {}

  ExprPtr condition(const syntax::Expr& expr);
  // `hint`: the type of what it is held against, by which the names of levels and choices are read; may be null.
  ExprPtr value(const syntax::Expr& expr, const Type* hint);

  // A constant of `type` as an example or a list gives it; false after a report.
  bool constant(const syntax::Expr& expr, const Type& type, Constant& out);
  struct Beside {  // what a fact is held against: by it the type of one that is not declared yet is offered
    const syntax::Expr* value = nullptr;
    bool is_ordered = false;  // above, at most …
  };
  // The fact that a path means, or kNone after a report. `text_wanted`: a part alone means its text.
  Index fact(const syntax::Path& path, bool text_wanted, Beside beside);
  Index fact(const syntax::Path& path, bool text_wanted) { return fact(path, text_wanted, {}); }
  // A path of names, as written, for {…} in texts: no report; kNone if it is no fact.
  Index find_fact(const std::vector<std::string>& steps) const;
  // Of a fact that has its group before it without the dot, its path; empty where there is none.
  std::string with_dot(std::string_view name) const;

 private:
  struct Element {  // a quantifier's name for the element at hand
    std::string name;
    Index list = kNone;
  };

  ExprPtr condition_made(const syntax::Expr& expr);
  bool told_of_fixed(const syntax::Expr& expr, const Expr& made);
  ExprPtr comparison(const syntax::Expr& expr);
  std::string type_beside(Beside beside) const;
  bool told_of_hyphen(const syntax::Expr& of, const syntax::Expr& range, const syntax::Expr& whole);
  bool told_of_range(const syntax::Expr& of, const syntax::Expr& range, const syntax::Expr& whole,
                     const std::string& from, const std::string& to);
  bool told_of_one_unit(const Type& type, const syntax::Expr& of, const syntax::Expr& low, const syntax::Expr& high,
                        const syntax::Expr& whole);
  bool told_of_levels_apart(const Type& type, const syntax::Expr& of, const syntax::Expr& range,
                            const syntax::Expr& whole);
  bool told_of_bare_within(const Expr& moment, const syntax::Expr& expr);
  ExprPtr told_of_a_clock(const syntax::Expr& clock, const std::string& time, const syntax::Expr& whole,
                          const Type* moment);
  ExprPtr between(const syntax::Expr& expr);
  ExprPtr membership(const syntax::Expr& expr);
  ExprPtr in_list(const syntax::Expr& expr);
  bool may_be_lexicon(const std::string& name) const;
  std::size_t values_behind(const syntax::Expr& expr, std::size_t at);
  std::size_t items_behind(const syntax::Expr& expr, std::size_t at);
  std::size_t several(const syntax::Expr& expr, std::size_t at, std::size_t end, const std::string& instead);
  std::string subject_of(const syntax::Expr& first, const std::vector<const syntax::Expr*>& values);
  ExprPtr group(const syntax::Expr& expr, Op op, std::size_t from);
  ExprPtr text_condition(const syntax::Expr& expr);
  ExprPtr quantifier(const syntax::Expr& expr);
  ExprPtr aggregate(const syntax::Expr& expr);
  ExprPtr time_condition(const syntax::Expr& expr);
  ExprPtr clock_between(const syntax::Expr& expr);
  ExprPtr between_times(const ExprPtr& x, const ExprPtr& low, const ExprPtr& high, const syntax::Expr& expr);
  static int weekdays_of(const syntax::Expr& expr);  // a bit each, 1 << Monday (1) …; 0: no days of the week are asked
  ExprPtr weekday(const syntax::Expr& expr, int days);
  ExprPtr working_day(const syntax::Expr& expr);
  ExprPtr counting(ExprPtr made, const Expr& span);  // with the calendar, where `span` counts working days
  Index calendar(Span span);
  ExprPtr wall_clock(const syntax::Expr& expr);
  ExprPtr knowledge(const syntax::Expr& expr, Op op);
  ExprPtr path_value(const syntax::Expr& expr, const Type* hint, bool condition_wanted);
  ExprPtr arithmetic(const syntax::Expr& expr, const Type* hint);
  ExprPtr told_of_a_share(const syntax::Expr& expr, const syntax::Expr& share, const syntax::Expr& of,
                          const Expr& found);
  bool told_of_period(const syntax::Expr& expr, const Type& hint);
  std::string unit_of(const Type& money) const;  // behind a number, as the author's language writes it
  bool told_of_a_fraction(const syntax::Expr& expr, Diagnostic& told);
  void unit_missing(const syntax::Expr& expr, const Type& hint);
  ExprPtr literal(const syntax::Expr& expr, const Type* hint);
  ExprPtr level(const syntax::Expr& expr, const Type& type);
  ExprPtr text_subject(const syntax::Expr& expr, bool sought = false);
  void offer_the_other(const syntax::Expr& whole);
  bool pattern_runs(const std::string& pattern, Span span);
  ExprPtr list_subject(const syntax::Expr& expr);
  ExprPtr of_fact(Index fact, Op op, Span span);
  static const Expr* working_days_in(const Expr& length);
  ExprPtr no_dates(const Expr& days);
  static const Expr* hours_of_a_date(const Expr& date, const Expr& length);
  ExprPtr no_hours(const Expr& hours);
  bool told_of_a_date(const Expr& of, const syntax::Expr& expr);
  syntax::Period days_of(const syntax::Expr& day) const;
  bool told_of_misnamed_group(const std::vector<std::string>& steps);
  bool told_of_whole_days(const Type& type, const std::string& subject, const syntax::Expr& first,
                          const syntax::Expr& last, const syntax::Expr& whole);
  bool told_of_a_day_of_an_example(const syntax::Expr& value, const Type& type);
  bool told_of_a_day_off(const Expr& of, const syntax::Expr& expr);
  bool told_of_a_day_off_alone(const syntax::Expr& expr);
  bool told_of_a_bound_in_speech(const syntax::Expr& first, const syntax::Expr& word);
  bool told_of_a_length_of_a_date(const Expr& of, const syntax::Expr& expr);
  bool told_of_settlement(const syntax::Expr& sum, const Type* hint, bool between_no_dates);
  bool told_of_a_beginning(const Expr& of, const syntax::Expr& expr);
  ExprPtr compare(Op op, ExprPtr a, ExprPtr b, const syntax::Expr& expr);
  ExprPtr units_apart(const Expr& a, const Expr& b, const syntax::Expr& expr);
  std::string help_for_currencies() const;
  std::string help_for_a_clock(const Type& expected, const Type& found) const;
  bool check_range(const Expr& fact, const Expr& constant);
  std::string scale_of_level(const std::string& name) const;
  std::string owner_of_level(const std::string& name) const;
  bool told_of_glued_value(Span span, const std::string& before, const std::string& step,
                           const std::map<std::string, Index, std::less<>>& members,
                           const std::vector<std::string_view>& known);
  bool is_bare(const syntax::Expr& expr) const;
  const Element* element(const syntax::Path& path) const;

  std::string describe_expr(const Expr& expr) const;
  Span with_mark(Span word) const;
  std::optional<Span> with_is(Span value) const;
  bool tell_presence(Span value, const std::string& name);
  std::string searched(Span word) const;
  std::string quoted(Span span) const { return std::string(work_.text_at(span)); }
  ExprPtr wrong_type(Span span, std::string expected, std::string found, std::string help = {});
  ExprPtr not_yet(Span span, std::string_view en, std::string_view zh);
  std::string say(std::string_view en, std::string_view zh) const { return Work::say(item_, en, zh); }
  Language language() const { return item_.language(); }

  Work& work_;
  const Item& item_;
  std::vector<Element> elements_;
  Beside beside_;
};

// Whether a phrase or term can be looked for; false after a report.
bool phrase_can_be_found(Work& work, const Item& item, Span span, const std::string& phrase, bool may_have_gap);

// Is it true or false, or else a value?
bool is_condition(syntax::Op op);

// The condition or value of a define, expanded once for all its uses; null if it is wrong somewhere.
ExprPtr define_value(Work& work, const Entry& entry);

}  // namespace caveat::model
