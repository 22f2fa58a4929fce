// example_turn: an example's given values as the turn that a bot would send.
#pragma once

#include "engine/decide/request.h"
#include "engine/model/model.h"

namespace caveat::trial {

// The turn as Fields, as wire would make them of its JSON. `language`: in which the customer is answered; none: not said.
// `now`: where the example names no time. `offset_minutes`: of the pack's zone, for times that name none.
decide::Fields example_turn(const model::Model& model, const model::ExampleTurn& turn, Language language,
                            Microseconds now, std::int32_t offset_minutes);

// Where an example names no time: noon of the last day on which a rule of its pack came into force, so that all that is
// not yet over holds.
Microseconds example_now(const model::Model& model, const model::Example& example, std::int32_t offset_minutes);

// Minutes east of UTC at the moment of an example in the zone of its pack.
std::int32_t example_offset(const program::Program& program, const model::Example& example);

// How an example's facts are taken: fresh, assessed, stated by who may (contracts.md 10).
decide::BindOptions example_options(const Limits& limits);

}  // namespace caveat::trial
