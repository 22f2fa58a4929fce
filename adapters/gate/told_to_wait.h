// ToldToWait: which texts later replies told in place of a decision's own: whoever sends one sends what he was told, whatever facts it
// tells and however the packs word it by the time he confirms.
//
// Promises   the newest kMost of this run of the gate; an older one is known where a queue that is loaded words it so (queues.h)
// Threads    all calls may run together
// Source     contracts.md 22
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/digest.h"

namespace caveat::gate {

class ToldToWait {
 public:
  static constexpr std::size_t kMost = 16'384;

  void note(std::string_view decision, std::string_view text) {
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = told_.emplace(decision, sha256(text));
    if (!is_new) return;
    oldest_first_.push_back(place);
    if (oldest_first_.size() <= kMost) return;
    told_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  bool knows(std::string_view decision, const Digest& text) const {
    const std::lock_guard lock(mutex_);
    return told_.contains({std::string(decision), text});
  }

 private:
  using Told = std::set<std::pair<std::string, Digest>>;
  mutable std::mutex mutex_;
  Told told_;
  std::deque<Told::const_iterator> oldest_first_;
};

}  // namespace caveat::gate
