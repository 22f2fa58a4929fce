// A turn is decided: judged by the rules as its hand-offs, rounds and the switch stand, which must still be so when its record takes its
// place; then the record is made and given to the log.
#include <algorithm>
#include <exception>
#include <iterator>
#include <stdexcept>

#include "adapters/gate/gate_inside.h"
#include "adapters/gate/once.h"
#include "adapters/gate/queues.h"
#include "adapters/gate/record.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/reply.h"
#include "audit/error.h"
#include "engine/base/uuid.h"
#include "engine/decide/satisfied.h"

namespace caveat::gate {

namespace {

constexpr int kAgain = 8;  // times that a turn is judged anew since somebody moved its hand-off meanwhile

}  // namespace

// What is thrown where a failure is told leaves nothing to go on with, on whichever thread: the log has what was answered.
void Gate::Inside::judge(const TurnPtr& turn, decide::Scratch& scratch) noexcept {
  const std::uint64_t begun = options_.clock->steady_ns();
  judge(turn, scratch, begun);
  keep_pace(begun);
}

void Gate::Inside::judge(const TurnPtr& turn, decide::Scratch& scratch, std::uint64_t begun) {
  Progress progress;
  try {
    if (options_.stages) turn->reply.begun_ns = begun;
    if (turn->deadline_ns != 0 && begun >= turn->deadline_ns) {
      miss(*turn);
      return leave_and_answer(turn);
    }
    if (is_repeat(turn)) return;
    if (turn->refusal) {
      turn->reply = *std::exchange(turn->refusal, std::nullopt);
      return leave_and_answer(turn);
    }
    if (!whose(*turn)) return leave_and_answer(turn);
    decide_turn(turn, scratch, progress);
  } catch (const caveat::Error& error) {
    // a bot is not told paths
    fail(
        turn, progress,
        storage_problem(error.code(), turn->caller->audience == decide::Audience::bot ? std::string()
                                                                                      : error.message(turn->language)));
  } catch (const std::exception&) {
    fail(turn, progress,
         wire::problem(wire::codes::kInternal,
                       {.path = "", .expected = "a decision", .found = "an error of ours", .nearest = {}, .hint = {}}));
  }
}

// Whose conversation it is. An id that comes in mid-conversation counts from then on; another one is refused.
bool Gate::Inside::whose(Turn& turn) {
  const std::string conversation(turn.request.conversation_id()), said(turn.request.customer_id());
  const std::string known = floor_.customer_of(conversation);
  turn.customer = said.empty() ? known : said;
  if (known.empty() || said.empty() || known == said) return true;
  refuse(turn, wire::problem(wire::codes::kConflict, {.path = "/customer/id",
                                                      .expected = "the customer whose conversation it is",
                                                      .found = "another one",
                                                      .nearest = {},
                                                      .hint = {}}));
  return false;
}

Gate::Inside::Seen Gate::Inside::see(const Turn& turn, const Desk& desk, std::uint64_t ground) const {
  const Desk::Here here = desk.find(turn.request.conversation_id(), turn.customer);
  Seen seen{.standing = here.standing,
            .ticket = here.ticket == nullptr ? std::string() : here.ticket->id,
            .holder = here.ticket == nullptr ? std::string() : here.ticket->holder,
            .switch_version = desk.emergency().version,
            .ground = ground,
            .asked = here.asked,
            .held = {}};
  for (std::size_t i = 0; i < turn.request.recipients(); ++i) {
    if (holds(desk.find({}, turn.request.recipient_id(i)).standing)) seen.held.push_back(static_cast<std::uint32_t>(i));
  }
  return seen;
}

void Gate::Inside::decide_turn(const TurnPtr& turn, decide::Scratch& scratch, Progress& progress) {
  const program::Program& program = *turn->rules->program;
  if (options_.log != nullptr) (void)options_.log->keys().data_key(turn->customer, options_.clock->wall_us());
  for (int time = 0; time < kAgain; ++time) {
    if (time > 0 && !whose(*turn)) return leave_and_answer(turn);  // a hand-off may have said it meanwhile
    std::optional<Switch> thrown;
    const Seen seen = floor_.look([&](const Desk& desk, std::uint64_t ground) {
      if (desk.emergency().thrown()) thrown = desk.emergency();
      return see(*turn, desk, ground);
    });
    if (turn->by_person && !turn->caller->is_local) {
      const Cell& cell = at(Move::person_turn, seen.standing);
      const Code* code = cell.effect == Effect::refuse     ? cell.code
                         : seen.holder != turn->caller->id ? cell.other
                                                           : nullptr;
      if (code != nullptr) {
        refuse(*turn, author_problem(*code));
        progress.in_line = false;
        return leave_and_answer(turn);
      }
    }
    Round round;
    if (!ask_again(*turn, round)) return leave_and_answer(turn);
    round.switched = thrown ? reach(*thrown, *turn->rules, turn->request, scratch) : Reach();
    const Whose whose{.conversation = turn->request.conversation_id(), .customer = turn->customer};
    decide::StateView view{.used = {}, .held = seen.held, .question = {}};
    const decide::Decision* first = &decide::decide(*turn->rules, turn->request, view, round.met.requirements, scratch);
    // A question that was split over turns, or asked in one and answered in the next, is answered by a bare yes all the same.
    const bool in_conversation = !turn->request.conversation_id().empty();
    if (in_conversation && scratch.wants_question()) {
      round.question = floor_.value(question_key(turn->request.conversation_id())).value_or(std::string());
      view.question = round.question;
      if (!view.question.empty())
        first = &decide::decide(*turn->rules, turn->request, view, round.met.requirements, scratch);
    }
    // Also of what goes nowhere: a record says of no disclosure that it was added where it had been told.
    const std::vector<decide::Once> used = used_up(program, turn->request, whose, scratch.once(),
                                                   [&](const audit::StateKey& key) { return floor_.value(key); });
    view.used = used;
    if (!used.empty()) first = &decide::decide(*turn->rules, turn->request, view, round.met.requirements, scratch);
    const decide::Decision& decision = *first;
    round.unmet = at(Move::turn, seen.standing).effect == Effect::judge && !turn->by_person && !round.switched.taken &&
                  decision.verdict == decide::Verdict::require && round.over;
    std::vector<audit::StateChange> asked;
    if (in_conversation && program.lexicons().has_cues()) asked = asks(*turn, program, decision, seen, round, scratch);
    // Of the decision, and of each ticket that it may open, join or close.
    const bool hands_off = decision.has_handoff || round.switched.taken || round.unmet;
    const std::size_t records = 1 + (hands_off ? 1 : seen.asked);
    wait_for_place(*turn);
    std::string decision_id = Uuid::make(*options_.clock, *options_.random).to_string();
    std::vector<Moved> moved;  // first the ticket at hand
    Ticket ticket;             // at hand, after it
    std::vector<audit::StateChange> changes;
    bool again = false;
    progress.numbers.emplace(floor_.change(records, [&](Desk& desk, std::uint64_t ground) {
      // Whose conversation it is may have been said meanwhile: he may be held.
      const std::string learned = floor_.learned(std::string(turn->request.conversation_id()));
      if (see(*turn, desk, ground) != seen || (!learned.empty() && learned != turn->customer)) {
        again = true;
        return;
      }
      progress.changed = true;
      moved = move(*turn, program, decision, seen, round, decision_id, desk, changes);
      next_round(*turn, program, decision, seen, round, decision_id, changes);
      // What was answered for want of time brought nothing to the customer: its disclosures are told again.
      if (!decision.told_once.empty() && !turn->caller->confirms && !turn->answered && goes_out(*turn, seen, round)) {
        const std::vector<audit::StateChange> own =
            told_changes(told(program, turn->request, decision.told_once), whose, options_.clock->wall_us());
        floor_.keep(own);
        turn->told_once = !own.empty();
        changes.insert(changes.end(), own.begin(), own.end());
      }
      if (!moved.empty())
        ticket = moved.front().ticket;
      else if (const Ticket* there = desk.open(seen.ticket))
        ticket = *there;
      if (!turn->customer.empty() && in_conversation) learn(*turn, changes);
      if (!turn->answered || asked.empty() || asked.front().value) {  // an answer that came too late answers nothing
        floor_.keep(asked);
        changes.insert(changes.end(), asked.begin(), asked.end());
        turn->question = round.answers;
      }
      if (turn->told_once || !turn->question.empty()) {
        turn->lost = std::make_shared<std::atomic<bool>>(false);
        turn->told = decision_id;
      }
      round.firm = options_.durable || floor_.on_disk(stands_on(*turn));
      const std::lock_guard lock(mutex_);
      overlay_.emplace(turn->keys.front(), turn);
      progress.in_overlay = true;
      leave_lines(turn);
      progress.in_line = false;
    }));
    if (again) continue;
    have_place(*turn);
    note_unknown(program, decision);
    Applied applied;
    apply(*turn, program, decision, seen, round, ticket, applied);
    return record(turn, decision, applied, moved, ticket, round, std::move(decision_id), std::move(changes), progress);
  }
  throw std::runtime_error("its hand-off did not come to rest");
}

// What the rules came to is what applies to it.
bool Gate::Inside::goes_out(const Turn& turn, const Seen& seen, const Round& round) {
  return at(Move::turn, seen.standing).effect == Effect::judge && !turn.by_person && !round.switched.taken &&
         !round.unmet;
}

// What becomes of the question that is open in the conversation: an answer that goes out answers it, another one takes its place. Of
// the same conversation no other turn is decided meanwhile.
std::vector<audit::StateChange> Gate::Inside::asks(const Turn& turn, const program::Program& program,
                                                   const decide::Decision& decision, const Seen& seen, Round& round,
                                                   decide::Scratch& scratch) {
  audit::StateKey key = question_key(turn.request.conversation_id());
  const bool answered =
      turn.request.has_answer() &&
      (turn.by_person || (goes_out(turn, seen, round) && decision.verdict <= decide::Verdict::revise));
  if (answered) {
    round.answers = floor_.value(key).value_or(std::string());
    if (round.answers.empty()) return {};
    return {{.key = std::move(key), .value = std::nullopt}};
  }
  std::string question = decide::open_question(program, turn.request, decision, scratch);
  if (question.empty()) return {};
  return {{.key = std::move(key), .value = std::move(question)}};
}

// What the turn continues, and what it brings. False: it is refused.
bool Gate::Inside::ask_again(Turn& turn, Round& round) {
  if (turn.continuation.decision.empty()) return true;
  const auto cannot = [&](std::string expected) {
    refuse(turn, wire::problem(wire::codes::kBadContinuation, {.path = "/continues",
                                                               .expected = std::move(expected),
                                                               .found = "\"" + turn.continuation.decision + "\"",
                                                               .nearest = {},
                                                               .hint = {}}));
    return false;
  };
  const std::optional<std::string> value = floor_.value(asked_key(turn.continuation.decision));
  const std::optional<Asked> asked = value ? decode_asked(*value) : std::nullopt;
  if (!asked || asked->caller != turn.caller->id)
    return cannot("a decision of this caller's that requires something and was not continued yet");
  if (asked->conversation != turn.request.conversation_id() || asked->customer != turn.customer)
    return cannot("a decision of this conversation and customer");
  const Microseconds now = options_.clock->wall_us();
  round.number = asked->rounds + 1;
  round.until = asked->until;
  if (is_same(asked->matter, turn.matter)) round.since = asked->since;
  round.late = now > asked->until;
  round.over = round.number >= kRounds || round.late;
  std::optional<Problem> problem;
  round.met = check(
      *turn.rules->program, *asked, turn.continuation, *turn.caller, turn.matter, now, options_.clock_skew,
      [&](const audit::StateKey& key) { return floor_.value(key); }, problem);
  if (problem) {
    refuse(turn, *problem);
    return false;
  }
  if (round.late) round.met = {};  // what comes too late has served nothing either
  return true;
}

// Under the floor's lock: the decision that was continued is done with; this one may be continued in its turn.
void Gate::Inside::next_round(const Turn& turn, const program::Program& program, const decide::Decision& decision,
                              const Seen& seen, const Round& round, const std::string& decision_id,
                              std::vector<audit::StateChange>& changes) {
  if (turn.by_person) return;
  std::vector<audit::StateChange> own;
  // What is held back, or taken by the switch, has served nothing: what it brought serves when the customer is back, and what was
  // asked for may still be continued.
  const bool waits = at(Move::turn, seen.standing).effect != Effect::judge || round.switched.taken;
  if (!turn.continuation.decision.empty() && !waits) {
    own.push_back({.key = asked_key(turn.continuation.decision), .value = std::nullopt});
    own.insert(own.end(), round.met.used.begin(), round.met.used.end());
  }
  if (goes_out(turn, seen, round) && decision.verdict == decide::Verdict::require) {
    Asked asked{.caller = turn.caller->id,
                .conversation = std::string(turn.request.conversation_id()),
                .customer = turn.customer,
                .rounds = round.number,
                .until = round.until != 0 ? round.until : options_.clock->wall_us() + kAskedFor,
                .names = {},
                .matter = turn.matter,
                .since = round.since != 0 ? round.since : options_.clock->wall_us(),
                .met = {}};
    for (const decide::Required& one : decision.requires_) {
      if (!one.is_fact)
        asked.names.push_back(requirement_full_name(program, one.index));
      else if (!program.slot_path(one.index).starts_with("customer."))
        asked.matter.content.clear();  // what comes of facts is not known yet: consent to it is asked for then
    }
    for (const auto& [index, until] : round.met.until)
      asked.met.emplace_back(requirement_full_name(program, index), until);
    own.push_back({.key = asked_key(decision_id), .value = encode(asked)});
  }
  floor_.keep(own);
  for (audit::StateChange& change : own) changes.push_back(std::move(change));
}

// Under the floor's lock: what the turn does to the hand-off.
std::vector<Moved> Gate::Inside::move(const Turn& turn, const program::Program& program,
                                      const decide::Decision& decision, const Seen& seen, const Round& round,
                                      const std::string& decision_id, Desk& desk,
                                      std::vector<audit::StateChange>& changes) {
  const auto now = [this] { return options_.clock->wall_us(); };  // most turns move nothing
  const std::string conversation(turn.request.conversation_id());
  Moved moved;
  std::vector<Moved> others;
  if (const Ticket* there = desk.open(seen.ticket);
      there != nullptr && there->customer.empty() && !turn.customer.empty() && there->conversation == conversation) {
    moved = desk.became_known(seen.ticket, turn.customer);
  }
  if (!turn.by_person && !(conversation.empty() && turn.customer.empty())) {
    Moved more;
    const bool judged = at(Move::turn, seen.standing).effect == Effect::judge;
    if (decision.has_handoff && decision.handoff.hold) {
      more = desk.wish(Move::hold, Uuid::make(*options_.clock, *options_.random).to_string(),
                       wish_of(turn, program, decision, decision_id), now());
    } else if (judged && (decision.has_handoff || round.switched.taken || round.unmet)) {
      Wish wish = wish_of(turn, program, decision, decision_id);
      if (round.switched.taken || round.unmet) {  // as `apply` tells it
        const std::uint32_t queue = queue_of(program, round.switched.queue, options_.default_queue);
        wish.queue = queue == program::kNone ? std::string() : std::string(program.queue_name(queue));
        wish.priority = queue == program::kNone ? std::uint8_t{2} : program.queues()[queue].priority;
        wish.due = due_in(program, queue, turn.request.at());
        wish.cause = decide::name(round.switched.taken ? decide::Cause::switched : decide::Cause::missing);
      }
      more = desk.wish(round.unmet ? Move::expire : Move::ask,
                       Uuid::make(*options_.clock, *options_.random).to_string(), wish, now());
    } else if (judged && decision.verdict <= decide::Verdict::revise && decision.has_say) {
      others = desk.answered(conversation, turn.customer, now());
      for (const Moved& closed : others) floor_.keep(changes_of(closed.ticket));
      // What was asked here is the ticket at hand, of which the customer may have become known.
      if (!others.empty() && (moved.ticket.id.empty() || others.front().ticket.id == moved.ticket.id)) {
        more = std::move(others.front());
        others.erase(others.begin());
      }
    }
    if (more.record || !more.ticket.id.empty()) {
      if (!more.record && moved.ticket.id == more.ticket.id) more.ticket = moved.ticket;
      moved = std::move(more);
    }
  }
  std::vector<Moved> all;
  if (!moved.ticket.id.empty()) all.push_back(std::move(moved));
  std::move(others.begin(), others.end(), std::back_inserter(all));
  for (const Moved& one : all) {
    for (audit::StateChange& change : changes_of(one.ticket)) changes.push_back(std::move(change));
  }
  return all;
}

Wish Gate::Inside::wish_of(const Turn& turn, const program::Program& program, const decide::Decision& decision,
                           const std::string& decision_id) {
  Wish wish;
  wish.conversation = turn.request.conversation_id();
  wish.customer = turn.customer;
  wish.decision = decision_id;
  if (!decision.has_handoff) return wish;
  const decide::HandOff& handoff = decision.handoff;
  if (handoff.queue != program::kNone) wish.queue = program.queue_name(handoff.queue);
  wish.priority = handoff.priority;
  if (handoff.due_seconds != program::kNoDue) wish.due = due_at(turn.request.at(), handoff.due_seconds);
  wish.cause = decide::name(handoff.cause);
  for (const decide::Reason& reason : decision.reasons) {
    if (reason.verdict != decide::Verdict::handoff) continue;
    wish.rules.emplace_back(program.rule_id(reason.rule));
    if (!program.rule_is_confidential(reason.rule)) continue;
    HiddenRule& hidden = wish.hidden.emplace_back(HiddenRule{wish.rules.back(), {}});
    for (const std::string_view role : program.rule_visible_to(reason.rule)) hidden.roles.emplace_back(role);
  }
  const auto each_once = [](auto& rules) {
    std::sort(rules.begin(), rules.end());
    rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  };
  each_once(wish.rules);
  each_once(wish.hidden);
  return wish;
}

// Under the floor's lock: whose conversation it is, if that is news.
void Gate::Inside::learn(const Turn& turn, std::vector<audit::StateChange>& changes) {
  const std::string conversation(turn.request.conversation_id());
  if (!floor_.learn(conversation, turn.customer)) return;
  changes.push_back({.key = conversation_key(conversation), .value = turn.customer});
}

void Gate::Inside::apply(const Turn& turn, const program::Program& program, const decide::Decision& decision,
                         const Seen& seen, const Round& round, const Ticket& ticket, Applied& applied) const {
  if (turn.by_person) return applied.advice(decision, turn.request);
  if (at(Move::turn, seen.standing).effect == Effect::hold_back) {
    return applied.held(decision, turn.request, queue_of(program, ticket.queue, options_.default_queue),
                        ticket.priority, ticket.due, Ruling::held);
  }
  if (round.unmet || (round.switched.taken && !(decision.has_handoff && decision.handoff.hold))) {
    const std::uint32_t queue = queue_of(program, round.switched.queue, options_.default_queue);
    return applied.held(
        decision, turn.request, queue, queue == program::kNone ? std::uint8_t{2} : program.queues()[queue].priority,
        due_in(program, queue, turn.request.at()), round.switched.taken ? Ruling::switched : Ruling::unmet);
  }
  applied.judged(decision);
}

// How long the last ones waited in the queue that is told.
std::optional<Microseconds> Gate::Inside::expected_wait(const program::Program& program, std::uint32_t queue) {
  if (queue == program::kNone) return std::nullopt;
  const Microseconds now = options_.clock->wall_us();
  return floor_.look(
      [&](const Desk& desk, std::uint64_t) { return desk.expected_wait(program.queue_name(queue), now); });
}

void Gate::Inside::note_unknown(const program::Program& program, const decide::Decision& decision) const {
  if (!options_.unknown) return;
  std::vector<std::uint32_t> slots;
  for (const decide::Reason& reason : decision.reasons) {
    if (!reason.unknown || program.rule_is_confidential(reason.rule)) continue;
    for (const decide::FactUsed& fact : reason.facts)
      if (!fact.known && std::find(slots.begin(), slots.end(), fact.slot) == slots.end()) slots.push_back(fact.slot);
  }
  for (const std::uint32_t slot : slots) options_.unknown(program.slot_path(slot));
}

void Gate::Inside::record(const TurnPtr& turn, const decide::Decision& decision, const Applied& applied,
                          const std::vector<Moved>& moved, const Ticket& ticket, const Round& round,
                          std::string decision_id, std::vector<audit::StateChange> changes, Progress& progress) {
  Reply& reply = turn->reply;
  reply.verdict = applied.decision().verdict;
  reply.decision_id = std::move(decision_id);
  const bool held = applied.ruling() == Ruling::held;
  const std::string topic = applied.ruling() == Ruling::switched ? round.switched.topic : std::string();
  const std::string handoff = applied.decision().has_handoff || turn->by_person ? ticket.id : std::string();
  const program::Program& program = *turn->rules->program;
  wire::ReplyFrame frame{.decision_id = reply.decision_id,
                         .audience = turn->caller->audience,
                         .advice = turn->by_person ? &decision : nullptr,
                         .not_met = round.met.not_met};
  if (applied.decision().has_handoff) {
    std::uint32_t queue = applied.decision().handoff.queue;
    if (!handoff.empty()) {  // as the ticket has it, to the microsecond: the turn may have joined one that is there
      queue = queue_of(program, ticket.queue, options_.default_queue);
      frame.handoff = {.id = handoff,
                       .queue = queue == program::kNone ? std::string_view() : program.queue_name(queue),
                       .priority = ticket.priority,
                       .due = ticket.due,
                       .state = held ? public_name(ticket.standing) : std::string_view()};
    }
    frame.expected_wait = expected_wait(program, queue);
  }
  reply.body = wire::reply_json(*turn->rules, turn->request, applied.decision(), frame);
  if (options_.outcomes) reply.outcome = wire::outcome_json(*turn->rules, turn->request, decision);
  if (options_.stages) reply.decided_ns = options_.clock->steady_ns();
  if (options_.log == nullptr) {
    reply.body = wire::with_receipt(std::move(reply.body), std::nullopt);
    return finish(turn, true);
  }
  const bool early = round.firm && goes_early(applied, changes);
  audit::SealedRecord sealed = options_.log->seal(record_of({.rules = *turn->rules,
                                                             .request = turn->request,
                                                             .judged = decision,
                                                             .applied = applied,
                                                             .continuation = turn->continuation,
                                                             .decision_id = reply.decision_id,
                                                             .reply = reply.body,
                                                             .handoff = handoff.empty() ? ticket.id : handoff,
                                                             .customer = turn->customer,
                                                             .content = turn->content.digest(options_.limits),
                                                             .request_key = turn->keys.front(),
                                                             .met = round.met.requirements,
                                                             .switched_topic = topic,
                                                             .question = round.question,
                                                             .late = round.late,
                                                             .early = early,
                                                             .changes = std::move(changes)},
                                                            options_.log->keys()));
  std::vector<audit::SealedRecord> of_tickets;
  for (const Moved& one : moved)
    if (one.record) of_tickets.push_back(options_.log->seal(moved_record(one, {}, std::nullopt, false)));
  if (options_.stages) reply.sealed_ns = options_.clock->steady_ns();
  if (early) tell_early(*turn);
  // From here on the log answers, whatever happens. The later one first: so both are ready when the first is, and go in one commit.
  audit::AppendDone recorded = [this, turn](const audit::Appended& appended) {
    log_moved_ns_.store(options_.clock->steady_ns(), std::memory_order_relaxed);
    awaited_.fetch_sub(1, std::memory_order_relaxed);
    committed(turn, appended);
  };
  if (awaited_.load(std::memory_order_relaxed) == 0)
    log_moved_ns_.store(options_.clock->steady_ns(), std::memory_order_relaxed);
  awaited_.fetch_add(1, std::memory_order_relaxed);
  const std::uint64_t place = progress.numbers->claim(0);
  for (std::size_t i = 0; i < of_tickets.size(); ++i)
    options_.log->fulfil(progress.numbers->claim(i + 1), std::move(of_tickets[i]), [](const audit::Appended&) {});
  progress.numbers.reset();
  options_.log->fulfil(place, std::move(sealed), std::move(recorded));
}

// Before the log has it: from then on what becomes of the turn's reply is no longer this thread's.
void Gate::Inside::tell_early(Turn& turn) {
  Reply sent = turn.reply;
  sent.body = wire::with_receipt(std::move(sent.body), std::nullopt);
  sent.sealed_ns = 0;  // there is no commit to be told of
  overtake(turn, sent, true);
  if (!turn.answered.exchange(true)) tell(turn.done, std::move(sent));
}

// Whose hand-offs, and what was told once, a turn was judged by. Whose conversation it is may be lost: it was said all the same.
std::vector<std::string> Gate::Inside::stands_on(const Turn& turn) {
  std::vector<std::string> all{std::string(Desk::kSwitch)};
  if (!turn.request.conversation_id().empty())
    all.push_back("conversation " + std::string(turn.request.conversation_id()));
  if (!turn.customer.empty()) all.push_back("customer " + turn.customer);
  for (std::size_t i = 0; i < turn.request.recipients(); ++i)
    all.push_back("customer " + std::string(turn.request.recipient_id(i)));
  return all;
}

// Without waiting for the disk, where the operator chose so: the bot's own text, of a turn that changes nothing that a later one
// stands on, while the log takes what it is given. That it stands on nothing that may be lost is the round's to say.
bool Gate::Inside::goes_early(const Applied& applied, const std::vector<audit::StateChange>& changes) const {
  const decide::Verdict verdict = applied.decision().verdict;
  return !options_.durable && log_takes_.load(std::memory_order_relaxed) && applied.ruling() == Ruling::judged &&
         changes.empty() && verdict != decide::Verdict::require && verdict != decide::Verdict::handoff;
}

}  // namespace caveat::gate
