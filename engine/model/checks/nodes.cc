#include "engine/model/checks/nodes.h"

#include <limits>

namespace caveat::model {
namespace {

std::uint64_t size_of(const Work& work, const ExprPtr& expr) {
  const auto found = work.sizes.find(expr.get());
  return found == work.sizes.end() ? 1 : found->second;
}

}  // namespace

Type of(TypeKind kind) {
  Type type;
  type.kind = kind;
  return type;
}

Type unbounded(Type type) {
  type.low = type.high = std::nullopt;
  return type;
}

ExprPtr keep(Work& work, Expr expr) {
  std::uint64_t size = 1;
  for (const ExprPtr& arg : expr.args) {
    const std::uint64_t more = size_of(work, arg);
    size = size > std::numeric_limits<std::uint64_t>::max() - more ? std::numeric_limits<std::uint64_t>::max()
                                                                   : size + more;
  }
  auto made = std::make_shared<const Expr>(std::move(expr));
  work.sizes[made.get()] = size;
  return made;
}

ExprPtr node(Work& work, Op op, Span span, std::vector<ExprPtr> args, Type type) {
  for (const ExprPtr& arg : args) {
    if (!arg) return nullptr;
  }
  Expr expr;
  expr.op = op;
  expr.span = span;
  expr.args = std::move(args);
  expr.type = std::move(type);
  return keep(work, std::move(expr));
}

ExprPtr constant_node(Work& work, Span span, Constant constant, Type type) {
  Expr expr;
  expr.op = Op::constant;
  expr.span = span;
  expr.constant = std::move(constant);
  expr.type = unbounded(std::move(type));
  return keep(work, std::move(expr));
}

}  // namespace caveat::model
