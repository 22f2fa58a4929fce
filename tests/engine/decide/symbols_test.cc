// Every level and choice is found by each of its names, in the table of its own slot, and nothing else is.
#include "engine/program/symbols.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace {

using namespace caveat;
using program::Name;
using program::Str;

// Names of all lengths around the two words that are compared first; those of one length differ in their last sign alone.
std::string name_of(std::size_t symbol, std::size_t spelling) {
  std::string name(symbol % 20, 'n');
  return name + std::to_string(symbol) + (spelling == 0 ? "" : "/" + std::to_string(spelling));
}

struct Slots {
  std::string text;
  std::vector<program::SlotRow> slots;
  std::vector<program::SymbolRow> symbols;
  std::vector<Str> strings;

  void add(std::size_t count, bool backwards) {
    program::SlotRow& slot = slots.emplace_back();
    slot.symbols = {static_cast<std::uint32_t>(symbols.size()), static_cast<std::uint32_t>(count)};
    for (std::size_t at = 0; at < count; ++at) {
      program::SymbolRow& symbol = symbols.emplace_back();
      symbol.names = {static_cast<std::uint32_t>(strings.size()), 2};
      for (std::size_t spelling = 0; spelling < 2; ++spelling) {
        const std::string name = name_of(backwards ? count - 1 - at : at, spelling);
        strings.push_back({static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(name.size())});
        text += name;
      }
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(each_name_of_a_level_is_found_in_the_table_of_its_slot) {
  Slots made;
  for (const std::size_t count : {1u, 2u, 5u, 64u, 127u, 128u, 129u, 3000u}) {
    made.add(count, false);
    made.add(count, true);
  }
  const program::Symbols symbols(made.text.data(), made.slots, made.symbols, made.strings);
  for (std::size_t slot = 0; slot < made.slots.size(); ++slot) {
    const program::Range range = made.slots[slot].symbols;
    for (std::uint32_t at = 0; at < range.count; ++at) {
      for (std::uint32_t spelling = 0; spelling < 2; ++spelling) {
        const std::string name = name_of(slot % 2 == 0 ? at : range.count - 1 - at, spelling);
        const auto found = symbols.find(range, Name::of(name));
        BOOST_TEST(found.symbol == at);
        BOOST_TEST(found.spelling == spelling);
      }
    }
    for (const std::string& stranger : {name_of(range.count, 0), name_of(0, 2), std::string(), std::string(40, 'n')})
      BOOST_TEST(symbols.find(range, Name::of(stranger)).symbol == program::kNone);
  }
}

BOOST_AUTO_TEST_CASE(of_two_symbols_of_one_name_the_first_counts) {
  Slots made;
  made.add(3, false);
  made.strings[4] = made.strings[0];
  const program::Symbols symbols(made.text.data(), made.slots, made.symbols, made.strings);
  BOOST_TEST(symbols.find(made.slots[0], name_of(0, 0)).symbol == 0u);
  BOOST_TEST(symbols.find(made.slots[0], name_of(2, 1)).symbol == 2u);
}

// A slot without symbols shares its range's beginning with whichever comes next.
BOOST_AUTO_TEST_CASE(a_slot_without_levels_finds_none) {
  Slots made;
  made.add(0, false);
  made.add(2, false);
  const program::Symbols symbols(made.text.data(), made.slots, made.symbols, made.strings);
  BOOST_TEST(symbols.find(made.slots[0], name_of(0, 0)).symbol == program::kNone);
  BOOST_TEST(symbols.find(made.slots[1], name_of(1, 0)).symbol == 1u);
}
