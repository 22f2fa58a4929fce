// Command and Query: what callers ask of the gate besides verdicts: to change something, which is recorded, or to read it.
//
//   gate.perform({.kind = Command::Kind::take_handoff, .target = id, .if_match = "3"}, caller, done);
//   Reply reply = gate.look({.kind = Query::Kind::conversation, .target = "c-77"}, caller);
//
// Promises   the server's table checks roles by path; what hangs on data (queues, whose decision, who has a ticket) is checked here
// Source     http.md "Paths"
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/language.h"
#include "engine/base/problem.h"

namespace caveat::gate {

struct Command {
  enum class Kind : std::uint8_t {
    open_handoff,        // body {conversation | customer, queue, reason, priority?, take?}; created: 201
    take_handoff,        // {}
    pass_handoff,        // {queue, note}
    return_handoff,      // {note?, customer_agreed}
    close_handoff,       // {outcome, note?, conversation_to?: "bot", customer_agreed}
    throw_switch,        // {on, topic?, queue?, reason}
    note_handoff,        // {note, customer_withdrew?}: a word on a ticket, which stays where it is
    confirm_deliveries,  // {decision, text_digest, at?, channel?, part?}, or a list of at most 1,000
  };
  Kind kind = {};
  std::string target = {};  // the hand-off's id
  std::string if_match =
      {};  // the version that was read: `"3"`, `3` or `*`; needed for take … close, a note and the switch
  std::string body = {};              // JSON; empty is {}
  Language language = Language::en;   // of problems
  std::optional<Problem> amiss = {};  // with how it was sent: the command is refused, with what else is wrong
};

struct Query {
  enum class Kind : std::uint8_t {
    conversation,  // target: its id
    handoffs,      // list: queue, state, customer, cursor, limit
    handoff,       // viewed
    queues,
    switch_,
    decision,     // viewed; a bot its own, codes only
    explanation,  // viewed; reader, language
    proof,        // tlog-proof@v1 as text; problem not_found, or `pending` while no checkpoint covers it
  };
  Kind kind = {};
  std::string target = {};
  std::string queue = {}, state = {}, customer = {}, cursor = {};  // of a list
  std::size_t limit = 50;
  std::string reader = "officer";  // of an explanation: bot, customer, officer
  Language language = Language::en;
  std::optional<Problem> amiss = {};  // of a list, as of a command
  std::string purpose = {};           // why it is looked at; stands in the record `viewed`
};

}  // namespace caveat::gate
