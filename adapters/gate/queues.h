// Queues: what the program of now says of a queue: when a ticket in it falls due, where it overflows to, what a waiting customer
// is told. A ticket names its queue, and packs come and go: one that no pack knows any more stands for the default queue: that of the
// configuration (`otherwise`), else the one that the packs name.
//
// Source     decision.md "Queues", semantics.md 44
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gate/caller.h"
#include "adapters/gate/gate.h"
#include "engine/base/digest.h"
#include "engine/base/language.h"
#include "engine/base/units.h"
#include "engine/decide/decision.h"
#include "engine/decide/request.h"
#include "engine/program/program.h"

namespace caveat::gate {

// kNone: the program has none at all.
std::uint32_t queue_of(const program::Program& program, std::string_view name, std::string_view otherwise);
// By whose agents an open hand-off of this queue is seen: its own, and those of the default queue where no pack knows it any more.
std::string queue_served(const GateOptions& options, std::string_view queue);
bool sees(const Caller& caller, const GateOptions& options, std::string_view queue, std::string_view holder);

std::optional<Microseconds> due_in(const program::Program& program, std::uint32_t queue, Microseconds at);
// So many seconds after `at`, and never later than a date can be told (the end of the year 9999).
Microseconds due_at(Microseconds at, std::int64_t seconds);
// The queue it overflows to, else the default queue.
std::uint32_t above(const program::Program& program, std::uint32_t queue, std::string_view otherwise);
// There is no queue above: it overflows to none, and the default queue leads here.
bool is_top(const program::Program& program, std::uint32_t queue, std::string_view otherwise);

// What a customer who waits is told, facts of the turn put in, but what no sentence tells (Decision::untold); the queue's text for when nobody is there where it has one.
std::string waiting_text(const program::Program& program, const decide::Request& request,
                         std::span<const decide::Redacted> untold, std::uint32_t queue);
// What of a turn is not told where nobody knows any more what its rules hid: its texts, each as a whole.
std::vector<decide::Redacted> whole_texts(const decide::Request& request);
// For a turn that is past: what it held and what of it is not told are not at hand, so a text that tells any gives way to the plain one.
std::string waiting_text(const program::Program& program, std::uint32_t queue, Language language, Microseconds now);
// Is it the digest of a text with which some queue, or none, lets wait?
bool is_waiting_text(const program::Program& program, const Digest& text);

}  // namespace caveat::gate
