// What a router is made of. router.cc has how a call begins, is dressed and told of; admission.cc who asks and what is wrong with how he
// asks; handlers.cc what each route does.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/server/router.h"
#include "adapters/wire/codes.h"

namespace caveat::server {

inline ProblemItem item(std::string path, std::string expected, std::string found, std::string hint = {}) {
  return {.path = std::move(path),
          .expected = std::move(expected),
          .found = std::move(found),
          .nearest = {},
          .hint = std::move(hint)};
}

void append_stage(std::string& out, std::string_view name,
                  std::uint64_t ns);  // "NAME;dur=1.234" as Server-Timing has it

class Router::Inside {
 public:
  explicit Inside(RouterOptions options) : options_(std::move(options)) {}

  CallPtr begin(const Head& head);
  void finish(const CallPtr& call, std::string_view body, Done done);
  Response refuse(Call& call, const Code& code, ProblemItem what, std::string_view body);
  CallPtr unread(const Head& head);
  void dress(const Call& call, Response& response);

  // ---- batches
  Response begin_batch(const CallPtr& call);
  void take(std::string_view bytes, const Call& call, const gate::TakeOptions& how, gate::Done answered);
  void batch_line(const CallPtr& call, std::string_view line, Line done);
  std::string batch_problem(const CallPtr& call, const Code& code, ProblemItem what, std::string_view line = {});
  void end_batch(const CallPtr& call, std::size_t lines);

  void set_callers(std::shared_ptr<const Callers> callers);
  std::shared_ptr<const Callers> callers() const;
  void drain() { draining_.store(true); }
  void cut() { cut_.store(true); }
  bool draining() const { return draining_.load(std::memory_order_relaxed); }
  const Caps& caps() const { return options_.caps; }
  Metrics& metrics() { return *options_.metrics; }
  OperationLog& log() { return *options_.log; }

 private:
  // ---- how a call begins
  CallPtr new_call();
  void trace(const Head& head, Call& call);

  // ---- admission.cc: false, not null or refused: he may not ask so
  struct Asker {  // whose key came, if anybody's
    std::shared_ptr<const Callers> among;
    const CallerEntry* entry = nullptr;
  };
  Asker recognise(const Head& head) const;
  bool admit(const Head& head, const Asker& asker, Call& call);
  const Code* lost_leave(Call& call) const;
  void look_at_query(const Call& call, std::vector<Problem>& all) const;
  void look_at_headers(const Head& head, Call& call, std::vector<Problem>& all) const;
  static ProblemItem too_large(std::size_t limit, std::uint64_t found);
  void refuse_method(const CallPtr& call, std::span<const std::string_view> methods, std::string_view found);
  bool too_often(const CallerEntry& caller);
  ProblemItem rate() const;
  void refuse_now(Call& call, const Code& code, ProblemItem what);
  void refuse_now(const CallPtr& call, const Code& code, ProblemItem what) { refuse_now(*call, code, std::move(what)); }

  // ---- handlers.cc
  void run(const CallPtr& call, std::string_view body, const Done& done);
  static Response json(std::string body);
  static Response text(std::string_view type, std::string body);
  void decide(const CallPtr& call, std::string_view body, const Done& done);
  void perform(const CallPtr& call, gate::Command::Kind kind, std::string_view body, const Done& done);
  void look(const CallPtr& call, gate::Query query, const Done& done);
  // Where it may block; what is thrown there is answered too.
  template <class Work>
  void elsewhere(Aside kind, const CallPtr& call, const Done& done, Work work) {
    auto guarded = [this, call, done, work = std::move(work)]() mutable {
      try {
        work();
      } catch (const std::exception& error) {
        broken(call, done, error.what());
      }
    };
    if (options_.aside)
      options_.aside(kind, std::move(guarded));
    else
      guarded();
  }
  void explanation(const CallPtr& call, const Done& done);
  void handoffs(const CallPtr& call, const Done& done);
  static Response gate_response(const Call& call, const gate::Reply& reply);
  static std::string next_page(const Call& call, std::string_view cursor);
  static std::string encoded(std::string_view text);
  static void add_instance(std::string& body, const Call& call);
  static Response turn_response(const Call& call, gate::Reply&& reply, std::uint64_t now);
  // A repeat carries the stages of the first, which are not its own.
  static bool was_decided(const gate::Reply& reply) { return reply.decided_ns != 0 && !reply.replayed; }
  static bool was_sealed(const gate::Reply& reply) { return was_decided(reply) && reply.sealed_ns != 0; }
  std::uint64_t count(const Call& call, const gate::Reply& reply, std::uint64_t began);
  void note_refused(const Call& call, std::string_view code);
  static std::string_view caller_of(const Call& call) {  // empty: nobody who is known
    return call.route != nullptr && call.route->roles != 0 ? std::string_view(call.caller->id) : std::string_view();
  }
  // Whether the log takes records, as the last answer that hung on it had it.
  template <class Now>
  void note_commit(const gate::Reply& reply, const Now& now) {
    if (reply.problem == &wire::codes::kStorage || reply.problem == &wire::codes::kKeys) {
      options_.metrics->commit_failed();
      commit_failed_ns_.store(std::max<std::uint64_t>(1, now()), std::memory_order_relaxed);
    } else if (reply.recorded && !reply.replayed && commit_failed_ns_.load(std::memory_order_relaxed) != 0) {
      commit_failed_ns_.store(0, std::memory_order_relaxed);
    }
  }
  void enter() { options_.metrics->set_waiting(waiting_.fetch_add(1, std::memory_order_relaxed) + 1); }
  void leave() { options_.metrics->set_waiting(waiting_.fetch_sub(1, std::memory_order_relaxed) - 1); }
  void figures(const Done& done);
  void of_the_log(const CallPtr& call, const std::function<std::string()>& service, const Done& done);
  void schema(const CallPtr& call, const Done& done);
  void ready(const CallPtr& call, const Done& done);
  void at_length(const CallPtr& call, const std::function<Served(const Asked&)>& service, std::string body,
                 const Done& done);
  void aside(Aside kind, const CallPtr& call, const std::function<Served(const Asked&)>& service, std::string body,
             const Done& done);

  // ---- problems
  void read_turn(Call& call, std::string_view body) const;
  Response problem_response(const Call& call, const Code& code, ProblemItem what) const;
  Response problem_response(const Call& call, const Problem& problem) const;

  // ---- ends
  static bool has(const Response& response, std::string_view name);
  static void decorate(const Call& call, Response& response, std::uint64_t took_ns);
  void write_exchange(const Call& call, const Response& response, std::uint64_t took_ns, std::int64_t lines) const;
  void broken(const CallPtr& call, const Done& done, std::string_view why) const;

  const RouterOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Callers> callers_;
  std::atomic<bool> draining_{false}, cut_{false};
  std::atomic<std::size_t> at_length_{0};
  std::atomic<std::int64_t> waiting_{0};
  std::mutex pace_mutex_;
  std::map<std::string, std::uint64_t, std::less<>>
      paid_up_ns_;                                  // by caller: up to when what he asked is within his rate
  std::atomic<std::uint64_t> commit_failed_ns_{0};  // 0: the last one went well
};

}  // namespace caveat::server
