#include "engine/program/symbols.h"

#include <algorithm>
#include <bit>

namespace caveat::program {

namespace {

constexpr std::size_t kSought = 256;  // names of a slot, at most, for which a seed is looked for
constexpr std::uint32_t kSeeds = 64;  // that are tried

}  // namespace

Symbols::Symbols(const char* text, std::span<const SlotRow> slots, std::span<const SymbolRow> symbols,
                 std::span<const Str> strings)
    : text_(text), tables_(symbols.size()) {
  std::vector<std::uint32_t> counts(symbols.size());  // of the slots whose symbols begin there, the longest range
  for (const SlotRow& slot : slots) {
    if (slot.symbols.count > 0) counts[slot.symbols.first] = std::max(counts[slot.symbols.first], slot.symbols.count);
  }
  for (std::uint32_t first = 0; first < counts.size(); ++first) {
    if (counts[first] > 0) add({first, counts[first]}, symbols, strings);
  }
}

void Symbols::add(const Range& range, std::span<const SymbolRow> symbols, std::span<const Str> strings) {
  std::vector<Entry> names;
  for (std::uint32_t at = 0; at < range.count; ++at) {
    const Range spellings = symbols[range.first + at].names;
    for (std::uint32_t spelling = 0; spelling < spellings.count; ++spelling) {
      const Str name = strings[spellings.first + spelling];
      const Name written = Name::of({text_ + name.at, name.size});
      names.push_back({written.low, written.high, name, {at, spelling}});
    }
  }
  const std::size_t size = std::bit_ceil(names.size() <= kSought ? 4 * names.size() : 2 * names.size());
  Table& table = tables_[range.first];
  table.first = static_cast<std::uint32_t>(entries_.size());
  table.mask = static_cast<std::uint32_t>(size - 1);
  const auto fill = [&] {  // how many names are not at the place that their hash says
    entries_.resize(table.first);
    entries_.resize(table.first + size);
    std::size_t walked = 0;
    for (const Entry& name : names) {
      const std::string_view all(text_ + name.name.at, name.name.size);
      const Name written = Name::of(all);
      if (find(range, written).symbol != kNone) continue;  // of two the first counts
      std::size_t place = written.hash(table.seed) & table.mask;
      walked += entries_[table.first + place].found.symbol != kNone ? 1 : 0;
      while (entries_[table.first + place].found.symbol != kNone) place = (place + 1) & table.mask;
      entries_[table.first + place] = name;
    }
    return walked;
  };
  std::uint32_t best = 0;
  std::size_t least = names.size() + 1;
  const std::uint32_t seeds = names.size() <= kSought ? kSeeds : 1;
  for (table.seed = 0; table.seed < seeds && least > 0; ++table.seed) {
    if (const std::size_t walked = fill(); walked < least) {
      least = walked;
      best = table.seed;
    }
  }
  table.seed = best;
  fill();
}

}  // namespace caveat::program
