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
#include "engine/syntax/ast.h"

namespace caveat::model {

// The files of one pack, as found by the loader: `folder` names it in messages.
struct PackFiles {
  std::string folder;
  std::vector<const syntax::File*> files;
  std::vector<std::pair<std::string, std::string>> lexicon_files;  // name as written in `from file`, content
};

struct CheckResult {
  std::unique_ptr<const Model> model;  // null if any diagnostic is an error
  std::vector<Diagnostic> diagnostics;
};

CheckResult check(const Sources& sources, const std::vector<PackFiles>& packs, const Limits& limits);

// The canonical form of one pack's declarations: deterministic CBOR of the tree, sorted by kind and name, without
// comments, layout and examples (`examples` gives theirs alone). Its SHA-256 is what is approved, signed and recorded.
std::string canonical(const PackFiles& pack, bool examples);

}  // namespace caveat::model
