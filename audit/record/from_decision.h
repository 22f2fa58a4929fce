// from_decision: the one bridge from the engine to the log: a decision becomes the content of a record.
// Called by gate after decide and before seal.
//
//   RecordContent content = from_decision(ruleset, request, decision, keyed);
//
// Promises   texts are stored as they may be: what a rule redacts of a message is gone before anything is stored; a fact of class
//            C3 is a typed placeholder with a keyed digest; a fact that no rule reads is not recorded; sentences are rendered
//            here, in both languages, since the program of that day may be gone later
// Cost       linear in the turn; allocates
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/record/sections.h"
#include "audit/seal/sealer.h"
#include "engine/decide/decide.h"
#include "engine/decide/decision.h"
#include "engine/decide/request.h"

namespace caveat::audit {

using KeyedDigest = std::function<Digest(std::string_view)>;  // KeyStore::keyed_digest of the log

// The name of a confidential rule in records: the same throughout a log, so that it is counted and searched for as any other, and without
// the log's keys nobody reckons it from a guess (docs/formats.md, "Sections").
std::string alias_of(std::string_view rule, const KeyedDigest& keyed);

// What a confidential rule came to, for the roles that it names (`visible to`): the story is read by others too.
struct Reserved {
  std::string rule;
  std::vector<std::string> roles;
  StorySection told;
};
std::vector<Reserved> reserved(const program::Program& program, const decide::Request& request,
                               const decide::Decision& decision);

// Of a reference set as records have it: that of a set with secrets is keyed, since packages and searches show it, and who guesses a row
// of a short list could try his guess on the digest of its file.
Digest digest_recorded(const decide::Data::Set& set, const KeyedDigest& keyed);

RecordContent from_decision(const decide::Ruleset& ruleset, const decide::Request& request,
                            const decide::Decision& decision, const KeyedDigest& keyed);

}  // namespace caveat::audit
