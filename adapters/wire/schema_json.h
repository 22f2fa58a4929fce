// Schema in JSON: what a request may carry for the packs that are loaded, as JSON Schema 2020-12.
// Printed by `caveat schema`, served at /v1/schema.
//
// Promises   what it refuses parse_turn, bind or something_to_judge refuse too; the other way round they refuse what no schema tells
//            (repeated members and ids, sources, sums of weights, bytes of a text, a range of what is written with an exponent);
//            members by name, so the same program gives the same bytes
// Source     JSON Schema 2020-12; contracts.md 8, 9
#pragma once

#include <string>

#include "engine/base/language.h"
#include "engine/program/program.h"

namespace caveat::wire {

std::string schema_json(const program::Program& program, Language language);

std::string id_pattern();  // which signs an id may be made of, as a regular expression

}  // namespace caveat::wire
