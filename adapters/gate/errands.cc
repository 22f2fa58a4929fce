#include "adapters/gate/errands.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "adapters/gate/body.h"
#include "adapters/gate/deliveries.h"
#include "adapters/gate/once.h"
#include "adapters/gate/queues.h"
#include "adapters/gate/record.h"
#include "adapters/gate/ticket_json.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "audit/error.h"
#include "engine/base/nearest.h"
#include "engine/base/uuid.h"
#include "engine/decide/ids.h"

namespace caveat::gate {
namespace {

// `"3"`, `W/"3"` and `3` are the same; a list stays as it is.
std::string version_in(std::string_view if_match) {
  if (if_match.find(',') != std::string_view::npos) return std::string(if_match);
  if (if_match.starts_with("W/")) if_match.remove_prefix(2);
  if (if_match.size() >= 2 && if_match.front() == '"' && if_match.back() == '"')
    if_match = if_match.substr(1, if_match.size() - 2);
  return std::string(if_match);
}

Problem version_problem(const Code& code, const Command& command) {
  return wire::problem(code,
                       {.path = "",
                        .expected = &code == &wire::codes::kVersionNeeded ? "If-Match with the version that was read"
                                                                          : "the version of now",
                        .found = version_in(command.if_match),
                        .nearest = {},
                        .hint = {}});
}

// The second person sees who has it.
Problem taken_problem(const Ticket& ticket) {
  return wire::problem(
      wire::codes::kTakenByOther,
      {.path = "",
       .expected = "a hand-off that nobody else has",
       .found = ticket.holder + " has had it since " + format_instant(ticket.since, 0),
       .nearest = {},
       .hint = "whoever has it passes it on, or ends it; /v1/handoffs?state=waiting lists what waits"});
}

// If-Match names a version, or any.
bool names_a_version(const std::string& if_match) { return if_match.find_first_not_of(" \t,") != std::string::npos; }

// RFC 9110, 13.1.1: a list, of which one has to match. Versions are numbers, so no comma stands within one.
const Code* version_refusal(const std::string& if_match, std::uint64_t version) {
  if (!names_a_version(if_match)) return &wire::codes::kVersionNeeded;
  for (std::string_view rest = if_match; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
    while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
    if (one == "*" || version_in(one) == std::to_string(version)) return nullptr;
  }
  return &wire::codes::kStaleVersion;
}

// All that is wrong with a command as it was sent, the missing version with it; nothing: it can be looked at.
std::optional<Problem> amiss(const Command& command, std::optional<Problem> found, bool versioned = false) {
  std::optional<Problem> wrong = wire::both_of(command.amiss, std::move(found));
  if (!wrong || !versioned || names_a_version(command.if_match)) return wrong;
  return wire::both_of(std::move(wrong), version_problem(wire::codes::kVersionNeeded, command));
}

Problem no_rules(const Command& command) {
  return *amiss(command, wire::problem(wire::codes::kNoPack,
                                       {.path = "", .expected = "rules", .found = "none", .nearest = {}, .hint = {}}));
}

// A topic that the packs have, by any of its names: its first one; else it is told with the nearest. One that is thrown may be thrown
// back under the name that it was thrown under, whatever the packs have by now.
std::string known_topic(Body& body, const decide::Ruleset* rules, const std::string& topic, bool on,
                        const Switch& state) {
  const auto thrown = state.topics.find(topic);
  if (topic.empty() || (!on && thrown != state.topics.end() && thrown->second.on)) return topic;
  const program::Program* program = rules == nullptr ? nullptr : rules->program.get();
  const std::uint32_t found = program == nullptr ? program::kNone : program->find_topic(topic);
  if (found != program::kNone) return std::string(program->topic_name(found));
  if (!on && thrown != state.topics.end()) return topic;
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; program != nullptr && i < program->topics().size(); ++i)
    names.push_back(program->topic_name(i));
  body.wrong(wire::codes::kOutOfRange, "topic", "a topic of the loaded packs", "\"" + topic + "\"",
             std::string(nearest(topic, names)));
  return topic;
}

// A queue that the packs have; else it is told with the nearest.
void check_queue(Body& body, const program::Program& program, const std::string& queue) {
  if (queue.empty() || program.find_queue(queue) != program::kNone) return;
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < program.queues().size(); ++i) names.push_back(program.queue_name(i));
  body.wrong(wire::codes::kOutOfRange, "queue", "a queue of the loaded packs", "\"" + queue + "\"",
             std::string(nearest(queue, names)));
}

// An id that no turn can carry: a hold for it would hold nobody.
void check_id(Body& body, std::string_view member, const std::string& id, const Limits& limits) {
  if (id.empty()) return;
  if (std::optional<decide::IdFault> fault = decide::fault_of_id(id, limits))
    body.wrong(wire::codes::kOutOfRange, member, std::move(fault->expected), std::move(fault->found));
}

}  // namespace

Reply refused(const Problem& problem, Language language) {
  Reply reply;
  reply.problem = problem.code;
  reply.body = wire::problem_json(problem, {.id = {}, .instance = {}, .language = language, .with_verdict = false});
  return reply;
}

Reply refused(const Code& code, Language language, std::string path, std::string expected, std::string found) {
  return refused(wire::problem(code, {.path = std::move(path),
                                      .expected = std::move(expected),
                                      .found = std::move(found),
                                      .nearest = {},
                                      .hint = {}}),
                 language);
}

Reply not_stored(const Code& cause, const GateOptions& options, Language language, std::string expected,
                 std::string found) {
  return refused(wire::problem(cause.name.starts_with("key") ? wire::codes::kKeys : wire::codes::kStorage,
                               unstored(cause, options.disk, std::move(expected), std::move(found))),
                 language);
}

void Errands::run(const Command& command, const Caller& caller, const Done& done) {
  try {
    switch (command.kind) {
      case Command::Kind::open_handoff:
        return open(command, caller, done);
      case Command::Kind::throw_switch:
        return throw_switch(command, caller, done);
      case Command::Kind::confirm_deliveries:
        return confirm(command, caller, done);
      case Command::Kind::note_handoff:
        return note(command, caller, done);
      default:
        return ticket_moves(command, caller, done);
    }
  } catch (const caveat::Error& error) {
    done(not_stored(error.code(), options_, command.language, "a change that is on disk before it is answered"));
  } catch (const std::exception&) {
    done(refused(wire::codes::kInternal, command.language, "", "a change", "an error of ours"));
  }
}

void Errands::finish(Floor::Numbers numbers, const std::optional<audit::RecordContent>& content, const Command& command,
                     const Done& done, Reply reply) {
  if (options_.log == nullptr) return done(reply);
  const Language language = command.language;
  if (!content) {  // nothing to record, but what it tells may have been written by others a moment ago
    numbers.give_up();
    options_.log->when_settled(numbers.ground(), [this, done, language, reply = std::move(reply)](const auto& failed) {
      if (!failed) return done(reply);
      done(not_stored(failed->why.code(), options_, language, "a state that is on disk before it is told"));
    });
    return;
  }
  audit::SealedRecord sealed = options_.log->seal(*content);
  audit::AppendDone recorded = [this, done, language, reply = std::move(reply)](const audit::Appended& appended) {
    if (const auto* failed = std::get_if<audit::AppendFailed>(&appended))
      return done(not_stored(failed->why.code(), options_, language, "a change that is on disk before it is answered"));
    Reply out = reply;
    out.recorded = true;
    done(out);
  };
  options_.log->fulfil(numbers.claim(0), std::move(sealed), std::move(recorded));
}

Reply Errands::refuse_move(const Code& refusal, const Command& command, const Caller& caller,
                           const std::optional<Ticket>& there, std::optional<bool> agreed) {
  const Code* code = &refusal;
  std::optional<Ticket> ticket = there;
  if (!ticket) {
    if (const auto past = floor_.value(past_ticket_key(command.target))) {  // it is closed, perhaps a moment ago
      ticket = decode_ticket(*past);
      code = ticket && sees(caller, options_, ticket->queue, ticket->holder) ? &wire::codes::kWrongState
                                                                             : &wire::codes::kRole;
    }
  }
  if (code == &wire::codes::kVersionNeeded || code == &wire::codes::kStaleVersion)
    return refused(version_problem(*code, command), command.language);
  if (code == &wire::codes::kTakenByOther) return refused(taken_problem(*ticket), command.language);
  if (code == &wire::codes::kConsent)
    return refused(*code, command.language, "/customer_agreed", "true: the customer has agreed to go back to the bot",
                   agreed ? "false" : "none");
  if (code == &wire::codes::kRole)
    return refused(*code, command.language, "", "a hand-off of the caller's queues", command.target);
  if (!ticket) return refused(*code, command.language, "", "a hand-off that this can be done with", command.target);
  const bool closed = ticket->standing == Standing::bot;
  const bool to_take = code == &wire::codes::kWrongState && !closed && ticket->standing != Standing::person;
  return refused(
      wire::problem(*code, {.path = "",
                            .expected = "a hand-off that this can be done with",
                            .found = closed ? "closed" : std::string(name(ticket->standing)),
                            .nearest = {},
                            .hint = to_take ? "take it first: POST /v1/handoffs/" + ticket->id + "/take" : ""}),
      command.language);
}

bool Errands::is_gone(const Ticket& ticket) const {
  return ticket.standing == Standing::person && options_.is_agent && !options_.is_agent(ticket.holder);
}

void Errands::ticket_moves(const Command& command, const Caller& caller, const Done& done) {
  using Kind = Command::Kind;
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  if (!rules || !rules->program) return done(refused(no_rules(command), command.language));
  const program::Program& program = *rules->program;

  Body body(command.body);
  std::string queue, note, outcome;
  std::optional<bool> agreed;
  switch (command.kind) {
    case Kind::pass_handoff:
      queue = body.text("queue", Body::needed);
      note = body.text("note", Body::needed);
      check_queue(body, program, queue);
      break;
    case Kind::return_handoff:
      note = body.text("note", Body::optional);
      agreed = body.yes_no("customer_agreed", Body::optional);
      break;
    case Kind::close_handoff: {
      outcome = body.text("outcome", Body::needed, 64);
      if (!outcome.empty() && std::find(std::begin(kOutcomes), std::end(kOutcomes), outcome) == std::end(kOutcomes))
        body.wrong(wire::codes::kOutOfRange, "outcome",
                   "resolved, unresolved, complaint, false_alarm, referred, withdrawn, unreachable or other",
                   "\"" + outcome + "\"", std::string(nearest(outcome, std::span<const std::string_view>(kOutcomes))));
      note = body.text("note", Body::optional);
      agreed = body.yes_no("customer_agreed", Body::optional);
      const std::string to = body.text("conversation_to", Body::optional, 64);
      if (!to.empty() && to != "bot") body.wrong(wire::codes::kOutOfRange, "conversation_to", "bot", "\"" + to + "\"");
      break;
    }
    default:
      break;
  }
  if (const std::optional<Problem> problem = amiss(command, body.finish(), true))
    return done(refused(*problem, command.language));

  const Microseconds now = options_.clock->wall_us();
  const Code* code = nullptr;
  Moved moved;
  std::optional<Ticket> there;
  std::vector<audit::StateChange> more;
  // What the customer asked before is the person's to answer, and no bot's when it is over.
  const audit::StateKey question = question_key(floor_.look([&](const Desk& desk, std::uint64_t) {
    const Ticket* ticket = desk.open(command.target);
    return ticket == nullptr ? std::string() : ticket->conversation;
  }));
  const bool asked = agreed.value_or(false) && floor_.value(question);
  Floor::Numbers numbers = floor_.change(1, [&](Desk& desk, std::uint64_t) {
    const Ticket* ticket = desk.open(command.target);
    if (ticket == nullptr) return void(code = &wire::codes::kNotFound);
    there = *ticket;
    if (!sees(caller, options_, ticket->queue, ticket->holder)) return void(code = &wire::codes::kRole);
    if ((code = version_refusal(command.if_match, ticket->version)) != nullptr) return;
    // What the table refuses is refused first: consent is asked for what could be done.
    const Move move = command.kind == Kind::take_handoff    ? Move::take
                      : command.kind == Kind::pass_handoff  ? Move::pass
                      : command.kind == Kind::close_handoff ? Move::close
                                                            : Move::give_back;
    const Cell& cell = at(move, ticket->standing);
    const bool ends = cell.effect == Effect::release && (cell.other == nullptr || ticket->holder == caller.id);
    if (ends && !agreed.value_or(false)) return void(code = &wire::codes::kConsent);
    switch (command.kind) {
      case Kind::take_handoff:
        moved = desk.take(command.target, caller.id, now, is_gone(*ticket));
        break;
      case Kind::pass_handoff:
        moved = desk.pass(command.target, caller.id, queue, note, program, now);
        break;
      default:
        moved = desk.end(move, command.target, caller.id, outcome, note, now);
        if (!moved.record) break;
        more = start_anew({.conversation = moved.ticket.conversation, .customer = moved.ticket.customer}, now);
        if (asked || floor_.kept(question)) more.push_back({.key = question, .value = std::nullopt});
        floor_.keep(more);
        floor_.keep(changes_of(moved.ticket));
        break;
    }
    code = moved.refused;
  });
  if (code != nullptr) numbers.give_up();
  if (code != nullptr) return done(refuse_move(*code, command, caller, there, agreed));
  Reply reply;
  reply.version = std::to_string(moved.ticket.version);
  reply.body = ticket_json(moved.ticket, {.program = &program, .roles = caller.roles, .language = command.language});
  std::optional<audit::RecordContent> content;
  if (moved.record) content = moved_record(moved, caller.id, agreed, true, std::move(more));
  finish(std::move(numbers), content, command, done, std::move(reply));
}

// A word of a person's on a ticket, which stays where it is: above all that the customer no longer wants one (contracts.md 20).
void Errands::note(const Command& command, const Caller& caller, const Done& done) {
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  Body body(command.body);
  const std::string note = body.text("note", Body::needed);
  const bool withdrawn = body.yes_no("customer_withdrew", Body::optional).value_or(false);
  if (const std::optional<Problem> problem = amiss(command, body.finish(), true))
    return done(refused(*problem, command.language));
  const Code* code = nullptr;
  Moved moved;
  std::optional<Ticket> there;
  Floor::Numbers numbers = floor_.change(1, [&](Desk& desk, std::uint64_t) {
    const Ticket* ticket = desk.open(command.target);
    if (ticket == nullptr) return void(code = &wire::codes::kNotFound);
    there = *ticket;
    if (!caller.is_person() || !sees(caller, options_, ticket->queue, ticket->holder))
      return void(code = &wire::codes::kRole);
    if ((code = version_refusal(command.if_match, ticket->version)) != nullptr) return;
    moved = desk.note(command.target, caller.id, note, withdrawn, options_.clock->wall_us());
  });
  if (code != nullptr) numbers.give_up();
  if (code != nullptr) return done(refuse_move(*code, command, caller, there, std::nullopt));
  Reply reply;
  reply.version = std::to_string(moved.ticket.version);
  reply.body = ticket_json(
      moved.ticket,
      {.program = rules ? rules->program.get() : nullptr, .roles = caller.roles, .language = command.language});
  const audit::Feedback feedback{.decision = moved.ticket.decision,
                                 .kind = withdrawn ? "customer_withdrew" : "note",
                                 .by = caller.id,
                                 .words = note};
  finish(std::move(numbers),
         event_record(audit::Kind::feedback, feedback,
                      {.customer = moved.ticket.customer,
                       .conversation = moved.ticket.conversation,
                       .handoff = moved.ticket.id,
                       .decision = moved.ticket.decision},
                      changes_of(moved.ticket)),
         command, done, std::move(reply));
}

void Errands::open(const Command& command, const Caller& caller, const Done& done) {
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  if (!rules || !rules->program) return done(refused(no_rules(command), command.language));
  const program::Program& program = *rules->program;
  const bool agent = caller.is_person();

  Body body(command.body);
  Wish wish;
  wish.conversation = body.text("conversation", Body::optional, 128);
  wish.customer = body.text("customer", Body::optional, 128);
  const bool ids_read = body.good();  // one that was refused is told already, and is not none
  wish.queue = body.text("queue", Body::optional, 128);
  wish.reason = body.text("reason", Body::needed);
  const std::string priority = body.text("priority", Body::optional, 16);
  const bool take = body.yes_no("take", Body::optional).value_or(false);
  check_id(body, "conversation", wish.conversation, options_.limits);
  check_id(body, "customer", wish.customer, options_.limits);
  if (ids_read && wish.conversation.empty() && wish.customer.empty())
    body.wrong(wire::codes::kNoId, "conversation", "the id of a conversation or of a customer", "neither");
  check_queue(body, program, wish.queue);
  const bool known_queue = wish.queue.empty() || program.find_queue(wish.queue) != program::kNone;
  const std::uint32_t queue = queue_of(program, wish.queue, options_.default_queue);
  if (queue == program::kNone) body.wrong(wire::codes::kNoPack, "queue", "a queue of the loaded packs", "none");
  if (queue != program::kNone) wish.priority = program.queues()[queue].priority;
  if (!priority.empty()) {
    if (const std::optional<std::uint8_t> known = priority_of(priority))
      wish.priority = *known;
    else
      body.wrong(wire::codes::kOutOfRange, "priority", "urgent, high, normal or low", "\"" + priority + "\"");
  }
  std::vector<Problem> wrong;
  if (std::optional<Problem> problem = amiss(command, body.finish())) wrong.push_back(*std::move(problem));
  const auto forbidden = [&](std::string path, std::string expected, std::string found) {
    wrong.push_back(wire::problem(wire::codes::kRole, {.path = std::move(path),
                                                       .expected = std::move(expected),
                                                       .found = std::move(found),
                                                       .nearest = {},
                                                       .hint = {}}));
  };
  if (queue != program::kNone) wish.queue = program.queue_name(queue);
  if (take && !agent) forbidden("/take", "a person's key", "a bot's");
  if (take && agent && known_queue && !caller.serves(wish.queue))
    forbidden("/queue", "a queue of the caller's", wish.queue);
  if (!wrong.empty()) return done(refused(wire::all_of(std::move(wrong)), command.language));

  const Microseconds now = options_.clock->wall_us();
  wish.due = due_in(program, queue, now);
  wish.by = caller.id;
  std::string known = floor_.customer_of(wish.conversation);
  bool another = false, hidden = false, barred = false;
  std::optional<Ticket> before;
  Moved moved;
  std::vector<audit::StateChange> more;
  Floor::Numbers numbers = floor_.change(1, [&](Desk& desk, std::uint64_t) {
    // A turn may have said it meanwhile: a hold without its customer would leave his other conversations to the bot.
    if (known.empty()) known = floor_.learned(wish.conversation);
    another = !known.empty() && !wish.customer.empty() && known != wish.customer;
    if (another) return;
    if (wish.customer.empty()) wish.customer = known;
    const Desk::Here here = desk.find(wish.conversation, wish.customer);
    if (here.ticket != nullptr) before = *here.ticket;
    wish.relieves = take && here.ticket != nullptr && is_gone(*here.ticket);
    hidden = agent && here.ticket != nullptr && !sees(caller, options_, here.ticket->queue, here.ticket->holder);
    barred = hidden && take && holds(here.ticket->standing);  // what holds nothing yet keeps nobody from taking over
    if (barred) return;
    // His reason joins the ticket where it lies: asking would otherwise move it to a queue where he may take it; and a bot's word, which
    // needs no more than an id, would put what is held before agents who may not see it. It is more urgent at most.
    const bool stays =
        hidden || (!agent && here.ticket != nullptr && (holds(here.ticket->standing) || here.ticket->confidential));
    if (stays && !take) {
      const std::uint32_t there = queue_of(program, here.ticket->queue, options_.default_queue);
      wish.queue = here.ticket->queue;
      wish.due = due_in(program, there, now);
      if (here.ticket->due) wish.due = std::min(*here.ticket->due, wish.due.value_or(*here.ticket->due));
      if (priority.empty()) wish.priority = program.queues()[there].priority;
    }
    moved = desk.wish(take ? Move::take_over : Move::hold, Uuid::make(*options_.clock, *options_.random).to_string(),
                      wish, now);
    // Whose conversation it is was said: from now on it is his, and a turn that names another one is refused.
    if (moved.refused != nullptr || !known.empty() || wish.conversation.empty() || wish.customer.empty() ||
        !floor_.learn(wish.conversation, wish.customer))
      return;
    more.push_back({.key = conversation_key(wish.conversation), .value = wish.customer});
    if (!moved.record) moved.record = audit::Kind::handoff_escalated;  // it joined, with nothing else that is new
  });
  if (another)
    return done(refused(wire::codes::kConflict, command.language, "/customer", "the customer whose conversation it is",
                        "another one"));
  if (barred)
    return done(refused(wire::codes::kRole, command.language, "", "a conversation whose hand-off the caller may see",
                        "one of another queue"));
  if (moved.refused != nullptr) return done(refused(taken_problem(*before), command.language));
  Reply reply;
  reply.created = moved.created;
  reply.version = std::to_string(moved.ticket.version);
  const bool shown = agent && sees(caller, options_, moved.ticket.queue, moved.ticket.holder);
  reply.body =
      shown ? ticket_json(moved.ticket, {.program = &program, .roles = caller.roles, .language = command.language})
            : ticket_for_bot_json(moved.ticket);
  std::optional<audit::RecordContent> content;
  if (moved.record) content = moved_record(moved, caller.id, std::nullopt, true, std::move(more));
  finish(std::move(numbers), content, command, done, std::move(reply));
}

void Errands::throw_switch(const Command& command, const Caller& caller, const Done& done) {
  Body body(command.body);
  const std::optional<bool> on = body.yes_no("on", Body::needed);
  std::string topic = body.text("topic", Body::optional, 128);
  const std::string queue = body.text("queue", Body::optional, 128);
  const std::string reason = body.text("reason", Body::needed);
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  const Switch before = floor_.look([](const Desk& desk, std::uint64_t) { return desk.emergency(); });
  topic = known_topic(body, rules.get(), topic, on.value_or(true), before);
  if (rules && rules->program) check_queue(body, *rules->program, queue);
  if (const std::optional<Problem> problem = amiss(command, body.finish(), true))
    return done(refused(*problem, command.language));

  const Code* code = nullptr;
  Switch state;
  Floor::Numbers numbers = floor_.change(1, [&](Desk& desk, std::uint64_t) {
    if ((code = version_refusal(command.if_match, desk.emergency().version)) != nullptr) return;
    state = desk.emergency();
    state.change(topic,
                 {.on = *on, .by = caller.id, .reason = reason, .queue = queue, .since = options_.clock->wall_us()});
    desk.throw_switch(state);
  });
  if (code != nullptr) return done(refused(version_problem(*code, command), command.language));
  Reply reply;
  reply.version = std::to_string(state.version);
  reply.body = switch_json(state, rules ? rules->program.get() : nullptr);
  finish(std::move(numbers),
         event_record(audit::Kind::switch_thrown,
                      audit::SwitchThrown{.topic = topic.empty() ? audit::Optional() : audit::Optional(topic),
                                          .on = *on,
                                          .by = caller.id,
                                          .reason = reason},
                      {}, {change_of(state)}),
         command, done, std::move(reply));
}

void Errands::confirm(const Command& command, const Caller& caller, const Done& done) {
  std::optional<Problem> problem;
  std::vector<Body> bodies = Body::list(command.body, kMostDeliveries, problem);
  std::vector<Delivery> deliveries;
  if (!problem) {
    problem = read_deliveries(bodies, options_.clock->wall_us(), deliveries);
  } else if (std::optional<Problem> beside = read_deliveries(bodies, options_.clock->wall_us(), deliveries)) {
    std::vector<Problem> all = {*std::move(problem), *std::move(beside)};
    wire::keep_beside(Problem(all.front()), all, 1);
    problem = wire::all_of(std::move(all));
  }
  problem = amiss(command, std::move(problem));
  if (problem) return done(refused(*problem, command.language));

  if (options_.log == nullptr) {
    std::vector<std::string> lines;
    for (const Delivery& delivery : deliveries) lines.push_back(delivery_json(delivery.decision, "unknown"));
    Reply reply;
    reply.body = joined(lines);
    return done(reply);
  }
  const std::uint64_t ground = floor_.look([](const Desk&, std::uint64_t now) { return now; });
  std::vector<Confirmed> confirmed;
  std::vector<audit::RecordContent> contents;
  std::map<audit::StateKey, std::string_view> first;  // of each delivery in the list; another of the same is a repeat
  {
    const auto reader = audit::LogReader::open(options_.log->path());
    PastHolds holds(*options_.log, *reader);
    const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
    const program::Program* program = rules ? rules->program.get() : nullptr;
    for (const Delivery& delivery : deliveries) {
      Confirmed& one = confirmed.emplace_back(
          match(program, *options_.log, *reader, floor_, holds, told_to_wait_, caller, delivery));
      if (one.record && first.emplace(one.key, one.match).second) contents.push_back(std::move(*one.record));
    }
  }
  Floor::Numbers numbers = floor_.change(contents.size(), [&](Desk&, std::uint64_t) {
    // The same may have been confirmed at the same time on another thread: one of the two is the repeat.
    std::erase_if(contents, [&](const audit::RecordContent& content) {
      const audit::StateKey& key = content.changes.front().key;
      const std::optional<std::string> there = floor_.kept(key);
      if (there) first[key] = match_of(*there);
      return there.has_value();
    });
    for (const audit::RecordContent& content : contents) floor_.keep(content.changes);
  });
  struct Waiting {
    Done done;
    std::string body;
    std::size_t left = 0;
    const Code* failed = nullptr;
    Language language = Language::en;
    std::mutex mutex;
  };
  auto waiting = std::make_shared<Waiting>();
  waiting->done = done;
  waiting->language = command.language;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const auto known = first.find(confirmed[i].key);
    lines.push_back(delivery_json(deliveries[i].decision, known == first.end() ? confirmed[i].match : known->second));
  }
  waiting->body = joined(lines);
  const auto tell = [this](const Waiting& all) {
    if (all.failed != nullptr)
      return all.done(
          not_stored(*all.failed, options_, all.language, "a change that is on disk before it is answered"));
    Reply out;
    out.recorded = true;
    out.body = all.body;
    all.done(out);
  };
  waiting->left = contents.size();
  if (contents.empty()) {  // repeats: they are told when what they repeat is on disk
    numbers.give_up();
    return options_.log->when_settled(ground, [waiting, tell](const std::optional<audit::AppendFailed>& failed) {
      if (failed) waiting->failed = &failed->why.code();
      tell(*waiting);
    });
  }
  for (std::size_t i = 0; i < contents.size(); ++i) {
    audit::SealedRecord sealed = options_.log->seal(std::move(contents[i]));
    audit::AppendDone recorded = [waiting, tell](const audit::Appended& appended) {
      {
        const std::lock_guard lock(waiting->mutex);
        if (const auto* failed = std::get_if<audit::AppendFailed>(&appended)) waiting->failed = &failed->why.code();
        if (--waiting->left > 0) return;
      }
      tell(*waiting);
    };
    options_.log->fulfil(numbers.claim(i), std::move(sealed), std::move(recorded));
  }
}

std::size_t Errands::escalate_overdue() {
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  if (!rules || !rules->program) return 0;
  const Microseconds now = options_.clock->wall_us();
  const std::vector<std::string> ids = floor_.look([&](const Desk& desk, std::uint64_t) { return desk.overdue(now); });
  std::size_t count = 0;
  for (const std::string& id : ids) {
    Moved moved;
    Floor::Numbers numbers =
        floor_.change(1, [&](Desk& desk, std::uint64_t) { moved = desk.escalate(id, *rules->program, now); });
    if (!moved.record) continue;
    ++count;
    if (options_.log == nullptr) continue;
    // Nobody waits for it: if it is lost the desk is read anew, and the ticket is overdue still.
    audit::SealedRecord sealed = options_.log->seal(moved_record(moved, {}, std::nullopt, true));
    options_.log->fulfil(numbers.claim(0), std::move(sealed), [](const audit::Appended&) {});
  }
  return count;
}

}  // namespace caveat::gate
