// Parameters: a named constant that a branch may tighten within bounds.
#include "engine/model/checks/work.h"
#include "engine/syntax/mistakes.h"

namespace caveat::model {

void check_parameters(Work& work) {
  for (const Item& item : work.all<syntax::ParameterDecl>()) {
    const auto& decl = item.as<syntax::ParameterDecl>();
    Parameter parameter;
    parameter.names = names_of(decl.names);
    parameter.pack = item.pack;
    work.model.parameters.push_back(std::move(parameter));

    Work::Parameter out;
    const auto read = [&](const syntax::ExprPtr& expr, Constant& constant) {
      if (!expr) return false;
      if (expr->op != syntax::Op::literal) {
        work.report(codes::kWrongType, item, expr->span,
                    {Work::say(item, "a value as it stands", "一个写明的值"), std::string(work.text_at(expr->span))});
        return false;
      }
      switch (constant_of(expr->literal, out.type, constant)) {
        case Fit::fits:
          return true;
        case Fit::unit_missing:
          work.report(codes::kUnitMissing, item, expr->span,
                      {describe(work.model, out.type, item.language()), std::string(work.text_at(expr->span))},
                      Work::say(item, "Write its unit behind it.", "请在数字之后写明单位。"));
          return false;
        default:
          work.report(codes::kWrongType, item, expr->span,
                      {describe(work.model, out.type, item.language()), std::string(work.text_at(expr->span))});
          return false;
      }
    };
    if (decl.value && decl.value->op == syntax::Op::literal) {
      out.type = type_of(decl.value->literal);
      // 36, between 0 % and 36 %: the unit is left out of the value alone
      const bool bare = decl.value->literal.kind == syntax::LiteralKind::number;
      if (bare && decl.low && decl.low->op == syntax::Op::literal) {
        const Type of_bound = type_of(decl.low->literal);
        if (of_bound.kind == TypeKind::percent || of_bound.kind == TypeKind::money ||
            of_bound.kind == TypeKind::duration)
          out.type = of_bound;
      }
      // 0.5 between 0 and 1: the bounds of a decimal may be whole.
      if (out.type.kind == TypeKind::integer) {
        for (const syntax::ExprPtr* bound : {&decl.low, &decl.high}) {
          if (*bound && (*bound)->op == syntax::Op::literal && type_of((*bound)->literal).kind == TypeKind::decimal) {
            out.type.kind = TypeKind::decimal;
          }
        }
      }
    }
    Constant low, high;
    out.spoilt = !read(decl.value, out.value);
    const bool says_which_way = decl.stricter != syntax::ParameterDecl::Stricter::none;
    if (!out.spoilt && (decl.low || says_which_way) &&
        comparable(work.model, out.type, out.type) != Comparable::order) {
      const std::string written(work.text_at(decl.value->span));
      const bool quoted = written.starts_with("“") || written.starts_with('"');
      work.report(codes::kWrongType, item, decl.value->span,
                  {Work::say(item, "a number", "一个数"), quoted ? written : "“" + written + "”"},
                  Work::say(item, "Only a number can be made stricter.", "只有数才谈得上从严。"));
    } else if (!out.spoilt && says_which_way != static_cast<bool>(decl.low)) {
      work.report(
          codes::kMissingClause, item, decl.names.first.span,
          {Work::say(item, "Parameter ", "参数 ") + decl.names.first.text,
           says_which_way ? Work::say(item, "between … and …", "介于 … 与 … 之间")
                          : Work::say(item, "lower is stricter” or “higher is stricter", "越低越严”或“越高越严")},
          Work::say(item, "The range and which way is stricter stand together; ", "范围与从严的方向须同时写明；") +
              syntax::clause_as_written("parameter", "").in(item.language()));
    }
    if (!out.spoilt && decl.low && decl.high && read(decl.low, low) && read(decl.high, high)) {
      const bool duration = out.type.kind == TypeKind::duration;
      const auto amount = [&](const Constant& constant) {
        return duration ? Decimal(constant.duration.seconds + constant.duration.months * std::int64_t{2'629'746})
                        : constant.number;
      };
      if (amount(low) > amount(high)) {
        work.report(codes::kEmptyRange, item, decl.low->span,
                    {std::string(work.text_at(decl.low->span)), std::string(work.text_at(decl.high->span))});
      } else if (amount(out.value) < amount(low) || amount(high) < amount(out.value)) {
        work.report(codes::kOutOfRange, item, decl.value->span,
                    {std::string(work.text_at(decl.value->span)), decl.names.first.text,
                     std::string(work.text_at(decl.low->span)) + Work::say(item, "..", " 至 ") +
                         std::string(work.text_at(decl.high->span))});
      }
    }
    work.parameters.push_back(std::move(out));
  }
}

}  // namespace caveat::model
