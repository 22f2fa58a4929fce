// MachineZones: the time zones of this machine (tzdata), from which check takes those that packs name.
//
// Promises   offsets from 1970 to the end of 2099: as far as the machine's files are written out (2037), then by the rule at
//            their end; before and after, the nearest one known. A machine without tzdata has UTC and Asia/Shanghai; a zone whose file is broken is not found
// Threads    all calls may run together
// Cost       a name is found at once; a zone is read from its file when it is first asked for
#pragma once

#include <string_view>

#include "engine/model/zones.h"

namespace caveat::load {

const model::ZoneBook& machine_zones();

// Does a zone file hold together (TZif, RFC 8536 3)? The library that reads it ends the process where one does not.
bool is_sound_zone_file(std::string_view bytes);

}  // namespace caveat::load
