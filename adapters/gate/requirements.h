// Requirements: the round trip of `require`: what was asked for, the proofs that come with the turn that continues, how often it may be
// tried, and that a proof serves once.
//
//   Continuation next = read_continuation(fields, problem);         // of the turn's JSON
//   check(program, asked, next, caller, …)                          // which requirements are met
//
// Promises   a turn is continued once, by the caller, conversation and customer that were asked; rounds count along the chain, the first
//            request not counted. A proof holds for what was asked about, with nothing changed in it, unless the requirement is valid for the
//            conversation, the purpose or the product; it was given after it was first asked for, unless the requirement, or with such
//            a width the proof, says how long one holds; it serves once, unless both are said. What a chain has met stays met in it.
//            Of one that does not count it is told why
// Source     decision.md "Verdict", contracts.md 24
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/gate/caller.h"
#include "adapters/wire/reply.h"
#include "audit/state/state_store.h"
#include "engine/base/problem.h"
#include "engine/base/units.h"
#include "engine/decide/decide.h"

namespace caveat::gate {

inline constexpr std::uint64_t kRounds = 3;  // that may go unmet; then a person takes the turn
inline constexpr Microseconds kAskedFor = 24LL * 60 * 60 * 1'000'000;  // how long the answer to a request may take

struct Proof {
  std::string name, kind, by, evidence;  // the name with its pack, or without where no other pack asked by the same
  Microseconds at = 0;
  std::optional<Microseconds> expires;
};

struct Continuation {
  std::string decision;  // empty: it continues nothing
  std::vector<Proof> proofs;
};
Continuation read_continuation(const decide::Fields& fields, std::optional<Problem>& problem);

// What a turn is about, as far as a proof is bound to it.
struct Matter {
  std::string products;  // their ids, sorted, as one text
  std::string content;   // wire::turn_digests; empty: nothing is the same as this
};
std::string products_of(const decide::Request& request);
bool is_same(const Matter& asked, const Matter& now);  // is the turn that continues about what was asked about?

// What a decision asked for, as the state keeps it until a turn continues it.
struct Asked {
  std::string caller, conversation, customer;
  std::uint64_t rounds = 0;        // that went before
  Microseconds until = 0;          // what the answer may take, from the first request of the chain
  std::vector<std::string> names;  // whole ones, of requirements; facts come with the turn itself
  Matter matter;
  Microseconds since = 0;  // when this matter was first asked about; what was asked before it changed was another
  // What the chain has met already: whole names, and until when each proof holds; 0: it says nothing of that.
  std::vector<std::pair<std::string, Microseconds>> met;
};
std::string encode(const Asked& asked);
std::optional<Asked> decode_asked(std::string_view encoded);
audit::StateKey asked_key(std::string_view decision);

std::string requirement_full_name(const program::Program& program, std::uint32_t index);  // "pack/name"

// Where a proof has served: whose it was.
audit::StateKey proof_key(const Proof& proof);

struct Met {
  std::vector<std::uint32_t> requirements;      // ascending
  std::map<std::uint32_t, Microseconds> until;  // one each: when its proof ends; 0: nobody says
  std::vector<audit::StateChange> used;         // the proofs that served
  std::vector<wire::ProofTold> not_met;         // why the others do not count: all that is the matter with each
};
// `matter`: of the turn that continues. `served`: what the state says of a proof. What is wrong with a proof in itself is a
// problem, also a time that is later than now by more than clocks may differ; one that is expired, or has served, does not count.
Met check(const program::Program& program, const Asked& asked, const Continuation& next, const Caller& caller,
          const Matter& matter, Microseconds now, Microseconds clock_skew,
          const std::function<std::optional<std::string>(const audit::StateKey&)>& served,
          std::optional<Problem>& problem);

}  // namespace caveat::gate
