#include "adapters/server/connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <exception>

#include "adapters/server/codes.h"
#include "adapters/server/response_head.h"
#include "adapters/wire/codes.h"
#include "engine/base/escape.h"

namespace caveat::server {

constinit thread_local const Worker* Worker::here = nullptr;

namespace {

constexpr std::size_t kUnwantedBytes = 64u << 10;  // of a body that no route takes, read and forgotten
// What a connection that idles reads into: little until it has shown how much its requests take.
constexpr std::size_t kFirstRead = 1024, kMostRead = 8192;
constexpr std::size_t kStoredPiece = 256u << 10;
constexpr std::int64_t kListensMs = 250;  // how often who waits without a deadline is looked after

// The other end has closed the connection, or its sending half, which nothing tells apart. What it sent before that and nobody has read
// yet hides it from a read, but not from this.
bool has_gone(Socket& socket) {
  ::pollfd one{.fd = socket.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&one, 1, 0) == 1 && (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

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

}  // namespace

awaitable<void> Connection::exchanges() {
  bool keep = true;
  std::size_t read = kFirstRead;
  for (bool answered = false; keep; answered = true) {
    // Who was answered just now has had no time to ask again, and who did not wait for his answer comes after the others.
    if (answered) co_await asio::post(kToken);
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
awaitable<bool> Connection::refuse_head(const Head& head, error_code error) {
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
  co_return co_await refuse_unread(head, *code, std::move(what));
}

awaitable<bool> Connection::refuse_unread(const Head& head, const Code& code, ProblemItem what) {
  const CallPtr call = router_.unread(head);
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
                 [slot = one.slot, &worker = worker_](Response&& response) { worker.lay(slot, std::move(response)); });
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
    if (one.error) co_return co_await refuse_head(head, one.error);
    look_at_head(one);
  }
  if (!one.call && one.error) co_return co_await refuse_head(head, one.error);
  if (one.unread) co_return co_await refuse_unread(head, codes::kBadHttp, *std::move(one.unread));
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
awaitable<void> Connection::linger(std::int64_t ms) {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  buffer_.clear();
  std::vector<char> rest(16u << 10);
  watch_.arm(ms);
  for (std::size_t read = 0; read < (4u << 20);) {
    const auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(rest), kToken);
    if (error) break;
    read += bytes;
  }
  watch_.disarm();
}

}  // namespace caveat::server
