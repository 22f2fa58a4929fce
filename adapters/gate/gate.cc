#include "adapters/gate/gate.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/gate/record.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/reply.h"
#include "adapters/wire/turn.h"
#include "audit/error.h"
#include "engine/base/uuid.h"

namespace caveat::gate {

namespace {

// One turn between take and its reply.
struct Turn {
  std::shared_ptr<const decide::Ruleset> rules;
  decide::Request request;
  std::string caller_id;
  decide::Audience audience = decide::Audience::bot;
  Digest content{};               // canonical: what a repeat is known by
  std::vector<std::string> keys;  // of the queues that it stands in
  std::size_t blocked = 0;        // queues in which another is first
  Done done;
  Reply reply;
  std::vector<std::shared_ptr<Turn>> repeats;  // that wait for this one's record

  // of a refused request, and for problems that come later
  std::string id;
  Language language = Language::en;
};
using TurnPtr = std::shared_ptr<Turn>;

}  // namespace

class Gate::Inside {
 public:
  explicit Inside(GateOptions options) : options_(std::move(options)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options_.threads); ++i)
      workers_.emplace_back([this] { work(); });
  }

  ~Inside() {
    drain();
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    ready_or_stop_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void take(std::string_view bytes, const Caller& caller, Done done) {
    auto turn = std::make_shared<Turn>();
    turn->done = std::move(done);
    turn->caller_id = caller.id;
    turn->audience = caller.audience;
    turn->language = options_.language;
    try {
      read(bytes, caller, *turn);
    } catch (const std::exception&) {
      refuse(*turn, wire::problem(wire::codes::kInternal, {.path = "",
                                                           .expected = "a request that can be read",
                                                           .found = "an error of ours",
                                                           .nearest = {},
                                                           .hint = {}}));
    }
    const std::lock_guard lock(mutex_);
    ++under_way_;
    if (turn->reply.problem == nullptr) stand_in_line(turn);
    if (turn->blocked == 0) make_ready(std::move(turn));
  }

  void drain() {
    std::unique_lock lock(mutex_);
    all_answered_.wait(lock, [&] { return under_way_ == 0; });
  }

 private:
  // ---- on the caller's thread: bytes → Request, or a refusal

  void read(std::string_view bytes, const Caller& caller, Turn& turn) {
    thread_local decide::Fields fields;
    Result<void> parsed = wire::parse_turn(bytes, fields, options_.limits);
    turn.id = wire::root_text(fields, "id");
    turn.language = wire::language_of(wire::root_text(fields, "language"), options_.language);
    if (!parsed) return refuse(turn, parsed.error());
    turn.rules = options_.snapshot->get();
    if (!turn.rules || !turn.rules->program) {
      return refuse(turn, wire::problem(wire::codes::kNoPack,
                                        {.path = "", .expected = "rules", .found = "none", .nearest = {}, .hint = {}}));
    }
    decide::BindOptions bind;
    bind.now = options_.clock->wall_us();
    bind.any_source = caller.any_source;
    bind.sources = caller.sources;
    bind.jurisdictions = caller.jurisdictions;
    bind.limits = options_.limits;
    Problem problem;
    if (!decide::bind(*turn.rules->program, fields, bind, turn.request, problem)) return refuse(turn, problem);
    if (const Result<void> judged = wire::something_to_judge(turn.request); !judged)
      return refuse(turn, judged.error());
    if (turn.request.at_given() && !caller.any_time && !time_allowed(turn, bind.now)) return;
    turn.content = wire::canonical_digest(fields);
    turn.keys.push_back("request " + turn.caller_id + " " + turn.id);
    if (!turn.request.conversation_id().empty())
      turn.keys.push_back("conversation " + std::string(turn.request.conversation_id()));
    if (!turn.request.customer_id().empty()) turn.keys.push_back("customer " + std::string(turn.request.customer_id()));
  }

  bool time_allowed(Turn& turn, Microseconds now) {
    const Microseconds at = turn.request.at();
    if (at >= now - options_.clock_skew && at <= now + options_.clock_skew) return true;
    const Code& code = at > now ? wire::codes::kClockSkew : wire::codes::kTimeNotAllowed;
    refuse(turn, wire::problem(code, {.path = "/at",
                                      .expected = "a time within " + std::to_string(options_.clock_skew / 1'000'000) +
                                                  " s of " + format_instant(now, 0),
                                      .found = format_instant(at, turn.request.at_offset()),
                                      .nearest = {},
                                      .hint = {}}));
    return false;
  }

  void refuse(Turn& turn, const Problem& problem) {
    turn.reply = Reply{};
    turn.reply.problem = problem.code;
    turn.reply.body =
        wire::problem_json(problem, {.id = turn.id, .instance = {}, .language = turn.language, .with_verdict = true});
  }

  // ---- tickets (all under mutex_)

  // A place in the queue of each of its keys at once: every queue sees one order, so no two turns wait for each other.
  void stand_in_line(const TurnPtr& turn) {
    for (const std::string& key : turn->keys) {
      std::deque<TurnPtr>& queue = queues_[key];
      queue.push_back(turn);
      if (queue.size() > 1) ++turn->blocked;
    }
  }

  void leave_lines(const TurnPtr& turn) {
    for (const std::string& key : turn->keys) {
      const auto found = queues_.find(key);
      found->second.pop_front();
      if (found->second.empty()) {
        queues_.erase(found);
      } else if (TurnPtr& next = found->second.front(); --next->blocked == 0) {
        make_ready(next);
      }
    }
  }

  void make_ready(TurnPtr turn) {
    ready_.push_back(std::move(turn));
    ready_or_stop_.notify_one();
  }

  // ---- workers

  void work() {
    decide::Scratch scratch(options_.limits);
    for (;;) {
      TurnPtr turn;
      {
        std::unique_lock lock(mutex_);
        ready_or_stop_.wait(lock, [&] { return stopping_ || !ready_.empty(); });
        if (ready_.empty()) return;
        turn = std::move(ready_.front());
        ready_.pop_front();
      }
      if (turn->reply.problem != nullptr)
        answer(turn);
      else
        judge(turn, scratch);
    }
  }

  void judge(const TurnPtr& turn, decide::Scratch& scratch) {
    // The number is taken before anything is read: if a commit that this turn builds on fails, its own number is among
    // those that fail with it.
    std::optional<std::uint64_t> number;
    bool in_line = true, in_overlay = false;
    try {
      if (options_.log != nullptr) number = options_.log->reserve();
      if (is_repeat(turn)) {
        if (number) options_.log->abandon(*number);
        return;
      }
      const decide::Decision& decision = decide::decide(*turn->rules, turn->request, {}, scratch);
      {
        const std::lock_guard lock(mutex_);
        overlay_.emplace(turn->keys.front(), turn);
        in_overlay = true;
        leave_lines(turn);
        in_line = false;
      }
      write_reply(*turn, decision);
      if (options_.log == nullptr) {
        turn->reply.body = wire::with_receipt(std::move(turn->reply.body), std::nullopt);
        finish_in_memory(turn);
        return;
      }
      audit::SealedRecord sealed = options_.log->seal(record_of(recorded_turn(*turn), decision, options_.log->keys()));
      const std::uint64_t place = *number;
      number.reset();  // from here on the log answers, whatever happens
      options_.log->fulfil(place, std::move(sealed),
                           [this, turn](const audit::Appended& appended) { committed(turn, appended); });
    } catch (const caveat::Error& error) {
      // a bot is not told paths
      fail(turn, number, in_line, in_overlay,
           error.code().name.starts_with("key") ? wire::codes::kKeys : wire::codes::kStorage,
           turn->audience == decide::Audience::bot ? std::string(error.code().name) : error.message(turn->language));
    } catch (const std::exception& error) {
      fail(turn, number, in_line, in_overlay, wire::codes::kInternal, error.what());
    }
  }

  void write_reply(Turn& turn, const decide::Decision& decision) {
    Reply& reply = turn.reply;
    reply.verdict = decision.verdict;
    reply.decision_id = Uuid::make(*options_.clock, *options_.random).to_string();
    const std::string handoff_id =
        decision.has_handoff ? Uuid::make(*options_.clock, *options_.random).to_string() : std::string();
    reply.body =
        wire::reply_json(*turn.rules, turn.request, decision,
                         {.decision_id = reply.decision_id, .handoff_id = handoff_id, .audience = turn.audience});
    if (options_.outcomes) reply.outcome = wire::outcome_json(*turn.rules, turn.request, decision);
  }

  RecordedTurn recorded_turn(const Turn& turn) const {
    return {.rules = *turn.rules,
            .request = turn.request,
            .decision_id = turn.reply.decision_id,
            .reply = turn.reply.body,
            .content = turn.content,
            .request_key = turn.keys.front()};
  }

  // ---- the same id again

  // True: the turn is a repeat, or its id stood for something else; it has left its lines and is, or will be, answered.
  bool is_repeat(const TurnPtr& turn) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto pending = overlay_.find(turn->keys.front()); pending != overlay_.end()) {
        const TurnPtr first = pending->second;
        leave_lines(turn);
        if (first->content == turn->content) {
          first->repeats.push_back(turn);
          return true;
        }
        refuse_reused(*turn);
      } else if (const auto known = remembered_.find(turn->keys.front()); known != remembered_.end()) {
        leave_lines(turn);
        if (known->second.first == turn->content) {
          turn->reply = known->second.second;
          turn->reply.replayed = true;
        } else {
          refuse_reused(*turn);
        }
      } else if (options_.log == nullptr) {
        return false;
      }
    }
    if (turn->reply.problem != nullptr || turn->reply.replayed) {
      answer(turn);
      return true;
    }
    const std::optional<audit::StateEntry> entry = options_.log->state().read(idempotency_key(turn->keys.front()));
    if (!entry) return false;
    if (entry->value == idempotency_value(turn->content, options_.log->keys())) {
      turn->reply = recorded_reply(*options_.log, entry->index, turn->id);
      turn->reply.replayed = true;
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

  void refuse_reused(Turn& turn) {
    refuse(turn, wire::problem(wire::codes::kIdReused,
                               {.path = "/id",
                                .expected = "the request that this id was first used for, or a new id",
                                .found = turn.id + " with other content",
                                .nearest = {},
                                .hint = "an id belongs to one request for ever"}));
  }

  // ---- ends

  void committed(const TurnPtr& turn, const audit::Appended& appended) {
    if (const auto* place = std::get_if<audit::Committed>(&appended)) {
      turn->reply.body =
          wire::with_receipt(std::move(turn->reply.body),
                             wire::Receipt{.log = options_.log->origin(), .index = place->index, .leaf = place->leaf});
      turn->reply.recorded = true;
    } else {
      const auto& failed = std::get<audit::AppendFailed>(appended);
      refuse(*turn, storage_problem(wire::codes::kStorage, turn->audience == decide::Audience::bot
                                                               ? std::string(failed.code->name)
                                                               : failed.message));
    }
    finish(turn);
  }

  static Problem storage_problem(const Code& code, std::string found) {
    return wire::problem(code, {.path = "",
                                .expected = "a decision that is on disk before it is answered",
                                .found = std::move(found),
                                .nearest = {},
                                .hint = {}});
  }

  void fail(const TurnPtr& turn, std::optional<std::uint64_t> number, bool in_line, bool in_overlay, const Code& code,
            std::string why) {
    if (number) options_.log->abandon(*number);
    refuse(*turn,
           &code != &wire::codes::kInternal
               ? storage_problem(code, std::move(why))
               : wire::problem(
                     code,
                     {.path = "", .expected = "a decision", .found = "an error of ours", .nearest = {}, .hint = {}}));
    if (in_line) {
      const std::lock_guard lock(mutex_);
      leave_lines(turn);
    }
    if (in_overlay)
      finish(turn);
    else
      answer(turn);
  }

  void finish_in_memory(const TurnPtr& turn) {
    {
      const std::lock_guard lock(mutex_);
      remembered_.emplace(turn->keys.front(), std::pair(turn->content, turn->reply));
    }
    finish(turn);
  }

  // Takes it out of the overlay and answers it and those that repeat it.
  void finish(const TurnPtr& turn) {
    std::vector<TurnPtr> repeats;
    {
      const std::lock_guard lock(mutex_);
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
    turn->done(turn->reply);
    turn->done = nullptr;
    const std::lock_guard lock(mutex_);
    if (--under_way_ == 0) all_answered_.notify_all();
  }

  const GateOptions options_;
  std::mutex mutex_;
  std::condition_variable ready_or_stop_, all_answered_;
  std::unordered_map<std::string, std::deque<TurnPtr>> queues_;
  std::deque<TurnPtr> ready_;
  std::unordered_map<std::string, TurnPtr> overlay_;                      // decided, not yet durable; by request key
  std::unordered_map<std::string, std::pair<Digest, Reply>> remembered_;  // without a log: every id of this run
  std::size_t under_way_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

Gate::Gate(GateOptions options) : inside_(std::make_unique<Inside>(std::move(options))) {}
Gate::~Gate() = default;

void Gate::take(std::string_view bytes, const Caller& caller, Done done) {
  inside_->take(bytes, caller, std::move(done));
}

Reply Gate::decide(std::string_view bytes, const Caller& caller) {
  std::promise<Reply> answered;
  take(bytes, caller, [&](const Reply& reply) { answered.set_value(reply); });
  return answered.get_future().get();
}

void Gate::drain() { inside_->drain(); }

}  // namespace caveat::gate
