// RuleFiles: the bytes of all rule files under the paths that a user named, grouped into packs.
// A pack is a folder with `pack.cav`; every `*.cav` below it, down to the next `pack.cav`, is its; file names mean
// nothing.
//
//   Result<RuleFiles> files = read_rule_files({"rules"}, limits);
//
// Promises   the same files in the same order on every machine (by path, bytewise); linked folders are
//            followed, each place once; hidden folders are left out; a path inside a pack stands for the whole pack
// Errors     a path that is missing or cannot be read, or no pack at all: a Problem of codes.h that names it
// Cost       reads every file once; a file beyond Limits::source_bytes is read to just beyond it, so that parse can
// refuse it
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/result.h"
#include "engine/base/source.h"

namespace caveat::load {

struct PackFolder {
  std::string folder;                                              // as shown in messages
  std::vector<SourceId> files;                                     // pack.cav among them
  std::vector<std::pair<std::string, std::string>> lexicons = {};  // once read: names as lexicons have them, and terms
};

struct RuleFiles {
  Sources sources;
  std::vector<PackFolder> packs;
  std::vector<SourceId> stray;  // *.cav that belong to no pack
  std::vector<SourceId> data;   // NAME.data.csv: reference sets, wherever they lie; the last of the sources
};

Result<RuleFiles> read_rule_files(const std::vector<std::string>& paths, const Limits& limits,
                                  const std::vector<std::string>& data_folders = {});

// The bytes of one file, at most `most` and one more; a Problem with its name if that is not possible.
Result<std::string> read_file(const std::string& path, std::size_t most);

}  // namespace caveat::load
