// ExampleTurn to Fields: an example's pairs as the members that a bot would have sent, so that examples and turns go
// through one bind.
#pragma once

#include <string_view>

#include "engine/decide/request.h"
#include "engine/model/model.h"

namespace caveat::trial {

void write_turn(const model::Model& model, const model::ExampleTurn& turn, std::string_view at, decide::Fields& fields);

}  // namespace caveat::trial
