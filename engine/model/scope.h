// Scope: which names are declared where, and what a name means where it is used.
//
// A pack sees its own declarations and those of the packs that it uses, near and far; its own come first. A name may be
// qualified by its pack: cn.common.service_desk.
//
// Promises   the same answer in any order of files and packs
// Cost       a lookup is logarithmic in the names of a pack, times the packs that it uses
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/model.h"
#include "engine/syntax/ast.h"

namespace caveat::model {

enum class Kind : std::uint8_t {
  pack,
  source,
  scale,
  group,
  fact,
  level,
  choice,
  lexicon,
  wording,
  define,
  parameter,
  calendar,
  queue,
  requirement,
  data,
  topic,
  rule,
  value,  // what may stand in a condition: fact, define, parameter
  data_class
};
std::string_view word_of(Kind kind, Language language);
// How one is declared, as a sample of a line; empty for what is no declaration of its own.
std::string_view sample_of(Kind kind, Language language);

struct Entry {
  Names names;
  Index pack = kNone;
  Index index = kNone;  // into the Model's vector of its kind, or of the declarations of its kind
  Span span;
};

class Scope {
 public:
  // Adds a declaration; where the pack has one of its names already, that one is returned and nothing is added.
  const Entry* declare(Kind kind, Entry entry);

  struct Found {
    const Entry* entry = nullptr;   // visible and the only one
    const Entry* other = nullptr;   // a second one: ambiguous
    const Entry* hidden = nullptr;  // there is one, in a pack that is not used
  };
  Found find(Kind kind, Index pack, const std::vector<std::string>& path) const;

  // What the name would mean in `pack` if it did not declare it itself; null where no pack that it uses has it.
  const Entry* behind(Kind kind, Index pack, std::string_view name) const;

  // All names of a kind that a pack sees, for the nearest one.
  std::vector<std::string_view> names(Kind kind, Index pack) const;

  // visible[p]: the packs that p uses, near and far, without p, ascending. names[p]: what it is called.
  void link(std::vector<std::vector<Index>> visible, std::vector<std::vector<std::string>> names);
  bool sees(Index pack, Index other) const;
  // `pack` names another one so, which is misspelt, and means that one.
  void misspelt(Index pack, std::string name, Index meant) { misspelt_[{pack, std::move(name)}] = meant; }
  bool behind_a_misspelt(Index pack, const std::vector<std::string>& path) const;  // name of a pack

 private:
  using Table = std::map<std::string, Index, std::less<>>;  // name → entries_
  const Entry* in_pack(Kind kind, Index pack, std::string_view name) const;

  std::map<std::pair<Kind, Index>, Table> tables_;
  std::vector<std::vector<Entry>> kinds_ = std::vector<std::vector<Entry>>(32);
  std::vector<std::vector<Index>> visible_;
  std::vector<std::vector<std::string>> pack_names_;
  std::map<std::pair<Index, std::string>, Index> misspelt_;
};

}  // namespace caveat::model
