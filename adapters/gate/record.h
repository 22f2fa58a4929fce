// What the gate puts into a record beside what the engine decided, and how a repeat gets its reply back out of it.
//
// Promises   idempotency lies in the log as a keyed digest only; the reply of a repeat is the one of then, receipt and all; the
//            outcome in the record is what the rules came to, the verdict beside it what applied
// Source     contracts.md 7, http.md "Idempotency"
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gate/gate.h"
#include "adapters/gate/held.h"
#include "adapters/gate/requirements.h"
#include "audit/record/events.h"

namespace caveat::gate {

// Keys of Section::result that the gate adds to the engine's: what the caller was told besides the outcome.
inline constexpr int kReplyKey = 3, kDecisionKey = 4, kContinuesKey = 5, kProofsKey = 6, kToldOnceKey = 7,
                     kLeftOutKey = 8, kTopicKey = 9, kMetKey = 10, kEarlyKey = 11, kWithheldKey = 12, kReservedKey = 13,
                     kQuestionKey = 14, kKeptBackKey = 17;

struct RecordedTurn {
  const decide::Ruleset& rules;
  const decide::Request& request;
  const decide::Decision& judged;  // what the rules came to
  const Applied& applied;
  const Continuation& continuation;
  std::string_view decision_id;
  std::string_view reply;              // without its receipt
  std::string_view handoff;            // the ticket that it opened, joined, or is held by; empty: none
  std::string_view customer;           // whose conversation it is known to be; the request may not say it
  const Digest& content;               // canonical digest of the request
  std::string_view request_key;        // "request CALLER ID"
  std::span<const std::uint32_t> met;  // requirements that its proofs met
  std::string_view switched_topic;     // the emergency switch of this topic took the turn; empty: none
  std::string_view question;           // of an earlier turn, which its answer was read with; empty: none
  bool late = false;                   // it came when what it continues was not asked for any more
  bool early = false;                  // it was answered without waiting for the disk
  std::vector<audit::StateChange> changes;
};

audit::RecordContent record_of(RecordedTurn turn, const audit::KeyStore& keys);

// A record of any other kind, about this customer and conversation, if any.
struct About {
  std::string_view customer, conversation, handoff, decision;
};
audit::RecordContent event_record(audit::Kind kind, const audit::Event& event, const About& about,
                                  std::vector<audit::StateChange> changes = {});
// What became of a ticket. `by` is who did it.
audit::RecordContent moved_record(const Moved& moved, std::string_view by, std::optional<bool> customer_agreed,
                                  bool with_changes, std::vector<audit::StateChange> more = {});

audit::StateKey idempotency_key(std::string_view request_key);
std::string idempotency_value(const Digest& content, const audit::KeyStore& keys);

// The reply that record `index` holds, to the request `id`. Throws audit::Error if it cannot be opened.
Reply recorded_reply(audit::Log& log, std::uint64_t index, std::string_view id);

}  // namespace caveat::gate
