// Cell: one fact of one turn as the evaluator reads it: a key that compares exactly with every constant of the program.
#pragma once

#include <cstdint>

namespace caveat::program {

enum class CellState : std::uint8_t { absent, unknown, known };  // absent: no such part in the turn (semantics.md 9)

struct Cell {
  std::int64_t key = 0;              // keys.h; of a list: a bit for each symbol below 64 that is in it
  std::uint32_t extra = 0xffffffff;  // Request::Extra: the exact value and where it comes from, or one of `In`
  std::uint8_t state = 0;            // CellState
  std::uint8_t cause = 0;            // decide::Cause, of an unknown one
  std::uint8_t inferred = 0;
  std::uint8_t spelling = 0;  // In::symbol: which of its names
  // What stands in `extra` where nobody in particular stated the value, at no time in particular: that the key says all, or, from
  // kSymbols on, where the request has the symbols of a list; and, kNothing, where the turn does not carry it.
  enum In : std::uint32_t { kSymbols = 0x80000000, kKey = 0xfffffffc, kDoubledKey, kSymbol, kNothing };
  bool is_plain() const { return extra >= kSymbols && extra < kNothing; }
  std::uint64_t mask() const { return static_cast<std::uint64_t>(key); }
};
static_assert(sizeof(Cell) == 16);  // four to a cache line: a decision reads a line a few facts

}  // namespace caveat::program
