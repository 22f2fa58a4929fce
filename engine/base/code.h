// Code: one stable lower_snake name for one thing that can be wrong.
// Each area keeps one table of them (`codes.h` of its room); the wording lives beside the constant and every code is
// raised, whole text and all, by a case in tests/conformance/messages/, or messages_test.py beside it says why none can.
//
// Promises   a name is never re-used for another meaning
// Lifetime   codes are constants; everything refers to them by pointer
#pragma once

#include <string_view>

namespace caveat {

struct Code {
  std::string_view name;  // "wrong_type"
  std::string_view en;    // one sentence, {0} {1} … are filled by `fill`
  std::string_view zh;
  int http_status = 422;   // of a Problem; unused by diagnostics
  int exit_code = 3;       // of the command line, commands.md
  bool retryable = false;  // may the very same thing be sent again
};

}  // namespace caveat
