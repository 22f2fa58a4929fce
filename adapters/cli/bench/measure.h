// Measure: contenders that take turns at the same requests, so that the machine's noise hits all alike.
//
// Cost       rounds × contenders × seconds
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace caveat::cli::bench {

struct Contender {
  std::string name;
  std::function<std::size_t(std::size_t)> work;  // decides request i; what it returns is kept from being optimised away
};

struct Timing {                   // the best of the rounds
  double p50_us = 0, p99_us = 0;  // with a clock around each decision
  double floor_p99_us = 0;        // the 99th percentile over the requests, of the best of each one's repeats
  double per_cpu_s = 0;           // decisions a second of the process's time, without clocks
};

// One for each contender; `requests` are gone through in order, again and again. `after_round`: others that take their turn.
std::vector<Timing> take_turns(const std::vector<Contender>& contenders, std::size_t requests, double seconds,
                               int rounds, const std::function<void()>& after_round = {});

double cpu_ms();       // of the process so far
double resident_mb();  // of the process now, freed memory given back first

}  // namespace caveat::cli::bench
