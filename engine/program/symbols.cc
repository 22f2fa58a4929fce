#include "engine/program/symbols.h"

namespace caveat::program {

Symbols::Symbols(const char* text, std::span<const SlotRow> slots, std::span<const SymbolRow> symbols,
                 std::span<const Str> strings)
    : text_(text) {
  std::size_t names = 0;
  for (const SlotRow& slot : slots) {
    for (const SymbolRow& symbol : symbols.subspan(slot.symbols.first, slot.symbols.count)) names += symbol.names.count;
  }
  std::size_t size = 16;
  while (size < names * 2) size *= 2;
  table_.resize(size);
  for (const SlotRow& slot : slots) {
    for (std::uint32_t at = 0; at < slot.symbols.count; ++at) {
      const Range range = symbols[slot.symbols.first + at].names;
      for (std::uint32_t spelling = 0; spelling < range.count; ++spelling) {
        const Str name = strings[range.first + spelling];
        const Name written = Name::of({text_ + name.at, name.size});
        if (find(slot, written).symbol != kNone) continue;  // of two the first counts
        std::size_t place = written.hash(slot.symbols.first);
        while (table_[place & (size - 1)].first != kNone) ++place;
        table_[place & (size - 1)] = {written.low, written.high, name, slot.symbols.first, {at, spelling}};
      }
    }
  }
}

}  // namespace caveat::program
