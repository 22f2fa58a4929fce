#include "adapters/cli/bench/place.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ostream>
#include <system_error>

#include "engine/base/diagnostic.h"

namespace caveat::cli::bench {

namespace fs = std::filesystem;

std::optional<fs::path> folder_option(const Invocation& invocation, Terminal& terminal) {
  const fs::path folder = invocation.get("--dir", ".");
  try {
    const Place tried(folder);
    return folder;
  } catch (const fs::filesystem_error& error) {
    terminal.err << "caveat: "
                 << fill(terminal.say(
                             {"nothing can be made in the folder {0}: {1}. `mkdir -p {0}` makes it; or name another "
                              "with --dir.",
                              "无法在目录 {0} 中建立文件：{1}。可先执行 `mkdir -p {0}`，或用 --dir 另指目录。"}),
                         {folder.string(), error.code().message()})
                 << '\n';
    return std::nullopt;
  }
}

Place::Place(const fs::path& below) {
  std::string pattern = (below / "caveat-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw fs::filesystem_error("mkdtemp", below, std::error_code(errno, std::generic_category()));
  path_ = pattern;
}

Place::~Place() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace caveat::cli::bench
