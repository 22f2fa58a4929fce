// Symbols: the levels and choices of every slot by any of their names.
// Made when a program is opened, asked by bind for each level, choice or element of a list.
//
// How        each slot's names have a table of their own, hashed by a seed for which, where one was found, no two of them fall on one
//            place: a walk over places would be guessed wrongly by the processor, a look at one is not
// Cost       one hash and one comparison a look-up; no allocation
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/program/name_hash.h"
#include "engine/program/rows.h"

namespace caveat::program {

class Symbols {
 public:
  struct Found {
    std::uint32_t symbol = kNone;  // position among the slot's symbols; kNone: no such name
    std::uint32_t spelling = 0;    // which of its names
  };

  Symbols() = default;
  Symbols(const char* text, std::span<const SlotRow> slots, std::span<const SymbolRow> symbols,
          std::span<const Str> strings);

  // Of the symbols of a slot.
  [[gnu::always_inline]] Found find(const Range& symbols, const Name& name) const {
    if (symbols.count == 0) return {};
    const Table& table = tables_[symbols.first];
    const Entry* const entries = entries_.data() + table.first;
    for (std::size_t place = name.hash(table.seed) & table.mask; entries[place].found.symbol != kNone;
         place = (place + 1) & table.mask) {
      const Entry& entry = entries[place];
      if (name.same(entry.low, entry.high, {text_ + entry.name.at, entry.name.size})) [[likely]]
        return entry.found.symbol < symbols.count ? entry.found : Found();
    }
    return {};
  }
  Found find(const SlotRow& slot, const Name& name) const { return find(slot.symbols, name); }
  Found find(const SlotRow& slot, std::string_view name) const { return find(slot, Name::of(name)); }

 private:
  struct Entry {
    std::uint64_t low = 0, high = 0;  // of the name
    Str name;
    Found found;  // none: an empty place, of which each table has one at least
  };
  struct Table {                        // of one slot's range
    std::uint32_t first = 0, mask = 0;  // Entry
    std::uint32_t seed = 0;
  };
  const char* text_ = nullptr;
  std::vector<Entry> entries_;
  std::vector<Table> tables_;  // by the first symbol of the range

  void add(const Range& range, std::span<const SymbolRow> symbols, std::span<const Str> strings);
};

}  // namespace caveat::program
