// Defines: each expanded once, whoever uses it first; one that leads back to itself, or too deep, ends there.
#include <algorithm>

#include "engine/model/checks/conditions.h"

namespace caveat::model {
namespace {

constexpr std::size_t kDefineDepth = 64;  // defines within defines; a reader is lost long before

}  // namespace

ExprPtr define_value(Work& work, const Entry& entry) {
  const auto used = [&] {  // by the one that is being expanded
    if (work.open_defines.empty()) return;
    Work::Define& user = work.defines[work.open_defines.back()];
    user.depth = std::max(user.depth, work.defines[entry.index].depth + 1);
  };
  const auto too_deep = [&](const Item& item) {
    work.report(codes::kTooMany, item, item.as<syntax::DefineDecl>().names.first.span,
                {Work::say(item, "defines within defines", "定义嵌套层数"), std::to_string(kDefineDepth + 1),
                 std::to_string(kDefineDepth)});
  };
  Work::Define& define = work.defines[entry.index];
  if (define.state == Work::Define::State::open) return nullptr;
  if (define.state == Work::Define::State::done) {
    used();
    return define.value;
  }
  const Item item = define.item;
  const auto& decl = item.as<syntax::DefineDecl>();
  define.state = Work::Define::State::open;
  ExprPtr made;
  if (work.open_defines.size() >= kDefineDepth) {
    too_deep(work.defines[work.open_defines.front()].item);
  } else if (decl.value) {
    work.open_defines.push_back(entry.index);
    Conditions conditions(work, item);
    made = is_condition(decl.value->op) ? conditions.condition(*decl.value) : conditions.value(*decl.value, nullptr);
    work.open_defines.pop_back();
    if (made && decl.value->op == syntax::Op::literal && made->type.kind == TypeKind::yes_no) {
      work.report(codes::kWrongType, item, decl.value->span,
                  {Work::say(item, "a value or a condition", "一个值或条件"),
                   "“" + std::string(work.text_at(decl.value->span)) + "”"},
                  Work::say(item, "It would be so in every turn. Write the fact: customer.vip is yes",
                            "这在每一轮都一样。请写明事实，如：客户.贵宾 为 是"));
      made = nullptr;
    }
  }
  Work::Define& after = work.defines[entry.index];
  after.state = Work::Define::State::done;
  if (after.depth == kDefineDepth + 1) {
    too_deep(item);
    made = nullptr;
  }
  after.value = made;
  used();
  return made;
}

void check_defines(Work& work) {
  for (const Item& item : work.all<syntax::DefineDecl>()) work.defines.push_back({item, {}, nullptr, 1});
  for (Index i = 0; i < work.defines.size(); ++i) {
    Entry entry;
    entry.index = i;
    define_value(work, entry);
  }
}

}  // namespace caveat::model
