// Data sets: by which fact a row is found, that whatever comes from a set is of the thing that a row is found by, and by which names
// an answer speaks of its products.
#include <algorithm>

#include "engine/model/checks/conditions.h"

namespace caveat::model {
namespace {

bool may_be_a_key(const Fact& fact) {
  const bool of_one = fact.part == Part::product || fact.part == Part::customer || fact.part == Part::action ||
                      (fact.part == Part::turn && fact.path.size() > 1);
  switch (fact.type.kind) {
    case TypeKind::text:
    case TypeKind::integer:
    case TypeKind::choice:
    case TypeKind::scale:
      return of_one && fact.parent == kNone;
    default:
      return false;
  }
}

// The fact by which a row is found; kNone after a report.
Index key_of(Work& work, const Item& item, const syntax::DataDecl& decl) {
  Conditions conditions(work, item);
  const Index key = conditions.fact(decl.key, false);
  if (key == kNone || work.spoilt_facts.count(key) != 0) return kNone;
  if (may_be_a_key(work.model.facts[key])) return key;
  work.report(
      codes::kWrongType, item, decl.key.span,
      {Work::say(item, "a text, an integer or a choice of a product, a customer, an action or a group of your own",
                 "产品、客户、操作或自定事实组的文本、整数或取值"),
       std::string(work.text_at(decl.key.span))},
      Work::say(item, "A row is found by it: `keyed by product.id`.", "数据行凭它查找：“主键 产品.编号”。"));
  return kNone;
}

// Else the caller's word for it would pick the row, or none would: the turn alone tells which row is meant.
void check_key_of(Work& work, const Item& item, const syntax::DataDecl& decl, Index key) {
  const Fact& fact = work.model.facts[key];
  const auto set = std::find_if(work.model.data.begin(), work.model.data.end(),
                                [&](const DataSet& other) { return other.names.first == fact.from; });
  if (set == work.model.data.end()) return;
  Diagnostic& diagnostic =
      work.report(codes::kWrongType, item, decl.key.span,
                  {Work::say(item, "a fact that the turn tells", "由请求陈述的事实"),
                   Work::say(item, "one that comes from " + set->names.first, "来自“" + set->names.first + "”的事实")},
                  Work::say(item, "A row is found by what the turn says. Put the columns of both into one set.",
                            "数据行凭请求所述查找。请将两者的列合并为一份数据。"));
  diagnostic.related.push_back({fact.span, Work::say(item, "declared here", "已在此处声明")});
}

// A row speaks of what it is found by, one value a column.
void check_facts_of(Work& work, const Item& item, const DataSet& set) {
  Fact& by = work.model.facts[set.key];
  const std::string of(name_in(by.path_names.front(), item.language()));
  if (by.from == set.names.first) by.from.clear();  // the turn says which row is meant, whatever its group says
  for (const Fact& fact : work.model.facts) {
    if (fact.from != set.names.first) continue;
    if (fact.parent != kNone && work.model.facts[fact.parent].from == fact.from) continue;  // told of its record
    const bool single = fact.type.kind != TypeKind::list && fact.type.kind != TypeKind::record;
    if (single && fact.part == by.part && fact.path.size() == 2 && fact.path.front() == by.path.front()) continue;
    Diagnostic& diagnostic =
        work.report(codes::kWrongType, item, set.span,
                    {Work::say(item, "single values of " + of + " alone", of + "的单个取值"),
                     path_in(fact.path_names, item.language())},
                    Work::say(item, "A row holds one value a column, of the thing that it is found by.",
                              "每一行的每一列是一个值，说明其主键所指之物。"));
    diagnostic.related.push_back({fact.span, Work::say(item, "declared here", "已在此处声明")});
  }
}

bool is_of_products(const Work& work, const DataSet& set) {
  return set.key != kNone && work.model.facts[set.key].path == std::vector<std::string>{"product", "id"};
}

// What an answer names is a product, and which one it is its id says. A name is a text that its row has; the id is one too.
void check_names_of(Work& work, const Item& item, const syntax::DataDecl& decl, DataSet& set) {
  if (decl.named_by.empty()) return;
  if (!is_of_products(work, set)) {
    work.report(codes::kWrongType, item, decl.key.span,
                {Work::say(item, "product.id", "产品.编号"), std::string(work.text_at(decl.key.span))},
                Work::say(item,
                          "What an answer names are products, each known by its id: `keyed by product.id, named by "
                          "product.name`.",
                          "回答所提到的是产品，凭编号识别：“主键 产品.编号，名称取自 产品.名称”。"));
    return;
  }
  Conditions conditions(work, item);
  for (const syntax::Path& path : decl.named_by) {
    const Index index = conditions.fact(path, false);
    if (index == kNone || work.spoilt_facts.count(index) != 0) continue;
    const Fact& fact = work.model.facts[index];
    if (index != set.key && (fact.from != set.names.first || fact.type.kind != TypeKind::text)) {
      Diagnostic& diagnostic =
          work.report(codes::kWrongType, item, path.span,
                      {Work::say(item, "a text of a product that comes from " + set.names.first,
                                 "来自“" + set.names.first + "”的产品文本"),
                       std::string(work.text_at(path.span))},
                      Work::say(item, "The names stand in the rows of the set.", "名称写在该数据的各行之中。"));
      if (fact.span.end > fact.span.begin)
        diagnostic.related.push_back({fact.span, Work::say(item, "declared here", "已在此处声明")});
      continue;
    }
    if (std::find(set.named_by.begin(), set.named_by.end(), index) == set.named_by.end()) set.named_by.push_back(index);
  }
}

}  // namespace

// Once a set: a rule on answers that reads of its products is not judged of those that an answer only names (semantics.md 10).
void check_named(Work& work) {
  for (const Item& item : work.all<syntax::DataDecl>()) {
    const auto& decl = item.as<syntax::DataDecl>();
    const auto set = std::find_if(work.model.data.begin(), work.model.data.end(),
                                  [&](const DataSet& one) { return one.span == decl.names.first.span; });
    if (set == work.model.data.end() || !decl.named_by.empty() || !is_of_products(work, *set)) continue;
    for (const Rule& rule : work.model.rules) {
      const bool on_answers =
          std::find(rule.applies_to.begin(), rule.applies_to.end(), Subject::answer) != rule.applies_to.end();
      if (!on_answers || rule.as_a_whole || !rule.when) continue;
      std::set<Index> read;
      for (const ExprPtr& expr : {rule.when, rule.unless})
        if (expr) add_facts(work, *expr, read);
      const auto of_the_set = [&](Index fact) { return work.model.facts[fact].from == set->names.first; };
      const auto fact = std::find_if(read.begin(), read.end(), of_the_set);
      if (fact == read.end()) continue;
      const std::vector<std::vector<std::string>>& names = work.model.facts[*fact].path_names;
      Diagnostic& diagnostic =
          work.report(codes::kNotNamed, item, set->span, {rule.names.first, path_in(names, item.language())},
                      Work::say(item, "Say where their names stand: `keyed by product.id, named by product.name`.",
                                "请写明名称所在：“主键 产品.编号，名称取自 产品.名称”。"),
                      Severity::warning);
      diagnostic.related.push_back({rule.span, Work::say(item, "the rule", "该规则")});
      break;
    }
  }
}

void check_data(Work& work) {
  for (const Item& item : work.all<syntax::DataDecl>()) {
    const auto& decl = item.as<syntax::DataDecl>();
    DataSet set;
    set.names = names_of(decl.names);
    set.pack = item.pack;
    set.review_by = decl.review_by;
    set.span = decl.names.first.span;
    for (const DataSet& earlier : work.model.data) {  // in one pack it has been told with the names
      if (earlier.names.first != set.names.first || earlier.pack == set.pack) continue;
      Diagnostic& diagnostic = work.report(codes::kNameTwice, item, set.span,
                                           {std::string(word_of(Kind::data, item.language())), set.names.first});
      diagnostic.related.push_back({earlier.span, Work::say(item, "declared here", "已在此处声明")});
    }
    set.key = key_of(work, item, decl);
    if (set.key != kNone) check_facts_of(work, item, set), check_names_of(work, item, decl, set);
    work.model.data.push_back(std::move(set));
  }
  std::size_t at = 0;
  for (const Item& item : work.all<syntax::DataDecl>()) {
    const Index key = work.model.data[at++].key;
    if (key != kNone) check_key_of(work, item, item.as<syntax::DataDecl>(), key);
  }
  std::stable_sort(work.model.data.begin(), work.model.data.end(),
                   [](const DataSet& a, const DataSet& b) { return a.names.first < b.names.first; });
}

}  // namespace caveat::model
