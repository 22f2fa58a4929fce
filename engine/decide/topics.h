// Topics: whether a turn is of a topic that a pack declares, for the emergency switch that is thrown for one. It changes no decision by
// itself: the gate asks, and hands the turn to a person.
//
//   const std::uint32_t topic = program.find_topic("loans");
//   if (is_of_topic(rules, request, topic, scratch) != Kleene::no) …
//
// Promises   yes where its condition is true for the turn or any product or action of it; unknown where it is true of none and unknown
//            of some; jurisdictions do not matter: the condition alone says
// Threads    one Scratch a thread; a Decision that points into it is gone
// Source     contracts.md 18
#pragma once

#include <cstdint>

#include "engine/base/kleene.h"
#include "engine/decide/decide.h"

namespace caveat::decide {

Kleene is_of_topic(const Ruleset& ruleset, const Request& request, std::uint32_t topic, Scratch& scratch) noexcept;

}  // namespace caveat::decide
