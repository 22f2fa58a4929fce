// Load: HTTP requests over keep-alive connections from one thread, as fast as they are answered or at a fixed rate, and how long each
// took.
//
//   Load load(port, messages, 32);
//   Served peak = load.run(seconds, 0), half = load.run(seconds, peak.per_s / 2);
//
// At a fixed rate a request's time runs from the moment that it was planned for, whether or not a connection was free: a server that
// stalls is charged for all that would have come meanwhile (coordinated omission).
//
// Errors     std::runtime_error: no connection, an answer that is not 200, or none within ten seconds
// Cost       one thread while it runs; two clock readings a request
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace caveat::cli::bench {

// One request as its bytes; the twelve bytes at `id`, if there are any, are written anew for each sending.
struct Message {
  static constexpr std::size_t kIdDigits = 12;
  std::string bytes;
  std::size_t id = std::string::npos;
};
Message post(std::string_view path, std::string_view headers, const std::string& body);  // headers end with \r\n

struct Served {
  std::uint64_t count = 0;
  double seconds = 0, per_s = 0;
  double p50_us = 0, p99_us = 0;
};

class Load {
 public:
  Load(std::uint16_t port, const std::vector<Message>& messages, std::size_t connections);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Served run(double seconds, double per_s);  // 0: as fast as they are answered
  std::string ask(std::size_t message);      // one, alone; its body

 private:
  struct Connection;
  Load(const std::vector<Message>& messages, std::size_t connections);  // not connected yet
  void send(Connection& connection);
  bool receive(Connection& connection);  // true: an answer is whole

  const std::vector<Message>& messages_;
  std::vector<Connection> connections_;
  int events_ = -1;
  std::size_t next_ = 0;
};

}  // namespace caveat::cli::bench
