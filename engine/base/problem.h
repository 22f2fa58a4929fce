// Problem: what is wrong with what a caller sent, all items at once (RFC 9457 `errors`).
// Made by wire and bind, shown by the command line and by HTTP.
//
//   return Problem{codes::kWrongType, {{.path = "/customer/age", .expected = "integer 0..150", .found = "\"old\""}}};
//
// Source     RFC 9457; paths are JSON pointers, RFC 6901
#pragma once

#include <string>
#include <vector>

#include "engine/base/code.h"

namespace caveat {

struct ProblemItem {
  std::string path;      // JSON pointer, "" is the whole body
  std::string expected;  // in words a bot developer reads
  std::string found;     // the value as sent, shortened; never a secret
  std::string nearest;   // the nearest known name, or empty
  std::string hint;      // how to mend it
};

struct Problem {
  const Code* code = nullptr;  // of the first and gravest item
  std::vector<ProblemItem> items;
};

}  // namespace caveat
