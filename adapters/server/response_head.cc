#include "adapters/server/response_head.h"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
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

// Every exchange has one: room for all of it is there first, and then its parts are only copied.
void append_head(std::string& out, const Response& response, bool keep, Length length, bool before_1_1) {
  constexpr std::size_t kFrame = 256, kSigns = 4;  // the lines that are no header of the response; around a header
  std::size_t most = kFrame + response.content_type.size();
  for (const auto& [name, value] : response.headers) most += name.size() + value.size() + kSigns;
  const std::size_t before = out.size();
  out.resize(before + most);
  char* at = out.data() + before;
  const auto put = [&at](std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    at += text.size();
  };
  const auto number = [&at](std::uint64_t value) { at = std::to_chars(at, at + 20, value).ptr; };
  const auto line = [&](std::string_view name, std::string_view value) {
    put("\r\n");
    put(name);
    put(": ");
    put(value);
  };
  put("HTTP/1.1 ");
  number(static_cast<std::uint64_t>(response.status));
  put(" ");
  put(reason_phrase(response.status));
  line("Date", http_date());
  if (!response.content_type.empty()) line("Content-Type", response.content_type);
  if (length == Length::chunked) {
    line("Transfer-Encoding", "chunked");
  } else if (length == Length::known && response.status != 304) {
    line("Content-Length", "");
    number(response.stored.size > 0 ? response.stored.size : std::uint64_t{response.body.size()});
  }
  for (const auto& [name, value] : response.headers) line(name, value);
  if (!keep)
    line("Connection", "close");
  else if (before_1_1)  // else it waits for the end (RFC 9112, 9.3)
    line("Connection", "keep-alive");
  put("\r\n\r\n");
  out.resize(static_cast<std::size_t>(at - out.data()));
}

}  // namespace caveat::server
