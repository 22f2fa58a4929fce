// Ticket: one hand-off from its opening to its end, as the desk keeps it and the state holds it.
//
// Promises   encode and decode are inverse; keys are never used again for another meaning (docs/formats.md "Tickets")
// Lifetime   a plain value
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gate/conversation.h"
#include "engine/base/units.h"

namespace caveat::gate {

// Somebody asked for a person where one was awaited already.
struct Joined {
  std::string by, reason;
  Microseconds at = 0;
};
inline constexpr std::size_t kJoinedKept = 16;  // on a ticket, the newest; the log has all

// What a person wrote on it: with a pass, at its end, or by itself.
struct Note {
  std::string by, text;
  Microseconds at = 0;
  std::string from, to;  // queues of a pass; empty: it was none
};
// On a ticket, of passes and of other notes each: the first and the newest, so many and so many bytes, but the last whatever it takes; the
// log has all.
inline constexpr std::size_t kNotesKept = 16, kNoteBytes = 32u << 10;

struct HiddenRule {
  std::string rule;
  std::vector<std::string> roles;  // to which it shows all the same
  friend auto operator<=>(const HiddenRule&, const HiddenRule&) = default;
};

struct Ticket {
  std::string id, conversation, customer;  // either of the two may be empty, not both
  std::string queue;                       // its first name
  Standing standing = Standing::waiting;   // asked, waiting, person; bot: it is closed
  std::uint8_t priority = 2;               // 0 urgent … 3 low
  std::optional<Microseconds> due;
  Microseconds opened = 0, since = 0;  // since: in this standing
  Microseconds held = 0;               // since when it holds, or held until `since`; 0: it is or was for one turn
  std::string decision;                // that opened it; empty: a caller asked
  std::vector<std::string> rules;      // that opened it, by id
  std::vector<HiddenRule> hidden;      // of them those that were confidential then, whatever they are by now
  bool confidential = false;           // there are such
  std::string cause;                   // "none": by a rule; missing, switch, …: of a turn only
  std::string by;                      // caller who asked for it
  std::string reason;                  // in his words
  std::string holder;                  // who has it
  std::uint64_t passes = 0, escalations = 0, alerts = 0;
  bool farthest = false;       // it has escalated as far as it can
  std::uint64_t version = 0;   // counts its changes; what is said with a wish that joins it is none
  bool withdrawn = false;      // the customer has said that he no longer wants a person; he is held all the same
  std::string outcome, note;   // the last ones
  std::vector<Joined> joined;  // what else was said when a person was asked for, the newest last
  std::vector<Note> notes;     // and by the persons who had it

  void add_note(Note note);
};

std::string encode(const Ticket& ticket);
std::optional<Ticket> decode_ticket(std::string_view encoded);

std::string_view priority_name(std::uint8_t priority);  // "urgent" … "low"
std::optional<std::uint8_t> priority_of(std::string_view name);

}  // namespace caveat::gate
