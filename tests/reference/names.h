// Names: who declares what, and what a name means where it stands. A pack sees its own declarations first, then those of the packs
// that it uses, near and far; a name may be qualified by its pack; whatever has a name may have several.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/syntax/ast.h"
#include "tests/reference/values.h"

namespace caveat::twin {

// From when on a zone is so many minutes east of UTC, ascending, in microseconds.
using Zones = std::map<std::string, std::vector<std::pair<long long, int>>>;

struct Fact {
  std::string path, part;  // by first names: "customer.age" of "customer"
  struct Told {            // where it is declared; a text that is built in is nowhere
    const syntax::FactsDecl* group;
    const syntax::FactDecl* fact;
    int pack;
  };
  std::vector<Told> told;
  const syntax::TypeExpr* type() const { return told.empty() ? nullptr : &told.front().fact->type; }
  bool assessed() const;
  bool askable() const;
};

class Book {
 public:
  Book(const std::vector<std::vector<const syntax::File*>>& packs, Zones zones);

  struct Pack {
    const syntax::PackDecl* decl = nullptr;
    std::string name;
    std::set<int> uses, sees;
    std::vector<const syntax::Decl*> all;
    std::map<std::string, std::vector<const syntax::Decl*>> named;
  };
  const std::vector<Pack>& packs() const { return packs_; }

  // The declaration that a name means in `pack`, and the pack that it is of.
  template <class T>
  std::pair<const T*, int> find(const syntax::Path& path, int pack) const;
  const Fact* fact(const syntax::Path& path) const;  // null: it is none
  const Fact* text_of(const std::string& part) const { return fact_at(part + ".text"); }
  const Fact* fact_at(const std::string& path) const;  // by first names
  std::string text_part(
      const syntax::Path& path) const;  // the part that is named alone where its text is meant, or nothing
  const std::vector<Fact>& facts() const { return facts_; }

  // Where a level or choice stands among those of a fact, or of what its list holds.
  std::optional<int> position(const Fact& of, const std::string& name) const;
  std::optional<int> offset(const std::string& zone, long long at) const;
  const std::string& zone(int pack) const { return packs_[static_cast<std::size_t>(pack)].decl->time_zone; }
  // Whether the calendar that `pack` goes by works on a day; nothing: it does not cover it.
  std::optional<bool> works(int pack, long day) const;

 private:
  void add_group(int pack, const syntax::FactsDecl& group);
  Fact& add_fact(const std::string& part, const std::string& first, const std::vector<std::string>& names);
  template <class T>
  const T* in_pack(const std::string& name, int pack) const;

  std::vector<Pack> packs_;
  Zones zones_;
  std::map<std::string, std::string> groups_;  // any name → the first
  std::vector<Fact> facts_;
  std::map<std::string, std::size_t> fact_at_;  // first name of the group . any name of the fact
};

std::string dotted(const syntax::Path& path);
std::vector<std::string> all_names(const syntax::Names& names);

template <class T>
const T* Book::in_pack(const std::string& name, int pack) const {
  const auto& named = packs_[static_cast<std::size_t>(pack)].named;
  const auto found = named.find(name);
  if (found == named.end()) return nullptr;
  for (const syntax::Decl* decl : found->second)
    if (const T* one = std::get_if<T>(&decl->body)) return one;
  return nullptr;
}

template <class T>
std::pair<const T*, int> Book::find(const syntax::Path& path, int pack) const {
  const std::string name = path.parts.back().text;
  if (path.parts.size() > 1) {
    syntax::Path qualifier = path;
    qualifier.parts.pop_back();
    for (int other = 0; other < static_cast<int>(packs_.size()); ++other) {
      const Pack& of = packs_[static_cast<std::size_t>(other)];
      std::vector<std::string> names = all_names(of.decl->names);
      names.front() = of.name;
      for (const std::string& each : names)
        if (each == dotted(qualifier)) return {in_pack<T>(name, other), other};
    }
    return {nullptr, pack};
  }
  if (const T* own = in_pack<T>(name, pack)) return {own, pack};
  for (const int other : packs_[static_cast<std::size_t>(pack)].sees)
    if (const T* one = in_pack<T>(name, other)) return {one, other};
  return {nullptr, pack};
}

}  // namespace caveat::twin
