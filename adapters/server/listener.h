// Listener: the sockets: bytes in, the router's answer out. Everything that HTTP/1.1 and time do to a connection ends here.
//
//   Listener listener(router, 2);
//   Result<std::uint16_t> port = listener.listen("127.0.0.1", 8650, {});
//   listener.start();  …  listener.drain(10'000);
//
// Promises   what a connection may cost is bounded: its head, its body, how long each may take, how long it may idle, how many
//            there are; one that is refused is told so in a problem before it is closed; a connection that hangs costs others
//            nothing; drain answers what was taken, then closes
// Threads    start makes its own; listen before start; drain once
// Errors     Problems of codes.h: the address or the path, and why
// Lifetime   the router outlives it
// Cost       a connection that idles: about 3 KiB and a timer, and up to 9 KiB more once it has sent something
// Source     RFC 9112
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/server/router.h"
#include "engine/base/result.h"

namespace caveat::server {

// As many threads as leave a core to what commits records and decides at length; one at least.
inline std::size_t usual_threads(std::size_t cores) { return cores > 1 ? cores - 1 : 1; }

struct Serves {
  bool traffic = true;  // the interface itself
  bool admin = true;    // health, metrics, reference
};

class Listener {
 public:
  Listener(Router& router, std::size_t threads);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port, Serves serves);  // 0: any free port
  Result<void> listen_unix(const std::string& path);
  void start();
  bool drain(std::int64_t grace_ms);  // false: some did not end in time and were cut

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

// What a start looks at before it makes anything.
Result<void> may_listen(const std::string& address);                   // is it of this machine alone?
Result<void> is_free(const std::string& address, std::uint16_t port);  // has no other program this port?
Result<void> may_listen_unix(const std::string& path);                 // could a socket be called so?
bool answers(const std::string& path);                                 // does a server listen on this socket?

}  // namespace caveat::server
