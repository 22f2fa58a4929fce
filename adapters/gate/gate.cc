#include "adapters/gate/gate.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <iterator>
#include <map>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/gate/errands.h"
#include "adapters/gate/floor.h"
#include "adapters/gate/held.h"
#include "adapters/gate/lines.h"
#include "adapters/gate/looks.h"
#include "adapters/gate/once.h"
#include "adapters/gate/queues.h"
#include "adapters/gate/reach.h"
#include "adapters/gate/record.h"
#include "adapters/gate/requirements.h"
#include "adapters/gate/ticket_json.h"
#include "adapters/gate/told_to_wait.h"
#include "adapters/gate/turn.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/reply.h"
#include "adapters/wire/turn.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "engine/base/uuid.h"
#include "engine/decide/satisfied.h"

namespace caveat::gate {

namespace {

using TurnPtr = std::shared_ptr<Turn>;

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

constexpr int kAgain = 8;  // times that a turn is judged anew since somebody moved its hand-off meanwhile

// What may be decided on the thread that took it, where a slow turn would hold up whoever else that thread serves. A turn's own size
// bounds what reading it and its texts can cost; its items how often a rule is judged; what turns have taken of late, costly rules and
// a slow disk below the state; and a disk that has stopped shows in the log first, which writes all the time.
constexpr std::size_t kSmallBytes = 16u << 10, kFewItems = 64;
constexpr std::uint64_t kQuickNs = 250'000, kOutlierNs = 2'000'000, kStalledNs = 100'000'000;

}  // namespace

class Gate::Inside {
 public:
  explicit Inside(GateOptions options)
      : options_(std::move(options)),
        floor_(options_.log, options_.default_queue),
        errands_(options_, floor_, told_to_wait_),
        looks_(options_, floor_, told_to_wait_) {
    if (options_.log == nullptr) known_.reserve(options_.remembered);
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options_.threads); ++i)
      workers_.emplace_back([this] { work(); });
  }

  ~Inside() {
    wait_for_all();
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    ready_or_stop_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void take(std::string_view bytes, std::shared_ptr<const Caller> caller, const TakeOptions& take, Done done) {
    auto turn = std::make_shared<Turn>(spare_requests_);
    turn->done = std::move(done);
    turn->caller = std::move(caller);
    turn->language = take.language.value_or(options_.language);
    turn->deadline_ns = take.deadline_ns;
    turn->counted = !take.of_batch;
    try {
      read(bytes, take, options_, *turn);
    } catch (const std::exception&) {
      refuse(*turn, wire::problem(wire::codes::kInternal, {.path = "",
                                                           .expected = "a request that can be read",
                                                           .found = "an error of ours",
                                                           .nearest = {},
                                                           .hint = {}}));
    }
    const bool quick = take.here && is_quick(bytes, *turn);
    ScratchPtr scratch;
    {
      const std::lock_guard lock(mutex_);
      if (turn->reply.problem == nullptr) refuse_overload(*turn);
      const bool refused = turn->reply.problem != nullptr;
      if (quick && !refused) scratch = spare_scratch();
      if (!refused && turn->deadline_ns != 0)
        turn->among_deadlines = deadlines_.emplace_hint(deadlines_.end(), turn->deadline_ns, turn);
      bool first = refused;
      try {
        first = refused || lines_.stand(turn);
      } catch (...) {  // no memory: it is nowhere, and whoever took it is told
        if (turn->among_deadlines) deadlines_.erase(*std::exchange(turn->among_deadlines, std::nullopt));
        throw;
      }
      ++under_way_;
      if (!first) return keep_scratch(std::move(scratch));
      if (!take.here || !(refused || quick)) return make_ready(std::move(turn));
    }
    if (turn->reply.problem != nullptr) return answer(turn);
    judge(turn, *scratch);
    const std::lock_guard lock(mutex_);
    keep_scratch(std::move(scratch));
  }

  void perform(const Command& command, const Caller& caller, Done done) {
    auto errand = std::make_shared<Errand>(Errand{command, caller, std::move(done)});
    const std::lock_guard lock(mutex_);
    ++under_way_;
    ready_.push_back({nullptr, std::move(errand)});
    ready_or_stop_.notify_one();
  }

  Reply look(const Query& query, const Caller& caller) { return looks_.look(query, caller); }
  const Code* hidden(const PastDecision& past, const Caller& caller) { return looks_.hidden(past, caller); }

  std::size_t tick() {
    std::vector<TurnPtr> late;
    std::vector<Missed> missed;
    {
      const std::lock_guard lock(mutex_);
      missed.swap(missed_);
      const std::uint64_t now = options_.clock->steady_ns();
      while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        deadlines_.begin()->second->among_deadlines.reset();
        late.push_back(std::move(deadlines_.begin()->second));
        deadlines_.erase(deadlines_.begin());
      }
    }
    std::size_t done = 0;
    tell_again(std::move(missed));
    for (const TurnPtr& turn : late) done += miss(*turn) ? 1 : 0;
    try {
      done += errands_.escalate_overdue();
    } catch (const std::exception&) {  // storage: the next tick tries again
    }
    return done;
  }

  void drain() {
    wait_for_all();
    std::vector<Missed> missed;
    {
      const std::lock_guard lock(mutex_);
      missed.swap(missed_);
    }
    tell_again(std::move(missed));  // once more: no tick comes any more
    wait_for_all();
  }

  std::size_t under_way() const {
    const std::lock_guard lock(mutex_);
    return under_way_;
  }

 private:
  void wait_for_all() {
    std::unique_lock lock(mutex_);
    all_answered_.wait(lock, [&] { return under_way_ == 0; });
  }

  // Under mutex_.
  void refuse_overload(Turn& turn) {
    if (options_.waiting > 0 && under_way_ >= options_.waiting) {
      return refuse(turn, wire::problem(wire::codes::kOverloaded,
                                        {.path = "",
                                         .expected = "at most " + std::to_string(options_.waiting) + " turns that wait",
                                         .found = std::to_string(under_way_),
                                         .nearest = {},
                                         .hint = {}}));
    }
    if (options_.waiting_a_key == 0 || !turn.counted) return;
    for (const std::string& key : turn.keys) {
      const std::size_t waiting = lines_.waiting(key);
      if (waiting < options_.waiting_a_key) continue;
      return refuse(turn,
                    wire::problem(wire::codes::kKeyQueueFull,
                                  {.path = "",
                                   .expected = "at most " + std::to_string(options_.waiting_a_key) + " turns that wait",
                                   .found = std::to_string(waiting),
                                   .nearest = {},
                                   .hint = {}}));
    }
  }

  // May it be decided on the thread that took it, as far as anybody can tell before?
  bool is_quick(std::string_view bytes, const Turn& turn) const {
    if (bytes.size() > kSmallBytes || pace_ns_.load(std::memory_order_relaxed) > kQuickNs) return false;
    if (turn.reply.problem != nullptr) return true;
    const decide::Request& request = turn.request;
    if ((request.products() + 1) * (request.actions() + 1) * (request.recipients() + 1) > kFewItems) return false;
    return awaited_.load(std::memory_order_relaxed) == 0 ||
           options_.clock->steady_ns() < log_moved_ns_.load(std::memory_order_relaxed) + kStalledNs;
  }

  // What turns take, the newest weighing an eighth. One that was only interrupted must not count for a hundred.
  void keep_pace(std::uint64_t begun_ns) {
    const std::uint64_t took = std::min(options_.clock->steady_ns() - begun_ns, kOutlierNs);
    const std::uint64_t pace = pace_ns_.load(std::memory_order_relaxed);
    pace_ns_.store(pace - pace / 8 + took / 8, std::memory_order_relaxed);
  }

  // Under mutex_: a scratch of those that threads decide with that are not the gate's own.
  using ScratchPtr = std::unique_ptr<decide::Scratch>;
  ScratchPtr spare_scratch() {
    if (scratches_.empty()) return std::make_unique<decide::Scratch>(options_.limits);
    ScratchPtr scratch = std::move(scratches_.back());
    scratches_.pop_back();
    return scratch;
  }
  void keep_scratch(ScratchPtr scratch) noexcept {
    try {
      if (scratch) scratches_.push_back(std::move(scratch));
    } catch (const std::bad_alloc&) {  // the next one makes its own
    }
  }

  // ---- places in line (all under mutex_)

  void leave_lines(const TurnPtr& turn) {
    lines_.leave(turn, [this](const Lines::PlacePtr& next) { make_ready(std::static_pointer_cast<Turn>(next)); });
  }

  void make_ready(TurnPtr turn) {
    ready_.push_back({std::move(turn), nullptr});
    ready_or_stop_.notify_one();
  }

  // ---- workers

  struct Work {
    TurnPtr turn;
    std::shared_ptr<Errand> errand;
  };

  void work() {
    decide::Scratch scratch(options_.limits);
    for (;;) {
      Work next;
      {
        std::unique_lock lock(mutex_);
        ready_or_stop_.wait(lock, [&] { return stopping_ || !ready_.empty(); });
        if (ready_.empty()) return;
        next = std::move(ready_.front());
        ready_.pop_front();
      }
      if (next.errand)
        run(next.errand);
      else if (next.turn->reply.problem != nullptr)
        answer(next.turn);
      else
        judge(next.turn, scratch);
    }
  }

  void run(const std::shared_ptr<Errand>& errand) {
    errands_.run(errand->command, errand->caller, [this, errand](const Reply& reply) {
      tell(errand->done, reply);
      const std::lock_guard lock(mutex_);
      left();
    });
  }

  // What is thrown where a failure is told leaves nothing to go on with, on whichever thread: the log has what was answered.
  void judge(const TurnPtr& turn, decide::Scratch& scratch) noexcept {
    const std::uint64_t begun = options_.clock->steady_ns();
    judge(turn, scratch, begun);
    keep_pace(begun);
  }

  void judge(const TurnPtr& turn, decide::Scratch& scratch, std::uint64_t begun) {
    Progress progress;
    try {
      if (options_.stages) turn->reply.begun_ns = begun;
      if (turn->deadline_ns != 0 && begun >= turn->deadline_ns) {
        miss(*turn);
        return leave_and_answer(turn);
      }
      if (is_repeat(turn)) return;
      if (turn->refusal) {
        turn->reply = *std::exchange(turn->refusal, std::nullopt);
        return leave_and_answer(turn);
      }
      if (!whose(*turn)) return leave_and_answer(turn);
      decide_turn(turn, scratch, progress);
    } catch (const caveat::Error& error) {
      // a bot is not told paths
      fail(turn, progress,
           storage_problem(error.code(), turn->caller->audience == decide::Audience::bot
                                             ? std::string()
                                             : error.message(turn->language)));
    } catch (const std::exception&) {
      fail(turn, progress,
           wire::problem(
               wire::codes::kInternal,
               {.path = "", .expected = "a decision", .found = "an error of ours", .nearest = {}, .hint = {}}));
    }
  }

  // Whose conversation it is. An id that comes in mid-conversation counts from then on; another one is refused.
  bool whose(Turn& turn) {
    const std::string conversation(turn.request.conversation_id()), said(turn.request.customer_id());
    const std::string known = floor_.customer_of(conversation);
    turn.customer = said.empty() ? known : said;
    if (known.empty() || said.empty() || known == said) return true;
    refuse(turn, wire::problem(wire::codes::kConflict, {.path = "/customer/id",
                                                        .expected = "the customer whose conversation it is",
                                                        .found = "another one",
                                                        .nearest = {},
                                                        .hint = {}}));
    return false;
  }

  Seen see(const Turn& turn, const Desk& desk, std::uint64_t ground) const {
    const Desk::Here here = desk.find(turn.request.conversation_id(), turn.customer);
    Seen seen{.standing = here.standing,
              .ticket = here.ticket == nullptr ? std::string() : here.ticket->id,
              .holder = here.ticket == nullptr ? std::string() : here.ticket->holder,
              .switch_version = desk.emergency().version,
              .ground = ground,
              .asked = here.asked,
              .held = {}};
    for (std::size_t i = 0; i < turn.request.recipients(); ++i) {
      if (holds(desk.find({}, turn.request.recipient_id(i)).standing))
        seen.held.push_back(static_cast<std::uint32_t>(i));
    }
    return seen;
  }

  struct Progress {  // how far a turn has come
    bool in_line = true, in_overlay = false, changed = false;
    std::optional<Floor::Numbers> numbers;
  };

  void decide_turn(const TurnPtr& turn, decide::Scratch& scratch, Progress& progress) {
    const program::Program& program = *turn->rules->program;
    if (options_.log != nullptr) (void)options_.log->keys().data_key(turn->customer, options_.clock->wall_us());
    for (int time = 0; time < kAgain; ++time) {
      if (time > 0 && !whose(*turn)) return leave_and_answer(turn);  // a hand-off may have said it meanwhile
      std::optional<Switch> thrown;
      const Seen seen = floor_.look([&](const Desk& desk, std::uint64_t ground) {
        if (desk.emergency().thrown()) thrown = desk.emergency();
        return see(*turn, desk, ground);
      });
      if (turn->by_person && !turn->caller->is_local) {
        const Cell& cell = at(Move::person_turn, seen.standing);
        const Code* code = cell.effect == Effect::refuse     ? cell.code
                           : seen.holder != turn->caller->id ? cell.other
                                                             : nullptr;
        if (code != nullptr) {
          refuse(*turn, author_problem(*code));
          progress.in_line = false;
          return leave_and_answer(turn);
        }
      }
      Round round;
      if (!ask_again(*turn, round)) return leave_and_answer(turn);
      round.switched = thrown ? reach(*thrown, *turn->rules, turn->request, scratch) : Reach();
      const Whose whose{.conversation = turn->request.conversation_id(), .customer = turn->customer};
      const decide::Decision* first =
          &decide::decide(*turn->rules, turn->request, {.held = seen.held}, round.met.requirements, scratch);
      const std::vector<decide::Once> used = used_up(program, turn->request, whose, first->told_once,
                                                     [&](const audit::StateKey& key) { return floor_.value(key); });
      if (!used.empty())
        first = &decide::decide(*turn->rules, turn->request, {.used = used, .held = seen.held}, round.met.requirements,
                                scratch);
      const decide::Decision& decision = *first;
      round.unmet = at(Move::turn, seen.standing).effect == Effect::judge && !turn->by_person &&
                    !round.switched.taken && decision.verdict == decide::Verdict::require && round.over;
      // Of the decision, and of each ticket that it may open, join or close.
      const bool hands_off = decision.has_handoff || round.switched.taken || round.unmet;
      const std::size_t records = 1 + (hands_off ? 1 : seen.asked);
      std::string decision_id = Uuid::make(*options_.clock, *options_.random).to_string();
      std::vector<Moved> moved;  // first the ticket at hand
      Ticket ticket;             // at hand, after it
      std::vector<audit::StateChange> changes;
      bool again = false;
      progress.numbers.emplace(floor_.change(records, [&](Desk& desk, std::uint64_t ground) {
        // Whose conversation it is may have been said meanwhile: he may be held.
        const std::string learned = floor_.learned(std::string(turn->request.conversation_id()));
        if (see(*turn, desk, ground) != seen || (!learned.empty() && learned != turn->customer)) {
          again = true;
          return;
        }
        progress.changed = true;
        moved = move(*turn, program, decision, seen, round, decision_id, desk, changes);
        next_round(*turn, program, decision, seen, round, decision_id, changes);
        // What was answered for want of time brought nothing to the customer: its disclosures are told again.
        if (!turn->caller->confirms && !turn->answered && goes_out(*turn, seen, round)) {
          const std::vector<audit::StateChange> own =
              told_changes(told(program, turn->request, decision.told_once), whose, options_.clock->wall_us());
          floor_.keep(own);
          if (!own.empty()) {
            turn->lost = std::make_shared<std::atomic<bool>>(false);
            turn->told = decision_id;
          }
          changes.insert(changes.end(), own.begin(), own.end());
        }
        if (!moved.empty())
          ticket = moved.front().ticket;
        else if (const Ticket* there = desk.open(seen.ticket))
          ticket = *there;
        if (!turn->customer.empty() && !turn->request.conversation_id().empty()) learn(*turn, changes);
        round.firm = options_.durable || floor_.on_disk(stands_on(*turn));
        const std::lock_guard lock(mutex_);
        overlay_.emplace(turn->keys.front(), turn);
        progress.in_overlay = true;
        leave_lines(turn);
        progress.in_line = false;
      }));
      if (again) continue;
      Applied applied;
      apply(*turn, program, decision, seen, round, ticket, applied);
      return record(turn, decision, applied, moved, ticket, round, std::move(decision_id), std::move(changes),
                    progress);
    }
    throw std::runtime_error("its hand-off did not come to rest");
  }

  // ---- the round trip of `require`

  struct Round {
    std::uint64_t number = 0;  // of this turn in its chain, the first request not counted
    Microseconds until = 0;    // what it continues is asked for until then; 0: it continues nothing
    Microseconds since = 0;    // its matter was first asked about then; 0: only now
    bool over = false;         // the last one, or too late: what is still required then goes to a person
    bool unmet = false;        // and so it is
    bool firm = false;         // what it stands on cannot be lost any more
    Met met;
    Reach switched;  // the emergency switch takes it
  };

  // What the rules came to is what applies to it.
  static bool goes_out(const Turn& turn, const Seen& seen, const Round& round) {
    return at(Move::turn, seen.standing).effect == Effect::judge && !turn.by_person && !round.switched.taken &&
           !round.unmet;
  }

  // What the turn continues, and what it brings. False: it is refused.
  bool ask_again(Turn& turn, Round& round) {
    if (turn.continuation.decision.empty()) return true;
    const auto cannot = [&](std::string expected) {
      refuse(turn, wire::problem(wire::codes::kBadContinuation, {.path = "/continues",
                                                                 .expected = std::move(expected),
                                                                 .found = "\"" + turn.continuation.decision + "\"",
                                                                 .nearest = {},
                                                                 .hint = {}}));
      return false;
    };
    const std::optional<std::string> value = floor_.value(asked_key(turn.continuation.decision));
    const std::optional<Asked> asked = value ? decode_asked(*value) : std::nullopt;
    if (!asked || asked->caller != turn.caller->id)
      return cannot("a decision of this caller's that requires something and was not continued yet");
    if (asked->conversation != turn.request.conversation_id() || asked->customer != turn.customer)
      return cannot("a decision of this conversation and customer");
    const Microseconds now = options_.clock->wall_us();
    round.number = asked->rounds + 1;
    round.until = asked->until;
    if (is_same(asked->matter, turn.matter)) round.since = asked->since;
    round.over = round.number >= kRounds || now > asked->until;
    std::optional<Problem> problem;
    round.met = check(
        *turn.rules->program, *asked, turn.continuation, *turn.caller, turn.matter, now, options_.clock_skew,
        [&](const audit::StateKey& key) { return floor_.value(key); }, problem);
    if (!problem) return true;
    refuse(turn, *problem);
    return false;
  }

  // Under the floor's lock: the decision that was continued is done with; this one may be continued in its turn.
  void next_round(const Turn& turn, const program::Program& program, const decide::Decision& decision, const Seen& seen,
                  const Round& round, const std::string& decision_id, std::vector<audit::StateChange>& changes) {
    if (turn.by_person) return;
    std::vector<audit::StateChange> own;
    // What is held back, or taken by the switch, has served nothing: what it brought serves when the customer is back, and what was
    // asked for may still be continued.
    const bool waits = at(Move::turn, seen.standing).effect != Effect::judge || round.switched.taken;
    if (!turn.continuation.decision.empty() && !waits) {
      own.push_back({.key = asked_key(turn.continuation.decision), .value = std::nullopt});
      own.insert(own.end(), round.met.used.begin(), round.met.used.end());
    }
    if (goes_out(turn, seen, round) && decision.verdict == decide::Verdict::require) {
      Asked asked{.caller = turn.caller->id,
                  .conversation = std::string(turn.request.conversation_id()),
                  .customer = turn.customer,
                  .rounds = round.number,
                  .until = round.until != 0 ? round.until : options_.clock->wall_us() + kAskedFor,
                  .names = {},
                  .matter = turn.matter,
                  .since = round.since != 0 ? round.since : options_.clock->wall_us(),
                  .met = {}};
      for (const decide::Required& one : decision.requires_) {
        if (!one.is_fact)
          asked.names.push_back(requirement_full_name(program, one.index));
        else if (!program.slot_path(one.index).starts_with("customer."))
          asked.matter.content.clear();  // what comes of facts is not known yet: consent to it is asked for then
      }
      for (const auto& [index, until] : round.met.until)
        asked.met.emplace_back(requirement_full_name(program, index), until);
      own.push_back({.key = asked_key(decision_id), .value = encode(asked)});
    }
    floor_.keep(own);
    for (audit::StateChange& change : own) changes.push_back(std::move(change));
  }

  // Under the floor's lock: what the turn does to the hand-off.
  std::vector<Moved> move(const Turn& turn, const program::Program& program, const decide::Decision& decision,
                          const Seen& seen, const Round& round, const std::string& decision_id, Desk& desk,
                          std::vector<audit::StateChange>& changes) {
    const Microseconds now = options_.clock->wall_us();
    const std::string conversation(turn.request.conversation_id());
    Moved moved;
    std::vector<Moved> others;
    if (const Ticket* there = desk.open(seen.ticket);
        there != nullptr && there->customer.empty() && !turn.customer.empty() && there->conversation == conversation) {
      moved = desk.became_known(seen.ticket, turn.customer);
    }
    if (!turn.by_person && !(conversation.empty() && turn.customer.empty())) {
      Moved more;
      const bool judged = at(Move::turn, seen.standing).effect == Effect::judge;
      if (decision.has_handoff && decision.handoff.hold) {
        more = desk.wish(Move::hold, Uuid::make(*options_.clock, *options_.random).to_string(),
                         wish_of(turn, program, decision, decision_id), now);
      } else if (judged && (decision.has_handoff || round.switched.taken || round.unmet)) {
        Wish wish = wish_of(turn, program, decision, decision_id);
        if (round.switched.taken || round.unmet) {  // as `apply` tells it
          const std::uint32_t queue = queue_of(program, round.switched.queue, options_.default_queue);
          wish.queue = queue == program::kNone ? std::string() : std::string(program.queue_name(queue));
          wish.priority = queue == program::kNone ? std::uint8_t{2} : program.queues()[queue].priority;
          wish.due = due_in(program, queue, turn.request.at());
          wish.cause = decide::name(round.switched.taken ? decide::Cause::switched : decide::Cause::missing);
        }
        more = desk.wish(Move::ask, Uuid::make(*options_.clock, *options_.random).to_string(), wish, now);
      } else if (judged && decision.verdict <= decide::Verdict::revise && decision.has_say) {
        others = desk.answered(conversation, turn.customer, now);
        for (const Moved& closed : others) floor_.keep(changes_of(closed.ticket));
        // What was asked here is the ticket at hand, of which the customer may have become known.
        if (!others.empty() && (moved.ticket.id.empty() || others.front().ticket.id == moved.ticket.id)) {
          more = std::move(others.front());
          others.erase(others.begin());
        }
      }
      if (more.record || !more.ticket.id.empty()) {
        if (!more.record && moved.ticket.id == more.ticket.id) more.ticket = moved.ticket;
        moved = std::move(more);
      }
    }
    std::vector<Moved> all;
    if (!moved.ticket.id.empty()) all.push_back(std::move(moved));
    std::move(others.begin(), others.end(), std::back_inserter(all));
    for (const Moved& one : all) {
      for (audit::StateChange& change : changes_of(one.ticket)) changes.push_back(std::move(change));
    }
    return all;
  }

  static Wish wish_of(const Turn& turn, const program::Program& program, const decide::Decision& decision,
                      const std::string& decision_id) {
    Wish wish;
    wish.conversation = turn.request.conversation_id();
    wish.customer = turn.customer;
    wish.decision = decision_id;
    if (!decision.has_handoff) return wish;
    const decide::HandOff& handoff = decision.handoff;
    if (handoff.queue != program::kNone) wish.queue = program.queue_name(handoff.queue);
    wish.priority = handoff.priority;
    if (handoff.due_seconds != program::kNoDue) wish.due = due_at(turn.request.at(), handoff.due_seconds);
    wish.cause = decide::name(handoff.cause);
    for (const decide::Reason& reason : decision.reasons) {
      if (reason.verdict != decide::Verdict::handoff) continue;
      wish.rules.emplace_back(program.rule_id(reason.rule));
      wish.confidential |= program.rule_is_confidential(reason.rule);
    }
    std::sort(wish.rules.begin(), wish.rules.end());
    wish.rules.erase(std::unique(wish.rules.begin(), wish.rules.end()), wish.rules.end());
    return wish;
  }

  // Under the floor's lock: whose conversation it is, if that is news.
  void learn(const Turn& turn, std::vector<audit::StateChange>& changes) {
    const std::string conversation(turn.request.conversation_id());
    if (!floor_.learn(conversation, turn.customer)) return;
    changes.push_back({.key = conversation_key(conversation), .value = turn.customer});
  }

  void apply(const Turn& turn, const program::Program& program, const decide::Decision& decision, const Seen& seen,
             const Round& round, const Ticket& ticket, Applied& applied) const {
    if (turn.by_person) return applied.advice(decision, turn.request);
    if (at(Move::turn, seen.standing).effect == Effect::hold_back) {
      return applied.held(decision, turn.request, queue_of(program, ticket.queue, options_.default_queue),
                          ticket.priority, ticket.due, Ruling::held);
    }
    if (round.unmet || (round.switched.taken && !(decision.has_handoff && decision.handoff.hold))) {
      const std::uint32_t queue = queue_of(program, round.switched.queue, options_.default_queue);
      return applied.held(
          decision, turn.request, queue, queue == program::kNone ? std::uint8_t{2} : program.queues()[queue].priority,
          due_in(program, queue, turn.request.at()), round.switched.taken ? Ruling::switched : Ruling::unmet);
    }
    applied.judged(decision);
  }

  // How long the last ones waited in the queue that is told.
  std::optional<Microseconds> expected_wait(const program::Program& program, std::uint32_t queue) {
    if (queue == program::kNone) return std::nullopt;
    const Microseconds now = options_.clock->wall_us();
    return floor_.look(
        [&](const Desk& desk, std::uint64_t) { return desk.expected_wait(program.queue_name(queue), now); });
  }

  void record(const TurnPtr& turn, const decide::Decision& decision, const Applied& applied,
              const std::vector<Moved>& moved, const Ticket& ticket, const Round& round, std::string decision_id,
              std::vector<audit::StateChange> changes, Progress& progress) {
    Reply& reply = turn->reply;
    reply.verdict = applied.decision().verdict;
    reply.decision_id = std::move(decision_id);
    const bool held = applied.ruling() == Ruling::held;
    const std::string topic = applied.ruling() == Ruling::switched ? round.switched.topic : std::string();
    const std::string handoff = applied.decision().has_handoff || turn->by_person ? ticket.id : std::string();
    const program::Program& program = *turn->rules->program;
    wire::ReplyFrame frame{.decision_id = reply.decision_id,
                           .audience = turn->caller->audience,
                           .advice = turn->by_person ? &decision : nullptr,
                           .not_met = round.met.not_met};
    if (applied.decision().has_handoff) {
      std::uint32_t queue = applied.decision().handoff.queue;
      if (!handoff.empty()) {  // as the ticket has it, to the microsecond: the turn may have joined one that is there
        queue = queue_of(program, ticket.queue, options_.default_queue);
        frame.handoff = {.id = handoff,
                         .queue = queue == program::kNone ? std::string_view() : program.queue_name(queue),
                         .priority = ticket.priority,
                         .due = ticket.due,
                         .state = held ? public_name(ticket.standing) : std::string_view()};
      }
      frame.expected_wait = expected_wait(program, queue);
    }
    reply.body = wire::reply_json(*turn->rules, turn->request, applied.decision(), frame);
    if (options_.outcomes) reply.outcome = wire::outcome_json(*turn->rules, turn->request, decision);
    if (options_.stages) reply.decided_ns = options_.clock->steady_ns();
    if (options_.log == nullptr) {
      reply.body = wire::with_receipt(std::move(reply.body), std::nullopt);
      return finish(turn, true);
    }
    const bool early = round.firm && goes_early(applied, changes);
    audit::SealedRecord sealed = options_.log->seal(record_of({.rules = *turn->rules,
                                                               .request = turn->request,
                                                               .judged = decision,
                                                               .applied = applied,
                                                               .continuation = turn->continuation,
                                                               .decision_id = reply.decision_id,
                                                               .reply = reply.body,
                                                               .handoff = handoff.empty() ? ticket.id : handoff,
                                                               .customer = turn->customer,
                                                               .content = turn->content,
                                                               .request_key = turn->keys.front(),
                                                               .met = round.met.requirements,
                                                               .switched_topic = topic,
                                                               .early = early,
                                                               .changes = std::move(changes)},
                                                              options_.log->keys()));
    std::vector<audit::SealedRecord> of_tickets;
    for (const Moved& one : moved)
      if (one.record) of_tickets.push_back(options_.log->seal(moved_record(one, {}, std::nullopt, false)));
    if (options_.stages) reply.sealed_ns = options_.clock->steady_ns();
    if (early) tell_early(*turn);
    // From here on the log answers, whatever happens. The later one first: so both are ready when the first is, and go in one commit.
    audit::AppendDone recorded = [this, turn](const audit::Appended& appended) {
      log_moved_ns_.store(options_.clock->steady_ns(), std::memory_order_relaxed);
      awaited_.fetch_sub(1, std::memory_order_relaxed);
      committed(turn, appended);
    };
    if (awaited_.load(std::memory_order_relaxed) == 0)
      log_moved_ns_.store(options_.clock->steady_ns(), std::memory_order_relaxed);
    awaited_.fetch_add(1, std::memory_order_relaxed);
    const std::uint64_t place = progress.numbers->claim(0);
    for (std::size_t i = 0; i < of_tickets.size(); ++i)
      options_.log->fulfil(progress.numbers->claim(i + 1), std::move(of_tickets[i]), [](const audit::Appended&) {});
    progress.numbers.reset();
    options_.log->fulfil(place, std::move(sealed), std::move(recorded));
  }

  // Before the log has it: from then on what becomes of the turn's reply is no longer this thread's.
  void tell_early(Turn& turn) {
    Reply sent = turn.reply;
    sent.body = wire::with_receipt(std::move(sent.body), std::nullopt);
    sent.sealed_ns = 0;  // there is no commit to be told of
    overtake(turn, sent, true);
    if (!turn.answered.exchange(true)) tell(turn.done, sent);
  }

  // Whose hand-offs, and what was told once, a turn was judged by. Whose conversation it is may be lost: it was said all the same.
  static std::vector<std::string> stands_on(const Turn& turn) {
    std::vector<std::string> all{std::string(Desk::kSwitch)};
    if (!turn.request.conversation_id().empty())
      all.push_back("conversation " + std::string(turn.request.conversation_id()));
    if (!turn.customer.empty()) all.push_back("customer " + turn.customer);
    for (std::size_t i = 0; i < turn.request.recipients(); ++i)
      all.push_back("customer " + std::string(turn.request.recipient_id(i)));
    return all;
  }

  // Without waiting for the disk, where the operator chose so: the bot's own text, of a turn that changes nothing that a later one
  // stands on, while the log takes what it is given. That it stands on nothing that may be lost is the round's to say.
  bool goes_early(const Applied& applied, const std::vector<audit::StateChange>& changes) const {
    const decide::Verdict verdict = applied.decision().verdict;
    return !options_.durable && log_takes_.load(std::memory_order_relaxed) && applied.ruling() == Ruling::judged &&
           changes.empty() && verdict != decide::Verdict::require && verdict != decide::Verdict::handoff;
  }

  // ---- the same id again

  // True: the turn is a repeat, or its id stood for something else; it has left its lines and is, or will be, answered.
  bool is_repeat(const TurnPtr& turn) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto pending = overlay_.find(turn->keys.front()); pending != overlay_.end()) {
        const TurnPtr first = pending->second;
        if (first->content == turn->content) {
          first->repeats.push_back(turn);
          leave_lines(turn);
          return true;
        }
        refuse_reused(*turn);
        leave_lines(turn);
      } else if (const Remembered* known = remembered(turn->keys.front())) {
        if (known->content == turn->content) {
          turn->reply = known->reply;
          turn->reply.replayed = true;
        } else {
          refuse_reused(*turn);
        }
        leave_lines(turn);
      } else if (options_.log == nullptr) {
        return false;
      }
    }
    if (turn->reply.problem != nullptr || turn->reply.replayed) {
      overtake(*turn, turn->reply, false);
      answer(turn);
      return true;
    }
    const std::optional<audit::StateEntry> entry = options_.log->state().read(idempotency_key(turn->keys.front()));
    if (!entry) return false;
    if (entry->value == idempotency_value(turn->content, options_.log->keys())) {
      turn->reply = recorded_reply(*options_.log, entry->index, turn->id);
      turn->reply.replayed = true;
      overtake(*turn, turn->reply, false);
    } else {
      refuse_reused(*turn);
    }
    {
      const std::lock_guard lock(mutex_);
      leave_lines(turn);
    }
    answer(turn);
    return true;
  }

  struct Remembered {
    std::string key;
    Digest content;
    Reply reply;
  };
  // Both under mutex_.
  const Remembered* remembered(const std::string& key) const {
    const auto found = known_.find(key);
    return found == known_.end() ? nullptr : found->second;
  }
  // Where they are counted, the newest takes the oldest one's place, and its memory.
  void remember(const Turn& turn) {
    const std::string& key = turn.keys.front();
    if (const auto known = known_.find(key); known != known_.end()) {
      known->second->content = turn.content;
      known->second->reply = turn.reply;
    } else if (options_.remembered == 0 || remembered_.size() < options_.remembered) {
      Remembered& one = remembered_.emplace_back(Remembered{key, turn.content, turn.reply});
      known_.emplace(one.key, &one);
    } else {
      Remembered& one = remembered_[oldest_];
      decltype(known_)::node_type place;  // of the oldest; none: there was no memory for it
      if (const auto oldest = known_.find(one.key); oldest != known_.end() && oldest->second == &one)
        place = known_.extract(oldest);
      one.key = key;
      one.content = turn.content;
      one.reply = turn.reply;
      if (place.empty()) {
        known_.emplace(one.key, &one);
      } else {
        place.key() = one.key;
        known_.insert(std::move(place));
      }
      oldest_ = (oldest_ + 1) % remembered_.size();
    }
  }

  void refuse_reused(Turn& turn) {
    if (turn.refusal) {  // what is wrong with it is mended first
      turn.reply = *turn.refusal;
      return;
    }
    refuse(turn, wire::problem(wire::codes::kIdReused,
                               {.path = "/id",
                                .expected = "the request that this id was first used for, or a new id",
                                .found = turn.id + " with other content",
                                .nearest = {},
                                .hint = "an id belongs to one request for ever"}));
  }

  // A bot's text that would go out although a person has the conversation by now, or is awaited: the waiting text instead
  // (contracts.md 22). `only_person`: a turn that is answered the first time gives way to a person only; a hand-off that waits came of
  // a turn behind it.
  void overtake(const Turn& turn, Reply& reply, bool only_person) {
    try {
      give_way(turn, reply, only_person);
    } catch (const std::exception&) {  // who has the conversation cannot be read: its text stays back
      reply = refusal(turn, storage_problem(audit::codes::kUnreadable, "a state that cannot be read"));
    }
  }

  void give_way(const Turn& turn, Reply& reply, bool only_person) {
    if (reply.problem != nullptr || turn.by_person || reply.verdict == decide::Verdict::handoff) return;
    std::optional<Ticket> by_switch;
    if (!only_person) by_switch = switched(turn);
    if (turn.request.recipients() > 0 && !by_switch) return withhold(turn, reply, only_person);
    Ticket ticket;
    const std::string conversation(turn.request.conversation_id());
    const std::string customer = turn.customer.empty() ? std::string(turn.request.customer_id()) : turn.customer;
    const std::string known = customer.empty() ? floor_.customer_of(conversation) : customer;
    const bool overtaken = floor_.look([&](const Desk& desk, std::uint64_t) {
      const Desk::Here here = desk.find(conversation, known);
      if (only_person ? here.standing != Standing::person : !holds(here.standing)) return false;
      ticket = *here.ticket;
      return true;
    });
    if (!overtaken && !by_switch) return;
    if (!overtaken) ticket = *std::move(by_switch);
    const program::Program& program = *turn.rules->program;
    const std::uint32_t queue = queue_of(program, ticket.queue, options_.default_queue);
    const bool waits = !turn.request.has_outreach() && !turn.request.has_material();
    const std::string text =
        waits ? waiting_text(program, turn.request, whole_texts(turn.request), queue) : std::string();
    reply.body = superseded_json(reply.body, text, ticket);
    if (waits) told_to_wait_.note(reply.decision_id, text);
    reply.verdict = decide::Verdict::handoff;
    reply.superseded = true;
  }

  // A repeat that the emergency switch takes now, as a ticket of that switch would stand: none is opened, since nothing is decided.
  std::optional<Ticket> switched(const Turn& turn) {
    std::optional<Switch> thrown;
    floor_.look([&](const Desk& desk, std::uint64_t) {
      if (desk.emergency().thrown()) thrown = desk.emergency();
      return 0;
    });
    if (!thrown) return std::nullopt;
    decide::Scratch scratch(options_.limits);
    const Reach taken = turn.bound ? reach(*thrown, *turn.rules, turn.request, scratch) : reach(*thrown);
    if (!taken.taken) return std::nullopt;
    return of_switch(taken, *turn.rules->program, options_.default_queue);
  }

  // Of an outreach it is the recipients whom a person has, or is awaited for, by now: as it would be judged with them held.
  void withhold(const Turn& turn, Reply& reply, bool only_person) {
    const std::vector<std::uint32_t> held = floor_.look([&](const Desk& desk, std::uint64_t) {
      std::vector<std::uint32_t> all;
      for (std::size_t i = 0; i < turn.request.recipients(); ++i) {
        const Standing standing = desk.find({}, turn.request.recipient_id(i)).standing;
        if (only_person ? standing == Standing::person : holds(standing)) all.push_back(static_cast<std::uint32_t>(i));
      }
      return all;
    });
    if (held.empty()) return;
    decide::Scratch scratch(options_.limits);
    std::vector<std::string_view> withheld;
    if (!turn.bound) {
      for (const std::uint32_t one : held) withheld.push_back(turn.request.recipient_id(one));
    } else {
      for (const decide::ItemVerdict& item :
           decide::decide(*turn.rules, turn.request, {.held = held}, {}, scratch).items)
        if (item.recipient && item.verdict >= decide::Verdict::block &&
            std::binary_search(held.begin(), held.end(), item.index))
          withheld.push_back(item.id);
    }
    Withheld now = withheld_json(reply.body, withheld);
    if (!now.any) return;
    reply.body = std::move(now.body);
    reply.verdict = std::max(reply.verdict, now.all ? decide::Verdict::block : decide::Verdict::revise);
    reply.superseded = true;
  }

  // ---- ends

  void committed(const TurnPtr& turn, const audit::Appended& appended) {
    log_takes_.store(std::holds_alternative<audit::Committed>(appended), std::memory_order_relaxed);
    if (const auto* place = std::get_if<audit::Committed>(&appended)) {
      turn->reply.body =
          wire::with_receipt(std::move(turn->reply.body),
                             wire::Receipt{.log = options_.log->origin(), .index = place->index, .leaf = place->leaf});
      turn->reply.recorded = true;
      if (options_.committed && turn->reply.sealed_ns != 0)
        options_.committed(options_.clock->steady_ns() - turn->reply.sealed_ns);
      overtake(*turn, turn->reply, true);
      // Whoever asked has gone by then, tick or no tick: nothing of it was told.
      if (turn->deadline_ns != 0 && options_.clock->steady_ns() >= turn->deadline_ns) miss(*turn);
    } else {
      if (turn->lost) *turn->lost = true;
      const auto& failed = std::get<audit::AppendFailed>(appended);
      refuse(*turn, storage_problem(*failed.code,
                                    turn->caller->audience == decide::Audience::bot ? std::string() : failed.message));
    }
    finish(turn);
  }

  // `cause`: of the log or its keys.
  Problem storage_problem(const Code& cause, std::string found) const {
    return wire::problem(
        cause.name.starts_with("key") ? wire::codes::kKeys : wire::codes::kStorage,
        unstored(cause, options_.disk, "a decision that is on disk before it is answered", std::move(found)));
  }

  void fail(const TurnPtr& turn, Progress& progress, const Problem& problem) {
    if (progress.changed && progress.numbers) floor_.forsake();  // others may stand by now on what is not recorded
    progress.numbers.reset();
    if (turn->lost) *turn->lost = true;
    refuse(*turn, problem);
    if (progress.in_line) {
      const std::lock_guard lock(mutex_);
      leave_lines(turn);
    }
    if (progress.in_overlay)
      finish(turn);
    else
      answer(turn);
  }

  void leave_and_answer(const TurnPtr& turn) {
    {
      const std::lock_guard lock(mutex_);
      leave_lines(turn);
    }
    answer(turn);
  }

  // Takes it out of the overlay and answers it and those that repeat it.
  void finish(const TurnPtr& turn, bool in_memory = false) {
    std::vector<TurnPtr> repeats;
    {
      const std::lock_guard lock(mutex_);
      if (in_memory) remember(*turn);
      overlay_.erase(turn->keys.front());
      repeats.swap(turn->repeats);
    }
    for (const TurnPtr& repeat : repeats) {
      repeat->reply = turn->reply;
      repeat->reply.replayed = turn->reply.problem == nullptr;
      answer(repeat);
    }
    answer(turn);
  }

  void answer(const TurnPtr& turn) {
    if (!turn->answered.exchange(true)) tell(turn->done, turn->reply);
    const std::lock_guard lock(mutex_);
    if (turn->among_deadlines) deadlines_.erase(*std::exchange(turn->among_deadlines, std::nullopt));
    left();
  }

  // What the one who is told throws is his own loss: it is answered, and nobody else pays for it.
  static void tell(Done& told, const Reply& reply) {
    const Done done = std::exchange(told, nullptr);
    try {
      done(reply);
    } catch (...) {  // there is nobody whom it could be told
    }
  }

  // Its deadline is over: it is answered, and goes on. True: it had not been answered yet.
  bool miss(Turn& turn) {
    if (turn.answered.exchange(true)) return false;
    tell_again(turn);
    const Problem problem = wire::problem(wire::codes::kDeadline, {.path = "",
                                                                   .expected = "a decision within the deadline",
                                                                   .found = "none yet",
                                                                   .nearest = {},
                                                                   .hint = "the same id brings what was decided"});
    tell(turn.done, refusal(turn, problem));
    return true;
  }

  // What it was to tell did not reach the customer, though its record says so: what counts once counts as not told, from now on, and
  // by a record of its own also after a restart. The answer does not wait for that.
  struct Missed {
    std::string decision, conversation, customer;
    std::shared_ptr<const std::atomic<bool>> lost;  // its turn's: a decision that the log does not have told nothing
  };

  // What a turn says is whole once it tells something: until then another thread may be at it.
  void tell_again(Turn& turn) {
    tell_again([&turn] {
      return turn.told.empty() ? Missed{}
                               : Missed{.decision = turn.told,
                                        .conversation = std::string(turn.request.conversation_id()),
                                        .customer = turn.customer,
                                        .lost = turn.lost};
    });
  }

  void tell_again(std::vector<Missed> missed) {
    for (Missed& one : missed) {
      tell_again([&one] { return std::exchange(one, {}); });
      if (one.decision.empty()) continue;  // else nobody asked: the state cannot be read now
      const std::lock_guard lock(mutex_);
      missed_.push_back(std::move(one));
    }
  }

  template <class Which>  // asked within the floor's change; no decision: there is nothing to tell again
  void tell_again(Which which) {
    Missed missed;
    std::vector<audit::StateChange> changes;
    try {
      Floor::Numbers numbers = floor_.change(options_.log == nullptr ? 0 : 1, [&](Desk&, std::uint64_t) {
        missed = which();
        if (missed.lost && *missed.lost) missed = {};
        if (missed.decision.empty()) return;
        changes =
            start_anew({.conversation = missed.conversation, .customer = missed.customer}, options_.clock->wall_us());
        floor_.keep(changes);
      });
      if (changes.empty() || options_.log == nullptr) return numbers.give_up();
      audit::SealedRecord sealed = options_.log->seal(event_record(audit::Kind::delivery_missed,
                                                                   audit::DeliveryMissed{.decision = missed.decision},
                                                                   {.customer = missed.customer,
                                                                    .conversation = missed.conversation,
                                                                    .handoff = {},
                                                                    .decision = missed.decision},
                                                                   std::move(changes)));
      audit::AppendDone recorded = [this, missed](const audit::Appended& appended) {
        const std::lock_guard lock(mutex_);
        if (std::holds_alternative<audit::AppendFailed>(appended))
          missed_.push_back(missed);  // the next tick tries again
        left();
      };
      {
        const std::lock_guard lock(mutex_);
        ++under_way_;
      }
      options_.log->fulfil(numbers.claim(0), std::move(sealed), std::move(recorded));
    } catch (const std::exception&) {  // the state cannot be read: its turns go to a person until it can
      if (missed.decision.empty()) return;
      const std::lock_guard lock(mutex_);
      missed_.push_back(std::move(missed));
    }
  }

  void left() {  // under mutex_
    if (--under_way_ == 0) all_answered_.notify_all();
  }

  const GateOptions options_;
  Floor floor_;
  ToldToWait told_to_wait_;
  Errands errands_;
  Looks looks_;
  mutable std::mutex mutex_;
  std::condition_variable ready_or_stop_, all_answered_;
  Lines lines_;
  std::deque<Work> ready_;
  Deadlines deadlines_;
  std::vector<std::unique_ptr<decide::Scratch>> scratches_;
  const std::shared_ptr<SpareRequests> spare_requests_ = std::make_shared<SpareRequests>();
  std::unordered_map<std::string, TurnPtr> overlay_;         // decided, not yet durable; by request key
  std::deque<Remembered> remembered_;                        // without a log
  std::size_t oldest_ = 0;                                   // of them, once there are as many as are to be
  std::unordered_map<std::string_view, Remembered*> known_;  // by their request keys
  std::vector<Missed> missed_;                               // whose records could not be written yet
  std::size_t under_way_ = 0;
  std::atomic<bool> log_takes_{true};      // the last record that was told of is on disk
  std::atomic<std::uint64_t> pace_ns_{0};  // what turns take, of late
  std::atomic<std::uint64_t> awaited_{0},
      log_moved_ns_{0};  // records that the log has not told of; when it last told of one
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

Gate::Gate(GateOptions options) : inside_(std::make_unique<Inside>(std::move(options))) {}
Gate::~Gate() = default;

void Gate::take(std::string_view bytes, const Caller& caller, Done done) {
  inside_->take(bytes, std::make_shared<const Caller>(caller), {}, std::move(done));
}

void Gate::take(std::string_view bytes, const Caller& caller, const TakeOptions& options, Done done) {
  inside_->take(bytes, std::make_shared<const Caller>(caller), options, std::move(done));
}

void Gate::take(std::string_view bytes, std::shared_ptr<const Caller> caller, const TakeOptions& options, Done done) {
  inside_->take(bytes, std::move(caller), options, std::move(done));
}

void Gate::perform(const Command& command, const Caller& caller, Done done) {
  inside_->perform(command, caller, std::move(done));
}

Reply Gate::look(const Query& query, const Caller& caller) { return inside_->look(query, caller); }

const Code* Gate::hidden(const PastDecision& past, const Caller& caller) { return inside_->hidden(past, caller); }

std::size_t Gate::tick() { return inside_->tick(); }

std::size_t Gate::under_way() const { return inside_->under_way(); }

Reply Gate::decide(std::string_view bytes, const Caller& caller) {
  std::promise<Reply> answered;
  take(bytes, caller, [&](const Reply& reply) { answered.set_value(reply); });
  return answered.get_future().get();
}

void Gate::drain() { inside_->drain(); }

}  // namespace caveat::gate
