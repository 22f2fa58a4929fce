#include "adapters/server/response_head.h"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace caveat::server {

namespace {

const std::string& http_date() {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t last = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != last) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[parts.tm_wday], parts.tm_mday,
                  kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    text = buffer;
    last = now;
  }
  return text;
}

}  // namespace

void append_head(std::string& out, const Response& response, bool keep, Length length, bool before_1_1) {
  char digits[24];
  out += "HTTP/1.1 ";
  out.append(digits, std::to_chars(digits, digits + sizeof digits, response.status).ptr);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\nDate: ";
  out += http_date();
  const auto line = [&](std::string_view name, std::string_view value) {
    out += "\r\n";
    out += name;
    out += ": ";
    out += value;
  };
  if (!response.content_type.empty()) line("Content-Type", response.content_type);
  if (length == Length::chunked)
    line("Transfer-Encoding", "chunked");
  else if (length == Length::known && response.status != 304)
    line("Content-Length",
         {digits, std::to_chars(digits, digits + sizeof digits,
                                response.stored.size > 0 ? response.stored.size : std::uint64_t{response.body.size()})
                      .ptr});
  for (const auto& [name, value] : response.headers) line(name, value);
  if (!keep)
    line("Connection", "close");
  else if (before_1_1)  // else it waits for the end (RFC 9112, 9.3)
    line("Connection", "keep-alive");
  out += "\r\n\r\n";
}

}  // namespace caveat::server
