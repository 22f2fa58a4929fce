// Reply: a decision as the caller reads it: decision.md's shape, its members always in the same order.
//
//   std::string body = reply_json(ruleset, request, decision, frame);      // before the record has its place
//   std::string sent = with_receipt(body, {.log = origin, .index = 4711, .leaf = leaf});
//
// Promises   the body without its receipt is what the record keeps, so a repeat gets the same bytes; offsets count what the
//            request asked for (code points, UTF-16 units, bytes); a bot reads which rules spoke, never why
// Threads    calls may run together
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/digest.h"
#include "engine/decide/decide.h"
#include "engine/decide/explain.h"

namespace caveat::wire {

// The hand-off that a turn is of, as it stands: older than the turn perhaps, and elsewhere than the turn alone would have sent it.
struct HandOffTold {
  std::string_view id, queue;
  std::uint8_t priority = 2;
  std::optional<Microseconds> due;
  std::string_view state = {};  // waiting or person: the turn is held
};

// Why a proof does not count for what is still asked for.
enum class NotMet : std::uint8_t { expired, too_early, other_matter, facts_first, spent };
std::vector<std::string_view> not_met_codes();

struct ProofTold {
  std::uint32_t requirement = 0;
  std::optional<std::size_t> proof = std::nullopt;  // which of `satisfied`; nothing: a turn before brought it
  NotMet why = NotMet::expired;
  Microseconds time = 0;  // expired: how long it held; too_early: since when it was asked for
};

struct ReplyFrame {
  std::string_view decision_id;
  std::optional<HandOffTold> handoff = std::nullopt;  // nothing: it has none that stays, and the decision says all
  decide::Audience audience = decide::Audience::officer;
  std::optional<Microseconds> expected_wait = std::nullopt;  // as measured; nothing: it is not told
  const decide::Decision* advice = nullptr;                  // of a person's answer: what the rules came to
  std::span<const ProofTold> not_met = {};                   // told with what is still asked for
};

std::string reply_json(const decide::Ruleset& ruleset, const decide::Request& request, const decide::Decision& decision,
                       const ReplyFrame& frame);

struct Receipt {
  std::string_view log;  // the whole origin
  std::uint64_t index = 0;
  Digest leaf{};
};
// `body` is what reply_json gave; nothing: the decision was not recorded, and the reply says so with null.
std::string with_receipt(std::string body, const std::optional<Receipt>& receipt);

// Only what the engine decided, for `decide --outcome`: byte-stable over runs, machines and job counts.
std::string outcome_json(const decide::Ruleset& ruleset, const decide::Request& request,
                         const decide::Decision& decision);

// The same of a decision that lies in the log: its verdict and the digest of its outcome; the details are in the record.
std::string recorded_outcome_json(std::string_view id, decide::Verdict verdict, std::string_view outcome_cbor);

// RFC 3339 ends with the year 9999: what is later is told as its last second.
inline constexpr Microseconds kLastInstant = 253'402'300'799'000'000;
std::string instant_told(Microseconds at, std::int32_t offset_minutes);

// ISO 8601, in whole minutes, upwards: "PT2M".
std::string wait_in_minutes(Microseconds wait);

// How far into `text` a byte offset is, in the caller's unit.
std::size_t offset_in(std::string_view text, std::size_t byte, decide::Offsets unit);

}  // namespace caveat::wire
