// Metrics: the server's own counters in Prometheus' text form, under names that are fixed for ever.
//
//   metrics.decided(decide::Verdict::allow, "rule", nanoseconds);
//   std::string text = metrics.render();
//
// Promises   label sets are closed: routes of the table, statuses, verdicts, codes, the configured callers, declared facts; never an id of a customer or a
//            turn, never a text
// Threads    all calls may run together
// Cost       counting: a few atomic additions
// Source     Prometheus text exposition format 0.0.4
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/base/code.h"
#include "engine/base/units.h"

namespace caveat::server {

// A histogram over fixed bounds, in seconds from 50 µs on.
class Histogram {
 public:
  static constexpr std::uint64_t kBoundsNs[] = {50'000,      100'000,     250'000,     500'000,       1'000'000,
                                                2'500'000,   5'000'000,   10'000'000,  25'000'000,    50'000'000,
                                                100'000'000, 250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000};
  void add(std::uint64_t nanoseconds);
  void render(std::string& out, std::string_view name, std::string_view help) const;

 private:
  static constexpr std::size_t kBounds = sizeof(kBoundsNs) / sizeof(kBoundsNs[0]);
  std::atomic<std::uint64_t> counts_[kBounds + 1]{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

class Metrics {
 public:
  void decided(std::string_view verdict, std::string_view cause, std::uint64_t nanoseconds);
  // A turn that was refused before it was decided: it took no time that would say anything.
  void refused(std::string_view verdict, std::string_view cause);
  // Whose turn it was that a problem answered; empty: of nobody who is known.
  void problem_told(std::string_view caller, std::string_view code);
  void answered(std::string_view method, std::string_view path, int status);  // of the route's pattern
  void reloaded(bool well);
  void staged(std::uint64_t decide_ns, std::uint64_t seal_ns) {
    decide_.add(decide_ns);
    seal_.add(seal_ns);
  }
  // A turn in which a rule that anybody may know of could not be settled for want of this fact.
  void unknown(std::string_view fact);
  void committed(std::uint64_t nanoseconds) { commit_.add(nanoseconds); }
  void commit_failed() { commits_failed_.fetch_add(1, std::memory_order_relaxed); }
  void connection_opened() { connections_.fetch_add(1, std::memory_order_relaxed); }
  void connection_closed() { connections_.fetch_sub(1, std::memory_order_relaxed); }
  void connection_refused() { refused_.fetch_add(1, std::memory_order_relaxed); }
  void set_waiting(std::int64_t turns) { waiting_.store(turns, std::memory_order_relaxed); }

  std::string render() const;

  // For what others count: one family's head, and one line; names and values are escaped.
  static void queues(std::string& out, std::string_view queues_json, Microseconds now);  // of the gate: who waits where
  static void head(std::string& out, std::string_view name, std::string_view type, std::string_view help);
  using Labels = std::vector<std::pair<std::string_view, std::string>>;
  static void line(std::string& out, std::string_view name, const Labels& labels, const std::string& value);

 private:
  mutable std::mutex mutex_;  // the closed label sets below are few, so a map is enough
  std::map<std::tuple<std::string, std::string>, std::uint64_t, std::less<>> decisions_;     // verdict, cause
  std::map<std::tuple<std::string, std::string>, std::uint64_t, std::less<>> problems_;      // caller, code
  std::map<std::tuple<std::string, std::string, int>, std::uint64_t, std::less<>> answers_;  // method, path, status
  std::map<std::string, std::uint64_t, std::less<>> unknown_;                                // by fact
  Histogram duration_, decide_, seal_, commit_;
  std::atomic<std::int64_t> connections_{0}, waiting_{0};
  std::atomic<std::uint64_t> refused_{0}, reloads_{0}, reloads_failed_{0}, commits_failed_{0};
};

}  // namespace caveat::server
