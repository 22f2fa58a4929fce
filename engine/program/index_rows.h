// Rows of the index as they lie in a program image; read in place by Index, written by passes/index.cc.
//
// Promises   no pointers, no padding; every index is checked once, when the image is opened
#pragma once

#include <cstdint>

#include "engine/program/rows.h"

namespace caveat::program {

inline constexpr std::size_t kBlockRules = 512;  // rules of a block of bits, at most

enum class TestKind : std::uint8_t { range, mask, set, less, at_most, equal, list_any, list_all, text };
enum TestFlag : std::uint8_t {
  kNegated = 1,
  kDoubled = 2,  // of pairs: keys that are equal may stand for values that are not
  kClaimed = 4   // of texts: one that is assent says nothing (text_gate.h)
};
struct TestRow {  // one condition on one fact, or on two of one key space
  std::uint8_t kind = 0;
  std::uint8_t frame = 0, other_frame = 0;
  std::uint8_t flags = 0;
  std::uint32_t cell = 0;
  // range, mask, list: as in Node; set: the first of `keys` and how many; pair: the other cell; text: the first of its groups of
  // words in `indices` and how many
  std::int64_t low = 0, high = 0;
  std::uint32_t rule = 0;  // of the bucket, where its rules are tried one by one
  std::uint32_t slot = 0;  // of a text
};

// A test that is answered without a branch; four to a cache line. Of a number: which orders to `operand` hold; of a symbol or a
// list: whether one of the bits of `operand` is there.
enum QuickCode : std::uint8_t {
  kLess = 1,
  kEqual = 2,
  kGreater = 4,
  kSymbolBit = 8,  // the key is the bit's number, not the bits
  kIfAbsent = 16   // a negated one: true of a fact that is absent
};
struct QuickRow {
  std::int64_t operand = 0;
  std::uint32_t cell = 0;
  std::uint8_t frame = 0;
  std::uint8_t rule = 0;  // of the bucket
  std::uint8_t code = 0;  // QuickCode
  std::uint8_t unused = 0;
};

struct EntryRow {
  std::uint32_t rule = 0;
};

// A column is what the rules of a block ask of one fact (or of one pair): a row of bits, one a rule, for each class of its
// values. Offsets are words of `bits`.
enum class ColumnKind : std::uint32_t { number, list, text, pair };
inline constexpr std::uint32_t kGroupSymbols = 4, kGroupRows = 1 << kGroupSymbols;
struct ColumnRow {           // a cache line
  std::int64_t low = 0;      // number: the key that the first byte of `direct` is of
  std::uint32_t direct = 0;  // number: a byte a key, its class; the first and the last stand for what lies beyond
  std::uint32_t span = 0;    // bytes of it; 0: too far apart, the class is looked for in `starts`
  std::uint32_t kind = 0;
  std::uint32_t frame = 0;
  std::uint32_t cell = 0;
  std::uint32_t starts = 0;   // number: `classes` keys, the least of each class; text: as many groups, ascending
  std::uint32_t classes = 0;  // number: classes; list: groups of four symbols; text: groups of words
  std::uint32_t rows = 0;  // number: a row a class; list: a row for each set of a group's symbols; text: a row a group
  std::uint32_t vetoes = 0;  // list: as `rows`, of the rules that must not find one; kNone: no rule is such
  std::uint32_t none = 0;    // number: of an absent part; list, text: the rules that one without hits leaves
  std::uint32_t asked = 0;   // the rules that ask
  std::uint32_t test = 0;    // text, pair: a TestRow of it
  std::uint32_t unused[2] = {};
};
struct BlockRow {
  std::uint32_t entries = 0, rules = 0;
  std::uint32_t words = 0;    // 1, 2, 4 or 8
  std::uint32_t settles = 0;  // bits: the rules whose whole condition stands in the columns
  std::uint32_t columns = 0, column_count = 0;
};
inline constexpr std::uint32_t kTriedRules = 64;  // of a bucket whose rules are tried one by one, at most
struct BucketRow {
  std::uint64_t settles = 0;  // of those tried one by one, a bit each: the tests are the rule's whole condition
  std::uint32_t entries = 0, rules = 0;  // EntryRow, tried one by one
  std::uint32_t quick = 0, order_count = 0,
                bits_count = 0;               // QuickRow of all of them: of numbers, then of symbols and lists
  std::uint32_t tests = 0, test_count = 0;    // TestRow: what is left
  std::uint32_t blocks = 0, block_count = 0;  // or BlockRow
  std::uint32_t unused = 0;
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
