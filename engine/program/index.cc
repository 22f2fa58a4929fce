#include "engine/program/index.h"

#include <algorithm>
#include <cstring>
#include <vector>

// Where the machine has it, the rows are ANDed 256 or 512 bits at a time; the loader picks. Sanitizers run before it could.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CAVEAT_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
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

// A row as the machine's widest registers hold it.
typedef Word Row1 __attribute__((vector_size(8)));
typedef Word Row2 __attribute__((vector_size(16)));
typedef Word Row4 __attribute__((vector_size(32)));
typedef Word Row8 __attribute__((vector_size(64)));

struct Columns {
  const ColumnRow* first;
  std::uint32_t count;
  const std::int64_t* starts;
  const Word* bits;
  std::array<const Cell*, 3> cells;
};

// Every column but the pairs, which the caller asks.
template <class Bits>
inline __attribute__((always_inline)) void and_columns(const Columns& columns, Word* live_rules, Word* open_rules) {
  constexpr std::size_t kWords = sizeof(Bits) / sizeof(Word);
  Bits live, row;
  const auto read = [](Bits& into, const Word* from) __attribute__((always_inline)) {  // wherever they lie
    std::memcpy(&into, from, sizeof(into));
  };
  read(live, live_rules);
  const ColumnRow* const end = columns.first + columns.count;
  for (const ColumnRow* column = columns.first; column != end; ++column) {
    if (kWords == 1 && live[0] == 0) break;  // of a few rules none is often left long before the last column
    const Cell* cells = columns.cells[column->frame];
    const Cell* cell = cells ? &cells[column->cell] : nullptr;
    if (!cell || cell->state != static_cast<std::uint8_t>(CellState::known)) [[unlikely]] {
      const bool unknown = cell && cell->state == static_cast<std::uint8_t>(CellState::unknown);
      const Word* const of = columns.bits + (unknown ? column->asked : column->none);
      for (std::size_t word = 0; word < kWords; ++word) {
        if (unknown)
          open_rules[word] |= of[word];
        else
          live[word] &= of[word];
      }
      continue;
    }
    if (column->kind == static_cast<std::uint32_t>(ColumnKind::number)) {
      const std::int64_t key = cell->key;
      std::size_t at = 0;
      if (column->span > 0) {
        const std::int64_t within = std::clamp(key, column->low, column->low + (column->span - 1));
        at = reinterpret_cast<const std::uint8_t*>(columns.bits + column->direct)[within - column->low];
      } else {
        const std::int64_t* base = columns.starts + column->starts;
        for (std::uint32_t left = column->classes; left > 1;) {  // without branches
          const std::uint32_t half = left / 2;
          at += base[at + half] <= key ? half : 0;
          left -= half;
        }
      }
      read(row, columns.bits + column->rows + at * kWords);
      live &= row;
      continue;
    }
    Bits some;
    read(some, columns.bits + column->none);
    std::size_t group = 0;  // where its rows begin
    for (Word left = cell->mask(), groups = column->classes; groups > 0; --groups, left >>= kGroupSymbols) {
      const std::size_t at = group + left % kGroupRows * kWords;
      read(row, columns.bits + column->rows + at);
      some |= row;
      if (column->vetoes != kNone) {
        read(row, columns.bits + column->vetoes + at);
        live &= ~row;
      }
      group += kGroupRows * kWords;
    }
    live &= some;
  }
  std::memcpy(live_rules, &live, sizeof(live));
}

CAVEAT_WIDE void and_8(const Columns& columns, Word* live, Word* open) { and_columns<Row8>(columns, live, open); }
CAVEAT_WIDE void and_4(const Columns& columns, Word* live, Word* open) { and_columns<Row4>(columns, live, open); }

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
    if (truth == Truth::no) {
      for (std::uint32_t word = 0; word < words; ++word) live[word] &= ~asked[word];
    } else if (truth != Truth::yes) {
      Word* const which = truth == Truth::open ? open : out.unsure.data();
      for (std::uint32_t word = 0; word < words; ++word) which[word] |= asked[word];
    }
  }
  const std::uint32_t before_pairs = numbers;
  while (numbers > 0 && columns[numbers - 1].kind == static_cast<std::uint32_t>(ColumnKind::text)) --numbers;
  const Columns all{columns, numbers, rows_.starts.data(), rows_.bits.data(), frames.cells};
  switch (words) {
    case 1:
      and_columns<Row1>(all, live, open);
      break;
    case 2:
      and_columns<Row2>(all, live, open);
      break;
    case 4:
      and_4(all, live, open);
      break;
    default:
      and_8(all, live, open);
  }
  // A text is searched only where a rule is left that asks.
  for (std::uint32_t at = numbers; at < before_pairs; ++at)
    narrow_by_words(columns[at], frames, std::span(out.live).first(words));
}

void Index::narrow_by_words(const ColumnRow& column, const Frames& frames, std::span<std::uint64_t> live) const {
  const auto row = [&](std::uint32_t at) { return rows_.bits.subspan(at, live.size()); };
  const auto asked = row(column.asked), none = row(column.none);
  Word left = 0;
  for (std::size_t word = 0; word < live.size(); ++word) left |= live[word] & asked[word];
  if (left == 0) return;
  std::array<Word, kBlockRules / 64> some{};
  std::copy(none.begin(), none.end(), some.begin());
  const Cell* cells = frames.cells[column.frame];
  const CellState state = cells ? static_cast<CellState>(cells[column.cell].state) : CellState::absent;
  if (state == CellState::unknown) return;
  if (state == CellState::known) {
    const auto found = frames.texts ? frames.texts->found(rows_.tests[column.test]) : std::span<const Word>{};
    if (found.empty()) return;
    const auto groups = rows_.starts.subspan(column.starts, column.classes);
    const auto first = static_cast<std::size_t>(groups.front()), last = static_cast<std::size_t>(groups.back());
    for (std::size_t word = first / 64; word <= last / 64 && word < found.size(); ++word) {
      for (Word hits = found[word]; hits != 0; hits &= hits - 1) {
        const auto group = static_cast<std::int64_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(hits)));
        const auto at = std::lower_bound(groups.begin(), groups.end(), group);
        if (at == groups.end() || *at != group) continue;
        const auto hit = row(column.rows + static_cast<std::uint32_t>((at - groups.begin()) * live.size()));
        for (std::size_t one = 0; one < live.size(); ++one) some[one] |= hit[one];
      }
    }
  }
  for (std::size_t word = 0; word < live.size(); ++word) live[word] &= some[word];
}

Index::Cost Index::cost() const {
  Cost cost;
  const auto words = [&](const BucketRow& bucket) {
    std::size_t sum = std::size_t{bucket.order_count} + bucket.bits_count + bucket.test_count;
    const QuickRow* orders = rows_.quick.data() + bucket.quick;
    for (std::uint32_t k = 1; k < bucket.order_count; ++k) {  // a range is two, one behind the other
      const QuickRow &low = orders[k - 1], &high = orders[k];
      const bool range = low.code == (kEqual | kGreater) && high.code == (kLess | kEqual);
      if (range && low.rule == high.rule && low.frame == high.frame && low.cell == high.cell) --sum;
    }
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
