// Wordings: a text once, used by name (semantics.md 6).
#include "engine/model/checks/texts.h"

namespace caveat::model {

void check_wordings(Work& work) {
  for (const Item& item : work.all<syntax::WordingDecl>()) {
    const auto& decl = item.as<syntax::WordingDecl>();
    Wording wording;
    wording.names = names_of(decl.names);
    wording.pack = item.pack;
    wording.text = text_of(decl.texts);
    cut_texts(work, item, decl.texts, wording.pieces);
    work.model.wordings.push_back(std::move(wording));
  }
}

}  // namespace caveat::model
