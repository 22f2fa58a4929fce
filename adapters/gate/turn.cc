#include "adapters/gate/turn.h"

#include <algorithm>
#include <optional>

#include "adapters/wire/codes.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/turn.h"

namespace caveat::gate {
namespace {

bool time_allowed(Turn& turn, Microseconds now, Microseconds clock_skew) {
  const Microseconds at = turn.request.at();
  if (at >= now - clock_skew && at <= now + clock_skew) return true;
  const Code& code = at > now ? wire::codes::kClockSkew : wire::codes::kTimeNotAllowed;
  refuse(turn, wire::problem(code, {.path = "/at",
                                    .expected = "a time within " + std::to_string(clock_skew / 1'000'000) + " s of " +
                                                format_instant(now, 0),
                                    .found = format_instant(at, turn.request.at_offset()),
                                    .nearest = {},
                                    .hint = {}}));
  return false;
}

// Only a person speaks as one (contracts.md 23); whether he has the conversation is seen when it is his turn.
bool author_allowed(Turn& turn) {
  const std::uint32_t author = turn.rules->program->known().answer_author;
  turn.by_person = author != program::kNone && turn.request.has_answer() && turn.request.value(author, -1) == "person";
  if (!turn.by_person || turn.caller.is_person()) return true;
  refuse_author(turn, wire::codes::kRole);
  return false;
}

// What it shares with others is done one after the other.
void set_keys(Turn& turn) {
  turn.keys.push_back("request " + turn.caller.id + " " + turn.id);
  if (!turn.request.conversation_id().empty())
    turn.keys.push_back("conversation " + std::string(turn.request.conversation_id()));
  if (!turn.request.customer_id().empty()) turn.keys.push_back("customer " + std::string(turn.request.customer_id()));
  for (std::size_t i = 0; i < turn.request.recipients(); ++i)
    turn.keys.push_back("customer " + std::string(turn.request.recipient_id(i)));
  if (!turn.continuation.decision.empty()) turn.keys.push_back("decision " + turn.continuation.decision);
  for (const Proof& proof : turn.continuation.proofs) {  // a proof serves once, and two turns may bring it at once
    const audit::StateKey served = proof_key(proof);
    std::string key = served.subject + " " + served.discriminator;
    if (std::find(turn.keys.begin(), turn.keys.end(), key) == turn.keys.end()) turn.keys.push_back(std::move(key));
  }
}

}  // namespace

void read(std::string_view bytes, const TakeOptions& take, const GateOptions& options, Turn& turn) {
  thread_local decide::Fields fields;
  const Result<void> parsed = wire::parse_turn(bytes, fields, options.limits);
  turn.id = wire::root_text(fields, "id");
  turn.language = wire::language_of(wire::root_text(fields, "language"), turn.language);
  if (!parsed) return refuse(turn, parsed.error());
  if (!take.header_id.empty() && take.header_id != turn.id) {
    return refuse(turn, wire::problem(wire::codes::kIdMismatch, {.path = "/id",
                                                                 .expected = "the id of the header",
                                                                 .found = "\"" + turn.id + "\"",
                                                                 .nearest = {},
                                                                 .hint = {}}));
  }
  turn.rules = options.snapshot->get();
  if (!turn.rules || !turn.rules->program) {
    return refuse(turn, wire::problem(wire::codes::kNoPack,
                                      {.path = "", .expected = "rules", .found = "none", .nearest = {}, .hint = {}}));
  }
  decide::BindOptions bind;
  bind.now = options.clock->wall_us();
  bind.any_source = turn.caller.any_source;
  bind.sources = turn.caller.sources;
  bind.jurisdictions = turn.caller.jurisdictions;
  bind.limits = options.limits;
  bind.data = &turn.rules->data;
  Problem problem;
  if (!decide::bind(*turn.rules->program, fields, bind, turn.request, problem)) return refuse(turn, problem);
  std::optional<Problem> unfit;
  turn.continuation = read_continuation(fields, unfit);
  if (unfit) return refuse(turn, *unfit);
  if (const Result<void> judged = wire::something_to_judge(turn.request); !judged) return refuse(turn, judged.error());
  if (turn.request.at_given() && !turn.caller.any_time && !time_allowed(turn, bind.now, options.clock_skew)) return;
  if (!author_allowed(turn)) return;
  turn.content = wire::canonical_digest(fields);
  set_keys(turn);
}

Reply refusal(const Turn& turn, const Problem& problem) {
  Reply reply;
  reply.problem = problem.code;
  reply.body =
      wire::problem_json(problem, {.id = turn.id, .instance = {}, .language = turn.language, .with_verdict = true});
  return reply;
}

void refuse(Turn& turn, const Problem& problem) { turn.reply = refusal(turn, problem); }

void refuse_author(Turn& turn, const Code& code) {
  refuse(turn, wire::problem(code, {.path = "/answer/author",
                                    .expected = "an answer of the person who has the conversation",
                                    .found = "person",
                                    .nearest = {},
                                    .hint = {}}));
}

}  // namespace caveat::gate
