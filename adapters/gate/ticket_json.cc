#include "adapters/gate/ticket_json.h"

#include <algorithm>

#include "adapters/wire/reply.h"
#include "audit/report/words.h"
#include "engine/decide/opening_hours.h"
#include "engine/decide/readers.h"

namespace caveat::gate {

namespace json = boost::json;

namespace {

std::string_view state_name(Standing standing) { return standing == Standing::bot ? "closed" : name(standing); }

json::value text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return json::string(text);
}
json::value time_or_null(const std::optional<Microseconds>& at) {
  if (!at) return nullptr;
  return json::string(wire::instant_told(*at, 0));
}

json::array rules_shown(const Ticket& ticket, const program::Program* program, std::span<const std::string> roles) {
  const auto named_by = [&](const auto& allowed) {
    return std::find_first_of(roles.begin(), roles.end(), allowed.begin(), allowed.end()) != roles.end();
  };
  json::array out;
  for (const std::string& rule : ticket.rules) {
    // What was confidential when it opened the ticket stays so, and what is confidential now is so from now on.
    const bool hidden = keeps_back(program, rule, roles) ||
                        std::any_of(ticket.hidden.begin(), ticket.hidden.end(),
                                    [&](const HiddenRule& then) { return then.rule == rule && !named_by(then.roles); });
    if (!hidden) out.emplace_back(json::string(rule));
  }
  return out;
}

// What its author says that a queue can do: for those who serve it, and who looks for it.
void tell_service(const program::Program& program, std::uint32_t queue, json::object& out) {
  const program::QueueRow& row = program.queues()[queue];
  for (const auto& [member, words] : {std::pair("skills", row.skills), std::pair("languages", row.languages)}) {
    json::array all;
    for (const program::Str word : program.strings(words)) all.emplace_back(json::string(program.text(word)));
    out[member] = std::move(all);
  }
  out["call_back"] = row.call_back != 0;
}

// What everybody may know of it.
void tell_state(const Ticket& ticket, json::object& out) {
  out["state"] = state_name(ticket.standing);
  out["hold"] = holds(ticket.standing);
  out["queue"] = ticket.queue;
  out["priority"] = priority_name(ticket.priority);
  out["due"] = time_or_null(ticket.due);
}

json::object summary(const Ticket& ticket, const program::Program* program, std::span<const std::string> roles) {
  json::object out;
  out["id"] = ticket.id;
  out["version"] = ticket.version;
  tell_state(ticket, out);
  out["opened"] = format_instant(ticket.opened, 0);
  out["since"] = format_instant(ticket.since, 0);
  out["conversation"] = text_or_null(ticket.conversation);
  out["customer"] = text_or_null(ticket.customer);
  out["holder"] = text_or_null(ticket.holder);
  json::array rules = rules_shown(ticket, program, roles);
  // Why a rule could not be settled is told where that rule may be known of; a failure is no rule's.
  const bool tells_cause = ticket.rules.empty() || !rules.empty();
  out["rules"] = std::move(rules);
  if (tells_cause && !ticket.cause.empty() && ticket.cause != "none") out["cause"] = ticket.cause;
  out["passes"] = ticket.passes;
  out["escalations"] = ticket.escalations;
  out["alerts"] = ticket.alerts;
  if (!ticket.outcome.empty()) out["outcome"] = ticket.outcome;
  if (ticket.withdrawn) out["customer_withdrew"] = true;
  return out;
}

void tell_facts(const PastDecision& past, json::object& out) {
  out["facts"] = facts_json(past.facts);
  if (past.facts.left_out > 0) out["facts_left_out"] = past.facts.left_out;
}

}  // namespace

json::array story_json(const audit::StorySection& story, Language language) {
  static constexpr std::string_view kKinds[] = {"",     "customer_said", "bot_wanted", "verdict",
                                                "rule", "because",       "law",        "unknown",
                                                "told", "handed_to",     "kept_back"};
  json::array out;
  for (const audit::StoryLine& line : language == Language::zh ? story.zh : story.en) {
    const auto kind = static_cast<std::size_t>(line.kind);
    out.emplace_back(json::object{{"kind", kind < std::size(kKinds) ? kKinds[kind] : ""}, {"text", line.text}});
  }
  return out;
}

std::string ticket_json(const Ticket& ticket, const TicketFrame& frame) {
  json::object out = summary(ticket, frame.program, frame.roles);
  if (frame.program != nullptr)
    if (const std::uint32_t queue = frame.program->find_queue(ticket.queue); queue != program::kNone)
      tell_service(*frame.program, queue, out["queue_offers"].emplace_object());
  out["decision"] = text_or_null(ticket.decision);
  out["asked_by"] = text_or_null(ticket.by);
  out["reason"] = text_or_null(ticket.reason);
  out["note"] = text_or_null(ticket.note);
  json::array joined;
  for (const Joined& one : ticket.joined)
    joined.emplace_back(json::object{{"by", one.by}, {"at", format_instant(one.at, 0)}, {"reason", one.reason}});
  out["joined"] = std::move(joined);
  json::array notes;
  for (const Note& one : ticket.notes) {
    json::object note{{"by", one.by}, {"at", format_instant(one.at, 0)}, {"note", one.text}};
    if (!one.to.empty()) note["from"] = one.from, note["to"] = one.to;
    notes.emplace_back(std::move(note));
  }
  out["notes"] = std::move(notes);
  out["outcome"] = text_or_null(ticket.outcome);
  if (frame.decision) {
    out["story"] = story_json(frame.decision->story, frame.language);
    tell_facts(*frame.decision, out);
  }
  if (frame.turns) {
    json::array& turns = out["turns"].emplace_array();
    for (const PastDecision& turn : *frame.turns) {
      json::object told{{"decision", turn.id},
                        {"verdict", decide::name(turn.verdict)},
                        {"story", story_json(turn.story, frame.language)}};
      tell_facts(turn, told);
      turns.emplace_back(std::move(told));
    }
  }
  if (frame.earlier) {
    json::array& earlier = out["earlier"].emplace_array();
    for (const Ticket& one : *frame.earlier) {
      json::object entry = summary(one, frame.program, frame.roles);
      entry["outcome"] = text_or_null(one.outcome);
      entry["note"] = text_or_null(one.note);
      earlier.emplace_back(std::move(entry));
    }
  }
  return json::serialize(out);
}

std::string ticket_for_bot_json(const Ticket& ticket) {
  json::object out;
  out["id"] = ticket.id;
  tell_state(ticket, out);
  return json::serialize(out);
}

std::string tickets_json(const std::vector<const Ticket*>& tickets, const program::Program* program,
                         std::span<const std::string> roles, const std::string& next) {
  json::object out;
  json::array items;
  for (const Ticket* ticket : tickets) items.emplace_back(summary(*ticket, program, roles));
  out["items"] = std::move(items);
  if (!next.empty()) out["next"] = next;
  return json::serialize(out);
}

std::string conversation_json(const std::string& id, const Desk::Here& here) {
  json::object out;
  out["id"] = id;
  out["state"] = public_name(here.standing);
  json::array handoffs;
  if (here.ticket != nullptr) handoffs.emplace_back(json::string(here.ticket->id));
  out["handoffs"] = std::move(handoffs);
  if (here.ticket != nullptr && holds(here.standing))
    out["since"] = format_instant(here.ticket->since, 0);
  else
    out["since"] = nullptr;
  return json::serialize(out);
}

std::string queues_json(const program::Program& program, Microseconds now, const Desk& desk) {
  const std::vector<const Ticket*> open = desk.all();
  json::array queues;
  for (std::uint32_t i = 0; i < program.queues().size(); ++i) {
    const program::QueueRow& row = program.queues()[i];
    json::object out;
    out["name"] = program.queue_name(i);
    for (const Language language : {Language::en, Language::zh}) {
      const std::string_view title = program.queue_title(i, language);
      if (!title.empty()) out[language == Language::zh ? "title_zh" : "title_en"] = title;
    }
    out["open"] = decide::is_open(program, row, now, 0);
    out["always"] = row.always != 0;
    json::array hours;
    for (const program::HoursRow& one : program.rows<program::HoursRow>(program::Section::hours, row.hours)) {
      const auto clock = [](std::int32_t seconds) {
        const auto two = [](std::int32_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
        if (seconds > 86'400) seconds -= 86'400;  // of the next day, as `to` before `from` says
        return two(seconds / 3600) + ":" + two(seconds / 60 % 60);
      };
      hours.emplace_back(json::object{{"day", one.day}, {"from", clock(one.from)}, {"to", clock(one.to)}});
    }
    out["hours"] = std::move(hours);
    tell_service(program, i, out);
    out["priority"] = priority_name(row.priority);
    if (row.overflow_to != program::kNone) out["overflow_to"] = program.queue_name(row.overflow_to);
    std::size_t waiting = 0;
    Microseconds oldest = 0;
    for (const Ticket* ticket : open) {
      if (ticket->queue != program.queue_name(i) || ticket->standing == Standing::person) continue;
      oldest = waiting++ == 0 ? ticket->opened : std::min(oldest, ticket->opened);
    }
    out["waiting"] = waiting;
    if (waiting != 0) out["oldest"] = format_instant(oldest, 0);
    if (const auto wait = desk.expected_wait(program.queue_name(i), now))
      out["expected_wait"] = wire::wait_in_minutes(*wait);
    queues.emplace_back(std::move(out));
  }
  return json::serialize(json::object{{"items", std::move(queues)}});
}

std::string switch_json(const Switch& state, const program::Program* program) {
  const auto tell = [](const Lever& lever, json::object& out) {
    out["on"] = lever.on;
    out["queue"] = text_or_null(lever.queue);
    out["reason"] = text_or_null(lever.reason);
    out["by"] = text_or_null(lever.by);
    if (lever.since == 0)
      out["since"] = nullptr;
    else
      out["since"] = format_instant(lever.since, 0);
  };
  std::map<std::string, std::pair<Lever, bool>> topics;  // those that packs declare, and those that were thrown
  for (const auto& [name, lever] : state.topics) {
    const bool declared = program != nullptr && program->find_topic(name) != program::kNone;
    topics.insert_or_assign(name, std::pair(lever, declared));
  }
  for (std::uint32_t i = 0; program != nullptr && i < program->topics().size(); ++i)
    topics[std::string(program->topic_name(i))].second = true;
  json::object out;
  tell(state.all, out);
  out["version"] = state.version;
  json::array told;
  for (const auto& [name, topic] : topics) {
    json::object one;
    one["topic"] = name;
    tell(topic.first, one);
    one["declared"] = topic.second;  // false: no loaded pack has it any more, so while it is thrown it takes every turn
    told.emplace_back(std::move(one));
  }
  out["topics"] = std::move(told);
  json::array history;
  if (state.history != nullptr) {
    for (auto one = state.history->rbegin(); one != state.history->rend(); ++one)
      history.push_back(json::object{{"at", format_instant(one->lever.since, 0)},
                                     {"topic", text_or_null(one->topic)},
                                     {"on", one->lever.on},
                                     {"by", one->lever.by},
                                     {"reason", one->lever.reason},
                                     {"queue", text_or_null(one->lever.queue)}});
  }
  out["history"] = std::move(history);
  return json::serialize(out);
}

std::string delivery_json(const std::string& decision, std::string_view match) {
  return json::serialize(json::object{{"decision", decision}, {"match", match}});
}

std::string joined(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const std::string& value : values) {
    if (out.size() > 1) out += ',';
    out += value;
  }
  return out + "]";
}

std::string superseded_json(std::string_view body, std::string_view waiting_text, const Ticket& ticket) {
  json::value value = json::parse(body);
  json::object& reply = value.as_object();
  reply["verdict"] = decide::name(decide::Verdict::handoff);
  reply["say"] = json::object{{"text", nullptr}};
  if (!waiting_text.empty()) reply["say"].as_object()["text"] = waiting_text;
  for (const char* texts : {"redactions", "disclosures", "requires"}) reply[texts] = json::array();
  for (const char* items : {"products", "actions", "recipients"}) {
    if (!reply.contains(items)) continue;
    for (json::value& one : reply.at(items).as_array()) {
      one.as_object()["verdict"] = decide::name(decide::Verdict::block);
      one.as_object()["disclosures"] = json::array();
    }
  }
  json::object handoff;
  if (!ticket.id.empty()) handoff["id"] = ticket.id;
  if (!ticket.queue.empty()) handoff["queue"] = ticket.queue;
  handoff["priority"] = priority_name(ticket.priority);
  if (ticket.due) handoff["due"] = wire::instant_told(*ticket.due, 0);
  handoff["hold"] = holds(ticket.standing);
  if (holds(ticket.standing))
    handoff["state"] = public_name(ticket.standing);
  else
    handoff["cause"] = ticket.cause;
  reply["handoff"] = std::move(handoff);
  reply["superseded"] = true;
  return json::serialize(value);
}

std::vector<std::string> recipients_in(std::string_view body) {
  std::vector<std::string> all;
  const json::value value = json::parse(body);
  const json::value* recipients = value.as_object().if_contains("recipients");
  if (recipients == nullptr) return all;
  for (const json::value& one : recipients->as_array()) all.emplace_back(one.at("id").as_string());
  return all;
}

Withheld withheld_json(std::string_view body, const std::vector<std::string_view>& recipients) {
  json::value value = json::parse(body);
  json::object& reply = value.as_object();
  Withheld now{.body = {}, .any = false, .all = true};
  const auto block = [&](json::object& item) {
    if (item.at("verdict") == "block") return;
    item["verdict"] = "block";
    item["disclosures"] = json::array();
    now.any = true;
  };
  bool reaches = false;
  for (json::value& one : reply.at("recipients").as_array()) {
    json::object& recipient = one.as_object();
    if (std::find(recipients.begin(), recipients.end(), std::string_view(recipient.at("id").as_string())) ==
        recipients.end()) {
      now.all &= recipient.at("verdict") == "block";
      continue;
    }
    block(recipient);
    reaches = true;
  }
  for (json::value& action : reply.at("actions").as_array())
    if (reaches) block(action.as_object());  // it is not of one recipient
  if (now.all)
    reply["verdict"] = "block";
  else if (reply.at("verdict") == "allow")
    reply["verdict"] = "revise";
  reply["superseded"] = true;
  now.body = json::serialize(value);
  return now;
}

std::string said_in(std::string_view body) {
  const json::value value = json::parse(body);
  const json::value& text = value.at("say").at("text");
  return text.is_string() ? std::string(text.as_string()) : std::string();
}

bool goes_as_offered(std::string_view body) {
  const json::value value = json::parse(body);
  const json::object& reply = value.as_object();
  if (reply.at("verdict") != "allow" && reply.at("verdict") != "revise") return false;
  const auto is_none = [](const json::object& of, std::string_view member) {
    const json::value* list = of.if_contains(member);
    return list == nullptr || list->as_array().empty();
  };
  if (!is_none(reply, "redactions") || !is_none(reply, "disclosures")) return false;
  for (const char* items : {"products", "actions", "recipients"}) {
    if (is_none(reply, items)) continue;
    for (const json::value& one : reply.at(items).as_array())
      if (!is_none(one.as_object(), "disclosures")) return false;
  }
  return true;
}

std::string for_bot_json(std::string_view body) {
  json::value value = json::parse(body);
  const auto strip = [](json::value& reasons) {
    for (json::value& reason : reasons.as_array())
      for (const char* member : {"because", "cites", "facts", "matched"}) reason.as_object().erase(member);
  };
  if (json::value* reasons = value.as_object().if_contains("reasons")) strip(*reasons);
  if (json::value* advice = value.as_object().if_contains("advice")) strip(advice->as_object()["reasons"]);
  return json::serialize(value);
}

void as_told_to(std::span<const std::string> roles, const program::Program* now, PastDecision& past) {
  using Line = audit::StoryLine;
  json::value value = json::parse(past.body);
  std::vector<bool> kept_back;  // a reason each, as body and story have them in one order
  const auto cut = [&](json::value* reasons) {
    if (reasons == nullptr) return;
    json::array left;
    for (json::value& reason : reasons->as_array()) {
      const bool hidden = keeps_back(now, std::string_view(reason.at("rule").as_string()), roles);
      kept_back.push_back(hidden);
      if (!hidden) left.push_back(std::move(reason));
    }
    *reasons = std::move(left);
  };
  cut(value.as_object().if_contains("reasons"));
  if (json::value* advice = value.as_object().if_contains("advice")) cut(advice->as_object().if_contains("reasons"));
  if (std::find(kept_back.begin(), kept_back.end(), true) != kept_back.end()) {
    past.body = json::serialize(value);
    for (std::vector<Line>* lines : {&past.story.en, &past.story.zh}) {
      const auto told =
          std::count_if(lines->begin(), lines->end(), [](const Line& line) { return line.kind == Line::Kind::rule; });
      const bool one_order = static_cast<std::size_t>(told) == kept_back.size();  // else none shows
      std::size_t reason = 0;
      bool hidden = false;
      Line::Kind before{};
      std::erase_if(*lines, [&](const Line& line) {
        if (line.kind == Line::Kind::rule) hidden = !one_order || kept_back[reason++];
        // A rule's lines end with its law.
        else if (before == Line::Kind::law || line.kind < Line::Kind::rule || line.kind > Line::Kind::unknown)
          hidden = false;
        before = line.kind;
        return hidden;
      });
    }
  }
  std::erase_if(past.reserved, [&](const audit::Reserved& one) { return keeps_back(now, one.rule, roles); });
  tell_to(roles, past.reserved, past.story);
}

std::string with_story(std::string_view body, const PastDecision& past, Language language) {
  json::value value = json::parse(body);
  value.as_object()["story"] = story_json(past.story, language);
  tell_facts(past, value.as_object());
  return json::serialize(value);
}

std::string explanation_json(const PastDecision& past, std::string_view reader, Language language) {
  const bool zh = language == Language::zh;
  json::object out;
  out["decision"] = past.id;
  out["for"] = reader;
  out["verdict"] = decide::name(past.verdict);
  if (reader == "bot") {
    json::array rules;
    const json::value body = json::parse(past.body);
    if (const json::value* reasons = body.as_object().if_contains("reasons")) {
      for (const json::value& reason : reasons->as_array()) rules.emplace_back(reason.at("rule"));
    }
    out["rules"] = std::move(rules);
    return json::serialize(out);
  }
  const bool reached_many = recipients_in(past.body).size() > 1;
  std::string text;
  for (const audit::StoryLine& line : zh ? past.story.zh : past.story.en) {
    using Kind = audit::StoryLine::Kind;
    // A customer reads what he was told and what was kept back, not how the bank's rules are made.
    const bool for_customer = line.kind == Kind::verdict || line.kind == Kind::told || line.kind == Kind::kept_back ||
                              line.kind == Kind::handed_to;
    if (reader == "customer" && !for_customer) continue;
    // Of an outreach those are the other recipients, by name.
    const bool names_recipients = line.kind == Kind::kept_back || line.kind == Kind::told;
    if (reader == "customer" && reached_many && names_recipients) continue;
    if (!text.empty()) text += '\n';
    text += reader == "customer" && line.kind == Kind::told
                ? std::string_view(zh ? "告知您" : "You were told")
                : audit::word("k" + std::to_string(static_cast<int>(line.kind)), language);
    text += (zh ? "：" : ": ") + decide::as_one(line.text);
  }
  if (reader == "officer") {
    for (const FactTold& fact : past.facts.facts)
      text += (zh ? "\n依据的事实：" : "\nFact: ") + decide::as_one(fact_told(fact, language));
    tell_facts(past, out);
  }
  if (reader == "customer") {
    text += zh ? "\n如有异议，可随时要求由人工复核。"
               : "\nIf you do not agree you may ask at any time that a person looks at it again.";
  }
  out["text"] = text;
  return json::serialize(out);
}

}  // namespace caveat::gate
