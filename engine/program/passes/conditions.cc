// Conditions become condition programs: postfix, one node an operation. A comparison of one fact with constants, or of two
// facts of one key space, becomes a test of keys; everything else goes through exact values.
// Nothing is simplified but `not (X is known)`: passes may not merge intervals across `or` (semantics.md 14).
#include <algorithm>

#include "engine/program/codes.h"
#include "engine/program/keys.h"
#include "engine/program/passes/draft.h"
#include "engine/text/normalise.h"

namespace caveat::program {
namespace {

using model::Constant;
using model::Expr;
using model::Op;
using model::TypeKind;

class Compiler {
 public:
  explicit Compiler(Draft& draft) : draft_(draft), image_(draft.image) {}

  std::vector<Node> take(const Expr& expr) {
    visit(expr, false);
    return std::move(nodes_);
  }

 private:
  Draft& draft_;
  Image& image_;
  std::vector<Node> nodes_;

  std::uint16_t here() const { return static_cast<std::uint16_t>(std::min<std::size_t>(nodes_.size(), 0xffff)); }

  Node& emit(NodeCode code, std::uint16_t begin, std::size_t operands, bool negated) {
    Node node;
    node.code = static_cast<std::uint8_t>(code);
    node.begin = begin;
    node.count = static_cast<std::uint16_t>(std::min<std::size_t>(operands, 0xffff));
    if (negated) node.flags |= kUnderNot;
    nodes_.push_back(node);
    return nodes_.back();
  }
  void set_slot(Node& node, model::Index fact) {
    node.slot = fact;
    node.cell = image_.slots[fact].cell;
    node.frame = image_.slots[fact].frame;
    if (is_id(fact)) node.flags |= kIsId;
  }
  bool is_id(model::Index fact) const {
    const model::Fact& which = draft_.model.facts[fact];
    return which.built_in && which.type.kind == TypeKind::text && which.path.back() == "id";
  }
  void set_other(Node& node, const Expr& fact) {
    node.other = fact.fact;
    node.other_cell = slot(fact).cell;
    node.flags = static_cast<std::uint16_t>(node.flags | (slot(fact).frame * kOtherFrame));
  }
  void not_yet(const Expr& expr, std::string_view en, std::string_view zh) {
    draft_.not_yet(expr.span, en, zh);
    emit(NodeCode::never, here(), 0, false);
  }

  bool held(const Expr& value) const { return value.op == Op::fact && image_.slots[value.fact].cell != kNone; }
  const SlotRow& slot(const Expr& value) const { return image_.slots[value.fact]; }

  // The key of a constant in the key space of a fact; nothing where only exact values can tell.
  std::optional<std::int64_t> key(const Expr& fact, const Constant& constant) const {
    const TypeKind kind = fact.type.kind;
    if (kind != constant.kind) return std::nullopt;
    if (kind == TypeKind::money && fact.type.currency.empty()) return std::nullopt;  // a key has no currency
    switch (kind) {
      case TypeKind::yes_no:
        return constant.yes ? 1 : 0;
      case TypeKind::choice:
      case TypeKind::scale:
        return constant.level;
      case TypeKind::integer:
      case TypeKind::decimal:
      case TypeKind::percent:
      case TypeKind::money: {
        const SlotRow& row = slot(fact);
        if (!fits_key(constant.number, row.key_scale, row.key_doubled != 0)) return std::nullopt;
        return key_of(constant.number, row.key_scale, row.key_doubled != 0);
      }
      case TypeKind::date:
      case TypeKind::instant:
      case TypeKind::time_of_day:
        return constant.number.as_int64();
      default:
        return std::nullopt;
    }
  }

  std::uint32_t constant_row(const Expr& expr) {
    ConstantRow row;
    const Constant& constant = expr.constant;
    row.type = static_cast<std::uint32_t>(constant.kind);
    row.number = Image::number(constant.kind == TypeKind::yes_no ? Decimal(constant.yes ? 1 : 0) : constant.number);
    if (constant.kind == TypeKind::choice || constant.kind == TypeKind::scale) {
      row.symbol = constant.level;
      row.number = Image::number(Decimal(static_cast<std::int64_t>(constant.level)));
    }
    row.span = Image::span(constant.duration);
    const bool money = constant.kind == TypeKind::money;
    if (!money) row.text = image_.str(constant.text);
    row.currency = image_.str(money && !constant.text.empty() ? constant.text : expr.type.currency);
    image_.constants.push_back(row);
    return static_cast<std::uint32_t>(image_.constants.size() - 1);
  }

  std::uint32_t zone_row(const std::string& name) const {
    const auto found = std::find_if(image_.zones.begin(), image_.zones.end(), [&](const ZoneRow& row) {
      return std::string_view(image_.text).substr(row.name.at, row.name.size) == name;
    });
    return found == image_.zones.end() ? kNone : static_cast<std::uint32_t>(found - image_.zones.begin());
  }

  void value(const Expr& expr, bool negated) {
    const std::uint16_t begin = here();
    const auto over = [&](NodeCode code) {
      for (const model::ExprPtr& arg : expr.args) value(*arg, negated);
      emit(code, begin, expr.args.size(), negated);
    };
    switch (expr.op) {
      case Op::constant:
        emit(NodeCode::constant, begin, 0, negated).other = constant_row(expr);
        return;
      case Op::fact: {
        if (!held(expr)) return not_yet(expr, "a record as a value", "以记录作为值");
        set_slot(emit(NodeCode::fact, begin, 0, negated), expr.fact);
        return;
      }
      case Op::now:
        emit(NodeCode::now, begin, 0, negated);
        return;
      case Op::today:
        emit(NodeCode::today, begin, 0, negated);
        return;
      case Op::add:
      case Op::sub:
        over(expr.op == Op::add ? NodeCode::add : NodeCode::subtract);
        nodes_.back().other = expr.calendar;
        return;
      case Op::clock: {
        const Expr* zone = expr.args.empty() ? nullptr : expr.args[0].get();
        if (zone != nullptr && zone->op != Op::constant) {
          over(NodeCode::clock);
          nodes_.back().other = kNone;
          return;
        }
        emit(NodeCode::clock, begin, 0, negated).other = zone == nullptr ? kNone : zone_row(zone->constant.text);
        return;
      }
      case Op::mul:
        return over(NodeCode::multiply);
      case Op::div:
        return over(NodeCode::divide);
      case Op::share_of:
        return over(NodeCode::share_of);
      case Op::as_percent_of:
        return over(NodeCode::as_percent_of);
      case Op::full_years:
        return over(NodeCode::full_years);
      case Op::rounded: {
        value(*expr.args[0], negated);
        emit(NodeCode::rounded, begin, 1, negated).other = static_cast<std::uint32_t>(expr.count);
        return;
      }
      default:
        return not_yet(expr, "this value", "这个值");
    }
  }

  void compare(const Expr& expr, bool negated) {
    const Expr &a = *expr.args[0], &b = *expr.args[1];
    const std::uint16_t begin = here();
    const auto range = [&](const Expr& fact, std::int64_t low, std::int64_t high) {
      Node& node = emit(NodeCode::key_range, begin, 0, negated);
      set_slot(node, fact.fact);
      node.low = low, node.high = high;
    };
    if (held(a) && b.op == Op::constant) {
      if (a.type.kind == TypeKind::text && expr.op == Op::eq) return text_is(a, {b.constant}, negated);
      if (const auto k = key(a, b.constant)) {
        return range(a, expr.op == Op::eq ? *k : INT64_MIN, expr.op == Op::lt ? *k - 1 : *k);
      }
    }
    if (held(b) && a.op == Op::constant) {
      if (b.type.kind == TypeKind::text && expr.op == Op::eq) return text_is(b, {a.constant}, negated);
      if (const auto k = key(b, a.constant)) {
        return range(b, expr.op == Op::lt ? *k + 1 : *k, expr.op == Op::eq ? *k : INT64_MAX);
      }
    }
    if (held(a) && held(b) && comparable(a, b)) {
      const NodeCode code = expr.op == Op::eq   ? NodeCode::key_equal
                            : expr.op == Op::lt ? NodeCode::key_less
                                                : NodeCode::key_at_most;
      Node& node = emit(code, begin, 0, negated);
      set_slot(node, a.fact);
      set_other(node, b);
      return;
    }
    value(a, negated);
    value(b, negated);
    emit(expr.op == Op::eq   ? NodeCode::equal
         : expr.op == Op::lt ? NodeCode::less
                             : NodeCode::at_most,
         begin, 2, negated);
  }

  // Both facts have keys of one space: equal keys of exact ones are equal values.
  bool comparable(const Expr& a, const Expr& b) const {
    if (a.type.kind != b.type.kind || a.type.currency != b.type.currency) return false;
    if (a.type.kind == TypeKind::money && a.type.currency.empty()) return false;
    const SlotRow &x = slot(a), &y = slot(b);
    switch (a.type.kind) {
      case TypeKind::text:
      case TypeKind::time_zone:
      case TypeKind::duration:
      case TypeKind::list:
      case TypeKind::record:
        return false;
      case TypeKind::scale:
        return a.type.scale == b.type.scale;
      case TypeKind::choice:
        return a.type.choices == b.type.choices;
      default:
        return x.key_scale == y.key_scale && x.key_doubled == y.key_doubled;
    }
  }

  void text_is(const Expr& fact, const std::vector<Constant>& constants, bool negated) {
    std::vector<std::string> all;
    for (const Constant& constant : constants)
      all.push_back(is_id(fact.fact) ? constant.text : text::normal_form(constant.text));
    Node& node = emit(NodeCode::text_is, here(), 0, negated);
    set_slot(node, fact.fact);
    node.rows = image_.strs(all);
  }

  void in_set(const Expr& expr, bool negated) {
    const Expr& fact = *expr.args[0];
    const std::uint16_t begin = here();
    if (held(fact)) {
      if (fact.type.kind == TypeKind::text) return text_is(fact, expr.set, negated);
      std::vector<std::int64_t> all;
      bool every = true;
      for (const Constant& constant : expr.set) {
        const auto k = key(fact, constant);
        every = every && k;
        if (k) all.push_back(*k);
      }
      if (every) {
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        Node& node = emit(NodeCode::key_mask, begin, 0, negated);
        set_slot(node, fact.fact);
        if (all.empty() || (all.front() >= 0 && all.back() < 64)) {
          std::uint64_t mask = 0;
          for (std::int64_t k : all) mask |= std::uint64_t{1} << k;
          node.low = static_cast<std::int64_t>(mask);
        } else {
          node.code = static_cast<std::uint8_t>(NodeCode::key_set);
          node.rows = {static_cast<std::uint32_t>(image_.keys.size()), static_cast<std::uint32_t>(all.size())};
          image_.keys.insert(image_.keys.end(), all.begin(), all.end());
        }
        return;
      }
    }
    for (const Constant& constant : expr.set) {
      const std::uint16_t one = here();
      value(fact, negated);
      Expr literal;
      literal.op = Op::constant;
      literal.type = fact.type;
      literal.constant = constant;
      value(literal, negated);
      emit(NodeCode::equal, one, 2, negated);
    }
    emit(NodeCode::any, begin, expr.set.size(), negated);
  }

  std::uint32_t group(GroupRow row) {
    image_.groups.push_back(row);
    return static_cast<std::uint32_t>(image_.groups.size() - 1);
  }
  std::uint32_t lexicon_group(model::Index lexicon) {
    const auto found = lexicon_groups_.find(lexicon);
    if (found != lexicon_groups_.end()) return found->second;
    const model::Lexicon& words = draft_.model.lexicons[lexicon];
    GroupRow row;
    row.terms = image_.strs(words.terms);
    row.but_not = image_.strs(words.but_not);
    row.flags = (words.exact_case ? 1u : 0u) | (words.exact_form ? 2u : 0u);
    return lexicon_groups_[lexicon] = group(row);
  }
  std::uint32_t phrase_group(std::vector<std::string> phrases) {
    std::sort(phrases.begin(), phrases.end());
    phrases.erase(std::unique(phrases.begin(), phrases.end()), phrases.end());
    const auto found = phrase_groups_.find(phrases);
    if (found != phrase_groups_.end()) return found->second;
    GroupRow row;
    row.terms = image_.strs(phrases);
    const std::uint32_t index = group(row);
    phrase_groups_[std::move(phrases)] = index;
    return index;
  }
  static std::vector<std::string> texts_of(const Expr& expr) {
    std::vector<std::string> all = expr.phrases;
    for (const Constant& constant : expr.set) all.push_back(constant.text);
    return all;
  }

  void text(const Expr& expr, bool negated) {
    const Expr& fact = *expr.args[0];
    if (!held(fact) || fact.type.kind != TypeKind::text)
      return not_yet(expr, "looking for words in this value", "在此值中查找文字");
    const std::uint16_t begin = here();
    if (expr.args.size() > 1) {
      const Expr& wanted = *expr.args[1];
      if (!held(wanted) || wanted.type.kind != TypeKind::text)
        return not_yet(expr, "looking for this value in a text", "在文本中查找此值");
      Node& node = emit(NodeCode::text_has_text, begin, 0, negated);
      set_slot(node, fact.fact);
      set_other(node, wanted);
    } else if (expr.op == Op::text_has_all) {
      std::vector<std::uint32_t> groups;
      if (expr.lexicon != model::kNone) {
        for (const std::string& term : draft_.model.lexicons[expr.lexicon].terms)
          groups.push_back(phrase_group({term}));
      }
      for (const std::string& phrase : texts_of(expr)) groups.push_back(phrase_group({phrase}));
      Node& node = emit(NodeCode::text_has_all, begin, 0, negated);
      set_slot(node, fact.fact);
      node.rows = image_.list(groups);
    } else {
      const std::uint32_t wanted =
          expr.lexicon != model::kNone ? lexicon_group(expr.lexicon) : phrase_group(texts_of(expr));
      Node& node = emit(expr.op == Op::claims ? NodeCode::text_claims : NodeCode::text_has, begin, 0, negated);
      set_slot(node, fact.fact);
      node.other = wanted;
    }
    image_.slots[fact.fact].flags |= kScanned;
  }

  void pattern(const Expr& expr, bool negated) {
    const Expr& fact = *expr.args[0];
    if (!held(fact) || fact.type.kind != TypeKind::text)
      return not_yet(expr, "a pattern over this value", "对此值匹配表达式");
    const auto [known, fresh] = draft_.pattern_groups.try_emplace(expr.pattern, 0);
    if (fresh) {
      GroupRow row;
      row.pattern = image_.str(expr.pattern);
      known->second = group(row);
    }
    Node& node = emit(NodeCode::text_matches, here(), 0, negated);
    set_slot(node, fact.fact);
    node.other = known->second;
    image_.slots[fact.fact].flags |= kScanned;
  }

  void list(const Expr& expr, bool negated) {
    const Expr& fact = *expr.args[0];
    if (!held(fact)) return not_yet(expr, "this list", "这个列表");
    const std::uint16_t begin = here();
    if (expr.op == Op::list_empty) {
      set_slot(emit(NodeCode::list_empty, begin, 0, negated), fact.fact);
      return;
    }
    const bool every = expr.op == Op::list_has_all;
    const auto element = static_cast<SlotType>(slot(fact).element);
    if (element == SlotType::record || element == SlotType::list)
      return not_yet(expr, "a list of records here", "此处的记录列表");
    if (expr.args.size() > 1) {
      value(*expr.args[1], negated);
      set_slot(emit(NodeCode::list_holds, begin, 1, negated), fact.fact);
      return;
    }
    const bool symbols = element == SlotType::choice || element == SlotType::scale || element == SlotType::yes_no;
    std::uint64_t mask = 0;
    bool fits = symbols;
    std::vector<std::uint32_t> rows;
    for (const Constant& constant : expr.set) {
      const std::int64_t symbol = constant.kind == TypeKind::yes_no ? constant.yes : constant.level;
      fits = fits && symbol < 64;
      if (fits) mask |= std::uint64_t{1} << symbol;
    }
    Node& node = emit(every ? NodeCode::list_mask_all : NodeCode::list_mask_any, begin, 0, negated);
    set_slot(node, fact.fact);
    node.low = static_cast<std::int64_t>(mask);
    if (fits) return;
    node.code = static_cast<std::uint8_t>(every ? NodeCode::list_all : NodeCode::list_any);
    node.rows = {static_cast<std::uint32_t>(image_.constants.size()), static_cast<std::uint32_t>(expr.set.size())};
    for (const Constant& constant : expr.set) {
      Expr literal;
      literal.constant = constant;
      if (fact.type.element) literal.type = *fact.type.element;
      constant_row(literal);
    }
  }

  void visit(const Expr& expr, bool negated) {
    const std::uint16_t begin = here();
    const auto over = [&](NodeCode code) {
      for (const model::ExprPtr& arg : expr.args) visit(*arg, negated);
      emit(code, begin, expr.args.size(), negated);
    };
    switch (expr.op) {
      case Op::always:
        emit(NodeCode::always, begin, 0, negated);
        return;
      case Op::never:
        emit(NodeCode::never, begin, 0, negated);
        return;
      case Op::eq:
      case Op::lt:
      case Op::le:
        return compare(expr, negated);
      case Op::in_set:
        return in_set(expr, negated);
      case Op::known:
      case Op::unknown:
        if (!held(*expr.args[0])) return not_yet(expr, "`is known` of a record", "对记录判断“已知”");
        set_slot(emit(expr.op == Op::known ? NodeCode::is_known : NodeCode::is_unknown, begin, 0, negated),
                 expr.args[0]->fact);
        return;
      case Op::and_:
        return over(NodeCode::all);
      case Op::or_:
        return over(NodeCode::any);
      case Op::not_:
        visit(*expr.args[0], !negated);
        emit(NodeCode::negate, begin, 1, negated);
        return;
      case Op::at_least:
        over(NodeCode::at_least);
        nodes_.back().other = static_cast<std::uint32_t>(std::max(expr.count, 0));
        return;
      case Op::truth: {
        const Expr& fact = *expr.args[0];
        if (!held(fact)) return not_yet(expr, "this value as a condition", "以此值作为条件");
        Node& node = emit(NodeCode::key_range, begin, 0, negated);
        set_slot(node, fact.fact);
        node.low = node.high = 1;
        return;
      }
      case Op::text_has:
      case Op::text_has_all:
      case Op::claims:
        return text(expr, negated);
      case Op::list_has:
      case Op::list_has_any:
      case Op::list_has_all:
      case Op::list_empty:
        return list(expr, negated);
      case Op::past_more:
      case Op::past_at_least:
      case Op::within_past:
      case Op::within_future: {
        for (const model::ExprPtr& arg : expr.args) value(*arg, negated);
        emit(expr.op == Op::past_more       ? NodeCode::past_more
             : expr.op == Op::past_at_least ? NodeCode::past_at_least
             : expr.op == Op::within_past   ? NodeCode::within_past
                                            : NodeCode::within_future,
             begin, 2, negated)
            .other = expr.calendar;
        return;
      }
      case Op::weekday:
        value(*expr.args[0], negated);
        emit(NodeCode::weekday, begin, 1, negated).low = expr.count;
        return;
      case Op::working_day:
        value(*expr.args[0], negated);
        emit(NodeCode::working_day, begin, 1, negated).other = expr.calendar;
        return;
      case Op::matches:
        return pattern(expr, negated);
      case Op::mentions:
        return not_yet(expr, "`mentions`", "“提及”");
      case Op::any_in:
      case Op::every_in:
        return not_yet(expr, "a quantifier over a list", "对列表逐项判断");
      case Op::window:
        return not_yet(expr, "a window", "跨轮次计数");
      default:
        return not_yet(expr, "this condition", "这个条件");
    }
  }

  std::map<model::Index, std::uint32_t>& lexicon_groups_ = draft_.lexicon_groups;
  std::map<std::vector<std::string>, std::uint32_t>& phrase_groups_ = draft_.phrase_groups;
};

}  // namespace

// At most three become one: a comparison of a fact with a constant, `is unknown`, a text in which another is looked for.
std::uint64_t least_nodes(const Expr& expr) { return expr.nodes / 3; }

Range condition(Draft& draft, const Expr& expr, std::string_view rule) {
  const auto refuse = [&](std::uint64_t parts) {
    draft.report(codes::kConditionTooLong, expr.span,
                 {std::string(rule), std::to_string(parts), std::to_string(draft.limits.condition_nodes)});
  };
  // A megabyte of rules over one define of 30,000 parts would be gigabytes of nodes before each is refused.
  Expr nothing;
  nothing.op = Op::never;
  const bool hopeless = least_nodes(expr) > draft.limits.condition_nodes;
  if (hopeless) refuse(least_nodes(expr));
  std::vector<Node> nodes = Compiler(draft).take(hopeless ? nothing : expr);
  if (nodes.size() > draft.limits.condition_nodes) refuse(nodes.size());
  const Range range{static_cast<std::uint32_t>(draft.image.nodes.size()), static_cast<std::uint32_t>(nodes.size())};
  draft.image.nodes.insert(draft.image.nodes.end(), nodes.begin(), nodes.end());
  return range;
}

}  // namespace caveat::program
