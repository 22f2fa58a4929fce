#include "tests/reference/twin.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <regex>

namespace caveat::twin {
namespace {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;
using model::EffectKind;
using model::Expr;
using model::Op;
using model::Part;
using model::Subject;
using model::TypeKind;

cpp_int ten_to(int n) {
  cpp_int power = 1;
  for (int i = 0; i < n; ++i) power *= 10;
  return power;
}

// "-12.50" → −25/2
cpp_rational fraction(const std::string& text) {
  cpp_int whole = 0;
  int places = -1;
  bool negative = false;
  for (char c : text) {
    if (c == '-') {
      negative = true;
    } else if (c == '.') {
      places = 0;
    } else {
      whole = whole * 10 + (c - '0');
      if (places >= 0) ++places;
    }
  }
  cpp_rational value(whole, ten_to(std::max(places, 0)));
  return negative ? cpp_rational(-value) : value;
}

// What is compared of a text, as far as the random ones go: letters of ASCII, capital or small, of half or full width.
std::string folded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = static_cast<unsigned char>(text[i]);
    if (code == 0xef && i + 2 < text.size()) {  // U+FF01 … U+FF5E are the signs 0x21 … 0x7E
      const unsigned wide = (code & 0xfu) << 12 | (static_cast<unsigned char>(text[i + 1]) & 0x3fu) << 6 |
                            (static_cast<unsigned char>(text[i + 2]) & 0x3fu);
      if (wide >= 0xff01 && wide <= 0xff5e) {
        code = wide - 0xff01 + 0x21;
        i += 2;
      }
    }
    out += static_cast<char>(code >= 'A' && code <= 'Z' ? code + 32 : code);
  }
  return out;
}

// Can it be written with at most 18 places and 36 digits?
bool writable(const cpp_rational& value) {
  cpp_rational scaled = value * ten_to(18);
  if (denominator(scaled) != 1) return false;
  cpp_int digits = abs(numerator(scaled));
  for (int i = 0; i < 18 && digits != 0 && digits % 10 == 0; ++i) digits /= 10;
  return digits < ten_to(36);
}

// Division to 18 places, half even.
cpp_rational cut(const cpp_rational& value) {
  const cpp_rational scaled = value * ten_to(18);
  cpp_int top = numerator(scaled), bottom = denominator(scaled);
  const bool negative = top < 0;
  if (negative) top = -top;
  cpp_int whole = top / bottom, rest = top % bottom;
  if (rest * 2 > bottom || (rest * 2 == bottom && whole % 2 == 1)) ++whole;
  return cpp_rational(negative ? cpp_int(-whole) : whole, ten_to(18));
}

// To so many places, half even.
cpp_rational rounded(const cpp_rational& value, int places) {
  const cpp_rational scaled = value * ten_to(places);
  const bool negative = scaled < 0;
  const cpp_int top = abs(numerator(scaled)), bottom = denominator(scaled);
  cpp_int whole = top / bottom;
  const cpp_int twice = (top % bottom) * 2;
  if (twice > bottom || (twice == bottom && whole % 2 == 1)) ++whole;
  return cpp_rational(negative ? cpp_int(-whole) : whole, ten_to(places));
}

struct Value {
  enum { absent, unknown, known } state = absent;
  TypeKind kind = TypeKind::decimal;
  std::string currency;
  cpp_rational number;
  std::string text;
  std::vector<int> elements;
  const Given* given = nullptr;
};

struct Place {
  const Facts* product = nullptr;
  const Facts* action = nullptr;
  const Facts* recipient = nullptr;
};

class Judge {
 public:
  Judge(const model::Model& model, const Turn& turn, Tally* tally) : m_(model), t_(turn), tally_(tally) {}

  Outcome run() {
    out_.products.assign(t_.products.size(), 0);
    out_.actions.assign(t_.actions.size(), 0);
    out_.recipients.assign(t_.recipients.size(), 0);
    for (const model::Rule& rule : m_.rules) judge(rule);
    int items = 0;
    std::size_t blocked = 0;
    for (const std::vector<int>* list : {&out_.products, &out_.actions, &out_.recipients}) {
      for (int verdict : *list) {
        if (verdict >= 3) {
          ++blocked;
          items = std::max(items, 1);
        } else {
          items = std::max(items, verdict);
        }
      }
    }
    if (blocked > 0 && blocked == out_.products.size() + out_.actions.size() + out_.recipients.size()) items = 3;
    const bool anybody = std::any_of(out_.recipients.begin(), out_.recipients.end(), [](int one) { return one < 3; });
    if (t_.has_outreach && !anybody) items = 3;
    out_.verdict = std::max(turn_, items);
    if (!out_.queue.empty()) out_.verdict = 4;
    return out_;
  }

 private:
  const model::Model& m_;
  const Turn& t_;
  Tally* tally_;
  Outcome out_;
  int turn_ = 0;
  std::optional<std::tuple<int, long, std::string>> best_;

  // ---- facts

  bool here(Part part) const {
    switch (part) {
      case Part::answer:
        return t_.has_answer;
      case Part::message:
        return t_.has_message;
      case Part::recommendation:
        return t_.has_recommendation;
      case Part::outreach:
        return t_.has_outreach;
      case Part::material:
        return t_.has_material;
      default:
        return true;
    }
  }

  Value fact(model::Index index, const Place& place, bool trust) const {
    const model::Fact& fact = m_.facts[index];
    const Facts* from = &t_.facts;
    if (fact.part == Part::product) from = place.product;
    if (fact.part == Part::action) from = place.action;
    if (fact.part == Part::customer && t_.has_outreach) from = place.recipient;
    Value value;
    if (!from || !here(fact.part)) return value;
    value.state = Value::unknown;
    const auto found = from->find(index);
    if (found == from->end()) return value;
    const Given& given = found->second;
    if (given.inferred && (!trust || fact.assessed)) return value;
    value.state = Value::known;
    value.kind = fact.type.kind;
    value.currency = fact.type.currency.empty() ? given.currency : fact.type.currency;
    value.text = given.text;
    value.elements = given.elements;
    value.given = &given;
    if (given.date) value.number = *given.date;
    if (!given.number.empty()) value.number = fraction(given.number);
    return value;
  }

  static Value constant(const Expr& expr) {
    Value value;
    value.state = Value::known;
    value.kind = expr.constant.kind;
    value.currency = expr.type.currency;
    value.text = expr.constant.text;
    switch (expr.constant.kind) {
      case TypeKind::yes_no:
        value.number = expr.constant.yes ? 1 : 0;
        break;
      case TypeKind::choice:
      case TypeKind::scale:
        value.number = expr.constant.level;
        break;
      default:
        value.number = fraction(expr.constant.number.to_string());
    }
    return value;
  }

  Value today() const {
    Value value;
    value.state = Value::known;
    value.kind = TypeKind::date;
    value.number = days_of(t_.at, t_.offset_minutes);
    return value;
  }

  // ---- calendars, one day after the other

  std::optional<bool> works(model::Index calendar, Days day) const {
    if (calendar == model::kNone) return std::nullopt;
    const model::Calendar& by = m_.calendars[calendar];
    if (day < by.from || day > by.to) return std::nullopt;
    const model::DayKind kind = by.days[static_cast<std::size_t>(day - by.from)];
    return kind == model::DayKind::working || kind == model::DayKind::opened;
  }
  std::optional<Days> moved(model::Index calendar, Days day, int n) const {
    int left = n < 0 ? -n : n;
    while (left > 0) {
      day += n < 0 ? -1 : 1;
      const std::optional<bool> one = works(calendar, day);
      if (!one) return std::nullopt;
      if (*one) --left;
    }
    return day;
  }
  // Whether at least n working days lie strictly after `first`, up to `last`.
  Truth enough(model::Index calendar, Days first, Days last, int n) const {
    std::vector<Days> all;
    for (Days day = first + 1; day <= last; ++day) {
      const std::optional<bool> one = works(calendar, day);
      if (!one) return Truth::unknown;
      if (*one) all.push_back(day);
    }
    return truth(static_cast<int>(all.size()) >= n);
  }
  static Truth opposite(Truth of) { return of == Truth::yes ? Truth::no : of == Truth::no ? Truth::yes : of; }

  // ---- texts

  // A gap is filled by at most 12 characters without the end of a clause.
  static bool contains(const std::string& text, const std::string& term) {
    const std::string gap = "…";
    const std::size_t at = term.find(gap);
    if (at == std::string::npos) return text.find(term) != std::string::npos;
    std::string head = term.substr(0, at), tail = term.substr(term.rfind(gap) + gap.size());
    while (head.ends_with(" ")) head.pop_back();
    while (tail.starts_with(" ")) tail.erase(0, 1);
    for (std::size_t first = text.find(head); first != std::string::npos; first = text.find(head, first + 1)) {
      for (std::size_t last = text.find(tail, first + head.size()); last != std::string::npos;
           last = text.find(tail, last + 1)) {
        const std::string between = text.substr(first + head.size(), last - first - head.size());
        const auto letters = std::count_if(between.begin(), between.end(), [](char c) { return (c & 0xC0) != 0x80; });
        if (letters <= 12 && between.find("。") == std::string::npos && between.find("？") == std::string::npos) {
          return true;
        }
      }
    }
    return false;
  }

  Value value(const Expr& expr, const Place& place, bool trust) const {
    if (expr.op == Op::fact) return fact(expr.fact, place, trust);
    if (expr.op == Op::constant) return constant(expr);
    if (expr.op == Op::today) return today();
    if (expr.op == Op::now) {
      Value now = today();
      now.kind = TypeKind::instant;
      now.number = t_.at;
      return now;
    }
    std::vector<Value> args;
    for (const model::ExprPtr& arg : expr.args) args.push_back(value(*arg, place, trust));
    Value result;
    for (const Value& arg : args) {
      if (arg.state == Value::absent) return result;
    }
    result.state = Value::unknown;
    for (const Value& arg : args) {
      if (arg.state == Value::unknown) return result;
    }
    if (expr.op == Op::clock) return clock(args);
    result.kind = expr.type.kind;
    result.currency = expr.type.currency;
    if (expr.op == Op::rounded) {
      result.number = rounded(args[0].number, expr.count);
      result.state = Value::known;
      return result;
    }
    if (expr.op == Op::full_years) {
      const Days born = static_cast<Days>(numerator(args[0].number)), now = days_of(t_.at, t_.offset_minutes);
      if (born > now) return result;
      int years = 0;
      while (add_months(born, 12 * (years + 1)) <= now) ++years;
      result.number = years;
      result.state = Value::known;
      return result;
    }
    const Value &a = args[0], &b = args[1];
    switch (expr.op) {
      case Op::add:
      case Op::sub:
        if (expr.type.kind == TypeKind::date) {
          const Duration& span = expr.args[1]->constant.duration;
          const std::optional<Days> day = moved(expr.calendar, static_cast<Days>(numerator(a.number)),
                                                expr.op == Op::add ? span.working_days : -span.working_days);
          if (!day) return result;
          result.number = *day;
          break;
        }
        if (a.currency != b.currency) return result;
        result.number = expr.op == Op::add ? cpp_rational(a.number + b.number) : cpp_rational(a.number - b.number);
        break;
      case Op::mul:
        result.number = a.number * b.number;
        break;
      case Op::div:
        if (b.number == 0 || (!b.currency.empty() && a.currency != b.currency)) return result;
        result.number = cut(a.number / b.number);
        break;
      case Op::share_of:
        if (!writable(a.number * b.number)) return result;
        result.number = cut(a.number * b.number / 100);
        break;
      case Op::as_percent_of:
        if (b.number == 0 || a.currency != b.currency || !writable(a.number * 100)) return result;
        result.number = cut(a.number * 100 / b.number);
        break;
      default:
        return result;
    }
    if (writable(result.number)) result.state = Value::known;
    return result;
  }

  // What the clock on a wall of the zone shows; without one, of the pack's.
  Value clock(const std::vector<Value>& args) const {
    Value result;
    result.state = Value::unknown;
    result.kind = TypeKind::time_of_day;
    std::optional<int> minutes;
    if (args.empty()) minutes = t_.offset_minutes;
    for (const model::Zone& zone : m_.zones) {
      if (args.empty() || zone.name != args[0].text) continue;
      for (const model::Transition& one : zone.transitions) {
        if (t_.at >= one.from) minutes = one.offset_minutes;
      }
    }
    if (!minutes) return result;
    const cpp_int day = 86'400;
    const cpp_int second = (cpp_int(t_.at) / 1'000'000 + cpp_int(*minutes) * 60) % day;  // turns lie after 1970
    result.state = Value::known;
    result.number = second;
    return result;
  }

  // ---- conditions

  static Truth truth(bool holds) { return holds ? Truth::yes : Truth::no; }

  Truth holds(const Expr& expr, const Place& place, bool trust) const {
    const Truth result = judge_condition(expr, place, trust);
    if (tally_) {
      ++tally_->seen[{expr.op, result}];
      for (const model::ExprPtr& arg : expr.args) reckoned(*arg, result);
    }
    return result;
  }
  // What is reckoned counts by how the condition came out that asked.
  void reckoned(const Expr& expr, Truth result) const {
    if (expr.op < Op::constant) return;
    ++tally_->seen[{expr.op, result}];
    if (expr.args.size() == 2) {
      const auto kind = [](const Expr& arg) {
        return arg.type.kind == TypeKind::integer ? TypeKind::decimal : arg.type.kind;
      };
      ++tally_->kinds[{expr.op, kind(*expr.args[0]), kind(*expr.args[1]), result}];
    }
    for (const model::ExprPtr& arg : expr.args) reckoned(*arg, result);
  }

  Truth judge_condition(const Expr& expr, const Place& place, bool trust) const {
    const auto known_pair = [&](Value& a, Value& b) -> std::optional<Truth> {
      a = value(*expr.args[0], place, trust);
      b = value(*expr.args[1], place, trust);
      if (a.state == Value::absent || b.state == Value::absent) return Truth::no;
      if (a.state == Value::unknown || b.state == Value::unknown) return Truth::unknown;
      if (a.currency != b.currency) return Truth::unknown;
      return std::nullopt;
    };
    switch (expr.op) {
      case Op::always:
        return Truth::yes;
      case Op::never:
        return Truth::no;
      case Op::eq:
      case Op::lt:
      case Op::le: {
        Value a, b;
        if (const auto early = known_pair(a, b)) return *early;
        if (a.kind == TypeKind::text) return truth(folded(a.text) == folded(b.text));
        if (expr.op == Op::eq) return truth(a.number == b.number);
        if (expr.op == Op::lt) return truth(a.number < b.number);
        return truth(a.number < b.number || a.number == b.number);
      }
      case Op::past_more:
      case Op::past_at_least:
      case Op::within_past:
      case Op::within_future: {
        const Value when = value(*expr.args[0], place, trust);
        if (when.state == Value::absent) return Truth::no;
        if (when.state == Value::unknown) return Truth::unknown;
        const Duration& span = expr.args[1]->constant.duration;
        const Days day = static_cast<Days>(numerator(when.number)), now = days_of(t_.at, t_.offset_minutes);
        if (span.working_days > 0) {
          if (expr.op == Op::within_future)
            return day < now ? Truth::no : opposite(enough(expr.calendar, now, day - 1, span.working_days));
          if (day > now) return Truth::unknown;
          if (expr.op == Op::past_at_least) return enough(expr.calendar, day, now, span.working_days);
          const Truth over = enough(expr.calendar, day, now - 1, span.working_days);
          return expr.op == Op::past_more ? over : opposite(over);
        }
        const auto later = [&](Days from) {
          return static_cast<Days>(add_months(from, span.months) + static_cast<Days>(span.seconds / 86'400));
        };
        if (expr.op == Op::within_future) return truth(day >= now && day <= later(now));
        if (day > now) return Truth::unknown;
        if (expr.op == Op::past_more) return truth(now > later(day));
        if (expr.op == Op::past_at_least) return truth(now >= later(day));
        return truth(now <= later(day));
      }
      case Op::weekday:
      case Op::working_day: {
        const Value a = value(*expr.args[0], place, trust);
        if (a.state == Value::absent) return Truth::no;
        if (a.state == Value::unknown) return Truth::unknown;
        const Days day = static_cast<Days>(numerator(a.number));
        if (expr.op == Op::weekday) {
          const int monday_is_one = ((day + 3) % 7 + 7) % 7 + 1;  // the first day of 1970 was a Thursday
          return truth((expr.count & (1 << monday_is_one)) != 0);
        }
        const std::optional<bool> one = works(expr.calendar, day);
        return one ? truth(*one) : Truth::unknown;
      }
      case Op::matches: {
        const Value a = value(*expr.args[0], place, trust);
        if (a.state == Value::absent) return Truth::no;
        if (a.state == Value::unknown) return Truth::unknown;
        return truth(std::regex_search(a.text, std::regex(expr.pattern)));
      }
      case Op::truth: {
        const Value a = value(*expr.args[0], place, trust);
        if (a.state == Value::absent) return Truth::no;
        return a.state == Value::unknown ? Truth::unknown : truth(a.number == 1);
      }
      case Op::in_set: {
        const Value a = value(*expr.args[0], place, trust);
        if (a.state == Value::absent) return Truth::no;
        if (a.state == Value::unknown) return Truth::unknown;
        bool foreign = false;
        for (const model::Constant& one : expr.set) {
          Expr literal;
          literal.constant = one;
          literal.type = expr.args[0]->type;
          if (one.kind == TypeKind::money) literal.type.currency = one.text;
          const Value b = constant(literal);
          if (a.currency != b.currency) {
            foreign = true;
          } else if (a.kind == TypeKind::text ? folded(a.text) == folded(b.text) : a.number == b.number) {
            return Truth::yes;
          }
        }
        return foreign ? Truth::unknown : Truth::no;
      }
      case Op::known: {
        const Value a = value(*expr.args[0], place, trust);
        return truth(a.state == Value::known);
      }
      case Op::not_: {
        if (expr.args[0]->op == Op::known) {  // `is unknown`: a fact of an absent part is neither
          const Value a = value(*expr.args[0]->args[0], place, trust);
          return truth(a.state == Value::unknown);
        }
        const Truth a = holds(*expr.args[0], place, trust);
        return a == Truth::yes ? Truth::no : a == Truth::no ? Truth::yes : Truth::unknown;
      }
      case Op::and_: {
        Truth all = Truth::yes;
        for (const model::ExprPtr& arg : expr.args) {
          const Truth one = holds(*arg, place, trust);
          if (one == Truth::no) all = Truth::no;
          if (one == Truth::unknown && all == Truth::yes) all = Truth::unknown;
        }
        return all;
      }
      case Op::or_: {
        Truth any = Truth::no;
        for (const model::ExprPtr& arg : expr.args) {
          const Truth one = holds(*arg, place, trust);
          if (one == Truth::yes) any = Truth::yes;
          if (one == Truth::unknown && any == Truth::no) any = Truth::unknown;
        }
        return any;
      }
      case Op::at_least: {
        // True if it is so whatever the unknown ones are, false if it is not so whatever they are.
        std::vector<Truth> all;
        for (const model::ExprPtr& arg : expr.args) all.push_back(holds(*arg, place, trust));
        bool sometimes = false, always = true;
        std::size_t open = 0;
        for (Truth one : all) open += one == Truth::unknown ? 1 : 0;
        for (std::size_t guess = 0; guess < (std::size_t{1} << open); ++guess) {
          int count = 0;
          std::size_t bit = 0;
          for (Truth one : all) {
            const bool now = one == Truth::yes || (one == Truth::unknown && (guess >> bit++ & 1) != 0);
            count += now ? 1 : 0;
          }
          (count >= expr.count ? sometimes : always) = count >= expr.count;
        }
        return always ? Truth::yes : sometimes ? Truth::unknown : Truth::no;
      }
      case Op::text_has:
      case Op::text_has_all: {
        const Value a = value(*expr.args[0], place, trust);
        if (a.state == Value::absent) return Truth::no;
        if (expr.args.size() > 1) {
          const Value b = value(*expr.args[1], place, trust);
          if (b.state == Value::absent) return Truth::no;
          if (a.state == Value::unknown || b.state == Value::unknown || b.text.empty()) return Truth::unknown;
          return truth(a.text.find(b.text) != std::string::npos);
        }
        if (a.state == Value::unknown) return Truth::unknown;
        std::vector<std::string> terms = expr.phrases;
        if (expr.lexicon != model::kNone) terms = m_.lexicons[expr.lexicon].terms;
        std::size_t found = 0;
        for (const std::string& term : terms) found += contains(a.text, term) ? 1 : 0;
        return truth(expr.op == Op::text_has ? found > 0 : found == terms.size());
      }
      case Op::claims: {
        const Value a = value(*expr.args[0], place, trust);
        if (a.state == Value::absent) return Truth::no;
        if (a.state == Value::unknown) return Truth::unknown;
        const std::vector<std::string> words =
            expr.lexicon != model::kNone ? m_.lexicons[expr.lexicon].terms : expr.phrases;
        const auto any = [&](const std::set<std::string>& of) {
          return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return of.contains(word); });
        };
        if (any(a.given->claimed)) return Truth::yes;
        const bool answer = m_.facts[expr.args[0]->fact].part == Part::answer;
        if (!answer || !a.given->assents || any(a.given->denied) || !t_.has_message) return Truth::no;
        const auto message = t_.facts.find(m_.find_fact({"message", "text"}));
        return message == t_.facts.end() ? Truth::unknown : truth(any(message->second.asked));
      }
      case Op::list_empty:
      case Op::list_has:
      case Op::list_has_any:
      case Op::list_has_all: {
        const Value a = value(*expr.args[0], place, trust);
        if (a.state == Value::absent) return truth(expr.op == Op::list_empty);
        if (expr.op == Op::list_empty) return a.state == Value::unknown ? Truth::unknown : truth(a.elements.empty());
        if (expr.args.size() > 1) {
          const Value b = value(*expr.args[1], place, trust);
          if (b.state == Value::absent) return Truth::no;
          if (a.state == Value::unknown) return Truth::unknown;
          if (b.state == Value::unknown) return a.elements.empty() ? Truth::no : Truth::unknown;
          return truth(std::any_of(a.elements.begin(), a.elements.end(), [&](int one) { return b.number == one; }));
        }
        if (a.state == Value::unknown) return Truth::unknown;
        std::size_t found = 0;
        for (const model::Constant& one : expr.set) {
          found += std::count(a.elements.begin(), a.elements.end(), static_cast<int>(one.level)) > 0 ? 1 : 0;
        }
        return truth(expr.op == Op::list_has_all ? found == expr.set.size() : found > 0);
      }
      default:
        return Truth::unknown;
    }
  }

  // Which facts keep it unknown, by the same walk.
  void missing(const Expr& expr, const Place& place, bool trust, std::set<model::Index>& facts, bool& other) const {
    if (judge_condition(expr, place, trust) != Truth::unknown) return;
    const bool logic = expr.op == Op::and_ || expr.op == Op::or_ || expr.op == Op::not_ || expr.op == Op::at_least;
    if (logic) {
      for (const model::ExprPtr& arg : expr.args) missing(*arg, place, trust, facts, other);
      return;
    }
    bool below = false;
    for (const model::ExprPtr& arg : expr.args) below |= missing_value(*arg, place, trust, facts, other);
    if (!below) other = true;
  }
  // Whether it is unknown: then the facts in it that are, or, where all of them are known, something else.
  bool missing_value(const Expr& expr, const Place& place, bool trust, std::set<model::Index>& facts,
                     bool& other) const {
    if (value(expr, place, trust).state != Value::unknown) return false;
    bool below = expr.op == Op::fact;
    if (below) facts.insert(expr.fact);
    for (const model::ExprPtr& arg : expr.args) below |= missing_value(*arg, place, trust, facts, other);
    if (!below) other = true;
    return true;
  }

  // ---- rules

  static bool reads(const Expr& expr, const model::Model& model, Part part) {
    if (expr.op == Op::fact && model.facts[expr.fact].part == part) return true;
    return std::any_of(expr.args.begin(), expr.args.end(),
                       [&](const model::ExprPtr& arg) { return reads(*arg, model, part); });
  }
  bool on(const model::Rule& rule, Subject subject) const {
    return std::find(rule.applies_to.begin(), rule.applies_to.end(), subject) != rule.applies_to.end();
  }

  void judge(const model::Rule& rule) {
    const Days day = days_of(t_.at, t_.offset_minutes);
    if ((rule.from && day < *rule.from) || (rule.until && day > *rule.until)) return;
    const bool material = on(rule, Subject::material) && t_.has_material;
    const bool turn =
        (on(rule, Subject::answer) && t_.has_answer) || (on(rule, Subject::message) && t_.has_message) || material;
    const bool products = on(rule, Subject::recommendation) && t_.has_recommendation && !t_.products.empty();
    const bool actions = on(rule, Subject::action) && !t_.actions.empty();
    const bool outreach = on(rule, Subject::outreach) && t_.has_outreach;
    if (!turn && !products && !actions && !outreach) return;
    const auto reads_part = [&](Part part) {
      return reads(*rule.when, m_, part) || (rule.unless && reads(*rule.unless, m_, part));
    };
    if (reads_part(Part::outreach) && !t_.has_outreach) return;
    const bool by_product = products || reads_part(Part::product), by_action = actions || reads_part(Part::action);
    const bool by_recipient = t_.has_outreach && (reads_part(Part::customer) || asks_customer(rule));
    for (int product = by_product ? 0 : -1; product < (by_product ? static_cast<int>(t_.products.size()) : 0);
         ++product) {
      for (int action = by_action ? 0 : -1; action < (by_action ? static_cast<int>(t_.actions.size()) : 0); ++action) {
        const int last = by_recipient ? static_cast<int>(t_.recipients.size()) : 0;
        for (int recipient = by_recipient ? 0 : -1; recipient < last; ++recipient) {
          judge_for(rule, product, action, recipient, turn);
        }
      }
    }
  }

  // A fact of his is what it requires.
  bool asks_customer(const model::Rule& rule) const {
    for (const auto* list : {&rule.then, &rule.unknown_effects}) {
      for (const model::Effect& effect : *list) {
        if (effect.fact != model::kNone && m_.facts[effect.fact].part == Part::customer) return true;
      }
    }
    return false;
  }

  void judge_for(const model::Rule& rule, int product, int action, int recipient, bool turn) {
    Place place;
    if (product >= 0) place.product = &t_.products[static_cast<std::size_t>(product)];
    if (action >= 0) place.action = &t_.actions[static_cast<std::size_t>(action)];
    if (recipient >= 0) place.recipient = &t_.recipients[static_cast<std::size_t>(recipient)];
    const Truth when = holds(*rule.when, place, true);
    if (when == Truth::no) return;
    if (rule.unless && holds(*rule.unless, place, rule.trust_inferred) == Truth::yes) return;
    const bool unknown = when == Truth::unknown;
    if (unknown && rule.if_unknown == model::Rule::Unknown::pass) return;
    out_.fired.insert({rule.id, product, action, recipient, unknown});
    std::vector<model::Effect> effects = rule.then;
    if (unknown && rule.if_unknown == model::Rule::Unknown::effects) effects = rule.unknown_effects;
    if (unknown && rule.if_unknown == model::Rule::Unknown::by_default) {
      std::set<model::Index> facts;
      bool other = false;
      missing(*rule.when, place, true, facts, other);
      const bool askable = !other && !facts.empty() && std::all_of(facts.begin(), facts.end(), [&](model::Index fact) {
        return !m_.facts[fact].ask.empty();
      });
      effects.clear();
      model::Effect effect;
      if (askable) {
        effect.kind = EffectKind::require;
        for (model::Index fact : facts) {
          effect.fact = fact;
          effects.push_back(effect);
        }
      } else {
        effect.kind = EffectKind::handoff;
        effect.queue = m_.packs[rule.pack].default_queue;
        effects.push_back(effect);
      }
    }
    for (const model::Effect& effect : effects) ask(rule, effect, {product, action, recipient}, turn, unknown);
  }

  struct Whose {
    int product, action, recipient;
  };
  void ask(const model::Rule& rule, const model::Effect& effect, const Whose& whose, bool turn, bool unknown) {
    int verdict = 0;
    switch (effect.kind) {
      case EffectKind::block:
        verdict = 3;
        break;
      case EffectKind::require:
        verdict = 2;
        for (std::size_t i = 0; i < m_.facts[effect.fact].path.size(); ++i) {
          path_ = i == 0 ? m_.facts[effect.fact].path[0] : path_ + "." + m_.facts[effect.fact].path[i];
        }
        out_.required.insert(path_);
        break;
      case EffectKind::handoff: {
        verdict = 4;
        const model::Queue& queue = m_.queues[effect.queue];
        const auto bid =
            std::tuple(static_cast<int>(effect.priority ? *effect.priority : queue.priority), 0L, queue.names.first);
        if (!best_ || bid < *best_) best_ = bid, out_.queue = queue.names.first;
        out_.hold = out_.hold || !unknown;
        break;
      }
      case EffectKind::flag:
        out_.flags.insert(effect.name);
        break;
      default:
        break;
    }
    const auto raise = [&](int& at) { at = std::max(at, std::min(verdict, 3)); };
    const bool material = on(rule, Subject::material) && t_.has_material;
    if (whose.recipient >= 0) {
      raise(out_.recipients[static_cast<std::size_t>(whose.recipient)]);
    } else {
      if ((on(rule, Subject::recommendation) || material) && whose.product >= 0)
        raise(out_.products[static_cast<std::size_t>(whose.product)]);
      if (on(rule, Subject::action) && whose.action >= 0) raise(out_.actions[static_cast<std::size_t>(whose.action)]);
      if (on(rule, Subject::outreach) && t_.has_outreach) {
        for (int& one : out_.recipients) raise(one);
      }
    }
    if (turn) raise(turn_);
    if (((on(rule, Subject::message) && t_.has_message) || material) && verdict >= 3) {
      for (int& one : out_.products) raise(one);
      for (int& one : out_.actions) raise(one);
    }
  }
  std::string path_;
};

}  // namespace

Outcome decide(const model::Model& model, const Turn& turn, Tally* tally) { return Judge(model, turn, tally).run(); }

Turn with_sets(const model::Model& model, Turn turn, const std::vector<Set>& sets) {
  for (const Set& set : sets) {
    const auto look_up = [&](Facts& known) {
      for (const model::Index fact : set.facts) known.erase(fact);
      const auto key = known.find(set.key);
      if (key == known.end()) return;
      for (const auto& [of, says] : set.rows) {
        if (of.number != key->second.number || of.text != key->second.text) continue;
        for (const auto& [fact, given] : says) {
          known[fact] = given;
          known[fact].inferred = key->second.inferred;
        }
      }
    };
    const Part part = model.facts[set.key].part;
    if (part == Part::product) {
      for (Facts& product : turn.products) look_up(product);
    } else if (part == Part::action) {
      for (Facts& action : turn.actions) look_up(action);
    } else if (turn.has_outreach) {
      for (Facts& recipient : turn.recipients) look_up(recipient);
    } else {
      look_up(turn.facts);
    }
  }
  return turn;
}

}  // namespace caveat::twin
