#include "adapters/gate/deliveries.h"

#include <algorithm>

#include "adapters/gate/queues.h"
#include "adapters/gate/record.h"
#include "adapters/gate/ticket_json.h"
#include "adapters/wire/codes.h"

namespace caveat::gate {
namespace {

constexpr std::string_view kSha256 = "sha256:";

std::optional<Digest> digest_in(std::string_view text) {
  if (text.starts_with(kSha256)) text.remove_prefix(kSha256.size());
  Digest digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  const auto nibble = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

audit::StateKey delivery_key(const Delivery& delivery) {
  return {.kind = audit::StateKind::delivery,
          .subject = "decision " + delivery.decision,
          .discriminator = delivery.part + " " + hex(delivery.text)};
}

}  // namespace

std::optional<Problem> read_deliveries(std::vector<Body>& bodies, Microseconds now, std::vector<Delivery>& out) {
  std::optional<Problem> all;
  for (Body& body : bodies) {
    Delivery delivery;
    delivery.decision = body.text("decision", Body::needed, 64);
    const std::string digest = body.text("text_digest", Body::needed, 80);
    const std::string at = body.text("at", Body::optional, 40);
    delivery.channel = body.text("channel", Body::optional, 64);
    delivery.part = body.text("part", Body::optional, 256);
    delivery.at = now;
    if (!digest.empty()) {
      if (const std::optional<Digest> known = digest_in(digest))
        delivery.text = *known;
      else
        body.wrong(wire::codes::kWrongType, "text_digest", "sha256: and 64 hex digits", "\"" + digest + "\"");
    }
    if (!at.empty()) {
      if (const std::optional<Microseconds> known = parse_instant(at))
        delivery.at = *known;
      else
        body.wrong(wire::codes::kWrongType, "at", "an instant as of RFC 3339", "\"" + at + "\"");
    }
    if (std::optional<Problem> problem = body.finish()) {
      if (!all)
        all = std::move(problem);
      else
        all->items.insert(all->items.end(), problem->items.begin(), problem->items.end());
    }
    out.push_back(std::move(delivery));
  }
  return all;
}

const std::vector<PastHolds::Hold>& PastHolds::of(audit::TagKind kind, const std::string& whose) {
  const auto [found, is_new] = known_.try_emplace({kind, whose});
  if (!is_new || whose.empty()) return found->second;
  for (const std::uint64_t index : reader_.search(log_.keys(), {kind, whose})) {
    const std::optional<Ticket> ticket = closed_at(log_, reader_, index);
    if (ticket && ticket->held != 0)
      found->second.push_back({.closed = index, .from = ticket->held, .to = ticket->since});
  }
  return found->second;
}

bool PastHolds::held(const PastDecision& past, const std::string& customer, Microseconds at) {
  const auto by = [&](audit::TagKind kind, const std::string& whose) {
    const std::vector<Hold>& holds = of(kind, whose);
    return std::any_of(holds.begin(), holds.end(),
                       [&](const Hold& hold) { return hold.closed > past.index && hold.from <= at && at < hold.to; });
  };
  return by(audit::TagKind::conversation, past.conversation) || by(audit::TagKind::customer, customer);
}

std::string_view match_of(std::string_view kept) {
  for (const std::string_view known : {"same", "changed", "late"})
    if (kept == known) return known;
  return {};
}

Confirmed match(const program::Program* program, audit::Log& log, const audit::LogReader& reader, Floor& floor,
                PastHolds& holds, const ToldToWait& told_to_wait, const Caller& caller, const Delivery& delivery) {
  const std::optional<PastDecision> past = past_decision(log, reader, delivery.decision);
  if (!past || past->caller != caller.id) return {.match = "unknown"};
  const audit::StateKey key = delivery_key(delivery);
  if (const std::optional<std::string> kept = floor.value(key))
    if (const std::string_view known = match_of(*kept); !known.empty()) return {.match = known, .key = key};
  // A bot's text that goes out while a person has the conversation, or one is awaited, comes too late.
  const std::string customer = past->customer.empty() ? floor.customer_of(past->conversation) : past->customer;
  const bool spoke = past->verdict < decide::Verdict::handoff;
  const bool held = spoke && (floor.look([&](const Desk& desk, std::uint64_t) {
                      const Desk::Here here = desk.find(past->conversation, customer);
                      return gate::holds(here.standing) && here.ticket->held <= delivery.at;
                    }) || holds.held(*past, customer, delivery.at));
  // The turn was sent again, or its decision read, and the bot sent what it was told then: to wait.
  const bool switched =
      spoke && floor.look([&](const Desk& desk, std::uint64_t) { return desk.emergency().was_thrown(delivery.at); });
  const bool waits = (held || switched) && (told_to_wait.knows(delivery.decision, delivery.text) ||
                                            (program != nullptr && is_waiting_text(*program, delivery.text)));
  const bool late = held && !waits;
  const std::string sent = past->offered ? *past->offered : said_in(past->body);
  const bool same = waits || (sha256(sent) == delivery.text && (!past->offered || goes_as_offered(past->body)));
  const std::string_view match = late ? "late" : same ? "same" : "changed";
  std::vector<audit::StateChange> changes{{.key = key, .value = std::string(match)}};
  // As of when it was decided, however late it is confirmed: whoever has come back from a person since has started anew.
  if (caller.confirms && match == "same" && !waits) {
    const Whose whose{.conversation = past->conversation, .customer = customer};
    for (audit::StateChange& change : told_changes(past->told_once, whose, past->recorded)) {
      const std::optional<std::string> there = floor.value(change.key);
      if (!there || told_at(*there) < past->recorded) changes.push_back(std::move(change));  // else told again since
    }
  }
  return {.match = match,
          .key = key,
          .record = event_record(
              audit::Kind::delivery_confirmed,
              audit::DeliveryConfirmed{.decision = delivery.decision, .text = delivery.text, .late = late},
              {.customer = customer, .conversation = past->conversation, .handoff = {}, .decision = delivery.decision},
              std::move(changes))};
}

}  // namespace caveat::gate
