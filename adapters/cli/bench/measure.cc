#include "adapters/cli/bench/measure.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>

#include "adapters/cli/bench/quantile.h"

namespace caveat::cli::bench {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

volatile std::size_t kept = 0;

}  // namespace

std::vector<Timing> take_turns(const std::vector<Contender>& contenders, std::size_t requests, double seconds,
                               int rounds, const std::function<void()>& after_round) {
  std::vector<Timing> best(contenders.size());
  std::vector<std::vector<double>> floor(contenders.size(), std::vector<double>(requests, 1e9));
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t at = 0; at < contenders.size(); ++at) {
      const auto& work = contenders[at].work;
      Timing& timing = best[at];
      std::size_t sink = 0, count = 0;
      for (std::size_t i = 0; i < requests; ++i) sink += work(i);
      const std::clock_t cpu = std::clock();
      for (const auto start = Clock::now(); seconds_since(start) < seconds / 2; count += requests) {
        for (std::size_t i = 0; i < requests; ++i) sink += work(i);
      }
      const double rate = static_cast<double>(count) * CLOCKS_PER_SEC /
                          static_cast<double>(std::max<std::clock_t>(1, std::clock() - cpu));
      std::vector<double> times;
      times.reserve(1u << 20);
      for (const auto start = Clock::now(); seconds_since(start) < seconds / 2 && times.size() < (1u << 20);) {
        for (std::size_t i = 0; i < requests; ++i) {
          const auto before = Clock::now();
          sink += work(i);
          const double took = std::chrono::duration<double, std::micro>(Clock::now() - before).count();
          times.push_back(took);
          floor[at][i] = std::min(floor[at][i], took);
        }
      }
      kept = kept + sink;
      const auto least = [round](double& so_far, double now) { so_far = round == 0 ? now : std::min(so_far, now); };
      least(timing.p50_us, quantile(times, 0.5));
      least(timing.p99_us, quantile(times, 0.99));
      timing.per_cpu_s = std::max(timing.per_cpu_s, rate);
    }
    if (after_round) after_round();
  }
  for (std::size_t at = 0; at < contenders.size(); ++at) best[at].floor_p99_us = quantile(floor[at], 0.99);
  return best;
}

double cpu_ms() { return static_cast<double>(std::clock()) * 1e3 / CLOCKS_PER_SEC; }

double resident_mb() {
  malloc_trim(0);
  long size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

}  // namespace caveat::cli::bench
