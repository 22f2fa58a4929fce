#include "adapters/server/http.h"

#include <algorithm>
#include <charconv>

#include "adapters/wire/problem_json.h"
#include "engine/base/utf8.h"

namespace caveat::server {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// False: a `%` without its two digits, or a control character.
bool decode(std::string_view text, bool of_query, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
      if (c == '/' && !of_query) {
        out += kSlashWithin;
        continue;
      }
    } else if (c == '+' && of_query) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    out += c;
  }
  return true;
}

bool all_hex(std::string_view text) {  // lower case, as the standard wants it
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view Head::header(std::string_view name) const {
  for (const Header& header : headers)
    if (header.first == name) return header.second;
  return {};
}

bool Head::has(std::string_view name) const {
  return std::any_of(headers.begin(), headers.end(), [&](const Header& header) { return header.first == name; });
}

std::string Head::list(std::string_view name) const {
  std::string out;
  for (const Header& header : headers)
    if (header.first == name && !header.second.empty()) out += (out.empty() ? "" : ", ") + header.second;
  return out;
}

std::string_view Head::repeated() const {
  for (const std::string_view name : {"authorization", "content-type", "idempotency-key", "caveat-deadline-ms"})
    if (std::count_if(headers.begin(), headers.end(), [&](const Header& header) { return header.first == name; }) > 1)
      return name;
  return {};
}

std::string_view Target::parameter(std::string_view name) const {
  for (const auto& [known, value] : query)
    if (known == name) return value;
  return {};
}

Target parse_target(std::string_view target) {
  Target out;
  const auto take = [&out](std::string_view text, bool of_query, std::string& decoded) {
    if (!decode(text, of_query, decoded)) return false;
    out.not_utf8 = !is_valid_utf8(decoded);
    return !out.not_utf8;
  };
  if (target.empty() || target.front() != '/') return out;
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  if (path.find('#') != std::string_view::npos) return out;
  if (!take(path, false, out.path)) {
    out.path.clear();
    return out;
  }
  if (question == std::string_view::npos) return out;
  std::string_view rest = target.substr(question + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name, value;
    if (!take(pair.substr(0, equals), true, name) ||
        !take(pair.substr(std::min(equals + 1, pair.size())), true, value)) {
      out.path.clear();
      return out;
    }
    out.query.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

std::string_view path_and_query(const Head& head) {
  const std::string_view target = head.target;
  if (target.starts_with('/')) return target;
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
      return (x >= 'A' && x <= 'Z' ? x + 32 : x) == (y >= 'A' && y <= 'Z' ? y + 32 : y);
    });
  };
  const std::size_t colon = std::min(target.find("://"), target.size());
  const std::string_view scheme = target.substr(0, colon);
  const bool plain = same(scheme, "http");
  if (colon == target.size() || (!plain && !same(scheme, "https"))) return {};
  const std::size_t begin = colon + 3, end = std::min(target.find_first_of("/?#", begin), target.size());
  const std::string_view authority = target.substr(begin, end - begin);
  // RFC 9110, 4.2.3: the scheme's own port may be left out.
  const auto host = [port = plain ? std::string_view(":80") : std::string_view(":443")](std::string_view named) {
    if (named.ends_with(port)) named.remove_suffix(port.size());
    if (named.ends_with(':')) named.remove_suffix(1);
    return named;
  };
  // Whom else it is for we would answer in his place.
  if (host(authority).empty() || !is_host(authority) ||
      (head.has("host") && !same(host(authority), host(head.header("host")))))
    return {};
  return end == target.size() ? std::string_view("/") : target.substr(end);
}

std::optional<Trace> parse_traceparent(std::string_view value) {
  value = trimmed(value);
  // version-traceid-parentid-flags; a later version may carry more behind them
  if (value.size() < 55 || value[2] != '-' || value[35] != '-' || value[52] != '-') return std::nullopt;
  const std::string_view version = value.substr(0, 2), id = value.substr(3, 32), parent = value.substr(36, 16),
                         flags = value.substr(53, 2);
  if (!all_hex(version) || !all_hex(id) || !all_hex(parent) || !all_hex(flags)) return std::nullopt;
  if (version == "ff" || all_zero(id) || all_zero(parent)) return std::nullopt;
  if (version == "00" ? value.size() != 55 : value.size() > 55 && value[55] != '-') return std::nullopt;
  return Trace{.id = std::string(id), .parent = std::string(parent), .flags = std::string(flags)};
}

Language accepted_language(std::string_view header, Language otherwise) {
  Language best = otherwise;
  double best_weight = 0;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    const std::string_view entry = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t semicolon = std::min(entry.find(';'), entry.size());
    double weight = 1;
    if (const std::size_t q = entry.find("q=", semicolon); q != std::string_view::npos) {
      const std::string_view digits = entry.substr(q + 2);
      if (std::from_chars(digits.data(), digits.data() + digits.size(), weight).ec != std::errc()) weight = 0;
    }
    const Language language = wire::language_of(trimmed(entry.substr(0, semicolon)), Language::none);
    if (language != Language::none && weight > best_weight) {
      best = language;
      best_weight = weight;
    }
  }
  return best;
}

bool is_host(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~%!$&'()*+,;=:[]").find(c) != std::string_view::npos;
  });
}

bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view one = trimmed(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == tag) return true;
  }
  return false;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return status < 400 ? "OK" : "Error";
  }
}

}  // namespace caveat::server
