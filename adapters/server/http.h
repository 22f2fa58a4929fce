// Http: a request and a response as the router sees them: plain values, so that it can be tried without a socket.
// Made by the listener from bytes, answered by the router; the small readers of targets and headers stand here too.
//
// Promises   header names are lower case; a target that is not well formed has no path, and so no route; what a target holds is UTF-8,
//            since ids and queries go on into records and replies
// Source     RFC 9110, RFC 3986, W3C Trace Context
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/language.h"

namespace caveat::server {

using Header = std::pair<std::string, std::string>;

struct Known;  // callers.h

struct Head {
  std::string method;  // "GET"
  std::string target;  // "/v1/handoffs?queue=wealth"
  std::vector<Header> headers;
  std::optional<std::uint64_t> content_length;  // nothing: none was named
  bool has_body = false;                        // a length above 0, or chunks
  Known* known = nullptr;                       // who asked on this connection before, if it keeps that
  bool own_user = false;                        // over the Unix socket, from the user that the server runs as
  bool admin = true;                            // of a listener that serves health, metrics and reference
  bool traffic = true;                          // and the interface itself

  std::string_view header(std::string_view name) const;  // the first of this name, or empty
  bool has(std::string_view name) const;
  std::string list(std::string_view name) const;  // all of this name, as the one list that they are
  // One that may stand once and stands more often, or empty: which of them counts, we and whoever stands before us could see differently.
  std::string_view repeated() const;
};

// A body that lies elsewhere and is fetched in pieces as it is sent; reading may throw, then the connection is cut.
struct Stored {
  std::uint64_t size = 0;
  std::function<void(std::uint64_t at, std::span<char> to)> read;
};

// Where it says string_view, a text of ours that lasts: a literal, a name of a table.
struct Response {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string_view, std::string>> headers;  // beside Content-Type and Content-Length
  std::string_view code, verdict;                                 // of a problem, of a turn: for the log, not sent
  Stored stored{};                                                // in place of the body, if it has a size
  std::string timing{};  // of a turn: the stages of Server-Timing, before the total
};

// Of a decoded path: a slash that was written `%2F` belongs to the segment in which it stands. No path holds this sign itself.
inline constexpr char kSlashWithin = '\x1f';

struct Target {
  std::string path;       // decoded, with kSlashWithin; empty: not well formed
  bool not_utf8 = false;  // and that is why
  std::vector<std::pair<std::string, std::string>> query;
  std::string_view parameter(std::string_view name) const;  // the first of this name, or empty
};
Target parse_target(std::string_view target);
// What is asked for, without the scheme and host that a target in absolute form has (RFC 9112, 3.2.2); empty: they are not http or
// https and the host that the request is for.
std::string_view path_and_query(const Head& head);

// W3C Trace Context: the parent that came in, if it is well formed.
struct Trace {
  std::string id;      // 32 hex digits
  std::string parent;  // 16 hex digits
  std::string flags;   // 2 hex digits
};
std::optional<Trace> parse_traceparent(std::string_view value);

// The language that Accept-Language likes best of the two, or `otherwise`.
Language accepted_language(std::string_view header, Language otherwise);

// May a request name this host? RFC 9110, 7.2: a host, and a port where there is one; nothing, where the target has no authority.
bool is_host(std::string_view value);

// Does If-None-Match name this tag (with its quotes)? RFC 9110, 13.1.2: a list or `*`, and weak is good enough.
bool names_tag(std::string_view list, std::string_view tag);

std::string_view reason_phrase(int status);

}  // namespace caveat::server
