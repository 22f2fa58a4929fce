// Echo: a bare HTTP server of the library that the gate's listener is made with: it reads a request and sends its body back. What the
// listener, the router and the gate add is measured against it.
//
//   Echo echo;
//   Load load(echo.port(), messages, 32);
//
// Threads    makes one, as the listener does by default
#pragma once

#include <cstdint>
#include <memory>

namespace caveat::cli::bench {

class Echo {
 public:
  Echo();
  ~Echo();
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;
  std::uint16_t port() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace caveat::cli::bench
