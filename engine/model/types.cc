#include "engine/model/types.h"

#include <algorithm>

#include "engine/model/references.h"

namespace caveat::model {
namespace {

std::string joined(const std::vector<Names>& names, Language language) {
  std::string out;
  for (const Names& name : names) {
    if (!out.empty()) out += language == Language::zh ? "、" : ", ";
    out += name.in(language);
  }
  return out;
}

std::string range_of(const Type& type, Language language) {
  if (!type.low && !type.high) return {};
  const std::string to = language == Language::zh ? " 至 " : "..";
  return " " + (type.low ? type.low->to_string() : std::string()) + to +
         (type.high ? type.high->to_string() : std::string());
}

bool is_number(TypeKind kind) { return kind == TypeKind::integer || kind == TypeKind::decimal; }

}  // namespace

std::string describe_kind(TypeKind kind, Language language) {
  const bool zh = language == Language::zh;
  switch (kind) {
    case TypeKind::yes_no:
      return zh ? "是否" : "yes/no";
    case TypeKind::integer:
      return zh ? "整数" : "integer";
    case TypeKind::decimal:
      return zh ? "小数" : "decimal";
    case TypeKind::percent:
      return zh ? "百分比" : "percent";
    case TypeKind::money:
      return zh ? "款项" : "money";
    case TypeKind::text:
      return zh ? "文本" : "text";
    case TypeKind::date:
      return zh ? "日期型" : "date";
    case TypeKind::instant:
      return zh ? "时刻" : "instant";
    case TypeKind::time_of_day:
      return zh ? "钟点" : "time of day";
    case TypeKind::time_zone:
      return zh ? "时区型" : "time zone";
    case TypeKind::duration:
      return zh ? "时长" : "duration";
    case TypeKind::choice:
      return zh ? "取值" : "one of";
    case TypeKind::scale:
      return zh ? "分级" : "scale";
    case TypeKind::list:
      return zh ? "列表" : "list";
    case TypeKind::record:
      return zh ? "记录" : "record";
  }
  return {};
}

std::string describe(const Model& model, const Type& type, Language language) {
  std::string out = describe_kind(type.kind, language);
  switch (type.kind) {
    case TypeKind::integer:
      out += range_of(type, language);
      if (type.years_old) out += language == Language::zh ? " 按 周岁" : " counted in years old";
      return out;
    case TypeKind::decimal:
    case TypeKind::percent:
      return out + range_of(type, language);
    case TypeKind::money:
      return type.currency.empty() ? out : out + " " + type.currency + range_of(type, language);
    case TypeKind::choice:
      return type.choices == kNone ? out : out + " " + joined(model.choice_sets[type.choices].choices, language);
    case TypeKind::scale:
      return type.scale == kNone ? out : out + " " + std::string(model.scales[type.scale].names.in(language));
    case TypeKind::list:
      if (!type.element) return out;
      return out + (language == Language::zh ? " " : " of ") + describe(model, *type.element, language);
    default:
      return out;
  }
}

bool same_type(const Model& model, const Type& a, const Type& b) {
  if (a.kind != b.kind || a.currency != b.currency || a.low != b.low || a.high != b.high || a.scale != b.scale ||
      a.years_old != b.years_old || bool(a.element) != bool(b.element)) {
    return false;
  }
  if ((a.choices == kNone) != (b.choices == kNone)) return false;
  if (a.choices != kNone && a.choices != b.choices) {
    const std::vector<Names>& x = model.choice_sets[a.choices].choices;
    const std::vector<Names>& y = model.choice_sets[b.choices].choices;
    if (!std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [](const Names& p, const Names& q) { return p.first == q.first; })) {
      return false;
    }
  }
  return !a.element || same_type(model, *a.element, *b.element);
}

Comparable comparable(const Model& model, const Type& a, const Type& b) {
  if (is_number(a.kind) && is_number(b.kind)) return Comparable::order;
  if (a.kind != b.kind) return Comparable::no;
  switch (a.kind) {
    case TypeKind::money:
      return a.currency == b.currency || a.currency.empty() || b.currency.empty() ? Comparable::order
                                                                                  : Comparable::units_differ;
    case TypeKind::scale:
      return a.scale == b.scale ? Comparable::order : Comparable::units_differ;
    case TypeKind::choice: {
      Type x = a, y = b;
      x.low = x.high = y.low = y.high = std::nullopt;
      return same_type(model, x, y) ? Comparable::equality : Comparable::units_differ;
    }
    case TypeKind::yes_no:
    case TypeKind::text:
    case TypeKind::time_zone:
      return Comparable::equality;
    case TypeKind::list:
    case TypeKind::record:
      return Comparable::no;
    default:
      return Comparable::order;
  }
}

Type type_of(const syntax::Literal& literal) {
  using syntax::LiteralKind;
  Type type;
  switch (literal.kind) {
    case LiteralKind::yes:
    case LiteralKind::no:
      type.kind = TypeKind::yes_no;
      break;
    case LiteralKind::number:
    case LiteralKind::counted:
      type.kind = literal.number.is_integer() ? TypeKind::integer : TypeKind::decimal;
      type.years_old = literal.unit == "year_old";
      break;
    case LiteralKind::percent:
      type.kind = TypeKind::percent;
      break;
    case LiteralKind::money:
      type.kind = TypeKind::money;
      type.currency = literal.unit;
      break;
    case LiteralKind::regex:
    case LiteralKind::text:
      type.kind = TypeKind::text;
      break;
    case LiteralKind::date:
      type.kind = TypeKind::date;
      break;
    case LiteralKind::instant:
      type.kind = TypeKind::instant;
      break;
    case LiteralKind::time_of_day:
      type.kind = TypeKind::time_of_day;
      break;
    case LiteralKind::duration:
      type.kind = TypeKind::duration;
      break;
    case LiteralKind::weekday:
      type.kind = TypeKind::date;
      break;
  }
  return type;
}

std::optional<Decimal> in_percent(const syntax::Literal& literal) {
  const auto part = [&](int scale) { return literal.number.times(*Decimal::make(1, scale)); };
  if (literal.unit == "per_mille") return part(1);
  if (literal.unit == "per_ten_thousand" || literal.unit == "basis_point") return part(2);
  return literal.number;
}

Constant yes_no_constant(bool value) {
  Constant out;
  out.yes = value;
  return out;
}

Fit constant_of(const syntax::Literal& literal, const Type& type, Constant& out) {
  using syntax::LiteralKind;
  out = Constant{};
  out.kind = type.kind;
  out.number = literal.number;
  const bool bare = literal.kind == LiteralKind::number;
  switch (type.kind) {
    case TypeKind::yes_no:
      out.yes = literal.kind == LiteralKind::yes;
      return literal.kind == LiteralKind::yes || literal.kind == LiteralKind::no ? Fit::fits : Fit::wrong_type;
    case TypeKind::integer:
      if (!bare && literal.kind != LiteralKind::counted) return Fit::wrong_type;
      if (type.years_old && literal.kind == LiteralKind::counted && literal.unit != "year_old")
        return Fit::units_differ;
      return literal.number.is_integer() ? Fit::fits : Fit::wrong_type;
    case TypeKind::decimal:
      return bare || literal.kind == LiteralKind::counted ? Fit::fits : Fit::wrong_type;
    case TypeKind::percent: {
      if (bare) return Fit::unit_missing;
      if (literal.kind != LiteralKind::percent) return Fit::wrong_type;
      const std::optional<Decimal> number = in_percent(literal);
      if (!number) return Fit::wrong_type;
      out.number = *number;
      return Fit::fits;
    }
    case TypeKind::money:
      if (bare) return Fit::unit_missing;
      if (literal.kind != LiteralKind::money) return Fit::wrong_type;
      out.text = literal.unit;
      return type.currency.empty() || literal.unit == type.currency ? Fit::fits : Fit::units_differ;
    case TypeKind::text:
    case TypeKind::time_zone:
      out.text = literal.text;
      return literal.kind == LiteralKind::text ? Fit::fits : Fit::wrong_type;
    case TypeKind::date:
      out.number = Decimal(literal.date);
      return literal.kind == LiteralKind::date ? Fit::fits : Fit::wrong_type;
    case TypeKind::instant:
      out.number = Decimal(literal.instant);
      return literal.kind == LiteralKind::instant ? Fit::fits : Fit::wrong_type;
    case TypeKind::time_of_day:
      out.number = Decimal(literal.seconds_of_day);
      return literal.kind == LiteralKind::time_of_day ? Fit::fits : Fit::wrong_type;
    case TypeKind::duration:
      out.duration = literal.duration;
      if (bare) return Fit::unit_missing;
      return literal.kind == LiteralKind::duration ? Fit::fits : Fit::wrong_type;
    default:
      return Fit::wrong_type;
  }
}

}  // namespace caveat::model
