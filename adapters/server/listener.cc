#include "adapters/server/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "adapters/server/codes.h"
#include "adapters/server/connection.h"

namespace caveat::server {

namespace {

constexpr std::size_t kTurnedAway = 256;  // connections that are told so at once; those beyond are only closed
// Before the grace of a drain is over: what is at length is cut then, and its caller is still told so.
constexpr std::int64_t kTellMs = 1'000;

tl::unexpected<Problem> failed(const Code& code, const std::string& what, std::string why) {
  return tl::unexpected(
      Problem{&code, {ProblemItem{.path = what, .expected = {}, .found = std::move(why), .nearest = {}, .hint = {}}}});
}

}  // namespace

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
  if (error) return failed(codes::kListen, address, "no IP address; this machine's own are 127.0.0.1 and [::1]");
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
