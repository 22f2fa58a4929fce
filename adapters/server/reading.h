// Reading: one request as the HTTP library finds its parts in the bytes of a connection.
//
//   Reading reading(header_bytes); reading.take(buffer); if (reading.is_header_done()) look_at(reading.head);
//
// Promises   names of headers in lower case; a head beyond `header_bytes` and a body beyond `most` are errors, and nothing of a body is
//            kept twice
// Source     RFC 9112
#pragma once

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/server/http.h"

namespace caveat::server {

namespace http = boost::beast::http;
using boost::system::error_code;

// Of what is not parsed yet. The library throws at a field beyond 64 KiB, in a head and behind the last chunk: none fits in here.
inline constexpr std::size_t kReadAhead = 64u << 10;

// One request as the library finds its parts: the head, then what of the body was read and not yet taken.
class Reading final : public http::basic_parser<true> {
 public:
  explicit Reading(std::size_t header_bytes) : left_(header_bytes) {
    header_limit(static_cast<std::uint32_t>(header_bytes));
    body_limit(boost::none);  // ours says more, see `most`
    constexpr std::size_t kUsualHeaders = 8;
    head.headers.reserve(kUsualHeaders);
  }
  Head head;
  bool before_1_1 = false;
  std::string body;
  std::size_t most = 0;  // of the body at a time; beyond: body_limit

  // What lies in the buffer already. need_more: there is less of it than is wanted.
  template <class Buffer>
  error_code take(Buffer& buffer) {
    error_code error;
    buffer.consume(put(buffer.data(), error));
    return error;
  }

 private:
  using Text = boost::beast::string_view;
  static std::string_view view(Text text) { return {text.data(), text.size()}; }

  // The library's limit is of what it has not yet taken apart; this one is of the head as a whole.
  void charge(std::size_t bytes, error_code& error) {
    if (bytes > left_) error = http::error::header_limit;
    left_ -= std::min(bytes, left_);
  }

  void on_request_impl(http::verb, Text method, Text target, int version, error_code& error) override {
    charge(method.size() + target.size(), error);
    head.method = view(method);
    head.target = view(target);
    before_1_1 = version < 11;
  }
  void on_field_impl(http::field, Text name, Text value, error_code& error) override {
    if (is_header_done()) return;      // behind the last chunk: too late to say anything
    constexpr std::size_t kSigns = 4;  // colon, blank and line end
    charge(name.size() + value.size() + kSigns, error);
    if (error) return;
    Header& header = head.headers.emplace_back(view(name), view(value));
    for (char& c : header.first)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text bytes, error_code& error) override {
    if (bytes.size() > most - std::min(most, body.size())) {
      error = http::error::body_limit;
      return 0;
    }
    body += view(bytes);
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code& error) override {
    return on_body_impl(bytes, error);
  }
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, Text, int, error_code&) override {}

  std::size_t left_;  // bytes that the head may still have
};

}  // namespace caveat::server
