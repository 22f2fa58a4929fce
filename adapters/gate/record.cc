#include "adapters/gate/record.h"

#include <algorithm>
#include <stdexcept>

#include "adapters/wire/reply.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/log/tree.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/from_decision.h"
#include "audit/record/sections.h"
#include "engine/base/cbor.h"

namespace caveat::gate {

namespace {

// Keys of Section::result that the gate adds to the engine's: what the caller was told besides the outcome.
constexpr int kOutcome = 1;  // the bridge's
constexpr int kReply = 3, kDecision = 4;

std::string with_reply(std::string_view result, const RecordedTurn& turn) {
  cbor::Encoder out;
  const Result<cbor::Value> decoded = cbor::decode(result);
  // A record without its outcome is no record of it: the turn is handed off instead.
  if (!decoded || decoded->kind != cbor::Value::Kind::map) throw std::logic_error("a result that is no CBOR map");
  const std::size_t pairs = decoded->items.size() / 2;
  out.map(pairs + 2);
  for (std::size_t i = 0; i < 2 * pairs; ++i) out.raw(decoded->items[i].encoded);
  out.integer(kReply);
  out.text(turn.reply);
  out.integer(kDecision);
  out.text(turn.decision_id);
  return out.take();
}

}  // namespace

audit::RecordContent record_of(const RecordedTurn& turn, const decide::Decision& decision,
                               const audit::KeyStore& keys) {
  audit::RecordContent content = audit::from_decision(turn.rules, turn.request, decision,
                                                      [&](std::string_view bytes) { return keys.keyed_digest(bytes); });
  for (audit::SectionBytes& section : content.sections)
    if (section.section == audit::Section::result) section.encoded = with_reply(section.encoded, turn);
  content.changes.push_back({.key = idempotency_key(turn.request_key), .value = idempotency_value(turn.content, keys)});
  content.tags.push_back({audit::TagKind::decision, std::string(turn.decision_id)});
  std::sort(content.tags.begin(), content.tags.end());
  return content;
}

audit::StateKey idempotency_key(std::string_view request_key) {
  return {.kind = audit::StateKind::idempotency, .subject = std::string(request_key), .discriminator = {}};
}

std::string idempotency_value(const Digest& content, const audit::KeyStore& keys) {
  return std::string(view(keys.keyed_digest(view(content))));
}

Reply recorded_reply(audit::Log& log, std::uint64_t index, std::string_view id) {
  const auto closed = [&](std::string why) {
    return audit::Error(audit::codes::kBodyClosed, log.path(), {std::to_string(index), std::move(why)});
  };
  const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(log.path());
  const Result<audit::OpenedRecord> opened = reader->open_body(log.keys(), index);
  if (!opened) throw closed("its key is not at hand");
  const audit::SectionBytes* section = opened->find(audit::Section::result);
  const Result<cbor::Value> result =
      cbor::decode(section == nullptr ? std::string_view() : std::string_view(section->encoded));
  const cbor::Value* reply = result ? result->find(kReply) : nullptr;
  const cbor::Value* decision = result ? result->find(kDecision) : nullptr;
  if (reply == nullptr || decision == nullptr) throw closed("it holds no reply");
  Reply out;
  out.decision_id = decision->string;
  out.body = wire::with_receipt(
      std::string(reply->string),
      wire::Receipt{
          .log = log.origin(), .index = index, .leaf = audit::leaf_hash(audit::encode_header(opened->header))});
  const audit::SectionBytes* said = opened->find(audit::Section::verdict);
  const Result<audit::VerdictSection> verdict =
      audit::decode_verdict(said == nullptr ? std::string_view() : said->encoded);
  if (!verdict) throw closed("it holds no verdict");
  out.verdict = static_cast<decide::Verdict>(verdict->verdict);
  if (const cbor::Value* outcome = result->find(kOutcome))
    out.outcome = wire::recorded_outcome_json(id, out.verdict, outcome->string);
  out.recorded = true;
  return out;
}

}  // namespace caveat::gate
