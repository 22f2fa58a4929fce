// Turn: the bytes of one request as the neutral Fields that the engine binds.
// Every way in reads requests through here: command line, HTTP, streams; so do the bodies of commands.
//
//   decide::Fields fields;
//   if (Result<void> read = parse_turn(line, fields, limits); !read) refuse(read.error());
//
// Promises   every value is visited; numbers keep their spelling, so no digit is lost; members are compared unescaped
// and
//            none comes twice; nothing follows the object; texts may hold NUL and non-characters, nothing else may
// Threads    calls may run together
// Errors     Problems with the codes of the bytes (codes.h, status 400 and 413): syntax stops at the first place, since nobody can tell
//            what was meant behind it; the others are reported together
// Cost       linear; allocates nothing once a thread is warm
// Source     RFC 8259, RFC 6901
#pragma once

#include <string_view>

#include "engine/base/limits.h"
#include "engine/base/result.h"
#include "engine/decide/request.h"

namespace caveat::wire {

// `read_through` is set where the bytes are refused: were they read to their end all the same? Then `fields` hold what can be looked
// into for whatever else is wrong: of members with one name the first, null for a number that is none.
Result<void> parse_turn(std::string_view json, decide::Fields& fields, const Limits& limits,
                        bool* read_through = nullptr);
// The body of a command, by the same rules: one object, or a list; every text of it may hold NUL and non-characters.
Result<void> parse_body(std::string_view json, decide::Fields& fields, const Limits& limits,
                        bool* read_through = nullptr);

// RFC 8259's number, nothing before or behind it.
bool is_json_number(std::string_view token);

// Is there anything in a bound turn that a rule could speak to? Without it an `allow` would be a verdict on nothing:
// `nothing_to_judge`.
Result<void> something_to_judge(const decide::Request& request);

// A string member of the root object, or empty: for `id` and `language` of a request that is otherwise refused.
std::string_view root_text(const decide::Fields& fields, std::string_view member);

}  // namespace caveat::wire
