#include "engine/program/index.h"

#include <algorithm>
#include <vector>

// Where the machine has it, the rows are ANDed 256 bits at a time; the loader picks. Sanitizers run before it could.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CAVEAT_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define CAVEAT_WIDE
#endif

namespace caveat::program {

bool Index::holds(const TestRow& test, std::int64_t key, std::span<const std::int64_t> keys) {
  switch (static_cast<TestKind>(test.kind)) {
    case TestKind::range:
      return test.low <= key && key <= test.high;
    case TestKind::mask:
      return key >= 0 && key < 64 && (static_cast<std::uint64_t>(test.low) >> key & 1) != 0;
    case TestKind::set: {
      const std::int64_t* first = keys.data() + test.low;
      return std::binary_search(first, first + test.high, key);
    }
    default:
      return true;
  }
}

namespace {

using Word = std::uint64_t;

template <unsigned kWords>
inline void keep(Word* live, const Word* row) {
  for (unsigned i = 0; i < kWords; ++i) live[i] &= row[i];
}
template <unsigned kWords>
inline void drop(Word* live, const Word* row) {
  for (unsigned i = 0; i < kWords; ++i) live[i] &= ~row[i];
}
template <unsigned kWords>
inline void add(Word* open, const Word* row) {
  for (unsigned i = 0; i < kWords; ++i) open[i] |= row[i];
}

struct Columns {
  const ColumnRow* first;
  std::uint32_t count;
  const std::int64_t* starts;
  const Word* bits;
  std::array<const Cell*, 3> cells;
};

// Every column but the pairs, which the caller asks.
template <unsigned kWords>
inline __attribute__((always_inline)) void and_columns(const Columns& columns, Word* live, Word* open) {
  for (std::uint32_t i = 0; i < columns.count; ++i) {
    if (kWords == 1 && live[0] == 0) return;  // of a few rules none is often left long before the last column
    const ColumnRow& column = columns.first[i];
    const Word* rows = columns.bits + column.rows;
    const Cell* cells = columns.cells[column.frame];
    const Cell* cell = cells ? &cells[column.cell] : nullptr;
    if (cell && cell->state == static_cast<std::uint8_t>(CellState::unknown)) {
      add<kWords>(open, columns.bits + column.asked);
      continue;
    }
    if (!cell || cell->state == static_cast<std::uint8_t>(CellState::absent)) {
      keep<kWords>(live, columns.bits + column.none);
      continue;
    }
    if (column.kind == static_cast<std::uint32_t>(ColumnKind::number)) {
      const std::int64_t* base = columns.starts + column.starts;
      const std::int64_t key = cell->key;
      std::uint32_t at = 0;
      for (std::uint32_t left = column.classes; left > 1;) {  // without branches
        const std::uint32_t half = left / 2;
        at += base[at + half] <= key ? half : 0;
        left -= half;
      }
      keep<kWords>(live, rows + std::size_t{at} * kWords);
      continue;
    }
    Word some[kWords];
    const Word* none = columns.bits + column.none;
    for (unsigned word = 0; word < kWords; ++word) some[word] = none[word];
    const Word rows_of = column.classes < 64 ? (Word{1} << column.classes) - 1 : ~Word{0};
    for (Word left = cell->mask() & rows_of; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(left));
      add<kWords>(some, rows + bit * kWords);
      drop<kWords>(live, rows + (column.classes + bit) * kWords);
    }
    keep<kWords>(live, some);
  }
}

CAVEAT_WIDE void and_8(const Columns& columns, Word* live, Word* open) { and_columns<8>(columns, live, open); }
CAVEAT_WIDE void and_4(const Columns& columns, Word* live, Word* open) { and_columns<4>(columns, live, open); }

}  // namespace

void Index::narrow(const BlockRow& block, const Frames& frames, Narrowed& out) const {
  const std::uint32_t words = block.words;
  Word* live = out.live.data();
  Word* open = out.open.data();
  for (std::uint32_t word = 0; word < words; ++word) {
    const std::uint32_t before = word * 64;
    live[word] = block.rules >= before + 64 ? ~Word{0}
                 : block.rules <= before    ? 0
                                            : (Word{1} << (block.rules - before)) - 1;
    open[word] = 0;
    out.unsure[word] = 0;
  }
  // Pairs stand last.
  std::uint32_t numbers = block.column_count;
  const ColumnRow* columns = rows_.columns.data() + block.columns;
  while (numbers > 0 && columns[numbers - 1].kind == static_cast<std::uint32_t>(ColumnKind::pair)) {
    const ColumnRow& column = columns[--numbers];
    const Truth truth = ask(rows_.tests[column.test], frames);
    const Word* asked = rows_.bits.data() + column.asked;
    for (std::uint32_t word = 0; word < words; ++word) {
      if (truth == Truth::no) live[word] &= ~asked[word];
      if (truth == Truth::open) open[word] |= asked[word];
      if (truth == Truth::unsure) out.unsure[word] |= asked[word];
    }
  }
  const Columns all{columns, numbers, rows_.starts.data(), rows_.bits.data(), frames.cells};
  switch (words) {
    case 1:
      return and_columns<1>(all, live, open);
    case 2:
      return and_columns<2>(all, live, open);
    case 4:
      return and_4(all, live, open);
    default:
      return and_8(all, live, open);
  }
}

Index::Cost Index::cost() const {
  Cost cost;
  const auto words = [&](const BucketRow& bucket) {
    std::size_t sum = 0;
    for (std::uint32_t i = 0; i < bucket.rules; ++i) sum += rows_.entries[bucket.entries + i].count;
    for (std::uint32_t i = 0; i < bucket.block_count; ++i) {
      const BlockRow& block = rows_.blocks[bucket.blocks + i];
      sum += std::size_t{block.column_count} * block.words;
    }
    return sum;
  };
  for (const ShapeRow& group : rows_.shapes) {
    if (group.rules == 0) continue;
    const std::size_t rows = group.scope[0].symbols + 1, width = group.scope[1].symbols + 1;
    std::vector<std::size_t> cells(rows * width);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::uint32_t bucket = rows_.buckets_at[group.table + i];
      if (bucket != kNone) cells[i] = words(rows_.buckets[bucket]);
      cost.words_unknown += cells[i];
    }
    // One symbol of each scope is at hand, beside the rules that do not ask.
    const std::size_t any = width - 1;
    std::size_t most = 0;
    for (std::size_t a = 0; a < rows; ++a) {
      for (std::size_t b = 0; b < width; ++b) {
        std::size_t sum = cells[a * width + b];
        if (b != any) sum += cells[a * width + any];
        if (a + 1 != rows) sum += cells[(rows - 1) * width + b] + (b != any ? cells[(rows - 1) * width + any] : 0);
        most = std::max(most, sum);
      }
    }
    cost.words += most;
  }
  return cost;
}

}  // namespace caveat::program
