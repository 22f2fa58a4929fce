// Draft: what the passes hand on to each other while a program is built.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/model/model.h"
#include "engine/program/codes.h"
#include "engine/program/image.h"

namespace caveat::program {

struct Draft {
  const model::Model& model;
  const Limits& limits;
  Image image;
  std::vector<Diagnostic> diagnostics;
  std::map<model::Index, std::uint32_t> lexicon_groups;  // what is looked for once is one group
  std::map<std::vector<std::string>, std::uint32_t> phrase_groups;
  std::map<std::string, Range> effect_lists;  // by their bytes
  std::map<std::string, std::uint32_t> pattern_groups;

  Language language_at(Span span) const {
    const std::vector<Language>& languages = model.source_languages;
    return span.source < languages.size() ? languages[span.source] : Language::en;
  }
  void report(const Code& code, Span span, const std::vector<std::string>& arguments) {
    diagnostics.push_back(diagnose(code, span, language_at(span), arguments));
  }
  void not_yet(Span span, std::string_view en, std::string_view zh) {
    report(codes::kNotYet, span, {std::string(language_at(span) == Language::zh ? zh : en)});
  }
};

// Both languages, the missing one fallen back.
Texts texts(Image& image, const model::Text& text);
Texts names(Image& image, const model::Names& names);
Pieces pieces(Image& image, const model::Templates& templates);

namespace passes {

void slots(Draft& draft);                     // facts → slots, cells and the scale of their keys
std::vector<std::string> time(Draft& draft);  // zones and calendars; the zones' names, by row
void packs(Draft& draft);                     // packs, law, wordings, queues, requirements
void rules(Draft& draft);                     // rules by rank: conditions, effects, texts
void data(Draft& draft);                      // reference sets
void topics(Draft& draft);                    // what the switch may be thrown for
void index(Draft& draft);                     // which rules are looked at for which facts
void check_limits(Draft& draft);              // what became too large

}  // namespace passes

// conditions.cc: no fewer nodes than this has the condition program of `expr`, told without writing its defines out.
std::uint64_t least_nodes(const model::Expr& expr);
// Appends the condition program of `expr`; returns its nodes.
Range condition(Draft& draft, const model::Expr& expr, std::string_view rule);

}  // namespace caveat::program
