// LoadingLine: what loading rules is at, in one line on standard error that is written over, and wiped when it ends.
//
//   LoadingLine line(terminal);
//   load::load_rules(paths, limits, line.follow());
//   line.clear();
//
// Promises   silent unless `err` is a terminal; nothing is shown in the first half second, then at most ten times a second;
//            with an estimate of what is left where the amount of work is known
#pragma once

#include <cstddef>
#include <cstdint>

#include "adapters/cli/command.h"
#include "adapters/cli/system_clock.h"
#include "adapters/load/ruleset.h"

namespace caveat::cli {

class LoadingLine {
 public:
  explicit LoadingLine(Terminal& terminal);
  ~LoadingLine() { clear(); }
  LoadingLine(const LoadingLine&) = delete;
  LoadingLine& operator=(const LoadingLine&) = delete;

  void show(const Phrase& what, std::size_t done, std::size_t total);  // total 0: not known
  load::Progress follow();  // the stages of loading rules; the line must outlive it
  void clear();

 private:
  Terminal& terminal_;
  SystemClock clock_;
  std::uint64_t begun_, stage_begun_, shown_;  // steady, ns
  std::string_view stage_;
  bool anything_ = false;
};

}  // namespace caveat::cli
