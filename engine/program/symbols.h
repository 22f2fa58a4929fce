// Symbols: the levels and choices of every slot by any of their names.
// Made when a program is opened, asked by bind for each level, choice or element of a list.
//
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
    const std::size_t mask = table_.size() - 1;
    for (std::size_t place = name.hash(symbols.first); table_[place & mask].first != kNone; ++place) {
      const Entry& entry = table_[place & mask];
      if (entry.first == symbols.first && entry.found.symbol < symbols.count &&
          name.same(entry.low, entry.high, {text_ + entry.name.at, entry.name.size}))
        return entry.found;
    }
    return {};
  }
  Found find(const SlotRow& slot, const Name& name) const { return find(slot.symbols, name); }
  Found find(const SlotRow& slot, std::string_view name) const { return find(slot, Name::of(name)); }

 private:
  struct Entry {
    std::uint64_t low = 0, high = 0;  // of the name
    Str name;
    std::uint32_t first = kNone;  // of the slot's range: tells slots apart
    Found found;
  };
  const char* text_ = nullptr;
  std::vector<Entry> table_;
};

}  // namespace caveat::program
