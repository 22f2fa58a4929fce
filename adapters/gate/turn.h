// Turn: one turn between take and its reply, and how it is read: bytes → what is to be judged, or a refusal.
//
//   read(bytes, how, options, turn);                           // refused: turn.reply.problem
//
// Promises   all that is wrong with it is told at once; whatever is refused carries a verdict to act on, in the request's language as far as it could be read; nothing is
//            decided or looked up here, so it runs on the caller's thread
// Threads    calls for different turns may run together
// Source     decision.md "Request", contracts.md 11, 23
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gate/content.h"
#include "adapters/gate/gate.h"
#include "adapters/gate/lines.h"
#include "adapters/gate/requirements.h"
#include "engine/decide/request.h"

namespace caveat::gate {

// Requests of turns that are over: to bind into one that has grown asks for no memory.
//
// Threads    any
class SpareRequests {
 public:
  using Ptr = std::unique_ptr<decide::Request>;
  Ptr take();
  void keep(Ptr request) noexcept;

 private:
  static constexpr std::size_t kMost = 64, kMostBytes = 64 * 1024;  // of each
  std::mutex mutex_;
  std::vector<Ptr> all_;
};

struct Turn;
using Deadlines = std::multimap<std::uint64_t, std::shared_ptr<Turn>>;  // by Clock::steady_ns

struct Turn : Lines::Place {  // in line by request (the first of its keys), conversation, customer …
  explicit Turn(std::shared_ptr<SpareRequests> spare)
      : spare_requests(std::move(spare)), spare_request(spare_requests->take()), request(*spare_request) {}
  ~Turn() { spare_requests->keep(std::move(spare_request)); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  std::shared_ptr<const decide::Ruleset> rules;
  const std::shared_ptr<SpareRequests> spare_requests;
  SpareRequests::Ptr spare_request;
  decide::Request& request;  // what is in there
  std::shared_ptr<const Caller> caller;
  bool by_person = false;     // answer.author is person
  Continuation continuation;  // `continues`, `satisfied`
  Content content;            // what a repeat is known by
  Matter matter;              // what a proof is bound to, where the packs have requirements
  std::string customer;       // who it is, as far as the conversation or the turn tells
  std::uint64_t number = 0;   // GateOptions::in_order: how many were taken before it
  std::uint64_t deadline_ns = 0;
  std::optional<Deadlines::iterator> among_deadlines;  // under the gate's lock
  Done done;
  std::atomic<bool> answered{false};
  // Within Floor::change: its decision, where that uses up disclosures that count once (told_once) or answers the question of an earlier
  // turn (question).
  std::string told, question;
  bool told_once = false;
  std::shared_ptr<std::atomic<bool>> lost;  // with `told`: its record could not be written
  Reply reply;
  bool bound = false;            // the rules of now can judge it
  std::optional<Reply> refusal;  // what is wrong with it, unless it is the repeat of one that was answered
  std::vector<std::shared_ptr<Turn>> repeats;  // that wait for this one's record

  // of a refused request, and for problems that come later
  std::string id;
  Language language = Language::en;
};

void read(std::string_view bytes, const TakeOptions& take, const GateOptions& options, Turn& turn);

Reply refusal(const Turn& turn, const Problem& problem);
void refuse(Turn& turn, const Problem& problem);
Problem author_problem(const Code& code);  // a person's answer that is not his to give

}  // namespace caveat::gate
