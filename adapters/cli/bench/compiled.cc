#include "adapters/cli/bench/compiled.h"

#include "adapters/cli/bench/measure.h"
#include "engine/model/check.h"
#include "engine/model/name_in.h"
#include "engine/program/build.h"
#include "engine/syntax/format.h"
#include "engine/syntax/parse.h"

namespace caveat::cli::bench {

Compiled compile(const Files& files, const Limits& limits) {
  const double before = cpu_ms();
  Compiled out;
  const auto refuse = [&](const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& one : diagnostics) {
      if (one.severity == Severity::error && out.wrong.empty()) out.wrong = one.message;
    }
    return !out.wrong.empty();
  };
  Sources sources;
  for (const auto& [name, text] : files) sources.emplace_back(name, text);
  std::vector<syntax::File> trees;
  for (SourceId id = 0; id < sources.size(); ++id) {
    syntax::ParseResult parsed = syntax::parse(sources, id, limits);
    if (refuse(parsed.diagnostics)) return out;
    trees.push_back(std::move(parsed.file));
  }
  model::PackFiles pack;
  pack.folder = "bench";
  for (const syntax::File& tree : trees) pack.files.push_back(&tree);
  const model::CheckResult checked = model::check(sources, {pack}, limits);
  if (refuse(checked.diagnostics) || !checked.model) return out;
  program::BuildResult built = program::build(*checked.model, limits);
  if (refuse(built.diagnostics)) return out;
  out.program = std::move(built.program);
  out.cpu_ms = cpu_ms() - before;
  return out;
}

Files in_chinese(const Files& files, const Limits& limits) {
  Sources sources;
  for (const auto& [name, text] : files) sources.emplace_back(name, text);
  std::vector<syntax::File> trees;
  for (SourceId id = 0; id < sources.size(); ++id) trees.push_back(syntax::parse(sources, id, limits).file);
  model::PackFiles pack;
  pack.folder = "bench";
  for (const syntax::File& tree : trees) pack.files.push_back(&tree);
  const model::CheckResult checked = model::check(sources, {pack}, limits);
  const syntax::NameIn name_in = model::name_in(*checked.references);
  Files out;
  for (std::size_t i = 0; i < files.size(); ++i)
    out.emplace_back(files[i].first, syntax::format(trees[i], files[i].second, Language::zh, name_in));
  return out;
}

}  // namespace caveat::cli::bench
