// Past: decisions as they lie in the log, found by their ids: what repeats, deliveries, continuations and readers ask for.
//
//   std::optional<PastDecision> past = past_decision(log, *reader, decision_id);
//
// Promises   what was recorded, never what would be decided now
// Errors     audit::Error, if a record that is there cannot be opened
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log/log.h"
#include "audit/log/reader.h"
#include "audit/record/sections.h"
#include "engine/decide/decision.h"

namespace caveat::gate {

struct PastDecision {
  std::uint64_t index = 0;
  std::string id, caller, request;     // whose it is; the request's id
  std::string conversation, customer;  // empty: none
  decide::Verdict verdict = decide::Verdict::handoff;
  std::string body;  // the reply without its receipt
  audit::StorySection story;
  Digest leaf{};
};

std::optional<PastDecision> past_decision(audit::Log& log, const audit::LogReader& reader, std::string_view id);
// The record `index`; nothing: it is no decision.
std::optional<PastDecision> past_decision_at(audit::Log& log, const audit::LogReader& reader, std::uint64_t index);

}  // namespace caveat::gate
