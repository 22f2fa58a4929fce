// Nodes: the only way in which checks make an Expr: its size with all defines written out is known from then on.
#pragma once

#include <vector>

#include "engine/model/checks/work.h"

namespace caveat::model {

ExprPtr keep(Expr expr);
// Null if one of `args` is: what was wrong there has been said.
ExprPtr node(Op op, Span span, std::vector<ExprPtr> args, Type type = {});
ExprPtr constant_node(Span span, Constant constant, Type type);

Type of(TypeKind kind);
// A value's type without the bounds that its declaration gave it: what is computed from it has none.
Type unbounded(Type type);

}  // namespace caveat::model
