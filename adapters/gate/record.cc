#include "adapters/gate/record.h"

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "adapters/gate/once.h"
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
#include "engine/decide/outcome.h"

namespace caveat::gate {

namespace {

constexpr int kResultOutcome = 1;  // of Section::result: the bridge's

// Of a program the facts that only confidential rules read, each with the roles that one of these names. Reckoned once for each that a
// thread decides with: it asks every rule.
const std::map<std::uint32_t, std::vector<std::string>>& kept_back_in(
    const std::shared_ptr<const program::Program>& of) {
  thread_local std::weak_ptr<const program::Program> last;
  thread_local std::map<std::uint32_t, std::vector<std::string>> all;
  if (!last.owner_before(of) && !of.owner_before(last)) return all;
  last.reset();  // what is cut off midway is nobody's
  all.clear();
  const program::Program& program = *of;
  for (const bool confidential : {true, false}) {
    for (std::uint32_t rule = 0; rule < program.rule_count(); ++rule) {
      if (program.rule_is_confidential(rule) != confidential) continue;
      for (const std::uint32_t slot : program.indices(program.rules()[rule].facts)) {
        if (!confidential) {
          all.erase(slot);
          continue;
        }
        std::vector<std::string>& roles = all[slot];
        for (const std::string_view role : program.rule_visible_to(rule)) roles.emplace_back(role);
      }
    }
  }
  for (auto& [slot, roles] : all) {
    std::sort(roles.begin(), roles.end());
    roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  }
  last = of;
  return all;
}

// Those of them that the turn carries.
std::vector<std::pair<std::uint32_t, const std::vector<std::string>*>> kept_back_of(const RecordedTurn& turn) {
  std::vector<std::pair<std::uint32_t, const std::vector<std::string>*>> carried;
  const auto& all = kept_back_in(turn.rules.program);
  if (all.empty()) return carried;
  for (const decide::Fact& fact : turn.request.facts())
    if (const auto found = all.find(fact.slot);
        found != all.end() && (carried.empty() || carried.back().first != fact.slot))
      carried.emplace_back(fact.slot, &found->second);
  return carried;
}

std::string with_reply(std::string_view result, const RecordedTurn& turn) {
  cbor::Encoder out;
  const Result<cbor::Value> decoded = cbor::decode(result);
  // A record without its outcome is no record of it: the turn is handed off instead.
  if (!decoded || decoded->kind != cbor::Value::Kind::map) throw std::logic_error("a result that is no CBOR map");
  const std::size_t pairs = decoded->items.size() / 2;
  const std::string outcome =
      turn.applied.ruling() == Ruling::judged ? std::string() : decide::outcome(*turn.rules.program, turn.judged);
  const bool continued = !turn.continuation.decision.empty();
  const std::vector<ToldOnce> told_once = told(*turn.rules.program, turn.request, turn.applied.decision().told_once),
                              left_out = told(*turn.rules.program, turn.request, turn.judged.left_out);
  const std::vector<audit::Reserved> reserved =
      audit::reserved(*turn.rules.program, turn.request, turn.applied.decision());
  const std::vector<std::pair<std::uint32_t, const std::vector<std::string>*>> kept_back = kept_back_of(turn);
  out.map(pairs + (kept_back.empty() ? 0 : 1) + (continued ? 4 : 2) + (told_once.empty() ? 0 : 1) +
          (left_out.empty() ? 0 : 1) + (turn.switched_topic.empty() ? 0 : 1) + (turn.met.empty() ? 0 : 1) +
          (turn.early ? 1 : 0) + (turn.judged.withheld.empty() ? 0 : 1) + (reserved.empty() ? 0 : 1) +
          (turn.question.empty() ? 0 : 1));
  for (std::size_t i = 0; i < pairs; ++i) {
    out.raw(decoded->items[2 * i].encoded);
    if (!outcome.empty() && decoded->items[2 * i].number == kResultOutcome)
      out.bytes(outcome);
    else
      out.raw(decoded->items[2 * i + 1].encoded);
  }
  out.integer(kReplyKey);
  out.text(turn.reply);
  out.integer(kDecisionKey);
  out.text(turn.decision_id);
  if (continued) {
    out.integer(kContinuesKey);
    out.text(turn.continuation.decision);
    out.integer(kProofsKey);
    out.array(turn.continuation.proofs.size());
    for (const Proof& proof : turn.continuation.proofs) {
      out.map(proof.expires ? 6 : 5);
      out.integer(1);
      out.text(proof.name);
      out.integer(2);
      out.text(proof.kind);
      out.integer(3);
      out.text(proof.by);
      out.integer(4);
      out.integer(proof.at);
      out.integer(5);
      out.text(proof.evidence);
      if (proof.expires) {
        out.integer(6);
        out.integer(*proof.expires);
      }
    }
  }
  if (!told_once.empty()) {
    out.integer(kToldOnceKey);
    encode(out, told_once);
  }
  if (!left_out.empty()) {
    out.integer(kLeftOutKey);
    encode(out, left_out);
  }
  if (!turn.switched_topic.empty()) {
    out.integer(kTopicKey);
    out.text(turn.switched_topic);
  }
  if (!turn.met.empty()) {
    out.integer(kMetKey);
    out.array(turn.met.size());
    for (const std::uint32_t index : turn.met) out.text(requirement_full_name(*turn.rules.program, index));
  }
  if (turn.early) {
    out.integer(kEarlyKey);
    out.boolean(true);
  }
  if (!turn.judged.withheld.empty()) {
    out.integer(kWithheldKey);
    out.array(turn.judged.withheld.size());
    for (const std::uint32_t recipient : turn.judged.withheld) out.integer(recipient);
  }
  if (!reserved.empty()) {
    out.integer(kReservedKey);
    out.array(reserved.size());
    for (const audit::Reserved& one : reserved) {
      out.array(3);
      out.array(one.roles.size());
      for (const std::string& role : one.roles) out.text(role);
      out.raw(audit::encode_story(one.told));
      out.text(one.rule);
    }
  }
  if (!turn.question.empty()) {
    out.integer(kQuestionKey);
    out.text(turn.question);
  }
  if (!kept_back.empty()) {
    out.integer(kKeptBackKey);
    out.array(kept_back.size());
    for (const auto& [slot, roles] : kept_back) {
      out.array(2);
      out.text(turn.rules.program->slot_path(slot));
      out.array(roles->size());
      for (const std::string& role : *roles) out.text(role);
    }
  }
  return out.take();
}

// Why something else applied than what the rules came to, for whoever reads the story.
std::string with_ruling(std::string_view encoded, const RecordedTurn& turn) {
  Result<audit::StorySection> story = audit::decode_story(encoded);
  if (!story) throw std::logic_error("a story that cannot be read");
  std::string en, zh;
  const std::string ticket = turn.handoff.empty() ? std::string() : " " + std::string(turn.handoff);
  switch (turn.applied.ruling()) {
    case Ruling::judged:
      return std::string(encoded);
    case Ruling::held:
      en = "the hand-off" + ticket + " was open: until a person ends it nothing of the bot's goes out";
      zh = "转人工单" + ticket + " 尚未结束：在人工处理完毕之前，机器人的内容一律不发出";
      break;
    case Ruling::switched:
      en = "the emergency switch was on: every turn goes to a person";
      zh = "紧急开关已开启：所有轮次均转人工";
      if (!turn.switched_topic.empty()) {
        en = "the emergency switch was on for " + std::string(turn.switched_topic) +
             ": every turn that is of it, or may be, goes to a person";
        zh = "专题 " + std::string(turn.switched_topic) + " 的紧急开关已开启：属于或可能属于该专题的轮次均转人工";
      }
      break;
    case Ruling::unmet:
      en = turn.late ? "what was required was not brought within 24 hours: a person takes this turn"
                     : "what was required was not brought in three rounds: a person takes this turn";
      zh = turn.late ? "所需条件未在 24 小时内满足：本轮转人工" : "所需条件三次均未满足：本轮转人工";
      break;
    case Ruling::advice:
      en = "a person answered, who holds the hand-off" + ticket + ": what the rules say of it is advice";
      zh = "由持有转人工单" + ticket + " 的人员答复：规则的结论仅供参考";
      break;
  }
  const auto add = [](std::vector<audit::StoryLine>& lines, std::string text) {
    const auto verdict = std::find_if(lines.begin(), lines.end(), [](const audit::StoryLine& line) {
      return line.kind == audit::StoryLine::Kind::verdict;
    });
    lines.insert(verdict == lines.end() ? verdict : verdict + 1,
                 {.kind = audit::StoryLine::Kind::because, .text = std::move(text)});
  };
  add(story->en, std::move(en));
  add(story->zh, std::move(zh));
  return audit::encode_story(*story);
}

void close_tags(audit::RecordContent& content) {
  std::sort(content.tags.begin(), content.tags.end());
  content.tags.erase(std::unique(content.tags.begin(), content.tags.end()), content.tags.end());
}

}  // namespace

audit::RecordContent record_of(RecordedTurn turn, const audit::KeyStore& keys) {
  audit::RecordContent content = audit::from_decision(turn.rules, turn.request, turn.applied.decision(),
                                                      [&](std::string_view bytes) { return keys.keyed_digest(bytes); });
  for (audit::SectionBytes& section : content.sections) {
    if (section.section == audit::Section::result) section.encoded = with_reply(section.encoded, turn);
    if (section.section == audit::Section::story) section.encoded = with_ruling(section.encoded, turn);
  }
  content.changes = std::move(turn.changes);
  content.changes.push_back({.key = idempotency_key(turn.request_key), .value = idempotency_value(turn.content, keys)});
  content.tags.push_back({audit::TagKind::decision, std::string(turn.decision_id)});
  if (!turn.handoff.empty()) content.tags.push_back({audit::TagKind::handoff, std::string(turn.handoff)});
  if (content.subjects.empty() && !turn.customer.empty()) {
    content.subjects.emplace_back(turn.customer);
    content.tags.push_back({audit::TagKind::customer, std::string(turn.customer)});
  }
  close_tags(content);
  return content;
}

audit::RecordContent event_record(audit::Kind kind, const audit::Event& event, const About& about,
                                  std::vector<audit::StateChange> changes) {
  audit::RecordContent content;
  content.kind = kind;
  content.semantics = program::kSemanticsVersion;
  if (!about.customer.empty()) content.subjects.emplace_back(about.customer);
  content.sections = {{audit::Section::event, audit::encode_event(event)}};
  content.changes = std::move(changes);
  const auto tag = [&](audit::TagKind tag_kind, std::string_view text) {
    if (!text.empty()) content.tags.push_back({tag_kind, std::string(text)});
  };
  tag(audit::TagKind::customer, about.customer);
  tag(audit::TagKind::conversation, about.conversation);
  tag(audit::TagKind::handoff, about.handoff);
  close_tags(content);
  return content;
}

audit::RecordContent moved_record(const Moved& moved, std::string_view by, std::optional<bool> customer_agreed,
                                  bool with_changes, std::vector<audit::StateChange> more) {
  const Ticket& ticket = moved.ticket;
  std::vector<audit::StateChange> changes = with_changes ? changes_of(ticket) : std::vector<audit::StateChange>();
  changes.insert(changes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  const auto some = [](std::string_view text) {
    return text.empty() ? audit::Optional() : audit::Optional(std::string(text));
  };
  const bool opened = moved.record == audit::Kind::handoff_opened;
  const About about{.customer = ticket.customer,
                    .conversation = ticket.conversation,
                    .handoff = ticket.id,
                    .decision = ticket.decision};
  if (moved.record == audit::Kind::feedback)
    return event_record(
        audit::Kind::feedback,
        audit::Feedback{
            .decision = ticket.decision, .kind = "asked_for_a_person", .by = std::string(by), .words = moved.words},
        about, std::move(changes));
  return event_record(moved.record.value(),
                      audit::HandOffMoved{.handoff = ticket.id,
                                          .decision = ticket.decision,
                                          .queue = some(ticket.queue),
                                          .priority = ticket.priority,
                                          .due = ticket.due,
                                          .by = some(by),
                                          .outcome = some(ticket.outcome),
                                          .customer_agreed = customer_agreed,
                                          .note = some(opened                ? ticket.reason
                                                       : moved.words.empty() ? ticket.note
                                                                             : moved.words)},
                      about, std::move(changes));
}

audit::StateKey idempotency_key(std::string_view request_key) {
  return {.kind = audit::StateKind::idempotency, .subject = std::string(request_key), .discriminator = {}};
}

std::string idempotency_value(const Digest& content, const audit::KeyStore& keys) {
  return std::string(view(keys.keyed_digest(view(content))));
}

Reply recorded_reply(audit::Log& log, std::uint64_t index, std::string_view id) {
  const auto closed = [&](Words why) {
    return audit::Error(audit::codes::kBodyClosed, log.path(), {std::to_string(index), why});
  };
  const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(log.path());
  const Result<audit::OpenedRecord> opened = reader->open_body(log.keys(), index);
  if (!opened) throw closed("its key is not at hand");
  const audit::SectionBytes* section = opened->find(audit::Section::result);
  const Result<cbor::Value> result =
      cbor::decode(section == nullptr ? std::string_view() : std::string_view(section->encoded));
  const cbor::Value* reply = result ? result->find(kReplyKey) : nullptr;
  const cbor::Value* decision = result ? result->find(kDecisionKey) : nullptr;
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
  if (const cbor::Value* outcome = result->find(kResultOutcome))
    out.outcome = wire::recorded_outcome_json(id, out.verdict, outcome->string);
  out.recorded = true;
  return out;
}

}  // namespace caveat::gate
