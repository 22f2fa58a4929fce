#include "engine/program/index.h"

#include <algorithm>
#include <map>

#include "engine/program/keys.h"
#include "engine/program/program.h"

namespace caveat::program {

bool Index::set_has(const Test& test, std::int64_t key) const {
  const auto first = keys_.begin() + test.keys.first;
  return std::binary_search(first, first + test.keys.count, key);
}

bool Index::holds(const Test& test, std::int64_t key) const {
  switch (test.kind) {
    case Kind::range:
      return test.low <= key && key <= test.high;
    case Kind::mask:
      return key >= 0 && key < 64 && (static_cast<std::uint64_t>(test.low) >> key & 1) != 0;
    case Kind::set:
      return set_has(test, key);
    default:
      return true;
  }
}

bool Index::pair_fails(const Test& test, const Cell& cell, const Frames& frames) const {
  const Cell* cells = frames.cells[test.other_frame];
  if (!cells) return !test.negated;
  const Cell& other = cells[test.other_cell];
  if (other.state != static_cast<std::uint8_t>(CellState::known)) {
    return other.state == static_cast<std::uint8_t>(CellState::absent) && !test.negated;
  }
  const std::int64_t x = cell.key, y = other.key;
  if (x == y && !exact_key(x, test.doubled)) return false;  // the keys cannot tell
  const bool result = test.kind == Kind::less ? x < y : test.kind == Kind::at_most ? x <= y : x == y;
  return result == test.negated;
}

void Index::narrow(const Block& block, const Frames& frames, std::uint64_t* live) const {
  const std::uint32_t words = block.words;
  for (std::uint32_t word = 0; word < words; ++word) live[word] = ~std::uint64_t{0};
  if (block.rules % 64 != 0) live[words - 1] = (std::uint64_t{1} << block.rules % 64) - 1;
  const auto keep = [&](const std::uint64_t* row) {
    for (std::uint32_t word = 0; word < words; ++word) live[word] &= row[word];
  };
  for (std::uint32_t i = 0; i < block.column_count; ++i) {
    const Column& column = columns_[block.columns + i];
    const std::uint64_t* rows = bits_.data() + column.rows;
    if (column.kind == Column::Kind::pair) {
      if (fails(tests_[column.test], frames)) keep(rows);
      continue;
    }
    const Cell* cells = frames.cells[column.frame];
    const Cell* cell = cells ? &cells[column.cell] : nullptr;
    if (cell && cell->state == static_cast<std::uint8_t>(CellState::unknown)) continue;
    const bool absent = !cell || cell->state == static_cast<std::uint8_t>(CellState::absent);
    if (column.kind == Column::Kind::number) {
      if (absent) {
        keep(bits_.data() + column.none);
        continue;
      }
      const std::int64_t* base = starts_.data() + column.starts;
      std::uint32_t at = 0;
      for (std::uint32_t left = column.classes; left > 1;) {  // without branches
        const std::uint32_t half = left / 2;
        at += base[at + half] <= cell->key ? half : 0;
        left -= half;
      }
      keep(rows + static_cast<std::size_t>(at) * words);
      continue;
    }
    std::array<std::uint64_t, kBlockRules / 64> some;
    const std::uint64_t* none = bits_.data() + column.none;
    for (std::uint32_t word = 0; word < words; ++word) some[word] = none[word];
    for (std::uint64_t left = absent ? 0 : cell->mask(); left != 0; left &= left - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(left));
      const std::uint64_t *hit = rows + bit * words, *veto = rows + (64 + bit) * words;
      for (std::uint32_t word = 0; word < words; ++word) {
        some[word] |= hit[word];
        live[word] &= ~veto[word];
      }
    }
    keep(some.data());
  }
}

class Index::Builder {
 public:
  Builder(const Program& program, Index& index) : p_(program), index_(index) {}

  void run() {
    std::array<std::vector<std::uint32_t>, 4> shapes;
    for (std::uint32_t rule = 0; rule < p_.rules().size(); ++rule) {
      const RuleRow& row = p_.rules()[rule];
      const bool whole = row.flags & kAsAWhole;
      const bool product = !whole && ((row.flags & kReadsProduct) || (row.subjects & kOnRecommendation));
      const bool action = (row.flags & kReadsAction) || (row.subjects & kOnAction);
      shapes[shape(product, action)].push_back(rule);
    }
    for (std::size_t i = 0; i < shapes.size(); ++i) group(index_.groups_[i], shapes[i]);
  }

 private:
  struct Drafted {
    std::uint32_t rule;
    std::vector<Test> tests;
  };
  const Program& p_;
  Index& index_;

  // The members of the outermost `and` that are tests of keys, `and`s within it flattened.
  void collect(std::span<const Node> nodes, std::size_t at, std::vector<Test>& tests) {
    const Node& node = nodes[at];
    const auto code = static_cast<NodeCode>(node.code);
    if (code == NodeCode::all) {
      std::size_t child = at;
      for (std::uint16_t k = 0; k < node.count; ++k) {
        child = k == 0 ? at - 1 : nodes[child].begin - 1u;
        collect(nodes, child, tests);
      }
      return;
    }
    const bool negated = code == NodeCode::negate;
    if (auto test = leaf(negated ? nodes[at - 1] : node, negated)) tests.push_back(*test);
  }
  std::optional<Test> leaf(const Node& node, bool negated) {
    Test test;
    test.negated = negated;
    test.frame = node.frame;
    test.cell = node.cell;
    test.low = node.low;
    test.high = node.high;
    switch (static_cast<NodeCode>(node.code)) {
      case NodeCode::key_range:
        test.kind = Kind::range;
        return test;
      case NodeCode::key_mask:
        test.kind = Kind::mask;
        return test;
      case NodeCode::key_set: {
        test.kind = Kind::set;
        const auto keys = p_.rows<std::int64_t>(Section::keys, node.rows);
        test.keys = {static_cast<std::uint32_t>(index_.keys_.size()), node.rows.count};
        index_.keys_.insert(index_.keys_.end(), keys.begin(), keys.end());
        return test;
      }
      case NodeCode::key_less:
      case NodeCode::key_at_most:
      case NodeCode::key_equal:
        test.kind = static_cast<NodeCode>(node.code) == NodeCode::key_less      ? Kind::less
                    : static_cast<NodeCode>(node.code) == NodeCode::key_at_most ? Kind::at_most
                                                                                : Kind::equal;
        test.other_cell = node.other_cell;
        test.other_frame = static_cast<std::uint8_t>((node.flags / kOtherFrame) & 3u);
        test.doubled = p_.slots()[node.slot].key_doubled != 0;
        return test;
      case NodeCode::list_mask_any:
        test.kind = Kind::list_any;
        return test;
      case NodeCode::list_mask_all:
        test.kind = Kind::list_all;
        return test;
      default:
        return std::nullopt;
    }
  }

  using Place = std::pair<std::uint8_t, std::uint32_t>;  // frame, cell
  static bool names_one_symbol(const Test& test) {
    return test.kind == Kind::range && !test.negated && test.low == test.high && test.low >= 0;
  }

  void group(Group& group, const std::vector<std::uint32_t>& rules) {
    group.rules = static_cast<std::uint32_t>(rules.size());
    if (rules.empty()) return;
    std::map<Place, std::uint32_t> symbols;
    for (const SlotRow& slot : p_.slots()) {
      const auto type = static_cast<SlotType>(slot.type);
      if (slot.cell != kNone && (type == SlotType::choice || type == SlotType::scale))
        symbols[{slot.frame, slot.cell}] = slot.symbols.count;
    }
    std::vector<Drafted> drafted;
    std::map<Place, std::uint32_t> asked;
    for (std::uint32_t rule : rules) {
      Drafted& one = drafted.emplace_back();
      one.rule = rule;
      const std::span<const Node> nodes = p_.rows<Node>(Section::nodes, p_.rules()[rule].when);
      collect(nodes, nodes.size() - 1, one.tests);
      for (const Test& test : one.tests) {
        if (names_one_symbol(test) && symbols.contains({test.frame, test.cell})) ++asked[{test.frame, test.cell}];
      }
    }
    // The two facts that most rules ask for one symbol of.
    std::vector<std::pair<std::uint32_t, Place>> order;
    for (const auto& [place, count] : asked) order.emplace_back(count, place);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::size_t chosen = 0;
    for (const auto& [count, place] : order) {
      if (chosen == 2 || count < kScan || symbols[place] > 4096) break;
      group.scope[chosen++] = {true, place.first, place.second, symbols[place]};
    }
    if (chosen == 2 && std::uint64_t{group.scope[0].symbols + 1} * (group.scope[1].symbols + 1) > 1u << 20)
      group.scope[1] = {};

    const std::uint32_t width = group.scope[1].symbols + 1;
    std::map<std::uint32_t, std::vector<Drafted>> buckets;
    for (Drafted& one : drafted) {
      std::array<std::uint32_t, 2> at = {group.scope[0].symbols, group.scope[1].symbols};
      for (std::size_t i = 0; i < 2; ++i) {
        const Scope& scope = group.scope[i];
        if (!scope.used) continue;
        const auto found = std::find_if(one.tests.begin(), one.tests.end(), [&](const Test& test) {
          return names_one_symbol(test) && test.frame == scope.frame && test.cell == scope.cell &&
                 test.low < scope.symbols;
        });
        if (found == one.tests.end()) continue;
        at[i] = static_cast<std::uint32_t>(found->low);
        one.tests.erase(found);
      }
      buckets[at[0] * width + at[1]].push_back(std::move(one));
    }
    group.table = static_cast<std::uint32_t>(index_.table_.size());
    index_.table_.resize(index_.table_.size() + std::size_t{group.scope[0].symbols + 1} * width, kNone);
    for (auto& [at, members] : buckets) {
      index_.table_[group.table + at] = static_cast<std::uint32_t>(index_.buckets_.size());
      index_.buckets_.push_back(bucket(members));
    }
  }

  // How often a test is expected to hold: those that reject most are tried first.
  static int weight(const Test& test) {
    if (test.negated) return 8;
    switch (test.kind) {
      case Kind::range:
        return test.low == test.high ? 1 : 4;
      case Kind::mask:
        return 1 + std::popcount(static_cast<std::uint64_t>(test.low));
      case Kind::set:
        return 2;
      case Kind::list_any:
      case Kind::list_all:
        return 5;
      default:
        return 6;
    }
  }

  Bucket bucket(std::vector<Drafted>& members) {
    Bucket bucket;
    for (Drafted& one : members) {
      std::stable_sort(one.tests.begin(), one.tests.end(),
                       [](const Test& a, const Test& b) { return weight(a) < weight(b); });
    }
    if (members.size() <= kScan) {
      bucket.entries = static_cast<std::uint32_t>(index_.entries_.size());
      bucket.rules = static_cast<std::uint32_t>(members.size());
      for (const Drafted& one : members) entry(one);
      return bucket;
    }
    bucket.blocks = static_cast<std::uint32_t>(index_.blocks_.size());
    for (std::size_t first = 0; first < members.size(); first += kBlockRules) {
      const std::size_t last = std::min(members.size(), first + kBlockRules);
      const Block made = block(std::span(members).subspan(first, last - first));
      index_.blocks_.push_back(made);
      ++bucket.block_count;
    }
    return bucket;
  }

  void entry(const Drafted& one) {
    index_.entries_.push_back(
        {one.rule, static_cast<std::uint32_t>(index_.tests_.size()), static_cast<std::uint32_t>(one.tests.size())});
    index_.tests_.insert(index_.tests_.end(), one.tests.begin(), one.tests.end());
  }

  std::uint32_t row(std::uint32_t words, std::uint64_t fill) {
    const auto at = static_cast<std::uint32_t>(index_.bits_.size());
    index_.bits_.resize(index_.bits_.size() + words, fill);
    return at;
  }
  void clear(std::uint32_t row, std::size_t rule) { index_.bits_[row + rule / 64] &= ~(std::uint64_t{1} << rule % 64); }
  void set(std::uint32_t row, std::size_t rule) { index_.bits_[row + rule / 64] |= std::uint64_t{1} << rule % 64; }

  Block block(std::span<const Drafted> members) {
    Block block;
    block.entries = static_cast<std::uint32_t>(index_.entries_.size());
    block.rules = static_cast<std::uint32_t>(members.size());
    block.words = static_cast<std::uint32_t>((members.size() + 63) / 64);
    for (const Drafted& one : members) index_.entries_.push_back({one.rule, 0, 0});

    std::map<Place, std::vector<std::pair<std::size_t, const Test*>>> numbers, lists;
    std::map<std::tuple<Kind, bool, Place, Place>, std::vector<std::pair<std::size_t, const Test*>>> pairs;
    for (std::size_t rule = 0; rule < members.size(); ++rule) {
      for (const Test& test : members[rule].tests) {
        const Place place{test.frame, test.cell};
        switch (test.kind) {
          case Kind::range:
          case Kind::mask:
          case Kind::set:
            numbers[place].emplace_back(rule, &test);
            break;
          case Kind::list_any:
          case Kind::list_all:
            lists[place].emplace_back(rule, &test);
            break;
          default:
            pairs[{test.kind, test.negated, place, Place{test.other_frame, test.other_cell}}].emplace_back(rule, &test);
        }
      }
    }
    std::vector<std::pair<std::size_t, Column>> columns;  // how many rules a column concerns
    for (const auto& [place, tests] : numbers) columns.emplace_back(tests.size(), number(place, tests, block.words));
    for (const auto& [place, tests] : lists) columns.emplace_back(tests.size(), list(place, tests, block.words));
    for (const auto& [what, tests] : pairs) {
      Column column;
      column.kind = Column::Kind::pair;
      column.test = static_cast<std::uint32_t>(index_.tests_.size());
      index_.tests_.push_back(*tests.front().second);
      column.rows = row(block.words, ~std::uint64_t{0});
      for (const auto& [rule, test] : tests) clear(column.rows, rule);
      columns.emplace_back(tests.size(), column);
    }
    std::stable_sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    block.columns = static_cast<std::uint32_t>(index_.columns_.size());
    block.column_count = static_cast<std::uint32_t>(columns.size());
    for (const auto& [count, column] : columns) index_.columns_.push_back(column);
    return block;
  }

  Column number(Place place, const std::vector<std::pair<std::size_t, const Test*>>& tests, std::uint32_t words) {
    std::vector<std::int64_t> starts = {INT64_MIN};
    const auto cut = [&](std::int64_t low, std::int64_t high) {
      starts.push_back(low);
      if (high != INT64_MAX) starts.push_back(high + 1);
    };
    for (const auto& [rule, test] : tests) {
      if (test->kind == Kind::range) {
        if (test->low <= test->high) cut(test->low, test->high);
      } else if (test->kind == Kind::mask) {
        for (std::uint64_t left = static_cast<std::uint64_t>(test->low); left != 0; left &= left - 1) {
          cut(std::countr_zero(left), std::countr_zero(left));
        }
      } else {
        for (std::uint32_t i = 0; i < test->keys.count; ++i)
          cut(index_.keys_[test->keys.first + i], index_.keys_[test->keys.first + i]);
      }
    }
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
    Column column;
    column.frame = place.first;
    column.cell = place.second;
    column.starts = static_cast<std::uint32_t>(index_.starts_.size());
    column.classes = static_cast<std::uint32_t>(starts.size());
    index_.starts_.insert(index_.starts_.end(), starts.begin(), starts.end());
    column.none = row(words, ~std::uint64_t{0});
    column.rows = row(words * column.classes, ~std::uint64_t{0});
    for (const auto& [rule, test] : tests) {
      if (!test->negated) clear(column.none, rule);
      for (std::uint32_t at = 0; at < column.classes; ++at) {
        if (index_.holds(*test, starts[at]) == test->negated) clear(column.rows + at * words, rule);
      }
    }
    return column;
  }

  Column list(Place place, const std::vector<std::pair<std::size_t, const Test*>>& tests, std::uint32_t words) {
    Column column;
    column.kind = Column::Kind::list;
    column.frame = place.first;
    column.cell = place.second;
    column.none = row(words, ~std::uint64_t{0});
    column.rows = row(words * 128, 0);
    for (const auto& [rule, test] : tests) {
      const auto mask = static_cast<std::uint64_t>(test->low);
      const bool one = std::popcount(mask) == 1;
      if (!test->negated && (test->kind == Kind::list_any || one)) {
        // Several of them for one rule: the rows of the first hold it, the others are left to its program.
        const bool first = (index_.bits_[column.none + rule / 64] >> rule % 64 & 1) != 0;
        if (!first) continue;
        clear(column.none, rule);
        for (std::uint64_t left = mask; left != 0; left &= left - 1) {
          set(column.rows + static_cast<std::uint32_t>(std::countr_zero(left)) * words, rule);
        }
      } else if (test->negated && (test->kind == Kind::list_any || one)) {
        for (std::uint64_t left = mask; left != 0; left &= left - 1) {
          set(column.rows + (64 + static_cast<std::uint32_t>(std::countr_zero(left))) * words, rule);
        }
      }
    }
    return column;
  }
};

Index::Index(const Program& program) { Builder(program, *this).run(); }

}  // namespace caveat::program
