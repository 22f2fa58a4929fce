// Currencies: 元 is the yuan where the law of the mainland holds, and nobody's guess elsewhere (keywords.md, money).
#include <algorithm>

#include "engine/model/checks/work.h"

namespace caveat::model {
namespace {

constexpr std::string_view kYuan = "元";

bool ends_in_yuan(std::string_view text) {
  if (!text.ends_with(kYuan)) return false;
  text.remove_suffix(kYuan.size());
  constexpr std::string_view kOthers[] = {"美", "港", "欧", "日"};
  return std::none_of(std::begin(kOthers), std::end(kOthers),
                      [&](std::string_view before) { return text.ends_with(before); });
}

class Currencies {
 public:
  Currencies(Work& work, const Item& item) : work_(work), item_(item) {}

  void walk(const syntax::ExprPtr& expr) {
    if (!expr) return;
    if (expr->op == syntax::Op::literal && expr->literal.kind == syntax::LiteralKind::money) {
      const std::string_view text = work_.text_at(expr->span);
      if (ends_in_yuan(text)) {
        std::string mended(text.substr(0, text.size() - kYuan.size()));
        mended = mended.substr(0, mended.find_last_not_of(' ') + 1) + " CNY";
        Diagnostic& diagnostic =
            work_.report(codes::kCurrencyUnclear, item_, expr->span, {std::string(text)},
                         Work::say(item_, "Write the currency's code, or add to the pack: jurisdiction CN",
                                   "请写币种代码，或在规则包中加一行：法域 CN"));
        diagnostic.fixes.push_back({expr->span, mended});
      }
    }
    for (const syntax::ExprPtr& arg : expr->args) walk(arg);
    if (expr->window) {
      walk(expr->window->count);
      walk(expr->window->within);
    }
  }
  void walk(const syntax::TypeExpr& type) {
    walk(type.low);
    walk(type.high);
    if (type.element) walk(*type.element);
    for (const syntax::FactDecl& member : type.members) walk(member.type);
  }
  void walk(const syntax::ExampleTurn& turn) {
    for (const syntax::Given& given : turn.facts) walk(given.value);
  }
  void walk(const syntax::DeclBody& body) {
    if (const auto* rule = std::get_if<syntax::RuleDecl>(&body)) {
      walk(rule->when);
      walk(rule->unless);
    } else if (const auto* define = std::get_if<syntax::DefineDecl>(&body)) {
      walk(define->value);
    } else if (const auto* topic = std::get_if<syntax::TopicDecl>(&body)) {
      walk(topic->condition);
    } else if (const auto* guarantee = std::get_if<syntax::GuaranteeDecl>(&body)) {
      walk(guarantee->when);
    } else if (const auto* parameter = std::get_if<syntax::ParameterDecl>(&body)) {
      walk(parameter->value);
      walk(parameter->low);
      walk(parameter->high);
    } else if (const auto* facts = std::get_if<syntax::FactsDecl>(&body)) {
      for (const syntax::FactDecl& member : facts->members) walk(member.type);
    } else if (const auto* example = std::get_if<syntax::ExampleDecl>(&body)) {
      walk(example->given);
      for (const syntax::ExampleTurn& turn : example->after) walk(turn);
    }
  }

 private:
  Work& work_;
  const Item& item_;
};

}  // namespace

void check_currencies(Work& work) {
  for (const Item& item : work.items) {
    const std::vector<std::string>& jurisdictions = work.model.packs[item.pack].jurisdictions;
    if (std::find(jurisdictions.begin(), jurisdictions.end(), "CN") != jurisdictions.end()) continue;
    work.references.keep_codes(item.file->source);
    if (!work.pack_items[item.pack].decl->lost.empty()) continue;  // its line may be among what could not be read
    Currencies(work, item).walk(item.decl->body);
  }
}

}  // namespace caveat::model
