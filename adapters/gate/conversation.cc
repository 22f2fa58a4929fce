#include "adapters/gate/conversation.h"

#include "adapters/wire/codes.h"

namespace caveat::gate {
namespace {

constexpr Standing kBot = Standing::bot, kAsked = Standing::asked, kWaiting = Standing::waiting,
                   kPerson = Standing::person;

const Code* const kWrong = &wire::codes::kWrongState;
const Code* const kOther = &wire::codes::kTakenByOther;
const Code* const kRole = &wire::codes::kRole;

constexpr Cell stay(Standing standing) { return {standing, Effect::none, nullptr, nullptr}; }
constexpr Cell go(Standing next, Effect effect, const Code* other = nullptr) { return {next, effect, nullptr, other}; }

}  // namespace

const Cell& at(Move move, Standing standing) {
  const auto refuse = [](Standing next) { return Cell{next, Effect::refuse, kWrong, nullptr}; };
  // clang-format off
  static const std::array<std::array<Cell, kStandings>, kMoves> kTable{{
      //               bot                           asked                           waiting                             person
      /* turn */        {go(kBot, Effect::judge),     go(kAsked, Effect::judge),      go(kWaiting, Effect::hold_back),    go(kPerson, Effect::hold_back)},
      /* person turn */ {refuse(kBot),                refuse(kAsked),                 refuse(kWaiting),                   go(kPerson, Effect::advise, kRole)},
      /* hold */        {go(kWaiting, Effect::open),  go(kWaiting, Effect::join),     go(kWaiting, Effect::join),         go(kPerson, Effect::join)},
      /* ask */         {go(kAsked, Effect::open),    go(kAsked, Effect::join),       stay(kWaiting),                     stay(kPerson)},
      /* expire */      {go(kAsked, Effect::open),    go(kAsked, Effect::join),       stay(kWaiting),                     stay(kPerson)},
      /* answered */    {stay(kBot),                  go(kBot, Effect::release),      stay(kWaiting),                     stay(kPerson)},
      /* take */        {refuse(kBot),                go(kPerson, Effect::take),      go(kPerson, Effect::take),          {kPerson, Effect::none, nullptr, kOther}},
      /* take over */   {go(kPerson, Effect::open),   go(kPerson, Effect::take),      go(kPerson, Effect::take),          {kPerson, Effect::none, nullptr, kOther}},
      /* pass */        {refuse(kBot),                go(kAsked, Effect::pass),       go(kWaiting, Effect::pass),         go(kWaiting, Effect::pass, kOther)},
      /* give back */   {refuse(kBot),                refuse(kAsked),                 refuse(kWaiting),                   go(kBot, Effect::release, kOther)},
      /* close */       {refuse(kBot),                refuse(kAsked),                 refuse(kWaiting),                   go(kBot, Effect::release, kOther)},
      /* overdue */     {stay(kBot),                  go(kAsked, Effect::escalate),   go(kWaiting, Effect::escalate),     stay(kPerson)},
  }};
  // clang-format on
  return kTable[static_cast<std::size_t>(move)][static_cast<std::size_t>(standing)];
}

std::string_view name(Standing standing) {
  static constexpr std::array<std::string_view, kStandings> kNames = {"bot", "asked", "waiting", "person"};
  return kNames[static_cast<std::size_t>(standing)];
}

std::string_view public_name(Standing standing) { return name(standing == kAsked ? kBot : standing); }

std::string_view name(Move move) {
  static constexpr std::array<std::string_view, kMoves> kNames = {
      "a bot's turn",
      "a person's answer",
      "a hand-off that holds",
      "a hand-off of this turn",
      "a request expires",
      "the customer is answered",
      "take",
      "take over",
      "pass",
      "return",
      "close",
      "due time over",
  };
  return kNames[static_cast<std::size_t>(move)];
}

std::string told(const Cell& cell) {
  static constexpr std::array<std::string_view, 11> kEffects = {
      "nothing changes", "judged",    "held back",     "advice",    "ticket opened", "the ticket at hand",
      "ticket taken",    "passed on", "ticket closed", "escalated", "refused"};
  std::string out(name(cell.next));
  out += " · ";
  out += kEffects[static_cast<std::size_t>(cell.effect)];
  if (cell.code != nullptr) out += " `" + std::string(cell.code->name) + "`";
  if (cell.other != nullptr) out += ", anybody else `" + std::string(cell.other->name) + "`";
  return out;
}

}  // namespace caveat::gate
