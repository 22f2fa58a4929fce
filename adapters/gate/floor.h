// Floor: the desk with its lock, and the numbers of the records that tell of its changes: what changes together is numbered together.
//
//   floor.change(2, [&](Desk& desk, std::uint64_t ground) { … });   // two numbers: of the decision, of its hand-off
//
// Promises   changes of the desk and numbers of the log are in one order; a change that stands on a lost commit has a number that is
//            lost too, and the desk is read anew before the next
// Threads    all calls may run together
// Errors     audit::Error, if the state must be read and cannot be: nothing was reserved then
// Source     contracts.md 3, 4
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/gate/desk.h"
#include "audit/log/log.h"

namespace caveat::gate {

class Floor {
 public:
  explicit Floor(audit::Log* log, std::string default_queue = {}) : log_(log), desk_(std::move(default_queue)) {
    const std::lock_guard lock(mutex_);
    refresh(true);
  }

  // Numbers of records, in order; what is not claimed is given up. An exception that passes leaves a change without its record, on
  // which others may stand by then: it is forsaken.
  class Numbers {
   public:
    explicit Numbers(audit::Log* log) : log_(log) {}
    Numbers(audit::Log* log, std::size_t count) : Numbers(log) {  // where it fails midway, what it has is given up
      if (log_ == nullptr) return;
      numbers_.reserve(count);
      for (std::size_t i = 0; i < count; ++i) numbers_.push_back(log_->reserve());
    }
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;
    Numbers(Numbers&& other) noexcept : log_(other.log_), ground_(other.ground_), numbers_(std::move(other.numbers_)) {
      other.numbers_.clear();
    }
    Numbers& operator=(Numbers&&) = delete;
    ~Numbers() {
      const bool open =
          std::any_of(numbers_.begin(), numbers_.end(), [](const auto& number) { return number.has_value(); });
      if (open && std::uncaught_exceptions() > exceptions_) log_->forsake();
      give_up();
    }
    void give_up() {  // nothing was changed
      for (std::optional<std::uint64_t>& number : numbers_) {
        if (number) log_->abandon(*number);
        number.reset();
      }
    }
    std::uint64_t ground() const { return ground_; }  // on which the change was made
    std::uint64_t claim(std::size_t which) {
      const std::uint64_t number = numbers_[which].value();
      numbers_[which].reset();
      return number;
    }

   private:
    friend class Floor;
    audit::Log* log_;
    std::uint64_t ground_ = 0;
    std::vector<std::optional<std::uint64_t>> numbers_;
    int exceptions_ = std::uncaught_exceptions();
  };

  template <class Work>
  auto look(Work work) {
    const std::lock_guard lock(mutex_);
    refresh(false);
    return work(static_cast<const Desk&>(desk_), ground_);
  }

  // `work(desk, ground)` under the lock, after `count` numbers were reserved. Whoever cannot record afterwards what he changed lets
  // the exception pass the numbers, or calls `forsake` before he lets them go.
  template <class Work>
  Numbers change(std::size_t count, Work work) {
    const std::lock_guard lock(mutex_);
    Numbers numbers(log_, count);
    refresh(false);
    numbers.ground_ = ground_;
    work(desk_, ground_);
    changed(numbers);
    return numbers;
  }

  void forsake() {
    if (log_ != nullptr) log_->forsake();
  }

  // A value of the state that no ticket carries, as it is now: what was asked for, which proofs have served, what was told once,
  // which deliveries were confirmed.
  std::optional<std::string> value(const audit::StateKey& key);
  // Within `change`: what was kept since `value` was asked. Nothing: nothing was, and what the state says counts.
  std::optional<std::string> kept(const audit::StateKey& key) const;
  void keep(const std::vector<audit::StateChange>& changes);  // within `change`

  // Within `change`: is all on disk that was changed of these, by desk and `keep`, before this change? Each is "conversation ID",
  // "customer ID" or Desk::kSwitch.
  bool on_disk(const std::vector<std::string>& subjects) const;

  // Whose conversation it is: from memory, else from the state. Empty: not known.
  std::string customer_of(const std::string& conversation);
  bool learn(const std::string& conversation, const std::string& customer);  // within `change`; false: it was known
  // Within `change`: what `learn` was told since customer_of was asked. Empty: nothing.
  std::string learned(const std::string& conversation) const;

 private:
  void refresh(bool first) {
    if (log_ == nullptr) return;
    const std::uint64_t ground = log_->ground();
    if (!first && ground == ground_) return;
    desk_.load(log_->state());
    customers_ = older_customers_ = {};
    newest_ = older_ = {};
    last_change_.clear();
    ground_ = ground;
  }
  void make_room();
  void changed(const Numbers& numbers);

  audit::Log* log_;
  std::mutex mutex_;
  Desk desk_;
  std::uint64_t ground_ = 0;
  // By two generations: what is in neither is in the state long since. Without a log all are kept.
  std::unordered_map<std::string, std::string> customers_, older_customers_;  // of conversations
  std::map<audit::StateKey, std::optional<std::string>> newest_, older_;
  std::vector<std::string> kept_now_;                           // subjects of `keep`, of the change that is under way
  std::unordered_map<std::string, std::uint64_t> last_change_;  // of a subject: its number, on disk long since or not
  std::size_t most_changes_ = 1'024;                            // before those that are on disk are forgotten
};

audit::StateKey conversation_key(std::string_view conversation);
// What the customer asked last in it, while no answer has gone out to it.
audit::StateKey question_key(std::string_view conversation);

}  // namespace caveat::gate
