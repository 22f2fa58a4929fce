// State store: windows, once-disclosures, who has the conversation, holds, requirements, idempotency, outbox: what
// earlier turns left behind. A projection of the records: each record carries its changes and they are committed with
// it.
//
//   std::optional<StateEntry> hold = store.read({StateKind::hold, "customer k-12", ""});
//
// Promises   reads see whole commits only; values are sealed under the customer's key, subjects and discriminators
// keyed,
//            so that an erasure reaches them
// Threads    all calls may run together
// Errors     audit::Error `storage` or `key_unwrap`: the gate hands the turn off with cause storage
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/record/record.h"

namespace caveat::audit {

enum class StateKind : std::uint8_t {
  window = 1,
  once = 2,
  conversation = 3,
  hold = 4,
  requirement = 5,
  idempotency = 6,
  outbox = 7,
  setting = 8,       // of the node itself: which SQLite wrote last, the emergency switch
  ticket = 9,        // a hand-off that is open
  past_ticket = 10,  // one that is closed
  delivery = 11,     // what was confirmed of a decision's text
  kLast = delivery
};
std::string_view name(StateKind kind);
std::optional<StateKind> state_kind_of(std::uint64_t number);

struct StateKey {
  StateKind kind{};
  std::string subject;        // say what it is: "customer k-12", "conversation c-77", "request 9f0c…"
  std::string discriminator;  // the window's digest, the wording's name …; may be empty
  friend auto operator<=>(const StateKey&, const StateKey&) = default;
};

struct StateChange {
  StateKey key;
  std::optional<std::string> value;  // nothing: the entry goes
};

struct StateEntry {
  std::uint64_t version = 0;  // counts the changes of this key
  std::uint64_t index = 0;    // of the record that wrote it
  std::string value;
};

// A change as it lies in the batch: subject and discriminator keyed, value sealed.
struct SealedStateChange {
  StateKind kind{};
  TagValue subject{}, discriminator{};
  std::optional<std::string> sealed;
};

class StateStore {
 public:
  virtual ~StateStore() = default;
  virtual std::optional<StateEntry> read(const StateKey& key) = 0;
  virtual std::vector<StateEntry> all(StateKind kind) = 0;  // every entry of a kind: open tickets, when the gate starts
};

}  // namespace caveat::audit
