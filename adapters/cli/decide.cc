#include <array>
#include <charconv>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <istream>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <thread>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/progress.h"
#include "adapters/cli/rules.h"
#include "adapters/cli/system_clock.h"
#include "adapters/gate/gate.h"
#include "adapters/load/rule_files.h"
#include "audit/seal/system_random.h"

namespace caveat::cli {

namespace {

// The turns that are under way, printed in the order in which they came: a ring of 256, so that commits group and memory
// stays bounded.
class Window {
 public:
  static constexpr std::size_t kLines = 256;

  explicit Window(std::ostream& out) : out_(out) {}

  // The number of the next line; waits until there is room, printing what is ready.
  std::size_t enter() {
    std::unique_lock lock(mutex_);
    while (next_ - first_ == kLines) print_one(lock);
    Line& line = lines_[next_ % kLines];
    line.ready = false;
    return next_++;
  }

  void answer(std::size_t number, std::string text) {
    const std::lock_guard lock(mutex_);
    Line& line = lines_[number % kLines];
    line.text = std::move(text);
    line.ready = true;
    if (number == first_) first_ready_.notify_one();
  }

  void print_rest() {
    std::unique_lock lock(mutex_);
    while (first_ != next_) print_one(lock);
  }

 private:
  struct Line {
    std::string text;
    bool ready = false;
  };

  void print_one(std::unique_lock<std::mutex>& lock) {
    first_ready_.wait(lock, [&] { return lines_[first_ % kLines].ready; });
    const std::string text = std::move(lines_[first_ % kLines].text);
    lock.unlock();
    out_ << text << '\n';
    lock.lock();
    ++first_;
  }

  std::ostream& out_;
  std::mutex mutex_;
  std::condition_variable first_ready_;
  std::array<Line, kLines> lines_;
  std::size_t first_ = 0, next_ = 0;
};

// One line, at most `most` bytes and one more of it kept: a longer one is refused by the gate, not read into memory.
bool read_line(std::istream& in, std::string& line, std::size_t most) {
  line.clear();
  std::streambuf* buffer = in.rdbuf();
  for (int c = buffer->sbumpc(); c != std::char_traits<char>::eof(); c = buffer->sbumpc()) {
    if (c == '\n') return true;
    if (line.size() <= most) line.push_back(static_cast<char>(c));
  }
  return !line.empty();
}

bool is_blank(const std::string& line) { return line.find_first_not_of(" \t\r") == std::string::npos; }

// Of all of them; nothing: one is no file whose end is known.
std::optional<std::uint64_t> bytes_of(const std::vector<std::string>& inputs) {
  std::uint64_t total = 0;
  for (const std::string& input : inputs) {
    std::error_code error;
    if (input == "-" || !std::filesystem::is_regular_file(input, error)) return std::nullopt;
    total += std::filesystem::file_size(input, error);
    if (error) return std::nullopt;
  }
  return total;
}

class Bar {
 public:
  Bar(Terminal& terminal, const std::vector<std::string>& inputs)
      : total_(bytes_of(inputs)), progress_(terminal, true) {}
  void step(std::size_t bytes) {
    done_ += bytes;
    ++turns_;
    if (total_)
      progress_(done_, *total_);
    else
      progress_.count(turns_);
  }

 private:
  std::optional<std::uint64_t> total_;
  std::uint64_t done_ = 0, turns_ = 0;
  Progress progress_;
};

struct Counts {
  std::mutex mutex;
  std::size_t refused = 0, not_recorded = 0;
};

}  // namespace

int run_decide(const Invocation& invocation, Terminal& terminal) {
  std::size_t jobs = std::max(1u, std::thread::hardware_concurrency());
  if (invocation.has("--jobs")) {
    const std::string text = invocation.get("--jobs");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), jobs);
    if (error != std::errc() || end != text.data() + text.size() || jobs < 1 || jobs > 256)
      return wrong_use(terminal,
                       {"--jobs is a number from 1 to 256, not “{0}”.", "--jobs 应为 1 至 256 的整数，而不是“{0}”。"},
                       {text}, "decide");
  }
  const std::vector<std::string> inputs =
      invocation.arguments.empty() ? std::vector<std::string>{"-"} : invocation.arguments;
  for (const std::string& input : inputs) {  // before anything is decided: half a run helps nobody
    if (input == "-") continue;
    if (const Result<std::string> probe = load::read_file(input, 0); !probe) return refuse(terminal, probe.error());
  }

  int exit = kDone;
  const std::shared_ptr<const decide::Ruleset> rules = rules_of(invocation, terminal, exit);
  if (!rules) return exit;
  SystemClock clock;
  audit::SystemRandom random;
  std::unique_ptr<audit::Log> log;
  if (invocation.has("--log")) {
    const std::string path = invocation.get("--log");
    log = open_log(terminal, path, keys_dir(invocation, path), clock, random);
  } else {
    terminal.err << terminal.say(
        {"caveat: no --log was given: nothing is recorded, and repeats are known for this run only.\n",
         "caveat：未指定 --log：不作任何记录，重复的请求仅在本次运行内可识别。\n"});
  }

  const gate::Snapshot snapshot(rules);
  const bool outcome = invocation.has("--outcome");
  Counts counts;
  {
    Window window(terminal.out);  // outlives the gate: its last callback may still be on its way out
    gate::Gate gate({.snapshot = &snapshot,
                     .log = log.get(),
                     .clock = &clock,
                     .random = &random,
                     .threads = jobs,
                     .limits = {},
                     .language = terminal.language,
                     .outcomes = outcome,
                     .in_order = true});
    const gate::Caller caller = gate::Caller::local();
    const Limits limits;
    std::string line;
    Bar bar(terminal, inputs);
    for (const std::string& input : inputs) {
      std::ifstream file;
      if (input != "-") file.open(input, std::ios::binary);
      std::istream& in = input == "-" ? terminal.in : file;
      while (read_line(in, line, limits.request_bytes)) {
        if (is_blank(line)) continue;
        const std::size_t number = window.enter();
        gate.take(line, caller, [&, number](const gate::Reply& reply) {
          if (reply.problem != nullptr) {
            const std::lock_guard lock(counts.mutex);
            ++(reply.problem->exit_code == kEnvironment ? counts.not_recorded : counts.refused);
          }
          window.answer(number, outcome && reply.problem == nullptr ? reply.outcome : reply.body);
        });
        bar.step(line.size() + 1);
      }
    }
    window.print_rest();
  }
  terminal.out.flush();
  if (log) log->close();
  if (counts.not_recorded > 0) {
    terminal.err << "caveat: "
                 << fill(terminal.say({"{0} could not be recorded in {1} and were handed to a person. Look at the "
                                       "disk, then send them again: each id is safe to repeat.",
                                       "{0}未能写入 {1}，已转人工。请检查磁盘后重发：同一 id 可以安全重复。"}),
                         {counted(counts.not_recorded, terminal, "turn", "turns", "轮对话"), invocation.get("--log")})
                 << '\n';
    return kEnvironment;
  }
  if (counts.refused > 0) {
    terminal.err << "caveat: "
                 << fill(terminal.say({"{0} refused; the problem stands in its place in the output.",
                                       "{0}被拒绝；问题说明位于输出的相应行。"}),
                         {counted(counts.refused, terminal, "line was", "lines were", "行")})
                 << '\n';
    return kRefused;
  }
  return kDone;
}

}  // namespace caveat::cli
