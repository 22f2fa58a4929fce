#include "adapters/cli/loading.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "engine/base/diagnostic.h"

namespace caveat::cli {

namespace {

constexpr std::uint64_t kSilent = 500'000'000;  // ns
constexpr std::uint64_t kBetween = 100'000'000;

}  // namespace

LoadingLine::LoadingLine(Terminal& terminal) : terminal_(terminal) {
  begun_ = stage_begun_ = shown_ = clock_.steady_ns();
}

void LoadingLine::show(const Phrase& what, std::size_t done, std::size_t total) {
  if (!terminal_.progress) return;
  const std::uint64_t now = clock_.steady_ns();
  if (what.en != stage_) {
    stage_ = what.en;
    stage_begun_ = now;
  }
  if (now - begun_ < kSilent || now - shown_ < kBetween) return;
  shown_ = now;
  std::string line(terminal_.say(what));
  if (total > 0) {
    line +=
        fill(terminal_.say({" {0} of {1}", "：第 {0} 项，共 {1} 项"}), {std::to_string(done), std::to_string(total)});
    if (done >= std::max<std::size_t>(total / 20, 2) && now - stage_begun_ > kSilent) {  // of less it is a guess
      const std::uint64_t left = (now - stage_begun_) / done * (total - std::min(done, total)) / 1'000'000'000;
      line += fill(terminal_.say({", {0} s left", "，约剩 {0} 秒"}), {std::to_string(left)});
    }
  }
  terminal_.err << "\r\x1b[K" << line << " …" << std::flush;
  anything_ = true;
}

load::Progress LoadingLine::follow() {
  return [this](load::Stage stage, std::size_t done, std::size_t total) {
    static constexpr Phrase kStages[] = {{"reading files", "读取文件"},
                                         {"checking names and types", "检查名称与类型"},
                                         {"building the program", "生成程序"},
                                         {"running examples", "运行示例"}};
    show(kStages[static_cast<std::size_t>(stage)], done, total);
  };
}

void LoadingLine::clear() {
  if (anything_) terminal_.err << "\r\x1b[K" << std::flush;
  anything_ = false;
}

}  // namespace caveat::cli
