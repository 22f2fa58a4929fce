// Gate: the one door through which every turn goes, whichever way it came in: judged, recorded, then answered.
//
//   Gate gate({.snapshot = &snapshot, .log = log.get(), .clock = &clock, .random = &random});
//   gate.take(bytes, caller, [](const Reply& reply) { send(reply.body); });
//   gate.perform({.kind = Command::Kind::take_handoff, .target = id, .if_match = version}, caller, done);
//   Reply reply = gate.look({.kind = Query::Kind::conversation, .target = "c-77"}, caller);
//
// Promises   `done` is called once for each turn and command, never inside perform nor, but for TakeOptions::here, inside take, never
//            before its record is durable (but see GateOptions::durable);
//            turns that share a request id, a conversation or a customer are decided one after the other, in order of arrival;
//            others never wait for them, and no turn waits for another's commit; the same id with the same content makes one
//            record and equal replies, with other content `id_reused`; from a hand-off that holds until a person ends it no
//            text of a bot's goes out in that conversation and to that customer (conversation.h); whatever goes wrong, the reply
//            to a turn carries a verdict to act on
// Threads    all calls may run together; `done` runs on the gate's or the log's threads, or on that of TakeOptions::here, and must
//            not block long; look waits for the disk where the look itself is recorded
// Errors     none are thrown but for want of memory, and then `done` is not called: a refusal is a Reply whose `problem` is set. The
//            constructor throws what reading the state throws.
//            What `done` throws is dropped
// Lifetime   snapshot, log, clock and random outlive the gate; the destructor waits until every turn is answered
// Cost       take: parse, bind and a place in line, with TakeOptions::here the whole decision and the sealing of its record; memory
//            in the turns that wait and the hand-offs that are open
// Source     contracts.md 1–7, 11, 13, 17–25
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/gate/caller.h"
#include "adapters/gate/command.h"
#include "adapters/gate/snapshot.h"
#include "adapters/gate/unstored.h"
#include "audit/log/log.h"
#include "engine/base/clock.h"
#include "engine/base/limits.h"
#include "engine/base/random.h"

namespace caveat::gate {

struct PastDecision;

struct Reply {
  std::string body;               // one JSON object without a line end: a decision, a ticket …, or a problem
  const Code* problem = nullptr;  // null: a verdict was reached, the command done
  decide::Verdict verdict = decide::Verdict::handoff;
  std::string decision_id;  // empty in a problem
  bool replayed = false;    // a repeat: the reply of then
  bool superseded = false;  // a repeat whose text a hand-off has overtaken
  bool recorded = false;    // it stands in the log
  std::string outcome;      // GateOptions::outcomes: the line of `decide --outcome`
  std::string version;      // of what the body shows: its ETag, without quotes
  bool created = false;     // 201
  std::string next;         // of a list: the cursor of what follows
  bool pending = false;     // a proof that no checkpoint covers yet: 202
  // GateOptions::stages, of a turn that was decided: Clock::steady_ns when its turn came, its reply was made, its record sealed.
  std::uint64_t begun_ns = 0, decided_ns = 0, sealed_ns = 0;
};
using Done = std::function<void(Reply)>;

struct TakeOptions {
  std::uint64_t deadline_ns = 0;  // by Clock::steady_ns; 0: none. Missed: problem `deadline`, and the record may stand
  std::string_view header_id = {};  // Idempotency-Key, if there was one: must be the body's id
  const Problem* amiss = nullptr;   // with how it was sent: the turn is refused, with what else is wrong
  std::optional<Language> language = std::nullopt;  // of problems, where the request names none
  // The turn may be decided on this thread, and `done` be called inside take: where nobody is before it, it is small, and turns have
  // been quick of late. What may take long goes to the gate's threads all the same; what is refused at once is told inside take.
  bool here = false;
  // A line of a batch, which has so many of them under way and no more: it waits for its turn however many wait in its conversation, and
  // takes the room of nobody who comes by himself.
  bool of_batch = false;
};

struct GateOptions {
  const Snapshot* snapshot = nullptr;
  audit::Log* log = nullptr;   // null: nothing is recorded, repeats and hand-offs are known for the life of the gate
  std::size_t remembered = 0;  // without a log: of the newest turns so many at least are known again; 0: all of them
  Clock* clock = nullptr;
  Random* random = nullptr;
  std::size_t threads = 1;  // that decide and seal what is not decided where it was taken
  Limits limits{};
  Microseconds clock_skew =
      5LL * 60 * 1'000'000;          // how far a turn's `at` may be from the clock, but for callers with any_time
  Language language = Language::en;  // of problems, where the request names none
  std::string default_queue = {};    // of hand-offs that nothing sends elsewhere; empty: the packs' own
  bool durable = true;  // false: an answer that changes nothing is told when its record is sealed, not on disk
  bool outcomes = false;
  // Records stand in the order in which their turns were taken, however many threads decide: a turn that is decided waits for those
  // before it to have their places. For a file of turns; who serves many callers lets none wait for another.
  bool in_order = false;
  bool stages = false;  // Reply says how long each took: two more looks at the clock a turn
  // With stages: told of each record of a turn that was committed how long that took, whether its caller still waited or not. On the
  // log's thread, so quick.
  std::function<void(std::uint64_t ns)> committed = {};
  // Told of each fact for want of which a rule of a turn could not be settled, once a turn; of rules that anybody may know of.
  std::function<void(std::string_view fact)> unknown = {};
  std::size_t waiting = 0;  // turns and commands under way; 0: no limit. A turn beyond: `overloaded`; a command never
  // May this one still hold a hand-off? What nobody of today has is free to be taken by whoever serves its queue. Called under locks:
  // quick, and calling nothing of the gate's. None: whoever has one keeps it.
  std::function<bool(std::string_view id)> is_agent = {};
  LookAtDisk disk = {};           // asked where a record could not be written or read, to tell a full disk as one
  std::size_t waiting_a_key = 0;  // turns of one conversation or customer; 0: no limit. Beyond: `key_queue_full`
};

class Gate {
 public:
  explicit Gate(GateOptions options);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void take(std::string_view bytes, const Caller& caller, Done done);
  void take(std::string_view bytes, const Caller& caller, const TakeOptions& options, Done done);
  void take(std::string_view bytes, std::shared_ptr<const Caller> caller, const TakeOptions& options, Done done);
  Reply decide(std::string_view bytes, const Caller& caller);
  void perform(const Command& command, const Caller& caller, Done done);
  Reply look(const Query& query, const Caller& caller);
  // Why the caller may not read a decision of the log, for whoever shows or notes something of one; null: he may. Throws audit::Error.
  const Code* hidden(const PastDecision& past, const Caller& caller);

  // Housekeeping, called every now and then: turns whose deadline is over are answered, tickets whose due time is over
  // escalate. Returns how many did.
  std::size_t tick();

  void drain();  // waits until everything taken so far is answered
  std::size_t under_way() const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace caveat::gate
