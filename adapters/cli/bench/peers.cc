#include "adapters/cli/bench/peers.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "adapters/cli/bench/written.h"

namespace caveat::cli::bench {
namespace fs = std::filesystem;

namespace {

constexpr int kLongestSeconds = 300;

std::string quoted(const std::string& word) {  // for a shell
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

void write_neutral(const fs::path& folder, const Workload& work) {
  fs::create_directories(folder);
  const std::string size = std::to_string(work.rules.size());
  std::ofstream(folder / ("rules-" + size + ".json")) << neutral_rules(work);
  std::ofstream requests(folder / "requests.jsonl"), expected(folder / ("expected-" + size + ".jsonl"));
  for (std::size_t i = 0; i < work.requests.size(); ++i) {
    requests << neutral_request(work.requests[i], i) << '\n';
    expected << neutral_answer(judge(work.rules, work.requests[i])) << '\n';
  }
}

Peers::Peers(const std::string& folder) {
  if (folder.empty()) return;
  for (const auto& one : fs::directory_iterator(folder)) {
    if (one.is_regular_file() && access(one.path().c_str(), X_OK) == 0) programs_.push_back(fs::absolute(one.path()));
  }
  std::sort(programs_.begin(), programs_.end());
}

void Peers::begin(const Workload& work) {
  if (none()) return;
  place_.emplace(fs::temp_directory_path());
  write_neutral(*place_ / "", work);
  rules_ = work.rules.size();
  requests_ = work.requests.size();
  measured_.clear();
  for (const fs::path& program : programs_) measured_.push_back({program.filename().string(), {}, {}, false});
}

void Peers::round(double seconds) {
  for (std::size_t at = 0; at < programs_.size(); ++at) {
    if (measured_[at].wrong.empty() && !measured_[at].once) run(programs_[at], seconds, measured_[at]);
  }
}

void Peers::run(const fs::path& program, double seconds, Measured& into) const {
  const std::string size = std::to_string(rules_);
  const std::string command =
      "timeout -k 10 " + std::to_string(kLongestSeconds) + " " + quoted(program.string()) + " " +
      quoted(*place_ / ("rules-" + size + ".json")) + " " + quoted(*place_ / "requests.jsonl") + " " +
      quoted(*place_ / ("expected-" + size + ".jsonl")) + " " + std::to_string(seconds) + " 1 2>/dev/null";
  std::FILE* out = popen(command.c_str(), "r");
  if (out == nullptr) {
    into.wrong = "could not be started";
    return;
  }
  char line[256], metric[64];
  double value = 0;
  std::map<std::string, double> found;
  while (std::fgets(line, sizeof line, out) != nullptr) {
    if (std::sscanf(line, "%63s %lf", metric, &value) == 2) found[metric] = value;
  }
  const int status = pclose(out);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 124) {
    into.wrong = "not done within " + std::to_string(kLongestSeconds) + " s";
  } else if (status != 0 || !found.contains("parsed.p50_us")) {
    into.wrong = "ended without a figure";
  } else if (!found.contains("mismatches")) {
    into.wrong = "held no answer against the oracle's";
  } else if (found["mismatches"] != 0) {
    into.wrong = "its answers differ from the oracle's";
  }
  if (!into.wrong.empty()) {
    into.best.clear();
    return;
  }
  if (const auto verified = found.find("verified"); verified != found.end() && verified->second < double(requests_))
    into.name = program.filename().string() + " (" + std::to_string(std::lround(verified->second)) + " answers held)";
  into.once = found["load_ms"] > 60'000 || found["parsed.p50_us"] > 100'000;
  for (const auto& [name, now] : found) {
    const auto [at, fresh] = into.best.emplace(name, now);
    if (!fresh) at->second = std::min(at->second, now);
  }
}

}  // namespace caveat::cli::bench
