// Snapshot: the rules that decisions are taken with, swapped as a whole while the gate runs.
//
//   snapshot.put(ruleset);                                     // load, reload
//   std::shared_ptr<const Ruleset> rules = snapshot.get();     // each turn
//
// Promises   a turn that holds a Ruleset ends on it; `get` after `put` on another thread sees the new one
// Threads    all calls may run together; each thread keeps its own shared_ptr and looks at a number
// Cost       get: one atomic load while nothing has changed
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "engine/decide/decide.h"

namespace caveat::gate {

class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const decide::Ruleset> rules = nullptr) : rules_(std::move(rules)) {}

  void put(std::shared_ptr<const decide::Ruleset> rules) {
    const std::lock_guard lock(mutex_);
    rules_ = std::move(rules);
    generation_.store(next_generation(), std::memory_order_release);
  }

  const std::shared_ptr<const decide::Ruleset>& get() const {
    struct Kept {
      std::uint64_t generation = 0;
      std::shared_ptr<const decide::Ruleset> rules;
    };
    thread_local Kept kept;  // numbers are unique over all Snapshots, so one slot a thread serves them all
    const std::uint64_t now = generation_.load(std::memory_order_acquire);
    if (kept.generation != now) {
      const std::lock_guard lock(mutex_);
      kept = {generation_.load(std::memory_order_relaxed), rules_};
    }
    return kept.rules;
  }

 private:
  static std::uint64_t next_generation() {
    static std::atomic<std::uint64_t> count{0};
    return ++count;
  }

  mutable std::mutex mutex_;
  std::shared_ptr<const decide::Ruleset> rules_;
  std::atomic<std::uint64_t> generation_{next_generation()};
};

}  // namespace caveat::gate
