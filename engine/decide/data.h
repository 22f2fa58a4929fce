// Data: reference sets beside the packs: named, versioned, with a digest of their own, swapped without a new pack.
// Made by load, held by the Ruleset, read by bind: what a set says counts, and a turn that says otherwise is refused.
//
//   SetReader reader(program, declared, limits);
//   reader.columns({risk_level, name});
//   if (auto mistake = reader.row("p-304")) …                   // then reader.cell("R4"), reader.cell("Growth")
//   data.sets.push_back(std::move(reader).take());
//
// Promises   a cell is read as the same value of a turn is; a set holds what could be read, so bind finds nothing wrong in it
// Threads    a Data is only read
// Lifetime   owns its rows; belongs to one Program, whose slots it names
// Cost       one hash a look-up, however many rows; each cell is read again where a turn has its thing
// Source     contracts.md 10, 15; language.md "Reference data"
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/limits.h"
#include "engine/base/problem.h"
#include "engine/base/units.h"
#include "engine/decide/product_names.h"
#include "engine/decide/request.h"
#include "engine/program/program.h"

namespace caveat::decide {

struct Data {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
  };
  struct Set {
    std::string name, version;
    Digest digest{};
    std::optional<Microseconds> as_of;   // when its rows held
    std::uint32_t declared = 0;          // row of Program::data
    std::vector<std::uint32_t> columns;  // one a slot of Program::slots_of_data: its place in a row; kNone: no column
    std::vector<std::uint32_t> closed;   // slots, ascending, that only whoever may state the set states: see SetReader
    Fields rows;                         // a list of lists of cells as a turn would state them; null: nothing is said
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> by_key;  // canonical key → node of the row
    // By which names an answer speaks of its products; null: nothing is looked for, or the program has no use for it.
    std::shared_ptr<const ProductNames> names;
  };
  std::vector<Set> sets;  // sorted by name

  const Set* find(std::string_view name) const;
  const Set* of(std::uint32_t declared) const;  // null: none is loaded, and callers state its facts
};

// Whether the day by which somebody should have looked at a set has passed: it counts on, and shows.
bool is_overdue(const program::Program& program, const Data::Set& set, Microseconds at, std::int32_t at_offset);

class SetReader {
 public:
  SetReader(const program::Program& program, std::uint32_t declared, const Limits& limits);

  Data::Set& set() { return set_; }  // for its name, version, digest, date
  std::uint32_t key() const { return key_; }
  // The slots whose values a row has, in the order of its cells; before the first row.
  void columns(std::vector<std::uint32_t> slots);
  // A new row, then its cells in the order of the columns; an empty cell says nothing. Else: what is wrong, without a path.
  std::optional<ProblemItem> row(std::string_view key);
  std::optional<ProblemItem> cell(std::string_view text);
  // The slots whose texts are names of its products, where the program looks for any; ascending.
  std::span<const std::uint32_t> named_by() const;
  // After the cells of a row: whether no name is left by which an answer could speak of it, and whether a name of one character, which
  // would be found everywhere, was left out.
  struct Named {
    bool by_none = false, left_out = false;
  };
  Named named() const { return {names_ != nullptr && !has_name_, left_out_}; }
  Data::Set take() &&;

 private:
  std::optional<ProblemItem> read(const Fields& fields, std::uint32_t node, std::uint32_t slot);
  void name(std::uint32_t slot, std::string_view written);

  const program::Program& p_;
  Data::Set set_;
  std::uint32_t key_, row_ = 0;
  std::vector<std::uint32_t> slots_;
  std::size_t next_ = 0;  // of slots_: whose cell comes next
  std::shared_ptr<ProductNames> names_;
  std::uint32_t product_ = 0;  // of names_: the row that is read
  bool has_name_ = false, left_out_ = false;
  BindOptions options_;
  Request scratch_;
  std::string canonical_;
};

}  // namespace caveat::decide
