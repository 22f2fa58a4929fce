// What the gate puts into a record beside what the engine decided, and how a repeat gets its reply back out of it.
//
// Promises   idempotency lies in the log as a keyed digest only; the reply of a repeat is the one of then, receipt and all
// Source     contracts.md 7, http.md "Idempotency"
#pragma once

#include <string>
#include <string_view>

#include "adapters/gate/gate.h"

namespace caveat::gate {

struct RecordedTurn {
  const decide::Ruleset& rules;
  const decide::Request& request;
  std::string_view decision_id;
  std::string_view reply;        // without its receipt
  const Digest& content;         // canonical digest of the request
  std::string_view request_key;  // "request CALLER ID"
};

audit::RecordContent record_of(const RecordedTurn& turn, const decide::Decision& decision, const audit::KeyStore& keys);

audit::StateKey idempotency_key(std::string_view request_key);
std::string idempotency_value(const Digest& content, const audit::KeyStore& keys);

// The reply that record `index` holds, to the request `id`. Throws audit::Error if it cannot be opened.
Reply recorded_reply(audit::Log& log, std::uint64_t index, std::string_view id);

}  // namespace caveat::gate
