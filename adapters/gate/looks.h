// Looks: what is only read: conversations, hand-offs, queues, the switch, decisions, explanations, proofs. What opens sealed bodies is
// recorded as `viewed` before it is shown.
//
// Promises   a bot sees its own decisions, by codes; an agent the hand-offs of his queues and those that he has, and the decisions of
//            these; a confidential rule shows to nobody here
// Threads    all calls may run together
// Errors     none are thrown
// Source     http.md "Paths", operation.md "People and rights"
#pragma once

#include "adapters/gate/floor.h"
#include "adapters/gate/gate.h"
#include "adapters/gate/past.h"
#include "adapters/gate/told_to_wait.h"

namespace caveat::gate {

class Looks {
 public:
  Looks(const GateOptions& options, Floor& floor, ToldToWait& told_to_wait)
      : options_(options), floor_(floor), told_to_wait_(told_to_wait) {}
  Reply look(const Query& query, const Caller& caller);
  const Code* hidden(const PastDecision& past, const Caller& caller);  // why he may not read it; null: he may

 private:
  Reply conversation(const Query& query);
  Reply handoffs(const Query& query, const Caller& caller);
  Reply closed(const Query& query, const Caller& caller);
  Reply handoff(const Query& query, const Caller& caller);
  Reply queues(const Query& query);
  Reply emergency();
  Reply decision(const Query& query, const Caller& caller);
  void give_way(PastDecision& past, Reply& reply);
  Reply proof(const Query& query, const Caller& caller);
  const Code* hidden(const PastDecision& past, const Caller& caller, const audit::LogReader& reader);
  Reply refuse_decision(const Code& code, const Query& query);
  // What is answered where it could not be recorded, and must not be shown.
  std::optional<Reply> record_view(const Caller& caller, const Query& query, const std::vector<std::uint64_t>& indices,
                                   std::string_view customer, std::string_view handoff);

  const GateOptions& options_;
  Floor& floor_;
  ToldToWait& told_to_wait_;
};

}  // namespace caveat::gate
