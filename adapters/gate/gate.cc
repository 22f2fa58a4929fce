#include "adapters/gate/gate.h"

#include <algorithm>
#include <exception>
#include <future>
#include <iterator>
#include <new>

#include "adapters/gate/gate_inside.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"

namespace caveat::gate {

namespace {

// What may be decided on the thread that took it, where a slow turn would hold up whoever else that thread serves. A turn's own size
// bounds what reading it and its texts can cost; its items how often a rule is judged; what turns have taken of late, costly rules and
// a slow disk below the state; and a disk that has stopped shows in the log first, which writes all the time.
constexpr std::size_t kSmallBytes = 16u << 10, kFewItems = 64;
constexpr std::uint64_t kQuickNs = 250'000, kOutlierNs = 2'000'000, kStalledNs = 100'000'000;

}  // namespace

Gate::Inside::~Inside() {
  wait_for_all();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_or_stop_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Gate::Inside::take(std::string_view bytes, std::shared_ptr<const Caller> caller, const TakeOptions& take,
                        Done done) {
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
    turn->number = taken_++;
    if (!first) return keep_scratch(std::move(scratch));
    if (!take.here || !(refused || quick)) return make_ready(std::move(turn));
  }
  if (turn->reply.problem != nullptr)
    answer(turn);
  else
    judge(turn, *scratch);
  have_place(*turn);
  const std::lock_guard lock(mutex_);
  keep_scratch(std::move(scratch));
}

void Gate::Inside::perform(const Command& command, const Caller& caller, Done done) {
  auto errand = std::make_shared<Errand>(Errand{command, caller, std::move(done)});
  const std::lock_guard lock(mutex_);
  ++under_way_;
  ready_.push_back({nullptr, std::move(errand)});
  ready_or_stop_.notify_one();
}

std::size_t Gate::Inside::tick() {
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

void Gate::Inside::drain() {
  wait_for_all();
  std::vector<Missed> missed;
  {
    const std::lock_guard lock(mutex_);
    missed.swap(missed_);
  }
  tell_again(std::move(missed));  // once more: no tick comes any more
  wait_for_all();
}

std::size_t Gate::Inside::under_way() const {
  const std::lock_guard lock(mutex_);
  return under_way_;
}

void Gate::Inside::wait_for_all() {
  std::unique_lock lock(mutex_);
  all_answered_.wait(lock, [&] { return under_way_ == 0; });
}

// Under mutex_.
void Gate::Inside::refuse_overload(Turn& turn) {
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
bool Gate::Inside::is_quick(std::string_view bytes, const Turn& turn) const {
  if (bytes.size() > kSmallBytes || pace_ns_.load(std::memory_order_relaxed) > kQuickNs) return false;
  if (turn.reply.problem != nullptr) return true;
  const decide::Request& request = turn.request;
  if ((request.all_products() + 1) * (request.actions() + 1) * (request.recipients() + 1) > kFewItems) return false;
  return awaited_.load(std::memory_order_relaxed) == 0 ||
         options_.clock->steady_ns() < log_moved_ns_.load(std::memory_order_relaxed) + kStalledNs;
}

// What turns take, the newest weighing an eighth. One that was only interrupted must not count for a hundred.
void Gate::Inside::keep_pace(std::uint64_t begun_ns) {
  const std::uint64_t took = std::min(options_.clock->steady_ns() - begun_ns, kOutlierNs);
  const std::uint64_t pace = pace_ns_.load(std::memory_order_relaxed);
  pace_ns_.store(pace - pace / 8 + took / 8, std::memory_order_relaxed);
}

Gate::Inside::ScratchPtr Gate::Inside::spare_scratch() {
  if (scratches_.empty()) return std::make_unique<decide::Scratch>(options_.limits);
  ScratchPtr scratch = std::move(scratches_.back());
  scratches_.pop_back();
  return scratch;
}

void Gate::Inside::keep_scratch(ScratchPtr scratch) noexcept {
  try {
    if (scratch) scratches_.push_back(std::move(scratch));
  } catch (const std::bad_alloc&) {  // the next one makes its own
  }
}

void Gate::Inside::leave_lines(const TurnPtr& turn) {
  lines_.leave(turn, [this](const Lines::PlacePtr& next) { make_ready(std::static_pointer_cast<Turn>(next)); });
}

void Gate::Inside::make_ready(TurnPtr turn) {
  auto at = ready_.end();
  // In order the earliest is decided first: the threads may all be waiting for it to have its place.
  if (options_.in_order)
    while (at != ready_.begin() && std::prev(at)->turn && std::prev(at)->turn->number > turn->number) --at;
  ready_.insert(at, {std::move(turn), nullptr});
  ready_or_stop_.notify_one();
}

void Gate::Inside::wait_for_place(const Turn& turn) {
  if (!options_.in_order) return;
  std::unique_lock lock(mutex_);
  next_place_.wait(lock, [&] { return placed_ >= turn.number; });
}

void Gate::Inside::have_place(const Turn& turn) {
  if (!options_.in_order) return;
  const std::lock_guard lock(mutex_);
  if (turn.number < placed_ || !placed_early_.insert(turn.number).second) return;
  const std::uint64_t before = placed_;
  while (!placed_early_.empty() && *placed_early_.begin() == placed_) {
    placed_early_.erase(placed_early_.begin());
    ++placed_;
  }
  if (placed_ > before) next_place_.notify_all();
}

void Gate::Inside::work() {
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
    if (next.turn) have_place(*next.turn);
  }
}

void Gate::Inside::run(const std::shared_ptr<Errand>& errand) {
  errands_.run(errand->command, errand->caller, [this, errand](Reply reply) {
    tell(errand->done, std::move(reply));
    const std::lock_guard lock(mutex_);
    left();
  });
}

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
