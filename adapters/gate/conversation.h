// Conversation: who has it, bot or person, and what may happen then: the state machine of the hand-off as one table.
// The desk asks it before anything changes; docs/conversations.md prints the same table, and a test holds the two together.
//
//   const Cell& cell = at(Move::take, Standing::waiting);     // person, takes
//
// Promises   every move has a cell in every standing; no cell of `waiting` or `person` lets a bot's text through
// Source     contracts.md 17–25, decision.md "Forced hand-off"
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/code.h"

namespace caveat::gate {

// `asked` is a bot's conversation with a ticket for one turn; callers are told `bot`.
enum class Standing : std::uint8_t { bot, asked, waiting, person };
inline constexpr std::size_t kStandings = 4;

enum class Move : std::uint8_t {
  turn,         // a bot's turn comes
  person_turn,  // a person's answer comes
  hold,         // a rule hands off, or a bot or a person asks for one: it holds
  ask,          // a hand-off of this turn only: an unknown, a failure, the switch
  expire,       // a turn continues a request that was not met in its rounds, or comes after its time
  answered,     // a turn that the customer got an answer to
  take,         // a person takes the ticket
  take_over,    // a person takes the conversation, asked or not
  pass,
  give_back,  // return
  close,
  overdue,  // its due time is over
};
inline constexpr std::size_t kMoves = 12;

enum class Effect : std::uint8_t {
  none,
  judge,      // decided by the rules
  hold_back,  // nothing of it goes out: the waiting text
  advise,     // allowed, with what the rules say of it
  open,
  join,  // the same ticket; a more urgent reason moves it
  take,
  pass,
  release,
  escalate,
  refuse,
};

struct Cell {
  Standing next = Standing::bot;
  Effect effect = Effect::none;
  const Code* code = nullptr;   // of a refusal
  const Code* other = nullptr;  // only for the person who has it; anybody else gets this
};

const Cell& at(Move move, Standing standing);
inline bool holds(Standing standing) { return standing >= Standing::waiting; }

std::string_view name(Standing standing);         // "bot", "asked", "waiting", "person"
std::string_view public_name(Standing standing);  // as callers read it: `asked` is `bot`
std::string_view name(Move move);
std::string told(const Cell& cell);  // as the page has it: "person · taken · else taken_by_other"

}  // namespace caveat::gate
