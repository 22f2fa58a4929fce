// What has its place in the language and is built later says so where it stands, never a silent nothing.
#include "engine/model/checks/work.h"

namespace caveat::model {

void check_later(Work& work) {
  for (const Item& item : work.items) {
    const auto later = [&](std::string_view en, std::string_view zh) {
      work.not_yet(item, heading(work, item), en, zh);
    };
    const syntax::DeclBody& body = item.decl->body;
    if (std::holds_alternative<syntax::EventDecl>(body)) later("event", "事件");
    if (std::holds_alternative<syntax::TableDecl>(body)) later("table", "决策表");
    if (std::holds_alternative<syntax::GuaranteeDecl>(body)) later("guarantee", "底线");
  }
}

void check_limits(Work& work) {
  std::size_t names = 0;
  for (const Item& item : work.items) {
    names += std::visit(
        [](const auto& decl) -> std::size_t {
          using T = std::decay_t<decltype(decl)>;
          if constexpr (std::is_same_v<T, syntax::FactsDecl>) {
            return 1 + decl.members.size();
          } else {
            return 1;
          }
        },
        item.decl->body);
    if (names > work.limits.names) {
      work.report(codes::kTooMany, item, heading(work, item),
                  {Work::say(item, "declared names of a program", "一个程序声明的名称数"), std::to_string(names),
                   std::to_string(work.limits.names)});
      return;
    }
  }
}

}  // namespace caveat::model
