// Scales: levels in order, each name on one rung only.
#include "engine/model/checks/work.h"

namespace caveat::model {

void check_scales(Work& work) {
  for (const Item& item : work.all<syntax::ScaleDecl>()) {
    const auto& decl = item.as<syntax::ScaleDecl>();
    Scale scale;
    scale.names = names_of(decl.names);
    scale.pack = item.pack;
    std::map<std::string, Span> seen;
    for (const syntax::Level& level : decl.levels) {
      Names names;
      for (const syntax::Word& word : level.names) {
        const auto [earlier, fresh] = seen.emplace(word.text, word.span);
        if (!fresh) {
          Diagnostic& diagnostic = work.report(codes::kNameTwice, item, word.span,
                                               {std::string(word_of(Kind::level, item.language())), word.text});
          diagnostic.related.push_back({earlier->second, Work::say(item, "declared here", "已在此处声明")});
          continue;
        }
        if (names.all.empty()) names.first = word.text;
        names.all.push_back(word.text);
      }
      if (!names.all.empty()) scale.levels.push_back(std::move(names));
    }
    work.model.scales.push_back(std::move(scale));
  }
}

}  // namespace caveat::model
