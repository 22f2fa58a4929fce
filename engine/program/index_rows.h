// Rows of the index as they lie in a program image; read in place by Index, written by passes/index.cc.
//
// Promises   no pointers, no padding; every index is checked once, when the image is opened
#pragma once

#include <cstdint>

#include "engine/program/rows.h"

namespace caveat::program {

inline constexpr std::size_t kBlockRules = 512;  // rules of a block of bits, at most

enum class TestKind : std::uint8_t { range, mask, set, less, at_most, equal, list_any, list_all };
enum TestFlag : std::uint8_t {
  kNegated = 1,
  kDoubled = 2  // of pairs: keys that are equal may stand for values that are not
};
struct TestRow {  // one condition on one fact, or on two of one key space
  std::uint8_t kind = 0;
  std::uint8_t frame = 0, other_frame = 0;
  std::uint8_t flags = 0;
  std::uint32_t cell = 0;
  std::int64_t low = 0;   // range, mask, list: as in Node; set: first of `keys`; pair: the other cell
  std::int64_t high = 0;  // set: how many keys
};

enum EntryFlag : std::uint32_t {
  kSettles = 1  // the tests are the rule's whole condition: what they say is what it is
};
struct EntryRow {
  std::uint32_t rule = 0;
  std::uint32_t first = 0, count = 0;  // TestRow, where rules are tried one by one
  std::uint32_t flags = 0;
};

// A column is what the rules of a block ask of one fact (or of one pair): a row of bits, one a rule, for each class of its
// values. Offsets are words of `bits`.
enum class ColumnKind : std::uint32_t { number, list, pair };
struct ColumnRow {
  std::uint32_t kind = 0;
  std::uint32_t frame = 0;
  std::uint32_t cell = 0;
  std::uint32_t starts = 0;   // number: `classes` keys, the least of each class
  std::uint32_t classes = 0;  // number: classes; list: symbols that have rows
  std::uint32_t rows = 0;     // number: a row a class; list: a row a symbol, then a veto a symbol
  std::uint32_t none = 0;     // number: of an absent part; list: the rules that a list without hits leaves
  std::uint32_t asked = 0;    // the rules that ask
  std::uint32_t test = 0;     // pair: TestRow
  std::uint32_t unused = 0;
};
struct BlockRow {
  std::uint32_t entries = 0, rules = 0;
  std::uint32_t words = 0;    // 1, 2, 4 or 8
  std::uint32_t settles = 0;  // bits: the rules whose whole condition stands in the columns
  std::uint32_t columns = 0, column_count = 0;
};
struct BucketRow {
  std::uint32_t entries = 0, rules = 0;       // EntryRow, tried one by one
  std::uint32_t tests = 0, test_count = 0;    // TestRow of all of them
  std::uint32_t blocks = 0, block_count = 0;  // or BlockRow
};
struct ScopeRow {
  std::uint32_t used = 0;
  std::uint32_t frame = 0, cell = 0;
  std::uint32_t symbols = 0;  // their number; the place after them is of the rules that do not ask
};
struct ShapeRow {
  std::uint32_t rules = 0;
  std::uint32_t table = 0;  // of `buckets_at`: (symbols + 1) × (symbols + 1) buckets, kNone: empty
  ScopeRow scope[2];
};

}  // namespace caveat::program
