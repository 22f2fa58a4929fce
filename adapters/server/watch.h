// Watch: how long a connection waits for its socket, and Signal, by which one part of it tells another that something has changed; and the
// words that all who read and write sockets share.
//
//   watch.arm(kWriteMs); const auto [error, bytes] = co_await asio::async_write(socket, buffer, kToken); watch.disarm();
//
// Promises   a wait that is over is cut, whatever came in meanwhile; the socket stays open, so that a last word can be said
// Threads    one of each belongs to the thread of its socket
// Lifetime   the socket outlives its watch
#pragma once

#include <boost/asio.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "engine/base/problem.h"

namespace caveat::server {

namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;
using asio::awaitable;

inline constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
inline constexpr std::int64_t kWriteMs = 10'000, kCutAgainMs = 20, kLingerMs = 2'000;

inline ProblemItem item(std::string expected, std::string found) {
  return {.path = "", .expected = std::move(expected), .found = std::move(found), .nearest = {}, .hint = {}};
}
inline std::string milliseconds(std::int64_t ms) { return std::to_string(ms) + " ms"; }

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

}  // namespace caveat::server
