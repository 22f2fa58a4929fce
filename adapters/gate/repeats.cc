// The same id again, and what a person or the switch has overtaken since it was decided: the reply of then, or the waiting text.
#include <algorithm>
#include <exception>

#include "adapters/gate/gate_inside.h"
#include "adapters/gate/past.h"
#include "adapters/gate/queues.h"
#include "adapters/gate/record.h"
#include "adapters/gate/ticket_json.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "audit/codes.h"
#include "engine/decide/satisfied.h"

namespace caveat::gate {

// True: the turn is a repeat, or its id stood for something else; it has left its lines and is, or will be, answered.
bool Gate::Inside::is_repeat(const TurnPtr& turn) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto pending = overlay_.find(turn->keys.front()); pending != overlay_.end()) {
      const TurnPtr first = pending->second;
      if (first->content.is_same(turn->content, options_.limits)) {
        first->repeats.push_back(turn);
        leave_lines(turn);
        return true;
      }
      refuse_reused(*turn);
      leave_lines(turn);
    } else if (const Remembered* known = remembered(turn->keys.front())) {
      if (known->content.is_same(turn->content, options_.limits)) {
        turn->reply = known->reply;
        turn->reply.replayed = true;
      } else {
        refuse_reused(*turn);
      }
      leave_lines(turn);
    } else if (options_.log == nullptr) {
      return false;
    }
  }
  if (turn->reply.problem != nullptr || turn->reply.replayed) {
    overtake(*turn, turn->reply, false);
    answer(turn);
    return true;
  }
  const std::optional<audit::StateEntry> entry = options_.log->state().read(idempotency_key(turn->keys.front()));
  if (!entry) return false;
  if (entry->value == idempotency_value(turn->content.digest(options_.limits), options_.log->keys())) {
    turn->reply = recorded_reply(*options_.log, entry->index, turn->id);
    turn->reply.replayed = true;
    overtake(*turn, turn->reply, false);
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

// Both under mutex_.
const Gate::Inside::Remembered* Gate::Inside::remembered(const std::string& key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : found->second;
}

// Where they are counted, the newest takes the oldest one's place, and its memory.
void Gate::Inside::remember(Turn& turn) {
  const std::string& key = turn.keys.front();
  if (const auto known = known_.find(key); known != known_.end()) {
    known->second->content = std::move(turn.content);
    known->second->reply = turn.reply;
  } else if (options_.remembered == 0 || remembered_.size() < options_.remembered) {
    Remembered& one = remembered_.emplace_back(Remembered{key, std::move(turn.content), turn.reply});
    known_.emplace(one.key, &one);
  } else {
    Remembered& one = remembered_[oldest_];
    if (const auto oldest = known_.find(one.key); oldest != known_.end() && oldest->second == &one)
      known_.erase(oldest);
    one.key = key;
    one.content = std::move(turn.content);
    one.reply = turn.reply;
    known_.emplace(one.key, &one);
    oldest_ = (oldest_ + 1) % remembered_.size();
  }
}

void Gate::Inside::refuse_reused(Turn& turn) {
  if (turn.refusal) {  // what is wrong with it is mended first
    turn.reply = *turn.refusal;
    return;
  }
  refuse(turn,
         wire::problem(wire::codes::kIdReused, {.path = "/id",
                                                .expected = "the request that this id was first used for, or a new id",
                                                .found = turn.id + " with other content",
                                                .nearest = {},
                                                .hint = "an id belongs to one request for ever"}));
}

// A bot's text that would go out although a person has the conversation by now, or is awaited: the waiting text instead
// (contracts.md 22). `only_person`: a turn that is answered the first time gives way to a person only; a hand-off that waits came of
// a turn behind it.
void Gate::Inside::overtake(const Turn& turn, Reply& reply, bool only_person) {
  try {
    give_way(turn, reply, only_person);
  } catch (const std::exception&) {  // who has the conversation cannot be read: its text stays back
    reply = refusal(turn, storage_problem(audit::codes::kUnreadable, "a state that cannot be read"));
  }
}

void Gate::Inside::give_way(const Turn& turn, Reply& reply, bool only_person) {
  if (reply.problem != nullptr || turn.by_person || reply.verdict == decide::Verdict::handoff) return;
  std::optional<Ticket> by_switch;
  if (!only_person) by_switch = switched(turn);
  if (turn.request.recipients() > 0 && !by_switch) return withhold(turn, reply, only_person);
  Ticket ticket;
  const std::string conversation(turn.request.conversation_id());
  const std::string customer = turn.customer.empty() ? std::string(turn.request.customer_id()) : turn.customer;
  const std::string known = customer.empty() ? floor_.customer_of(conversation) : customer;
  const bool overtaken = floor_.look([&](const Desk& desk, std::uint64_t) {
    const Desk::Here here = desk.find(conversation, known);
    if (only_person ? here.standing != Standing::person : !holds(here.standing)) return false;
    ticket = *here.ticket;
    return true;
  });
  if (!overtaken && !by_switch) return;
  if (!overtaken) ticket = *std::move(by_switch);
  const program::Program& program = *turn.rules->program;
  const std::uint32_t queue = queue_of(program, ticket.queue, options_.default_queue);
  const bool waits = !turn.request.has_outreach() && !turn.request.has_material();
  const std::string text =
      waits ? waiting_text(program, turn.request, whole_texts(turn.request), queue) : std::string();
  reply.body = superseded_json(reply.body, text, ticket);
  if (waits) told_to_wait_.note(reply.decision_id, text);
  reply.verdict = decide::Verdict::handoff;
  reply.superseded = true;
}

// A repeat that the emergency switch takes now, as a ticket of that switch would stand: none is opened, since nothing is decided.
std::optional<Ticket> Gate::Inside::switched(const Turn& turn) {
  std::optional<Switch> thrown;
  floor_.look([&](const Desk& desk, std::uint64_t) {
    if (desk.emergency().thrown()) thrown = desk.emergency();
    return 0;
  });
  if (!thrown) return std::nullopt;
  decide::Scratch scratch(options_.limits);
  const Reach taken = turn.bound ? reach(*thrown, *turn.rules, turn.request, scratch) : reach(*thrown);
  if (!taken.taken) return std::nullopt;
  return of_switch(taken, *turn.rules->program, options_.default_queue);
}

// Of an outreach it is the recipients whom a person has, or is awaited for, by now: as it would be judged with them held.
void Gate::Inside::withhold(const Turn& turn, Reply& reply, bool only_person) {
  const std::vector<std::uint32_t> held = floor_.look([&](const Desk& desk, std::uint64_t) {
    std::vector<std::uint32_t> all;
    for (std::size_t i = 0; i < turn.request.recipients(); ++i) {
      const Standing standing = desk.find({}, turn.request.recipient_id(i)).standing;
      if (only_person ? standing == Standing::person : holds(standing)) all.push_back(static_cast<std::uint32_t>(i));
    }
    return all;
  });
  if (held.empty()) return;
  decide::Scratch scratch(options_.limits);
  std::vector<std::string_view> withheld;
  if (!turn.bound) {
    for (const std::uint32_t one : held) withheld.push_back(turn.request.recipient_id(one));
  } else {
    for (const decide::ItemVerdict& item : decide::decide(*turn.rules, turn.request, {.held = held}, {}, scratch).items)
      if (item.recipient && item.verdict >= decide::Verdict::block &&
          std::binary_search(held.begin(), held.end(), item.index))
        withheld.push_back(item.id);
  }
  Withheld now = withheld_json(reply.body, withheld);
  if (!now.any) return;
  reply.body = std::move(now.body);
  reply.verdict = std::max(reply.verdict, now.all ? decide::Verdict::block : decide::Verdict::revise);
  reply.superseded = true;
}

}  // namespace caveat::gate
