#include "adapters/gate/past.h"

#include <algorithm>

#include "adapters/gate/desk.h"
#include "adapters/gate/record.h"
#include "adapters/gate/sections.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/tree.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/events.h"
#include "engine/base/cbor.h"

namespace caveat::gate {
namespace {

constexpr std::string_view kRequest = "request ";

}  // namespace

std::vector<audit::Reserved> reserved_in(const audit::OpenedRecord& record) {
  std::vector<audit::Reserved> all;
  const cbor::Value result = section_of(record, audit::Section::result);
  const cbor::Value* kept = result.kind == cbor::Value::Kind::map ? result.find(kReservedKey) : nullptr;
  if (kept == nullptr) return all;
  for (const cbor::Value& one : kept->items) {
    if (one.items.size() != 3) continue;
    Result<audit::StorySection> told = audit::decode_story(one.items[1].encoded);
    if (!told) continue;
    audit::Reserved& reserved = all.emplace_back();
    for (const cbor::Value& role : one.items[0].items) reserved.roles.emplace_back(role.string);
    reserved.told = std::move(*told);
    reserved.rule = one.items[2].string;
  }
  return all;
}

bool keeps_back(const program::Program* now, std::string_view rule, std::span<const std::string> roles) {
  if (now == nullptr) return true;
  const std::uint32_t index = now->find_rule(rule);
  if (index == program::kNone || !now->rule_is_confidential(index)) return false;
  const std::vector<std::string_view> named = now->rule_visible_to(index);
  return std::find_first_of(roles.begin(), roles.end(), named.begin(), named.end()) == roles.end();
}

void tell_to(std::span<const std::string> roles, const std::vector<audit::Reserved>& reserved,
             audit::StorySection& story) {
  using Kind = audit::StoryLine::Kind;
  const auto behind_reasons = [](std::vector<audit::StoryLine>& lines) {
    return std::find_if(lines.begin(), lines.end(), [](const audit::StoryLine& line) {
      return line.kind == Kind::kept_back || line.kind == Kind::handed_to || line.kind == Kind::told;
    });
  };
  for (const audit::Reserved& one : reserved) {
    if (std::find_first_of(roles.begin(), roles.end(), one.roles.begin(), one.roles.end()) == roles.end()) continue;
    story.en.insert(behind_reasons(story.en), one.told.en.begin(), one.told.en.end());
    story.zh.insert(behind_reasons(story.zh), one.told.zh.begin(), one.told.zh.end());
  }
}

std::optional<PastDecision> past_decision_at(audit::Log& log, const audit::LogReader& reader, std::uint64_t index) {
  const Result<audit::Header> header = audit::decode_header(reader.header(index).value_or(""));
  if (!header || header->context.kind != audit::Kind::decision) return std::nullopt;
  Result<audit::OpenedRecord> opened = reader.open_body(log.keys(), index);
  if (!opened)
    throw audit::Error(audit::codes::kBodyClosed, log.path(), {std::to_string(index), "its key is not at hand"});
  PastDecision past;
  past.index = index;
  past.recorded = opened->header.time_us;
  past.leaf = audit::leaf_hash(audit::encode_header(opened->header));
  const cbor::Value request = section_of(*opened, audit::Section::request);
  past.request = text_at(request, 1);
  past.language = text_at(request, 5) == "en" ? Language::en : Language::zh;
  past.conversation = text_at(request, 7);
  past.customer = text_at(request, 9);
  const cbor::Value texts = section_of(*opened, audit::Section::texts);
  const auto has_text = [&](int key) { return texts.kind == cbor::Value::Kind::map && texts.find(key) != nullptr; };
  past.of_material = has_text(4);
  for (const int key : {3, 4})
    if (has_text(key)) past.offered = text_at(texts, key);
  const cbor::Value result = section_of(*opened, audit::Section::result);
  past.body = text_at(result, kReplyKey);
  past.id = text_at(result, kDecisionKey);
  if (const cbor::Value* told = result.kind == cbor::Value::Kind::map ? result.find(kToldOnceKey) : nullptr)
    past.told_once = decode_told(*told);
  past.reserved = reserved_in(*opened);
  if (const audit::SectionBytes* said = opened->find(audit::Section::verdict)) {
    if (const Result<audit::VerdictSection> verdict = audit::decode_verdict(said->encoded))
      past.verdict = static_cast<decide::Verdict>(verdict->verdict);
  }
  if (const audit::SectionBytes* told = opened->find(audit::Section::story)) {
    if (Result<audit::StorySection> story = audit::decode_story(told->encoded)) past.story = std::move(*story);
  }
  if (const audit::SectionBytes* state = opened->find(audit::Section::state)) {
    if (const Result<std::vector<audit::StateChange>> changes = audit::decode_changes(state->encoded)) {
      for (const audit::StateChange& change : *changes) {
        if (change.key.kind != audit::StateKind::idempotency) continue;
        const std::string_view who = std::string_view(change.key.subject).substr(kRequest.size());
        past.caller = who.substr(0, who.find(' '));
      }
    }
  }
  past.record = std::move(*opened);
  return past;
}

Given given(const program::Program& program, const audit::OpenedRecord& record) {
  Given given;
  const cbor::Value result = section_of(record, audit::Section::result);
  if (result.kind != cbor::Value::Kind::map) return given;
  if (const cbor::Value* left_out = result.find(kLeftOutKey)) given.used = once_of(program, decode_told(*left_out));
  if (const cbor::Value* question = result.find(kQuestionKey)) given.question = std::string(question->string);
  if (const cbor::Value* withheld = result.find(kWithheldKey)) {
    for (const cbor::Value& one : withheld->items)
      if (const auto recipient = one.as_integer()) given.held.push_back(static_cast<std::uint32_t>(*recipient));
  }
  if (const cbor::Value* met = result.find(kMetKey)) {
    for (std::uint32_t index = 0; index < program.requirements().size(); ++index) {
      const std::string name = requirement_full_name(program, index);
      for (const cbor::Value& one : met->items)
        if (one.string == name) given.satisfied.push_back(index);
    }
  }
  return given;
}

std::optional<Ticket> closed_at(audit::Log& log, const audit::LogReader& reader, std::uint64_t index) {
  const Result<audit::Header> header = audit::decode_header(reader.header(index).value_or(""));
  if (!header) return std::nullopt;
  const audit::Kind kind = header->context.kind;
  if (kind != audit::Kind::handoff_closed && kind != audit::Kind::handoff_returned) return std::nullopt;
  const Result<audit::OpenedRecord> opened = reader.open_body(log.keys(), index);
  if (!opened) return std::nullopt;  // its customer's key is destroyed: nobody can tell of it any more
  const audit::SectionBytes* section = opened->find(audit::Section::event);
  const Result<audit::Event> event =
      audit::decode_event(kind, section == nullptr ? std::string_view() : section->encoded);
  if (!event) return std::nullopt;
  const auto entry = log.state().read(past_ticket_key(std::get<audit::HandOffMoved>(*event).handoff));
  return entry ? decode_ticket(entry->value) : std::nullopt;
}

std::optional<PastDecision> past_decision(audit::Log& log, const audit::LogReader& reader, std::string_view id) {
  for (const std::uint64_t index : reader.search(log.keys(), {audit::TagKind::decision, std::string(id)})) {
    std::optional<PastDecision> past = past_decision_at(log, reader, index);
    if (past && past->id == id) return past;
  }
  return std::nullopt;
}

}  // namespace caveat::gate
