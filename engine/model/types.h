// types: what a value can be, told in the author's words, and a literal read as a value of a type.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/model.h"
#include "engine/syntax/ast.h"

namespace caveat::model {

// "integer 0..150", "scale risk", 取值 自然人、机构; as it would be written in a declaration.
std::string describe(const Model& model, const Type& type, Language language);
// The kind alone: "money CNY" keeps its currency, a choice its choices are left out.
std::string describe_kind(TypeKind kind, Language language);

bool same_type(const Model& model, const Type& a, const Type& b);
// Can `=` stand between them, and can `<`?
enum class Comparable : std::uint8_t { no, units_differ, equality, order };
Comparable comparable(const Model& model, const Type& a, const Type& b);

// The type that a literal has by itself.
Type type_of(const syntax::Literal& literal);

enum class Fit : std::uint8_t { fits, wrong_type, unit_missing, units_differ };
// Reads a literal as a value of `type`.
Fit constant_of(const syntax::Literal& literal, const Type& type, Constant& out);

// The number a percentage literal stands for, in percent: 25 basis points is 0.25.
std::optional<Decimal> in_percent(const syntax::Literal& literal);

Constant yes_no_constant(bool value);

}  // namespace caveat::model
