#include "adapters/load/rule_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "adapters/load/codes.h"

namespace caveat::load {

namespace fs = std::filesystem;

namespace {

// The code says it all but the place and, where the system gave one, the reason.
tl::unexpected<Problem> refused(const Code& code, const std::string& path, std::string why = {}) {
  Problem problem;
  problem.code = &code;
  problem.items.push_back({.path = path, .expected = {}, .found = std::move(why), .nearest = {}, .hint = {}});
  return tl::unexpected(std::move(problem));
}

bool is_rule_file(const fs::path& path) { return path.extension() == ".cav"; }
// `.CAV`, as a card reader or an old disk spells it: left out in silence, its rules would not hold.
bool is_nearly_a_rule_file(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return extension == ".cav";
}
bool is_data_file(const fs::path& path) { return path.string().ends_with(".data.csv"); }
bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

std::string shown(const fs::path& path) {
  std::string text = path.lexically_normal().generic_string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

// The folder of the pack that `folder` lies in, going up but not beyond `top`; nothing: in none.
std::optional<fs::path> pack_above(fs::path folder, const fs::path& top) {
  std::error_code error;
  for (;;) {
    if (fs::is_regular_file(folder / "pack.cav", error)) return folder;
    if (folder == top || !folder.has_parent_path() || folder.parent_path() == folder) return std::nullopt;
    folder = folder.parent_path();
  }
}

// Files below a folder. Linked folders are walked after all others, in the order of their paths, each place once, however
// many links lead to it: a loop ends, and nothing is a pack twice.
class Walk {
 public:
  explicit Walk(std::set<std::string>& files) : files_(files) {}

  Result<void> run(const fs::path& folder) {
    Result<void> walked = folder_at(folder);
    while (walked && !links_.empty()) {
      const fs::path next = *links_.begin();
      links_.erase(links_.begin());
      walked = folder_at(next);
    }
    return walked;
  }

 private:
  std::set<std::string>& files_;
  std::set<fs::path> links_, seen_;  // seen: without links

  Result<void> folder_at(const fs::path& folder) {
    std::error_code error;
    const fs::path place = fs::canonical(folder, error);
    if (!error && !seen_.insert(place).second) return {};
    fs::directory_iterator entries(folder, error);
    if (error) return refused(codes::kFileUnreadable, shown(folder), error.message());
    for (const fs::directory_entry& entry : entries) {
      if (is_hidden(entry.path())) continue;
      // Perhaps a folder of rules that is not mounted: who can tell.
      if (entry.is_symlink(error) && !fs::exists(entry.path(), error))
        return refused(codes::kFileMissing, shown(entry.path()));
      if (entry.is_directory(error)) {
        if (entry.is_symlink(error))
          links_.insert(entry.path());
        else if (Result<void> below = folder_at(entry.path()); !below)
          return below;
      } else if (is_rule_file(entry.path()) || is_data_file(entry.path())) {
        files_.insert(shown(entry.path()));
      } else if (is_nearly_a_rule_file(entry.path())) {
        return refused(codes::kFileName, shown(entry.path()));
      }
    }
    return {};
  }
};

Result<void> walk(const fs::path& folder, std::set<std::string>& files) { return Walk(files).run(folder); }

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t most) {
  std::error_code error;
  if (const fs::file_status status = fs::status(path, error); fs::is_fifo(status) || fs::is_socket(status))
    return refused(codes::kFileUnreadable, path, "it is no file, whoever reads it may wait for ever");
  else if (fs::is_directory(status))
    return refused(codes::kNoFile, path);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) {
    const int why = errno;
    return why == ENOENT ? refused(codes::kFileMissing, path)
                         : refused(codes::kFileUnreadable, path, std::strerror(why));
  }
  std::string bytes;
  char buffer[1 << 16];
  while (bytes.size() <= most) {
    const std::size_t count = std::fread(buffer, 1, std::min(sizeof buffer, most + 1 - bytes.size()), file.get());
    if (count == 0) break;
    bytes.append(buffer, count);
  }
  if (std::ferror(file.get()) != 0) return refused(codes::kFileUnreadable, path, std::strerror(errno));
  return bytes;
}

Result<RuleFiles> read_rule_files(const std::vector<std::string>& paths, const Limits& limits,
                                  const std::vector<std::string>& data_folders) {
  std::set<std::string> files, data;                          // of all paths, each once
  std::map<std::string, std::optional<std::string>> pack_of;  // file → folder of its pack
  for (const std::string& named : paths) {
    std::error_code error;
    const fs::path path = fs::path(shown(named));
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      if (error && error != std::errc::no_such_file_or_directory)
        return refused(codes::kFileUnreadable, named, error.message());
      return refused(codes::kFileMissing, named);
    }
    // A path inside a pack stands for the whole pack: half a pack has no meaning.
    fs::path folder = fs::is_directory(status) ? path : path.parent_path();
    if (folder.empty()) folder = ".";
    if (!fs::is_directory(status) && !is_rule_file(path))
      return refused(is_nearly_a_rule_file(path) ? codes::kFileName : codes::kNoPacks, named);
    const fs::path absolute = fs::absolute(folder, error).lexically_normal();
    const std::optional<fs::path> above = pack_above(absolute, absolute.root_path());
    if (above && *above != absolute) {
      const fs::path relative = above->lexically_relative(fs::current_path(error));
      folder = relative.empty() || *relative.begin() == ".." ? *above : relative;
    }
    std::set<std::string> found;
    if (!fs::is_directory(status) && !above) {
      found.insert(shown(path));
    } else if (Result<void> walked = walk(folder, found); !walked) {
      return tl::unexpected(walked.error());
    }
    for (const std::string& file : found) {
      if (is_data_file(file)) {
        data.insert(file);
        continue;
      }
      files.insert(file);
      fs::path parent = fs::path(file).parent_path();
      if (parent.empty()) parent = ".";
      const std::optional<fs::path> pack = pack_above(parent, folder);
      pack_of[file] = pack ? std::optional(shown(*pack)) : std::nullopt;
    }
  }
  for (const std::string& named : data_folders) {
    const fs::path folder = fs::path(shown(named));
    std::error_code error;
    if (!fs::is_directory(folder, error)) return refused(codes::kFileMissing, named);
    std::set<std::string> found;
    if (Result<void> walked = walk(folder, found); !walked) return tl::unexpected(walked.error());
    std::copy_if(found.begin(), found.end(), std::inserter(data, data.end()), is_data_file);  // not the rules there
  }

  RuleFiles out;
  std::map<std::string, std::vector<SourceId>> packs;
  for (const std::string& file : files) {
    Result<std::string> bytes = read_file(file, limits.source_bytes);
    if (!bytes) return tl::unexpected(bytes.error());
    const auto id = static_cast<SourceId>(out.sources.size());
    out.sources.emplace_back(file, std::move(*bytes));
    if (const auto& pack = pack_of[file])
      packs[*pack].push_back(id);
    else
      out.stray.push_back(id);
  }
  for (const std::string& file : data) {
    Result<std::string> bytes = read_file(file, limits.data_bytes);
    if (!bytes) return tl::unexpected(bytes.error());
    out.data.push_back(static_cast<SourceId>(out.sources.size()));
    out.sources.emplace_back(file, std::move(*bytes));
  }
  if (packs.empty() && out.stray.empty()) return refused(codes::kNoPacks, paths.empty() ? "" : paths.front());
  for (auto& [folder, ids] : packs) out.packs.push_back({folder, std::move(ids)});
  return out;
}

}  // namespace caveat::load
