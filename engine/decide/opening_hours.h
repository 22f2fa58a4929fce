// Opening hours of a queue: whether somebody is there, and when a hand-off falls due. Part of decide.
//
// Promises   a day that the queue's calendar lists as closed has no hours; one that it lists as open has those of its day of the
//            week, or, if there are none, those of the calendar's first working day; other days, and days that the calendar does not
//            cover, go by the day of the week. A due time runs in open hours only, unless the queue overflows to another
// Source     semantics.md 44; decision.md, queues
#pragma once

#include <cstdint>

#include "engine/base/units.h"
#include "engine/program/program.h"

namespace caveat::decide {

bool is_open(const program::Program& program, const program::QueueRow& queue, Microseconds at,
             std::int32_t given_offset);

// A deadline as seconds after `at`: months by the pack's clock, working days by the queue's calendar to the same time of that day;
// where the calendar does not cover them, plain days: rather early.
std::int64_t seconds_of(const program::Program& program, const program::QueueRow& queue, const Duration& deadline,
                        Microseconds at, std::int32_t given_offset);

// Seconds after `at` at which the queue's own due time is over.
std::int64_t due_after(const program::Program& program, const program::QueueRow& queue, Microseconds at,
                       std::int32_t given_offset);

}  // namespace caveat::decide
