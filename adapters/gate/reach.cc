#include "adapters/gate/reach.h"

#include <algorithm>

#include "adapters/gate/queues.h"
#include "engine/decide/topics.h"

namespace caveat::gate {
namespace {

bool takes(const std::string& name, const decide::Ruleset& rules, const decide::Request& request,
           decide::Scratch& scratch) {
  const program::Program& program = *rules.program;
  bool declared = false;
  for (std::uint32_t topic = 0; topic < program.topics().size(); ++topic) {  // packs may share a name
    const auto names = program.strings(program.topics()[topic].names);
    if (std::none_of(names.begin(), names.end(), [&](program::Str one) { return program.text(one) == name; })) continue;
    declared = true;
    if (decide::is_of_topic(rules, request, topic, scratch) != Kleene::no) return true;
  }
  return !declared;
}

}  // namespace

Reach reach(const Switch& state, const decide::Ruleset& rules, const decide::Request& request,
            decide::Scratch& scratch) {
  if (state.all.on) return {.taken = true, .queue = state.all.queue, .topic = {}};
  for (const auto& [name, lever] : state.topics)
    if (lever.on && takes(name, rules, request, scratch)) return {.taken = true, .queue = lever.queue, .topic = name};
  return {};
}

Reach reach(const Switch& state) {
  if (state.all.on) return {.taken = true, .queue = state.all.queue, .topic = {}};
  for (const auto& [name, lever] : state.topics)
    if (lever.on) return {.taken = true, .queue = lever.queue, .topic = name};
  return {};
}

Ticket of_switch(const Reach& reach, const program::Program& program, std::string_view otherwise) {
  const std::uint32_t queue = queue_of(program, reach.queue, otherwise);
  Ticket ticket;
  ticket.standing = Standing::asked;
  ticket.cause = decide::name(decide::Cause::switched);
  if (queue == program::kNone) return ticket;
  ticket.queue = program.queue_name(queue);
  ticket.priority = program.queues()[queue].priority;
  return ticket;
}

}  // namespace caveat::gate
