// Shapes: the generated lexer, driven over stand-ins, and no token object made of what it finds.
//
//   Shapes shapes(stand_ins(bytes).shown);
//   for (Shape shape; shapes.next(shape);) …
//
// Promises   every sign belongs to a shape or is a blank; nothing is thrown: what fits no other rule is a STRAY
// Threads    calls of different Shapes may run together
// Lifetime   `shown` must outlive it
// Cost       linear in the signs; a sign that was met in the same state before costs no look-up in the library's automaton
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace caveat::syntax {

struct Shape {
  int type = 0;                      // a token of the grammar
  std::uint32_t begin = 0, end = 0;  // code points
};

class Shapes {
 public:
  explicit Shapes(std::string_view shown);
  ~Shapes();
  bool next(Shape& shape);          // false: there is no more
  void go_on_at(std::size_t sign);  // behind what was read otherwise: a pattern

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace caveat::syntax
