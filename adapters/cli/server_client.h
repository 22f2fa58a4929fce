// Server client: one question to the server that writes a log, over its Unix socket: what a command cannot do beside a writer, the
// writer does for it.
//
//   if (server_writes(socket, log)) reply = ask_server(socket, "POST", "/v1/log/search", body, language);
//
// Cost       waits until the server has answered
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/cli/command.h"

namespace caveat::cli {

struct ServerReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string header(std::string_view name) const;
};

// --socket, else FILE.sock beside the log: where its server is asked.
std::string socket_of(const Invocation& invocation, const std::string& log_path);
// Whoever answers there has this log open for writing: another log's server may sit on that path, or a copy's.
bool server_writes(const std::string& socket_path, const std::string& log_path);
// --socket names the server of another log: the terminal is told; else kDone.
int anothers_socket(const Invocation& invocation, Terminal& terminal);

// Nothing: it went away before it had answered. `meanwhile` is called some times a second until it has.
std::optional<ServerReply> ask_server(const std::string& socket_path, const std::string& method,
                                      const std::string& path, const std::string& body, Language language,
                                      const std::function<void()>& meanwhile = {});

// What the terminal is told; an exit code.
int server_gone(Terminal& terminal, const std::string& socket_path);
int refused_by_server(Terminal& terminal, const ServerReply& reply);

}  // namespace caveat::cli
