// Load: from paths to the Ruleset that decisions are taken with, or every mistake in the rules.
// Used by `check`, `decide`, `explain`, `serve`: the only reader of pack files.
//
//   Result<Loaded> loaded = load_rules({"rules"}, limits);             // and the reference sets beside them
//   if (!loaded) …                                     // a path that cannot be read: exit 4
//   if (!loaded->rules) print(loaded->diagnostics);    // errors in the rules
//
// Promises   all mistakes of all stages that could run, sorted by place, none twice; no Ruleset while one is an error or an
//            example fails; equal files give equal Rulesets, whatever the order or the place they lie in
// Cost       reads and parses every file; runs every example
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/load/rule_files.h"
#include "engine/base/diagnostic.h"
#include "engine/decide/decide.h"
#include "engine/model/check.h"
#include "engine/model/model.h"
#include "engine/model/references.h"
#include "engine/syntax/ast.h"
#include "engine/trial/run_examples.h"

namespace caveat::load {

struct Loaded {
  Sources sources;
  std::vector<PackFolder> packs;
  std::vector<syntax::File> files;  // by SourceId; reference sets come after them and have none
  std::unique_ptr<const model::Model> model;
  std::vector<model::Canonical> canonical;              // by model->packs
  std::unique_ptr<const model::References> references;  // what could be resolved, also beside errors: for the printers
  std::shared_ptr<const decide::Ruleset> rules;         // null if anything is wrong
  std::vector<Diagnostic> diagnostics;
  std::size_t examples = 0, examples_held = 0;
  trial::RunResult run;  // what each example came out as, for coverage; its diagnostics are among those above
  std::size_t errors() const;
};

enum class Stage : std::uint8_t { parse, check, build, examples };
// Told how far the work is, so that a person who waits sees that something happens: `done` of `total`, total 0: not known.
using Progress = std::function<void(Stage stage, std::size_t done, std::size_t total)>;

// `data_folders`: where reference sets lie that do not stand beside the packs.
Result<Loaded> load_rules(const std::vector<std::string>& paths, const Limits& limits, const Progress& progress = {},
                          const std::vector<std::string>& data_folders = {});

// The same up to the model, for whoever wants to read rules and not to decide by them: no program, no reference sets, no example is run.
Result<Loaded> load_model(const std::vector<std::string>& paths, const Limits& limits, const Progress& progress = {});

// A pack as it can be handed on: what its digest stands for, and the files that were read, by their paths in its folder.
struct PackText {
  std::string name, version;
  Digest digest{};
  bool confidential = false;  // one of its rules is
  std::string declarations;   // canonical; their SHA-256 is the digest
  std::vector<std::pair<std::string, std::string>> files;
};
std::vector<PackText> pack_texts(const Loaded& loaded);  // of those that are linked

// What the files of packs say that hold together. Reads no file.
struct CompiledTexts {
  struct File {
    std::size_t pack = 0;  // by their order
    std::string path;      // empty: of no one file
  };
  std::optional<File> mistake;                 // where the first error is, and they do not compile
  std::vector<std::optional<Digest>> digests;  // by pack; nothing: its files are not of its name and version
  std::vector<File> unread;                    // neither a rule file nor a word list that a lexicon names
};
CompiledTexts compile_texts(const std::vector<PackText>& packs, const Limits& limits);

// Whether files with other texts, by SourceId, can be read and mean the same: before a formatter's print takes a file's place.
// What was not sound before has no meaning to hold it against; its print must be readable all the same.
struct Reread {
  std::vector<SourceId> unreadable;  // in ascending order
  std::vector<SourceId> changed;     // of packs whose digest moves, or that no longer compile
};
Reread reread(const Loaded& loaded, const std::map<SourceId, std::string>& texts, const Limits& limits);

}  // namespace caveat::load
