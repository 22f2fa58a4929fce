// References: what every name in the trees refers to, kept beside the Model for the printers and the canonical form.
// Made by check, also when there are mistakes: what could be resolved is in it.
//
// Lifetime   keyed by the address of the node: valid while the trees given to check live
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/language.h"
#include "engine/base/source.h"
#include "engine/syntax/ast.h"

namespace caveat::model {

struct Reference {
  std::string identity;                         // "fact customer.age", "level R4", "queue cn.common/service_desk"
  std::vector<std::vector<std::string>> names;  // all names of each step as written; empty: print as written
  bool keep =
      false;      // a level or choice: its synonyms of one language differ in feel (R4, C4), so none replaces another
  Span declared;  // where, for an editor; empty if built in
};

// One stretch of a text: words as they stand, or what a {path} in it refers to.
struct TextPiece {
  std::string literal;
  std::string identity;  // empty: a literal
};

class References {
 public:
  // What many places refer to is kept once and added as what `keep` gives; that lives as long as this, moved or not.
  const Reference* keep(Reference reference) { return &kept_.emplace_back(std::move(reference)); }
  void add(const syntax::Path& path, const Reference* reference) { places_[&path] = reference; }
  void add(const syntax::Path& path, Reference reference) { add(path, keep(std::move(reference))); }
  void add(const syntax::LocalText& text, std::vector<TextPiece> pieces);
  void add(const syntax::Word& word, Reference reference);  // a member's name in a row of an example
  // A {path} in a text has no node of its own: it is kept by what was written, and its Path, made for the moment, forgotten.
  void keep_written(const syntax::Path& path);
  // Of a file of a pack that is not of jurisdiction CN: 元 is nobody's guess there.
  void keep_codes(SourceId file) { codes_.insert(file); }
  bool yuan_stands_for_cny(SourceId file) const { return codes_.count(file) == 0; }
  const Reference* find(const syntax::Word& word) const;
  const Reference* find(const syntax::Path& path) const;
  const Reference* find_word(Span span) const;                    // of a lone word that the printer made a Path of
  const Reference* find_written(const syntax::Path& path) const;  // of a {path} in a text
  const std::vector<TextPiece>* find(const syntax::LocalText& text) const;

 private:
  std::deque<Reference> kept_;
  std::unordered_map<const void*, const Reference*> places_;
  std::unordered_map<const void*, std::vector<TextPiece>> texts_;
  std::map<std::pair<SourceId, std::string>, const Reference*> written_;  // by file: a pack has names of its own
  std::map<std::pair<SourceId, std::uint32_t>, const Reference*> words_;  // by where each begins
  std::set<SourceId> codes_;
};

// Does a name hold Han letters? Then it is Chinese, any other is English (model.h, Names).
bool is_chinese(std::string_view name);
// The first of `all` that is of that language, else the first of all.
std::string_view name_in(const std::vector<std::string>& all, Language language);
// A path of such names with dots between them: Fact::path_names as its author would write it.
std::string path_in(const std::vector<std::vector<std::string>>& names, Language language);

}  // namespace caveat::model
