// Past: decisions as they lie in the log, found by their ids: what repeats, deliveries, continuations and readers ask for.
//
//   std::optional<PastDecision> past = past_decision(log, *reader, decision_id);
//
// Promises   what was recorded, never what would be decided now
// Errors     audit::Error, if a record that is there cannot be opened
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gate/facts.h"
#include "adapters/gate/once.h"
#include "adapters/gate/ticket.h"
#include "audit/log/log.h"
#include "audit/log/reader.h"
#include "audit/record/from_decision.h"
#include "audit/record/sections.h"
#include "engine/decide/decision.h"

namespace caveat::gate {

struct PastDecision {
  std::uint64_t index = 0;
  Microseconds recorded = 0;           // when
  std::string id, caller, request;     // whose it is; the request's id
  std::string conversation, customer;  // empty: none
  Language language = Language::zh;    // of the turn
  bool of_material = false;
  std::optional<std::string> offered;  // text of an outreach or a material
  decide::Verdict verdict = decide::Verdict::handoff;
  std::string body;                 // the reply without its receipt
  std::vector<ToldOnce> told_once;  // disclosures that it told and that count once
  audit::StorySection story;
  std::vector<audit::Reserved> reserved;  // of confidential rules, for the roles that they name
  Digest leaf{};
  audit::OpenedRecord record;  // all of it, as it was opened
  FactsTold facts;             // for whoever reads it; empty until they are asked for
};

// What a decision's record keeps of confidential rules for the roles that they name.
std::vector<audit::Reserved> reserved_in(const audit::OpenedRecord& record);
// Is the rule confidential in the packs of now, which name none of these roles? Without packs that is said of every rule, of one that they
// no longer have it is not.
bool keeps_back(const program::Program* now, std::string_view rule, std::span<const std::string> roles);
// The story as somebody with these roles reads it.
void tell_to(std::span<const std::string> roles, const std::vector<audit::Reserved>& reserved,
             audit::StorySection& story);

std::optional<PastDecision> past_decision(audit::Log& log, const audit::LogReader& reader, std::string_view id);
// What a decision was given besides its turn, as its record tells: with these decided again under the same program it comes to the same
// bytes.
struct Given {
  std::vector<decide::Once> used;        // disclosures that had been told
  std::vector<std::uint32_t> satisfied;  // requirements that its proofs met
  std::string question;                  // what the customer had asked in an earlier turn
  std::vector<std::uint32_t> held;       // recipients of an outreach from whom it was kept since a person had them
};
Given given(const program::Program& program, const audit::OpenedRecord& record);

// The ticket that record `index` closed; nothing: it closed none.
std::optional<Ticket> closed_at(audit::Log& log, const audit::LogReader& reader, std::uint64_t index);
// The record `index`; nothing: it is no decision.
std::optional<PastDecision> past_decision_at(audit::Log& log, const audit::LogReader& reader, std::uint64_t index);

}  // namespace caveat::gate
