// RouteTable: every path of the HTTP face, once: what the router matches, what OpenAPI and the reference page say, who may
// call it, how large a body may be, which statuses may come. A route that is not here does not exist.
//
//   Matched found = match("POST", "/v1/decisions");
//
// Promises   a status that a route may answer stands in `statuses_of`; roles are the whole of who may call
// Source     http.md
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/server/callers.h"
#include "engine/base/language.h"

namespace caveat::server {

struct Told {  // one sentence for each reader
  std::string_view en, zh;
  std::string_view in(Language language) const { return language == Language::zh ? zh : en; }
};

enum class Handler : std::uint8_t {
  decide,
  batch,
  decision,
  explanation,
  proof,
  deliveries,
  feedback,
  conversation,
  handoffs,
  handoff,
  open_handoff,
  take_handoff,
  pass_handoff,
  return_handoff,
  close_handoff,
  note_handoff,
  queues,
  switch_state,
  throw_switch,
  schema,
  packs,
  reload,
  search,
  report,
  checkpoint,
  log_key,
  health,
  ready,
  metrics,
  openapi,
  docs,
  problems,
};

// Of the query: what is not here, comes twice or does not fit is refused before anything is done.
struct Parameter {
  std::string_view name;
  Told says;
  std::vector<std::string_view> choices{};  // empty: any text, or a number where `most` is set
  std::int64_t least = 0, most = 0;         // of a whole number
};

struct Route {
  Handler handler;
  std::string_view method, path;
  std::uint8_t roles = 0;             // sum of Role; 0: anyone, without a key
  std::size_t body = 0;               // largest body in bytes; 0: none is read
  bool turn = false;                  // a problem carries a verdict that can be acted on, and the deadline holds
  bool admin = false;                 // of the second listener, where one is configured
  bool versioned = false;             // it has an ETag; a change of it needs If-Match
  std::vector<int> statuses{};        // that may come beside those that follow from the above
  std::string_view takes{}, gives{};  // schemas: "Request", "Decision", …; a media type where it is not JSON
  Told says{}, record{};              // what it does; what of it stands in the audit log
  std::vector<Parameter> query{};
};

std::span<const Route> routes();
std::vector<int> statuses_of(const Route& route);  // ascending: all that OpenAPI declares

std::vector<std::string_view> methods();  // each that some path takes

struct Matched {
  const Route* route = nullptr;           // null: no such path, or not by this method
  std::vector<std::string> values;        // of the `{…}` in the path, in order
  std::vector<std::string_view> methods;  // that the path takes, where the method is another
};
Matched match(std::string_view method, std::string_view path);

}  // namespace caveat::server
