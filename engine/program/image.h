// Image: a program while it is being built: one growing vector a section, sealed into contiguous bytes at the end.
// Layout, little-endian, every section at a multiple of 8:
//
//   "CAVEATPI" · format u32 · semantics u32 · SHA-256 of all that follows · size u64 · {offset u64, rows u64} a section · rows
//
// Promises   equal rows in equal order are equal bytes
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/program/index_rows.h"
#include "engine/program/program.h"
#include "engine/program/rows.h"

namespace caveat::program {

inline constexpr std::size_t kImageHeader = 56;

struct Image {
  std::string text;
  std::vector<SlotRow> slots;
  std::vector<StepRow> steps;
  std::vector<SymbolRow> symbols;
  std::vector<Str> strings;
  std::vector<std::uint32_t> indices;
  std::vector<std::int64_t> keys;
  std::vector<Node> nodes;
  std::vector<ConstantRow> constants;
  std::vector<GroupRow> groups;
  std::vector<EffectRow> effects;
  std::vector<PieceRow> pieces;
  std::vector<SayRow> says;
  std::vector<RuleRow> rules;
  std::vector<PackRow> packs;
  std::vector<ZoneRow> zones;
  std::vector<TransitionRow> transitions;
  std::vector<SourceRow> sources;
  std::vector<WordingRow> wordings;
  std::vector<HoursRow> hours;
  std::vector<QueueRow> queues;
  std::vector<RequirementRow> requirements;
  std::vector<ShapeRow> index_shapes;
  std::vector<std::uint32_t> index_buckets_at;
  std::vector<BucketRow> index_buckets;
  std::vector<EntryRow> index_entries;
  std::vector<TestRow> index_tests;
  std::vector<QuickRow> index_quick;
  std::vector<BlockRow> index_blocks;
  std::vector<ColumnRow> index_columns;
  std::vector<std::int64_t> index_starts;
  std::vector<std::uint64_t> index_bits;
  std::vector<CalendarRow> calendars;
  std::vector<TopicRow> topics;
  std::vector<DataRow> data;

  Str str(std::string_view value);  // equal texts are stored once
  Range strs(const std::vector<std::string>& values);
  Range list(const std::vector<std::uint32_t>& values);
  static Number number(const Decimal& value);
  static Span32 span(const Duration& duration);
  std::string seal() const;

 private:
  std::map<std::string, Str, std::less<>> known_;
};

Decimal decimal(const Number& number);
Duration duration(const Span32& span);

// Rows in the order of `Section`.
template <class Rows, class Visit>
void each_section(Rows& image, Visit visit) {
  visit(image.text), visit(image.slots), visit(image.steps), visit(image.symbols), visit(image.strings);
  visit(image.indices), visit(image.keys), visit(image.nodes), visit(image.constants), visit(image.groups);
  visit(image.effects), visit(image.pieces), visit(image.says), visit(image.rules), visit(image.packs);
  visit(image.zones), visit(image.transitions), visit(image.sources), visit(image.wordings), visit(image.hours);
  visit(image.queues), visit(image.requirements);
  visit(image.index_shapes), visit(image.index_buckets_at), visit(image.index_buckets), visit(image.index_entries);
  visit(image.index_tests), visit(image.index_quick), visit(image.index_blocks), visit(image.index_columns),
      visit(image.index_starts);
  visit(image.index_bits), visit(image.calendars), visit(image.topics), visit(image.data);
}

}  // namespace caveat::program
