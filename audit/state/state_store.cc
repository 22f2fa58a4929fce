#include "audit/state/state_store.h"

namespace caveat::audit {

std::string_view name(StateKind kind) {
  switch (kind) {
    case StateKind::window:
      return "window";
    case StateKind::once:
      return "once";
    case StateKind::conversation:
      return "conversation";
    case StateKind::hold:
      return "hold";
    case StateKind::requirement:
      return "requirement";
    case StateKind::idempotency:
      return "idempotency";
    case StateKind::outbox:
      return "outbox";
    case StateKind::setting:
      return "setting";
    case StateKind::ticket:
      return "ticket";
    case StateKind::past_ticket:
      return "past_ticket";
    case StateKind::delivery:
      return "delivery";
  }
  return "unknown";
}

std::optional<StateKind> state_kind_of(std::uint64_t number) {
  if (number < 1 || number > static_cast<std::uint64_t>(StateKind::kLast)) return std::nullopt;
  return static_cast<StateKind>(number);
}

}  // namespace caveat::audit
