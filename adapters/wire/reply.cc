#include "adapters/wire/reply.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/base/diagnostic.h"
#include "engine/base/escape.h"
#include "engine/base/hex.h"
#include "engine/decide/outcome.h"
#include "engine/decide/readers.h"
#include "engine/decide/sentences.h"

namespace caveat::wire {

namespace json = boost::json;
using decide::Decision;
using decide::Request;
using decide::Ruleset;
using program::Program;

namespace {

constexpr std::string_view kPriorities[] = {"urgent", "high", "normal", "low"};

std::string_view priority_name(std::uint8_t priority) {
  return kPriorities[std::min<std::size_t>(priority, std::size(kPriorities) - 1)];
}

std::string_view path_of(decide::TextPart part) {
  constexpr std::string_view kPaths[] = {"/answer/text", "/message/text", "/outreach/text", "/material/text"};
  return kPaths[static_cast<std::size_t>(part)];
}

json::object span_json(const Request& request, decide::TextPart part, std::uint32_t begin, std::uint32_t end,
                       decide::Offsets unit) {
  const std::string_view text = decide::text_of(request, part);
  return json::object{
      {"path", path_of(part)}, {"start", offset_in(text, begin, unit)}, {"end", offset_in(text, end, unit)}};
}

json::array strings(const auto& range) {
  json::array out;
  for (const auto& value : range) out.emplace_back(json::string(std::string_view(value)));
  return out;
}

enum class Items : std::uint8_t { products, actions, recipients };

Items kind_of(const decide::ItemVerdict& item) {
  return item.recipient ? Items::recipients : item.action ? Items::actions : Items::products;
}

json::array items_json(const Program& program, const Request& request, const Decision& decision, Items wanted) {
  json::array out;
  for (const decide::ItemVerdict& item : decision.items) {
    const Items kind = kind_of(item);
    if (kind != wanted) continue;
    json::object entry;
    entry[kind == Items::actions ? "name" : "id"] = item.id;
    entry["verdict"] = decide::name(item.verdict);
    json::array disclosures;
    for (const std::uint32_t wording : item.disclosures)
      disclosures.emplace_back(
          json::string(decide::wording_told(program, request, decision, wording, request.language(), &item)));
    entry["disclosures"] = std::move(disclosures);
    out.emplace_back(std::move(entry));
  }
  return out;
}

json::array redactions_json(const Request& request, const Decision& decision, decide::Offsets unit) {
  json::array out;
  for (const decide::Redacted& redacted : decision.redactions) {
    json::object entry = span_json(request, redacted.part, redacted.begin, redacted.end, unit);
    if (!redacted.label.empty()) entry["label"] = redacted.label;
    out.emplace_back(std::move(entry));
  }
  return out;
}

// With its pack where another one has a requirement of the same name: a proof has to say which it is for.
std::string requirement_told(const Program& program, std::uint32_t index) {
  const std::string_view name = program.requirement_name(index);
  std::size_t of_the_name = 0;
  for (std::uint32_t i = 0; i < program.requirements().size(); ++i) of_the_name += program.requirement_name(i) == name;
  if (of_the_name == 1) return std::string(name);
  return std::string(program.text(program.pack_rows()[program.requirements()[index].pack].name)) + "/" +
         std::string(name);
}

// In the order of NotMet.
constexpr struct {
  std::string_view code, en, zh;
} kNotMet[] = {
    {"expired", "it held until {0}: bring one that holds now", "凭证有效至 {0}，现已失效：请提供现时有效的凭证"},
    {"too_early", "it was given before this was asked for, at {0}: ask, and bring what is answered",
     "凭证的时间早于提出要求的时间（{0}）：请先征询，再提供由此取得的凭证"},
    {"other_matter",
     "it was given for what was asked about, and this turn is another: ask about this one, or send the one that was "
     "asked about, with nothing changed",
     "凭证是就当时征询的内容作出的，本轮内容已不同：请就本轮内容重新征询，或原样发送当时征询的内容"},
    {"facts_first",
     "facts were asked for with it, and what they make of the turn was not known then: ask for it now that they are "
     "brought",
     "征询时尚缺事实，本轮的实际内容当时未明：事实既已提供，请重新征询"},
    {"spent", "it has served already, and does not serve again here: bring a new one",
     "凭证已使用过，在此不能再次使用：请提供新的凭证"},
};

json::array not_met_json(const Request& request, std::uint32_t requirement, std::span<const ProofTold> told) {
  json::array out;
  for (const ProofTold& one : told) {
    if (one.requirement != requirement) continue;
    const auto& why = kNotMet[static_cast<std::size_t>(one.why)];
    json::object entry;
    if (one.proof) entry["path"] = "/satisfied/" + std::to_string(*one.proof);
    entry["code"] = why.code;
    entry["why"] =
        fill(request.language() == Language::zh ? why.zh : why.en, {instant_told(one.time, request.at_offset())});
    out.emplace_back(std::move(entry));
  }
  return out;
}

json::array requires_json(const Program& program, const Request& request, const Decision& decision,
                          std::span<const ProofTold> not_met) {
  json::array out;
  for (const decide::Required& required : decision.requires_) {
    if (!decide::helps(program, decision, required)) continue;  // the items that wanted it are blocked
    json::object entry;
    if (required.is_fact) {
      entry["name"] = program.slot_path(required.index);
      entry["kind"] = "fact";
    } else {
      entry["name"] = requirement_told(program, required.index);
      entry["kind"] = "requirement";
      // What the proof has to say of itself; left out where anything will do.
      const program::RequirementRow& row = program.requirements()[required.index];
      for (const auto& [member, list] : {std::pair("proof", row.proofs), std::pair("from", row.from)}) {
        json::array taken;
        for (const program::Str word : program.strings(list)) taken.emplace_back(json::string(program.text(word)));
        if (!taken.empty()) entry[member] = std::move(taken);
      }
    }
    entry["ask"] = decide::asked_told(program, request, decision, required, request.language());
    if (!required.is_fact)
      if (json::array told = not_met_json(request, required.index, not_met); !told.empty())
        entry["not_met"] = std::move(told);
    out.emplace_back(std::move(entry));
  }
  return out;
}

// ---- a reply is written as text at once: every turn makes one, and most of its lists are empty

constexpr std::size_t kUsualReply = 1'000;  // bytes, with room for the receipt

template <class List, class Make>
void append_list(std::string& out, const List& list, Make make) {
  if (list.empty())
    out += "[]";
  else
    out += json::serialize(make());
}

void append_items(std::string& out, const Program& program, const Request& request, const Decision& decision,
                  Items wanted) {
  out += '[';
  for (const decide::ItemVerdict& item : decision.items) {
    const Items kind = kind_of(item);
    if (kind != wanted) continue;
    out += out.back() == '[' ? "{\"" : ",{\"";
    out += kind == Items::actions ? "name\":" : "id\":";
    append_json(out, item.id);
    out += ",\"verdict\":";
    append_json(out, decide::name(item.verdict));
    out += ",\"disclosures\":[";
    for (const std::uint32_t wording : item.disclosures) {
      if (out.back() != '[') out += ',';
      append_json(out, decide::wording_told(program, request, decision, wording, request.language(), &item));
    }
    out += "]}";
  }
  out += ']';
}

void append_handoff(std::string& out, const Program& program, const Request& request, const Decision& decision,
                    const ReplyFrame& frame) {
  if (!decision.has_handoff) {
    out += "null";
    return;
  }
  const decide::HandOff& handoff = decision.handoff;
  HandOffTold told;
  if (frame.handoff) {
    told = *frame.handoff;
  } else {
    if (handoff.queue != program::kNone) told.queue = program.queue_name(handoff.queue);
    told.priority = handoff.priority;
    if (handoff.due_seconds != program::kNoDue) told.due = request.at() + handoff.due_seconds * 1'000'000;
  }
  out += '{';
  const auto text = [&out](std::string_view member, std::string_view value) {
    if (value.empty()) return;
    out += member;
    append_json(out, value);
    out += ',';
  };
  text("\"id\":", told.id);
  text("\"queue\":", told.queue);
  text("\"priority\":", priority_name(told.priority));
  if (told.due) text("\"due\":", instant_told(*told.due, request.at_offset()));
  if (frame.expected_wait) text("\"expected_wait\":", wait_in_minutes(*frame.expected_wait));
  out += handoff.hold ? "\"hold\":true," : "\"hold\":false,";
  text("\"state\":", told.state);
  if (handoff.cause != decide::Cause::none && decide::may_tell_cause(program, decision, frame.audience))
    text("\"cause\":", decide::name(handoff.cause));
  out.back() = '}';
}

void append_texts(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (const std::string& text : texts) {
    if (&text != &texts.front()) out += ',';
    append_json(out, text);
  }
  out += ']';
}

void append_reasons(std::string& out, const Program& program, const Request& request, const Decision& decision,
                    decide::Audience audience) {
  out += '[';
  decide::Hidden hidden;
  std::optional<Decision> shown;  // a bot reads no sentences
  if (audience != decide::Audience::bot) shown = decide::for_readers(program, request, decision, hidden);
  for (const decide::ReasonTold& told :
       decide::reasons(program, request, shown ? *shown : decision, request.language(), audience)) {
    if (out.back() != '[') out += ',';
    out += "{\"rule\":";
    append_json(out, told.rule);
    out += ",\"verdict\":";
    append_json(out, decide::name(told.verdict));
    if (told.unknown) out += ",\"unknown\":true";
    if (!told.item_id.empty()) {
      out += ",\"item\":";
      append_json(out, told.item_id);
    }
    if (audience != decide::Audience::bot) {
      out += ",\"because\":";
      append_json(out, told.because);
      out += ",\"cites\":";
      append_texts(out, told.cites);
      out += ",\"facts\":";
      json::object facts;  // a path once, with what was told of it last
      for (const auto& [path, value] : told.facts) facts[path] = value;
      out += json::serialize(facts);
      if (!told.matched.empty()) {
        out += ",\"matched\":";
        append_texts(out, told.matched);
      }
    }
    out += '}';
  }
  out += ']';
}

std::string digest_text(const Digest& digest) { return "sha256:" + hex(digest); }

// One that somebody should have looked at counts on, and the reply says so.
json::object data_json(const Program& program, const decide::Data::Set& set, const Request& request) {
  json::object out{{"name", set.name}};
  if (!set.version.empty()) out["version"] = set.version;
  // Who guesses a row of a short list could try his guess on the digest of its file: of secrets the log alone has it.
  if (set.closed.empty()) out["digest"] = digest_text(set.digest);
  if (decide::is_overdue(program, set, request.at(), request.at_offset())) out["overdue"] = true;
  return out;
}

}  // namespace

std::vector<std::string_view> not_met_codes() {
  std::vector<std::string_view> all;
  for (const auto& one : kNotMet) all.push_back(one.code);
  return all;
}

std::string instant_told(Microseconds at, std::int32_t offset_minutes) {
  return format_instant(std::min(at, kLastInstant - std::max(0, offset_minutes) * Microseconds{60'000'000}),
                        offset_minutes);
}

std::string wait_in_minutes(Microseconds wait) {
  constexpr Microseconds kMinute = 60'000'000;
  return "PT" + std::to_string(std::max<Microseconds>(1, (wait + kMinute - 1) / kMinute)) + "M";
}

std::size_t offset_in(std::string_view text, std::size_t byte, decide::Offsets unit) {
  byte = std::min(byte, text.size());
  if (unit == decide::Offsets::utf_8) return byte;
  std::size_t count = 0;
  for (std::size_t i = 0; i < byte; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xC0) == 0x80) continue;
    count += unit == decide::Offsets::utf_16 && c >= 0xF0 ? 2 : 1;
  }
  return count;
}

std::string reply_json(const Ruleset& ruleset, const Request& request, const Decision& decision,
                       const ReplyFrame& frame) {
  const Program& program = *ruleset.program;
  std::string out;
  out.reserve(kUsualReply);
  out += "{\"id\":";
  append_json(out, request.id());
  out += ",\"decision\":";
  append_json(out, frame.decision_id);
  out += ",\"verdict\":";
  append_json(out, decide::name(decision.verdict));
  out += ",\"say\":{\"text\":";
  if (decision.has_say)
    append_json(out, decision.say);
  else
    out += "null";
  if (request.answer_format() != text::Format::plain && decision.has_say)
    out.append(",\"format\":\"").append(text::name(decision.say_format)).append("\"");
  out += "},\"products\":";
  append_items(out, program, request, decision, Items::products);
  out += ",\"actions\":";
  append_items(out, program, request, decision, Items::actions);
  if (request.has_outreach()) {
    out += ",\"recipients\":";
    append_items(out, program, request, decision, Items::recipients);
  }
  out += ",\"redactions\":";
  append_list(out, decision.redactions, [&] { return redactions_json(request, decision, request.offsets()); });
  out += ",\"disclosures\":";
  append_list(out, decision.disclosures, [&] {
    json::array disclosures;
    for (const decide::Disclosure& disclosure : decision.disclosures) {
      disclosures.emplace_back(json::object{
          {"at", disclosure.at_start ? "start" : "end"},
          {"name", program.wording_name(disclosure.wording)},
          {"text", decide::wording_told(program, request, decision, disclosure.wording, request.language())}});
    }
    return disclosures;
  });
  out += ",\"requires\":";
  append_list(out, decision.requires_, [&] { return requires_json(program, request, decision, frame.not_met); });
  out += ",\"flags\":";
  append_list(out, decision.open_flags, [&] { return strings(decision.open_flags); });
  out += ",\"handoff\":";
  append_handoff(out, program, request, decision, frame);
  if (frame.advice != nullptr) {
    out += ",\"advice\":{\"verdict\":";
    append_json(out, decide::name(frame.advice->verdict));
    out += ",\"reasons\":";
    append_reasons(out, program, request, *frame.advice, frame.audience);
    out += "},\"reasons\":[]";
  } else {
    out += ",\"reasons\":";
    append_reasons(out, program, request, decision, frame.audience);
  }
  out += ",\"packs\":[";
  for (const program::PackRow& pack : program.pack_rows()) {
    if (out.back() != '[') out += ',';
    out += "{\"name\":";
    append_json(out, program.text(pack.name));
    out += ",\"version\":";
    append_json(out, program.text(pack.version));
    out += ",\"digest\":\"sha256:";
    const std::size_t at = out.size();
    out.resize(at + 2 * std::size(pack.digest));
    put_hex(out.data() + at, {reinterpret_cast<const char*>(std::begin(pack.digest)), std::size(pack.digest)});
    out += "\"}";
  }
  out += "],\"data\":[";
  for (const decide::Data::Set& set : ruleset.data.sets) {
    if (out.back() != '[') out += ',';
    out += json::serialize(data_json(program, set, request));
  }
  out += "]}";
  return out;
}

std::string with_receipt(std::string body, const std::optional<Receipt>& receipt) {
  body.pop_back();  // the closing brace
  body += ",\"receipt\":";
  if (receipt) {
    body += "{\"log\":";
    append_json(body, receipt->log);
    body += ",\"index\":" + std::to_string(receipt->index) + ",\"leaf\":";
    append_json(body, hex(receipt->leaf));
    body += "}}";
  } else {
    body += "null}";
  }
  return body;
}

std::string outcome_json(const Ruleset& ruleset, const Request& request, const Decision& decision) {
  const Program& program = *ruleset.program;
  json::object out;
  out["id"] = request.id();
  out["verdict"] = decide::name(decision.verdict);
  json::array reasons;
  for (const decide::Reason& reason : decision.reasons) {
    json::object entry;
    entry["rule"] = program.rule_id(reason.rule);
    entry["verdict"] = decide::name(reason.verdict);
    entry["unknown"] = reason.unknown;
    entry["by_default"] = reason.by_default;
    if (reason.cause != decide::Cause::none) entry["cause"] = decide::name(reason.cause);
    if (reason.item() >= 0) entry["item"] = reason.item();
    if (reason.product >= 0 && reason.action >= 0) entry["action"] = reason.action;
    if (reason.recipient >= 0) entry["recipient"] = reason.recipient;
    json::array facts;
    for (const decide::FactUsed& fact : reason.facts) {
      json::object used{{"path", program.slot_path(fact.slot)}, {"known", fact.known}};
      if (!fact.known) used["cause"] = decide::name(fact.cause);
      facts.emplace_back(std::move(used));
    }
    entry["facts"] = std::move(facts);
    json::array matches;
    for (const decide::Match& match : reason.matches)
      matches.emplace_back(span_json(request, match.part, match.begin, match.end, decide::Offsets::utf_8));
    entry["matches"] = std::move(matches);
    reasons.emplace_back(std::move(entry));
  }
  out["reasons"] = std::move(reasons);
  out["products"] = items_json(program, request, decision, Items::products);
  out["actions"] = items_json(program, request, decision, Items::actions);
  if (request.has_outreach()) out["recipients"] = items_json(program, request, decision, Items::recipients);
  out["redactions"] = redactions_json(request, decision, decide::Offsets::utf_8);
  json::array disclosures;
  for (const decide::Disclosure& disclosure : decision.disclosures)
    disclosures.emplace_back(json::object{{"at", disclosure.at_start ? "start" : "end"},
                                          {"name", program.wording_name(disclosure.wording)}});
  out["disclosures"] = std::move(disclosures);
  json::array required;
  for (const decide::Required& entry : decision.requires_)
    required.emplace_back(json::string(entry.is_fact ? program.slot_path(entry.index)
                                                     : std::string(program.requirement_name(entry.index))));
  out["requires"] = std::move(required);
  out["flags"] = strings(decision.flags);
  out["alerts"] = strings(decision.alerts);
  std::string handoff;
  append_handoff(handoff, program, request, decision, {.decision_id = {}, .audience = decide::Audience::confidential});
  out["handoff"] = json::parse(handoff);
  if (decision.has_say)
    out["say"] = decision.say;
  else
    out["say"] = nullptr;
  if (decision.say_format != text::Format::plain) out["say_format"] = text::name(decision.say_format);
  out["cbor_sha256"] = hex(sha256(decide::outcome(program, decision)));
  return json::serialize(out);
}

std::string recorded_outcome_json(std::string_view id, decide::Verdict verdict, std::string_view outcome_cbor) {
  json::object out;
  out["id"] = id;
  out["verdict"] = decide::name(verdict);
  out["recorded"] = true;
  out["cbor_sha256"] = hex(sha256(outcome_cbor));
  return json::serialize(out);
}

}  // namespace caveat::wire
