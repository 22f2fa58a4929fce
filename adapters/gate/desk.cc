#include "adapters/gate/desk.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "adapters/gate/queues.h"
#include "adapters/wire/codes.h"
#include "engine/base/cbor.h"

namespace caveat::gate {
namespace {

constexpr std::uint64_t kPassesBeforeEscalation = 3;
constexpr std::size_t kWaitsMeasured = 9;              // of a queue
constexpr Microseconds kLately = 3'600LL * 1'000'000;  // a wait of longer ago says nothing of now

const audit::StateKey& switch_key() {
  static const audit::StateKey key{.kind = audit::StateKind::setting, .subject = "switch", .discriminator = {}};
  return key;
}

void encode(cbor::Encoder& out, const Lever& lever) {
  out.integer(1);
  out.boolean(lever.on);
  out.integer(2);
  out.text(lever.by);
  out.integer(3);
  out.text(lever.reason);
  out.integer(4);
  out.text(lever.queue);
  out.integer(5);
  out.integer(lever.since);
}

std::string encode(const Switch& state) {
  cbor::Encoder out;
  const auto named = [&out](const std::string& name, const Lever& lever) {
    out.map(6);
    encode(out, lever);
    out.integer(6);
    out.text(name);
  };
  out.map(6U + (state.topics.empty() ? 0 : 1) + (state.history == nullptr ? 0 : 1));
  encode(out, state.all);
  out.integer(6);
  out.unsigned_integer(state.version);
  if (!state.topics.empty()) {
    out.integer(7);
    out.array(state.topics.size());
    for (const auto& [name, lever] : state.topics) named(name, lever);
  }
  if (state.history != nullptr) {
    out.integer(8);
    out.array(state.history->size());
    for (const Thrown& one : *state.history) named(one.topic, one.lever);
  }
  return out.take();
}

const cbor::Value& lever_member(const cbor::Value& map, int key) {
  const cbor::Value* found = map.kind == cbor::Value::Kind::map ? map.find(key) : nullptr;
  if (found == nullptr) throw std::runtime_error("the switch in the state cannot be read");
  return *found;
}

Lever decode_lever(const cbor::Value& map) {
  return {.on = lever_member(map, 1).number != 0,
          .by = std::string(lever_member(map, 2).string),
          .reason = std::string(lever_member(map, 3).string),
          .queue = std::string(lever_member(map, 4).string),
          .since = lever_member(map, 5).as_integer().value_or(0)};
}

// Of before there was a history: the last change of each is known.
std::shared_ptr<const std::vector<Thrown>> last_changes(const Switch& state) {
  std::vector<Thrown> all;
  if (state.all.since != 0) all.push_back({{}, state.all});
  for (const auto& [name, lever] : state.topics) all.push_back({name, lever});
  if (all.empty()) return nullptr;
  std::stable_sort(all.begin(), all.end(),
                   [](const Thrown& a, const Thrown& b) { return a.lever.since < b.lever.since; });
  return std::make_shared<const std::vector<Thrown>>(std::move(all));
}

Switch decode_switch(std::string_view encoded) {
  const Result<cbor::Value> map = cbor::decode(encoded);
  if (!map) throw std::runtime_error("the switch in the state cannot be read");
  Switch state{.all = decode_lever(*map), .topics = {}, .version = lever_member(*map, 6).number};
  if (const cbor::Value* topics = map->find(7)) {
    for (const cbor::Value& topic : topics->items)
      state.topics.emplace(std::string(lever_member(topic, 6).string), decode_lever(topic));
  }
  if (const cbor::Value* history = map->find(8)) {
    std::vector<Thrown> all;
    for (const cbor::Value& one : history->items)
      all.push_back({std::string(lever_member(one, 6).string), decode_lever(one)});
    state.history = std::make_shared<const std::vector<Thrown>>(std::move(all));
  } else {
    state.history = last_changes(state);
  }
  return state;
}

// Later than every time that is named.
constexpr Microseconds kNever = INT64_MAX;

bool more_urgent(const Wish& wish, const Ticket& ticket) {
  return std::tuple(wish.priority, wish.due.value_or(kNever)) <
         std::tuple(ticket.priority, ticket.due.value_or(kNever));
}

template <class Rule>
void unite(std::vector<Rule>& rules, const std::vector<Rule>& more) {
  rules.insert(rules.end(), more.begin(), more.end());
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
}

// What a caller says who asks for a person, kept once: a bot that asks again and again says nothing new.
bool keeps_word(Ticket& ticket, const Wish& wish, Microseconds now) {
  const bool said = wish.reason.empty() || (ticket.by == wish.by && ticket.reason == wish.reason) ||
                    std::any_of(ticket.joined.begin(), ticket.joined.end(),
                                [&](const Joined& one) { return one.by == wish.by && one.reason == wish.reason; });
  if (said) return false;
  if (ticket.joined.size() >= kJoinedKept) ticket.joined.erase(ticket.joined.begin());
  ticket.joined.push_back({.by = wish.by, .reason = wish.reason, .at = now});
  return true;
}

Moved refuse(const Code& code) {
  Moved moved;
  moved.refused = &code;
  return moved;
}

Moved unchanged(const Ticket& ticket) {
  return {.refused = nullptr, .created = false, .record = {}, .words = {}, .ticket = ticket};
}

Standing as_seen(Standing standing, bool relieves) {
  return relieves && standing == Standing::person ? Standing::waiting : standing;
}

// The cell of a move on a ticket, or why not: it is not a table's business who asks.
const Code* refusal(const Cell& cell, const Ticket& ticket, const std::string& by) {
  if (cell.effect == Effect::refuse) return cell.code;
  if (cell.other != nullptr && ticket.holder != by) return cell.other;
  return nullptr;
}

}  // namespace

void Switch::change(const std::string& topic, const Lever& lever) {
  (topic.empty() ? all : topics[topic]) = lever;
  ++version;
  std::vector<Thrown> kept = history == nullptr ? std::vector<Thrown>() : *history;
  kept.push_back({topic, lever});
  std::size_t first = kept.size(), bytes = 0;
  while (first > 0 && kept.size() - first < kThrownKept) {
    const Thrown& one = kept[first - 1];
    bytes += one.topic.size() + one.lever.by.size() + one.lever.reason.size() + one.lever.queue.size();
    if (bytes > kThrownBytes && first < kept.size()) break;
    --first;
  }
  kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(first));
  history = std::make_shared<const std::vector<Thrown>>(std::move(kept));
}

void Desk::load(audit::StateStore& store) {
  tickets_.clear();
  by_conversation_.clear();
  by_customer_.clear();
  switch_ = {};
  for (const audit::StateEntry& entry : store.all(audit::StateKind::ticket)) {
    std::optional<Ticket> ticket = decode_ticket(entry.value);
    if (!ticket) throw std::runtime_error("a hand-off in the state cannot be read");
    index(*ticket);
    tickets_.emplace(ticket->id, std::move(*ticket));
  }
  if (const auto entry = store.read(switch_key())) switch_ = decode_switch(entry->value);
}

Desk::Here Desk::find(std::string_view conversation, std::string_view customer) const {
  Here here;
  // Of several the one that holds, then the one of this conversation, then the most urgent, then the oldest.
  const auto rank = [&](const Ticket& ticket) {
    return std::tuple(!holds(ticket.standing), ticket.conversation != conversation, ticket.standing != Standing::person,
                      ticket.priority, ticket.opened, std::string_view(ticket.id));
  };
  each_near(conversation, customer, [&](const Ticket& ticket) {
    if (gate::at(Move::answered, ticket.standing).effect == Effect::release) ++here.asked;
    if (!holds(ticket.standing) && ticket.conversation != conversation) return;
    if (here.ticket == nullptr || rank(ticket) < rank(*here.ticket)) here.ticket = &ticket;
  });
  if (here.ticket != nullptr) here.standing = here.ticket->standing;
  if (holds(here.standing)) here.asked = 0;
  return here;
}

// Each once. A ticket for one turn is its conversation's business; where it has none, the customer's.
template <class Look>
void Desk::each_near(std::string_view conversation, std::string_view customer, Look look) const {
  const auto among = [&](const Ids& ids, std::string_view key, bool customers) {
    if (key.empty()) return;
    const auto found = ids.find(std::string(key));
    if (found == ids.end()) return;
    for (const std::string& id : found->second) {
      const Ticket& ticket = tickets_.at(id);
      if (customers && !conversation.empty() && ticket.conversation == conversation) continue;
      if (customers && !holds(ticket.standing) && !ticket.conversation.empty()) continue;
      look(ticket);
    }
  };
  among(by_conversation_, conversation, false);
  among(by_customer_, customer, true);
}

const Ticket* Desk::open(std::string_view id) const {
  const auto found = tickets_.find(std::string(id));
  return found == tickets_.end() ? nullptr : &found->second;
}

Ticket* Desk::at(std::string_view id) {
  const auto found = tickets_.find(std::string(id));
  return found == tickets_.end() ? nullptr : &found->second;
}

std::vector<const Ticket*> Desk::all() const {
  std::vector<const Ticket*> all;
  all.reserve(tickets_.size());
  for (const auto& [id, ticket] : tickets_) all.push_back(&ticket);
  return all;
}

Moved Desk::wish(Move move, std::string id, const Wish& wish, Microseconds now) {
  const Here here = find(wish.conversation, wish.customer);
  const Cell& cell = gate::at(move, as_seen(here.standing, wish.relieves));
  if (here.ticket == nullptr) {
    Ticket ticket;
    ticket.id = std::move(id);
    ticket.conversation = wish.conversation;
    ticket.customer = wish.customer;
    ticket.queue = wish.queue;
    ticket.standing = cell.next;
    ticket.priority = wish.priority;
    ticket.due = wish.due;
    ticket.opened = ticket.since = now;
    ticket.decision = wish.decision;
    ticket.rules = wish.rules;
    ticket.hidden = wish.hidden;
    ticket.confidential = !wish.hidden.empty();
    ticket.cause = wish.cause;
    ticket.by = wish.by;
    ticket.reason = wish.reason;
    if (cell.next == Standing::person) ticket.holder = wish.by;
    return put(std::move(ticket), audit::Kind::handoff_opened, true);
  }
  if (const Code* code = refusal(cell, *here.ticket, wish.by)) return refuse(*code);
  Ticket ticket = *here.ticket;
  if (cell.effect == Effect::none) return unchanged(ticket);
  const bool named = ticket.customer.empty() && !wish.customer.empty();
  if (named) ticket.customer = wish.customer;  // the hold is his from now on, wherever he writes
  const bool news = keeps_word(ticket, wish, now);
  const std::string words = news ? wish.reason : std::string();
  if (cell.effect == Effect::take) {
    if (ticket.standing != Standing::person) waited(ticket, now);
    ticket.holder = wish.by;
    ticket.since = now;
    ticket.standing = cell.next;
    return put(std::move(ticket), audit::Kind::handoff_taken, false, words);
  }
  // It joins. A more urgent reason moves a ticket that waits; who has it is alerted.
  const bool holds_now = ticket.standing != cell.next;
  const bool urgent = more_urgent(wish, ticket);
  if (!holds_now && !urgent && !named && !news) return unchanged(ticket);
  unite(ticket.rules, wish.rules);
  unite(ticket.hidden, wish.hidden);
  ticket.confidential |= !wish.hidden.empty();
  if (holds_now) {
    ticket.since = now;
    ticket.cause = wish.cause;
    if (ticket.decision.empty()) ticket.decision = wish.decision;
    if (ticket.conversation.empty()) ticket.conversation = wish.conversation;
  }
  if (urgent || holds_now) {
    if (ticket.standing == Standing::person) {
      ticket.priority = std::min(ticket.priority, wish.priority);
      // Or the same reason would be more urgent again each time that the customer writes.
      if (wish.due && *wish.due < ticket.due.value_or(kNever)) ticket.due = wish.due;
      ++ticket.alerts;
    } else {
      ticket.queue = wish.queue;
      ticket.priority = std::min(ticket.priority, wish.priority);
      ticket.due = wish.due;
      ticket.farthest = false;
    }
  }
  ticket.standing = cell.next;
  if (holds_now || urgent || named) return put(std::move(ticket), audit::Kind::handoff_escalated, false, words);
  // A word alone moves nothing: what an agent read a moment ago he may still act on.
  return put(std::move(ticket), audit::Kind::feedback, false, words, /*counts=*/false);
}

Moved Desk::take(std::string_view id, const std::string& by, Microseconds now, bool relieves) {
  const Ticket* there = at(id);
  if (there == nullptr) return refuse(wire::codes::kNotFound);
  const Cell& cell = gate::at(Move::take, as_seen(there->standing, relieves));
  if (const Code* code = refusal(cell, *there, by)) return refuse(*code);
  Ticket ticket = *there;
  if (cell.effect == Effect::none) return unchanged(ticket);
  if (ticket.standing != Standing::person) waited(ticket, now);
  ticket.standing = cell.next;
  ticket.holder = by;
  ticket.since = now;
  return put(std::move(ticket), audit::Kind::handoff_taken);
}

Moved Desk::pass(std::string_view id, const std::string& by, const std::string& queue, const std::string& note,
                 const program::Program& program, Microseconds now) {
  const Ticket* there = at(id);
  if (there == nullptr) return refuse(wire::codes::kNotFound);
  const Cell& cell = gate::at(Move::pass, there->standing);
  if (const Code* code = refusal(cell, *there, by)) return refuse(*code);
  Ticket ticket = *there;
  ticket.standing = cell.next;
  ticket.holder.clear();
  ticket.since = now;
  ++ticket.passes;
  // Every third: who gets it then may still send it where it belongs.
  const bool escalates = ticket.passes % kPassesBeforeEscalation == 0;
  const std::uint32_t to = escalates ? above(program, queue_of(program, ticket.queue, default_queue_), default_queue_)
                                     : queue_of(program, queue, default_queue_);
  const std::string from =
      std::exchange(ticket.queue, to == program::kNone ? queue : std::string(program.queue_name(to)));
  ticket.add_note({.by = by, .text = note, .at = now, .from = from, .to = ticket.queue});
  ticket.due = due_in(program, to, now);
  ticket.farthest = false;
  if (escalates) ++ticket.escalations;
  return put(std::move(ticket), escalates ? audit::Kind::handoff_escalated : audit::Kind::handoff_passed);
}

Moved Desk::end(Move move, std::string_view id, const std::string& by, const std::string& outcome,
                const std::string& note, Microseconds now) {
  const Ticket* there = at(id);
  if (there == nullptr) return refuse(wire::codes::kNotFound);
  const Cell& cell = gate::at(move, there->standing);
  if (const Code* code = refusal(cell, *there, by)) return refuse(*code);
  Ticket ticket = *there;
  ticket.standing = cell.next;
  ticket.since = now;
  ticket.outcome = outcome;
  ticket.add_note({.by = by, .text = note, .at = now, .from = {}, .to = {}});
  return put(std::move(ticket), move == Move::close ? audit::Kind::handoff_closed : audit::Kind::handoff_returned);
}

std::vector<Moved> Desk::answered(std::string_view conversation, std::string_view customer, Microseconds now) {
  std::vector<Moved> closed;
  if (find(conversation, customer).asked == 0) return closed;
  std::vector<Ticket> asked;
  each_near(conversation, customer, [&](const Ticket& ticket) {
    if (gate::at(Move::answered, ticket.standing).effect == Effect::release) asked.push_back(ticket);
  });
  for (Ticket& ticket : asked) {
    ticket.standing = gate::at(Move::answered, ticket.standing).next;
    ticket.since = now;
    ticket.outcome = "answered";
    closed.push_back(put(std::move(ticket), audit::Kind::handoff_closed));
  }
  return closed;
}

Moved Desk::became_known(std::string_view id, const std::string& customer) {
  const Ticket* there = at(id);
  if (there == nullptr || !there->customer.empty()) return {};
  Ticket ticket = *there;
  ticket.customer = customer;
  return put(std::move(ticket), std::nullopt);
}

void Desk::waited(const Ticket& before, Microseconds now) {
  std::deque<Wait>& waits = waits_[before.queue];
  waits.push_back({now, std::max<Microseconds>(0, now - before.since)});
  if (waits.size() > kWaitsMeasured) waits.pop_front();
}

std::optional<Microseconds> Desk::expected_wait(std::string_view queue, Microseconds now) const {
  const auto found = waits_.find(queue);
  if (found == waits_.end()) return std::nullopt;
  std::vector<Microseconds> lately;
  for (const Wait& wait : found->second)
    if (wait.taken + kLately >= now) lately.push_back(wait.waited);
  if (lately.empty()) return std::nullopt;
  const auto middle = lately.begin() + static_cast<std::ptrdiff_t>(lately.size() / 2);
  std::nth_element(lately.begin(), middle, lately.end());
  return *middle;
}

Moved Desk::note(std::string_view id, const std::string& by, const std::string& note, bool withdrawn,
                 Microseconds now) {
  const Ticket* there = at(id);
  if (there == nullptr) return refuse(wire::codes::kNotFound);
  Ticket ticket = *there;
  ticket.add_note({.by = by, .text = note, .at = now, .from = {}, .to = {}});
  ticket.withdrawn |= withdrawn;
  return put(std::move(ticket), audit::Kind::feedback);
}

std::vector<std::string> Desk::overdue(Microseconds now) const {
  std::vector<std::string> ids;
  for (const auto& [id, ticket] : tickets_) {
    if (ticket.due && *ticket.due <= now && !ticket.farthest &&
        gate::at(Move::overdue, ticket.standing).effect == Effect::escalate)
      ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Moved Desk::escalate(std::string_view id, const program::Program& program, Microseconds now) {
  const Ticket* there = at(id);
  if (there == nullptr || !there->due || *there->due > now || there->farthest) return {};
  const Cell& cell = gate::at(Move::overdue, there->standing);
  if (cell.effect != Effect::escalate) return {};
  Ticket ticket = *there;
  ticket.standing = cell.next;
  ++ticket.escalations;
  if (ticket.priority > 0) --ticket.priority;
  const std::uint32_t from = queue_of(program, ticket.queue, default_queue_);
  if (is_top(program, from, default_queue_)) {
    ticket.farthest = true;  // there is nobody above: it stays overdue, and is not told again
  } else {
    const std::uint32_t to = above(program, from, default_queue_);
    ticket.queue = program.queue_name(to);
    ticket.due = due_in(program, to, now);
    ticket.farthest = !ticket.due;
  }
  return put(std::move(ticket), audit::Kind::handoff_escalated);
}

Moved Desk::put(Ticket ticket, std::optional<audit::Kind> record, bool created, std::string words, bool counts) {
  if (counts) ++ticket.version;
  if (ticket.standing == Standing::asked)
    ticket.held = 0;
  else if (holds(ticket.standing) && ticket.held == 0)
    ticket.held = ticket.since;
  if (!ticket.conversation.empty()) changed_.push_back("conversation " + ticket.conversation);
  if (!ticket.customer.empty()) changed_.push_back("customer " + ticket.customer);
  if (const auto before = tickets_.find(ticket.id); before != tickets_.end()) {
    forget(before->second);
    tickets_.erase(before);
  }
  if (ticket.standing != Standing::bot) {
    index(ticket);
    tickets_.emplace(ticket.id, ticket);
  }
  return {
      .refused = nullptr, .created = created, .record = record, .words = std::move(words), .ticket = std::move(ticket)};
}

void Desk::throw_switch(Switch state) {
  switch_ = std::move(state);
  changed_.emplace_back(kSwitch);
}

void Desk::index(const Ticket& ticket) {
  if (!ticket.conversation.empty()) by_conversation_[ticket.conversation].push_back(ticket.id);
  if (!ticket.customer.empty()) by_customer_[ticket.customer].push_back(ticket.id);
}

void Desk::forget(const Ticket& ticket) {
  const auto drop = [&](Ids& ids, const std::string& key) {
    const auto found = ids.find(key);
    if (found == ids.end()) return;
    std::erase(found->second, ticket.id);
    if (found->second.empty()) ids.erase(found);
  };
  drop(by_conversation_, ticket.conversation);
  drop(by_customer_, ticket.customer);
}

audit::StateKey ticket_key(std::string_view id) {
  return {.kind = audit::StateKind::ticket, .subject = "handoff " + std::string(id), .discriminator = {}};
}
audit::StateKey past_ticket_key(std::string_view id) {
  return {.kind = audit::StateKind::past_ticket, .subject = "handoff " + std::string(id), .discriminator = {}};
}

std::vector<audit::StateChange> changes_of(const Ticket& ticket) {
  if (ticket.standing != Standing::bot) return {{.key = ticket_key(ticket.id), .value = encode(ticket)}};
  return {{.key = ticket_key(ticket.id), .value = std::nullopt},
          {.key = past_ticket_key(ticket.id), .value = encode(ticket)}};
}

audit::StateChange change_of(const Switch& state) { return {.key = switch_key(), .value = encode(state)}; }

}  // namespace caveat::gate
