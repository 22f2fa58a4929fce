// Index: which rules are not certainly false for the facts at hand (evaluation.md). It only ever drops a rule for which a
// known fact, or an absent part, makes one member of its outermost `and` false; an unknown fact drops nothing. Each rule that
// it leaves is settled by its own condition program, so a wrong index may cost time, never a verdict, except by dropping
// what is not certainly false: the property tests aim there.
// Made when a program is opened, asked by decide once for each product and action.
//
// How        rules are grouped by what they are judged for; in a group by the two facts that most of them test for one
//            symbol (scope); what is left of a scope is tried rule by rule, or, above kScan rules, by rows of bits: one row
//            for each class of values of a fact, all rows ANDed
// Threads    const once built
// Cost       in the rules of the scopes at hand; no allocation
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/program/cell.h"
#include "engine/program/rows.h"

namespace caveat::program {

class Program;

class Index {
 public:
  static constexpr std::size_t kScan = 24;         // rules of a scope that are tried one by one
  static constexpr std::size_t kBlockRules = 512;  // rules of a block of bits

  struct Frames {
    std::array<const Cell*, 3> cells{};  // program::Frame; null: no such item at hand
  };

  Index() = default;
  explicit Index(const Program& program);

  // What a rule may be judged for: the turn, each product, each action, each pair of them.
  static std::size_t shape(bool product, bool action) { return (product ? 1u : 0u) + (action ? 2u : 0u); }
  bool empty(std::size_t shape) const { return groups_[shape].rules == 0; }

  // Calls `found(rule)` for each rule of the shape that is not certainly false; in no order.
  template <class Found>
  void each(std::size_t shape, const Frames& frames, Found found) const;

 private:
  enum class Kind : std::uint8_t { range, mask, set, less, at_most, equal, list_any, list_all };
  struct Test {
    Kind kind = Kind::range;
    std::uint8_t frame = 0, other_frame = 0;
    bool negated = false, doubled = false;
    std::uint32_t cell = 0, other_cell = 0;
    std::int64_t low = 0, high = 0;
    Range keys;  // of set
  };
  struct Entry {
    std::uint32_t rule = 0;
    std::uint32_t first = 0, count = 0;  // tests_
  };
  struct Column {
    enum class Kind : std::uint8_t { number, list, pair } kind = Kind::number;
    std::uint8_t frame = 0;
    std::uint32_t cell = 0;
    std::uint32_t starts = 0, classes = 0;  // starts_: the least key of each class
    std::uint32_t rows = 0;                 // bits_: `classes` rows; of list: 64 rows, 64 vetoes
    std::uint32_t none = 0;  // bits_: number: the row of an absent part; list: rules that ask nothing of it
    std::uint32_t test = 0;  // of pair: tests_
  };
  struct Block {
    std::uint32_t entries = 0, rules = 0, words = 0;
    std::uint32_t columns = 0, column_count = 0;
  };
  struct Bucket {
    std::uint32_t entries = 0, rules = 0;  // entries_, tried one by one
    std::uint32_t blocks = 0, block_count = 0;
  };
  struct Scope {
    bool used = false;
    std::uint8_t frame = 0;
    std::uint32_t cell = 0;
    std::uint32_t symbols = 0;  // their number; the place after them is of the rules that do not ask
  };
  struct Group {
    std::uint32_t rules = 0;
    std::array<Scope, 2> scope;
    std::uint32_t table = 0;  // table_: (symbols + 1) × (symbols + 1) buckets
  };

  std::array<Group, 4> groups_;
  std::vector<std::uint32_t> table_;
  std::vector<Bucket> buckets_;
  std::vector<Entry> entries_;
  std::vector<Test> tests_;
  std::vector<Block> blocks_;
  std::vector<Column> columns_;
  std::vector<std::int64_t> starts_;
  std::vector<std::uint64_t> bits_;
  std::vector<std::int64_t> keys_;

  class Builder;
  bool set_has(const Test& test, std::int64_t key) const;
  bool holds(const Test& test, std::int64_t key) const;

  // Certainly false: the fact is known and says so, or its part is absent and the test is not negated.
  bool fails(const Test& test, const Frames& frames) const {
    const Cell* cells = frames.cells[test.frame];
    if (!cells) return !test.negated;
    const Cell& cell = cells[test.cell];
    if (cell.state != static_cast<std::uint8_t>(CellState::known)) {
      return cell.state == static_cast<std::uint8_t>(CellState::absent) && !test.negated;
    }
    switch (test.kind) {
      case Kind::range:
        return (test.low <= cell.key && cell.key <= test.high) == test.negated;
      case Kind::list_any:
        return ((cell.mask() & static_cast<std::uint64_t>(test.low)) != 0) == test.negated;
      case Kind::list_all:
        return ((cell.mask() & static_cast<std::uint64_t>(test.low)) == static_cast<std::uint64_t>(test.low)) ==
               test.negated;
      case Kind::mask:
      case Kind::set:
        return holds(test, cell.key) == test.negated;
      default:
        return pair_fails(test, cell, frames);
    }
  }
  bool pair_fails(const Test& test, const Cell& cell, const Frames& frames) const;

  template <class Found>
  void scan(const Bucket& bucket, const Frames& frames, Found& found) const {
    const Entry* entry = entries_.data() + bucket.entries;
    for (const Entry* end = entry + bucket.rules; entry != end; ++entry) {
      const Test* test = tests_.data() + entry->first;
      const Test* last = test + entry->count;
      while (test != last && !fails(*test, frames)) ++test;
      if (test == last) found(entry->rule);
    }
  }
  void narrow(const Block& block, const Frames& frames, std::uint64_t* live) const;

  template <class Found>
  void visit(const Bucket& bucket, const Frames& frames, Found& found) const {
    if (bucket.rules > 0) scan(bucket, frames, found);
    for (std::uint32_t i = 0; i < bucket.block_count; ++i) {
      const Block& block = blocks_[bucket.blocks + i];
      std::array<std::uint64_t, kBlockRules / 64> live;
      narrow(block, frames, live.data());
      for (std::uint32_t word = 0; word < block.words; ++word) {
        for (std::uint64_t left = live[word]; left != 0; left &= left - 1) {
          found(entries_[block.entries + word * 64 + static_cast<std::uint32_t>(std::countr_zero(left))].rule);
        }
      }
    }
  }
};

template <class Found>
void Index::each(std::size_t shape, const Frames& frames, Found found) const {
  const Group& group = groups_[shape];
  if (group.rules == 0) return;
  // Of each scope: its symbol and "does not ask"; all of them while the fact is unknown.
  struct Visit {
    std::uint32_t first = 0, last = 0, any = 0;
  };
  std::array<Visit, 2> visits;
  for (std::size_t i = 0; i < 2; ++i) {
    const Scope& scope = group.scope[i];
    visits[i].any = scope.symbols;
    visits[i].first = visits[i].last = scope.symbols;  // none but "does not ask"
    if (!scope.used) continue;
    const Cell* cells = frames.cells[scope.frame];
    if (!cells) continue;
    const Cell& cell = cells[scope.cell];
    if (cell.state == static_cast<std::uint8_t>(CellState::unknown)) {
      visits[i].first = 0;
    } else if (cell.state == static_cast<std::uint8_t>(CellState::known) && cell.key >= 0 &&
               cell.key < static_cast<std::int64_t>(scope.symbols)) {
      visits[i].first = static_cast<std::uint32_t>(cell.key);
      visits[i].last = visits[i].first + 1;
    }
  }
  const std::uint32_t width = group.scope[1].symbols + 1;
  const auto row = [&](std::uint32_t a) {
    const std::uint32_t* buckets = table_.data() + group.table + a * width;
    for (std::uint32_t b = visits[1].first; b < visits[1].last; ++b) {
      if (buckets[b] != kNone) visit(buckets_[buckets[b]], frames, found);
    }
    if (buckets[visits[1].any] != kNone) visit(buckets_[buckets[visits[1].any]], frames, found);
  };
  for (std::uint32_t a = visits[0].first; a < visits[0].last; ++a) row(a);
  row(visits[0].any);
}

}  // namespace caveat::program
