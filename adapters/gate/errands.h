// Errands: what callers command and the clock brings about: hand-offs opened, taken, passed, returned, closed, escalated; the switch
// thrown; deliveries confirmed. One a call, on one of the gate's threads.
//
// Promises   `done` once, after the records are durable; nothing of a command that is refused changes anything
// Threads    all calls may run together
// Errors     none are thrown
// Source     http.md "Paths", contracts.md 18–22
#pragma once

#include <functional>
#include <string_view>

#include "adapters/gate/floor.h"
#include "adapters/gate/gate.h"
#include "adapters/gate/told_to_wait.h"
#include "audit/record/events.h"

namespace caveat::gate {

// With which a person closes one; a ticket that a later turn answered has `answered`. What else is to be said is a note.
inline constexpr std::string_view kOutcomes[] = {"resolved", "unresolved", "complaint",   "false_alarm",
                                                 "referred", "withdrawn",  "unreachable", "other"};

class Errands {
 public:
  Errands(const GateOptions& options, Floor& floor, const ToldToWait& told_to_wait)
      : options_(options), floor_(floor), told_to_wait_(told_to_wait) {}

  void run(const Command& command, const Caller& caller, const Done& done);
  std::size_t escalate_overdue();

 private:
  void ticket_moves(const Command& command, const Caller& caller, const Done& done);
  void open(const Command& command, const Caller& caller, const Done& done);
  void throw_switch(const Command& command, const Caller& caller, const Done& done);
  void confirm(const Command& command, const Caller& caller, const Done& done);
  void note(const Command& command, const Caller& caller, const Done& done);
  bool is_gone(const Ticket& ticket) const;  // who has it may hold none any more
  // `there`: the hand-off, if it is open; `agreed`: what the command says of the customer.
  Reply refuse_move(const Code& refusal, const Command& command, const Caller& caller,
                    const std::optional<Ticket>& there, std::optional<bool> agreed);
  void finish(Floor::Numbers numbers, const std::optional<audit::RecordContent>& content, const Command& command,
              const Done& done, Reply reply);

  const GateOptions& options_;
  Floor& floor_;
  const ToldToWait& told_to_wait_;
};

Reply refused(const Problem& problem, Language language);
Reply refused(const Code& code, Language language, std::string path, std::string expected, std::string found);
// Where the log or its keys failed.
Reply not_stored(const Code& cause, const GateOptions& options, Language language, std::string expected,
                 std::string found = {});

}  // namespace caveat::gate
