#include "tests/reference/conditions.h"

#include <algorithm>

namespace caveat::twin {

using syntax::Expr;
using syntax::LiteralKind;
using syntax::Op;

namespace {

Truth truth(bool holds) { return holds ? Truth::yes : Truth::no; }

std::vector<const Expr*> items_of(const Expr& expr) {
  std::vector<const Expr*> items;
  if (expr.op != Op::list) return {&expr};
  for (const syntax::ExprPtr& item : expr.args) items.push_back(item.get());
  return items;
}

bool is_weekday(const Expr& expr) { return expr.op == Op::literal && expr.literal.kind == LiteralKind::weekday; }

}  // namespace

// ---- logic

Finding Conditions::opposite(Finding of) {
  if (of.truth != Truth::unknown) of.truth = truth(of.truth == Truth::no);
  return of;
}

Finding Conditions::all_of(const std::vector<Finding>& members) const {
  Finding all{Truth::yes, {}};
  for (const Finding& one : members) {
    if (one.truth == Truth::no) return {Truth::no, {}};
    if (one.truth != Truth::unknown) continue;
    all.truth = Truth::unknown;
    all.missing.add(one.missing);
  }
  return all;
}

Finding Conditions::any_of(const std::vector<Finding>& members) const {
  std::vector<Finding> denied;
  for (const Finding& one : members) denied.push_back(opposite(one));
  return opposite(all_of(denied));
}

// True if it is so whatever the unknown ones are, false if it is not so whatever they are.
Finding Conditions::at_least(long wanted, const std::vector<Finding>& members) const {
  std::size_t open = 0;
  for (const Finding& one : members) open += one.truth == Truth::unknown ? 1 : 0;
  bool sometimes = false, always = true;
  for (std::size_t guess = 0; guess < (std::size_t{1} << open); ++guess) {
    long count = 0;
    std::size_t bit = 0;
    for (const Finding& one : members)
      count += one.truth == Truth::yes || (one.truth == Truth::unknown && (guess >> bit++ & 1) != 0) ? 1 : 0;
    (count >= wanted ? sometimes : always) = count >= wanted;
  }
  Finding found{always ? Truth::yes : sometimes ? Truth::unknown : Truth::no, {}};
  for (const Finding& one : members)
    if (found.truth == Truth::unknown && one.truth == Truth::unknown) found.missing.add(one.missing);
  return found;
}

Finding Conditions::ask(std::initializer_list<const Value*> of, const Test& test) {
  Finding found{Truth::unknown, {}};
  for (const Value* one : of)
    if (one->state == Value::absent) return {Truth::no, {}};
  bool any = false;
  for (const Value* one : of) {
    if (one->state != Value::unknown) continue;
    any = true;
    found.missing.add(one->missing);
  }
  if (any) return found;
  found.truth = test();
  found.missing.other = found.truth == Truth::unknown;
  return found;
}

// ---- conditions

Finding Conditions::holds(const Expr& expr, const Place& place) const {
  const Finding found = judge(expr, place);
  if (tally_) count(expr, place, found.truth);
  return found;
}

Finding Conditions::judge(const Expr& expr, const Place& place) const {
  const auto members = [&](std::size_t from) {
    std::vector<Finding> all;
    for (std::size_t i = from; i < expr.args.size(); ++i) all.push_back(holds(*expr.args[i], place));
    return all;
  };
  switch (expr.op) {
    case Op::path:
      return path_holds(expr, place);
    case Op::and_:
    case Op::all_of:
      return all_of(members(0));
    case Op::or_:
    case Op::any_of:
      return any_of(members(0));
    case Op::none_of:
      return opposite(any_of(members(0)));
    case Op::at_least_of:
      return at_least(static_cast<long>(numerator(value(*expr.args[0], place).number)), members(1));
    case Op::not_:
      return opposite(holds(*expr.args[0], place));
    case Op::is_known:
      return {truth(value(*expr.args[0], place).state == Value::known), {}};
    case Op::is_unknown:
      return {truth(value(*expr.args[0], place).state == Value::unknown), {}};
    case Op::eq:
    case Op::ne:
    case Op::ge:
    case Op::le:
    case Op::gt:
    case Op::lt:
    case Op::is_weekday:
      return comparison(expr, place);
    case Op::between: {
      if (is_weekday(*expr.args[1])) return weekday(*expr.args[0], {expr.args[1].get(), expr.args[2].get()}, place);
      const Fact* levels = levels_of(*expr.args[0], place.pack);
      return within(value(*expr.args[0], place), value(*expr.args[1], place, levels),
                    value(*expr.args[2], place, levels));
    }
    case Op::now_between:
      return within(clock(expr.args.size() > 2 ? expr.args[2].get() : nullptr, place), value(*expr.args[0], place),
                    value(*expr.args[1], place));
    case Op::one_of:
      return membership(expr, place);
    case Op::none_of_list:
      return opposite(membership(expr, place));
    case Op::differs_by_more: {
      const Value most = value(*expr.args[2], place);
      std::vector<Finding> either;
      for (const bool up : {true, false}) {
        const Value a = value(*expr.args[up ? 0 : 1], place), b = value(*expr.args[up ? 1 : 0], place);
        Value far = a;
        far.number = a.number - b.number;
        either.push_back(ask({&a, &b, &most}, [&] {
          if (a.currency != b.currency || !writable(far.number)) return Truth::unknown;
          return compare(Op::lt, most, far).truth;
        }));
      }
      return any_of(either);
    }
    case Op::more_than_ago:
    case Op::at_least_ago:
    case Op::within_last:
    case Op::within_next:
      return past_or_future(expr, place);
    case Op::is_working_day: {
      const Value date = value(*expr.args[0], place);
      return ask({&date}, [&] {
        const std::optional<bool> works = book_.works(place.pack, static_cast<long>(numerator(date.number)));
        return works ? truth(*works) : Truth::unknown;
      });
    }
    case Op::includes:
    case Op::includes_any:
    case Op::includes_all:
    case Op::is_empty:
      return in_list(expr, place);
    case Op::contains:
    case Op::contains_any:
    case Op::contains_all:
    case Op::lacks:
    case Op::claims:
    case Op::claims_any:
    case Op::matches:
      return in_text(expr, place);
    default:
      return {Truth::unknown, {{}, true}};
  }
}

// A define's condition, or a fact that is yes or no.
Finding Conditions::path_holds(const Expr& expr, const Place& place) const {
  if (!book_.fact(expr.path)) {
    if (const auto [define, pack] = book_.find<syntax::DefineDecl>(expr.path, place.pack); define) {
      Place there = place;
      there.pack = pack;
      return holds(*define->value, there);
    }
  }
  const Value flag = value(expr, place);
  return ask({&flag}, [&] { return truth(flag.number == 1); });
}

Finding Conditions::compare(Op op, const Value& a, const Value& b) {
  return ask({&a, &b}, [&] {
    if (a.currency != b.currency) return Truth::unknown;
    if (a.kind == Kind::text || a.kind == Kind::zone) return truth(folded(a.text) == folded(b.text));
    cpp_rational x = a.number, y = b.number;
    if (a.kind == Kind::duration) {
      if (a.length.months != 0 || b.length.months != 0) return Truth::unknown;
      x = a.length.seconds, y = b.length.seconds;
    }
    switch (op) {
      case Op::eq:
        return truth(x == y);
      case Op::lt:
        return truth(x < y);
      case Op::le:
        return truth(x < y || x == y);
      case Op::gt:
        return truth(x > y);
      default:
        return truth(x > y || x == y);
    }
  });
}

Finding Conditions::comparison(const Expr& expr, const Place& place) const {
  const Expr &left = *expr.args[0], &right = *expr.args[1];
  if (is_weekday(right)) {
    const Finding found = weekday(left, {&right}, place);
    return expr.op == Op::ne ? opposite(found) : found;
  }
  const Value a = value(left, place, levels_of(right, place.pack)),
              b = value(right, place, levels_of(left, place.pack));
  return expr.op == Op::ne ? opposite(compare(Op::eq, a, b)) : compare(expr.op, a, b);
}

// Both ends included; of times of day the end is not, and from 22:00 to 08:00 passes midnight.
Finding Conditions::within(const Value& x, const Value& low, const Value& high) const {
  const Finding from = compare(Op::ge, x, low);
  if (x.kind != Kind::time_of_day) return all_of({from, compare(Op::le, x, high)});
  const Finding to = compare(Op::lt, x, high);
  return any_of(
      {all_of({compare(Op::le, low, high), from, to}), all_of({compare(Op::gt, low, high), any_of({from, to})})});
}

Finding Conditions::membership(const Expr& expr, const Place& place) const {
  const std::vector<const Expr*> items = items_of(*expr.args[1]);
  if (is_weekday(*items.front())) {
    std::vector<Finding> days;
    for (const Expr* item : items) days.push_back(weekday(*expr.args[0], {item}, place));
    return any_of(days);
  }
  const Fact* levels = levels_of(*expr.args[0], place.pack);
  const Value x = value(*expr.args[0], place, levels);
  std::vector<Finding> equal;
  for (const Expr* item : items) equal.push_back(compare(Op::eq, x, value(*item, place, levels)));
  return any_of(equal);
}

// One day, or all from one to another, round the end of the week.
Finding Conditions::weekday(const Expr& date, const Exprs& days, const Place& place) const {
  constexpr Days kWeekend = 8;
  const auto edge = [&](const Expr& day, Days of_weekend) {
    return day.literal.date == kWeekend ? of_weekend : day.literal.date;
  };
  const Value day = value(date, place);
  return ask({&day}, [&] {
    const long number = static_cast<long>(numerator(day.number));
    const long is = ((number + 3) % 7 + 7) % 7 + 1;  // the first day of 1970 was a Thursday
    const Days last = edge(*days.back(), 7);
    for (Days one = edge(*days.front(), 6);; one = one % 7 + 1) {
      if (one == is) return Truth::yes;
      if (one == last) return Truth::no;
    }
  });
}

// ---- past and future

Finding Conditions::past_or_future(const Expr& expr, const Place& place) const {
  const Value when = value(*expr.args[0], place), by = value(*expr.args[1], place);
  return ask({&when, &by}, [&] {
    const long day = static_cast<long>(numerator(when.number)), now = today(place.rules_pack);
    const long wanted = by.length.working_days;
    if (expr.op != Op::within_next && day > now) return Truth::unknown;  // a wrong date must not pass
    if (wanted > 0) {
      const auto not_so = [](Truth of) { return of == Truth::unknown ? of : truth(of == Truth::no); };
      if (expr.op == Op::within_next)
        return day < now ? Truth::no : not_so(enough_days(place.pack, now, day - 1, wanted));
      if (expr.op == Op::at_least_ago) return enough_days(place.pack, day, now, wanted);
      const Truth over = enough_days(place.pack, day, now - 1, wanted);
      return expr.op == Op::more_than_ago ? over : not_so(over);
    }
    const auto later = [&](long from) { return moved_by_months(from, by.length.months) + by.length.seconds / 86'400; };
    if (expr.op == Op::within_next) return truth(day >= now && day <= later(now));
    if (expr.op == Op::more_than_ago) return truth(now > later(day));
    if (expr.op == Op::at_least_ago) return truth(now >= later(day));
    return truth(now <= later(day));
  });
}

// Whether at least so many working days lie strictly after `first`, up to `last`.
Truth Conditions::enough_days(int pack, long first, long last, long wanted) const {
  long count = 0;
  for (long day = first + 1; day <= last; ++day) {
    const std::optional<bool> works = book_.works(pack, day);
    if (!works) return Truth::unknown;
    count += *works ? 1 : 0;
  }
  return truth(count >= wanted);
}

long Conditions::today(int rules_pack) const {
  return day_of_instant(turn_.at, book_.offset(book_.zone(rules_pack), turn_.at).value());
}

// ---- lists and texts

Finding Conditions::in_list(const Expr& expr, const Place& place) const {
  const Value list = value(*expr.args[0], place);
  if (expr.op == Op::is_empty) {  // so is that of an absent part
    if (list.state == Value::absent) return {Truth::yes, {}};
    return ask({&list}, [&] { return truth(list.elements.empty()); });
  }
  const Fact* levels = levels_of(*expr.args[0], place.pack);
  std::vector<Finding> members;
  for (const Expr* item : items_of(*expr.args[1])) {
    const Value one = value(*item, place, levels);
    if (list.state == Value::known && one.state == Value::unknown && list.elements.empty()) {
      members.push_back({Truth::no, {}});
      continue;
    }
    members.push_back(ask({&list, &one}, [&] {
      return truth(
          std::any_of(list.elements.begin(), list.elements.end(), [&](int each) { return one.number == each; }));
    }));
  }
  return expr.op == Op::includes_all ? all_of(members) : any_of(members);
}

Value Conditions::text(const Expr& expr, const Place& place) const {
  const std::string part = expr.op == Op::path ? book_.text_part(expr.path) : std::string();
  return part.empty() ? value(expr, place) : read(*book_.text_of(part), place);
}

Finding Conditions::in_text(const Expr& expr, const Place& place) const {
  const Value text = this->text(*expr.args[0], place);
  const Expr& sought = *expr.args[1];
  if (expr.op == Op::matches)
    return ask({&text}, [&] { return truth(!matches(signs_of(text.text), sought.literal.text).empty()); });
  const bool all = expr.op == Op::contains_all, claimed = expr.op == Op::claims || expr.op == Op::claims_any;
  std::vector<Finding> found;
  std::vector<std::string> phrases;
  // Claimed are the words of a lexicon together, and those of the list: each is one thing that is said in many ways.
  const auto look_for = [&](const std::vector<std::string>& words) {
    if (claimed && !words.empty()) found.push_back(claims(text, words));
    for (const std::string& word : words)
      if (!claimed) found.push_back(ask({&text}, [&] { return truth(!stands(signs_of(text.text), word).empty()); }));
  };
  for (const Expr* item : items_of(sought)) {
    if (item->op == Op::literal) {
      phrases.push_back(item->literal.text);
    } else if (book_.fact(item->path)) {
      const Value other = value(*item, place);
      found.push_back(ask({&text, &other}, [&] {
        return other.text.empty() ? Truth::unknown : truth(!stands(signs_of(text.text), other.text).empty());
      }));
    } else {
      std::vector<std::string> words;
      for (const syntax::LocalText& term : book_.find<syntax::LexiconDecl>(item->path, place.pack).first->terms)
        words.push_back(term.value);
      look_for(words);
    }
  }
  look_for(phrases);
  const Finding whole = all ? all_of(found) : any_of(found);
  return expr.op == Op::lacks ? opposite(whole) : whole;
}

// An answer's bare yes claims what the message last asked, but for the words that the answer denies in its own.
Finding Conditions::claims(const Value& text, const std::vector<std::string>& words) const {
  return ask({&text}, [&] {
    if (turn_.by_clause) {
      const Signs signs = signs_of(text.text);
      for (const std::string& word : words)
        for (const Stretch& one : stands(signs, word))
          if (is_claimed(signs, one)) return Truth::yes;
      return Truth::no;
    }
    const auto any = [&](const std::set<std::string>& of) {
      return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return of.contains(word); });
    };
    if (any(text.given->claimed)) return Truth::yes;
    std::vector<std::string> open;  // a word that it denies is not claimed by its yes; the others may be
    for (const std::string& word : words) {
      if (!text.given->denied.contains(word)) open.push_back(word);
    }
    if (!text.given->assents || open.empty() || !turn_.has.contains("message")) return Truth::no;
    const auto message = turn_.facts.find("message.text");
    if (message == turn_.facts.end()) return Truth::unknown;
    return truth(std::any_of(open.begin(), open.end(),
                             [&](const std::string& word) { return message->second.asked.contains(word); }));
  });
}

bool Conditions::is_claimed(const Signs& text, const Stretch& word) {
  const Stretch clause = clause_at(text, word.begin);
  bool denied = false;
  for (std::size_t at = clause.begin; at < word.begin; ++at) denied ^= text[at].is == U'不';
  const bool asks =
      clause.end < text.size() && text[clause.end].is == U'?' && clause.end > 0 && text[clause.end - 1].is == U'吗';
  return !denied && !asks;
}

// Where the things that are looked for stand, whether all of them were wanted or any.
std::vector<Stretch> Conditions::places(const Expr& sought, Op op, const Signs& text, const Place& place) const {
  if (op == Op::matches) return matches(text, sought.literal.text);
  std::vector<Stretch> all;
  const auto look_for = [&](const std::string& word) {
    for (const Stretch& one : stands(text, word))
      if ((op != Op::claims && op != Op::claims_any) || is_claimed(text, one)) all.push_back(one);
  };
  for (const Expr* item : items_of(sought)) {
    if (item->op == Op::literal) {
      look_for(item->literal.text);
    } else if (book_.fact(item->path)) {
      if (const Value other = value(*item, place); other.state == Value::known) look_for(other.text);
    } else {
      for (const syntax::LocalText& term : book_.find<syntax::LexiconDecl>(item->path, place.pack).first->terms)
        look_for(term.value);
    }
  }
  return all;
}

void Conditions::found(const Expr& expr, const Place& place, std::vector<Match>& matches) const {
  switch (expr.op) {
    case Op::path:
      if (book_.fact(expr.path)) return;
      if (const auto [define, pack] = book_.find<syntax::DefineDecl>(expr.path, place.pack); define) {
        Place there = place;
        there.pack = pack;
        found(*define->value, there, matches);
      }
      return;
    case Op::and_:
    case Op::or_:
    case Op::all_of:
    case Op::any_of:
    case Op::at_least_of:
      for (const syntax::ExprPtr& arg : expr.args) found(*arg, place, matches);
      return;
    case Op::contains:
    case Op::contains_any:
    case Op::contains_all:
    case Op::claims:
    case Op::claims_any:
    case Op::matches: {
      if (judge(expr, place).truth != Truth::yes) return;
      static const std::map<std::string, Part> kParts = {{"answer.text", Part::answer},
                                                         {"message.text", Part::message},
                                                         {"outreach.text", Part::outreach},
                                                         {"material.text", Part::material}};
      const std::string of = book_.text_part(expr.args[0]->path);
      const std::string path = of.empty() ? book_.fact(expr.args[0]->path)->path : of + ".text";
      const auto part = kParts.find(path);
      if (part == kParts.end()) return;
      const Signs signs = signs_of(text(*expr.args[0], place).text);
      for (const Stretch& one : places(*expr.args[1], expr.op, signs, place)) {
        const Stretch there = bytes_of(signs, one);
        matches.push_back({part->second, there.begin, there.end, expr.op == Op::claims || expr.op == Op::claims_any});
      }
      return;
    }
    default:
      return;
  }
}

}  // namespace caveat::twin
