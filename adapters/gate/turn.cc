#include "adapters/gate/turn.h"

#include <algorithm>
#include <optional>

#include "adapters/wire/codes.h"
#include "adapters/wire/digest.h"
#include "adapters/wire/problem_json.h"
#include "adapters/wire/turn.h"

namespace caveat::gate {
namespace {

Problem time_problem(const decide::Request& request, Microseconds now, Microseconds clock_skew) {
  return wire::problem(
      request.at() > now ? wire::codes::kClockSkew : wire::codes::kTimeNotAllowed,
      {.path = "/at",
       .expected = "a time within " + std::to_string(clock_skew / 1'000'000) + " s of " + format_instant(now, 0),
       .found = format_instant(request.at(), request.at_offset()),
       .nearest = {},
       .hint = {}});
}

// Was the member refused, or one that was probably meant to be it? Then it is not missing besides.
bool is_told(const Problem& problem, std::string_view parent, std::string_view name) {
  return std::any_of(problem.items.begin(), problem.items.end(), [&](const ProblemItem& item) {
    std::string_view path = item.path;
    if (!path.starts_with(parent) || path.size() <= parent.size() || path[parent.size()] != '/') return false;
    path.remove_prefix(parent.size() + 1);
    return path == name || (item.nearest == name && path.find('/') == std::string_view::npos);
  });
}

bool some_part_is_told(const Problem& problem) {
  constexpr std::string_view kParts[] = {"message", "answer", "recommendation", "actions", "outreach", "material"};
  return std::any_of(std::begin(kParts), std::end(kParts),
                     [&](std::string_view part) { return is_told(problem, {}, part); });
}

// Only a person speaks as one (contracts.md 23), and an agent's key as nothing else; whether he has the conversation is seen when it is
// his turn.
void check_author(Turn& turn, const Problem& bound, std::vector<Problem>& wrong) {
  const std::uint32_t author = turn.rules->program->known().answer_author;
  turn.by_person = author != program::kNone && turn.request.has_answer() && turn.request.value(author, -1) == "person";
  if (turn.by_person && !turn.caller->is_person()) wrong.push_back(author_problem(wire::codes::kRole));
  const bool bot = turn.caller->is_local || turn.caller->has("bot") || !turn.caller->has("agent");
  if (turn.by_person || bot || is_told(bound, {}, "answer") || is_told(bound, "/answer", "author")) return;
  wrong.push_back(wire::problem(wire::codes::kRole,
                                {.path = "/answer/author",
                                 .expected = "person: the key is an agent's, and no bot's turns are judged under it",
                                 .found = turn.request.has_answer() ? "bot" : "no answer",
                                 .nearest = {},
                                 .hint = {}}));
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string out;
  out.reserve(size);
  for (const std::string_view part : parts) out += part;
  return out;
}

std::string request_key(const Turn& turn) { return joined({"request ", turn.caller->id, " ", turn.id}); }

// A record holds the digest; where none is made it may never be asked for.
Content content_of(std::string_view bytes, const decide::Fields& fields, const GateOptions& options) {
  return options.log == nullptr && bytes.size() <= Content::kMostBytes ? Content(bytes)
                                                                       : Content(wire::canonical_digest(fields));
}

// What it shares with others is done one after the other.
void set_keys(Turn& turn) {
  turn.keys.reserve(3);  // request, conversation, customer: most have no other
  turn.keys.push_back(request_key(turn));
  if (!turn.request.conversation_id().empty())
    turn.keys.push_back(joined({"conversation ", turn.request.conversation_id()}));
  if (!turn.request.customer_id().empty()) turn.keys.push_back(joined({"customer ", turn.request.customer_id()}));
  for (std::size_t i = 0; i < turn.request.recipients(); ++i)
    turn.keys.push_back(joined({"customer ", turn.request.recipient_id(i)}));
  if (!turn.continuation.decision.empty()) turn.keys.push_back("decision " + turn.continuation.decision);
  for (const Proof& proof : turn.continuation.proofs) {  // a proof serves once, and two turns may bring it at once
    const audit::StateKey served = proof_key(proof);
    std::string key = served.subject + " " + served.discriminator;
    if (std::find(turn.keys.begin(), turn.keys.end(), key) == turn.keys.end()) turn.keys.push_back(std::move(key));
  }
}

}  // namespace

SpareRequests::Ptr SpareRequests::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!all_.empty()) {
      Ptr request = std::move(all_.back());
      all_.pop_back();
      return request;
    }
  }
  return std::make_unique<decide::Request>();
}

void SpareRequests::keep(Ptr request) noexcept {
  if (request->memory() > kMostBytes) return;
  try {
    *request = decide::Request::in_memory_of(std::move(*request));
    const std::lock_guard lock(mutex_);
    if (all_.size() < kMost) all_.push_back(std::move(request));
  } catch (const std::bad_alloc&) {  // the next one makes its own
  }
}

void read(std::string_view bytes, const TakeOptions& take, const GateOptions& options, Turn& turn) {
  thread_local decide::Fields fields;
  bool read_through = false;
  const Result<void> parsed = wire::parse_turn(bytes, fields, options.limits, &read_through);
  turn.id = wire::root_text(fields, "id");
  turn.language = wire::language_of(wire::root_text(fields, "language"), turn.language);
  std::vector<Problem> wrong;  // all of it is told at once; the gravest names it (wire::all_of)
  if (take.amiss != nullptr) wrong.push_back(*take.amiss);
  if (!parsed) wrong.push_back(parsed.error());
  if (!take.header_id.empty() && take.header_id != turn.id && (parsed || !turn.id.empty())) {
    wrong.push_back(wire::problem(wire::codes::kIdMismatch, {.path = "/id",
                                                             .expected = "the id of the header",
                                                             .found = "\"" + turn.id + "\"",
                                                             .nearest = {},
                                                             .hint = {}}));
  }
  // A number that is none, a member named twice and the like hide nothing that is wrong beside them.
  if (!parsed && !read_through) return refuse(turn, wire::all_of(std::move(wrong)));
  const std::size_t of_bytes = wrong.size();
  turn.rules = options.snapshot->get();
  if (!turn.rules || !turn.rules->program) {
    wrong.push_back(wire::problem(wire::codes::kNoPack,
                                  {.path = "", .expected = "rules", .found = "none", .nearest = {}, .hint = {}}));
    return refuse(turn, wire::all_of(std::move(wrong)));
  }
  decide::BindOptions bind;
  bind.now = options.clock->wall_us();
  bind.any_source = turn.caller->any_source;
  if (!bind.any_source) bind.sources = turn.caller->sources;  // who may state all of them is none of them
  bind.jurisdictions = turn.caller->jurisdictions;
  bind.limits = options.limits;
  bind.data = &turn.rules->data;
  Problem bound;
  turn.bound = decide::bind(*turn.rules->program, fields, bind, turn.request, bound);
  if (!turn.bound) wrong.push_back(bound);
  if (!parsed) bound.items.insert(bound.items.end(), parsed.error().items.begin(), parsed.error().items.end());
  std::optional<Problem> unfit;
  turn.continuation = read_continuation(fields, unfit);
  if (unfit) wrong.push_back(*std::move(unfit));
  if (Result<void> judged = wire::something_to_judge(turn.request); !judged && !some_part_is_told(bound))
    wrong.push_back(std::move(judged.error()));
  const Microseconds at = turn.request.at();
  if (turn.request.at_given() && !turn.caller->any_time &&
      (at < bind.now - options.clock_skew || at > bind.now + options.clock_skew))
    wrong.push_back(time_problem(turn.request, bind.now, options.clock_skew));
  check_author(turn, bound, wrong);
  const bool as_sent = take.amiss == nullptr && (take.header_id.empty() || take.header_id == turn.id);
  if (!parsed) wire::keep_beside(parsed.error(), wrong, of_bytes);
  if (!wrong.empty()) {
    const Problem problem = wire::all_of(std::move(wrong));
    if (!parsed || !as_sent || turn.id.empty()) return refuse(turn, problem);
    // What was answered stays answered, though its time is past or the packs of now know it no longer: it is looked up first.
    turn.refusal = refusal(turn, problem);
    turn.content = content_of(bytes, fields, options);
    turn.keys.push_back(request_key(turn));
    return;
  }
  if (turn.rules->program->requirements().empty()) {
    turn.content = content_of(bytes, fields, options);
  } else {
    const wire::TurnDigests digests = wire::turn_digests(fields);
    turn.content = Content(digests.content);
    turn.matter = {.products = products_of(turn.request), .content = std::string(view(digests.matter))};
  }
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

Problem author_problem(const Code& code) {
  return wire::problem(code, {.path = "/answer/author",
                              .expected = "an answer of the person who has the conversation",
                              .found = "person",
                              .nearest = {},
                              .hint = {}});
}

}  // namespace caveat::gate
