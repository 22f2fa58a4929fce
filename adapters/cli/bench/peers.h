// Peers: other decision engines on the same rules and turns, each a program of its own (tests/bench/peers/README.md says
// what it is given and what it prints).
//
//   Peers peers(folder);
//   peers.begin(work);                       // writes the neutral rules, requests and answers
//   peers.round(seconds);                    // each program once
//
// Errors     a program that does not start, does not end, prints no figure or answers otherwise than the oracle is told in
//            `wrong` and has no figures
// Cost       a round lasts as long as its programs; one that hangs is ended after five minutes
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/bench/place.h"
#include "adapters/cli/bench/workload.h"

namespace caveat::cli::bench {

// rules-N.json, requests.jsonl and expected-N.jsonl.
void write_neutral(const std::filesystem::path& folder, const Workload& work);

class Peers {
 public:
  struct Measured {
    std::string name;
    std::map<std::string, double> best;  // by metric, of the rounds
    std::string wrong;                   // why there are none
    bool once = false;                   // so slow that one round has to do
  };

  explicit Peers(const std::string& folder);  // its executables; empty: none

  bool none() const { return programs_.empty(); }
  void begin(const Workload& work);
  void round(double seconds);
  const std::vector<Measured>& measured() const { return measured_; }

 private:
  std::vector<std::filesystem::path> programs_;
  std::vector<Measured> measured_;
  std::optional<Place> place_;  // of this size's files
  std::size_t rules_ = 0, requests_ = 0;

  void run(const std::filesystem::path& program, double seconds, Measured& into) const;
};

}  // namespace caveat::cli::bench
