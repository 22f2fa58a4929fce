// The lines of `pack`: its default queue, own or of a pack that it uses (contracts.md 34), and its classes of data.
#include <algorithm>

#include "engine/model/checks/work.h"

namespace caveat::model {
void check_pack_lines(Work& work) {
  std::vector<Pack>& packs = work.model.packs;
  std::vector<bool> spoilt(packs.size(), false);
  for (Index i = 0; i < packs.size(); ++i) {
    const Item& item = work.pack_items[i];
    const auto& decl = item.as<syntax::PackDecl>();
    if (decl.default_queue) {
      const Entry* queue = work.resolve(Kind::queue, item, *decl.default_queue);
      if (queue != nullptr) packs[i].default_queue = queue->index;
      spoilt[i] = queue == nullptr;
    }
    if (!item.decl->lost.empty()) spoilt[i] = true;  // the line may be among what could not be read
    for (auto word = decl.data_classes.begin(); word != decl.data_classes.end(); ++word) {
      const auto before = std::find_if(decl.data_classes.begin(), word,
                                       [&](const syntax::Word& other) { return other.text == word->text; });
      if (before == word) continue;
      Diagnostic& diagnostic = work.report(codes::kNameTwice, item, word->span,
                                           {std::string(word_of(Kind::data_class, item.language())), word->text});
      diagnostic.related.push_back({before->span, Work::say(item, "declared here", "已在此处声明")});
    }
    for (const syntax::Word& word : decl.refused_classes) {
      std::vector<std::string_view> known(packs[i].data_classes.begin(), packs[i].data_classes.end());
      if (known.empty()) known = {"C1", "C2", "C3"};
      if (std::find(known.begin(), known.end(), word.text) == known.end()) {
        work.unknown_name(Kind::data_class, item, word.span, word.text, known);
      }
    }
  }
  // A pack that names none takes that of the packs it uses, if they agree.
  std::vector<Index> own(packs.size());
  for (Index i = 0; i < packs.size(); ++i) own[i] = packs[i].default_queue;
  for (Index i = 0; i < packs.size(); ++i) {
    if (own[i] != kNone || spoilt[i]) continue;
    std::set<Index> used;
    for (Index other = 0; other < packs.size(); ++other) {
      if (other == i || !work.scope.sees(i, other)) continue;
      if (own[other] != kNone) used.insert(own[other]);
      if (spoilt[other]) spoilt[i] = true;
    }
    if (used.size() == 1) packs[i].default_queue = *used.begin();
  }
  const bool any =
      std::any_of(packs.begin(), packs.end(), [](const Pack& pack) { return pack.default_queue != kNone; });
  std::set<Index> with_rules;
  for (const Item& item : work.all<syntax::RuleDecl>()) with_rules.insert(item.pack);
  for (Index i = 0; i < packs.size(); ++i) {
    if (packs[i].default_queue != kNone || spoilt[i] || work.may_be_elsewhere(i)) continue;
    if (with_rules.count(i) == 0 && (any || i != 0 || !with_rules.empty())) continue;
    const Item& item = work.pack_items[i];
    work.report(codes::kNoDefaultQueue, item, heading(work, item), {packs[i].names.first},
                Work::say(item, "Add a line: default queue NAME", "请加一行：默认队列 名称"));
  }
}

}  // namespace caveat::model
