#include "adapters/cli/bench/echo.h"

#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <thread>

namespace caveat::cli::bench {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> serve(tcp::socket socket) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    if (const auto [error, bytes] = co_await http::async_read(socket, buffer, request, kToken); error) break;
    http::response<http::string_body> response(http::status::ok, request.version());
    response.set(http::field::content_type, "application/json");
    response.keep_alive(request.keep_alive());
    response.body() = std::move(request.body());
    response.prepare_payload();
    if (const auto [error, bytes] = co_await http::async_write(socket, response, kToken); error) break;
    if (!response.keep_alive()) break;
  }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(kToken);
    if (error) break;
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
  }
}

}  // namespace

struct Echo::Inside {
  asio::io_context context{1};
  tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  std::thread thread;
};

Echo::Echo() : inside_(std::make_unique<Inside>()) {
  asio::co_spawn(inside_->context, accept(inside_->acceptor), asio::detached);
  inside_->thread = std::thread([this] { inside_->context.run(); });
}

Echo::~Echo() {
  inside_->context.stop();
  inside_->thread.join();
}

std::uint16_t Echo::port() const { return inside_->acceptor.local_endpoint().port(); }

}  // namespace caveat::cli::bench
