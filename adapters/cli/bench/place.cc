#include "adapters/cli/bench/place.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace caveat::cli::bench {

namespace fs = std::filesystem;

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
