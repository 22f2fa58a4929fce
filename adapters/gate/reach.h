// Reach: whether the emergency switch takes a turn: the one for everything, or one for a topic that the turn is of.
//
// Promises   a topic takes a turn where its condition is true or unknown, and every turn where the loaded packs have no topic by that
//            name any more: which turns it meant cannot be told
// Threads    one Scratch a thread; a Decision that points into it is gone
// Source     contracts.md 18
#pragma once

#include <string>
#include <string_view>

#include "adapters/gate/desk.h"
#include "engine/decide/decide.h"

namespace caveat::gate {

struct Reach {
  bool taken = false;
  std::string queue;  // where the switch sends to; empty: the default queue
  std::string topic;  // empty: everything
};
Reach reach(const Switch& state, const decide::Ruleset& rules, const decide::Request& request,
            decide::Scratch& scratch);

// Of a turn that nobody can read any more, so not tell whether it was of a topic: any takes it.
Reach reach(const Switch& state);
// As a ticket of it would stand, without an id: none is opened.
Ticket of_switch(const Reach& reach, const program::Program& program, std::string_view otherwise);

}  // namespace caveat::gate
