#include "adapters/cli/server_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <ostream>

#include "adapters/cli/messages.h"
#include "adapters/cli/settings.h"
#include "adapters/wire/codes.h"
#include "audit/log/reader.h"
#include "audit/log/signers.h"
#include "audit/store/writer_lock.h"
#include "engine/base/diagnostic.h"

namespace caveat::cli {

namespace {

class Connected {  // −1: nobody listens there
 public:
  explicit Connected(const std::string& path) {
    ::sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ >= 0 && ::connect(socket_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      socket_ = -1;
    }
  }
  ~Connected() {
    if (socket_ >= 0) ::close(socket_);
  }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;

  bool there() const { return socket_ >= 0; }

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  std::string receive(const std::function<void()>& meanwhile) const {  // until it is closed
    constexpr int kBetweenMs = 100;
    std::string out;
    char buffer[16'384];
    for (;;) {
      for (::pollfd there{.fd = socket_, .events = POLLIN, .revents = 0};
           meanwhile && ::poll(&there, 1, kBetweenMs) == 0;)
        meanwhile();
      const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return out;
      out.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  int socket_ = -1;
};

}  // namespace

std::string ServerReply::header(std::string_view name) const {
  for (const auto& [known, value] : headers)
    if (known == name) return value;
  return {};
}

std::string socket_of(const Invocation& invocation, const std::string& log_path) {
  return invocation.get("--socket", beside_log(log_path, ".sock"));
}

bool server_writes(const std::string& socket_path, const std::string& log_path) {
  // Both are needed: the writer may be another than who answers, and a copy has the name of its log.
  if (!Connected(socket_path).there() || !audit::has_writer(log_path)) return false;
  const std::string origin = audit::LogReader::open(log_path)->origin();
  const std::optional<ServerReply> reply = ask_server(socket_path, "GET", "/log/vkey", "", Language::en);
  if (!reply || reply->status != 200) return false;
  const Result<std::vector<audit::VerifierKey>> keys = audit::parse_verifier_keys(reply->body);
  return keys && audit::of_log(keys->back().name, origin);
}

int anothers_socket(const Invocation& invocation, Terminal& terminal) {
  if (!invocation.has("--socket") || !Connected(invocation.get("--socket")).there()) return kDone;
  return wrong_use(terminal,
                   {"--socket names {0}, and whoever answers there does not write {1}. Name the socket of its own "
                    "server ([http] socket of its configuration); where none writes it, leave --socket out.",
                    "--socket 指定了 {0}，而在该处应答的服务并不写入 {1}。请指定写入该日志的服务的套接字（其配置中的 "
                    "[http] socket）；若没有服务写入它，请去掉 --socket。"},
                   {invocation.get("--socket"), invocation.arguments[0]}, invocation.command->name);
}

std::optional<ServerReply> ask_server(const std::string& socket_path, const std::string& method,
                                      const std::string& path, const std::string& body, Language language,
                                      const std::function<void()>& meanwhile) {
  const Connected connected(socket_path);
  if (!connected.there()) return std::nullopt;
  const std::string head = method + " " + path +
                           " HTTP/1.1\r\nHost: caveat\r\nConnection: close\r\nContent-Type: application/json\r\n" +
                           "Accept-Language: " + (language == Language::zh ? "zh" : "en") +
                           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  if (!connected.send(head + body)) return std::nullopt;
  const std::string got = connected.receive(meanwhile);
  const std::size_t end = got.find("\r\n\r\n");
  if (end == std::string::npos || !got.starts_with("HTTP/1.1 ")) return std::nullopt;
  ServerReply reply;
  reply.status = std::atoi(got.c_str() + 9);
  for (std::size_t at = got.find("\r\n") + 2; at < end;) {
    const std::size_t stop = got.find("\r\n", at), colon = got.find(':', at);
    if (colon < stop) {
      std::string name = got.substr(at, colon - at);
      for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      reply.headers.emplace_back(std::move(name), got.substr(colon + 2, stop - colon - 2));
    }
    at = stop + 2;
  }
  reply.body = got.substr(end + 4);
  // Whole, or the server went away in the middle of it.
  if (reply.header("content-length") != std::to_string(reply.body.size())) return std::nullopt;
  return reply;
}

int server_gone(Terminal& terminal, const std::string& socket_path) {
  terminal.err << "caveat: "
               << fill(
                      terminal.say(
                          {"the server at {0} went away before it had answered. Once it has ended the command does the "
                           "work itself.",
                           "位于 {0} 的服务在答复之前已退出。服务结束后，本命令会自行完成。"}),
                      {socket_path})
               << '\n';
  return kEnvironment;
}

int refused_by_server(Terminal& terminal, const ServerReply& reply) {
  boost::json::error_code error;
  const boost::json::value body = boost::json::parse(reply.body, error);
  std::string detail = reply.body, name = std::to_string(reply.status);
  if (!error && body.is_object()) {
    if (const auto* title = body.as_object().if_contains("title"); title != nullptr && title->is_string())
      detail = std::string(title->as_string());
    if (const auto* text = body.as_object().if_contains("detail");
        text != nullptr && text->is_string() && text->as_string() != detail)
      detail += " " + std::string(text->as_string());
    if (const auto* code = body.as_object().if_contains("code"); code != nullptr && code->is_string())
      name = std::string(code->as_string());
  }
  terminal.err << "caveat: " << detail << " [" << name << "]\n";
  const Code* code = wire::find_code(name);
  return code != nullptr ? code->exit_code : reply.status >= 500 ? kEnvironment : kRefused;
}

}  // namespace caveat::cli
