#include "adapters/cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <ostream>

#include "engine/base/diagnostic.h"

namespace caveat::cli {

namespace {

constexpr std::uint64_t kCells = 30;
constexpr std::uint64_t kQuietMs = 1'000;
constexpr std::uint64_t kBetweenMs = 100;

}  // namespace

Progress::Progress(Terminal& terminal, bool printing)
    : terminal_(terminal),
      wanted_(terminal.progress && (!printing || ::isatty(STDOUT_FILENO) == 0)),
      begun_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (shown_) terminal_.err << "\r\x1b[K" << std::flush;
}

std::uint64_t Progress::elapsed() const {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_).count());
}

void Progress::count(std::uint64_t turns) {
  if (!wanted_) return;
  const std::uint64_t now = elapsed();
  if (now < kQuietMs || (shown_ && now - last_ < kBetweenMs)) return;
  shown_ = true;
  last_ = now;
  terminal_.err << "\r\x1b[K" << count_line(turns, now, terminal_.language) << std::flush;
}

void Progress::wait() {
  if (!wanted_) return;
  const std::uint64_t now = elapsed(), seconds = now / 1'000;
  if (now < kQuietMs || (shown_ && seconds == last_)) return;
  shown_ = true;
  last_ = seconds;
  terminal_.err << "\r\x1b[K" << terminal_.say({"the server is at work, ", "服务正在处理，已用 "}) << seconds
                << terminal_.say({" s", " 秒"}) << std::flush;
}

void Progress::operator()(std::uint64_t done, std::uint64_t of) {
  if (!wanted_ || of == 0) return;
  const std::uint64_t now = elapsed(), percent = std::min(done, of) * 100 / of;
  if (now < kQuietMs || (shown_ && percent == last_)) return;
  shown_ = true;
  last_ = percent;
  terminal_.err << "\r\x1b[K" << progress_line(std::min(done, of), of, now, terminal_.language) << std::flush;
}

std::string progress_line(std::uint64_t done, std::uint64_t of, std::uint64_t elapsed_ms, Language language) {
  const std::uint64_t filled = done * kCells / of;
  std::string bar = "[";
  for (std::uint64_t i = 0; i < kCells; ++i) bar += i < filled ? "#" : "·";
  bar += "] " + std::to_string(done * 100 / of) + " %";
  if (done == 0) return bar;
  const std::uint64_t left = (elapsed_ms * (of - done) / done + 999) / 1'000;
  const bool minutes = left >= 120;
  const std::string amount = std::to_string(minutes ? left / 60 : left);
  if (language == Language::zh) return bar + "，剩余约 " + amount + (minutes ? " 分钟" : " 秒");
  return bar + ", about " + amount + (minutes ? " min left" : " s left");
}

std::string count_line(std::uint64_t turns, std::uint64_t elapsed_ms, Language language) {
  const std::string rate = std::to_string(turns * 1'000 / std::max<std::uint64_t>(elapsed_ms, 1));
  if (language == Language::zh) return "已判定 " + std::to_string(turns) + " 轮，每秒 " + rate + " 轮";
  return std::to_string(turns) + (turns == 1 ? " turn, " : " turns, ") + rate + " a second";
}

}  // namespace caveat::cli
