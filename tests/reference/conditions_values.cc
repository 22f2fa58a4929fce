// What a value comes to where it is read: facts as they are declared, sums, lengths, clocks; and the tally of what was met.
#include <algorithm>

#include "tests/reference/conditions.h"

namespace caveat::twin {

using syntax::Expr;
using syntax::LiteralKind;
using syntax::Op;

const Fact* Conditions::levels_of(const Expr& expr, int pack) const {
  if (expr.op != Op::path) return nullptr;
  if (const Fact* fact = book_.fact(expr.path)) return fact;
  const auto [define, there] = book_.find<syntax::DefineDecl>(expr.path, pack);
  return define ? levels_of(*define->value, there) : nullptr;
}

Length Conditions::length(const Expr& expr, int pack) const {
  Place place;
  place.pack = place.rules_pack = pack;
  return value(expr, place).length;
}

Value Conditions::value(const Expr& expr, const Place& place, const Fact* levels) const {
  switch (expr.op) {
    case Op::literal: {
      if (expr.literal.kind == LiteralKind::instant &&
          !expr.literal.offset) {  // by the clocks of the pack that wrote it
        Value value = of_literal(expr.literal);
        const long long shown = instant_of(expr.literal.text);
        const std::string& zone = book_.zone(place.pack);
        value.number =
            shown - book_.offset(zone, shown - book_.offset(zone, shown).value() * 60'000'000LL).value() * 60'000'000LL;
        return value;
      }
      return of_literal(expr.literal);
    }
    case Op::now:
    case Op::today: {
      Value value;
      value.kind = expr.op == Op::now ? Kind::instant : Kind::date;
      value.number = expr.op == Op::now ? cpp_rational(turn_.at) : cpp_rational(today(place.rules_pack));
      return value;
    }
    case Op::path: {
      if (levels && expr.path.parts.size() == 1) {
        if (const std::optional<int> at = book_.position(*levels, expr.path.parts[0].text)) {
          Value value;
          value.kind = Kind::level;
          value.number = *at;
          return value;
        }
      }
      if (const Fact* fact = book_.fact(expr.path)) return read(*fact, place);
      if (const auto [parameter, pack] = book_.find<syntax::ParameterDecl>(expr.path, place.pack); parameter)
        return of_literal(parameter->value->literal);
      const auto [define, pack] = book_.find<syntax::DefineDecl>(expr.path, place.pack);
      Place there = place;
      there.pack = pack;
      return value(*define->value, there, levels);
    }
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::div:
    case Op::neg:
    case Op::share_of:
    case Op::as_percent_of:
    case Op::rounded:
    case Op::full_years_since:
      return reckon(expr, place);
    default: {  // a condition as a value
      const Finding found = holds(expr, place);
      Value value;
      value.kind = Kind::yes_no;
      value.state = found.truth == Truth::unknown ? Value::unknown : Value::known;
      value.number = found.truth == Truth::yes ? 1 : 0;
      value.missing = found.missing;
      return value;
    }
  }
}

Value Conditions::reckon(const Expr& expr, const Place& place) const {
  const Value a = value(*expr.args[0], place);
  const Value b = expr.args.size() > 1 ? value(*expr.args[1], place) : Value();
  Value result;
  result.kind = a.kind;
  result.currency = a.currency;
  const bool dated = a.kind == Kind::date || b.kind == Kind::date;
  if (expr.op == Op::mul && a.kind == Kind::number) result.kind = b.kind, result.currency = b.currency;
  if (expr.op == Op::div && b.kind != Kind::number) result.kind = Kind::number, result.currency.clear();
  if (expr.op == Op::share_of) result.kind = b.kind, result.currency = b.currency;
  if (expr.op == Op::as_percent_of) result.kind = Kind::percent, result.currency.clear();
  if (expr.op == Op::full_years_since) result.kind = Kind::number;
  if (dated && (expr.op == Op::add || expr.op == Op::sub)) result.kind = a.kind == b.kind ? Kind::duration : Kind::date;
  for (const Value* one : {&a, &b}) {
    if (one->state == Value::absent) result.state = Value::absent;
    if (one->state != Value::unknown || result.state == Value::absent) continue;
    result.state = Value::unknown;
    result.missing.add(one->missing);
  }
  if (result.state != Value::known) return result;
  const auto unknown = [&] {
    result.state = Value::unknown;
    result.missing.other = true;
    return result;
  };
  switch (expr.op) {
    case Op::neg:
      result.number = -a.number;
      break;
    case Op::add:
    case Op::sub:
      if (dated && a.kind == b.kind) {
        result.length.seconds = static_cast<long>(numerator(cpp_rational(a.number - b.number))) * 86'400;
        return result;
      }
      if (dated) return a.kind == Kind::date ? moved(a, b, expr.op == Op::add ? 1 : -1, place) : moved(b, a, 1, place);
      if (a.currency != b.currency) return unknown();
      result.number = expr.op == Op::add ? cpp_rational(a.number + b.number) : cpp_rational(a.number - b.number);
      break;
    case Op::mul:
      result.number = a.number * b.number;
      break;
    case Op::div:
      if (b.number == 0 || (b.kind == Kind::money && a.currency != b.currency)) return unknown();
      result.number = rounded(a.number / b.number, 18);
      break;
    case Op::share_of:
      if (!writable(a.number * b.number)) return unknown();
      result.number = rounded(a.number * b.number / 100, 18);
      break;
    case Op::as_percent_of:
      if (b.number == 0 || a.currency != b.currency || !writable(a.number * 100)) return unknown();
      result.number = rounded(a.number * 100 / b.number, 18);
      break;
    case Op::rounded:
      result.number = rounded(a.number, static_cast<int>(numerator(b.number)));
      break;
    default: {  // full years since
      const long born = static_cast<long>(numerator(a.number)), now = today(place.rules_pack);
      if (born > now) return unknown();
      int years = 0;
      while (moved_by_months(born, 12 * (years + 1)) <= now) ++years;
      result.number = years;
    }
  }
  return writable(result.number) ? result : unknown();
}

Value Conditions::moved(const Value& date, const Value& length, int sign, const Place& place) const {
  Value result = date;
  long day = moved_by_months(static_cast<long>(numerator(date.number)), sign * length.length.months) +
             sign * length.length.seconds / 86'400;
  for (long left = length.length.working_days; left > 0;) {
    day += sign;
    const std::optional<bool> works = book_.works(place.pack, day);
    if (!works) {
      result.state = Value::unknown;
      result.missing.other = true;
      return result;
    }
    left -= *works ? 1 : 0;
  }
  result.number = day;
  return result;
}

// As its declaration has it.
Value Conditions::read(const Fact& fact, const Place& place) const {
  using syntax::TypeName;
  Value value;
  const TypeName type = fact.type() ? fact.type()->name : TypeName::text;
  switch (type) {
    case TypeName::yes_no:
      value.kind = Kind::yes_no;
      break;
    case TypeName::integer:
    case TypeName::decimal:
      value.kind = Kind::number;
      break;
    case TypeName::percent:
      value.kind = Kind::percent;
      break;
    case TypeName::money:
      value.kind = Kind::money;
      break;
    case TypeName::date:
      value.kind = Kind::date;
      break;
    case TypeName::instant:
      value.kind = Kind::instant;
      break;
    case TypeName::time_of_day:
      value.kind = Kind::time_of_day;
      break;
    case TypeName::time_zone:
      value.kind = Kind::zone;
      break;
    case TypeName::one_of:
    case TypeName::scale:
      value.kind = Kind::level;
      break;
    case TypeName::list:
      value.kind = Kind::list;
      break;
    default:
      value.kind = Kind::text;
  }
  value.state = Value::absent;
  const Facts* from = &turn_.facts;
  if (fact.part == "product") from = place.product;
  if (fact.part == "action") from = place.action;
  if (fact.part == "customer" && turn_.has.contains("outreach")) from = place.recipient;
  const bool always = fact.part == "product" || fact.part == "action" || fact.part == "customer";
  if (!from || !(always || turn_.has.contains(fact.part))) return value;
  const auto found = from->find(fact.path);
  if (found == from->end() || (found->second.inferred && (!place.trust || fact.assessed()))) {
    value.state = Value::unknown;
    value.missing.facts.insert(fact.path);
    return value;
  }
  const Given& given = found->second;
  value.state = Value::known;
  value.given = &given;
  const std::string& said = given.text;
  switch (type) {
    case TypeName::yes_no:
      value.number = said == "true" ? 1 : 0;
      break;
    case TypeName::integer:
    case TypeName::decimal:
      value.number = fraction(said);
      break;
    case TypeName::percent:
    case TypeName::money:
      value.number = fraction(said.substr(0, said.find(' ')));
      if (type == TypeName::money) value.currency = said.substr(said.find(' ') + 1);
      break;
    case TypeName::date:
      value.number = day_of(said);
      break;
    case TypeName::instant:
      value.number = instant_of(said);
      break;
    case TypeName::time_of_day:
      value.number = second_of_day(said);
      break;
    case TypeName::one_of:
    case TypeName::scale:
      value.number = book_.position(fact, said).value();
      break;
    case TypeName::list:
      for (const std::string& element : given.elements) value.elements.push_back(book_.position(fact, element).value());
      break;
    default:
      value.text = said;
  }
  return value;
}

// What the clock on a wall of the zone shows; without one, of the pack's.
Value Conditions::clock(const Expr* zone, const Place& place) const {
  Value result;
  result.kind = Kind::time_of_day;
  std::string name = book_.zone(place.rules_pack);
  if (zone) {
    const Value told = value(*zone, place);
    result.state = told.state;
    result.missing = told.missing;
    if (told.state != Value::known) return result;
    name = told.text;
  }
  const std::optional<int> minutes = book_.offset(name, turn_.at);
  if (!minutes) {
    result.state = Value::unknown;
    result.missing.other = true;
    return result;
  }
  result.number = (cpp_int(turn_.at) / 1'000'000 + cpp_int(*minutes) * 60) % 86'400;  // turns lie after 1970
  return result;
}

// ---- what is read, and the tally

void Conditions::reads(const Expr& expr, int pack, std::set<std::string>& facts) const {
  if (expr.op == Op::path) {
    if (const Fact* fact = book_.fact(expr.path)) {
      facts.insert(fact->path);
    } else if (const auto [define, there] = book_.find<syntax::DefineDecl>(expr.path, pack); define) {
      reads(*define->value, there, facts);
    } else if (const std::string part = book_.text_part(expr.path); !part.empty()) {
      facts.insert(part + ".text");
    }
  }
  for (const syntax::ExprPtr& arg : expr.args) reads(*arg, pack, facts);
}

void Conditions::count(const Expr& expr, const Place& place, Truth truth) const {
  const bool define = expr.op == Op::path && !book_.fact(expr.path);
  if (!define) ++tally_->seen[{expr.op, truth}];
  const bool logic = expr.op == Op::and_ || expr.op == Op::or_ || expr.op == Op::not_ || expr.op == Op::all_of ||
                     expr.op == Op::any_of || expr.op == Op::none_of || expr.op == Op::at_least_of;
  for (const syntax::ExprPtr& arg : expr.args)
    if (!logic) count_value(*arg, place, truth);
}

// What is reckoned counts by how the condition came out that asked.
void Conditions::count_value(const Expr& expr, const Place& place, Truth truth) const {
  if (expr.op == Op::path && !book_.fact(expr.path)) {
    const auto [define, pack] = book_.find<syntax::DefineDecl>(expr.path, place.pack);
    Place there = place;
    there.pack = pack;
    if (define) count_value(*define->value, there, truth);
    return;
  }
  if (expr.op == Op::literal || expr.op == Op::path) return;
  ++tally_->seen[{expr.op, truth}];
  const bool pair = expr.op == Op::add || expr.op == Op::sub || expr.op == Op::mul || expr.op == Op::div ||
                    expr.op == Op::share_of || expr.op == Op::as_percent_of;
  if (pair) ++tally_->kinds[{expr.op, value(*expr.args[0], place).kind, value(*expr.args[1], place).kind, truth}];
  for (const syntax::ExprPtr& arg : expr.args) count_value(*arg, place, truth);
}

}  // namespace caveat::twin
