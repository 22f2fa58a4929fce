// check: from the trees of all files to the Model, or every mistake of meaning in them.
//
// Promises   all mistakes in one run, none that follows from another; deterministic in any order of files; the same
//            digest from either phrasing; nothing unsupported passes in silence (`not_yet` with its place)
// Threads    calls may run together
// Cost       near linear in the nodes
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/model/model.h"
#include "engine/model/references.h"
#include "engine/model/zones.h"
#include "engine/syntax/ast.h"

namespace caveat::model {

// The files of one pack, as found by the loader: `folder` names it in messages.
struct PackFiles {
  std::string folder;
  std::vector<const syntax::File*> files;
  std::vector<std::pair<std::string, std::string>> lexicon_files;  // name as written in `from file`, content
  bool broken = false;  // something in it did not parse: what only the lost text may declare is not called unknown
};

// The canonical form of one pack: deterministic CBOR of its tree, sorted by kind and name, every name by its identity,
// without comments, layout, brackets. The SHA-256 of `declarations` is what is approved, signed and recorded
// (Pack::digest), that of `examples` Pack::examples_digest. It needs the other packs too (a name may be theirs), so it
// comes out of check.
struct Canonical {
  std::string declarations;
  std::string examples;
};

struct CheckResult {
  std::unique_ptr<const Model> model;  // null if any diagnostic is an error, or a pack is `broken`
  std::vector<Diagnostic> diagnostics;
  std::vector<Canonical> canonical;              // by Model::packs; empty where there is no model
  std::unique_ptr<const References> references;  // never null; what could be resolved (name_in.h)
  std::vector<Span> digit_first;                 // declared names that begin with a digit: told when they were read
};

// Of packs of one name the version that all `use` lines allow is linked, the highest if there are several.
CheckResult check(const Sources& sources, const std::vector<PackFiles>& packs, const Limits& limits,
                  const ZoneBook& zones = fixed_zones());

// Adds what check found to what has been told of the files when they were read, less what was told of words that an edit of
// `found` rewrites anyway (in `customer.age is at least 60 yrs` the slip of a unit, where no unit may stand), and of names that begin
// with a digit where they are only referred to: that follows from their declaration.
void add_to(std::vector<Diagnostic>& told, CheckResult& found, const Sources& sources);

}  // namespace caveat::model
