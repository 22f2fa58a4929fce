// Compiled: packs of the bench, from their text to a program, and what that took.
//
// Errors     a mistake in the text is told in `wrong`, and there is no program
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/program/program.h"

namespace caveat::cli::bench {

using Files = std::vector<std::pair<std::string, std::string>>;  // of one pack: name and text

struct Compiled {
  std::shared_ptr<const program::Program> program;  // null: refused
  double cpu_ms = 0;
  std::string wrong;  // the first mistake, if there is one
};
Compiled compile(const Files& files, const Limits& limits);

// The same files in Chinese, as `caveat fmt` prints them.
Files in_chinese(const Files& files, const Limits& limits);

}  // namespace caveat::cli::bench
