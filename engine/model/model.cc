#include "engine/model/model.h"

#include <algorithm>
#include <functional>
#include <set>
#include <unordered_set>

#include "engine/model/references.h"

namespace caveat::model {

std::string_view Names::in(Language language) const { return all.empty() ? first : name_in(all, language); }

std::string_view Text::in(Language language) const {
  if (language == Language::zh && !zh.empty()) return zh;
  if (language == Language::en && !en.empty()) return en;
  if (!any.empty()) return any;
  return zh.empty() ? en : zh;
}

std::string LawSource::citation(Language language) const {
  std::string out = instrument;
  if (language == Language::zh) {
    if (!article.empty()) out += " 第" + article + "条";
    if (!paragraph.empty()) out += "第" + paragraph + "款";
    if (!item.empty()) out += "第" + item + "项";
    if (!section.empty()) out += " " + section;
    return out;
  }
  if (!article.empty()) out += " art. " + article;
  if (!paragraph.empty()) out += " para. " + paragraph;
  if (!item.empty()) out += " item " + item;
  if (!section.empty()) out += " " + section;
  return out;
}

Index Model::find_fact(const std::vector<std::string>& path) const {
  for (Index i = 0; i < facts.size(); ++i) {
    const Fact& fact = facts[i];
    if (fact.path_names.size() != path.size()) continue;
    bool all = true;
    for (std::size_t step = 0; step < path.size() && all; ++step) {
      const std::vector<std::string>& names = fact.path_names[step];
      all = std::find(names.begin(), names.end(), path[step]) != names.end();
    }
    if (all) return i;
  }
  return kNone;
}

void each_part(const Expr& expr, const std::function<bool(const Expr& part)>& visit) {
  std::unordered_set<const Expr*> seen;
  std::vector<const Expr*> open{&expr};
  while (!open.empty()) {
    const Expr* next = open.back();
    open.pop_back();
    if (!seen.insert(next).second) continue;
    if (!visit(*next)) return;
    for (const ExprPtr& arg : next->args) open.push_back(arg.get());
  }
}

std::vector<Index> facts_read(const Expr& expr) {
  std::set<Index> facts;
  each_part(expr, [&](const Expr& part) {
    if (part.fact != kNone) facts.insert(part.fact);
    return true;
  });
  return {facts.begin(), facts.end()};
}

}  // namespace caveat::model
