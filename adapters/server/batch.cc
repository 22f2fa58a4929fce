// A batch of a connection: one coroutine reads lines, another writes replies, so that a caller may send all before it reads.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <exception>

#include "adapters/server/connection.h"
#include "adapters/server/response_head.h"
#include "adapters/wire/codes.h"

namespace caveat::server {

constexpr std::size_t kBatchWindow = 64;  // lines of one batch that are under way
constexpr std::int64_t kLeavesMs = 250;   // that a caller may take to read the end of a reply from a server that stops
constexpr std::size_t kBatchQueued = 16u << 20;  // bytes of replies that wait for a caller who still sends

struct Batch {
  explicit Batch(const asio::any_io_executor& where) : executor(where), to_write(where), to_read(where) {}
  asio::any_io_executor executor;
  Signal to_write, to_read;
  std::deque<std::optional<std::string>> replies;  // in the order of the lines
  std::size_t first = 0;                           // number of the line whose reply is at the front
  std::size_t lines = 0, under_way = 0, queued = 0;
  bool all_read = false, broken = false, written = false, chunked = true;
};

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
    co_await linger(router_.draining() ? kLeavesMs : kLingerMs);
    co_return false;
  }
  co_return keep && !router_.draining();
}

awaitable<void> Connection::read_lines(Reading& reading, CallPtr call, std::shared_ptr<Batch> batch) {
  const std::size_t limit = call->body_limit;
  reading.most = 2 * kReadAhead;  // at a time: more than the buffer holds
  std::string line, piece;
  bool too_long = false, first = true;
  while (!batch->broken) {
    if (reading.is_done()) break;
    // Who stops refuses lines that come; for those that do not come nobody waits.
    error_code gone;
    if (router_.draining() && !(first && buffer_.size() > 0) && socket_.available(gone) == 0) co_return;
    first = false;
    watch_.arm(router_.caps().body_wait_ms);
    auto [error, bytes] = co_await http::async_read_some(socket_, buffer_, reading,
                                                         asio::bind_cancellation_slot(reading_lines_.slot(), kToken));
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
      if (error == asio::error::operation_aborted && router_.draining() && !watch_.fired()) co_return;
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

}  // namespace caveat::server
