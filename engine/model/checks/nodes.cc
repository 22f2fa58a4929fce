#include "engine/model/checks/nodes.h"

#include <limits>

namespace caveat::model {
Type of(TypeKind kind) {
  Type type;
  type.kind = kind;
  return type;
}

Type unbounded(Type type) {
  type.low = type.high = std::nullopt;
  return type;
}

ExprPtr keep(Expr expr) {
  expr.nodes = 1;
  for (const ExprPtr& arg : expr.args) {
    expr.nodes = expr.nodes > std::numeric_limits<std::uint64_t>::max() - arg->nodes
                     ? std::numeric_limits<std::uint64_t>::max()
                     : expr.nodes + arg->nodes;
  }
  return std::make_shared<const Expr>(std::move(expr));
}

ExprPtr node(Op op, Span span, std::vector<ExprPtr> args, Type type) {
  for (const ExprPtr& arg : args) {
    if (!arg) return nullptr;
  }
  Expr expr;
  expr.op = op;
  expr.span = span;
  expr.args = std::move(args);
  expr.type = std::move(type);
  return keep(std::move(expr));
}

ExprPtr constant_node(Span span, Constant constant, Type type) {
  Expr expr;
  expr.op = Op::constant;
  expr.span = span;
  expr.constant = std::move(constant);
  expr.type = unbounded(std::move(type));
  return keep(std::move(expr));
}

}  // namespace caveat::model
