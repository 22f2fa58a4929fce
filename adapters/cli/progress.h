// Progress: a bar with an estimate for work that takes longer than a second; on a terminal only, gone when the work is done.
//
//   Progress progress(terminal);
//   options.progress = [&](std::uint64_t done, std::uint64_t of) { progress(done, of); };
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "adapters/cli/command.h"

namespace caveat::cli {

class Progress {
 public:
  // `printing`: rows are printed meanwhile. Where they run over the screen they are the progress, and a bar would stand between them.
  explicit Progress(Terminal& terminal, bool printing = false);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void operator()(std::uint64_t done, std::uint64_t of);
  void count(std::uint64_t turns);  // where nobody knows how many there will be
  void wait();                      // while a server does the work

 private:
  Terminal& terminal_;
  bool wanted_;
  std::chrono::steady_clock::time_point begun_;
  std::uint64_t elapsed() const;  // ms
  bool shown_ = false;
  std::uint64_t last_ = 0;
};

// "[#####·····]  50 %, 3 s left"; of ≥ done, of > 0.
std::string progress_line(std::uint64_t done, std::uint64_t of, std::uint64_t elapsed_ms, Language language);
// "1,204 turns, 602 a second"
std::string count_line(std::uint64_t turns, std::uint64_t elapsed_ms, Language language);

}  // namespace caveat::cli
