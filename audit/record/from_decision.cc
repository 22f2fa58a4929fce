#include "audit/record/from_decision.h"

#include <algorithm>
#include <set>

#include "audit/record/sections.h"
#include "engine/base/cbor.h"
#include "engine/base/units.h"
#include "engine/base/version.h"
#include "engine/decide/explain.h"
#include "engine/decide/outcome.h"
#include "engine/decide/readers.h"
#include "engine/decide/sentences.h"
#include "engine/program/program.h"

namespace caveat::audit {
namespace {

using decide::Audience;
using decide::Decision;
using decide::Request;
using program::Program;

constexpr std::string_view kGone = "***";  // in place of what a rule redacts of a stored text, or a class hides

// Integer keys of the sections that only a replay reads; docs/formats.md says the same in words.
namespace request_key {
constexpr int kId = 1, kAt = 2, kOffset = 3, kChannel = 4, kLanguage = 5, kBot = 6, kConversation = 7, kTurn = 8,
              kCustomer = 9, kJurisdictions = 10, kProducts = 11, kActions = 12, kRecipients = 13, kSubject = 14,
              kNamedProducts = 15;
}
namespace texts_key {
constexpr int kMessage = 1, kAnswer = 2, kOutreach = 3, kMaterial = 4, kAnswerFormat = 5;
}
namespace facts_key {
constexpr int kPath = 1, kItem = 2, kValue = 3, kCause = 4, kQuality = 5, kSource = 6, kAsOf = 7, kClass = 8,
              kDigest = 9, kRounded = 10, kProtected = 11;
}
namespace result_key {
constexpr int kOutcome = 1, kSay = 2;
}

std::string stored_text(std::string_view text, decide::TextPart part, const Decision& decision) {
  std::string out;
  decide::append_masked(out, decision.masked, part, text, 0, text.size(), kGone);
  return out;
}

// Among the texts the bot's answer is kept as it was: what it wanted to say is the evidence. A message is kept as it may be, and the
// story, which is read more widely, tells no text otherwise.
std::string stored_message(const Request& request, const Decision& decision) {
  return stored_text(request.message_text(), decide::TextPart::message, decision);
}

class Map {  // a CBOR map whose pairs are written in ascending order of small integer keys
 public:
  void text(int key, std::string_view value) { pair(key).text(value); }
  void number(int key, std::int64_t value) { pair(key).integer(value); }
  void bytes(int key, std::string_view value) { pair(key).bytes(value); }
  void yes(int key) { pair(key).boolean(true); }
  void texts(int key, const std::vector<std::string>& values) {
    cbor::Encoder& out = pair(key);
    out.array(values.size());
    for (const std::string& value : values) out.text(value);
  }
  std::string take() {
    cbor::Encoder out;
    out.map(pairs_);
    out.raw(body_.view());
    return out.take();
  }

 private:
  cbor::Encoder& pair(int key) {
    ++pairs_;
    body_.integer(key);
    return body_;
  }
  cbor::Encoder body_;
  std::size_t pairs_ = 0;
};

std::string request_section(const Request& request) {
  Map map;
  map.text(request_key::kId, request.id());
  map.number(request_key::kAt, request.at());
  map.number(request_key::kOffset, request.at_offset());
  if (!request.channel().empty()) map.text(request_key::kChannel, request.channel());
  map.text(request_key::kLanguage, request.language() == Language::en ? "en" : "zh");
  if (!request.bot_id().empty()) map.text(request_key::kBot, request.bot_id());
  if (!request.conversation_id().empty()) map.text(request_key::kConversation, request.conversation_id());
  if (request.conversation_turn()) map.number(request_key::kTurn, *request.conversation_turn());
  if (!request.customer_id().empty()) map.text(request_key::kCustomer, request.customer_id());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < request.jurisdictions(); ++i) names.emplace_back(request.jurisdiction(i));
  map.texts(request_key::kJurisdictions, names);
  names.clear();
  for (std::size_t i = 0; i < request.products(); ++i) names.emplace_back(request.product_id(i));
  map.texts(request_key::kProducts, names);
  names.clear();
  for (std::size_t i = 0; i < request.actions(); ++i) names.emplace_back(request.action_name(i));
  map.texts(request_key::kActions, names);
  names.clear();
  for (std::size_t i = 0; i < request.recipients(); ++i) names.emplace_back(request.recipient_id(i));
  if (!names.empty()) map.texts(request_key::kRecipients, names);
  if (!request.subject_id().empty()) map.text(request_key::kSubject, request.subject_id());
  names.clear();
  for (std::size_t i = request.products(); i < request.all_products(); ++i) names.emplace_back(request.product_id(i));
  if (!names.empty()) map.texts(request_key::kNamedProducts, names);
  return map.take();
}

std::string texts_section(const Request& request, const Decision& decision) {
  Map map;
  if (request.has_message()) map.text(texts_key::kMessage, stored_message(request, decision));
  if (request.has_answer()) map.text(texts_key::kAnswer, request.answer_text());
  if (request.has_answer() && request.answer_format() != text::Format::plain)
    map.text(texts_key::kAnswerFormat, text::name(request.answer_format()));
  if (request.has_outreach()) map.text(texts_key::kOutreach, request.outreach_text());
  if (request.has_material()) map.text(texts_key::kMaterial, request.material_text());
  return map.take();
}

std::string facts_section(const Program& program, const Request& request, const KeyedDigest& keyed) {
  std::vector<std::string> entries;
  for (const decide::Fact& fact : request.facts()) {
    const program::Slot& slot = program.schema().slots[fact.slot];
    if (!slot.read_by_a_rule || slot.type == program::SlotType::record ||
        (slot.built_in && slot.type == program::SlotType::text))
      continue;
    Map map;
    map.text(facts_key::kPath, program.slot_path(fact.slot));
    if (fact.item >= 0) map.number(facts_key::kItem, fact.item);
    const std::string value = request.value(fact.slot, fact.item);
    const bool secret = slot.data_class == "C3";
    if (fact.known && !secret) map.text(facts_key::kValue, value);
    if (!fact.known) map.text(facts_key::kCause, decide::name(fact.cause));
    map.text(facts_key::kQuality, decide::name(fact.quality));
    if (!fact.source.empty()) map.text(facts_key::kSource, fact.source);
    if (fact.as_of) map.number(facts_key::kAsOf, *fact.as_of);
    if (!slot.data_class.empty()) map.text(facts_key::kClass, slot.data_class);
    if (fact.known && secret) map.bytes(facts_key::kDigest, view(keyed(value)));
    if (fact.rounded) map.yes(facts_key::kRounded);
    // Whatever the packs are by then, it is told no more freely later than it would be now.
    if (decide::is_protected(program, fact.slot)) map.yes(facts_key::kProtected);
    entries.push_back(map.take());
  }
  cbor::Encoder out;
  out.array(entries.size());
  for (const std::string& entry : entries) out.raw(entry);
  return out.take();
}

// Under which name a rule stands in what searches, reports and packages open: a confidential one under its alias.
std::string told_name(const Program& program, std::uint32_t rule, const KeyedDigest& keyed) {
  const std::string_view id = program.rule_id(rule);
  return program.rule_is_confidential(rule) ? alias_of(id, keyed) : std::string(id);
}

VerdictSection verdict_section(const Program& program, const Decision& decision, const KeyedDigest& keyed) {
  VerdictSection section;
  section.verdict = static_cast<std::uint8_t>(decision.verdict);
  for (const decide::Reason& reason : decision.reasons) {
    const auto state = !reason.unknown     ? RuleOutcome::State::fired
                       : reason.by_default ? RuleOutcome::State::unknown_by_default
                                           : RuleOutcome::State::unknown;
    section.rules.push_back(
        {told_name(program, reason.rule, keyed), state, static_cast<std::uint8_t>(reason.verdict), reason.item()});
  }
  std::sort(section.rules.begin(), section.rules.end(),
            [](const RuleOutcome& a, const RuleOutcome& b) { return std::tie(a.id, a.item) < std::tie(b.id, b.item); });
  if (decision.has_handoff) {
    const decide::HandOff& handoff = decision.handoff;
    section.handoff = HandOffOutcome{std::string(program.queue_name(handoff.queue)), handoff.priority,
                                     std::max<std::int64_t>(handoff.due_seconds, 0), handoff.hold,
                                     std::string(decide::name(handoff.cause))};
  }
  return section;
}

std::vector<std::string> owned(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

RulesSection rules_section(const Program& program, const Decision& decision, const KeyedDigest& keyed) {
  std::set<std::uint32_t> rules;
  for (const decide::Reason& reason : decision.reasons) rules.insert(reason.rule);
  RulesSection section;
  for (const std::uint32_t rule : rules) {
    if (program.rule_is_confidential(rule)) {
      section.rules.push_back({told_name(program, rule, keyed), "A confidential rule", "一条保密规则", {}, {}, {}});
      continue;
    }
    section.rules.push_back({std::string(program.rule_id(rule)), std::string(program.rule_title(rule, Language::en)),
                             std::string(program.rule_title(rule, Language::zh)),
                             owned(program.rule_cites(rule, Language::en)),
                             owned(program.rule_cites(rule, Language::zh)), owned(program.rule_owners(rule))});
  }
  std::sort(section.rules.begin(), section.rules.end(),
            [](const RuleText& a, const RuleText& b) { return a.id < b.id; });
  return section;
}

DigestsSection digests_section(const decide::Ruleset& ruleset, const KeyedDigest& keyed) {
  DigestsSection section;
  section.program = ruleset.program->digest();
  for (const Program::PackName& pack : ruleset.program->packs())
    section.packs.push_back({std::string(pack.name), std::string(pack.version), pack.digest});
  for (const decide::Data::Set& set : ruleset.data.sets)
    section.data.push_back({set.name, set.version, digest_recorded(set, keyed)});
  return section;
}

std::string join(const std::vector<std::string>& parts, std::string_view with) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += with;
    out += part;
  }
  return out;
}

std::string due_words(std::int64_t seconds, bool zh) {
  if (seconds < 0) return {};
  const bool minutes = seconds % 60 == 0 && seconds > 0;
  const std::string amount = std::to_string(minutes ? seconds / 60 : seconds);
  return zh ? "，" + amount + (minutes ? " 分钟内" : " 秒内")
            : ", within " + amount + (minutes ? " minute" : " second") + (amount == "1" ? "" : "s");
}

void tell_reason(std::vector<StoryLine>& lines, const decide::ReasonTold& reason, bool zh) {
  using Kind = StoryLine::Kind;
  const auto line = [&](Kind kind, std::string text) {
    if (!text.empty()) lines.push_back({kind, std::move(text)});
  };
  const std::string of =
      reason.item_id.empty() ? std::string() : (zh ? "（" : " (") + reason.item_id + (zh ? "）" : ")");
  line(Kind::rule, (reason.title.empty() ? reason.rule : reason.title) + of);
  line(reason.unknown ? Kind::unknown : Kind::because, reason.because);
  line(Kind::law, join(reason.cites, zh ? "；" : "; "));
}

std::vector<StoryLine> story(const Program& program, const Request& request, const Decision& decision,
                             Language language) {
  using Kind = StoryLine::Kind;
  const bool zh = language == Language::zh;
  const std::string_view comma = zh ? "、" : ", ";
  std::vector<StoryLine> lines;
  const auto line = [&](Kind kind, std::string text) {
    if (!text.empty()) lines.push_back({kind, std::move(text)});
  };
  if (request.has_message()) line(Kind::customer_said, stored_message(request, decision));
  if (request.has_answer())
    line(Kind::bot_wanted,
         (zh ? "回答：" : "to answer: ") + stored_text(request.answer_text(), decide::TextPart::answer, decision));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < request.products(); ++i) names.emplace_back(request.product_id(i));
  if (request.has_outreach())
    line(Kind::bot_wanted, (zh ? "触达 " + std::to_string(request.recipients()) + " 人："
                               : "to reach " + std::to_string(request.recipients()) + ": ") +
                               stored_text(request.outreach_text(), decide::TextPart::outreach, decision));
  if (request.has_material()) {
    if (!request.material_text().empty())
      names.emplace(names.begin(), stored_text(request.material_text(), decide::TextPart::material, decision));
    line(Kind::bot_wanted, (zh ? "发布：" : "to publish: ") + join(names, comma));
    names.clear();
  }
  if (!names.empty()) line(Kind::bot_wanted, (zh ? "推荐：" : "to recommend: ") + join(names, comma));
  names.clear();
  for (std::size_t i = 0; i < request.actions(); ++i) names.emplace_back(request.action_name(i));
  if (!names.empty()) line(Kind::bot_wanted, (zh ? "执行：" : "to do: ") + join(names, comma));
  line(Kind::verdict, std::string(decide::told(decision.verdict, language)));
  for (const decide::ReasonTold& reason : decide::reasons(program, request, decision, language, Audience::officer))
    tell_reason(lines, reason, zh);
  names.clear();
  for (const std::uint32_t recipient : decision.withheld) names.emplace_back(request.recipient_id(recipient));
  if (!names.empty())
    line(Kind::because,
         (zh ? "人工正在处理或等待人工，不予触达：" : "a person has them, or is awaited: ") + join(names, comma));
  names.clear();
  for (const decide::ItemVerdict& item : decision.items) {
    if (item.verdict >= decide::Verdict::require)
      names.push_back(std::string(item.id) + (zh ? "（" : " (") + std::string(decide::told(item.verdict, language)) +
                      (zh ? "）" : ")"));
  }
  line(Kind::kept_back, join(names, comma));
  if (decision.has_handoff) {
    const std::string_view title = program.queue_title(decision.handoff.queue, language);
    line(Kind::handed_to,
         std::string(title.empty() ? program.queue_name(decision.handoff.queue) : title) +
             (zh ? "，优先级" : ", priority ") +
             std::string(priority_word(static_cast<std::uint8_t>(decision.handoff.priority), language)) +
             due_words(decision.handoff.due_seconds, zh));
  }
  if (decision.has_say) {
    line(Kind::told, std::string(decision.say));
    return lines;
  }
  // Without an answer that carries them they go out beside what is shown.
  for (const decide::Disclosure& one : decision.disclosures)
    line(Kind::told, decide::wording_told(program, request, decision, one.wording, language));
  for (const decide::ItemVerdict& item : decision.items)
    for (const std::uint32_t wording : item.disclosures)
      line(Kind::told, std::string(item.id) + (zh ? "：" : ": ") +
                           decide::wording_told(program, request, decision, wording, language, &item));
  return lines;
}

}  // namespace

std::string alias_of(std::string_view rule, const KeyedDigest& keyed) {
  return "confidential/" + hex(keyed("confidential rule " + std::string(rule))).substr(0, 16);
}

Digest digest_recorded(const decide::Data::Set& set, const KeyedDigest& keyed) {
  return set.closed.empty() ? set.digest : keyed("reference set with secrets " + std::string(view(set.digest)));
}

std::vector<Reserved> reserved(const Program& program, const Request& request, const Decision& decided) {
  const auto is_reserved = [&](std::uint32_t rule) {
    return program.rule_is_confidential(rule) && !program.rule_visible_to(rule).empty();
  };
  std::vector<Reserved> all;
  if (std::none_of(decided.reasons.begin(), decided.reasons.end(),
                   [&](const decide::Reason& reason) { return is_reserved(reason.rule); }))
    return all;
  decide::Hidden hidden;
  const Decision decision = decide::for_readers(program, request, decided, hidden);
  for (const Language language : {Language::en, Language::zh}) {
    std::size_t at = 0;
    for (const decide::ReasonTold& reason :
         decide::reasons(program, request, decision, language, Audience::confidential)) {
      const std::uint32_t rule = program.find_rule(reason.rule);
      if (!is_reserved(rule)) continue;
      if (at == all.size()) all.push_back({reason.rule, owned(program.rule_visible_to(rule)), {}});
      StorySection& told = all[at++].told;
      tell_reason(language == Language::zh ? told.zh : told.en, reason, language == Language::zh);
    }
  }
  return all;
}

RecordContent from_decision(const decide::Ruleset& ruleset, const decide::Request& request,
                            const decide::Decision& decided, const KeyedDigest& keyed) {
  const Program& program = *ruleset.program;
  decide::Hidden hidden;
  const Decision decision = decide::for_readers(program, request, decided, hidden);
  RecordContent content;
  content.kind = Kind::decision;
  content.semantics = program::kSemanticsVersion;
  if (!request.customer_id().empty()) content.subjects.emplace_back(request.customer_id());
  for (std::size_t i = 0; i < request.recipients(); ++i) content.subjects.emplace_back(request.recipient_id(i));

  const VerdictSection verdict = verdict_section(program, decision, keyed);
  StorySection told{story(program, request, decision, Language::en), story(program, request, decision, Language::zh)};
  Map result;
  result.bytes(result_key::kOutcome, decide::outcome(program, decided));
  if (decided.has_say) result.text(result_key::kSay, decided.say);
  cbor::Encoder engine;
  engine.text("caveat " + std::string(version()));
  content.sections = {{Section::verdict, encode_verdict(verdict)},
                      {Section::request, request_section(request)},
                      {Section::texts, texts_section(request, decision)},
                      {Section::facts, facts_section(program, request, keyed)},
                      {Section::rules, encode_rules(rules_section(program, decision, keyed))},
                      {Section::result, result.take()},
                      {Section::digests, encode_digests(digests_section(ruleset, keyed))},
                      {Section::engine, engine.take()},
                      {Section::story, encode_story(told)}};

  if (!request.customer_id().empty()) content.tags.push_back({TagKind::customer, std::string(request.customer_id())});
  for (std::size_t i = 0; i < request.recipients(); ++i)
    content.tags.push_back({TagKind::customer, std::string(request.recipient_id(i))});
  if (!request.conversation_id().empty())
    content.tags.push_back({TagKind::conversation, std::string(request.conversation_id())});
  for (const RuleOutcome& rule : verdict.rules) content.tags.push_back({TagKind::rule, rule.id});
  content.tags.push_back({TagKind::verdict, std::string(verdict_name(verdict.verdict))});
  content.tags.push_back({TagKind::day, format_date(days_of(request.at(), request.at_offset()))});
  content.tags.push_back({TagKind::request, std::string(request.id())});
  std::sort(content.tags.begin(), content.tags.end());
  content.tags.erase(std::unique(content.tags.begin(), content.tags.end()), content.tags.end());
  return content;
}

}  // namespace caveat::audit
