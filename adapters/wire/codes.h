// Codes: every problem that a caller can be told about its request, with HTTP status, exit code and words.
//
//   return problem(codes::kTooLarge, {.path = "", .expected = "at most 1,048,576 bytes", .found = "2,000,000 bytes"});
//
// Promises   one table: command line and HTTP say the same; a name keeps its meaning for ever
// Source     RFC 9110 (status), RFC 9457 (shape)
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/code.h"
#include "engine/base/problem.h"
#include "engine/decide/codes.h"

namespace caveat::wire {

namespace codes {
// What bind says of a turn's members has one wording, in engine/decide/codes.h; the table holds it too.
using namespace decide::codes;
// 400: the bytes
extern const Code kNotJson, kRepeatedKey, kTrailingBytes, kBadUtf8, kBadNumber, kIdMismatch;
// 401 403 404 405: who asks, and for what
extern const Code kNoKey, kBadKey, kRole, kTimeNotAllowed, kNotFound, kMethod;
// 408 413 415 431: the way it was sent
extern const Code kSlowSender, kTooLarge, kMediaType, kHeadersTooLarge;
// 409 410 412 428: what is already there
extern const Code kIdReused, kOutOfOrder, kTakenByOther, kWrongState, kConsent, kRetention, kHold, kNotApproved,
    kErased, kStaleVersion, kVersionNeeded;
// 422: the content
extern const Code kClockSkew, kBadContinuation, kNothingToJudge, kDiagnostics, kSignature;
// 429 500 503 504: us
extern const Code kCallerRate, kKeyQueueFull, kInternal, kOverloaded, kDraining, kStorage, kNoPack, kKeys, kDeadline;
}  // namespace codes

std::span<const Code* const> all_codes();      // by status, then by name
const Code* find_code(std::string_view name);  // null: no such code
Problem problem(const Code& code, ProblemItem item);
// Several problems of one request, at least one, as one: the gravest names it and stands first. That is the one of the lowest status
// (400 how it is written, 403 who may, … 422 what it says, 428, 503), among those of one status the one that was given first.
Problem all_of(std::vector<Problem> problems);
// Of what was found in the fields of bytes that have a problem of their own, from the `first` on: leaves what is told of other places.
void keep_beside(const Problem& bytes, std::vector<Problem>& found, std::size_t first);
std::optional<Problem> both_of(std::optional<Problem> first, std::optional<Problem> second);  // nothing: neither

}  // namespace caveat::wire
