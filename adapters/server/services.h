// Services: what the server answers with and does not own: rules, log, disk. Handed in by whoever starts it, since this room
// knows the gate and nothing behind it.
//
// Threads    schema, packs, checks and figures may run together; reload, search and report run on threads of their own kind and
//            may take long; search and report look at `cut` while they do
// Errors     a Problem becomes the reply; what is thrown becomes `internal`, or the code of a caveat::Error
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/gate/caller.h"
#include "adapters/server/http.h"
#include "engine/base/language.h"
#include "engine/base/result.h"  // tl::expected with it

namespace caveat::gate {
struct PastDecision;
}

namespace caveat::server {

struct Check {  // one line of /readyz
  std::string name;
  bool ok = true;
  std::string say;
};

struct Asked {  // a request whose work is done behind the router
  std::string body;
  gate::Caller caller;
  Language language = Language::en;
  std::optional<Problem> amiss = {};  // with how it was sent: it is refused, with what is wrong with its body
  std::function<const Code*(const gate::PastDecision&)> hidden = {};  // why he may not read it: Gate::hidden
  std::function<bool()> cut = {};  // has it to end now? Then it is refused as `draining`, where anybody still listens.
                                   // Called from one thread, often
};

// More members of the problem, as JSON without braces: `"diagnostics":[…]`.
struct Refusal {
  Problem problem;
  std::string members;
};
using Served = tl::expected<Response, Refusal>;

struct Services {
  std::function<std::string(Language)> schema;         // JSON Schema of a request; empty: no pack
  std::function<std::string()> packs;                  // JSON
  std::function<std::vector<Check>(Language)> checks;  // of /readyz
  std::function<std::string()> figures;                // more families of /metrics
  std::function<std::string()> checkpoint, log_key;    // of the log, as text; empty: there is none yet
  std::function<Served(const Asked&)> reload, search, report, feedback;
  std::vector<const Code*> codes;  // with which they refuse, besides the interface's own; their texts have no gaps
};

}  // namespace caveat::server
