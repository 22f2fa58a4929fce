// Index: which rules are not certainly false for the facts at hand (evaluation.md). It drops a rule only if a known fact, or
// an absent part, makes one member of its outermost `and` false, or the words that it needs stand nowhere in a known text; an
// unknown fact drops nothing. A rule that is nothing but conditions on keys is settled: true if all of them are, unknown if
// what keeps it from that is unknown facts; each other one that is left goes to its own condition program.
// Lies in the image, made by passes/index.cc, asked by decide once for each product and action.
//
// How        rules are grouped by what they are judged for; in a group by the two facts that most of them test for one
//            symbol (scope); what is left of a scope is tried rule by rule, or, above kScan rules, by rows of bits: one row
//            for each class of values of a fact, all rows ANDed, then for each text one for each group of words found in it
// Promises   a rule that is not certainly false is found; a settled one is what it is said to be. The property tests aim at both
// Threads    const
// Lifetime   points into the image
// Cost       in the rules of the scopes at hand; no allocation
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/fetch_ahead.h"
#include "engine/program/cell.h"
#include "engine/program/index_rows.h"
#include "engine/program/keys.h"

namespace caveat::program {

class Index {
 public:
  // The texts at hand, searched when first asked for.
  class Texts {
   public:
    // Which groups of words stand in one, a bit each; empty: that cannot be told, and no rule is dropped by it. `test`: of a text
    // that is known.
    virtual std::span<const std::uint64_t> found(const TestRow& test) = 0;

   protected:
    ~Texts() = default;
  };
  struct Frames {
    std::array<const Cell*, 3> cells{};  // program::Frame; null: no such item at hand
    Texts* texts = nullptr;              // null: rules are not dropped by words
  };
  struct Rows {
    std::span<const ShapeRow> shapes;  // 4
    std::span<const std::uint32_t> buckets_at;
    std::span<const BucketRow> buckets;
    std::span<const EntryRow> entries;
    std::span<const TestRow> tests;
    std::span<const QuickRow> quick;
    std::span<const BlockRow> blocks;
    std::span<const ColumnRow> columns;
    std::span<const std::int64_t> starts;
    std::span<const std::uint64_t> bits;
    std::span<const std::int64_t> keys;      // of the conditions
    std::span<const std::uint32_t> indices;  // of the image
  };

  static constexpr std::size_t kFetchedBytes = 512;

  Index() = default;
  explicit Index(const Rows& rows) : rows_(rows) {}

  // What a rule may be judged for: the turn, each product, each action, each pair of them.
  static std::size_t shape(bool product, bool action) { return (product ? 1u : 0u) + (action ? 2u : 0u); }
  bool empty(std::size_t shape) const { return rows_.shapes.empty() || rows_.shapes[shape].rules == 0; }

  // What finding the rules that matter reads at most, in words of 64 bits: with every fact known, and with none.
  struct Cost {
    std::size_t words = 0, words_unknown = 0;
  };
  Cost cost() const;

  enum class Settled : std::uint8_t { no, yes, unknown };  // what its `when` is for certain; no: not told here
  // Calls `found(rule, settled)` for each rule of the shape that is not certainly false; in no order.
  template <class Found>
  void each(std::size_t shape, const Frames& frames, Found found) const;

  enum class Truth : std::uint8_t { no, yes, open, unsure };  // open: unknown; unsure: the keys cannot tell
  // What a test says of a key; the builder cuts classes with it.
  static bool holds(const TestRow& test, std::int64_t key, std::span<const std::int64_t> keys);
  static bool is_found(std::span<const std::uint64_t> found, std::uint64_t group) {
    return group / 64 < found.size() && (found[group / 64] >> group % 64 & 1) != 0;
  }

 private:
  Rows rows_;

  Truth ask(const TestRow& test, const Frames& frames) const {
    const auto kind = static_cast<TestKind>(test.kind);
    if (kind == TestKind::less || kind == TestKind::at_most || kind == TestKind::equal) return ask_pair(test, frames);
    const Cell* cells = frames.cells[test.frame];
    const bool negated = (test.flags & kNegated) != 0;
    if (!cells) return negated ? Truth::yes : Truth::no;
    const Cell& cell = cells[test.cell];
    if (cell.state != static_cast<std::uint8_t>(CellState::known)) {
      if (cell.state == static_cast<std::uint8_t>(CellState::unknown)) return Truth::open;
      return negated ? Truth::yes : Truth::no;
    }
    if (kind == TestKind::text) return ask_text(test, frames);
    bool result = false;
    switch (kind) {
      case TestKind::range:
        result = (test.low <= cell.key) & (cell.key <= test.high);
        break;
      case TestKind::list_any:
        result = (cell.mask() & static_cast<std::uint64_t>(test.low)) != 0;
        break;
      case TestKind::list_all:
        result = (cell.mask() & static_cast<std::uint64_t>(test.low)) == static_cast<std::uint64_t>(test.low);
        break;
      case TestKind::mask:
        result =
            static_cast<std::uint64_t>(cell.key) < 64 && (static_cast<std::uint64_t>(test.low) >> cell.key & 1) != 0;
        break;
      case TestKind::set:
        result = holds(test, cell.key, rows_.keys);
        break;
      default:
        break;
    }
    return result != negated ? Truth::yes : Truth::no;
  }
  // Whether what was found counts is for the rule's own program to say.
  Truth ask_text(const TestRow& test, const Frames& frames) const {
    const auto found = frames.texts ? frames.texts->found(test) : std::span<const std::uint64_t>{};
    if (found.empty()) return Truth::unsure;
    const std::uint32_t* group = rows_.indices.data() + test.low;
    for (const std::uint32_t* end = group + test.high; group != end; ++group)
      if (is_found(found, *group)) return Truth::unsure;
    return Truth::no;
  }
  Truth ask_pair(const TestRow& test, const Frames& frames) const {
    const Cell* cells = frames.cells[test.frame];
    const Cell* others = frames.cells[test.other_frame];
    const bool negated = (test.flags & kNegated) != 0;
    const auto state = [](const Cell* of, std::int64_t at) {
      return of ? static_cast<CellState>(of[at].state) : CellState::absent;
    };
    const CellState a = state(cells, test.cell), b = state(others, test.low);
    if (a == CellState::absent || b == CellState::absent) {
      if (!negated) return Truth::no;
      // True whatever an unknown one is: it keeps nothing open, and a rule settled here would name it as what is missing.
      return a == CellState::unknown || b == CellState::unknown ? Truth::unsure : Truth::yes;
    }
    if (a == CellState::unknown || b == CellState::unknown) return Truth::open;
    const std::int64_t x = cells[test.cell].key, y = others[test.low].key;
    if (x == y && !exact_key(x, (test.flags & kDoubled) != 0)) return Truth::unsure;
    const auto kind = static_cast<TestKind>(test.kind);
    const bool result = kind == TestKind::less ? x < y : kind == TestKind::at_most ? x <= y : x == y;
    return result != negated ? Truth::yes : Truth::no;
  }

  // Bits of a bucket's rules: `live` are not certainly false, `open` of them hang on an unknown fact, `unsure` on keys that cannot
  // tell.
  struct Tried {
    std::uint64_t live, open, unsure;
  };
  Tried try_all(const BucketRow& bucket, const Frames& frames) const {
    Tried out{bucket.rules < kTriedRules ? (std::uint64_t{1} << bucket.rules) - 1 : ~std::uint64_t{0}, 0, 0};
    std::uint64_t dead = 0;
    const auto key_of = [&](const QuickRow& test, std::int64_t& key) __attribute__((always_inline)) {
      const Cell* cells = frames.cells[test.frame];
      if (!cells || cells[test.cell].state != static_cast<std::uint8_t>(CellState::known)) [[unlikely]] {
        const bool unknown = cells && cells[test.cell].state == static_cast<std::uint8_t>(CellState::unknown);
        if (unknown)
          out.open |= std::uint64_t{1} << test.rule;
        else if ((test.code & kIfAbsent) == 0)
          dead |= std::uint64_t{1} << test.rule;
        return false;
      }
      key = cells[test.cell].key;
      return true;
    };
    const QuickRow* test = rows_.quick.data() + bucket.quick;
    std::int64_t key = 0;
    for (const QuickRow* end = test + bucket.order_count; test != end; ++test) {
      if (!key_of(*test, key)) continue;
      const unsigned order = static_cast<unsigned>(key >= test->operand) + static_cast<unsigned>(key > test->operand);
      dead |= std::uint64_t{(test->code >> order & 1u) ^ 1u} << test->rule;
    }
    for (const QuickRow* end = test + bucket.bits_count; test != end; ++test) {
      if (!key_of(*test, key)) continue;
      const auto bits = static_cast<std::uint64_t>(key);
      const std::uint64_t bit = bits < 64 ? std::uint64_t{1} << (bits & 63) : 0;
      const bool hit = ((test->code & kSymbolBit ? bit : bits) & static_cast<std::uint64_t>(test->operand)) != 0;
      dead |= std::uint64_t{hit == ((test->code & kIfAbsent) != 0)} << test->rule;
    }
    out.live &= ~dead;
    if (out.live == 0) return out;
    const TestRow* left = rows_.tests.data() + bucket.tests;
    for (const TestRow* end = left + bucket.test_count; left != end; ++left) {
      const std::uint64_t bit = std::uint64_t{1} << left->rule;
      if ((out.live & bit) == 0) continue;
      const Truth truth = ask(*left, frames);
      if (truth == Truth::no) out.live &= ~bit;
      if (truth == Truth::open) out.open |= bit;
      if (truth == Truth::unsure) out.unsure |= bit;
    }
    return out;
  }

  template <class Found>
  void scan(const BucketRow& bucket, const Frames& frames, bool scope_open, Found& found) const {
    const Tried tried = try_all(bucket, frames);
    const std::uint64_t sure = bucket.settles & ~tried.unsure;
    const std::uint64_t open = scope_open ? ~std::uint64_t{0} : tried.open;
    const EntryRow* entries = rows_.entries.data() + bucket.entries;
    for (std::uint64_t left = tried.live; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
      found(entries[bit].rule, settled((sure >> bit & 1) != 0, (open >> bit & 1) != 0));
    }
  }

  static Settled settled(bool sure, bool open) { return !sure ? Settled::no : open ? Settled::unknown : Settled::yes; }

  // Bits of the block's rules: `live` are not certainly false, `open` of them hang on an unknown fact, `unsure` on keys
  // that cannot tell.
  struct Narrowed {
    std::array<std::uint64_t, kBlockRules / 64> live, open, unsure;
  };
  void narrow(const BlockRow& block, const Frames& frames, Narrowed& out) const;
  void narrow_by_words(const ColumnRow& column, const Frames& frames, std::span<std::uint64_t> live) const;

  template <class Found>
  void visit(const BucketRow& bucket, const Frames& frames, bool scope_open, Found& found) const {
    if (bucket.rules > 0) scan(bucket, frames, scope_open, found);
    for (std::uint32_t i = 0; i < bucket.block_count; ++i) {
      const BlockRow& block = rows_.blocks[bucket.blocks + i];
      Narrowed narrowed;
      narrow(block, frames, narrowed);
      const EntryRow* entries = rows_.entries.data() + block.entries;
      const std::uint64_t* settles = rows_.bits.data() + block.settles;
      for (std::uint32_t word = 0; word < block.words; ++word) {
        const std::uint64_t sure = settles[word] & ~narrowed.unsure[word];
        const std::uint64_t open = scope_open ? ~std::uint64_t{0} : narrowed.open[word];
        for (std::uint64_t left = narrowed.live[word]; left != 0; left &= left - 1) {
          const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
          found(entries[word * 64 + bit].rule, settled((sure >> bit & 1) != 0, (open >> bit & 1) != 0));
        }
      }
    }
  }
};

template <class Found>
void Index::each(std::size_t shape, const Frames& frames, Found found) const {
  const ShapeRow& group = rows_.shapes[shape];
  if (group.rules == 0) return;
  // Of each scope: its symbol and "does not ask"; all of them while the fact is unknown, and then nothing is settled by it.
  struct Visit {
    std::uint32_t first = 0, last = 0, any = 0;
    bool open = false;
  };
  std::array<Visit, 2> visits;
  for (std::size_t i = 0; i < 2; ++i) {
    const ScopeRow& scope = group.scope[i];
    Visit& visit = visits[i];
    visit.first = visit.last = visit.any = scope.symbols;  // none but "does not ask"
    if (!scope.used) continue;
    const Cell* cells = frames.cells[scope.frame];
    if (!cells) continue;
    const Cell& cell = cells[scope.cell];
    if (cell.state == static_cast<std::uint8_t>(CellState::unknown)) {
      visit.first = 0;
      visit.open = true;
    } else if (cell.state == static_cast<std::uint8_t>(CellState::known) &&
               static_cast<std::uint64_t>(cell.key) < scope.symbols) {
      visit.first = static_cast<std::uint32_t>(cell.key);
      visit.last = visit.first + 1;
    }
  }
  const std::uint32_t width = group.scope[1].symbols + 1;
  const std::uint32_t* table = rows_.buckets_at.data() + group.table;
  // The narrowest scope is one of hundreds and seldom in the cache: it comes while the others are gone through. As much of it,
  // whatever its size: a loop that ends elsewhere each time would cost what it saves.
  if (visits[0].first < visits[0].last && visits[1].first < visits[1].last) {
    const std::uint32_t narrowest = table[visits[0].first * width + visits[1].first];
    if (narrowest != kNone) {
      const BucketRow& bucket = rows_.buckets[narrowest];
      fetch_ahead(rows_.quick.data() + bucket.quick, kFetchedBytes);
      fetch_ahead(rows_.tests.data() + bucket.tests);
      fetch_ahead(rows_.entries.data() + bucket.entries);
    }
  }
  const auto row = [&](std::uint32_t a, bool open) {
    const std::uint32_t* buckets = table + a * width;
    if (buckets[visits[1].any] != kNone) visit(rows_.buckets[buckets[visits[1].any]], frames, open, found);
    for (std::uint32_t b = visits[1].first; b < visits[1].last; ++b) {
      if (buckets[b] != kNone) visit(rows_.buckets[buckets[b]], frames, open || visits[1].open, found);
    }
  };
  row(visits[0].any, false);
  for (std::uint32_t a = visits[0].first; a < visits[0].last; ++a) row(a, visits[0].open);
}

}  // namespace caveat::program
