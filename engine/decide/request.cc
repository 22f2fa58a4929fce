#include "engine/decide/request.h"

#include "engine/program/image.h"

namespace caveat::decide {

using program::SlotRow;
using program::SlotType;

Fact Request::fact(std::uint32_t slot, std::int32_t item) const {
  Fact fact;
  fact.slot = slot;
  fact.item = item;
  const SlotRow& row = program_->slots()[slot];
  const std::size_t at = item < 0 ? 0 : static_cast<std::size_t>(item);
  if (row.cell == program::kNone || at >= frames_[row.frame].items) {
    fact.cause = Cause::missing;
    return fact;
  }
  const Cell& cell = cells(static_cast<program::Frame>(row.frame), at)[row.cell];
  fact.known = cell.state == kKnown;
  fact.cause = static_cast<Cause>(cell.cause);
  if (cell.extra != 0xffffffff) {
    const Extra& extra = extras_[cell.extra];
    fact.quality = extra.quality;
    fact.source = view(extra.source, extra.source_size);
    if (extra.has_as_of) fact.as_of = extra.as_of;
  }
  return fact;
}

std::vector<Fact> Request::facts() const {
  std::vector<Fact> all;
  for (std::uint32_t slot = 0; slot < program_->slots().size(); ++slot) {
    const SlotRow& row = program_->slots()[slot];
    if (row.cell == program::kNone) continue;
    for (std::size_t item = 0; item < frames_[row.frame].items; ++item) {
      if (cells(static_cast<program::Frame>(row.frame), item)[row.cell].extra == 0xffffffff) continue;  // not sent
      all.push_back(fact(slot, row.frame == 0 ? -1 : static_cast<std::int32_t>(item)));
    }
  }
  return all;
}

namespace {

std::string one_value(const program::Program& program, const Request& request, std::uint32_t slot, SlotType type,
                      const Request::Extra& extra) {
  switch (type) {
    case SlotType::yes_no:
      return extra.number == Decimal(1) ? "true" : "false";
    case SlotType::integer:
    case SlotType::decimal:
      return extra.number.to_string();
    case SlotType::percent:
      return extra.number.to_string() + " %";
    case SlotType::money:
      return extra.number.to_string() + " " + std::string(request.view(extra.currency, extra.currency_size));
    case SlotType::text:
    case SlotType::time_zone:
      return std::string(request.view(extra.at, extra.size));
    case SlotType::date:
      return format_date(static_cast<Days>(extra.number.as_int64().value_or(0)));
    case SlotType::instant:
      return format_instant(extra.number.as_int64().value_or(0), request.at_offset());
    case SlotType::time_of_day: {
      const std::int64_t seconds = extra.number.as_int64().value_or(0);
      const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
      std::string text = two(seconds / 3600) + ":" + two(seconds / 60 % 60);
      if (seconds % 60 != 0) text += ":" + two(seconds % 60);
      return text;
    }
    case SlotType::duration:
      return format_duration(extra.duration);
    case SlotType::choice:
    case SlotType::scale: {
      const auto symbols = program.rows<program::SymbolRow>(program::Section::symbols, program.slots()[slot].symbols);
      return extra.symbol < symbols.size() ? std::string(program.text(program.strings(symbols[extra.symbol].names)[0]))
                                           : std::string();
    }
    case SlotType::list:
    case SlotType::record:
      return {};
  }
  return {};
}

}  // namespace

std::string Request::value(std::uint32_t slot, std::int32_t item) const {
  const SlotRow& row = program_->slots()[slot];
  const std::size_t at = item < 0 ? 0 : static_cast<std::size_t>(item);
  if (row.cell == program::kNone || at >= frames_[row.frame].items) return {};
  const Cell& cell = cells(static_cast<program::Frame>(row.frame), at)[row.cell];
  if (cell.extra == 0xffffffff) return {};
  const Extra& extra = extras_[cell.extra];
  const auto type = static_cast<SlotType>(row.type);
  if (type != SlotType::list) return one_value(*program_, *this, slot, type, extra);
  if (static_cast<SlotType>(row.element) == SlotType::record) return std::to_string(extra.count);
  std::string all;
  for (std::uint32_t i = 0; i < extra.count; ++i) {
    if (i > 0) all += ", ";
    all += one_value(*program_, *this, slot, static_cast<SlotType>(row.element), extras_[extra.first + i]);
  }
  return all;
}

std::string_view Request::spelling(std::uint32_t slot, std::int32_t item) const {
  const SlotRow& row = program_->slots()[slot];
  const std::size_t at = item < 0 ? 0 : static_cast<std::size_t>(item);
  if (row.cell == program::kNone || at >= frames_[row.frame].items) return {};
  const Cell& cell = cells(static_cast<program::Frame>(row.frame), at)[row.cell];
  if (cell.extra == 0xffffffff || extras_[cell.extra].symbol >= row.symbols.count) return {};
  const auto symbols = program_->rows<program::SymbolRow>(program::Section::symbols, row.symbols);
  const auto names = program_->strings(symbols[extras_[cell.extra].symbol].names);
  const std::uint32_t which = extras_[cell.extra].first;
  return which < names.size() ? program_->text(names[which]) : std::string_view();
}

}  // namespace caveat::decide
