// Schema: what a program wants to know of a turn: each fact with its path, names, type and where it comes from.
// Read by bind (types), wire and `caveat schema`.
//
// Lifetime   owned by the Program; indices are slots, stable for one program digest
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/decimal.h"
#include "engine/base/units.h"

namespace caveat::program {

enum class SlotType : std::uint8_t {
  yes_no,
  integer,
  decimal,
  percent,
  money,
  text,
  date,
  instant,
  time_of_day,
  time_zone,
  duration,
  choice,
  scale,
  list,
  record
};
enum class SlotPart : std::uint8_t {
  turn,
  customer,
  conversation,
  bot,
  message,
  answer,
  recommendation,
  product,
  action,
  outreach,
  material
};

struct Symbol {  // one level of a scale (ascending) or one choice
  std::string first;
  std::vector<std::string> names;  // first among them
};

struct Slot {
  std::vector<std::string> path;  // first names
  std::vector<std::vector<std::string>> path_names;
  SlotPart part = SlotPart::turn;
  SlotType type = SlotType::yes_no;
  std::string currency;
  std::optional<Decimal> low, high;
  std::vector<Symbol> symbols;         // of choice and scale (of a list: of its element)
  SlotType element = SlotType::text;   // of list
  std::vector<std::uint32_t> members;  // of record / list of record: slots
  bool built_in = false, assessed = false, read_by_a_rule = false;
  std::string data_class, from, ask_en, ask_zh;
  std::optional<Duration> max_age;
};

struct Schema {
  std::vector<Slot> slots;                                                // sorted by path
  std::uint32_t find(const std::vector<std::string>& first_names) const;  // 0xffffffff: none
  std::uint32_t find_two(std::string_view group, std::string_view member) const;
};

}  // namespace caveat::program
