// Packs from texts, for tests: parses and checks them as the loader would.
//
//   const Checked checked = check_texts({{"a/pack.cav", "pack a …"}, {"a/rules.cav", "rule …"}});
#pragma once

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/model/check.h"
#include "engine/syntax/parse.h"

namespace caveat::test {

struct Checked {
  Sources sources;
  std::deque<syntax::ParseResult> parsed;
  model::CheckResult result;
  std::vector<Diagnostic> diagnostics;  // of parse and check, sorted

  std::string rendered() const {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics) out += render(diagnostic, sources) + "\n";
    return out;
  }
  std::vector<std::string> codes() const {
    std::vector<std::string> out;
    for (const Diagnostic& diagnostic : diagnostics) out.emplace_back(diagnostic.code->name);
    return out;
  }
};

using Texts = std::vector<std::pair<std::string, std::string>>;  // path, text; .txt files are lexicons

// A folder with a `pack.cav` above a file is its pack, as the loader has it.
inline Checked check_texts(const Texts& texts, const Limits& limits = {},
                           const model::ZoneBook& zones = model::fixed_zones()) {
  Checked out;
  std::map<std::string, model::PackFiles> packs;
  std::vector<std::string> folders;
  const auto folder_of = [](const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
  };
  for (const auto& [path, text] : texts) {
    const std::string name = path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
    if (name == "pack.cav") folders.push_back(folder_of(path));
  }
  const auto pack_of = [&](const std::string& path) {
    std::string folder = folder_of(path);
    while (std::find(folders.begin(), folders.end(), folder) == folders.end() && !folder.empty())
      folder = folder_of(folder);
    return folder;
  };
  for (const auto& [path, text] : texts) {
    model::PackFiles& pack = packs[pack_of(path)];
    pack.folder = pack_of(path).empty() ? "." : pack_of(path);
    if (path.size() > 4 && path.substr(path.size() - 4) == ".txt") {
      pack.lexicon_files.emplace_back(path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1),
                                      text);
    } else {
      out.sources.emplace_back(path, text);
    }
  }
  for (SourceId id = 0; id < out.sources.size(); ++id) {
    out.parsed.push_back(syntax::parse(out.sources, id, limits));
    model::PackFiles& pack = packs[pack_of(out.sources[id].name())];
    pack.files.push_back(&out.parsed.back().file);
    for (const Diagnostic& diagnostic : out.parsed.back().diagnostics) {
      pack.broken = pack.broken || diagnostic.severity == Severity::error;
      out.diagnostics.push_back(diagnostic);
    }
  }
  std::vector<model::PackFiles> all;
  for (auto& [folder, pack] : packs) all.push_back(std::move(pack));
  out.result = model::check(out.sources, all, limits, zones);
  model::add_to(out.diagnostics, out.result, out.sources);
  sort_and_unify(out.diagnostics);
  return out;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

// All rule files below a folder, paths relative to it.
inline Texts read_folder(const std::filesystem::path& folder) {
  Texts out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".cav" && entry.path().parent_path().filename() != "lexicons") continue;
    if (entry.is_regular_file())
      out.emplace_back(std::filesystem::relative(entry.path(), folder).string(), read_file(entry.path()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace caveat::test
