// Door: the one place where the generated parser runs. Tokens of one declaration in, its Tree or the first mistake out.
//
// Promises   SLL prediction only; stops at the first mistake; nothing is thrown out of it
// Threads    calls may run together
// Cost       linear in the tokens
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/syntax/tree.h"

namespace caveat::syntax {

struct Mistake {
  std::size_t token = 0;      // index in the stretch; its length: the declaration's end
  std::vector<int> expected;  // token types
  std::vector<int> rules;     // innermost first
};

// Whether the grammar takes this token for a name where it knows by place that one is meant.
bool may_be_name(int token);

class Door {
 public:
  Door();
  ~Door();
  // True: `tree` is filled. False: `mistake` is.
  bool read(const Token* tokens, std::size_t count, SourceId source, Tree& tree, Mistake& mistake);

  // For tests: how often prediction needed more than SLL, or found two readings, in this process.
  static std::size_t surprises();
  void watch_predictions();

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace caveat::syntax
