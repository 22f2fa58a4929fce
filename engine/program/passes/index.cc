// The index of the rules (engine/program/index.h): which scope each rule lies in, and what of its condition can be asked
// before its own program runs. Only members of the outermost `and` are taken: each of them false makes the whole false.
#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "engine/program/index.h"
#include "engine/program/passes/draft.h"
#include "engine/program/text_gate.h"

namespace caveat::program {
namespace {

// Rules of a scope that are tried one by one: they lie together, which counts where the scope is one of hundreds. What a turn
// of any product comes by stays in the cache, and there rows of bits are ahead sooner.
constexpr std::size_t kScan = 24, kScanOften = 8;
constexpr std::size_t kMostSymbols = 4096;
constexpr std::uint64_t kMostBuckets = 1u << 20;
constexpr std::uint64_t kMostDirect = 1024;  // keys of a column that have their class in a table

class Indexer {
 public:
  explicit Indexer(Image& image) : image_(image) {}

  void run() {
    std::array<std::vector<std::uint32_t>, 4> shapes;
    for (std::uint32_t rule = 0; rule < image_.rules.size(); ++rule) {
      const RuleRow& row = image_.rules[rule];
      const bool whole = row.flags & kAsAWhole;
      const bool product = !whole && ((row.flags & kReadsProduct) || (row.subjects & kOnRecommendation));
      const bool action = (row.flags & kReadsAction) || (row.subjects & kOnAction);
      shapes[Index::shape(product, action)].push_back(rule);
    }
    for (const std::vector<std::uint32_t>& rules : shapes) image_.index_shapes.push_back(shape(rules));
  }

 private:
  struct Drafted {
    std::uint32_t rule = 0;
    bool settles = true;
    std::vector<TestRow> tests;
  };
  using Place = std::pair<std::uint8_t, std::uint32_t>;  // frame, cell
  using Asked = std::vector<std::pair<std::size_t, const TestRow*>>;
  Image& image_;

  // ---- what can be asked of a condition

  void collect(std::span<const Node> nodes, std::size_t at, Drafted& drafted) const {
    const Node& node = nodes[at];
    const auto code = static_cast<NodeCode>(node.code);
    if (code == NodeCode::all) {
      std::size_t child = at;
      for (std::uint16_t k = 0; k < node.count; ++k) {
        child = k == 0 ? at - 1 : nodes[child].begin - 1u;
        collect(nodes, child, drafted);
      }
      return;
    }
    const bool negated = code == NodeCode::negate;
    if (auto test = leaf(negated ? nodes[at - 1] : node, negated)) {
      drafted.tests.push_back(*test);
    } else if (code != NodeCode::always) {
      drafted.settles = false;
      if (const auto gate = text_gate(nodes, at, image_.indices))
        drafted.tests.push_back(test_of(*gate, image_.indices));
    }
  }
  std::optional<TestRow> leaf(const Node& node, bool negated) const {
    TestRow test;
    test.flags = negated ? kNegated : 0;
    test.frame = node.frame;
    test.cell = node.cell;
    test.low = node.low;
    test.high = node.high;
    const auto of = [&](TestKind kind) {
      test.kind = static_cast<std::uint8_t>(kind);
      return test;
    };
    const auto pair = [&](TestKind kind) {
      test.low = node.other_cell;
      test.high = 0;
      test.other_frame = static_cast<std::uint8_t>((node.flags / kOtherFrame) & 3u);
      if (image_.slots[node.slot].key_doubled != 0) test.flags |= kDoubled;
      return of(kind);
    };
    switch (static_cast<NodeCode>(node.code)) {
      case NodeCode::key_range:
        return of(TestKind::range);
      case NodeCode::key_mask:
        return of(TestKind::mask);
      case NodeCode::key_set:
        test.low = node.rows.first;
        test.high = node.rows.count;
        return of(TestKind::set);
      case NodeCode::key_less:
        return pair(TestKind::less);
      case NodeCode::key_at_most:
        return pair(TestKind::at_most);
      case NodeCode::key_equal:
        return pair(TestKind::equal);
      case NodeCode::list_mask_any:
        return of(TestKind::list_any);
      case NodeCode::list_mask_all:
        return of(TestKind::list_all);
      default:
        return std::nullopt;
    }
  }

  // ---- scopes

  static bool names_one_symbol(const TestRow& test) {
    return static_cast<TestKind>(test.kind) == TestKind::range && !(test.flags & kNegated) && test.low == test.high &&
           test.low >= 0;
  }

  ShapeRow shape(const std::vector<std::uint32_t>& rules) {
    ShapeRow shape;
    shape.rules = static_cast<std::uint32_t>(rules.size());
    if (rules.empty()) return shape;
    std::map<Place, std::uint32_t> symbols;
    for (const SlotRow& slot : image_.slots) {
      const auto type = static_cast<SlotType>(slot.type);
      if (slot.cell != kNone && (type == SlotType::choice || type == SlotType::scale))
        symbols[{slot.frame, slot.cell}] = slot.symbols.count;
    }
    std::vector<Drafted> drafted;
    std::map<Place, std::uint32_t> asked;
    for (std::uint32_t rule : rules) {
      Drafted& one = drafted.emplace_back();
      one.rule = rule;
      const RuleRow& row = image_.rules[rule];
      one.settles = !(row.flags & kHasUnless);
      const std::span<const Node> nodes = std::span(image_.nodes).subspan(row.when.first, row.when.count);
      collect(nodes, nodes.size() - 1, one);
      for (const TestRow& test : one.tests) {
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
      if (chosen == 2 || count < kScan || symbols[place] > kMostSymbols) break;
      shape.scope[chosen++] = {1, place.first, place.second, symbols[place]};
    }
    if (chosen == 2 && std::uint64_t{shape.scope[0].symbols + 1} * (shape.scope[1].symbols + 1) > kMostBuckets)
      shape.scope[1] = {};

    const std::uint32_t width = shape.scope[1].symbols + 1;
    std::map<std::uint32_t, std::vector<Drafted>> buckets;
    for (Drafted& one : drafted) {
      std::array<std::uint32_t, 2> at = {shape.scope[0].symbols, shape.scope[1].symbols};
      for (std::size_t i = 0; i < 2; ++i) {
        const ScopeRow& scope = shape.scope[i];
        if (!scope.used) continue;
        const auto found = std::find_if(one.tests.begin(), one.tests.end(), [&](const TestRow& test) {
          return names_one_symbol(test) && test.frame == scope.frame && test.cell == scope.cell &&
                 test.low < scope.symbols;
        });
        if (found == one.tests.end()) continue;
        at[i] = static_cast<std::uint32_t>(found->low);
        one.tests.erase(found);
      }
      buckets[at[0] * width + at[1]].push_back(std::move(one));
    }
    shape.table = static_cast<std::uint32_t>(image_.index_buckets_at.size());
    image_.index_buckets_at.resize(shape.table + std::size_t{shape.scope[0].symbols + 1} * width, kNone);
    for (auto& [at, members] : buckets) {
      image_.index_buckets_at[shape.table + at] = static_cast<std::uint32_t>(image_.index_buckets.size());
      const bool often = at % width == shape.scope[1].symbols || at / width == shape.scope[0].symbols;
      const BucketRow made = bucket(members, often ? kScanOften : kScan);
      image_.index_buckets.push_back(made);
    }
    return shape;
  }

  // The same test as one or two that need no branch; false: it is none of those.
  static bool quicken(const TestRow& test, std::uint8_t rule, std::vector<QuickRow>& orders,
                      std::vector<QuickRow>& bits) {
    const bool negated = (test.flags & kNegated) != 0;
    const auto quick = [&](std::int64_t operand, unsigned code) {
      QuickRow made;
      made.operand = operand;
      made.cell = test.cell;
      made.frame = test.frame;
      made.rule = rule;
      made.code = static_cast<std::uint8_t>(code | (negated ? unsigned{kIfAbsent} : 0u));
      return made;
    };
    constexpr unsigned kAll = kLess | kEqual | kGreater;
    const auto order = [&](std::int64_t operand, unsigned code) {
      orders.push_back(quick(operand, negated ? kAll ^ code : code));
      return true;
    };
    switch (static_cast<TestKind>(test.kind)) {
      case TestKind::range:
        if (test.low > test.high) return false;
        if (test.low == test.high) return order(test.low, kEqual);
        if (test.high == INT64_MAX) return order(test.low, kEqual | kGreater);
        if (test.low == INT64_MIN) return order(test.high, kLess | kEqual);
        return !negated && order(test.low, kEqual | kGreater) && order(test.high, kLess | kEqual);
      case TestKind::mask:
        bits.push_back(quick(test.low, kSymbolBit));
        return true;
      case TestKind::list_all:
        if (std::popcount(static_cast<std::uint64_t>(test.low)) != 1) return false;
        [[fallthrough]];
      case TestKind::list_any:
        bits.push_back(quick(test.low, 0));
        return true;
      default:
        return false;
    }
  }

  BucketRow bucket(std::vector<Drafted>& members, std::size_t scan) {
    BucketRow bucket;
    if (members.size() <= scan) {
      bucket.entries = static_cast<std::uint32_t>(image_.index_entries.size());
      bucket.rules = static_cast<std::uint32_t>(members.size());
      bucket.tests = static_cast<std::uint32_t>(image_.index_tests.size());
      bucket.quick = static_cast<std::uint32_t>(image_.index_quick.size());
      std::vector<QuickRow> orders, bits;
      for (std::uint32_t rule = 0; rule < bucket.rules; ++rule) {
        image_.index_entries.push_back({members[rule].rule});
        if (members[rule].settles) bucket.settles |= std::uint64_t{1} << rule;
        for (TestRow& test : members[rule].tests) {
          test.rule = rule;
          if (!quicken(test, static_cast<std::uint8_t>(rule), orders, bits)) image_.index_tests.push_back(test);
        }
      }
      bucket.order_count = static_cast<std::uint32_t>(orders.size());
      bucket.bits_count = static_cast<std::uint32_t>(bits.size());
      image_.index_quick.insert(image_.index_quick.end(), orders.begin(), orders.end());
      image_.index_quick.insert(image_.index_quick.end(), bits.begin(), bits.end());
      bucket.test_count = static_cast<std::uint32_t>(image_.index_tests.size()) - bucket.tests;
      return bucket;
    }
    bucket.blocks = static_cast<std::uint32_t>(image_.index_blocks.size());
    for (std::size_t first = 0; first < members.size(); first += kBlockRules) {
      const std::size_t last = std::min(members.size(), first + kBlockRules);
      const BlockRow made = block(std::span(members).subspan(first, last - first));
      image_.index_blocks.push_back(made);
      ++bucket.block_count;
    }
    return bucket;
  }

  // ---- blocks of bits

  std::uint32_t rows(std::uint32_t words, std::uint64_t fill) {
    const auto at = static_cast<std::uint32_t>(image_.index_bits.size());
    image_.index_bits.resize(image_.index_bits.size() + words, fill);
    return at;
  }
  std::uint64_t& word(std::uint32_t row, std::size_t rule) { return image_.index_bits[row + rule / 64]; }
  void clear(std::uint32_t row, std::size_t rule) { word(row, rule) &= ~(std::uint64_t{1} << rule % 64); }
  void set(std::uint32_t row, std::size_t rule) { word(row, rule) |= std::uint64_t{1} << rule % 64; }
  bool has(std::uint32_t row, std::size_t rule) { return (word(row, rule) >> rule % 64 & 1) != 0; }

  BlockRow block(std::span<const Drafted> members) {
    BlockRow block;
    block.entries = static_cast<std::uint32_t>(image_.index_entries.size());
    block.rules = static_cast<std::uint32_t>(members.size());
    block.words = static_cast<std::uint32_t>(std::bit_ceil((members.size() + 63) / 64));
    block.settles = rows(block.words, 0);
    for (std::size_t rule = 0; rule < members.size(); ++rule) {
      image_.index_entries.push_back({members[rule].rule});
      if (members[rule].settles) set(block.settles, rule);
    }
    std::map<Place, Asked> numbers, lists;
    std::map<std::pair<Place, bool>, Asked> texts;
    std::map<std::tuple<std::uint8_t, std::uint8_t, Place, Place>, Asked> pairs;
    for (std::size_t rule = 0; rule < members.size(); ++rule) {
      for (const TestRow& test : members[rule].tests) {
        const Place place{test.frame, test.cell};
        switch (static_cast<TestKind>(test.kind)) {
          case TestKind::range:
          case TestKind::mask:
          case TestKind::set:
            numbers[place].emplace_back(rule, &test);
            break;
          case TestKind::list_any:
          case TestKind::list_all:
            lists[place].emplace_back(rule, &test);
            break;
          case TestKind::text:
            texts[{place, (test.flags & kClaimed) != 0}].emplace_back(rule, &test);
            break;
          default:
            pairs[{test.kind, test.flags, place, Place{test.other_frame, static_cast<std::uint32_t>(test.low)}}]
                .emplace_back(rule, &test);
        }
      }
    }
    std::vector<std::pair<std::size_t, ColumnRow>> columns;  // how many rules a column concerns
    for (const auto& [place, asked] : numbers) columns.emplace_back(asked.size(), number(place, asked, block.words));
    for (const auto& [place, asked] : lists) columns.emplace_back(asked.size(), list(place, asked, block));
    std::stable_sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [what, asked] : texts) columns.emplace_back(asked.size(), text(asked, block.words));
    for (const auto& [what, asked] : pairs) columns.emplace_back(asked.size(), pair(asked, block.words));
    block.columns = static_cast<std::uint32_t>(image_.index_columns.size());
    block.column_count = static_cast<std::uint32_t>(columns.size());
    for (const auto& [count, column] : columns) image_.index_columns.push_back(column);
    return block;
  }

  ColumnRow column(ColumnKind kind, const Asked& asked, std::uint32_t words) {
    ColumnRow column;
    column.kind = static_cast<std::uint32_t>(kind);
    column.frame = asked.front().second->frame;
    column.cell = asked.front().second->cell;
    column.asked = rows(words, 0);
    for (const auto& [rule, test] : asked) set(column.asked, rule);
    return column;
  }

  ColumnRow pair(const Asked& asked, std::uint32_t words) {
    ColumnRow made = column(ColumnKind::pair, asked, words);
    made.test = static_cast<std::uint32_t>(image_.index_tests.size());
    image_.index_tests.push_back(*asked.front().second);
    return made;
  }

  ColumnRow text(const Asked& asked, std::uint32_t words) {
    ColumnRow made = column(ColumnKind::text, asked, words);
    made.test = static_cast<std::uint32_t>(image_.index_tests.size());
    image_.index_tests.push_back(*asked.front().second);
    const auto groups_of = [&](const TestRow& test) {
      return std::span(image_.indices).subspan(static_cast<std::size_t>(test.low), static_cast<std::size_t>(test.high));
    };
    std::vector<std::int64_t> groups;
    for (const auto& [rule, test] : asked) {
      const auto those = groups_of(*test);
      groups.insert(groups.end(), those.begin(), those.end());
    }
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    made.starts = static_cast<std::uint32_t>(image_.index_starts.size());
    made.classes = static_cast<std::uint32_t>(groups.size());
    image_.index_starts.insert(image_.index_starts.end(), groups.begin(), groups.end());
    made.none = rows(words, ~std::uint64_t{0});
    made.rows = rows(words * made.classes, 0);
    for (const auto& [rule, test] : asked) {
      if (!has(made.none, rule)) continue;  // it asks twice: the other is left to its program
      clear(made.none, rule);
      for (const std::uint32_t group : groups_of(*test)) {
        const auto at = std::lower_bound(groups.begin(), groups.end(), std::int64_t{group}) - groups.begin();
        set(made.rows + static_cast<std::uint32_t>(at) * words, rule);
      }
    }
    return made;
  }

  ColumnRow number(Place, const Asked& asked, std::uint32_t words) {
    std::vector<std::int64_t> starts = {INT64_MIN};
    const auto cut = [&](std::int64_t low, std::int64_t high) {
      starts.push_back(low);
      if (high != INT64_MAX) starts.push_back(high + 1);
    };
    for (const auto& [rule, test] : asked) {
      switch (static_cast<TestKind>(test->kind)) {
        case TestKind::range:
          if (test->low <= test->high) cut(test->low, test->high);
          break;
        case TestKind::mask:
          for (std::uint64_t left = static_cast<std::uint64_t>(test->low); left != 0; left &= left - 1)
            cut(std::countr_zero(left), std::countr_zero(left));
          break;
        default:
          for (std::int64_t i = 0; i < test->high; ++i) {
            const std::int64_t key = image_.keys[static_cast<std::size_t>(test->low + i)];
            cut(key, key);
          }
      }
    }
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
    ColumnRow made = column(ColumnKind::number, asked, words);
    made.starts = static_cast<std::uint32_t>(image_.index_starts.size());
    made.classes = static_cast<std::uint32_t>(starts.size());
    image_.index_starts.insert(image_.index_starts.end(), starts.begin(), starts.end());
    made.none = rows(words, ~std::uint64_t{0});
    made.rows = rows(words * made.classes, ~std::uint64_t{0});
    if (starts.size() > 1) direct(starts, made);
    for (const auto& [rule, test] : asked) {
      const bool negated = (test->flags & kNegated) != 0;
      if (!negated) clear(made.none, rule);
      for (std::uint32_t at = 0; at < made.classes; ++at) {
        if (Index::holds(*test, starts[at], image_.keys) == negated) clear(made.rows + at * words, rule);
      }
    }
    return made;
  }

  // Where the keys that cut lie close together, each has its class; one before and one behind stand for all beyond.
  void direct(const std::vector<std::int64_t>& starts, ColumnRow& made) {
    const std::int64_t first = starts[1], last = starts.back();
    const std::uint64_t span = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first) + 2;
    if (span < 2 || span > kMostDirect || starts.size() > 256 || first == INT64_MIN || last > INT64_MAX / 2) return;
    made.low = first - 1;
    made.span = static_cast<std::uint32_t>(span);
    made.direct = rows((made.span + 7) / 8, 0);
    std::vector<std::uint8_t> classes(std::size_t{(made.span + 7) / 8} * 8);
    std::size_t at = 0;
    for (std::size_t i = 0; i < span; ++i) {
      while (at + 1 < starts.size() && starts[at + 1] <= made.low + static_cast<std::int64_t>(i)) ++at;
      classes[i] = static_cast<std::uint8_t>(at);
    }
    std::memcpy(image_.index_bits.data() + made.direct, classes.data(), classes.size());
  }

  ColumnRow list(Place, const Asked& asked, const BlockRow& block) {
    ColumnRow made = column(ColumnKind::list, asked, block.words);
    std::uint32_t symbols = 0;
    bool vetoes = false;
    for (const auto& [rule, test] : asked) {
      symbols =
          std::max(symbols, static_cast<std::uint32_t>(64 - std::countl_zero(static_cast<std::uint64_t>(test->low))));
      vetoes |= (test->flags & kNegated) != 0;
    }
    made.classes = (symbols + kGroupSymbols - 1) / kGroupSymbols;
    made.none = rows(block.words, ~std::uint64_t{0});
    made.rows = rows(block.words * made.classes * kGroupRows, 0);
    made.vetoes = vetoes ? rows(block.words * made.classes * kGroupRows, 0) : kNone;
    for (const auto& [rule, test] : asked) {
      const auto mask = static_cast<std::uint64_t>(test->low);
      const bool negated = (test->flags & kNegated) != 0;
      const bool any = static_cast<TestKind>(test->kind) == TestKind::list_any || std::popcount(mask) == 1;
      // Two that must hit for one rule: the rows are those of the first, the other is left to the rule's program; so is
      // whatever hangs on several symbols at once.
      if (!any || (!negated && !has(made.none, rule))) {
        clear(block.settles, rule);
        continue;
      }
      if (!negated) clear(made.none, rule);
      for (std::uint32_t row = 0; row < made.classes * kGroupRows; ++row) {
        const std::uint64_t there = std::uint64_t{row % kGroupRows} << row / kGroupRows * kGroupSymbols;
        if ((there & mask) != 0) set((negated ? made.vetoes : made.rows) + row * block.words, rule);
      }
    }
    return made;
  }
};

}  // namespace

namespace passes {

void index(Draft& draft) { Indexer(draft.image).run(); }

}  // namespace passes
}  // namespace caveat::program
