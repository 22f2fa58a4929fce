// Data sets: reference sets beside the packs, NAME.data.csv: read and tried cell by cell before any decision sees one.
//
//   # version 2026-11-01
//   # as of 2026-11-01T08:00:00+08:00
//   id,name,risk_level
//   p-304,"Growth, select",R4
//
// Promises   a file with a mistake is no set: each is told with line and column, in the language of the pack that declares it; a
//            column goes by any name of its fact, values are written as a turn writes them, an empty cell says nothing
// Errors     diagnostics of codes.h
// Cost       linear in the cells; each is read once as bind would. A column's name is held against all that facts of the set have
// Source     RFC 4180; contracts.md 8, 10, 14
#pragma once

#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/base/source.h"
#include "engine/decide/data.h"
#include "engine/model/model.h"
#include "engine/program/program.h"

namespace caveat::load {

// The sets that packs declare, of the files that were found; what is wrong with the others, and what is not there.
decide::Data read_data(const Sources& sources, const std::vector<SourceId>& files, const model::Model& model,
                       const program::Program& program, const Limits& limits, std::vector<Diagnostic>& diagnostics);

}  // namespace caveat::load
