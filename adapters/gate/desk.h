// Desk: every open hand-off, who has which conversation, and the emergency switch: the newest there is, durable or not yet.
// The gate changes it in the order of its records' numbers; what a failed commit lost is dropped by reading it anew.
//
//   const Desk::Here here = desk.find("c-77", "k-12");        // waiting, ticket h-5
//   Moved moved = desk.take("h-5", "li", now);                // changed at once; moved.ticket is to be recorded
//
// Promises   nothing changes but by a cell of the table (conversation.h); a customer's hold reaches every conversation of his; a
//            conversation has at most one open ticket; whatever changes, `changes_of` is what the state holds of it
// Threads    one at a time: the gate holds its lock
// Errors     load: audit::Error, when the state cannot be read
// Cost       find: two look-ups; memory: the open tickets
// Source     contracts.md 17–25
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/gate/conversation.h"
#include "adapters/gate/ticket.h"
#include "audit/record/record.h"
#include "audit/state/state_store.h"
#include "engine/program/program.h"

namespace caveat::gate {

struct Lever {
  bool on = false;
  std::string by, reason, queue;
  Microseconds since = 0;

  bool was_on(Microseconds at) const { return on || at < since; }  // as far as its last change tells
};
struct Thrown {       // one change of the switch
  std::string topic;  // empty: everything
  Lever lever;
};
inline constexpr std::size_t kThrownKept = 50, kThrownBytes = 32u << 10;  // the newest, and of their texts

struct Switch {
  Lever all;
  std::map<std::string, Lever> topics;  // by first name; those that were ever thrown
  std::uint64_t version = 0;            // counts its changes
  // The newest of them, oldest first; null: none. Shared, since each turn that a thrown switch takes has a copy of the switch.
  std::shared_ptr<const std::vector<Thrown>> history = {};

  void change(const std::string& topic, const Lever& lever);

  bool thrown() const {
    return all.on || std::any_of(topics.begin(), topics.end(), [](const auto& topic) { return topic.second.on; });
  }
  bool was_thrown(Microseconds at) const {
    return all.was_on(at) ||
           std::any_of(topics.begin(), topics.end(), [at](const auto& topic) { return topic.second.was_on(at); });
  }
};

// What a hand-off is opened for, or joins with.
struct Wish {
  std::string conversation, customer, queue;
  std::uint8_t priority = 2;
  std::optional<Microseconds> due;
  std::string cause = "none", decision, by, reason;
  std::vector<std::string> rules;
  std::vector<HiddenRule> hidden;  // those of them that are confidential
  bool relieves = false;           // take_over: who has it is there no longer
};

// What came of a move.
struct Moved {
  const Code* refused = nullptr;
  bool created = false;
  std::optional<audit::Kind> record;  // nothing: nothing changed; feedback: a word is on it, and nothing else is new
  std::string words;                  // of who asked for a person, where one was awaited already
  Ticket ticket;                      // as it is now
};

class Desk {
 public:
  // `default_queue`: where goes what nothing sends elsewhere; empty: where the packs say (queues.h).
  explicit Desk(std::string default_queue = {}) : default_queue_(std::move(default_queue)) {}
  void load(audit::StateStore& store);

  struct Here {
    Standing standing = Standing::bot;
    const Ticket* ticket = nullptr;
    std::size_t asked = 0;  // how many tickets an answer in this conversation would close
  };
  // Who has this conversation of this customer: its own ticket, else one that holds the customer.
  Here find(std::string_view conversation, std::string_view customer) const;
  const Ticket* open(std::string_view id) const;
  std::vector<const Ticket*> all() const;

  // `id` is of a ticket that may be opened.
  Moved wish(Move move, std::string id, const Wish& wish, Microseconds now);  // hold, ask, take_over (by wish.by)
  // `relieves`: who has it is there no longer, so it is free as if it waited.
  Moved take(std::string_view id, const std::string& by, Microseconds now, bool relieves = false);
  // The third pass escalates instead.
  Moved pass(std::string_view id, const std::string& by, const std::string& queue, const std::string& note,
             const program::Program& program, Microseconds now);
  Moved end(Move move, std::string_view id, const std::string& by, const std::string& outcome, const std::string& note,
            Microseconds now);  // give_back, close
  // What was asked in this conversation, and what this customer asked outside of any, first the ticket at hand.
  std::vector<Moved> answered(std::string_view conversation, std::string_view customer, Microseconds now);
  // A word on it; nothing else changes.
  Moved note(std::string_view id, const std::string& by, const std::string& note, bool withdrawn, Microseconds now);
  Moved became_known(std::string_view id, const std::string& customer);  // whose conversation it is
  std::vector<std::string> overdue(Microseconds now) const;
  Moved escalate(std::string_view id, const program::Program& program, Microseconds now);

  const Switch& emergency() const { return switch_; }
  void throw_switch(Switch state);
  // Whose standing was changed since it was last asked: "conversation ID", "customer ID", kSwitch.
  static constexpr std::string_view kSwitch = "switch";
  std::vector<std::string> changed() { return std::exchange(changed_, {}); }

  // How long the last ones waited in a queue until a person took them; nothing where none was taken lately.
  std::optional<Microseconds> expected_wait(std::string_view queue, Microseconds now) const;

 private:
  const std::string default_queue_;
  Ticket* at(std::string_view id);
  Moved put(Ticket ticket, std::optional<audit::Kind> record, bool created = false, std::string words = {},
            bool counts = true);  // among the versions of the ticket
  template <class Look>
  void each_near(std::string_view conversation, std::string_view customer, Look look) const;
  void index(const Ticket& ticket);
  void forget(const Ticket& ticket);

  using Ids = std::unordered_map<std::string, std::vector<std::string>>;
  std::unordered_map<std::string, Ticket> tickets_;
  Ids by_conversation_, by_customer_;
  Switch switch_;
  std::vector<std::string> changed_;
  struct Wait {
    Microseconds taken = 0, waited = 0;
  };
  void waited(const Ticket& before, Microseconds now);
  std::map<std::string, std::deque<Wait>, std::less<>> waits_;  // by queue, the newest last; of this run of the gate
};

// What the state holds of a ticket, and of the switch.
std::vector<audit::StateChange> changes_of(const Ticket& ticket);
audit::StateKey ticket_key(std::string_view id);
audit::StateKey past_ticket_key(std::string_view id);
audit::StateChange change_of(const Switch& state);

}  // namespace caveat::gate
