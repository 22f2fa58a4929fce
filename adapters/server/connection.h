// Connection: the exchanges of one connection, one after the other, on the thread of one worker: read a request, have the router answer
// it, write what it says. A batch is read and answered line by line (batch.cc).
//
//   const auto connection = std::make_shared<Connection>(std::move(socket), how, shared, worker, shared.connections);
//   asio::co_spawn(worker.context, connection->serve(connection), asio::detached);
//
// Promises   whatever goes wrong in one ends that one; what a router has taken is answered into it or let go, never waited for for ever
// Threads    all of it runs on its worker's thread; answers are laid down from any (Worker::lay)
// Source     RFC 9110, RFC 9112, http.md
#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "adapters/server/callers.h"
#include "adapters/server/listener.h"
#include "adapters/server/reading.h"
#include "adapters/server/router.h"
#include "adapters/server/watch.h"

namespace caveat::server {

inline constexpr std::int64_t kFlushMs = 2;

// Where an answer is laid down, on the thread of the connection that it is for.
struct Slot {
  std::optional<Response> response;
  asio::steady_timer* waits = nullptr;  // of who waits for it, while he does
  void lay(Response&& one) {
    response = std::move(one);
    if (waits != nullptr) waits->cancel();
  }
};
using SlotPtr = std::shared_ptr<Slot>;

struct Batch;  // batch.cc

// One of so many, for as long as it lasts, however it ends.
class Counted {
 public:
  explicit Counted(std::atomic<std::size_t>& all) : all_(all), before_(all.fetch_add(1)) {}
  ~Counted() { all_.fetch_sub(1); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  std::size_t before() const { return before_; }

 private:
  std::atomic<std::size_t>& all_;
  const std::size_t before_;
};

// How far a request and its answer have come.
struct Exchange {
  explicit Exchange(std::size_t header_bytes) : reading(header_bytes) {}
  Reading reading;
  error_code error;                   // of reading it
  std::optional<ProblemItem> unread;  // why it is refused unread, as `bad_http`
  CallPtr call;                       // once its head is whole and good
  SlotPtr slot;                       // once the router has it
  std::string rest;                   // of the answer, where the socket did not take all
  bool headed = false, bodied = false, told = false;
  bool head_only = false, waits_for_leave = false;
  bool keep = false, stays = false;  // the connection: as the request has it, and after its answer
};

struct Accepted {
  Serves serves;
  bool own_user = false;
};

struct Worker;

struct Shared {
  Router& router;
  std::atomic<std::size_t> connections{0}, turned_away{0}, batches{0};
  std::mutex mutex;
  std::condition_variable fewer;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, Accepted accepted, Shared& shared, Worker& worker, std::atomic<std::size_t>& one_of)
      : socket_(std::move(socket)),
        watch_(socket_),
        accepted_(accepted),
        shared_(shared),
        router_(shared.router),
        worker_(worker),
        one_of_(one_of) {
    one_of_.fetch_add(1);
    error_code ignored;  // then writes are refused as often as they would wait
    socket_.non_blocking(true, ignored);
  }
  ~Connection() {
    if (one_of_.fetch_sub(1) != 1) return;
    const std::lock_guard lock(shared_.mutex);
    shared_.fewer.notify_all();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Each is handed itself: what it is spawned on may be another thread, which begins when its maker has long let go.
  awaitable<void> serve(std::shared_ptr<Connection> self);
  awaitable<void> turn_away(std::shared_ptr<Connection> self);
  // What nobody waits for ends: it idles, or lines of its batch are waited for that would be refused. A reply under way is not cut.
  void close_if_idle() {
    reading_lines_.emit(asio::cancellation_type::terminal);
    if (!idle_) return;
    error_code ignored;
    socket_.cancel(ignored);
  }

 private:
  awaitable<void> exchanges();
  bool half_an_empty_line() const;
  bool at_once(Exchange& one);
  void look_at_head(Exchange& one);
  void take_body(Exchange& one);
  void hand_over(Exchange& one);
  awaitable<bool> exchange(std::unique_ptr<Exchange> given);
  awaitable<bool> refuse_head(const Head& head, error_code error);
  awaitable<bool> refuse_unread(const Head& head, const Code& code, ProblemItem what);
  awaitable<error_code> read_body(Reading& reading);
  std::optional<Response> refuse_body(const Reading& reading, Call& call, error_code error);
  awaitable<Response> answer(SlotPtr slot, CallPtr call, std::string_view body);
  awaitable<bool> send(const Call& call, Response response, bool head_only, bool keep);
  std::string send_now(const Call& call, Response& response, bool head_only, bool keep);
  awaitable<bool> send_rest(std::string rest, bool keep);
  awaitable<bool> send_stored(Stored stored);
  awaitable<void> linger(std::int64_t ms = kLingerMs);
  awaitable<bool> batch(Reading& reading, CallPtr call, bool keep);
  awaitable<void> read_lines(Reading& reading, CallPtr call, std::shared_ptr<Batch> batch);
  awaitable<void> write_replies(std::shared_ptr<Batch> batch);
  awaitable<void> take_line(CallPtr call, std::shared_ptr<Batch> batch, std::string_view line, bool too_long);
  void complete(const Reading& reading, Head& head);

  Socket socket_;
  Watch watch_;
  const Accepted accepted_;
  Shared& shared_;
  Router& router_;
  Worker& worker_;
  std::atomic<std::size_t>& one_of_;  // the count that it is in while it is there
  boost::beast::flat_buffer buffer_{kReadAhead};
  Known known_;
  asio::cancellation_signal reading_lines_;
  bool idle_ = false, before_1_1_ = false;
  bool empty_line_ = false;  // one stood before the request that is to come
};

struct Worker {
  std::unordered_set<Connection*> connections;  // touched on its thread alone, and by what goes with its context
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;

  // Answers that other threads have ready: however many come while it is busy, it is woken once.
  void lay(const SlotPtr& slot, Response&& response) {
    if (here == this) return slot->lay(std::move(response));
    const std::lock_guard lock(mutex_);
    answers_.emplace_back(slot, std::move(response));
    if (woken_) return;
    asio::post(context, [this] { lay_all(); });
    woken_ = true;  // only when it is: where that failed, the next answer wakes for both
  }
  static constinit thread_local const Worker* here;  // whose thread this is

  // The lines of all that is answered within a moment go to the log together.
  void flush_soon(Router& router) {
    if (flushes_) return;
    flushes_ = true;
    flushing_.expires_after(std::chrono::milliseconds(kFlushMs));
    flushing_.async_wait([this, &router](const error_code&) {
      flushes_ = false;
      router.flush_log();
    });
  }

 private:
  asio::steady_timer flushing_{context};
  bool flushes_ = false;
  void lay_all() {
    std::vector<std::pair<SlotPtr, Response>> all;
    {
      const std::lock_guard lock(mutex_);
      woken_ = false;
      all.swap(answers_);
    }
    for (auto& [slot, response] : all) slot->lay(std::move(response));
  }
  std::mutex mutex_;
  std::vector<std::pair<SlotPtr, Response>> answers_;
  bool woken_ = false;
};

}  // namespace caveat::server
