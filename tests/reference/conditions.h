// Conditions: what holds of a turn, by strong Kleene's tables, and where it is unknown, for want of what.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>

#include "tests/reference/twin.h"

namespace caveat::twin {

struct Finding {
  Truth truth = Truth::no;
  Missing missing;  // where it is unknown
};

struct Place {  // for what, and where its names are looked up
  const Facts *product = nullptr, *action = nullptr, *recipient = nullptr;
  int rules_pack = 0;  // whose days and clock count
  int pack = 0;        // where it is written: another one's inside of its define
  bool trust = true;   // what was only inferred
};

class Conditions {
 public:
  Conditions(const Book& book, const Turn& turn, Tally* tally) : book_(book), turn_(turn), tally_(tally) {}

  Finding holds(const syntax::Expr& expr, const Place& place) const;
  // The facts that it reads, also through defines; a text among them.
  void reads(const syntax::Expr& expr, int pack, std::set<std::string>& facts) const;
  // Where it found what it looks for in the texts of the turn: nothing that it denies.
  void found(const syntax::Expr& expr, const Place& place, std::vector<Match>& matches) const;
  Value read(const Fact& fact, const Place& place) const;
  long today(int rules_pack) const;
  Length length(const syntax::Expr& expr, int pack) const;

 private:
  using Exprs = std::vector<const syntax::Expr*>;
  using Test = std::function<Truth()>;

  Finding judge(const syntax::Expr& expr, const Place& place) const;
  Finding all_of(const std::vector<Finding>& members) const;
  Finding any_of(const std::vector<Finding>& members) const;
  Finding at_least(long wanted, const std::vector<Finding>& members) const;
  static Finding opposite(Finding of);
  // What is asked of an absent part is false; of what is unknown, unknown.
  static Finding ask(std::initializer_list<const Value*> of, const Test& test);
  static Finding compare(syntax::Op op, const Value& a, const Value& b);
  Finding path_holds(const syntax::Expr& expr, const Place& place) const;
  Finding comparison(const syntax::Expr& expr, const Place& place) const;
  Finding within(const Value& x, const Value& low, const Value& high) const;
  Finding membership(const syntax::Expr& expr, const Place& place) const;
  Finding weekday(const syntax::Expr& date, const Exprs& days, const Place& place) const;
  Finding past_or_future(const syntax::Expr& expr, const Place& place) const;
  Finding in_list(const syntax::Expr& expr, const Place& place) const;
  Finding in_text(const syntax::Expr& expr, const Place& place) const;
  Finding claims(const Value& text, const std::vector<std::string>& words) const;

  // A bare name is one of the levels of `levels`, if it has such.
  Value value(const syntax::Expr& expr, const Place& place, const Fact* levels = nullptr) const;
  Value reckon(const syntax::Expr& expr, const Place& place) const;
  Value moved(const Value& date, const Value& length, int sign, const Place& place) const;
  std::vector<Stretch> places(const syntax::Expr& sought, syntax::Op op, const Signs& text, const Place& place) const;
  static bool is_claimed(const Signs& text, const Stretch& word);
  Value text(const syntax::Expr& expr, const Place& place) const;
  const Fact* levels_of(const syntax::Expr& expr, int pack) const;
  Value clock(const syntax::Expr* zone, const Place& place) const;
  Truth enough_days(int pack, long first, long last, long wanted) const;

  void count(const syntax::Expr& expr, const Place& place, Truth truth) const;
  void count_value(const syntax::Expr& expr, const Place& place, Truth truth) const;

  const Book& book_;
  const Turn& turn_;
  Tally* tally_;
};

}  // namespace caveat::twin
