#include "engine/decide/request.h"

#include "engine/program/image.h"

namespace caveat::decide {

using program::SlotRow;
using program::SlotType;

Request Request::in_memory_of(Request&& old) {
  Request made;
  const auto adopt = [](auto& into, auto& from) {
    into = std::move(from);
    into.clear();
  };
  adopt(made.store_, old.store_);
  for (std::size_t i = 0; i < made.frames_.size(); ++i) adopt(made.frames_[i].cells, old.frames_[i].cells);
  adopt(made.jurisdictions_, old.jurisdictions_);
  adopt(made.named_at_, old.named_at_);
  const auto keep = [](auto& into, auto& from) {
    into = std::move(from);
    into.cut(0);
  };
  keep(made.product_ids_, old.product_ids_);
  keep(made.action_names_, old.action_names_);
  keep(made.recipient_ids_, old.recipient_ids_);
  keep(made.extras_, old.extras_);
  keep(made.symbols_, old.symbols_);
  return made;
}

std::size_t Request::memory() const {
  std::size_t bytes = store_.capacity() + jurisdictions_.capacity() * sizeof(Text) + extras_.memory() +
                      symbols_.memory() + named_at_.capacity() * sizeof(Place);
  for (const Items& frame : frames_) bytes += frame.cells.capacity() * sizeof(Cell);
  for (const auto* ids : {&product_ids_, &action_names_, &recipient_ids_}) bytes += ids->memory();
  return bytes;
}

const Request::Cell* Request::find(const SlotRow& row, std::int32_t item) const {
  std::size_t at = item < 0 ? 0 : static_cast<std::size_t>(item);
  if (row.frame == static_cast<std::uint8_t>(program::Frame::turn) && item >= 0) ++at;  // a recipient's
  if (row.cell == program::kNone || at >= frames_[row.frame].items) return nullptr;
  return &cells(static_cast<program::Frame>(row.frame), at)[row.cell];
}

Request::Extra Request::plain_extra(const Cell& cell) const {
  Extra extra;
  if (cell.extra < Cell::kKey) {
    extra.first = cell.extra + 1;
    extra.count = symbols_[cell.extra - Cell::kSymbols].symbol;
  } else if (cell.extra == Cell::kSymbol) {
    extra = symbol_extra({static_cast<std::uint32_t>(cell.key), cell.spelling});
  } else {
    extra.number = Decimal(cell.extra == Cell::kDoubledKey ? cell.key / 2 : cell.key);
  }
  extra.quality = quality_;
  extra.source = source_.at, extra.source_size = source_.size;
  return extra;
}

Request::Extra Request::symbol_extra(const Symbol& symbol) const {
  Extra extra;
  extra.number = Decimal(symbol.symbol);
  extra.symbol = symbol.symbol;
  extra.first = symbol.spelling;
  return extra;
}

Fact Request::fact(std::uint32_t slot, std::int32_t item) const {
  Fact fact;
  fact.slot = slot;
  fact.item = item;
  const Cell* found = find(program_->slots()[slot], item);
  if (!found) {
    fact.cause = Cause::missing;
    return fact;
  }
  const Cell& cell = *found;
  fact.known = cell.state == kKnown;
  fact.absent = cell.state == kAbsent;
  fact.cause = static_cast<Cause>(cell.cause);
  if (cell.extra != Cell::kNothing) {
    const Extra extra = this->extra(cell);
    fact.quality = extra.quality;
    fact.rounded = extra.rounded;
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
    const bool of_turn = row.frame == static_cast<std::uint8_t>(program::Frame::turn);
    const bool of_each = !of_turn || row.part == static_cast<std::uint8_t>(program::SlotPart::customer);
    const std::size_t items = of_each ? frames_[row.frame].items : 1;
    for (std::size_t at = 0; at < items; ++at) {
      const std::int32_t item = static_cast<std::int32_t>(at) - (of_turn ? 1 : 0);
      if (find(row, item)->extra == Cell::kNothing) continue;  // not sent
      all.push_back(fact(slot, item));
    }
  }
  return all;
}

namespace {

void append_one(std::string& out, const program::Program& program, const Request& request, std::uint32_t slot,
                SlotType type, const Request::Extra& extra) {
  switch (type) {
    case SlotType::yes_no:
      out += extra.number == Decimal(1) ? "true" : "false";
      return;
    case SlotType::integer:
    case SlotType::decimal:
      extra.number.append_to(out);
      return;
    case SlotType::percent:
      extra.number.append_to(out);
      out += " %";
      return;
    case SlotType::money:
      extra.number.append_to(out);
      out += ' ';
      out += request.view(extra.currency, extra.currency_size);
      return;
    case SlotType::text:
    case SlotType::time_zone:
      out += request.view(extra.at, extra.size);
      return;
    case SlotType::date:
      out += format_date(static_cast<Days>(extra.number.as_int64().value_or(0)));
      return;
    case SlotType::instant:
      out += format_instant(extra.number.as_int64().value_or(0), request.at_offset());
      return;
    case SlotType::time_of_day: {
      const std::int64_t seconds = extra.number.as_int64().value_or(0);
      const auto two = [&out](std::int64_t n) {
        out += static_cast<char>('0' + n / 10);
        out += static_cast<char>('0' + n % 10);
      };
      two(seconds / 3600);
      out += ':';
      two(seconds / 60 % 60);
      if (seconds % 60 == 0) return;
      out += ':';
      two(seconds % 60);
      return;
    }
    case SlotType::duration:
      out += format_duration(extra.duration);
      return;
    case SlotType::choice:
    case SlotType::scale: {
      const auto symbols = program.rows<program::SymbolRow>(program::Section::symbols, program.slots()[slot].symbols);
      if (extra.symbol < symbols.size()) out += program.text(program.strings(symbols[extra.symbol].names)[0]);
      return;
    }
    case SlotType::list:
    case SlotType::record:
      return;
  }
}

}  // namespace

void Request::append_extra(std::string& out, std::uint32_t slot, const Extra& extra) const {
  append_one(out, *program_, *this, slot, static_cast<SlotType>(program_->slots()[slot].type), extra);
}

std::string Request::value(std::uint32_t slot, std::int32_t item) const {
  std::string out;
  append_value(out, slot, item);
  return out;
}

void Request::append_value(std::string& out, std::uint32_t slot, std::int32_t item) const {
  const SlotRow& row = program_->slots()[slot];
  const Cell* cell = find(row, item);
  if (!cell || cell->extra == Cell::kNothing) return;
  const Extra extra = this->extra(*cell);
  const auto type = static_cast<SlotType>(row.type);
  if (type != SlotType::list) return append_one(out, *program_, *this, slot, type, extra);
  if (static_cast<SlotType>(row.element) == SlotType::record) {
    out += std::to_string(extra.count);
    return;
  }
  for (std::uint32_t i = 0; i < extra.count; ++i) {
    if (i > 0) out += ", ";
    append_one(out, *program_, *this, slot, static_cast<SlotType>(row.element), element(extra.first + i));
  }
}

std::string_view Request::spelling(std::uint32_t slot, std::int32_t item) const {
  const SlotRow& row = program_->slots()[slot];
  const Cell* found = find(row, item);
  if (!found || found->extra == Cell::kNothing) return {};
  const Extra extra = this->extra(*found);
  if (extra.symbol >= row.symbols.count) return {};
  const auto symbols = program_->rows<program::SymbolRow>(program::Section::symbols, row.symbols);
  const auto names = program_->strings(symbols[extra.symbol].names);
  const std::uint32_t which = extra.first;
  return which < names.size() ? program_->text(names[which]) : std::string_view();
}

}  // namespace caveat::decide
