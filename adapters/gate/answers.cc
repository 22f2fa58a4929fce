// How a turn ends: told once its record is on disk, or why that cannot be, or that its deadline is over; and what it did not tell is told
// again.
#include <exception>
#include <variant>

#include "adapters/gate/gate_inside.h"
#include "adapters/gate/once.h"
#include "adapters/gate/record.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/reply.h"

namespace caveat::gate {

void Gate::Inside::committed(const TurnPtr& turn, const audit::Appended& appended) {
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
    refuse(*turn, storage_problem(failed.why.code(), turn->caller->audience == decide::Audience::bot
                                                         ? std::string()
                                                         : failed.why.message(turn->language)));
  }
  finish(turn);
}

// `cause`: of the log or its keys.
Problem Gate::Inside::storage_problem(const Code& cause, std::string found) const {
  return wire::problem(
      cause.name.starts_with("key") ? wire::codes::kKeys : wire::codes::kStorage,
      unstored(cause, options_.disk, "a decision that is on disk before it is answered", std::move(found)));
}

void Gate::Inside::fail(const TurnPtr& turn, Progress& progress, const Problem& problem) {
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

void Gate::Inside::leave_and_answer(const TurnPtr& turn) {
  {
    const std::lock_guard lock(mutex_);
    leave_lines(turn);
  }
  answer(turn);
}

// Takes it out of the overlay and answers it and those that repeat it.
void Gate::Inside::finish(const TurnPtr& turn, bool in_memory) {
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

void Gate::Inside::answer(const TurnPtr& turn) {
  if (!turn->answered.exchange(true)) tell(turn->done, std::move(turn->reply));
  const std::lock_guard lock(mutex_);
  if (turn->among_deadlines) deadlines_.erase(*std::exchange(turn->among_deadlines, std::nullopt));
  left();
}

// What the one who is told throws is his own loss: it is answered, and nobody else pays for it.
void Gate::Inside::tell(Done& told, Reply reply) {
  const Done done = std::exchange(told, nullptr);
  try {
    done(std::move(reply));
  } catch (...) {  // there is nobody whom it could be told
  }
}

// Its deadline is over: it is answered, and goes on. True: it had not been answered yet.
bool Gate::Inside::miss(Turn& turn) {
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

template <class Which>
void Gate::Inside::tell_again(Which which) {
  Missed missed;
  std::vector<audit::StateChange> changes;
  try {
    Floor::Numbers numbers = floor_.change(options_.log == nullptr ? 0 : 1, [&](Desk&, std::uint64_t) {
      missed = which();
      if (missed.lost && *missed.lost) missed = {};
      if (missed.decision.empty()) return;
      if (missed.once)
        changes =
            start_anew({.conversation = missed.conversation, .customer = missed.customer}, options_.clock->wall_us());
      if (const audit::StateKey key = question_key(missed.conversation); !missed.question.empty() && !floor_.kept(key))
        changes.push_back({.key = key, .value = missed.question});
      floor_.keep(changes);
    });
    if (changes.empty() || options_.log == nullptr) return numbers.give_up();
    audit::SealedRecord sealed = options_.log->seal(event_record(
        audit::Kind::delivery_missed, audit::DeliveryMissed{.decision = missed.decision},
        {.customer = missed.customer, .conversation = missed.conversation, .handoff = {}, .decision = missed.decision},
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

// What a turn says is whole once it tells something: until then another thread may be at it.
void Gate::Inside::tell_again(Turn& turn) {
  tell_again([&turn] {
    return turn.told.empty() ? Missed{}
                             : Missed{.decision = turn.told,
                                      .conversation = std::string(turn.request.conversation_id()),
                                      .customer = turn.customer,
                                      .once = turn.told_once,
                                      .question = turn.question,
                                      .lost = turn.lost};
  });
}

void Gate::Inside::tell_again(std::vector<Missed> missed) {
  for (Missed& one : missed) {
    tell_again([&one] { return std::exchange(one, {}); });
    if (one.decision.empty()) continue;  // else nobody asked: the state cannot be read now
    const std::lock_guard lock(mutex_);
    missed_.push_back(std::move(one));
  }
}

void Gate::Inside::left() {  // under mutex_
  if (--under_way_ == 0) all_answered_.notify_all();
}

}  // namespace caveat::gate
