// Once: disclosures that count once a conversation or a day: which of them this customer was told already, as the state keeps it.
//
//   const std::vector<decide::Once> used = used_up(program, whose, decision.told_once, look);   // decided again with these
//   changes = told_changes(told(program, whose, decision.told_once), now);
//
// Promises   what is not known to have been told is told; who comes back from a person starts anew, since an answer that the person
//            overtook was never read; where a wording speaks of a product, each product counts for itself
// Threads    all calls may run together
// Source     semantics.md 38, contracts.md 21
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/state/state_store.h"
#include "engine/base/cbor.h"
#include "engine/decide/decision.h"
#include "engine/decide/request.h"
#include "engine/program/program.h"

namespace caveat::gate {

struct ToldOnce {       // by names, as records keep it
  std::string wording;  // "pack/name"
  std::uint8_t per = decide::kPerConversation;
  std::int32_t position = -1;  // of the product in its turn
  std::string product;         // its id; empty: the wording speaks of none
  Days day = 0;
};
std::vector<ToldOnce> told(const program::Program& program, const decide::Request& request,
                           std::span<const decide::Once> once);
// The other way; what the program no longer has is left out.
std::vector<decide::Once> once_of(const program::Program& program, const std::vector<ToldOnce>& told);
void encode(cbor::Encoder& out, const std::vector<ToldOnce>& told);
std::vector<ToldOnce> decode_told(const cbor::Value& list);

struct Whose {
  std::string_view conversation, customer;  // either may be empty
};
using StateLook = std::function<std::optional<std::string>(const audit::StateKey&)>;

std::vector<decide::Once> used_up(const program::Program& program, const decide::Request& request, const Whose& whose,
                                  std::span<const decide::Once> once, const StateLook& look);
std::vector<audit::StateChange> told_changes(const std::vector<ToldOnce>& told, const Whose& whose, Microseconds now);
Microseconds told_at(std::string_view value);  // of such a change
std::vector<audit::StateChange> start_anew(const Whose& whose, Microseconds now);

}  // namespace caveat::gate
