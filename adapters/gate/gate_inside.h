// What a gate is made of. gate.cc has how turns and commands come in, wait in line and find a thread; judging.cc how a turn is decided and
// its record made; repeats.cc what becomes of one that was answered before, or is overtaken by a person; answers.cc how each is told.
//
// Threads    what says so stands under mutex_; a turn that has its place in line is its thread's alone until it leaves it
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/gate/errands.h"
#include "adapters/gate/floor.h"
#include "adapters/gate/gate.h"
#include "adapters/gate/held.h"
#include "adapters/gate/lines.h"
#include "adapters/gate/looks.h"
#include "adapters/gate/reach.h"
#include "adapters/gate/requirements.h"
#include "adapters/gate/told_to_wait.h"
#include "adapters/gate/turn.h"

namespace caveat::gate {

using TurnPtr = std::shared_ptr<Turn>;

class Gate::Inside {
 public:
  explicit Inside(GateOptions options)
      : options_(std::move(options)),
        floor_(options_.log, options_.default_queue),
        errands_(options_, floor_, told_to_wait_),
        looks_(options_, floor_, told_to_wait_) {
    // An id is new, nearly always: where there is much room that is known from an empty place alone.
    if (options_.log == nullptr) known_.reserve(4 * options_.remembered);
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options_.threads); ++i)
      workers_.emplace_back([this] { work(); });
  }
  ~Inside();

  void take(std::string_view bytes, std::shared_ptr<const Caller> caller, const TakeOptions& take, Done done);
  void perform(const Command& command, const Caller& caller, Done done);
  Reply look(const Query& query, const Caller& caller) { return looks_.look(query, caller); }
  const Code* hidden(const PastDecision& past, const Caller& caller) { return looks_.hidden(past, caller); }
  std::size_t tick();
  void drain();
  std::size_t under_way() const;

 private:
  struct Errand {
    Command command;
    Caller caller;
    Done done;
  };

  // What a turn is judged under: it must still be so when its record takes its place.
  struct Seen {
    Standing standing = Standing::bot;
    std::string ticket, holder;
    std::uint64_t switch_version = 0, ground = 0;
    std::size_t asked = 0;            // tickets that an answer would close
    std::vector<std::uint32_t> held;  // recipients of an outreach whom a person has or is awaited for, by position
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  // ---- gate.cc
  void wait_for_all();
  void refuse_overload(Turn& turn);  // under mutex_
  bool is_quick(std::string_view bytes, const Turn& turn) const;
  void keep_pace(std::uint64_t begun_ns);
  // Under mutex_: a scratch of those that threads decide with that are not the gate's own.
  using ScratchPtr = std::unique_ptr<decide::Scratch>;
  ScratchPtr spare_scratch();
  void keep_scratch(ScratchPtr scratch) noexcept;

  // ---- gate.cc: places in line (all under mutex_)
  void leave_lines(const TurnPtr& turn);
  void make_ready(TurnPtr turn);

  // ---- gate.cc: GateOptions::in_order
  void wait_for_place(const Turn& turn);  // until all that were taken before have theirs, or need none
  void have_place(const Turn& turn);      // or need none; once or more

  // ---- gate.cc: workers
  struct Work {
    TurnPtr turn;
    std::shared_ptr<Errand> errand;
  };
  void work();
  void run(const std::shared_ptr<Errand>& errand);

  // ---- judging.cc
  void judge(const TurnPtr& turn, decide::Scratch& scratch) noexcept;
  void judge(const TurnPtr& turn, decide::Scratch& scratch, std::uint64_t begun);
  bool whose(Turn& turn);
  Seen see(const Turn& turn, const Desk& desk, std::uint64_t ground) const;

  struct Progress {  // how far a turn has come
    bool in_line = true, in_overlay = false, changed = false;
    std::optional<Floor::Numbers> numbers;
  };
  void decide_turn(const TurnPtr& turn, decide::Scratch& scratch, Progress& progress);

  struct Round {               // of `require`
    std::uint64_t number = 0;  // of this turn in its chain, the first request not counted
    Microseconds until = 0;    // what it continues is asked for until then; 0: it continues nothing
    Microseconds since = 0;    // its matter was first asked about then; 0: only now
    bool over = false;         // the last one, or too late: what is still required then goes to a person
    bool late = false;         // it is over since it came too late
    bool unmet = false;        // and so it is
    bool firm = false;         // what it stands on cannot be lost any more
    std::string question;      // of an earlier turn, which the answer of this one was read with
    std::string answers;       // the question of an earlier turn that its answer ends, if it goes out
    Met met;
    Reach switched;  // the emergency switch takes it
  };
  static bool goes_out(const Turn& turn, const Seen& seen, const Round& round);
  std::vector<audit::StateChange> asks(const Turn& turn, const program::Program& program,
                                       const decide::Decision& decision, const Seen& seen, Round& round,
                                       decide::Scratch& scratch);
  bool ask_again(Turn& turn, Round& round);
  void next_round(const Turn& turn, const program::Program& program, const decide::Decision& decision, const Seen& seen,
                  const Round& round, const std::string& decision_id, std::vector<audit::StateChange>& changes);
  std::vector<Moved> move(const Turn& turn, const program::Program& program, const decide::Decision& decision,
                          const Seen& seen, const Round& round, const std::string& decision_id, Desk& desk,
                          std::vector<audit::StateChange>& changes);
  static Wish wish_of(const Turn& turn, const program::Program& program, const decide::Decision& decision,
                      const std::string& decision_id);
  void learn(const Turn& turn, std::vector<audit::StateChange>& changes);
  void apply(const Turn& turn, const program::Program& program, const decide::Decision& decision, const Seen& seen,
             const Round& round, const Ticket& ticket, Applied& applied) const;
  std::optional<Microseconds> expected_wait(const program::Program& program, std::uint32_t queue);
  void record(const TurnPtr& turn, const decide::Decision& decision, const Applied& applied,
              const std::vector<Moved>& moved, const Ticket& ticket, const Round& round, std::string decision_id,
              std::vector<audit::StateChange> changes, Progress& progress);
  void tell_early(Turn& turn);
  static std::vector<std::string> stands_on(const Turn& turn);
  bool goes_early(const Applied& applied, const std::vector<audit::StateChange>& changes) const;

  // ---- repeats.cc
  bool is_repeat(const TurnPtr& turn);
  struct Remembered {
    std::string key;
    Content content;
    Reply reply;
  };
  const Remembered* remembered(const std::string& key) const;  // under mutex_, as the next
  void remember(Turn& turn);                                   // which keeps its reply
  void refuse_reused(Turn& turn);
  void overtake(const Turn& turn, Reply& reply, bool only_person);
  void give_way(const Turn& turn, Reply& reply, bool only_person);
  std::optional<Ticket> switched(const Turn& turn);
  void withhold(const Turn& turn, Reply& reply, bool only_person);

  // ---- answers.cc
  void note_unknown(const program::Program& program, const decide::Decision& decision) const;
  void committed(const TurnPtr& turn, const audit::Appended& appended);
  Problem storage_problem(const Code& cause, std::string found) const;
  void fail(const TurnPtr& turn, Progress& progress, const Problem& problem);
  void leave_and_answer(const TurnPtr& turn);
  void finish(const TurnPtr& turn, bool in_memory = false);
  void answer(const TurnPtr& turn);
  static void tell(Done& told, Reply reply);
  bool miss(Turn& turn);
  // What it was to tell did not reach the customer, though its record says so: what counts once counts as not told, and a question that
  // it answered as open, from now on, and by a record of its own also after a restart. The answer does not wait for that.
  struct Missed {
    std::string decision, conversation, customer;
    bool once = false;                              // what counts once is told again
    std::string question;                           // open again, unless there is a newer one
    std::shared_ptr<const std::atomic<bool>> lost;  // its turn's: a decision that the log does not have told nothing
  };
  void tell_again(Turn& turn);
  void tell_again(std::vector<Missed> missed);
  template <class Which>  // asked within the floor's change; no decision: there is nothing to tell again
  void tell_again(Which which);
  void left();  // under mutex_

  const GateOptions options_;
  Floor floor_;
  ToldToWait told_to_wait_;
  Errands errands_;
  Looks looks_;
  mutable std::mutex mutex_;
  std::condition_variable ready_or_stop_, all_answered_, next_place_;
  Lines lines_;
  std::deque<Work> ready_;
  Deadlines deadlines_;
  std::vector<std::unique_ptr<decide::Scratch>> scratches_;
  const std::shared_ptr<SpareRequests> spare_requests_ = std::make_shared<SpareRequests>();
  std::unordered_map<std::string, TurnPtr> overlay_;  // decided, not yet durable; by request key
  std::deque<Remembered> remembered_;                 // without a log
  std::size_t oldest_ = 0;                            // of them, once there are as many as are to be
  // By their request keys. Its places lie together: of a new id one is looked at, and no node.
  boost::unordered_flat_map<std::string_view, Remembered*, std::hash<std::string_view>> known_;
  std::vector<Missed> missed_;  // whose records could not be written yet
  std::size_t under_way_ = 0;
  std::uint64_t taken_ = 0, placed_ = 0;   // in_order: turns taken; of the first so many all have their places
  std::set<std::uint64_t> placed_early_;   // and these beyond
  std::atomic<bool> log_takes_{true};      // the last record that was told of is on disk
  std::atomic<std::uint64_t> pace_ns_{0};  // what turns take, of late
  std::atomic<std::uint64_t> awaited_{0},
      log_moved_ns_{0};  // records that the log has not told of; when it last told of one
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace caveat::gate
