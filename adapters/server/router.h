// Router: from a request to its response, without a socket: who asks, for what, is it allowed, and what came of it.
//
//   auto call = router.begin(head);                       // before a byte of the body is read
//   if (call->refusal) send(*call->refusal);
//   else router.finish(call, body, [](Response response) { … });
//   router.dress(*call, response);                        // on one's own thread, before it is sent
//
// Promises   a route is admitted before its body is read; every response has its request id and traceparent; every answered
//            exchange is one line of the log and one count; a turn that is refused for whatever reason gets a verdict to act on;
//            `done` is called once, on any thread, perhaps inside finish, and touches nothing of the call
// Threads    all calls may run together
// Lifetime   what the options point to outlives the router and every `done`
// Source     http.md
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/gate/gate.h"
#include "adapters/server/callers.h"
#include "adapters/server/http.h"
#include "adapters/server/metrics.h"
#include "adapters/server/oplog.h"
#include "adapters/server/route_table.h"
#include "adapters/server/services.h"
#include "engine/base/clock.h"
#include "engine/base/random.h"

namespace caveat::server {

// The caps of http.md; each is named in the problem that it causes.
struct Caps {
  std::size_t header_bytes = 16u << 10;
  std::size_t body_bytes = 1u << 20;  // and of a line of a batch
  std::size_t batch_lines = 10'000;
  std::size_t batches = 16;  // under way at once
  std::size_t reports = 2;   // and searches, together
  std::size_t connections = 10'000;
  std::size_t turns_waiting = 4'096;
  std::size_t caller_rate = 0;  // requests of one caller a second; 0: no limit
  std::int64_t header_wait_ms = 5'000, body_wait_ms = 10'000, idle_ms = 60'000, deadline_ms = 2'000;
};

// looks: what is read in a moment, and feedback. at_length: reports and searches, never more of them at once than `Caps::reports`.
enum class Aside : std::uint8_t { looks, reload, at_length };

struct RouterOptions {
  gate::Gate* gate = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
  Metrics* metrics = nullptr;
  OperationLog* log = nullptr;
  Services services;
  Caps caps{};
  Language language = Language::en;
  std::string local_name = "local";  // of the user over the Unix socket
  // Where work goes that may block, each kind on threads that no other kind takes; empty: it is done at once.
  std::function<void(Aside, std::function<void()>)> aside;
};

// Lines of a batch that a problem answered.
struct RefusedLines {
  std::mutex mutex;
  std::map<std::string_view, std::int64_t> by_code;  // names of codes, which are for ever
};

// One exchange. Made by begin; the listener reads the public part.
struct Call {
  const Route* route = nullptr;
  std::optional<Response> refusal;  // set: send it, dressed; the body is not wanted
  std::size_t body_limit = 0;
  std::int64_t deadline_ms = 0;  // 0: none
  std::optional<Problem> amiss;  // with address and headers: told with what is wrong with the body

  std::shared_ptr<const gate::Caller> caller;  // never null
  std::shared_ptr<const Callers> among;        // and whose key it was then; null: it took none
  Digest key{};
  bool too_often = false;           // he asks more than he may a second
  bool taken = false;               // the gate has it, and what comes of it is counted there
  std::vector<std::string> values;  // of the path
  Target target;
  std::string request_id, tracestate, idempotency_key, if_match, if_none_match;
  std::string traceparent;  // as it goes out
  std::string_view trace_id() const { return std::string_view(traceparent).substr(3, 32); }
  std::string_view span() const { return std::string_view(traceparent).substr(36, 16); }
  Language language = Language::en;
  std::string turn_id;  // of the body, as far as it could be read
  Language turn_language = Language::none;
  std::uint64_t began_ns = 0;
  std::unique_ptr<RefusedLines> refused;  // of a batch
  std::function<void(Response)> done;     // of `finish`; of a turn, until it is answered
  std::atomic<bool> gone{false};          // whoever asked has closed the connection: what is at length ends
};
using CallPtr = std::shared_ptr<Call>;

class Router {
 public:
  using Done = std::function<void(Response)>;
  using Line = std::function<void(std::string)>;

  explicit Router(RouterOptions options);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  CallPtr begin(const Head& head);
  void finish(const CallPtr& call, std::string_view body, Done done);
  // The response to an exchange that the listener ends: too slow, too large, too late.
  Response refuse(Call& call, const Code& code, ProblemItem item, std::string_view body = {});
  CallPtr unread(const Head& head = {});  // the call of bytes that were no request, as far as their head could be read
  // What every response carries; then it is counted and written to the log. Once for each.
  void dress(const Call& call, Response& response);
  // Lines of the log that wait for each other: whoever sends calls flush_log before he has nothing else to do.
  bool log_waits() const;
  void flush_log();

  // A batch: admitted by begin; then line by line; at last counted.
  Response begin_batch(const CallPtr& call);
  void batch_line(const CallPtr& call, std::string_view line, Line done);
  std::string batch_problem(const CallPtr& call, const Code& code, ProblemItem item);
  void end_batch(const CallPtr& call, std::size_t lines);

  void set_callers(std::shared_ptr<const Callers> callers);  // from now on
  std::shared_ptr<const Callers> callers() const;
  void drain();  // refuse what begins from now on
  void cut();    // and end what is at length: it is answered as `draining`
  bool draining() const;
  const Caps& caps() const;
  Metrics& metrics();

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace caveat::server
