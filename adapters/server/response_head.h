// ResponseHead: what stands before the body of a response, as RFC 9112 writes it.
//
// Threads    calls may run together
// Errors     none
#pragma once

#include <cstdint>
#include <string>

#include "adapters/server/http.h"

namespace caveat::server {

enum class Length : std::uint8_t { known, chunked, to_the_end };  // of the body

void append_head(std::string& out, const Response& response, bool keep, Length length, bool before_1_1);

}  // namespace caveat::server
