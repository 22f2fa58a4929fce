#include "adapters/gate/ticket.h"

#include <algorithm>
#include <array>

#include "engine/base/cbor.h"

namespace caveat::gate {
namespace {

constexpr std::array<std::string_view, 4> kPriorities = {"urgent", "high", "normal", "low"};
enum Key : int {
  kId = 1,
  kConversation,
  kCustomer,
  kQueue,
  kStanding,
  kPriority,
  kDue,
  kOpened,
  kSince,
  kDecision,
  kRules,
  kConfidential,
  kCause,
  kBy,
  kReason,
  kHolder,
  kPasses,
  kEscalations,
  kAlerts,
  kVersion,
  kOutcome,
  kNote,
  kFarthest,
  kHeld,
  kWithdrawn,
  kJoined,
  kHidden,
  kHiddenRoles,
  kNotes,
};

// Members that say nothing are left out.
class Writer {
 public:
  void text(int key, const std::string& value) {
    if (value.empty()) return;
    out(key).text(value);
  }
  void number(int key, std::int64_t value) {
    if (value != 0) out(key).integer(value);
  }
  cbor::Encoder& out(int key) {
    ++pairs_;
    out_.integer(key);
    return out_;
  }
  std::string take() {
    cbor::Encoder whole;
    whole.map(pairs_);
    whole.raw(out_.view());
    return whole.take();
  }

 private:
  cbor::Encoder out_;
  std::size_t pairs_ = 0;
};

}  // namespace

std::string encode(const Ticket& ticket) {
  Writer w;
  w.text(kId, ticket.id);
  w.text(kConversation, ticket.conversation);
  w.text(kCustomer, ticket.customer);
  w.text(kQueue, ticket.queue);
  w.number(kStanding, static_cast<std::int64_t>(ticket.standing));
  w.number(kPriority, ticket.priority);
  if (ticket.due) w.out(kDue).integer(*ticket.due);
  w.number(kOpened, ticket.opened);
  w.number(kSince, ticket.since);
  w.text(kDecision, ticket.decision);
  if (!ticket.rules.empty()) {
    cbor::Encoder& out = w.out(kRules);
    out.array(ticket.rules.size());
    for (const std::string& rule : ticket.rules) out.text(rule);
  }
  if (ticket.confidential) w.out(kConfidential).boolean(true);
  w.text(kCause, ticket.cause);
  w.text(kBy, ticket.by);
  w.text(kReason, ticket.reason);
  w.text(kHolder, ticket.holder);
  w.number(kPasses, static_cast<std::int64_t>(ticket.passes));
  w.number(kEscalations, static_cast<std::int64_t>(ticket.escalations));
  w.number(kAlerts, static_cast<std::int64_t>(ticket.alerts));
  w.number(kVersion, static_cast<std::int64_t>(ticket.version));
  w.text(kOutcome, ticket.outcome);
  w.text(kNote, ticket.note);
  if (ticket.farthest) w.out(kFarthest).boolean(true);
  w.number(kHeld, ticket.held);
  if (ticket.withdrawn) w.out(kWithdrawn).boolean(true);
  if (!ticket.joined.empty()) {
    cbor::Encoder& out = w.out(kJoined);
    out.array(ticket.joined.size());
    for (const Joined& one : ticket.joined) {
      out.array(3);
      out.text(one.by);
      out.text(one.reason);
      out.integer(one.at);
    }
  }
  if (!ticket.hidden.empty()) {
    cbor::Encoder& out = w.out(kHidden);
    out.array(ticket.hidden.size());
    for (const HiddenRule& one : ticket.hidden) out.text(one.rule);
  }
  if (std::any_of(ticket.hidden.begin(), ticket.hidden.end(),
                  [](const HiddenRule& one) { return !one.roles.empty(); })) {
    cbor::Encoder& out = w.out(kHiddenRoles);
    out.array(ticket.hidden.size());
    for (const HiddenRule& one : ticket.hidden) {
      out.array(one.roles.size());
      for (const std::string& role : one.roles) out.text(role);
    }
  }
  if (!ticket.notes.empty()) {
    cbor::Encoder& out = w.out(kNotes);
    out.array(ticket.notes.size());
    for (const Note& one : ticket.notes) {
      out.array(5);
      out.text(one.by);
      out.text(one.text);
      out.integer(one.at);
      out.text(one.from);
      out.text(one.to);
    }
  }
  return w.take();
}

std::optional<Ticket> decode_ticket(std::string_view encoded) {
  const Result<cbor::Value> map = cbor::decode(encoded);
  if (!map || map->kind != cbor::Value::Kind::map) return std::nullopt;
  Ticket ticket;
  const auto text = [&](int key, std::string& to) {
    if (const cbor::Value* found = map->find(key)) to = found->string;
  };
  const auto number = [&](int key) {
    const cbor::Value* found = map->find(key);
    return found == nullptr ? std::int64_t{0} : found->as_integer().value_or(0);
  };
  text(kId, ticket.id);
  text(kConversation, ticket.conversation);
  text(kCustomer, ticket.customer);
  text(kQueue, ticket.queue);
  const std::int64_t standing = number(kStanding), priority = number(kPriority);
  if (ticket.id.empty() || standing < 0 || standing >= static_cast<std::int64_t>(kStandings) || priority < 0 ||
      priority > 3)
    return std::nullopt;
  ticket.standing = static_cast<Standing>(standing);
  ticket.priority = static_cast<std::uint8_t>(priority);
  if (map->find(kDue) != nullptr) ticket.due = number(kDue);
  ticket.opened = number(kOpened);
  ticket.since = number(kSince);
  text(kDecision, ticket.decision);
  if (const cbor::Value* rules = map->find(kRules))
    for (const cbor::Value& rule : rules->items) ticket.rules.emplace_back(rule.string);
  ticket.confidential = map->find(kConfidential) != nullptr;
  if (const cbor::Value* hidden = map->find(kHidden))
    for (const cbor::Value& rule : hidden->items) ticket.hidden.push_back({std::string(rule.string), {}});
  else if (ticket.confidential)  // written before it was kept which
    for (const std::string& rule : ticket.rules) ticket.hidden.push_back({rule, {}});
  if (const cbor::Value* roles = map->find(kHiddenRoles)) {
    if (roles->items.size() != ticket.hidden.size()) return std::nullopt;
    for (std::size_t i = 0; i < roles->items.size(); ++i)
      for (const cbor::Value& role : roles->items[i].items) ticket.hidden[i].roles.emplace_back(role.string);
  }
  text(kCause, ticket.cause);
  text(kBy, ticket.by);
  text(kReason, ticket.reason);
  text(kHolder, ticket.holder);
  ticket.passes = static_cast<std::uint64_t>(number(kPasses));
  ticket.escalations = static_cast<std::uint64_t>(number(kEscalations));
  ticket.alerts = static_cast<std::uint64_t>(number(kAlerts));
  ticket.version = static_cast<std::uint64_t>(number(kVersion));
  text(kOutcome, ticket.outcome);
  text(kNote, ticket.note);
  ticket.farthest = map->find(kFarthest) != nullptr;
  ticket.held = number(kHeld);
  ticket.withdrawn = map->find(kWithdrawn) != nullptr;
  if (const cbor::Value* joined = map->find(kJoined)) {
    for (const cbor::Value& one : joined->items) {
      if (one.items.size() != 3) return std::nullopt;
      ticket.joined.push_back({.by = std::string(one.items[0].string),
                               .reason = std::string(one.items[1].string),
                               .at = one.items[2].as_integer().value_or(0)});
    }
  }
  if (const cbor::Value* notes = map->find(kNotes)) {
    for (const cbor::Value& one : notes->items) {
      if (one.items.size() != 5) return std::nullopt;
      ticket.notes.push_back({.by = std::string(one.items[0].string),
                              .text = std::string(one.items[1].string),
                              .at = one.items[2].as_integer().value_or(0),
                              .from = std::string(one.items[3].string),
                              .to = std::string(one.items[4].string)});
    }
  }
  return ticket;
}

void Ticket::add_note(Note added) {
  note = added.text;
  if (added.text.empty() && added.to.empty()) return;
  notes.push_back(std::move(added));
  for (const bool of_passes : {false, true}) {  // neither pushes the other off
    const auto is_of_these = [&](const Note& one) { return one.to.empty() != of_passes; };
    for (;;) {
      std::size_t count = 0, bytes = 0;
      for (const Note& one : notes)
        if (is_of_these(one)) ++count, bytes += one.text.size();
      if (count < 3 || (count <= kNotesKept && bytes <= kNoteBytes)) break;
      const auto first = std::find_if(notes.begin(), notes.end(), is_of_these);
      notes.erase(std::find_if(first + 1, notes.end(), is_of_these));
    }
  }
}

std::string_view priority_name(std::uint8_t priority) {
  return kPriorities[std::min<std::size_t>(priority, kPriorities.size() - 1)];
}

std::optional<std::uint8_t> priority_of(std::string_view name) {
  const auto found = std::find(kPriorities.begin(), kPriorities.end(), name);
  if (found == kPriorities.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - kPriorities.begin());
}

}  // namespace caveat::gate
