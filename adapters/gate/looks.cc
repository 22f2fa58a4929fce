#include "adapters/gate/looks.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <functional>
#include <memory>
#include <tuple>

#include "adapters/gate/errands.h"
#include "adapters/gate/queues.h"
#include "adapters/gate/reach.h"
#include "adapters/gate/record.h"
#include "adapters/gate/ticket_json.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/reply.h"
#include "audit/error.h"
#include "audit/record/events.h"
#include "engine/base/escape.h"
#include "engine/decide/sentences.h"

namespace caveat::gate {
namespace {

constexpr std::size_t kMostListed = 200;
constexpr std::uint64_t kMostLookedAt = 20'000;  // headers, for one page of closed hand-offs
constexpr std::size_t kTurnsShown = 6, kEarlierShown = 10;

Reply not_found(const Query& query) {
  return refused(wire::codes::kNotFound, query.language, "", "what this id stands for", query.target);
}

// Most urgent first; a cursor is the place of the last one shown, and survives a restart.
std::string cursor_of(const Ticket& ticket) {
  const auto padded = [](std::int64_t number) {
    std::string digits = std::to_string(number);
    return std::string(digits.size() < 20 ? 20 - digits.size() : 0, '0') + digits;
  };
  return std::to_string(ticket.priority) + "." + padded(ticket.due.value_or(INT64_MAX)) + "." + padded(ticket.opened) +
         "." + ticket.id;
}

// Has cursor_of written it? Another text would be compared as if it had, and whoever waits be left out.
bool is_cursor(std::string_view text) {
  for (const std::size_t digits : {1u, 20u, 20u}) {
    if (text.size() <= digits || text[digits] != '.') return false;
    for (std::size_t i = 0; i < digits; ++i)
      if (text[i] < '0' || text[i] > '9') return false;
    text.remove_prefix(digits + 1);
  }
  return !text.empty();
}

// Of a list of closed ones: an index of the log.
std::optional<std::uint64_t> place_of(std::string_view cursor) {
  std::uint64_t at = 0;
  const char *first = cursor.data(), *last = first + cursor.size();
  const auto read = std::from_chars(first, last, at);
  if (read.ec != std::errc() || read.ptr != last) return std::nullopt;
  return at;
}

// Whoever judges decisions sees all that rules read; others what they came to something by, and what the bot brought.
FactsReader facts_for(const Caller& caller, const program::Program* program, Language language) {
  return FactsReader({.roles = caller.roles,
                      .program = program,
                      .has_packs = true,
                      .whole = caller.is_local || caller.has("auditor"),
                      .language = language});
}

std::string role_of(const Caller& caller) {
  if (caller.is_local) return "local";
  std::string out;
  for (const std::string& role : caller.roles) out += (out.empty() ? "" : " ") + role;
  return out;
}

}  // namespace

Reply Looks::look(const Query& query, const Caller& caller) {
  try {
    switch (query.kind) {
      case Query::Kind::conversation:
        return conversation(query);
      case Query::Kind::handoffs:
        return handoffs(query, caller);
      case Query::Kind::handoff:
        return handoff(query, caller);
      case Query::Kind::queues:
        return queues(query);
      case Query::Kind::switch_:
        return emergency();
      case Query::Kind::decision:
      case Query::Kind::explanation:
        return decision(query, caller);
      case Query::Kind::proof:
        return proof(query, caller);
    }
    return not_found(query);
  } catch (const caveat::Error& error) {
    return not_stored(error.code(), options_, query.language, "a record that can be read");
  } catch (const std::exception&) {
    return refused(wire::codes::kInternal, query.language, "", "what was asked for", "an error of ours");
  }
}

Reply Looks::conversation(const Query& query) {
  Reply reply;
  const std::string customer = floor_.customer_of(query.target);
  reply.body = floor_.look([&](const Desk& desk, std::uint64_t) {
    const Desk::Here here = desk.find(query.target, customer);
    if (here.ticket != nullptr) reply.version = std::to_string(here.ticket->version);
    return conversation_json(query.target, here);
  });
  return reply;
}

Reply Looks::handoffs(const Query& query, const Caller& caller) {
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  std::vector<Problem> wrong;
  if (query.amiss) wrong.push_back(*query.amiss);
  const auto refuse = [&](const Code& code, std::string path, std::string expected, const std::string& value) {
    wrong.push_back(wire::problem(code, {.path = std::move(path),
                                         .expected = std::move(expected),
                                         .found = shortened(value),
                                         .nearest = {},
                                         .hint = {}}));
  };
  const bool of_closed = query.state == "closed";
  if (!query.queue.empty() && !caller.serves(query.queue))
    refuse(wire::codes::kRole, "/queue", "a queue of the caller's", query.queue);
  if (!of_closed && !query.amiss && !query.state.empty() && query.state != "asked" && query.state != "waiting" &&
      query.state != "person")
    refuse(wire::codes::kOutOfRange, "/state", "asked, waiting, person or closed", query.state);
  if (!query.cursor.empty() && !(of_closed ? place_of(query.cursor).has_value() : is_cursor(query.cursor)))
    refuse(wire::codes::kOutOfRange, "/cursor", "the `next` of the page before", query.cursor);
  if (!wrong.empty()) return refused(wire::all_of(std::move(wrong)), query.language);
  if (of_closed) return closed(query, caller);
  std::vector<Ticket> found;
  floor_.look([&](const Desk& desk, std::uint64_t) {
    for (const Ticket* ticket : desk.all()) {
      if (!sees(caller, options_, ticket->queue, ticket->holder)) continue;
      if (!query.queue.empty() && ticket->queue != query.queue && queue_served(options_, ticket->queue) != query.queue)
        continue;
      if (!query.state.empty() && name(ticket->standing) != query.state) continue;
      if (!query.customer.empty() && ticket->customer != query.customer) continue;
      found.push_back(*ticket);
    }
    return 0;
  });
  std::vector<std::pair<std::string, const Ticket*>> order;
  for (const Ticket& ticket : found) order.emplace_back(cursor_of(ticket), &ticket);
  std::sort(order.begin(), order.end());
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMostListed);
  std::vector<const Ticket*> shown;
  Reply reply;
  for (const auto& [place, ticket] : order) {
    if (!query.cursor.empty() && place <= query.cursor) continue;
    if (shown.size() == limit) {
      reply.next = cursor_of(*shown.back());
      break;
    }
    shown.push_back(ticket);
  }
  reply.body = tickets_json(shown, rules ? rules->program.get() : nullptr, caller.roles, reply.next);
  return reply;
}

// Closed ones, the newest end first. They are found by the records of their ends: a page looks through so many of the log's headers and
// no more, so one may hold few, or none, and still have a next. A line says of them what it says of open ones: ids, queue, times, outcome
// and rules; nothing that the customer or the bot said, and no reason or note. So it is no look at what is sealed, and no record `viewed`.
Reply Looks::closed(const Query& query, const Caller& caller) {
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  std::vector<Ticket> found;
  Reply reply;
  if (options_.log != nullptr) {
    const auto reader = audit::LogReader::open(options_.log->path());
    std::uint64_t end = reader->size();
    if (const std::optional<std::uint64_t> at = place_of(query.cursor)) end = std::min(end, *at);
    std::vector<std::uint64_t> places;  // to look at, the newest first
    if (!query.customer.empty()) {
      places = reader->search(options_.log->keys(), {audit::TagKind::customer, query.customer});
      std::sort(places.begin(), places.end(), std::greater<>());
      places.erase(std::remove_if(places.begin(), places.end(), [&](std::uint64_t at) { return at >= end; }),
                   places.end());
    }
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMostListed);
    const std::uint64_t all = query.customer.empty() ? end : places.size();
    for (std::uint64_t i = 0; i < all; ++i) {
      const std::uint64_t index = query.customer.empty() ? end - 1 - i : places[i];
      if (found.size() == limit || i == kMostLookedAt) {
        reply.next = std::to_string(index + 1);
        break;
      }
      std::optional<Ticket> ticket = closed_at(*options_.log, *reader, index);
      if (!ticket || !caller.sees(ticket->queue, ticket->holder)) continue;
      if (!query.queue.empty() && ticket->queue != query.queue) continue;
      if (!query.customer.empty() && ticket->customer != query.customer) continue;
      found.push_back(std::move(*ticket));
    }
  }
  std::vector<const Ticket*> shown;
  for (const Ticket& ticket : found) shown.push_back(&ticket);
  reply.body = tickets_json(shown, rules ? rules->program.get() : nullptr, caller.roles, reply.next);
  return reply;
}

Reply Looks::handoff(const Query& query, const Caller& caller) {
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  std::optional<Ticket> ticket;
  floor_.look([&](const Desk& desk, std::uint64_t) {
    if (const Ticket* there = desk.open(query.target)) ticket = *there;
    return 0;
  });
  if (!ticket) {
    if (const auto past = floor_.value(past_ticket_key(query.target))) ticket = decode_ticket(*past);
  }
  if (!ticket) return not_found(query);
  if (!sees(caller, options_, ticket->queue, ticket->holder))
    return refused(wire::codes::kRole, query.language, "", "a hand-off of the caller's queues", query.target);

  TicketFrame frame{
      .program = rules ? rules->program.get() : nullptr, .roles = caller.roles, .language = query.language};
  if (options_.log != nullptr) {
    const auto reader = audit::LogReader::open(options_.log->path());
    std::vector<PastDecision>& turns = frame.turns.emplace();
    std::vector<Ticket>& earlier = frame.earlier.emplace();
    std::vector<std::uint64_t> opened;
    // Stories are told without confidential rules but to the roles that these name; facts are those that the told rules stand on.
    const FactsReader facts = facts_for(caller, frame.program, query.language);
    if (!ticket->decision.empty()) {
      frame.decision = past_decision(*options_.log, *reader, ticket->decision);
      if (frame.decision) {
        as_told_to(caller.roles, frame.program, *frame.decision);
        frame.decision->facts = facts.read(frame.decision->record);
        opened.push_back(frame.decision->index);
      }
    }
    if (!ticket->conversation.empty()) {
      const std::vector<std::uint64_t> all =
          reader->search(options_.log->keys(), {audit::TagKind::conversation, ticket->conversation});
      bool ended = ticket->standing != Standing::bot;  // of a closed one nothing that came after its end
      for (auto index = all.rbegin(); index != all.rend() && turns.size() < kTurnsShown; ++index) {
        if (!ended) {
          const std::optional<Ticket> closed = closed_at(*options_.log, *reader, *index);
          ended = closed && closed->id == ticket->id;
          continue;
        }
        std::optional<PastDecision> past = past_decision_at(*options_.log, *reader, *index);
        if (!past) continue;
        opened.push_back(*index);
        as_told_to(caller.roles, frame.program, *past);
        past->facts = facts.read(past->record);
        turns.push_back(std::move(*past));
      }
      std::reverse(turns.begin(), turns.end());
    }
    if (!ticket->customer.empty()) {
      std::vector<std::string> seen{ticket->id};
      const std::vector<std::uint64_t> all =
          reader->search(options_.log->keys(), {audit::TagKind::customer, ticket->customer});
      for (auto index = all.rbegin(); index != all.rend() && earlier.size() < kEarlierShown; ++index) {
        const Result<audit::OpenedRecord> record = reader->open_body(options_.log->keys(), *index);
        if (!record || record->header.context.kind != audit::Kind::handoff_opened) continue;
        const audit::SectionBytes* section = record->find(audit::Section::event);
        const Result<audit::Event> event = audit::decode_event(
            audit::Kind::handoff_opened, section == nullptr ? std::string_view() : section->encoded);
        if (!event) continue;
        const std::string& id = std::get<audit::HandOffMoved>(*event).handoff;
        if (std::find(seen.begin(), seen.end(), id) != seen.end()) continue;
        seen.push_back(id);
        const auto entry = options_.log->state().read(past_ticket_key(id));
        std::optional<Ticket> past = entry ? decode_ticket(entry->value) : std::nullopt;
        if (past && caller.sees(past->queue, past->holder)) earlier.push_back(std::move(*past));
      }
    }
    std::sort(opened.begin(), opened.end());
    opened.erase(std::unique(opened.begin(), opened.end()), opened.end());
    if (const auto failed = record_view(caller, query, opened, ticket->customer, ticket->id)) return *failed;
  }
  Reply reply;
  reply.version = std::to_string(ticket->version);
  reply.recorded = options_.log != nullptr;
  reply.body = ticket_json(*ticket, frame);
  return reply;
}

Reply Looks::queues(const Query& query) {
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  if (!rules || !rules->program) return refused(wire::codes::kNoPack, query.language, "", "rules", "none");
  Reply reply;
  reply.body = floor_.look(
      [&](const Desk& desk, std::uint64_t) { return queues_json(*rules->program, options_.clock->wall_us(), desk); });
  return reply;
}

Reply Looks::emergency() {
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  Reply reply;
  reply.body = floor_.look([&](const Desk& desk, std::uint64_t) {
    reply.version = std::to_string(desk.emergency().version);
    return switch_json(desk.emergency(), rules ? rules->program.get() : nullptr);
  });
  return reply;
}

// An auditor reads every decision; whoever asked for one his own; an agent those of the hand-offs that he may see: the one that opened it
// and the turns of its conversation or, where it has none, of its customer, up to its end.
const Code* Looks::hidden(const PastDecision& past, const Caller& caller, const audit::LogReader& reader) {
  if (caller.is_local || caller.has("auditor") || past.caller == caller.id) return nullptr;
  if (!caller.has("agent")) return &wire::codes::kNotFound;  // a bot is not told that another's decision exists
  const std::string customer = past.customer.empty() ? floor_.customer_of(past.conversation) : past.customer;
  const auto shows = [&](const Ticket& ticket) {
    const bool whole = !ticket.conversation.empty();
    const std::string &its = whole ? ticket.conversation : ticket.customer,
                      &of_turn = whole ? past.conversation : customer;
    const bool open = ticket.standing != Standing::bot;  // closed ones stay those of their own queue
    return (open ? sees(caller, options_, ticket.queue, ticket.holder) : caller.sees(ticket.queue, ticket.holder)) &&
           (ticket.decision == past.id || (!its.empty() && its == of_turn));
  };
  const bool by_open = floor_.look([&](const Desk& desk, std::uint64_t) {
    const std::vector<const Ticket*> all = desk.all();
    return std::any_of(all.begin(), all.end(), [&](const Ticket* ticket) { return shows(*ticket); });
  });
  if (by_open) return nullptr;
  const auto by_closed = [&](audit::TagKind kind, const std::string& whose) {
    if (whose.empty()) return false;
    const std::vector<std::uint64_t> all = reader.search(options_.log->keys(), {kind, whose});
    return std::any_of(all.begin(), all.end(), [&](std::uint64_t index) {
      const std::optional<Ticket> ticket = index < past.index ? std::nullopt : closed_at(*options_.log, reader, index);
      return ticket && shows(*ticket);
    });
  };
  const bool seen =
      by_closed(audit::TagKind::conversation, past.conversation) || by_closed(audit::TagKind::customer, customer);
  return seen ? nullptr : &wire::codes::kRole;
}

const Code* Looks::hidden(const PastDecision& past, const Caller& caller) {
  if (options_.log == nullptr) return nullptr;
  return hidden(past, caller, *audit::LogReader::open(options_.log->path()));
}

Reply Looks::refuse_decision(const Code& code, const Query& query) {
  if (&code == &wire::codes::kNotFound) return not_found(query);
  return refused(code, query.language, "", "a decision of a hand-off of the caller's queues", query.target);
}

Reply Looks::decision(const Query& query, const Caller& caller) {
  if (options_.log == nullptr) return not_found(query);
  const auto reader = audit::LogReader::open(options_.log->path());
  std::optional<PastDecision> past = past_decision(*options_.log, *reader, query.target);
  if (!past) return not_found(query);
  if (const Code* code = hidden(*past, caller, *reader)) return refuse_decision(*code, query);
  const bool bot = caller.audience == decide::Audience::bot;
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  const program::Program* program = rules ? rules->program.get() : nullptr;
  as_told_to(caller.roles, program, *past);
  if (!bot) past->facts = facts_for(caller, program, query.language).read(past->record);
  if (const auto failed = record_view(caller, query, {past->index}, past->customer, {})) return *failed;
  Reply reply;
  reply.decision_id = past->id;
  reply.verdict = past->verdict;
  reply.recorded = true;
  if (bot) give_way(*past, reply);
  if (query.kind == Query::Kind::explanation) {
    past->verdict = reply.verdict;
    const std::string reader_name = bot ? "bot" : query.reader;
    reply.body = explanation_json(*past, reader_name, query.language);
    return reply;
  }
  const wire::Receipt receipt{.log = options_.log->origin(), .index = past->index, .leaf = past->leaf};
  reply.body =
      wire::with_receipt(bot ? for_bot_json(past->body) : with_story(past->body, *past, query.language), receipt);
  return reply;
}

// A bot that asks again what was decided gets no leave to speak or act while a person has the conversation or is awaited, or the switch
// is thrown.
void Looks::give_way(PastDecision& past, Reply& reply) {
  if (past.verdict == decide::Verdict::handoff) return;
  const std::vector<std::string> recipients = recipients_in(past.body);
  std::vector<std::string_view> held;
  std::optional<Ticket> ticket;
  const std::string customer = past.customer.empty() ? floor_.customer_of(past.conversation) : past.customer;
  const std::shared_ptr<const decide::Ruleset> rules = options_.snapshot->get();
  floor_.look([&](const Desk& desk, std::uint64_t) {
    for (const std::string& one : recipients)
      if (holds(desk.find({}, one).standing)) held.emplace_back(one);
    const Desk::Here here = desk.find(past.conversation, customer);
    if (holds(here.standing))
      ticket = *here.ticket;
    else if (const Reach taken = reach(desk.emergency()); taken.taken && rules && rules->program)
      ticket = of_switch(taken, *rules->program, options_.default_queue);
    return 0;
  });
  if (ticket) {
    const program::Program* program = rules ? rules->program.get() : nullptr;
    const std::string text = !recipients.empty() || past.of_material ? std::string()
                             : program == nullptr
                                 ? std::string(decide::fallback(decide::Verdict::handoff, past.language))
                                 : waiting_text(*program, queue_of(*program, ticket->queue, options_.default_queue),
                                                past.language, options_.clock->wall_us());
    past.body = superseded_json(past.body, text, *ticket);
    if (!text.empty()) told_to_wait_.note(past.id, text);
    reply.verdict = decide::Verdict::handoff;
    reply.superseded = true;
  } else if (!held.empty()) {
    Withheld now = withheld_json(past.body, held);
    if (!now.any) return;
    past.body = std::move(now.body);
    reply.verdict = std::max(reply.verdict, now.all ? decide::Verdict::block : decide::Verdict::revise);
    reply.superseded = true;
  }
}

Reply Looks::proof(const Query& query, const Caller& caller) {
  if (options_.log == nullptr) return not_found(query);
  const auto reader = audit::LogReader::open(options_.log->path());
  const std::optional<PastDecision> past = past_decision(*options_.log, *reader, query.target);
  if (!past) return not_found(query);
  if (const Code* code = hidden(*past, caller, *reader)) return refuse_decision(*code, query);
  Reply reply;
  reply.decision_id = past->id;
  if (past->index >= reader->size()) {
    reply.pending = true;
    return reply;
  }
  reply.body = audit::format_log_proof(reader->receipt(past->index));
  return reply;
}

std::optional<Reply> Looks::record_view(const Caller& caller, const Query& query,
                                        const std::vector<std::uint64_t>& indices, std::string_view customer,
                                        std::string_view handoff) {
  audit::Viewed viewed{.by = caller.id, .role = role_of(caller), .records = {}, .reason = {}, .query = {}};
  for (const std::uint64_t index : indices) {
    if (!viewed.records.empty() && viewed.records.back().end == index)
      ++viewed.records.back().end;
    else
      viewed.records.push_back({.first = index, .end = index + 1});
  }
  if (!query.purpose.empty()) viewed.reason = query.purpose;
  viewed.query = (query.kind == Query::Kind::handoff ? "hand-off " : "decision ") + query.target;
  const audit::Appended appended = options_.log->append(event_record(
      audit::Kind::viewed, viewed, {.customer = customer, .conversation = {}, .handoff = handoff, .decision = {}}));
  if (const auto* failed = std::get_if<audit::AppendFailed>(&appended))
    return not_stored(failed->why.code(), options_, query.language, "a look that is on disk before it is answered");
  return std::nullopt;
}

}  // namespace caveat::gate
