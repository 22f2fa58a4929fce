// The zones that packs name, each taken once from the book into the Model.
#pragma once

#include "engine/model/checks/work.h"

namespace caveat::model {

// False after a report: there is no such zone.
bool use_zone(Work& work, const Item& item, Span span, const std::string& name);

}  // namespace caveat::model
