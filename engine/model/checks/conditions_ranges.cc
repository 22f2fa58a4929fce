// Ranges as people write them: 14-18, 50-100万元, R3-R5, and the unit that is said of one end and meant of both.
#include <algorithm>
#include <optional>

#include "engine/model/checks/conditions.h"
#include "engine/model/checks/kinds.h"
#include "engine/model/checks/nodes.h"
#include "engine/syntax/keywords.h"

namespace caveat::model {
namespace {

using S = syntax::Op;
using L = syntax::LiteralKind;

// A number as it is written: 100 · 万 · 元, 100 · ` million` · ` CNY`.
struct Written {
  std::string before, digits, magnitude, unit;  // 百分之 stands before
};

Written parts_of(std::string number) {
  const std::size_t before = std::min(number.find_first_of("0123456789"), number.size());
  std::string front = number.substr(0, before);
  number.erase(0, before);
  const std::size_t digits = std::min(number.find_first_not_of("0123456789_.,"), number.size());
  const std::size_t unit = digits + syntax::magnitudes_of(std::string_view(number).substr(digits));
  return {std::move(front), number.substr(0, digits), number.substr(digits, unit - digits), number.substr(unit)};
}

std::optional<Decimal> number_of(std::string digits) {
  std::erase_if(digits, [](char each) { return each == '_' || each == ','; });
  return Decimal::parse(digits);
}

struct Ends {
  std::string from, to;
};

// The two ends with the unit that one of them leaves to the other; nothing if the first is not the lower one, or both are of
// different kinds.
std::optional<Ends> ends_of(const syntax::Literal& low, std::string low_written, const syntax::Literal& high,
                            std::string high_written) {
  const auto counts = [](const syntax::Literal& end) {
    return end.kind == L::number || end.kind == L::counted || end.kind == L::percent || end.kind == L::money ||
           end.kind == L::duration;
  };
  const bool bare = low.kind == L::number && high.kind != L::number;
  if (!counts(low) || !counts(high) || (!bare && low.kind != high.kind)) return std::nullopt;
  const Written first = parts_of(low_written), last = parts_of(high_written);
  const auto a = number_of(first.digits), b = number_of(last.digits);
  if (!a || !b) return low.number < high.number ? std::optional(Ends{low_written, high_written}) : std::nullopt;
  const bool of_both = first.magnitude.empty() && first.unit.empty() && !last.magnitude.empty() && *a < *b;
  if (of_both) {  // 50-100万元: both in 万
    low_written += last.magnitude + last.unit;
  } else {  // 5000-1万元
    const bool one_unit =
        bare || low.unit == high.unit;  // 1 week - 3 days, 5 % - 30 basis points: who takes away means it
    if (!one_unit || !(low.number < high.number)) return std::nullopt;
    if (bare) low_written += last.unit;
  }
  return Ends{std::move(low_written), std::move(high_written)};
}

}  // namespace

// `is 14-18`, 属于 14-18: read as 14 minus 18, which nobody writes. The whole is what is to be mended, where one edit mends it.
bool Conditions::told_of_hyphen(const syntax::Expr& of, const syntax::Expr& range, const syntax::Expr& whole) {
  if (range.op != S::sub || range.args[0]->op != S::literal || range.args[1]->op != S::literal) return false;
  const auto ends =
      ends_of(range.args[0]->literal, quoted(range.args[0]->span), range.args[1]->literal, quoted(range.args[1]->span));
  if (!ends) return false;
  const bool negated = whole.op == S::ne || whole.op == S::none_of_list;
  if (!negated && whole.op != S::eq && whole.op != S::one_of) {  // above 14-18: of which of the two, nobody knows
    wrong_type(range.span, say("one number", "一个数"), quoted(range.span),
               say("“-” subtracts; a bound is one number", "“-”表示相减；界限只写一个数"));
    return true;
  }
  return told_of_range(of, range, whole, ends->from, ends->to);
}

bool Conditions::told_of_range(const syntax::Expr& of, const syntax::Expr& range, const syntax::Expr& whole,
                               const std::string& from, const std::string& to) {
  std::string meant =
      quoted(of.span) + say(" is between ", " 介于 ") + from + say(" and ", " 与 ") + to + say("", " 之间");
  if (whole.op == S::ne || whole.op == S::none_of_list) meant = say("not (", "非（") + meant + say(")", "）");
  wrong_type(range.span, from + say(" to ", " 至 ") + to, quoted(range.span),
             (range.op == S::sub ? say("“-” subtracts; a range is written: ", "“-”表示相减；范围写作：")
                                 : say("A range is written: ", "范围写作：")) +
                 meant);
  const bool alone = whole.op == S::between || whole.args[1]->op != S::list || whole.args[1]->args.size() == 1;
  if (alone) work_.diagnostics.back().fixes.push_back({whole.span, meant});
  return true;
}

// R3-R5, R3至R5 of a scale: two of its levels, and no facts that could be subtracted.
bool Conditions::told_of_levels_apart(const Type& type, const syntax::Expr& of, const syntax::Expr& range,
                                      const syntax::Expr& whole) {
  if (type.kind != TypeKind::scale) return false;
  const std::vector<Names>& levels = levels_of(work_.model, type);
  std::string from, to;
  if (range.op == S::sub && is_bare(*range.args[0]) && is_bare(*range.args[1])) {
    from = quoted(range.args[0]->span);
    to = quoted(range.args[1]->span);
  } else if (is_bare(range)) {  // R3至R5, which is one word
    const std::string word = quoted(range.span);
    for (const std::string_view joint : {"至", "到"}) {
      const std::size_t at = word.find(joint);
      if (at == word.npos || !from.empty()) continue;
      from = word.substr(0, at);
      to = word.substr(at + joint.size());
    }
  }
  const auto rank = [&](const std::string& name) {
    return std::find_if(levels.begin(), levels.end(), [&](const Names& level) { return names_it(level, name); });
  };
  if (rank(from) == levels.end() || rank(to) == levels.end()) return false;
  const bool negated = whole.op == S::ne || whole.op == S::none_of_list;
  if (!negated && whole.op != S::eq && whole.op != S::one_of) return false;
  if (rank(to) < rank(from)) std::swap(from, to);  // R5-R3: said from the top
  return told_of_range(of, range, whole, from, to);
}

// 50 至 100万元, between 3 and 5 %: the lower end has no unit, and with its own alone it would be another number.
bool Conditions::told_of_one_unit(const Type& type, const syntax::Expr& of, const syntax::Expr& low,
                                  const syntax::Expr& high, const syntax::Expr& whole) {
  Constant constant;
  if (low.op != S::literal || high.op != S::literal) return false;
  const Fit first = constant_of(low.literal, type, constant), fit = constant_of(high.literal, type, constant);
  syntax::Expr range;
  range.span = {low.span.source, low.span.begin, high.span.end};
  if (first == Fit::fits && fit == Fit::unit_missing) {  // 百分之3 至 5
    const Written with = parts_of(quoted(low.span)), without = parts_of(quoted(high.span));
    const auto a = number_of(with.digits), b = number_of(without.digits);
    if (!a || !b || !without.magnitude.empty() || !(*a < *b)) return false;
    return told_of_range(of, range, whole, quoted(low.span), with.before + without.digits + with.magnitude + with.unit);
  }
  if (first != Fit::unit_missing) return false;
  std::string last = quoted(high.span);
  if (fit == Fit::unit_missing && type.kind == TypeKind::money && !parts_of(last).magnitude.empty() &&
      parts_of(quoted(low.span)).magnitude.empty()) {  // 50～100万
    last += unit_of(type);
  } else if (fit != Fit::fits) {
    return false;
  }
  const auto ends = ends_of(low.literal, quoted(low.span), high.literal, last);
  if (!ends) return false;
  return told_of_range(of, range, whole, ends->from, ends->to);
}

}  // namespace caveat::model
