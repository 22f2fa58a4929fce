// About: what a log says of itself once, when it is made: a signed note in its own table.
//
//   caveat log format 1 / origin … / suite intl / created 2026-11-25T21:00:00Z / sqlite 3.40.1
//
// Promises   its first line is never an origin, so it can never pass for a checkpoint
#pragma once

#include <string>
#include <string_view>

#include "audit/log/checkpoint.h"
#include "engine/base/result.h"
#include "engine/base/units.h"

namespace caveat::audit {

struct About {
  std::uint64_t format = 0;
  std::string origin;
  std::string suite;
  std::string created;  // RFC 3339
  std::string sqlite;   // the version that made it
};

std::string about_text(const About& about);
// Reads the text of the note without judging its signature. Problems `bad_note`, `log_format`.
Result<About> parse_about(std::string_view note);

}  // namespace caveat::audit
