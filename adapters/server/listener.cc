#include "adapters/server/listener.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
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
#include "engine/base/escape.h"

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
// What a connection that idles reads into: little until it has shown how much its requests take.
constexpr std::size_t kFirstRead = 1024, kMostRead = 8192;
constexpr std::size_t kUsualHeaders = 8;  // of a request
constexpr std::size_t kStoredPiece = 256u << 10;
constexpr std::int64_t kWriteMs = 10'000, kLingerMs = 2'000, kCutAgainMs = 20, kFlushMs = 2;
constexpr std::int64_t kListensMs = 250;  // how often who waits without a deadline is looked after
// Before the grace of a drain is over: what is at length is cut then, and its caller is still told so.
constexpr std::int64_t kTellMs = 1'000;

ProblemItem item(std::string expected, std::string found) {
  return {.path = "", .expected = std::move(expected), .found = std::move(found), .nearest = {}, .hint = {}};
}

tl::unexpected<Problem> failed(const Code& code, const std::string& what, std::string why) {
  return tl::unexpected(
      Problem{&code, {ProblemItem{.path = what, .expected = {}, .found = std::move(why), .nearest = {}, .hint = {}}}});
}

std::string milliseconds(std::int64_t ms) { return std::to_string(ms) + " ms"; }

// The other end has closed the connection, or its sending half, which nothing tells apart. What it sent before that and nobody has read
// yet hides it from a read, but not from this.
bool has_gone(Socket& socket) {
  ::pollfd one{.fd = socket.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&one, 1, 0) == 1 && (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

// Cuts what a socket waits for when its time is up; the socket stays open, so that a last word can be said. Most waits end long before
// their time, so a timer that stands already, and is not too late, is left to find out for itself what is meant by then.
class Watch {
 public:
  explicit Watch(Socket& socket) : state_(std::make_shared<State>(socket)) {}
  ~Watch() {
    disarm();
    state_->timer.cancel();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void arm(std::int64_t ms) {
    state_->fired = false;
    state_->due = Time::clock::now() + std::chrono::milliseconds(ms);
    if (state_->due < state_->stands) wait(state_, state_->due);
  }
  void disarm() { state_->due = Time::max(); }
  bool fired() const { return state_->fired; }

 private:
  using Time = asio::steady_timer::time_point;
  struct State {
    explicit State(Socket& watched) : socket(watched), timer(watched.get_executor()) {}
    Socket& socket;
    asio::steady_timer timer;
    Time due = Time::max();     // nothing is waited for
    Time stands = Time::max();  // of the timer, while it runs
    bool fired = false;
  };
  static void wait(const std::shared_ptr<State>& state, Time until) {
    state->stands = Time::max();  // until it does: what is thrown below must leave room for another
    state->timer.expires_at(until);
    state->timer.async_wait([state, until](const error_code& error) {
      if (error || until != state->stands) return;  // it was set anew meanwhile
      state->stands = Time::max();
      if (state->due == Time::max()) return;
      if (state->due > until) return wait(state, state->due);
      state->fired = true;
      error_code ignored;
      state->socket.cancel(ignored);
      // What came in a moment ago and has not been looked at is not cut by this, so what is begun after it will be: whoever sends
      // without a pause would never be too slow.
      state->due = until + std::chrono::milliseconds(kCutAgainMs);
      wait(state, state->due);
    });
    state->stands = until;
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

// Where an answer is laid down, on the thread of the connection that it is for.
struct Slot {
  std::optional<Response> response;
  asio::steady_timer* waits = nullptr;  // of who waits for it, while he does
  void lay(Response one) {
    response = std::move(one);
    if (waits != nullptr) waits->cancel();
  }
};
using SlotPtr = std::shared_ptr<Slot>;

struct Batch {
  explicit Batch(const asio::any_io_executor& where) : executor(where), to_write(where), to_read(where) {}
  asio::any_io_executor executor;
  Signal to_write, to_read;
  std::deque<std::optional<std::string>> replies;  // in the order of the lines
  std::size_t first = 0;                           // number of the line whose reply is at the front
  std::size_t lines = 0, under_way = 0, queued = 0;
  bool all_read = false, broken = false, written = false, chunked = true;
};

const std::string& http_date() {
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

void append_head(std::string& out, const Response& response, bool keep, Length length, bool before_1_1) {
  char digits[24];
  out += "HTTP/1.1 ";
  out.append(digits, std::to_chars(digits, digits + sizeof digits, response.status).ptr);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\nDate: ";
  out += http_date();
  const auto line = [&](std::string_view name, std::string_view value) {
    out += "\r\n";
    out += name;
    out += ": ";
    out += value;
  };
  if (!response.content_type.empty()) line("Content-Type", response.content_type);
  if (length == Length::chunked)
    line("Transfer-Encoding", "chunked");
  else if (length == Length::known && response.status != 304)
    line("Content-Length",
         {digits, std::to_chars(digits, digits + sizeof digits,
                                response.stored.size > 0 ? response.stored.size : std::uint64_t{response.body.size()})
                      .ptr});
  for (const auto& [name, value] : response.headers) line(name, value);
  if (!keep)
    line("Connection", "close");
  else if (before_1_1)  // else it waits for the end (RFC 9112, 9.3)
    line("Connection", "keep-alive");
  out += "\r\n\r\n";
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

// One request as the library finds its parts: the head, then what of the body was read and not yet taken.
class Reading final : public http::basic_parser<true> {
 public:
  explicit Reading(std::size_t header_bytes) : left_(header_bytes) {
    header_limit(static_cast<std::uint32_t>(header_bytes));
    body_limit(boost::none);  // ours says more, see `most`
    head.headers.reserve(kUsualHeaders);
  }
  Head head;
  bool before_1_1 = false;
  std::string body;
  std::size_t most = 0;  // of the body at a time; beyond: body_limit

  // What lies in the buffer already. need_more: there is less of it than is wanted.
  template <class Buffer>
  error_code take(Buffer& buffer) {
    error_code error;
    buffer.consume(put(buffer.data(), error));
    return error;
  }

 private:
  using Text = boost::beast::string_view;
  static std::string_view view(Text text) { return {text.data(), text.size()}; }

  // The library's limit is of what it has not yet taken apart; this one is of the head as a whole.
  void charge(std::size_t bytes, error_code& error) {
    if (bytes > left_) error = http::error::header_limit;
    left_ -= std::min(bytes, left_);
  }

  void on_request_impl(http::verb, Text method, Text target, int version, error_code& error) override {
    charge(method.size() + target.size(), error);
    head.method = view(method);
    head.target = view(target);
    before_1_1 = version < 11;
  }
  void on_field_impl(http::field, Text name, Text value, error_code& error) override {
    if (is_header_done()) return;      // behind the last chunk: too late to say anything
    constexpr std::size_t kSigns = 4;  // colon, blank and line end
    charge(name.size() + value.size() + kSigns, error);
    if (error) return;
    Header& header = head.headers.emplace_back(view(name), view(value));
    for (char& c : header.first)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text bytes, error_code& error) override {
    if (bytes.size() > most - std::min(most, body.size())) {
      error = http::error::body_limit;
      return 0;
    }
    body += view(bytes);
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code& error) override {
    return on_body_impl(bytes, error);
  }
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, Text, int, error_code&) override {}

  std::size_t left_;  // bytes that the head may still have
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
  void close_if_idle() {
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
  awaitable<bool> refuse_head(error_code error);
  awaitable<bool> refuse_unread(const Code& code, ProblemItem what);
  awaitable<error_code> read_body(Reading& reading);
  std::optional<Response> refuse_body(const Reading& reading, Call& call, error_code error);
  awaitable<Response> answer(SlotPtr slot, CallPtr call, std::string_view body);
  awaitable<bool> send(const Call& call, Response response, bool head_only, bool keep);
  std::string send_now(const Call& call, Response& response, bool head_only, bool keep);
  awaitable<bool> send_rest(std::string rest, bool keep);
  awaitable<bool> send_stored(Stored stored);
  awaitable<void> linger();
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
  bool idle_ = false, before_1_1_ = false;
  bool empty_line_ = false;  // one stood before the request that is to come
};

struct Worker {
  std::unordered_set<Connection*> connections;  // touched on its thread alone, and by what goes with its context
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;

  // Answers that other threads have ready: however many come while it is busy, it is woken once.
  void lay(SlotPtr slot, Response response) {
    if (here == this) return slot->lay(std::move(response));
    const std::lock_guard lock(mutex_);
    answers_.emplace_back(std::move(slot), std::move(response));
    if (woken_) return;
    asio::post(context, [this] { lay_all(); });
    woken_ = true;  // only when it is: where that failed, the next answer wakes for both
  }
  static thread_local const Worker* here;  // whose thread this is

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
thread_local const Worker* Worker::here = nullptr;

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
  std::size_t read = kFirstRead;
  while (keep) {
    if (buffer_.size() == 0 || half_an_empty_line()) {
      if (buffer_.capacity() > kMostRead) buffer_.shrink_to_fit();
      if (router_.draining()) break;
      idle_ = true;
      watch_.arm(router_.caps().idle_ms);
      const auto [error, bytes] = co_await socket_.async_read_some(buffer_.prepare(read), kToken);
      watch_.disarm();
      idle_ = false;
      if (error) break;
      buffer_.commit(bytes);
      if (bytes == read) read = std::min(2 * read, kMostRead);
      if (half_an_empty_line()) continue;
    } else {  // it did not wait for its answer: the others come first
      co_await asio::post(kToken);
    }
    auto one = std::make_unique<Exchange>(router_.caps().header_bytes);
    keep = at_once(*one) ? one->stays : co_await exchange(std::move(one));
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

void Connection::complete(const Reading& reading, Head& head) {
  if (const auto length = reading.content_length()) head.content_length = *length;
  head.has_body = reading.chunked() || head.content_length.value_or(0) > 0;
  head.known = &known_;
  head.own_user = accepted_.own_user;
  head.admin = accepted_.serves.admin;
  head.traffic = accepted_.serves.traffic;
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
  co_return co_await refuse_unread(*code, std::move(what));
}

awaitable<bool> Connection::refuse_unread(const Code& code, ProblemItem what) {
  const CallPtr call = router_.unread();
  Response response = router_.refuse(*call, code, std::move(what));
  co_await send(*call, std::move(response), false, false);
  co_await linger();
  co_return false;
}

// Of one that came cut in two the first byte says nothing yet.
bool Connection::half_an_empty_line() const {
  return !empty_line_ && buffer_.size() == 1 && *static_cast<const char*>(buffer_.data().data()) == '\r';
}

// All that can be done of it without waiting: for most, where the request has come whole and its answer is there at once, no other
// coroutine, no timer and no other thread is needed. True: it is done.
bool Connection::at_once(Exchange& one) {
  // Some send a line end behind a body that none belongs to: one before a request line is not looked at (RFC 9112, 2.2).
  if (!empty_line_ && buffer_.size() >= 2) {
    const auto* begin = static_cast<const char*>(buffer_.data().data());
    if (begin[0] == '\r' && begin[1] == '\n') {
      buffer_.consume(2);
      empty_line_ = true;
      one.stays = true;
      if (buffer_.size() == 0) return true;
    }
  }
  one.error = buffer_.size() > 0 ? one.reading.take(buffer_) : http::error::need_more;
  if (one.error) return false;
  look_at_head(one);
  if (!one.call || one.call->refusal || one.waits_for_leave || one.call->route->handler == Handler::batch) return false;
  take_body(one);
  if (one.error || !one.reading.is_done()) return false;
  hand_over(one);
  if (!one.slot->response) return false;
  one.rest = send_now(*one.call, *one.slot->response, one.head_only, one.stays);
  one.told = true;
  return one.rest.empty() && (one.slot->response->stored.size == 0 || one.head_only);
}

// A head that is whole: what is wrong with it, or who calls for what.
void Connection::look_at_head(Exchange& one) {
  Reading& reading = one.reading;
  Head& head = reading.head;
  one.headed = true;
  complete(reading, head);
  before_1_1_ = reading.before_1_1;
  empty_line_ = false;
  // How long its body is nobody can tell, and whoever stands before us may believe otherwise (RFC 9112, 6.1 and 6.3).
  if (head.has("transfer-encoding") && (reading.before_1_1 || !reading.chunked())) {
    one.error = http::error::bad_transfer_encoding;
    return;
  }
  if (const std::string_view coding = head.header("transfer-encoding");
      !coding.empty() && !boost::beast::iequals(coding, "chunked")) {
    one.unread = item("Transfer-Encoding: chunked and no other, since requests are not compressed", shortened(coding));
    return;
  }
  // For whom it is, two of us could read differently too (RFC 9112, 3.2).
  const auto hosts = std::count_if(head.headers.begin(), head.headers.end(),
                                   [](const Header& header) { return header.first == "host"; });
  if (hosts > 1 || (hosts == 0 && !reading.before_1_1) || !is_host(head.header("host"))) {
    std::string found = hosts == 0 ? "none" : "more than one";
    if (hosts == 1) found = shortened(head.header("host"));
    one.unread = item("one header Host: HOST:PORT", std::move(found));
    return;
  }
  one.head_only = head.method == "HEAD";
  one.keep = reading.keep_alive() && !router_.draining();
  one.waits_for_leave =
      head.has_body && !reading.before_1_1 && boost::beast::iequals(head.header("expect"), "100-continue");
  one.call = router_.begin(head);
}

// Of the body, what has come with the head.
void Connection::take_body(Exchange& one) {
  one.reading.most = one.call->body_limit > 0 ? one.call->body_limit : kUnwantedBytes;
  one.reading.eager(true);
  // In chunks the library wants to see more than what it has left in the buffer before it looks again.
  if (!one.reading.is_done() && !one.reading.chunked() && buffer_.size() > 0) one.error = one.reading.take(buffer_);
  one.bodied = true;
}

void Connection::hand_over(Exchange& one) {
  one.slot = std::make_shared<Slot>();
  router_.finish(one.call, one.reading.body,
                 [slot = one.slot, &worker = worker_](Response response) { worker.lay(slot, std::move(response)); });
  one.stays = one.keep && !router_.draining();
}

// The rest of one that has to wait for something.
awaitable<bool> Connection::exchange(std::unique_ptr<Exchange> given) {
  Exchange& one = *given;
  Head& head = one.reading.head;
  if (!one.headed) {
    if (one.error == http::error::need_more) {
      watch_.arm(router_.caps().header_wait_ms);
      const auto [failed, bytes] = co_await http::async_read_header(socket_, buffer_, one.reading, kToken);
      watch_.disarm();
      one.error = failed;
    }
    if (one.error) co_return co_await refuse_head(one.error);
    look_at_head(one);
  }
  if (!one.call && one.error) co_return co_await refuse_head(one.error);
  if (one.unread) co_return co_await refuse_unread(codes::kBadHttp, *std::move(one.unread));
  if (one.call->refusal) {
    Response response = std::move(*one.call->refusal);
    const bool stays = co_await send(*one.call, std::move(response), one.head_only, one.keep && !head.has_body);
    if (head.has_body) co_await linger();
    co_return stays;
  }
  if (!one.slot) {
    if (one.waits_for_leave) {
      static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
      watch_.arm(kWriteMs);
      const auto [failed, sent] = co_await asio::async_write(socket_, asio::buffer(kGoOn), kToken);
      watch_.disarm();
      if (failed) co_return false;
    }
    if (one.call->route->handler == Handler::batch) co_return co_await batch(one.reading, one.call, one.keep);

    if (!one.bodied) take_body(one);
    if ((!one.error || one.error == http::error::need_more) && !one.reading.is_done())
      one.error = co_await read_body(one.reading);
    if (one.error) {
      std::optional<Response> refusal = refuse_body(one.reading, *one.call, one.error);
      if (!refusal) co_return false;  // the sender went away
      co_await send(*one.call, std::move(*refusal), one.head_only, false);
      co_await linger();
      co_return false;
    }
    hand_over(one);
  }
  Response response;
  if (one.slot->response)
    response = std::move(*one.slot->response);
  else
    response = co_await answer(one.slot, one.call, std::string_view(one.reading.body));
  if (one.call->gone) {
    response.code = "caller_gone";  // for the log alone
    router_.dress(*one.call, response);
    co_return false;
  }
  if (!one.told) {
    one.stays = one.keep && !router_.draining();
    one.rest = send_now(*one.call, response, one.head_only, one.stays);
  }
  const bool goes_on = one.rest.empty() ? one.stays : co_await send_rest(std::move(one.rest), one.stays);
  if (response.stored.size == 0 || one.head_only) co_return goes_on;
  co_return co_await send_stored(std::move(response.stored)) && goes_on;
}

// What another thread lays down, within the deadline.
awaitable<Response> Connection::answer(SlotPtr slot, CallPtr call, std::string_view body) {
  asio::steady_timer timer(socket_.get_executor());
  {
    const auto waiting = [](Slot* one) { one->waits = nullptr; };
    slot->waits = &timer;
    const std::unique_ptr<Slot, decltype(waiting)> until_here(slot.get(), waiting);
    if (call->deadline_ms > 0) {
      timer.expires_after(std::chrono::milliseconds(call->deadline_ms));
      co_await timer.async_wait(kToken);
    }
    while (!slot->response && call->deadline_ms == 0) {
      timer.expires_after(std::chrono::milliseconds(kListensMs));
      co_await timer.async_wait(kToken);
      if (!slot->response && has_gone(socket_)) call->gone = true;
    }
  }
  if (slot->response) co_return std::move(*slot->response);
  co_return router_.refuse(*call, wire::codes::kDeadline,
                           item("a decision within " + milliseconds(call->deadline_ms), "none yet"), body);
}

awaitable<error_code> Connection::read_body(Reading& reading) {
  watch_.arm(router_.caps().body_wait_ms);
  const auto [error, bytes] = co_await http::async_read(socket_, buffer_, reading, kToken);
  watch_.disarm();
  co_return error;
}

// Nothing: the sender went away.
std::optional<Response> Connection::refuse_body(const Reading& reading, Call& call, error_code error) {
  if (error == http::error::body_limit)
    return router_.refuse(call, wire::codes::kTooLarge,
                          item("a body of at most " + std::to_string(reading.most) + " bytes", "a larger one"));
  if (watch_.fired())
    return router_.refuse(call, wire::codes::kSlowSender,
                          item("the whole body within " + milliseconds(router_.caps().body_wait_ms), "a part of it"));
  if (error.category() == http::make_error_code(http::error::bad_method).category() &&
      error != http::error::partial_message)
    return router_.refuse(call, codes::kBadHttp, item("a body as RFC 9112 has them", error.message()));
  return std::nullopt;
}

awaitable<bool> Connection::send(const Call& call, Response response, bool head_only, bool keep) {
  co_return co_await send_rest(send_now(call, response, head_only, keep), keep);
}

// Returns whether the connection stays open.
awaitable<bool> Connection::send_rest(std::string rest, bool keep) {
  if (rest.empty()) co_return keep;
  watch_.arm(kWriteMs);
  const auto [error, bytes] = co_await asio::async_write(socket_, asio::buffer(rest), kToken);
  watch_.disarm();
  co_return !error && keep;
}

// Nothing is read ahead of who receives, so it takes a piece's worth of memory however much it is.
awaitable<bool> Connection::send_stored(Stored stored) {
  std::string piece;
  for (std::uint64_t at = 0; at < stored.size; at += piece.size()) {
    piece.resize(std::min<std::uint64_t>(kStoredPiece, stored.size - at));
    stored.read(at, piece);
    watch_.arm(kWriteMs);
    const auto [error, bytes] = co_await asio::async_write(socket_, asio::buffer(piece), kToken);
    watch_.disarm();
    if (error) co_return false;
  }
  co_return true;
}

// As much as the socket takes at once, mostly all. Returns what is left.
std::string Connection::send_now(const Call& call, Response& response, bool head_only, bool keep) {
  router_.dress(call, response);
  if (router_.log_waits()) worker_.flush_soon(router_);
  thread_local std::string bytes;  // of small answers: one piece is sent soonest
  bytes.clear();
  append_head(bytes, response, keep, Length::known, before_1_1_);
  if (head_only || response.status == 304) response.body.clear();
  error_code error;  // whatever it is, the rest meets it again
  if (response.body.size() <= kReadAhead) {
    bytes += response.body;
    return bytes.substr(socket_.write_some(asio::buffer(bytes), error));
  }
  const std::array<asio::const_buffer, 2> both{asio::buffer(bytes), asio::buffer(response.body)};
  const std::size_t sent = socket_.write_some(both, error);
  if (sent < bytes.size()) return bytes.substr(sent) + response.body;
  response.body.erase(0, sent - bytes.size());
  return std::move(response.body);
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

awaitable<bool> Connection::batch(Reading& reading, CallPtr call, bool keep) {
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
  batch->chunked = !reading.before_1_1;
  keep = keep && batch->chunked;
  std::string head;
  append_head(head, response, keep, batch->chunked ? Length::chunked : Length::to_the_end, before_1_1_);
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
      co_await read_lines(reading, call, batch);
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
  if (!reading.is_done()) {  // too many lines, or too slow: it may still be sending
    co_await linger();
    co_return false;
  }
  co_return keep && !router_.draining();
}

awaitable<void> Connection::read_lines(Reading& reading, CallPtr call, std::shared_ptr<Batch> batch) {
  const std::size_t limit = call->body_limit;
  reading.most = 2 * kReadAhead;  // at a time: more than the buffer holds
  std::string line, piece;
  bool too_long = false;
  while (!batch->broken) {
    if (reading.is_done()) break;
    watch_.arm(router_.caps().body_wait_ms);
    auto [error, bytes] = co_await http::async_read_some(socket_, buffer_, reading, kToken);
    watch_.disarm();
    piece.clear();
    piece.swap(reading.body);
    std::string_view got = piece;
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
    if (error) {
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
    if (Result<void> may = may_listen_unix(path); !may) return may;
    // One that a killed server left behind is taken away; one that answers is not.
    if (answers(path)) return failed(codes::kSocketPath, path, "a server that answers there");
    error_code error;
    if (struct ::stat there{}; ::lstat(path.c_str(), &there) == 0) ::unlink(path.c_str());
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
        Worker::here = &worker;
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
      const auto none_left = [&] { return shared_.connections.load() == 0; };
      const std::int64_t last_ms = std::min(kTellMs, grace_ms / 4);
      all_ended = shared_.fewer.wait_for(lock, std::chrono::milliseconds(grace_ms - last_ms), none_left);
      shared_.router.cut();
      all_ended = all_ended || shared_.fewer.wait_for(lock, std::chrono::milliseconds(last_ms), none_left);
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

Result<void> is_free(const std::string& address, std::uint16_t port) {
  error_code error;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(address, error), port);
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor(context);
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1, error);
  if (error) return failed(codes::kListen, address + ":" + std::to_string(port), error.message());
  return {};
}

Result<void> may_listen_unix(const std::string& path) {
  if (path.size() > 100) return failed(codes::kSocketPath, path, std::to_string(path.size()) + " bytes");
  struct ::stat there{};
  if (::lstat(path.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode))
    return failed(codes::kSocketPath, path, "a file that is no socket");
  return {};
}

bool answers(const std::string& path) {
  if (!may_listen_unix(path)) return false;
  error_code error;
  asio::io_context context;
  asio::local::stream_protocol::socket probe(context);
  probe.connect(asio::local::stream_protocol::endpoint(path), error);
  return !error;
}

}  // namespace caveat::server
