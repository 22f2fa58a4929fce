#include "adapters/server/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

#include "adapters/server/codes.h"
#include "adapters/wire/codes.h"

namespace caveat::server {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;
using asio::awaitable;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kUnwantedBytes = 64u << 10;  // of a body that no route takes, read and forgotten
// Of what is not parsed yet. The library throws at a field beyond 64 KiB, in a head and behind the last chunk: none fits in here.
constexpr std::size_t kReadAhead = 64u << 10;
constexpr std::size_t kBatchWindow = 64;         // lines of one batch that are under way
constexpr std::size_t kBatchQueued = 16u << 20;  // bytes of replies that wait for a caller who still sends
constexpr std::size_t kTurnedAway = 256;         // connections that are told so at once; those beyond are only closed
constexpr std::int64_t kWriteMs = 10'000, kLingerMs = 2'000, kCutAgainMs = 20;

ProblemItem item(std::string expected, std::string found) {
  return {.path = "", .expected = std::move(expected), .found = std::move(found), .nearest = {}, .hint = {}};
}

tl::unexpected<Problem> failed(const Code& code, const std::string& what, std::string why) {
  return tl::unexpected(
      Problem{&code, {ProblemItem{.path = what, .expected = {}, .found = std::move(why), .nearest = {}, .hint = {}}}});
}

std::string milliseconds(std::int64_t ms) { return std::to_string(ms) + " ms"; }

// Cuts what a socket waits for when its time is up; the socket stays open, so that a last word can be said.
class Watch {
 public:
  explicit Watch(Socket& socket) : state_(std::make_shared<State>(socket)) {}
  ~Watch() { disarm(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void arm(std::int64_t ms) {
    state_->fired = false;
    wait(state_, ++state_->turn, ms);
  }
  void disarm() {
    ++state_->turn;  // a wait that is over already may still be on its way here
    state_->timer.cancel();
  }
  bool fired() const { return state_->fired; }

 private:
  struct State {
    explicit State(Socket& watched) : socket(watched), timer(watched.get_executor()) {}
    Socket& socket;
    asio::steady_timer timer;
    std::uint64_t turn = 0;
    bool fired = false;
  };
  static void wait(const std::shared_ptr<State>& state, std::uint64_t turn, std::int64_t ms) {
    state->timer.expires_after(std::chrono::milliseconds(ms));
    state->timer.async_wait([state, turn](const error_code& error) {
      if (error || turn != state->turn) return;  // another wait has begun, or none is meant
      state->fired = true;
      error_code ignored;
      state->socket.cancel(ignored);
      // What came in a moment ago and has not been looked at is not cut by this, so what is begun after it will be: whoever sends
      // without a pause would never be too slow.
      wait(state, turn, kCutAgainMs);
    });
  }
  std::shared_ptr<State> state_;
};

// A coroutine waits until another part of the same thread says that something has changed.
class Signal {
 public:
  explicit Signal(const asio::any_io_executor& executor) : timer_(executor) {
    timer_.expires_at(asio::steady_timer::time_point::max());
  }
  void raise() { timer_.cancel(); }
  awaitable<void> wait() { co_await timer_.async_wait(kToken); }

 private:
  asio::steady_timer timer_;
};

struct Slot {  // where an answer is laid down, and who waits for it
  explicit Slot(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  std::optional<Response> response;
};

struct Batch {
  explicit Batch(const asio::any_io_executor& where) : executor(where), to_write(where), to_read(where) {}
  asio::any_io_executor executor;
  Signal to_write, to_read;
  std::deque<std::optional<std::string>> replies;  // in the order of the lines
  std::size_t first = 0;                           // number of the line whose reply is at the front
  std::size_t lines = 0, under_way = 0, queued = 0;
  bool all_read = false, broken = false, written = false, chunked = true;
};

std::string http_date() {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t last = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != last) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[parts.tm_wday], parts.tm_mday,
                  kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    text = buffer;
    last = now;
  }
  return text;
}

enum class Length : std::uint8_t { known, chunked, to_the_end };

std::string head_text(const Response& response, bool keep, Length length) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out += reason_phrase(response.status);
  out += "\r\nDate: " + http_date() + "\r\n";
  if (!response.content_type.empty()) out += "Content-Type: " + response.content_type + "\r\n";
  if (length == Length::chunked)
    out += "Transfer-Encoding: chunked\r\n";
  else if (length == Length::known && response.status != 304)
    out += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  for (const Header& header : response.headers) out += header.first + ": " + header.second + "\r\n";
  out += keep ? "\r\n" : "Connection: close\r\n\r\n";
  return out;
}

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
  void close_if_idle() {
    if (!idle_) return;
    error_code ignored;
    socket_.cancel(ignored);
  }

 private:
  using Parser = http::request_parser<http::buffer_body>;

  awaitable<void> exchanges();
  awaitable<bool> exchange();
  awaitable<bool> refuse_head(error_code error);
  awaitable<bool> read_body(Parser& parser, Call& call, std::string& body, std::optional<Response>& refusal);
  awaitable<bool> send(const Call& call, Response response, bool head_only, bool keep);
  awaitable<void> linger();
  awaitable<bool> batch(Parser& parser, CallPtr call, bool keep);
  awaitable<void> read_lines(Parser& parser, CallPtr call, std::shared_ptr<Batch> batch);
  awaitable<void> write_replies(std::shared_ptr<Batch> batch);
  awaitable<void> take_line(CallPtr call, std::shared_ptr<Batch> batch, std::string_view line, bool too_long);
  Head head_of(const Parser& parser) const;

  Socket socket_;
  Watch watch_;
  const Accepted accepted_;
  Shared& shared_;
  Router& router_;
  Worker& worker_;
  std::atomic<std::size_t>& one_of_;  // the count that it is in while it is there
  boost::beast::flat_buffer buffer_{kReadAhead};
  bool idle_ = false;
};

struct Worker {
  std::unordered_set<Connection*> connections;  // touched on its thread alone, and by what goes with its context
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
};

// A connection among those of its worker while it is served, however that ends.
class Enrolled {
 public:
  Enrolled(Connection& connection, Worker& worker, Metrics& metrics)
      : connection_(connection), worker_(worker), metrics_(metrics) {
    worker_.connections.insert(&connection_);
    metrics_.connection_opened();
  }
  ~Enrolled() {
    worker_.connections.erase(&connection_);
    metrics_.connection_closed();
  }
  Enrolled(const Enrolled&) = delete;
  Enrolled& operator=(const Enrolled&) = delete;

 private:
  Connection& connection_;
  Worker& worker_;
  Metrics& metrics_;
};

awaitable<void> Connection::exchanges() {
  bool keep = true;
  while (keep) {
    if (buffer_.size() == 0) {
      buffer_.shrink_to_fit();
      if (router_.draining()) break;
      idle_ = true;
      watch_.arm(router_.caps().idle_ms);
      const auto [error, bytes] = co_await socket_.async_read_some(buffer_.prepare(1024), kToken);
      watch_.disarm();
      idle_ = false;
      if (error) break;
      buffer_.commit(bytes);
    }
    keep = co_await exchange();
  }
}

awaitable<void> Connection::serve([[maybe_unused]] std::shared_ptr<Connection> self) {
  const Enrolled enrolled(*this, worker_, router_.metrics());
  try {
    co_await exchanges();
  } catch (const std::exception&) {  // no memory for it: this connection ends, the others go on
  }
  watch_.disarm();
  error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
}

// One connection too many: it is told so, unread.
awaitable<void> Connection::turn_away([[maybe_unused]] std::shared_ptr<Connection> self) {
  try {
    const CallPtr call = router_.unread();
    Response response = router_.refuse(
        *call, wire::codes::kOverloaded,
        item("at most " + std::to_string(router_.caps().connections) + " connections", "as many and this one"));
    co_await send(*call, std::move(response), false, false);
    co_await linger();
  } catch (const std::exception&) {  // no memory to say it
  }
  watch_.disarm();
  error_code ignored;
  socket_.close(ignored);
}

Head Connection::head_of(const Parser& parser) const {
  const auto& message = parser.get();
  Head head;
  head.method = std::string(message.method_string());
  head.target = std::string(message.target());
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    head.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  if (const auto length = parser.content_length()) head.content_length = *length;
  head.has_body = parser.chunked() || head.content_length.value_or(0) > 0;
  head.own_user = accepted_.own_user;
  head.admin = accepted_.serves.admin;
  head.traffic = accepted_.serves.traffic;
  return head;
}

// The head could not be read: told why, where anybody still listens.
awaitable<bool> Connection::refuse_head(error_code error) {
  const Code* code = nullptr;
  ProblemItem what;
  if (watch_.fired()) {
    code = &wire::codes::kSlowSender;
    what = item("the head of the request within " + milliseconds(router_.caps().header_wait_ms), "a part of it");
  } else if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    code = &wire::codes::kHeadersTooLarge;
    what = item("at most " + std::to_string(router_.caps().header_bytes) + " bytes", "more");
  } else if (error == http::error::partial_message || error == http::error::end_of_stream) {
    co_return false;  // gone in the middle of it
  } else if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    code = &codes::kBadHttp;
    what = item("a request line, headers and a body as RFC 9112 has them", error.message());
  } else {
    co_return false;
  }
  const CallPtr call = router_.unread();
  Response response = router_.refuse(*call, *code, std::move(what));
  co_await send(*call, std::move(response), false, false);
  co_await linger();
  co_return false;
}

awaitable<bool> Connection::exchange() {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(router_.caps().header_bytes));
  parser.body_limit(boost::none);
  watch_.arm(router_.caps().header_wait_ms);
  const auto [error, bytes] = co_await http::async_read_header(socket_, buffer_, parser, kToken);
  watch_.disarm();
  if (error) co_return co_await refuse_head(error);

  const Head head = head_of(parser);
  const bool head_only = head.method == "HEAD";
  const bool keep = parser.keep_alive() && !router_.draining();
  const CallPtr call = router_.begin(head);
  if (call->refusal) {
    Response response = std::move(*call->refusal);
    const bool stays = co_await send(*call, std::move(response), head_only, keep && !head.has_body);
    if (head.has_body) co_await linger();
    co_return stays;
  }
  if (head.has_body && parser.get().version() >= 11 && head.header("expect") == "100-continue") {
    static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    watch_.arm(kWriteMs);
    const auto [failed, sent] = co_await asio::async_write(socket_, asio::buffer(kGoOn), kToken);
    watch_.disarm();
    if (failed) co_return false;
  }
  if (call->route->handler == Handler::batch) co_return co_await batch(parser, call, keep);

  std::string body;
  std::optional<Response> refusal;
  if (!co_await read_body(parser, *call, body, refusal)) co_return false;
  if (refusal) {
    Response response = std::move(*refusal);
    co_await send(*call, std::move(response), head_only, false);
    co_await linger();
    co_return false;
  }

  const asio::any_io_executor executor = socket_.get_executor();
  const auto slot = std::make_shared<Slot>(executor);
  if (call->deadline_ms > 0)
    slot->timer.expires_after(std::chrono::milliseconds(call->deadline_ms));
  else
    slot->timer.expires_at(asio::steady_timer::time_point::max());
  const Router::Done done = [slot, executor](Response response) {
    asio::post(executor, [slot, response = std::move(response)]() mutable {
      slot->response = std::move(response);
      slot->timer.cancel();
    });
  };
  router_.finish(call, body, done);
  co_await slot->timer.async_wait(kToken);
  Response response;
  if (slot->response)
    response = std::move(*slot->response);
  else
    response = router_.refuse(*call, wire::codes::kDeadline,
                              item("a decision within " + milliseconds(call->deadline_ms), "none yet"), body);
  co_return co_await send(*call, std::move(response), head_only, keep && !router_.draining());
}

// False: the sender went away. A body that is too large or too slow is refused.
awaitable<bool> Connection::read_body(Parser& parser, Call& call, std::string& body, std::optional<Response>& refusal) {
  const std::size_t limit = call.body_limit > 0 ? call.body_limit : kUnwantedBytes;
  std::size_t got = 0;
  watch_.arm(router_.caps().body_wait_ms);
  while (!parser.is_done()) {
    if (body.size() - got < 1024)
      body.resize(std::min(
          limit + 1, std::max<std::size_t>({4096, body.size() * 2,
                                            std::min<std::size_t>(limit, parser.content_length().value_or(0)) + 1})));
    if (got == body.size()) {  // the one byte beyond the limit is there
      refusal = router_.refuse(call, wire::codes::kTooLarge,
                               item("a body of at most " + std::to_string(limit) + " bytes", "a larger one"));
      break;
    }
    parser.get().body().data = body.data() + got;
    parser.get().body().size = body.size() - got;
    auto [error, bytes] = co_await http::async_read(socket_, buffer_, parser, kToken);
    got = body.size() - parser.get().body().size;
    if (!error || error == http::error::need_buffer) continue;
    if (watch_.fired()) {
      refusal =
          router_.refuse(call, wire::codes::kSlowSender,
                         item("the whole body within " + milliseconds(router_.caps().body_wait_ms), "a part of it"));
      break;
    }
    if (error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::partial_message) {
      refusal = router_.refuse(call, codes::kBadHttp, item("a body as RFC 9112 has them", error.message()));
      break;
    }
    watch_.disarm();
    co_return false;
  }
  watch_.disarm();
  body.resize(got);
  if (!refusal && got > limit)
    refusal = router_.refuse(call, wire::codes::kTooLarge,
                             item("a body of at most " + std::to_string(limit) + " bytes", "a larger one"));
  co_return true;
}

awaitable<bool> Connection::send(const Call& call, Response response, bool head_only, bool keep) {
  router_.dress(call, response);
  const std::string head = head_text(response, keep, Length::known);
  const std::array<asio::const_buffer, 2> buffers{
      asio::buffer(head), head_only || response.status == 304 ? asio::const_buffer() : asio::buffer(response.body)};
  watch_.arm(kWriteMs);
  const auto [error, bytes] = co_await asio::async_write(socket_, buffers, kToken);
  watch_.disarm();
  co_return !error && keep;
}

// What still comes is read and forgotten for a moment: closing on it would take the answer away from the one who sends.
awaitable<void> Connection::linger() {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  buffer_.clear();
  std::vector<char> rest(16u << 10);
  watch_.arm(kLingerMs);
  for (std::size_t read = 0; read < (4u << 20);) {
    const auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(rest), kToken);
    if (error) break;
    read += bytes;
  }
  watch_.disarm();
}

// ---- batches: one coroutine reads lines, another writes replies, so that a caller may send all before it reads

awaitable<bool> Connection::batch(Parser& parser, CallPtr call, bool keep) {
  std::optional<Counted> place(std::in_place, shared_.batches);
  if (place->before() >= router_.caps().batches) {
    place.reset();
    Response response = router_.refuse(
        *call, wire::codes::kOverloaded,
        item("at most " + std::to_string(router_.caps().batches) + " batches at once", "as many and this one"));
    co_await send(*call, std::move(response), false, false);
    co_await linger();
    co_return false;
  }
  const asio::any_io_executor executor = socket_.get_executor();
  const auto batch = std::make_shared<Batch>(executor);
  const Response response = router_.begin_batch(call);
  // Before 1.1 nobody knew chunks: the end of the connection is the end of the reply.
  batch->chunked = parser.get().version() >= 11;
  keep = keep && batch->chunked;
  const std::string head = head_text(response, keep, batch->chunked ? Length::chunked : Length::to_the_end);
  watch_.arm(kWriteMs);
  const auto [error, bytes] = co_await asio::async_write(socket_, asio::buffer(head), kToken);
  watch_.disarm();
  if (!error) {
    // However the one or the other ends, also for want of memory, nobody waits for it in vain.
    asio::co_spawn(executor, write_replies(batch), [batch](const std::exception_ptr& thrown) {
      if (thrown) batch->broken = true;
      batch->written = true;
      batch->to_read.raise();
    });
    try {
      co_await read_lines(parser, call, batch);
    } catch (const std::exception&) {
      batch->broken = true;
    }
    batch->all_read = true;
    batch->to_write.raise();
    while (!batch->written) co_await batch->to_read.wait();
  }
  // Lines that were taken are answered, whoever still listens.
  while (batch->under_way > 0) co_await batch->to_read.wait();
  place.reset();
  router_.end_batch(call, batch->lines);
  if (error || batch->broken) co_return false;
  if (!parser.is_done()) {  // too many lines, or too slow: it may still be sending
    co_await linger();
    co_return false;
  }
  co_return keep && !router_.draining();
}

awaitable<void> Connection::read_lines(Parser& parser, CallPtr call, std::shared_ptr<Batch> batch) {
  const std::size_t limit = call->body_limit;
  std::vector<char> chunk(32u << 10);
  std::string line;
  bool too_long = false;
  while (!batch->broken) {
    if (parser.is_done()) break;
    parser.get().body().data = chunk.data();
    parser.get().body().size = chunk.size();
    watch_.arm(router_.caps().body_wait_ms);
    auto [error, bytes] = co_await http::async_read_some(socket_, buffer_, parser, kToken);
    watch_.disarm();
    std::string_view got(chunk.data(), chunk.size() - parser.get().body().size);
    while (!got.empty()) {
      const std::size_t end = got.find('\n');
      const std::string_view part = got.substr(0, end);
      if (line.size() + part.size() > limit)
        too_long = true;
      else
        line += part;
      if (end == std::string_view::npos) break;
      got.remove_prefix(end + 1);
      if (batch->lines >= router_.caps().batch_lines) {
        batch->replies.emplace_back(router_.batch_problem(
            call, wire::codes::kTooLarge,
            item("at most " + std::to_string(router_.caps().batch_lines) + " lines", "more; the rest was not read")));
        co_return;
      }
      co_await take_line(call, batch, line, too_long);
      line.clear();
      too_long = false;
      if (batch->broken) co_return;
    }
    if (error && error != http::error::need_buffer) {
      if (watch_.fired() && !batch->broken)
        batch->replies.emplace_back(router_.batch_problem(
            call, wire::codes::kSlowSender,
            item("something within " + milliseconds(router_.caps().body_wait_ms), "nothing; the rest was not read")));
      else
        batch->broken = batch->broken || error != http::error::end_of_stream;
      co_return;
    }
  }
  if (!line.empty() || too_long) co_await take_line(call, batch, line, too_long);
}

awaitable<void> Connection::take_line(CallPtr call, std::shared_ptr<Batch> batch, std::string_view line,
                                      bool too_long) {
  if (!too_long && line.find_first_not_of(" \t\r") == std::string_view::npos) co_return;
  while (!batch->broken && (batch->under_way >= kBatchWindow || batch->queued > kBatchQueued))
    co_await batch->to_read.wait();
  if (batch->broken) co_return;
  ++batch->lines;
  if (too_long) {
    batch->replies.emplace_back(router_.batch_problem(
        call, wire::codes::kTooLarge,
        item("a line of at most " + std::to_string(call->body_limit) + " bytes", "a longer one")));
    batch->to_write.raise();
    co_return;
  }
  const std::size_t number = batch->first + batch->replies.size();
  Router::Line done = [batch, number](std::string reply) {
    asio::post(batch->executor, [batch, number, reply = std::move(reply)]() mutable {
      batch->queued += reply.size();
      --batch->under_way;
      if (number >= batch->first) batch->replies[number - batch->first] = std::move(reply);
      batch->to_write.raise();
      batch->to_read.raise();
    });
  };
  batch->replies.emplace_back();
  ++batch->under_way;
  try {
    router_.batch_line(call, line, std::move(done));
  } catch (...) {  // no memory for it: nobody will answer this line, and nobody may wait for it
    --batch->under_way;
    throw;
  }
}

awaitable<void> Connection::write_replies(std::shared_ptr<Batch> batch) {
  const std::shared_ptr<Connection> self = shared_from_this();
  Watch watch(socket_);
  for (;;) {
    std::string lines;
    while (!batch->replies.empty() && batch->replies.front() && lines.size() < (64u << 10)) {
      lines += *batch->replies.front();
      lines += '\n';
      batch->queued -= std::min(batch->queued, batch->replies.front()->size());
      batch->replies.pop_front();
      ++batch->first;
    }
    const bool last = lines.empty() && batch->all_read && batch->replies.empty();
    if (lines.empty() && !last && !batch->broken) {
      co_await batch->to_write.wait();
      continue;
    }
    if (batch->broken) break;
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", lines.size());
    const std::string piece = !batch->chunked ? lines : last ? "0\r\n\r\n" : size + lines + "\r\n";
    watch.arm(kWriteMs);
    const auto [error, bytes] = co_await asio::async_write(socket_, asio::buffer(piece), kToken);
    watch.disarm();
    if (error) {
      batch->broken = true;
      error_code ignored;
      socket_.cancel(ignored);  // whoever does not read is not read either
    }
    batch->to_read.raise();
    if (last || error) break;
  }
}

}  // namespace

// ---- who listens

class Listener::Inside {
 public:
  Inside(Router& router, std::size_t threads) : shared_{router, {}, {}, {}, {}, {}} {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, threads); ++i) workers_.push_back(std::make_unique<Worker>());
  }

  ~Inside() {
    stop();
    if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
  }

  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port, Serves serves) {
    error_code error;
    const std::string shown = address + ":" + std::to_string(port);
    if (const Result<void> may = may_listen(address); !may) return tl::unexpected(may.error());
    const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(address, error), port);
    asio::ip::tcp::acceptor acceptor(workers_.front()->context);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(4096, error);
    if (error) return failed(codes::kListen, shown, error.message());
    const std::uint16_t bound = acceptor.local_endpoint(error).port();
    tcp_.push_back({std::move(acceptor), serves});
    return bound;
  }

  Result<void> listen_unix(const std::string& path) {
    if (path.size() > 100) return failed(codes::kSocketPath, path, std::to_string(path.size()) + " bytes");
    error_code error;
    {  // one that a killed server left behind is taken away; one that answers is not
      asio::io_context context;
      asio::local::stream_protocol::socket probe(context);
      probe.connect(asio::local::stream_protocol::endpoint(path), error);
      if (!error) return failed(codes::kSocketPath, path, "a server that answers there");
    }
    struct ::stat there{};
    if (::lstat(path.c_str(), &there) == 0) {
      if (!S_ISSOCK(there.st_mode)) return failed(codes::kSocketPath, path, "a file that is no socket");
      ::unlink(path.c_str());
    }
    asio::local::stream_protocol::acceptor acceptor(workers_.front()->context);
    const asio::local::stream_protocol::endpoint endpoint(path);
    acceptor.open(endpoint.protocol(), error);
    const ::mode_t mask = ::umask(0117);  // rw for user and group, from the first moment on
    if (!error) acceptor.bind(endpoint, error);
    ::umask(mask);
    if (!error) acceptor.listen(1024, error);
    if (error) return failed(codes::kSocketPath, path, error.message());
    unix_path_ = path;
    unix_.emplace(std::move(acceptor));
    return {};
  }

  void start() {
    for (Tcp& one : tcp_)
      asio::co_spawn(workers_.front()->context, accept(one.acceptor, Accepted{one.serves, false}), asio::detached);
    if (unix_) asio::co_spawn(workers_.front()->context, accept(*unix_, Accepted{{}, true}), asio::detached);
    for (const auto& worker : workers_)
      worker->thread = std::thread([&worker = *worker] {
        for (;;) {
          try {
            return static_cast<void>(worker.context.run());
          } catch (const std::exception&) {
            // No memory for a step of the library's: its connection ends, the others go on.
          }
        }
      });
  }

  bool drain(std::int64_t grace_ms) {
    shared_.router.drain();
    asio::post(workers_.front()->context, [this] { close_doors(); });
    for (const auto& worker : workers_)
      asio::post(worker->context, [&worker = *worker] {
        const std::vector<Connection*> all(worker.connections.begin(), worker.connections.end());
        for (Connection* connection : all) connection->close_if_idle();
      });
    bool all_ended = false;
    {
      std::unique_lock lock(shared_.mutex);
      all_ended = shared_.fewer.wait_for(lock, std::chrono::milliseconds(grace_ms),
                                         [&] { return shared_.connections.load() == 0; });
    }
    stop();
    close_doors();  // where nobody had to be waited for, the first thread may have been stopped before it came to that
    return all_ended;
  }

 private:
  struct Tcp {
    asio::ip::tcp::acceptor acceptor;
    Serves serves;
  };

  template <class Acceptor>
  awaitable<void> accept(Acceptor& acceptor, Accepted accepted) {
    asio::steady_timer pause(acceptor.get_executor());
    for (;;) {
      bool taken = false;
      try {
        taken = co_await accept_one(acceptor, accepted);
      } catch (const std::exception&) {  // no memory for this one; the door stays open
      }
      if (stopping_) co_return;
      if (taken) continue;
      pause.expires_after(std::chrono::milliseconds(50));  // no descriptor is left: those that idle will give some back
      co_await pause.async_wait(kToken);
    }
  }

  template <class Acceptor>
  awaitable<bool> accept_one(Acceptor& acceptor, Accepted accepted) {
    Worker& worker = *workers_[next_++ % workers_.size()];
    auto [error, socket] = co_await acceptor.async_accept(worker.context, kToken);
    if (stopping_ || error) co_return false;
    Accepted how = accepted;
    prepare(socket, how);
    const bool full = shared_.connections.load() >= shared_.router.caps().connections;
    if (full) shared_.router.metrics().connection_refused();
    if (full && shared_.turned_away.load() >= kTurnedAway) co_return true;  // the socket closes as it goes
    const auto connection = std::make_shared<Connection>(Socket(std::move(socket)), how, shared_, worker,
                                                         full ? shared_.turned_away : shared_.connections);
    asio::co_spawn(worker.context, full ? connection->turn_away(connection) : connection->serve(connection),
                   asio::detached);
    co_return true;
  }

  template <class Executor>
  static void prepare(asio::basic_stream_socket<asio::ip::tcp, Executor>& socket, Accepted&) {
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  }
  template <class Executor>
  static void prepare(asio::basic_stream_socket<asio::local::stream_protocol, Executor>& socket, Accepted& how) {
    ::ucred peer{};
    ::socklen_t size = sizeof peer;
    how.own_user =
        ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
  }

  void close_doors() {
    stopping_ = true;
    error_code ignored;
    for (Tcp& one : tcp_) one.acceptor.close(ignored);
    if (unix_) unix_->close(ignored);
  }

  void stop() {
    for (const auto& worker : workers_) {
      worker->work.reset();
      worker->context.stop();
    }
    for (const auto& worker : workers_)
      if (worker->thread.joinable()) worker->thread.join();
  }

  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::deque<Tcp> tcp_;
  std::optional<asio::local::stream_protocol::acceptor> unix_;
  std::string unix_path_;
  std::size_t next_ = 0;
  bool stopping_ = false;  // of the first worker's thread, while there is one
};

Listener::Listener(Router& router, std::size_t threads) : inside_(std::make_unique<Inside>(router, threads)) {}
Listener::~Listener() = default;
Result<std::uint16_t> Listener::listen(const std::string& address, std::uint16_t port, Serves serves) {
  return inside_->listen(address, port, serves);
}
Result<void> Listener::listen_unix(const std::string& path) { return inside_->listen_unix(path); }
void Listener::start() { inside_->start(); }
bool Listener::drain(std::int64_t grace_ms) { return inside_->drain(grace_ms); }

Result<void> may_listen(const std::string& address) {
  error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  if (error) return failed(codes::kListen, address, error.message());
  if (!parsed.is_loopback()) return failed(codes::kNotLoopback, address, "an address that others reach");
  return {};
}

}  // namespace caveat::server
