#include "engine/decide/outcome.h"

#include "engine/base/cbor.h"

namespace caveat::decide {

using program::Program;

namespace {

std::string full(const Program& program, std::uint32_t pack, program::Str name) {
  std::string text;
  if (pack != program::kNone) text = std::string(program.text(program.pack_rows()[pack].name)) + "/";
  return text + std::string(program.text(name));
}

std::string wording(const Program& program, std::uint32_t index) {
  return full(program, program.wordings()[index].pack, program.wordings()[index].name);
}

void write(cbor::Encoder& out, const Program& program, const Reason& reason) {
  const bool pair = reason.product >= 0 && reason.action >= 0, his = reason.recipient >= 0;
  const bool caused = reason.cause != Cause::none;
  out.map(8u + (pair ? 1u : 0u) + (his ? 1u : 0u) + (caused ? 1u : 0u));
  out.integer(0), out.text(program.rule_id(reason.rule));
  out.integer(1), out.boolean(reason.unknown);
  out.integer(2), out.boolean(reason.by_default);
  out.integer(3), out.integer(reason.item());
  out.integer(4), out.integer(static_cast<int>(reason.verdict));
  out.integer(5), out.array(reason.facts.size());
  for (const FactUsed& fact : reason.facts) {
    out.map(4);
    out.integer(0), out.text(program.slot_path(fact.slot));
    out.integer(1), out.boolean(fact.known);
    out.integer(2), out.integer(static_cast<int>(fact.cause));
    out.integer(3), out.integer(fact.item);
  }
  out.integer(6), out.array(reason.matches.size());
  for (const Match& match : reason.matches) {
    const bool claimed = match.said != Said::found;
    out.array(claimed ? 4 : 3);
    out.integer(static_cast<int>(match.part)), out.integer(match.begin), out.integer(match.end);
    if (claimed) out.integer(static_cast<int>(match.said));
  }
  out.integer(7), out.boolean(reason.item_is_action());
  if (pair) out.integer(8), out.integer(reason.action);
  if (his) out.integer(9), out.integer(reason.recipient);
  if (caused) out.integer(10), out.integer(static_cast<int>(reason.cause));
}

}  // namespace

std::string outcome(const Program& program, const Decision& decision) {
  cbor::Encoder out;
  const bool marked = decision.say_format != text::Format::plain;
  out.map(11u + (decision.left_out.empty() ? 0u : 1u) + (marked ? 1u : 0u));
  out.integer(0), out.integer(static_cast<int>(decision.verdict));
  out.integer(1), out.array(decision.reasons.size());
  for (const Reason& reason : decision.reasons) write(out, program, reason);
  out.integer(2), out.array(decision.items.size());
  for (const ItemVerdict& item : decision.items) {
    out.map(item.recipient ? 6 : 5);
    out.integer(0), out.boolean(item.action);
    out.integer(1), out.integer(item.index);
    out.integer(2), out.text(item.id);
    out.integer(3), out.integer(static_cast<int>(item.verdict));
    out.integer(4), out.array(item.disclosures.size());
    for (std::uint32_t index : item.disclosures) out.text(wording(program, index));
    if (item.recipient) out.integer(5), out.boolean(true);
  }
  out.integer(3), out.array(decision.redactions.size());
  for (const Redacted& one : decision.redactions) {
    out.map(7);
    out.integer(0), out.integer(static_cast<int>(one.part));
    out.integer(1), out.integer(one.begin);
    out.integer(2), out.integer(one.end);
    out.integer(3), out.integer(one.mode);
    out.integer(4), out.integer(one.keep_first);
    out.integer(5), out.integer(one.keep_last);
    out.integer(6), out.text(one.label);
  }
  out.integer(4), out.array(decision.disclosures.size());
  for (const Disclosure& one : decision.disclosures) {
    out.array(2);
    out.boolean(one.at_start), out.text(wording(program, one.wording));
  }
  out.integer(5), out.array(decision.requires_.size());
  for (const Required& one : decision.requires_) {
    out.array(2);
    out.boolean(one.is_fact);
    if (one.is_fact) {
      out.text(program.slot_path(one.index));
    } else {
      out.text(full(program, program.requirements()[one.index].pack, program.requirements()[one.index].name));
    }
  }
  out.integer(6), out.array(decision.flags.size());
  for (std::string_view flag : decision.flags) out.text(flag);
  out.integer(7);
  if (decision.has_handoff) {
    const program::QueueRow* queue =
        decision.handoff.queue < program.queues().size() ? &program.queues()[decision.handoff.queue] : nullptr;
    out.map(5);
    out.integer(0), out.text(queue ? full(program, queue->pack, queue->name) : std::string());
    out.integer(1), out.integer(decision.handoff.priority);
    out.integer(2);
    if (decision.handoff.due_seconds >= 0) {
      out.integer(decision.handoff.due_seconds);
    } else {
      out.null();
    }
    out.integer(3), out.boolean(decision.handoff.hold);
    out.integer(4), out.integer(static_cast<int>(decision.handoff.cause));
  } else {
    out.null();
  }
  out.integer(8);
  if (decision.has_say) {
    out.text(decision.say);
  } else {
    out.null();
  }
  out.integer(9), out.array(decision.alerts.size());
  for (std::string_view alert : decision.alerts) out.text(alert);
  out.integer(10), out.integer(program::kSemanticsVersion);
  if (!decision.left_out.empty()) {
    out.integer(11), out.array(decision.left_out.size());
    for (const Once& one : decision.left_out) {
      out.array(3);
      out.text(wording(program, one.wording)), out.integer(one.per), out.integer(one.product);
    }
  }
  if (marked) out.integer(12), out.text(text::name(decision.say_format));
  return out.take();
}

}  // namespace caveat::decide
