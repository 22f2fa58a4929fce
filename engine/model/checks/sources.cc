// Sources: the law, standard or policy that rules stand on, and when it is in force.
#include "engine/base/units.h"
#include "engine/model/checks/work.h"

namespace caveat::model {

void check_sources(Work& work) {
  for (const Item& item : work.all<syntax::SourceDecl>()) {
    const auto& decl = item.as<syntax::SourceDecl>();
    LawSource source;
    source.names = names_of(decl.names);
    source.kind = static_cast<std::uint8_t>(decl.kind);
    source.instrument = decl.instrument;
    source.article = decl.article;
    source.paragraph = decl.paragraph;
    source.item = decl.item;
    source.section = decl.section;
    source.link = decl.link;
    source.entry = decl.entry;
    source.from = decl.from;
    source.until = decl.until;
    source.reads = text_of(decl.reads);
    source.pack = item.pack;
    source.span = decl.names.first.span;
    work.model.sources.push_back(std::move(source));
  }
}

}  // namespace caveat::model
