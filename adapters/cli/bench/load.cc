#include "adapters/cli/bench/load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <deque>
#include <stdexcept>

#include "adapters/cli/bench/quantile.h"

namespace caveat::cli::bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPatienceMs = 10'000;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

// One that no request of this process has had: a log that has seen it would only repeat its answer.
std::uint64_t fresh_id() {
  static std::atomic<std::uint64_t> taken{0};
  return taken.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

struct Load::Connection {
  int socket = -1;
  Clock::time_point since{};  // sent, or planned
  std::string out, in;
};

Message post(std::string_view path, std::string_view headers, const std::string& body) {
  Message message;
  message.bytes = "POST " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
                  std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return message;
}

Load::Load(const std::vector<Message>& messages, std::size_t connections)
    : messages_(messages), connections_(connections), events_(::epoll_create1(EPOLL_CLOEXEC)) {}

Load::Load(std::uint16_t port, const std::vector<Message>& messages, std::size_t connections)
    : Load(messages, connections) {
  for (std::size_t i = 0; i < connections; ++i) {
    Connection& one = connections_[i];
    one.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(one.socket, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0)
      fail("no connection: " + std::string(std::strerror(errno)));
    const int on = 1;
    ::setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const ::timeval patience{.tv_sec = kPatienceMs / 1'000, .tv_usec = 0};
    ::setsockopt(one.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(events_, EPOLL_CTL_ADD, one.socket, &event);
  }
}

Load::~Load() {
  for (const Connection& one : connections_)
    if (one.socket >= 0) ::close(one.socket);
  ::close(events_);
}

void Load::send(Connection& connection) {
  const Message& message = messages_[next_++ % messages_.size()];
  connection.out = message.bytes;
  if (message.id != std::string::npos) {
    std::uint64_t number = fresh_id();
    for (std::size_t i = Message::kIdDigits; i-- > 0; number /= 10)
      connection.out[message.id + i] = static_cast<char>('0' + number % 10);
  }
  connection.in.clear();
  std::string_view rest = connection.out;
  while (!rest.empty()) {  // a request fits into the socket's buffer, so this does not wait
    const ssize_t sent = ::send(connection.socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0 && errno != EINTR) fail("a request could not be sent: " + std::string(std::strerror(errno)));
    if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Load::receive(Connection& connection) {
  char buffer[16'384];
  const ssize_t got = ::recv(connection.socket, buffer, sizeof buffer, 0);
  if (got < 0 && errno == EAGAIN) fail("no answer within ten seconds");
  if (got <= 0) fail("the server went away");
  std::string& in = connection.in;
  in.append(buffer, static_cast<std::size_t>(got));
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  if (!in.starts_with("HTTP/1.1 200")) fail("an answer that is not 200: " + in.substr(0, 600));
  const std::size_t length = in.find("\r\nContent-Length: ");
  if (length > end) return in.ends_with("\r\n0\r\n\r\n");  // chunks
  std::size_t bytes = 0;
  std::from_chars(in.data() + length + 18, in.data() + end, bytes);
  return in.size() >= end + 4 + bytes;
}

std::string Load::ask(std::size_t message) {
  next_ = message;
  Connection& one = connections_.front();
  send(one);
  while (!receive(one)) {
  }
  return one.in.substr(one.in.find("\r\n\r\n") + 4);
}

Served Load::run(double seconds, double per_s) {
  const Clock::time_point begin = Clock::now();
  const auto length = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const auto planned = [&](std::uint64_t number) {
    return begin + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>(static_cast<double>(number) / per_s));
  };
  const std::uint64_t wanted = per_s > 0 ? static_cast<std::uint64_t>(seconds * per_s) : UINT64_MAX;
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  ::epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = connections_.size();
  ::epoll_ctl(events_, EPOLL_CTL_ADD, timer, &event);
  std::deque<Connection*> idle;
  for (Connection& one : connections_) idle.push_back(&one);
  std::vector<double> took;
  took.reserve(1u << 20);
  std::uint64_t sent = 0, answered = 0;
  const auto feed = [&](Clock::time_point now) {
    while (!idle.empty() && sent < wanted && (per_s > 0 ? planned(sent) <= now : now - begin < length)) {
      Connection& one = *idle.front();
      idle.pop_front();
      one.since = per_s > 0 ? planned(sent) : Clock::now();
      ++sent;
      send(one);
    }
  };
  Clock::time_point now = begin;
  feed(now);
  ::epoll_event ready[64];
  while (answered < sent || (per_s > 0 && sent < wanted)) {
    if (per_s > 0 && !idle.empty() && sent < wanted) {
      const auto wait = std::max<std::int64_t>(1'000, std::chrono::nanoseconds(planned(sent) - Clock::now()).count());
      ::itimerspec when{};
      when.it_value.tv_sec = wait / 1'000'000'000;
      when.it_value.tv_nsec = wait % 1'000'000'000;
      ::timerfd_settime(timer, 0, &when, nullptr);
    }
    const int count = ::epoll_wait(events_, ready, 64, kPatienceMs);
    if (count == 0) fail("no answer within ten seconds");
    now = Clock::now();
    for (int i = 0; i < count; ++i) {
      if (ready[i].data.u64 == connections_.size()) {
        std::uint64_t times = 0;
        (void)!::read(timer, &times, sizeof times);
        continue;
      }
      Connection& one = connections_[ready[i].data.u64];
      if (!receive(one)) continue;
      now = Clock::now();
      took.push_back(std::chrono::duration<double, std::micro>(now - one.since).count());
      ++answered;
      idle.push_back(&one);
    }
    feed(now);
  }
  ::close(timer);
  Served out;
  out.count = answered;
  out.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  out.per_s = static_cast<double>(answered) / out.seconds;
  out.p50_us = quantile(took, 0.5);
  out.p99_us = quantile(took, 0.99);
  return out;
}

}  // namespace caveat::cli::bench
