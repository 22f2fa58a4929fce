// Gate: the one door through which every turn goes, whichever way it came in: judged, recorded, then answered.
//
//   Gate gate({.snapshot = &snapshot, .log = log.get(), .clock = &clock, .random = &random});
//   gate.take(bytes, caller, [](const Reply& reply) { send(reply.body); });
//   Reply reply = gate.decide(bytes, caller);                  // the same, waiting
//
// Promises   `done` is called once for each turn, never inside take, never before its record is durable; turns that share a
//            request id, a conversation or a customer are decided one after the other, in order of arrival; others never
//            wait for them, and no turn waits for another's commit; the same id with the same content makes one record and
//            equal replies, with other content `id_reused`; whatever goes wrong, the reply carries a verdict to act on
// Threads    all calls may run together; `done` runs on the gate's or the log's threads and must not block long
// Errors     none are thrown: a refusal is a Reply whose `problem` is set
// Lifetime   snapshot, log, clock and random outlive the gate; the destructor waits until every turn is answered
// Cost       take: parse, bind and a place in line; memory in the turns that wait
// Source     contracts.md 1–7, 13
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/gate/caller.h"
#include "adapters/gate/snapshot.h"
#include "audit/log/log.h"
#include "engine/base/clock.h"
#include "engine/base/limits.h"
#include "engine/base/random.h"

namespace caveat::gate {

struct Reply {
  std::string body;               // one JSON object without a line end: a decision, or a problem
  const Code* problem = nullptr;  // null: a verdict was reached
  decide::Verdict verdict = decide::Verdict::handoff;
  std::string decision_id;  // empty in a problem
  bool replayed = false;    // a repeat: the reply of then
  bool recorded = false;    // it stands in the log
  std::string outcome;      // GateOptions::outcomes: the line of `decide --outcome`
};
using Done = std::function<void(const Reply&)>;

struct GateOptions {
  const Snapshot* snapshot = nullptr;
  audit::Log* log = nullptr;  // null: nothing is recorded, repeats are known for the life of the gate
  Clock* clock = nullptr;
  Random* random = nullptr;
  std::size_t threads = 1;  // that decide and seal
  Limits limits{};
  Microseconds clock_skew =
      5LL * 60 * 1'000'000;          // how far a turn's `at` may be from the clock, but for callers with any_time
  Language language = Language::en;  // of problems, where the request names none
  bool outcomes = false;
};

class Gate {
 public:
  explicit Gate(GateOptions options);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void take(std::string_view bytes, const Caller& caller, Done done);
  Reply decide(std::string_view bytes, const Caller& caller);
  void drain();  // waits until every turn taken so far is answered

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace caveat::gate
